"""Residuals of repeated measures: ``cov(e[m, s], e[m', t]) = Sigma[m, m'] phi^|s - t|`` within a group.

What the likelihood needs of a group is ``W'R^-1 W`` with W = [Z X y]. An autoregressive process of the first order has
an inverse that joins only neighbours in time, so that matrix is a sum of a few fixed cross products with
coefficients that depend on Sigma and phi: days with a predecessor ``g`` days before (w and its predecessor v) give
``(ww' - c(wv' + vw') + c^2 vv') / (1 - c^2)``, ``c = phi^g``. The cross products are summed once, over all rows of a
group; afterwards no row is touched again. This holds where residuals of different members are unrelated, or where
phi is 0, or where every member answered on every day of its group. Elsewhere (:class:`DenseResiduals`)
matrices of rows x rows are inverted, all groups at one time.

The deviance of a linear mixed model and its gradient, fixed effects (and on request the scale) profiled out.

With W = [Z X y] and ``C = W'R^-1 W`` of a group, ``H = F (I + F'C_zz F)^-1 F'`` (G = FF') and U = [X y]:

    S = sum of C_uu - C_uz H C_zu                      (U'V^-1 U, V = ZGZ' + R)
    -2 logL = sum of log|R| + log|I + F'C_zz F| + rss / s2 + n log(2 pi s2)  [+ log|S_xx / s2| - p log(2 pi s2)]

All groups are worked on at one time; the gradient is exact (reverse through S).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.statistics.multilevel.structures import CovarianceStructure, RepeatedMeasures

MOST_GAPS = 40  # distinct distances of days beyond which cross products by distance no longer save work


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossProducts:
    """``W'R^-1 W`` in parts: ``zz`` (groups x q x q), ``zu`` (groups x q x u), ``uu`` (u x u, summed), ``log|R|``."""

    zz: FloatArray
    zu: FloatArray
    uu: FloatArray
    log_det: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Derivatives of the deviance by ``zz``, by ``zu`` (doubled: both triangles) and by ``uu``."""

    zz: FloatArray
    zu: FloatArray
    uu: FloatArray


class Residuals(Protocol):
    """What a residual model answers."""

    def cross_products(self, Sigma: FloatArray, phi: float) -> CrossProducts:
        """Return the cross products weighted by the inverse of the residuals' covariance matrix."""

    def slope(self, Sigma: FloatArray, phi: float, weights: Weights) -> tuple[FloatArray, float]:
        """Return the deviance's derivatives by Sigma (symmetric) and by phi, through everything it depends on."""


def residuals_of(rows: RepeatedMeasures, structure: CovarianceStructure, *, ar1: bool) -> Residuals:
    """Return the residual model of these rows: summed cross products where they are enough, else dense matrices."""
    unrelated = structure.name in {"diagonal", "equal"}
    if ar1 and len(np.unique(rows.gap)) > MOST_GAPS:
        return DenseResiduals.of(rows)
    if ar1 and not unrelated and not _every_day_complete(rows):
        return DenseResiduals.of(rows)
    return SummedResiduals.of(rows, unrelated=unrelated, ar1=ar1)


def _occasions(rows: RepeatedMeasures) -> IntArray:
    """Return a number for each row: which day of which group it is."""
    new = np.r_[True, (np.diff(rows.group) != 0) | (np.diff(rows.day) != 0)]
    return np.cumsum(new) - 1


