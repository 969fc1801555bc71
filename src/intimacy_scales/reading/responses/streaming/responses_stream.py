"""Answers of any number of rows, batch by batch: decided from the first batch, vouched for when all were seen.

What a raw answer means is decided from the distinct answers of all columns that share their options, and these can be
added up over batches. So the first batch decides, every batch is coded and handed on, and at the end the decision is
made once more from everything: where it is the same and nothing stands in the way, the batches were right. Where it is
not, :class:`NeedsAllError` says so, and ``evidence_of_all`` decides from everything, for another reading.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from intimacy_scales.bank.model import ItemBank, Scale
from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.reading.exports.arrow_texts import counts_between
from intimacy_scales.reading.exports.kinds import names_a_group, with_boxes
from intimacy_scales.reading.exports.streamed_column import MOST_TEXTS, StreamedColumn
from intimacy_scales.reading.exports.table import (
    NeedsAllError,
    NeedsWholeError,
    NumberCells,
    RawTable,
    RowsSetAside,
    TextCells,
    WholeCells,
)
from intimacy_scales.reading.exports.table_stream import TableStream
from intimacy_scales.reading.responses.coding.coded_column import CodedColumn, CodedOptions, coding_of
from intimacy_scales.reading.responses.coding.coding import Coding
from intimacy_scales.reading.responses.coding.option_texts import OptionTexts
from intimacy_scales.reading.responses.coding.raw_answers import (
    WIDEST,
    AnswerColumn,
    AnswerReader,
    Profile,
    Rule,
    counts_of,
)
from intimacy_scales.reading.responses.evidence_beside import Beside, beside
from intimacy_scales.reading.responses.examination import Examination, Ids, id_notes, ids_in
from intimacy_scales.reading.responses.faults import Held
from intimacy_scales.reading.responses.inspection import Inspection
from intimacy_scales.reading.responses.keying import KeyingCheck, KeyingSums, checks_of, keying_notes, keying_sums
from intimacy_scales.reading.responses.mapping import ColumnMap
from intimacy_scales.reading.responses.matching import Matching
from intimacy_scales.reading.responses.model import Answered, Responses, keep_rows
from intimacy_scales.reading.responses.questions import NotedRows
from intimacy_scales.reading.responses.streaming.streamed_ids import IdColumn

Sieve: TypeAlias = Callable[[Responses], Mapping[int, str]]
LEAST_ROWS = 2
_OPEN = frozenset({"unknown", "unknown label", "numeric label", "declared"})
"""Evidence that is for the whole file to settle."""


@dataclass(slots=True)
class ItemColumn:
    """A column of answers on the way: the code of every raw answer so far, and how often each came."""

    source: AnswerColumn
    coding: Coding
    rule: Rule
    told: StreamedColumn
    """What the table knows of the column: its texts and how often each came."""
    codes: dict[float | str, float] = field(default_factory=dict)
    numbers: dict[float, int] = field(default_factory=dict)
    """How often each number came, of a column of numbers."""
    kept: dict[str, int] | None = None
    """How often each text came in rows that are kept, where the table sets some aside."""
    reader: AnswerReader = field(init=False)

    def __post_init__(self) -> None:
        own = self.source
        self.reader = AnswerReader(own.column, own.texts, own.no_answer, own.codes)

    def code(self, raw: float | str) -> float:
        """Return the code of a raw answer, NaN for none.

        Raises
        ------
        NeedsWholeError
            For an answer that may not pass, or not unasked.
        """
        if raw not in self.codes:
            answer = self.reader.text(raw, 1) if isinstance(raw, str) else self.reader.number(raw, 1)
            code = self.coding.code(answer, self.rule)
            if answer.by in _OPEN or (code is not None and code not in self.coding.texts.codes):
                raise NeedsAllError(f"column {self.source.name} holds {answer.text!r}")
            self.codes[raw] = math.nan if code is None else float(code)
            if len(self.codes) > MOST_TEXTS:
                raise NeedsWholeError(f"column {self.source.name} holds more than {MOST_TEXTS:,} different answers")
        return self.codes[raw]

    def coded(self, cells: TextCells | NumberCells) -> FloatArray:
        """Return a batch of the column on the bank's codes."""
        return self._numbers(cells) if isinstance(cells, NumberCells) else self._texts(cells)

    def _texts(self, cells: TextCells) -> FloatArray:
        known = self.told.texts
        if known is None or known.many:
            raise NeedsWholeError(f"column {self.source.name} holds more than {MOST_TEXTS:,} different answers")
        # code -1, a blank cell, is the last; texts that stand in no row have no code
        there = known.place if self.kept is None else self.kept
        held = [text in there for text in cells.values]
        codes = [self.code(text) if there else math.nan for text, there in zip(cells.values, held, strict=True)]
        if all(code == at for at, (code, there) in enumerate(zip(codes, held, strict=True)) if there):
            return _as_they_are(cells.codes)
        values: FloatArray = np.array([*codes, math.nan])[cells.codes]
        return values

    def _numbers(self, cells: NumberCells) -> FloatArray:
        numbers = values = cells.numbers
        found = whole_counts(cells) if isinstance(cells, WholeCells) else counts_of(numbers)
        for number, count in found.items():
            code = self.code(number)
            self.numbers[number] = self.numbers.get(number, 0) + count
            if code != number:
                values = values.copy() if values is numbers else values
                values[numbers == number] = code
        return values

    @property
    def counts(self) -> dict[float | str, int]:
        """How often each answer came, in order of first appearance."""
        if self.told.texts is None:
            return {raw: self.numbers[raw] for raw in self.numbers}
        pairs = self.told.texts.pairs
        if (kept := self.kept) is not None:
            pairs = [(text, kept.get(text, 0)) for text, _ in pairs]
        return {text: count for text, count in pairs if count and not self.told.is_blank(text)}

    def count_kept(self, cells: TextCells | NumberCells) -> None:
        """Count the texts of rows that are kept, where the table sets some aside."""
        if self.kept is not None and isinstance(cells, TextCells):
            for text, count in text_counts(cells):
                self.kept[text] = self.kept.get(text, 0) + count

    @property
    def code_counts(self) -> dict[float, int]:
        """How often each code came so far, least first."""
        found: dict[float, int] = {}
        for raw, count in self.counts.items():
            if count and not math.isnan(code := self.codes[raw]):
                found[code] = found.get(code, 0) + count
        return dict(sorted(found.items()))


