"""Counts and sums that merge: how often each score, or each combination of answers, occurs; products of decimals.

What :mod:`intimacy_scales.statistics.sums` is for whole-number answers: parts of a sample, in any order and size, give
the figures of the whole. Counts merge exactly, what has decimals to the last digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from intimacy_scales.base.arrays import BoolArray, FloatArray, IntArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.statistics.products import Products
from intimacy_scales.statistics.sums import AnswerSums, answer_sums, no_whole_codes

DUST = 1e-24  # of a mean's square: less than this of variance is rounding
MOST_CELLS = 2**16  # combinations counted one by one (0.5 MB): six items of five codes, or a missing answer
_BLOCK = 16_384  # rows whose combinations are found at a time: near the processor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ValueCounts:
    """How often each value occurs (a score), ascending, with the weight of its rows where rows are weighted.

    Counts merge exactly; weights, which have decimals, to the last digits. What is made of them depends on no order.
    """

    values: FloatArray = field(repr=False)
    counts: IntArray = field(repr=False)
    blank: int
    """Rows without a value (or without a weight)."""
    mass: FloatArray | None = field(repr=False, default=None)
    """Sum of the weights of each value's rows."""
    squares: float = 0.0
    """Sum of the squared weights."""

    def __repr__(self) -> str:
        return f"<ValueCounts: {self.n:,} rows, {len(self.values):,} values, {self.blank:,} without>"

    def __add__(self, other: ValueCounts) -> ValueCounts:
        """Merge."""
        if (self.mass is None) != (other.mass is None):
            raise ResponseError(Problem(where="counts to be merged", what="some are weighted, and some are not"))
        values, place = np.unique(np.concatenate([self.values, other.values]), return_inverse=True)
        counts = np.zeros(len(values), dtype=np.int64)
        mass: FloatArray | None = None
        np.add.at(counts, place, np.concatenate([self.counts, other.counts]))
        if self.mass is not None and other.mass is not None:
            both = np.concatenate([self.mass, other.mass])
            mass = np.bincount(place, weights=both, minlength=len(values)).astype(np.float64)
        return ValueCounts(values=values, counts=counts, blank=self.blank + other.blank, mass=mass,
                           squares=self.squares + other.squares)  # fmt: skip

    @property
    def n(self) -> int:
        """Rows with a value."""
        return int(self.counts.sum())

    @property
    def shares(self) -> FloatArray:
        """Share of each value in the rows, by their weights where there are any; they add up to 1."""
        mass = self.counts if self.mass is None else self.mass
        found: FloatArray = mass / mass.sum()
        return found

    @property
    def mean(self) -> float:
        """The mean; NaN without values."""
        return float(self.shares @ self.values) if len(self.values) else float("nan")

    def moment(self, power: int) -> float:
        """Return the central moment of this power, divisor n."""
        return float(self.shares @ (self.values - self.mean) ** power) if len(self.values) else float("nan")

    def sd(self, n: int | None = None) -> float:
        """Return the SD with divisor n - 1; ``n`` is the number of rows unless said. NaN under two."""
        rows = self.n if n is None else n
        return float(np.sqrt(self.moment(2) * rows / (rows - 1))) if rows > 1 else float("nan")


