"""Excel workbooks (.xlsx, and the old .xls) as records of text cells."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from intimacy_scales.base.errors import ExportError, Problem, UnknownNameError
from intimacy_scales.base.files import reason
from intimacy_scales.reading.exports.files.sheet_layout import (
    WIDE,
    Row,
    SheetLayout,
    layouts_of,
    with_merged,
    without_strays,
)
from intimacy_scales.reading.exports.files.source import ByteSource
from intimacy_scales.reading.exports.grid import BATCH, Record

_FAULTS = (
    OSError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    SyntaxError,
    OverflowError,
    RecursionError,
    zipfile.BadZipFile,
    zlib.error,
)
_LISTED = 10
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How an .xls begins, and a workbook behind a password."""
CODEBOOK = "codebook"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetGrid:
    """One sheet as a :class:`~intimacy_scales.reading.exports.grid.Grid`; trailing blank rows and columns are cut."""

    shown: str
    records: tuple[tuple[str, ...], ...] = field(repr=False)
    notes: tuple[str, ...] = ()
    encoding: str | None = None
    separator: str | None = None
    may_be_ragged: bool = False

    @property
    def size(self) -> float:
        """Number of rows."""
        return len(self.records)

    def batches(self, advance: Callable[[float], None]) -> Iterator[list[Record]]:
        """Return the rows in batches; ``advance`` counts rows."""
        for start in range(0, len(self.records), BATCH):
            batch: list[Record] = list(self.records[start : start + BATCH])
            yield batch
            advance(len(batch))


def open_workbook(source: ByteSource, shown: str, sheet: str | None = None) -> SheetGrid:
    """Read one sheet: the one named, or the only one that holds anything.

    Dates become ISO text, TRUE and FALSE words, whole numbers lose their point. Formulas give the value that was last
    computed.

    Raises
    ------
    ExportError
        When the workbook is damaged, holds nothing, holds several filled sheets and none is named, or holds formulas
        whose values were never computed.
    UnknownNameError
        When there is no sheet of this name.
    """
    old = is_old(source)
    layouts = {} if old else layouts_of(source)
    try:
        sheets = _old_sheets(source, sheet) if old else _read_sheets(source, sheet)
    except _FAULTS as fault:
        if isinstance(fault, ExportError | UnknownNameError):
            raise
        raise ExportError(
            Problem(
                where=shown,
                what=f"is a damaged workbook ({fault})",
                do="open it in Excel or LibreOffice and save it anew",
            )
        ) from fault
    if sheet is None and {"survey", "choices"} <= {title.casefold() for title in sheets}:
        what = "is an XLSForm, which describes a survey, not answers"
        do = "name the export, and this file with --survey"
        raise ExportError(Problem(where=shown, what=what, do=do))
    seen = {title: len(one.rows) for title, one in sheets.items() if not one.hidden or title == sheet}
    name = _choose(shown, seen or {title: len(one.rows) for title, one in sheets.items()}, sheet)
    rows = sheets[name].rows
    layout = sheets[name].layout or layouts.get(sheets[name].member, SheetLayout())
    if layout.formulas:
        _refuse_uncomputed(source, shown, name, rows)
    only = len(sheets) == 1 and sheet is None
    filled, told = with_merged(rows, layout)
    records, left_out = without_strays(filled)
    passed_over = [title for title, one in sheets.items() if one.hidden and title != name and one.rows]
    hidden = (f"hidden sheets were passed over: {', '.join(map(repr, passed_over))}",) if passed_over else ()
    notes = (*(() if only else (f"read the sheet {name!r}",)), *hidden, *told, *left_out)
    return SheetGrid(shown=shown if only else f"{shown} > {name}", records=records, notes=notes)