def _every_day_complete(rows: RepeatedMeasures) -> bool:
    return bool((np.bincount(_occasions(rows)) == rows.n_members).all())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Days on which the same members answered: ``rows`` (days x members)."""

    members: IntArray
    rows: IntArray


def _blocks(rows: RepeatedMeasures, *, unrelated: bool) -> list[_Block]:
    if unrelated:
        each = [np.flatnonzero(rows.member == m) for m in range(rows.n_members)]
        return [_Block(members=np.array([m]), rows=where[:, None]) for m, where in enumerate(each) if len(where)]
    occasion = _occasions(rows)
    pattern = np.bincount(occasion, weights=2.0**rows.member).astype(int)
    blocks = []
    for one in np.unique(pattern):
        members = np.flatnonzero((one >> np.arange(rows.n_members)) & 1)
        where = np.flatnonzero(pattern[occasion] == one)
        blocks.append(_Block(members=members, rows=where.reshape(-1, len(members))))
    return blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class SummedResiduals:
    """Cross products summed over days once and for all.

    Each of the ``f`` kinds is of members ``a`` and ``b`` of a block of days, a distance from the predecessor
    (``gaps[gap]``) and a part: 0 the day with itself, 1 with its predecessor (both ways), 2 the predecessor with
    itself.
    """

    blocks: tuple[_Block, ...]
    block: IntArray
    a: IntArray
    b: IntArray
    gap: IntArray
    part: IntArray
    zz: FloatArray
    zu: FloatArray
    uu: FloatArray
    gaps: FloatArray
    gap_counts: FloatArray
    n_members: int

    @classmethod
    def of(cls, rows: RepeatedMeasures, *, unrelated: bool, ar1: bool) -> SummedResiduals:
        """Sum the cross products of every kind."""
        blocks = _blocks(rows, unrelated=unrelated)
        gaps, gap_of, counts = np.unique(rows.gap if ar1 else 0 * rows.gap, return_inverse=True, return_counts=True)
        kinds, sums = [], []
        for place, block in enumerate(blocks):
            of_day = gap_of[block.rows[:, 0]]
            for one in np.unique(of_day):
                now = block.rows[of_day == one]
                for a, b, part in _kinds(len(block.members), first=gaps[one] == 0):
                    kinds.append((place, a, b, one, part))
                    sums.append(_summed(rows, now[:, a], now[:, b], part))
        columns = np.array(kinds).T
        return cls(
            blocks=tuple(blocks),
            block=columns[0],
            a=columns[1],
            b=columns[2],
            gap=columns[3],
            part=columns[4],
            zz=np.stack([one[0] for one in sums]),
            zu=np.stack([one[1] for one in sums]),
            uu=np.stack([one[2] for one in sums]),
            gaps=gaps,
            gap_counts=counts.astype(float),
            n_members=rows.n_members,
        )

    def _inverses(self, Sigma: FloatArray) -> FloatArray:
        """Return the inverse of each block's part of Sigma, in the upper left corner of a matrix of full size."""
        values = np.zeros((len(self.blocks), self.n_members, self.n_members))
        for place, block in enumerate(self.blocks):
            m = len(block.members)
            values[place, :m, :m] = np.linalg.inv(Sigma[np.ix_(block.members, block.members)])
        return values

    def cross_products(self, Sigma: FloatArray, phi: float) -> CrossProducts:
        """Return the cross products weighted by the inverse of the residuals' covariance matrix."""
        _refuse_unit(phi)
        inverses = self._inverses(Sigma)
        weight = inverses[self.block, self.a, self.b] * _of_gaps(phi, self.gaps)[self.gap, self.part]
        log_det = 0.0
        for place, block in enumerate(self.blocks):
            m = len(block.members)
            log_det -= np.linalg.slogdet(inverses[place, :m, :m])[1] * len(block.rows)
        later = self.gaps > 0
        log_det += float(self.gap_counts[later] @ np.log1p(-(phi ** (2 * self.gaps[later]))))
        return CrossProducts(
            zz=np.tensordot(weight, self.zz, 1),
            zu=np.tensordot(weight, self.zu, 1),
            uu=np.tensordot(weight, self.uu, 1),
            log_det=float(log_det),
        )

    def slope(self, Sigma: FloatArray, phi: float, weights: Weights) -> tuple[FloatArray, float]:
        """Return the deviance's derivatives by Sigma (symmetric) and by phi."""
        kinds = len(self.block)
        each = (
            self.zz.reshape(kinds, -1) @ weights.zz.ravel()
            + self.zu.reshape(kinds, -1) @ weights.zu.ravel()
            + self.uu.reshape(kinds, -1) @ weights.uu.ravel()
        )
        inverses = self._inverses(Sigma)
        by_inverse = np.zeros_like(inverses)
        np.add.at(by_inverse, (self.block, self.a, self.b), each * _of_gaps(phi, self.gaps)[self.gap, self.part])
        by_phi = float(
            (each * inverses[self.block, self.a, self.b]) @ _of_gaps_slope(phi, self.gaps)[self.gap, self.part]
        )
        by_sigma = np.zeros((self.n_members, self.n_members))
        for place, block in enumerate(self.blocks):
            m = len(block.members)
            inverse, half = inverses[place, :m, :m], by_inverse[place, :m, :m]
            both = (half + half.T) / 2
            by_sigma[np.ix_(block.members, block.members)] += len(block.rows) * inverse - inverse @ both @ inverse
        later = self.gaps > 0
        g = self.gaps[later]
        by_phi -= float(self.gap_counts[later] @ (2 * g * phi ** (2 * g - 1) / (1 - phi ** (2 * g))))
        return by_sigma, by_phi


def _refuse_unit(phi: float) -> None:
    """Refuse an autocorrelation of 1, at which the residuals' covariance matrix has no inverse."""
    if abs(phi) > 1 - 1e-9:
        raise np.linalg.LinAlgError


def _kinds(members: int, *, first: bool) -> list[tuple[int, int, int]]:
    parts = range(1) if first else range(3)
    return [(a, b, part) for a in range(members) for b in range(a, members) for part in parts]


