"""Answers into scores: reverse, prorate, add up, withhold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Unpack

import numpy as np

from intimacy_scales.bank.model import Banks, Derived, Scale
from intimacy_scales.bank.options import not_scored
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.model import Administration, Answered, Responses
from intimacy_scales.scoring.kernel import (
    Combine,
    CountArray,
    Key,
    Rule,
    answer_column,
    answer_scores,
    composed_rule,
    composed_scores,
    finish_of,
    key_of,
    keyed,
    rule_of,
    score_columns,
    turned_round,
)
from intimacy_scales.scoring.scores import ScaleScores, Scores, components_of

__all__ = [
    "Combine",
    "Key",
    "Rule",
    "ScaleScores",
    "Scores",
    "answer_column",
    "answer_scores",
    "as_scores",
    "components_of",
    "key_of",
    "keyed",
    "rule_of",
    "score",
    "score_responses",
    "turned_round",
]


def _score_part(part: Answered, *, min_answered: int | None, combine: Combine) -> list[ScaleScores]:
    bank, key = part.bank, key_of(part.bank, already_reversed=part.already_reversed)
    rules = {scale.id: rule_of(bank, scale, min_answered=min_answered, combine=combine) for scale in bank.item_scales}
    finishes = [
        finish_of(rules[scale.id], n_items=len(scale.items), least=low, most=high, by_range=by_range)
        for scale, low, high, by_range in zip(
            bank.item_scales, key.least.tolist(), key.most.tolist(), key.by_range.tolist(), strict=True
        )
    ]
    kernel = score_columns(answer_scores(part), key, finishes)
    scored = {
        scale.id: ScaleScores(
            bank=bank,
            administration=part.administration,
            scale=scale,
            rule=rules[scale.id],
            values=kernel.values[s],
            answered=kernel.counts[s],
            not_scored=_not_scored(part, scale),
            possible=rules[scale.id].possible,
        )
        for s, scale in enumerate(bank.item_scales)
    }
    for scale in bank.scales:
        if scale.scales:
            scored[scale.id] = _composed(part, scale, scored, combine)
    return [scored[scale.id] for scale in bank.scales]


def _not_scored(part: Answered, scale: Scale) -> CountArray | None:
    """Return how many answers to a scale's items are not scored ("does not apply"); ``None`` where none can be."""
    bank, counts = part.bank, np.zeros(part.n_persons, dtype=np.int16)
    places = [j for j in bank.places_of(scale) if not all(one.scored for one in bank.options_of(bank.items[j]))]
    for j in places:
        counts += not_scored(bank.options_of(bank.items[j]), part.answers[j])
    counts.flags.writeable = False
    return counts if places else None


def _composed(part: Answered, scale: Scale, scored: Mapping[str, ScaleScores], combine: Combine) -> ScaleScores:
    """Return the scores of a scale of scales, from the scores of its scales as they are."""
    bank = part.bank
    rule = composed_rule(bank, scale, {name: one.rule for name, one in scored.items()}, combine=combine)
    values, counts = composed_scores(components_of(scale, scored), rule)
    return ScaleScores(
        bank=bank,
        administration=part.administration,
        scale=scale,
        rule=rule,
        values=values,
        answered=counts,
        possible=rule.possible,
    )


def _derive(parts: Sequence[ScaleScores]) -> list[ScaleScores]:
    """Make every derived score whose two forms are both there, administration by administration."""
    at = {(p.bank.id, p.administration, p.scale.id): p for p in parts}
    made = []
    for part in parts:
        for derived in part.bank.derived:
            if part.administration.form != derived.minuend:
                continue
            other = Administration(
                form=derived.subtrahend, partner=part.administration.partner, occasion=part.administration.occasion
            )
            now = at.get((part.bank.id, other, part.scale.id))
            if now is not None:
                made.append(_difference(part, now, derived))
    return made


def _difference(wished: ScaleScores, now: ScaleScores, derived: Derived) -> ScaleScores:
    low, high = wished.possible[0] - now.possible[1], wished.possible[1] - now.possible[0]
    administration = Administration(
        form=derived.id, partner=now.administration.partner, occasion=now.administration.occasion
    )
    return ScaleScores(
        bank=now.bank,
        administration=administration,
        scale=now.scale,
        rule=now.rule,
        values=wished.values - now.values,
        answered=np.minimum(wished.answered, now.answered),
        possible=(low, high),
        derived=derived,
    )


def score_responses(responses: Responses, *, min_answered: int | None = None, combine: Combine = "bank") -> Scores:
    """Score vouched answers: every bank, form and administration in one pass.

    The keyed answer of a reversed item is ``lo + hi - x``, with the item's declared ends. A scale's score is
    the sum (or mean) of keyed answers; with ``prorate`` it is the mean of the answered items times the
    number of items, given at least ``min_answered`` answers; with ``none`` every item must be answered.
    ``rescale`` maps the possible range linearly onto the bank's ends.

    What an answer counts is its option's score (its code, unless the bank says otherwise). An answer that is not scored
    ("does not apply") is no missing one, yet it counts nothing: it is no item answered for ``min_answered``, the scale
    is prorated from the others, and ``not_scored`` says how many there were.

    A scale of scales is made of its scales' scores, turned ones as ``lo + hi - x`` on their own range; with ``prorate``
    each counts by its share of its range, given at least the bank's ``min_answered`` scales with a score.

    Parameters
    ----------
    responses
        Vouched answers (persons x items).
    min_answered
        Least number of answered items a scale, in place of the bank's; a scale that is not prorated by
        its bank is prorated then. A scale of scales keeps the bank's number of scales.
    combine
        ``"bank"`` (default), or ``"sum"`` / ``"mean"`` of keyed answers (of a scale of scales: of its scales' scores),
        not rescaled.

    Returns
    -------
    Scores
        One value a person and scale; NaN, with a reason, where too little was answered.

    Raises
    ------
    ResponseError
        When ``min_answered`` is under 1: nobody is scored on nothing.

    Notes
    -----
    Validated against R psych 2.2.9 ``scoreItems(impute="none")`` with declared ends.
    """
    if min_answered is not None and (isinstance(min_answered, bool) or min_answered != int(min_answered)):
        raise ResponseError(Problem(where="min_answered", what=f"is {min_answered}", allowed="a whole number"))
    if min_answered is not None and min_answered < 1:
        raise ResponseError(
            Problem(
                where="min_answered", what=f"is {min_answered}", allowed="1 or more", do="nobody is scored on nothing"
            )
        )
    parts: list[ScaleScores] = []
    for bank in responses.banks:
        own = [
            s for part in responses.of(bank.id) for s in _score_part(part, min_answered=min_answered, combine=combine)
        ]
        parts += own + _derive(own)
    return Scores(responses=responses, parts=tuple(parts), notes=_more_than_all(parts, min_answered))


def _more_than_all(parts: Sequence[ScaleScores], min_answered: int | None) -> tuple[str, ...]:
    """Return a note where more answers were asked for than a scale has items."""
    asked = (part.scale for part in parts if not part.scale.scales)
    short = {scale.id: len(scale.items) for scale in asked if (min_answered or 0) > len(scale.items)}
    if not short:
        return ()
    named = ", ".join(f"{scale} ({n} items)" for scale, n in short.items())
    return (f"min_answered {min_answered} is more than there are items in {named}: all of them were needed there",)


def score(
    data: Any,
    bank: Banks | None = None,
    *,
    min_answered: int | None = None,
    combine: Combine = "bank",
    **reading: Unpack[ReadingOptions],
) -> Scores:
    """Score answers of any kind: a path to an export, a frame, one person's dict or list, or vouched responses.

    Parameters
    ----------
    data
        An export's path; a frame of any engine (pandas, polars, DuckDB, Spark ...; persons x columns); one person as a
        dict of column or item number to answer, or a list of answers in item order; or what
        :func:`intimacy_scales.read_export` gave.
    bank
        One bank or several, or ids of shipped ones; not needed for vouched responses, which know theirs.
    min_answered, combine
        As in :func:`score_responses`.
    **reading
        Options of :func:`intimacy_scales.read_export` (``mapping``, ``missing_codes``, ``already_reversed`` ...).

    Returns
    -------
    Scores
        ``.table()`` gives the caller's frame type with the same rows in the same order.

    Raises
    ------
    ExportError, ResponseError
        With every fault found, when the file or the answers cannot be used.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> scores = ims.score([4, 5, 4, 5, 4], ims.load_bank("eis"))
    >>> scores["eis_total"].values.tolist()
    [22.0]
    """
    return as_scores(data, bank, reading, min_answered=min_answered, combine=combine)


def as_scores(
    data: Any,
    bank: Banks | None = None,
    reading: Mapping[str, Any] | None = None,
    *,
    min_answered: int | None = None,
    combine: Combine = "bank",
) -> Scores:
    """Return scores as they are, of the banks asked for; anything else is read and scored, once, here.

    This is the door of every function that takes scores: what stands behind it uses these scores and their rule.

    Parameters
    ----------
    data
        :class:`Scores`, or what :func:`score` takes.
    bank
        One bank or several; ``None`` is enough for scores and responses, which know theirs.
    reading
        Options of :func:`intimacy_scales.read_export`.
    min_answered, combine
        As in :func:`score_responses`; of answers that are yet to be scored.

    Raises
    ------
    ResponseError
        When a rule is named for scores that are made already.
    """
    from intimacy_scales.reading.responses import ready

    if not isinstance(data, Scores):
        return score_responses(ready(data, bank, reading or {}), min_answered=min_answered, combine=combine)
    wished = {"min_answered": min_answered is not None, "combine": combine != "bank"}
    named = [name for name, said in wished.items() if said]
    if named:
        raise ResponseError(
            Problem(
                where=" and ".join(named),
                what="came with scores that are made already",
                allowed="a rule where answers are scored",
                do="give it to score",
            )
        )
    responses = ready(data.responses, bank, reading or {})
    kept = {one.id for one in responses.banks}
    if responses is data.responses:
        return data
    return replace(data, responses=responses, parts=tuple(part for part in data.parts if part.bank.id in kept))
