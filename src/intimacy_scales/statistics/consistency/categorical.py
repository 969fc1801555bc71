"""Coefficients for ordinal answers: ordinal alpha, and omega on the metric of the answers (Green and Yang)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from intimacy_scales.base.errors import IntimacyScalesError
from intimacy_scales.statistics.consistency.coefficients import SINGULAR, alpha
from intimacy_scales.statistics.moments import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalFigures:
    """Reliability from polychoric correlations; NaN where undefined, ``notes`` say why."""

    ordinal_alpha: float
    omega_categorical: float
    omega_categorical_implied: float
    """The same with the model-implied correlations below the line."""
    correlations: FloatArray = field(repr=False)
    n: int
    notes: tuple[str, ...]


def code_covariances(thresholds: Sequence[FloatArray], correlations: FloatArray) -> FloatArray:
    """Return the covariances of answers coded by the thresholds they pass (see :func:`green_yang`)."""
    from intimacy_scales.statistics.polychoric.bivariate import bivariate_cdf, normal_cdf

    k = len(thresholds)
    found = np.empty((k, k))
    for i in range(k):
        for j in range(i, k):
            a, b = np.meshgrid(thresholds[i], thresholds[j], indexing="ij")
            r = correlations[i, j]
            both = normal_cdf(np.minimum(a, b)) if r > 1 - 1e-12 else bivariate_cdf(a, b, np.full_like(a, r))
            found[i, j] = found[j, i] = float((both - normal_cdf(a) * normal_cdf(b)).sum())
    return found


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


def ordinal_figures(answers: FloatArray) -> OrdinalFigures:
    """Return ordinal alpha and categorical omega of keyed answers, persons x items.

    Parameters
    ----------
    answers
        Keyed answers, NaN where there is none: correlations are pairwise, thresholds from all of an item's answers.

    Returns
    -------
    OrdinalFigures
        Ordinal alpha is alpha of the polychoric correlations; omega is :func:`green_yang` with loadings by
        diagonally weighted least squares.

    Notes
    -----
    Ordinal alpha is the alpha of normal variables nobody observed: not the reliability of the score as it is used
    (Chalmers, 2018, doi:10.1177/0013164417727036). Validated against psych 2.2.9 and semTools 0.5-6.

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
        n=len(answers), notes=(),
    )  # fmt: skip
    if k < 2 or len(answers) < 3:
        return nothing
    try:
        found = polychoric(answers)
    except IntimacyScalesError:
        return nothing
    if not np.isfinite(found.correlations).all():
        return nothing
    loadings, notes = _loadings(answers, found)
    value = implied = nan
    if loadings is not None:
        fitted = np.outer(loadings, loadings)
        np.fill_diagonal(fitted, 1.0)
        value = green_yang(loadings, found.thresholds, found.correlations)
        implied = green_yang(loadings, found.thresholds, fitted)
    return OrdinalFigures(
        ordinal_alpha=alpha(found.correlations), omega_categorical=value, omega_categorical_implied=implied,
        correlations=found.correlations, n=len(answers), notes=notes,
    )  # fmt: skip


def _loadings(answers: FloatArray, found: object) -> tuple[FloatArray | None, tuple[str, ...]]:
    """Fit one factor by diagonally weighted least squares; ``None`` where that cannot be done."""
    from intimacy_scales.statistics import sem
    from intimacy_scales.statistics.polychoric import Polychoric

    if not isinstance(found, Polychoric) or answers.shape[1] < 3:
        return None, ()
    if np.linalg.eigvalsh(found.correlations)[0] < SINGULAR:
        return None, ("the polychoric correlations contradict each other: no categorical omega",)
    codes = np.column_stack([_places(column, used) for column, used in zip(answers.T, found.categories, strict=True)])
    names = [f"x{j}" for j in range(answers.shape[1])]
    try:
        data = sem.ordinal_sample([codes], [found.thresholds], [found.correlations], names)
        fitted = sem.fit(sem.cfa_model({"f": names}), data, estimator="DWLS")
    except IntimacyScalesError:
        return None, ("no one-factor model fits the polychoric correlations: no categorical omega",)
    loadings = np.array([one.std for one in fitted.estimates if one.op == "=~"])
    if (np.abs(loadings) >= 1).any():
        return None, ("a standardized loading reaches 1 (a Heywood case): no categorical omega",)
    return loadings, ()


def _places(column: FloatArray, used: FloatArray) -> FloatArray:
    """Return the used categories numbered from 0; NaN stays."""
    found = np.searchsorted(used, column).astype(np.float64)
    return np.where(np.isnan(column), np.nan, found)
