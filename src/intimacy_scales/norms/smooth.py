"""Percentiles of a sample smoothed: a small sample's steps are chance, its shape less so."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.bank.model import NormScale
from intimacy_scales.norms.percentile import Percentiles, binomial_interval, is_whole_table

FloatArray = NDArray[np.float64]


def bandwidth_of(figures: NormScale) -> float:
    """Return Scott's bandwidth of the norm's sample, ``h = SD n^(-1/5)`` (as scipy's ``gaussian_kde`` takes)."""
    return float(float(figures.sd) * float(figures.n) ** -0.2)


def smooth_percentiles(
    scores: FloatArray, figures: NormScale, *, level: float, bandwidth: float | None = None
) -> Percentiles | None:
    r"""Return percentiles from a Gaussian-kernel smoothing of a norm's table that keeps its mean and SD.

    With the table's scores ``x_j`` and their shares ``p_j``, mean M and SD s::

        F(x) = sum_j p_j Phi((x - a x_j - (1 - a) M) / (a h)),   a = sqrt(s^2 / (s^2 + h^2))

    which is the continuization of kernel equating (von Davier, Holland & Thayer): smoothing alone would widen the
    distribution by ``h^2``, and ``a`` takes that back.

    Parameters
    ----------
    scores
        One a person, on the norm's metric; NaN stays NaN.
    figures
        The norm's figures with a table that holds every person; ``None`` is returned without one.
    level
        Of the interval: Clopper and Pearson's at the smoothed share, which does not count what smoothing gains in
        certainty and is therefore somewhat wide.
    bandwidth
        h, in points; Scott's rule unless said (:func:`bandwidth_of`).

    Notes
    -----
    Monotone, and strictly between 0 and 100. It misleads at a ceiling where many have the highest score: the mass is
    spread beyond the scale's end, so the highest score lies lower than its mid-rank would say. Validated
    against ``scipy.stats.gaussian_kde`` (same bandwidth, a = 1) and by its moments.

    References
    ----------
    von Davier, A. A., Holland, P. W., & Thayer, D. T. (2004). The kernel method of test equating. Springer.
    """
    if not figures.quantiles or not is_whole_table(figures):
        return None
    from scipy.special import ndtr

    at = np.array([line.score for line in figures.quantiles], dtype=np.float64)
    shares = np.diff(np.array([0.0, *(line.percentile for line in figures.quantiles)])) / 100
    mean = float(shares @ at)
    variance = float(shares @ (at - mean) ** 2)
    h = bandwidth_of(figures) if bandwidth is None else bandwidth
    a = float(np.sqrt(variance / (variance + h**2)))
    x, back = np.unique(np.asarray(scores, dtype=np.float64), return_inverse=True)
    point = 100 * (ndtr((x[:, None] - a * at - (1 - a) * mean) / (a * h)) @ shares)
    low, high = binomial_interval(point / 100 * figures.n, figures.n, level)
    return Percentiles(point=point[back], low=100 * low[back], high=100 * high[back])
