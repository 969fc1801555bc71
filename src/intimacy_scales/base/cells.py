"""Cells of a table that a spreadsheet may open: none of them runs as a formula."""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # also the full-width ones


def safe_text(cell: str) -> str:
    """Return text that no spreadsheet runs as a formula: a leading ``= + - @`` is shielded by an apostrophe.

    Blanks, tabs and line ends before the sign do not hide it: some spreadsheets strip them. A text that begins with a
    tab or a carriage return is shielded whatever follows.

    Examples
    --------
    >>> safe_text("=1+1")
    "'=1+1"
    """
    begins = cell.lstrip()
    runs = begins.startswith(FORMULA_STARTS) or cell.startswith(("\t", "\r"))
    return f"'{cell}" if runs and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
