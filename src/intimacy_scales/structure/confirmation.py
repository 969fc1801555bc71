"""The bank's own scales put to the test: a confirmatory factor model, straight from the YAML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.errors import IntimacyScalesError
from intimacy_scales.sem import Fit, LatentCorrelations, fit, latent_correlations, modification_indices, residuals

from .composites import Bifactor, Composite, bifactor_figures, composites
from .model_data import ESTIMATORS, Estimator, Missing, ModelData, Variant, data_of, model_of
from .sheet import Sheet

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


def confirm(sheet: Sheet, *, estimator: Estimator, missing: Missing, variant: Variant) -> Confirmation:
    """Fit the model of the bank's scales to a sheet's answers.

    Raises
    ------
    IntimacyScalesError
        When the answers do not allow it: no convergence, copies, fewer persons than items, not identified.
    """
    data = data_of(sheet, estimator=estimator, missing=missing)
    model = model_of(sheet.factors, variant, ordinal=data.thresholds is not None)
    with np.errstate(all="ignore"):
        found = fit(model, data.sample, estimator=ESTIMATORS[estimator])
    return _packed(sheet, found, data, estimator, variant)


def _packed(sheet: Sheet, found: Fit, data: ModelData, estimator: Estimator, variant: Variant) -> Confirmation:
    latent = latent_correlations(found)[0]
    changes, why = _changes(found)
    loadings = loadings_of(found)
    ordinal = data.thresholds is not None
    notes = [*data.notes, *(note for note in found.notes if note not in data.notes), *why]
    notes += _doubts(sheet, loadings, latent, variant)
    return Confirmation(
        estimator=estimator, missing=data.missing, variant=variant, fit=found, figures=figures_of(found),
        plain=figures_of(found, scaled=False), loadings=loadings, latent=latent,
        composites=() if variant == "bifactor" else composites(sheet, found, latent, ordinal=ordinal),
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


def _doubts(sheet: Sheet, loadings: Sequence[Loading], latent: LatentCorrelations, variant: Variant) -> list[str]:
    notes = [f"{one.item} runs against {one.factor} (loading {one.std:.2f}): check its keying"
             for one in loadings if one.std < 0 and one.item in sheet.names and variant != "bifactor"]  # fmt: skip
    notes += [f"factor {name} has one item: it is that item, without error"
              for name, items in sheet.factors.items() if len(items) == 1]  # fmt: skip
    r = latent.correlations
    for i, j in np.argwhere(np.triu(np.abs(r) > 0.85, 1)).tolist() if variant == "correlated" else []:
        notes.append(f"{latent.names[i]} and {latent.names[j]} correlate {r[i, j]:.2f}: hardly two factors")
    return notes
