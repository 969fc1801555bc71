"""Delimited text of any encoding, separator, quoting and line end, as a stream of records.

Which character separates the cells: tried out, not guessed from counts of commas.

Every candidate reads the first records in earnest (quotes and line breaks inside quotes included); the one whose
records agree best in their number of cells wins. Python's ``csv.Sniffer`` is not used: it takes the ``t`` of
"something" for a separator.

Which encoding a text file is in: seen, not asked.

A byte order mark is believed. Without one: UTF-16 shows by its zero bytes, UTF-8 by being valid from the first byte to
the last, anything else is taken for Windows-1252 (the Latin-1 of real files) and said to be a guess. A file full of
control characters is no text at all.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import IO

from intimacy_scales.base.errors import ExportError, Problem
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
    trials = [trial for separator in CANDIDATES if separator in sample and (trial := _try(lines, separator))]
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
                torn += '"' in "".join(record) and any(cell.count('"') % 2 for cell in record)
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


def open_text(
    source: ByteSource, shown: str, *, encoding: str | None = None, separator: str | None = None, by_head: bool = False
) -> TextGrid:
    """Recognise encoding and separator of a text file; ``by_head`` as for :func:`find_encoding`.

    Raises
    ------
    ExportError
        When it is empty, no text, or not in the encoding or separator that was forced.
    """
    coded = find_encoding(source, shown, encoding, by_head=by_head)
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


_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes(set(range(32)) - {0, 9, 10, 11, 12, 13, 26, 28, 29, 30, 31})
_NOT_IN_1252 = b"\x81\x8d\x8f\x90\x9d"
_BLOCK = 1 << 20
_HEAD = 1 << 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How the bytes of a file become text."""

    name: str
    errors: str = "strict"
    nul: bool = False
    """Zero characters stand in the text and have to be taken out."""
    notes: tuple[str, ...] = ()
    by_head: bool = False
    """Told from the beginning of the file; whoever reads it has yet to see that the rest is like it."""


def find_encoding(source: ByteSource, shown: str, forced: str | None = None, *, by_head: bool = False) -> Encoding:
    """Return the encoding of a text file; ``by_head`` believes a megabyte of plain UTF-8 at its beginning.

    Raises
    ------
    ExportError
        When the file is no text, or not in the encoding that was forced.
    """
    if forced is not None:
        return _forced(source, shown, forced)
    if by_head and (plain := _plain_head(source)) is not None:
        return plain
    with source.open() as file:
        head = file.read(_HEAD)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return _checked(source, shown, name)
    wide = _wide(head)
    if wide:
        note = f"no byte order mark; read as {wide.upper()} because of its zero bytes"
        return _checked(source, shown, wide, notes=(note,))
    if _noise(head) > 0.02:
        raise ExportError(_no_text(shown))
    return _narrow(source, shown)


def _plain_head(source: ByteSource) -> Encoding | None:
    """Return UTF-8 where the first megabyte is that, without zero characters and other controls."""
    with source.open() as file:
        head = file.read(_BLOCK)
    begins = head.startswith(codecs.BOM_UTF8)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return None
    if head.count(0) or has_controls(head) or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    return Encoding(name="utf-8-sig" if begins else "utf-8", by_head=True)


def has_controls(body: bytes) -> bool:
    """Whether bytes hold control characters that no text has; zero characters are not looked for."""
    return len(body) > len(body.translate(None, _CONTROLS))


def _wide(head: bytes) -> str | None:
    """Tell UTF-16 without a mark: in Western text nearly every second byte is zero, in other text every line end."""
    pairs = len(head) // 2
    if pairs < 2 or not head.count(0):
        return None
    first, second = head[0 : 2 * pairs : 2], head[1 : 2 * pairs : 2]
    for name, zero, other in (("utf-16-le", second, first), ("utf-16-be", first, second)):
        if zero.count(0) > 0.05 * pairs and 4 * other.count(0) < zero.count(0):
            return name
    return None


def _noise(head: bytes) -> float:
    nul = head.count(0)
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return (controls + (nul if nul > 0.1 * len(head) else 0)) / max(len(head), 1)


