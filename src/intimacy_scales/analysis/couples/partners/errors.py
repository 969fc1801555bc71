"""Errors of scores where nothing tells partners apart: from all persons together, so that no order of theirs counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from intimacy_scales.analysis.couples.partners.answer_pairs import ScorePair
from intimacy_scales.analysis.norms import PerScore, ScoreError, error_of
from intimacy_scales.reading.responses.model import Answered
from intimacy_scales.scoring import ScaleScores, Scores


def pooled_errors(
    scores: Scores, pairs: Sequence[ScorePair], *, sd: PerScore = None, reliability: PerScore = None
) -> dict[str, ScoreError]:
    """Return the errors of both partners' scores by column, the figures of a sample taken from all persons.

    ``sd`` and ``reliability`` are one number, or score (without a partner's suffix) to number.
    """
    persons = stacked(scores, pairs)
    found: dict[str, ScoreError] = {}
    for pair, part in zip(pairs, persons.parts, strict=True):
        error = error_of(persons, part, sd=sd, reliability=reliability)
        n = len(scores)
        found[pair.a.column] = replace(error, column=pair.a.column, sem=error.sem[:n])
        found[pair.b.column] = replace(error, column=pair.b.column, sem=error.sem[n:])
    return found


def stacked(scores: Scores, pairs: Sequence[ScorePair]) -> Scores:
    """Return the scores with a row a person: first all first partners, then all second ones."""
    keys = {pair.a.administration.partner: pair.b.administration.partner for pair in pairs}
    at = {(part.bank.id, part.administration): part for part in scores.responses.answered}
    answered: list[Answered] = []
    for (bank_id, administration), part in at.items():
        other = at.get((bank_id, replace(administration, partner=keys.get(administration.partner))))
        if administration.partner in keys and other is not None:
            answers = tuple(np.concatenate([x, y]) for x, y in zip(part.answers, other.answers, strict=True))
            answered.append(replace(part, administration=replace(administration, partner=None), answers=answers))
    responses = replace(
        scores.responses,
        answered=tuple(answered),
        ids=None,
        row_numbers=np.tile(scores.responses.row_numbers, 2),
        source=replace(scores.responses.source, native=None),
    )
    return replace(scores, responses=responses, parts=tuple(_person_scores(pair) for pair in pairs))


def _person_scores(pair: ScorePair) -> ScaleScores:
    return replace(
        pair.a,
        administration=replace(pair.a.administration, partner=None),
        values=np.concatenate([pair.a.values, pair.b.values]),
        answered=np.concatenate([pair.a.answered, pair.b.answered]),
    )
