"""Every comparison a tip may follow from, for all persons at once: what against what, and beyond which error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from intimacy_scales.norms import (
    PerScore,
    Standing,
    Standings,
    difference_error,
    error_of,
    half_width,
    halves_of,
    keyed_answers,
    points_per_answer,
    row_means,
)
from intimacy_scales.scoring import ScaleScores, Scores
from intimacy_scales.tips.comparison import BoolArray, Column, Comparison, FloatArray, Voice, clear_together
from intimacy_scales.tips.reading import ends_of_scale

QUARTER = 25.0  # percentile below which a standing is a reason for a tip
LEAST_ANSWERS = 2  # never from a single item


def columns_of(
    scores: Scores,
    standings: Standings | None,
    *,
    sd: PerScore,
    reliability: PerScore,
) -> dict[str, Column]:
    """Return every score column but the derived ones, with its error (the norm's first, as the definitions say)."""
    found = {}
    for part in scores.parts:
        if part.derived is not None:
            continue
        standing = standings.get(part.column) if standings is not None else None
        error = standing.error if standing else error_of(scores, part, sd=sd, reliability=reliability)
        scored = ~np.isnan(part.values)
        average = np.where(scored, row_means(keyed_answers(scores.responses, part)), np.nan)
        found[part.column] = Column(
            part=part,
            error=error,
            average=average,
            standing=standing,
            average_se=error.sem / points_per_answer(part),
            usable=scored & (part.answered >= LEAST_ANSWERS),
        )
    return found


def voices_of(scores: Scores, columns: Mapping[str, Column], *, level: float) -> tuple[Voice, ...]:
    """Return the voices of the rows, each with all comparisons that the four rules make."""
    keys = dict.fromkeys((part.sitting.partner, part.sitting.time) for part in scores.parts)
    return tuple(_voice(scores, columns, partner, time, level) for partner, time in keys)


def _voice(
    scores: Scores,
    columns: Mapping[str, Column],
    partner: str | None,
    time: str | None,
    level: float,
) -> Voice:
    own = [
        column
        for column in columns.values()
        if (column.part.sitting.partner, column.part.sitting.time) == (partner, time)
    ]
    now = [column for column in own if not _is_wish(column.part)]
    derived = [
        part
        for part in scores.parts
        if part.derived is not None and (part.sitting.partner, part.sitting.time) == (partner, time)
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
    return Voice(partner=partner, time=time, columns=tuple(now), gaps=known, comparisons=tuple(made))


def _together(made: Sequence[Comparison], level: float) -> list[Comparison]:
    """Judge comparisons bank by bank: of several areas looked at, the one that sticks out is told."""
    banks = dict.fromkeys(one.part.bank.id for one in made)
    return [one for bank in banks for one in clear_together([m for m in made if m.part.bank.id == bank], level)]


def _is_wish(part: ScaleScores) -> bool:
    return part.sitting.form is not None and part.sitting.form in {derived.minuend for derived in part.bank.derived}


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
        f"the {share:.0f}th percentile of norm {standing.norm.id}",
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
    found = []
    for column in content:
        others = [other for other in content if other is not column and _alike(other.part, column.part)]
        if others:
            found.append(_against_others(column, others, z))
    return found


def _alike(one: ScaleScores, other: ScaleScores) -> bool:
    return (
        one.bank.id == other.bank.id
        and one.sitting == other.sitting
        and one.rule.possible == other.rule.possible
        and one.rule.combine == other.rule.combine
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
    low, high = ends_of_scale(column.part.bank, column.part.scale)
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


def devices_matter(voices: Sequence[Voice], voice: Voice) -> BoolArray:
    """Return the persons whose device scale lies on the concerning side beyond its error (by a norm, or by content)."""
    heard = [voice, *(one for one in voices if one is not voice and one.partner is None and one.time == voice.time)]
    hits = [made.hit for one in heard for made in one.comparisons if made.part.scale.role == "interference"]
    n = len(voice.columns[0].usable) if voice.columns else 0
    return np.any(hits, axis=0) if hits else np.zeros(n, dtype=bool)