def _narrow(source: ByteSource, shown: str) -> Encoding:
    raw = _Census(source)
    if raw.noise > max(0.001 * raw.size, 3):
        raise ExportError(_no_text(shown))
    notes = (f"{raw.nul} zero characters were taken out",) if raw.nul else ()
    if not raw.bad:
        return Encoding(name="utf-8", nul=raw.nul > 0, notes=notes)
    if raw.good > 4 * raw.bad:
        note = f"{raw.bad} characters are damaged (not UTF-8 like the rest) and stand as \N{REPLACEMENT CHARACTER}"
        return Encoding(name="utf-8", errors="replace", nul=raw.nul > 0, notes=(*notes, note))
    name = "latin-1" if raw.not_1252 else "cp1252"
    note = f"not UTF-8; read as {name} by guess: look at letters with accents, and say --encoding if they are wrong"
    return Encoding(name=name, nul=raw.nul > 0, notes=(*notes, note))


class _Census:
    """What one pass over the bytes of a file counts."""

    def __init__(self, source: ByteSource) -> None:
        self.size = self.nul = self.noise = self.not_1252 = self.good = self.bad = 0
        valid = codecs.getincrementaldecoder("utf-8")()
        try:
            for block in _blocks(source):
                self._count(block)
                valid.decode(block)
            valid.decode(b"", final=True)
        except UnicodeDecodeError:
            self._count_again(source)

    def _count(self, block: bytes) -> None:
        self.size += len(block)
        self.nul += block.count(0)
        self.noise += len(block) - len(block.translate(None, _CONTROLS))

    def _count_again(self, source: ByteSource) -> None:
        """Count again for a file that is not UTF-8 throughout: how nearly is it, and may it be Windows-1252."""
        self.size = self.nul = self.noise = 0
        lenient = codecs.getincrementaldecoder("utf-8")("replace")
        for block in _blocks(source):
            self._count(block)
            self.not_1252 += len(block) - len(block.translate(None, _NOT_IN_1252))
            text = lenient.decode(block)
            bad = text.count("\N{REPLACEMENT CHARACTER}")
            self.bad += bad
            self.good += len(text) - len(text.encode("ascii", "ignore")) - bad
        self.bad += len(lenient.decode(b"", final=True))


def _blocks(source: ByteSource) -> Iterator[bytes]:
    with source.open() as file:
        while block := file.read(_BLOCK):
            yield block


def _checked(source: ByteSource, shown: str, name: str, notes: tuple[str, ...] = ()) -> Encoding:
    """Return the encoding when the whole file is in it."""
    decoder = codecs.getincrementaldecoder(name)()
    done = nul = noise = 0
    controls = dict.fromkeys(_CONTROLS)
    try:
        for block in _blocks(source):
            text = decoder.decode(block)
            nul += text.count("\0")
            noise += len(text) - len(text.translate(controls)) if done == 0 else 0
            done += len(block)
        decoder.decode(b"", final=True)
    except UnicodeError as fault:
        raise ExportError(
            Problem(
                where=shown,
                what=f"is not {name.upper()} throughout: near byte {done + getattr(fault, 'start', 0):,} it breaks off",
                do="export it again as UTF-8; perhaps the download was cut off",
            )
        ) from fault
    if noise > 20:
        raise ExportError(_no_text(shown))
    taken = (f"{nul} zero characters were taken out",) if nul else ()
    return Encoding(name=name, nul=nul > 0, notes=(*notes, *taken))


def _forced(source: ByteSource, shown: str, name: str) -> Encoding:
    try:
        known = codecs.lookup(name).name
        codecs.getincrementaldecoder(known)()
    except (LookupError, TypeError, AttributeError) as fault:
        raise ExportError(
            Problem(
                where=f"encoding {name!r}",
                what="is not known",
                allowed="for instance utf-8, utf-16, cp1252, latin-1, mac-roman",
            )
        ) from fault
    with source.open() as file:
        marked = file.read(3) == codecs.BOM_UTF8
    return _checked(source, shown, "utf-8-sig" if known == "utf-8" and marked else known)


def _no_text(shown: str) -> Problem:
    return Problem(where=shown, what="is no text and no kind of file that is known here",
                   allowed="CSV, TSV, .xlsx, .sav, .dta, .sas7bdat, .xpt, or one of these in a .zip or .gz",
                   do="download the export again, as CSV")  # fmt: skip
