"""What a file holds beside bare answers that speaks for or against them, in counts that merge over batches of rows.

Scales that should go together, columns that are copies of one another, and totals that the file has already.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np

from intimacy_scales.bank.model import Scale
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.wording import coefficient, counted, some
from intimacy_scales.reading.exports.table import Column, NumberCells, RawTable
from intimacy_scales.reading.responses.coding.coding import Coding
from intimacy_scales.reading.responses.coding.doubts import (
    DirectionSums,
    counts_as_coded,
    direction_doubts,
    direction_sums,
)
from intimacy_scales.reading.responses.model import Answered

HEAD = 64  # rows by which columns are told apart at a glance
LEAST_APART = 20  # rows in which two alike columns hold something else than their most frequent answer
LEAST_ROWS = 10  # complete rows from which on a total of the file is held against the answers
ROUNDED = 0.051  # a total may have been written with one decimal
ALIKE = 0.999  # correlation from which on two totals are one, on another metric
OPPOSED = -0.9
STRAIGHT = 0.02  # the slope of a total on the sum may be this far from 1 (or from one over the number of items)
TOTALS = ("total", "sum", "mean", "score", "scale")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTotal:
    """A column of the file that is called like a score, and how far it is what the answers give."""

    column: str
    bank: str
    items: int
    n: int
    off_sum: int
    """Rows in which it is not the sum of the answers."""
    off_mean: int
    sums: FloatArray = field(repr=False)
    """Of the sum, of the file's total, of their squares and of their product."""
    first: tuple[int, float, float] | None
    """Row, the file's total and the answers' sum, where they first differ both ways."""

    def __add__(self, more: OwnTotal) -> OwnTotal:
        return replace(
            self, n=self.n + more.n, off_sum=self.off_sum + more.off_sum, off_mean=self.off_mean + more.off_mean,
            sums=self.sums + more.sums, first=self.first or more.first,
        )  # fmt: skip

    def note(self) -> str:
        """Return what is to be told, ``""`` where the total says the same as the answers, on whatever metric."""
        off = min(self.off_sum, self.off_mean)
        if self.n < LEAST_ROWS or not off or self.first is None:
            return ""
        r, slope = self._line()
        if r >= ALIKE and min(abs(slope - 1), abs(slope * self.items - 1)) > STRAIGHT:
            return ""
        row, own, given = self.first
        shown = given / self.items if self.off_mean < self.off_sum else given
        turned = f", and runs the other way (r {coefficient(r)})" if r <= OPPOSED else ""
        return (
            f"{self.bank}: the file's own {self.column} is not what its answers give in {off:,} of "
            f"{counted(self.n, 'complete row')}{turned} (row {row}: {own:.6g}, the answers give {shown:.6g}): if it is "
            "right, numbers were taken for other codes than they are, or a column for another item; --answers writes "
            "the codes as they were counted"
        )

    def _line(self) -> tuple[float, float]:
        x, y, xx, yy, xy = (float(one) for one in self.sums)
        spread, other = self.n * xx - x * x, self.n * yy - y * y
        if min(spread, other) <= 1e-9 * max(self.n, 1):
            return 0.0, 0.0
        both = self.n * xy - x * y
        return both / math.sqrt(spread * other), both / spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """All of it, of some rows."""

    direction: DirectionSums | None = None
    twins: dict[tuple[str, str], Counter[float]] = field(default_factory=dict)
    """Two columns that hold the same in every row, and how often which answer."""
    totals: tuple[OwnTotal, ...] = ()

    def __add__(self, more: Beside) -> Beside:
        one, other = self.direction, more.direction
        return Beside(
            direction=other if one is None else one if other is None else one + other,
            twins={pair: self.twins[pair] + more.twins[pair] for pair in self.twins if pair in more.twins},
            totals=tuple(a + b for a, b in zip(self.totals, more.totals, strict=True)),
        )

    def notes(self, codings: Sequence[Coding]) -> list[str]:
        """Return everything that is to be told."""
        return [
            *direction_doubts(self.direction, codings),
            *self._copies(),
            *(said for total in self.totals if (said := total.note())),
        ]

    def _copies(self) -> list[str]:
        groups: dict[str, list[str]] = {}
        first: dict[str, str] = {}
        rows: dict[str, int] = {}
        for (one, other), counts in self.twins.items():
            if counts.total() - max(counts.values(), default=0) < LEAST_APART:
                continue
            head = first.setdefault(one, one)
            if other not in first:
                first[other] = head
                groups.setdefault(head, [head]).append(other)
                rows[head] = counts.total()
        return [
            f"{some(names)} hold the same answers in every row ({counted(rows[head], 'answer')} each): one may be a "
            "copy of the other"
            for head, names in groups.items()
        ]


