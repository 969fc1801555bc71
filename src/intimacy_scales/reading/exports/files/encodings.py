"""Which encoding a text file is in: seen, not asked.

A byte order mark is believed. Without one: UTF-16 shows by its zero bytes, UTF-8 by being valid from the first byte to
the last, anything else is taken for Windows-1252 (the Latin-1 of real files) and said to be a guess. A file full of
control characters is no text at all.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.reading.exports.files.source import ByteSource

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


def find_encoding(source: ByteSource, shown: str, forced: str | None = None) -> Encoding:
    """Return the encoding of a text file.

    Raises
    ------
    ExportError
        When the file is no text, or not in the encoding that was forced.
    """
    if forced is not None:
        return _forced(source, shown, forced)
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
