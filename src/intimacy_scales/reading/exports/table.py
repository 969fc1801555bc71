"""The one contract of the room: what every platform's reader hands on.

A :class:`RawTable` is a plain table of what people ticked, what each column asked, what each code means,
which rows are no respondents and why. It knows no bank: which column is which item is the business of
:mod:`intimacy_scales.reading.responses`.

Columns of a table as numbers, for analyses that take plain columns: one number a row, what is none is said.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from itertools import islice
from typing import Any, Literal, overload

import numpy as np

from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.reading.exports.arrow_texts import ArrowTexts, arrow_of

ColumnKind = Literal["answer", "id", "metadata", "timing", "personal"]
"""``answer``: may hold an item. ``id``: names the row. ``metadata``/``timing``: the platform's own columns.
``personal``: names, addresses, IP, free text: never kept unasked, never matched to an item."""


class NeedsWholeError(Exception):
    """A table cannot be read batch by batch and has to be read whole; the reason in words. No fault of the user's."""


class NeedsAllError(NeedsWholeError):
    """What the first rows said does not hold for all: the table is read once more, by what all of its rows say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberCells:
    """Cells of a column that came as numbers: one float a row, NaN where there is nothing."""

    numbers: FloatArray

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, rows: IntArray) -> NumberCells:
        """Return the cells of these rows, in this order."""
        return NumberCells(numbers=self.numbers[rows])

    @property
    def n_filled(self) -> int:
        """Number of cells that hold something."""
        return len(self.numbers) - int(np.count_nonzero(np.isnan(self.numbers)))

    @property
    def n_distinct(self) -> int:
        """Number of different things that cells hold."""
        return len(np.unique(self.numbers[~np.isnan(self.numbers)]))

    def as_texts(self) -> Sequence[str]:
        """Return every cell as text, as :meth:`texts` does."""
        return self.texts()

    def texts(self) -> list[str]:
        """Return every cell as text: whole numbers without a point, "" where there is nothing."""
        return ["" if np.isnan(x) else (str(int(x)) if float(x).is_integer() else repr(float(x))) for x in self.numbers]


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeCells(NumberCells):
    """Cells of numbers that came as whole ones."""

    whole: IntArray
    """The same numbers, in as few bytes as they need; where one is missing, ``low`` stands."""
    low: int
    """No number is less, and none more than ``high``."""
    high: int
    n_missing: int = 0

    def take(self, rows: IntArray) -> NumberCells:
        """Return the cells of these rows, in this order."""
        return NumberCells(numbers=self.numbers[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class TextCells:
    """Cells of a column that came as text: every distinct text once, and a row's place among them.

    A column of answers holds few distinct texts, so a label is looked up once and not once a row, and a large
    file needs about a byte or four a cell. ``-1`` is a blank cell.
    """

    values: Sequence[str]
    """A tuple, or for columns that hardly repeat (ids, dates) a sequence that takes less room."""
    codes: IntArray
    """int8, int16 or int32, whichever holds the number of texts: fit to look up by, not to calculate with."""

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: IntArray) -> TextCells:
        """Return the cells of these rows, in this order (``values`` may keep texts no row uses any more)."""
        return TextCells(values=self.values, codes=self.codes[rows])

    @property
    def n_filled(self) -> int:
        """Number of cells that hold something."""
        return int(np.count_nonzero(self.codes >= 0))

    @property
    def n_distinct(self) -> int:
        """Number of different things that cells hold."""
        return int(np.count_nonzero(np.bincount(self.codes[self.codes >= 0], minlength=1)))

    def as_texts(self) -> Sequence[str]:
        """Return every cell as text, "" where there is nothing; of many rows as Arrow holds them."""
        if len(self.codes) < (SOME_ROWS if "pyarrow" in sys.modules else MANY_ROWS) or find_spec("pyarrow") is None:
            return self.texts()
        import pyarrow as pa

        values = pa.concat_arrays([arrow_of(self.values), arrow_of([""])])
        return ArrowTexts(values).rows(np.where(self.codes < 0, len(self.values), self.codes))

    def texts(self) -> list[str]:
        """Return every cell as text, "" where there is nothing."""
        spelled = (*self.values, "")
        return [spelled[code] for code in self.codes.tolist()]


Cells = NumberCells | TextCells
MANY_ROWS = 50_000
"""Rows from which on a column of texts is better handed on as Arrow holds it, where Arrow is there."""
SOME_ROWS = 5_000
"""The same where Arrow is loaded already."""


def text_cells(texts: Sequence[str | None]) -> TextCells:
    """Put texts into :class:`TextCells`; ``None`` and text of spaces only are blank."""
    place: dict[str, int] = {}
    codes = np.fromiter(
        (-1 if text is None or not text.strip() else place.setdefault(text, len(place)) for text in texts),
        dtype=np.int32,
        count=len(texts),
    )
    return TextCells(values=tuple(place), codes=codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of an export: its name, its cells, and what the export itself says about it."""

    name: str
    cells: Cells
    kind: ColumnKind = "answer"
    question: str | None = None
    labels: Mapping[float, str] = field(default_factory=dict)
    """Code to label, where the export says so (value labels of SPSS, choices of a survey file)."""
    text_labels: Mapping[str, str] = field(default_factory=dict)
    """The same for codes that are texts ("SA": "strongly agree")."""
    missing: Mapping[float, str] = field(default_factory=dict)
    """Code to kind of missing ("refused", "don't know", "user-missing"): never an answer."""
    missing_texts: Mapping[str, str] = field(default_factory=dict)
    """The same for texts (SPSS string missing, REDCap's codes)."""
    other_names: tuple[str, ...] = ()
    """Other names the export gives this column (ImportId, long name)."""
    origin: str = ""
    """The file it came from, where several were joined: files may code the same answers differently."""

    def known_texts(self) -> list[str]:
        """Return every cell as text, without spaces around it; "" where nothing or a declared missing stands."""
        if isinstance(self.cells, NumberCells):
            gone = np.isin(self.cells.numbers, list(self.missing))
            return ["" if lost else text for lost, text in zip(gone, self.cells.texts(), strict=True)]
        return ["" if text in self.missing_texts else text for text in map(str.strip, self.cells.texts())]

    def labelled_texts(self) -> list[str]:
        """Return every cell as people read it: by its value label where there is one, else as :meth:`known_texts`."""
        if not self.labels and not self.text_labels:
            return self.known_texts()
        said = {f"{code:g}": label.strip() for code, label in self.labels.items() if label.strip()}
        said |= {code: label.strip() for code, label in self.text_labels.items() if label.strip()}
        return [said.get(text, text) for text in self.known_texts()]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A row that is no respondent: its number in the source, and why."""

    row: int
    why: str


class RowsSetAside(Sequence[SetAside]):
    """Rows that are set aside, however many: a bit for each where they stand close together, and each reason once."""

    __slots__ = ("_parts", "_words")

    def __init__(self) -> None:
        self._parts: list[_RowsGone] = []
        self._words: dict[str, int] = {}

    def add(self, numbers: IntArray, why: Sequence[str]) -> None:
        """Add rows by their numbers, in order, each with its reason."""
        if len(numbers):
            codes = np.array([self._words.setdefault(one, len(self._words)) for one in why], dtype=np.int32)
            self._parts.append(_RowsGone.of(np.asarray(numbers, dtype=np.int64), codes))

    def add_behind(self, other: RowsSetAside, behind: int) -> None:
        """Add the rows of another part of the table, whose numbers begin so many later."""
        words = list(other._words)
        for part in other._parts:
            self.add(part.numbers + behind, [words[code] for code in part.all_codes.tolist()])

    def merged(self, other: RowsSetAside) -> RowsSetAside:
        """Return the rows of both, in order."""
        if not len(self) or not len(other):
            return self if len(self) else other
        made, words = RowsSetAside(), [*self._words, *other._words]
        parts = [*((0, part) for part in self._parts), *((len(self._words), part) for part in other._parts)]
        numbers = np.concatenate([part.numbers for _, part in parts])
        codes = np.concatenate([part.all_codes + behind for behind, part in parts])
        order = np.argsort(numbers, kind="stable")
        for start in range(0, len(order), _AT_ONCE):
            own = order[start : start + _AT_ONCE]
            made.add(numbers[own], [words[code] for code in codes[own].tolist()])
        return made

    def counts(self) -> dict[str, int]:
        """Return reason to number of rows, in the order in which reasons came."""
        totals = sum((np.bincount(part.all_codes, minlength=len(self._words)) for part in self._parts), _NO_CODES)
        return {why: int(totals[code]) for why, code in self._words.items()}

    def rows_for(self, why: str) -> IntArray:
        """Return the numbers of the rows that are set aside for a reason."""
        code = self._words.get(why, -1)
        own = [part.numbers[part.all_codes == code] for part in self._parts if code in part.codes]
        return np.concatenate([*own, np.empty(0, dtype=np.int64)])

    def __len__(self) -> int:
        return sum(part.n for part in self._parts)

    def __iter__(self) -> Iterator[SetAside]:
        words = list(self._words)
        for part in self._parts:
            for row, code in zip(part.numbers.tolist(), part.all_codes.tolist(), strict=True):
                yield SetAside(row=row, why=words[code])

    @overload
    def __getitem__(self, place: int) -> SetAside: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[SetAside]: ...
    def __getitem__(self, place: int | slice) -> SetAside | Sequence[SetAside]:
        return tuple(self)[place] if isinstance(place, slice) or place < 0 else next(islice(self, place, None))


_AT_ONCE = 1 << 16
_NO_CODES: IntArray = np.zeros(1, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _RowsGone:
    """Some rows, in order: their numbers, or a bit for each from the first on; one reason, or one each."""

    n: int
    first: int
    held: IntArray
    is_packed: bool
    codes: IntArray

    @classmethod
    def of(cls, numbers: IntArray, codes: IntArray) -> _RowsGone:
        """Return rows as they take least room."""
        first, span = int(numbers[0]), int(numbers[-1] - numbers[0]) + 1
        held, is_packed = numbers, span < 64 * len(numbers)
        if is_packed:
            marks = np.zeros(span, dtype=bool)
            marks[numbers - first] = True
            held = np.packbits(marks)
        return cls(n=len(numbers), first=first, held=held, is_packed=is_packed,
                   codes=codes[:1] if (codes == codes[0]).all() else codes)  # fmt: skip

    @property
    def numbers(self) -> IntArray:
        """The numbers of the rows."""
        if not self.is_packed:
            return self.held
        return self.first + np.flatnonzero(np.unpackbits(np.asarray(self.held, dtype=np.uint8)))

    @property
    def all_codes(self) -> IntArray:
        """The code of every row's reason."""
        return np.broadcast_to(self.codes, self.n)


