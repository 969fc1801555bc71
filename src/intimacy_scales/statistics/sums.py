"""Sums of answers that merge: what figures of a sample are made of, the same whatever the order and size of its parts.

Answers are whole numbers, so their counts, sums and products are whole numbers too and add up exactly. Rows that
answered the same items are summed together (a *pattern*); from the patterns follow pairwise and listwise covariances of
all or of some of the items, item-total correlations, and the likelihood of incomplete answers.

Kernels: numpy only; they know no bank and no frame. What needs persons one by one (a bootstrap, a person's influence,
clusters) cannot be had from sums.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from intimacy_scales.base.arrays import BoolArray, FloatArray, IntArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.statistics.products import (
    Folded,
    Products,
    as_whole,
    by_number,
    fold_pattern,
    fold_rows,
    mask_of,
    merged,
    nothing_of,
)

BLOCK_ROWS = 16_384  # six items of a block are 0.5 MB in float32: in a second-level cache
WIDE = 12  # items from which on a block has a quarter of the rows
MOST_PRODUCTS = 2**18  # whole numbers kept for products by pattern (2 MB); 10 items keep every pattern there is
PENDING_CELLS = 2**21  # answers of incomplete rows put together before they are summed by pattern
EXACT_IN_FLOAT32 = 2**24
EXACT_IN_FLOAT64 = 2**53
MOST = 2**63 - 1  # of a sum of whole numbers
GLANCE = 4096  # incomplete rows of a first block that tell nearly always whether there are many patterns
FEW_CODES = 12  # codes up to which counting one by one is faster than sorting into bins


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnswerSums:
    """Sums of the keyed answers of one set of items; any two of the same items merge exactly, in any order.

    Answers are measured from ``origin``, the lowest declared end of all items.

    Examples
    --------
    >>> ends = np.array([[1, 5], [1, 5]])
    >>> one = answer_sums([np.array([1.0, 5]), np.array([2.0, 4])], ends=ends)
    >>> one + answer_sums([np.array([3.0]), np.array([np.nan])], ends=ends)
    <AnswerSums: 3 rows, 2 items, 2 patterns>
    """

    origin: int
    n_codes: int
    """Codes from the lowest to the highest declared end."""
    n_rows: int
    counts: IntArray = field(repr=False)
    """``counts[j, c]``: how often item j was answered ``origin + c``; no columns where codes were not counted."""
    complete_counts: IntArray = field(repr=False)
    """The same over the rows that answered everything."""
    patterns: Mapping[int, Products] = field(repr=False)
    """Which items a row answered (bit j: item j) to its sums; the complete rows always, rows without answers never."""
    folded: Folded | None = field(repr=False, default=None)
    """The incomplete rows, where they have too many patterns to be kept apart."""

    @classmethod
    def of_patterns(cls, patterns: Mapping[int, Products], fold: Folded | None = None, **known: Any) -> AnswerSums:
        """Return the sums of these patterns, folded where they are many; ``known``: the other fields.

        Raises
        ------
        ResponseError
            When whole numbers of 64 bits do not hold them.
        """
        kept, folded = _kept(patterns, fold, len(known["counts"]))
        vouch_size(known["n_rows"], len(known["counts"]), known["n_codes"])
        return cls(patterns=kept, folded=folded, **known)

    def __repr__(self) -> str:
        kept = f"{len(self.patterns)} patterns" if self.folded is None else "patterns folded"
        return f"<AnswerSums: {self.n_rows:,} rows, {self.n_items} items, {kept}>"

    @property
    def n_items(self) -> int:
        """Number of items."""
        return len(self.counts)

    @property
    def n(self) -> int:
        """Rows with any answer."""
        return sum(one.n for one in self.patterns.values()) + (0 if self.folded is None else self.folded.n)

    @property
    def answered(self) -> IntArray:
        """Rows that answered each item."""
        own = [of.n * mask_of(key, self.n_items) for key, of in self.patterns.items()]
        found: IntArray = np.sum([np.zeros(self.n_items, dtype=np.int64), *own], axis=0)
        return found if self.folded is None else found + np.diag(self.folded.pair_n)

    def __add__(self, other: AnswerSums) -> AnswerSums:
        """Merge: associative and commutative, exactly."""
        if (self.origin, self.n_codes, self.counts.shape) != (other.origin, other.n_codes, other.counts.shape):
            what = "are of other items, or of other codes"
            raise ResponseError(Problem(where="sums to be merged", what=what, allowed="sums of the same items"))
        patterns = dict(self.patterns)
        for key, one in other.patterns.items():
            patterns[key] = patterns[key] + one if key in patterns else one
        folds = [one for one in (self.folded, other.folded) if one is not None]
        return AnswerSums.of_patterns(
            patterns, merged(folds) if folds else None, origin=self.origin, n_codes=self.n_codes,
            n_rows=self.n_rows + other.n_rows, counts=self.counts + other.counts,
            complete_counts=self.complete_counts + other.complete_counts,
        )  # fmt: skip

    def over(self, items: Sequence[int] | None = None) -> Products:
        """Return the sums of the rows that answered every one of these items (all of them unless said).

        Of folded patterns only the rows that answered *everything* are known.
        """
        places = list(range(self.n_items) if items is None else items)
        wanted = sum(1 << j for j in places)
        found = merged([nothing_of(self.n_items), *(p for key, p in self.patterns.items() if key & wanted == wanted)])
        return Products(n=found.n, sums=found.sums[places], products=found.products[np.ix_(places, places)])

    def pairs(self) -> Folded:
        """Return the sums of all rows with any answer, by pair of items."""
        k = self.n_items
        own = [fold_pattern(key, one) for key, one in sorted(self.patterns.items())]
        return merged([*own, *([] if self.folded is None else [self.folded])] or [fold_pattern(0, nothing_of(k))])


def vouch_size(n_rows: int, k: int, n_codes: int) -> None:
    """Refuse what whole numbers of 64 bits do not hold: the squares of all rows' sums."""
    if n_rows * (k * n_codes) ** 2 > MOST:
        what = f"of {n_rows:,} rows of {k} items from 0 to {n_codes - 1:,} are too large to be summed exactly"
        raise ResponseError(Problem(where="answers", what=what, allowed="sums below 2^63", do="take fewer rows"))


