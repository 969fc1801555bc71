"""What pooling finds, piece by piece: means, heterogeneity, moderators, small studies, corrections. Plain data.

Forest and funnel of pooled correlations, as the pictures of a report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from intimacy_scales.analysis.pooling.studies import Studies
from intimacy_scales.base.results import json_dict
from intimacy_scales.base.wording import between, coefficient
from intimacy_scales.statistics.pooling import (
    Asymmetry,
    Effects,
    Filled,
    HunterSchmidt,
    PooledFit,
    RobustErrors,
    ThreeLevelFit,
)

Scale = Literal["z", "r"]


def to_r(value: float, effect: Scale) -> float:
    """Return a figure on the scale it was pooled on as a correlation."""
    return float(np.tanh(value)) if effect == "z" else value


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanEffect:
    """A pooled mean on the scale it was pooled on, ``method`` and ``test`` beside it; ``df`` 0: normal."""

    method: str
    test: str
    effect: Scale
    b: float
    se: float
    df: float
    statistic: float
    p: float
    low: float
    high: float

    @property
    def r(self) -> float:
        """The mean as a correlation."""
        return to_r(self.b, self.effect)

    @property
    def ci(self) -> tuple[float, float]:
        """Its interval, as correlations."""
        return to_r(self.low, self.effect), to_r(self.high, self.effect)

    def to_dict(self) -> dict[str, Any]:
        """Return the mean JSON-safe: ``r`` and ``ci`` are correlations, ``se`` is on the scale that was pooled."""
        found = {"r": self.r, "ci": list(self.ci), "se": self.se, "statistic": self.statistic, "df": self.df or None,
                 "p": self.p, "method": self.method, "test": self.test, "effect": self.effect}  # fmt: skip
        return json_dict({**found, "z": self.b if self.effect == "z" else float(np.arctanh(self.b))})


def mean_of(fit: PooledFit, effect: Scale) -> MeanEffect:
    """Return the mean of an intercept-only fit."""
    return MeanEffect(
        method=fit.method,
        test=fit.test,
        effect=effect,
        b=float(fit.b[0]),
        se=float(fit.se[0]),
        df=float(fit.df),
        statistic=float(fit.statistic[0]),
        p=float(fit.p[0]),
        low=float(fit.low[0]),
        high=float(fit.high[0]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """Where the correlation of a new, comparable study is expected; ``df`` of its t quantile (0: normal)."""

    low: float
    high: float
    df: int

    def to_dict(self) -> dict[str, Any]:
        """Return the interval JSON-safe."""
        return json_dict({"ci": [self.low, self.high], "df": self.df or None})


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One coefficient of the moderators' regression, on the scale that was pooled."""

    term: str
    b: float
    se: float
    statistic: float
    df: float
    p: float
    low: float
    high: float

    def to_dict(self) -> dict[str, Any]:
        """Return the coefficient JSON-safe."""
        return json_dict({"term": self.term, "b": self.b, "se": self.se, "ci": [self.low, self.high],
                          "statistic": self.statistic, "df": self.df or None, "p": self.p})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeratorTest:
    """Whether a moderator (all its columns) says anything: chi2 where ``df2`` is 0, else F."""

    name: str
    statistic: float
    df: int
    df2: int
    p: float

    def to_dict(self) -> dict[str, Any]:
        """Return the test JSON-safe."""
        return json_dict({"moderator": self.name, "qm": self.statistic, "df": self.df, "df2": self.df2 or None,
                          "p": self.p})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderation:
    """Effects regressed on features of their studies; ``groups`` are means of each group of a moderator."""

    terms: tuple[Coefficient, ...]
    tests: tuple[ModeratorTest, ...]
    all: ModeratorTest
    r2: float
    tau2: float
    q: float
    q_p: float
    groups: Mapping[str, Mapping[str, MeanEffect | None]]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe."""
        return json_dict(
            {
                "terms": [term.to_dict() for term in self.terms],
                "tests": [test.to_dict() for test in self.tests],
                "all": self.all.to_dict(),
                "r2": self.r2,
                "tau2": self.tau2,
                "qe": self.q,
                "qe_p": self.q_p,
                "groups": {
                    name: {level: None if one is None else one.to_dict() for level, one in found.items()}
                    for name, found in self.groups.items()
                },
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallStudies:
    """Whether small studies show other effects than large ones (all on Fisher's z)."""

    egger: Asymmetry
    egger_classic: Asymmetry
    rank: tuple[float, float]
    pet: tuple[float, float, float]
    peese: tuple[float, float, float]
    filled: Filled
    filled_r: tuple[float, float, float]
    failsafe: int

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe; PET, PEESE and the filled mean as correlations with their intervals."""

        def test(one: Asymmetry) -> dict[str, Any]:
            return {"slope": one.slope, "se": one.se, "statistic": one.statistic, "df": one.df or None, "p": one.p,
                    "limit_z": one.limit, "limit_z_ci": list(one.limit_ci)}  # fmt: skip

        return json_dict(
            {
                "egger": test(self.egger),
                "egger_classic": test(self.egger_classic),
                "rank_test": {"tau": self.rank[0], "p": self.rank[1]},
                "pet": {"r": self.pet[0], "ci": self.pet[1:]},
                "peese": {"r": self.peese[0], "ci": self.peese[1:]},
                "trim_and_fill": {
                    "missing": self.filled.missing,
                    "side": self.filled.side,
                    "estimator": self.filled.estimator,
                    "r": self.filled_r[0],
                    "ci": self.filled_r[1:],
                },
                "failsafe_n": self.failsafe,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """The mean corrected for unreliability: Hunter and Schmidt's two ways, and inverse-variance weights."""

    k: int
    bare: HunterSchmidt
    individual: HunterSchmidt
    artifacts: HunterSchmidt
    weighted: MeanEffect

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe."""

        def one(found: HunterSchmidt) -> dict[str, Any]:
            return {"r": found.mean, "se": found.se, "ci": [found.low, found.high], "credibility80": found.credibility,
                    "sd_rho": found.sd_true, "var_r": found.var_observed, "var_e": found.var_error,
                    "percent_sampling_error": found.percent_error, "k": found.k, "n": found.n}  # fmt: skip

        return json_dict(
            {
                "k": self.k,
                "bare_bones": one(self.bare),
                "individually_corrected": one(self.individual),
                "artifact_distributions": one(self.artifacts),
                "inverse_variance": self.weighted.to_dict(),
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependent:
    """Several effects a study: the three-level fit with cluster-robust errors, sampling errors taken to correlate."""

    fit: ThreeLevelFit
    robust: RobustErrors
    within_r: float
    other_r: Mapping[float, MeanEffect]
    egger: tuple[float, float, float, float] | None
    """Slope on the standard error, its CR2 error, df and p; none under ten studies."""

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe."""
        fit = self.fit
        return json_dict(
            {
                "k": fit.k,
                "studies": fit.studies,
                "within_r": self.within_r,
                "sigma2_between": fit.between,
                "sigma2_between_ci": fit.between_ci,
                "sigma2_within": fit.within,
                "sigma2_within_ci": fit.within_ci,
                "i2_between": fit.i2_between,
                "i2_within": fit.i2_within,
                "model_se": fit.se,
                "robust_se": self.robust.se,
                "robust_df": self.robust.df,
                "correction": self.robust.correction,
                "lrt_between": {"chi2": fit.lrt_between[0], "p": fit.lrt_between[1]},
                "lrt_within": {"chi2": fit.lrt_within[0], "p": fit.lrt_within[1]},
                "other_within_r": {f"{r:g}": one.to_dict() for r, one in self.other_r.items()},
                "egger": None if self.egger is None
                else dict(zip(("slope", "se", "df", "p"), self.egger, strict=True)),
            }
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """The mean without one study."""

    study: str
    r: float
    low: float
    high: float
    tau2: float
    i2: float


def forest_of(
    studies: Studies,
    ends: Sequence[tuple[float, float]],
    weights: Sequence[float],
    mean: MeanEffect,
    expected: Prediction,
) -> Any:
    """Return the forest plot as a matplotlib figure, the largest correlation on top."""
    from intimacy_scales.pictures.drawing import WIDE
    from intimacy_scales.pictures.forest import ForestRow, Summary, draw_forest

    rows = [
        ForestRow(
            label=studies.names[j],
            value=float(studies.r[j]),
            low=ends[j][0],
            high=ends[j][1],
            weight=weights[j],
            text=f"{coefficient(float(studies.r[j]))} {between(*ends[j], coefficients=True)}",
        )
        for j in np.argsort(studies.r, kind="stable")[::-1].tolist()
    ]
    summary = Summary(
        label="pooled",
        value=mean.r,
        low=mean.ci[0],
        high=mean.ci[1],
        prediction=(expected.low, expected.high) if expected.df > 0 else None,
        text=f"{coefficient(mean.r)} {between(*mean.ci, coefficients=True)}",
    )
    return draw_forest(rows, summary, width=WIDE).figure()


def funnel_of(effects: Effects, mean: MeanEffect, filled: Filled | None) -> Any:
    """Return the funnel plot as a matplotlib figure; effects that trim and fill put in are hollow."""
    from intimacy_scales.pictures.drawing import WIDE
    from intimacy_scales.pictures.forest import Funnel, draw_funnel

    none = np.empty(0)
    picture = Funnel(
        effects=np.asarray(effects.y, dtype=np.float64),
        errors=np.sqrt(effects.v),
        mean=mean.b,
        filled_effects=none if filled is None else np.asarray(filled.y, dtype=np.float64),
        filled_errors=none if filled is None else np.sqrt(filled.v),
        ticks=tuple((at, coefficient(to_r(at, mean.effect), 1)) for at in _ticks(effects, mean)),
        axis="correlation" + (" (spaced as Fisher's z)" if mean.effect == "z" else ""),
    )
    return draw_funnel(picture, width=WIDE).figure()


def _ticks(effects: Effects, mean: MeanEffect) -> list[float]:
    """Return where tenths (or fifths) of a correlation stand on the axis."""
    reach = 2.2 * float(np.sqrt(effects.v).max())
    low, high = min(mean.b - reach, float(effects.y.min())), max(mean.b + reach, float(effects.y.max()))
    step = 0.1 if high - low < 1.2 else 0.2
    tenths = [round(step * j, 1) for j in range(-9, 10) if abs(step * j) < 0.99]
    at = [float(np.arctanh(tenth)) if mean.effect == "z" else tenth for tenth in tenths]
    return [one for one in at if low <= one <= high]
