"""What is to be told about rows: their ids, those without any answer, columns in which nothing varies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import Problem, UnknownNameError
from intimacy_scales.exports import guess_id_column
from intimacy_scales.exports.table import NumberCells, RawTable
from intimacy_scales.responses.coding import Coded
from intimacy_scales.responses.text import counted, rows_said, some

LEAST_CONSTANT = 5  # answers below which "all the same" says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """The id of every row, from which column, and what is wrong with them."""

    column: str | None = None
    values: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def ids_of(table: RawTable, column: str | None) -> Ids:
    """Return the ids of the rows: from the column named, else from the one that looks like it; as text, spaces cut off.

    Duplicated and empty ids are notes, not problems: no row is ever dropped for them.
    """
    if column is not None and column not in table.names:
        said = UnknownNameError.among("id column", column, table.names)
        return Ids(problems=said.problems)
    name = guess_id_column(table) if column is None else column
    if name is None:
        return Ids()
    values = tuple(text.strip() for text in table.column(name).cells.texts())
    return Ids(column=name, values=values, notes=tuple(_doubts(table, name, values)))


def _doubts(table: RawTable, name: str, values: Sequence[str]) -> list[str]:
    numbers = table.row_numbers.tolist()
    notes = []
    empty = [number for number, value in zip(numbers, values, strict=True) if not value]
    if empty:
        notes.append(f"{name} is empty in {counted(len(empty), 'row')} ({rows_said(empty)})")
    if len(set(values)) == len(values) or _distinct(table, name):
        return notes
    at: dict[str, list[int]] = {}
    for number, value in zip(numbers, values, strict=True):
        if value:
            at.setdefault(value, []).append(number)
    twice = [f"{value} in {rows_said(rows)}" for value, rows in at.items() if len(rows) > 1]
    if len(twice) == 1:
        notes.append(f"{name} {twice[0].replace(' in ', ' stands in ', 1)}: every row is kept")
    elif twice:
        notes.append(
            f"{counted(len(twice), 'value')} of {name} stand in more than one row ({'; '.join(twice[:3])}"
            + (f"; and {len(twice) - 3:,} more" if len(twice) > 3 else "")
            + "): every row is kept"
        )
    return notes


def _distinct(table: RawTable, name: str) -> bool:
    cells = table.column(name).cells
    if not isinstance(cells, NumberCells):
        return False
    there = cells.numbers[~np.isnan(cells.numbers)]
    return len(np.unique(there)) == len(there)


def blank_note(blank: NDArray[np.bool_], row_numbers: NDArray[np.int64]) -> list[str]:
    """Return a note on rows that hold no answer at all."""
    rows = row_numbers[np.flatnonzero(blank)].tolist()
    if not rows:
        return []
    return [f"{counted(len(rows), 'row')} without any answer ({rows_said(rows)}): kept, and not scored"]


def constant_note(coded: Sequence[Coded]) -> list[str]:
    """Return a note on columns in which everybody gave the same answer."""
    same = [
        f"{one.column} (always {one.profile.low:g})"
        for one in coded
        if one.profile.answers >= LEAST_CONSTANT and one.profile.low == one.profile.high
    ]
    return [f"nothing varies in {some(same)}"] if same else []


def unused_end_note(coded: Sequence[Coded], bank_id: str) -> list[str]:
    """Return a note when a bank that counts from 0 meets a whole sample without a 0 (the file may count from 1).

    Such a file passes when its greatest code is never used. Only said of many answers: 5 columns and 200 answers.
    """
    groups: dict[str, list[Coded]] = {}
    for one in coded:
        if one.profile.answers and one.rule.kind == "same" and all(use.how == "number" for use in one.uses):
            groups.setdefault(one.book.options, []).append(one)
    notes = []
    for options, own in groups.items():
        answers = sum(one.profile.answers for one in own)
        first = own[0].book.codes[0]
        low = min(one.profile.low for one in own)
        if first == 0 and low >= 1 and len(own) >= 5 and answers >= 200:
            notes.append(
                f"{bank_id}: none of {answers:,} answers is 0, the lowest code of {options}: "
                "if the file counts from 1, say --shift -1"
            )
    return notes
