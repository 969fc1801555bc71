"""The asymptotically distribution-free interval of alpha."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from .intervals import Interval
from .moments import FloatArray, blocks_of, gather


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionFree:
    """Interval and standard error of alpha without an assumed distribution."""

    interval: Interval
    se: float


def alpha_influences(keyed: FloatArray) -> FloatArray | None:
    r"""Return what each person adds to alpha, to first order: summed squares over (n - 1)^2 are alpha's variance.

    With ``t`` the summed variances and ``V`` the variance of the total, ``IF = -k / (k - 1) (dt / V - t dV / V^2)``;
    a covariance's own influence is ``n / n_ij [(x_i - m_i)(x_j - m_j) - c_ij]`` for rows that have both, else 0.
    ``None`` where alpha is not defined.
    """
    keyed = keyed[~np.isnan(keyed).all(axis=1)]
    n, k = keyed.shape
    if n < 3 or k < 2:
        return None
    moments = gather(blocks_of(keyed))
    c, pair_n = moments.covariance, moments.pair_n
    total, trace = float(c.sum()), float(np.trace(c))
    if not total > 0:
        return None
    weight = trace / total**2 - np.eye(k) / total  # d(-tr / V) by each covariance
    weight *= n / pair_n
    seen = ~np.isnan(keyed)
    x = np.where(seen, keyed - moments.means, 0.0)
    m = seen.astype(np.float64)
    common = x.T @ m / pair_n  # mean of i over the rows that have i and j, from the item's own mean
    influence = np.einsum("ri,ij,rj->r", x, weight, x, optimize=True)
    influence -= 2 * np.einsum("ri,ij,rj->r", x, weight * common.T, m, optimize=True)
    influence += np.einsum("ri,ij,rj->r", m, weight * (common * common.T - c), m, optimize=True)
    scaled: FloatArray = k / (k - 1) * influence
    return scaled


def distribution_free(keyed: FloatArray, *, alpha: float, level: float = 0.95) -> DistributionFree | None:
    r"""Asymptotically distribution-free interval of alpha, ``alpha -+ z se``.

    Parameters
    ----------
    keyed
        Keyed answers, persons x items, NaN where there is none. Give the complete rows for listwise.
    alpha
        The estimate in the middle.
    level
        Confidence.

    Returns
    -------
    DistributionFree or None
        ``None`` where alpha is not defined.

    Notes
    -----
    Holds for skewed answers of few categories, where normal theory does not; needs some hundred persons. With gaps it
    counts each person for what they answered (checked against the bootstrap). On complete rows validated against JASP
    (standard error and interval, 2,571 persons).

    References
    ----------
    Maydeu-Olivares, A., Coffman, D. L., & Hartmann, W. M. (2007). Asymptotically distribution-free (ADF) interval
    estimation of coefficient alpha. Psychological Methods, 12, 157-176. doi:10.1037/1082-989X.12.2.157
    """
    influence = alpha_influences(keyed)
    if influence is None or not np.isfinite(influence).all():
        return None
    n = len(influence)
    se = float(np.sqrt(((influence - influence.mean()) ** 2).sum())) / (n - 1)
    z = NormalDist().inv_cdf((1 + level) / 2)
    interval = Interval(low=alpha - z * se, high=alpha + z * se, level=level, method="distribution-free", n=n)
    return DistributionFree(interval=interval, se=se)
