"""What all rows of a table say of its answers, where the first ones do not say it for all: decided at the end.

A reading that only counts gives the distinct answers of every column, and how often each came: enough to decide what
they mean, and to tell what is wrong with them. Where rows are to be named, or held against each other, one more
reading looks them up. Nothing here holds the rows: memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeVar

import numpy as np

from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.base.errors import ResponseError
from intimacy_scales.base.progress import Progress
from intimacy_scales.reading.exports.kinds import with_boxes
from intimacy_scales.reading.exports.streamed_column import MOST_TEXTS, NumberTally, StreamedColumn
from intimacy_scales.reading.exports.table import Column, NeedsAllError, NeedsWholeError, NumberCells, RawTable
from intimacy_scales.reading.exports.table_stream import TableStream
from intimacy_scales.reading.responses.coding.coded_column import CodedColumn, CodedOptions, coding_of
from intimacy_scales.reading.responses.coding.coding import Coding
from intimacy_scales.reading.responses.coding.option_texts import OptionTexts
from intimacy_scales.reading.responses.coding.raw_answers import AnswerColumn, RawAnswer, Rule
from intimacy_scales.reading.responses.columns import holds_answer, match_columns
from intimacy_scales.reading.responses.evidence_beside import Beside
from intimacy_scales.reading.responses.examination import Examination, Ids
from intimacy_scales.reading.responses.faults import Held
from intimacy_scales.reading.responses.keying import KeyingCheck
from intimacy_scales.reading.responses.matching import Matching
from intimacy_scales.reading.responses.model import Answered
from intimacy_scales.reading.responses.questions import NotedRows, rows_said
from intimacy_scales.reading.responses.streaming.responses_stream import (
    LEAST_ROWS,
    ResponsesStream,
    guessed_ids,
    profile_of,
)
from intimacy_scales.reading.responses.streaming.streamed_ids import IdColumn

T = TypeVar("T")
Raws: TypeAlias = frozenset[tuple[str, frozenset[float | str]]]
"""Columns, each with answers as the file holds them."""


def in_passes(
    stream: ResponsesStream,
    work: Callable[[ResponsesStream], T],
    *,
    quiet: bool = False,
    told: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> T:
    """Do something with a stream; where its first rows do not speak for all, once more by what all of them say.

    Parameters
    ----------
    stream
        The answers.
    work
        Reads all of them and vouches for them; what it made is thrown away where it has to be done once more.
    quiet
        Never show a progress bar.
    told
        In which the problems of the answers are raised.

    Raises
    ------
    ResponseError
        With every problem of the answers, as of the whole table.
    NeedsWholeError
        When the answers can only be judged all together.
    """
    try:
        return work(stream)
    except NeedsAllError:
        if not stream.table.is_repeatable:
            raise
    if not stream.table.is_plain:
        stream = stream.read_carefully()
        with suppress(NeedsAllError):
            return work(stream)
    with told():
        again = decided_by_all(stream, quiet=quiet)
    return work(again)


def decided_by_all(stream: ResponsesStream, *, quiet: bool = False) -> ResponsesStream:
    """Return the stream to be read by what all of its rows say.

    Raises
    ------
    ResponseError, NeedsWholeError
        As :func:`in_passes` raises them.
    """
    evidence = _read(stream, quiet=quiet)
    looked_up = LookedUp()
    found = _AllExamination(stream, evidence, looked_up).run()
    if looked_up.is_open:
        looked_up.read(evidence.table, quiet=quiet)
        found = _AllExamination(stream, evidence, looked_up).run()
    if found.responses is None:
        raise ResponseError(found.problems)
    slots = [match.slot for match in found.matches]
    if len(set(slots)) < len(slots):
        raise NeedsWholeError("an item stands in several columns")
    if evidence.doubt is not None:
        raise evidence.doubt
    return ResponsesStream(evidence.table, stream.banks, stream.mapping, stream.wanted_id, decided=found,
                           sieve=stream.sieve)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class _Evidence:
    """What was counted of a table, and the table to be read by it."""

    table: TableStream
    summary: RawTable
    """Every column with its distinct cells, and no rows."""
    columns: dict[str, StreamedColumn]
    ids: list[IdColumn]
    n_rows: int
    doubt: NeedsWholeError | None
    """What stands against reading the ids batch by batch; it is told where nothing is wrong with the answers."""

    def counts(self, name: str) -> dict[float | str, int]:
        """Return how often each answer of a column came, in order of first appearance.

        Raises
        ------
        NeedsWholeError
            When there are too many to be told apart.
        """
        column = self.columns[name]
        tally = column.numbers if column.texts is None else column.texts
        if tally is None or tally.many:
            raise NeedsWholeError(f"column {name} holds more than {MOST_TEXTS:,} different answers")
        found: dict[float | str, int] = {}
        found.update(tally.counts.items() if isinstance(tally, NumberTally) else tally.pairs)
        return {raw: n for raw, n in found.items() if n and not (isinstance(raw, str) and column.is_blank(raw))}


def _read(stream: ResponsesStream, *, quiet: bool) -> _Evidence:
    wanted = stream.wanted_id or stream.mapping.id
    counted = _Counted(wanted)
    patient = replace(stream.table, patient=True, by_all=None)
    try:
        counted.read(patient, quiet=quiet)
    except NeedsAllError:
        if patient.is_plain:
            raise
        counted = _Counted(wanted)
        patient = replace(patient.read_carefully(), patient=True)
        counted.read(patient, quiet=quiet)
    settled, summary = patient.settled(), patient.summary_of_all()
    columns = {} if settled.by_all is None else {one.name: one for one in settled.by_all.columns}
    if settled.apart:  # counted once more, of the rows that are kept
        counted = _Counted(wanted, {name: one.emptied() for name, one in columns.items()})
        counted.read(replace(settled), quiet=quiet)
        columns = counted.columns
    if counted.n_rows < LEAST_ROWS:
        raise NeedsWholeError("there are too few rows to call it a sample")
    if with_boxes(summary) is not summary:
        raise NeedsWholeError("columns hold the boxes of questions with several answers")
    notes = () if settled.by_all is None else settled.by_all.notes
    return _Evidence(table=settled, summary=replace(summary, notes=notes), columns=columns, ids=counted.ids,
                     n_rows=counted.n_rows, doubt=counted.doubt)  # fmt: skip


class _Counted:
    """What is counted of rows that are kept: how many, their ids, and, where it is asked, the cells of every column."""

    def __init__(self, wanted: str | None, columns: dict[str, StreamedColumn] | None = None) -> None:
        self.wanted, self.columns = wanted, columns or {}
        self.ids: list[IdColumn] = []
        self.doubt: NeedsWholeError | None = None
        self.n_rows = 0

    def read(self, table: TableStream, *, quiet: bool) -> None:
        """Count all rows of a table."""
        with Progress("reading once more", total=table.size, quiet=quiet) as bar:
            for batch in table.batches(bar.advance):
                if len(batch):
                    self._add(batch)
                bar.count(len(batch))

    def _add(self, batch: RawTable) -> None:
        if not self.n_rows:
            wanted = self.wanted
            own = [c.name for c in batch.columns if (c.name == wanted if wanted else c.kind == "id")]
            self.ids = [IdColumn(name) for name in own]
        for one in self.ids:
            try:
                one.add(batch.column(one.name), batch.row_numbers)
            except NeedsWholeError as fault:
                self.doubt = self.doubt or fault
        for column in batch.columns if self.columns else ():
            self.columns[column.name].add(column.cells)
        self.n_rows += len(batch)


@dataclass(slots=True)
class _Together:
    """Columns that hold one item: whether a row has an answer in several of them, and which have any."""

    both: bool = False
    filled: set[str] = field(default_factory=set)

    def add(self, batch: RawTable, names: Sequence[str]) -> None:
        """Add the rows of a batch."""
        held = [holds_answer(batch.column(name)) for name in names]
        self.both = self.both or bool((np.sum(held, axis=0) > 1).any())
        self.filled |= {name for name, one in zip(names, held, strict=True) if one.any()}


@dataclass(slots=True)
class LookedUp:
    """What can only be told of rows: asked first, looked up in one reading, then said."""

    rows: dict[Raws, NotedRows] = field(default_factory=dict)
    together: dict[tuple[str, ...], _Together] = field(default_factory=dict)
    is_open: bool = False
    """Something was asked that was not looked up yet."""

    def rows_with(self, raws: Raws) -> str:
        """Say in which rows one of the columns holds one of its answers."""
        if raws not in self.rows:
            self.rows[raws], self.is_open = NotedRows(), True
        found = self.rows[raws]
        return rows_said(found) if len(found) else ""

    def are_branches(self, columns: Sequence[str]) -> bool:
        """Whether columns never both hold an answer."""
        names = tuple(dict.fromkeys(columns))
        if len(names) < 2:
            return False
        if names not in self.together:
            self.together[names], self.is_open = _Together(), True
        return not self.together[names].both and len(self.together[names].filled) > 1

    def read(self, table: TableStream, *, quiet: bool) -> None:
        """Look everything up that was asked."""
        with Progress("looking up rows", total=table.size, quiet=quiet) as bar:
            for batch in replace(table).batches(bar.advance):
                for raws, rows in self.rows.items():
                    held: BoolArray = np.zeros(len(batch), dtype=bool)
                    for name, answers in raws:
                        held |= _holding(batch.column(name), answers)
                    rows.add(batch.row_numbers[held])
                for names, together in self.together.items():
                    together.add(batch, names)
                bar.count(len(batch))
        self.is_open = False


def _holding(column: Column, answers: frozenset[float | str]) -> BoolArray:
    cells = column.cells
    if isinstance(cells, NumberCells):
        return np.isin(cells.numbers, [one for one in answers if not isinstance(one, str)])
    held = np.array([*(text in answers for text in cells.values), False], dtype=bool)  # code -1 is the last
    found: BoolArray = held[cells.codes]
    return found


class _AllExamination(Examination):
    """The examination of a table by what was counted of it: what its answers mean, and what is wrong with them."""

    def __init__(self, stream: ResponsesStream, evidence: _Evidence, looked_up: LookedUp) -> None:
        super().__init__(evidence.summary, stream.banks, stream.mapping, stream.wanted_id)
        self.evidence, self.looked_up = evidence, looked_up
        self.raws: dict[str, dict[float | str, set[float | str]]] = {}
        """Column to code to the answers, as the file holds them, that became it."""

    def matching(self) -> Matching:
        return match_columns(self.table, self.banks, self.mapping, branches=self.looked_up.are_branches)

    def ids(self) -> Ids:
        if self.wanted_id is not None and self.wanted_id not in self.table.names:
            return super().ids()
        own = self.evidence.ids
        chosen = own[0] if self.wanted_id and own else guessed_ids(own, self.n_rows)
        return Ids() if chosen is None else Ids(column=chosen.name)

    @property
    def n_rows(self) -> int:
        return self.evidence.n_rows

    @property
    def blank_rows(self) -> NotedRows:  # of the codes, in the next reading
        return NotedRows()

    def code(self, columns: Sequence[AnswerColumn], texts: OptionTexts, **said: Any) -> CodedOptions:
        own = [replace(column, counts=self.evidence.counts(column.name)) for column in columns]
        said.pop("blank")
        coding, problems = coding_of(own, texts, **said)
        coded = tuple(self.coded(one, coding, rule) for one, rule in zip(own, coding.rules, strict=True))
        return CodedOptions(coding=coding, columns=coded, problems=problems)

    def coded(self, column: AnswerColumn, coding: Coding, rule: Rule) -> CodedColumn:
        """Return a column as :func:`code_columns` codes it, by its distinct answers."""
        used, texts = column.used, coding.texts
        values = texts.snapped(np.array([_code_of(answer, column, coding, rule) for answer in used], dtype=np.float64))
        counts: dict[float, int] = {}
        unknown: dict[str, int] = {}
        raws = self.raws.setdefault(column.name, {})
        for answer, code in zip(used, values.tolist(), strict=True):
            if not np.isnan(code):
                counts[code] = counts.get(code, 0) + answer.count
                raws.setdefault(code, set()).add(answer.raw)
            elif answer.by == "unknown" and isinstance(answer.raw, str):
                unknown[answer.raw] = answer.count
                raws.setdefault(answer.raw, set()).add(answer.raw)
        counts = dict(sorted(counts.items()))
        return CodedColumn(source=column, texts=texts, values=_NO_ROWS, profile=profile_of(counts), rule=rule,
                           unknown=unknown, counted=counts)  # fmt: skip

    def rows_in(self, coded: CodedOptions, held: Held) -> str:  # noqa: ARG002 -- columns have one name
        raws = {
            name: frozenset(raw for one in wanted for raw in self.raws[name].get(one, ()))
            for name, wanted in held.items()
        }
        return self.looked_up.rows_with(frozenset(raws.items()))

    def doubts(self, *said: Any) -> list[str]:  # noqa: ARG002 -- of what is scored, in the next reading
        return []

    def beside(self, parts: Sequence[Answered]) -> Beside:  # noqa: ARG002 -- as doubts
        return Beside()

    def keying(self, parts: Sequence[Answered]) -> tuple[KeyingCheck, ...]:  # noqa: ARG002 -- as doubts
        return ()


_NO_ROWS: FloatArray = np.empty(0)


def _code_of(answer: RawAnswer, column: AnswerColumn, coding: Coding, rule: Rule) -> float:
    """Return the code of an answer, whether or not it is one of the options; NaN where it is none or unknown."""
    code = coding.code(answer, rule)
    if isinstance(answer.raw, str):
        return np.nan if code is None or answer.by == "declared" else code
    if answer.by in {"no answer", "declared"}:
        return np.nan
    if column.is_plain or code is None or answer.by == "number":
        return rule.code(answer.raw)
    return code
