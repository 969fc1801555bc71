"""Rows that are set aside of a table that is read batch by batch: summaries, refused consent, what a rule leaves out.

Whether a row is a summary, and which words refuse, is decided from what was counted of all rows; then any batch can be
told which of its rows go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from intimacy_scales.base.arrays import BoolArray, FloatArray, IntArray
from intimacy_scales.base.row_rule import RowRule
from intimacy_scales.base.wording import some
from intimacy_scales.reading.exports.exclusion import (
    REASONS,
    Held,
    end_marks,
    is_summary,
    numbers_in_cells,
    refusing_texts,
    rows_without_ids,
    statistics_named,
    unnamed_statistic,
)
from intimacy_scales.reading.exports.row_filter import LEFT_OUT, rows_met
from intimacy_scales.reading.exports.streamed_column import StreamedColumn
from intimacy_scales.reading.exports.table import Column, NeedsWholeError, NumberCells, RawTable, TextCells

TAIL = 8
"""Rows at the end that are looked at: as many as may be statistics without an id, and the one above them."""
_MOST_NAMED = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsApart:
    """Which rows of a table are set aside, whatever batch they stand in."""

    named: Mapping[int, str] = field(default_factory=dict)
    """Numbers of single rows, each with its reason."""
    refusing: tuple[tuple[str, frozenset[str]], ...] = ()
    """Columns that ask for consent, with the texts that refuse it."""
    rule: RowRule | None = None
    """Rows that do not meet it are left out."""

    def __bool__(self) -> bool:
        return bool(self.named or self.refusing or self.rule is not None)

    def __call__(self, table: RawTable) -> tuple[RawTable, dict[int, str]]:
        """Return a batch without these rows, and the numbers of those, each with its reason."""
        gone: dict[int, str] = {}
        if self.named:
            for number in table.row_numbers[np.isin(table.row_numbers, list(self.named))].tolist():
                gone[number] = self.named[number]
        refused: dict[int, str] = {}
        for name, texts in self.refusing:
            for place, text in _cells_with(table.column(name), texts):
                refused[int(table.row_numbers[place])] = f"{REASONS['refused']} ({name}: {text})"
        gone |= {number: f"{gone[number]}; {why}" if number in gone else why for number, why in refused.items()}
        kept = rows_of_table(table, ~np.isin(table.row_numbers, list(gone))) if gone else table
        if self.rule is not None and len(kept):
            met = rows_met(self.rule, kept)
            gone |= dict.fromkeys(kept.row_numbers[~met].tolist(), f"{LEFT_OUT}{self.rule}")
            kept = rows_of_table(kept, met)
        return kept, gone


def _cells_with(column: Column, texts: frozenset[str]) -> Iterable[tuple[int, str]]:
    codes: IntArray
    if isinstance(column.cells, NumberCells):
        numbers, codes = np.unique(column.cells.numbers, return_inverse=True)
        spelled = NumberCells(numbers=numbers).texts()
    else:
        spelled, codes = [text.strip() for text in column.cells.values], column.cells.codes
    held = np.array([*(text in texts for text in spelled), False], dtype=bool)[codes]
    return [(at, spelled[int(codes[at])]) for at in np.flatnonzero(held).tolist()]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRow:
    """A row in which the name of a statistic stands."""

    number: int
    word: str
    statistic: str
    numbers: Mapping[str, float]
    """Column of answers to the number in this row, where it holds one."""


def numbers_of_row(table: RawTable, place: int) -> dict[str, float]:
    """Return the numbers that a row holds in columns of answers."""
    at: IntArray = np.array([place], dtype=np.int64)
    found = {}
    for column in table.columns:
        numbers = numbers_in_cells(column.cells.take(at)) if column.kind == "answer" else None
        if numbers is not None and not np.isnan(numbers[0]):
            found[column.name] = float(numbers[0])
    return found


def named_rows(table: RawTable, columns: Iterable[str]) -> list[NamedRow]:
    """Return the rows of a batch in which one of these columns holds the name of a statistic.

    Raises
    ------
    NeedsWholeError
        When they are many.
    """
    found: dict[int, NamedRow] = {}
    for name in columns:
        cells = table.column(name).cells
        if not isinstance(cells, TextCells):
            continue
        named = statistics_named(cells.values)
        places = np.flatnonzero(np.isin(cells.codes, list(named))).tolist() if named else []
        if len(places) > _MOST_NAMED:
            raise NeedsWholeError(f"column {name} holds names of statistics in many rows")
        for place in places:
            code = int(cells.codes[place])
            found[place] = NamedRow(
                number=int(table.row_numbers[place]), word=cells.values[code].strip(), statistic=named[code],
                numbers=numbers_of_row(table, place),
            )  # fmt: skip
    return list(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class TableEnd:
    """The last rows of a table, and what was counted of its columns."""

    columns: Mapping[str, StreamedColumn]
    tail: RawTable
    n_rows: int

    @classmethod
    def of(cls, columns: Sequence[StreamedColumn], batches: Sequence[RawTable], n_rows: int) -> TableEnd:
        """Put the last batches together, their columns as all rows decided."""
        kept = {one.name: one for one in columns if not one.gone}
        tail = joined(batches)
        own = tuple(replace(c, kind=kept[c.name].kind) for c in tail.columns if c.name in kept)
        return cls(columns=kept, tail=replace(tail, columns=own), n_rows=n_rows)

    def held(self, row: Mapping[str, float], apart: Sequence[Mapping[str, float]]) -> list[Held]:
        """Return the numbers of a row, each with the statistics of its column without the rows that are apart."""
        found: list[Held] = []
        for name, value in row.items():
            gone = [one[name] for one in apart if name in one]
            rest = _Rest(self.columns[name], gone)
            if rest.n:
                found.append((value, rest.statistic))
        return found

    def summaries(self, named: Sequence[NamedRow], notes: list[str]) -> dict[int, str]:
        """Return the rows that are summaries by their name, with the reason; doubts go to ``notes``."""
        certain: dict[int, str] = {}
        doubtful = []
        for one in named:
            if is_summary(one.statistic, self.held(one.numbers, [other.numbers for other in named])):
                certain[one.number] = f"a summary row ({one.word}), no person"
            else:
                doubtful.append(one.number)
        if doubtful:
            notes.append(f"rows {some(doubtful)} carry the name of a statistic, and other numbers: they are kept")
        return certain

    def unnamed(self, notes: list[str]) -> dict[int, str]:
        """Return the last rows without an id that hold a statistic of every column, with the reason."""
        n = len(self.tail)
        first = rows_without_ids(self.tail)
        if first is None or self.n_rows - (n - first) < 2:
            return {}
        rows = {int(self.tail.row_numbers[place]): numbers_of_row(self.tail, place) for place in range(first, n)}
        certain: dict[int, str] = {}
        for number, row in rows.items():
            told, note = unnamed_statistic(number, self.held(row, list(rows.values())))
            certain |= {number: told} if told else {}
            notes += [note] if note else []
        return certain

    def end_marks(self) -> dict[int, str]:
        """Return the last row where it is the mark of a file's end."""
        return {int(self.tail.row_numbers[place]): why for place, why in end_marks(self.tail).items()}


