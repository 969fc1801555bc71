"""Shares of persons with their intervals: Wilson's for counts, Clopper and Pearson's where exactness is asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.statistics.estimate import NAN, Estimate, half_width

TINY = 1e-12  # keeps the incomplete beta function defined where its value is not used


def share(count: float, n: int, *, level: float = 0.95) -> Estimate:
    r"""Return a share with Wilson's interval; NaN of nobody.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the American
    Statistical Association, 22, 209-212. doi:10.1080/01621459.1927.10502953

    Examples
    --------
    >>> print(share(5, 10))
    .50 [.24, .76]
    """
    if n == 0:
        return Estimate(value=NAN, level=level, n=0, method="Wilson")
    z, p = half_width(level), count / n
    middle, off = (p + z**2 / (2 * n)), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    bottom = 1 + z**2 / n
    low = 0.0 if count == 0 else float((middle - off) / bottom)
    high = 1.0 if count == n else float((middle + off) / bottom)
    return Estimate(value=p, low=low, high=high, level=level, n=n, method="Wilson")


def exact_share(count: ArrayLike, n: ArrayLike, *, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Return the ends of Clopper and Pearson's interval of shares; ``count`` may be a half (mid-rank).

    NaN where the count is NaN.

    Examples
    --------
    >>> [round(float(end), 3) for end in exact_share(5, 10)]
    [0.187, 0.813]
    """
    from scipy.special import betaincinv

    of = np.asarray(n, dtype=np.float64)
    seen, tail = np.clip(np.asarray(count, dtype=np.float64), 0, of), (1 - level) / 2
    low = np.where(seen > 0, betaincinv(np.maximum(seen, TINY), of - seen + 1, tail), 0.0)
    high = np.where(seen < of, betaincinv(seen + 1, np.maximum(of - seen, TINY), 1 - tail), 1.0)
    return np.where(np.isnan(seen), np.nan, low), np.where(np.isnan(seen), np.nan, high)
