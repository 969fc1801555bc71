"""Moments of keyed answers: the one covariance matrix, and what else the item table needs.

Of vouched answers, which are whole codes, they come from sums that merge; covariances of numbers with decimals from
products about means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.statistics.products import Folded, Products, fold_pattern, pair_covariance
from intimacy_scales.statistics.score_sums import decimal_sums
from intimacy_scales.statistics.sums import AnswerSums

MatrixRule = Literal["pairwise", "listwise"]
MissingRule = Literal["pairwise", "listwise", "fiml"]


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


def row_means(answers: FloatArray) -> FloatArray:
    """Return every row's mean over what is there; NaN for a row of nothing (and no warning)."""
    there = ~np.isnan(answers)
    counts = there.sum(axis=1)
    sums = np.where(there, answers, 0.0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def pairwise_covariance(x: FloatArray) -> FloatArray:
    """Return covariances of the columns (divisor n - 1), each over the rows that have both; NaN under two such rows.

    As R's ``cov(use = "pairwise.complete.obs")``: the means of a pair are those of its own rows.
    """
    return decimal_sums(list(x.T)).covariance()


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