class _Rest:
    """What was counted of a column, without the numbers of some rows."""

    def __init__(self, column: StreamedColumn, gone: Sequence[float]) -> None:
        tally = column.texts if column.texts is not None else column.numbers
        self.name, self.many = column.name, tally is None or tally.many
        counts = dict(column.number_counts())
        for value in gone:
            counts[value] = counts.get(value, 0) - 1
        kept = sorted((value, count) for value, count in counts.items() if count > 0)
        self.values: FloatArray = np.array([value for value, _ in kept], dtype=np.float64)
        self.counts: IntArray = np.array([count for _, count in kept], dtype=np.int64)
        self.n = 1 if self.many else int(self.counts.sum())

    def statistic(self, name: str) -> float:
        """Return a statistic of these numbers.

        Raises
        ------
        NeedsWholeError
            When there are too many different ones to be counted.
        """
        if self.many:
            raise NeedsWholeError(f"a row may be a summary, and column {self.name} holds many numbers")
        n, total = self.n, float(self.values @ self.counts)
        if name == "sd":
            spread = float(np.square(self.values - total / n) @ self.counts)
            return float(np.sqrt(spread / (n - 1))) if n > 1 else 0.0
        if name == "median":
            ends = np.cumsum(self.counts)
            middle = self.values[np.searchsorted(ends, [(n - 1) // 2, n // 2], side="right")]
            return float(middle.mean())
        return {"mean": total / n, "sum": total, "count": float(n), "min": float(self.values[0]),
                "max": float(self.values[-1])}[name]  # fmt: skip


def refusals(columns: Iterable[StreamedColumn], notes: list[str]) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the columns that ask for consent with the texts that refuse it; doubts go to ``notes``."""
    counted = [one for one in columns if one.texts is None or not one.texts.many]  # no question has so many answers
    found = [(one.name, refusing_texts(one.summed(), notes)) for one in counted]
    return tuple((name, frozenset(texts)) for name, texts in found if texts)


def tail_of(batches: Sequence[RawTable], batch: RawTable) -> list[RawTable]:
    """Return the last batches that hold the last rows, with one more; of each only what may be among them."""
    last = batch if len(batch) <= TAIL else rows_of_table(batch, np.arange(len(batch)) >= len(batch) - TAIL)
    kept = [*batches, last] if len(last) else list(batches)
    while kept and sum(map(len, kept[1:])) >= TAIL:
        kept = kept[1:]
    return kept


def rows_of_table(table: RawTable, keep: BoolArray) -> RawTable:
    """Return a table with the rows that are to be kept."""
    if keep.all():
        return table
    rows = np.flatnonzero(keep)
    columns = tuple(replace(column, cells=column.cells.take(rows)) for column in table.columns)
    return replace(table, columns=columns, row_numbers=table.row_numbers[rows])


def joined(batches: Sequence[RawTable]) -> RawTable:
    """Return the last rows of all as one table of texts."""
    numbers = np.concatenate([one.row_numbers for one in batches])[-TAIL:]
    columns = []
    for place, first in enumerate(batches[0].columns):
        texts = [text for one in batches for text in one.columns[place].cells.texts()][-TAIL:]
        values = tuple(dict.fromkeys(text for text in texts if text.strip()))
        at = {text: code for code, text in enumerate(values)}
        codes = np.array([at.get(text, -1) for text in texts], dtype=np.int16)
        columns.append(replace(first, cells=TextCells(values=values, codes=codes)))
    return replace(batches[0], columns=tuple(columns), row_numbers=numbers)


def may_end_oddly(tail: RawTable) -> bool:
    """Whether the last row is the mark of a file's end, or has no id where the one above it has."""
    return bool(end_marks(tail)) or rows_without_ids(tail) is not None
