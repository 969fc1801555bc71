"""The same score of both partners, couple by couple."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from intimacy_scales.analysis.couples.model import FloatArray
from intimacy_scales.bank.model import ItemBank, Scale
from intimacy_scales.reading.responses.model import Administration
from intimacy_scales.scoring import ScaleScores, Scores, keyed

GUESS = "partner_"  # a form so called asks what the other would answer in the form named behind it


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePair:
    """One score of both partners: two columns of :class:`~intimacy_scales.scoring.Scores`."""

    a: ScaleScores = field(repr=False)
    b: ScaleScores = field(repr=False)

    @property
    def bank(self) -> ItemBank:
        """The bank."""
        return self.a.bank

    @property
    def scale(self) -> Scale:
        """The scale."""
        return self.a.scale

    @property
    def administration(self) -> Administration:
        """Form and time; no partner."""
        return replace(self.a.administration, partner=None)

    @property
    def column(self) -> str:
        """Name of the score without a partner's suffix (``pair_now_emotional``)."""
        return self.administration.column(self.bank.id, self.scale.id)

    @property
    def key(self) -> str:
        """Key in JSON (``now.emotional``)."""
        return self.administration.key(self.scale.id)

    @property
    def derived(self) -> bool:
        """Whether it is a difference of two forms (wished minus now)."""
        return self.a.derived is not None

    @property
    def wish(self) -> bool:
        """Whether it is a score of how things are wished, or of a guess: not of how they are."""
        form = self.administration.form
        return form is not None and (form.startswith(GUESS) or form in {one.minuend for one in self.bank.derived})

    @property
    def possible(self) -> tuple[float, float]:
        """Possible range of the score."""
        return self.a.possible

    @property
    def values(self) -> FloatArray:
        """Scores, couples x 2; NaN where one was withheld."""
        return np.column_stack([self.a.values, self.b.values])

    @property
    def complete(self) -> FloatArray:
        """Scores of the couples in which both have one."""
        values = self.values
        return values[~np.isnan(values).any(axis=1)]


def score_pairs(scores: Scores, partners: tuple[str, str], banks: Sequence[str] = ()) -> tuple[ScorePair, ...]:
    """Return every score that both partners have, derived ones too, in the order of the banks."""
    at = {(part.bank.id, part.administration, part.scale.id): part for part in scores.parts}
    made = []
    for part in scores.parts:
        if part.administration.partner != partners[0] or (banks and part.bank.id not in banks):
            continue
        other = at.get((part.bank.id, replace(part.administration, partner=partners[1]), part.scale.id))
        if other is not None:
            made.append(ScorePair(a=part, b=other))
    return tuple(made)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPair:
    """Keyed answers of both partners to one bank in one administration, each couples x items in bank order."""

    bank: ItemBank
    administration: Administration
    a: FloatArray = field(repr=False)
    b: FloatArray = field(repr=False)

    def places(self, scale: Scale) -> list[int]:
        """Return the 0-based places of a scale's items in the bank."""
        return self.bank.places_of(scale)


def answer_pairs(scores: Scores, partners: tuple[str, str]) -> tuple[AnswerPair, ...]:
    """Return the keyed answers of every bank and administration that both partners have."""
    others = {(p.bank.id, p.administration): p for p in scores.answers_of(partners[1])}
    made = []
    for part in scores.answers_of(partners[0]):
        other = others.get((part.bank.id, replace(part.administration, partner=partners[1])))
        if other is not None:
            both = replace(part.administration, partner=None)
            made.append(AnswerPair(bank=part.bank, administration=both, a=keyed(part), b=keyed(other)))
    return tuple(made)