def why_set_aside(rows: Iterable[SetAside]) -> dict[str, int]:
    """Return reason to number of rows that are set aside for it, in the order in which reasons came."""
    if isinstance(rows, RowsSetAside):
        return rows.counts()
    counts: dict[str, int] = {}
    for one in rows:
        counts[one.why] = counts.get(one.why, 0) + 1
    return counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a table comes from, and how it was recognised."""

    path: str | None
    platform: str
    saw: str
    """What was seen that told the platform, in words."""
    sure: Literal["certain", "likely", "assumed"] = "certain"
    encoding: str | None = None
    separator: str | None = None
    native: Any = field(default=None, repr=False, compare=False)
    """The caller's own frame, where the input was one: results go back in its type, with its index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """What a reader hands on: kept rows only, in the order of the source.

    ``row_numbers[i]`` is the number under which the user finds row ``i``: for a file the row as a
    spreadsheet shows it (first line = 1, a header of three rows included, a quoted line break not counted);
    for a frame the 0-based position. ``rows_read`` = kept + set aside.
    """

    columns: tuple[Column, ...]
    row_numbers: IntArray
    set_aside: Sequence[SetAside]
    source: Source
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.row_numbers)

    @property
    def rows_read(self) -> int:
        """Rows below the header: kept and set aside."""
        return len(self.row_numbers) + len(self.set_aside)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in the order of the source."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the column of this name; :class:`~intimacy_scales.base.errors.UnknownNameError` if there is none."""
        from intimacy_scales.base.errors import UnknownNameError

        for column in self.columns:
            if column.name == name:
                return column
        raise UnknownNameError.among("column", name, self.names)

    def without(self, why: Mapping[int, str]) -> RawTable:
        """Return the table without the rows at these 0-based places, each set aside for its reason."""
        if not why:
            return self
        keep = np.array([row for row in range(len(self)) if row not in why], dtype=np.int64)
        gone = [SetAside(row=int(self.row_numbers[row]), why=reason) for row, reason in sorted(why.items())]
        columns = tuple(replace(column, cells=column.cells.take(keep)) for column in self.columns)
        return replace(
            self,
            columns=columns,
            row_numbers=self.row_numbers[keep],
            set_aside=tuple(sorted((*self.set_aside, *gone), key=lambda aside: aside.row)),
        )


