"""Actor-partner mediation: the ways from a predictor over mediators to the outcome, within and across partners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Literal

from intimacy_scales.analysis.couples.apim import Missing, Parts, couple_notes
from intimacy_scales.analysis.couples.variables import Variable
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.statistics.sem import Fit, Model, covariance, fit, monte_carlo, path_model, regression

Way = Literal["actor-actor", "actor-partner", "partner-actor", "partner-partner", "total"]


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

    def to_dict(self) -> dict[str, Any]:
        """Return the effect JSON-safe."""
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
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mediation(Shown):
    """Indirect effects of an actor-partner mediation model."""

    effects: tuple[Indirect, ...]
    n: int
    draws: int
    seed: int
    fit: Fit = field(repr=False)
    notes: tuple[str, ...] = ()

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the effects JSON-safe, a list as the interface has it."""
        return [one.to_dict() for one in self.effects]

    def table(self) -> Any:
        """Return a pandas frame with a row an effect."""
        import pandas as pd

        return pd.DataFrame(self.to_dict())

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line an effect."""
        head = ["indirect effect", "kind", "est", "SE", "delta interval", "Monte Carlo interval"]
        return [
            head,
            *(
                [one.path, one.kind, f"{one.est:.3f}", f"{one.se:.3f}", f"[{one.low:.3f}, {one.high:.3f}]",
                 f"[{one.mc_low:.3f}, {one.mc_high:.3f}]"]
                for one in self.effects
            ),
        ]  # fmt: skip


def fit_mediation(
    predictors: Sequence[Variable],
    mediators: Sequence[Variable],
    outcome: Variable,
    *,
    covariates: Sequence[Variable] = (),
    missing: Missing = "listwise",
    draws: int = 20_000,
    seed: int = 2005,
) -> Mediation:
    """Fit an actor-partner mediation model and return every indirect effect.

    Each partner's mediators on both partners' predictors, each partner's outcome on both partners' mediators and
    predictors; residuals of all mediators covary, and of the outcomes. An indirect effect is the product ``a b`` of two
    paths: for one mediator eight (from either predictor over either mediator to either outcome), and their total from
    each predictor to each outcome.

    Parameters
    ----------
    predictors, mediators, outcome, covariates
        Couples x 2 each; covariates go to mediators and outcomes.
    missing
        As in :func:`~intimacy_scales.analysis.couples.apim.fit_apim`.
    draws, seed
        Of the Monte Carlo interval (95 %).

    Returns
    -------
    Mediation
        For each effect the estimate, the delta method's standard error and interval, and the Monte Carlo interval,
        which knows that a product is skewed: where the two disagree, take it.

    Raises
    ------
    ResponseError, IntimacyScalesError
        As :func:`~intimacy_scales.analysis.couples.apim.fit_apim`.

    Notes
    -----
    With everything asked at one time, "indirect" is a way to take an association apart, not a chain of causes: the
    mediator may as well come first. Validated against lavaan 0.6-14 (estimates, standard errors) to 1e-5.
    References: Ledermann, T., Macho, S., & Kenny, D. A. (2011). Assessing mediation in dyadic data using the
    actor-partner interdependence model. *Structural Equation Modeling, 18*, 595-612. MacKinnon, D. P., Lockwood, C. M.,
    & Williams, J. (2004). Confidence limits for the indirect effect. *Multivariate Behavioral Research, 39*, 99-128.
    """
    parts = Parts(
        predictors=tuple(predictors), outcome=outcome, covariates=tuple(covariates), mediators=tuple(mediators)
    )
    routes = _routes(parts)
    made = fit(_model(parts, routes, fixed_x=missing == "listwise"), parts.sample(missing))
    drawn = {one.name: one for one in monte_carlo(made, draws=draws, seed=seed)}
    effects = []
    for one in made.defined:
        said = routes[one.name]
        effects.append(
            Indirect(
                path=said.path,
                kind=said.kind,
                est=one.est,
                se=one.se,
                low=one.lower,
                high=one.upper,
                p=one.p,
                std=one.std,
                mc_low=drawn[one.name].lower,
                mc_high=drawn[one.name].upper,
            )
        )
    notes = (*couple_notes(made), "indirect effects take an association apart; they prove no chain of causes")
    return Mediation(effects=tuple(effects), n=made.n, draws=draws, seed=seed, fit=made, notes=notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    path: str
    kind: Way
    expression: str


def _label(start: str, end: str, columns: Sequence[str]) -> str:
    return f"p{columns.index(start)}_{columns.index(end)}"


def _columns(parts: Parts) -> list[str]:
    return [name for one in (*parts.inputs, *parts.mediators, parts.outcome) for name in parts.names(one)]


def _routes(parts: Parts) -> dict[str, _Route]:
    """Return every indirect effect: name, words, product of labels."""
    columns, routes = _columns(parts), dict[str, _Route]()
    totals: dict[tuple[str, str], list[str]] = {}
    for x, m in product(parts.predictors, parts.mediators):
        for i, j, k in product((0, 1), repeat=3):
            start, over, end = x.names[i], m.names[j], parts.outcome.names[k]
            kind: Way = f"{'actor' if i == j else 'partner'}-{'actor' if j == k else 'partner'}"  # type: ignore[assignment]
            name = f"i{len(routes)}"
            routes[name] = _Route(
                path=f"{start} -> {over} -> {end}",
                kind=kind,
                expression=f"{_label(start, over, columns)} * {_label(over, end, columns)}",
            )
            totals.setdefault((start, end), []).append(name)
    routes |= {
        f"t{j}": _Route(path=f"{start} -> (all mediators) -> {end}", kind="total", expression=" + ".join(names))
        for j, ((start, end), names) in enumerate(totals.items())
    }
    return routes


def _model(parts: Parts, routes: dict[str, _Route], *, fixed_x: bool) -> Model:
    columns = _columns(parts)
    inputs = [name for one in parts.inputs for name in parts.names(one)]
    middle = [name for one in parts.mediators for name in one.names]
    blocks = [regression(end, {start: _label(start, end, columns) for start in inputs}) for end in middle]
    blocks += [
        regression(end, {start: _label(start, end, columns) for start in (*middle, *inputs)})
        for end in parts.outcome.names
    ]
    blocks += [covariance(first, middle[j + 1 :]) for j, first in enumerate(middle) if middle[j + 1 :]]
    if not fixed_x:
        blocks += [covariance(first, inputs[j:]) for j, first in enumerate(inputs)]
    blocks.append(covariance(parts.outcome.names[0], [parts.outcome.names[1]]))
    return path_model(*blocks, fixed_x=fixed_x, defined={name: route.expression for name, route in routes.items()})
