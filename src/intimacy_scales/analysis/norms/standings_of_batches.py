"""Standings of any number of persons, batch by batch: each row in its norm, and of all of them what is told.

Only where the norm carries the reliability that a score's error is made of: the sample's own needs all of its rows
before the first standing can leave.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from intimacy_scales.analysis.norms.norm_choice import Attributes, NamedNorms, norms_named
from intimacy_scales.analysis.norms.standings import HEAD_OF_MANY, Standing, Standings, standings_in
from intimacy_scales.analysis.reliability.sample_sums import SampleSums, sample_sums
from intimacy_scales.analysis.reliability.scale_answers import alpha_of_sums
from intimacy_scales.analysis.reliability.sources import LEAST_SAMPLE, Source
from intimacy_scales.base.errors import IntimacyScalesError, spoken
from intimacy_scales.base.results import text_table
from intimacy_scales.base.wording import figure
from intimacy_scales.reading.exports.table import NeedsWholeError
from intimacy_scales.scoring import ScaleScores, Scores

MOST_VALUES = 2**17
"""Different scores that are kept apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRule:
    """Which norm scores are held against."""

    norm: str | None
    attributes: Attributes | None
    level: float


@dataclass(slots=True)
class _Middle:
    """How often each score came, with its z and percentile."""

    counts: dict[float, list[float]] = field(default_factory=dict)

    def add(self, one: Standing) -> None:
        """Add the persons of a batch."""
        values, first, counts = np.unique(one.part.values, return_index=True, return_counts=True)
        for value, at, count in zip(values.tolist(), first.tolist(), counts.tolist(), strict=True):
            if not np.isnan(value):
                held = self.counts.setdefault(value, [0, float(one.z[at]), float(one.percentile[at])])
                held[0] += count
        if len(self.counts) > MOST_VALUES:
            raise NeedsWholeError(f"{one.column} has too many different scores")

    def line(self, one: Standing) -> list[str]:
        """Return the line of a score: persons, mean z and T, quartiles of their percentiles."""
        if not self.counts:
            return [one.column, one.norm.id, "0", "", "", "", "", ""]
        table = np.array(list(self.counts.values()), dtype=np.float64)
        counts, z = table[:, 0], table[:, 1]
        mean = float(counts @ z / counts.sum())
        return [one.column, one.norm.id, str(int(counts.sum())), figure(mean), figure(50 + 10 * mean, 1),
                *(figure(_quantile(table[:, 2], counts, share), 0) for share in (0.25, 0.5, 0.75))]  # fmt: skip


def _quantile(values: np.ndarray, counts: np.ndarray, share: float) -> float:
    """Return a quantile of values that came so often, between two of them in a straight line."""
    order = np.argsort(values)
    ends = np.cumsum(counts[order])
    at = share * (float(ends[-1]) - 1)
    low, high = values[order][np.searchsorted(ends, [np.floor(at), np.ceil(at)], side="right")]
    return float(low + (high - low) * (at - np.floor(at)))


class BatchStandings:
    """Places one batch of scores after the other, and keeps what is told of all."""

    def __init__(self, rule: StandingRule) -> None:
        self.rule = rule
        self.norms: NamedNorms | None = None
        self.last: Standings | None = None
        self.notes: dict[str, None] = {}
        self._middles: dict[str, _Middle] = {}
        self._sums: SampleSums | None = None

    def place(self, scores: Scores) -> Standings:
        """Return where the scores of a batch stand.

        Raises
        ------
        NeedsWholeError
            When the norm does not carry the reliability, or the norm cannot be had.
        """
        try:
            self.norms = self.norms or norms_named(scores, self.rule.norm, self.rule.attributes)
        except IntimacyScalesError as fault:  # told when the answers were vouched for
            raise NeedsWholeError("the norm cannot be had") from fault
        made = standings_in(scores, self.norms, level=self.rule.level, sample=_nobody)
        for one in made.parts:
            if one.error.basis != "norm" or one.part.scale.scales:
                raise NeedsWholeError(f"the norm has no reliability of {one.column}: the sample's own needs all rows")
            self._middles.setdefault(one.column, _Middle()).add(one)
        self.notes |= dict.fromkeys(made.notes)
        own = sample_sums(scores, missing="pairwise")
        self._sums = own if self._sums is None else self._sums + own
        self.last = made
        return made

    def vouch(self) -> None:
        """Look at the sample as a whole: an alpha that tells no error is told beside the norm's.

        Raises
        ------
        NeedsWholeError
            When the sample's alpha is none.
        """
        placed = () if self.last is None else tuple(one.column for one in self.last.parts)
        for one in self._sums.scales if self._sums is not None else ():
            alpha = alpha_of_sums(one.answers) if one.scored.column in placed else None
            if alpha is not None and alpha.n_complete >= LEAST_SAMPLE and not 0 <= alpha.value <= 1:
                raise NeedsWholeError(f"alpha of {one.scored.column} is below zero, which is told of the whole sample")

    def __str__(self) -> str:
        if self.last is None:
            return ""
        lines = [HEAD_OF_MANY, *(self._middles[one.column].line(one) for one in self.last.parts)]
        notes = [f"note: {note}" for note in self.notes]
        why = dict.fromkeys(one.why for one in self.last.parts if one.why)
        refused = [f"{one.column}: {one.why}" for one in self.last.refused]
        table = [text_table(lines)] if self.last.parts else []
        return "\n".join(filter(None, [spoken("\n".join([*table, *notes])), *why, *refused]))


def _nobody(part: ScaleScores) -> Source:  # noqa: ARG001 -- the sample is not at hand
    return Source(kind="sample")
