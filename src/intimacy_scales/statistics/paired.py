"""Two scores of the same unit compared: occasions of a person, partners of a couple."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.results import json_dict
from intimacy_scales.statistics.effect_sizes import noncentral_ends, small_sample_factor
from intimacy_scales.statistics.estimate import NAN, Estimate, t_p, t_width

NO_SPREAD = 1e-12  # an SD below this is rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDifference:
    """Mean of the differences with its interval and t test; dz and dav, plain and with Hedges' correction (gz, gav)."""

    n: int
    level: float
    mean: Estimate
    se: float
    t: float
    df: int
    p: float
    dz: Estimate
    gz: Estimate
    dav: Estimate
    gav: Estimate

    def to_dict(self) -> dict[str, Any]:
        """Return the figures JSON-safe at full precision."""
        plain = {name: getattr(self, name) for name in ("n", "level", "se", "t", "df", "p")}
        sized = {name: getattr(self, name).to_dict() for name in ("mean", "dz", "gz", "dav", "gav")}
        return json_dict(plain | sized)


def paired_difference(x: FloatArray, y: FloatArray, *, level: float = 0.95) -> PairedDifference | None:
    r"""Return how far two scores of the same units lie apart, ``x - y`` (after minus before, first minus second).

    With ``d = x - y``: ``t = mean(d) / (SD_d / sqrt(n))`` with n - 1 degrees of freedom; ``dz = mean(d) / SD_d``;
    ``dav = mean(d) / ((SD_x + SD_y) / 2)`` (Lakens' d_av: the mean of the two SDs), comparable with effects between
    groups. Intervals by the noncentral t, with the noncentralities ``L`` that ``t`` allows: ``L / sqrt(n)`` for ``dz``,
    exactly; the same times ``SD_d / mean SD`` for ``dav`` (Algina and Keselman). ``g`` is ``d`` times Hedges' factor
    of n - 1.

    Parameters
    ----------
    x, y
        One score a unit, NaN where there is none; a unit counts with both.
    level
        Of the intervals.

    Returns
    -------
    PairedDifference or None
        ``None`` with fewer than three pairs. Where all differ by the same, t, p and dz are NaN and the mean has itself
        for both ends.

    Notes
    -----
    dz grows when the two scores correlate highly; it says how sure the difference is rather than how large. For
    partners whom nothing tells apart the sign means nothing. Validated against R's ``t.test(paired = TRUE)``.

    References
    ----------
    Algina, J., & Keselman, H. J. (2003). Approximate confidence intervals for effect sizes. Educational and
    Psychological Measurement, 63, 537-553. doi:10.1177/0013164403256358

    Lakens, D. (2013). Calculating and reporting effect sizes to facilitate cumulative science. Frontiers in
    Psychology, 4, 863. doi:10.3389/fpsyg.2013.00863

    Examples
    --------
    >>> found = paired_difference(np.array([3.0, 5, 4, 6]), np.array([2.0, 5, 3, 4]))
    >>> found.mean.value, found.df, round(found.t, 3), round(found.dav.value, 3)
    (1.0, 3, 2.449, 0.775)
    """
    both = ~(np.isnan(x) | np.isnan(y))
    x, y = x[both], y[both]
    d, n = x - y, len(x)
    if n < 3:
        return None
    mean, sd, df = float(d.mean()), float(d.std(ddof=1)), n - 1
    varies = sd > NO_SPREAD
    se, off = sd / np.sqrt(n), t_width(level, df) * sd / np.sqrt(n)
    t = float(mean / se) if varies else NAN
    low, high = noncentral_ends(t, df, level=level)
    dz = Estimate(value=mean / sd if varies else NAN, low=low / np.sqrt(n), high=high / np.sqrt(n), level=level, n=n,
                  method="noncentral t", bounded=False)  # fmt: skip
    spread = float(x.std(ddof=1) + y.std(ddof=1)) / 2
    dav = dz.times(sd / spread) if varies and spread > NO_SPREAD else Estimate(value=NAN, level=level, n=n,
                                                                             bounded=False)  # fmt: skip
    J, p = small_sample_factor(df), t_p(t, df)
    middle = Estimate(value=mean, low=mean - off, high=mean + off, level=level, n=n, df=df, p=p, method="Student t",
                      bounded=False)  # fmt: skip
    return PairedDifference(n=n, level=level, mean=middle, se=float(se), t=t, df=df, p=p, dz=dz, gz=dz.times(J),
                            dav=dav, gav=dav.times(J))  # fmt: skip
