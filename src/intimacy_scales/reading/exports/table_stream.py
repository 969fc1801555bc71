"""A large table batch by batch: the rows of a plain text, of Parquet or of an engine, as :class:`RawTable` each.

What can be said of a table only when all of it was seen (what a column is for, whether ``NA`` is a word in it, whether
rows are summaries) is decided from the first batch and checked at the end. Where the end says otherwise,
:class:`NeedsAllError` says so: a *patient* reading then only counts, everything is decided at its end, and the table is
read once more by that (:meth:`TableStream.settled`). Where rows can only be judged together, :class:`NeedsWholeError`
says so, and the table has to be read whole.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from intimacy_scales.base.arrays import BoolArray, IntArray
from intimacy_scales.base.errors import ExportError
from intimacy_scales.reading.exports.arrow_cells import coded_texts, distinct_texts, is_number, number_cells
from intimacy_scales.reading.exports.arrow_texts import (
    DIGITS,
    ArrowTexts,
    codes_of,
    digit_codes,
    ends_oddly,
    holds_nothing,
    points_in,
    row_array,
)
from intimacy_scales.reading.exports.exclusion import (
    asks_for_consent,
    filter_note,
    is_filter,
    is_status,
    may_be_summaries,
    statistic_named,
    statistics_named,
)
from intimacy_scales.reading.exports.files.text_batches import (
    NotPlainError,
    TextBatches,
    may_be_plain,
    read_ahead,
)
from intimacy_scales.reading.exports.gather import CarefulBatches, CommaTexts, points_note, unnamed
from intimacy_scales.reading.exports.grid import na_is_word, vouch_names
from intimacy_scales.reading.exports.kinds import kind_of, look_inside
from intimacy_scales.reading.exports.rows_apart import (
    RowsApart,
    TableEnd,
    joined,
    may_end_oddly,
    named_rows,
    refusals,
    rows_of_table,
    tail_of,
)
from intimacy_scales.reading.exports.streamed_column import (
    MOST_TEXTS,
    AllColumns,
    NumberTally,
    StreamedColumn,
    TextTally,
)
from intimacy_scales.reading.exports.surveys.surveys import note_on_survey_file
from intimacy_scales.reading.exports.table import (
    Cells,
    Column,
    ColumnKind,
    NeedsAllError,
    NeedsWholeError,
    NumberCells,
    RawTable,
    RowsSetAside,
    Source,
    TextCells,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from intimacy_scales.reading.exports.platform import ExportFile, Recognition

    Batch: TypeAlias = pa.Table | pa.RecordBatch


BLANK_ROW = "blank row"


@dataclass(slots=True)
class TableStream:
    """A table of any length: its columns, and its rows batch by batch, once."""

    source: Source
    names: tuple[str, ...]
    """In the order of the source, "" where the header has none."""
    opened: Callable[[Callable[[float], None]], Iterator[Batch]] = field(repr=False)
    """Begins the reading anew; it is told of what says how far it is."""
    first_row: int
    size: float | None = None
    """Total of what ``opened`` tells."""
    n_rows: int | None = None
    is_repeatable: bool = True
    """It can be read more than once."""
    from_text: bool = False
    """Blank rows are set aside, and decimal commas may be read as points, as in a text file."""
    questions: dict[str, str] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    """Notes on the file and its header."""
    afterwards: tuple[str, ...] = ()
    """Notes that stand behind those on columns."""
    columns: list[StreamedColumn] = field(default_factory=list)
    blank: RowsSetAside = field(default_factory=RowsSetAside)
    """Rows that are set aside: blank ones, and those of ``apart``."""
    rows_seen: int = 0
    patient: bool = False
    """It only counts: nothing that the first batch decides stands in the way."""
    by_all: AllColumns | None = None
    """What all rows said of the columns, where they were read before."""
    apart: RowsApart = field(default_factory=RowsApart)
    """Rows that are set aside."""
    tail: list[RawTable] = field(default_factory=list)
    careful: Callable[[], TableStream] | None = field(default=None, repr=False)
    """Opens the same text to be read record by record; ``None`` where it is read so, or is no text."""
    is_plain: bool = True
    """``False`` where the reading met something for the careful reader."""

    def batches(self, advance: Callable[[float], None] = lambda _: None) -> Iterator[RawTable]:
        """Return the rows, batch by batch.

        Raises
        ------
        NeedsWholeError
            When rows can only be judged all together.
        """
        self.rows_seen, self.blank, self.columns, self.tail = 0, RowsSetAside(), [], []
        tables = read_ahead(self._tables, advance)
        with closing(tables):
            while (table := self._next(tables)) is not None:
                yield table

    def _next(self, tables: Iterator[RawTable]) -> RawTable | None:
        """Return the next batch, ``None`` at the end; what a careful reader says of a text is said of the whole."""
        try:
            return next(tables, None)
        except NotPlainError as fault:
            self.is_plain = False
            raise (NeedsWholeError if self.careful is None else NeedsAllError)("the text is not plain") from fault
        except (ExportError, OSError, MemoryError) as fault:  # told in the words of who reads it whole
            if self.from_text and self.careful is None and isinstance(fault, ExportError):
                raise
            raise NeedsWholeError("it cannot be read batch by batch") from fault

    def read_carefully(self) -> TableStream:
        """Return the same table, read record by record where its text turned out not to be plain."""
        if self.is_plain or self.careful is None:
            return self
        return replace(self.careful(), apart=self.apart)

    def _tables(self, advance: Callable[[float], None]) -> Iterator[RawTable]:
        batches = read_ahead(self.opened, advance)
        with closing(batches):
            for batch in batches:
                yield self.read_batch(batch)

    def read_batch(self, batch: Batch) -> RawTable:
        """Return a batch as a table; the first one decides what the columns are for.

        Raises
        ------
        NeedsWholeError
            As :meth:`batches` raises it.
        """
        arrays = [one.chunk(0) if hasattr(one, "chunk") else one for one in batch.columns]
        if not self.columns:
            self._begin(arrays)
        return self._table(arrays, batch.num_rows)

    def _begin(self, arrays: Sequence[Any]) -> None:
        """Decide from the first batch what each column is for, and whether NA is a word in it."""
        if self.by_all is not None:
            self.columns = [one.begun_anew() for one in self.by_all.columns]
            return
        for place, (given, array) in enumerate(zip(self.names, arrays, strict=True), start=1):
            kind: ColumnKind = kind_of(given) if given else "metadata"
            name = given or unnamed(place, self.names)
            one = StreamedColumn(name=name, kind=kind, question=self.questions.get(name), is_named=bool(given))
            if not is_number(array.type):
                one.texts = TextTally()
                one.commas = CommaTexts() if self.source.separator == ";" and kind != "id" else None
                texts = distinct_texts(array)
                one.na_stays = texts is not None and na_is_word(texts)
                if not given and not self.patient and all(map(one.is_blank, texts or ["x"])):
                    raise NeedsAllError("a column has neither a name nor, in its first rows, an answer")
            if asks_for_consent(name, one.question) and not self.patient:
                raise NeedsAllError(f"column {name} asks for consent")
            if one.texts is None and (self.patient or is_filter(name)):
                one.numbers = NumberTally()
            self.columns.append(one)
        for one, column in zip(self.columns, look_inside(self._raw(arrays)), strict=True):
            one.kind = column.kind

    def _raw(self, arrays: Sequence[Any]) -> list[Column]:
        return [
            Column(name=one.name, cells=self._cells(one, array, count=False), kind=one.kind, question=one.question)
            for one, array in zip(self.columns, arrays, strict=True)
        ]

    def _table(self, arrays: Sequence[Any], n: int) -> RawTable:
        columns = tuple(
            Column(name=one.name, cells=self._cells(one, array), kind=one.kind, question=one.question)
            for one, array in zip(self.columns, arrays, strict=True)
            if not one.gone
        )
        rows = np.arange(self.first_row + self.rows_seen, self.first_row + self.rows_seen + n, dtype=np.int64)
        self.rows_seen += n
        table = RawTable(columns=columns, row_numbers=rows, set_aside=(), source=self.source)
        empty = self._blank_rows(arrays, n)
        kept, gone = rows_of_table(table, ~empty), dict.fromkeys(rows[empty].tolist(), BLANK_ROW)
        self.tail = tail_of(self.tail, kept)
        if self.apart:
            kept, apart = self.apart(kept)
            gone |= apart
        numbers = sorted(gone)
        self.blank.add(np.array(numbers, dtype=np.int64), [gone[number] for number in numbers])
        return kept

    def _cells(self, one: StreamedColumn, array: Any, *, count: bool = True) -> Cells:
        if one.texts is None:
            return self._tallied(one, number_cells(array, one.name), count=count)
        if str(array.type) == "int8":
            return self._digits(one, array)
        coded = coded_texts(array)
        if coded is None:
            return self._many(one, array, count=count)
        texts, codes = coded
        texts = [text.replace(",", ".") for text in texts] if one.pointed else texts
        if count:
            self._tally(one, texts, codes)
        rest = [at for at, text in enumerate(texts) if not one.is_blank(text)]
        if len(rest) < len(texts):
            kept = np.full(len(texts) + 1, -1, dtype=codes.dtype)
            kept[rest] = np.arange(len(rest))
            codes, texts = kept[codes], [texts[at] for at in rest]
        return TextCells(values=tuple(texts), codes=codes)

    def _tallied(self, one: StreamedColumn, cells: NumberCells, *, count: bool) -> NumberCells:
        """Count the numbers of a column where all of them are to be counted."""
        if count and one.numbers is not None:
            one.add(cells)
        return cells

    def _digits(self, one: StreamedColumn, array: Any) -> TextCells:
        """Return cells of a column of digits, of which a later batch of text is read as numbers."""
        codes, counts = digit_codes(array)
        present = np.flatnonzero(counts)
        tally = one.texts
        if tally is not None and not tally.many:
            fresh = [code for code in present.tolist() if DIGITS[code] not in tally.place]
            fresh.sort(key=lambda code: int(np.argmax(codes == code)))
            order = [*fresh, *(code for code in present.tolist() if code not in fresh)]
            self._look_at(one, tally.add([DIGITS[code] for code in order], counts[order]))
        return TextCells(values=DIGITS[: len(counts)], codes=codes)

    def _tally(self, one: StreamedColumn, texts: list[str], codes: IntArray) -> None:
        tally = one.texts
        if tally is None or tally.many:
            self._look_at(one, texts)
        else:
            counts = np.bincount(
                codes if not len(codes) or codes.min() >= 0 else codes[codes >= 0], minlength=len(texts)
            )
            self._look_at(one, tally.add(texts, counts))
            tally.many = len(tally.place) > MOST_TEXTS
        if one.named:
            self._note_named(one, codes, [at for at, text in enumerate(texts) if text in one.named])

    def _note_named(self, one: StreamedColumn, codes: IntArray, named: Collection[int]) -> None:
        one.note_named(self.first_row + self.rows_seen + np.flatnonzero(np.isin(codes, list(named))))

    def _look_at(self, one: StreamedColumn, fresh: Sequence[str]) -> None:
        """Look at texts that were not there before: what they say of rows or columns is for the whole table to say."""
        for text in fresh:
            if statistic_named(text) is not None:
                one.named.add(text)
        self._look_at_commas(one, fresh)

    def _look_at_commas(self, one: StreamedColumn, texts: Iterable[str]) -> None:
        """Look at commas: whether they are decimal is for all texts of a column to say."""
        if one.commas is None or not one.commas.only_numbers:
            return
        one.commas.add(text for text in texts if not one.is_blank(text))
        if one.commas.may_be_points and not self.patient:
            raise NeedsAllError(f"column {one.name} holds decimal commas")

    def _many(self, one: StreamedColumn, array: Any, *, count: bool) -> TextCells:
        """Return cells of a column that hardly repeats: its texts stay where Arrow has them."""
        if hasattr(array, "dictionary"):
            values, codes = array.dictionary, codes_of(array)
        else:
            values, codes = array, np.arange(len(array), dtype=np.int32)
        values = points_in(values) if one.pointed else values
        if count:
            one.texts.many = True  # type: ignore[union-attr]
            self._look_at_many(one, values, codes)
        odd = ends_oddly(values)
        texts = values.take(row_array(odd)).to_pylist() if len(odd) else []
        blank = odd[[one.is_blank(text) for text in texts]] if len(odd) else odd
        if len(blank):
            kept = np.arange(len(values) + 1, dtype=np.int32)
            kept[blank], kept[-1] = -1, -1
            codes = kept[codes]
        return TextCells(values=ArrowTexts(values), codes=codes)

    def _look_at_many(self, one: StreamedColumn, values: Any, codes: IntArray) -> None:
        self._look_at_commas(one, ArrowTexts(values))
        if named := statistics_named(ArrowTexts(values)):
            self._note_named(one, codes, named)

    def _blank_rows(self, arrays: Sequence[Any], n: int) -> BoolArray:
        """Return the rows of a text in which nothing stands but spaces; a frame's are kept."""
        empty: BoolArray = np.full(n, self.from_text)
        for array in arrays if self.from_text else ():
            empty &= holds_nothing(array)
            if not empty.any():
                break
        return empty

    def settled(self) -> TableStream:
        """Return the same table, to be read by what all of its rows said in a patient reading.

        Rows are looked up where the name of a statistic stands that may name a row.

        Raises
        ------
        NeedsWholeError
            When rows can only be judged all together.
        """
        by_all = self._all_columns()
        told = by_all.notes[: by_all.n_before]
        made = replace(
            self, patient=False, by_all=by_all, columns=[], blank=RowsSetAside(), rows_seen=0, apart=RowsApart()
        )
        end = TableEnd.of(by_all.columns, self.tail, self._n_kept)
        named = (
            [one for batch in made.batches() for one in named_rows(batch, by_all.summaries)] if by_all.summaries else []
        )
        notes: list[str] = []
        rows = end.end_marks() | (end.summaries(named, notes) if named else end.unnamed(notes))
        refusing = refusals([one for one in by_all.columns if not one.gone], notes)
        apart = replace(self.apart, named=rows, refusing=refusing)
        return replace(made, by_all=replace(by_all, notes=(*told, *notes, *by_all.notes[len(told) :])), apart=apart)

    def summary(self) -> RawTable:
        """Return the table at its end: every column with its distinct texts, each in one row, and no other rows.

        Raises
        ------
        NeedsAllError
            When the end says of a column what its beginning did not.
        NeedsWholeError
            When another reading says something else.
        """
        by_all = self._all_columns() if self.by_all is None else self.by_all
        for one, decided in zip(self.columns, by_all.columns, strict=True):
            if one.na_stays != decided.na_stays:
                raise NeedsAllError(f"whether NA is a word in column {one.name} shows only later")
            if (one.kind, one.gone, one.pointed) != (decided.kind, decided.gone, decided.pointed):
                raise NeedsAllError(f"what column {one.name} holds shows only later")
        if self.by_all is None and (by_all.summaries or (self.tail and may_end_oddly(joined(self.tail)))):
            raise NeedsAllError("a row may be a summary")
        if self.rows_seen != by_all.n_rows:
            raise NeedsWholeError("it holds other rows than a moment ago")
        return self._without_rows(self.columns, by_all.notes)

    def summary_of_all(self) -> RawTable:
        """Return the same after a patient reading; columns of numbers with their distinct ones."""
        by_all = self._all_columns()
        return self._without_rows(by_all.columns, by_all.notes)

    def _without_rows(self, columns: Sequence[StreamedColumn], notes: tuple[str, ...]) -> RawTable:
        kept = tuple(one.summed() for one in columns if not one.gone)
        return RawTable(columns=kept, row_numbers=np.empty(0, dtype=np.int64), set_aside=self.blank,
                        source=self.source, notes=notes)  # fmt: skip

    def _all_columns(self) -> AllColumns:
        """Decide of every column from all of its texts, and gather what is to be told."""
        notes = list(self.told)
        columns = []
        for place, (given, one) in enumerate(zip(self.names, self.columns, strict=True), start=1):
            columns.append(self._decided(given, one))
            if columns[-1].na_stays and self.from_text:
                notes.append(f"column {given}: NA is a word among its two-letter codes, not a blank cell")
            if not given and not columns[-1].gone:
                notes.append(f"column {place} has no name in the header; called {one.name}")
        notes += [said for one in columns if one.commas is not None for said in one.commas.notes(one.name)]
        notes += [*points_note([one.name for one in columns if one.pointed]), *self.afterwards]
        kept, before = self._n_kept, len(notes)
        for one in columns:
            notes += filter_note(one.name, one.number_counts(), kept) if is_filter(one.name) else []
        for one in columns:
            notes += one.status_note() if is_status(one.name) else []
        summaries = tuple(
            one.name for one in columns
            if one.kind in ("id", "answer", "metadata") and one.n_named and not one.gone
            and may_be_summaries(one.n_named, self._place_of(one.first_named), kept)
        )  # fmt: skip
        return AllColumns(columns=tuple(columns), notes=tuple(notes), n_rows=self.rows_seen, n_before=before,
                          summaries=summaries)  # fmt: skip

    def _decided(self, given: str, one: StreamedColumn) -> StreamedColumn:
        """Return a column as all of its texts decide."""
        tally, decided = one.texts, replace(one)
        if tally is None:
            return decided
        if not tally.many:
            decided.na_stays = na_is_word(tally.place)
            decided.gone = not given and all(map(decided.is_blank, tally.place))
        if one.commas is not None and one.commas.are_points:
            decided = decided.read_as_points()
        if tally.many:
            one.vouch_many()
        else:
            decided.kind = decided.kind_by_texts()
        return decided

    @property
    def _n_kept(self) -> int:
        """Rows that are not blank."""
        return self.rows_seen - self.blank.counts().get(BLANK_ROW, 0)

    def _place_of(self, row: int) -> int:
        """Return the place of a row, by its number, among those that are not blank."""
        return row - self.first_row - int(np.count_nonzero(self.blank.rows_for(BLANK_ROW) < row))


