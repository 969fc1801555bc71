"""The bank's own scales put to the test: a confirmatory factor model, straight from the YAML.

What a confirmatory model says of its scales' sums: composite reliability, average variance extracted, bifactor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.analysis.structure.item_answers import ItemAnswers
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
from intimacy_scales.statistics.sem import (
    Fit,
    LatentCorrelations,
    factor_sums,
    fit,
    latent_correlations,
    modification_indices,
    residuals,
)

NOT_DEFINED = float("nan")


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
    """Chi-square and indices as a paper reports them: for robust estimators from the scaled chi-square."""

    chi2: float
    df: int
    p: float
    cfi: float
    tli: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    srmr: float

    def to_dict(self) -> dict[str, Any]:
        """Return the figures under the names that JSON has for them."""
        return {
            "chi2": self.chi2, "df": self.df, "p": self.p, "cfi": self.cfi, "tli": self.tli, "rmsea": self.rmsea,
            "rmsea_ci": [self.rmsea_low, self.rmsea_high], "srmr": self.srmr,
        }  # fmt: skip


def figures_of(found: Fit, *, scaled: bool = True) -> FitFigures:
    """Return a fit's figures; scaled where the estimator scales, unless ``scaled`` is false."""
    plain = found.measures
    use = plain.scaled if scaled and plain.scaled is not None else plain
    return FitFigures(
        chi2=use.chisq, df=use.df, p=use.p, cfi=use.cfi, tli=use.tli, rmsea=use.rmsea, rmsea_low=use.rmsea_lower,
        rmsea_high=use.rmsea_upper, srmr=plain.srmr,
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

    def to_dict(self) -> dict[str, Any]:
        """Return the loading under the names that JSON has for it."""
        return {"factor": self.factor, "item": self.item, "est": self.est, "se": self.se, "std": self.std,
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

    def to_dict(self) -> dict[str, Any]:
        """Return the pair as JSON holds it."""
        return {"items": [self.first, self.second], "residual": self.residual, "standardized": self.standardized}


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A fitted confirmatory model of the bank's scales.

    ``figures`` are those of a paper (scaled for mlr and wlsmv), ``plain`` the unscaled ones. ``fit`` is the whole fit
    of the core. ``changes`` are modification indices above 3.84, ``residuals`` the worst pairs, ten at most of each.
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
    notes: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Persons in the model."""
        return self.fit.n

    def to_dict(self) -> dict[str, Any]:
        """Return the model as JSON holds it, full precision."""
        plain = self.fit.measures
        names, r = self.latent.names, self.latent.correlations
        found: dict[str, Any] = {
            "estimator": self.estimator, "missing": self.missing, "variant": self.variant, "n": self.n,
            **self.figures.to_dict(), "n_params": plain.n_params, "aic": plain.aic, "bic": plain.bic,
            "logl": plain.logl, "baseline": {"chi2": plain.baseline_chisq, "df": plain.baseline_df},
            "loadings": [one.to_dict() for one in self.loadings],
            "factor_correlations": {
                a: {b: float(r[i, j]) for j, b in enumerate(names)} for i, a in enumerate(names)
            },
            "composites": {one.factor: one.to_dict() for one in self.composites},
            "bifactor": None if self.bifactor is None else self.bifactor.to_dict(),
            "modification_indices": [one.to_dict() for one in self.changes],
            "residuals": [one.to_dict() for one in self.residuals],
            "notes": list(self.notes),
        }  # fmt: skip
        if plain.scaled is not None:
            found["unscaled"] = self.plain.to_dict()
            found["scaled"] = {
                **self.figures.to_dict(), "kind": plain.scaled.kind, "scaling": plain.scaled.scaling,
                "shift": plain.scaled.shift, "robust_cfi": plain.scaled.robust_cfi,
                "robust_tli": plain.scaled.robust_tli, "robust_rmsea": plain.scaled.robust_rmsea,
            }  # fmt: skip
        return found


def confirm(answers: ItemAnswers, *, estimator: Estimator, missing: Missing, variant: Variant) -> Confirmation:
    """Fit the model of the bank's scales to the answers to a bank.

    Raises
    ------
    IntimacyScalesError
        When the answers do not allow it: no convergence, copies, fewer persons than items, not identified.
    """
    data = data_of(answers, estimator=estimator, missing=missing)
    model = model_of(answers.factors, variant, ordinal=data.thresholds is not None)
    with np.errstate(all="ignore"):
        found = fit(model, data.sample, estimator=ESTIMATORS[estimator])
    return _packed(answers, found, data, estimator, variant)


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
        Change(parameter=one.name, kind=kinds.get(one.op, one.op), index=one.index, p=one.p, expected=one.change)
        for one in indices[:MOST_LISTED]
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
    notes = [f"{one.item} runs against {one.factor} (loading {one.std:.2f}): check its keying"
             for one in loadings if one.std < 0 and one.item in answers.names and variant != "bifactor"]  # fmt: skip
    notes += [f"factor {name} has one item: it is that item, without error"
              for name, items in answers.factors.items() if len(items) == 1]  # fmt: skip
    r = latent.correlations
    for i, j in np.argwhere(np.triu(np.abs(r) > 0.85, 1)).tolist() if variant == "correlated" else []:
        notes.append(f"{latent.names[i]} and {latent.names[j]} correlate {r[i, j]:.2f}: hardly two factors")
    return notes
