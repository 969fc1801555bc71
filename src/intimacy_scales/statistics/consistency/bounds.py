"""What alpha could have been, had the missing answers been given: its ends over every possible filling.

The greatest lower bound to reliability: a small semidefinite programme, solved here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from intimacy_scales.base.arrays import BoolArray, FloatArray, IntArray
from intimacy_scales.statistics.consistency.coefficients import SINGULAR, alpha, standardized

SWEEPS = 200  # each changes answers item by item; all settle long before
POLISHED_GAPS = 20  # with so few, every answer is tried by itself as well


@dataclass(frozen=True, slots=True, kw_only=True)
class AlphaBounds:
    """Least and largest alpha found over the fillings, the number of missing answers, and the persons counted."""

    low: float
    high: float
    n_missing: int
    n: int


def _alpha(x: FloatArray) -> float:
    """Return alpha of complete answers; NaN where the sum does not vary."""
    covariance = np.cov(x, rowvar=False)
    return alpha(covariance) if float(covariance.sum()) > 1e-12 else float("nan")


@dataclass(slots=True, kw_only=True)
class _Table:
    """A filling with its running sums, so that changing one item costs its gaps; it never leaves the module.

    ``x`` holds the rows with gaps only: the others never change, and stand in the sums.
    """

    x: FloatArray
    n: int
    column_sums: FloatArray
    row_sums: FloatArray
    squares: float
    """Of all answers."""
    total_squares: float
    """Of the sums of all rows."""

    def change(self, rows: IntArray, j: int, values: FloatArray) -> None:
        """Put new answers of item j into these rows."""
        old, before = self.x[rows, j], self.row_sums[rows]
        moved = values - old
        after = before + moved
        self.x[rows, j], self.row_sums[rows] = values, after
        self.column_sums[j] += moved.sum()
        self.squares += float(values @ values - old @ old)
        self.total_squares += float(after @ after - before @ before)

    def ratio(self) -> float:
        """Return summed variances over the variance of the total, ``t / V``; NaN without variance."""
        trace = self.squares - float(self.column_sums @ self.column_sums) / self.n
        total = self.total_squares - float(self.column_sums.sum()) ** 2 / self.n
        return trace / total if total > 1e-12 else float("nan")


def _table_of(start: FloatArray, some: IntArray) -> _Table:
    """Return a filling, its rows at these places to be changed."""
    rows = start.sum(axis=1)
    return _Table(x=start[some], n=len(start), column_sums=start.sum(axis=0), row_sums=rows[some],
                  squares=float((start**2).sum()), total_squares=float(rows @ rows))  # fmt: skip


def _fill(start: FloatArray, gaps: BoolArray, codes: tuple[FloatArray, ...], *, sign: float) -> FloatArray:
    """Go through the items until nothing changes; each gap takes the code that moves ``(t / V) V - t`` furthest.

    Alpha rises as t / V falls (t: summed variances, V: variance of the total); for the current ratio and means the
    best code of a gap follows from its own row, so that all gaps of an item move at once.
    """
    some = np.flatnonzero(gaps.any(axis=1))
    table, n = _table_of(start, some), len(start)
    best, ratio = table.x.copy(), table.ratio()
    best_ratio = ratio
    moves = [(j, np.flatnonzero(gaps[some, j])) for j in range(start.shape[1]) if gaps[:, j].any()]
    for _ in range(SWEEPS):
        before = table.x.copy()
        for j, rows in moves:
            new = codes[j][None, :] - table.column_sums[j] / n
            rest = table.row_sums[rows] - table.x[rows, j] - (table.column_sums.sum() - table.column_sums[j]) / n
            gain = (1.0 if np.isnan(ratio) else ratio) * (rest[:, None] + new) ** 2 - new**2
            table.change(rows, j, codes[j][(sign * gain).argmax(axis=1)])
            ratio = table.ratio()
            if not np.isnan(ratio) and (np.isnan(best_ratio) or sign * ratio < sign * best_ratio):
                best, best_ratio = table.x.copy(), ratio
        if (table.x == before).all():
            break
    filled = start.copy()
    filled[some] = best
    return filled


def _polish(x: FloatArray, gaps: BoolArray, codes: tuple[FloatArray, ...], *, sign: float) -> float:
    """Try every code of every gap by itself until none helps; only where gaps are few."""
    value = sign * _alpha(x)
    improved = True
    while improved:
        improved = False
        for row, j in np.argwhere(gaps).tolist():
            kept = x[row, j]
            for code in codes[j]:
                x[row, j] = code
                tried = sign * _alpha(x)
                if tried > value + 1e-13:
                    value, kept, improved = tried, code, True
            x[row, j] = kept
    return sign * value


def _starts(keyed: FloatArray, gaps: BoolArray, codes: tuple[FloatArray, ...], seed: int) -> list[FloatArray]:
    """Return fillings to start from: the ends, the person's side of the middle, its opposite, two at random."""
    rng = np.random.default_rng(seed)
    low, high = np.array([c[0] for c in codes]), np.array([c[-1] for c in codes])
    with np.errstate(invalid="ignore"):
        upper = np.nansum(np.where(gaps, 0, keyed - (low + high) / 2), axis=1)[:, None] > 0
    chance = [np.column_stack([rng.choice(c, size=len(keyed)) for c in codes]) for _ in range(2)]
    fills = [np.broadcast_to(low, keyed.shape), np.broadcast_to(high, keyed.shape), np.where(upper, high, low),
             np.where(upper, low, high), *chance]  # fmt: skip
    return [np.where(gaps, fill, keyed) for fill in fills]


