"""Diaries with a known truth: how standings move from day to day, and a daily predictor that they follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.simulation.parameters import Faults

if TYPE_CHECKING:
    from collections.abc import Sequence

FloatArray = NDArray[np.float64]

MOST_DAYS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """A diary: ``n`` days a person.

    ``between`` is the share of a standing's variance that lies between persons, the rest moves from day to day and
    follows an autoregressive process (``autocorrelation`` of neighbouring days). A daily predictor, normal within
    persons with variance 1, moves every scale's standing: by ``slope`` SD on average, with an SD of ``slope_sd``
    between persons; persons' own averages of it (variance 1) go with the standing by ``between_slope``. ``missed`` is
    the share of days without an answer.
    """

    n: int
    between: float = 0.5
    autocorrelation: float = 0.3
    predictor: str = "shared_hours"
    slope: float = 0.3
    slope_sd: float = 0.1
    between_slope: float = 0.2
    missed: float = 0.1

    def vouch(self, faults: Faults) -> None:
        """Take down everything that cannot be."""
        if isinstance(self.n, bool) or not isinstance(self.n, (int, np.integer)) or not 2 <= self.n <= MOST_DAYS:
            faults.add("days", f"is {self.n!r}", f"a whole number from 2 to {MOST_DAYS}")
        faults.within("days: between", self.between, 0.0, 1.0)
        faults.within("days: autocorrelation", self.autocorrelation, -0.95, 0.95)
        faults.within("days: slope_sd", self.slope_sd, 0.0, 10.0)
        faults.within("days: missed", self.missed, 0.0, 0.9)
        if not self.predictor.isidentifier() or self.predictor in {"id", "day", "couple", "partner", "group"}:
            faults.add("days: predictor", f"is {self.predictor!r}", "a name for a column of its own")

    def correlations(self) -> FloatArray:
        """Return the correlations of a person's standings on the days."""
        at = np.arange(max(int(self.n), 1))
        moving = float(self.autocorrelation) ** np.abs(at[:, None] - at[None, :])
        return np.asarray(self.between + (1 - self.between) * moving)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTruth:
    """What is true of a diary: the predictor (units x partners x days), everybody's slope, which days were answered."""

    predictor: FloatArray = field(repr=False)
    slopes: FloatArray = field(repr=False)
    answered: NDArray[np.bool_] = field(repr=False)

    def moves(self, days: Days) -> FloatArray:
        """Return what the predictor adds to the standings (units x partners x days)."""
        means = self.predictor.mean(axis=2, keepdims=True)
        found: FloatArray = self.slopes[:, :, None] * (self.predictor - means) + days.between_slope * means
        return found


def draw_days(days: Days, units: Sequence[int], random: np.random.Generator) -> DayTruth:
    """Draw the predictor, everybody's slope and the days that were missed; every person has one day at least."""
    n, partners = units[0], units[1]
    shape = (n, partners, days.n)
    predictor = random.standard_normal((n, partners, 1)) + random.standard_normal(shape)
    slopes = days.slope + days.slope_sd * random.standard_normal((n, partners))
    answered = random.random(shape) >= days.missed
    first = random.integers(0, days.n, (n, partners))
    np.put_along_axis(answered, first[:, :, None], values=True, axis=2)
    return DayTruth(predictor=np.round(predictor, 2), slopes=slopes, answered=answered)
