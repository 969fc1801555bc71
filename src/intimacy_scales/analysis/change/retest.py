"""Two occasions of the same persons: correlation, intraclass correlations, Bland and Altman's limits, error of one.

What a reliable change rests on: which reliability, which SD, why these, and which not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.analysis.change.formulas import sem_of
from intimacy_scales.analysis.reliability.sources import Chosen, Kind
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.results import json_dict
from intimacy_scales.scoring.given_figures import Figure
from intimacy_scales.statistics.correlation import pearson
from intimacy_scales.statistics.estimate import Estimate, half_width, t_width
from intimacy_scales.statistics.icc import Icc, MeanSquares, icc_table, mean_squares

LEAST_PAIRS = 3  # of which a correlation can be told at all


@dataclass(frozen=True, slots=True, kw_only=True)
class BlandAltman:
    """Bias (mean of after minus before) and limits within which 95 % of differences are expected, with intervals."""

    n: int
    bias: Estimate
    sd: float
    lower: Estimate
    upper: Estimate
    slope_r: Estimate
    """Correlation of the difference with the mean of both scores: away from 0, the limits are not the same for all."""
    means: FloatArray = field(repr=False)
    differences: FloatArray = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the figures JSON-safe (the points of the plot are not repeated: they are the persons')."""
        return json_dict(
            {
                "n": self.n,
                "bias": self.bias.to_dict(),
                "sd": self.sd,
                "lower": self.lower.to_dict(),
                "upper": self.upper.to_dict(),
                "difference_with_mean_r": self.slope_r.to_dict(),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Retest:
    """How far two occasions of one score agree; ``icc`` holds all six by Shrout and Fleiss's names."""

    n: int
    level: float
    mean_before: float
    mean_after: float
    sd_before: float
    sd_after: float
    r: Estimate
    icc: dict[str, Icc]
    squares: MeanSquares
    limits: BlandAltman

    @property
    def sem_r(self) -> float:
        """``SD_before sqrt(1 - r)``; NaN where r is not defined."""
        return self.sd_before * float(np.sqrt(1 - self.r.value))

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe at full precision."""
        return json_dict(
            {
                "n": self.n,
                "level": self.level,
                "mean": [self.mean_before, self.mean_after],
                "sd": [self.sd_before, self.sd_after],
                "r": self.r.to_dict(),
                "sem_r": self.sem_r,
                "sem_consistency": self.squares.sem_consistency,
                "sem_agreement": self.squares.sem_agreement,
                "bland_altman": self.limits.to_dict(),
            }
        )


def bland_altman(before: FloatArray, after: FloatArray, *, level: float = 0.95) -> BlandAltman:
    """Return bias and 95 % limits of agreement of two occasions, each with its interval.

    ``bias = mean(d)``, ``d = after - before``; limits ``bias +- 1.96 SD_d``. Standard errors: of the bias
    ``SD_d / sqrt(n)``, of a limit ``SD_d sqrt(1 / n + 1.96^2 / (2 (n - 1)))``; intervals by Student's t with n - 1
    degrees of freedom.

    Parameters
    ----------
    before, after
        One score a person, none missing, at least three persons.
    level
        Of the intervals; the limits themselves are always those of 95 % of the differences.

    Notes
    -----
    Misleads where differences grow or shrink along the scale (``slope_r``) or pile up at its ends.

    References
    ----------
    Bland, J. M., & Altman, D. G. (1999). Measuring agreement in method comparison studies. Statistical Methods in
    Medical Research, 8, 135-160. doi:10.1177/096228029900800204
    """
    d, n = after - before, len(before)
    mean, sd, t = float(d.mean()), float(d.std(ddof=1)), t_width(level, n - 1)
    wide = half_width(0.95)
    of_bias, of_limit = t * sd / np.sqrt(n), t * sd * np.sqrt(1 / n + wide**2 / (2 * (n - 1)))

    def around(value: float, off: float) -> Estimate:
        return Estimate(value=value, low=float(value - off), high=float(value + off), level=level, n=n, bounded=False)

    middle = (before + after) / 2
    return BlandAltman(
        n=n,
        bias=around(mean, of_bias),
        sd=sd,
        lower=around(mean - wide * sd, of_limit),
        upper=around(mean + wide * sd, of_limit),
        slope_r=pearson(middle, d, level=level),
        means=middle,
        differences=d,
    )


def retest_of(before: FloatArray, after: FloatArray, *, level: float = 0.95) -> Retest | None:
    """Return how far two occasions agree, over the persons with both scores; ``None`` with fewer than three.

    Parameters
    ----------
    before, after
        One score a person, NaN where there is none; a person counts with both.
    level
        Of every interval.
    """
    both = ~(np.isnan(before) | np.isnan(after))
    x, y = before[both], after[both]
    if len(x) < LEAST_PAIRS:
        return None
    table = np.column_stack([x, y])
    return Retest(
        n=len(x),
        level=level,
        mean_before=float(x.mean()),
        mean_after=float(y.mean()),
        sd_before=float(x.std(ddof=1)),
        sd_after=float(y.std(ddof=1)),
        r=pearson(x, y, level=level),
        icc=icc_table(table, level=level),
        squares=mean_squares(table),
        limits=bland_altman(x, y, level=level),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityUsed:
    """The reliability and SD that were used, why, and what else there was."""

    kind: Kind
    reliability: Figure
    sd: Figure
    mean: Figure | None
    why: str
    not_used: tuple[str, ...]

    @property
    def sem(self) -> float:
        """``SD sqrt(1 - r)`` on the metric of the score."""
        return sem_of(self.sd.value, self.reliability.value)

    def __str__(self) -> str:
        return f"{self.reliability}; {self.sd}; {self.why}"

    def to_dict(self) -> dict[str, Any]:
        """Return reliability (its value first), SD and reasons, JSON-safe."""
        return json_dict(
            {
                **self.reliability.to_dict(),
                "kind": self.kind,
                "why": self.why,
                "sd": self.sd.to_dict(),
                "mean": None if self.mean is None else self.mean.to_dict(),
                "not_used": self.not_used,
            }
        )


def used_of(chosen: Chosen) -> ReliabilityUsed | None:
    """Return the source that was chosen, ``None`` where none was."""
    one = chosen.source
    if one is None or one.reliability is None or one.sd is None:
        return None
    return ReliabilityUsed(
        kind=one.kind, reliability=one.reliability, sd=one.sd, mean=one.mean, why=one.why, not_used=chosen.not_used
    )