def stream_of_text(
    file: ExportFile, platform: str, recognition: Recognition, path: str, careful: Callable[[], TableStream] | None
) -> TableStream:
    """Return a plain table of text as a stream; read record by record where ``careful`` is ``None``."""
    from intimacy_scales.reading.exports.platforms.spreadsheet import NAME, grid_of, header_of

    if platform != NAME or file.kind != "text":
        raise NeedsWholeError(f"the rules of {platform} look at all rows")
    grid, header = grid_of(file), header_of(file)
    note = note_on_survey_file(tuple(name for name in header.names if name))
    opened: Callable[[Callable[[float], None]], Iterator[Batch]]
    if careful is None:
        opened = CarefulBatches(grid=grid, names=header.names, skip=header.skip)
    elif may_be_plain(grid, header.names):
        opened = TextBatches(grid, len(header.names), header.skip)
    else:
        return careful()
    source = Source(path=path, platform=NAME, saw=recognition.saw, sure=recognition.sure, encoding=grid.encoding,
                    separator=grid.separator)  # fmt: skip
    return TableStream(
        source=source, names=header.names, opened=opened, from_text=True, first_row=header.skip + 1, size=grid.size,
        told=(*file.notes, *header.notes), afterwards=(note,) if note else (), careful=careful,
    )  # fmt: skip


