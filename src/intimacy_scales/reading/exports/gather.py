"""From records to columns: the text engine that every platform's reader uses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.arrays import IntArray
from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.base.progress import Progress
from intimacy_scales.reading.exports.arrow_texts import holds_nothing, row_array
from intimacy_scales.reading.exports.column_builders import ArrowColumnBuilder, ColumnBuilder
from intimacy_scales.reading.exports.files import text_batches
from intimacy_scales.reading.exports.grid import Grid, Record, na_is_word
from intimacy_scales.reading.exports.kinds import kind_of
from intimacy_scales.reading.exports.table import Column, ColumnKind, SetAside, TextCells

_LISTED = 10
DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+")
_WHOLE = re.compile(r"[+-]?[0-9]+")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """All columns of a file, its blank rows apart."""

    columns: tuple[Column, ...]
    row_numbers: IntArray
    blank: tuple[SetAside, ...]
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Rows:
    """What is found out about rows on the way (filled while the file streams by)."""

    width: int
    kept: list[IntArray] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    lines: set[int] = field(default_factory=set)
    """Those of the blank ones that are empty lines, without even a separator."""
    ragged: dict[int, list[int]] = field(default_factory=dict)


def gather(grid: Grid, names: Sequence[str], *, skip: int, quiet: bool = False,
           kinds: Callable[[str], ColumnKind] = kind_of, stay: Collection[str] = ()) -> Gathered:  # fmt: skip
    """Read all records below the header into columns.

    Parameters
    ----------
    grid : Grid
        The file.
    names : sequence of str
        One name a column, all different (``vouch_names``); "" where it has none.
    skip : int
        Records above the first answers: title rows and header.
    quiet : bool, default False
        Never show a progress bar.
    kinds : callable, default :func:`kind_of`
        Name to kind of column; words such as NA stay words in an ``id`` column.
    stay : collection of str
        Words for blank cells that stay words in columns of answers, because the platform means something by them.

    Raises
    ------
    ExportError
        When rows hold more or fewer cells than the header (all of them named), or there is no row at all.
    """
    read = _plain_columns(grid, names, skip, quiet=quiet) or _careful_columns(grid, names, skip, quiet=quiet)
    rows, builders = read
    row_numbers = np.concatenate([np.empty(0, dtype=np.int64), *rows.kept])
    if not len(row_numbers):
        raise ExportError(
            Problem(
                where=grid.shown,
                what="has a header but no answers below it",
                do="export it again once people have answered",
            )
        )
    notes: list[str] = []
    columns = _finish(names, builders, kinds, notes, stay)
    if grid.separator == ";":
        columns = _points(columns, notes)
    blank = tuple(SetAside(row=row, why="blank row") for row in rows.blank)
    return Gathered(columns=columns, row_numbers=row_numbers, blank=blank, notes=tuple(notes))


def _careful_columns(
    grid: Grid, names: Sequence[str], skip: int, *, quiet: bool
) -> tuple[_Rows, Sequence[ColumnBuilder | ArrowColumnBuilder]]:
    """Read record by record, whatever the file is like."""
    rows, builders = _Rows(width=len(names)), [ColumnBuilder() for _ in names]
    with Progress(f"reading {grid.shown}", total=grid.size, quiet=quiet) as bar:
        below = 0
        for batch in grid.batches(bar.advance):
            first = max(skip - below, 0)
            _take(batch[first:], below + first + 1, rows, builders, ragged=grid.may_be_ragged)
            below += len(batch)
    _drop_last_lines(rows, below)
    _refuse_ragged(grid.shown, rows)
    return rows, builders


def _plain_columns(
    grid: Grid, names: Sequence[str], skip: int, *, quiet: bool
) -> tuple[_Rows, Sequence[ColumnBuilder | ArrowColumnBuilder]] | None:
    """Read a large plain text block by block; ``None`` where it is small, or turns out not to be plain."""
    if grid.size < text_batches.LARGE or not text_batches.may_be_plain(grid, names):
        return None
    rows, builders = _Rows(width=len(names)), [ArrowColumnBuilder() for _ in names]
    plain = text_batches.TextBatches(grid, len(names), skip)
    first = skip + 1
    try:
        with Progress(f"reading {grid.shown}", total=grid.size, quiet=quiet) as bar:
            for table in text_batches.read_ahead(plain, bar.advance):
                _take_arrays([one.chunk(0) for one in table.columns], first, rows, builders)
                first += table.num_rows
    except text_batches.NotPlainError:
        return None
    return rows, builders


@dataclass(frozen=True, slots=True, kw_only=True)
class CarefulBatches:
    """The rows of any text below its header as Arrow batches, read record by record: slow, and in bounded memory.

    Blank rows come along; empty lines that end the file do not. Rows of another length are told when all were read.
    """

    grid: Grid
    names: Sequence[str]
    skip: int

    def __call__(self, advance: Callable[[float], None]) -> Iterator[Any]:
        """Return the batches.

        Raises
        ------
        ExportError
            As :func:`gather` raises it.
        """
        import pyarrow as pa

        rows, below, ends = _Rows(width=len(self.names)), 0, 0
        for batch in self.grid.batches(advance):
            kept: list[Record] = []
            for number, record in enumerate(batch, start=below + 1):
                if number <= self.skip:
                    continue
                if not record:
                    ends += 1
                    continue
                kept += [("",) * rows.width] * ends
                ends = 0
                if _filled(record):
                    _vouch(record, number, rows, ragged=self.grid.may_be_ragged)
                kept.append(_fit(record, rows.width))
            below += len(batch)
            if kept:
                columns = [pa.array(cells, pa.string()).dictionary_encode() for cells in zip(*kept, strict=True)]
                yield pa.Table.from_arrays(columns, names=[str(place) for place in range(rows.width)])
        _refuse_ragged(self.grid.shown, rows)


def _take_arrays(arrays: Sequence[Any], first: int, rows: _Rows, builders: Sequence[ArrowColumnBuilder]) -> None:
    """Hand a batch of Arrow arrays on by column; blank rows are set aside."""
    numbers = np.arange(first, first + len(arrays[0]), dtype=np.int64)
    empty: NDArray[np.bool_] = np.ones(len(numbers), dtype=bool)
    for array in arrays:
        empty &= holds_nothing(array)
        if not empty.any():
            break
    else:
        rows.blank += numbers[empty].tolist()
        kept = row_array(np.flatnonzero(~empty))
        numbers, arrays = numbers[~empty], [array.take(kept) for array in arrays]
    rows.kept.append(numbers)
    for builder, array in zip(builders, arrays, strict=True):
        builder.add(array)


def _take(
    batch: Sequence[Record], number: int, rows: _Rows, builders: Sequence[ColumnBuilder], *, ragged: bool
) -> None:
    """Hand a batch on by column; ``number`` is the row number of its first record."""
    if not batch:
        return
    numbers = np.arange(number, number + len(batch), dtype=np.int64)
    widths = set(map(len, batch))
    if widths != {rows.width} or not all(map(_filled, batch)):
        keep = [place for place, record in enumerate(batch) if _vouch(record, number + place, rows, ragged=ragged)]
        batch = [_fit(batch[place], rows.width) for place in keep]
        numbers = numbers[keep]
    rows.kept.append(numbers)
    if batch:
        for builder, cells in zip(builders, zip(*batch, strict=True), strict=True):
            builder.add(cells)


def _filled(record: Record) -> bool:
    return bool(record[0].strip()) or bool("".join(record).strip())


def _vouch(record: Record, number: int, rows: _Rows, *, ragged: bool) -> bool:
    """Return whether a record is an answer; note it as blank or ragged otherwise."""
    if not "".join(record).strip():
        rows.blank.append(number)
        if not record:
            rows.lines.add(number)
        return False
    if ragged and (len(record) < rows.width or any(cell.strip() for cell in record[rows.width :])):
        rows.ragged.setdefault(len(record), []).append(number)
    return True


def _fit(record: Record, width: int) -> Record:
    return record if len(record) == width else (*record[:width], *("",) * (width - len(record)))


def _drop_last_lines(rows: _Rows, last: int) -> None:
    """Empty lines that end a file are its line ends, not rows."""
    while rows.blank and rows.blank[-1] == last and last in rows.lines:
        rows.blank.pop()
        last -= 1


def _refuse_ragged(shown: str, rows: _Rows) -> None:
    if rows.ragged:
        raise ExportError(
            Problem(where=f"{shown}: {_said(numbers)}",
                    what=f"{'hold' if len(numbers) > 1 else 'holds'} {cells} {'cell' if cells == 1 else 'cells'}",
                    allowed=f"the header has {rows.width}",
                    do="the file was cut off or edited: export it again" if cells < rows.width
                    else "a separator stands inside an unquoted cell: put that cell in quotation marks")
            for cells, numbers in sorted(rows.ragged.items())
        )  # fmt: skip


def _said(numbers: list[int]) -> str:
    listed = ", ".join(map(str, numbers[:_LISTED]))
    more = f" and {len(numbers) - _LISTED} more" if len(numbers) > _LISTED else ""
    return f"{'row' if len(numbers) == 1 else 'rows'} {listed}{more}"


def _finish(
    names: Sequence[str],
    builders: Sequence[ColumnBuilder | ArrowColumnBuilder],
    kinds: Callable[[str], ColumnKind],
    notes: list[str],
    stay: Collection[str],
) -> tuple[Column, ...]:
    columns = []
    for place, (given, builder) in enumerate(zip(names, builders, strict=True), start=1):
        kind: ColumnKind = kinds(given) if given else "metadata"
        kept = stay if kind == "answer" else ()
        if na_is_word(builder.texts):
            kept = (*kept, "NA")
            notes.append(f"column {given}: NA is a word among its two-letter codes, not a blank cell")
        cells = builder.finish(words=kind != "id", stay=kept)
        if not given and not cells.values:
            continue  # the separator that some platforms write behind the last cell
        name = given or unnamed(place, names)
        if not given:
            notes.append(f"column {place} has no name in the header; called {name}")
        columns.append(Column(name=name, cells=cells, kind=kind))
    return tuple(columns)


def unnamed(place: int, names: Sequence[str]) -> str:
    """Return the name of a column whose header is blank."""
    name = f"column_{place}"
    while name in names:
        name += "_"
    return name


def _points(columns: tuple[Column, ...], notes: list[str]) -> tuple[Column, ...]:
    """Read ``3,0`` as 3.0: semicolons separate where commas are decimal."""
    read: Counter[str] = Counter()
    mended = tuple(_pointed(column, read, notes) for column in columns)
    notes += points_note(list(read))
    return mended


def _pointed(column: Column, read: Counter[str], notes: list[str]) -> Column:
    cells = column.cells
    if column.kind == "id" or not isinstance(cells, TextCells):
        return column
    found = CommaTexts()
    found.add(cells.values)
    notes += found.notes(column.name)
    if not found.are_points:
        return column
    read[column.name] += 1
    values = type(cells.values)([text.replace(",", ".") for text in cells.values])  # type: ignore[call-arg]
    return replace(column, cells=TextCells(values=values, codes=cells.codes))


@dataclass(slots=True)
class CommaTexts:
    """Whether commas in a column are decimal, by its distinct texts so far."""

    first: str = ""
    """The first text with a decimal comma."""
    only_whole: bool = True
    """All others are whole numbers."""
    only_numbers: bool = True
    """All others are numbers of some spelling; else nothing here is read as a number."""
    only_thousands: bool = True
    """All commas may be there for thousands."""

    def add(self, texts: Iterable[str]) -> None:
        """Look at texts of cells that are not blank."""
        for text in map(str.strip, texts):
            if not self.only_numbers:
                return
            if DECIMAL_COMMA.fullmatch(text):
                self.first = self.first or text
                self.only_thousands = self.only_thousands and _THOUSANDS.fullmatch(text) is not None
            elif not _WHOLE.fullmatch(text):
                self.only_whole = False
                self.only_numbers = re.fullmatch(r"[+-]?[\d.,]+", text) is not None

    @property
    def may_be_points(self) -> bool:
        """Whether there are decimal commas, and no words beside them so far."""
        return bool(self.first) and self.only_numbers

    @property
    def are_points(self) -> bool:
        """Whether commas are read as points."""
        return bool(self.first) and self.only_whole and not self.only_thousands

    def notes(self, name: str) -> list[str]:
        """Return why commas were left as they are, where that is worth telling."""
        if not self.may_be_points or self.are_points:
            return []
        if not self.only_whole:
            return [f"column {name}: decimal commas and points side by side; left as text"]
        return [f"column {name}: {self.first} may be a decimal or thousands; left as text"]


def points_note(names: Sequence[str]) -> list[str]:
    """Return the note on columns whose commas were read as points."""
    return [f"decimal comma read as a point in {_listed(list(names))}"] if names else []


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_LISTED]) + (f" and {len(names) - _LISTED} more" if len(names) > _LISTED else "")
