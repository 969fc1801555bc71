"""The bank's own scales put to the test: a confirmatory factor model, straight from the YAML.

What a confirmatory model says of its scales' sums: composite reliability, average variance extracted, bifactor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from intimacy_scales.analysis.structure.dynamic_cutoffs import DynamicCutoffs, dynamic_cutoffs
from intimacy_scales.analysis.structure.item_answers import ItemAnswers, attempt
from intimacy_scales.analysis.structure.model_data import (
    ESTIMATORS,
    Estimator,
    Missing,
    ModelData,
    Variant,
    data_of,
    model_of,
)
from intimacy_scales.base.errors import IntimacyScalesError
from intimacy_scales.base.wording import coefficient
from intimacy_scales.statistics.sem import (
    Fit,
    LatentCorrelations,
    factor_sums,
    fit,
    latent_correlations,
    modification_indices,
    residuals,
)
from intimacy_scales.statistics.sem.results import ScaledMeasures, headline

NOT_DEFINED = float("nan")
FEW_CLUSTERS = 40  # below, cluster-robust standard errors are themselves unsure


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """One factor's items taken together.

    ``reliability`` is McDonald's omega from the model, ``(sum l)^2 v / ((sum l)^2 v + sum t)`` with loadings l, factor
    variance v and residual variances t; NaN for ordinal answers (the sum of ticks is not the sum of what lies behind
    them: see the categorical omega of the reliability room). ``ave`` is the average variance extracted, the mean
    squared standardized loading (Fornell and Larcker, 1981, https://doi.org/10.1177/002224378101800104; semTools weighs
    the items by their variances, a few thousandths apart).
    ``largest_squared_r`` is the factor's largest squared correlation with another; above ``ave``, the two share more
    with each other than the factor with its items.
    """

    factor: str
    reliability: float
    ave: float
    largest_squared_r: float

    def to_dict(self) -> dict[str, Any]:
        """Return the composite as JSON holds it."""
        return {"reliability": self.reliability, "ave": self.ave, "largest_squared_r": self.largest_squared_r}


def composites(answers: ItemAnswers, found: Fit, latent: LatentCorrelations, *, ordinal: bool) -> tuple[Composite, ...]:
    """Return composite reliability and AVE of every factor that has items of its own."""
    sums = factor_sums(found).by_factor
    out = []
    for name in answers.factors:
        at = latent.names.index(name)
        others = [float(latent.correlations[at, k]) ** 2 for k, other in enumerate(latent.names)
                  if k != at and other in answers.factors]  # fmt: skip
        out.append(
            Composite(
                factor=name,
                reliability=NOT_DEFINED if ordinal else sums[name].reliability,
                ave=sums[name].extracted,
                largest_squared_r=max(others, default=NOT_DEFINED),
            )
        )
    return tuple(out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bifactor:
    """What the general factor of a bifactor model makes of a total over all items.

    ``omega_hierarchical`` and ``omega_total``: shares of the total's variance that the general factor, and all factors,
    make (NaN for ordinal answers). ``explained_common_variance``: the general factor's share of the squared
    standardized loadings.
    """

    omega_hierarchical: float
    omega_total: float
    explained_common_variance: float

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as JSON holds them."""
        return {
            "omega_hierarchical": self.omega_hierarchical, "omega_total": self.omega_total,
            "explained_common_variance": self.explained_common_variance,
        }  # fmt: skip


def bifactor_figures(found: Fit, *, ordinal: bool) -> Bifactor:
    """Return omega hierarchical, omega total and the explained common variance of a bifactor fit."""
    sums = factor_sums(found)
    general = next(iter(sums.by_factor.values()))  # the general factor is the first of a bifactor model
    squares = sum(one.extracted * len(one.items) for one in sums.by_factor.values())
    return Bifactor(
        omega_hierarchical=NOT_DEFINED if ordinal else general.true / (sums.true + sums.error),
        omega_total=NOT_DEFINED if ordinal else sums.reliability,
        explained_common_variance=general.extracted * len(general.items) / squares,
    )


