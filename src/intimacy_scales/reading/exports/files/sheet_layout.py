"""How far a sheet reaches: refused before it is read where it is no survey; stray cells far from the table left out.

A cell that somebody touched in the last column or row of a sheet (XFD, 1,048,576) is an everyday accident. It must cost
nothing, and it is told.

What a sheet hides, filters and merges: hidden rows are told with the filter that hides them, cells merged over rows
hold their text in each of them. A filter deletes nothing: its rows are read, and the rule that keeps what it shows is
named.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.base.row_rule import Combined, Condition, RowRule, Sign
from intimacy_scales.base.wording import some
from intimacy_scales.reading.exports.files.source import ARCHIVE_FAULTS, ByteSource, Limits, damaged_archive

_ROW = re.compile(rb"<row\b[^>]*>")
_NUMBER = re.compile(rb'\br="(\d+)"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_MERGED = re.compile(rb'<mergeCell\b[^>]*\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_SHEET = re.compile(r"xl/.*sheet[^/]*\.xml")
_CELL = re.compile(rb"<v>|<is>")
_FORMULA = re.compile(rb"<f[ >/]")
_BLOCK = 1 << 22
_LONGEST_TAG = 1 << 16
_FILTER = re.compile(rb'<autoFilter\b[^>]*\bref="([A-Z]+)(\d+)[^"]*"[^>]*>(.*?)</autoFilter>', re.DOTALL)
_COLUMN = re.compile(rb'<filterColumn\b[^>]*\bcolId="(\d+)"[^>]*>(.*?)</filterColumn>', re.DOTALL)
_SHOWN = re.compile(rb'<filter\b[^>]*\bval="([^"]*)"')
_CUSTOM = re.compile(rb"<customFilter\b[^>]*>")
_VALUE, _OPERATOR = re.compile(rb'\bval="([^"]*)"'), re.compile(rb'\boperator="(\w+)"')
_SIGNS: dict[bytes, Sign] = {
    b"greaterThan": ">", b"greaterThanOrEqual": ">=", b"lessThan": "<", b"lessThanOrEqual": "<=", b"notEqual": "!=",
}  # fmt: skip
_END, _MOST_BEHIND = b"</sheetData>", 1 << 20  # what stands behind the cells holds the filter
_TABLES = 20  # tables of a workbook whose filters are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFilter:
    """What a sheet's filter shows of one column: its header's row and column, from 0, and the conditions."""

    header: int
    column: int
    conditions: tuple[tuple[Sign, tuple[str, ...]], ...]
    any_of: bool = False

    def rule(self, name: str) -> RowRule:
        """Return the rule that keeps what the filter shows, for a column of this name."""
        parts = tuple(Condition(name=name, sign=sign, values=values) for sign, values in self.conditions)
        return parts[0] if len(parts) == 1 else Combined(how="or" if self.any_of else "and", parts=parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLayout:
    """Hidden rows of a sheet, cells merged over several rows, whether any cell holds a formula, and the filters.

    A merged block is its column, its first and its last row, from 0.
    """

    hidden: tuple[int, ...] = ()
    merged: tuple[tuple[int, int, int], ...] = ()
    formulas: bool = False
    filters: tuple[ColumnFilter, ...] = ()


def layouts_of(source: ByteSource) -> dict[str, SheetLayout]:
    """Return the layout of every sheet, by the name of its file inside the workbook; each is read through once.

    A workbook that is larger than any survey is refused, before anything of it is held in memory.

    Raises
    ------
    ExportError
        When it is damaged, or when its texts, rows or cells are beyond the limits.
    """
    limits = source.limits
    try:
        with source.seekable() as file, zipfile.ZipFile(file) as archive:
            sizes = {info.filename: info.file_size for info in archive.infolist()}
            _refuse_size(source.shown, "its list of texts", sizes.get(_STRINGS, 0), limits.shared_texts)
            found = {}
            for name, size in sizes.items():
                if _SHEET.fullmatch(name):
                    _refuse_size(source.shown, "a sheet", size, limits.sheet)
                    found[name] = _layout_of(source.shown, archive, name, limits)
            return found
    except ExportError:
        raise
    except ARCHIVE_FAULTS as fault:
        raise damaged_archive(source.shown, fault) from fault


def _layout_of(shown: str, archive: zipfile.ZipFile, name: str, limits: Limits) -> SheetLayout:
    hidden: list[int] = []
    merged: list[tuple[int, int, int]] = []
    rows = cells = 0
    formulas, behind = False, b""
    for text in _whole_tags(archive, name):
        tags = _ROW.findall(text)
        rows += len(tags)
        cells += len(_CELL.findall(text))
        for what, number, most in (("rows", rows, limits.rows), ("filled cells", cells, limits.cells)):
            if number > most:
                raise ExportError(Problem(where=shown, what=f"holds more than {most:,} {what}",
                                          allowed="what Excel holds", do=_IF_YOURS))  # fmt: skip
        formulas = formulas or _FORMULA.search(text) is not None
        hidden += [int(at[1]) for tag in tags if _HIDDEN.search(tag) and (at := _NUMBER.search(tag))]
        for first, top, last, bottom in _MERGED.findall(text):
            if first == last and int(bottom) > int(top) > 1:
                merged.append((_column(first), int(top) - 1, int(bottom) - 1))
        behind = (behind + text if behind else _END + text.partition(_END)[2] if _END in text else b"")[:_MOST_BEHIND]
    return SheetLayout(
        hidden=tuple(sorted(set(hidden))), merged=tuple(sorted(set(merged))), formulas=formulas,
        filters=_filters(behind) or _table_filters(archive) if hidden else (),
    )  # fmt: skip


def _table_filters(archive: zipfile.ZipFile) -> tuple[ColumnFilter, ...]:
    """Return the filters of the tables of a workbook: which sheet a table is on is not looked up."""
    for name in [name for name in archive.namelist() if re.fullmatch(r"xl/tables/[^/]+\.xml", name)][:_TABLES]:
        if archive.getinfo(name).file_size <= _MOST_BEHIND and (found := _filters(archive.read(name))):
            return found
    return ()


def _whole_tags(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Yield a file's text block by block, cut so that no tag stands in two of them; a text may."""
    with archive.open(name) as sheet:
        open_tag = b""
        while block := sheet.read(_BLOCK):
            text = open_tag + block
            start = text.rfind(b"<")
            cut = (
                start if start >= 0 and text.find(b">", start) < 0 and len(text) - start <= _LONGEST_TAG else len(text)
            )
            yield text[:cut]
            open_tag = text[cut:]