def read_sheets(source: ByteSource, shown: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Read all sheets of a workbook, name to rows.

    Raises
    ------
    ExportError
        When the workbook is damaged.
    """
    old = is_old(source)
    if not old:
        layouts_of(source)
    try:
        sheets = _old_sheets(source, None) if old else _read_sheets(source, None)
        return {name: without_strays(one.rows)[0] for name, one in sheets.items()}
    except _FAULTS as fault:
        raise ExportError(
            Problem(where=shown, what=f"is a damaged workbook ({fault})", do="save it anew in Excel or LibreOffice")
        ) from fault


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    rows: list[Row]
    hidden: bool
    member: str = ""
    """The name of its file inside the workbook."""
    layout: SheetLayout | None = None
    """What it hides and merges, where that is known already."""


def is_old(source: ByteSource) -> bool:
    """Whether a workbook is one of Excel 97 to 2003 (.xls)."""
    with source.open() as file:
        return file.read(len(OLD)) == OLD


def _old_sheets(source: ByteSource, sheet: str | None) -> dict[str, _Sheet]:
    """Read the sheets of an .xls; dates as :func:`_spell` writes them, error values as Excel shows them."""
    import io

    import xlrd

    if source.unpacked_size > source.limits.document:
        what, allowed = f"is an .xls of {source.unpacked_size:,} bytes", f"at most {source.limits.document:,}"
        do = "save it as CSV, or say --limit 10 if it is yours"
        raise ExportError(Problem(where=source.shown, what=what, allowed=allowed, do=do))
    with source.open() as file:
        content = file.read()
    try:
        book = xlrd.open_workbook(file_contents=content, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
    except Exception as fault:  # what a damaged .xls makes of xlrd: struct.error, AssertionError, its own errors
        password = "encrypted" in str(fault) or "Can't find workbook" in str(fault)
        what = "is a workbook behind a password" if password else f"is a damaged .xls ({reason(fault)})"
        do = "open it in Excel or LibreOffice and save it as .xlsx, without a password"
        raise ExportError(Problem(where=source.shown, what=what, do=do)) from fault
    names = book.sheet_names()
    if sheet is not None and sheet not in names:
        raise UnknownNameError.among("sheet", sheet, names)
    return {one.name: _old_sheet(one, book.datemode) for one in book.sheets() if sheet in (None, one.name)}


def _old_sheet(sheet: Any, datemode: int) -> _Sheet:
    import xlrd

    def spelled(cell: Any) -> str:
        if cell.ctype == xlrd.XL_CELL_DATE:
            try:
                return _spell(xlrd.xldate_as_datetime(cell.value, datemode))
            except (ValueError, OverflowError):
                return _spell(cell.value)
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(cell.value, "#ERROR!"))
        return _spell(bool(cell.value) if cell.ctype == xlrd.XL_CELL_BOOLEAN else cell.value)

    rows: list[Row] = []
    for at in range(sheet.nrows):
        texts = [spelled(cell) for cell in sheet.row(at)]
        while texts and not texts[-1].strip():
            texts.pop()
        rows.append(tuple(texts))
    while rows and not rows[-1]:
        rows.pop()
    merged = sorted(
        (left, top, low - 1) for top, low, left, right in sheet.merged_cells if right - left == 1 and low - top > 1
    )
    hidden = sorted(at + 1 for at, one in sheet.rowinfo_map.items() if one.hidden and at < len(rows))
    layout = SheetLayout(hidden=tuple(hidden), merged=tuple(one for one in merged if one[1] > 0))
    return _Sheet(rows=rows, hidden=bool(sheet.visibility), layout=layout)


def _read_sheets(source: ByteSource, sheet: str | None) -> dict[str, _Sheet]:
    from openpyxl import load_workbook

    with warnings.catch_warnings(), source.seekable() as file:  # a file, not its name: openpyxl goes by the suffix
        warnings.simplefilter("ignore")  # about styles and extensions, which are not read
        book = load_workbook(file, read_only=True, data_only=True)
        try:
            names = [one.title for one in book.worksheets]
            if sheet is not None and sheet not in names:
                raise UnknownNameError.among("sheet", sheet, names)
            return {
                one.title: _Sheet(
                    rows=_read_sheet(one),
                    hidden=one.sheet_state != "visible",
                    member=one._worksheet_path,  # noqa: SLF001
                )
                for one in book.worksheets
                if sheet in (None, one.title)
            }
        finally:
            book.close()


def _read_sheet(sheet: Any) -> list[Row]:
    """Return the rows of a sheet, each up to its last filled cell."""
    sheet.reset_dimensions()  # what the file says of its own size is often wrong
    sheet._get_row = _as_it_comes  # noqa: SLF001 -- else a cell in column XFD makes 16,384 cells of its row
    once: dict[str, str] = {}  # a sheet of answers holds few texts: keep each once
    rows = [_row(cells, once) for cells in sheet.iter_rows(values_only=True)]
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _as_it_comes(cells: Sequence[dict[str, Any]], *_bounds: object) -> Sequence[dict[str, Any]]:
    return cells


def _row(cells: Sequence[dict[str, Any]], once: dict[str, str]) -> Row:
    spelled = [(cell["column"] - 1, _spell(cell["value"])) for cell in cells]
    filled = {at: once.setdefault(text, text) for at, text in spelled if text and (text.strip() or at < WIDE)}
    if not any(text.strip() for text in filled.values()):
        return ()
    if max(filled) >= WIDE:
        return filled
    return tuple([filled.get(at, "") for at in range(max(filled) + 1)])


def _spell(value: object) -> str:
    """Write a cell as Excel's CSV would, with ISO dates."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\0", "").replace("_x000D_", "")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**63 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ", timespec="seconds")
    return str(value)


def _choose(shown: str, filled: dict[str, int], sheet: str | None) -> str:
    holding = [name for name, rows in filled.items() if rows]
    if sheet is not None and filled[sheet]:
        return sheet
    if not holding:
        where = shown if sheet is None else f"{shown} > {sheet}"
        raise ExportError(Problem(where=where, what="holds no cells", do="export it again"))
    if len(holding) > 1:  # a sheet that describes the columns, as score writes one, is no table of answers
        holding = [name for name in holding if name.casefold() != CODEBOOK] or holding
    if len(holding) > 1:
        said = ", ".join(f"{name!r} ({filled[name]:,} rows)" for name in holding)
        raise ExportError(
            Problem(where=shown, what=f"holds {len(holding)} filled sheets: {said}", do="say which: --sheet NAME")
        )
    return holding[0]


def _refuse_uncomputed(source: ByteSource, shown: str, name: str, rows: Sequence[Row]) -> None:
    """Formulas written by a program carry no value and would pass for blank cells."""
    from openpyxl import load_workbook
    from openpyxl.utils import get_column_letter

    with warnings.catch_warnings(), source.seekable() as file:
        warnings.simplefilter("ignore")
        book = load_workbook(file, read_only=True, data_only=False)
        try:
            sheet = book[name]
            sheet.reset_dimensions()
            empty = [
                f"{get_column_letter(column + 1)}{row + 1}"
                for row, cells in enumerate(sheet.iter_rows(values_only=True))
                for column, cell in enumerate(cells)
                if isinstance(cell, str) and cell.startswith("=") and not _text_at(rows, row, column)
            ]  # fmt: skip
        finally:
            book.close()
    if empty:
        more = f" and {len(empty) - _LISTED} more" if len(empty) > _LISTED else ""
        cells = f"{', '.join(empty[:_LISTED])}{more}"
        raise ExportError(Problem(where=shown, what=f"{cells} hold formulas that were never computed",
                                  do="open it in Excel or LibreOffice, save it, and try again"))  # fmt: skip


def _text_at(rows: Sequence[Row], row: int, column: int) -> str:
    cells = rows[row] if row < len(rows) else ()
    if isinstance(cells, Mapping):
        return cells.get(column, "")
    return cells[column] if column < len(cells) else ""
