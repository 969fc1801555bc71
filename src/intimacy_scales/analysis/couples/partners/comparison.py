"""Couples compared, one by one: what is the same for all is worked out once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from intimacy_scales.analysis.couples.couples import Couples
from intimacy_scales.analysis.couples.partners.answer_pairs import (
    GUESS,
    AnswerPair,
    ScorePair,
    answer_pairs,
    pooled_errors,
    profile_arrays,
    score_pairs,
    similarity,
    stereotype,
)
from intimacy_scales.analysis.couples.partners.items import item_agreement, item_pair, place_of, side_of
from intimacy_scales.analysis.couples.partners.partner_view import OwnScore, PartnerView, own_answers, own_scores
from intimacy_scales.analysis.couples.partners.two_partners import Gap, GuessOfPartner, ScaleOfTwo, TwoPartners
from intimacy_scales.analysis.norms import (
    LEVEL,
    Difference,
    PerScore,
    ScoreError,
    difference_error,
    error_of,
    points_per_answer,
)
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.base.wording import figure
from intimacy_scales.scoring import ScaleScores, Scores
from intimacy_scales.statistics.estimate import half_width
from intimacy_scales.statistics.moments import row_means

CONSENT = "this holds the answers of both partners: show it to them only where both agreed"
_OF_TWO = re.compile(r"\bpartners\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonBasis:
    """What every comparison of these couples stands on: scores, errors, answers, mean profiles."""

    couples: Couples
    scores: Scores = field(repr=False)
    level: float
    pairs: tuple[ScorePair, ...] = field(repr=False)
    answers: tuple[AnswerPair, ...] = field(repr=False)
    errors: Mapping[str, ScoreError] = field(repr=False)
    """Of every comparison of two; where nothing tells partners apart, from all persons together."""
    own_errors: Mapping[str, ScoreError] = field(repr=False)
    """Of what one partner may see: from answers of that partner's side alone, so that no answer of the other shows."""
    profiles: tuple[tuple[FloatArray, FloatArray], ...] = field(repr=False)
    stereotypes: tuple[tuple[FloatArray | None, FloatArray | None], ...] = field(repr=False)
    shared: frozenset[str]
    notes: tuple[str, ...]

    def answers_of(self, pair: ScorePair) -> AnswerPair:
        """Return the keyed answers behind a score of both."""
        return next(
            answer
            for answer in self.answers
            if (answer.bank.id, answer.administration) == (pair.bank.id, pair.administration)
        )

    def gap_of(self, pair: ScorePair) -> ScorePair | None:
        """Return the pair of gaps (wished minus now) that belongs to a score now."""
        for one in self.pairs:
            derived = one.a.derived
            same = one.bank.id == pair.bank.id and one.scale.id == pair.scale.id
            if derived is None or not same or one.administration.occasion != pair.administration.occasion:
                continue
            if derived.subtrahend == pair.administration.form:
                return one
        return None


def comparison_basis(
    couples: Couples,
    *,
    level: float = LEVEL,
    sd: PerScore = None,
    reliability: PerScore = None,
    shared: Collection[str] = (),
) -> ComparisonBasis:
    """Work out once what every comparison needs.

    ``sd`` and ``reliability`` are one number, or score to number (with or without a partner's suffix); ``shared`` names
    the scores that both partners of every couple agreed to share.
    """
    half_width(level)  # refuses a level that is none
    scores = couples.scores
    pairs = score_pairs(scores, couples.partners)
    _check_shared(shared, pairs)
    sds, reliabilities = _both(sd, couples), _both(reliability, couples)
    parts = [part for pair in pairs for part in (pair.a, pair.b)]
    answers = answer_pairs(scores, couples.partners)
    profiles = tuple(profile_arrays(pair) for pair in answers)
    own: dict[str, ScoreError] = {
        part.column: error_of(scores, part, sd=sds, reliability=reliabilities) for part in parts
    }
    errors = pooled_errors(scores, pairs, sd=sd, reliability=reliability) if couples.exchangeable else own
    return ComparisonBasis(
        couples=couples,
        scores=scores,
        level=level,
        pairs=pairs,
        answers=answers,
        errors=errors,
        own_errors=own,
        profiles=profiles,
        stereotypes=tuple(_stereotypes(x, y, alike=couples.exchangeable) for x, y in profiles),
        shared=frozenset(shared),
        notes=_notes(scores.banks, _named_errors(pairs, errors, alike=couples.exchangeable)),
    )


