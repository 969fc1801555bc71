"""What is regressed on what in couples, and the structural model that follows, for every composition of couples.

Partners told apart have parameters of their own; exchangeable partners share each of them after swapping (Olsen and
Kenny, 2006). Compositions stand side by side as groups.

Partner over actor effect (k), and the pattern of interdependence it names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isnan, nan
from typing import Any, Literal

import numpy as np

from intimacy_scales.analysis.couples.variables import Variable
from intimacy_scales.analysis.dyads import Composition
from intimacy_scales.base import wording
from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.results import json_dict
from intimacy_scales.statistics.estimate import half_width
from intimacy_scales.statistics.model_bootstrap import PairRows
from intimacy_scales.statistics.sem import (
    Fit,
    GroupedModel,
    Model,
    Parameter,
    Sample,
    adjusted,
    covariance,
    fit,
    mean,
    monte_carlo_of,
    pair_sample,
    path_model,
    regression,
)

Kind = Literal["actor", "partner", "covariate"]
Missing = Literal["listwise", "fiml"]
Terms = dict[str, "str | float | None"]

#: what is held equal: nothing, the actor effects, the partner effects or both, over all kinds of person; both over the
#: partners of a composition; both over all persons of one label with partners of one label
Equal = Literal["", "actor", "partner", "both", "composition", "label"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One arrow between two columns: which variables, which partner's, and what it is called when held equal."""

    cause: Variable
    effect: Variable
    start: str
    end: str
    kind: Kind
    side: int
    """The partner whose effect variable it is (0 or 1)."""
    own: bool
    """Whether the cause is the same partner's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DyadModel:
    """Variables of a model of couples (each couples x 2), and the compositions it is fitted to.

    ``of`` holds the place of every couple's composition; -1 for couples that are not in the model.
    """

    predictors: tuple[Variable, ...]
    outcome: Variable
    mediators: tuple[Variable, ...] = ()
    covariates: tuple[Variable, ...] = ()
    compositions: tuple[Composition, ...]
    of: IntArray = field(repr=False)

    @property
    def inputs(self) -> tuple[Variable, ...]:
        """Predictors and covariates."""
        return (*self.predictors, *self.covariates)

    @property
    def effects(self) -> tuple[Variable, ...]:
        """Mediators and outcome."""
        return (*self.mediators, self.outcome)

    @property
    def variables(self) -> tuple[Variable, ...]:
        """All of them."""
        return (*self.inputs, *self.effects)

    @property
    def exchangeable(self) -> bool:
        """Whether nothing tells any of the partners apart."""
        return all(composition.exchangeable for composition in self.compositions)

    def groups(self) -> tuple[str, ...]:
        """Return the names of the groups: none where there is one composition."""
        return tuple(composition.name for composition in self.compositions) if len(self.compositions) > 1 else ("",)

    def sample(self, missing: Missing) -> Sample:
        """Return the data of the model, couples x columns."""
        columns: dict[str, FloatArray] = {}
        swap: list[int] = []
        for variable in self.variables:
            names = columns_of(variable)
            at = len(columns)
            columns |= {name: variable.values[:, j] for j, name in enumerate(names)}
            swap += [at + 1, at] if len(names) == 2 else [at]
        table = np.column_stack(list(columns.values()))
        groups = self.groups()
        alike = {
            group for group, composition in zip(groups, self.compositions, strict=True) if composition.exchangeable
        }
        kept = np.flatnonzero(self.of >= 0)
        order = kept[np.argsort(self.of[kept], kind="stable")]  # groups stand in the order of the compositions
        labels = [groups[j] for j in self.of[order].tolist()]
        return pair_sample(table[order], list(columns), swap, groups=labels, exchangeable=alike, missing=missing)

    def pair_rows(self) -> PairRows:
        """Return the complete couples of one composition of exchangeable partners, for resampling."""
        names = [name for one in self.variables for name in columns_of(one)]
        columns = [one.values[:, j] for one in self.variables for j in range(len(columns_of(one)))]
        rows = np.column_stack(columns)[self.of >= 0]
        swap: list[int] = []
        for variable in self.variables:
            at = len(swap)
            swap += [at + 1, at] if len(columns_of(variable)) == 2 else [at]
        return PairRows(names=tuple(names), rows=rows[~np.isnan(rows).any(axis=1)], swap=tuple(swap))

    def fit(self, data: Sample, equal: Equal = "", defined: Sequence[dict[str, str]] = ()) -> Fit:
        """Fit the model; ``defined``: quantities of every composition, made of :meth:`label`."""
        quantities = defined or [{} for _ in self.compositions]
        models = tuple(self._model(group, equal, quantities[group]) for group in range(len(self.compositions)))
        grouped = GroupedModel(groups=self.groups(), models=models)
        shared = sum(variable.shared for variable in self.variables)
        alike = sum(composition.exchangeable for composition in self.compositions)
        return adjusted(fit(grouped, data), len(self.variables) - shared, shared, alike)

    def edges(self, effect: Variable) -> Iterator[Edge]:
        """Yield every arrow to one variable of both partners, actor effects first."""
        causes = (*self.mediators, *self.inputs) if effect is self.outcome else self.inputs
        for cause in causes:
            held = cause in self.covariates or cause.shared
            for own in (True, False):
                for side, end in enumerate(effect.names):
                    if cause.shared and not own:
                        continue
                    start = cause.name if cause.shared else cause.names[side if own else 1 - side]
                    kind: Kind = "covariate" if held else "actor" if own else "partner"
                    yield Edge(cause=cause, effect=effect, start=start, end=end, kind=kind, side=side, own=own)

    def label(self, edge: Edge, group: int, equal: Equal = "") -> str:
        """Return the label of an arrow: two arrows with one label are one parameter."""
        composition = self.compositions[group]
        at = {variable.name: j for j, variable in enumerate(self.variables)}
        name = f"{'own' if edge.own else 'other'}_{at[edge.cause.name]}_{at[edge.effect.name]}"
        person = f"g{group}" if composition.exchangeable else f"g{group}s{edge.side}"
        if edge.kind == "covariate" or not equal:
            return f"{name}_{person}"
        if equal in ("both", edge.kind):
            return name
        if equal == "composition":
            return f"{name}_g{group}"
        if equal == "label":
            labels = sorted({label for one in self.compositions for label in one.labels})
            me, you = (labels.index(composition.labels[j]) for j in (edge.side, 1 - edge.side))
            return f"{name}_l{me}" if edge.own else f"{name}_l{you}to{me}"
        return f"{name}_{person}"

    def _model(self, group: int, equal: Equal, defined: dict[str, str]) -> Model:
        alike = self.compositions[group].exchangeable
        blocks: list[tuple[Parameter, ...]] = []
        for effect in self.effects:
            terms: dict[str, Terms] = {end: {} for end in effect.names}
            for edge in self.edges(effect):
                terms[edge.end][edge.start] = self.label(edge, group, equal)
            blocks += [regression(end, causes) for end, causes in terms.items()]
        for variables in (self.inputs, self.mediators, (self.outcome,)):
            blocks += _alike(variables, group) if alike else _free(variables)
        return path_model(*blocks, means=True, covary=False, defined=defined)


def ends_of(est: float, se: float, level: float) -> tuple[float, float]:
    """Return the normal interval of an estimate."""
    off = half_width(level) * se
    return est - off, est + off


def columns_of(variable: Variable) -> tuple[str, ...]:
    """Return the columns of a variable: one where the couple shares it."""
    return (variable.name,) if variable.shared else variable.names


def _free(variables: Sequence[Variable]) -> list[tuple[Parameter, ...]]:
    """Return the free (residual) variances and covariances of variables that stand on one level."""
    names = [name for variable in variables for name in columns_of(variable)]
    return [covariance(name, names[j:]) for j, name in enumerate(names)]


def _alike(variables: Sequence[Variable], group: int) -> list[tuple[Parameter, ...]]:
    """Return the same, equal after swapping: variances, means, covariances of own with own and of own with other."""
    blocks: list[tuple[Parameter, ...]] = []
    for j, variable in enumerate(variables):
        names, tag = columns_of(variable), f"{variable.name}.{group}"
        for name in names:
            blocks += [covariance(name, {name: f"var {tag}"}), mean(name, f"mean {tag}")]
        if len(names) == 2:
            blocks.append(covariance(names[0], [names[1]]))
        for later in variables[j + 1 :]:
            blocks += [covariance(name, _crossed(variable, later, side, tag)) for side, name in enumerate(names)]
    return blocks


def _crossed(variable: Variable, later: Variable, side: int, tag: str) -> Terms:
    names = columns_of(later)
    if variable.shared or len(names) == 1:
        return dict.fromkeys(names, f"with {tag} {later.name}")
    return {names[side]: f"within {tag} {later.name}", names[1 - side]: f"between {tag} {later.name}"}


def fit_dict(made: Fit) -> dict[str, Any]:
    """Return the fit of a model JSON-safe; of a saturated one (df 0) nothing is claimed."""
    m = made.measures
    tested = m.df > 0
    indices = {
        "p": m.p,
        "cfi": m.cfi,
        "tli": m.tli,
        "rmsea": m.rmsea,
        "rmsea_ci": [m.rmsea_lower, m.rmsea_upper],
        "srmr": m.srmr,
    }
    return json_dict(
        {
            "chi2": m.chisq if tested else 0.0,
            "df": m.df,
            **(indices if tested else dict.fromkeys(indices)),
            "saturated": not tested,
            "aic": m.aic,
            "bic": m.bic,
            "logl": m.logl,
        }
    )


def model_dict(model: Any, own: Mapping[str, Any]) -> dict[str, Any]:
    """Return a model of latent variables JSON-safe: what it is of, its own figures, its fit."""
    about = ("predictor", "outcome", "composition", "exchangeable", "n", "missing")
    return json_dict(
        {name: getattr(model, name) for name in about}
        | dict(own)
        | {
            "fit": fit_dict(model.fit),
            "improper": list(model.improper),
            "level": model.level,
            "notes": list(model.notes),
        }
    )


def couple_notes(made: Fit, model: str) -> list[str]:
    """Return the notes of a fit whose rows are couples, each with the model that it is of."""
    return [f"{model}: {note.replace(' persons ', ' couples ')}" for note in made.notes]


def improper_in(fits: Sequence[Fit], names: Mapping[str, str]) -> tuple[str, ...]:
    """Return what makes a solution improper: negative variances, correlations beyond 1; columns by their own names."""
    said = dict.fromkeys(
        note
        for made in fits
        for note in made.notes
        if note.startswith(("negative variance", "correlation beyond 1", "improper"))
    )
    found = []
    for note in said:
        text = note
        for column, name in names.items():
            text = text.replace(column, name)
        found.append(text)
    return tuple(dict.fromkeys(found))


Pattern = Literal["actor-only", "couple", "contrast", "not decided"]
PATTERNS: Mapping[Pattern, float] = {"actor-only": 0.0, "couple": 1.0, "contrast": -1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerActorRatio:
    """``k = partner / actor`` of one kind of person, with a Monte Carlo interval.

    NaN where the actor effect's interval holds zero: the ratio is then anything. ``pattern``: the one of actor-only
    (0), couple (1) and contrast (-1) that lies inside the interval, where exactly one does.
    """

    partner: str
    predictor: str
    value: float
    low: float
    high: float
    level: float
    draws: int
    seed: int
    pattern: Pattern
    why: str = ""

    def __str__(self) -> str:
        if isnan(self.value):
            return f"{self.partner}, {self.predictor}: {self.why}"
        ends = wording.between(self.low, self.high)
        return f"{self.partner}, {self.predictor}: {wording.figure(self.value)} {ends}, {self.pattern}"

    def to_dict(self) -> dict[str, Any]:
        """Return the ratio JSON-safe."""
        return json_dict(
            {
                "partner": self.partner,
                "predictor": self.predictor,
                "value": self.value,
                "ci": [self.low, self.high],
                "level": self.level,
                "draws": self.draws,
                "seed": self.seed,
                "pattern": self.pattern,
                "why": self.why or None,
            }
        )


def pattern_of(low: float, high: float) -> Pattern:
    """Return the pattern that an interval of k names.

    Examples
    --------
    >>> pattern_of(0.41, 0.80), pattern_of(0.6, 1.3), pattern_of(-0.2, 0.3), pattern_of(-0.1, 1.2)
    ('not decided', 'couple', 'actor-only', 'not decided')
    """
    inside: list[Pattern] = [name for name, k in PATTERNS.items() if low <= k <= high]
    return inside[0] if len(inside) == 1 else "not decided"


def partner_actor_ratios(
    model: DyadModel, made: Fit, equal: Equal = "", *, draws: int, seed: int, level: float = 0.95
) -> tuple[PartnerActorRatio, ...]:
    """Return k of every kind of person and predictor.

    ``k = p / a`` with the interval of draws from the normal distribution of both estimates; only where the actor
    effect's interval leaves out zero, since a ratio to a number near zero has no bounds.

    Notes
    -----
    k may be anything between and beyond the three patterns; that none is named says that the interval holds none or
    several of them, not that there is no pattern.
    Reference: Kenny, D. A., & Ledermann, T. (2010). Detecting, measuring, and testing dyadic patterns in the
    actor-partner interdependence model. *Journal of Family Psychology, 24*, 359-366. https://doi.org/10.1037/a0019651
    """
    found: dict[tuple[str, str], PartnerActorRatio] = {}
    for group, composition in enumerate(model.compositions):
        edges = [edge for edge in model.edges(model.outcome) if edge.cause in model.predictors]
        for actor in (edge for edge in edges if edge.own):
            other = next(e for e in edges if not e.own and e.cause is actor.cause and e.side == actor.side)
            labels = (model.label(actor, group, equal), model.label(other, group, equal))
            if labels in found:
                continue
            person = composition.persons[actor.side if len(composition.persons) == 2 else 0]
            name = "all" if equal else person if len(model.compositions) == 1 else f"{composition.name}: {person}"
            found[labels] = _ratio(made, actor, made.groups[group], labels, name, (draws, seed, level))
    return tuple(found.values())


def _ratio(
    made: Fit, actor: Edge, group: str, labels: tuple[str, str], person: str, how: tuple[int, int, float]
) -> PartnerActorRatio:
    row = made.estimate(f"{actor.end}~{actor.start}", group)
    draws, seed, level = how
    low, high = ends_of(row.est, row.se, level)
    none = PartnerActorRatio(
        partner=person,
        predictor=actor.cause.name,
        value=nan,
        low=nan,
        high=nan,
        level=level,
        draws=draws,
        seed=seed,
        pattern="not decided",
        why="no ratio: the interval of the actor effect holds zero",
    )
    if low <= 0 <= high:
        return none
    (drawn,) = monte_carlo_of(made, {"k": f"{labels[1]} / {labels[0]}"}, draws=draws, seed=seed, level=level)
    return replace(
        none, value=drawn.est, low=drawn.lower, high=drawn.upper, pattern=pattern_of(drawn.lower, drawn.upper), why=""
    )
