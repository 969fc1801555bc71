"""Delimited text of any encoding, separator, quoting and line end, as a stream of records.

Which character separates the cells: tried out, not guessed from counts of commas.

Every candidate reads the first records in earnest (quotes and line breaks inside quotes included); the one whose
records agree best in their number of cells wins. Python's ``csv.Sniffer`` is not used: it takes the ``t`` of
"something" for a separator.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import IO

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.reading.exports.files.encodings import Encoding, find_encoding
from intimacy_scales.reading.exports.files.source import ByteSource
from intimacy_scales.reading.exports.grid import BATCH, Record

CANDIDATES = ("\t", ";", ",", "|")  # in this order where nothing else decides: commas stand in sentences too
SPOKEN = {"\t": "tab", ";": "semicolon", ",": "comma", "|": "pipe"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    separator: str
    share: float
    cells: int

    @property
    def rank(self) -> tuple[float, int, int]:
        return round(self.share, 3), self.cells, -CANDIDATES.index(self.separator)


def find_separator(sample: str) -> str:
    """Return the separator of a text that begins with the lines ``sample``; a comma when there is one column."""
    lines = list(io.StringIO(sample, newline=""))  # not splitlines(): that cuts at eight more characters
    trials = [trial for separator in CANDIDATES if (trial := _try(lines, separator))]
    return max(trials, key=lambda trial: trial.rank).separator if trials else ","


def read_records(lines: Iterable[str], separator: str, *, strict: bool = True) -> Iterator[list[str]]:
    """Return the records of a CSV text as lists of cells (a blank line is an empty list)."""
    return csv.reader(lines, delimiter=separator, strict=strict)


def _try(lines: list[str], separator: str) -> _Trial | None:
    counts: Counter[int] = Counter()
    torn = 0  # records cut in the middle of a quoted cell
    try:
        for record in read_records(lines, separator, strict=False):
            if any(record):
                counts[len(record)] += 1
                torn += any(cell.count('"') % 2 for cell in record)
    except csv.Error:
        return None
    if not counts:
        return None
    # a trailing separator on data lines only is the same width to us
    cells, most = max(counts.items(), key=lambda pair: (pair[1], pair[0]))
    if cells == 1:
        return None
    return _Trial(separator=separator, share=(most - torn) / counts.total(), cells=cells)


_SAMPLE = 1 << 18
LONGEST_CELL = 1 << 24  # characters; jsPsych keeps a whole session in a cell, an unclosed quotation mark a whole file


@dataclass(frozen=True, slots=True, kw_only=True)
class TextGrid:
    """A delimited text file as a :class:`~intimacy_scales.reading.exports.grid.Grid`."""

    source: ByteSource
    shown: str
    coded: Encoding
    separator: str
    hinted: bool
    """The first line is the ``sep=;`` that Excel understands: it is no record."""
    begins: str
    """The first characters, for telling tables from other text."""
    may_be_ragged: bool = True

    @property
    def encoding(self) -> str:
        """Name of the encoding."""
        return self.coded.name

    @property
    def notes(self) -> tuple[str, ...]:
        """What the encoding had to say."""
        return self.coded.notes

    @property
    def size(self) -> float:
        """Bytes of the file."""
        return self.source.unpacked_size

    def batches(self, advance: Callable[[float], None]) -> Iterator[list[Record]]:
        """Return the records in batches; ``advance`` counts bytes."""
        row = done = 0
        with self.source.open() as raw, _decoded(raw, self.coded) as text, _long_cells():
            records = read_records(_lines(text, self.coded, hinted=self.hinted), self.separator)
            while True:
                batch: list[Record] = []
                try:
                    batch.extend(islice(records, BATCH))
                except (csv.Error, UnicodeError) as fault:
                    raise ExportError(_broken(self.shown, row + len(batch) + 1, fault)) from fault
                if not batch:
                    return
                row += len(batch)
                yield batch
                here = raw.tell()
                advance(here - done)
                done = here


def open_text(source: ByteSource, shown: str, *, encoding: str | None = None, separator: str | None = None) -> TextGrid:
    """Recognise encoding and separator of a text file.

    Raises
    ------
    ExportError
        When it is empty, no text, or not in the encoding or separator that was forced.
    """
    coded = find_encoding(source, shown, encoding)
    sample = _sample(source, coded)
    if not sample.strip():
        raise ExportError(Problem(where=shown, what="holds nothing but blank lines", do="export it again"))
    hint = _hint(sample)
    if separator is None:
        separator = hint or find_separator(sample)
    elif len(separator) != 1 or separator in '"\r\n':
        raise ExportError(Problem(where=f"separator {separator!r}", what="cannot separate cells",
                                  allowed=", ".join(SPOKEN.values())))  # fmt: skip
    return TextGrid(
        source=source, shown=shown, coded=coded, separator=separator, hinted=hint is not None, begins=sample[:500]
    )


def _hint(sample: str) -> str | None:
    first = sample.split("\n", 1)[0].rstrip("\r")
    return first[4] if len(first) == 5 and first.casefold().startswith("sep=") else None


def _sample(source: ByteSource, coded: Encoding) -> str:
    """Return the first whole lines, with the line ends of the file."""
    with source.open() as raw, _decoded(raw, coded) as text:
        sample = text.read(_SAMPLE).replace("\0", "")
        if text.read(1):
            cut = max(sample.rfind("\n"), sample.rfind("\r")) + 1
            sample = sample[: cut or len(sample)]
    return sample


def _decoded(raw: IO[bytes], coded: Encoding) -> io.TextIOWrapper:
    return io.TextIOWrapper(raw, encoding=coded.name, errors=coded.errors, newline="")


def _lines(text: Iterable[str], coded: Encoding, *, hinted: bool) -> Iterable[str]:
    lines = (line.replace("\0", "") for line in text) if coded.nul else text
    return islice(lines, 1, None) if hinted else lines


@contextmanager
def _long_cells() -> Iterator[None]:
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _broken(shown: str, row: int, fault: Exception) -> Problem:
    said = str(fault)
    if isinstance(fault, UnicodeError):
        return Problem(
            where=shown,
            what=f"after row {row - 1:,} holds bytes that are no text ({said})",
            do="export it again as UTF-8",
        )
    if "unexpected end of data" in said or "field larger" in said:
        what = "a quotation mark opens a cell and is never closed"
    elif "expected after" in said:
        what = "a quotation mark inside a quoted cell is not doubled"
    else:
        what = f"the line cannot be read ({said})"
    return Problem(where=f"{shown}: row {row:,}", what=what,
                   do="mend the quotation marks there, or export the file again and do not edit it")  # fmt: skip
