"""Correlations of answers without any structure, with the holes that answers have: what eigenvalues are held against.

Persons are drawn one by one, or, for very many, the sums that their correlations are made of: the products of n normal
variables have a Wishart distribution, whatever n is (Bartlett's decomposition draws it in the time of the items).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from intimacy_scales.base.arrays import BoolArray, FloatArray, IntArray

BLOCK_ROWS = 4096  # persons drawn at a time: 36 items of them stay in a processor's cache
MANY_A_PATTERN = 2  # times the items: patterns of so many persons are drawn as sums, others person by person

Draw = Callable[[np.random.Generator], FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnsweredPatterns:
    """Which items were answered together (patterns x items), and by how many persons; in an order of their own."""

    mask: BoolArray = field(repr=False)
    n: IntArray = field(repr=False)

    @property
    def n_persons(self) -> int:
        """Persons of all patterns."""
        return int(self.n.sum())


@dataclass(slots=True)
class _Sums:
    """Sums by pair of items over the persons who have both; grow as persons come."""

    common: FloatArray
    squares: FloatArray
    products: FloatArray

    def correlations(self, n: FloatArray) -> FloatArray:
        with np.errstate(invalid="ignore", divide="ignore"):
            spread = self.squares - self.common**2 / n
            spread[spread < 1e-12 * np.maximum(self.squares, 1e-300)] = 0.0
            r = (self.products - self.common * self.common.T / n) / np.sqrt(spread * spread.T)
        r[~np.isfinite(r)] = np.nan
        return np.asarray(np.clip(r, -1.0, 1.0))


def _nothing(k: int) -> _Sums:
    return _Sums(*(np.zeros((k, k)) for _ in range(3)))


def of_persons(seen: BoolArray) -> Draw:
    """Return a function that draws standard normal answers, persons x items, and returns their correlations.

    ``seen`` says which answers there are; correlations are pairwise, NaN where nobody answered both.
    """
    present = seen.astype(np.float64)
    n = present.T @ present
    whole = bool(seen.all())

    def draw(rng: np.random.Generator) -> FloatArray:
        sums = _nothing(seen.shape[1])
        for start in range(0, len(seen), BLOCK_ROWS):
            there = present[start : start + BLOCK_ROWS]
            _add(sums, rng.standard_normal(there.shape), None if whole else there)
        return _spread_out(sums, whole=whole).correlations(n)

    return draw


def _add(sums: _Sums, z: FloatArray, there: FloatArray | None) -> None:
    """Add persons; of those who answered everything only the diagonals of the sums are needed."""
    if there is not None:
        z *= there
    sums.products += z.T @ z
    if there is None:
        sums.common[:, 0] += z.sum(axis=0)
        return
    sums.common += z.T @ there
    sums.squares += np.square(z, out=z).T @ there


def _spread_out(sums: _Sums, *, whole: bool) -> _Sums:
    """Fill in what is the same for every pair where nothing is missing."""
    if whole:
        sums.common[:] = sums.common[:, :1]
        sums.squares[:] = np.diag(sums.products)[:, None]
    return sums


def of_patterns(patterns: AnsweredPatterns) -> Draw:
    """Return a function that draws the correlations of very many persons, whose patterns of answers are known.

    As :func:`of_persons`, in distribution exactly: sums of the persons of a pattern are drawn at once (a Wishart matrix
    of n - 1 degrees of freedom beside a normal sum), those of thin patterns person by person.
    """
    mask = patterns.mask.astype(np.float64)
    k = mask.shape[1]
    n = (mask * patterns.n[:, None]).T @ mask
    thick = patterns.n > MANY_A_PATTERN * k
    own, sizes = mask[thick], patterns.n[thick].astype(np.float64)
    thin = np.repeat(mask[~thick], patterns.n[~thick], axis=0)

    def draw(rng: np.random.Generator) -> FloatArray:
        sums = _nothing(k)
        for start in range(0, len(own), BLOCK_ROWS // 16):
            some = slice(start, start + BLOCK_ROWS // 16)
            _add_patterns(sums, rng, own[some], sizes[some])
        for start in range(0, len(thin), BLOCK_ROWS):
            there = thin[start : start + BLOCK_ROWS]
            _add(sums, rng.standard_normal(there.shape), there)
        return sums.correlations(n)

    return draw


def _add_patterns(sums: _Sums, rng: np.random.Generator, mask: FloatArray, n: FloatArray) -> None:
    """Add the sums of all persons of some patterns: products of deviations, and the sums about zero."""
    count, k = mask.shape
    lower = np.zeros((count, k, k))
    rows, columns = np.tril_indices(k, -1)
    lower[:, rows, columns] = rng.standard_normal((count, len(rows)))
    at = np.arange(k)
    lower[:, at, at] = np.sqrt(rng.chisquare(n[:, None] - 1 - at))
    lower *= mask[:, :, None]
    total = rng.standard_normal((count, k)) * np.sqrt(n)[:, None] * mask
    flat = lower.transpose(1, 0, 2).reshape(k, -1)
    mean_root = total / np.sqrt(n)[:, None]
    sums.products += flat @ flat.T + mean_root.T @ mean_root
    sums.common += total.T @ mask
    sums.squares += (np.einsum("pij,pij->pi", lower, lower) + mean_root**2).T @ mask
