"""Columns of a table as numbers, for analyses that take plain columns: one number a row, what is none is said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.reading.exports.table import NumberCells, RawTable

FloatArray = NDArray[np.float64]

BLANK = frozenset({"", "na", "n/a", "nan", "null", "none", ".", "-"})
_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+(e[-+]?\d+)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberColumn:
    """A column as numbers, NaN where nothing stands; ``note`` says what was decided on the way."""

    name: str
    values: FloatArray
    note: str = ""


def number_column(table: RawTable, name: str, *, two_words: bool = False) -> NumberColumn:
    """Return a column of a table as numbers.

    Parameters
    ----------
    table
        What :func:`intimacy_scales.reading.exports.read_table` gave.
    name
        Of the column.
    two_words
        Whether a column of exactly two words becomes 0 and 1 (alphabetical order), said.

    Raises
    ------
    UnknownNameError
        When there is no such column.
    ResponseError
        For texts that are no numbers, with their rows.
    """
    column = table.column(name)
    if isinstance(column.cells, NumberCells):
        gone = np.isin(column.cells.numbers, list(column.missing))
        return NumberColumn(name=name, values=np.where(gone, np.nan, column.cells.numbers))
    texts = column.known_texts()
    words = sorted({text for text in texts if text.casefold() not in BLANK})
    if two_words and len(words) == 2 and all(_number(word, comma=False) is None for word in words):
        values = np.array([float(words.index(text)) if text in words else np.nan for text in texts])
        return NumberColumn(name=name, values=values, note=f"{name}: {words[0]} is 0, {words[1]} is 1")
    comma = any(_DECIMAL_COMMA.match(word) for word in words)
    read = [np.nan if text.casefold() in BLANK else _number(text, comma=comma) for text in texts]
    bad = [(row, text) for row, text, x in zip(table.row_numbers.tolist(), texts, read, strict=True) if x is None]
    if bad:
        raise ResponseError(_no_numbers(name, bad))
    note = f"{name}: commas were read as decimal points" if comma else ""
    return NumberColumn(name=name, values=np.array(read, dtype=np.float64), note=note)


def _number(text: str, *, comma: bool) -> float | None:
    try:
        value = float(text.replace(",", ".") if comma else text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _no_numbers(name: str, bad: Sequence[tuple[int, str]]) -> Problem:
    shown = ", ".join(dict.fromkeys(repr(text) for _, text in bad[:3]))
    rows = ", ".join(str(row) for row, _ in bad[:5]) + (" ..." if len(bad) > 5 else "")
    what = "1 cell that is no number" if len(bad) == 1 else f"{len(bad)} cells that are no numbers"
    return Problem(
        where=f"column {name}",
        what=f"{what} ({shown})",
        allowed="numbers, or nothing",
        do=f"look at {'row' if len(bad) == 1 else 'rows'} {rows}",
    )


def group_column(table: RawTable, name: str) -> list[str]:
    """Return a column as the groups it names: texts, the labels of codes where the file has them, "" for nothing."""
    column = table.column(name)
    texts = column.known_texts()
    if isinstance(column.cells, NumberCells) and column.labels:
        return [column.labels.get(float(text), text) if text else "" for text in texts]
    return texts
