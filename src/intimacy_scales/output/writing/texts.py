"""Texts as a format can hold them: half characters and control signs are written out, what does not fit is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from intimacy_scales.base.errors import OutputError, Problem
from intimacy_scales.output.writing.sheet import Sheet

EXCEL_CELL = 32_767
"""Characters of a cell; the library below would cut the rest off in silence."""
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HALF = re.compile("[\ud800-\udfff]")


def writable(sheet: Sheet, suffix: str) -> Sheet:
    r"""Return a sheet whose texts the format can hold: what it cannot is written out (``\x1b``, ``\udc80``).

    Raises
    ------
    OutputError
        When a workbook's cell would be too long; every such column is named.
    """
    odd = _NOT_XML if suffix == ".xlsx" else _HALF
    columns = {_spelled(name, odd): _column(column, odd) for name, column in sheet.columns.items()}
    if suffix == ".xlsx":
        _refuse_long(columns)
    same = columns.keys() == sheet.columns.keys() and all(columns[name] is sheet.columns[name] for name in columns)
    if same and not any(odd.search(label) for label in sheet.labels.values()):
        return sheet
    return replace(sheet, columns=columns, **_renamed(sheet, odd))


def _column(column: Sequence[Any], odd: re.Pattern[str]) -> Sequence[Any]:
    """Return a column as it is where nothing in it is odd: one look at all of it, not one a cell."""
    if isinstance(column, np.ndarray) and column.dtype.kind in "iufb":
        return column
    if odd.search("".join(cell for cell in column if isinstance(cell, str))) is None:
        return column
    return [_spelled(cell, odd) if isinstance(cell, str) else cell for cell in column]


def _spelled(text: str, odd: re.Pattern[str]) -> str:
    return odd.sub(lambda found: f"\\x{ord(found[0]):02x}" if ord(found[0]) < 256 else f"\\u{ord(found[0]):04x}", text)


def _renamed(sheet: Sheet, odd: re.Pattern[str]) -> dict[str, Any]:
    """Return what is said of the columns, under their names as written."""

    def named(said: Mapping[str, Any]) -> dict[str, Any]:
        return {_spelled(name, odd): one for name, one in said.items()}

    labels = {name: _spelled(label, odd) for name, label in named(sheet.labels).items()}
    return {"labels": labels, "value_labels": named(sheet.value_labels), "missing": named(sheet.missing),
            "unanswered": named(sheet.unanswered)}  # fmt: skip


def _refuse_long(columns: Mapping[str, Sequence[Any]]) -> None:
    problems = []
    for name, column in columns.items():
        if isinstance(column, np.ndarray) and column.dtype.kind in "iufb":
            continue
        longest = max((len(cell) for cell in column if isinstance(cell, str)), default=0)
        if longest > EXCEL_CELL:
            problems.append(Problem(where=f"column {name[:80]}", what=f"holds a text of {longest:,} characters",
                                    allowed=f"at most {EXCEL_CELL:,} in a cell of Excel",
                                    do="write .csv or .parquet, or do not keep this column"))  # fmt: skip
    if problems:
        raise OutputError(problems)
