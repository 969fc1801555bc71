"""Texts as a format can hold them: half characters and control signs are written out, what does not fit is refused.

A table ready to be written: columns, and what each of them is.

Whole columns as plain values for a writer: what a column is decided once, not once a cell.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from intimacy_scales.base.errors import OutputError, Problem
from intimacy_scales.base.wording import safe_text
from intimacy_scales.reading.exports.arrow_texts import ArrowTexts


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table ready to be written: columns of equal length, and what each of them is."""

    columns: Mapping[str, Sequence[Any]]
    labels: Mapping[str, str] = field(default_factory=dict)
    """Column to its description (variable label in SPSS and Stata, the codebook sheet in Excel)."""
    value_labels: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)
    """Column of coded answers to what each code means."""
    missing: Mapping[str, Mapping[float | str, str]] = field(default_factory=dict)
    """Column to its codes of missing (a number, or a letter of Stata: ``.a``) and what each means."""
    unanswered: Mapping[str, Sequence[float | str | None]] = field(default_factory=dict)
    """Column to the code of missing each row holds; ``None`` for an answer, or for nothing at all."""
    about: Mapping[str, str] = field(default_factory=dict)
    """What made the table: software, banks, fingerprints, rules."""


_EXACT = 2**53  # beyond, floats skip whole numbers
_FEW = 0.5
"""Share of different numbers up to which each is spelled once and then looked up."""


def plain_column(column: Sequence[Any]) -> list[Any]:
    """Return plain values: ``None`` for missing, whole floats as ints, text shielded from being run as a formula."""
    if isinstance(column, np.ndarray) and column.dtype.kind in "iub":
        return list(column.tolist())
    if isinstance(column, np.ndarray) and column.dtype.kind == "f":
        return _numbers(column)
    return [_cell(value) for value in column]


def json_column(column: Sequence[Any]) -> list[Any]:
    """Return values as JSON holds them: ``None`` for what is missing or infinite, numbers at full precision."""
    if isinstance(column, np.ndarray) and column.dtype.kind in "iub":
        return list(column.tolist())
    if isinstance(column, np.ndarray) and column.dtype.kind == "f":
        known = np.isfinite(column)
        values = column.tolist()
        return list(values) if known.all() else [x if there else None for x, there in zip(values, known, strict=True)]
    return [_json_cell(value) for value in column]


def _numbers(column: np.ndarray[Any, Any]) -> list[Any]:
    values, back = np.unique(column, return_inverse=True)
    if len(values) > _FEW * len(column):
        return [_number(value) for value in column.tolist()]
    spelled = np.empty(len(values), dtype=object)
    spelled[:] = [_number(value) for value in values.tolist()]
    return list(spelled[back.reshape(-1)].tolist())


def _number(value: float) -> float | int | None:
    if math.isnan(value):
        return None
    return int(value) if value.is_integer() and abs(value) < _EXACT else value


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return value if value[:1].isalnum() else safe_text(value)
    if isinstance(value, np.generic):
        value = value.item()
    return _number(value) if isinstance(value, float) else value


def _json_cell(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


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
    if isinstance(column, ArrowTexts) and odd is _HALF:
        return column  # Arrow holds no half characters
    if odd.search("".join(cell for cell in column if isinstance(cell, str))) is None:
        return column
    return [_spelled(cell, odd) if isinstance(cell, str) else cell for cell in column]


def _spelled(text: str, odd: re.Pattern[str]) -> str:
    return odd.sub(lambda found: f"\\x{ord(found[0]):02x}" if ord(found[0]) < 256 else f"\\u{ord(found[0]):04x}", text)


def _renamed(sheet: Sheet, odd: re.Pattern[str]) -> dict[str, Any]:
    """Return what is said of the columns, under their names as written."""

    def named(entries: Mapping[str, Any]) -> dict[str, Any]:
        return {_spelled(name, odd): one for name, one in entries.items()}

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
