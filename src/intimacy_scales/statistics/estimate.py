"""A figure with its interval, what it rests on and how it was made: what every statistic here comes as."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np

from intimacy_scales.base import wording
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.results import json_dict

NAN = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with its interval.

    Attributes
    ----------
    value : the figure; NaN where it is not defined.
    low, high : ends of the interval; NaN where there is none.
    level : of the interval.
    n : persons (couples, days ...) it rests on, where that is one number.
    df : degrees of freedom of its test, where it has one.
    p : of its test against zero, two-sided, where it has one.
    method : how the interval was made (``Fisher z``, ``F``, ``noncentral t``, ``Wilson`` ...).
    definition : what the figure is, where its name leaves that open (``model-implied total``).
    bounded : whether it cannot pass 1 in size, and so is printed without a zero before its point.

    Examples
    --------
    >>> print(Estimate(value=0.83, low=0.79, high=0.86))
    .83 [.79, .86]
    """

    value: float
    low: float = NAN
    high: float = NAN
    level: float = 0.95
    n: int | None = None
    df: float | None = None
    p: float | None = None
    method: str = ""
    definition: str = ""
    bounded: bool = True

    @property
    def ci(self) -> tuple[float, float]:
        """Both ends."""
        return self.low, self.high

    def __str__(self) -> str:
        return wording.estimate(self, coefficients=self.bounded)

    def words(self, symbol: str) -> str:
        """Return the figure for a sentence: ``r = .41, 95% CI [.30, .52]``."""
        return wording.estimate_words(symbol, self, level=self.level, coefficients=self.bounded)

    def times(self, factor: float) -> Estimate:
        """Return the estimate on another metric: value and ends times ``factor``."""
        low, high = sorted((self.low * factor, self.high * factor)) if factor < 0 else (
            self.low * factor, self.high * factor)  # fmt: skip
        return replace(self, value=self.value * factor, low=low, high=high)

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"value", "ci", "level"}`` and whatever else is known, JSON-safe at full precision."""
        entries: dict[str, Any] = {"value": self.value, "ci": [self.low, self.high], "level": self.level}
        for name in ("n", "df", "p"):
            if getattr(self, name) is not None:
                entries[name] = getattr(self, name)
        for name in ("method", "definition"):
            if getattr(self, name):
                entries[name] = getattr(self, name)
        return json_dict(entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChiSquareTest:
    """A chi-square with its degrees of freedom and p: of one model against a wider one."""

    chi2: float
    df: int
    p: float

    def to_dict(self) -> dict[str, Any]:
        """Return the test JSON-safe."""
        return json_dict({"chi2": self.chi2, "df": self.df, "p": self.p})


def checked_level(level: float) -> float:
    """Return the level of an interval as it is.

    Raises
    ------
    ResponseError
        When it is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise ResponseError(
            Problem(where="level", what=f"is {level:g}", allowed="a number between 0 and 1", do="say 0.9 for 90 %")
        )
    return level


def half_width(level: float) -> float:
    """Return the normal quantile z of a two-sided interval.

    Raises
    ------
    ResponseError
        When ``level`` is not between 0 and 1.

    Examples
    --------
    >>> round(half_width(0.9), 3)
    1.645
    """
    return NormalDist().inv_cdf((1 + checked_level(level)) / 2)


def t_width(level: float, df: float) -> float:
    """Return Student's quantile of a two-sided interval; NaN without degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(df, (1 + checked_level(level)) / 2)) if df > 0 else NAN


def t_p(t: float, df: float) -> float:
    """Return the two-sided p of Student's t; NaN without t or degrees of freedom."""
    from scipy.special import stdtr

    return float(2 * stdtr(df, -abs(t))) if df > 0 and not np.isnan(t) else NAN
