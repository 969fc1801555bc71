"""Which tips, for whom, why: the four rules in their order, and never more than measurement allows.

What is to be minded of tips: how they were compared, what was withheld, what cannot be told.

Tips: which, for whom, why, on what evidence, and where to find help.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Unpack

import numpy as np

from intimacy_scales.advice.comparison import (
    LEAST_ANSWERS,
    Column,
    Comparison,
    Respondent,
    columns_of,
    devices_matter,
    respondents_of,
)
from intimacy_scales.advice.couple_tips import AreaForTwo, TipsForTwo, suggest_for_two
from intimacy_scales.advice.results import MOST, RULES, Outcome, PersonTips, StandsOut, Suggestion, Tips
from intimacy_scales.advice.scale_reading import (
    ScaleReading,
    looks_idealised,
    place_words,
    reading,
    stands_out_words,
    why_words,
)
from intimacy_scales.advice.tips_file import (
    Article,
    Help,
    Question,
    Reason,
    Tip,
    TipEvidence,
    TipFile,
    check_tips,
    evidence_sentence,
    read_tips,
    tip_file,
    tips,
)
from intimacy_scales.analysis.norms import LEVEL, NormChoice, PerScore, Standings, standing
from intimacy_scales.bank.model import Banks
from intimacy_scales.base.arrays import BoolArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.intake import banks_of
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.scoring import Scores, as_scores

__all__ = [
    "RULES",
    "AreaForTwo",
    "Article",
    "Help",
    "PersonTips",
    "Question",
    "Reason",
    "ScaleReading",
    "Suggestion",
    "Tip",
    "TipEvidence",
    "TipFile",
    "Tips",
    "TipsForTwo",
    "check_tips",
    "evidence_sentence",
    "place_words",
    "read_tips",
    "suggest",
    "suggest_for_two",
    "suggest_tips",
    "tip_file",
    "tips",
]


def suggest_tips(  # noqa: PLR0913 -- each of them is a choice of its own
    data: Any,
    bank: Banks | None = None,
    *,
    norm: NormChoice | None = None,
    level: float = LEVEL,
    devices: bool = False,
    person: int | None = None,
    sd: PerScore = None,
    reliability: PerScore = None,
    min_answered: int | None = None,
    **reading: Unpack[ReadingOptions],
) -> Tips:
    """Return the tips that scores suggest, for one person or for all, each with its reason and its evidence.

    Parameters
    ----------
    data
        Scores; or answers of any kind, which are scored once, here, by their bank's rule.
    bank
        Limits what tips may follow from; a device scale of another bank is still heard.
    norm, level, devices, person, sd, reliability
        As in :func:`suggest`, which holds the rules by which a tip is chosen, and when they mislead.
    min_answered
        As in :func:`intimacy_scales.score`, of answers that are yet to be scored.
    **reading
        Options of :func:`intimacy_scales.read_export` (``mapping``, ``missing_codes`` ...).

    Returns
    -------
    Tips
        At most three for a person; ``str()`` prints them, ``.table()`` is a row a tip, ``.to_dict()`` JSON.

    Raises
    ------
    ExportError, ResponseError
        With every fault found, when the file or the answers cannot be used.
    UnknownNameError
        For an unknown norm or bank.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> tips = ims.suggest_tips({"eis_1": 2, "eis_2": 1, "eis_3": 2, "eis_4": 1, "eis_5": 2}, "eis")
    >>> 1 <= len(tips.suggestions) <= 3
    True
    """
    known = isinstance(data, (Responses, Scores))
    scores = as_scores(data, None if known else bank, reading, min_answered=min_answered)
    banks = [one.id for one in banks_of(bank)] if bank is not None else ()
    return suggest(
        scores, banks=banks, norm=norm, level=level, devices=devices, person=person, sd=sd, reliability=reliability
    )


TOGETHER = (
    "beyond measurement error: of the gaps of a person (rule 1), and of their areas against each other (rule 3), one "
    "stands out only where the level of the intervals holds for all of them together (Sidak); the intervals shown are "
    "each by itself, and so are the comparisons of rules 2 and 4: among many, some stand out by chance"
)


def notes_of(
    scores: Scores, standings: Standings | None, columns: Mapping[str, Column], banks: frozenset[str]
) -> tuple[str, ...]:
    """Return what is to be minded of everybody's tips."""
    notes = [TOGETHER]
    for bank in (one for one in scores.banks if one.id in banks):
        certainty = bank.certainty
        if "unconfirmed" in {certainty.map, certainty.keys, certainty.options}:
            notes.append(f"{bank.name}: {certainty.check}")
    if standings is not None:
        notes += [*standings.notes, *_refused(standings)]
    for column in (one for one in columns.values() if one.part.bank.id in banks):
        notes += [f"{column.part.column}: {note}" for note in column.error.notes]
    return tuple(dict.fromkeys(notes))


