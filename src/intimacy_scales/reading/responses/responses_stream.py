"""Answers of any number of rows, batch by batch: decided from the first batch, vouched for when all were seen.

What a raw answer means is decided from the distinct answers of all columns that share their options, and these can be
added up over batches. So the first batch decides, every batch is coded and handed on, and at the end the decision is
made once more from everything: where it is the same and nothing stands in the way, the batches were right.
"""

from __future__ import annotations

import math
import secrets
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.arrays import BoolArray, FloatArray, IntArray
from intimacy_scales.reading.exports.arrow_texts import (
    ArrowTexts,
    arrow_of,
    ends_oddly,
    hashes_of,
    like_long_numbers,
    number_hashes,
)
from intimacy_scales.reading.exports.joining.ids import is_rounded, lacks_digits
from intimacy_scales.reading.exports.kinds import names_a_group, with_boxes
from intimacy_scales.reading.exports.table import Column, NeedsWholeError, NumberCells, RawTable, TextCells, WholeCells
from intimacy_scales.reading.exports.table_stream import MOST_TEXTS, StreamedColumn, TableStream
from intimacy_scales.reading.responses.coding.coded_column import CodedColumn, CodedOptions, coding_of
from intimacy_scales.reading.responses.coding.coding import Coding
from intimacy_scales.reading.responses.coding.doubts import DirectionSums, direction_sums, open_shifts
from intimacy_scales.reading.responses.coding.option_texts import OptionTexts
from intimacy_scales.reading.responses.coding.raw_answers import (
    WIDEST,
    AnswerColumn,
    AnswerReader,
    Profile,
    Rule,
    counts_of,
)
from intimacy_scales.reading.responses.examination import Examination, Ids, id_notes, ids_in
from intimacy_scales.reading.responses.inspection import Inspection
from intimacy_scales.reading.responses.keying import KeyingCheck, KeyingSums, checks_of, keying_notes, keying_sums
from intimacy_scales.reading.responses.mapping import ColumnMap
from intimacy_scales.reading.responses.matching import Matching
from intimacy_scales.reading.responses.model import Answered, Responses

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
                raise NeedsWholeError(f"column {self.source.name} holds {answer.text!r}")
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
        codes = [self.code(text) if text in known.place else math.nan for text in cells.values]
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
        return {text: count for text, count in self.told.texts.pairs if count and not self.told.is_blank(text)}

    @property
    def profile(self) -> Profile:
        """The profile of the coded answers so far."""
        there = [(self.codes[raw], n) for raw, n in self.counts.items() if n and not math.isnan(self.codes[raw])]
        answers = sum(n for _, n in there)
        ends = [code for code, _ in there] or [math.nan]
        return Profile(low=min(ends), high=max(ends), whole=answers, missing=0, rows=answers)


HELD = 1 << 19
"""Hashes held in memory (4 MB); more of them go to the file."""
_PARTS = 64
LONG_NUMBER = 1e15
_NO_HASHES: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)


class IdLedger:
    """Hashes of ids, in the order of nothing.

    A hash is of 64 bits, salted anew in every run: what lies in the file tells nobody an id. The file has no name and
    is gone with the process. Equal ids have equal hashes, so ids without a doubled hash are all different; a doubled
    hash is looked at in earnest by whoever asks.
    """

    def __init__(self, held: int = HELD) -> None:
        self.salt = secrets.randbits(63)
        self.rows = 0
        self._most, self._here = held, 0
        self._waiting: list[NDArray[np.uint64]] = []
        self._file: IO[bytes] | None = None
        self._pieces: list[tuple[int, IntArray]] = []
        """Where each piece of the file begins, and where its parts begin in it."""

    def add(self, hashes: NDArray[np.uint64]) -> None:
        """Add the hashes of some rows."""
        self.rows += len(hashes)
        self._here += len(hashes)
        self._waiting.append(hashes)
        if self._here >= self._most:
            self._spill()

    def _spill(self) -> None:
        """Sort what waits and write it out; the sorted parts begin where their highest bits say."""
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- lives as long as the ledger
            finalize(self, self._file.close)
        piece = np.concatenate(self._waiting)
        piece.sort()
        self._waiting, self._here = [], 0
        firsts = (np.arange(1, _PARTS, dtype=np.uint64) << np.uint64(58)).astype(np.uint64)
        begins = np.concatenate([[0], np.searchsorted(piece, firsts), [len(piece)]]).astype(np.int64)
        self._pieces.append((self._file.tell(), begins))
        self._file.write(piece.data)

    def _parts(self) -> Iterator[NDArray[np.uint64]]:
        if self._file is None:
            if self._waiting:
                yield np.sort(np.concatenate(self._waiting))
            return
        if self._waiting:
            self._spill()
        for part in range(_PARTS):
            found = []
            for start, begins in self._pieces:
                self._file.seek(start + 8 * int(begins[part]))
                size = 8 * int(begins[part + 1] - begins[part])
                found.append(np.frombuffer(self._file.read(size), dtype=np.uint64))
            yield np.sort(np.concatenate(found))
        self._file.seek(0, 2)

    def hashes(self) -> NDArray[np.uint64]:
        """Return every hash."""
        return np.concatenate([np.empty(0, dtype=np.uint64), *self._parts()])

    def doubled(self) -> NDArray[np.uint64]:
        """Return the hashes that stand in more than one row, each once, in order."""
        found = [one[1:][one[1:] == one[:-1]] for one in self._parts()]  # sorted, once for every row but the first
        return np.concatenate([one[np.append(True, one[1:] != one[:-1])[: len(one)]] for one in (*found, _NO_HASHES)])


