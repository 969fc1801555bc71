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
from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.wording import coefficient, counted, some
from intimacy_scales.reading.exports.table import Column, NumberCells, RawTable
from intimacy_scales.reading.responses.coding.coding import Coding
from intimacy_scales.reading.responses.coding.directions import (
    DirectionSums,
    counts_as_coded,
    direction_doubts,
    direction_sums,
)
from intimacy_scales.reading.responses.model import Answered

HEAD = 64  # rows by which columns are told apart at a glance
LEAST_APART = 20  # rows in which two alike columns hold something else than their most frequent answer
FEW = 2  # groups of copies that are told one by one
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
    metrics: FloatArray = field(repr=False)
    """What may stand there, the bank's own score first: factors of the sum of the answers, and what is added."""
    n: int
    off: IntArray
    """For each metric, the rows in which the column is not that."""
    sums: FloatArray = field(repr=False)
    """Of the answers' sum, of the column, of their squares and of their product."""
    first: tuple[int, float, float] | None
    """Row, the file's total and the answers' sum, where the column is first none of them."""

    def __add__(self, more: OwnTotal) -> OwnTotal:
        return replace(
            self, n=self.n + more.n, off=self.off + more.off, sums=self.sums + more.sums, first=self.first or more.first
        )

    def note(self) -> str:
        """Return what is to be told, ``""`` where the total says the same as the answers, on whatever metric."""
        at = int(np.argmin(self.off))
        off = int(self.off[at])
        if self.n < LEAST_ROWS or not off or self.first is None:
            return ""
        r, slope = self._line()
        factor, added = self.metrics[at]
        if r >= ALIKE and np.abs(slope / self.metrics[:, 0] - 1).min() > STRAIGHT:
            return ""
        row, own, given = self.first
        turned = f", and runs the other way (r {coefficient(r)})" if r <= OPPOSED else ""
        return (
            f"{self.bank}: the file's own {self.column} is not what its answers give in {off:,} of "
            f"{counted(self.n, 'complete row')}{turned} (row {row}: {own:.6g}, the answers give "
            f"{factor * given + added:.6g}): if it is right, numbers were taken for other codes than they are, or a "
            "column for another item: hold the codes of that row against the file"
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
        if len(groups) > FEW:
            shown = [" = ".join(names) for names in groups.values()]
            return [
                f"columns are copies of one another in every row ({some(shown)}): read twice from one place, perhaps"
            ]
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
    x, y, metrics = given[rows], own[rows], _metrics(part, scale)
    near = max(ROUNDED, 0.0 if scale.round is None else 0.51 * 10.0**-scale.round)
    off = np.abs(y - (metrics[:, :1] * x + metrics[:, 1:])) > near
    none = np.flatnonzero(off.all(axis=0))
    return OwnTotal(
        column=column.name,
        bank=part.bank.id,
        metrics=metrics,
        n=len(rows),
        off=np.count_nonzero(off, axis=1),
        sums=np.array([x.sum(), y.sum(), x @ x, y @ y, x @ y]),
        first=(int(table.row_numbers[rows[none[0]]]), float(y[none[0]]), float(x[none[0]])) if len(none) else None,
    )


def _metrics(part: Answered, scale: Scale) -> FloatArray:
    """Return factor and addend of the bank's own score, of the sum and of the mean, from the sum of the answers."""
    least, most = (float(end) for end in part.bank.sum_ends(scale))
    total, mean = [1.0, 0.0], [1.0 / len(scale.items), 0.0]
    own = total if scale.combine == "sum" else mean
    if scale.rescale is not None:
        low, high = (float(end) for end in scale.rescale)
        factor = (high - low) / (most - least)
        own = [factor, low - factor * least]
    return np.array([own, total, mean])


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
