"""Two rows into one: answers and columns of both partners side by side, each under its partner's suffix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from intimacy_scales.couples.model import IntArray, Unmatched
from intimacy_scales.exports.table import Column, RawTable
from intimacy_scales.responses.model import Answered, Responses, keep_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Responses with a row a couple, and the couples' ids."""

    responses: Responses
    ids: tuple[str, ...]
    keys: tuple[str, str]

    def only(self, rows: Sequence[int]) -> Responses:
        """Return the responses of these couples (all of them untouched)."""
        same = len(rows) == len(self.ids)
        return self.responses if same else keep_rows(self.responses, list(rows))

    def speaking(self, labels: tuple[str, str], rows: IntArray) -> tuple[list[int], list[Unmatched]]:
        """Return the couples of which both gave an answer, and why the others are left out.

        ``rows`` (couples x 2): the rows of both in the source, one and the same in a file with a row a couple.
        """
        if not self.responses.answered:
            return list(range(len(self.ids))), []
        spoke = np.array([_spoke(self.responses, key) for key in self.keys])
        keep = np.flatnonzero(spoke.all(axis=0)).tolist()
        silent = []
        for row in np.flatnonzero(~spoke.all(axis=0)).tolist():
            who = [label for label, there in zip(labels, spoke[:, row].tolist(), strict=True) if not there]
            why = "neither partner gave an answer" if len(who) == 2 else f"{who[0]} gave no answer"
            numbers = dict.fromkeys(rows[row].tolist())
            silent += [Unmatched(row=number, couple=self.ids[row], why=why) for number in numbers]
        return keep, silent


def _spoke(responses: Responses, key: str) -> np.ndarray:
    """Return the rows in which this partner answered anything."""
    there = np.zeros(responses.n_persons, dtype=bool)
    for part in responses.answered:
        if part.sitting.partner == key:
            for answers in part.answers:
                there |= ~np.isnan(answers)
    return there


def joined(responses: Responses, pairs: IntArray, keys: tuple[str, str], couple: str) -> Joined:
    """Return one row a couple from pairs (couples x 2) of 0-based rows of persons."""
    ids = [text.strip() for text in responses.table.column(couple).cells.texts()]
    names = tuple(ids[row] for row in pairs[:, 0].tolist())
    sides = list(zip(keys, pairs.T, strict=True))
    numbers = responses.row_numbers[pairs[:, 0]]
    columns = [
        column
        for one in responses.table.columns
        for column in ([_side(one, None, pairs[:, 0])] if one.name == couple else [_side(one, *s) for s in sides])
    ]
    table = RawTable(
        columns=tuple(columns),
        row_numbers=numbers,
        set_aside=responses.table.set_aside,
        source=replace(responses.table.source, native=None),
        notes=responses.table.notes,
    )
    answered = [_half(part, key, rows) for key, rows in sides for part in responses.answered]
    made = Responses(
        answered=tuple(answered),
        id_column=couple,
        ids=names,
        row_numbers=numbers,
        set_aside=responses.set_aside,
        source=replace(responses.source, native=None),
        table=table,
        notes=responses.notes,
    )
    return Joined(responses=made, ids=names, keys=keys)


def _side(column: Column, key: str | None, rows: IntArray) -> Column:
    name = column.name if key is None else f"{column.name}_{key}"
    return replace(column, name=name, cells=column.cells.take(rows))


def _half(part: Answered, key: str, rows: IntArray) -> Answered:
    sitting = replace(part.sitting, partner=key)
    return replace(part, sitting=sitting, answers=tuple(answers[rows] for answers in part.answers))