def _kept(
    patterns: Mapping[int, Products], fold: Folded | None, k: int
) -> tuple[Mapping[int, Products], Folded | None]:
    """Keep patterns apart where that takes little room; else fold all but the complete rows.

    Whether they are folded depends on all patterns together, so on no order: what was folded once had too many.
    """
    whole = (1 << k) - 1
    if fold is None and len(patterns) * k * k <= MOST_PRODUCTS:
        return MappingProxyType(dict(sorted(patterns.items()))), None
    rest = [fold_pattern(key, one) for key, one in patterns.items() if key != whole]
    kept = {key: one for key, one in patterns.items() if key == whole}
    return MappingProxyType(kept), merged([*rest, *([] if fold is None else [fold])]) if rest or fold else None


@dataclass(slots=True, kw_only=True)
class BlockKey:
    """How answers become whole numbers from 0: ``sign x + offset``."""

    turned: BoolArray
    offset: FloatArray
    origin: int
    n_codes: int
    exact: type[np.float32 | np.float64]
    rows: int
    """Rows of a block: few enough that its sums are exact."""


def key_of(ends: FloatArray, turned: Sequence[bool] | BoolArray | None) -> BlockKey:
    """Return how answers between these declared ends (items x 2), some of them reversed, become whole numbers."""
    ends = np.asarray(ends, dtype=np.float64).reshape(-1, 2)
    back = np.zeros(len(ends), dtype=bool) if turned is None else np.asarray(turned, dtype=bool)
    origin = int(ends.min()) if len(ends) else 0
    n_codes = int(ends.max()) - origin + 1 if len(ends) else 0
    near = BLOCK_ROWS if len(ends) <= WIDE else BLOCK_ROWS // 4
    single = n_codes**2 * BLOCK_ROWS < EXACT_IN_FLOAT32
    largest = (max(len(ends), 1) * max(n_codes, 1)) ** 2  # the square of a row's sum
    return BlockKey(turned=back, offset=np.where(back, ends.sum(axis=1), 0.0) - origin, origin=origin, n_codes=n_codes,
                exact=np.float32 if single else np.float64,
                rows=max(1, min(near, EXACT_IN_FLOAT64 // largest)))  # fmt: skip


def buffer_of(key: BlockKey, k: int) -> FloatArray:
    """Return room for a block: items, a row of ones for the sums, rows of 0 up to a multiple of 8 (half the time)."""
    room = np.empty((-(-(k + 1) // 8) * 8, key.rows), dtype=key.exact)
    room[k:] = 0
    return room


def block_of(
    columns: Sequence[FloatArray], rows: slice, key: BlockKey, buffer: FloatArray
) -> tuple[FloatArray, BoolArray]:
    """Return a block of keyed answers from 0, items (and a row of ones) x rows, NaN where missing; which are there."""
    k, n = len(columns), len(columns[0][rows])
    u = buffer[:, :n]
    for row, column, turned, offset in zip(u, columns, key.turned.tolist(), key.offset.tolist(), strict=False):
        np.copyto(row, column[rows], casting="unsafe")
        if turned:
            np.subtract(key.exact(offset), row, out=row)
        elif offset:
            np.add(row, key.exact(offset), out=row)
    u[k] = 1
    return u, np.equal(u[:k], u[:k])  # NaN alone is unequal to itself


def keep_there(u: FloatArray, there: BoolArray) -> None:
    """Set to 0, in place, what is not there: by its bits, which takes the same time however much is missing."""
    kind = np.int32 if u.dtype == np.float32 else np.int64
    bits = u.view(kind)
    np.bitwise_and(bits, np.negative(there.view(np.int8), dtype=kind), out=bits)


def of_gram(u: FloatArray, k: int) -> Products:
    """Return the sums of rows from one product of matrices, exact in the kind of number that was chosen."""
    gram = as_whole(u @ u.T)
    return Products(n=int(gram[k, k]), sums=gram[:k, k], products=gram[:k, :k])


def _codes_in(u: FloatArray, n_codes: int, seen: BoolArray | None = None) -> IntArray:
    """Count the answers by code; a missing one (not ``seen``) was set to 0 and is taken off again."""
    found = np.empty((len(u), n_codes), dtype=np.int64)
    if n_codes <= FEW_CODES:
        for j, c in itertools.product(range(len(u)), range(n_codes)):
            found[j, c] = np.count_nonzero(u[j] == c)
    else:
        for j, row in enumerate(u):
            codes = row[(row >= 0) & (row < n_codes) & (row == np.floor(row))]
            found[j] = np.bincount(codes.astype(np.intp), minlength=n_codes)
    if seen is not None:
        found[:, 0] -= u.shape[1] - np.count_nonzero(seen, axis=1)
    return found


@dataclass(slots=True, kw_only=True)
class _Adding:
    """Running sums: the only thing here that changes, and it never leaves the module."""

    key: BlockKey
    buffer: FloatArray
    k: int
    by_code: bool
    counts: IntArray
    complete_counts: IntArray
    patterns: dict[int, Products]
    fold: Folded | None = None
    waiting: list[tuple[FloatArray, BoolArray]] = field(default_factory=list)
    cells: int = 0

    def add(self, columns: Sequence[FloatArray], rows: slice) -> None:
        """Add a block: complete rows at once, incomplete ones by pattern, or folded where there are many patterns."""
        k = self.k
        u, seen = block_of(columns, rows, self.key, self.buffer)
        incomplete = None if seen.all() else np.flatnonzero(~np.logical_and.reduce(seen, axis=0))
        if incomplete is None:
            if self.by_code:
                found = _codes_in(u[:k], self.key.n_codes)
                self.counts += found
                self.complete_counts += found
            self.put((1 << k) - 1, of_gram(u, k))
            return
        keep_there(u[:k], seen)
        at_first = self.fold is None and not self.waiting
        if at_first and self.has_many(_patterns_in(seen.take(incomplete[:GLANCE], axis=1))[0]):
            self.turn_to_folding()
        if self.fold is None:
            self.by_pattern(u, seen, incomplete)
        else:
            self.folded(u, seen)

    def by_pattern(self, u: FloatArray, seen: BoolArray, incomplete: IntArray) -> None:
        """Add a block's sums less those of its incomplete rows, which wait until they are worth the sorting."""
        k = self.k
        v, m = u[: k + 1].take(incomplete, axis=1), seen.take(incomplete, axis=1)
        if self.by_code:
            found = _codes_in(u[:k], self.key.n_codes, seen)
            self.counts += found
            self.complete_counts += found - _codes_in(v[:k], self.key.n_codes, m)
        self.put((1 << k) - 1, of_gram(u, k) - of_gram(v, k))
        self.waiting.append((v[:k], m))
        self.cells += v.size
        if self.cells > PENDING_CELLS:
            self.sort()

    def folded(self, u: FloatArray, seen: BoolArray) -> None:
        """Add a block's complete rows, and fold the others."""
        k = self.k
        order, sizes = by_number(seen)
        complete = u.take(order[len(order) - sizes[k] :], axis=1)
        if self.by_code:
            self.counts += _codes_in(u[:k], self.key.n_codes, seen)
            self.complete_counts += _codes_in(complete[:k], self.key.n_codes)
        self.put((1 << k) - 1, of_gram(complete, k))
        self.fold_in(u[:k], seen, order, sizes)

    def fold_in(self, u: FloatArray, seen: BoolArray, order: IntArray, sizes: IntArray) -> None:
        """Fold the rows that have some answers and not all, of a block in the order of their number of answers."""
        rows = order[sizes[0] : len(order) - sizes[self.k]]
        some = np.where(np.arange(len(sizes)) % self.k == 0, 0, sizes)
        folded = fold_rows(u.take(rows, axis=1), seen.take(rows, axis=1), some, self.key.n_codes)
        self.fold = folded if self.fold is None else self.fold + folded

    def put(self, key: int, of: Products) -> None:
        if of.n:
            self.patterns[key] = self.patterns[key] + of if key in self.patterns else of

    def has_many(self, keys: Iterable[int]) -> bool:
        """Whether these patterns and those there are, are more than are kept apart."""
        return len((self.patterns.keys() | set(keys)) - {0}) * self.k**2 > MOST_PRODUCTS

    def turn_to_folding(self) -> None:
        """Fold what was kept apart, and whatever comes."""
        kept, self.fold = _kept(self.patterns, fold_pattern(0, nothing_of(self.k)), self.k)
        self.patterns = dict(kept)
        for v, m in self.waiting:
            self.fold_in(v, m, *by_number(m))
        self.waiting, self.cells = [], 0

    def sort(self) -> None:
        """Sum the rows that wait, pattern by pattern."""
        if not self.waiting:
            return
        m = np.concatenate([seen for _, seen in self.waiting], axis=1)
        keys, which = _patterns_in(m)
        if self.has_many(keys):
            self.turn_to_folding()
            return
        v = np.concatenate([answers for answers, _ in self.waiting], axis=1)
        self.waiting, self.cells = [], 0
        order = np.argsort(which, kind="stable")
        ends = np.cumsum(np.bincount(which, minlength=len(keys)))
        for key, a, b in zip(keys, [0, *ends[:-1].tolist()], ends.tolist(), strict=True):
            if key:
                self.put(key, _products(v.take(order[a:b], axis=1), self.key.rows))


def _products(v: FloatArray, rows: int) -> Products:
    """Sum rows of one pattern, in blocks whose products are exact."""
    blocks = [v[:, a : a + rows] for a in range(0, v.shape[1], rows)]
    return merged(
        Products(n=x.shape[1], sums=as_whole(x.sum(axis=1)), products=as_whole(x @ x.T)) for x in blocks
    )  # fmt: skip


def _patterns_in(m: BoolArray) -> tuple[list[int], IntArray]:
    """Return the patterns that occur as numbers (bit j: item j), and which one each row has."""
    packed = np.ascontiguousarray(np.packbits(m, axis=0, bitorder="little").T)
    width = packed.shape[1]
    if width <= 8:
        wide = np.zeros((len(packed), 8), dtype=np.uint8)
        wide[:, :width] = packed
        found, which = np.unique(wide.view("<u8").ravel(), return_inverse=True)
        return [int(one) for one in found.tolist()], which.reshape(-1)
    rows, which = np.unique(packed, axis=0, return_inverse=True)
    return [int.from_bytes(row.tobytes(), "little") for row in rows], which.reshape(-1)


def answer_sums(
    columns: Sequence[FloatArray],
    *,
    ends: FloatArray | IntArray,
    turned: Sequence[bool] | BoolArray | None = None,
    by_code: bool = True,
) -> AnswerSums:
    """Return the sums of answers.

    Parameters
    ----------
    columns
        One array of whole codes an item, as ticked; NaN where there is no answer.
    ends
        Declared lowest and highest code of every item, items x 2.
    turned
        Items whose answers are reversed on the way: ``lo + hi - x``.
    by_code
        Count how often each code was given.

    Returns
    -------
    AnswerSums
        Parts of a sample add up to the sums of the whole.

    Raises
    ------
    ResponseError
        When codes are counted and an answer is no whole number between the ends.

    Notes
    -----
    Validated against numpy's ``cov`` and R's ``cov(use = "pairwise.complete.obs")`` through
    :func:`intimacy_scales.statistics.moments.moments_of`.
    """
    key, k = key_of(np.asarray(ends, dtype=np.float64), turned), len(columns)
    n_rows = len(columns[0]) if k else 0
    counts, complete = (np.zeros((k, key.n_codes if by_code else 0), dtype=np.int64) for _ in range(2))
    adding = _Adding(
        key=key, buffer=buffer_of(key, k), k=k, by_code=by_code, counts=counts, complete_counts=complete, patterns={}
    )
    for start in range(0, n_rows, key.rows):
        adding.add(columns, slice(start, start + key.rows))
    adding.sort()
    made = AnswerSums.of_patterns(adding.patterns, adding.fold, origin=key.origin, n_codes=key.n_codes, n_rows=n_rows,
                                  counts=counts, complete_counts=complete)  # fmt: skip
    if by_code and (counts.sum(axis=1) != made.answered).any():
        raise no_whole_codes()
    return made


def no_whole_codes() -> ResponseError:
    """Return the fault of answers that cannot be counted by code."""
    what = "hold numbers that are no whole codes between the ends of their item"
    return ResponseError(Problem(where="answers", what=what, allowed="whole codes", do="sum them with decimals"))


def complete_sums(columns: Sequence[FloatArray], *, ends: FloatArray | IntArray) -> Mapping[int, Products]:
    """Return the sums of the rows that answered every item asked: those that any row of these answered.

    The quick half of :func:`answer_sums`, for figures of complete rows: the items asked (bit j: item j) to the sums of
    all items, 0 for those not asked; nothing without rows. Parts of a sample merge by :func:`merged_complete`; where an
    item was asked in some parts only, the others hold no complete row.
    """
    k = len(columns)
    asked = [j for j, column in enumerate(columns) if _any_answer(column)]
    if not asked:
        return MappingProxyType({})
    key = key_of(np.asarray(ends, dtype=np.float64), None)
    own = BlockKey(turned=key.turned[asked], offset=key.offset[asked], origin=key.origin, n_codes=key.n_codes,
               exact=key.exact, rows=key.rows)  # fmt: skip
    chosen, buffer, total = [columns[j] for j in asked], buffer_of(own, len(asked)), nothing_of(len(asked))
    for start in range(0, len(columns[0]), key.rows):
        u, seen = block_of(chosen, slice(start, start + key.rows), own, buffer)
        if not seen.all():
            keep_there(u[: len(asked) + 1], np.logical_and.reduce(seen, axis=0))
        total = total + of_gram(u, len(asked))
    spread = nothing_of(k)
    spread.sums[asked], spread.products[np.ix_(asked, asked)] = total.sums, total.products
    return MappingProxyType(
        {sum(1 << j for j in asked): Products(n=total.n, sums=spread.sums, products=spread.products)}
    )


def merged_complete(parts: Iterable[Mapping[int, Products]]) -> Mapping[int, Products]:
    """Merge the sums of complete rows; exact, in any order."""
    found: dict[int, Products] = {}
    for part in parts:
        for key, one in part.items():
            found[key] = found[key] + one if key in found else one
    return MappingProxyType(found)


def _any_answer(column: FloatArray) -> bool:
    """Whether a column holds any answer; the first rows tell nearly always."""
    return bool(not np.isnan(column[:64]).all() or not np.isnan(column).all())
