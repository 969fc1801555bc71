"""Sums of scores that merge: how often each value occurs, and means and products of numbers with decimals.

What :mod:`intimacy_scales.statistics.sums` is for whole-number answers: parts of a sample, in any order and size, give
the figures of the whole. Counts merge exactly, what has decimals to the last digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.errors import Problem, ResponseError

DUST = 1e-24  # of a mean's square: less than this of variance is rounding


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


def value_counts(values: FloatArray, weights: FloatArray | None = None) -> ValueCounts:
    """Count values, NaN being none; ``weights``, one a row, where rows are weighted (NaN counts for nothing).

    Examples
    --------
    >>> found = value_counts(np.array([2.0, np.nan, 3.5, 2.0]))
    >>> found.values.tolist(), found.counts.tolist(), found.blank, found.mean
    ([2.0, 3.5], [2, 1], 1, 2.5)
    """
    there = ~np.isnan(values) if weights is None else ~(np.isnan(values) | np.isnan(weights))
    known = values[there]
    blank = len(values) - len(known)
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
