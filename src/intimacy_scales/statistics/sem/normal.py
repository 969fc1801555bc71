"""The normal likelihood over patterns of missing answers: value, gradient, information, casewise scores.

For one pattern with observed part V = Sigma_oo^-1 (zero elsewhere), d = mean - mu and covariance T::

    -2 log L = n (p log 2 pi + log |Sigma_oo| + tr(V T) + d' V d)

Patterns are handled in blocks of stacked matrices; a complete sample is the case of one pattern. At the end, the
log-likelihood of a compiled model over its groups, as an objective to minimise.

Rows grouped by which variables were answered, and what makes a covariance of them impossible.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.base.errors import Problem
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

MANY = 0.5  # share of complete rows from which on their ties are ties of the variables
TIED = 1e-10  # a correlation matrix whose smallest eigenvalue is below this is singular in double precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """Sufficient statistics by pattern of missing answers.

    ``mask`` and ``mean`` are patterns x variables (means zero where missing), ``n`` counts persons;
    ``cov`` (divided by n) exists only for the patterns ``several`` with at least two persons.
    """

    mask: BoolArray
    n: FloatArray
    mean: FloatArray
    several: Ints
    cov: FloatArray

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return len(self.n) == 1 and bool(self.mask.all())


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSample:
    """One group's data: patterns, the saturated moments, and the rows (persons x variables) where known.

    ``clusters`` numbers the cluster of every row 0, 1, 2, ... where rows are not independent (partners of a couple).
    """

    patterns: Patterns
    n: int
    mean: FloatArray
    cov: FloatArray
    rows: FloatArray | None
    pattern_of: Ints | None
    clusters: Ints | None = None


def patterns_of(X: FloatArray) -> tuple[Patterns, Ints]:
    """Group the rows of X (persons x variables) by what is missing; second, the pattern of every row."""
    seen = ~np.isnan(X)
    mask, of, counts = np.unique(seen, axis=0, return_inverse=True, return_counts=True)
    of = of.reshape(-1)
    order = np.argsort(of, kind="stable")
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    filled = np.where(seen, X, 0.0)[order]
    mean = np.add.reduceat(filled, starts, axis=0) / counts[:, None]
    several = np.flatnonzero(counts > 1)
    cov = np.zeros((len(several), X.shape[1], X.shape[1]))
    for k, s in enumerate(several):
        centred = filled[starts[s] : starts[s] + counts[s]] - mean[s]
        cov[k] = centred.T @ centred / counts[s]
    return Patterns(mask=mask, n=counts.astype(float), mean=mean, several=several, cov=cov), of


def faults(X: FloatArray, names: Sequence[str], group: str) -> list[Problem]:
    """Everything that makes a covariance matrix of these rows impossible."""
    where = f" in group {group}" if group else ""
    n, p = X.shape
    few = too_few(n, p, where)
    if few:
        return few
    seen = ~np.isnan(X)
    out = []
    for j, name in enumerate(names):
        values = X[seen[:, j], j]
        if len(values) < 2 or np.ptp(values) == 0:
            out.append(not_varying(name, answered=bool(len(values)), where=where))
    together = seen.T.astype(int) @ seen.astype(int)
    out += [
        not_together(names[i], names[j], where)
        for i, j in np.argwhere(np.triu(together < 2, 1)).tolist()
        if seen[:, i].any() and seen[:, j].any()
    ]
    if out:
        return out
    complete = X[seen.all(axis=1)]
    # a handful of complete rows may be tied by chance: only many of them tell of copies (EM says it of the others)
    enough = len(complete) > p and len(complete) >= MANY * n
    return singular(np.cov(complete.T, ddof=0).reshape(p, p), names, where) if enough else []


def too_few(n: int, p: int, where: str) -> list[Problem]:
    """Say that there are too few persons for so many variables."""
    if n > p:
        return []
    return [
        Problem(
            where=f"sample{where}",
            what=f"{n} usable persons for {p} variables",
            allowed=f"more than {p}",
            do="use fewer variables, or more persons (fiml keeps incomplete ones)",
        )
    ]


def not_varying(name: str, *, answered: bool, where: str) -> Problem:
    """Return the problem of a variable that has no variance."""
    return Problem(
        where=f"column {name}{where}",
        what="everybody gave the same answer" if answered else "never answered",
        allowed="a variable that varies",
        do="leave it out of the model",
    )


def not_together(text: str, other: str, where: str) -> Problem:
    """Return the problem of two variables without a covariance."""
    return Problem(
        where=f"columns {text} and {other}{where}",
        what="nobody answered both",
        allowed="some overlap",
        do="leave one out",
    )


def singular(S: FloatArray, names: Sequence[str], where: str) -> list[Problem]:
    """Say which variables make a covariance matrix singular."""
    sd = np.sqrt(np.maximum(np.diag(S), 0.0))
    if (sd == 0).any():
        return [
            Problem(where=f"column {names[j]}{where}", what="its variance is zero", allowed="a positive variance")
            for j in np.flatnonzero(sd == 0).tolist()
        ]
    values, vectors = np.linalg.eigh(S / np.outer(sd, sd))
    if values[0] > TIED:
        return []
    tied = [names[j] for j in np.flatnonzero(np.abs(vectors[:, 0]) > 0.1).tolist()]
    what = "one is a sum or a copy of others" if values[0] > -TIED else "their correlations contradict each other"
    return [
        Problem(
            where=f"columns {', '.join(tied)}{where}",
            what=what,
            allowed="a positive definite covariance matrix",
            do="leave one out",
        )
    ]


BLOCK = 64  # patterns a block: about what a processor's cache holds for 36 variables
WIDE = 64  # variables up to which a matrix over all pairs of pairs fits into memory
STILL = 1e-9  # squared distance in standard errors within which second derivatives are taken as the same
LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """At one (mu, Sigma): minus log-likelihood, its gradients, and per pattern V and z = V d.

    ``gradient_sigma`` G and ``gradient_mu`` h mean d(-log L) = tr(G dSigma) + h' dmu.
    """

    value: float
    gradient_sigma: FloatArray
    gradient_mu: FloatArray
    V: FloatArray
    z: FloatArray


def inverses(mask: np.ndarray, sigma: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Return inverses of the observed parts (zero elsewhere), log determinants; None if not positive."""
    if mask.shape[0] == 1 and mask.all():
        try:
            L = np.linalg.cholesky(sigma)
        except np.linalg.LinAlgError:
            return None
        return np.linalg.inv(sigma)[None], np.array([2 * np.log(np.diag(L)).sum()])
    p = mask.shape[1]
    both = mask[:, :, None] & mask[:, None, :]
    padded = np.where(both, sigma, 0.0)
    padded[:, np.arange(p), np.arange(p)] += ~mask
    try:
        L = np.linalg.cholesky(padded)
    except np.linalg.LinAlgError:
        return None
    V = np.linalg.inv(padded)
    V[:, np.arange(p), np.arange(p)] -= ~mask
    return V, 2 * np.log(np.diagonal(L, axis1=1, axis2=2)).sum(axis=1)


