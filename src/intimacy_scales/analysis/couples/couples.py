"""Couples in one convention: a row a couple, both partners' answers side by side, whatever shape the file had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.analysis.dyads import Composition, Pairing
from intimacy_scales.base import wording
from intimacy_scales.base.arrays import IntArray
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.base.wording import counted
from intimacy_scales.reading.responses.questions import rows_said
from intimacy_scales.scoring import Scores


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
    """Whether figures over all these couples may not depend on who was put first: nothing tells the partners apart, or
    the file holds several compositions."""
    unmatched: tuple[Unmatched, ...]
    notes: tuple[str, ...] = ()
    pairing: Pairing | None = field(default=None, repr=False)
    """The compositions of these couples; ``None``: one, of these labels."""

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        counts = ", ".join(f"{n} {name}" for name, n in self.composition_counts().items())
        return f"Couples({counts}; {len(self.unmatched)} rows in no couple)"

    def apa(self) -> str:
        """Return the sentence of a methods section."""
        kinds = wording.listed(
            [
                f"{composition.n} {composition.name} ({_composition_words(composition)})"
                for composition in self.compositions
            ]
        )
        left = f"; {wording.counted(len(self.unmatched), 'row')} stood in no couple" if self.unmatched else ""
        return wording.sentence(f"{wording.counted(len(self), 'couple')} were matched: {kinds}{left}")

    def table(self) -> Any:
        """Return a pandas frame with a row a couple: its id, composition and rows in the source."""
        import pandas as pd

        names = [composition.name for composition in self.compositions]
        return pd.DataFrame(
            {
                "couple": list(self.ids),
                "composition": [names[place] for place in self.composition_of.tolist()],
                "row_1": self.rows[:, 0],
                "row_2": self.rows[:, 1],
            }
        )

    @property
    def compositions(self) -> tuple[Composition, ...]:
        """The compositions that the file holds."""
        if self.pairing is not None:
            return self.pairing.compositions
        return (Composition(labels=self.labels, exchangeable=self.exchangeable, n=len(self)),)

    @property
    def composition_of(self) -> IntArray:
        """The place of every couple's composition."""
        return np.zeros(len(self), dtype=np.int64) if self.pairing is None else self.pairing.of

    def labels_of(self, row: int) -> tuple[str, str]:
        """Return how the two of one couple are called (0-based place)."""
        if self.pairing is None or len(self.compositions) == 1:
            return self.labels
        return distinct_labels(self.compositions[int(self.composition_of[row])].labels)

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
                "composition": self.composition_counts(),
                "unmatched": [one.to_dict() for one in self.unmatched],
            }
        )

    def composition_counts(self) -> dict[str, int]:
        """Return how many couples there are of each composition."""
        return {composition.name: composition.n for composition in self.compositions}

    def rows_for_eyes(self) -> list[list[str]]:
        """Return the counts a person reads, a line a composition."""
        head = ["couples", "partners", "rows in no couple"]
        lines = [
            [
                str(composition.n),
                f"{composition.labels[0]} and {composition.labels[1]} ({_composition_words(composition)})",
                str(len(self.unmatched)) if not j else "",
            ]
            for j, composition in enumerate(self.compositions)
        ]
        return [head, *lines]


def distinct_labels(labels: tuple[str, str]) -> tuple[str, str]:
    """Return two labels that differ: those of couples whose partners say the same are numbered."""
    first, second = labels
    return labels if first != second else (f"{first} 1", f"{second} 2")


def _composition_words(composition: Composition) -> str:
    return "exchangeable" if composition.exchangeable else "told apart"


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