@dataclass(slots=True)
class IdColumn:
    """A column that may name the rows: hashes of its ids, and the rows without one."""

    name: str
    ledger: IdLedger = field(default_factory=IdLedger)
    empty: list[int] = field(default_factory=list)

    def add(self, column: Column, row_numbers: IntArray) -> None:
        """Add the ids of some rows."""
        self._refuse_lost_digits(column)
        hashes, there = self.hashed(column)
        self.ledger.add(hashes[there])
        if not there.all():
            self.empty += row_numbers[~there].tolist()

    def _refuse_lost_digits(self, column: Column) -> None:
        """Ids of which a spreadsheet took digits away are told of from all of them."""
        cells = column.cells
        texts: Sequence[str] = cells.values if isinstance(cells, TextCells) else ()
        if isinstance(texts, ArrowTexts):
            texts = texts.rows(like_long_numbers(texts.array))
        long = isinstance(cells, NumberCells) and bool((np.abs(cells.numbers) >= LONG_NUMBER).any())
        if long or any(is_rounded(text) or lacks_digits(text) for text in texts):
            raise NeedsWholeError(f"ids of {self.name} lack digits")

    def hashed(self, column: Column) -> tuple[NDArray[np.uint64], BoolArray]:
        """Return a hash for every row, and which rows have an id."""
        cells = column.cells
        if isinstance(cells, NumberCells):
            return number_hashes(cells.numbers, self.ledger.salt), ~np.isnan(cells.numbers)
        array = arrow_of(cells.values)
        if any(text != text.strip() for text in ArrowTexts(array).rows(ends_oddly(array))):
            raise NeedsWholeError(f"ids of {self.name} have spaces around them")
        hashes = np.append(hashes_of(array, self.ledger.salt), np.uint64(0))
        return hashes[cells.codes], cells.codes >= 0

    @property
    def is_unique(self) -> bool:
        """Whether every row has an id and no id stands twice."""
        return not self.empty and not len(self.ledger.doubled())


class ResponsesStream:
    """Answers of a table of any length; iterating yields :class:`Responses`, one a batch.

    Parameters
    ----------
    table
        The table; it is read once, and a second time only where ids stand in several rows.
    banks, mapping, id_column
        As :class:`Examination` takes them.
    """

    def __init__(
        self, table: TableStream, banks: Sequence[ItemBank], mapping: ColumnMap, id_column: str | None = None
    ) -> None:
        self.table, self.banks, self.mapping, self.wanted_id = table, tuple(banks), mapping, id_column
        self.first: Inspection | None = None
        self.items: dict[str, ItemColumn] = {}
        self.ids: list[IdColumn] = []
        self.blank: list[IntArray] = []
        self.keying: list[KeyingSums] = []
        self.direction: DirectionSums | None = None
        self.n_persons, self.last_row = 0, -1

    def __iter__(self) -> Iterator[Responses]:
        return self.batches()

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
            yield self._responses(table)

    def read_batch(self, batch: Any) -> list[Responses]:
        """Return the answers of one Arrow batch of the table, read with what was decided; of no rows none.

        Raises
        ------
        NeedsWholeError
            As :meth:`batches` raises it.
        """
        table = self.table.read_batch(batch)
        return [self._responses(table)] if len(table) else []

    def _decide(self, table: RawTable) -> None:
        """Find columns and codes from the first batch; whatever is wrong with it is for the whole table to tell."""
        if with_boxes(table) is not table:
            raise NeedsWholeError("columns hold the boxes of questions with several answers")
        first = _FirstExamination(table, self.banks, self.mapping, self.wanted_id).run()
        if first.responses is None:
            raise NeedsWholeError(first.problems[0].what)
        slots = [match.slot for match in first.matches]
        if len(set(slots)) < len(slots) or not first.matches:
            raise NeedsWholeError("an item stands in several columns")
        told = {one.name: one for one in self.table.columns}
        for coding in first.codings:
            for column, rule in zip(coding.columns, coding.rules, strict=True):
                self.items[column.name] = ItemColumn(source=column, coding=coding, rule=rule, told=told[column.name])
        wanted = self.wanted_id or self.mapping.id
        names = [c.name for c in table.columns if (c.name == wanted if wanted else c.kind == "id")]
        self.ids = [IdColumn(name) for name in names]
        self.first = first

    def _responses(self, table: RawTable) -> Responses:
        first = self.first
        if first is None or first.responses is None:
            raise NeedsWholeError("nothing was decided")
        columns = {column.name: column for column in table.columns}
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
        towards = direction_sums(parts)
        self.direction = towards if self.direction is None or towards is None else self.direction + towards
        self.n_persons += len(table)
        self.last_row = int(table.row_numbers[-1])
        ids = None if first.id_column is None else ids_in(columns[first.id_column])
        return replace(first.responses, answered=parts, ids=ids, row_numbers=table.row_numbers, table=table, notes=())

    def _note_blank(self, values: Sequence[FloatArray], row_numbers: IntArray) -> None:
        blank = np.ones(len(row_numbers), dtype=bool)
        for one in values:
            blank &= np.isnan(one)
            if not blank.any():
                return
        self.blank.append(row_numbers[blank])

    def vouch(self) -> Inspection:
        """Decide once more, from everything that was read.

        Returns
        -------
        Inspection
            As of the whole table, but for the answers themselves: ``responses`` holds no rows.

        Raises
        ------
        NeedsWholeError
            When the whole says something else than its first batch did, or cannot be scored as it is.
        """
        if self.first is None or self.n_persons < LEAST_ROWS:
            raise NeedsWholeError("there are too few rows to call it a sample")
        found = _FinalExamination(self).run()
        if found.responses is None:
            raise NeedsWholeError(found.problems[0].what)
        if found.id_column != self.first.id_column:
            raise NeedsWholeError("which column names the rows shows only at its end")
        return found


