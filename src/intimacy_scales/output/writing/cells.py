"""Whole columns as plain values for a writer: what a column is decided once, not once a cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from intimacy_scales.base.cells import safe_text

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