def beside(parts: Sequence[Answered], table: RawTable) -> Beside:
    """Return what stands beside the answers of a table, or of a batch of it."""
    return Beside(direction=direction_sums(parts), twins=_twins(parts), totals=tuple(_totals(parts, table)))


def _twins(parts: Sequence[Answered]) -> dict[tuple[str, str], Counter[float]]:
    alike: dict[bytes, list[tuple[str, FloatArray]]] = {}
    for part in parts:
        for name, values in zip(part.columns, part.answers, strict=True):
            if name is not None:
                alike.setdefault(values[:HEAD].tobytes(), []).append((name, values))
    found: dict[tuple[str, str], Counter[float]] = {}
    for group in alike.values():
        for (name, values), (other, more) in combinations(group, 2):
            if name != other and (values is more or np.array_equal(values, more, equal_nan=True)):
                codes, counts = np.unique(values[~np.isnan(values)], return_counts=True)
                found[name, other] = Counter(dict(zip(codes.tolist(), counts.tolist(), strict=True)))
    return found


def _totals(parts: Sequence[Answered], table: RawTable) -> Iterator[OwnTotal]:
    items = {name for part in parts for name in part.columns}
    named = {_plain(column.name): column for column in table.columns if column.name not in items}
    for part in parts:
        for scale in part.bank.item_scales:
            if scale.weights or not counts_as_coded(part.bank, scale):
                continue
            for name in _names(part, scale):
                if name in named:
                    yield _held_against(named[name], part, scale, table)


def _names(part: Answered, scale: Scale) -> list[str]:
    """Return the names under which a file may hold this scale's score."""
    where, own = part.administration, part.bank.id
    ids = [scale.id, *(f"{scale.id}_{what}" for what in TOTALS)]
    if len(part.bank.item_scales) == 1:
        ids += ["", *TOTALS]
    return list(dict.fromkeys(_plain(where.column(own, one)) for one in ids))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")


def _held_against(column: Column, part: Answered, scale: Scale, table: RawTable) -> OwnTotal:
    own, given = _numbers(column), np.zeros(part.n_persons)
    for number, place in zip(scale.items, part.bank.places_of(scale), strict=True):
        low, high = part.bank.ends(part.bank.item(number))
        turned = part.bank.item(number).reverse and not part.already_reversed
        given += (low + high - part.answers[place]) if turned else part.answers[place]
    rows = np.flatnonzero(~np.isnan(own) & ~np.isnan(given))
    x, y, k = given[rows], own[rows], len(scale.items)
    off_sum, off_mean = np.abs(y - x) > ROUNDED, np.abs(y - x / k) > ROUNDED
    off = np.flatnonzero(off_sum & off_mean)
    return OwnTotal(
        column=column.name,
        bank=part.bank.id,
        items=k,
        n=len(rows),
        off_sum=int(np.count_nonzero(off_sum)),
        off_mean=int(np.count_nonzero(off_mean)),
        sums=np.array([x.sum(), y.sum(), x @ x, y @ y, x @ y]),
        first=(int(table.row_numbers[rows[off[0]]]), float(y[off[0]]), float(x[off[0]])) if len(off) else None,
    )


def _numbers(column: Column) -> FloatArray:
    cells = column.cells
    if isinstance(cells, NumberCells):
        return np.asarray(cells.numbers, dtype=np.float64)
    values = np.array([*(_number(text) for text in cells.values), math.nan])
    found: FloatArray = values[cells.codes]
    return found


def _number(text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan
