"""Coefficients of internal consistency from one covariance matrix (items x items): pure kernels.

A matrix with a missing entry (two items that nobody answered together) or without variance gives NaN,
never an exception: a note on the result says why.

The standard error of measurement along the score: it is not the same everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.base.arrays import FloatArray

SINGULAR = 1e-10  # an eigenvalue of a correlation matrix below this is zero


def standardized(covariance: FloatArray) -> FloatArray:
    """Return the correlation matrix ``c_ij / sqrt(c_ii c_jj)``; NaN in the rows of a constant item."""
    sd = np.sqrt(np.diag(covariance))
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation: FloatArray = covariance / np.outer(sd, sd)
    correlation[~np.isfinite(correlation)] = np.nan
    return correlation


def alpha(covariance: FloatArray) -> float:
    r"""Cronbach's alpha, ``k / (k - 1) (1 - sum_i c_ii / sum_ij c_ij)``.

    Parameters
    ----------
    covariance
        Covariances of keyed items, items x items. The correlation matrix gives the standardized alpha.

    Returns
    -------
    float
        At most 1; negative when items run against each other; NaN for one item or no variance.

    Notes
    -----
    Equals reliability only when items are equally related to what they share; otherwise it is a lower bound,
    as long as errors are uncorrelated. It says nothing about there being one dimension.
    Validated against R psych 2.2.9 ``alpha`` and pingouin 0.7.0.

    References
    ----------
    Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. Psychometrika, 16, 297-334.
    doi:10.1007/BF02310555

    Examples
    --------
    >>> alpha(np.array([[1.0, 0.5], [0.5, 1.0]]))
    0.6666666666666667
    """
    k, total = len(covariance), float(covariance.sum())
    if k < 2 or not total > 0:
        return float("nan")
    return k / (k - 1) * (1 - float(np.trace(covariance)) / total)


def average_r(correlation: FloatArray) -> float:
    """Return the mean correlation between different items; NaN for one item."""
    k = len(correlation)
    return float((correlation.sum() - np.trace(correlation)) / (k * (k - 1))) if k > 1 else float("nan")


def median_r(correlation: FloatArray) -> float:
    """Return the median correlation between different items; NaN for one item."""
    pairs = correlation[np.triu_indices(len(correlation), 1)]
    return float(np.median(pairs)) if len(pairs) else float("nan")


def smc(correlation: FloatArray) -> FloatArray:
    """Return each item's squared multiple correlation with the others, ``1 - 1 / (R^-1)_ii``.

    NaN for all when the matrix is singular, indefinite or incomplete: items that repeat each other have none.
    """
    nothing = np.full(len(correlation), np.nan)
    if not np.isfinite(correlation).all() or np.linalg.eigvalsh(correlation)[0] < SINGULAR:
        return nothing
    values: FloatArray = 1 - 1 / np.diag(np.linalg.inv(correlation))
    return values


def lambda6_standardized(correlation: FloatArray) -> float:
    """Lambda 6 of the correlation matrix, ``1 - sum_j (1 - smc_j) / sum_ij r_ij``: R psych's ``G6(smc)``.

    For a single item NaN, and where no squared multiple correlation exists. Validated against psych 2.2.9.
    """
    total = float(correlation.sum())
    if len(correlation) < 2 or not total > 0:
        return float("nan")
    return 1 - float((1 - smc(correlation)).sum()) / total


@dataclass(frozen=True, slots=True, kw_only=True)
class Guttman:
    """Guttman's lower bounds from the covariance matrix; ``lambda3`` is alpha, ``lambda4`` is in :mod:`.splits`."""

    lambda1: float
    lambda2: float
    lambda3: float
    lambda5: float
    lambda6: float


def guttman(covariance: FloatArray) -> Guttman:
    r"""Guttman's lambda 1, 2, 3, 5 and 6.

    With ``V = sum_ij c_ij``, ``t`` the sum of variances, ``o2_j = sum_{i != j} c_ij^2``, ``e2_j`` the error variance
    of item j predicted from the others: ``l1 = 1 - t / V``; ``l2 = l1 + sqrt(k / (k - 1) sum_j o2_j) / V``;
    ``l3 = l1 k / (k - 1)``; ``l5 = l1 + 2 sqrt(max_j o2_j) / V``; ``l6 = 1 - sum_j e2_j / V``.

    Parameters
    ----------
    covariance
        Covariances of keyed items, items x items.

    Returns
    -------
    Guttman
        Each at most 1; NaN where undefined.

    Notes
    -----
    Every one is a lower bound to reliability in the population; in small samples they come out too high.
    R's ``psych::guttman`` takes the correlation matrix; given that, this gives the same (psych 2.2.9). Lambda 2
    equals JASP's, which takes covariances too.

    References
    ----------
    Guttman, L. (1945). A basis for analyzing test-retest reliability. Psychometrika, 10, 255-282.
    doi:10.1007/BF02288892
    """
    k, total = len(covariance), float(covariance.sum())
    if k < 2 or not total > 0:
        nan = float("nan")
        return Guttman(lambda1=nan, lambda2=nan, lambda3=nan, lambda5=nan, lambda6=nan)
    variances = np.diag(covariance)
    others = (covariance**2).sum(axis=0) - variances**2
    first = 1 - float(variances.sum()) / total
    errors = variances * (1 - smc(standardized(covariance)))
    return Guttman(
        lambda1=first,
        lambda2=first + float(np.sqrt(others.sum() * k / (k - 1))) / total,
        lambda3=first * k / (k - 1),
        lambda5=first + 2 * float(np.sqrt(others.max())) / total,
        lambda6=1 - float(errors.sum()) / total,
    )


