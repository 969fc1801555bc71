"""One person's scores with their intervals, gaps and standings: only this person's, whatever sample they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isnan

from intimacy_scales.advice import PersonTips
from intimacy_scales.advice.comparison import level_of_each
from intimacy_scales.analysis.norms import (
    LEVEL,
    Difference,
    PerScore,
    ScoreError,
    Standing,
    Standings,
    difference_error,
    error_of,
    halves_of,
    points_per_answer,
)
from intimacy_scales.output.report.sentences import in_sentence, names_of
from intimacy_scales.pictures.drawing import figure
from intimacy_scales.scoring import ScaleScores, Scores
from intimacy_scales.statistics.estimate import half_width

AT_END = 1e-9  # rounding in the last digits of a score


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenErrors:
    """What the user says of the intervals: their level, and figures for the measurement error."""

    level: float = LEVEL
    sd: PerScore = None
    reliability: PerScore = None
    errors: Mapping[str, ScoreError] = field(default_factory=dict, repr=False)
    """Errors of score columns that are worked out already (in a batch, or by whoever saw the whole sample)."""
    whose: str = ""
    """Where such errors come from, in words, when they do not say so themselves."""

    def error(self, scores: Scores, part: ScaleScores) -> ScoreError:
        """Return the error of a score column."""
        found = self.errors.get(part.column)
        return found or error_of(scores, part, sd=self.sd, reliability=self.reliability)


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
    whose: str = ""

    @property
    def sure(self) -> bool:
        """Whether there is an interval."""
        return not isnan(self.low)

    @property
    def basis(self) -> str:
        """What the interval rests on, in words."""
        plain = self.error.reliability is None and self.error.basis not in {"own answers", "difference", "none"}
        said = f"SEM {figure(self.sem)}, {self.whose}" if plain and self.whose else str(self.error)
        return said.replace(" in this sample", " in that sample")  # a published sample's own words, told from here

    @property
    def published(self) -> str:
        """Whose published figures the interval rests on, in the words of the bank; "" where it rests on others."""
        if self.error.basis != "published" or self.error.sd is None:
            return ""
        whose = self.error.sd.whose
        named = [norm.sample for norm in self.part.bank.norms if whose.startswith(f"norm {norm.id} ")]
        return (named or [whose.removeprefix("published: ")])[0]

    @property
    def end(self) -> str:
        """Which end of its range the score lies at (``lowest``, ``highest``), "" where at none."""
        low, high = self.part.possible
        if isnan(self.value):
            return ""
        return "lowest" if self.value <= low + AT_END else "highest" if self.value >= high - AT_END else ""

    @property
    def reach(self) -> float:
        """Half the width of the interval: the side that the ends of the range have not cut short."""
        return max(self.high - self.value, self.value - self.low)

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
    clear: bool = False
    """Whether the gap is beyond measurement error, judged together with the person's other gaps in this bank."""


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
    names: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Score column to what it is called on this page, capital first."""

    def label(self, score: PersonScore) -> str:
        """Return what a score is called, capital first."""
        return self.names[score.part.column]

    def name(self, score: PersonScore) -> str:
        """Return what a score is called inside a sentence."""
        return in_sentence(self.label(score))

    def name_of(self, column: str) -> str:
        """Return what a score column is called inside a sentence."""
        return in_sentence(self.names[column])

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
    given: GivenErrors,
) -> PersonView:
    """Gather what the report on one row says; ``parts`` are the score columns of this one respondent."""
    at = {part.column: _score(scores, part, row, standings, given) for part in parts if part.derived is None}
    gaps = [_gap(scores, part, at, given.level) for part in parts if part.derived is not None]
    wishes = {gap.wished.part.column for gap in gaps}
    found = [standings.get(name) for name in at] if standings else []
    refused = (
        [one.why for one in standings.refused if one.column in at and one.column not in wishes] if standings else []
    )
    return PersonView(
        scores=tuple(score for name, score in at.items() if name not in wishes),
        gaps=_judged(gaps, given.level),
        tips=tuple(tips),
        row=row,
        level=given.level,
        names=names_of([score.part for name, score in at.items() if name not in wishes]),
        refused=tuple(dict.fromkeys(refused)),
        standings=tuple(one for one in found if one is not None and not isnan(float(one.z[row]))),
    )


def _score(
    scores: Scores, part: ScaleScores, row: int, standings: Standings | None, errors: GivenErrors
) -> PersonScore:
    standing = standings.get(part.column) if standings else None
    error = standing.error if standing else errors.error(scores, part)
    value, sem = float(part.values[row]), float(error.sem[row])
    off, (least, most) = half_width(errors.level) * sem, part.possible
    inside = [min(max(end, least), most) if not isnan(end) else end for end in (value - off, value + off)]
    return PersonScore(
        part=part,
        value=value,
        low=inside[0],
        high=inside[1],
        sem=sem,
        error=error,
        withheld=part.why_withheld(row),
        whose=errors.whose,
    )


def _gap(scores: Scores, part: ScaleScores, at: dict[str, PersonScore], level: float) -> PersonGap:
    wished, now = (at[half.column] for half in halves_of(scores, part))
    se = float(difference_error(wished.sem, now.sem))
    return PersonGap(now=now, wished=wished, difference=Difference(value=wished.value - now.value, se=se, level=level))


def _judged(gaps: Sequence[PersonGap], level: float) -> tuple[PersonGap, ...]:
    """Say which gaps are clear: where several are looked at, each at the level that holds for all together."""
    told = []
    for gap in gaps:
        family = [
            one
            for one in gaps
            if (one.now.part.bank.id, one.now.part.administration)
            == (gap.now.part.bank.id, gap.now.part.administration)
            and one.now.part.scale.role != "idealisation"
            and not isnan(one.difference.low)
        ]
        each = level_of_each(level, len(family))
        told.append(replace(gap, clear=replace(gap.difference, level=each).beyond))
    return tuple(told)
