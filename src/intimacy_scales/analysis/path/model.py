"""From paths and data to a fitted path model with every indirect effect and its bootstrap.

Paths and indirect effects as they are printed: plain data, JSON-safe.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from intimacy_scales.analysis.path.formulas import PathFormulas, indirect_ways, way_words
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.results import Assumption, assumption, json_dict
from intimacy_scales.base.wording import coefficient, figure, p_value
from intimacy_scales.statistics.model_bootstrap import BootstrapInterval, bootstrap
from intimacy_scales.statistics.regression_checks import regression_assumptions
from intimacy_scales.statistics.sem import (
    Fit,
    Model,
    MonteCarloInterval,
    covariance,
    fit,
    monte_carlo,
    path_model,
    r_squared,
    regression,
    sample,
)

Missing = Literal["listwise", "fiml"]
Estimator = Literal["ml", "mlr"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined:
    """One effect to be computed: its name in the model, how it runs, and its product of labels."""

    name: str
    kind: EffectKind
    start: str
    end: str
    path: str
    expression: str


def defined_effects(formulas: PathFormulas) -> list[Defined]:
    """Return every specific indirect effect, and sums where several ways join two variables."""
    label = {pair: f"p{j}" for j, pair in enumerate(formulas.arrows)}
    found, sums = list[Defined](), dict[tuple[str, str], list[str]]()
    for way in indirect_ways(formulas):
        name = f"i{len(found)}"
        product = " * ".join(label[pair] for pair in pairwise(way))
        found.append(
            Defined(name=name, kind="indirect", start=way[0], end=way[-1], path=way_words(way), expression=product)
        )
        sums.setdefault((way[0], way[-1]), []).append(name)
    totals = list[Defined]()
    for (start, end), names in sums.items():
        direct = label.get((start, end))
        if len(names) > 1:
            totals.append(_total(f"t{len(totals)}", "total indirect", start, end, names))
        if direct is not None:
            totals.append(_total(f"t{len(totals)}", "total", start, end, [*names, direct]))
    return [*found, *totals]


def _total(name: str, kind: EffectKind, start: str, end: str, parts: list[str]) -> Defined:
    words = f"{start} -> ... -> {end}" if kind == "total indirect" else f"{start} -> {end}, all ways"
    return Defined(name=name, kind=kind, start=start, end=end, path=words, expression=" + ".join(parts))


def structural_model(formulas: PathFormulas, effects: list[Defined]) -> Model:
    """Return the model: labelled paths, free moments of what no arrow leads to, last outcomes covarying."""
    label = {pair: f"p{j}" for j, pair in enumerate(formulas.arrows)}
    blocks = [
        regression(end, {start: label[start, end] for start in formulas.causes(end)}) for end in formulas.outcomes
    ]
    outside = formulas.exogenous
    blocks += [covariance(one, list(outside[j:])) for j, one in enumerate(outside)]
    taken = {frozenset((a, b)) for j, a in enumerate(outside) for b in outside[j:]}
    blocks += [covariance(a, [b]) for a, b in formulas.covariances if frozenset((a, b)) not in taken]
    return path_model(
        *blocks, fixed_x=False, means=True, defined={effect.name: effect.expression for effect in effects}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A fitted path model with its effects."""

    fit: Fit
    paths: tuple[PathEstimate, ...]
    effects: tuple[Effect, ...]
    r2: dict[str, float]
    notes: tuple[str, ...]


def fit_paths(
    formulas: PathFormulas,
    X: FloatArray,
    *,
    missing: Missing,
    estimator: Estimator,
    draws: int,
    seed: int,
    level: float,
) -> Fitted:
    """Fit the model to persons x variables (in the order of ``formulas.variables``) and resample its effects."""
    effects = defined_effects(formulas)
    data = sample(X, list(formulas.variables), missing=missing)
    made = fit(structural_model(formulas, effects), data, estimator="MLR" if estimator == "mlr" else "ML")
    notes = list(made.notes)
    drawn: dict[str, BootstrapInterval] = {}
    simulated: dict[str, MonteCarloInterval] = {}
    if effects:
        simulated = {interval.name: interval for interval in monte_carlo(made, seed=seed, level=level)}
        if draws and missing == "listwise":
            drawn = {interval.name: interval for interval in bootstrap(made, draws=draws, seed=seed, level=level)}
        elif draws:
            notes.append("no bootstrap where incomplete rows are kept (fiml): read the Monte Carlo intervals")
    lost = {one.asked - one.draws for one in drawn.values()} - {0}
    notes += [f"bootstrap: {most} of {draws} resamples could not be fitted and are left out" for most in lost]
    return Fitted(
        fit=made,
        paths=tuple(_path(made, start, end) for start, end in formulas.arrows),
        effects=tuple(_effect(made, effect, j, drawn, simulated) for j, effect in enumerate(effects)),
        r2={
            explained.variable: explained.r_squared
            for explained in r_squared(made)
            if explained.variable in formulas.outcomes
        },
        notes=tuple(dict.fromkeys(notes)),
    )