def item_rest(covariance: FloatArray) -> FloatArray:
    """Return each item's correlation with the sum of the others, from the matrix; NaN for one item."""
    variances, sums = np.diag(covariance), covariance.sum(axis=0)
    rest = covariance.sum() - 2 * sums + variances
    with np.errstate(invalid="ignore", divide="ignore"):
        values: FloatArray = (sums - variances) / np.sqrt(variances * rest)
    return values if len(covariance) > 1 else np.array([np.nan])


def without(matrix: FloatArray, item: int) -> FloatArray:
    """Return the matrix without one item."""
    return np.delete(np.delete(matrix, item, axis=0), item, axis=1)


def spearman_brown(r: float, times: float = 2.0) -> float:
    """Return the reliability of a scale ``times`` as long, ``times r / (1 + (times - 1) r)``.

    ``r`` is the reliability of the scale as it is, or the correlation of two halves (``times=2``). It misleads where
    what is added is not parallel to what is there (equal true and error variances): then it is too high. NaN where the
    formula divides by nothing (two halves that correlate -1).

    References
    ----------
    Spearman, C. (1910). Correlation calculated from faulty data. British Journal of Psychology, 3, 271-295.
    Brown, W. (1910). Some experimental results in the correlation of mental abilities. ibid., 296-322.
    """
    below = 1 + (times - 1) * r
    return times * r / below if below else float("nan")


LEAST_GROUP = 10  # persons a step of the score needs for an SEM of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreStep:
    """Persons with like scores: how many, from where to where, their mean score and their SEM."""

    n: int
    low: float
    high: float
    mean: float
    sem: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionalSem:
    """SEM of the total along the score; ``overall`` is ``sd sqrt(1 - alpha)`` of the same complete rows."""

    steps: tuple[ScoreStep, ...]
    overall: float
    n: int


def error_variances(answers: FloatArray) -> FloatArray:
    r"""Each person's error variance of the summed score, ``k / (k - 1) sum_i ((x_pi - m_i) - (x_p - m))^2``.

    ``m_i`` is the mean of item i, ``x_p`` the person's mean answer, ``m`` the grand mean: Feldt and Qualls' method with
    every item as a part. Summed over persons and divided by n - 1 it is ``V (1 - alpha)``, exactly.
    """
    k = answers.shape[1]
    away = answers - answers.mean(axis=0)
    residual = away - away.mean(axis=1, keepdims=True)
    values: FloatArray = k / (k - 1) * (residual**2).sum(axis=1)
    return values


def conditional_sem(
    keyed: FloatArray, *, steps: int = 8, unit: float = 1.0, origin: float = 0.0
) -> ConditionalSem | None:
    r"""Return the standard error of measurement along the score, over persons with like scores (Feldt and Qualls).

    Parameters
    ----------
    keyed
        Keyed answers, persons x items; complete rows count.
    steps
        At most so many steps of the score, each with about as many persons, none with fewer than ten.
    unit, origin
        The score is ``origin + unit * (sum of keyed answers)``.

    Returns
    -------
    ConditionalSem or None
        ``None`` for one item or fewer than ten complete rows.

    Notes
    -----
    Near the ends of the scale answers cannot vary much, so the error is smaller there; one SEM for all overstates it
    at the ends and understates it in the middle. Weighted by persons, the squared SEMs give back ``V (1 - alpha)``.

    References
    ----------
    Feldt, L. S., & Qualls, A. L. (1996). Estimation of measurement error variance at specific score levels. Journal of
    Educational Measurement, 33, 141-156. doi:10.1111/j.1745-3984.1996.tb00486.x
    """
    rows = keyed[~np.isnan(keyed).any(axis=1)]
    n, k = rows.shape
    if k < 2 or n < LEAST_GROUP:
        return None
    scores, errors = origin + unit * rows.sum(axis=1), error_variances(rows) * unit**2 * n / (n - 1)
    wanted = max(1, min(steps, n // LEAST_GROUP))
    edges = np.unique(np.quantile(scores, np.arange(1, wanted) / wanted))
    group = np.searchsorted(edges, scores, side="left")
    found = [_step(scores[group == g], errors[group == g]) for g in np.unique(group)]
    return ConditionalSem(steps=tuple(found), overall=float(np.sqrt(errors.mean())), n=n)


def _step(scores: FloatArray, errors: FloatArray) -> ScoreStep:
    return ScoreStep(n=len(scores), low=float(scores.min()), high=float(scores.max()), mean=float(scores.mean()),
                     sem=float(np.sqrt(errors.mean())))  # fmt: skip
