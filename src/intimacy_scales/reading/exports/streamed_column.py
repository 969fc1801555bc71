"""What is known of a column that is read batch by batch: its distinct cells, and what it is for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from intimacy_scales.base.arrays import IntArray
from intimacy_scales.reading.exports.exclusion import number_counts, status_note
from intimacy_scales.reading.exports.gather import CommaTexts
from intimacy_scales.reading.exports.grid import is_blank
from intimacy_scales.reading.exports.kinds import kind_of, look_inside
from intimacy_scales.reading.exports.table import Cells, Column, ColumnKind, NeedsWholeError, NumberCells, TextCells

MOST_TEXTS = 8192
"""Distinct texts of a column that are kept apart and counted."""
_LONG = 40
_NONE = np.empty(0, dtype=np.int8)


@dataclass(slots=True)
class TextTally:
    """The distinct texts of a column so far, in order of first appearance, and how often each stands there."""

    place: dict[str, int] = field(default_factory=dict)
    counts: IntArray = field(default_factory=lambda: np.zeros(16, dtype=np.int64))
    many: bool = False
    """There are more than are kept apart."""

    def add(self, texts: Sequence[str], counts: IntArray) -> list[str]:
        """Add the texts of a batch; return those that are new."""
        fresh = [text for text in texts if text not in self.place]
        for text in fresh:
            self.place[text] = len(self.place)
        if len(self.place) > len(self.counts):
            self.counts = np.concatenate([self.counts, np.zeros(2 * len(self.place), dtype=np.int64)])
        self.counts[[self.place[text] for text in texts]] += counts
        return fresh

    @property
    def pairs(self) -> list[tuple[str, int]]:
        """Every text with its count."""
        return list(zip(self.place, self.counts.tolist(), strict=False))


@dataclass(slots=True)
class NumberTally:
    """The distinct numbers of a column so far, and how often each stands there."""

    counts: dict[float, int] = field(default_factory=dict)
    many: bool = False
    """There are more than are kept apart."""

    def add(self, found: Mapping[float, int]) -> None:
        """Add the numbers of a batch."""
        for number, count in found.items():
            self.counts[number] = self.counts.get(number, 0) + count
        if len(self.counts) > MOST_TEXTS:
            self.many, self.counts = True, {}


@dataclass(slots=True)
class StreamedColumn:
    """What is known of one column on the way."""

    name: str
    kind: ColumnKind
    question: str | None = None
    texts: TextTally | None = None
    """``None`` of a column of numbers."""
    na_stays: bool = False
    numbers: NumberTally | None = None
    """Of a column of numbers that a patient reading counts."""
    named: set[str] = field(default_factory=set)
    """Names of statistics among its texts."""
    n_named: int = 0
    """Rows that hold one, and the number of the first."""
    first_named: int = -1
    commas: CommaTexts | None = None
    """What is known of its commas, where semicolons separate."""
    pointed: bool = False
    """Its commas are read as points."""
    gone: bool = False
    """It has neither a name nor an answer: no column."""
    is_named: bool = True
    read_as_text: bool = True
    """It comes from a text file, not from a frame: words for blank cells are looked for in the same way in both."""

    def begun_anew(self) -> StreamedColumn:
        """Return what was decided of the column, without what was counted."""
        texts = None if self.texts is None else TextTally()
        return replace(self, texts=texts, numbers=None, named=set(), n_named=0, first_named=-1, commas=None)

    def read_as_points(self) -> StreamedColumn:
        """Return the column with its commas read as points."""
        old = self.texts
        if old is None or old.many:
            return replace(self, pointed=True)
        place = {text.replace(",", "."): at for text, at in old.place.items()}
        return replace(self, pointed=True, texts=TextTally(place=place, counts=old.counts))

    def emptied(self) -> StreamedColumn:
        """Return the column with its distinct cells, each counted in no row yet."""
        old = self.texts
        texts = None if old is None else TextTally(place=dict(old.place), counts=0 * old.counts, many=old.many)
        numbers = self.numbers and NumberTally(many=self.numbers.many)
        return replace(self, texts=texts, numbers=numbers)

    def add(self, cells: Cells) -> None:
        """Count cells, where they are few enough to be kept apart."""
        if isinstance(cells, TextCells) and self.texts is not None and not self.texts.many:
            counts = np.bincount(cells.codes[cells.codes >= 0], minlength=len(cells.values))
            held = np.flatnonzero(counts)
            self.texts.add([cells.values[at] for at in held.tolist()], counts[held])
        elif isinstance(cells, NumberCells) and self.numbers is not None and not self.numbers.many:
            found, counts = np.unique(cells.numbers[~np.isnan(cells.numbers)], return_counts=True)
            self.numbers.add(dict(zip(found.tolist(), counts.tolist(), strict=True)))

    def note_named(self, rows: IntArray) -> None:
        """Note rows, by their numbers, that hold the name of a statistic."""
        if len(rows):
            self.n_named += len(rows)
            self.first_named = self.first_named if self.first_named >= 0 else int(rows[0])

    def is_blank(self, text: str) -> bool:
        """Whether a text of the column is a blank cell."""
        return is_blank(text, words=self.kind != "id" and not (self.na_stays and text.strip() == "NA"))

    def summed(self) -> Column:
        """Return the column with each of its distinct cells in one row."""
        numbers = [] if self.numbers is None else sorted(self.numbers.counts)
        cells: Cells = NumberCells(numbers=np.array(numbers, dtype=np.float64))
        if self.texts is not None:
            texts = tuple(text for text in self.texts.place if not self.is_blank(text))
            cells = TextCells(values=texts, codes=np.arange(len(texts), dtype=np.int32))
        return Column(name=self.name, cells=cells, kind=self.kind, question=self.question)

    def vouch_many(self) -> None:
        """Refuse a column of too many texts where these decide what it is for: else the first batch has to do.

        Raises
        ------
        NeedsWholeError
            When it may hold free text.
        """
        if self.by_name == "answer" and (self.question or len(self.name.split()) > 1):
            raise NeedsWholeError(f"whether column {self.name} holds free text shows only at its end")

    @property
    def by_name(self) -> ColumnKind:
        """What the column is for by its name."""
        return kind_of(self.name) if self.is_named else "metadata"

    def kind_by_texts(self) -> ColumnKind:
        """Return what the column is for, by its name and all of its texts."""
        if self.texts is None or self.by_name != "answer":
            return self.by_name
        counts = [count for text, count in self.texts.pairs if not self.is_blank(text)]
        long = any(len(text) > _LONG for text in self.texts.place)
        codes = np.repeat(np.arange(len(counts), dtype=np.int16), counts if long else 1)
        column = self.summed()
        cells = TextCells(values=column.cells.values, codes=codes)  # type: ignore[union-attr]
        return look_inside([replace(column, cells=cells, kind="answer")])[0].kind

    def status_note(self) -> list[str]:
        """Return the note on a status column, by how often each of its texts stands there."""
        if self.texts is None or self.texts.many:
            return []
        counts = Counter({text.strip(): 0 for text, _ in self.texts.pairs})
        for text, count in self.texts.pairs:
            if not self.is_blank(text):
                counts[text.strip()] += count
        return status_note(Column(name=self.name, cells=TextCells(values=(), codes=_NONE)), counts)

    def number_counts(self) -> Mapping[float, int]:
        """Return how often each number stands in the column, of texts of those that are one."""
        if self.numbers is not None:
            return self.numbers.counts
        if self.texts is None or self.texts.many:
            return {}
        return number_counts((text, n) for text, n in self.texts.pairs if n and not self.is_blank(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class AllColumns:
    """What all rows of a table say of its columns, and what is to be told of it."""

    columns: tuple[StreamedColumn, ...]
    notes: tuple[str, ...]
    n_rows: int
    n_before: int = 0
    """Notes that stand before those on rows."""
    summaries: tuple[str, ...] = ()
    """Columns in which the name of a statistic stands that may name a row."""
