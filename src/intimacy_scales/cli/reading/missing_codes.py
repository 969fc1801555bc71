"""Which kind of missing stood where there is no answer: refused, not shown, 99."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.reading.exports.table import Column, FloatArray, NumberCells, TextCells

_NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """Codes of missing in a column: what each means, and which one a row holds (``None``: an answer, or nothing)."""

    kinds: Mapping[float | str, str]
    """A number, or a letter of Stata (``.a``), to its meaning."""
    codes: tuple[float | str | None, ...] = field(repr=False)


def unanswered_in(column: Column, coded: FloatArray | None, *, valid: frozenset[float]) -> Unanswered | None:
    """Return the codes of missing that a column holds; ``None`` where it holds none.

    Parameters
    ----------
    column
        The column as the export has it, with what it declares as missing.
    coded
        Its answers as they were coded: a number in a cell without an answer is a code of missing, whoever said so
        (the file, the map, ``--missing-code``). ``None`` for a column that is no item: declared codes only.
    valid
        Codes of the bank, which cannot stand for a missing answer at the same time.
    """
    spelled = _numbers(column, coded) if isinstance(column.cells, NumberCells) else _texts(column, column.cells, coded)
    codes = tuple(None if code is None or code in valid else code for code in spelled)
    found = sorted({code for code in codes if code is not None}, key=lambda code: (isinstance(code, str), code))
    if not found:
        return None
    return Unanswered(kinds={code: _kind(column, code) for code in found}, codes=codes)


def _numbers(column: Column, coded: FloatArray | None) -> list[float | str | None]:
    numbers = column.cells.numbers if isinstance(column.cells, NumberCells) else np.empty(0)
    there = np.isin(numbers, list(column.missing)) if coded is None else ~np.isnan(numbers) & np.isnan(coded)
    return [float(number) if gone else None for number, gone in zip(numbers, there, strict=True)]


def _texts(column: Column, cells: TextCells, coded: FloatArray | None) -> list[float | str | None]:
    """Look at every distinct text once; in a column of answers, only where the row has none."""
    told = [_code(text.strip(), column, declared=coded is None) for text in cells.values]
    rows = [told[at] if at >= 0 else None for at in cells.codes.tolist()]
    return rows if coded is None else [code if np.isnan(x) else None for code, x in zip(rows, coded, strict=True)]


def _code(text: str, column: Column, *, declared: bool) -> float | str | None:
    if len(text) == 2 and text.startswith(".") and text in column.missing_texts:  # .a to .z
        return text
    try:
        code = float(text)
    except ValueError:
        return None
    if not np.isfinite(code):
        return None
    return code if not declared or code in column.missing or text in column.missing_texts else None


def _kind(column: Column, code: float | str) -> str:
    if isinstance(code, str):
        return column.missing_texts[code]
    written = f"{code:g}"
    return column.labels.get(code) or column.missing.get(code) or column.missing_texts.get(written) or _NO_ANSWER


def without_missing(column: Column) -> Any:
    """Return the cells of a kept column, blank where the export declares them as missing; numbers stay numbers."""
    if isinstance(column.cells, NumberCells):
        numbers = column.cells.numbers
        return np.where(np.isin(numbers, list(column.missing)), np.nan, numbers) if column.missing else numbers
    return column.known_texts() if column.missing_texts else column.cells.texts()
