"""What one partner may see: an object that holds nothing of the other's, so that nothing of it can slip out.

Two partners as a picture takes them: a keeps a blue dot, b an orange square; what is within error is grey.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import isnan
from typing import Any, Protocol

import numpy as np

from intimacy_scales.analysis.norms import Difference
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.base.wording import figure
from intimacy_scales.pictures.drawing import Drawing, trimmed
from intimacy_scales.pictures.ranges import Axis, Mark, RangeRow, draw_ranges
from intimacy_scales.reading.exports.table import RawTable, Source
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.scoring import Scores
from intimacy_scales.scoring.kernel import answer_column
from intimacy_scales.statistics.estimate import half_width


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnScore:
    """One score of the partner's own."""

    column: str
    name: str
    score: float
    withheld: str | None
    possible: tuple[float, float]
    sem: float
    rough: bool
    gap: Difference | None = None
    """Wished minus now, where this partner said both."""

    def to_dict(self) -> dict[str, Any]:
        """Return the score JSON-safe."""
        return json_dict(
            {
                "score": self.column,
                "name": self.name,
                "value": self.score,
                "withheld": self.withheld,
                "possible": list(self.possible),
                "sem": self.sem,
                "rough": self.rough,
                "gap": None if self.gap is None else self.gap.to_dict(),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerView(Shown):
    """One partner's own answers and scores. There is no way from here to the other's.

    No name, no id of a person or of the couple. ``scores`` holds the partner's own scores and answers alone, as they
    were scored, so that tips and a report can be made from them as for anybody. ``shared`` holds what both agreed to
    share: which areas, and in words where both stand; never a number of the other's.
    """

    level: float
    own: tuple[OwnScore, ...]
    answers: dict[str, float | None] = field(repr=False)
    """Own coded answers as ticked, by the name of the item's column."""
    scores: Scores = field(repr=False)
    shared: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"PartnerView({len(self.own)} scores)"

    def to_dict(self) -> dict[str, Any]:
        """Return the view JSON-safe."""
        return json_dict(
            {
                "level": self.level,
                "scores": [one.to_dict() for one in self.own],
                "answers": self.answers,
                "shared": list(self.shared),
                "notes": list(self.notes),
            }
        )

    def table(self) -> Any:
        """Return one row a score as a pandas frame."""
        import pandas as pd

        return pd.DataFrame([one.to_dict() for one in self.own])

    def apa(self) -> str:
        """Return a sentence a score of one's own."""
        said = (one.withheld or f"{figure(one.score)} (SEM = {figure(one.sem)})" for one in self.own)
        return "\n".join(f"{one.name}: {text}." for one, text in zip(self.own, said, strict=True))

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line a score."""
        lines = [
            [
                one.column,
                figure(one.score, none=""),
                f"{one.possible[0]:g} to {one.possible[1]:g}",
                "" if one.gap is None or np.isnan(one.gap.value) else str(one.gap),
            ]
            for one in self.own
        ]
        return [["score", "your score", "possible", "wished minus now"], *lines]

    def __str__(self) -> str:
        return "\n".join([Shown.__str__(self), *self.shared])


def own_scores(scores: Scores, partner: str, row: int) -> Scores:
    """Return one partner's scores as one person's: no table, no ids, no path, no other person's row number."""
    parts = scores.answers_of(partner)
    if not parts:
        raise ResponseError(Problem(where="partner", what="has no answers"))
    own = tuple(
        replace(
            part,
            administration=replace(part.administration, partner=None),
            answers=tuple(answers[row : row + 1].copy() for answers in part.answers),
            columns=(None,) * len(part.columns),
        )
        for part in parts
    )
    source = Source(path=None, platform="person", saw="one partner's own answers")
    numbers = np.zeros(1, dtype=np.int64)
    table = RawTable(columns=(), row_numbers=numbers, set_aside=(), source=source)
    responses = Responses(
        answered=own, id_column=None, ids=None, row_numbers=numbers, set_aside=(), source=source, table=table
    )
    alone = tuple(
        replace(part.rows(np.array([row])), administration=replace(part.administration, partner=None))
        for part in scores.parts
        if part.administration.partner == partner
    )
    return Scores(responses=responses, parts=alone)


def own_answers(scores: Scores) -> dict[str, float | None]:
    """Return the coded answers of one person as ticked; ``None`` where there is none."""
    entries: dict[str, float | None] = {}
    for part in scores.answers_of(None):
        for item, answers in zip(part.bank.items, part.answers, strict=True):
            value = float(answers[0])
            entries[answer_column(part, item)] = None if np.isnan(value) else value
    return entries


class OfTwo(Protocol):
    """A score of both partners with its error and range."""

    @property
    def name(self) -> str:
        """Name of the scale."""

    @property
    def scores(self) -> tuple[float, float]:
        """Score of each."""

    @property
    def sems(self) -> tuple[float, float]:
        """Standard error of each."""

    @property
    def possible(self) -> tuple[float, float]:
        """Ends of the range."""

    @property
    def difference(self) -> Any:
        """First minus second, with its error."""


def mark_of_two(pair: OfTwo, side: int, level: float, *, hollow: bool = False) -> Mark:
    """Return a partner's score with its interval, cut at the ends of the range."""
    value, off = pair.scores[side], half_width(level) * pair.sems[side]
    low, high = (min(max(end, pair.possible[0]), pair.possible[1]) for end in (value - off, value + off))
    known = not isnan(off)
    return Mark(at=value, low=low if known else None, high=high if known else None, hollow=hollow, second=side == 1)


def draw_two(scales: Sequence[OfTwo], labels: tuple[str, str], level: float, *, width: int) -> Drawing:
    """Draw the scores of both, each on its scale's whole range; scales without both scores are left out."""
    rows = [
        RangeRow(
            label=scale.name,
            low=scale.possible[0],
            high=scale.possible[1],
            marks=(mark_of_two(scale, 0, level), mark_of_two(scale, 1, level)),
            text=f"{labels[0]} {trimmed(scale.scores[0], 1)}, {labels[1]} {trimmed(scale.scores[1], 1)}",
            link="clear" if scale.difference.beyond else "unclear",
            apart=True,
        )
        for scale in scales
        if not any(map(isnan, scale.scores))
    ]
    return draw_ranges(rows, Axis(mark_ends=True), width=width)