def _filters(text: bytes) -> tuple[ColumnFilter, ...]:
    """Return the filters that a sheet or a table holds: lists of values and comparisons; others are left out."""
    found = []
    for first, top, inner in _FILTER.findall(text):
        for at, own in _COLUMN.findall(inner):
            values = tuple(_unescaped(value) for value in _SHOWN.findall(own))
            conditions: list[tuple[Sign, tuple[str, ...]]] = [("==", values)] if values else []
            for tag in _CUSTOM.findall(own):
                value, operator = _VALUE.search(tag), _OPERATOR.search(tag)
                if value is not None:
                    sign: Sign = "==" if operator is None else _SIGNS.get(operator[1], "==")
                    conditions.append((sign, (_unescaped(value[1]),)))
            if conditions:
                any_of = b"<customFilters" in own and b'and="1"' not in own
                found.append(ColumnFilter(header=int(top) - 1, column=_column(first) + int(at),
                                          conditions=tuple(conditions), any_of=any_of))  # fmt: skip
    return tuple(found)


def _unescaped(value: bytes) -> str:
    from xml.sax.saxutils import unescape

    return unescape(value.decode("utf-8", "replace"), {"&quot;": '"', "&apos;": "'"})


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
        notes.append(_hidden_note(filled, layout))
    return filled, notes


def _hidden_note(rows: Sequence[Row], layout: SheetLayout) -> str:
    """Return what is told of hidden rows: by which filter, and the rule that keeps what it shows."""
    named = [(one, _cell(rows, one.header, one.column).strip()) for one in layout.filters]
    named = [(one, name) for one, name in named if name]
    said = f"{len(layout.hidden):,} rows are hidden in the sheet"
    if not named:
        return f"{said} and were read (rows {some(layout.hidden)})"
    rules = tuple(one.rule(name) for one, name in named)
    rule = rules[0] if len(rules) == 1 else Combined(how="and", parts=rules)
    columns = f"column{'s' if len(named) > 1 else ''} {some([name for _, name in named])}"
    return (
        f"{said} by the filter on {columns} and were read (rows {some(layout.hidden)}): "
        f'--where "{rule}" keeps what the filter shows'
    )


def _cell(rows: Sequence[Row], place: int, column: int) -> str:
    if place >= len(rows):
        return ""
    row = rows[place]
    if isinstance(row, tuple):
        return row[column] if column < len(row) else ""
    return row.get(column, "")


Row = tuple[str, ...] | Mapping[int, str]
"""A row up to its last filled cell; a wide one as place to text, so that a cell far out costs no more than itself."""
WIDE = 512
"""Columns from which on a row is kept by place."""
GAP_ROWS = 1000
GAP_COLUMNS = 50
"""Blank rows or columns between the table and a cell from which on that cell is a stray one."""
STRAYS = 20
"""Filled cells beyond a gap from which on they are a table of their own, and are read."""
_LISTED = 5
_IF_YOURS = "save it as CSV, or say --limit 10 if it is yours"
_STRINGS = "xl/sharedStrings.xml"


