"""Rows kept by a rule of the user (``--where``); the others are set aside with the rule as their reason."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from intimacy_scales.base.arrays import BoolArray
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.row_rule import Condition, RowRule, names_in, parse_row_rule
from intimacy_scales.engines.own_type import rows_of
from intimacy_scales.reading.exports.table import Column, NumberCells, RawTable, TextCells

LEFT_OUT = "left out by --where "
"""How the reason of a row begins that a rule left out; the rule follows."""
_ORDER: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


def keep_where(table: RawTable, rule: str) -> RawTable:
    """Return the table with the rows that meet a rule; the others are set aside, counted, with their reason.

    A value is held against the cell and against its value label; case and spaces around do not count; numbers are
    compared as numbers. A blank cell meets no condition but ``!=`` and ``not in``.

    Parameters
    ----------
    table
        The table.
    rule
        As in ``"wave == 1 and consent != 'no'"`` (grammar: :mod:`intimacy_scales.base.row_rule`).

    Raises
    ------
    ResponseError
        When it is no rule, when a name in it is no column, or when no row meets it.
    """
    read = parse_row_rule(rule)
    met = rows_met(read, table)
    if len(table) and not met.any():
        raise ResponseError(
            Problem(where=f"--where {rule!r}", what="keeps no row", allowed=_held(read, table), do="mend the rule")
        )
    kept = table.without(dict.fromkeys(np.flatnonzero(~met).tolist(), f"{LEFT_OUT}{read}"))
    native = table.source.native
    if native is None or met.all():
        return kept
    return replace(kept, source=replace(kept.source, native=rows_of(native, np.flatnonzero(met).tolist())))


def rows_met(rule: RowRule, table: RawTable) -> BoolArray:
    """Return which rows meet a rule.

    Raises
    ------
    ResponseError
        When a name in it is no column.
    """
    problems = [
        problem
        for name in names_in(rule)
        if _column(table, name) is None
        for problem in UnknownNameError.among("--where: column", name, table.names).problems
    ]
    if problems:
        raise ResponseError(problems)
    return _met(rule, table)


def holds_all(table: RawTable, rule: str) -> bool:
    """Whether a table has every column that a rule speaks of."""
    return all(_column(table, name) is not None for name in names_in(parse_row_rule(rule)))


def _column(table: RawTable, name: str) -> Column | None:
    exact = next((column for column in table.columns if column.name == name), None)
    if exact is not None:
        return exact
    loose = [column for column in table.columns if column.name.strip().casefold() == name.strip().casefold()]
    return loose[0] if len(loose) == 1 else None


def _met(rule: RowRule, table: RawTable) -> BoolArray:
    if isinstance(rule, Condition):
        return _holds(rule, table)
    parts = [_met(part, table) for part in rule.parts]
    if rule.how == "not":
        return ~parts[0]
    met: BoolArray = np.logical_and.reduce(parts) if rule.how == "and" else np.logical_or.reduce(parts)
    return met


def _holds(condition: Condition, table: RawTable) -> BoolArray:
    column = _column(table, condition.name)
    if column is None:
        return np.zeros(len(table), dtype=bool)
    if not condition.values:
        raise ResponseError(
            Problem(
                where=f"--where {condition.name}",
                what="is a column without a condition",
                do=f"say what it must be, as in {condition.name} == 1",
            )
        )
    cells = column.cells
    if isinstance(cells, NumberCells):
        distinct, places = np.unique(cells.numbers, return_inverse=True)
        own = replace(column, cells=NumberCells(numbers=distinct))
    else:  # code -1, a blank cell, is the last
        codes = np.append(np.arange(len(cells.values), dtype=np.int32), -1)
        places, own = cells.codes.astype(np.intp), replace(column, cells=TextCells(values=cells.values, codes=codes))
    met: BoolArray = np.array([_is_met(condition, text, column) for text in own.known_texts()], dtype=bool)
    return met[places]


def _is_met(condition: Condition, text: str, column: Column) -> bool:
    if condition.sign in ("==", "!="):
        same = bool(text) and any(_same(text, value, column) for value in condition.values)
        return same == (condition.sign == "==")
    cell, value = _number(text), _number(condition.values[0])
    if cell is None or value is None:
        return bool(text) and cell is None and value is None and _dated(text, condition)
    return _ORDER[condition.sign](cell, value)


def _dated(text: str, condition: Condition) -> bool:
    """Compare texts in their alphabetical order, which is that of dates as YYYY-MM-DD."""
    one, other = text.casefold(), condition.values[0].casefold()
    return {">=": one >= other, "<=": one <= other, ">": one > other, "<": one < other}[condition.sign]


def _same(text: str, value: str, column: Column) -> bool:
    number, wanted = _number(text), _number(value)
    if number is not None and wanted is not None:
        return number == wanted
    label = column.text_labels.get(text) if number is None else column.labels.get(number)
    plain = value.strip().casefold()
    return text.casefold() == plain or (label is not None and label.strip().casefold() == plain)


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _held(rule: RowRule, table: RawTable) -> str:
    """Return what stands in the columns that a rule speaks of."""
    said = []
    for name in names_in(rule):
        column = _column(table, name)
        if column is not None:
            texts = list(dict.fromkeys(text for text in column.known_texts() if text))
            said.append(f"{column.name} holds {', '.join(texts[:6])}{' ...' if len(texts) > 6 else ''}")
    return "; ".join(said)