def _stereotypes(x: FloatArray, y: FloatArray, *, alike: bool) -> tuple[FloatArray | None, FloatArray | None]:
    """Return the mean profile of each partner's kind; where nothing tells them apart, of all persons."""
    if not alike:
        return stereotype(x), stereotype(y)
    values = stereotype(np.concatenate([x, y]))
    return values, values


def _both(given: PerScore, couples: Couples) -> PerScore:
    """Return figures named by score for both partners' columns."""
    if not isinstance(given, Mapping):
        return given
    ends = tuple(f"_{key}" for key in couples.partners)
    return {
        column: value
        for name, value in given.items()
        for column in ((name,) if name.endswith(ends) else tuple(name + end for end in ends))
    }


def _check_shared(shared: Collection[str], pairs: Sequence[ScorePair]) -> None:
    known = [pair.column for pair in pairs]
    for name in shared:
        if name not in known:
            raise UnknownNameError.among("shared score", name, known)


def _named_errors(
    pairs: Sequence[ScorePair], errors: Mapping[str, ScoreError], *, alike: bool
) -> Mapping[str, ScoreError]:
    """Return the errors of the scores that are no gaps, by column; one for both where nothing tells partners apart."""
    shown = [pair for pair in pairs if not pair.derived]
    if alike:
        return {pair.column: errors[pair.a.column] for pair in shown}
    return {part.column: errors[part.column] for pair in shown for part in (pair.a, pair.b)}


def _notes(banks: Sequence[ItemBank], errors: Mapping[str, ScoreError]) -> tuple[str, ...]:
    notes = [f"{bank.name}: {note}" for bank in banks for note in bank.notes if _OF_TWO.search(note)]
    notes += [f"{column}: {note}" for column, error in errors.items() for note in error.notes]
    if any(error.rough for error in errors.values()):
        notes.append("errors called rough rest on the spread of a person's own few answers")
    if errors:
        notes.append("each comparison is made by itself: among many scales, some differ by chance")
    return tuple(dict.fromkeys(notes))


def compare_couple(couples: Couples, couple: str, **wishes: Any) -> TwoPartners:
    """Return the couple of this id compared; errors come from the whole sample.

    ``wishes`` are those of :func:`comparison_basis`; for many couples make the basis once and take :func:`compare_row`.

    Raises
    ------
    UnknownNameError
        When there is no such couple; ResponseError when several rows carry the id.
    """
    return compare_row(comparison_basis(couples, **wishes), couples.place(couple))


def compare_row(basis: ComparisonBasis, row: int) -> TwoPartners:
    """Return one couple (0-based place) compared."""
    couples = basis.couples
    scales = tuple(_scale(basis, pair, row) for pair in basis.pairs if not pair.derived)
    profiles = tuple(
        similarity(pair, profile, stereo, row)
        for pair, profile, stereo in zip(basis.answers, basis.profiles, basis.stereotypes, strict=True)
    )
    return TwoPartners(
        couple=couples.ids[row],
        partners=couples.partners,
        labels=couples.labels_of(row),
        level=basis.level,
        scales=scales,
        profiles=profiles,
        guesses=tuple(_guesses(basis, row)),
        idealisation=tuple(_idealisation(scales, couples.labels_of(row))),
        views=(_view(basis, 0, row, scales), _view(basis, 1, row, scales)),
        notes=(*basis.notes, CONSENT),
    )


def _scale(basis: ComparisonBasis, pair: ScorePair, row: int) -> ScaleOfTwo:
    sides = (pair.a, pair.b)
    errors = tuple(basis.errors[part.column] for part in sides)
    values = (float(pair.a.values[row]), float(pair.b.values[row]))
    sems = (float(errors[0].sem[row]), float(errors[1].sem[row]))
    answers, bank, scale = basis.answers_of(pair), pair.bank, pair.scale
    places = [] if scale.scales else answers.places(scale)
    mine, yours = answers.a[row, places], answers.b[row, places]
    averages = (_average(pair.a, mine, values[0]), _average(pair.b, yours, values[1]))
    middle = bank.midpoint(scale)
    items = tuple(
        item_pair(bank, scale, bank.item(number), (float(x), float(y)), wish=pair.wish)
        for number, x, y in zip(scale.items, mine, yours, strict=True)
    )
    width = half_width(basis.level) / points_per_answer(pair.a)
    gap = basis.gap_of(pair)
    return ScaleOfTwo(
        bank=bank,
        scale=scale,
        administration=pair.administration,
        scores=values,
        withheld=(pair.a.why_withheld(row), pair.b.why_withheld(row)),
        possible=pair.possible,
        sems=sems,
        basis="; ".join(dict.fromkeys(error.basis for error in errors)),
        rough=any(error.rough for error in errors),
        difference=Difference(
            value=values[0] - values[1], se=float(difference_error(sems[0], sems[1])), level=basis.level
        ),
        averages=averages,
        midpoint=middle,
        place=place_of(side_of(averages[0], middle, scale), side_of(averages[1], middle, scale), scale, wish=pair.wish),
        sures=(bool(abs(averages[0] - middle) > width * sems[0]), bool(abs(averages[1] - middle) > width * sems[1])),
        agreement=item_agreement(items),
        items=items,
        gaps=None if gap is None else (_gap(basis, basis.errors, gap.a, row), _gap(basis, basis.errors, gap.b, row)),
    )