def _refused(standings: Standings) -> list[str]:
    """Say why scores have no standing, each reason once; that gaps have none needs no word."""
    why: dict[str, list[str]] = {}
    for one in standings.refused:
        if standings.scores[one.column].derived is None:
            why.setdefault(one.why, []).append(one.column)
    return [f"no standing of {', '.join(columns)}: {reason}" for reason, columns in why.items()]


def cautions(columns: Sequence[Column], comparisons: Sequence[Comparison], row: int) -> list[str]:
    """Say what was withheld, what has no interval and what follows from that, and where answers may be idealised."""
    lines = [text for column in columns if (text := _caution(column, row))]
    own = [comparison for comparison in comparisons if comparison.rule == 3]
    if any(np.isfinite(one.value[row]) for one in own) and not any(one.known[row] for one in own):
        lines.append(
            "whether an area lies below your other areas cannot be told: "
            "how sure a score is must be known for each of them"
        )
    return lines


def _caution(column: Column, row: int) -> str:
    part = column.part
    withheld = part.why_withheld(row)
    if looks_idealised(part, float(column.average[row])):
        return f"{part.scale.name}: your answers paint a very bright picture, so they may be idealised"
    if withheld is not None:
        return f"{part.scale.name}: no score ({withheld})"
    if part.answered[row] < LEAST_ANSWERS:
        return f"{part.scale.name}: one answer only; nothing follows from it"
    if np.isnan(column.error.sem[row]) and part.scale.role != "idealisation":
        return f"{part.scale.name}: how sure the score is cannot be told"
    return ""


BEST = 2  # strengths named


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """What is the same for every person of a respondent."""

    scores: Scores = field(repr=False)
    respondent: Respondent
    devices: BoolArray = field(repr=False)
    tips: TipFile = field(repr=False)
    banks: frozenset[str]
    level: float