def value_counts(values: FloatArray, weights: FloatArray | None = None, *, rows: IntArray | None = None) -> ValueCounts:
    """Count values, NaN being none; ``weights``, one a row, where rows are weighted (NaN counts for nothing).

    ``rows``: how many rows each value stands for, in place of one.

    Examples
    --------
    >>> found = value_counts(np.array([2.0, np.nan, 3.5, 2.0]))
    >>> found.values.tolist(), found.counts.tolist(), found.blank, found.mean
    ([2.0, 3.5], [2, 1], 1, 2.5)
    """
    there = ~np.isnan(values) if weights is None else ~(np.isnan(values) | np.isnan(weights))
    known = values[there]
    blank = len(values) - len(known)
    if rows is not None:
        found, place = np.unique(known, return_inverse=True)
        counts = np.zeros(len(found), dtype=np.int64)
        np.add.at(counts, place, rows[there])
        return ValueCounts(values=found, counts=counts, blank=int(rows[~there].sum()))
    if weights is None:
        found, counts = np.unique(known, return_counts=True)
        return ValueCounts(values=found, counts=counts.astype(np.int64), blank=blank)
    found, place, counts = np.unique(known, return_inverse=True, return_counts=True)
    own = weights[there]
    return ValueCounts(values=found, counts=counts.astype(np.int64), blank=blank, squares=float((own**2).sum()),
                       mass=np.bincount(place, weights=own, minlength=len(found)).astype(np.float64))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DecimalSums:
    """Means and products of variables with decimals (scores, sliders), by pair of variables over the rows with both.

    Sums of squares of decimals lose their last digits where the mean is large; products about means do not, and two
    parts merge by the difference of their means (Chan, Golub and LeVeque, 1983, doi:10.1080/00031305.1983.10483115):
    ``P = P_a + P_b + n_a n_b / n (m_a - m_b)_i (m_a - m_b)_j``. Commutative exactly, associative to the last digits.
    """

    n: IntArray
    means: FloatArray = field(repr=False)
    """``means[i, j]``: mean of i over the rows that have i and j; 0 where there is none."""
    products: FloatArray = field(repr=False)

    def __repr__(self) -> str:
        return f"<DecimalSums of {len(self.n)} variables>"

    def __add__(self, other: DecimalSums) -> DecimalSums:
        """Merge."""
        n = self.n + other.n
        by = np.maximum(n, 1)
        apart = self.means - other.means
        return DecimalSums(
            n=n,
            means=(self.n * self.means + other.n * other.means) / by,
            products=self.products + other.products + apart * apart.T * (self.n.astype(np.float64) * other.n / by),
        )

    def covariance(self) -> FloatArray:
        """Return the covariances (divisor n - 1), pairwise; NaN under two rows, exactly 0 where one does not vary."""
        with np.errstate(invalid="ignore", divide="ignore"):
            found: FloatArray = self.products / (self.n - 1)
        constant = np.diag(self.products) <= DUST * np.diag(self.n) * np.diag(self.means) ** 2
        found[constant[:, None] | constant] = 0.0
        found[self.n < 2] = np.nan
        return found


def decimal_sums(columns: Sequence[FloatArray]) -> DecimalSums:
    """Return the sums of variables with decimals, one array a variable, NaN where there is no value.

    Examples
    --------
    >>> decimal_sums([np.array([1.5, 2.5, 3.5]), np.array([1.0, 2.0, np.nan])]).covariance().tolist()
    [[1.0, 0.5], [0.5, 0.5]]
    """
    x = np.array(columns, dtype=np.float64).reshape(len(columns), -1)
    seen = ~np.isnan(x)
    m = seen.astype(np.float64)
    n = np.rint(m @ m.T).astype(np.int64)
    centre = np.where(seen, x, 0.0).sum(axis=1) / np.maximum(np.diag(n), 1)
    away = np.where(seen, x - centre[:, None], 0.0)
    by, common = np.maximum(n, 1), away @ m.T
    return DecimalSums(n=n, means=np.where(n > 0, centre[:, None] + common / by, 0.0),
                       products=away @ away.T - common * common.T / by)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnswerTally:
    """How often each combination of keyed answers to a few items occurs; parts of a sample add up, in any order.

    With c codes from the lowest to the highest end, a row is in cell ``sum_j d_j (c + 1)^j``, where d is the answer to
    item j from 0, or c where there is none. Everything that is made of whole answers can be made of these counts: one
    pass over the rows, in place of one for every sum.
    """

    origin: int
    n_codes: int
    n_items: int
    cells: IntArray = field(repr=False)

    def __add__(self, other: AnswerTally) -> AnswerTally:
        """Merge."""
        like = (self.origin, self.n_codes, self.n_items)
        if like != (other.origin, other.n_codes, other.n_items):
            what = "are of other items, or of other codes"
            raise ResponseError(Problem(where="counts to be merged", what=what, allowed="counts of the same items"))
        return AnswerTally(origin=self.origin, n_codes=self.n_codes, n_items=self.n_items,
                           cells=self.cells + other.cells)  # fmt: skip

    def rows(self) -> tuple[IntArray, IntArray]:
        """Return the combinations that occur, items x combinations from 0 (c: no answer), and how often each does."""
        held, c = np.flatnonzero(self.cells), self.n_codes
        return held[None, :] // (c + 1) ** np.arange(self.n_items)[:, None] % (c + 1), self.cells[held]

    def sums(self) -> AnswerSums:
        """Return the sums of the same answers, as :func:`~intimacy_scales.statistics.sums.answer_sums` makes them."""
        k, c = self.n_items, self.n_codes
        answers, n = self.rows()
        seen = answers < c
        keys = (seen << np.arange(k)[:, None]).sum(axis=0)
        complete = keys == (1 << k) - 1
        patterns = {
            key: _products_of(np.where(seen, answers, 0)[:, keys == key], n[keys == key])
            for key in np.unique(keys).tolist() if key
        }  # fmt: skip
        return AnswerSums.of_patterns(
            patterns, origin=self.origin, n_codes=c, n_rows=int(n.sum()), counts=_by_code(answers, n, c),
            complete_counts=_by_code(answers[:, complete], n[complete], c),
        )  # fmt: skip