def _average(part: ScaleScores, answers: FloatArray, score: float) -> float:
    if part.scale.scales:  # of scales: their mean, worked out from the score
        low, _ = part.bank.answer_ends(part.scale)
        return low + (score - part.rule.possible[0]) / points_per_answer(part)
    return np.nan if np.isnan(score) else float(row_means(answers[None, :])[0])


def _gap(basis: ComparisonBasis, errors: Mapping[str, ScoreError], part: ScaleScores, row: int) -> Gap:
    error = errors[part.column]
    difference = Difference(value=float(part.values[row]), se=float(error.sem[row]), level=basis.level)
    up = difference.beyond and difference.value > 0
    down = difference.beyond and difference.value < 0
    more, less = (down, up) if part.scale.role == "interference" else (up, down)
    return Gap(difference=difference, more=more, less=less, rough=any("rough" in note for note in error.notes))


def _guesses(basis: ComparisonBasis, row: int) -> list[GuessOfPartner]:
    """Guesses against the other's own answers, where the bank asks for guesses."""
    at = {(pair.bank.id, pair.administration, pair.scale.id): pair for pair in basis.pairs if not pair.derived}
    partners = []
    for (bank_id, administration, scale_id), pair in at.items():
        if administration.form is None or not administration.form.startswith(GUESS):
            continue
        own = at.get((bank_id, replace(administration, form=administration.form.removeprefix(GUESS)), scale_id))
        if own is None:
            continue
        for who, guess, truth in ((0, pair.a, own.b), (1, pair.b, own.a)):
            a, b = float(guess.values[row]), float(truth.values[row])
            se = difference_error(basis.errors[guess.column].sem[row], basis.errors[truth.column].sem[row])
            partners.append(
                GuessOfPartner(
                    scale=own.column,
                    name=own.scale.name,
                    of=str(own.administration.form),
                    who=basis.couples.labels_of(row)[who],
                    guess=a,
                    truth=b,
                    difference=Difference(value=a - b, se=float(se), level=basis.level),
                )
            )
    return partners


def _idealisation(scales: Sequence[ScaleOfTwo], labels: tuple[str, str]) -> list[str]:
    said = []
    for one in scales:
        wished = one.administration.form in {derived.minuend for derived in one.bank.derived}
        if one.scale.role == "idealisation" and not wished and not np.isnan(one.averages).all():
            each = " and ".join(
                f"{label} {figure(mean, 1)}"
                for label, mean in zip(labels, one.averages, strict=True)
                if not np.isnan(mean)
            )
            low, high = one.bank.answer_ends(one.scale)
            said.append(
                f"{one.scale.name}: average answer {each} on {low:g} to {high:g}. The higher it is, the more the other "
                "answers may paint a brighter picture than there is; no score was changed for it."
            )
    return said


def _view(basis: ComparisonBasis, side: int, row: int, scales: Sequence[ScaleOfTwo]) -> PartnerView:
    key = basis.couples.partners[side]
    mine = own_scores(basis.scores, key, row)
    own = []
    for scale in scales:
        pair = next(pair for pair in basis.pairs if pair.column == scale.column)
        part, gap = (pair.a, pair.b)[side], basis.gap_of(pair)
        error = basis.own_errors[part.column]
        gap_part = None if gap is None else (gap.a, gap.b)[side]
        own.append(
            OwnScore(
                column=scale.column,
                name=scale.scale.name,
                score=scale.scores[side],
                withheld=scale.withheld[side],
                possible=scale.possible,
                sem=float(error.sem[row]),
                rough=error.rough,
                gap=None if gap_part is None else _gap(basis, basis.own_errors, gap_part, row).difference,
            )
        )
    return PartnerView(
        level=basis.level,
        own=tuple(own),
        answers=own_answers(mine),
        scores=mine,
        shared=tuple(f"{one.name}: {one.place}" for one in scales if one.column in basis.shared),
    )