BLANK = frozenset({"", "na", "n/a", "nan", "null", "none", ".", "-"})
_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+(e[-+]?\d+)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberColumn:
    """A column as numbers, NaN where nothing stands; ``note`` says what was decided on the way."""

    name: str
    values: FloatArray
    note: str = ""


def number_column(table: RawTable, name: str, *, two_words: bool = False) -> NumberColumn:
    """Return a column of a table as numbers.

    Parameters
    ----------
    table
        What :func:`intimacy_scales.reading.exports.read_table` gave.
    name
        Of the column.
    two_words
        Whether a column of exactly two words becomes 0 and 1 (alphabetical order), said.

    Raises
    ------
    UnknownNameError
        When there is no such column.
    ResponseError
        For texts that are no numbers, with their rows.
    """
    column = table.column(name)
    if isinstance(column.cells, NumberCells):
        gone = np.isin(column.cells.numbers, list(column.missing))
        return NumberColumn(name=name, values=np.where(gone, np.nan, column.cells.numbers))
    texts = column.known_texts()
    words = sorted({text for text in texts if text.casefold() not in BLANK})
    if two_words and len(words) == 2 and all(_number(word, comma=False) is None for word in words):
        values = np.array([float(words.index(text)) if text in words else np.nan for text in texts])
        return NumberColumn(name=name, values=values, note=f"{name}: {words[0]} is 0, {words[1]} is 1")
    comma = any(_DECIMAL_COMMA.match(word) for word in words)
    read = [np.nan if text.casefold() in BLANK else _number(text, comma=comma) for text in texts]
    bad = [(row, text) for row, text, x in zip(table.row_numbers.tolist(), texts, read, strict=True) if x is None]
    if bad:
        raise ResponseError(_no_numbers(name, bad))
    note = f"{name}: commas were read as decimal points" if comma else ""
    return NumberColumn(name=name, values=np.array(read, dtype=np.float64), note=note)


def _number(text: str, *, comma: bool) -> float | None:
    try:
        value = float(text.replace(",", ".") if comma else text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _no_numbers(name: str, bad: Sequence[tuple[int, str]]) -> Problem:
    shown = ", ".join(dict.fromkeys(repr(text) for _, text in bad[:3]))
    rows = ", ".join(str(row) for row, _ in bad[:5]) + (" ..." if len(bad) > 5 else "")
    what = "1 cell that is no number" if len(bad) == 1 else f"{len(bad)} cells that are no numbers"
    return Problem(
        where=f"column {name}",
        what=f"{what} ({shown})",
        allowed="numbers, or nothing",
        do=f"look at {'row' if len(bad) == 1 else 'rows'} {rows}",
    )


def group_column(table: RawTable, name: str) -> list[str]:
    """Return a column as the groups it names: texts, the labels of codes where the file has them, "" for nothing."""
    column = table.column(name)
    texts = column.known_texts()
    if isinstance(column.cells, NumberCells) and column.labels:
        return [column.labels.get(float(text), text) if text else "" for text in texts]
    return texts
