"""The normal likelihood over patterns of missing answers: value, gradient, information, casewise scores.

For one pattern with observed part V = Sigma_oo^-1 (zero elsewhere), d = mean - mu and covariance T::

    -2 log L = n (p log 2 pi + log |Sigma_oo| + tr(V T) + d' V d)

Patterns are handled in blocks of stacked matrices; a complete sample is the case of one pattern. At the end, the
log-likelihood of a compiled model over its groups, as an objective to minimise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.statistics.sem.matrices import (
    Compiled,
    Derivatives,
    Ints,
    State,
    curvature,
    derivatives,
    evaluate,
    gather,
    gather_square,
)
from intimacy_scales.statistics.sem.patterns import GroupSample, ObservedInverses, Patterns, observed_inverses

WIDE = 64  # variables up to which a matrix over all pairs of pairs fits into memory
KEPT = 40  # variables up to which it is kept where the products of pairs stand (16 MB)
STILL = 1e-9  # squared distance in standard errors within which second derivatives are taken as the same
LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """At one (mu, Sigma): minus log-likelihood, its gradients, and per pattern z = V d (V as it is asked for).

    ``gradient_sigma`` G and ``gradient_mu`` h mean d(-log L) = tr(G dSigma) + h' dmu.
    """

    value: float
    gradient_sigma: FloatArray
    gradient_mu: FloatArray
    inverses: ObservedInverses
    z: FloatArray

    @property
    def V(self) -> FloatArray:  # noqa: N802 -- as the formulas call it
        """The inverses of all patterns at once."""
        return self.inverses.all()

    def blocks(self) -> Iterator[tuple[slice, FloatArray]]:
        """Return the inverses block by block."""
        for block in self.inverses.blocks():
            made = self.inverses.of(block)
            if made is not None:
                yield block, made[0]


def terms(patterns: Patterns, mu: FloatArray, sigma: FloatArray) -> Terms | None:
    """Evaluate the likelihood and its gradients; None where Sigma is not positive definite."""
    inverses = observed_inverses(patterns.mask, sigma)
    d = np.where(patterns.mask, patterns.mean - mu, 0.0)
    z = np.empty_like(d)
    value, gradient = 0.0, np.zeros_like(sigma)
    for block in inverses.blocks():
        made = inverses.of(block)
        if made is None:
            return None
        V, log_det = made
        n, cov, has = patterns.n[block], *_own_covariances(patterns, block)
        z[block] = np.einsum("kij,kj->ki", V, d[block])
        some = V if has.all() else V[has]
        within = some @ cov
        value += float(
            n @ (patterns.mask[block].sum(axis=1) * LOG_2PI + log_det + np.einsum("ki,ki->k", z[block], d[block]))
            + n[has] @ np.einsum("kii->k", within)
        )
        gradient += np.einsum("k,kij->ij", n, V) - np.einsum("k,kij->ij", n[has], within @ some)
    if not np.isfinite(value):
        return None
    gradient = 0.5 * (gradient - (z * patterns.n[:, None]).T @ z)
    return Terms(value=0.5 * value, gradient_sigma=(gradient + gradient.T) / 2, gradient_mu=-(patterns.n @ z),
                 inverses=inverses, z=z)  # fmt: skip


def _own_covariances(patterns: Patterns, block: slice) -> tuple[FloatArray, BoolArray]:
    """Return the covariances of those patterns of a block that have one, and which these are."""
    low, high = np.searchsorted(patterns.several, [block.start, block.stop])
    has = np.zeros(block.stop - block.start, dtype=bool)
    has[patterns.several[low:high] - block.start] = True
    return patterns.cov[low:high], has


def gradient(at: Terms, by: Derivatives) -> FloatArray:
    """Return the gradient of -log L by the cells A, S, m."""
    covariance = 2 * (by.X * (at.gradient_sigma @ by.Y)).sum(axis=0)
    out = at.gradient_mu @ by.mean
    out[: len(covariance)] += covariance
    return np.asarray(out)


def expected_information(patterns: Patterns, at: Terms, by: Derivatives) -> FloatArray:
    """Return the expected information of the cells A, S, m, given who answered what.

    ``sum_k n_k [tr(V dSigma_a V dSigma_b) / 2 + dmu_a' V dmu_b]``.
    """
    (p, c), i = by.X.shape, np.tril_indices(by.X.shape[0])
    by_pair, flat = _pays(len(patterns.n), p, c, products=6), i[0] * p + i[1]
    cells, means = np.zeros((c, c)), np.zeros((p, p))
    products = np.zeros((len(i[0]), len(i[0]))) if by_pair else np.zeros((0, 0))
    for block, V in at.blocks():
        n = patterns.n[block]
        means += np.einsum("k,kij->ij", n, V)
        if by_pair:
            half = V.reshape(len(V), -1).take(flat, axis=1) * np.sqrt(n)[:, None]
            products += half.T @ half
            continue
        XV, YV = by.X.T @ V, by.Y.T @ V
        xx, yy, xy = XV @ by.X, YV @ by.Y, XV @ by.Y
        cells += (n[:, None, None] * (xx * yy + xy * xy.transpose(0, 2, 1))).sum(axis=0)
    out = by.mean.T @ means @ by.mean
    if by_pair:
        delta = _moved(by, *i)
        cells = delta.T @ _crossed(products, p, symmetric=True) @ delta / 2
    out[:c, :c] += cells
    return np.asarray(out)


def _pays(n_patterns: int, p: int, c: int, *, products: int) -> bool:
    """Whether sums over patterns for all pairs of moments take less than those for every pair of cells."""
    pairs = p * (p + 1) // 2
    return p <= WIDE and 2 * pairs**2 * (c + n_patterns) < products * n_patterns * c**2 * p


def _moved(by: Derivatives, i: Ints, j: Ints) -> FloatArray:
    """Return how the covariances (pairs i, j) move with the cells."""
    return by.X[i] * by.Y[j] + by.X[j] * by.Y[i]


def _crossed(products: FloatArray, p: int, *, symmetric: bool = False) -> FloatArray:
    """Return ``sum n tr(V E_ab Q E_cd)`` for all pairs ab, cd from ``sum n Q_x V_y`` of all pairs x, y, symmetric."""
    one, other, half = (_crossings if p <= KEPT else _crossings.__wrapped__)(p)
    whole = products if symmetric else products + products.T
    found = whole.take(one)
    found += whole.take(other)
    found *= half * (2.0 if symmetric else 1.0)
    return np.asarray(found)


@lru_cache(maxsize=2)
def _crossings(p: int) -> tuple[Ints, Ints, FloatArray]:
    """Return where ``ad, bc`` and ``ac, bd`` of all pairs ab, cd stand among products, and halves of the diagonal."""
    i, j = np.tril_indices(p)
    place = np.zeros((p, p), dtype=np.intp)
    place[i, j] = place[j, i] = np.arange(len(i))
    ac, bd = place[i[:, None], i[None, :]], place[j[:, None], j[None, :]]
    ad, bc = place[i[:, None], j[None, :]], place[j[:, None], i[None, :]]
    half = np.where(i == j, 0.5, 1.0)
    return ad * len(i) + bc, ac * len(i) + bd, np.outer(half, half)


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentInformation:
    """Observed information of covariances (lower triangle), means, and both together, over all patterns."""

    covariances: FloatArray
    cross: FloatArray
    """Means x covariances."""
    means: FloatArray


def moment_information(patterns: Patterns, at: Terms) -> MomentInformation:
    """Return the observed information of the moments at one (mu, Sigma)."""
    p = patterns.mask.shape[1]
    i, j = np.tril_indices(p)
    flat = i * p + j
    products, means = np.zeros((len(i), len(i))), np.zeros((p, p))
    pull = np.zeros((p * p, p))
    for block, V in at.blocks():
        n, z = patterns.n[block], at.z[block]
        Q = _curved(patterns, block, V, z)
        of_q, of_v = (x.reshape(len(x), -1).take(flat, axis=1) for x in (Q, V))
        products += (of_q * n[:, None]).T @ of_v
        pull += V.reshape(len(V), -1).T @ (z * n[:, None])
        means += np.einsum("k,kij->ij", n, V)
    pull = pull.reshape(p, p, p)
    cross = (pull[:, i, j] + pull[:, j, i]) * np.where(i == j, 0.5, 1.0)
    return MomentInformation(covariances=_crossed(products, p), cross=cross, means=means)


def _curved(patterns: Patterns, block: slice, V: FloatArray, z: FloatArray) -> FloatArray:
    """Return ``V T V + z z' - V / 2`` of a block of patterns."""
    Q = z[:, :, None] * z[:, None, :] - V / 2
    cov, has = _own_covariances(patterns, block)
    some = V if has.all() else V[has]
    Q[has] += some @ cov @ some
    return np.asarray(Q)


def observed_information(patterns: Patterns, at: Terms, by: Derivatives) -> FloatArray:
    """Return the part of the Hessian of -log L by the cells that has first derivatives of the moments.

    The rest, from second derivatives of the moments, is :func:`matrices.curvature` at the gradients.
    """
    p, c = by.X.shape
    by_pair = _pays(len(patterns.n), p, c, products=12)
    cov, cross, means = (_information_by_pair if by_pair else _information_of_cells)(patterns, at, by)
    out = by.mean.T @ means @ by.mean
    out[:c, :c] += (cov + cov.T) / 2
    out[:, :c] += cross
    out[:c, :] += cross.T
    return np.asarray(out)


def _information_by_pair(patterns: Patterns, at: Terms, by: Derivatives) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the sums of covariances, of means with covariances, and of means, over all pairs of moments first."""
    of, delta = moment_information(patterns, at), _moved(by, *np.tril_indices(by.X.shape[0]))
    return np.asarray(delta.T @ of.covariances @ delta), np.asarray(by.mean.T @ of.cross @ delta), of.means


def _information_of_cells(patterns: Patterns, at: Terms, by: Derivatives) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the same three sums for the cells themselves, pattern by pattern."""
    p, c = by.X.shape
    cov, cross, means = np.zeros((c, c)), np.zeros((by.mean.shape[1], c)), np.zeros((p, p))
    for block, V in at.blocks():
        z, Q = at.z[block], _curved(patterns, block, V, at.z[block])
        means += np.einsum("k,kij->ij", patterns.n[block], V)
        XV, YV = by.X.T @ V, by.Y.T @ V
        XQ, YQ = by.X.T @ Q, by.Y.T @ Q
        xy_v, xy_q = XV @ by.Y, XQ @ by.Y
        part = (XQ @ by.X) * (YV @ by.Y) + (YQ @ by.Y) * (XV @ by.X)
        part += xy_q * xy_v.transpose(0, 2, 1) + xy_q.transpose(0, 2, 1) * xy_v
        weight = patterns.n[block, None, None]
        cov += (weight * part).sum(axis=0)
        MV = by.mean.T @ V
        pull = (MV @ by.X) * (z @ by.Y)[:, None, :] + (MV @ by.Y) * (z @ by.X)[:, None, :]
        cross += (weight * pull).sum(axis=0)
    return cov, cross, means


def scores(group: GroupSample, at: Terms, mu: FloatArray, by: Derivatives) -> FloatArray:
    """Return every person's gradient of the log-likelihood by the cells A, S, m (persons x cells)."""
    if group.rows is None or group.pattern_of is None:
        return np.zeros((0, by.mean.shape[1]))
    d = np.nan_to_num(group.rows - mu)
    z, V = np.empty_like(d), at.V
    for k in range(len(group.patterns.n)):
        mine = group.pattern_of == k
        z[mine] = d[mine] @ V[k]
    flat = np.einsum("ia,kij,ja->ka", by.X, V, by.Y, optimize=True)
    out = z @ by.mean
    out[:, : by.X.shape[1]] += (z @ by.X) * (z @ by.Y) - flat[group.pattern_of]
    return np.asarray(out)


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """One group at one parameter vector."""

    state: State
    mu: FloatArray
    terms: Terms
    by: Derivatives


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalObjective:
    """Minus log-likelihood. Without a mean structure the means are the sample's.

    ``memo`` keeps the last point: value, gradient and information of one step share its inverses.
    """

    compiled: Compiled
    data: tuple[GroupSample, ...]
    has_means: bool
    memo: dict[bytes, tuple[At, ...] | None] = field(default_factory=dict, compare=False, repr=False)
    curved: dict[bytes, FloatArray] = field(default_factory=dict, compare=False, repr=False)

    def at(self, theta: FloatArray) -> tuple[At, ...] | None:
        """Evaluate every group; None where an implied covariance matrix is not positive definite."""
        key = theta.tobytes()
        known = dict(self.memo)
        if key in known:
            return known[key]
        ats = self._at(theta)
        self.memo.clear()
        self.memo[key] = ats
        return ats

    def _at(self, theta: FloatArray) -> tuple[At, ...] | None:
        out = []
        for matrices, data in zip(self.compiled.groups, self.data, strict=True):
            state = evaluate(matrices, theta)
            mu = state.mu if self.has_means else data.mean
            found = terms(data.patterns, mu, state.sigma)
            if found is None:
                return None
            out.append(At(state=state, mu=mu, terms=found, by=derivatives(matrices, state)))
        return tuple(out)

    def value(self, theta: FloatArray) -> float:
        """Return minus the log-likelihood."""
        with np.errstate(all="ignore"):
            try:
                at = self.at(theta)
            except np.linalg.LinAlgError:
                return np.inf
        total = np.inf if at is None else sum(one.terms.value for one in at)
        return float(total) if np.isfinite(total) else np.inf

    def gradient(self, theta: FloatArray) -> FloatArray:
        """Return its gradient by the parameters."""
        total = np.zeros(self.compiled.n_params)
        for matrices, one in zip(self.compiled.groups, self._there(theta), strict=True):
            total += gather(matrices.params, self.compiled.n_params, gradient(one.terms, one.by))
        return total

    def information(self, theta: FloatArray) -> FloatArray:
        """Return the expected information."""
        return self._sum(theta, exact=False)

    def hessian(self, theta: FloatArray) -> FloatArray:
        """Return the observed information; the last one serves again where theta has moved by next to nothing."""
        for at, known in self.curved.items():
            away = theta - np.frombuffer(at)
            if float(away @ known @ away) < STILL:
                return known
        values = self._sum(theta, exact=True)
        self.curved.clear()
        self.curved[theta.tobytes()] = values
        return values

    def _there(self, theta: FloatArray) -> tuple[At, ...]:
        at = self.at(theta)
        if at is None:
            msg = "asked for derivatives where the objective is infinite"
            raise ValueError(msg)
        return at

    def _sum(self, theta: FloatArray, *, exact: bool) -> FloatArray:
        n_params = self.compiled.n_params
        total = np.zeros((n_params, n_params))
        for matrices, data, one in zip(self.compiled.groups, self.data, self._there(theta), strict=True):
            if exact:
                cells = observed_information(data.patterns, one.terms, one.by)
                cells += curvature(matrices, one.state, one.terms.gradient_sigma, one.terms.gradient_mu)
            else:
                cells = expected_information(data.patterns, one.terms, one.by)
            total += gather_square(matrices.params, n_params, cells)
        return total

    def scores(self, theta: FloatArray) -> tuple[FloatArray, ...]:
        """Return the casewise gradient of the log-likelihood, persons x parameters, one array a group."""
        out = []
        for matrices, data, one in zip(self.compiled.groups, self.data, self._there(theta), strict=True):
            cells = scores(data, one.terms, one.mu, one.by)
            table = np.zeros((self.compiled.n_params, cells.shape[0]))
            np.add.at(table, matrices.params, cells.T)
            out.append(table.T)
        return tuple(out)