def text_counts(cells: TextCells) -> list[tuple[str, int]]:
    """Return the texts that stand in any row, and in how many."""
    counts = np.bincount(cells.codes[cells.codes >= 0], minlength=len(cells.values))
    return [(cells.values[at], int(counts[at])) for at in np.flatnonzero(counts).tolist()]


def profile_of(counts: Mapping[float, int]) -> Profile:
    """Return the profile of codes that came so often."""
    answers, ends = sum(counts.values()), [*counts] or [math.nan]
    whole = sum(count for code, count in counts.items() if float(code).is_integer())
    return Profile(low=min(ends), high=max(ends), whole=whole, missing=0, rows=answers)


def _as_they_are(codes: IntArray) -> FloatArray:
    """Return places that are codes themselves, NaN for a blank cell."""
    values: FloatArray = codes.astype(np.float64)
    if len(codes) and codes.min() < 0:
        np.copyto(values, np.nan, where=codes < 0)
    return values


class ResponsesStream:
    """Answers of a table of any length; iterating yields :class:`Responses`, one a batch.

    Parameters
    ----------
    table
        The table; it is read once, and a second time only where ids stand in several rows.
    banks, mapping, id_column
        As :class:`Examination` takes them.
    decided
        What all rows say, in place of what the first ones do.
    sieve
        Returns which rows of a batch (0-based) are set aside once they were vouched for, each with the reason.
    """

    def __init__(
        self, table: TableStream, banks: Sequence[ItemBank], mapping: ColumnMap, id_column: str | None = None,
        *, decided: Inspection | None = None, sieve: Sieve | None = None,
    ) -> None:  # fmt: skip
        self.table, self.banks, self.mapping, self.wanted_id = table, tuple(banks), mapping, id_column
        self.first: Inspection | None = None
        self.decided, self.sieve = decided, sieve
        self.sieved = RowsSetAside()
        """Rows that the sieve set aside."""
        self.items: dict[str, ItemColumn] = {}
        self.ids: list[IdColumn] = []
        self.blank = NotedRows()
        """Rows without any answer."""
        self.keying: list[KeyingSums] = []
        self.beside: Beside | None = None
        self.n_persons = 0

    def __iter__(self) -> Iterator[Responses]:
        return self.batches()

    def read_carefully(self) -> ResponsesStream:
        """Return the same stream, its text read record by record where it turned out not to be plain."""
        return ResponsesStream(self.table.read_carefully(), self.banks, self.mapping, self.wanted_id, sieve=self.sieve)

    def again(self) -> ResponsesStream:
        """Return the same stream, nothing of it read yet."""
        return ResponsesStream(replace(self.table), self.banks, self.mapping, self.wanted_id, decided=self.decided,
                               sieve=self.sieve)  # fmt: skip

    def batches(self, advance: Callable[[float], None] = lambda _: None) -> Generator[Responses, None, None]:
        """Return the answers batch by batch; ``advance`` is told how far it is.

        Raises
        ------
        NeedsWholeError
            When the answers can only be judged all together.
        """
        for table in self.table.batches(advance):
            if not len(table):
                continue
            if self.first is None:
                self._decide(table)
            made = self._sieved(self._responses(table))
            if made.n_persons:
                yield made

    def read_batch(self, batch: Any) -> list[Responses]:
        """Return the answers of one Arrow batch of the table, read with what was decided; of no rows none.

        Raises
        ------
        NeedsWholeError
            As :meth:`batches` raises it.
        """
        table = self.table.read_batch(batch)
        return [self._responses(table)] if len(table) else []

    def _sieved(self, responses: Responses) -> Responses:
        """Return a batch without the rows that the sieve sets aside."""
        gone = {} if self.sieve is None else self.sieve(responses)
        if not gone:
            return responses
        places = sorted(gone)
        self.sieved.add(responses.row_numbers[places], [gone[place] for place in places])
        return keep_rows(responses, [row for row in range(responses.n_persons) if row not in gone])

    def _decide(self, table: RawTable) -> None:
        """Find columns and codes from the first batch; whatever is wrong with it is for the whole table to tell."""
        first = self.decided or self._first_examined(table)
        told = {one.name: one for one in self.table.columns}
        for coding in first.codings:
            for column, rule in zip(coding.columns, coding.rules, strict=True):
                self.items[column.name] = ItemColumn(source=column, coding=coding, rule=rule, told=told[column.name],
                                                     kept={} if self.table.apart else None)  # fmt: skip
        wanted = self.wanted_id or self.mapping.id
        names = [c.name for c in table.columns if (c.name == wanted if wanted else c.kind == "id")]
        self.ids = [IdColumn(name) for name in names]
        self.first = first

    def _first_examined(self, table: RawTable) -> Inspection:
        if with_boxes(table) is not table:
            raise NeedsWholeError("columns hold the boxes of questions with several answers")
        first = _FirstExamination(table, self.banks, self.mapping, self.wanted_id).run()
        if first.responses is None:
            raise NeedsAllError(first.problems[0].what)
        slots = [match.slot for match in first.matches]
        if len(set(slots)) < len(slots) or not first.matches:
            raise NeedsAllError("an item stands in several columns")
        return first

    def _responses(self, table: RawTable) -> Responses:
        first = self.first
        if first is None or first.responses is None:
            raise NeedsWholeError("nothing was decided")
        columns = {column.name: column for column in table.columns}
        for name, item in self.items.items():
            item.count_kept(columns[name].cells)
        values = {name: item.coded(columns[name].cells) for name, item in self.items.items()}
        nothing = np.full(len(table), np.nan)
        parts = tuple(
            replace(part, answers=tuple(nothing if name is None else values[name] for name in part.columns))
            for part in first.responses.answered
        )
        self._note_blank(list(values.values()), table.row_numbers)
        for one in self.ids:
            one.add(columns[one.name], table.row_numbers)
        own = [keying_sums(part) for part in parts]
        self.keying = [a + b for a, b in zip(self.keying, own, strict=True)] if self.keying else own
        found = beside(parts, table)
        self.beside = found if self.beside is None else self.beside + found
        self.n_persons += len(table)
        ids = None if first.id_column is None else ids_in(columns[first.id_column])
        return replace(first.responses, answered=parts, ids=ids, row_numbers=table.row_numbers, table=table, notes=())

    def _note_blank(self, values: Sequence[FloatArray], row_numbers: IntArray) -> None:
        blank = np.ones(len(row_numbers), dtype=bool)
        for one in values:
            blank &= np.isnan(one)
            if not blank.any():
                return
        self.blank.add(row_numbers[blank])

    def vouch(self) -> Inspection:
        """Decide once more, from everything that was read.

        Returns
        -------
        Inspection
            As of the whole table, but for the answers themselves: ``responses`` holds no rows.

        Raises
        ------
        NeedsAllError
            When the whole says something else than its first batch did, or cannot be scored as it is.
        """
        if self.first is None or self.n_persons - len(self.sieved) < LEAST_ROWS:
            raise NeedsWholeError("there are too few rows to call it a sample")
        found = _FinalExamination(self).run()
        if found.responses is None:
            raise NeedsAllError(found.problems[0].what)
        if found.id_column != self.first.id_column:
            raise NeedsAllError("which column names the rows shows only at its end")
        return found


