"""Many occasions: each person's slope over time with its interval, and the slope of the group."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.results import json_dict
from intimacy_scales.base.wording import figure
from intimacy_scales.statistics.estimate import NAN, Estimate, half_width, t_width


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """Slopes, one a person, per ``unit``; ``basis`` says what their intervals rest on; ``mean`` is the group's."""

    ids: tuple[str, ...] = field(repr=False)
    unit: str
    level: float
    basis: str
    n: IntArray = field(repr=False)
    slope: FloatArray = field(repr=False)
    low: FloatArray = field(repr=False)
    high: FloatArray = field(repr=False)
    mean: Estimate

    def to_dict(self) -> dict[str, Any]:
        """Return group and persons, JSON-safe at full precision."""
        persons = [
            {"id": one, "n": n, "slope": slope, "ci": [low, high], "beyond_error": bool(low > 0 or high < 0)}
            for one, n, slope, low, high in zip(
                self.ids, self.n.tolist(), self.slope.tolist(), self.low.tolist(), self.high.tolist(), strict=True
            )
        ]
        head = {"unit": self.unit, "level": self.level, "basis": self.basis, "mean_slope": self.mean.to_dict()}
        return json_dict(head | {"persons": persons})


def trends_of(
    scores: FloatArray, times: FloatArray, *, ids: tuple[str, ...], unit: str, sem: float | None, level: float = 0.95
) -> Trends:
    r"""Return every person's least-squares slope over the occasions with a score, with its interval.

    ``b = sum (t - t_mean)(x - x_mean) / S_tt``, ``S_tt = sum (t - t_mean)^2``. Where the standard error of measurement
    is known its interval is ``b +- z SEM / sqrt(S_tt)``: how far error alone would move a slope. Without, it is
    Student's from the residuals, ``b +- t_{m-2} s / sqrt(S_tt)``, which few occasions make wide. The group's slope is
    the mean of the persons' with Student's interval between persons.

    Parameters
    ----------
    scores, times
        Persons x occasions, NaN where there is none; times in ``unit``.
    ids
        One a person.
    unit
        What a slope is counted in: ``week``, ``occasion``.
    sem
        Standard error of measurement on the metric of the score, ``None`` where there is none.
    level
        Of the intervals.

    Returns
    -------
    Trends
        NaN for persons with fewer than two scores (three where the SEM is unknown).

    Notes
    -----
    A straight line is a summary; a person may fall and rise again. Errors of neighbouring occasions are taken as
    independent. Validated against numpy's ``polyfit`` and ``scipy.stats.linregress``.
    """
    seen = ~(np.isnan(scores) | np.isnan(times))
    n = seen.sum(axis=1)
    safe = np.maximum(n, 1)
    t, x = np.where(seen, times, 0.0), np.where(seen, scores, 0.0)
    dt = np.where(seen, t - (t.sum(axis=1) / safe)[:, None], 0.0)
    dx = np.where(seen, x - (x.sum(axis=1) / safe)[:, None], 0.0)
    spread = (dt**2).sum(axis=1)
    enough = (n >= (2 if sem is not None else 3)) & (spread > 0)
    spread = np.where(enough, spread, np.nan)
    slope = (dt * dx).sum(axis=1) / spread
    off = _half(dt, dx, slope, spread, n, sem=sem, level=level)
    basis = "residuals of each person's line" if sem is None else f"the standard error of measurement, {figure(sem)}"
    return Trends(
        ids=ids,
        unit=unit,
        level=level,
        basis=basis,
        n=n,
        slope=slope,
        low=slope - off,
        high=slope + off,
        mean=_mean(slope[~np.isnan(slope)], level),
    )


def _half(
    dt: FloatArray, dx: FloatArray, slope: FloatArray, spread: FloatArray, n: IntArray, *,
    sem: float | None, level: float,
) -> FloatArray:  # fmt: skip
    if sem is not None:
        return half_width(level) * sem / np.sqrt(spread)
    from scipy.special import stdtrit

    df = np.maximum(n - 2, 1)
    squares = ((dx - slope[:, None] * dt) ** 2).sum(axis=1)
    values: FloatArray = stdtrit(df, (1 + level) / 2) * np.sqrt(squares / df / spread)
    return values


def _mean(slopes: FloatArray, level: float) -> Estimate:
    n = len(slopes)
    if n < 2:
        return Estimate(value=float(slopes[0]) if n else NAN, level=level, n=n, bounded=False)
    mean = float(slopes.mean())
    off = t_width(level, n - 1) * float(slopes.std(ddof=1)) / np.sqrt(n)
    return Estimate(value=mean, low=float(mean - off), high=float(mean + off), level=level, n=n, df=n - 1,
                    method="Student t", bounded=False)  # fmt: skip
