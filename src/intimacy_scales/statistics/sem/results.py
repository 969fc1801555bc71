"""What a fit says: estimates, fit, and what later questions need. Plain data, nothing rounded."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.results import Shown
from intimacy_scales.base.wording import figure
from intimacy_scales.statistics.sem.matrices import Compiled
from intimacy_scales.statistics.sem.normal import NormalObjective
from intimacy_scales.statistics.sem.ordinal import LeastSquares, OrdinalSample, Parameterization
from intimacy_scales.statistics.sem.samples import Sample
from intimacy_scales.statistics.sem.spec import GroupedModel, Op

Estimator = Literal["ML", "MLR", "MLM", "DWLS", "WLSMV"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterEstimate:
    """One parameter. ``std`` is the completely standardized value (lavaan's ``std.all``); fixed: se 0."""

    group: str
    lhs: str
    op: Op
    rhs: str
    label: str
    free: bool
    est: float
    se: float
    z: float
    p: float
    lower: float
    upper: float
    std: float
    std_se: float

    @property
    def name(self) -> str:
        """The parameter as a paper would write it."""
        return f"{self.lhs}{self.op}{self.rhs}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinedEstimate:
    """A function of labelled parameters with its delta-method standard error."""

    name: str
    expression: str
    est: float
    se: float
    z: float
    p: float
    lower: float
    upper: float
    std: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledMeasures:
    """Fit from the robust chi-square ``chisq = plain / scaling + shift``.

    ``robust_*`` are the population-consistent versions of Brosseau-Liard and Savalei (2014), for incomplete answers
    those of Zhang and Savalei (2023), for ordinal ones those of Savalei (2021); NaN where a matrix of correlations is
    not positive definite. ``close_p``: p of RMSEA <= .05; ``not_close_p``: p of RMSEA >= .08.
    """

    kind: str
    chisq: float
    df: int
    p: float
    scaling: float
    shift: float
    baseline_chisq: float
    baseline_scaling: float
    baseline_shift: float
    cfi: float
    tli: float
    rmsea: float
    rmsea_lower: float
    rmsea_upper: float
    robust_cfi: float
    robust_tli: float
    robust_rmsea: float
    robust_rmsea_lower: float
    robust_rmsea_upper: float
    close_p: float
    not_close_p: float
    robust_close_p: float
    robust_not_close_p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FitMeasures:
    """How well the model reproduces the moments. RMSEA has a 90 % interval; least squares no likelihood.

    ``close_p``: p of the test that the RMSEA is at most .05; ``not_close_p``: that it is at least .08.
    """

    n_params: int
    chisq: float
    df: int
    p: float
    baseline_chisq: float
    baseline_df: int
    cfi: float
    tli: float
    rmsea: float
    rmsea_lower: float
    rmsea_upper: float
    close_p: float
    not_close_p: float
    srmr: float
    logl: float
    logl_saturated: float
    aic: float
    bic: float
    scaled: ScaledMeasures | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The figures a paper reports: chi-square scaled where there is a scaled one, and the indices that go with it.

    ``kind``: ``"plain"``; ``"robust"`` (MLR, MLM: the population-consistent indices); ``"scaled"`` (WLSMV, and where a
    robust version does not exist).
    """

    kind: Literal["plain", "robust", "scaled"]
    chisq: float
    df: int
    p: float
    cfi: float
    tli: float
    rmsea: float
    rmsea_lower: float
    rmsea_upper: float
    close_p: float
    not_close_p: float


def headline(measures: FitMeasures, estimator: Estimator) -> Headline:
    """Return the figures a paper reports of these measures."""
    found = measures.scaled
    if found is None:
        return Headline(
            kind="plain", chisq=measures.chisq, df=measures.df, p=measures.p, cfi=measures.cfi, tli=measures.tli,
            rmsea=measures.rmsea, rmsea_lower=measures.rmsea_lower, rmsea_upper=measures.rmsea_upper,
            close_p=measures.close_p, not_close_p=measures.not_close_p,
        )  # fmt: skip
    if estimator == "WLSMV" or math.isnan(found.robust_cfi):
        return Headline(
            kind="scaled", chisq=found.chisq, df=found.df, p=found.p, cfi=found.cfi, tli=found.tli, rmsea=found.rmsea,
            rmsea_lower=found.rmsea_lower, rmsea_upper=found.rmsea_upper, close_p=found.close_p,
            not_close_p=found.not_close_p,
        )  # fmt: skip
    return Headline(
        kind="robust", chisq=found.chisq, df=found.df, p=found.p, cfi=found.robust_cfi, tli=found.robust_tli,
        rmsea=found.robust_rmsea, rmsea_lower=found.robust_rmsea_lower, rmsea_upper=found.robust_rmsea_upper,
        close_p=found.robust_close_p, not_close_p=found.robust_not_close_p,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A model brought together with data, ready to be minimised; kept in the fit for later questions."""

    grouped: GroupedModel
    compiled: Compiled
    objective: NormalObjective | LeastSquares
    sample: Sample | OrdinalSample
    estimator: Estimator
    has_means: bool
    parameterization: Parameterization
    start: FloatArray
    simple_start: FloatArray
    n_moments: int
    saturated: float
    exogenous_value: float

    @property
    def df(self) -> int:
        """Degrees of freedom."""
        return self.n_moments - self.compiled.n_params


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit(Shown):
    """A fitted model.

    Attributes
    ----------
    estimates : tuple of ParameterEstimate
        Every parameter of every group, free or fixed.
    defined : tuple of DefinedEstimate
        Functions of labelled parameters.
    measures : FitMeasures
        Chi-square and fit indices.
    n, n_by_group : int, tuple of int
        Persons used.
    estimator, missing, information : str
        What was done: the estimator, the missing rule, and which information the standard errors are from.
    theta, vcov : array
        Free parameters (one a label) and their covariance; ``free_names`` names them.
    notes : tuple of str
        Doubts: negative variances, correlations beyond one, persons left out.
    """

    estimates: tuple[ParameterEstimate, ...]
    defined: tuple[DefinedEstimate, ...]
    measures: FitMeasures
    n: int
    n_by_group: tuple[int, ...]
    groups: tuple[str, ...]
    estimator: Estimator
    missing: str
    information: str
    iterations: int
    theta: FloatArray
    vcov: FloatArray
    free_names: tuple[str, ...]
    setup: Setup
    notes: tuple[str, ...]

    def table(self) -> list[dict[str, object]]:
        """Return one dictionary a parameter, at full precision, ready for a frame."""
        names = (
            "group",
            "lhs",
            "op",
            "rhs",
            "label",
            "free",
            "est",
            "se",
            "z",
            "p",
            "lower",
            "upper",
            "std",
            "std_se",
        )
        return [{name: getattr(row, name) for name in names} for row in self.estimates]

    def estimate(self, name: str, group: str | None = None) -> ParameterEstimate:
        """Return the estimate called ``name`` (``"f=~x1"``), of ``group`` where there are several."""
        from intimacy_scales.base.errors import UnknownNameError

        wanted = {name, *(f"{b}~~{a}" for a, _, b in (name.partition("~~"),) if b)}
        for row in self.estimates:
            if row.name in wanted and group in {None, row.group}:
                return row
        raise UnknownNameError.among("parameter", name, [row.name for row in self.estimates])

    def rows_for_eyes(self) -> list[list[str]]:
        """Return rounded lines: free parameters, then fit."""
        head = ["parameter", "est", "se", "p", "std"]
        rows = [
            [
                f"{row.name}{f' [{row.group}]' if row.group else ''}",
                *map(_three, (row.est, row.se, row.p, row.std)),
            ]
            for row in self.estimates
            if row.free
        ]
        fit = self.measures
        said = {
            "chi2": fit.chisq,
            "df": fit.df,
            "CFI": fit.cfi,
            "TLI": fit.tli,
            "RMSEA": fit.rmsea,
            "SRMR": fit.srmr,
        }
        return [head, *rows, *([name, _three(value), "", "", ""] for name, value in said.items())]


def _three(value: float) -> str:
    return "" if math.isnan(value) else figure(value, 3)