def whole_counts(cells: WholeCells) -> dict[float, int]:
    """Return every whole number that occurs, least first, with how often."""
    if cells.high - cells.low > WIDEST:
        return counts_of(cells.numbers)
    bins = counts_between(cells.whole, cells.low, cells.high)
    bins[0] -= cells.n_missing
    return {float(at + cells.low): int(bins[at]) for at in np.flatnonzero(bins).tolist()}


class _FirstExamination(Examination):
    """The examination of a first batch: what the keying looks like is asked of all of them."""

    def ids(self) -> Ids:
        if self.wanted_id is not None:
            return super().ids()
        columns = [column for column in self.table.columns if column.kind == "id"]
        for column in (own := [IdColumn(column.name) for column in columns]):
            column.add(self.table.column(column.name), self.table.row_numbers)
        chosen = guessed_ids(own, len(self.table))
        return Ids() if chosen is None else Ids(column=chosen.name)

    def keying(self, parts: Sequence[Answered]) -> tuple[KeyingCheck, ...]:  # noqa: ARG002 -- of all rows, later
        return ()


class _FinalExamination(Examination):
    """The examination of a table whose rows are gone: its distinct answers, their counts, what was noted of rows."""

    def __init__(self, stream: ResponsesStream) -> None:
        super().__init__(_with_answers(stream), stream.banks, stream.mapping, stream.wanted_id)
        self.stream = stream

    def matching(self) -> Matching:
        first = self.stream.first
        if first is None or first.matching is None:
            raise NeedsWholeError("nothing was decided")
        return first.matching

    def ids(self) -> Ids:
        names = self.stream.ids
        chosen = names[0] if self.wanted_id and names else guessed_ids(names, self.stream.n_persons)
        if chosen is None:
            return Ids()
        at, n = _doubled_ids(self.stream.table, chosen) if len(chosen.ledger.doubled()) else ({}, 0)
        notes = (*chosen.lost.notes(chosen.name), *id_notes(chosen.name, chosen.empty, at, n))
        return Ids(column=chosen.name, values=None, notes=notes)

    @property
    def n_rows(self) -> int:
        return self.stream.n_persons

    @property
    def blank_rows(self) -> NotedRows:
        return self.stream.blank

    def code(self, columns: Sequence[AnswerColumn], texts: OptionTexts, **said: Any) -> CodedOptions:
        items = [self.stream.items[column.name] for column in columns]
        own = [replace(column, counts=item.counts) for column, item in zip(columns, items, strict=True)]
        said.pop("blank")
        coding, problems = coding_of(own, texts, **said)
        if [item.rule for item in items] != list(coding.rules) or any(
            one.no_answer != item.source.no_answer for one, item in zip(own, items, strict=True)
        ):
            raise NeedsAllError("what its answers mean shows only later")
        coded = tuple(
            CodedColumn(source=one, texts=texts, values=_NO_ROWS, profile=profile_of(counts), rule=item.rule,
                        counted=counts)
            for one, item, counts in zip(own, items, [item.code_counts for item in items], strict=True)
        )  # fmt: skip
        return CodedOptions(coding=coding, columns=coded, problems=problems, complete=self.sums_of)

    def sums_of(self, scale: Scale, columns: Sequence[CodedColumn]) -> tuple[int, FloatArray]:
        """Return how many rows answered all items of a scale, in these columns, and each item's sum over them."""
        names, bank = [one.column for one in columns], columns[0].texts.bank
        parts = self.stream.first.responses.answered if self.stream.first and self.stream.first.responses else ()
        for part, sums in zip(parts, self.stream.keying, strict=True):
            places = part.bank.places_of(scale)
            if part.bank.id == bank and [part.columns[place] for place in places] == names:
                whole = sums.complete[scale.id].get((1 << len(places)) - 1)
                least = min(part.bank.ends(part.bank.items[place])[0] for place in places)
                return (0, _NO_ROWS) if whole is None else (whole.n, whole.sums + whole.n * float(least))
        raise NeedsWholeError("its items stand in columns of several occasions")

    def rows_in(self, coded: CodedOptions, held: Held) -> str:
        """Rows are gone: whatever is to be told of some is for another reading."""
        raise NeedsAllError(f"something is wrong with {', '.join(held)} of {coded.coding.bank}")

    def beside(self, parts: Sequence[Answered]) -> Beside:  # noqa: ARG002 -- of no rows
        return self.stream.beside or Beside()

    def keying(self, parts: Sequence[Answered]) -> tuple[KeyingCheck, ...]:  # noqa: ARG002 -- of no rows
        checks = () if self.problems else tuple(check for sums in self.stream.keying for check in checks_of(sums))
        self.notes += keying_notes(checks)
        return checks