def terms(patterns: Patterns, mu: FloatArray, sigma: FloatArray) -> Terms | None:
    """Evaluate the likelihood and its gradients; None where Sigma is not positive definite."""
    made = inverses(patterns.mask, sigma)
    if made is None:
        return None
    V, log_det = made
    n = patterns.n
    d = np.where(patterns.mask, patterns.mean - mu, 0.0)
    z = np.einsum("kij,kj->ki", V, d)
    some = V[patterns.several]
    within = some @ patterns.cov
    weights = n[patterns.several]
    value = 0.5 * float(
        n @ (patterns.mask.sum(axis=1) * LOG_2PI + log_det + np.einsum("ki,ki->k", z, d))
        + weights @ np.einsum("kii->k", within)
    )
    spread = np.einsum("k,kij->ij", weights, within @ some)
    gradient = 0.5 * (np.einsum("k,kij->ij", n, V) - (z * n[:, None]).T @ z - spread)
    return Terms(value=value, gradient_sigma=(gradient + gradient.T) / 2, gradient_mu=-(n @ z), V=V, z=z)


def gradient(at: Terms, by: Derivatives) -> FloatArray:
    """Return the gradient of -log L by the cells A, S, m."""
    covariance = 2 * np.einsum("ia,ij,ja->a", by.X, at.gradient_sigma, by.Y, optimize=True)
    out = at.gradient_mu @ by.mean
    out[: len(covariance)] += covariance
    return np.asarray(out)


def _blocks(count: int) -> Iterator[slice]:
    return (slice(k, min(k + BLOCK, count)) for k in range(0, count, BLOCK))


