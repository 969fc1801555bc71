"""What the reliability of a sample is made of: sums of answers, counts of scores; those of batches merge.

Answers in memory go the same way as those that stream by: the figures of both are made of these sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from intimacy_scales.bank.model import ItemBank, Scale
from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.reading.responses.model import Administration, Answered, Responses
from intimacy_scales.scoring import ScaleScores, Scores
from intimacy_scales.statistics.moments import MissingRule
from intimacy_scales.statistics.score_sums import (
    AnswerTally,
    DecimalSums,
    ValueCounts,
    counted_answers,
    decimal_sums,
    value_counts,
)
from intimacy_scales.statistics.sums import AnswerSums, answer_sums


def ends_of(bank: ItemBank, places: Sequence[int]) -> FloatArray:
    """Return the declared ends of these items, items x 2: reversal maps them onto themselves."""
    return np.array([bank.ends(bank.items[j]) for j in places], dtype=np.float64)


def sums_of(
    part: Answered, places: Sequence[int], *, rows: IntArray | Sequence[int] | None = None, by_code: bool = True
) -> AnswerSums:
    """Return the sums of the keyed answers of the items at these 0-based places; ``rows``: 0-based rows of a group.

    In whole steps of the options' scores (:meth:`~intimacy_scales.bank.ItemBank.grid_of`).
    """
    turned, own = _turned(part, places), part.in_steps(places)
    columns = [column if rows is None else column[rows] for column in own.columns]
    return answer_sums(columns, ends=own.ends, turned=turned, by_code=by_code)


def tally_of(part: Answered, places: Sequence[int]) -> AnswerSums | AnswerTally:
    """Return the same by combination of answers, where these are fewer than the rows."""
    own = part.in_steps(places)
    return counted_answers(own.columns, ends=own.ends, turned=_turned(part, places))


def _turned(part: Answered, places: Sequence[int]) -> list[bool]:
    return [part.bank.items[j].reverse and not part.already_reversed for j in places]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScaleSums:
    """One scale in one administration: whose scores (without any row), sums of keyed answers, scores counted."""

    scored: ScaleScores = field(repr=False)
    counted: AnswerSums | AnswerTally
    scores: ValueCounts
    """Of the persons whom the rule for missing answers keeps."""
    not_scored: int = 0
    """Answers that count nothing ("does not apply")."""
    composed: ComposedSums | None = None
    """Of a scale of scales, where its alpha is asked for."""

    @property
    def answers(self) -> AnswerSums:
        """Sums of keyed answers; made anew of a tally every time."""
        return _sums_in(self.counted)

    def __add__(self, other: ScaleSums) -> ScaleSums:
        composed = self.composed
        if composed is not None and other.composed is not None:
            composed = composed + other.composed
        return replace(self, counted=_both(self.counted, other.counted), scores=self.scores + other.scores,
                       not_scored=self.not_scored + other.not_scored, composed=composed)  # fmt: skip


def _sums_in(counted: AnswerSums | AnswerTally) -> AnswerSums:
    return counted.sums() if isinstance(counted, AnswerTally) else counted


def _both(one: AnswerSums | AnswerTally, other: AnswerSums | AnswerTally) -> AnswerSums | AnswerTally:
    """Merge: tallies stay one."""
    if isinstance(one, AnswerTally) and isinstance(other, AnswerTally):
        return one + other
    return _sums_in(one) + _sums_in(other)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ComposedSums:
    """One scale of scales in one administration: whose scores (without any row), its scales' scores as they count.

    Over the persons in whom all of its scales are scored.
    """

    scored: ScaleScores = field(repr=False)
    components: DecimalSums
    scores: ValueCounts
    parts: Mapping[str, AnswerSums] = field(repr=False)
    """Sums of the keyed answers of each of its scales, of all persons."""

    def __add__(self, other: ComposedSums) -> ComposedSums:
        parts = {name: own + other.parts[name] for name, own in self.parts.items()}
        return replace(self, components=self.components + other.components, scores=self.scores + other.scores,
                       parts=parts)  # fmt: skip


def composed_sums(scores: Scores, part: ScaleScores, *, rows: IntArray | Sequence[int] | None = None) -> ComposedSums:
    """Return the sums of a scale of scales; ``rows``: 0-based rows of a group."""
    values, keyed = (x if rows is None else x[rows] for x in (part.values, scores.keyed(part)))
    there = ~np.isnan(keyed).any(axis=1)
    own = {scale.id: sums_of(scores.answered(part), part.bank.places_of(scale), rows=rows, by_code=False)
           for scale in part.bank.components(part.scale)}  # fmt: skip
    return ComposedSums(scored=without_rows(part), components=decimal_sums(list(keyed[there].T)),
                        scores=value_counts(values[there]), parts=own)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TotalSums:
    """All content items of one bank in one administration."""

    bank: ItemBank = field(repr=False)
    administration: Administration
    places: tuple[int, ...]
    answers: AnswerSums

    def __add__(self, other: TotalSums) -> TotalSums:
        return replace(self, answers=self.answers + other.answers)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DifferenceSums:
    """Two scores of a row, ``second - first``: whose they are (without any row), and their sums over rows with both."""

    key: str
    first: ScaleScores = field(repr=False)
    second: ScaleScores = field(repr=False)
    sums: DecimalSums

    def __add__(self, other: DifferenceSums) -> DifferenceSums:
        return replace(self, sums=self.sums + other.sums)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SampleSums:
    """Everything that coefficients, intervals and item tables of a sample need; any two of like columns merge."""

    n_rows: int
    missing: MissingRule
    scales: tuple[ScaleSums, ...] = field(repr=False)
    totals: tuple[TotalSums, ...] = field(repr=False)
    differences: tuple[DifferenceSums, ...] = field(repr=False)
    composed: tuple[ComposedSums, ...] = field(repr=False, default=())

    def __repr__(self) -> str:
        return f"<SampleSums: {self.n_rows:,} rows, {len(self.scales)} scales>"

    def __add__(self, other: SampleSums) -> SampleSums:
        """Merge; in any order, to the last digit (differences of scores, which have decimals, to the last but few)."""
        if [scale.scored.column for scale in self.scales] != [scale.scored.column for scale in other.scales]:
            what = "hold other scales or forms than the batches before"
            raise ResponseError(Problem(where="batches", what=what, allowed="the same columns in every batch"))
        return SampleSums(
            n_rows=self.n_rows + other.n_rows, missing=self.missing,
            scales=tuple(a + b for a, b in zip(self.scales, other.scales, strict=True)),
            totals=tuple(a + b for a, b in zip(self.totals, other.totals, strict=True)),
            differences=tuple(a + b for a, b in zip(self.differences, other.differences, strict=True)),
            composed=tuple(a + b for a, b in zip(self.composed, other.composed, strict=True)),
        )  # fmt: skip


def sample_sums(scores: Scores, *, missing: MissingRule = "pairwise") -> SampleSums:
    """Return what the reliability of these scores, or of this batch of them, is made of."""
    plain = [part for part in scores.parts if part.derived is None]
    return SampleSums(
        n_rows=len(scores), missing=missing,
        scales=tuple(_scale_sums(scores.answered(part), part, missing) for part in plain if not part.scale.scales),
        composed=tuple(composed_sums(scores, part) for part in plain if part.scale.scales),
        totals=totals_of(scores.responses),
        differences=tuple(_differences(scores.parts)),
    )  # fmt: skip


def without_rows(part: ScaleScores) -> ScaleScores:
    """Return whose scores they are, without any row."""
    return part.rows(np.empty(0, dtype=np.int64))


def _scale_sums(part: Answered, scored: ScaleScores, missing: MissingRule) -> ScaleSums:
    values = scored.values
    if missing == "listwise":
        values = np.where(scored.answered == len(scored.scale.items), values, np.nan)
    return ScaleSums(scored=without_rows(scored), counted=tally_of(part, part.bank.places_of(scored.scale)),
                     scores=value_counts(values),
                     not_scored=0 if scored.not_scored is None else int(scored.not_scored.sum()))  # fmt: skip


def content_scales(bank: ItemBank) -> list[Scale]:
    """Return the scales of a total: two or more that share no item; none otherwise."""
    scales = [scale for scale in bank.item_scales if scale.role == "content"]
    items = [number for scale in scales for number in scale.items]
    return scales if len(scales) > 1 and len(set(items)) == len(items) else []


def totals_of(responses: Responses) -> tuple[TotalSums, ...]:
    """Return the sums of every total that the content scales make."""
    return tuple(sums for part in responses.answered if (sums := total_sums(part)) is not None)


def total_sums(part: Answered) -> TotalSums | None:
    """Return the sums of all items of the content scales; ``None`` where they make no total."""
    places = tuple(sorted(j for scale in content_scales(part.bank) for j in part.bank.places_of(scale)))
    if not places:
        return None
    return TotalSums(bank=part.bank, administration=part.administration, places=places,
                     answers=sums_of(part, places, by_code=False))  # fmt: skip


def _differences(parts: Sequence[ScaleScores]) -> list[DifferenceSums]:
    """Return every derived score (wished minus now) and every pair of partners in a row; none of scales of scales."""
    plain = {(part.bank.id, part.key): part for part in parts if part.derived is None and not part.scale.scales}
    sumses = []
    for part in parts:
        if part.derived is not None and not part.scale.scales:
            forms = (part.derived.subtrahend, part.derived.minuend)
            keys = [replace(part.administration, form=form).key(part.scale.id) for form in forms]
            first, second = (plain[part.bank.id, key] for key in keys)
            sumses.append(_difference(part.key, first, second))
    for part in plain.values():
        own = part.administration
        for other in plain.values():
            its = other.administration
            alike = other.bank.id == part.bank.id and other.scale.id == part.scale.id
            apart = own.partner is not None and its.partner is not None and own.partner < its.partner
            if alike and apart and replace(own, partner=None) == replace(its, partner=None):
                both = replace(own, partner=f"{own.partner}_minus_{its.partner}")
                sumses.append(_difference(both.key(part.scale.id), other, part))
    return sumses


def _difference(key: str, first: ScaleScores, second: ScaleScores) -> DifferenceSums:
    both = ~(np.isnan(first.values) | np.isnan(second.values))
    return DifferenceSums(key=key, first=without_rows(first), second=without_rows(second),
                          sums=decimal_sums([first.values[both], second.values[both]]))  # fmt: skip
