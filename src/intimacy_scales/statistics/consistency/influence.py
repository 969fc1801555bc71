"""What every person adds to a figure that is a function of a covariance matrix: the way to its standard error.

A figure ``f(C)`` moves by ``sum_ij g_ij dc_ij``; with a person's own ``dc_ij`` that is the person's influence. Summed
squares of influences are the figure's variance, whatever the answers' distribution; summed by couple first, they are
the variance where partners answer alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from intimacy_scales.statistics.consistency.intervals import Interval
from intimacy_scales.statistics.moments import FloatArray, blocks_of, gather

if TYPE_CHECKING:
    from intimacy_scales.statistics.sem.samples import Sample


def alpha_gradient(covariance: FloatArray) -> FloatArray | None:
    """Return the derivatives of alpha by the covariances, ``k / (k - 1) (t / V^2 - [i = j] / V)``; None without any.

    ``t`` is the sum of the variances, ``V`` the variance of the total.
    """
    k, total = len(covariance), float(covariance.sum())
    if k < 2 or not total > 0:
        return None
    found: FloatArray = k / (k - 1) * (float(np.trace(covariance)) / total**2 - np.eye(k) / total)
    return found


def pairwise_influences(keyed: FloatArray, gradient: FloatArray) -> FloatArray:
    r"""Return every person's influence on a figure of the pairwise covariance matrix; they sum to about zero.

    A covariance's own influence is ``n / n_ij [(x_i - m_i)(x_j - m_j) - c_ij]`` for rows that have both items, else 0,
    with the means of those rows. The variance of the figure is ``sum IF^2 / (n - 1)^2``.

    Parameters
    ----------
    keyed
        Keyed answers, persons x items, NaN where there is none; persons without any answer weigh nothing.
    gradient
        Derivatives of the figure by the covariances, items x items, symmetric.
    """
    n = int((~np.isnan(keyed).all(axis=1)).sum())
    moments = gather(blocks_of(keyed))
    c, pair_n = moments.covariance, moments.pair_n
    weight = gradient * (n / pair_n)
    seen = ~np.isnan(keyed)
    x = np.where(seen, keyed - moments.means, 0.0)
    m = seen.astype(np.float64)
    common = x.T @ m / pair_n  # mean of i over the rows that have i and j, from the item's own mean
    influence = np.einsum("ri,ij,rj->r", x, weight, x, optimize=True)
    influence -= 2 * np.einsum("ri,ij,rj->r", x, weight * common.T, m, optimize=True)
    influence += np.einsum("ri,ij,rj->r", m, weight * (common * common.T - c), m, optimize=True)
    return np.asarray(influence, dtype=np.float64)


def saturated_influences(data: Sample, gradient: FloatArray) -> FloatArray | None:
    r"""Return every person's influence on a figure of the EM covariance matrix, ``g' A^-1 s_r``.

    ``A`` is the observed information of means and covariances, ``s_r`` the person's score: summed squares are the
    Huber-White variance of lavaan's saturated model with ``estimator = "MLR"``. ``None`` where A is singular.
    """
    from intimacy_scales.statistics.sem.robust import saturated_scores

    found = saturated_scores(data.data[0])
    if found is None:
        return None
    i, j = np.tril_indices(len(gradient))
    slope = np.concatenate([np.where(i == j, 1.0, 2.0) * gradient[i, j], np.zeros(len(gradient))])
    try:
        direction = np.linalg.solve(found.information, slope)
    except np.linalg.LinAlgError:
        return None
    influences = np.asarray(found.casewise @ direction, dtype=np.float64)
    return influences if np.isfinite(influences).all() else None


def standard_error(influences: FloatArray, clusters: Sequence[object] | None = None) -> float:
    """Return ``sqrt(sum IF^2) / (n - 1)``; with G clusters ``sqrt(G / (G - 1) sum_g (sum IF)^2) / n``."""
    n = len(influences)
    centred = influences - influences.mean()
    if clusters is None:
        return float(np.sqrt((centred**2).sum())) / (n - 1)
    sums = sums_by(clusters, centred)
    g = len(sums)
    return float(np.sqrt(g / (g - 1) * (sums**2).sum())) / n if g > 1 else float("nan")


def sums_by(clusters: Sequence[object], values: FloatArray) -> FloatArray:
    """Return the values summed over each cluster."""
    of = np.unique(np.asarray([str(one) for one in clusters]), return_inverse=True)[1]
    return np.asarray(np.bincount(of.reshape(-1), weights=values), dtype=np.float64)


def on_log_error(
    value: float, se: float, *, level: float, n: int, method: str, clusters: int | None = None
) -> Interval | None:
    r"""Interval of a reliability on ``ln(1 - reliability)``: ``1 - (1 - r) exp(+-z se / (1 - r))``.

    Stays below 1, and goes below zero where it belongs. With clusters, t with G - 1 degrees of freedom for z. ``None``
    where the value reaches 1 or has no standard error.

    References
    ----------
    Bonett, D. G. (2002). Sample size requirements for testing and estimating coefficient alpha. Journal of Educational
    and Behavioral Statistics, 27, 335-340. doi:10.3102/10769986027004335
    """
    if not (np.isfinite(value) and np.isfinite(se)) or value >= 1:
        return None
    quantile = NormalDist().inv_cdf((1 + level) / 2) if clusters is None else _t(level, clusters - 1)
    half = quantile * se / (1 - value)
    low, high = 1 - (1 - value) * np.exp(half), 1 - (1 - value) * np.exp(-half)
    return Interval(low=float(low), high=float(high), level=level, method=method, n=n)


def _t(level: float, df: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(df, (1 + level) / 2)) if df > 0 else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionFree:
    """Interval and standard error of alpha without an assumed distribution."""

    interval: Interval | None
    se: float


def alpha_influences(keyed: FloatArray) -> FloatArray | None:
    """Return what each person adds to alpha, to first order; ``None`` where alpha is not defined.

    Keyed answers, persons x items, pairwise covariances; persons without any answer are left out.
    """
    keyed = keyed[~np.isnan(keyed).all(axis=1)]
    if keyed.shape[0] < 3 or keyed.shape[1] < 2:
        return None
    gradient = alpha_gradient(gather(blocks_of(keyed)).covariance)
    return None if gradient is None else pairwise_influences(keyed, gradient)


def distribution_free(
    keyed: FloatArray, *, alpha: float, level: float = 0.95, clusters: Sequence[object] | None = None
) -> DistributionFree | None:
    r"""Asymptotically distribution-free interval of alpha, on ``ln(1 - alpha)``.

    Parameters
    ----------
    keyed
        Keyed answers, persons x items, NaN where there is none; every row with an answer. Give the complete rows for
        listwise.
    alpha
        The estimate.
    level
        Confidence.
    clusters
        What every row belongs to (the couple): influences are summed by cluster, ``G / (G - 1)`` and t with G - 1
        degrees of freedom.

    Returns
    -------
    DistributionFree or None
        ``None`` where alpha is not defined.

    Notes
    -----
    Holds for skewed answers of few categories, where normal theory does not; needs some hundred persons. With gaps it
    counts each person for what they answered (checked against the bootstrap). On complete rows the standard error is
    that of JASP (2,571 persons); the interval lies on the logarithm of what is error, so that it stays below 1.

    References
    ----------
    Maydeu-Olivares, A., Coffman, D. L., & Hartmann, W. M. (2007). Asymptotically distribution-free (ADF) interval
    estimation of coefficient alpha. Psychological Methods, 12, 157-176. doi:10.1037/1082-989X.12.2.157
    """
    influences = alpha_influences(keyed)
    if influences is None or not np.isfinite(influences).all() or (clusters and len(clusters) != len(influences)):
        return None
    se, g = standard_error(influences, clusters), None if clusters is None else len(set(map(str, clusters)))
    said = "distribution-free" if clusters is None else "distribution-free, cluster-robust"
    interval = on_log_error(alpha, se, level=level, n=len(influences), method=said, clusters=g)
    return DistributionFree(interval=interval, se=se)