def expected_information(patterns: Patterns, V: FloatArray, by: Derivatives) -> FloatArray:
    """Return the expected information of the cells A, S, m, given who answered what.

    ``sum_k n_k [tr(V dSigma_a V dSigma_b) / 2 + dmu_a' V dmu_b]``.
    """
    n, (p, c) = patterns.n, by.X.shape
    out = by.mean.T @ np.einsum("k,kij->ij", n, V) @ by.mean
    if len(n) > 1 and 3 * c**2 > p**3 and p <= WIDE:
        out[:c, :c] += _by_moments(n, V, by)
        return np.asarray(out)
    for block in _blocks(len(n)):
        XV, YV = by.X.T @ V[block], by.Y.T @ V[block]
        xx, yy, xy = XV @ by.X, YV @ by.Y, XV @ by.Y
        weight = n[block, None, None]
        out[:c, :c] += (weight * (xx * yy + xy * xy.transpose(0, 2, 1))).sum(axis=0)
    return np.asarray(out)


def _by_moments(n: FloatArray, V: FloatArray, by: Derivatives) -> FloatArray:
    """Sum over patterns once for all pairs of moments: cheaper when cells are many."""
    p = V.shape[1]
    i, j = np.tril_indices(p)
    T = ((V * n[:, None, None]).reshape(len(n), -1).T @ V.reshape(len(n), -1)).reshape(p, p, p, p)
    a, b, c, d = i[:, None], j[:, None], i[None, :], j[None, :]
    half = np.where(i == j, 0.5, 1.0)
    weight = (T[a, c, b, d] + T[a, d, b, c]) * np.outer(half, half)
    delta = by.X[i] * by.Y[j] + by.X[j] * by.Y[i]
    return np.asarray(delta.T @ weight @ delta)


def observed_information(patterns: Patterns, at: Terms, by: Derivatives) -> FloatArray:
    """Return the part of the Hessian of -log L by the cells that has first derivatives of the moments.

    The rest, from second derivatives of the moments, is :func:`matrices.curvature` at the gradients.
    """
    n, c = patterns.n, by.X.shape[1]
    out = by.mean.T @ np.einsum("k,kij->ij", n, at.V) @ by.mean
    cov = np.zeros((c, c))
    cross = np.zeros((by.mean.shape[1], c))
    place = np.full(len(n), -1)
    place[patterns.several] = np.arange(len(patterns.several))
    for block in _blocks(len(n)):
        V, z = at.V[block], at.z[block]
        Q = z[:, :, None] * z[:, None, :] - V / 2
        has = place[block] >= 0
        Q[has] += V[has] @ patterns.cov[place[block][has]] @ V[has]
        XV, YV = by.X.T @ V, by.Y.T @ V
        XQ, YQ = by.X.T @ Q, by.Y.T @ Q
        xy_v, xy_q = XV @ by.Y, XQ @ by.Y
        part = (XQ @ by.X) * (YV @ by.Y) + (YQ @ by.Y) * (XV @ by.X)
        part += xy_q * xy_v.transpose(0, 2, 1) + xy_q.transpose(0, 2, 1) * xy_v
        weight = n[block, None, None]
        cov += (weight * part).sum(axis=0)
        MV = by.mean.T @ V
        pull = (MV @ by.X) * (z @ by.Y)[:, None, :] + (MV @ by.Y) * (z @ by.X)[:, None, :]
        cross += (weight * pull).sum(axis=0)
    out[:c, :c] += (cov + cov.T) / 2
    out[:, :c] += cross
    out[:c, :] += cross.T
    return np.asarray(out)


def scores(group: GroupSample, at: Terms, mu: FloatArray, by: Derivatives) -> FloatArray:
    """Return every person's gradient of the log-likelihood by the cells A, S, m (persons x cells)."""
    if group.rows is None or group.pattern_of is None:
        return np.zeros((0, by.mean.shape[1]))
    d = np.nan_to_num(group.rows - mu)
    z = np.empty_like(d)
    for k in range(len(group.patterns.n)):
        mine = group.pattern_of == k
        z[mine] = d[mine] @ at.V[k]
    flat = np.einsum("ia,kij,ja->ka", by.X, at.V, by.Y, optimize=True)
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
                cells = expected_information(data.patterns, one.terms.V, one.by)
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