def suggest(
    scores: Scores,
    *,
    norm: NormChoice | None = None,
    level: float = LEVEL,
    devices: bool = False,
    person: int | None = None,
    sd: PerScore = None,
    reliability: PerScore = None,
    banks: Sequence[str] = (),
) -> Tips:
    """Return the tips that scores suggest, for one person or for all.

    By the first rule that applies to a person: (1) a gap between now and wished beyond measurement error, largest
    first; (2) a standing in a named norm, both of whose intervals lie below its 25th percentile; (3) a scale below
    the person's mean of the other scales of the same bank, beyond measurement error; (4) where there is neither a
    norm nor a wish: the interval of the average answer lies below the midpoint of the options. *Beyond measurement
    error*: the interval of the difference, ``d +- z sqrt(SEM1^2 + SEM2^2)``, leaves out zero. Under rules 1 and 3 a
    person's m comparisons within a bank are looked at together, so each is judged at ``level^(1/m)`` (Sidak, 1967;
    :func:`~intimacy_scales.advice.comparison.level_of_each`); the interval shown is at ``level``. At most three tips.

    Parameters
    ----------
    scores
        One person or a sample; rows with both partners give each partner tips from their own answers only.
    norm
        As in :func:`~intimacy_scales.analysis.norms.standing`; without one, rule 2 does not apply.
    level
        Of every interval.
    devices
        The user's word that devices play a part. Without it the tip on devices needs a device scale (role
        *interference*) on its concerning side beyond measurement error.
    person
        A 0-based row; errors still come from the whole sample.
    sd, reliability
        Given by the user, one number or score column to number, for the measurement error.
    banks
        Ids of the banks that tips may follow from; all when empty.

    Returns
    -------
    Tips
        ``.of(row)`` one person's; nothing that stands out is said, with the strengths; so is what cannot be told.

    Raises
    ------
    ResponseError
        When there is no such row, or ``level``, ``sd`` or ``reliability`` cannot be.
    UnknownNameError, BankError
        As :func:`~intimacy_scales.analysis.norms.standing`.

    Notes
    -----
    A scale of interference (devices) concerns where it is high: rules 2 and 4 are turned round for it. A scale of
    idealisation suggests nothing. No tip follows from a single answered item, nor from a withheld score. The mean of
    the other scales (rule 3) is over all that have a score; where the error of one of them is not known, the comparison
    is not known. Comparisons of rules 2 and 4 are each made by themselves: of many persons with many areas, some
    stand out by chance. What stands out without a tip that speaks to it is told (``untold``).
    Which tip speaks to which scale is this project's proposal; no study tested it.

    Examples
    --------
    >>> from intimacy_scales.scoring import score
    >>> len(suggest(score({1: 2, 2: 1, 3: 2, 4: 1, 5: 2}, "eis"), person=0).suggestions) <= 3
    True
    """
    _check(scores, person, banks)
    standings = standing(scores, norm=norm, level=level, sd=sd, reliability=reliability) if norm is not None else None
    columns = columns_of(scores, standings, sd=sd, reliability=reliability)
    respondents = respondents_of(scores, columns, level=level)
    tips = tip_file()
    known = frozenset(banks or (bank.id for bank in scores.banks))
    rows = range(len(scores)) if person is None else (person,)
    scenes = [
        _Scene(
            scores=scores,
            respondent=respondent,
            tips=tips,
            banks=known,
            level=level,
            devices=devices_matter(respondents, respondent) | devices,
        )
        for respondent in respondents
        if respondent.columns
    ]
    people = tuple(_person(scene, row) for row in rows for scene in scenes)
    return Tips(
        scores=scores,
        people=people,
        help=tips.help,
        never=tips.never,
        level=level,
        notes=notes_of(scores, standings, columns, known),
    )


def _check(scores: Scores, person: int | None, banks: Sequence[str]) -> None:
    if person is not None and not 0 <= person < len(scores):
        raise ResponseError(Problem(where="person", what=f"is row {person}", allowed=f"0 to {len(scores) - 1}"))
    unknown = [bank for bank in banks if not scores.of(bank)]
    if unknown:
        raise ResponseError(
            Problem(
                where="bank",
                what=f"there are no scores of {', '.join(unknown)}",
                allowed=", ".join(bank.id for bank in scores.banks),
            )
        )


def _person(scene: _Scene, row: int) -> PersonTips:
    respondent, ids = scene.respondent, scene.scores.ids
    suggestions: tuple[Suggestion, ...] = ()
    untold: list[StandsOut] = []
    rule = None
    for number in RULES:
        hits = _hits(scene, row, number)
        suggestions = _tips_for(scene, row, hits)
        untold += [] if suggestions else _untold(scene, row, [hit for hit in hits if _new(hit, untold)])
        if suggestions:
            rule = number
            break
    readings = _readings(scene, row)
    compared = [comparison for comparison in respondent.comparisons if comparison.part.bank.id in scene.banks]
    columns = [column for column in respondent.columns if column.part.bank.id in scene.banks]
    return PersonTips(
        row=row,
        id=ids[row] if ids else None,
        partner=respondent.partner,
        time=respondent.time,
        outcome=_outcome(suggestions, untold, known=any(one.known[row] for one in compared)),
        rule=rule,
        suggestions=suggestions,
        readings=tuple(readings.values()),
        strengths=_strengths(readings, suggestions),
        untold=tuple(untold),
        notes=(
            *(f"{one.said}; no tip here speaks to it" for one in untold),
            *cautions(columns, compared, row),
        ),
    )