def _products_of(answers: IntArray, n: IntArray) -> Products:
    """Return the sums of combinations of answers (items x combinations), each of so many rows."""
    weighed = answers * n
    return Products(n=int(n.sum()), sums=weighed.sum(axis=1), products=weighed @ answers.T)


def _by_code(answers: IntArray, n: IntArray, n_codes: int) -> IntArray:
    """Return how often each item was answered with each code."""
    codes = np.arange(n_codes)[:, None]
    return np.array([(row == codes) @ n for row in answers], dtype=np.int64).reshape(len(answers), n_codes)


def counted_answers(
    columns: Sequence[FloatArray], *, ends: FloatArray, turned: Sequence[bool] | BoolArray
) -> AnswerTally | AnswerSums:
    """Return answers by combination where there are fewer combinations than rows, else their sums.

    Parameters as of :func:`~intimacy_scales.statistics.sums.answer_sums`; codes are counted. Answers beyond the ends
    are refused; that they are whole is for the caller to see to.

    Examples
    --------
    >>> ends = np.array([[0, 1], [0, 1]])
    >>> many = [np.tile([0.0, 1.0, np.nan], 10), np.ones(30)]
    >>> counted_answers(many, ends=ends, turned=[False, False]).cells.tolist()
    [0, 0, 0, 10, 10, 10, 0, 0, 0]
    """
    k, n_rows = len(columns), len(columns[0]) if columns else 0
    origin = int(ends.min()) if k else 0
    n_codes = int(ends.max()) - origin + 1 if k else 0
    n_cells = (n_codes + 1) ** k if k * n_codes.bit_length() < 64 else MOST_CELLS + 1
    if n_cells > min(MOST_CELLS, n_rows):
        return answer_sums(columns, ends=ends, turned=turned)
    place = _Place(ends=ends, turned=np.asarray(turned, dtype=bool), origin=origin, n_codes=n_codes)
    at = np.empty(n_rows, dtype=np.intp)
    for start in range(0, n_rows, _BLOCK):
        place.put([column[start : start + _BLOCK] for column in columns], at[start : start + _BLOCK])
    return AnswerTally(origin=origin, n_codes=n_codes, n_items=k, cells=np.bincount(at, minlength=n_cells))


@dataclass(slots=True, kw_only=True)
class _Place:
    """In which cell a row is."""

    ends: FloatArray
    turned: BoolArray
    origin: int
    n_codes: int

    def put(self, columns: Sequence[FloatArray], at: IntArray) -> None:
        """Write the cell of every row of a block to ``at``; a missing answer makes a sum NaN, and is looked at apart.

        Raises
        ------
        ResponseError
            When an answer is beyond the ends.
        """
        places = float(self.n_codes + 1) ** np.arange(len(columns))
        sign = np.where(self.turned, -1.0, 1.0)
        zero = np.where(self.turned, self.ends.sum(axis=1), 0.0) - self.origin
        cell, part = np.full(len(at), float(places @ zero)), np.empty(len(at))
        for column, (low, high), by in zip(columns, self.ends.tolist(), (places * sign).tolist(), strict=True):
            if np.less(column, low).any() or np.greater(column, high).any():
                raise no_whole_codes()
            cell += np.multiply(column, by, out=part)
        rows = np.flatnonzero(np.isnan(cell))
        if len(rows):
            answers = np.array([column.take(rows) for column in columns])
            keyed = sign[:, None] * answers + zero[:, None]
            cell[rows] = places @ np.where(np.isnan(answers), self.n_codes, keyed)
        at[:] = cell