def stream_of_parquet(file: ExportFile, platform: str, recognition: Recognition, path: str) -> TableStream:
    """Return a Parquet file as a stream."""
    from intimacy_scales.engines import open_stream
    from intimacy_scales.reading.exports.files.frames import labels_in

    place = file.source.on_disk
    if place is None:
        raise NeedsWholeError("it lies in an archive")
    opened = open_stream(place)
    vouch_names(opened.names, file.shown)
    for name, kind in zip(opened.names, opened.types, strict=True):
        if not is_streamed(kind):
            raise NeedsWholeError(f"column {name} is of type {kind}")

    def batches(advance: Callable[[float], None]) -> Iterator[Any]:
        for batch in opened.batches(distinct=False):
            yield batch
            advance(batch.num_rows)

    note = note_on_survey_file(opened.names)
    return TableStream(
        source=Source(path=path, platform=platform, saw=recognition.saw, sure=recognition.sure), names=opened.names,
        opened=batches, first_row=1, size=opened.n_rows, n_rows=opened.n_rows, told=file.notes,
        questions=labels_in(opened.schema.metadata or {}), afterwards=(note,) if note else (),
    )  # fmt: skip


def is_streamed(kind: Any) -> bool:
    """Whether a column of an Arrow type is read batch by batch as it is read whole."""
    from pyarrow import types

    if types.is_dictionary(kind):
        return bool(types.is_string(kind.value_type))
    return bool(
        types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind) or types.is_temporal(kind)
        or types.is_null(kind)
    )  # fmt: skip
