"""What alpha could have been, had the missing answers been given: its ends over every possible filling.

The greatest lower bound to reliability: a small semidefinite programme, solved here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from intimacy_scales.base.arrays import BoolArray, FloatArray, IntArray
from intimacy_scales.statistics.consistency.coefficients import SINGULAR, alpha, standardized

SWEEPS = 200  # each changes answers item by item; all settle, or go in circles, long before
POLISHED_GAPS = 20  # with so few, every answer is tried by itself as well
CELLS_AT_ONCE = 500_000  # gaps of an item x its codes x fillings that are weighed at once: 4 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class AlphaBounds:
    """Least and largest alpha found over the fillings, the number of missing answers, and the persons counted."""

    low: float
    high: float
    n_missing: int
    n: int


def _alpha(x: FloatArray) -> float:
    """Return alpha of complete answers; NaN where the sum does not vary."""
    away = x.T - x.mean(axis=0)[:, None]
    covariance = away @ away.T / (len(x) - 1)
    return alpha(covariance) if float(covariance.sum()) > 1e-12 else float("nan")


@dataclass(slots=True, kw_only=True)
class _Fillings:
    """Several fillings at once with their running sums, so that changing one item costs its gaps; never leaves here.

    ``cells`` holds the gaps only, fillings x gaps, those of an item together: all other answers stand in the sums.
    """

    cells: FloatArray
    n: int
    row_sums: FloatArray
    """Of the rows with gaps."""
    column_sums: FloatArray
    squares: FloatArray
    """Of all answers."""
    total_squares: FloatArray
    """Of the sums of all rows."""

    def change(self, gaps: slice, rows: IntArray, j: int, values: FloatArray) -> None:
        """Put new answers into the gaps of item j, which lie in these rows."""
        old, before = self.cells[:, gaps], self.row_sums[:, rows]
        moved = values - old
        after = before + moved
        self.squares += _squared(values) - _squared(old)
        self.total_squares += _squared(after) - _squared(before)
        self.column_sums[:, j] += moved.sum(axis=1)
        self.cells[:, gaps], self.row_sums[:, rows] = values, after

    def ratios(self) -> FloatArray:
        """Return summed variances over the variance of the total, ``t / V``; NaN without variance."""
        trace = self.squares - _squared(self.column_sums) / self.n
        total = self.total_squares - self.column_sums.sum(axis=1) ** 2 / self.n
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(total > 1e-12, trace / total, np.nan)

    def of(self, these: IntArray) -> _Fillings:
        """Return some of the fillings."""
        return _Fillings(cells=self.cells[these], n=self.n, row_sums=self.row_sums[these],
                         column_sums=self.column_sums[these], squares=self.squares[these],
                         total_squares=self.total_squares[these])  # fmt: skip


def _squared(x: FloatArray) -> FloatArray:
    """Return each row times itself."""
    products: FloatArray = np.einsum("ij,ij->i", x, x)
    return products


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gaps:
    """Where answers are missing: item by item, as places among the rows that have any gap."""

    some: IntArray
    """The rows with a gap."""
    items: tuple[tuple[int, slice, IntArray], ...]
    """Each item with gaps: its place, where its gaps stand among all, their places in ``some``."""

    def cells(self, x: FloatArray) -> FloatArray:
        """Return what stands in the gaps of a table."""
        return np.concatenate([x[self.some[rows], j] for j, _, rows in self.items])

    def filled(self, keyed: FloatArray, cells: FloatArray) -> FloatArray:
        """Return the table with its gaps filled."""
        made = keyed.copy()
        for j, gaps, rows in self.items:
            made[self.some[rows], j] = cells[gaps]
        return made


def _gaps_in(missing: BoolArray) -> _Gaps:
    some, items, start = np.flatnonzero(missing.any(axis=1)), [], 0
    for j in np.flatnonzero(missing.any(axis=0)).tolist():
        rows = np.flatnonzero(missing[some, j])
        items.append((j, slice(start, start + len(rows)), rows))
        start += len(rows)
    return _Gaps(some=some, items=tuple(items))


def _fillings_of(keyed: FloatArray, gaps: _Gaps, starts: FloatArray) -> _Fillings:
    """Return the table filled in several ways (fillings x gaps), with its sums."""
    known = np.where(np.isnan(keyed), 0.0, keyed)
    whole = known.sum(axis=1)
    rows = np.repeat(whole[gaps.some][None], len(starts), axis=0)
    columns = np.repeat(known.sum(axis=0)[None], len(starts), axis=0)
    for j, at, places in gaps.items:
        rows[:, places] += starts[:, at]
        columns[:, j] += starts[:, at].sum(axis=1)
    complete = np.delete(whole, gaps.some)
    return _Fillings(cells=starts.copy(), n=len(keyed), row_sums=rows, column_sums=columns,
                     squares=float((known**2).sum()) + _squared(starts),
                     total_squares=float(complete @ complete) + _squared(rows))  # fmt: skip


def _is_new(been: set[int], cells: FloatArray) -> bool:
    """Whether a filling was not there before: what follows on one depends on nothing else, so the rest is a circle."""
    before = len(been)
    been.add(hash(cells.tobytes()))
    return len(been) > before


def _best(
    table: _Fillings, gaps: _Gaps, codes: tuple[FloatArray, ...], signs: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Go through the items until a filling comes back; each gap takes the code that moves ``(t / V) V - t`` furthest.

    Alpha rises as t / V falls (t: summed variances, V: variance of the total); for the current ratio and means the
    best code of a gap follows from its own row, so that all gaps of an item move at once. Each filling has its sign:
    1 for the largest alpha, -1 for the least. Returned are the best cells found and their ratios.
    """
    best, best_ratio, at, n = table.cells.copy(), table.ratios(), np.arange(len(signs)), table.n
    ratio, been = best_ratio.copy(), [{hash(cells.tobytes())} for cells in table.cells]
    for _ in range(SWEEPS):
        way = signs[at]
        for j, own, rows in gaps.items:
            sums = table.column_sums
            new = codes[j][None, :] - sums[:, j, None] / n
            away = (sums.sum(axis=1) - sums[:, j]) / n
            rest = table.row_sums[:, rows] - table.cells[:, own] - away[:, None]
            by = np.where(np.isnan(ratio), 1.0, ratio)
            gain = by[:, None, None] * (rest[:, :, None] + new[:, None, :]) ** 2 - (new**2)[:, None, :]
            table.change(own, rows, j, codes[j][(way[:, None, None] * gain).argmax(axis=2)])
            ratio = table.ratios()
            nearer = ~np.isnan(ratio) & (np.isnan(best_ratio[at]) | (way * ratio < way * best_ratio[at]))
            best[at[nearer]], best_ratio[at[nearer]] = table.cells[nearer], ratio[nearer]
        moving = np.flatnonzero([_is_new(own, cells) for own, cells in zip(been, table.cells, strict=True)])
        if not len(moving):
            break
        been = [been[place] for place in moving.tolist()]
        table, at, ratio = table.of(moving), at[moving], ratio[moving]
    return best, best_ratio


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