def _of_gaps(phi: float, gaps: FloatArray) -> FloatArray:
    """Return the coefficients of the three parts (gaps x 3), ``gap`` days after the predecessor; 0: there is none."""
    c = np.where(gaps > 0, phi**gaps, 0.0)
    values: FloatArray = np.column_stack([np.ones_like(c), -c, c * c]) / (1 - c * c)[:, None]
    return values


def _of_gaps_slope(phi: float, gaps: FloatArray) -> FloatArray:
    """Return the derivatives of those coefficients by phi."""
    later = np.where(gaps > 0, gaps, 1.0)
    c = np.where(gaps > 0, phi**gaps, 0.0)
    dc = np.where(gaps > 0, gaps * phi ** (later - 1), 0.0)
    scale = dc / (1 - c * c) ** 2
    return np.column_stack([2 * c * scale, -(1 + c * c) * scale, 2 * c * scale])


def _summed(rows: RepeatedMeasures, a: IntArray, b: IntArray, part: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return one kind of cross product of rows ``a`` with rows ``b``, by group.

    For two different members, and for a day with its predecessor, the product and its transpose are both in the sum.
    """
    alike = bool((a == b).all())
    if part == 0:
        pairs = [(a, b)]
    elif part == 2:
        pairs = [(rows.before[a], rows.before[b])]
    else:
        pairs = [(a, rows.before[b])] if alike else [(a, rows.before[b]), (rows.before[a], b)]
    q, k = rows.n_random, rows.W.shape[1]
    group = rows.group[a]
    starts = np.flatnonzero(np.r_[True, np.diff(group) != 0])
    out = np.zeros((rows.n_groups, k, k))
    for left, right in pairs:
        outer = rows.W[left][:, :, None] * rows.W[right][:, None, :]
        out[group[starts]] += np.add.reduceat(outer, starts, axis=0)
    if part == 1 or not alike:
        out = out + out.transpose(0, 2, 1)
    return out[:, :q, :q], out[:, :q, q:], out[:, q:, q:].sum(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DenseResiduals:
    """Residual matrices of rows x rows, groups padded to one length."""

    W: FloatArray
    held: FloatArray
    members: FloatArray
    lags: FloatArray
    n_random: int
    n_groups: int

    @classmethod
    def of(cls, rows: RepeatedMeasures) -> DenseResiduals:
        """Lay the groups' rows side by side (groups x longest x columns), zeros where a group is shorter."""
        size = np.bincount(rows.group)
        place = np.arange(rows.n) - np.repeat(np.cumsum(size) - size, size)
        shape = (rows.n_groups, int(size.max()))
        W, held, day = np.zeros((*shape, rows.W.shape[1])), np.zeros(shape), np.zeros(shape)
        members = np.zeros((*shape, rows.n_members))
        W[rows.group, place], held[rows.group, place], day[rows.group, place] = rows.W, 1, rows.day
        members[rows.group, place, rows.member] = 1
        lags = np.abs(day[:, :, None] - day[:, None, :])
        return cls(W=W, held=held, members=members, lags=lags, n_random=rows.n_random, n_groups=rows.n_groups)

    def _inverse(self, Sigma: FloatArray, phi: float) -> tuple[FloatArray, float]:
        R = (self.members @ Sigma @ self.members.transpose(0, 2, 1)) * phi**self.lags
        R = R + (1 - self.held)[:, :, None] * np.eye(R.shape[1])
        sign, log_det = np.linalg.slogdet(R)
        if (sign <= 0).any():
            raise np.linalg.LinAlgError
        return np.linalg.inv(R), float(log_det.sum())

    def cross_products(self, Sigma: FloatArray, phi: float) -> CrossProducts:
        """Return the cross products weighted by the inverse of the residuals' covariance matrix."""
        _refuse_unit(phi)
        inverse, log_det = self._inverse(Sigma, phi)
        C = self.W.transpose(0, 2, 1) @ (inverse @ self.W)
        q = self.n_random
        return CrossProducts(zz=C[:, :q, :q], zu=C[:, :q, q:], uu=C[:, q:, q:].sum(0), log_det=log_det)

    def slope(self, Sigma: FloatArray, phi: float, weights: Weights) -> tuple[FloatArray, float]:
        """Return the deviance's derivatives by Sigma (symmetric) and by phi."""
        inverse, _ = self._inverse(Sigma, phi)
        q, k = self.n_random, self.W.shape[2]
        D = np.zeros((self.n_groups, k, k))
        D[:, :q, :q], D[:, q:, q:] = weights.zz, weights.uu
        D[:, :q, q:] = weights.zu / 2
        D[:, q:, :q] = D[:, :q, q:].transpose(0, 2, 1)
        v = inverse @ self.W
        by_R = (inverse - v @ D @ v.transpose(0, 2, 1)) * self.held[:, :, None] * self.held[:, None, :]
        by_sigma = (self.members.transpose(0, 2, 1) @ (by_R * phi**self.lags) @ self.members).sum(0)
        later = self.lags > 0
        power = np.zeros_like(self.lags)
        power[later] = self.lags[later] * phi ** (self.lags[later] - 1)
        shared = self.members @ Sigma @ self.members.transpose(0, 2, 1)
        return by_sigma, float((by_R * shared * power).sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Variances:
    """Values of the variance parameters: those of the random effects, of the residuals, and phi."""

    random: FloatArray
    residual: FloatArray
    phi: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """Everything known at one set of variance parameters; fixed effects are those that fit best there."""

    deviance: float
    scale: float
    beta: FloatArray
    unscaled: FloatArray
    H: FloatArray
    P: FloatArray
    products: CrossProducts


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviance:
    """The function that is minimised."""

    residuals: Residuals
    random: CovarianceStructure
    residual: CovarianceStructure
    n: int
    n_fixed: int
    reml: bool
    ar1: bool
    regular: bool
    """Days apart in whole numbers: phi may then be negative."""

    @property
    def n_parameters(self) -> int:
        """Return the number of variance parameters, the scale among them."""
        return self.random.n_parameters + self.residual.n_parameters + self.ar1

    def phi(self, x: float) -> float:
        """Return phi of its unbounded parameter."""
        return float(np.tanh(x)) if self.regular else float(1 / (1 + np.exp(-x)))

    def phi_slope(self, x: float) -> float:
        """Return the derivative of phi by its unbounded parameter."""
        phi = self.phi(x)
        return 1 - phi * phi if self.regular else phi * (1 - phi)

    def variances(self, theta: FloatArray) -> Variances:
        """Return the parts of the parameter vector."""
        g, s = self.random.n_parameters, self.residual.n_parameters
        phi = self.phi(theta[g + s]) if self.ar1 else 0.0
        return Variances(random=theta[:g], residual=theta[g : g + s], phi=phi)

    def solve(self, theta: FloatArray, *, profiled: bool) -> Solved:
        """Return the deviance and what belongs to it; ``profiled``: the scale of all variances is the best one."""
        at = self.variances(theta)
        products = self.residuals.cross_products(self.residual.matrix(at.residual), at.phi)
        F = self.random.factor(at.random)
        M = np.eye(F.shape[1]) + F.T @ products.zz @ F
        log_det = float(np.linalg.slogdet(M)[1].sum()) + products.log_det
        H = F @ np.linalg.inv(M) @ F.T
        P = H @ products.zu
        u = products.uu.shape[0]
        S = products.uu - products.zu.reshape(-1, u).T @ P.reshape(-1, u)
        p = self.n_fixed
        L = np.linalg.cholesky(S[:p, :p])
        half = np.linalg.solve(L, np.column_stack([S[:p, p], np.eye(p)]))
        rss = float(S[p, p] - half[:, 0] @ half[:, 0])
        free = self.n - p if self.reml else self.n
        scale = rss / free if profiled else 1.0
        deviance = log_det + rss / scale + free * np.log(2 * np.pi * scale)
        if self.reml:
            deviance += 2 * float(np.log(np.diag(L)).sum())
        return Solved(
            deviance=float(deviance),
            scale=scale,
            beta=half[:, 1:].T @ half[:, 0],
            unscaled=half[:, 1:].T @ half[:, 1:],
            H=H,
            P=P,
            products=products,
        )

    def slope(self, theta: FloatArray, solved: Solved) -> FloatArray:
        """Return the gradient of the deviance at ``theta``; with a profiled scale it is held (the envelope theorem)."""
        at = self.variances(theta)
        p = self.n_fixed
        r = np.r_[-solved.beta, 1.0]
        omega = np.outer(r, r) / solved.scale
        if self.reml:
            omega[:p, :p] += solved.unscaled
        K, zu, P = solved.products.zz, solved.products.zu, solved.P
        B = zu - K @ P
        by_G = (K - K @ solved.H @ K).sum(0) - _sandwich(B, omega).sum(0)
        weights = Weights(zz=_sandwich(P, omega) + solved.H, zu=-2 * P @ omega, uu=omega)
        by_sigma, by_phi = self.residuals.slope(self.residual.matrix(at.residual), at.phi, weights)
        found = [self.random.slope(at.random, by_G), self.residual.slope(at.residual, by_sigma)]
        if self.ar1:
            found.append(np.array([by_phi * self.phi_slope(theta[-1])]))
        return np.concatenate(found)


def _sandwich(P: FloatArray, omega: FloatArray) -> FloatArray:
    return P @ omega @ P.transpose(0, 2, 1)
