"""What the rules compare, for all persons at once, and the level at which several comparisons hold together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.norms import Difference, ScoreError, Standing, half_width
from intimacy_scales.scoring import ScaleScores

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One score column as the rules see it: scores, errors, average keyed answers, who answered enough."""

    part: ScaleScores
    error: ScoreError
    average: FloatArray = field(repr=False)
    average_se: FloatArray = field(repr=False)
    usable: BoolArray = field(repr=False)
    standing: Standing | None = field(default=None, repr=False)

    @property
    def worse(self) -> int:
        """-1 where a low score is the concern; +1 on a scale of interference."""
        return 1 if self.part.scale.role == "interference" else -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One comparison for every person: ``value`` is score minus what it is compared with.

    ``hit`` marks the persons in whom it goes the concerning way beyond measurement error (under rules 1 and 3: at the
    level that holds for all of a person's comparisons together, see :func:`level_of_each`); ``known`` those in whom it
    could be made; ``urgency`` is its size as a share of the scale's range.
    """

    rule: int
    part: ScaleScores
    against: str
    value: FloatArray = field(repr=False)
    se: FloatArray = field(repr=False)
    known: BoolArray = field(repr=False)
    hit: BoolArray = field(repr=False)
    urgency: FloatArray = field(repr=False)
    rough: bool = False
    """Whether an error in it rests on the person's own few answers only."""
    some: BoolArray | None = field(default=None, repr=False)
    """Persons in whom areas it is compared with have too few answers: "the others" are then not all others."""

    def against_in(self, row: int) -> str:
        """Return what one person's score is compared with, in words."""
        return f"{self.against} with enough answers" if self.some is not None and self.some[row] else self.against

    def difference(self, row: int, level: float) -> Difference:
        """Return one person's difference with its interval."""
        return Difference(value=float(self.value[row]), se=float(self.se[row]), level=level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What one person of a row says in one sitting: their columns now, their gaps, and the comparisons of both.

    A file with both partners in a row has two voices a row: nobody's tips follow from a partner's answers.
    """

    partner: str | None
    time: str | None
    columns: tuple[Column, ...]
    gaps: Mapping[str, FloatArray] = field(repr=False)
    """Column now -> wished minus now."""
    comparisons: tuple[Comparison, ...] = field(repr=False)


def level_of_each(level: float, n: int) -> float:
    """Return the level at which each of ``n`` intervals must be made so that all hold together at ``level``.

    ``level^(1/n)``; for normal errors this is never too small, however the intervals depend on each other.
    Reference: Šidák, Z. (1967). Rectangular confidence regions for the means of multivariate normal distributions.
    *Journal of the American Statistical Association, 62*(318), 626-633.

    Examples
    --------
    >>> round(level_of_each(0.9, 5), 4)
    0.9791
    """
    return float(level ** (1 / max(n, 1)))


def clear_together(made: Sequence[Comparison], level: float) -> list[Comparison]:
    """Return comparisons of one rule and one bank whose hits hold for all those known of a person together."""
    if not made:
        return []
    count = np.sum([one.known for one in made], axis=0)
    z = np.array([half_width(level_of_each(level, n)) for n in range(len(made) + 1)])[count]
    return [replace(one, hit=one.hit & (np.abs(one.value) > z * one.se)) for one in made]
