"""Moments of keyed answers: the one covariance matrix, and what else the item table needs.

Of vouched answers, which are whole codes, they come from sums that merge (:func:`moments_of`); of numbers with
decimals from one pass over the rows (:func:`gather`).

Kernels: numpy only, no bank, no frame. Rows come in blocks that fit a processor's cache; a block of k items
is laid out as ``[answers; answered; row mean]``, so that a single matrix product gives the sums of products,
the sums over the pairs' common rows, and the numbers of common rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from intimacy_scales.base.arrays import BoolArray, FloatArray, IntArray
from intimacy_scales.statistics.sums import AnswerSums, Folded, Products, fold_pattern, pair_covariance

MatrixRule = Literal["pairwise", "listwise"]
MissingRule = Literal["pairwise", "listwise", "fiml"]

BLOCK_ROWS = 8192  # 6 items x 8192 rows x 8 bytes is about 400 kB: fits a second-level cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Keyed answers of one scale, persons x items, NaN where there is none; how many persons each row stands for."""

    answers: FloatArray
    weights: FloatArray | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """What the coefficients of one scale are computed from."""

    missing: MissingRule
    covariance: FloatArray = field(repr=False)
    """Items x items, divisor n - 1; NaN where two items share fewer than two rows. By EM with ``fiml``."""
    pair_n: IntArray = field(repr=False)
    """Rows each covariance rests on; on the diagonal the rows that have the item."""
    means: FloatArray = field(repr=False)
    third: FloatArray = field(repr=False)
    """Third central moment of each item, divisor n."""
    item_total: FloatArray = field(repr=False)
    """Correlation of each item with the mean of a row's answered items, over the rows that have the item."""
    counts: IntArray = field(repr=False)
    """``counts[j, c]``: how often the keyed answer ``lowest code of j + c`` was given; no columns without codes."""
    answered: IntArray = field(repr=False)
    """Answers each item got over all rows, whatever the rule."""
    n_rows: int
    n: int
    """Rows with any answer to the scale (pairwise, fiml), complete rows (listwise)."""
    n_complete: int

    @property
    def n_items(self) -> int:
        """Number of items."""
        return len(self.means)

    @property
    def variances(self) -> FloatArray:
        """Variance of each item (n - 1), the diagonal of the matrix."""
        return np.diag(self.covariance).copy()

    @property
    def n_interval(self) -> int:
        """Persons an interval counts: the complete rows; with ``fiml`` all rows with any answer."""
        return self.n if self.missing == "fiml" else self.n_complete


@dataclass(slots=True, kw_only=True)
class _Sums:
    """Running sums: the only thing here that changes, and it never leaves the module."""

    centre: FloatArray
    lowest: FloatArray
    gram: FloatArray
    cubes: FloatArray
    counts: FloatArray
    answered: FloatArray
    n_rows: float = 0
    n: float = 0
    n_complete: float = 0