def whole_counts(cells: WholeCells) -> dict[float, int]:
    """Return every whole number that occurs, least first, with how often."""
    if cells.high - cells.low > WIDEST:
        return counts_of(cells.numbers)
    bins = np.bincount(cells.whole.astype(np.intp, copy=False) - cells.low)
    return {float(at + cells.low): int(bins[at]) for at in np.flatnonzero(bins).tolist()}


class _FirstExamination(Examination):
    """The examination of a first batch: what the keying looks like is asked of all of them."""

    def ids(self) -> Ids:
        if self.wanted_id is not None:
            return super().ids()
        columns = [column for column in self.table.columns if column.kind == "id"]
        for column in (own := [IdColumn(column.name) for column in columns]):
            column.add(self.table.column(column.name), self.table.row_numbers)
        chosen = _guessed(own, len(self.table))
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
        chosen = names[0] if self.wanted_id and names else _guessed(names, self.stream.n_persons)
        if any(one.empty and one.empty[-1] == self.stream.last_row for one in names):
            raise NeedsWholeError("its last row has no id, and may be no person")
        if chosen is None:
            return Ids()
        at = _doubled_ids(self.stream.table, chosen) if len(chosen.ledger.doubled()) else {}
        return Ids(column=chosen.name, values=None, notes=tuple(id_notes(chosen.name, chosen.empty, at)))

    @property
    def n_rows(self) -> int:
        return self.stream.n_persons

    @property
    def blank_rows(self) -> list[int]:
        rows: list[int] = np.concatenate([np.empty(0, dtype=np.int64), *self.stream.blank]).tolist()
        return rows

    def code(self, columns: Sequence[AnswerColumn], texts: OptionTexts, **said: Any) -> CodedOptions:
        items = [self.stream.items[column.name] for column in columns]
        own = [replace(column, counts=item.counts) for column, item in zip(columns, items, strict=True)]
        said.pop("blank")
        coding, problems = coding_of(own, texts, **said)
        if [item.rule for item in items] != list(coding.rules) or any(
            one.no_answer != item.source.no_answer for one, item in zip(own, items, strict=True)
        ):
            raise NeedsWholeError("what its answers mean shows only later")
        coded = tuple(
            CodedColumn(source=one, texts=texts, values=_NO_ROWS, profile=item.profile, rule=item.rule)
            for one, item in zip(own, items, strict=True)
        )
        made = CodedOptions(coding=coding, columns=coded, problems=problems)
        if open_shifts(made):
            raise NeedsWholeError("nobody ticked one end of the options")
        return made

    def direction(self, parts: Sequence[Answered]) -> DirectionSums | None:  # noqa: ARG002 -- of no rows
        return self.stream.direction

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


def _guessed(columns: Sequence[IdColumn], n: int) -> IdColumn | None:
    """Return the column that names the rows, as :func:`guess_id_column` finds it in a whole table."""
    for one in columns:
        if one.is_unique:
            return one
    return next((one for one in columns if not names_a_group(one.name) and n - len(one.empty) >= 0.9 * n), None)


def _doubled_ids(table: TableStream, ids: IdColumn) -> dict[str, list[int]]:
    """Read once more, and return the ids that stand in several rows, with their rows."""
    doubled, at = ids.ledger.doubled(), dict[str, list[int]]()
    for batch in replace(table).batches():
        column = batch.column(ids.name)
        hashes, there = ids.hashed(column)
        rows = np.flatnonzero(there & np.isin(hashes, doubled))
        texts = column.cells.take(rows).texts() if len(rows) else []
        for number, text in zip(batch.row_numbers[rows].tolist(), texts, strict=True):
            at.setdefault(text, []).append(number)
    return at
