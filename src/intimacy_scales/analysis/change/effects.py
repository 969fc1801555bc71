"""The group as a whole: how far it moved, in points and in SDs, and how many persons moved reliably."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.analysis.change.retest import Estimate
from intimacy_scales.base.results import json_dict
from intimacy_scales.statistics.estimate import half_width

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedEffects:
    """Mean change with its interval and t test; dz and dav, plain and with Hedges' correction (gz, gav)."""

    n: int
    level: float
    mean: Estimate
    t: float
    df: int
    p: float
    dz: Estimate
    gz: Estimate
    dav: Estimate
    gav: Estimate

    def to_dict(self) -> dict[str, Any]:
        """Return the figures JSON-safe at full precision."""
        plain = {name: getattr(self, name) for name in ("n", "level", "t", "df", "p")}
        sized = {name: getattr(self, name).to_dict() for name in ("mean", "dz", "gz", "dav", "gav")}
        return json_dict(plain | sized)


def hedges_factor(df: int) -> float:
    """Return Hedges' exact small-sample factor ``Gamma(df / 2) / (sqrt(df / 2) Gamma((df - 1) / 2))``.

    Examples
    --------
    >>> round(hedges_factor(10), 4)
    0.9227
    """
    from scipy.special import gammaln

    return float(np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / np.sqrt(df / 2))


def paired_effects(before: FloatArray, after: FloatArray, *, level: float = 0.95) -> PairedEffects | None:
    r"""Return how far a group moved between two occasions.

    With ``d = x2 - x1``: ``dz = mean(d) / SD_d``; ``dav = mean(d) / sqrt((s1^2 + s2^2) / 2)``, comparable with effects
    between groups. Intervals by the noncentral t, with the noncentralities ``L`` that ``t`` allows: ``L / sqrt(n)`` for
    ``dz``, exactly; ``L sqrt(2 s_d^2 / (n (s1^2 + s2^2)))`` for ``dav`` (Algina and Keselman). ``g`` is ``d`` times
    :func:`hedges_factor` of n - 1.

    Parameters
    ----------
    before, after
        One score a person, NaN where there is none; a person counts with both.
    level
        Of the intervals.

    Returns
    -------
    PairedEffects or None
        ``None`` with fewer than three persons, or where all changed by the same.

    Notes
    -----
    dz grows when the two occasions correlate highly; it says how sure the change is rather than how large. Without a
    group that was left alone, a change is no effect of whatever happened between.

    References
    ----------
    Algina, J., & Keselman, H. J. (2003). Approximate confidence intervals for effect sizes. Educational and
    Psychological Measurement, 63, 537-553. doi:10.1177/0013164403256358

    Lakens, D. (2013). Calculating and reporting effect sizes to facilitate cumulative science. Frontiers in
    Psychology, 4, 863. doi:10.3389/fpsyg.2013.00863
    """
    from scipy.special import nctdtrinc, stdtr, stdtrit

    both = ~(np.isnan(before) | np.isnan(after))
    x, y = before[both], after[both]
    d, n = y - x, len(x)
    if n < 3 or d.std() < 1e-12:
        return None
    mean, sd, df = float(d.mean()), float(d.std(ddof=1)), n - 1
    pooled = float(np.sqrt((x.var(ddof=1) + y.var(ddof=1)) / 2))
    t, tail = mean / (sd / np.sqrt(n)), (1 - level) / 2
    ends = [float(nctdtrinc(df, p, t)) / np.sqrt(n) for p in (1 - tail, tail)]
    off = float(stdtrit(df, 1 - tail)) * sd / np.sqrt(n)
    dz = Estimate(value=mean / sd, low=ends[0], high=ends[1])
    stretch = sd / pooled if pooled > 0 else float("nan")
    dav = _times(dz, stretch)
    factor = hedges_factor(df)
    return PairedEffects(
        n=n,
        level=level,
        mean=Estimate(value=mean, low=mean - off, high=mean + off),
        t=float(t),
        df=df,
        p=float(2 * stdtr(df, -abs(t))),
        dz=dz,
        gz=_times(dz, factor),
        dav=dav,
        gav=_times(dav, factor),
    )


def _times(one: Estimate, factor: float) -> Estimate:
    return Estimate(value=one.value * factor, low=one.low * factor, high=one.high * factor)


def share(count: int, n: int, *, level: float = 0.95) -> Estimate:
    r"""Return a share with Wilson's interval; NaN of nobody.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the American
    Statistical Association, 22, 209-212. doi:10.1080/01621459.1927.10502953

    Examples
    --------
    >>> print(share(5, 10))
    0.50 [0.24, 0.76]
    """
    if n == 0:
        return Estimate(value=float("nan"), low=float("nan"), high=float("nan"))
    z, p = half_width(level), count / n
    middle, off = (p + z**2 / (2 * n)), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    bottom = 1 + z**2 / n
    low = 0.0 if count == 0 else float((middle - off) / bottom)
    high = 1.0 if count == n else float((middle + off) / bottom)
    return Estimate(value=p, low=low, high=high)
