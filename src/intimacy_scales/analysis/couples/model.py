"""Couples in one convention: a row a couple, both partners' answers side by side, whatever shape the file had."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.reading.responses.text import counted, rows_said, word
from intimacy_scales.scoring import Scores

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: labels that do not say who is who: partners so called are taken as exchangeable unless the user says otherwise
NEUTRAL = frozenset(
    {"a", "b", "x", "y", "0", "1", "2", "p1", "p2", "first", "second"}
    | {f"{what}{sep}{end}" for what in ("partner", "person", "member") for sep in ("", "_") for end in "012ab"}
)

_TELLS = re.compile(r"gender|sex|role|geschlecht|rolle|spouse")  # a column so called tells partners apart by any codes


def says_nothing(column: str, labels: Sequence[str]) -> bool:
    """Return whether neither the labels nor the name of their column tell who is who."""
    return not _TELLS.search(word(column)) and {word(label) for label in labels} <= NEUTRAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """A row that is in no couple: its number in the source, the couple it names, and why it was left out."""

    row: int
    couple: str
    why: str

    def __str__(self) -> str:
        return f"row {self.row}{f' (couple {self.couple})' if self.couple else ''}: {self.why}"

    def to_dict(self) -> dict[str, Any]:
        """Return it JSON-safe."""
        return {"row": self.row, "couple": self.couple, "why": self.why}


@dataclass(frozen=True, slots=True, kw_only=True)
class Couples(Shown):
    """Matched couples: ``scores`` holds a row a couple, each partner's scores as administrations of that partner.

    ``partners`` are the two suffixes of result columns (``w``, ``m``), ``labels`` the same two as the file writes
    them; ``rows`` (couples x 2) the rows in the source; ``unmatched`` every row that is in no couple, with the reason.
    """

    scores: Scores = field(repr=False)
    ids: tuple[str, ...] = field(repr=False)
    partners: tuple[str, str]
    labels: tuple[str, str]
    rows: IntArray = field(repr=False)
    person_ids: tuple[tuple[str, str], ...] | None = field(repr=False)
    exchangeable: bool
    unmatched: tuple[Unmatched, ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def place(self, couple: str) -> int:
        """Return the 0-based place of the couple of this id.

        Raises
        ------
        UnknownNameError
            When there is none; ResponseError when several rows carry the id.
        """
        from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError

        places = [place for place, name in enumerate(self.ids) if name == couple]
        if not places:
            raise UnknownNameError.among("couple", couple, self.ids[:20])
        if len(places) > 1:
            rows = ", ".join(str(row) for row in self.rows[places, 0].tolist())
            raise ResponseError(
                Problem(where=f"couple {couple}", what=f"stands in rows {rows}", allowed="one row a couple")
            )
        return places[0]

    def to_dict(self) -> dict[str, Any]:
        """Return who was matched and who was not, JSON-safe."""
        return json_dict(
            {
                "n_couples": len(self),
                "partners": list(self.partners),
                "labels": list(self.labels),
                "exchangeable": self.exchangeable,
                "unmatched": [one.to_dict() for one in self.unmatched],
            }
        )

    def rows_for_eyes(self) -> list[list[str]]:
        """Return the counts a person reads."""
        kind = "exchangeable" if self.exchangeable else "told apart"
        return [
            ["couples", "partners", "rows in no couple"],
            [str(len(self)), f"{self.labels[0]} and {self.labels[1]} ({kind})", str(len(self.unmatched))],
        ]


def unmatched_notes(unmatched: Sequence[Unmatched], most: int = 5) -> tuple[str, ...]:
    """Return the rows in no couple as notes, the reasons counted when they are many."""
    if len(unmatched) <= most:
        return tuple(f"in no couple: {one}" for one in unmatched)
    reasons: dict[str, list[int]] = {}
    for one in unmatched:
        reasons.setdefault(one.why, []).append(one.row)
    return tuple(
        f"in no couple: {counted(len(rows), 'row')}: {why} ({rows_said(rows)})" for why, rows in reasons.items()
    )