def _path(made: Fit, start: str, end: str) -> PathEstimate:
    row = made.estimate(f"{end}~{start}")
    return PathEstimate(
        start=start, end=end, est=row.est, se=row.se, low=row.lower, high=row.upper, p=row.p, std=row.std
    )


def _effect(
    made: Fit, defined: Defined, at: int, drawn: dict[str, BootstrapInterval], simulated: dict[str, MonteCarloInterval]
) -> Effect:
    row, boot, none = made.defined[at], drawn.get(defined.name), (float("nan"), float("nan"))
    carlo = simulated[defined.name]
    return Effect(
        kind=defined.kind,
        start=defined.start,
        end=defined.end,
        path=defined.path,
        est=row.est,
        se=row.se,
        p=row.p,
        std=row.std,
        delta=(row.lower, row.upper),
        monte_carlo=(carlo.lower, carlo.upper),
        boot_se=float("nan") if boot is None else boot.se,
        percentile=none if boot is None else boot.percentile,
        bias_corrected=none if boot is None else boot.bias_corrected,
    )


def assumptions_of(formulas: PathFormulas, X: FloatArray, made: Fit) -> tuple[Assumption, ...]:
    """Return what a path model takes for granted, each regression looked at in its complete rows."""
    names = list(formulas.variables)
    whole = X[~np.isnan(X).any(axis=1)]
    per = made.n / max(len(made.theta), 1)
    assumptions = [
        assumption(
            "causes come before effects", "the data hold one column a variable and no order in time", doubtful=None
        ),
        assumption("enough persons", f"{figure(per, 1)} persons a free parameter", doubtful=per < 10),
    ]
    for end in formulas.outcomes:
        causes = [names.index(start) for start in formulas.causes(end)]
        assumptions += regression_assumptions(end, whole[:, names.index(end)], whole[:, causes])
    use = made.measures.scaled or made.measures
    if made.measures.df > 0:
        text = f"CFI {coefficient(use.cfi, 3)}, RMSEA {coefficient(use.rmsea, 3)}, {p_value(use.p)}"
        assumptions.append(
            assumption(
                "the paths left out are zero", text, doubtful=use.p < 0.05 and (use.cfi < 0.95 or use.rmsea > 0.08)
            )
        )
    else:
        assumptions.append(
            assumption("the paths left out are zero", "none is left out: fit cannot be tested", doubtful=None)
        )
    return tuple(assumptions)


EffectKind = Literal["indirect", "total indirect", "total"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathEstimate:
    """One path: estimate, standard error, 95 % interval, p, and the standardized value."""

    start: str
    end: str
    est: float
    se: float
    low: float
    high: float
    p: float
    std: float

    def to_dict(self) -> dict[str, Any]:
        """Return the path as JSON holds it."""
        return json_dict({"from": self.start, "to": self.end, "est": self.est, "se": self.se,
                          "ci": [self.low, self.high], "p": self.p, "std": self.std})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """An effect along arrows: the product of its paths, or the sum of several ways.

    ``delta`` is the normal interval; ``monte_carlo``, ``percentile`` and ``bias_corrected`` know that a product is
    skewed; the last two are of the bootstrap (NaN where there was none).
    """

    kind: EffectKind
    start: str
    end: str
    path: str
    est: float
    se: float
    p: float
    std: float
    delta: tuple[float, float]
    monte_carlo: tuple[float, float]
    boot_se: float
    percentile: tuple[float, float]
    bias_corrected: tuple[float, float]

    def to_dict(self) -> dict[str, Any]:
        """Return the effect as JSON holds it."""
        return json_dict(
            {
                "kind": self.kind,
                "from": self.start,
                "to": self.end,
                "path": self.path,
                "est": self.est,
                "se": self.se,
                "p": self.p,
                "std": self.std,
                "ci_delta": self.delta,
                "ci_monte_carlo": self.monte_carlo,
                "bootstrap_se": self.boot_se,
                "ci_percentile": self.percentile,
                "ci_bias_corrected": self.bias_corrected,
            }
        )
