"""How far two groups lie apart: Cohen's d, Hedges' g with its exact interval, t tests, probability of superiority."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.statistics.estimate import t_p, t_width


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDifference:
    """Two independent groups compared, the first minus the second.

    ``g`` is ``d`` corrected for small samples; both intervals come from the noncentral t. ``superiority`` is the
    share of pairs in which the first group's person scores higher, ties half.
    """

    means: tuple[float, float]
    sds: tuple[float, float]
    n: tuple[int, int]
    pooled_sd: float
    d: float
    d_ci: tuple[float, float]
    g: float
    g_ci: tuple[float, float]
    glass: tuple[float, float]
    student: tuple[float, float, float]
    welch: tuple[float, float, float]
    welch_ci: tuple[float, float]
    superiority: float
    level: float


def small_sample_factor(df: float) -> float:
    """Return Hedges' exact J: ``gamma(df/2) / (sqrt(df/2) gamma((df - 1)/2))``."""
    from scipy.special import gammaln

    return float(np.exp(gammaln(df / 2.0) - 0.5 * np.log(df / 2.0) - gammaln((df - 1.0) / 2.0)))


def compare_groups(values: FloatArray, two: FloatArray, *, level: float = 0.95) -> GroupDifference:
    r"""Compare two independent groups.

    ``d = (M1 - M2) / s``, s the pooled SD; ``g = J d`` with the exact J. The interval inverts the noncentral t: its
    ends are the noncentralities under which the t seen is at the two tails, times ``sqrt(1/n1 + 1/n2)``.

    Parameters
    ----------
    one, two : array
        Scores of the two groups, no missing ones; at least two persons each.
    level : float
        Of the intervals.

    Returns
    -------
    GroupDifference
        ``student`` and ``welch`` are (t, df, p); NaN where nobody varies.

    Notes
    -----
    d takes both groups' spread as one: where the SDs differ much read ``glass`` (the difference in either group's own
    SD) and Welch's test. Known groups that differ in age or health differ by that too. Validated against R 4.2 (1e-8).

    References
    ----------
    Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and related estimators. Journal of
    Educational Statistics, 6, 107-128. doi:10.3102/10769986006002107

    Cumming, G., & Finch, S. (2001). A primer on the understanding, use, and calculation of confidence intervals that
    are based on central and noncentral distributions. Educational and Psychological Measurement, 61, 532-574.
    doi:10.1177/0013164401614002

    Examples
    --------
    >>> found = compare_groups(np.array([4.0, 5, 4, 3, 5]), np.array([2.0, 3, 3, 2, 4]))
    >>> round(found.d, 3), round(found.g, 3)
    (1.673, 1.511)
    """
    n1, n2 = len(values), len(two)
    m1, m2, v1, v2 = float(values.mean()), float(two.mean()), float(values.var(ddof=1)), float(two.var(ddof=1))
    df = n1 + n2 - 2
    pooled = float(np.sqrt(((n1 - 1) * v1 + (n2 - 1) * v2) / df))
    d = (m1 - m2) / pooled if pooled > 0 else np.nan
    scale, J = float(np.sqrt(1.0 / n1 + 1.0 / n2)), small_sample_factor(df)
    ends = noncentral_ends(d / scale, df, level=level)
    d_ci = (ends[0] * scale, ends[1] * scale)
    t, welch_df = _welch(m1 - m2, v1 / n1, v2 / n2, n1, n2)
    half = t_width(level, welch_df) * float(np.sqrt(v1 / n1 + v2 / n2))
    return GroupDifference(
        means=(m1, m2),
        sds=(float(np.sqrt(v1)), float(np.sqrt(v2))),
        n=(n1, n2),
        pooled_sd=pooled,
        d=d,
        d_ci=d_ci,
        g=J * d,
        g_ci=(J * d_ci[0], J * d_ci[1]),
        glass=(_ratio(m1 - m2, v1), _ratio(m1 - m2, v2)),
        student=(d / scale, float(df), t_p(d / scale, df)),
        welch=(t, welch_df, t_p(t, welch_df)),
        welch_ci=(m1 - m2 - half, m1 - m2 + half),
        superiority=_superiority(values, two),
        level=level,
    )


def noncentral_ends(t: float, df: float, *, level: float) -> tuple[float, float]:
    """Return the noncentralities under which ``t`` stands at the upper and the lower tail; NaN without a finite t."""
    from scipy.special import nctdtrinc

    if not np.isfinite(t):
        return float("nan"), float("nan")
    tail = (1.0 - level) / 2.0
    return float(nctdtrinc(df, 1.0 - tail, t)), float(nctdtrinc(df, tail, t))


def _ratio(top: float, variance: float) -> float:
    return top / float(np.sqrt(variance)) if variance > 0 else float("nan")


def _welch(difference: float, a: float, b: float, n1: int, n2: int) -> tuple[float, float]:
    if a + b <= 0:
        return float("nan"), float("nan")
    return difference / float(np.sqrt(a + b)), (a + b) ** 2 / (a**2 / (n1 - 1) + b**2 / (n2 - 1))


def _superiority(one: FloatArray, two: FloatArray) -> float:
    """Return P(one > two) + P(equal) / 2, by ranks."""
    values, counts = np.unique(np.concatenate([one, two]), return_counts=True)
    upto = np.cumsum(counts)
    rank = upto - (counts - 1) / 2.0
    total = float(rank[np.searchsorted(values, one)].sum())
    return (total - len(one) * (len(one) + 1) / 2.0) / (len(one) * len(two))
