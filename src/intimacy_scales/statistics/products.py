"""Sums of products of whole answers: over rows that answered the same items, or folded over many patterns.

Whole numbers add up exactly, in any order; what is made of them is rounded once, at the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import TypeVar

import numpy as np

from intimacy_scales.base.arrays import BoolArray, FloatArray, IntArray

T = TypeVar("T")

COUNTS_AT_ONCE = 8  # numbers of answers whose rows are summed in one product


def merged(parts: Iterable[T]) -> T:
    """Return the sum of one part or more; each knows ``+``."""
    return reduce(lambda one, other: one + other, parts)  # type: ignore[operator]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Products:
    """Rows that answered the same items: how many, each item's sum, sums of products (items x items); else 0."""

    n: int
    sums: IntArray
    products: IntArray

    def __add__(self, other: Products) -> Products:
        return Products(n=self.n + other.n, sums=self.sums + other.sums, products=self.products + other.products)

    def __sub__(self, other: Products) -> Products:
        return Products(n=self.n - other.n, sums=self.sums - other.sums, products=self.products - other.products)

    def __repr__(self) -> str:
        return f"<Products of {self.n:,} rows, {len(self.sums)} items>"

    def covariance(self) -> FloatArray:
        """Return the covariances of these rows (divisor n - 1), each rounded once; NaN under two rows."""
        return pair_covariance(
            np.full(self.products.shape, self.n), self.sums[:, None] + 0 * self.products, self.products
        )


def nothing_of(k: int) -> Products:
    """Return the sums of no rows."""
    return Products(n=0, sums=np.zeros(k, dtype=np.int64), products=np.zeros((k, k), dtype=np.int64))


def pair_covariance(pair_n: IntArray, common: IntArray, products: IntArray) -> FloatArray:
    """Return ``(n p_ij - s_i|j s_j|i) / (n (n - 1))`` in whole numbers of any length, rounded at the end."""
    n, s = pair_n.astype(object), common.astype(object)
    above, below = n * products.astype(object) - s * s.T, n * (n - 1)
    found = [[a / b if b else np.nan for a, b in zip(*rows, strict=True)] for rows in zip(above, below, strict=True)]
    return np.array(found, dtype=np.float64).reshape(products.shape)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Folded:
    """Incomplete rows with more patterns than are kept: sums over the rows that have both items of a pair.

    ``item_n[c, j]``, ``item_t``, ``item_xt``, ``item_tt``: over the rows with c answers that have item j, their number
    and the sums of t, x t and t^2, with t the sum of a row's answers.
    """

    n: int
    pair_n: IntArray
    common: IntArray
    """``common[i, j]``: sum of item i over the rows that have i and j."""
    squares: IntArray
    """``squares[i, j]``: sum of its squares over the same rows."""
    products: IntArray
    item_n: IntArray
    item_t: IntArray
    item_xt: IntArray
    item_tt: IntArray

    def __add__(self, other: Folded) -> Folded:
        return Folded(n=self.n + other.n, **{
            name: getattr(self, name) + getattr(other, name)
            for name in ("pair_n", "common", "squares", "products", "item_n", "item_t", "item_xt", "item_tt")
        })  # fmt: skip

    def __repr__(self) -> str:
        return f"<Folded: {self.n:,} rows, {len(self.pair_n)} items>"


def fold_pattern(key: int, of: Products) -> Folded:
    """Fold one pattern: the sums of its rows by pair of items and by number of answers."""
    mask = mask_of(key, len(of.sums)).astype(np.int64)
    k, c = len(mask), int(mask.sum())
    by_count = np.zeros((4, k + 1, k), dtype=np.int64)
    by_count[:, c] = of.n * mask, of.sums.sum() * mask, of.products.sum(axis=1), of.products.sum() * mask
    return Folded(
        n=of.n, pair_n=of.n * np.outer(mask, mask), common=np.outer(of.sums, mask),
        squares=np.outer(np.diag(of.products), mask), products=of.products,
        item_n=by_count[0], item_t=by_count[1], item_xt=by_count[2], item_tt=by_count[3],
    )  # fmt: skip


def mask_of(key: int, k: int) -> BoolArray:
    """Return which items a pattern holds."""
    return np.array([bool(key >> j & 1) for j in range(k)], dtype=bool)


def _in_parts(x: FloatArray, bits: int) -> list[FloatArray]:
    """Return whole numbers from 0 in parts of so many bits, the lowest first: sums of such parts stay exact."""
    parts = []
    for _ in range(max(int(x.max(initial=0)).bit_length(), 1) // bits + 1):
        higher = np.floor(x / 2**bits)
        parts.append(x - higher * 2**bits)
        x = higher
    return parts


def _together(parts: IntArray, bits: int) -> IntArray:
    """Return sums over such parts (... x parts x items), put together again."""
    made: IntArray = (parts << (bits * np.arange(parts.shape[1], dtype=np.int64))[:, None]).sum(axis=1)
    return made


def _by_count(u: FloatArray, m: FloatArray, sizes: IntArray, n_codes: int) -> IntArray:
    """Return the four sums by number of answers; ``sizes[c]`` rows of c answers stand together."""
    k, n = u.shape
    total = u.sum(axis=0, dtype=np.float64)
    bits = 52 if u.dtype == np.float64 else 24 - (n_codes * n).bit_length()
    one, square = _in_parts(total, bits), _in_parts(total * total, bits)
    beside = np.array([np.ones(n), *one, *square], dtype=u.dtype)
    a, b, made, ends = 1, 1 + len(one), np.zeros((4, k + 1, k), dtype=np.int64), np.cumsum(sizes)
    counts = np.flatnonzero(sizes)
    for own in (counts[at : at + COUNTS_AT_ONCE] for at in range(0, len(counts), COUNTS_AT_ONCE)):
        rows = slice(int(ends[own[0]] - sizes[own[0]]), int(ends[own[-1]]))
        of = np.repeat(np.eye(len(own), dtype=u.dtype), sizes[own], axis=1)[:, None, :] * beside[:, rows]
        there = as_whole(of.reshape(-1, of.shape[2]) @ m[:, rows].T).reshape(len(own), -1, k)
        both = as_whole(of[:, a:b].reshape(-1, of.shape[2]) @ u[:, rows].T).reshape(len(own), -1, k)
        made[:, own] = there[:, 0], _together(there[:, a:b], bits), _together(both, bits), _together(there[:, b:], bits)
    return made


def by_number(seen: BoolArray) -> tuple[IntArray, IntArray]:
    """Return the rows by their number of answers, and how many have each number."""
    k = len(seen)
    kind = np.int8 if k < 128 else np.int32
    count = np.add.reduce(seen.view(np.int8), axis=0, dtype=kind)
    return np.argsort(count, kind="stable"), np.bincount(count, minlength=k + 1)


def fold_rows(u: FloatArray, seen: BoolArray, sizes: IntArray, n_codes: int) -> Folded:
    """Fold incomplete rows, items x rows, 0 where missing, in the order of their number of answers."""
    m = seen.astype(u.dtype)
    by_count = _by_count(u, m, sizes, n_codes)
    return Folded(
        n=u.shape[1], pair_n=as_whole(m @ m.T), common=as_whole(u @ m.T), squares=as_whole((u * u) @ m.T),
        products=as_whole(u @ u.T),
        item_n=by_count[0], item_t=by_count[1], item_xt=by_count[2], item_tt=by_count[3],
    )  # fmt: skip


def as_whole(x: FloatArray) -> IntArray:
    """Return numbers that are whole but for rounding as whole numbers."""
    return np.rint(x).astype(np.int64)
