"""Mediation from day to day: predictor, mediator and outcome of the same days, slopes of everybody's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.analysis.diary.diary_rows import DiaryRows
from intimacy_scales.analysis.diary.effects import Spread, fixed_effects
from intimacy_scales.analysis.diary.request import DiaryRequest
from intimacy_scales.analysis.diary.terms import split
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.results import json_dict
from intimacy_scales.base.wording import between, figure, interval
from intimacy_scales.statistics import multilevel as ml


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
    model: ml.MixedModel = field(repr=False)

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
        cov = f" + cov(a, b) {figure(self.cov_ab, 3)}" if self.random_slopes else ""
        return (
            f"Average indirect effect of {self.predictor} on {self.outcome} over {self.mediator} within persons: "
            f"a {figure(self.a.est, 3)} x b {figure(self.b.est, 3)}{cov} = {figure(self.indirect, 3)}, "
            f"{interval(self.low, self.high, self.level, 3)} (Monte Carlo); direct effect "
            f"{figure(self.direct.est, 3)} {between(self.direct.low, self.direct.high, 3)}."
        )


def daily_mediation(rows: DiaryRows, request: DiaryRequest) -> DailyMediation:
    """Fit the 1-1-1 mediation of the first predictor; further predictors and covariates stand in both equations."""
    predictor, mediator = request.within[0], request.mediator or ""
    x, _ = split(rows.values[predictor], rows.person)
    others = [split(rows.values[name], rows.person)[0] for name in request.within[1:]]
    others += [rows.values[name] for name in request.covariate]
    data = ml.MediationRows(
        predictor=x,
        mediator=rows.values[mediator],
        outcome=rows.values[request.outcome],
        persons=rows.person,
        covariates=np.column_stack(others) if others else None,
        days=rows.day,
    )
    random_slopes = request.random != "none"
    mediation = ml.within_mediation(
        data,
        random_slopes=random_slopes,
        ar1=bool(request.ar1),
        method=request.method,
        level=request.level,
        draws=request.draws,
        seed=request.seed,
    )
    if not mediation.model.converged:
        raise ResponseError(
            Problem(where="mediation", what="no convergence", do="ask for fixed slopes (random none), or more persons")
        )
    return _mediation_result(mediation, request, random_slopes=random_slopes)


def _mediation_result(mediation: ml.WithinMediation, request: DiaryRequest, *, random_slopes: bool) -> DailyMediation:
    n_fixed = len(mediation.model.fixed)
    each = fixed_effects(mediation.model, tuple((str(j), "covariate", "") for j in range(n_fixed)), request.level)
    a, b, direct = (
        Spread(name=name, est=each[j].est, se=each[j].se, low=each[j].low, high=each[j].high)
        for name, j in (("a", 1), ("b", 3), ("direct", 4))
    )
    G = mediation.model.random_cov
    return DailyMediation(
        predictor=request.within[0],
        mediator=request.mediator or "",
        outcome=request.outcome,
        a=a,
        b=b,
        direct=direct,
        cov_ab=mediation.cov_ab,
        cov_ab_se=mediation.cov_ab_se,
        sd_a=float(np.sqrt(G[1, 1])) if random_slopes else 0.0,
        sd_b=float(np.sqrt(G[3, 3])) if random_slopes else 0.0,
        indirect=mediation.indirect,
        se=mediation.indirect_se,
        low=mediation.low,
        high=mediation.high,
        total=mediation.total,
        indirect_sd=mediation.indirect_sd,
        draws=mediation.draws,
        seed=mediation.seed,
        level=request.level,
        random_slopes=random_slopes,
        model=mediation.model,
    )