def alpha_bounds(keyed: FloatArray, codes: tuple[FloatArray, ...], *, seed: int = 1) -> AlphaBounds | None:
    r"""Return the least and the largest alpha that the missing answers leave possible.

    Every missing answer of a person who answered something may have been any of the item's codes. The two ends are
    looked for over all fillings, from six starts, item by item until nothing changes (and answer by answer where
    20 or fewer are missing).

    Parameters
    ----------
    keyed
        Keyed answers, persons x items, NaN where there is none; persons without any answer are left out.
    codes
        For every item its keyed codes, ascending.
    seed
        Of the two starts that are drawn at random.

    Returns
    -------
    AlphaBounds or None
        Both ends are alphas that a filling attains. ``None`` for one item, or where alpha is not defined.

    Notes
    -----
    No assumption about why answers are missing: the price is a wide range. A search, not a proof: the true ends may
    lie a little outside. On small tables equal to trying every filling. After Manski, C. F. (2003), Partial
    identification of probability distributions, Springer.
    """
    keyed = keyed[~np.isnan(keyed).all(axis=1)]
    if len(keyed) < 2 or keyed.shape[1] < 2:
        return None
    gaps = np.isnan(keyed)
    n_missing = int(gaps.sum())
    if n_missing == 0:
        value = _alpha(keyed)
        return None if np.isnan(value) else AlphaBounds(low=value, high=value, n_missing=0, n=len(keyed))
    ends = []
    for sign in (-1.0, 1.0):
        found = [_fill(start, gaps, codes, sign=sign) for start in _starts(keyed, gaps, codes, seed)]
        if n_missing <= POLISHED_GAPS:
            values = [_polish(x, gaps, codes, sign=sign) for x in found]
        else:
            values = [_alpha(x) for x in found]
        values = [value for value in values if np.isfinite(value)]
        if not values:
            return None
        ends.append(max(values) if sign > 0 else min(values))
    return AlphaBounds(low=ends[0], high=ends[1], n_missing=n_missing, n=len(keyed))


CLOSE = 1e-10  # duality gap at which the search stops, as a share of the summed variances
SHRINK = 0.2  # of the barrier's weight between two searches
STEPS = 60  # Newton steps in one search; five or so are usual
SOLVED = 1e-6  # a wider gap is no solution: items that all but repeat each other


