"""How many persons, or couples, and days for a diary.

A study is not fitted ten thousand times: what the estimates of a mixed model do over repetitions follows from its
design. A pool of persons is drawn (their days, predictors, missed days), a study is a draw of persons from the pool,
and its estimates are drawn from the distribution that generalized least squares gives them, their errors with the
degrees of freedom of Satterthwaite's kind. Diaries of persons and couples: within 2 points of 2,000 fitted studies.
Mediation: within 6 of 400 fitted studies, which is all that was compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from intimacy_scales.analysis.power.power_curve import Chunks, check_shares
from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.wording import figure
from intimacy_scales.statistics.estimate import half_width
from intimacy_scales.statistics.multilevel import GroupDesign, MixedTruth, fixed_information, variance_information

POOL = 400  # persons (couples) whose designs are drawn; studies are drawn from them
MOST_DAYS = 400


def _check_days(days: int) -> None:
    if isinstance(days, bool) or not isinstance(days, (int, np.integer)) or not 3 <= days <= MOST_DAYS:
        raise ResponseError(Problem(where="days", what=f"is {days!r}", allowed=f"a whole number from 3 to {MOST_DAYS}"))


def _answered(days: int, missed: float, rng: np.random.Generator) -> FloatArray:
    """Return the days one person answered, two at least."""
    kept = rng.random(days) >= missed
    kept[rng.choice(days, 2, replace=False)] = True
    return np.flatnonzero(kept).astype(float)


def _studies(information: FloatArray, n: int, draws: int, rng: np.random.Generator) -> FloatArray:
    """Return the information of studies of n persons each (studies x parameters x parameters)."""
    k = information.shape[1]
    flat = information.reshape(len(information), -1)
    counts = rng.multinomial(n, np.full(len(flat), 1 / len(flat)), size=draws)
    return np.asarray((counts @ flat).reshape(draws, k, k))


def _is_significant(est: float, se: FloatArray, df: float, level: float, rng: np.random.Generator) -> BoolArray:
    """Draw estimates and their estimated errors; whether t passes its limit."""
    from scipy.special import stdtrit

    found = est + se * rng.standard_normal(len(se))
    error = se * np.sqrt(rng.chisquare(df, len(se)) / df)
    return np.asarray(np.abs(found / error) > stdtrit(df, 0.5 + level / 2))


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryStudy:
    """A diary of persons: it succeeds when the effect differs from zero (two-sided).

    A day's residual has SD 1 within persons, and the predictor SD 1 from day to day: effects are SDs for an SD.

    Attributes
    ----------
    days : days a person is asked.
    slope : effect within persons.
    slope_sd : SD of that effect between persons.
    between_slope : effect of persons' averages (an SD of theirs).
    icc : share of the outcome's variance between persons, without predictors.
    autocorrelation : of neighbouring days' residuals.
    missed : share of days without an answer.
    effect : within or between: the effect to be shown.
    level : 1 - level is the risk of a false alarm.
    """

    days: int = 14
    slope: float = 0.15
    slope_sd: float = 0.15
    between_slope: float = 0.3
    icc: float = 0.4
    autocorrelation: float = 0.2
    missed: float = 0.1
    effect: Literal["within", "between"] = "within"
    level: float = 0.95

    def __post_init__(self) -> None:
        _check_days(self.days)
        check_shares(self, slope=(-5, 5), slope_sd=(0, 5), between_slope=(-5, 5), icc=(0, 0.95),
                     autocorrelation=(-0.9, 0.9), missed=(0, 0.8), level=(0.5, 0.999))  # fmt: skip
        if self.effect not in ("within", "between"):
            raise UnknownNameError.among("effect", self.effect, ("within", "between"))

    unit = "person"
    least = 8

    @property
    def question(self) -> str:
        """What a successful study shows."""
        return f"the effect {self.effect} persons differs from zero over {self.days} days"

    @property
    def notes(self) -> tuple[str, ...]:
        """What to mind."""
        return (
            "days are missed by chance here; effects are of scores as they are measured, unreliable ones are weaker",
        )

    def truth(self) -> dict[str, Any]:
        """Return what was taken as true."""
        return {"days": self.days, "slope": self.slope, "slope_sd": self.slope_sd, "between_slope": self.between_slope,
                "icc": self.icc, "autocorrelation": self.autocorrelation, "missed": self.missed, "effect": self.effect,
                "level": self.level}  # fmt: skip

    @property
    def variances(self) -> MixedTruth:
        """The model's variances."""
        return MixedTruth(
            random=np.diag([self.icc / (1 - self.icc), self.slope_sd**2]),
            residual=np.eye(1),
            phi=self.autocorrelation,
        )

    def person(self, average: float, rng: np.random.Generator) -> GroupDesign:
        """Draw the days of a person with this average: intercept, deviation of the day, average."""
        days = _answered(self.days, self.missed, rng)
        x = rng.standard_normal(len(days))
        X = np.column_stack([np.ones(len(days)), x - x.mean(), np.full(len(days), average)])
        return GroupDesign(X=X, Z=X[:, :2], members=np.zeros(len(days), int), days=days)

    def trial(self, n: int, draws: int, rng: np.random.Generator) -> BoolArray:
        """Draw studies of n persons, and whether each shows the effect."""
        from scipy.special import ndtri

        variances, averages = self.variances, ndtri((np.arange(POOL) + 0.5) / POOL)  # even: the pool's SD is 1
        pool = np.array([fixed_information(self.person(float(average), rng), variances) for average in averages])
        place = 1 if self.effect == "within" else 2
        est = self.slope if self.effect == "within" else self.between_slope
        rows = n * self.days * (1 - self.missed)
        df = n - 2.0 if self.effect == "between" else n - 1.0 if self.slope_sd > 0 else max(rows - n - 1, 2.0)
        parts = []
        for size in Chunks().sizes(draws, POOL):
            se = np.sqrt(np.linalg.inv(_studies(pool, n, size, rng))[:, place, place])
            parts.append(_is_significant(est, se, df, self.level, rng))
        return np.concatenate(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class CouplesDiaryStudy:
    """A diary of couples: it succeeds when the effect on one partner differs from zero (two-sided).

    A day's residual has SD 1, and the predictor SD 1 from day to day.

    Attributes
    ----------
    days : days a couple is asked; days count that both answer.
    own : effect of one's own day within persons.
    other : effect of the partner's day.
    effect : own or other: the effect to be shown.
    similarity : correlation of the partners' predictors of one day.
    residual_similarity : correlation of what is left of both on one day.
    icc : share of the outcome's variance between persons.
    autocorrelation : of neighbouring days' residuals.
    missed : share of days that are missed by one or both.
    level : 1 - level is the risk of a false alarm.
    """

    days: int = 14
    own: float = 0.2
    other: float = 0.1
    effect: Literal["own", "other"] = "other"
    similarity: float = 0.3
    residual_similarity: float = 0.3
    icc: float = 0.4
    autocorrelation: float = 0.2
    missed: float = 0.1
    level: float = 0.95

    def __post_init__(self) -> None:
        _check_days(self.days)
        check_shares(self, own=(-5, 5), other=(-5, 5), similarity=(-0.95, 0.95), residual_similarity=(-0.95, 0.95),
                     icc=(0, 0.95), autocorrelation=(-0.9, 0.9), missed=(0, 0.8), level=(0.5, 0.999))  # fmt: skip
        if self.effect not in ("own", "other"):
            raise UnknownNameError.among("effect", self.effect, ("own", "other"))

    unit = "couple"
    least = 10

    @property
    def question(self) -> str:
        """What a successful study shows."""
        whose = "one's own day" if self.effect == "own" else "the partner's day"
        return f"the effect of {whose} on one partner differs from zero over {self.days} days"

    @property
    def notes(self) -> tuple[str, ...]:
        """What to mind."""
        return ("partners told apart, the same effects for all couples; slopes that differ between couples need more",)

    def truth(self) -> dict[str, Any]:
        """Return what was taken as true."""
        return {"days": self.days, "own": self.own, "other": self.other, "effect": self.effect,
                "similarity": self.similarity, "residual_similarity": self.residual_similarity, "icc": self.icc,
                "autocorrelation": self.autocorrelation, "missed": self.missed, "level": self.level}  # fmt: skip

    @property
    def variances(self) -> MixedTruth:
        """The model's variances; intercepts of partners correlate as their days do."""
        r = self.residual_similarity
        both = np.array([[1.0, r], [r, 1.0]])
        return MixedTruth(random=self.icc / (1 - self.icc) * both, residual=both, phi=self.autocorrelation)

    def couple(self, rng: np.random.Generator) -> GroupDesign:
        """Draw one couple's days: of each partner intercept, own and the partner's deviation of the day."""
        days = _answered(self.days, self.missed, rng)
        root = np.linalg.cholesky(np.array([[1.0, self.similarity], [self.similarity, 1.0]]))
        x = rng.standard_normal((len(days), 2)) @ root.T
        x = x - x.mean(axis=0)
        one, no = np.ones(len(days)), np.zeros(len(days))
        first = np.column_stack([one, x[:, 0], x[:, 1], no, no, no])
        second = np.column_stack([no, no, no, one, x[:, 1], x[:, 0]])
        X = np.concatenate([first, second])
        members = np.repeat([0, 1], len(days))
        return GroupDesign(X=X, Z=X[:, [0, 3]], members=members, days=np.tile(days, 2))

    def trial(self, n: int, draws: int, rng: np.random.Generator) -> BoolArray:
        """Draw studies of n couples, and whether each shows the effect on the first partner."""
        variances = self.variances
        pool = np.array([fixed_information(self.couple(rng), variances) for _ in range(POOL)])
        place, est = (1, self.own) if self.effect == "own" else (2, self.other)
        df = max(n * (self.days * (1 - self.missed) - 1) - 2, 2.0)
        parts = []
        for size in Chunks().sizes(draws, POOL):
            se = np.sqrt(np.linalg.inv(_studies(pool, n, size, rng))[:, place, place])
            parts.append(_is_significant(est, se, df, self.level, rng))
        return np.concatenate(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyMediationStudy:
    """Mediation within persons (1-1-1): it succeeds when the interval of the average indirect effect leaves out zero.

    Residuals of mediator and outcome have SD 1 within persons, and the predictor SD 1 from day to day.

    Attributes
    ----------
    days : days (interactions) a person tells of.
    a : predictor to mediator, on average.
    b : mediator to outcome, on average.
    direct : predictor to outcome beside the mediator.
    slope_sd : SD of a, b and the direct effect between persons.
    r_ab : correlation of the persons' a and b.
    missed : share of days without an answer.
    level : level of the interval.
    """

    days: int = 14
    a: float = 0.25
    b: float = 0.25
    direct: float = 0.1
    slope_sd: float = 0.2
    r_ab: float = 0.0
    missed: float = 0.1
    level: float = 0.95

    def __post_init__(self) -> None:
        _check_days(self.days)
        check_shares(self, a=(-5, 5), b=(-5, 5), direct=(-5, 5), slope_sd=(0.01, 5), r_ab=(-0.95, 0.95),
                     missed=(0, 0.8), level=(0.5, 0.999))  # fmt: skip

    unit = "person"
    least = 15

    @property
    def question(self) -> str:
        """What a successful study shows."""
        return f"the average indirect effect within persons differs from zero over {self.days} days"

    @property
    def notes(self) -> tuple[str, ...]:
        """What to mind."""
        return (f"true average indirect effect {figure(self.indirect, 3)}: a b + cov(a, b)",)

    @property
    def indirect(self) -> float:
        """The true average indirect effect."""
        return self.a * self.b + self.r_ab * self.slope_sd**2

    def truth(self) -> dict[str, Any]:
        """Return what was taken as true."""
        return {"days": self.days, "a": self.a, "b": self.b, "direct": self.direct, "slope_sd": self.slope_sd,
                "r_ab": self.r_ab, "missed": self.missed, "level": self.level}  # fmt: skip

    @property
    def variances(self) -> MixedTruth:
        """Variances of the stacked model: intercept and a of the mediator, intercept, b and direct of the outcome."""
        G = np.diag([0.5, self.slope_sd**2, 0.5, self.slope_sd**2, self.slope_sd**2])
        G[1, 3] = G[3, 1] = self.r_ab * self.slope_sd**2
        return MixedTruth(random=G, residual=np.eye(2))

    def person(self, rng: np.random.Generator) -> GroupDesign:
        """Draw one person's days, both equations stacked."""
        days = _answered(self.days, self.missed, rng)
        x = rng.standard_normal(len(days))
        x = x - x.mean()
        m = (self.a + self.slope_sd * rng.standard_normal()) * x + rng.standard_normal(len(days))
        one, no = np.ones(len(days)), np.zeros(len(days))
        first = np.column_stack([one, x, no, no, no])
        X = np.concatenate([first, np.column_stack([no, no, one, m - m.mean(), x])])
        times = np.arange(2.0 * len(days))  # residuals are unrelated: every row a day of its own
        return GroupDesign(X=X, Z=X, members=np.repeat([0, 1], len(days)), days=times)

    def trial(self, n: int, draws: int, rng: np.random.Generator) -> BoolArray:
        """Draw studies of n persons, and whether the interval of each leaves out zero."""
        variances = self.variances
        people = [self.person(rng) for _ in range(POOL)]
        fixed = np.array([fixed_information(one, variances) for one in people])
        spread = np.array([variance_information(one, variances) for one in people])
        place = 7  # of G[3, 1] in the lower triangle of a 5 x 5 matrix
        parts = []
        for size in Chunks().sizes(draws, POOL):
            V: FloatArray = np.asarray(np.linalg.inv(_studies(fixed, n, size, rng))[:, [[1], [3]], [1, 3]])
            error = np.sqrt(np.linalg.inv(_studies(spread, n, size, rng))[:, place, place])
            parts.append(self._apart(V, error, rng))
        return np.concatenate(parts)

    def _apart(self, V: FloatArray, error: FloatArray, rng: np.random.Generator) -> BoolArray:
        """Draw a, b and their persons' covariance; whether the indirect effect's interval leaves out zero.

        The limits are those of the distribution that a Monte Carlo interval draws from, by its first three cumulants
        (Cornish and Fisher): a product of two normal variables plus a normal one.
        """
        drawn = np.einsum("dij,dj->di", np.linalg.cholesky(V), rng.standard_normal((len(V), 2)))
        drawn += np.array([self.a, self.b])
        shared = self.r_ab * self.slope_sd**2 + error * rng.standard_normal(len(V))
        K = np.array([[0.0, 0.5], [0.5, 0.0]])
        turned = V @ K
        twice = turned @ turned
        side = drawn @ K
        middle = np.einsum("di,di->d", drawn, side) + np.trace(turned, axis1=1, axis2=2) + shared
        variance = 2 * np.trace(twice, axis1=1, axis2=2) + 4 * np.einsum("di,dij,dj->d", side, V, side) + error**2
        third = 8 * np.trace(twice @ turned, axis1=1, axis2=2) + 24 * np.einsum("di,dij,dj->d", side, turned @ V, side)
        sd = np.sqrt(variance)
        z = half_width(self.level)
        lean = (z * z - 1) * third / (6 * variance)
        return np.asarray((middle + lean - z * sd > 0) | (middle + lean + z * sd < 0))
