"""Parts of what a diary shows: fixed effects, spreads, slopes of single persons, what was checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.results import Assumption, assumption, json_dict
from intimacy_scales.base.wording import between, coefficient, figure, p_cell, percent
from intimacy_scales.statistics import multilevel as ml
from intimacy_scales.statistics.estimate import Estimate, half_width

_CAUSE = "association, not cause: what was asked on one day may run either way, and both may follow from a third thing"
_DAYS = "it holds for people like these, on days that were answered; nothing is known of the days that were not"
CANNOT_SAY = (_CAUSE, _DAYS)
DRIFT = 0.3  # correlation of days answered with the outcome that is doubted, if its interval leaves out 0
NORMAL_RANGE = half_width(0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedEffect:
    """One fixed effect with Satterthwaite's degrees of freedom."""

    term: str
    kind: str
    of: str
    est: float
    se: float
    df: float
    t: float
    p: float
    low: float
    high: float

    def to_dict(self) -> dict[str, Any]:
        """Return it JSON-safe."""
        return json_dict(
            {"est": self.est, "se": self.se, "ci": [self.low, self.high], "df": self.df, "t": self.t, "p": self.p}
        )

    def cells(self) -> list[str]:
        """Return a line for eyes."""
        ends = between(self.low, self.high, 3)
        return [self.term, figure(self.est, 3), figure(self.se, 3), ends, figure(self.df, 1), p_cell(self.p)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A standard deviation, correlation or autocorrelation with its interval (NaN where it lies on its edge)."""

    name: str
    est: float
    se: float
    low: float
    high: float

    def to_dict(self) -> dict[str, Any]:
        """Return it JSON-safe."""
        return json_dict({"est": self.est, "se": self.se, "ci": [self.low, self.high]})

    def cells(self, text: str) -> list[str]:
        """Return a line for eyes."""
        return [text, figure(self.est, 3), "", between(self.low, self.high, 3, none="on its edge"), "", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleSlope:
    """The slope of a predictor at one value of its moderator."""

    at: str
    value: float
    est: float
    se: float
    low: float
    high: float
    p: float

    def to_dict(self) -> dict[str, Any]:
        """Return it JSON-safe."""
        return json_dict(
            {
                "at": self.at,
                "value": self.value,
                "est": self.est,
                "se": self.se,
                "ci": [self.low, self.high],
                "p": self.p,
            }
        )

    def cells(self) -> list[str]:
        """Return a line for eyes."""
        ends = between(self.low, self.high, 3)
        return [f"  slope at {self.at}", figure(self.est, 3), figure(self.se, 3), ends, "", p_cell(self.p)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSlopes:
    """Each person's own slope of one predictor, given the data: drawn to the average where a person says little."""

    predictor: str
    ids: tuple[str, ...] = field(repr=False)
    est: FloatArray = field(repr=False)
    low: FloatArray = field(repr=False)
    high: FloatArray = field(repr=False)
    average: float
    sd: float
    share_above: float
    """Share of persons like these whose true slope is above zero, were slopes normal."""

    @property
    def range_95(self) -> tuple[float, float]:
        """Where the true slopes of 95 % of persons like these lie, were slopes normal."""
        return self.average - NORMAL_RANGE * self.sd, self.average + NORMAL_RANGE * self.sd

    def table(self) -> Any:
        """Return a pandas frame with a row a person."""
        import pandas as pd

        return pd.DataFrame({"person": list(self.ids), "slope": self.est, "low": self.low, "high": self.high})

    def to_dict(self) -> dict[str, Any]:
        """Return it JSON-safe."""
        rows = zip(self.ids, self.est.tolist(), self.low.tolist(), self.high.tolist(), strict=True)
        return json_dict(
            {
                "predictor": self.predictor,
                "average": self.average,
                "sd": self.sd,
                "range_95": list(self.range_95),
                "share_above_zero": self.share_above,
                "persons": [{"person": one, "est": est, "ci": [low, high]} for one, est, low, high in rows],
            }
        )


def fixed_effects(model: ml.MixedModel, named: Sequence[tuple[str, str, str]], level: float) -> tuple[FixedEffect, ...]:
    """Return the fixed effects; ``named`` holds term, kind and variable of each."""
    return effects_from(ml.effects(model, level=level), named)


def effects_from(effects: ml.Effects, named: Sequence[tuple[str, str, str]]) -> tuple[FixedEffect, ...]:
    """Return estimates under their names."""
    return tuple(
        FixedEffect(
            term=term,
            kind=kind,
            of=of,
            est=float(effects.est[j]),
            se=float(effects.se[j]),
            df=float(effects.df[j]),
            t=float(effects.t[j]),
            p=float(effects.p[j]),
            low=float(effects.low[j]),
            high=float(effects.high[j]),
        )
        for j, (term, kind, of) in enumerate(named)
    )


def spread(name: str, parameter: ml.VarianceParameter) -> Spread:
    """Return a variance parameter under its name."""
    return Spread(name=name, est=parameter.est, se=parameter.se, low=parameter.low, high=parameter.high)


def autocorrelation(model: ml.MixedModel, level: float) -> Spread | None:
    """Return the autocorrelation of the residuals, where the model has one."""
    found = ml.autocorrelation(model, level=level)
    return None if found is None else spread("ar1", found)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelData:
    """What a model was fitted to: outcome, fixed and random columns, groups, days."""

    y: FloatArray = field(repr=False)
    X: FloatArray = field(repr=False)
    Z: FloatArray = field(repr=False)
    groups: Any = field(repr=False)
    days: FloatArray = field(repr=False)


def assumptions_of(model: ml.MixedModel, data: ModelData, missing: Estimate, *, who: str) -> tuple[Assumption, ...]:
    """Look at what the model takes for granted; ``missing``: correlation of days answered with the outcome."""
    group = np.unique(data.groups, return_inverse=True)[1]
    fitted = data.X @ model.fixed + (data.Z * model.effects[group]).sum(axis=1)
    rest = (data.y - fitted) / (data.y - fitted).std()
    skew, kurtosis = float((rest**3).mean()), float((rest**4).mean() - 3)
    beyond = float((np.abs(rest) > 3).mean())
    wider = _r(np.abs(rest), fitted)
    trend = _r(rest, data.days)
    own = model.effects[:, 0] / max(float(model.effects[:, 0].std()), 1e-300)
    lean = float(((own - own.mean()) ** 3).mean())
    drift = bool(abs(missing.value) > DRIFT and missing.low * missing.high > 0)
    shape = f"skewness {figure(skew)}, excess kurtosis {figure(kurtosis)}, {percent(beyond)} beyond 3 SD"
    none = "everybody answered as many days" if np.isnan(missing.value) else f"r of days answered and outcome {missing}"
    edge = "a variance is 0 or a correlation 1" if model.singular else "no variance lies on its edge"
    return (
        assumption("normal residuals", shape, doubtful=abs(skew) > 1 or kurtosis > 3),
        assumption("even spread", f"r of residual size with fitted {coefficient(wider)}", doubtful=abs(wider) > 0.2),
        assumption("no trend left", f"r of residuals with day {coefficient(trend)}", doubtful=abs(trend) > 0.15),
        assumption(f"{who} differ normally", f"skewness {figure(lean)}", doubtful=abs(lean) > 1),
        assumption(f"{who} differ in all that was asked for", edge, doubtful=model.singular),
        assumption("missing days like the others", none, doubtful=drift),
    )


def _r(x: FloatArray, y: FloatArray) -> float:
    return 0.0 if np.ptp(x) == 0 or np.ptp(y) == 0 else float(np.corrcoef(x, y)[0, 1])


def fit_dict(model: ml.MixedModel) -> dict[str, Any]:
    """Return the fit of a mixed model JSON-safe."""
    return json_dict(
        {
            "method": model.method,
            "logLik": model.log_likelihood,
            "n_parameters": model.n_parameters,
            "aic": model.aic,
            "bic": model.bic(),
            "converged": model.converged,
            "singular": model.singular,
        }
    )


def effects_table(effects: tuple[FixedEffect, ...]) -> Any:
    """Return fixed effects as a pandas frame with a row an effect."""
    import pandas as pd

    names = ("term", "kind", "est", "se", "df", "t", "p", "low", "high")
    return pd.DataFrame([{name: getattr(effect, name) for name in names} for effect in effects])
