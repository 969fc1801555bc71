"""The actor-partner interdependence model: what a person's own score, and the partner's, go with.

Paths of actor-partner models as people read them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from intimacy_scales.analysis.couples.model import FloatArray
from intimacy_scales.analysis.couples.variables import Variable
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.statistics.sem import (
    DifferenceTest,
    Fit,
    Model,
    Parameter,
    Sample,
    covariance,
    difference_test,
    fit,
    mean,
    path_model,
    regression,
    sample,
)

Kind = Literal["actor", "partner", "covariate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One path: an actor path runs within a person, a partner path from one partner to the other."""

    start: str
    end: str
    kind: Kind
    est: float
    se: float
    low: float
    high: float
    p: float
    std: float

    def to_dict(self) -> dict[str, Any]:
        """Return the path JSON-safe."""
        return json_dict(
            {
                "from": self.start,
                "to": self.end,
                "kind": self.kind,
                "est": self.est,
                "se": self.se,
                "ci": [self.low, self.high],
                "p": self.p,
                "std": self.std,
            }
        )

    def cells(self) -> list[str]:
        """Return the path rounded for eyes."""
        p = "< .001" if self.p < 0.001 else f"{self.p:.3f}"
        span = f"[{self.low:.3f}, {self.high:.3f}]"
        return [
            f"{self.start} -> {self.end}",
            self.kind,
            f"{self.est:.3f}",
            f"{self.se:.3f}",
            span,
            p,
            f"{self.std:.3f}",
        ]


PATH_HEAD = ("path", "kind", "est", "SE", "interval", "p", "std")


def path_of(fit: Fit, start: str, end: str, kind: Kind) -> Path:
    """Return one path of a fit."""
    row = fit.estimate(f"{end}~{start}")
    return Path(
        start=start, end=end, kind=kind, est=row.est, se=row.se, low=row.lower, high=row.upper, p=row.p, std=row.std
    )


def fit_dict(fit: Fit) -> dict[str, Any]:
    """Return the fit of a model JSON-safe."""
    m = fit.measures
    return json_dict(
        {
            "chi2": m.chisq,
            "df": m.df,
            "p": m.p if m.df else None,
            "cfi": m.cfi,
            "tli": m.tli,
            "rmsea": m.rmsea,
            "rmsea_ci": [m.rmsea_lower, m.rmsea_upper],
            "srmr": m.srmr,
            "aic": m.aic,
            "bic": m.bic,
            "logl": m.logl,
        }
    )