def _refuse_size(shown: str, what: str, size: int, most: int) -> None:
    if size > most:
        raise ExportError(Problem(where=shown, what=f"is a workbook of which {what} unpacks to {size:,} bytes",
                                  allowed=f"at most {most:,}", do=_IF_YOURS))  # fmt: skip


def without_strays(rows: Sequence[Row]) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Return the rows of the table, all of one length, and what was left out.

    That is: cells far below or right of it, and wide bands of blank columns.
    """
    last, below = _table_ends(rows)
    kept = rows[:last]
    columns = sorted(_columns(kept))
    width, right = _table_width(kept, columns)
    places, blank = _without_bands([at for at in columns if at < width], width)
    squared = tuple(_squared(row, width) if places is None else _picked(row, places) for row in kept)
    return squared, (*_told("below", below), *_told("right of", right), *blank)


def _without_bands(used: Sequence[int], width: int) -> tuple[list[int] | None, tuple[str, ...]]:
    """Return the columns to keep where wide bands of them are blank (``None``: all), and what was left out."""
    gaps = [(low + 1, high) for low, high in pairwise([-1, *used]) if high - low - 1 > GAP_COLUMNS]
    if not gaps:
        return None, ()
    blank = {at for low, high in gaps for at in range(low, high)}
    said = ", ".join(f"{column_letters(low)} to {column_letters(high - 1)}" for low, high in gaps)
    return [at for at in range(width) if at not in blank], (f"blank columns left out: {said}",)


def _picked(row: Row, places: Sequence[int]) -> tuple[str, ...]:
    if isinstance(row, Mapping):
        return tuple([row.get(at, "") for at in places])
    return tuple([row[at] if at < len(row) else "" for at in places])


def _squared(row: Row, width: int) -> tuple[str, ...]:
    if isinstance(row, Mapping):
        return tuple([row.get(at, "") for at in range(width)])
    return row if len(row) == width else (*row[:width], *("",) * (width - len(row)))


def _table_ends(rows: Sequence[Row]) -> tuple[int, list[tuple[int, int]]]:
    """Return the number of rows of the table, and the filled cells below a long gap."""
    filled = [at for at, row in enumerate(rows) if row]
    beyond: list[tuple[int, int]] = []
    for place in range(len(filled) - 1, 0, -1):
        beyond = [*_cells(filled[place], rows[filled[place]], 0), *beyond]
        if len(beyond) > STRAYS:
            break
        if filled[place] - filled[place - 1] > GAP_ROWS:
            return filled[place - 1] + 1, beyond
    return len(rows), []


def _table_width(rows: Sequence[Row], columns: Sequence[int]) -> tuple[int, list[tuple[int, int]]]:
    """Return the number of columns of the table, and the filled cells right of a wide gap."""
    for place in range(len(columns) - 1, 0, -1):
        if columns[place] - columns[place - 1] <= GAP_COLUMNS:
            continue
        cells = (cell for at, row in enumerate(rows) for cell in _cells(at, row, columns[place]))
        beyond = list(islice(cells, STRAYS + 1))
        if len(beyond) <= STRAYS:
            return columns[place - 1] + 1, beyond
        break
    return columns[-1] + 1 if columns else 0, []


def _columns(rows: Sequence[Row]) -> set[int]:
    """Return the columns in which anything stands."""
    used: set[int] = set()
    for row in rows:
        if isinstance(row, Mapping):
            used.update(row)
        elif len(row) > len(used) or not used.issuperset(range(len(row))):
            used.update(at for at, cell in enumerate(row) if cell.strip())
    return used


def _cells(row: int, cells: Row, first: int) -> Iterator[tuple[int, int]]:
    placed = sorted(cells.items()) if isinstance(cells, Mapping) else enumerate(cells)
    return ((row, at) for at, text in placed if at >= first and text.strip())


def _told(where: str, cells: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    if not cells:
        return ()
    listed = ", ".join(f"{column_letters(at)}{row + 1}" for row, at in cells[:_LISTED])
    more = f" and {len(cells) - _LISTED} more" if len(cells) > _LISTED else ""
    stray = "a cell" if len(cells) == 1 else "cells"
    return (f"{stray} far {where} the table left out: {listed}{more}",)


def column_letters(place: int) -> str:
    """Return the letters of a column, counted from 0.

    Examples
    --------
    >>> column_letters(0), column_letters(26), column_letters(16383)
    ('A', 'AA', 'XFD')
    """
    letters, number = "", place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
