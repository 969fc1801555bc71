"""Reliability of what scores are made into: totals of several scales, weighted composites, differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.statistics.consistency.coefficients import alpha
from intimacy_scales.statistics.score_sums import decimal_sums


def stratified_alpha(covariance: FloatArray, strata: Sequence[Sequence[int]]) -> float:
    r"""Alpha of a total whose items fall into scales, ``1 - sum_s V_s (1 - alpha_s) / V``.

    Parameters
    ----------
    covariance
        Covariances of all keyed items, items x items.
    strata
        For every scale the places of its items; a scale of one item counts as error-free, and so biases upwards.

    Returns
    -------
    float
        At least alpha of the total where the scales are more alike within than between; NaN where undefined.

    Notes
    -----
    For a total of several scales, where alpha over all items would count what each scale has of its own as error. It
    says nothing about the total being one thing (see omega hierarchical), and each scale's alpha brings its own bias.

    References
    ----------
    Cronbach, L. J., Schoenemann, P., & McKie, D. (1965). Alpha coefficients for stratified-parallel tests.
    Educational and Psychological Measurement, 25, 291-312. doi:10.1177/001316446502500201

    Examples
    --------
    >>> stratified_alpha(np.array([[1.0, 0.5], [0.5, 1.0]]), [[0, 1]])
    0.6666666666666667
    """
    blocks = [covariance[np.ix_(places, places)] for places in strata]
    everything = [j for places in strata for j in places]
    total = float(covariance[np.ix_(everything, everything)].sum())
    if not total > 0:
        return float("nan")
    return 1 - sum(float(block.sum()) * (1 - alpha(block)) for block in blocks if len(block) > 1) / total


def uncontaminated_share(n_items: Sequence[int]) -> float:
    """Return PUC, the share of item pairs from two different scales: ``1 - sum k_g (k_g - 1) / (k (k - 1))``.

    Correlations of such pairs tell of the general factor alone; the larger the share, the less a total is distorted by
    the scales' own parts (Reise, 2012, doi:10.1080/00273171.2012.715555). NaN for fewer than two items.

    Examples
    --------
    >>> uncontaminated_share([3, 3, 3])
    0.75
    """
    k = sum(n_items)
    return 1 - sum(g * (g - 1) for g in n_items) / (k * (k - 1)) if k > 1 else float("nan")


def construct_replicability(loadings: FloatArray) -> float:
    r"""Return H of a factor's standardized loadings, ``1 / (1 + 1 / sum(l^2 / (1 - l^2)))`` (Hancock and Mueller).

    The share of the factor's variance that its items can recover; NaN where a loading reaches 1.

    Examples
    --------
    >>> round(construct_replicability(np.array([0.7, 0.7])), 4)
    0.6577
    """
    squares = np.asarray(loadings, dtype=np.float64) ** 2
    if not len(squares) or (squares >= 1).any():
        return float("nan")
    total = float((squares / (1 - squares)).sum())
    return 1 / (1 + 1 / total) if total > 0 else 0.0


def composite_reliability(weights: Sequence[float], covariance: FloatArray, reliabilities: Sequence[float]) -> float:
    r"""Reliability of a weighted composite, ``1 - sum_i w_i^2 s_i^2 (1 - r_i) / w' C w`` (Mosier).

    Parameters
    ----------
    weights
        Weight of each score in the composite.
    covariance
        Covariances of the *scores*, scores x scores.
    reliabilities
        Of the scores; their errors are taken as uncorrelated.

    Returns
    -------
    float
        At most 1; NaN for a composite without variance.

    References
    ----------
    Mosier, C. I. (1943). On the reliability of a weighted composite. Psychometrika, 8, 161-168.
    doi:10.1007/BF02288700

    Examples
    --------
    >>> composite_reliability([1, 1], np.array([[1.0, 0.5], [0.5, 1.0]]), [0.8, 0.8])
    0.8666666666666667
    """
    w, r = np.asarray(weights, dtype=np.float64), np.asarray(reliabilities, dtype=np.float64)
    total = float(w @ covariance @ w)
    if not total > 0:
        return float("nan")
    return 1 - float((w**2 * np.diag(covariance) * (1 - r)).sum()) / total


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceReliability:
    """Reliability and standard error of a difference of two scores (wished minus now, one partner minus the other)."""

    value: float
    sem: float
    sd: float
    r: float
    n: int
    reliabilities: tuple[float, float]
    which: str
    """Which coefficient the two reliabilities are."""


def difference_reliability(
    first: FloatArray, second: FloatArray, reliabilities: tuple[float, float], *, which: str = "alpha"
) -> DifferenceReliability:
    r"""Reliability of ``second - first``: ``(r11 s1^2 + r22 s2^2 - 2 r12 s1 s2) / (s1^2 + s2^2 - 2 r12 s1 s2)``.

    Parameters
    ----------
    first, second
        Scores, one a person (or couple), NaN where there is none; persons with both count.
    reliabilities
        Of the two scores.
    which
        What the reliabilities are, for the reader.

    Returns
    -------
    DifferenceReliability
        ``sem`` is ``sqrt(s1^2 (1 - r11) + s2^2 (1 - r22))``; NaN where fewer than two persons have both scores.

    Notes
    -----
    Errors are taken as uncorrelated. The more alike the two scores, the less reliable their difference: .80 and .80
    with r = .70 leave .33. Answers given in one sitting share errors (mood, style), which makes this too low.

    References
    ----------
    Lord, F. M. (1963). Elementary models for measuring change. In C. W. Harris (Ed.), Problems in measuring change
    (pp. 21-38). University of Wisconsin Press.

    Examples
    --------
    >>> a, b = np.array([1.0, 2, 3, 4]), np.array([2.0, 1, 4, 3])
    >>> round(difference_reliability(a, b, (0.8, 0.8)).value, 3)
    0.5
    """
    both = ~np.isnan(first) & ~np.isnan(second)
    sums = decimal_sums([first[both], second[both]])
    return difference_of_moments(sums.covariance(), int(sums.n[0, 1]), reliabilities, which=which)


def difference_of_moments(
    covariance: FloatArray, n: int, reliabilities: tuple[float, float], *, which: str = "alpha"
) -> DifferenceReliability:
    """Return the same from the two scores' covariances over the rows that have both."""
    nan = float("nan")
    if n < 2:
        return DifferenceReliability(value=nan, sem=nan, sd=nan, r=nan, n=n, reliabilities=reliabilities, which=which)
    c = covariance
    spread = np.sqrt(c[0, 0] * c[1, 1])
    error = float(c[0, 0] * (1 - reliabilities[0]) + c[1, 1] * (1 - reliabilities[1]))
    value = composite_reliability([-1, 1], c, reliabilities)
    return DifferenceReliability(
        value=value,
        sem=float(np.sqrt(error)) if error >= 0 else nan,
        sd=float(np.sqrt(max(c[0, 0] + c[1, 1] - 2 * c[0, 1], 0.0))),
        r=float(c[0, 1] / spread) if spread > 0 else nan,
        n=n,
        reliabilities=reliabilities,
        which=which,
    )