def _outcome(suggestions: Sequence[Suggestion], untold: Sequence[StandsOut], *, known: bool) -> Outcome:
    if suggestions:
        return "suggested"
    if untold:
        return "stands out, no tip"
    return "nothing stands out" if known else "cannot tell"


def _hits(scene: _Scene, row: int, rule: int) -> list[Comparison]:
    found = [
        comparison
        for comparison in scene.respondent.comparisons
        if comparison.rule == rule and comparison.hit[row] and comparison.part.bank.id in scene.banks
    ]
    return sorted(found, key=lambda one: -one.urgency[row])


def _tips_for(scene: _Scene, row: int, hits: Sequence[Comparison]) -> tuple[Suggestion, ...]:
    """Give each area that stands out one tip, then each a second, until there are three."""
    waiting = [[tip for tip in scene.tips.tips if _may(scene, row, tip, hit)] for hit in hits]
    taken: dict[str, Suggestion] = {}
    while len(taken) < MOST and any(waiting):
        for one, left in zip(hits, waiting, strict=True):
            tip = next((tip for tip in left if tip.id not in taken), None)
            left[:] = [other for other in left if other is not tip and other.id not in taken]
            if tip is not None and len(taken) < MOST:
                taken[tip.id] = _suggestion(scene, row, tip, one)
    return tuple(taken.values())


def _may(scene: _Scene, row: int, tip: Tip, comparison: Comparison) -> bool:
    """Return whether a tip speaks to what stands out, and its own conditions hold."""
    if not tip.speaks(comparison.part.scale):
        return False
    if tip.needs == "devices" and not scene.devices[row]:
        return False
    gap = scene.respondent.gaps.get(comparison.part.column)
    return not (tip.wish_first and gap is not None and gap[row] <= 0)


def _suggestion(scene: _Scene, row: int, tip: Tip, comparison: Comparison) -> Suggestion:
    difference = comparison.difference(row, scene.level)
    column = next(column for column in scene.respondent.columns if column.part.column == comparison.part.column)
    return Suggestion(
        tip=tip,
        part=comparison.part,
        rule=comparison.rule,
        against=comparison.against_in(row),
        difference=difference,
        why=why_words(comparison, column, row, difference),
    )


def _new(comparison: Comparison, findings: Sequence[StandsOut]) -> bool:
    return all(comparison.part.column != other.column for other in findings)


def _untold(scene: _Scene, row: int, hits: Sequence[Comparison]) -> list[StandsOut]:
    return [
        StandsOut(
            part=hit.part,
            rule=hit.rule,
            against=hit.against_in(row),
            difference=hit.difference(row, scene.level),
            said=stands_out_words(hit, row),
        )
        for hit in hits
    ]


def _readings(scene: _Scene, row: int) -> dict[str, ScaleReading]:
    return {
        column.part.column: reading(
            column.part,
            average=float(column.average[row]),
            level=scene.level,
            se=float(column.average_se[row]),
            rough=column.error.rough,
        )
        for column in scene.respondent.columns
        if column.part.scale.role != "idealisation" and column.usable[row] and column.part.bank.id in scene.banks
    }


def _strengths(readings: Mapping[str, ScaleReading], suggestions: Sequence[Suggestion]) -> tuple[ScaleReading, ...]:
    """Return the areas that lie above the midpoint beyond their error, no area of a tip among them; best first."""
    tipped = {suggestion.column for suggestion in suggestions}
    areas = [
        one
        for column, one in readings.items()
        if one.scale.role == "content" and column not in tipped and one.side == "above"
    ]
    return tuple(sorted(areas, key=lambda one: -(one.average - one.ends[0]) / (one.ends[1] - one.ends[0]))[:BEST])
