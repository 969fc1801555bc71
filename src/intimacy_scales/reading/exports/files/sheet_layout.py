"""What a sheet hides and merges: hidden rows are told, cells merged over rows hold their text in each of them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from intimacy_scales.base.wording import some
from intimacy_scales.reading.exports.files.sheet_bounds import Row
from intimacy_scales.reading.exports.files.source import ByteSource

_ROW = re.compile(rb"<row\b[^>]*>")
_NUMBER = re.compile(rb'\br="(\d+)"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_MERGED = re.compile(rb'<mergeCell\b[^>]*\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_BLOCK = 1 << 20
_TAIL = 512  # a tag may be cut by the end of a block


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLayout:
    """The hidden rows of a sheet, and the cells merged over several rows: column, first and last row, from 0."""

    hidden: tuple[int, ...] = ()
    merged: tuple[tuple[int, int, int], ...] = ()


def layout_of(source: ByteSource, member: str) -> SheetLayout:
    """Return the layout of one sheet of a workbook, by the name of its file inside it."""
    hidden: set[int] = set()
    merged: set[tuple[int, int, int]] = set()
    with source.seekable() as file, zipfile.ZipFile(file) as archive, archive.open(member) as sheet:
        before = b""
        while block := sheet.read(_BLOCK):
            text = before + block
            for tag in _ROW.findall(text):
                if _HIDDEN.search(tag) and (number := _NUMBER.search(tag)):
                    hidden.add(int(number[1]))
            for first, top, last, bottom in _MERGED.findall(text):
                if first == last and int(bottom) > int(top) > 1:
                    merged.add((_column(first), int(top) - 1, int(bottom) - 1))
            before = text[-_TAIL:]
    return SheetLayout(hidden=tuple(sorted(hidden)), merged=tuple(sorted(merged)))


def _column(letters: bytes) -> int:
    at = 0
    for letter in letters:
        at = at * 26 + letter - ord("A") + 1
    return at - 1


def with_merged(rows: Sequence[Row], layout: SheetLayout) -> tuple[list[Row], list[str]]:
    """Return rows in which every cell of a merged block holds its text, and what is to be told of the sheet."""
    filled = list(rows)
    blocks = 0
    for column, top, bottom in layout.merged:
        text = _cell(filled, top, column)
        if not text.strip():
            continue
        blocks += 1
        for place in range(top + 1, min(bottom + 1, len(filled))):
            row = filled[place]
            if isinstance(row, tuple) and not _cell(filled, place, column).strip():
                cells = [*row, *[""] * (column + 1 - len(row))]
                cells[column] = text
                filled[place] = tuple(cells)
    notes = [f"{blocks:,} cells merged over several rows: their text stands in each of these rows"] if blocks else []
    if layout.hidden:
        notes.append(f"{len(layout.hidden):,} rows are hidden in the sheet and were read (rows {some(layout.hidden)})")
    return filled, notes


def _cell(rows: Sequence[Row], place: int, column: int) -> str:
    if place >= len(rows):
        return ""
    row = rows[place]
    if isinstance(row, tuple):
        return row[column] if column < len(row) else ""
    return row.get(column, "")
