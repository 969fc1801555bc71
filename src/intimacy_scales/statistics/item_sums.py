"""What a model of the items is made of, from any number of rows: sums of the complete ones, the others narrow.

Covariances and patterns of missing answers of all items together have too many entries to be kept for every pattern
(:mod:`intimacy_scales.statistics.sums` folds them); the rows with a gap themselves, at a byte an answer, take less and
lose nothing. Parts of a sample merge exactly, in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.arrays import BoolArray, FloatArray, IntArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.statistics.products import (
    Folded,
    Products,
    by_number,
    fold_pattern,
    fold_rows,
    nothing_of,
    pair_covariance,
)
from intimacy_scales.statistics.sums import (
    BLOCK_ROWS,
    block_of,
    buffer_of,
    keep_there,
    key_of,
    of_gram,
    vouch_size,
)

Narrow = NDArray[Any]
"""Items x rows: the answer from the lowest code, plus 1; 0 where there is none."""
EXACT = 2**62


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PatternSums:
    """Sums by pattern of missing answers, in an order of their own: the same for rows in any order.

    ``covariance`` (divisor n) is of the patterns at ``several``, which two rows or more have.
    """

    mask: BoolArray
    n: IntArray
    means: FloatArray
    """Patterns x items; 0 where missing."""
    several: NDArray[np.intp]
    covariance: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ItemSums:
    """Keyed answers of a set of items; any two of the same items merge exactly.

    Examples
    --------
    >>> ends = np.array([[1, 5], [1, 5]])
    >>> one = item_sums([np.array([1.0, 5]), np.array([2.0, 4])], ends=ends)
    >>> one + item_sums([np.array([3.0]), np.array([np.nan])], ends=ends)
    <ItemSums: 3 rows, 2 items, 2 complete>
    """

    origin: int
    n_codes: int
    n_rows: int
    complete: Products = field(repr=False)
    """Of the rows that answered everything."""
    gaps: tuple[Narrow, ...] = field(repr=False)
    """The rows that lack an answer and have one."""

    def __repr__(self) -> str:
        return f"<ItemSums: {self.n_rows:,} rows, {self.n_items} items, {self.complete.n:,} complete>"

    def __add__(self, other: ItemSums) -> ItemSums:
        if (self.origin, self.n_codes, self.n_items) != (other.origin, other.n_codes, other.n_items):
            what = "are of other items, or of other codes"
            raise ResponseError(Problem(where="sums to be merged", what=what, allowed="sums of the same items"))
        vouch_size(self.n_rows + other.n_rows, self.n_items, self.n_codes)
        return replace(self, n_rows=self.n_rows + other.n_rows, complete=self.complete + other.complete,
                       gaps=(*self.gaps, *other.gaps))  # fmt: skip

    @property
    def n_items(self) -> int:
        """Number of items."""
        return len(self.complete.sums)

    @property
    def n_complete(self) -> int:
        """Rows that answered everything."""
        return self.complete.n

    @property
    def n(self) -> int:
        """Rows with any answer."""
        return self.complete.n + sum(int(part.shape[1]) for part in self.gaps)

    def of(self, items: Sequence[int]) -> ItemSums:
        """Return the sums of some of the items, by their 0-based places."""
        places = list(items)
        if places == list(range(self.n_items)):
            return self
        some = Products(n=self.complete.n, sums=self.complete.sums[places],
                        products=self.complete.products[np.ix_(places, places)])  # fmt: skip
        gaps: list[Narrow] = []
        for part in self.gaps:
            own = part[places]
            seen = own > 0
            whole = seen.all(axis=0)
            some = some + _products_of(own[:, whole])
            left = own[:, seen.any(axis=0) & ~whole]
            gaps += [left] if left.shape[1] else []
        return replace(self, complete=some, gaps=tuple(gaps))

    def without_gaps(self) -> ItemSums:
        """Return the sums of the complete rows alone."""
        return replace(self, gaps=())

    def pairs(self) -> Folded:
        """Return the sums of all rows with any answer, by pair of items."""
        total = fold_pattern((1 << self.n_items) - 1, self.complete)
        rows = _block_rows(self.n_items, self.n_codes)
        for part in self.gaps:
            for start in range(0, part.shape[1], rows):
                u, seen = _from_zero(part[:, start : start + rows])
                order, sizes = by_number(seen)
                total = total + fold_rows(u.take(order, axis=1), seen.take(order, axis=1), sizes, self.n_codes)
        return total

    def varying(self) -> BoolArray:
        """Return which items were not answered the same by everybody."""
        of = self.complete
        if (of.n * np.diag(of.products).astype(object) > of.sums.astype(object) ** 2).all():
            return np.ones(self.n_items, dtype=bool)
        pairs = self.pairs()
        n, s, squares = (np.diag(x).astype(object) for x in (pairs.pair_n, pairs.common, pairs.products))
        return np.asarray(n * squares > s * s, dtype=bool)

    def answered(self) -> tuple[BoolArray, IntArray]:
        """Return the patterns of answers that occur (patterns x items), and how many rows have each."""
        mask, _, counts = patterns_in(self._rows_with_gaps() > 0)
        if self.complete.n:
            mask, counts = np.concatenate([mask, np.ones((1, self.n_items), bool)]), np.append(counts, self.complete.n)
        return mask, counts

    def _rows_with_gaps(self) -> Narrow:
        return np.concatenate([np.zeros((self.n_items, 0), dtype=np.uint8), *self.gaps], axis=1)

    def patterns(self) -> PatternSums:
        """Return the sums by pattern of missing answers, the complete rows last."""
        k, rows = self.n_items, self._rows_with_gaps()
        mask, which, counts = patterns_in(rows > 0)
        order = np.argsort(which, kind="stable")
        if own := self.complete.n:
            mask, counts = np.concatenate([mask, np.ones((1, k), dtype=bool)]), np.append(counts, own)
        several = np.flatnonzero(counts > 1)
        means, covariance = np.zeros((len(mask), k)), np.zeros((len(several), k, k))
        place, start = dict(zip(several.tolist(), range(len(several)), strict=True)), 0
        for at, count in enumerate(counts[: len(counts) - bool(own)].tolist()):
            x, _ = _from_zero(rows[:, order[start : start + count]])
            start += count
            sums = x.sum(axis=1)
            means[at] = sums / count
            if at in place:
                covariance[place[at]] = _covariance(count, sums, x @ x.T)
        if own:
            means[-1] = self.complete.sums / own
        if own > 1:
            covariance[-1] = self.complete.covariance() * (own - 1) / own
        return PatternSums(mask=mask, n=counts, means=np.where(mask, means + self.origin, 0.0), several=several,
                           covariance=covariance)  # fmt: skip


def _from_zero(part: Narrow) -> tuple[FloatArray, BoolArray]:
    """Return narrow rows as numbers from 0, 0 where there is none; and which there are."""
    seen = part > 0
    return np.subtract(part, seen, dtype=np.float64, casting="unsafe"), seen


def _block_rows(k: int, n_codes: int) -> int:
    rows: int = key_of(np.array([[0, max(n_codes - 1, 0)]] * k), None).rows
    return rows


def _products_of(part: Narrow) -> Products:
    total, k = nothing_of(len(part)), len(part)
    for start in range(0, part.shape[1], BLOCK_ROWS):
        x, _ = _from_zero(part[:, start : start + BLOCK_ROWS])
        total = total + of_gram(np.concatenate([x, np.ones((1, x.shape[1]))]), k)
    return total


def _covariance(n: int, sums: FloatArray, products: FloatArray) -> FloatArray:
    """Return the covariances (divisor n) of one pattern from whole numbers, each rounded once."""
    s, p = np.rint(sums).astype(np.int64), np.rint(products).astype(np.int64)
    if n * float(products.max(initial=0.0)) < EXACT:
        exact: FloatArray = (n * p - np.outer(s, s)) / float(n) ** 2
        return exact
    return pair_covariance(np.full(p.shape, n), np.tile(s[:, None], (1, len(s))), p) * (n - 1) / n


def patterns_in(seen: BoolArray) -> tuple[BoolArray, NDArray[np.intp], IntArray]:
    """Return the patterns of answers that occur, which one each row has, and how many rows have each.

    ``seen`` is items x rows, the patterns are patterns x items, in the order of their bits.
    """
    packed = np.ascontiguousarray(np.packbits(seen, axis=0).T)
    padded = np.zeros((len(packed), -(-packed.shape[1] // 8) * 8), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    words = padded.view(">u8").astype(np.uint64)
    one = words.shape[1] == 1
    _, first, which, counts = np.unique(words[:, 0] if one else words, axis=None if one else 0, return_index=True,
                                        return_inverse=True, return_counts=True)  # fmt: skip
    return seen[:, first].T.copy(), which.reshape(-1), counts.astype(np.int64)


def item_sums(
    columns: Sequence[FloatArray], *, ends: FloatArray | IntArray, turned: Sequence[bool] | BoolArray | None = None
) -> ItemSums:
    """Return the sums of answers: as :func:`~intimacy_scales.statistics.sums.answer_sums` takes them.

    Parameters
    ----------
    columns
        One array of whole codes an item, as ticked; NaN where there is no answer.
    ends
        Declared lowest and highest code of every item, items x 2.
    turned
        Items whose answers are reversed on the way: ``lo + hi - x``.

    Raises
    ------
    ResponseError
        When there are too many rows of too many codes to be summed exactly.
    """
    key, k = key_of(np.asarray(ends, dtype=np.float64), turned), len(columns)
    n_rows = len(columns[0]) if k else 0
    vouch_size(n_rows, k, key.n_codes)
    kind = np.min_scalar_type(key.n_codes)
    buffer, total, gaps = buffer_of(key, k), nothing_of(k), list[Narrow]()
    for start in range(0, n_rows, key.rows):
        u, seen = block_of(columns, slice(start, start + key.rows), key, buffer)
        gaps += _gaps_apart(u, seen, kind)
        total = total + of_gram(u, k)
    return ItemSums(origin=key.origin, n_codes=key.n_codes, n_rows=n_rows, complete=total, gaps=tuple(gaps))


def _gaps_apart(u: FloatArray, seen: BoolArray, kind: np.dtype[Any]) -> list[Narrow]:
    """Take the rows with a gap out of a block, in place; return them, narrow."""
    k = len(seen)
    whole = np.logical_and.reduce(seen, axis=0)
    if whole.all():
        return []
    at = np.flatnonzero(~whole)
    some = seen[:, at]
    at, some = at[some.any(axis=0)], some[:, some.any(axis=0)]
    answers = np.where(some, u[:k].take(at, axis=1), -1.0)
    keep_there(u[: k + 1], whole)
    return [(answers + 1).astype(kind)] if len(at) else []
