"""Every comparison a tip may follow from, for all persons at once: what against what, and beyond which error.

What the rules compare, for all persons at once, and the level at which several comparisons hold together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from intimacy_scales.analysis.norms import (
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
from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.base.wording import figure
from intimacy_scales.scoring import ScaleScores, Scores
from intimacy_scales.statistics.estimate import half_width


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One score column as the rules see it: scores, errors, average keyed answers, who answered enough."""

    part: ScaleScores
    error: ScoreError
    average: FloatArray = field(repr=False)
    average_se: FloatArray = field(repr=False)
    usable: BoolArray = field(repr=False)
    standing: Standing | None = field(default=None, repr=False)

    @property
    def worse(self) -> int:
        """-1 where a low score is the concern; +1 on a scale of interference."""
        return 1 if self.part.scale.role == "interference" else -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One comparison for every person: ``value`` is score minus what it is compared with.

    ``hit`` marks the persons in whom it goes the concerning way beyond measurement error (under rules 1 and 3: at the
    level that holds for all of a person's comparisons together, see :func:`level_of_each`); ``known`` those in whom it
    could be made; ``urgency`` is its size as a share of the scale's range.
    """

    rule: int
    part: ScaleScores
    against: str
    value: FloatArray = field(repr=False)
    se: FloatArray = field(repr=False)
    known: BoolArray = field(repr=False)
    hit: BoolArray = field(repr=False)
    urgency: FloatArray = field(repr=False)
    rough: bool = False
    """Whether an error in it rests on the person's own few answers only."""
    some: BoolArray | None = field(default=None, repr=False)
    """Persons in whom areas it is compared with have too few answers: "the others" are then not all others."""

    def against_in(self, row: int) -> str:
        """Return what one person's score is compared with, in words."""
        return f"{self.against} with enough answers" if self.some is not None and self.some[row] else self.against

    def difference(self, row: int, level: float) -> Difference:
        """Return one person's difference with its interval."""
        return Difference(value=float(self.value[row]), se=float(self.se[row]), level=level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Respondent:
    """What one person of a row says in one administration: their columns now, their gaps, and the comparisons of both.

    A file with both partners in a row has two respondents a row: nobody's tips follow from a partner's answers.
    """

    partner: str | None
    time: str | None
    columns: tuple[Column, ...]
    gaps: Mapping[str, FloatArray] = field(repr=False)
    """Column now -> wished minus now."""
    comparisons: tuple[Comparison, ...] = field(repr=False)


def level_of_each(level: float, n: int) -> float:
    """Return the level at which each of ``n`` intervals must be made so that all hold together at ``level``.

    ``level^(1/n)``; for normal errors this is never too small, however the intervals depend on each other.
    Reference: Šidák, Z. (1967). Rectangular confidence regions for the means of multivariate normal distributions.
    *Journal of the American Statistical Association, 62*(318), 626-633.

    Examples
    --------
    >>> round(level_of_each(0.9, 5), 4)
    0.9791
    """
    return float(level ** (1 / max(n, 1)))


def clear_together(comparisons: Sequence[Comparison], level: float) -> list[Comparison]:
    """Return comparisons of one rule and one bank whose hits hold for all those known of a person together."""
    if not comparisons:
        return []
    count = np.sum([comparison.known for comparison in comparisons], axis=0)
    z = np.array([half_width(level_of_each(level, n)) for n in range(len(comparisons) + 1)])[count]
    return [
        replace(comparison, hit=comparison.hit & (np.abs(comparison.value) > z * comparison.se))
        for comparison in comparisons
    ]


QUARTER = 25.0  # percentile below which a standing is a reason for a tip
LEAST_ANSWERS = 2  # never from a single item


def average_answer(part: ScaleScores) -> FloatArray:
    """Return each person's average keyed answer, worked out from the score: where it lies between the options' ends."""
    low, _ = part.bank.answer_ends(part.scale)
    return low + (part.values - part.rule.possible[0]) / points_per_answer(part)


def columns_of(
    scores: Scores,
    standings: Standings | None,
    *,
    sd: PerScore,
    reliability: PerScore,
) -> dict[str, Column]:
    """Return every score column but the derived ones, with its error (the norm's first, as the definitions say)."""
    entries = {}
    for part in scores.parts:
        if part.derived is not None or part.scale.scales:  # its scales speak for themselves
            continue
        standing = standings.get(part.column) if standings is not None else None
        error = standing.error if standing else error_of(scores, part, sd=sd, reliability=reliability)
        scored = ~np.isnan(part.values)
        average = average_answer(part)
        entries[part.column] = Column(
            part=part,
            error=error,
            average=average,
            standing=standing,
            average_se=error.sem / points_per_answer(part),
            usable=scored & (part.answered >= LEAST_ANSWERS),
        )
    return entries


def respondents_of(scores: Scores, columns: Mapping[str, Column], *, level: float) -> tuple[Respondent, ...]:
    """Return the respondents of the rows, each with all comparisons that the four rules make."""
    keys = dict.fromkeys((part.administration.partner, part.administration.occasion) for part in scores.parts)
    return tuple(_respondent(scores, columns, partner, time, level) for partner, time in keys)


def _respondent(
    scores: Scores,
    columns: Mapping[str, Column],
    partner: str | None,
    time: str | None,
    level: float,
) -> Respondent:
    own = [
        column
        for column in columns.values()
        if (column.part.administration.partner, column.part.administration.occasion) == (partner, time)
    ]
    now = [column for column in own if not _is_wish(column.part)]
    derived = [
        part
        for part in scores.parts
        if part.derived is not None and (part.administration.partner, part.administration.occasion) == (partner, time)
    ]
    gaps = {halves_of(scores, part)[1].column: part for part in derived}
    known = {name: part.values for name, part in gaps.items()}
    z = half_width(level)
    speaking = [column for column in now if column.part.scale.role != "idealisation"]
    made = [
        *_together(
            [_gap(scores, gaps[column.part.column], columns, z) for column in speaking if column.part.column in gaps],
            level,
        ),
        *(_quarter(column, column.standing, z) for column in speaking if column.standing is not None),
        *_together(_own_mean(speaking, z), level),
        *(_content(column, known.get(column.part.column), z) for column in speaking if column.standing is None),
    ]
    return Respondent(partner=partner, time=time, columns=tuple(now), gaps=known, comparisons=tuple(made))


def _together(comparisons: Sequence[Comparison], level: float) -> list[Comparison]:
    """Judge comparisons bank by bank: of several areas looked at, the one that sticks out is told."""
    banks = dict.fromkeys(comparison.part.bank.id for comparison in comparisons)
    return [
        comparison
        for bank in banks
        for comparison in clear_together([m for m in comparisons if m.part.bank.id == bank], level)
    ]


def _is_wish(part: ScaleScores) -> bool:
    return part.administration.form is not None and part.administration.form in {
        derived.minuend for derived in part.bank.derived
    }


def _compared(  # noqa: PLR0913 (all that makes a comparison, in one place)
    rule: int,
    part: ScaleScores,
    against: str,
    value: FloatArray,
    se: FloatArray,
    *,
    worse: int,
    z: float,
    span: float,
    only: BoolArray,
    sure: BoolArray | None = None,
    rough: bool = False,
    some: BoolArray | None = None,
) -> Comparison:
    known = only & np.isfinite(value) & np.isfinite(se)
    hit = (known if sure is None else known & sure) & (np.where(known, worse * value - z * se, 0.0) > 0)
    urgency = worse * value / span
    return Comparison(
        rule=rule,
        part=part,
        against=against,
        value=value,
        se=se,
        known=known,
        hit=hit,
        urgency=urgency,
        rough=rough,
        some=some,
    )


def _span(part: ScaleScores) -> float:
    return part.rule.possible[1] - part.rule.possible[0]


def _gap(scores: Scores, gap: ScaleScores, columns: Mapping[str, Column], z: float) -> Comparison:
    """Rule 1: wished minus now, positive and beyond the errors of both (of all such gaps together)."""
    wished, now = (columns[half.column] for half in halves_of(scores, gap))
    se = difference_error(wished.error.sem, now.error.sem)
    return _compared(
        1,
        now.part,
        "what you wish for",
        gap.values,
        se,
        worse=-now.worse,
        z=z,
        span=_span(now.part),
        only=wished.usable & now.usable,
        rough=wished.error.rough or now.error.rough,
    )


def _quarter(column: Column, standing: Standing, z: float) -> Comparison:
    """Rule 2: both intervals of the standing lie below the norm's 25th percentile (above its 75th for interference)."""
    from scipy.special import stdtrit

    figures = standing.figures
    share = QUARTER if column.worse < 0 else 100 - QUARTER
    t = float(stdtrit(figures.n - 1, share / 100))
    quarter = figures.mean + t * figures.sd * np.sqrt((figures.n + 1) / figures.n)
    sure = standing.norm_high < share if column.worse < 0 else standing.norm_low > share
    return _compared(
        2,
        column.part,
        f"the {figure(share, 0)}th percentile of norm {standing.norm.id}",
        column.part.values - quarter,
        column.error.sem,
        worse=column.worse,
        z=z,
        span=_span(column.part),
        only=column.usable,
        sure=sure,
        rough=column.error.rough,
    )


def _own_mean(columns: Sequence[Column], z: float) -> list[Comparison]:
    """Rule 3: a scale against the person's mean of the others of the same bank, form and metric."""
    content = [column for column in columns if column.part.scale.role == "content"]
    comparisons = []
    for column in content:
        others = [other for other in content if other is not column and _alike(other.part, column.part)]
        if others:
            comparisons.append(_against_others(column, others, z))
    return comparisons


def _alike(part: ScaleScores, other: ScaleScores) -> bool:
    return (
        part.bank.id == other.bank.id
        and part.administration == other.administration
        and part.rule.possible == other.rule.possible
        and part.rule.combine == other.rule.combine
    )


def _against_others(column: Column, others: Sequence[Column], z: float) -> Comparison:
    """Compare with the mean of all others with enough answers; where one's error is unknown, so is the mean's."""
    there = np.array([other.usable for other in others])
    values = np.where(there, [other.part.values for other in others], 0.0)
    sems = np.where(there, [other.error.sem for other in others], 0.0)
    count = there.sum(axis=0)
    safe = np.maximum(count, 1)
    return _compared(
        3,
        column.part,
        "the mean of your other areas",
        column.part.values - values.sum(axis=0) / safe,
        difference_error(column.error.sem, np.sqrt((sems**2).sum(axis=0)) / safe),
        worse=column.worse,
        z=z,
        span=_span(column.part),
        only=column.usable & (count > 0),
        rough=column.error.rough or any(other.error.rough for other in others),
        some=count < len(others),
    )


def _content(column: Column, gap: FloatArray | None, z: float) -> Comparison:
    """Rule 4, where there is neither norm nor wish: the interval of the average answer lies below the midpoint."""
    low, high = column.part.bank.answer_ends(column.part.scale)
    no_wish: BoolArray = np.ones(len(column.usable), dtype=bool) if gap is None else np.isnan(gap)
    return _compared(
        4,
        column.part,
        "the middle of the possible answers",
        column.average - (low + high) / 2,
        column.average_se,
        worse=column.worse,
        z=z,
        span=high - low,
        only=column.usable & no_wish,
        rough=column.error.rough,
    )


def devices_matter(respondents: Sequence[Respondent], respondent: Respondent) -> BoolArray:
    """Return the persons whose device scale lies on the concerning side beyond its error (by a norm, or by content)."""
    heard = [
        respondent,
        *(one for one in respondents if one is not respondent and one.partner is None and one.time == respondent.time),
    ]
    hits = [
        comparison.hit
        for one in heard
        for comparison in one.comparisons
        if comparison.part.scale.role == "interference"
    ]
    n = len(respondent.columns[0].usable) if respondent.columns else 0
    return np.any(hits, axis=0) if hits else np.zeros(n, dtype=bool)