_NO_ROWS: FloatArray = np.empty(0)


def _with_answers(stream: ResponsesStream) -> RawTable:
    """Return the table at its end, its columns of numbers with the distinct answers that were counted."""
    table = stream.table.summary()
    columns = [
        replace(column, cells=NumberCells(numbers=np.array(sorted(stream.items[column.name].counts), dtype=np.float64)))
        if isinstance(column.cells, NumberCells) and column.name in stream.items
        else column
        for column in table.columns
    ]
    return replace(table, columns=tuple(columns))


def guessed_ids(columns: Sequence[IdColumn], n: int) -> IdColumn | None:
    """Return the column that names the rows, as :func:`guess_id_column` finds it in a whole table."""
    for one in columns:
        if one.is_unique:
            return one
    return next((one for one in columns if not names_a_group(one.name) and n - len(one.empty) >= 0.9 * n), None)


def _doubled_ids(table: TableStream, ids: IdColumn) -> tuple[dict[str, NotedRows], int]:
    """Read once more, and return the first ids that stand in several rows, with their rows, and how many there are.

    Ids whose hash stands twice are hashed once more with another salt: those that agree in both are the same.
    """
    doubled, again = ids.ledger.doubled(), IdColumn(ids.name)
    at: dict[str, NotedRows] = {}
    known = doubled[:0]
    for batch in replace(table).batches():
        column = batch.column(ids.name)
        hashes, there = ids.hashed(column)
        places = np.minimum(np.searchsorted(doubled, hashes), len(doubled) - 1)
        rows = np.flatnonzero(there & (doubled[places] == hashes))
        if not len(rows):
            continue
        again.ledger.add(again.hashed(column)[0][rows])
        told = rows[np.isin(hashes[rows], known)] if len(at) >= _DOUBLED else rows
        texts = column.cells.take(told).texts() if len(told) else []
        for place, text in zip(told.tolist(), map(str.strip, texts), strict=True):
            if text in at or len(at) < _DOUBLED:
                at.setdefault(text, NotedRows()).add(batch.row_numbers[[place]])
                known = np.union1d(known, hashes[[place]]) if len(known) < _DOUBLED else known
    return at, len(again.ledger.doubled())


_DOUBLED = 8
"""Ids whose rows are noted: those that are told, and as many whose hashes may agree by chance."""
