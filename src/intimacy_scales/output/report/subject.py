"""Whose report it is: which row, and which of two partners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from intimacy_scales.base.errors import Problem, UnknownNameError
from intimacy_scales.scoring import Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whose report it is: a 0-based row, and the partner where a row holds both."""

    row: int
    partner: str | None


def respondent_of(scores: Scores, person: str | int) -> Who:
    """Return the row and partner that a user's ``person`` names; nobody's report holds a partner's answers.

    Raises
    ------
    UnknownNameError
        When there is no such row, or the row holds two partners and none was named.
    """
    partners = tuple(dict.fromkeys(part.administration.partner for part in scores.parts))
    name, _, partner = str(person).rpartition(":")
    if partner in partners and name:
        return Who(row=row_of(scores, name), partner=partner)
    row = row_of(scores, person)
    if len(partners) > 1:
        named = [p for p in partners if p]
        raise UnknownNameError(
            Problem(
                where=f"person {person!r}",
                what=f"the row holds {len(named)} partners",
                allowed=", ".join(f"{person}:{p}" for p in named),
            )
        )
    return Who(row=row, partner=partners[0])


def row_of(scores: Scores, person: str | int) -> int:
    """Return the 0-based row of a person: by id where there are ids, else by the row number of the source.

    A whole number, or text such as ``"row:301"``, always means a row number; an id is never taken for one.

    Raises
    ------
    UnknownNameError
        When there is none; or several rows of this id, which are then named.
    """
    said = str(person).strip()
    number = said.removeprefix("row:") if said.startswith("row:") or scores.ids is None else ""
    if isinstance(person, int):
        number = said
    if number:
        rows = np.flatnonzero(scores.row_numbers == int(number)).tolist() if number.isdecimal() else []
    else:
        rows = [row for row, known in enumerate(scores.ids or ()) if known == said]
    if len(rows) == 1:
        return int(rows[0])
    raise UnknownNameError(_not_one_row(scores, said, rows))


def _not_one_row(scores: Scores, said: str, rows: Sequence[int]) -> Problem:
    if rows:
        numbers = [int(scores.row_numbers[row]) for row in rows]
        return Problem(
            where=f"person {said!r}",
            what=f"stands in rows {', '.join(map(str, numbers))}",
            allowed="one row",
            do=f"give each person one id, or name the row: row:{numbers[0]}",
        )
    by = "a row number of the source"
    if scores.ids is not None:
        by = f"an id of column {scores.id_column}, or row:NUMBER for a row of the source"
    return Problem(where=f"person {said!r}", what=f"is not among the {len(scores)} rows used", allowed=by)
