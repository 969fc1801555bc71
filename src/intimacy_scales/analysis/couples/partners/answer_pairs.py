"""Whether two partners' answers rise and fall together over the items, more than any two people's would.

The same score of both partners, couple by couple.

Errors of scores where nothing tells partners apart: from all persons together, so that no order of theirs counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from intimacy_scales.analysis.norms import PerScore, ScoreError, error_of
from intimacy_scales.bank.model import ItemBank, Scale
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.results import json_dict
from intimacy_scales.reading.responses.model import Administration, Answered
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
    pairs = []
    for part in scores.parts:
        if part.administration.partner != partners[0] or (banks and part.bank.id not in banks):
            continue
        other = at.get((part.bank.id, replace(part.administration, partner=partners[1]), part.scale.id))
        if other is not None:
            pairs.append(ScorePair(a=part, b=other))
    return tuple(pairs)


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
    pairs = []
    for part in scores.answers_of(partners[0]):
        other = others.get((part.bank.id, replace(part.administration, partner=partners[1])))
        if other is not None:
            both = replace(part.administration, partner=None)
            pairs.append(AnswerPair(bank=part.bank, administration=both, a=keyed(part), b=keyed(other)))
    return tuple(pairs)


def pooled_errors(
    scores: Scores, pairs: Sequence[ScorePair], *, sd: PerScore = None, reliability: PerScore = None
) -> dict[str, ScoreError]:
    """Return the errors of both partners' scores by column, the figures of a sample taken from all persons.

    ``sd`` and ``reliability`` are one number, or score (without a partner's suffix) to number.
    """
    persons = stacked(scores, pairs)
    entries: dict[str, ScoreError] = {}
    for pair, part in zip(pairs, persons.parts, strict=True):
        error = error_of(persons, part, sd=sd, reliability=reliability)
        n = len(scores)
        entries[pair.a.column] = replace(error, column=pair.a.column, sem=error.sem[:n])
        entries[pair.b.column] = replace(error, column=pair.b.column, sem=error.sem[n:])
    return entries


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


LEAST_ITEMS = 5
LEAST_COUPLES = 10  # fewer make no stereotype


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSimilarity:
    """Profile similarity of one couple over the items of one bank and administration."""

    bank: str
    form: str | None
    time: str | None
    n_items: int
    raw: float
    corrected: float
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the similarity JSON-safe."""
        return json_dict(
            {
                "bank": self.bank,
                "form": self.form,
                "time": self.time,
                "n_items": self.n_items,
                "raw": self.raw,
                "corrected": self.corrected,
                "note": self.note,
            }
        )


def profile_arrays(pair: AnswerPair) -> tuple[FloatArray, FloatArray]:
    """Return both partners' profiles (couples x items): keyed answers as shares of their options, idealisation out."""
    out = {number for scale in pair.bank.scales if scale.role == "idealisation" for number in scale.items}
    take = [j for j, item in enumerate(pair.bank.items) if item.number not in out]
    ends = np.array([pair.bank.ends(pair.bank.items[j]) for j in take], dtype=np.float64).reshape(-1, 2)
    low, span = ends[:, 0], ends[:, 1] - ends[:, 0]
    return (pair.a[:, take] - low) / span, (pair.b[:, take] - low) / span


def stereotype(profile: FloatArray) -> FloatArray | None:
    """Return the sample's mean profile of one partner; ``None`` under ten persons."""
    counts = (~np.isnan(profile)).sum(axis=0)
    if not counts.size or counts.min() < LEAST_COUPLES:
        return None
    mean: FloatArray = np.where(np.isnan(profile), 0.0, profile).sum(axis=0) / counts
    return mean


def correlation(x: FloatArray, y: FloatArray) -> float:
    """Return Pearson's r over what both have; NaN where one does not vary."""
    both = ~(np.isnan(x) | np.isnan(y))
    if both.sum() < LEAST_ITEMS:
        return np.nan
    u, v = x[both] - x[both].mean(), y[both] - y[both].mean()
    size = float(np.sqrt((u @ u) * (v @ v)))
    return float(np.clip(u @ v / size, -1, 1)) if size > 1e-12 else np.nan


def similarity(
    pair: AnswerPair, profiles: tuple[FloatArray, FloatArray], stereotypes: tuple[FloatArray | None, FloatArray | None],
    row: int,
) -> ProfileSimilarity:  # fmt: skip
    """Return the profile similarity of one couple, raw and corrected for the stereotype.

    ``raw``: Pearson's r of the two profiles over the items both answered. ``corrected``: the same after each
    partner's sample mean profile is taken off, item by item: what is left is what the two share beyond what most
    people answer. At least five items; the correction needs ten couples.

    Notes
    -----
    Any two people correlate in raw profiles, because some items are agreed to by most: two strangers may look alike.
    Items of an idealisation scale are left out, reversed items are keyed. Range -1 to 1; the level and the spread of
    the answers do not enter. With few items r is very uncertain.
    References: Cronbach, L. J., & Gleser, G. C. (1953). Assessing similarity between profiles. *Psychological
    Bulletin, 50*, 456-473. Kenny, D. A., Kashy, D. A., & Cook, W. L. (2006). *Dyadic data analysis* (ch. 12).
    Guilford.
    """
    x, y = profiles[0][row], profiles[1][row]
    n = int((~(np.isnan(x) | np.isnan(y))).sum())
    raw = correlation(x, y)
    first, second = stereotypes
    corrected, note = np.nan, ""
    if n < LEAST_ITEMS:
        note = f"both answered {n} items; {LEAST_ITEMS} are needed"
    elif np.isnan(raw):
        note = "one partner gave the same answer everywhere: there is no profile"
    if first is None or second is None:
        note = note or f"not corrected for what most people answer: that takes {LEAST_COUPLES} couples"
    else:
        corrected = correlation(x - first, y - second)
    return ProfileSimilarity(
        bank=pair.bank.id,
        form=pair.administration.form,
        time=pair.administration.occasion,
        n_items=n,
        raw=raw,
        corrected=corrected,
        note=note,
    )
