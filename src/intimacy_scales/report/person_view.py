"""One person's scores with their intervals, gaps and standings: only this person's, whatever sample they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan

from intimacy_scales.norms import (
    LEVEL,
    Difference,
    PerScore,
    ScoreError,
    Standing,
    Standings,
    difference_error,
    error_of,
    half_width,
    halves_of,
    points_per_answer,
)
from intimacy_scales.scoring import ScaleScores, Scores
from intimacy_scales.tips import PersonTips


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the user says of the intervals: their level, and figures for the measurement error."""

    level: float = LEVEL
    sd: PerScore = None
    reliability: PerScore = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonScore:
    """One score: NaN where it was withheld; ``low`` and ``high`` are NaN where no interval can be had."""

    part: ScaleScores = field(repr=False)
    value: float
    low: float
    high: float
    sem: float
    error: ScoreError = field(repr=False)
    withheld: str | None

    @property
    def sure(self) -> bool:
        """Whether there is an interval."""
        return not isnan(self.low)

    @property
    def reach(self) -> float:
        """Half the width of the interval, before it was cut at the ends of the range."""
        return (self.high - self.low) / 2

    @property
    def average(self) -> float:
        """The score as an average answer above the lowest possible one."""
        return (self.value - self.part.possible[0]) / points_per_answer(self.part)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonGap:
    """Wished and now of one scale, and their difference with its interval."""

    now: PersonScore
    wished: PersonScore
    difference: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """Everything a person's report speaks of."""

    scores: tuple[PersonScore, ...]
    """As things are now: every form but the wished one."""
    gaps: tuple[PersonGap, ...]
    standings: tuple[Standing, ...]
    refused: tuple[str, ...]
    tips: tuple[PersonTips, ...]
    row: int
    level: float

    def of_role(self, role: str) -> tuple[PersonScore, ...]:
        """Return the scores of a role (content, idealisation, interference)."""
        return tuple(score for score in self.scores if score.part.scale.role == role)

    def gap_of(self, score: PersonScore) -> PersonGap | None:
        """Return the gap of a score, ``None`` where no wish is known."""
        if score.part.scale.role == "idealisation":
            return None  # nobody wishes to paint a brighter picture
        return next((gap for gap in self.gaps if gap.now.part.column == score.part.column), None)


def view_of(
    scores: Scores,
    row: int,
    standings: Standings | None,
    tips: Sequence[PersonTips],
    *,
    parts: Sequence[ScaleScores],
    given: Given,
) -> PersonView:
    """Gather what the report on one row says; ``parts`` are the score columns of this one voice."""
    at = {part.column: _score(scores, part, row, standings, given) for part in parts if part.derived is None}
    gaps = [_gap(scores, part, at, given.level) for part in parts if part.derived is not None]
    wishes = {gap.wished.part.column for gap in gaps}
    found = [standings.get(name) for name in at] if standings else []
    refused = (
        [one.why for one in standings.refused if one.column in at and one.column not in wishes] if standings else []
    )
    return PersonView(
        scores=tuple(score for name, score in at.items() if name not in wishes),
        gaps=tuple(gaps),
        tips=tuple(tips),
        row=row,
        level=given.level,
        refused=tuple(dict.fromkeys(refused)),
        standings=tuple(one for one in found if one is not None and not isnan(float(one.z[row]))),
    )


def _score(scores: Scores, part: ScaleScores, row: int, standings: Standings | None, given: Given) -> PersonScore:
    standing = standings.get(part.column) if standings else None
    error = standing.error if standing else error_of(scores, part, sd=given.sd, reliability=given.reliability)
    value, sem = float(part.values[row]), float(error.sem[row])
    off, (least, most) = half_width(given.level) * sem, part.possible
    inside = [min(max(end, least), most) if not isnan(end) else end for end in (value - off, value + off)]
    return PersonScore(
        part=part, value=value, low=inside[0], high=inside[1], sem=sem, error=error, withheld=part.why_withheld(row)
    )


def _gap(scores: Scores, part: ScaleScores, at: dict[str, PersonScore], level: float) -> PersonGap:
    wished, now = (at[half.column] for half in halves_of(scores, part))
    se = float(difference_error(wished.sem, now.sem))
    return PersonGap(now=now, wished=wished, difference=Difference(value=wished.value - now.value, se=se, level=level))
