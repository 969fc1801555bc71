"""Actor-partner mediation: the ways from a predictor over mediators to the outcome, within and across partners.

What a model of couples takes for granted, looked at in each partner's regressions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, Literal, cast

import numpy as np

from intimacy_scales.analysis.couples.models.actor_partner import DRAWS, SEED, single_composition
from intimacy_scales.analysis.couples.models.dyad_model import DyadModel, Missing, couple_notes, ends_of, fit_dict
from intimacy_scales.analysis.couples.models.route_comparison import (
    NO_ENDS,
    Route,
    RouteDifference,
    bootstrap_ends,
    difference_rows,
    difference_sentences,
    differences_of,
)
from intimacy_scales.analysis.couples.variables import Variable
from intimacy_scales.base import wording
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem, ResponseError
from intimacy_scales.base.results import Assumption, Shown, assumption, assumption_lines, json_dict, text_table
from intimacy_scales.base.wording import figure
from intimacy_scales.statistics.model_bootstrap import BootstrapInterval
from intimacy_scales.statistics.model_bootstrap import bootstrap as bootstrap_model
from intimacy_scales.statistics.regression_checks import regression_assumptions
from intimacy_scales.statistics.sem import DefinedEstimate, Fit, MonteCarloInterval, monte_carlo

CANNOT_SAY = (
    "which comes first: asked at one time, a mediator may as well lead to the predictor",
    "whether something that was not asked leads to both",
    "whether it holds among couples other than these",
)


def couple_assumptions(model: DyadModel, fit: Fit) -> tuple[Assumption, ...]:
    """Return what a mediation model of couples takes for granted; regressions are checked in complete couples.

    Partners told apart are checked each; of exchangeable partners both persons' rows stand under each other, so the
    tests' p-values are rough there.
    """
    per = fit.n / (2 * len((*model.mediators, *model.inputs)))
    assumptions = [
        assumption("causes come before effects", "the data hold no order in time", doubtful=None),
        assumption("a scale measures the same in both partners", "not tested here", doubtful=None),
        assumption("enough couples", f"{figure(per, 1)} couples a path into the outcome", doubtful=per < 10),
    ]
    for group in range(len(model.compositions)):
        for effect in model.effects:
            for end, y, X in _regressions(model, effect, group):
                complete = ~np.isnan(np.column_stack([y, X])).any(axis=1)
                assumptions += regression_assumptions(end, y[complete], X[complete])
    return tuple(assumptions)


def _regressions(model: DyadModel, effect: Variable, group: int) -> Iterator[tuple[str, FloatArray, FloatArray]]:
    """Yield the name, the values and the causes of each regression of a variable in one composition."""
    rows, one = model.of == group, model.compositions[group]
    of = f" ({one.name})" if len(model.compositions) > 1 else ""
    inputs = (*model.mediators, *model.inputs) if effect is model.outcome else model.inputs
    sides = [(effect.values[rows, side], _causes(inputs, side)[rows]) for side in (0, 1)]
    if one.exchangeable:
        y, X = (np.concatenate(both) for both in zip(*sides, strict=True))
        yield f"{effect.name}{of}", y, X
        return
    for name, (y, X) in zip(effect.names, sides, strict=True):
        yield f"{name}{of}", y, X


def _causes(inputs: tuple[Variable, ...], side: int) -> FloatArray:
    """Return a person's own and the partner's values of each cause; of what the couple shares, one."""
    columns = [
        values
        for cause in inputs
        for values in ((cause.values[:, 0],) if cause.shared else (cause.values[:, side], cause.values[:, 1 - side]))
    ]
    return np.column_stack(columns)


Way = Literal[
    "actor-actor", "actor-partner", "partner-actor", "partner-partner", "total", "total actor", "total partner"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Indirect:
    """One indirect effect: ``est`` with the delta method's interval and the Monte Carlo interval.

    ``kind`` says of each of the two steps whether it stays within a person (actor) or crosses over (partner).
    """

    path: str
    kind: Way
    est: float
    se: float
    low: float
    high: float
    p: float
    std: float
    mc_low: float
    mc_high: float
    composition: str = ""
    percentile: tuple[float, float] = NO_ENDS
    bias_corrected: tuple[float, float] = NO_ENDS
    """Of the bootstrap of couples; NaN where there was none."""

    def to_dict(self) -> dict[str, Any]:
        """Return the effect JSON-safe."""
        of = {"composition": self.composition} if self.composition else {}
        return json_dict(
            {
                "path": self.path,
                "kind": self.kind,
                "indirect": self.est,
                "se": self.se,
                "ci": [self.low, self.high],
                "p": self.p,
                "std": self.std,
                "ci_monte_carlo": [self.mc_low, self.mc_high],
                "ci_percentile": self.percentile,
                "ci_bias_corrected": self.bias_corrected,
                **of,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mediation(Shown):
    """Indirect effects of an actor-partner mediation model; with two mediators their ways compared."""

    effects: tuple[Indirect, ...]
    n: int
    draws: int
    seed: int
    missing: Missing
    fit: Fit = field(repr=False)
    notes: tuple[str, ...] = ()
    differences: tuple[RouteDifference, ...] = ()
    resamples: int = 0
    level: float = 0.95
    assumptions: tuple[Assumption, ...] = ()
    cannot_say: tuple[str, ...] = CANNOT_SAY

    def __repr__(self) -> str:
        return f"Mediation({wording.counted(len(self.effects), 'indirect effect')}, {self.n} couples)"

    def to_dict(self) -> dict[str, Any]:
        """Return n, draws, seed, missing rule, fit and the effects, JSON-safe."""
        return json_dict(
            {
                "n": self.n,
                "draws": self.draws,
                "seed": self.seed,
                "missing": self.missing,
                "fit": fit_dict(self.fit),
                "effects": [effect.to_dict() for effect in self.effects],
                "differences": [difference.to_dict() for difference in self.differences],
                "bootstrap": self.resamples or None,
                "level": self.level,
                "assumptions": [one.to_dict() for one in self.assumptions],
                "cannot_say": list(self.cannot_say),
                "notes": list(self.notes),
            }
        )

    def table(self) -> Any:
        """Return a pandas frame with a row an effect."""
        import pandas as pd

        return pd.DataFrame([effect.to_dict() for effect in self.effects])

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line an effect."""
        head = ["indirect effect", "kind", "est", "SE", "delta interval", "Monte Carlo interval"]
        head += ["percentile bootstrap"] if self.resamples else []
        return [
            head,
            *(
                [f"{one.path}{f' ({one.composition})' if one.composition else ''}", one.kind,
                 wording.figure(one.est, 3), wording.figure(one.se, 3), wording.between(one.low, one.high, 3),
                 wording.between(one.mc_low, one.mc_high, 3),
                 *([wording.between(*one.percentile, 3)] if self.resamples else [])]
                for one in self.effects
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        m = self.fit.measures
        fitted = (
            f"chi2({m.df}) {wording.figure(m.chisq)}, p {wording.p_cell(m.p)}, CFI {wording.coefficient(m.cfi, 3)}, "
            f"RMSEA {wording.coefficient(m.rmsea, 3)}"
            if m.df
            else "saturated, no fit is claimed"
        )
        head = (
            f"actor-partner mediation: {wording.counted(self.n, 'couple')} ({self.missing}), {fitted}; Monte Carlo of "
            f"{self.draws:,} draws, seed {self.seed}"
        )
        compared = [f"\n{text_table(difference_rows(self.differences))}\n"] if self.differences else []
        parts = [head, Shown.__str__(replace(self, notes=())), *compared]
        if self.assumptions:
            parts.append("\n".join(["Assumptions of the mediation model", *assumption_lines(self.assumptions)]))
        parts.append("\n".join(["What this cannot say", *(f"  {line}" for line in self.cannot_say)]))
        return "\n".join([*parts, *(f"note: {note}" for note in self.notes)])

    def plot(self) -> Any:
        """Return the path diagram as a matplotlib figure: standardized paths, negative orange, unclear grey.

        Raises
        ------
        ResponseError
            For several compositions side by side: one diagram holds one model.
        """
        from intimacy_scales.pictures.drawing import WIDE
        from intimacy_scales.pictures.path_model import draw_path_model, picture_of

        if len(self.fit.groups) > 1:
            raise ResponseError(
                Problem(where="plot", what="the model holds several compositions", allowed="one", do="fit one of them")
            )
        return draw_path_model(picture_of(self.fit.estimates), width=WIDE).figure()

    def apa(self) -> str:
        """Return the sentences of a results section."""
        sentences = [
            f"{effect.path}{f' ({effect.composition})' if effect.composition else ''}: indirect effect "
            f"{wording.figure(effect.est)}, SE = {wording.figure(effect.se)}, Monte Carlo "
            f"{wording.interval(effect.mc_low, effect.mc_high, self.level)}"
            for effect in self.effects
        ]
        return " ".join([wording.sentence("; ".join(sentences)), *difference_sentences(self.differences, self.level)])


def fit_dyadic_mediation(
    model: DyadModel,
    *,
    missing: Missing = "listwise",
    draws: int = DRAWS,
    seed: int = SEED,
    bootstrap: int = 2000,
    level: float = 0.95,
) -> Mediation:
    """Fit an actor-partner mediation model and return every indirect effect; of several mediators, compared.

    Each partner's mediators on both partners' predictors, each partner's outcome on both partners' mediators and
    predictors; residuals of all mediators covary, and of the outcomes. An indirect effect is the product ``a b`` of two
    paths. Partners told apart: eight for one mediator (from either predictor over either mediator to either outcome),
    and their total from each predictor to each outcome. Exchangeable partners (Olsen and Kenny's constraints): four,

    ==================  =============================================
    kind                way
    ==================  =============================================
    actor-actor         own X -> own M -> own Y
    partner-partner     own X -> partner's M -> own Y
    actor-partner       partner's X -> partner's M -> own Y
    partner-actor       partner's X -> own M -> own Y
    ==================  =============================================

    and the totals from own X (the first two) and from partner's X (the last two). Compositions stand side by side,
    each with effects of its own.

    Parameters
    ----------
    model
        Variables (couples x 2), with mediators, and compositions; covariates go to mediators and outcomes.
    missing
        ``"listwise"``: couples with every value; ``"fiml"``: all there is.
    draws, seed
        Of the Monte Carlo interval (95 %).
    bootstrap
        Resamples of couples, all fitted side by side; 0 for none. One composition, complete couples.

    Returns
    -------
    Mediation
        For each effect the estimate, the delta method's standard error and interval, and the Monte Carlo interval,
        which knows that a product is skewed: where the two disagree, take it.

    Raises
    ------
    ResponseError, IntimacyScalesError
        For constant variables, too few couples, or a model that cannot be fitted.

    Notes
    -----
    With everything asked at one time, "indirect" is a way to take an association apart, not a chain of causes: the
    mediator may as well come first. Validated against lavaan 0.6-14 (told apart and exchangeable: estimates, standard
    errors) to 1e-5.
    References: Ledermann, T., Macho, S., & Kenny, D. A. (2011). Assessing mediation in dyadic data using the
    actor-partner interdependence model. *Structural Equation Modeling, 18*, 595-612. MacKinnon, D. P., Lockwood, C. M.,
    & Williams, J. (2004). Confidence limits for the indirect effect. *Multivariate Behavioral Research, 39*, 99-128.
    """
    routes = [_routes(model, group) for group in range(len(model.compositions))]
    routes = [each | differences_of(each, group) for group, each in enumerate(routes)]
    made = model.fit(model.sample(missing), defined=[{name: one.expression for name, one in each.items()}
                                                     for each in routes])  # fmt: skip
    booted, why = _bootstrapped(model, made, missing, (bootstrap, seed, level))
    drawn = {interval.name: interval for interval in monte_carlo(made, draws=draws, seed=seed, level=level)}
    every = {name: route for each in routes for name, route in each.items()}
    told = [(one, every[one.name], drawn[one.name], bootstrap_ends(booted, one.name)) for one in made.defined]
    effects = [_indirect(*parts, level) for parts in told if parts[1].kind != "difference"]
    differences = [_difference(*parts) for parts in told if parts[1].kind == "difference"]
    notes = [
        *couple_notes(made, "mediation"),
        *why,
        "indirect effects take an association apart; they prove no chain of causes",
    ]
    if made.measures.df == 0:
        notes.append("the mediation model is saturated: it fits any data, so no fit is claimed")
    return Mediation(
        effects=tuple(effects),
        n=made.n,
        draws=draws,
        seed=seed,
        missing=missing,
        fit=made,
        notes=tuple(notes),
        differences=tuple(differences),
        resamples=bootstrap if booted else 0,
        level=level,
        assumptions=couple_assumptions(model, made),
    )


Ends = tuple[float, float]


def _indirect(
    estimate: DefinedEstimate, route: Route, drawn: MonteCarloInterval, resampled: tuple[Ends, Ends], level: float
) -> Indirect:
    low, high = ends_of(estimate.est, estimate.se, level)
    return Indirect(
        path=route.path,
        kind=cast("Way", route.kind),
        est=estimate.est,
        se=estimate.se,
        low=low,
        high=high,
        p=estimate.p,
        std=estimate.std,
        mc_low=drawn.lower,
        mc_high=drawn.upper,
        composition=route.composition,
        percentile=resampled[0],
        bias_corrected=resampled[1],
    )


def _difference(
    estimate: DefinedEstimate, route: Route, drawn: MonteCarloInterval, resampled: tuple[Ends, Ends]
) -> RouteDifference:
    return RouteDifference(
        path=route.path,
        first=route.ends[0],
        second=route.ends[1],
        est=estimate.est,
        se=estimate.se,
        p=estimate.p,
        monte_carlo=(drawn.lower, drawn.upper),
        percentile=resampled[0],
        bias_corrected=resampled[1],
        composition=route.composition,
    )


def _bootstrapped(
    model: DyadModel, fit: Fit, missing: Missing, how: tuple[int, int, float]
) -> tuple[dict[str, BootstrapInterval], list[str]]:
    """Return the bootstrap of every effect, or why there is none."""
    draws, seed, level = how
    if not draws:
        return {}, []
    if missing != "listwise" or len(model.compositions) > 1:
        return {}, ["no bootstrap with missing answers or several compositions: take the Monte Carlo intervals"]
    pairs = model.pair_rows() if model.exchangeable else None
    try:
        return {one.name: one for one in bootstrap_model(fit, draws=draws, seed=seed, pairs=pairs, level=level)}, []
    except IntimacyScalesError as fault:
        return {}, [f"no bootstrap: {fault}"]


def _routes(model: DyadModel, group: int) -> dict[str, Route]:
    """Return every indirect effect of a composition: name, words, product of labels."""
    composition, routes = model.compositions[group], dict[str, Route]()
    named = composition.name if len(model.compositions) > 1 else ""
    totals: dict[tuple[str, str, Way], list[str]] = {}
    for x, m in product(model.predictors, model.mediators):
        first = {(edge.start, edge.end): edge for edge in model.edges(m) if edge.cause is x}
        second = {(edge.start, edge.end): edge for edge in model.edges(model.outcome) if edge.cause is m}
        for i, j, k in _ways(alike=composition.exchangeable):
            a, b = first[x.names[i], m.names[j]], second[m.names[j], model.outcome.names[k]]
            kind: Way = f"{'actor' if i == j else 'partner'}-{'actor' if j == k else 'partner'}"  # type: ignore[assignment]
            ends = _end_words(model, group, x, (i, k))
            name = f"i{group}_{len(routes)}"
            over = _word(model, group, m, j)
            expression = f"{model.label(a, group)} * {model.label(b, group)}"
            path = f"{ends[0]} -> {over} -> {ends[1]}"
            routes[name] = Route(
                path=path, kind=kind, expression=expression, composition=named, ends=ends, mediator=m.name, steps=kind
            )
            total: Way = "total" if not composition.exchangeable else "total actor" if i == k else "total partner"
            totals.setdefault((*ends, total), []).append(name)
    return routes | {
        f"t{group}_{j}": Route(
            path=f"{start} -> (all mediators) -> {end}", kind=kind, expression=" + ".join(names), composition=named
        )
        for j, ((start, end, kind), names) in enumerate(totals.items())
    }


def _ways(*, alike: bool) -> Iterator[tuple[int, int, int]]:
    """Yield whose predictor, mediator and outcome; where nothing tells partners apart, of one partner's outcome."""
    yield from ((i, j, k) for i, j, k in product((0, 1), repeat=3) if not (alike and k))


def _word(model: DyadModel, group: int, variable: Variable, side: int) -> str:
    """Return a column as it is printed: with its partner, or as own and partner's."""
    composition = model.compositions[group]
    if composition.exchangeable:
        return f"own {variable.name}" if side == 0 else f"partner's {variable.name}"
    return variable.names[side] if len(model.compositions) == 1 else f"{variable.name}_{composition.keys[side]}"


def _end_words(model: DyadModel, group: int, x: Variable, sides: tuple[int, int]) -> tuple[str, str]:
    return _word(model, group, x, sides[0]), _word(model, group, model.outcome, sides[1])


def fit_mediation(  # noqa: PLR0913 -- variables, and how their model is fitted, by name
    predictors: Sequence[Variable],
    mediators: Sequence[Variable],
    outcome: Variable,
    *,
    covariates: Sequence[Variable] = (),
    missing: Missing = "listwise",
    exchangeable: bool = False,
    draws: int = DRAWS,
    seed: int = SEED,
    bootstrap: int = 2000,
) -> Mediation:
    """Fit an actor-partner mediation model to couples of one composition: see :func:`fit_dyadic_mediation`."""
    model = single_composition(
        predictors, outcome, mediators=mediators, covariates=covariates, exchangeable=exchangeable
    )
    return fit_dyadic_mediation(model, missing=missing, draws=draws, seed=seed, bootstrap=bootstrap)