def _start(answers: FloatArray, ends: FloatArray | None) -> _Sums:
    """Centre on the middle of the declared ends, else near the means of the first block."""
    k = answers.shape[1]
    if ends is None:
        seen = ~np.isnan(answers)
        lowest = centre = np.where(seen, answers, 0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    else:
        centre, lowest = ends.mean(axis=1), ends[:, 0]
    n_codes = 0 if ends is None else int((ends[:, 1] - ends[:, 0]).max()) + 1
    return _Sums(
        centre=centre,
        lowest=lowest,
        gram=np.zeros((2 * k + 2, 2 * k + 2)),
        cubes=np.zeros(k),
        counts=np.zeros((k, n_codes)),
        answered=np.zeros(k),
    )


def _count_codes(sums: _Sums, x: FloatArray, seen: BoolArray, weights: FloatArray) -> None:
    """Count keyed answers by code, every item at once."""
    k, n_codes = sums.counts.shape
    place = np.where(seen, x + (sums.centre - sums.lowest)[:, None], n_codes).astype(np.intp)
    place += (np.arange(k) * (n_codes + 1))[:, None]
    found = np.bincount(place.ravel(), weights=np.tile(weights, k), minlength=k * (n_codes + 1))
    sums.counts += found.reshape(k, n_codes + 1)[:, :n_codes]


def row_means(answers: FloatArray) -> FloatArray:
    """Return every row's mean over what is there; NaN for a row of nothing (and no warning)."""
    there = ~np.isnan(answers)
    counts = there.sum(axis=1)
    sums = np.where(there, answers, 0.0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _centred_row_means(x: FloatArray, seen: BoolArray, centre: FloatArray) -> FloatArray:
    """Return each row's mean answered item, measured from the mean of the centres; 0 for a row without any."""
    total: FloatArray = x.sum(axis=0) + (centre - centre.mean()) @ seen
    mean: FloatArray = total / np.maximum(seen.sum(axis=0), 1)
    return mean


def _add(sums: _Sums, rows: Rows, missing: MatrixRule) -> None:
    """Add a block of rows to the sums; inside, items x rows, centred, 0 where missing."""
    weights = np.ones(len(rows.answers)) if rows.weights is None else rows.weights
    x = np.ascontiguousarray(rows.answers.T)
    seen = ~np.isnan(x)
    x = np.where(seen, x - sums.centre[:, None], 0.0)
    complete = seen.all(axis=0)
    sums.answered += seen @ weights
    sums.n_rows += float(weights.sum())
    sums.n_complete += float(weights @ complete)
    if missing == "listwise":
        x, seen, weights = x[:, complete], seen[:, complete], weights[complete]
    sums.n += float(weights @ seen.any(axis=0))
    mean = _centred_row_means(x, seen, sums.centre)[None]
    stacked = np.concatenate([x, seen, mean, mean**2])
    sums.gram += (stacked * weights) @ stacked.T
    sums.cubes += (x * x * x) @ weights  # a power of 3 takes twenty times as long
    if sums.counts.shape[1]:
        _count_codes(sums, x, seen, weights)


def _item_total(gram: FloatArray, n: FloatArray) -> FloatArray:
    """Correlate each item with the row means, over the rows that have the item."""
    k = len(n)
    x, x2, xt = np.diag(gram[:k, k : 2 * k]), np.diag(gram)[:k], gram[:k, 2 * k]
    t, t2 = gram[k : 2 * k, 2 * k], gram[k : 2 * k, 2 * k + 1]
    both: FloatArray = (xt - x * t / n) / np.sqrt((x2 - x**2 / n) * (t2 - t**2 / n))
    return both


def _covariance(products: FloatArray, common: FloatArray, pair_n: FloatArray) -> FloatArray:
    """Return the matrix; exact zeros for constant items, where rounding would leave dust."""
    covariance = (products - common * common.T / pair_n) / (pair_n - 1)
    covariance[pair_n < 2] = np.nan
    constant = np.diag(covariance) <= 1e-12 * np.diag(products) / np.maximum(np.diag(pair_n), 1)
    dust = (constant[:, None] | constant) & ~np.isnan(covariance)
    covariance[dust] = 0.0
    return (covariance + covariance.T) / 2


def _finish(sums: _Sums, missing: MatrixRule) -> Moments:
    k = len(sums.cubes)
    products, common, pair_n = (sums.gram[a : a + k, b : b + k] for a, b in ((0, 0), (0, k), (k, k)))
    n = np.diag(pair_n)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.diag(common) / n
        third = sums.cubes / n - 3 * mean * np.diag(products) / n + 2 * mean**3
        covariance = _covariance(products, common, pair_n)
        item_total = _item_total(sums.gram, n)
    item_total[~(np.diag(covariance) > 0)] = np.nan
    return Moments(
        missing=missing,
        covariance=covariance,
        pair_n=np.rint(pair_n).astype(np.int64),
        means=mean + sums.centre,
        third=third,
        item_total=item_total,
        counts=np.rint(sums.counts).astype(np.int64),
        answered=np.rint(sums.answered).astype(np.int64),
        n_rows=round(sums.n_rows),
        n=round(sums.n),
        n_complete=round(sums.n_complete),
    )


def blocks_of(answers: FloatArray) -> Iterator[Rows]:
    """Yield keyed answers, persons x items, in blocks of :data:`BLOCK_ROWS` rows."""
    for start in range(0, max(len(answers), 1), BLOCK_ROWS):
        yield Rows(answers=answers[start : start + BLOCK_ROWS])


def gather(blocks: Iterable[Rows], *, ends: FloatArray | None = None, missing: MatrixRule = "pairwise") -> Moments:
    r"""Return the moments of one scale from one pass over its keyed answers.

    Pairwise, the covariance of items i and j is, over the ``n_ij`` rows that have both, with the means of
    those rows, ``c_ij = sum (x_i - mean_i|ij)(x_j - mean_j|ij) / (n_ij - 1)``, as R's
    ``cov(use = "pairwise.complete.obs")``. Listwise, over the rows that have every item of the scale.

    Parameters
    ----------
    blocks
        At least one block of rows of the scale's items.
    ends
        Declared lowest and highest keyed code of every item (items x 2, whole numbers): answers are counted by
        code then. ``None`` for answers that are no codes.
    missing
        ``"pairwise"`` or ``"listwise"``.

    Returns
    -------
    Moments
        The covariance matrix and what the item table needs.

    Examples
    --------
    >>> gather(blocks_of(np.array([[1.0, 2], [2, 4], [3, 6]]))).covariance
    array([[1., 2.],
           [2., 4.]])
    """
    sums: _Sums | None = None
    for rows in blocks:
        sums = sums or _start(rows.answers, ends)
        _add(sums, rows, missing)
    if sums is None:
        return gather(blocks_of(np.empty((0, 0))), missing=missing)
    return _finish(sums, missing)


def pairwise_covariance(x: FloatArray) -> FloatArray:
    """Return covariances of the columns (divisor n - 1), each over the rows that have both; NaN under two such rows.

    As R's ``cov(use = "pairwise.complete.obs")``: the means of a pair are those of its own rows.
    """
    return gather(blocks_of(x)).covariance


def restricted(sums: AnswerSums, items: Sequence[int]) -> AnswerSums:
    """Return the sums of some of the items.

    Of folded patterns only the complete rows and the pairs are known: "complete" then stays "answered everything".
    """
    places, k = list(items), sums.n_items
    if places == list(range(k)):
        return sums
    patterns: dict[int, Products] = {}
    whole = (1 << k) - 1
    for key, of in sums.patterns.items():
        own = sum(1 << at for at, j in enumerate(places) if key >> j & 1)
        part = Products(n=of.n, sums=of.sums[places], products=of.products[np.ix_(places, places)])
        if own and (sums.folded is None or key == whole):
            patterns[own] = patterns[own] + part if own in patterns else part
    fold = sums.folded
    if fold is not None:
        pairs = {
            name: getattr(fold, name)[np.ix_(places, places)] for name in ("pair_n", "common", "squares", "products")
        }
        counts = {name: getattr(fold, name)[:, places] for name in ("item_n", "item_t", "item_xt", "item_tt")}
        fold = Folded(n=fold.n, **pairs, **counts)
    return replace(sums, counts=sums.counts[places], complete_counts=sums.complete_counts[places], patterns=patterns,
                   folded=fold)  # fmt: skip


def _total_of_pairs(pairs: Folded) -> FloatArray:
    """Correlate each item with the mean of a row's answers, over the rows that have the item."""
    n_answers = np.arange(len(pairs.item_n), dtype=np.float64)
    n_answers[0] = 1.0  # no row has none
    n = pairs.item_n.sum(axis=0)
    x, x2 = np.diag(pairs.common).astype(np.float64), np.diag(pairs.products).astype(np.float64)
    t, xt = (1 / n_answers) @ pairs.item_t, (1 / n_answers) @ pairs.item_xt
    t2 = (1 / n_answers**2) @ pairs.item_tt
    with np.errstate(invalid="ignore", divide="ignore"):
        both: FloatArray = (xt - x * t / n) / np.sqrt((x2 - x**2 / n) * (t2 - t**2 / n))
    return both


def _third(counts: IntArray, means: FloatArray) -> FloatArray:
    """Return the third central moment of every item (divisor n) from its answers by code, counted from 0."""
    away = np.arange(counts.shape[1], dtype=np.float64) - means[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        values: FloatArray = (counts * away**3).sum(axis=1) / counts.sum(axis=1)
    return values


def moments_of(
    sums: AnswerSums, *, lowest: Sequence[int] | IntArray, missing: MatrixRule = "pairwise",
    items: Sequence[int] | None = None,
) -> Moments:  # fmt: skip
    r"""Return the moments of keyed answers: what every coefficient of a scale is computed from.

    Pairwise, the covariance of items i and j is, over the ``n_ij`` rows that have both, with the means of those rows,
    ``(n_ij sum x_i x_j - sum x_i sum x_j) / (n_ij (n_ij - 1))``: whole numbers of any length, rounded once, as R's
    ``cov(use = "pairwise.complete.obs")``. Listwise, over the rows that have every item.

    Parameters
    ----------
    sums
        Of the keyed answers.
    lowest
        Lowest declared code of every item: codes are counted from there.
    missing
        ``"pairwise"`` or ``"listwise"``.
    items
        0-based places of the items; all of them unless said.

    Returns
    -------
    Moments
        The covariance matrix and what the item table needs.

    Examples
    --------
    >>> from intimacy_scales.statistics.sums import answer_sums
    >>> ends = np.array([[1, 6], [1, 6]])
    >>> sums = answer_sums([np.array([1.0, 2, 3]), np.array([2.0, 4, 6])], ends=ends)
    >>> moments_of(sums, lowest=[1, 1]).covariance
    array([[1., 2.],
           [2., 4.]])
    """
    own = restricted(sums, range(sums.n_items) if items is None else items)
    k, complete = own.n_items, own.over()
    folded = fold_pattern((1 << k) - 1, complete)
    everyone = own.pairs()
    pairs, counts = (folded, own.complete_counts) if missing == "listwise" else (everyone, own.counts)
    n = np.diag(pairs.pair_n)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.diag(pairs.common) / n
    covariance, item_total = pair_covariance(pairs.pair_n, pairs.common, pairs.products), _total_of_pairs(pairs)
    item_total[~(np.diag(covariance) > 0)] = np.nan
    from_lowest = np.asarray(lowest, dtype=np.int64)[: sums.n_items]
    places = range(sums.n_items) if items is None else items
    shifts = [int(from_lowest[j]) - own.origin for j in places]
    by_code = np.array([np.concatenate([row[s:], row[:0].repeat(0), np.zeros(s, dtype=np.int64)])
                        for row, s in zip(counts, shifts, strict=True)], dtype=np.int64)  # fmt: skip
    return Moments(
        missing=missing, covariance=covariance, pair_n=pairs.pair_n, means=means + own.origin,
        third=_third(counts, means), item_total=item_total, counts=by_code.reshape(k, -1),
        answered=np.diag(everyone.pair_n).copy(), n_rows=own.n_rows, n=complete.n if missing == "listwise" else own.n,
        n_complete=complete.n,
    )  # fmt: skip
