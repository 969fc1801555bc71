"""Coefficients for ordinal answers: ordinal alpha, and omega on the metric of the answers (Green and Yang).

The fit of the one-factor model that stands behind a model-based reliability, and when it speaks against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError
from intimacy_scales.base.wording import figure
from intimacy_scales.statistics.consistency.coefficients import SINGULAR, alpha

if TYPE_CHECKING:
    from intimacy_scales.statistics.polychoric import Polychoric


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalFigures:
    """Reliability from polychoric correlations; NaN where undefined or withheld, with the reason beside.

    ``omega_categorical`` puts the observed polychoric total below the line (semTools' default),
    ``omega_categorical_implied`` the model's.
    """

    ordinal_alpha: float
    omega_categorical: float
    omega_categorical_implied: float
    correlations: FloatArray = field(repr=False)
    n: int
    model: OneFactorFit | None
    """The one-factor model by WLSMV, scaled chi-square; ``None`` where it could not be fitted."""
    alpha_withheld: str = ""
    omega_withheld: str = ""
    notes: tuple[str, ...] = ()

    def alpha_to_dict(self) -> dict[str, Any]:
        """Return ordinal alpha with its definition."""
        return {"value": self.ordinal_alpha, "definition": "alpha of the polychoric correlations"}

    def omega_to_dict(self) -> dict[str, Any]:
        """Return categorical omega, both totals, with its definition and the fit of its model."""
        return {
            "value": self.omega_categorical, "value_implied": self.omega_categorical_implied,
            "definition": "observed total (polychoric)",
            "model": None if self.model is None else self.model.to_dict(),
        }  # fmt: skip


def code_covariances(thresholds: Sequence[FloatArray], correlations: FloatArray) -> FloatArray:
    """Return the covariances of answers coded by the thresholds they pass (see :func:`green_yang`)."""
    from intimacy_scales.statistics.polychoric.tables import bivariate_cdf, normal_cdf

    k = len(thresholds)
    values = np.empty((k, k))
    for i in range(k):
        for j in range(i, k):
            a, b = np.meshgrid(thresholds[i], thresholds[j], indexing="ij")
            r = correlations[i, j]
            both = normal_cdf(np.minimum(a, b)) if r > 1 - 1e-12 else bivariate_cdf(a, b, np.full_like(a, r))
            values[i, j] = values[j, i] = float((both - normal_cdf(a) * normal_cdf(b)).sum())
    return values


def green_yang(loadings: FloatArray, thresholds: Sequence[FloatArray], correlations: FloatArray) -> float:
    r"""Categorical omega: the reliability of the sum of ordinal answers, after Green and Yang.

    An item's answer is the number of thresholds its normal variable passes, so that
    ``cov_ij(R) = sum_c sum_d [Phi2(tau_ic, tau_jd; r_ij) - Phi(tau_ic) Phi(tau_jd)]``. Omega is
    ``1' cov(l l') 1 / 1' cov(R) 1``, with the products of standardized loadings above the line (also for i = j) and
    the correlations of the underlying variables below.

    Parameters
    ----------
    loadings
        Standardized loadings of one factor.
    thresholds
        One ascending array an item.
    correlations
        Polychoric correlations (or those the model implies), with 1 on the diagonal.

    Returns
    -------
    float
        0 to 1.

    Notes
    -----
    For scores that sum the answers as given, this is the reliability of that score; ordinal alpha is that of a
    sum of unseen normal variables, and always looks better. Validated against semTools 0.5-6 ``compRelSEM``.

    References
    ----------
    Green, S. B., & Yang, Y. (2009). Reliability of summated item scores using structural equation modeling: An
    alternative to coefficient alpha. Psychometrika, 74, 155-167. doi:10.1007/s11336-008-9099-3
    """
    return float(
        code_covariances(thresholds, np.outer(loadings, loadings)).sum()
        / code_covariances(thresholds, correlations).sum()
    )


def ordinal_figures(answers: FloatArray, *, names: Sequence[str] | None = None) -> OrdinalFigures:
    """Return ordinal alpha and categorical omega of keyed answers, persons x items.

    Parameters
    ----------
    answers
        Keyed answers, NaN where there is none: correlations are pairwise, thresholds from all of an item's answers.
    names
        Of the items, for the notes.

    Returns
    -------
    OrdinalFigures
        Ordinal alpha is alpha of the polychoric correlations; omega is :func:`green_yang` with loadings by
        diagonally weighted least squares, the model's fit by WLSMV.

    Notes
    -----
    Ordinal alpha is the alpha of normal variables nobody observed: not the reliability of the score as it is used
    (Chalmers, 2018, doi:10.1177/0013164417727036). Withheld: alpha of correlations that contradict each other; omega of
    an improper solution or above 1. Validated against psych 2.2.9 and semTools 0.5-6.

    References
    ----------
    Zumbo, B. D., Gadermann, A. M., & Zeisser, C. (2007). Ordinal versions of coefficients alpha and theta for Likert
    rating scales. Journal of Modern Applied Statistical Methods, 6, 21-29. doi:10.22237/jmasm/1177992180
    """
    from intimacy_scales.statistics.polychoric import polychoric

    answers = answers[~np.isnan(answers).all(axis=1)]
    k, nan = answers.shape[1], float("nan")
    nothing = OrdinalFigures(
        ordinal_alpha=nan, omega_categorical=nan, omega_categorical_implied=nan, correlations=np.full((k, k), nan),
        n=len(answers), model=None,
    )  # fmt: skip
    if k < 2 or len(answers) < 3:
        return nothing
    try:
        found = polychoric(answers, names=names)
    except IntimacyScalesError:
        return nothing
    notes = tuple(note for note in found.notes if not _unheard(note))
    if not np.isfinite(found.correlations).all():
        return replace(nothing, notes=notes)
    if found.smallest_eigenvalue < SINGULAR:
        why = f"the polychoric correlations contradict each other (smallest eigenvalue {found.smallest_eigenvalue:.3g})"
        return replace(nothing, correlations=found.correlations, notes=notes, alpha_withheld=why,
                       omega_withheld=why if k > 2 else "")  # fmt: skip
    plain = replace(nothing, ordinal_alpha=alpha(found.correlations), correlations=found.correlations, notes=notes)
    return plain if k < 3 else _with_omega(plain, answers, found)


def no_ordinal_figures(answers: FloatArray, why: str) -> OrdinalFigures:
    """Return what stands in place of ordinal coefficients that are not computed, with the reason."""
    k, nan = answers.shape[1], float("nan")
    return OrdinalFigures(
        ordinal_alpha=nan, omega_categorical=nan, omega_categorical_implied=nan, correlations=np.full((k, k), nan),
        n=len(answers), model=None, alpha_withheld=why, omega_withheld=why if k > 2 else "",
    )  # fmt: skip


def _unheard(note: str) -> bool:
    """Whether a note of the correlations is said elsewhere in other words."""
    return "not positive definite" in note


def _with_omega(plain: OrdinalFigures, answers: FloatArray, found: Polychoric) -> OrdinalFigures:
    """Fit one factor by WLSMV and add categorical omega, or the reason why there is none."""
    from intimacy_scales.statistics import sem

    codes = np.column_stack([_places(column, used) for column, used in zip(answers.T, found.categories, strict=True)])
    names = [f"x{j}" for j in range(answers.shape[1])]
    try:
        data = sem.ordinal_sample([codes], [found.thresholds], [found.correlations], names)
        with np.errstate(all="ignore"):
            fitted = sem.fit(sem.cfa_model({"f": names}), data, estimator="WLSMV")
    except IntimacyScalesError as fault:
        why = "; ".join(problem.what for problem in fault.problems)
        return replace(plain, omega_withheld=f"no one-factor model fits the polychoric correlations ({why})")
    model = fit_of(fitted, method="WLSMV, scaled", scaled=True)
    loadings = np.array([estimate.std for estimate in fitted.estimates if estimate.op == "=~"])
    if (np.abs(loadings) >= 1).any():
        worst = int(np.abs(loadings).argmax())
        most = figure(loadings[worst], 3)
        why = f"improper: the standardized loading of {found.names[worst]} is {most} (a Heywood case)"
        return replace(plain, model=model, omega_withheld=why)
    fitted_correlations = np.outer(loadings, loadings)
    np.fill_diagonal(fitted_correlations, 1.0)
    value = green_yang(loadings, found.thresholds, found.correlations)
    if value > 1:
        why = f"improper: {figure(value, 3)} is above 1, for one factor cannot make the total that was seen"
        return replace(plain, model=model, omega_withheld=why)
    implied = green_yang(loadings, found.thresholds, fitted_correlations)
    return replace(plain, model=model, omega_categorical=value, omega_categorical_implied=implied)


def _places(column: FloatArray, used: FloatArray) -> FloatArray:
    """Return the used categories numbered from 0; NaN stays."""
    found = np.searchsorted(used, column).astype(np.float64)
    return np.where(np.isnan(column), np.nan, found)


#: Conventions, no laws: with a significant chi-square *and* one of these two the figure is marked.
LEAST_CFI = 0.90
MOST_RMSEA = 0.10
SIGNIFICANT = 0.05
DOES_NOT_FIT = "one factor does not fit: this is no reliability of one thing"
CANNOT_BE_TESTED = "fit cannot be tested"


@dataclass(frozen=True, slots=True, kw_only=True)
class OneFactorFit:
    """Chi-square and indices of the one-factor model; how it was fitted, to how many persons.

    ``fits`` is ``None`` where there are no degrees of freedom (three items): the fit cannot be tested. It is ``False``
    with p < .05 and (CFI < .90 or RMSEA > .10). Chi-square grows with the sample, the indices do not.
    """

    chi2: float
    df: int
    p: float
    cfi: float
    rmsea: float
    n: int
    method: str

    @property
    def fits(self) -> bool | None:
        """Whether one factor is accepted by the conventions above."""
        if self.df < 1:
            return None
        return not (self.p < SIGNIFICANT and (self.cfi < LEAST_CFI or self.rmsea > MOST_RMSEA))

    @property
    def doubt(self) -> str:
        """What to say beside the figure; empty where one factor fits."""
        return {None: CANNOT_BE_TESTED, True: "", False: DOES_NOT_FIT}[self.fits]

    def to_dict(self) -> dict[str, Any]:
        """Return the fit as JSON holds it; indices without degrees of freedom say nothing and are left out."""
        known = self.df > 0
        return {
            "chi2": self.chi2, "df": self.df, "p": self.p if known else None, "cfi": self.cfi if known else None,
            "rmsea": self.rmsea if known else None, "n": self.n, "method": self.method, "fits": self.fits,
        }  # fmt: skip


def fit_of(found: Any, *, method: str, scaled: bool = False) -> OneFactorFit:
    """Return the fit of a fitted model of the structural core, scaled where that is asked for."""
    plain = found.measures
    use = plain.scaled if scaled and plain.scaled is not None else plain
    df = int(use.df)
    nan = float("nan")
    return OneFactorFit(
        chi2=float(use.chisq) if df else 0.0, df=df, p=float(use.p) if df else nan, cfi=float(use.cfi) if df else nan,
        rmsea=float(use.rmsea) if df else nan, n=int(found.n), method=method,
    )  # fmt: skip


def improper(residuals: np.ndarray, variances: np.ndarray) -> int | None:
    """Return the place of the lowest residual variance when it is at or below zero, else ``None``."""
    shares = residuals / variances
    worst = int(shares.argmin())
    return worst if shares[worst] <= 1e-8 else None