Missing = Literal["listwise", "fiml"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Apim(Shown):
    """A fitted actor-partner model: ``paths`` free, ``equal`` with actor and partner paths held equal.

    ``alike`` (exchangeable partners): one actor and one partner path from the model in which nothing tells the partners
    apart: paths, means, variances and covariances are equal.
    """

    predictors: tuple[str, ...]
    outcome: str
    covariates: tuple[str, ...]
    n: int
    missing: Missing
    paths: tuple[Path, ...]
    equal: tuple[Path, ...]
    equality: DifferenceTest
    alike: tuple[Path, ...]
    exchangeable: bool
    free_fit: Fit = field(repr=False)
    equal_fit: Fit = field(repr=False)
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the model JSON-safe at full precision."""
        return json_dict(
            {
                "predictor": self.predictors[0] if len(self.predictors) == 1 else list(self.predictors),
                "outcome": self.outcome,
                "covariates": list(self.covariates),
                "n": self.n,
                "missing": self.missing,
                "estimator": self.free_fit.estimator,
                "exchangeable": self.exchangeable,
                "paths": [one.to_dict() for one in self.paths],
                "fit": fit_dict(self.free_fit),
                "equality": {"chi2": self.equality.chisq, "df": self.equality.df, "p": self.equality.p},
                "equal_paths": [one.to_dict() for one in self.equal],
                "equal_fit": fit_dict(self.equal_fit),
                "exchangeable_paths": [one.to_dict() for one in self.alike],
                "notes": list(self.notes),
            }
        )

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line a path: the equal paths of exchangeable partners, else the free ones."""
        shown = self.alike if self.exchangeable else self.paths
        test = self.equality
        said = ["equal for both?", "", f"chi2({test.df}) {test.chisq:.2f}", "", "", f"{test.p:.3f}", ""]
        return [list(PATH_HEAD), *(one.cells() for one in shown), said]

    def apa(self) -> str:
        """Return the sentences of a results section."""
        shown = self.alike if self.exchangeable else self.paths
        said = [
            f"{one.kind} path {one.start} -> {one.end}: b = {one.est:.2f}, SE = {one.se:.2f}, "
            f"95% CI [{one.low:.2f}, {one.high:.2f}], beta = {one.std:.2f}"
            for one in shown
            if one.kind != "covariate"
        ]
        test = self.equality
        return "; ".join(said) + f"; equality: chi2({test.df}, N = {self.n}) = {test.chisq:.2f}, p = {test.p:.3f}."

    def table(self) -> Any:
        """Return a pandas frame with a row a path."""
        import pandas as pd

        return pd.DataFrame([one.to_dict() for one in self.paths])


def fit_apim(
    predictors: Sequence[Variable],
    outcome: Variable,
    *,
    covariates: Sequence[Variable] = (),
    missing: Missing = "listwise",
    exchangeable: bool = False,
) -> Apim:
    """Fit an actor-partner interdependence model.

    ``Y1 = actor1 X1 + partner12 X2 + e1``, ``Y2 = actor2 X2 + partner21 X1 + e2``; X1 with X2 and e1 with e2 covary.
    Fitted by maximum likelihood in ``sem``; *equality* compares with the model in which both actor
    and both partner paths are equal (2 degrees of freedom a predictor).

    Parameters
    ----------
    predictors, outcome, covariates
        Couples x 2 each. A covariate that is one for the couple goes to both outcomes; one of each person goes to both
        outcomes from both.
    missing
        ``"listwise"``: couples with every value; ``"fiml"``: all there is, by full information maximum likelihood.
    exchangeable
        Whether nothing tells the partners apart; then one actor and one partner path are estimated too, with means,
        variances and covariances equal (Olsen and Kenny, 2006).

    Returns
    -------
    Apim
        Estimates, standard errors, 95 % intervals, p (normal), standardized paths (each variable by its own SD).

    Raises
    ------
    ResponseError, IntimacyScalesError
        For constant variables, too few couples, or a model that cannot be fitted.

    Notes
    -----
    Nothing here is causal: a path is a regression weight in data that were mostly asked at one time. Actor paths share
    the person's way of answering; partner paths do not. Standardized paths of the two partners must not be compared
    with each other. Whether the scales measure the same in both partners is not tested here. Validated against lavaan
    0.6-14 (free, equal, chi-square difference) to 1e-5.
    References: Kenny, D. A., Kashy, D. A., & Cook, W. L. (2006). *Dyadic data analysis*. Guilford. Olsen, J. A., &
    Kenny, D. A. (2006). Structural equation modeling with interchangeable dyads. *Psychological Methods, 11*, 127-141.
    """
    parts = Parts(predictors=tuple(predictors), outcome=outcome, covariates=tuple(covariates))
    data = parts.sample(missing)
    free, equal = fit(_model(parts, equal=False), data), fit(_model(parts, equal=True), data)
    alike = fit(_alike_model(parts), data) if exchangeable else None
    notes = [
        *couple_notes(free),
        "maximum likelihood; p and intervals from the normal distribution; nothing here is causal",
    ]
    if alike is not None:
        notes.append("partners that nothing tells apart: read the exchangeable paths; the free ones hang on the order")
    else:
        notes.append("paths of women and men compare only where the scale measures the same in both: not tested here")
    return Apim(
        predictors=tuple(one.name for one in predictors),
        outcome=outcome.name,
        covariates=tuple(one.name for one in covariates),
        n=free.n,
        missing=missing,
        paths=parts.paths(free),
        equal=parts.paths(equal),
        equality=difference_test(equal, free),
        alike=() if alike is None else parts.paths(alike),
        exchangeable=exchangeable,
        free_fit=free,
        equal_fit=equal,
        notes=tuple(dict.fromkeys(notes)),
    )


def couple_notes(made: Fit) -> list[str]:
    """Return the notes of a fit whose rows are couples."""
    return [note.replace(" persons ", " couples ") for note in made.notes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Variables of a model and the columns they stand in."""

    predictors: tuple[Variable, ...]
    outcome: Variable
    covariates: tuple[Variable, ...]
    mediators: tuple[Variable, ...] = ()

    @property
    def inputs(self) -> tuple[Variable, ...]:
        """Predictors and covariates."""
        return (*self.predictors, *self.covariates)

    def names(self, one: Variable) -> tuple[str, ...]:
        """Return the columns of a variable: one where the couple shares it."""
        return (one.name,) if one.shared else one.names

    def sample(self, missing: Missing) -> Sample:
        """Return the data of the model, couples x columns."""
        found: dict[str, FloatArray] = {}
        for one in (*self.inputs, *self.mediators, self.outcome):
            for j, name in enumerate(self.names(one)):
                found[name] = one.values[:, j]
        return sample(np.column_stack(list(found.values())), list(found), missing=missing)

    def paths(self, made: Fit) -> tuple[Path, ...]:
        """Return every path to the outcome, actor paths first."""
        found = []
        for kind in ("actor", "partner", "covariate"):
            for one in self.inputs:
                found += [path_of(made, *path) for path in self.ways(one) if path[2] == kind]
        return tuple(found)

    def ways(self, one: Variable) -> list[tuple[str, str, Kind]]:
        """Return (from, to, kind) of a predictor's or covariate's paths to the outcome."""
        ends = self.outcome.names
        if one in self.covariates or one.shared:
            return [(start, end, "covariate") for end in ends for start in self.names(one)]
        ways: list[tuple[str, str, Kind]] = []
        for j, end in enumerate(ends):
            ways += [(one.names[j], end, "actor"), (one.names[1 - j], end, "partner")]
        return ways


def _model(parts: Parts, *, equal: bool) -> Model:
    blocks = []
    for end in parts.outcome.names:
        terms: dict[str, str | float | None] = {}
        for one in parts.inputs:
            for start, to, kind in parts.ways(one):
                if to == end:
                    terms[start] = f"{kind}_{one.name}" if equal and kind != "covariate" else None
        blocks.append(regression(end, terms))
    return path_model(*blocks, *_moments(parts))


def _moments(parts: Parts) -> list[tuple[Parameter, ...]]:
    """Return free variances and covariances of everything that is not explained, as the reference model has it."""
    names = [name for one in parts.inputs for name in parts.names(one)]
    blocks = [covariance(first, names[j + 1 :]) for j, first in enumerate(names) if names[j + 1 :]]
    return [*blocks, covariance(parts.outcome.names[0], [parts.outcome.names[1]])]


def _alike_model(parts: Parts) -> Model:
    """Return the model in which nothing tells the partners apart.

    Own and other's path, means, variances and every covariance are the same for both; a covariate that the couple
    shares has one path to both outcomes.
    """
    blocks = []
    for side, end in enumerate(parts.outcome.names):
        terms: dict[str, str | float | None] = {}
        for one in parts.inputs:
            names = parts.names(one)
            terms |= {names[side % len(names)]: f"own_{one.name}"}
            terms |= {names[1 - side]: f"other_{one.name}"} if len(names) == 2 else {}
        blocks += [regression(end, terms), covariance(end, {end: "rest"}), mean(end, "intercept")]
    blocks.append(covariance(parts.outcome.names[0], [parts.outcome.names[1]]))
    for j, one in enumerate(parts.inputs):
        for name in parts.names(one):
            blocks += [covariance(name, {name: f"var_{one.name}"}), mean(name, f"mean_{one.name}")]
        if not one.shared:
            blocks.append(covariance(one.names[0], [one.names[1]]))
        for later in parts.inputs[j + 1 :]:
            blocks += [covariance(name, _alike(parts, one, later, side)) for side, name in enumerate(parts.names(one))]
    return path_model(*blocks, means=True)


def _alike(parts: Parts, one: Variable, later: Variable, side: int) -> dict[str, str | float | None]:
    """Return the covariances of one input of a person with a later one: own and other's, the same for both persons."""
    names = parts.names(later)
    if one.shared or len(names) == 1:
        return dict.fromkeys(names, f"with_{one.name}_{later.name}")
    return {names[side]: f"within_{one.name}_{later.name}", names[1 - side]: f"across_{one.name}_{later.name}"}