WORTH_A_LOOK = 3.841  # the 5 % point of chi-square with 1 df
MOST_LISTED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FitFigures:
    """Chi-square and indices as a paper reports them.

    ``kind``: ``"plain"``; ``"robust"`` (MLR: scaled chi-square, population-consistent indices); ``"scaled"`` (WLSMV).
    ``close_p`` is p of the hypothesis that the RMSEA is at most .05, ``not_close_p`` that it is at least .08.
    """

    chi2: float
    df: int
    p: float
    cfi: float
    tli: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    close_p: float
    not_close_p: float
    srmr: float
    kind: str = "plain"

    def to_dict(self) -> dict[str, Any]:
        """Return the figures under the names that JSON has for them."""
        return {
            "chi2": self.chi2, "df": self.df, "p": self.p, "cfi": self.cfi, "tli": self.tli, "rmsea": self.rmsea,
            "rmsea_ci": [self.rmsea_low, self.rmsea_high], "close_fit_p": self.close_p,
            "not_close_fit_p": self.not_close_p, "srmr": self.srmr, "kind": self.kind,
        }  # fmt: skip


def figures_of(found: Fit, *, scaled: bool = True) -> FitFigures:
    """Return a fit's figures as a paper reports them; the plain ones unless ``scaled``."""
    measures = found.measures if scaled else replace(found.measures, scaled=None)
    use = headline(measures, found.estimator)
    return FitFigures(
        chi2=use.chisq, df=use.df, p=use.p, cfi=use.cfi, tli=use.tli, rmsea=use.rmsea, rmsea_low=use.rmsea_lower,
        rmsea_high=use.rmsea_upper, close_p=use.close_p, not_close_p=use.not_close_p, srmr=measures.srmr, kind=use.kind,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """One loading: estimate, standard error, 95 % interval, and the completely standardized value."""

    factor: str
    item: str
    est: float
    se: float
    p: float
    low: float
    high: float
    std: float

    def to_dict(self, label: Mapping[str, Any]) -> dict[str, Any]:
        """Return the loading under the names that JSON has for it; ``label`` names its item."""
        return {"factor": self.factor, **label, "est": self.est, "se": self.se, "std": self.std,
                "p": self.p, "ci": [self.low, self.high]}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one more parameter would change: its name, the fall of chi-square, its p, the value expected."""

    parameter: str
    kind: str
    index: float
    p: float
    expected: float
    group: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the change as JSON holds it."""
        return {"parameter": self.parameter, "kind": self.kind, "index": self.index, "p": self.p,
                "expected_change": self.expected, "group": self.group or None}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidualPair:
    """A pair of items that the model reproduces badly: residual correlation, and in standard errors."""

    first: str
    second: str
    residual: float
    standardized: float

    def to_dict(self, labels: Callable[[str], Mapping[str, Any]]) -> dict[str, Any]:
        """Return the pair as JSON holds it."""
        return {"items": [labels(self.first), labels(self.second)], "residual": self.residual,
                "standardized": self.standardized}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A fitted confirmatory model of the bank's scales.

    ``figures`` are those of a paper (scaled for mlr and wlsmv), ``plain`` the unscaled ones. ``fit`` is the whole fit
    of the core. ``changes`` are modification indices above 3.84, ``residuals`` the worst pairs, ten at most of each.
    ``cluster`` holds column and number of clusters where errors and tests are robust to them, ``cutoffs`` those made by
    simulation, where they were asked for.
    """

    estimator: Estimator
    missing: Missing
    variant: Variant
    fit: Fit = field(repr=False)
    figures: FitFigures
    plain: FitFigures
    loadings: tuple[Loading, ...]
    latent: LatentCorrelations
    composites: tuple[Composite, ...]
    bifactor: Bifactor | None
    changes: tuple[Change, ...]
    residuals: tuple[ResidualPair, ...]
    cluster: Mapping[str, Any] | None = None
    cutoffs: DynamicCutoffs | None = None
    notes: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Persons in the model."""
        return self.fit.n

    def to_dict(self, labels: Callable[[str], Mapping[str, Any]]) -> dict[str, Any]:
        """Return the model as JSON holds it, full precision; ``labels`` names an item by its column."""
        plain = self.fit.measures
        names, r = self.latent.names, self.latent.correlations
        entries: dict[str, Any] = {
            "estimator": self.estimator, "missing": self.missing, "variant": self.variant, "n": self.n,
            **self.figures.to_dict(), "n_params": plain.n_params, "aic": plain.aic, "bic": plain.bic,
            "logl": plain.logl, "baseline": {"chi2": plain.baseline_chisq, "df": plain.baseline_df},
            "loadings": [loading.to_dict(labels(loading.item)) for loading in self.loadings],
            "factor_correlations": {
                a: {b: float(r[i, j]) for j, b in enumerate(names)} for i, a in enumerate(names)
            },
            "composites": {composite.factor: composite.to_dict() for composite in self.composites},
            "bifactor": None if self.bifactor is None else self.bifactor.to_dict(),
            "modification_indices": [change.to_dict() for change in self.changes],
            "residuals": [residual.to_dict(labels) for residual in self.residuals],
            "notes": list(self.notes),
        }  # fmt: skip
        entries["cluster"] = None if self.cluster is None else dict(self.cluster)
        entries["dynamic_cutoffs"] = None if self.cutoffs is None else self.cutoffs.to_dict()
        if plain.scaled is not None:
            entries |= self._robust(plain.scaled)
        return entries

    def _robust(self, scaled: ScaledMeasures) -> dict[str, Any]:
        """Return the unscaled, the scaled and the robust figures side by side."""
        return {
            "unscaled": self.plain.to_dict(),
            "scaled": {
                "chi2": scaled.chisq, "df": scaled.df, "p": scaled.p, "cfi": scaled.cfi, "tli": scaled.tli,
                "rmsea": scaled.rmsea, "rmsea_ci": [scaled.rmsea_lower, scaled.rmsea_upper], "kind": scaled.kind,
                "scaling": scaled.scaling, "shift": scaled.shift,
            },
            "robust": {
                "cfi": scaled.robust_cfi, "tli": scaled.robust_tli, "rmsea": scaled.robust_rmsea,
                "rmsea_ci": [scaled.robust_rmsea_lower, scaled.robust_rmsea_upper],
                "close_fit_p": scaled.robust_close_p, "not_close_fit_p": scaled.robust_not_close_p,
            },
        }  # fmt: skip


def confirm(
    answers: ItemAnswers, *, estimator: Estimator, missing: Missing, variant: Variant, cutoffs: bool = False,
    seed: int = 1,
) -> Confirmation:  # fmt: skip
    """Fit the model of the bank's scales to the answers; with ``cutoffs`` make cut-offs for its fit by simulation.

    Raises
    ------
    IntimacyScalesError
        When the answers do not allow it: no convergence, copies, fewer persons than items, not identified.
    """
    used, said = robust_to_clusters(estimator, answers)
    data = data_of(answers, estimator=used, missing=missing)
    model = model_of(answers.factors, variant, ordinal=data.thresholds is not None)
    with np.errstate(all="ignore"):
        found = fit(model, data.sample, estimator=ESTIMATORS[used])
    made = _packed(answers, found, data, used, variant)
    why: tuple[str, ...] = ()
    if cutoffs:
        drawn = attempt("dynamic cut-offs", lambda: dynamic_cutoffs(found, seed=seed))
        made, why = replace(made, cutoffs=drawn.value), drawn.notes
    return replace(made, cluster=_cluster(answers, data), notes=(*said, *made.notes, *_few(data), *why))


def robust_to_clusters(estimator: Estimator, answers: ItemAnswers) -> tuple[Estimator, tuple[str, ...]]:
    """Return the estimator to take: with clusters MLR for ML, and the note that says so."""
    if answers.clusters is None or estimator != "ml":
        return estimator, ()
    return "mlr", ((f"rows belong together by {answers.cluster_column}: estimator mlr instead of ml, for errors and "
                   "robust to it"),)  # fmt: skip


def _cluster(answers: ItemAnswers, data: ModelData) -> dict[str, Any] | None:
    if answers.clusters is None:
        return None
    return {"column": answers.cluster_column, "clusters": data.sample.n_clusters}


def _few(data: ModelData) -> list[str]:
    n = data.sample.n_clusters
    if n is None or n >= FEW_CLUSTERS:
        return []
    return [f"{n} clusters: robust standard errors of so few (under {FEW_CLUSTERS}) are too small"]


def _packed(answers: ItemAnswers, found: Fit, data: ModelData, estimator: Estimator, variant: Variant) -> Confirmation:
    latent = latent_correlations(found)[0]
    changes, why = _changes(found)
    loadings = loadings_of(found)
    ordinal = data.thresholds is not None
    notes = [*data.notes, *(note for note in found.notes if note not in data.notes), *why]
    notes += _doubts(answers, loadings, latent, variant)
    return Confirmation(
        estimator=estimator, missing=data.missing, variant=variant, fit=found, figures=figures_of(found),
        plain=figures_of(found, scaled=False), loadings=loadings, latent=latent,
        composites=() if variant == "bifactor" else composites(answers, found, latent, ordinal=ordinal),
        bifactor=bifactor_figures(found, ordinal=ordinal) if variant == "bifactor" else None,
        changes=changes, residuals=_worst(found), notes=tuple(dict.fromkeys(notes)),
    )  # fmt: skip


def loadings_of(found: Fit, group: str = "") -> tuple[Loading, ...]:
    """Return the loadings of a fit (of one group where there are several)."""
    return tuple(
        Loading(
            factor=row.lhs, item=row.rhs, est=row.est, se=row.se, p=row.p, low=row.lower, high=row.upper, std=row.std
        )
        for row in found.estimates
        if row.op == "=~" and row.group == group
    )


def _changes(found: Fit) -> tuple[tuple[Change, ...], list[str]]:
    """Return the largest modification indices; where the information is singular, the note that says so."""
    try:
        with np.errstate(all="ignore"):
            indices = modification_indices(found, minimum=WORTH_A_LOOK)
    except (IntimacyScalesError, np.linalg.LinAlgError):
        return (), ["modification indices: not computed, the information is singular"]
    kinds = {"=~": "loading", "~~": "residual covariance"}
    listed = tuple(
        Change(
            parameter=index.name,
            kind=kinds.get(index.op, index.op),
            index=index.index,
            p=index.p,
            expected=index.change,
        )
        for index in indices[:MOST_LISTED]
    )
    return listed, []


def _worst(found: Fit) -> tuple[ResidualPair, ...]:
    """Return the pairs with the largest residual correlations."""
    with np.errstate(all="ignore"):
        try:
            left = residuals(found)[0]
        except (IntimacyScalesError, np.linalg.LinAlgError):
            return ()
    i, j = np.triu_indices(len(left.names), 1)
    order = np.argsort(-np.abs(left.correlation[i, j]))[:MOST_LISTED].tolist()
    return tuple(
        ResidualPair(first=left.names[i[k]], second=left.names[j[k]], residual=float(left.correlation[i[k], j[k]]),
                     standardized=float(left.standardized[i[k], j[k]]))
        for k in order
    )  # fmt: skip


def _doubts(
    answers: ItemAnswers, loadings: Sequence[Loading], latent: LatentCorrelations, variant: Variant
) -> list[str]:
    notes = [f"{one.item} runs against {one.factor} (loading {coefficient(one.std)}): check its keying"
             for one in loadings if one.std < 0 and one.item in answers.names and variant != "bifactor"]  # fmt: skip
    notes += [f"factor {name} has one item: it is that item, without error"
              for name, items in answers.factors.items() if len(items) == 1]  # fmt: skip
    r = latent.correlations
    for i, j in np.argwhere(np.triu(np.abs(r) > 0.85, 1)).tolist() if variant == "correlated" else []:
        notes.append(f"{latent.names[i]} and {latent.names[j]} correlate {coefficient(r[i, j])}: hardly two factors")
    return notes