def _starts(keyed: FloatArray, gaps: _Gaps, codes: tuple[FloatArray, ...], seed: int) -> FloatArray:
    """Return fillings to start from: the ends, the person's side of the middle, its opposite, two at random."""
    rng = np.random.default_rng(seed)
    low, high = np.array([c[0] for c in codes]), np.array([c[-1] for c in codes])
    with np.errstate(invalid="ignore"):
        upper = np.nansum(keyed - (low + high) / 2, axis=1)[:, None] > 0
    chance = [np.column_stack([rng.choice(c, size=len(keyed)) for c in codes]) for _ in range(2)]
    fills = [np.broadcast_to(low, keyed.shape), np.broadcast_to(high, keyed.shape), np.where(upper, high, low),
             np.where(upper, low, high), *chance]  # fmt: skip
    return np.array([gaps.cells(fill) for fill in fills])


def alpha_bounds(keyed: FloatArray, codes: tuple[FloatArray, ...], *, seed: int = 1) -> AlphaBounds | None:
    r"""Return the least and the largest alpha that the missing answers leave possible.

    Every missing answer of a person who answered something may have been any of the item's codes. The two ends are
    looked for over all fillings, from six starts, item by item until a filling comes back (and answer by answer where
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
    missing = np.isnan(keyed)
    n_missing = int(missing.sum())
    if n_missing == 0:
        value = _alpha(keyed)
        return None if np.isnan(value) else AlphaBounds(low=value, high=value, n_missing=0, n=len(keyed))
    gaps = _gaps_in(missing)
    starts = _starts(keyed, gaps, codes, seed)
    signs = np.repeat([-1.0, 1.0], len(starts))
    cells, ratios = _searched(keyed, gaps, codes, np.concatenate([starts, starts]), signs)
    ends = []
    for sign in (-1.0, 1.0):
        own = np.flatnonzero(signs == sign)
        if n_missing <= POLISHED_GAPS:
            values = [_polish(gaps.filled(keyed, cells[at]), missing, codes, sign=sign) for at in own]
        else:
            known = own[np.isfinite(ratios[own])]
            best = known[np.argsort(sign * ratios[known], kind="stable")]
            values = [_alpha(gaps.filled(keyed, cells[at])) for at in best[:1]]
        values = [value for value in values if np.isfinite(value)]
        if not values:
            return None
        ends.append(max(values) if sign > 0 else min(values))
    return AlphaBounds(low=ends[0], high=ends[1], n_missing=n_missing, n=len(keyed))


def _searched(
    keyed: FloatArray, gaps: _Gaps, codes: tuple[FloatArray, ...], starts: FloatArray, signs: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Search from every start: as many at once as take little room."""
    widest = max(len(rows) * len(codes[j]) for j, _, rows in gaps.items)
    step = max(1, CELLS_AT_ONCE // widest)
    found = [
        _best(_fillings_of(keyed, gaps, starts[a : a + step]), gaps, codes, signs[a : a + step])
        for a in range(0, len(starts), step)
    ]
    return np.concatenate([cells for cells, _ in found]), np.concatenate([ratios for _, ratios in found])


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
