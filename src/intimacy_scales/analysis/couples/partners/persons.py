"""Two persons handed in one by one, as a couple."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Unpack

import numpy as np

from intimacy_scales.analysis.couples.couples import Couples
from intimacy_scales.analysis.couples.partners.comparison import compare_row, comparison_basis
from intimacy_scales.analysis.couples.partners.two_partners import TwoPartners
from intimacy_scales.analysis.norms import LEVEL, PerScore
from intimacy_scales.bank import fingerprint
from intimacy_scales.bank.model import Banks
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.reading.exports.table import RawTable, Source
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.model import Administration, Answered, Responses
from intimacy_scales.scoring import ScaleScores, Scores, as_scores

KEYS = ("a", "b")


def compare_partners(  # noqa: PLR0913 -- each of them is a wish of its own
    a: Any,
    b: Any,
    bank: Banks | None = None,
    *,
    level: float = LEVEL,
    sd: PerScore = None,
    reliability: PerScore = None,
    labels: tuple[str, str] = KEYS,
    shared: Collection[str] = (),
    min_answered: int | None = None,
    **reading: Unpack[ReadingOptions],
) -> TwoPartners:
    """Compare the answers of two partners: scores, differences with their error, agreement, wishes, likeness.

    For every score: ``d = a - b`` with ``SE = sqrt(SEM_a^2 + SEM_b^2)``, errors taken as independent; *more than
    measurement error* means that the interval ``d +- z SE`` leaves out zero. For the items: the share answered within
    one option of each other, and on which side of the options' midpoint both stand.

    Parameters
    ----------
    a, b
        One person each: a dict of item to answer, a list in item order, a frame of one row, vouched responses or
        :class:`~intimacy_scales.scoring.Scores` of one person, whose own rule is kept.
    bank
        One bank or several.
    level
        Of every interval (default .90).
    sd, reliability
        SD and reliability in a fitting sample, one number or score to number. Without them, the bank's published
        figures; without those a *rough* error from each person's own answers.
    labels
        How to call the partners.
    shared
        Scores (``pair_now_emotional``) that both agreed to share in each other's view.
    min_answered
        As in :func:`intimacy_scales.score`, of answers that are yet to be scored.
    **reading
        Options of :func:`intimacy_scales.read_export`, for both.

    Returns
    -------
    TwoPartners
        ``for_partner("a")`` is what one of them may see. A score that was withheld is NaN, with the reason.

    Raises
    ------
    ResponseError
        When answers do not fit the bank, are of several persons, or the two share no form of the bank.

    Notes
    -----
    A difference beyond measurement error is no verdict: partners may see one relationship in two ways. Equal scores do
    not mean that both think of the same things. Whether the scale measures the same in both (women and men, say) is
    taken for granted here. Validated by hand (the error of a difference) and against simulated coverage.

    Examples
    --------
    >>> two = compare_partners([4, 5, 4, 5, 4], [2, 3, 2, 3, 3], "eis")
    >>> two["eis_total"].difference.value
    9.0
    """
    sides = [_person_scores(name, data, bank, reading, min_answered) for name, data in zip(labels, (a, b), strict=True)]
    couple = Couples(
        scores=_side_by_side(sides),
        ids=("1",),
        partners=KEYS,
        labels=labels,
        rows=np.zeros((1, 2), dtype=np.int64),
        person_ids=None,
        exchangeable=False,
        unmatched=(),
    )
    basis = comparison_basis(couple, level=level, sd=sd, reliability=reliability, shared=shared)
    comparison = compare_row(basis, 0)
    return replace(
        comparison, notes=(*comparison.notes, *(note for side in sides for note in (*side.reading_notes, *side.notes)))
    )


def _person_scores(
    name: str, data: Any, banks: Banks | None, reading: ReadingOptions, min_answered: int | None
) -> Scores:
    scores = as_scores(data, banks, reading, min_answered=min_answered)
    if len(scores) != 1:
        raise ResponseError(
            Problem(
                where=f"partner {name}",
                what=f"holds {len(scores)} persons",
                allowed="one person",
                do="for a sample of couples take couples_of",
            )
        )
    if any(part.administration.partner for part in scores.parts):
        raise ResponseError(
            Problem(where=f"partner {name}", what="holds answers of both partners", allowed="one person's")
        )
    return scores


def _side_by_side(sides: Sequence[Scores]) -> Scores:
    """Return one row with both persons' scores: the forms and occasions that both have."""
    held = [{(part.bank.id, part.administration): part for part in side.answers_of(None)} for side in sides]
    common = [key for key in held[0] if key in held[1]]
    if not common:
        said = [
            ", ".join(f"{bank} {administration.form or ''}".strip() for bank, administration in one) for one in held
        ]
        raise ResponseError(
            Problem(where="partners", what=f"share no questionnaire: {said[0]} and {said[1]}", allowed="the same bank")
        )
    for key in common:
        if fingerprint(held[0][key].bank) != fingerprint(held[1][key].bank):
            raise ResponseError(Problem(where=f"bank {key[0]}", what="is not the same bank for both partners"))
    _check_rules(sides)
    answered: list[Answered] = [
        replace(one[key], administration=replace(key[1], partner=name))
        for name, one in zip(KEYS, held, strict=True)
        for key in common
    ]
    source = Source(path=None, platform="two persons", saw="the answers of two persons")
    numbers = np.zeros(1, dtype=np.int64)
    table = RawTable(columns=(), row_numbers=numbers, set_aside=(), source=source)
    responses = Responses(
        answered=tuple(answered),
        id_column=None,
        ids=None,
        row_numbers=numbers,
        set_aside=(),
        source=source,
        table=table,
    )
    parts = tuple(
        replace(part, administration=replace(part.administration, partner=name))
        for name, side in zip(KEYS, sides, strict=True)
        for part in side.parts
        if all((part.bank.id, administration) in common for administration in _source_administrations(part))
    )
    return Scores(responses=responses, parts=parts)


def _source_administrations(part: ScaleScores) -> list[Administration]:
    """Return the administrations a score comes from: its own, or of a gap both its halves'."""
    if part.derived is None:
        return [part.administration]
    return [replace(part.administration, form=form) for form in (part.derived.minuend, part.derived.subtrahend)]


def _check_rules(sides: Sequence[Scores]) -> None:
    """Refuse scores of one name made by two rules: their difference would mean nothing."""
    first = {part.column: part for part in sides[0].parts}
    problems = [
        Problem(
            where=part.column,
            what=f"is scored by two rules: {first[part.column].rule}; and {part.rule}",
            allowed="one rule for both partners",
            do="score both alike",
        )
        for part in sides[1].parts
        if part.column in first and first[part.column].rule != part.rule
    ]
    if problems:
        raise ResponseError(problems)
