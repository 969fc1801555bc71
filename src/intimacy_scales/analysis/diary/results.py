"""What a diary shows: effects within and between persons, how much persons differ, and what cannot be said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.analysis.diary.columns import FloatArray
from intimacy_scales.analysis.diary.diary_rows import Compliance
from intimacy_scales.analysis.diary.reliability import DayReliability
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.statistics.multilevel import MixedModel

LIMITS = (
    "association, not cause: what was asked on one day may run either way, and both may follow from a third thing",
    "it holds for people like these, on days that were answered; nothing is known of the days that were not",
)


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
        return [
            self.term, f"{self.est:.3f}", f"{self.se:.3f}", f"[{self.low:.3f}, {self.high:.3f}]",
            f"{self.df:.1f}", p_said(self.p),
        ]  # fmt: skip


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

    def said(self) -> str:
        """Return it with its interval."""
        interval = "no interval: on its edge" if np.isnan(self.low) else f"[{self.low:.2f}, {self.high:.2f}]"
        return f"{self.est:.2f} {interval}"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSlopes:
    """Each person's own slope of one predictor, given the data: drawn towards the average where a person says little."""

    predictor: str
    ids: tuple[str, ...] = field(repr=False)
    est: FloatArray = field(repr=False)
    low: FloatArray = field(repr=False)
    high: FloatArray = field(repr=False)
    average: float
    sd: float
    share_above: float
    """Share of persons like these whose true slope is above zero, were slopes normal."""

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
                "range_95": [self.average - 1.96 * self.sd, self.average + 1.96 * self.sd],
                "share_above_zero": self.share_above,
                "persons": [{"person": one, "est": est, "ci": [low, high]} for one, est, low, high in rows],
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyMediation:
    """A 1-1-1 mediation: each day's predictor, mediator and outcome, with slopes that differ between persons."""

    predictor: str
    mediator: str
    outcome: str
    a: Spread
    b: Spread
    direct: Spread
    cov_ab: float
    cov_ab_se: float
    sd_a: float
    sd_b: float
    indirect: float
    se: float
    low: float
    high: float
    total: float
    indirect_sd: float
    draws: int
    seed: int
    level: float
    random_slopes: bool
    model: MixedModel = field(repr=False)

    @property
    def r_ab(self) -> float:
        """Correlation over persons of their own a and b."""
        return self.cov_ab / (self.sd_a * self.sd_b) if self.sd_a * self.sd_b > 0 else float("nan")

    def to_dict(self) -> dict[str, Any]:
        """Return it JSON-safe."""
        return json_dict(
            {
                "predictor": self.predictor,
                "mediator": self.mediator,
                "outcome": self.outcome,
                "a": self.a.to_dict(),
                "b": self.b.to_dict(),
                "direct": self.direct.to_dict(),
                "cov_ab": {"est": self.cov_ab, "se": self.cov_ab_se, "r": self.r_ab},
                "indirect": {
                    "est": self.indirect,
                    "se": self.se,
                    "ci": [self.low, self.high],
                    "method": "Monte Carlo",
                    "draws": self.draws,
                    "seed": self.seed,
                },
                "indirect_without_covariance": self.a.est * self.b.est,
                "indirect_sd_between_persons": self.indirect_sd,
                "total": self.total,
                "random_slopes": self.random_slopes,
                "logLik": self.model.log_likelihood,
            }
        )

    def said(self) -> str:
        """Return the sentence of a results section."""
        cov = f" + cov(a, b) {self.cov_ab:.3f}" if self.random_slopes else ""
        return (
            f"Average indirect effect of {self.predictor} on {self.outcome} over {self.mediator} within persons: "
            f"a {self.a.est:.3f} x b {self.b.est:.3f}{cov} = {self.indirect:.3f}, "
            f"{100 * self.level:g}% CI [{self.low:.3f}, {self.high:.3f}] (Monte Carlo); direct effect "
            f"{self.direct.est:.3f} [{self.direct.low:.3f}, {self.direct.high:.3f}]."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """Assumptions looked at: the residuals' shape, and whether they are wider where the model expects more."""

    skew: float
    kurtosis: float
    beyond_3_sd: float
    spread_with_fitted: float
    singular: bool

    def to_dict(self) -> dict[str, Any]:
        """Return them JSON-safe."""
        return json_dict(
            {
                "residual_skew": self.skew,
                "residual_excess_kurtosis": self.kurtosis,
                "residuals_beyond_3_sd": self.beyond_3_sd,
                "r_absolute_residual_with_fitted": self.spread_with_fitted,
                "singular": self.singular,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary(Shown):
    """A diary of single persons: one outcome over days."""

    outcome: str
    n_persons: int
    n_days: int
    level: float
    effects: tuple[FixedEffect, ...]
    random: tuple[Spread, ...]
    random_correlations: tuple[Spread, ...]
    residual_sd: Spread
    ar1: Spread | None
    icc: float
    compliance: Compliance
    checks: Checks
    simple_slopes: tuple[SimpleSlope, ...] = ()
    slopes: PersonSlopes | None = None
    mediation: DailyMediation | None = None
    reliability: DayReliability | None = None
    model: MixedModel = field(repr=False)
    points: dict[str, Any] = field(repr=False, compare=False)
    notes: tuple[str, ...] = ()

    def effect(self, term: str) -> FixedEffect:
        """Return one fixed effect by its term (``shared_hours_within``)."""
        from intimacy_scales.base.errors import UnknownNameError

        for one in self.effects:
            if one.term == term:
                return one
        raise UnknownNameError.among("term", term, [one.term for one in self.effects])

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe at full precision."""
        random = {one.name: {"sd": one.est, "se": one.se, "ci": [one.low, one.high]} for one in self.random}
        return json_dict(
            {
                "outcome": self.outcome,
                "n_persons": self.n_persons,
                "n_days": self.n_days,
                "level": self.level,
                "method": self.model.method,
                "fixed": {one.term: one.to_dict() for one in self.effects},
                "within": {one.of: one.to_dict() for one in self.effects if one.kind == "within"},
                "between": {one.of: one.to_dict() for one in self.effects if one.kind == "between"},
                "random": {
                    **random,
                    "correlations": {one.name: one.to_dict() for one in self.random_correlations},
                },
                "residual": {
                    "ar1": None if self.ar1 is None else self.ar1.est,
                    "ar1_ci": None if self.ar1 is None else [self.ar1.low, self.ar1.high],
                    "sd": self.residual_sd.est,
                    "sd_ci": [self.residual_sd.low, self.residual_sd.high],
                },
                "icc": self.icc,
                "simple_slopes": [one.to_dict() for one in self.simple_slopes],
                "slopes": None if self.slopes is None else self.slopes.to_dict(),
                "mediation": None if self.mediation is None else self.mediation.to_dict(),
                "reliability": None if self.reliability is None else self.reliability.to_dict(),
                "fit": fit_dict(self.model),
                "days": self.compliance.to_dict(),
                "checks": self.checks.to_dict(),
                "limits": list(LIMITS),
                "notes": list(self.notes),
            }
        )

    def table(self) -> Any:
        """Return a pandas frame with a row a fixed effect."""
        return effects_table(self.effects)

    def rows_for_eyes(self) -> list[list[str]]:
        """Return the fixed effects, then what differs between persons."""
        head = ["effect", "b", "SE", f"{100 * self.level:g}% interval", "df", "p"]
        lines = [one.cells() for one in self.effects]
        for slope in self.simple_slopes:
            lines.append(
                [f"  slope at {slope.at}", f"{slope.est:.3f}", f"{slope.se:.3f}", f"[{slope.low:.3f}, {slope.high:.3f}]",
                 "", p_said(slope.p)]
            )  # fmt: skip
        for one in (*self.random, *self.random_correlations, self.residual_sd, *([self.ar1] if self.ar1 else [])):
            interval = "on its edge" if np.isnan(one.low) else f"[{one.low:.3f}, {one.high:.3f}]"
            lines.append([_spread_name(one.name), f"{one.est:.3f}", "", interval, "", ""])
        return [head, *lines]

    def __str__(self) -> str:
        parts = [f"{self.outcome}: {self.compliance.said()}", Shown.__str__(self)]
        if self.mediation is not None:
            parts.insert(1, self.mediation.said())
        if self.reliability is not None:
            parts.insert(1, self.reliability.said())
        return "\n".join([*parts, *(f"limit: {one}" for one in LIMITS)])

    def __repr__(self) -> str:
        terms = len(self.effects)
        return f"Diary({self.outcome!r}, {self.n_persons} persons, {self.n_days} days, {terms} fixed effects)"

    def apa(self) -> str:
        """Return the paragraph of a results section."""
        return diary_paragraph(self)

    def plot(self, kind: str = "slopes") -> Any:
        """Return a matplotlib figure.

        Parameters
        ----------
        kind
            ``"slopes"``: each person's own slope with its interval, in order; ``"persons"``: small multiples, a
            person's days and line each (up to 12 persons, evenly over the order of their slopes).
        """
        from intimacy_scales.analysis.diary.drawing import diary_figure

        return diary_figure(self, kind)


def diary_paragraph(diary: Diary) -> str:
    """Return what a paper would say of a diary."""
    level = f"{100 * diary.level:g}% CI"
    days = diary.compliance
    said = [
        f"Over {diary.n_days} days of {diary.n_persons} persons (median {days.median:g} days, "
        f"{100 * days.rate:.0f}% of {days.planned}), {100 * diary.icc:.0f}% of the variance of {diary.outcome} lay "
        f"between persons (ICC = {diary.icc:.2f})."
    ]
    for one in diary.effects:
        figures = (
            f"b = {one.est:.2f}, SE = {one.se:.2f}, {level} [{one.low:.2f}, {one.high:.2f}], t({one.df:.0f}) = "
            f"{one.t:.2f}, {p_said(one.p, 'p')}"
        )
        if one.kind == "within":
            said.append(f"On days with one unit more of {one.of} than usual, {diary.outcome} differed by {figures}.")
        elif one.kind == "between":
            said.append(f"Persons one unit higher on {one.of} differed by {figures}.")
        elif one.kind == "interaction":
            said.append(f"The slope changed with the moderator ({one.term}): {figures}.")
        elif one.kind in ("covariate", "moderator", "lag", "trend"):
            said.append(f"{one.term}: {figures}.")
    for slope in diary.simple_slopes:
        said.append(f"At {slope.at} the slope was {slope.est:.2f}, {level} [{slope.low:.2f}, {slope.high:.2f}].")
    if diary.slopes is not None:
        low, high = diary.slopes.average - 1.96 * diary.slopes.sd, diary.slopes.average + 1.96 * diary.slopes.sd
        said.append(
            f"Persons differed in the slope of {diary.slopes.predictor} (SD = {diary.slopes.sd:.2f}): 95% of persons "
            f"like these lie between {low:.2f} and {high:.2f}, were slopes normal."
        )
    if diary.ar1 is not None:
        said.append(f"Residuals of neighbouring days correlated {diary.ar1.est:.2f}.")
    if diary.mediation is not None:
        said.append(diary.mediation.said())
    said.append(
        f"Linear mixed model ({diary.model.method}), Satterthwaite's degrees of freedom. Association, not cause."
    )
    return " ".join(said)


def fit_dict(model: MixedModel) -> dict[str, Any]:
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
    """Return fixed effects as a pandas frame."""
    import pandas as pd

    rows = [
        {"term": one.term, "kind": one.kind, "est": one.est, "se": one.se, "df": one.df, "t": one.t, "p": one.p,
         "low": one.low, "high": one.high}
        for one in effects
    ]  # fmt: skip
    return pd.DataFrame(rows)


def p_said(p: float, name: str = "") -> str:
    """Return a p value as papers print it."""
    equal = f"{name} = " if name else ""
    small = f"{name} < .001" if name else "< .001"
    return small if p < 0.001 else f"{equal}{p:.3f}".replace("0.", ".", 1)


def _spread_name(name: str) -> str:
    if name.startswith("r("):
        return name
    return {"ar1": "autocorrelation of residuals", "residual": "SD of residuals"}.get(
        name, f"SD of {name} between persons"
    )