@dataclass(frozen=True, slots=True, kw_only=True)
class GreatestLowerBound:
    """The bound, the error variances that reach it, and how far the solution can at most be from the best."""

    value: float
    errors: FloatArray = field(repr=False)
    gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A Newton step, and the decrement that says how far the centre still is."""

    step: FloatArray
    decrement: float


def _inside(covariance: FloatArray, errors: FloatArray) -> bool:
    """Return whether all errors are positive and leave a positive definite matrix."""
    if not (errors > 0).all():
        return False
    try:
        np.linalg.cholesky(covariance - np.diag(errors))
    except np.linalg.LinAlgError:
        return False
    return True


def _newton_step(covariance: FloatArray, errors: FloatArray, weight: float) -> _Step | None:
    try:
        inverse = np.linalg.inv(covariance - np.diag(errors))
        gradient = -1 + weight * (np.diag(inverse) - 1 / errors)
        step = -np.linalg.solve(weight * (inverse**2 + np.diag(1 / errors**2)), gradient)
    except np.linalg.LinAlgError:
        return None
    return _Step(step=step, decrement=max(float(-gradient @ step) / weight, 0.0))


def _centre(covariance: FloatArray, errors: FloatArray, weight: float) -> FloatArray | None:
    """Minimise ``-sum e - weight (log det(C - diag e) + sum log e)`` by Newton; ``None`` where rounding ends it."""
    for _ in range(STEPS):
        step = _newton_step(covariance, errors, weight)
        if step is None:
            return None
        size = 1 / (1 + np.sqrt(step.decrement)) if step.decrement > 0.05 else 1.0  # damped: inside, and descends
        while size > 1e-8 and not _inside(covariance, errors + size * step.step):
            size /= 2  # only rounding gets here
        if size <= 1e-8:
            return None
        errors = errors + size * step.step
        if step.decrement < 1e-10:
            return errors
    return None


def greatest_lower_bound(covariance: FloatArray) -> GreatestLowerBound | None:
    r"""Return the greatest lower bound: ``1 - max sum e / V`` over error variances e that leave a possible true part.

    Among all ``e >= 0`` for which ``C - diag(e)`` has no negative eigenvalue, those with the largest sum leave the
    smallest reliability that the covariances allow. Solved by a barrier method; the duality gap proves how near it is.

    Parameters
    ----------
    covariance
        Covariances of keyed items, items x items, positive definite.

    Returns
    -------
    GreatestLowerBound or None
        At least every Guttman lambda. ``None`` for one item, and for a matrix that is not, or
        all but not, positive definite.

    Notes
    -----
    In samples it capitalises on chance and overestimates, the more the fewer persons and the more items: below some
    500 persons read it as an upper end. R's ``psych::glb.fa`` is an approximation from above. Validated against
    ``psych::glb.algebraic`` (psych 2.2.9, Rcsdp 0.1.57.4; 5, 6 and 36 items, 1e-9).

    References
    ----------
    Woodhouse, B., & Jackson, P. H. (1977). Lower bounds for the reliability of the total score on a test composed of
    non-homogeneous items: II. Psychometrika, 42, 579-591. doi:10.1007/BF02295980
    ten Berge, J. M. F., & Socan, G. (2004). The greatest lower bound to the reliability of a test and the hypothesis of
    unidimensionality. Psychometrika, 69, 613-625.
    """
    k = len(covariance)
    correlation = standardized(covariance)
    if k < 2 or not np.isfinite(correlation).all() or not covariance.sum() > 0:
        return None
    if np.linalg.eigvalsh(correlation)[0] < SINGULAR:
        return None
    unit = float(np.trace(covariance)) / k
    scaled = covariance / unit
    errors = np.full(k, np.linalg.eigvalsh(scaled)[0] / 2)
    weight, total = 1.0, float(scaled.sum())
    while 2 * weight > CLOSE:
        nearer = _centre(scaled, errors, weight * SHRINK)
        if nearer is None:
            break
        errors, weight = nearer, weight * SHRINK
    gap = 2 * k * weight / total
    if gap > SOLVED:
        return None
    return GreatestLowerBound(value=1 - float(errors.sum()) / total, errors=errors * unit, gap=gap)
