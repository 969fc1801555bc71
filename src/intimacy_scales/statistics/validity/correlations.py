"""Correlations that share a variable, compared within one sample: Williams, Steiger, Meng, and Zou's interval.

A correlation corrected for the unreliability of both measures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.wording import figure
from intimacy_scales.statistics.estimate import half_width, t_p
from intimacy_scales.statistics.resampling import at_a_time, drawn_counts, percentile_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class DependentComparison:
    """Two correlations of one variable with two others, ``r12`` and ``r13``, that correlate ``r23``.

    ``low`` to ``high`` is Zou's interval of ``r12 - r13``.
    """

    r12: float
    r13: float
    r23: float
    n: int
    williams_t: float
    df: int
    p_williams: float
    steiger_z: float
    p_steiger: float
    meng_z: float
    p_meng: float
    low: float
    high: float
    level: float

    @property
    def difference(self) -> float:
        """``r12 - r13``."""
        return self.r12 - self.r13


def compare_dependent(r12: float, r13: float, r23: float, *, n: int, level: float = 0.95) -> DependentComparison:
    r"""Compare two correlations that share a variable.

    With ``R = 1 - r12^2 - r13^2 - r23^2 + 2 r12 r13 r23`` and ``m = (r12 + r13) / 2``, Williams' t (1959, as Steiger
    1980 recommends) is ``(r12 - r13) sqrt((n - 1)(1 + r23) / (2 R (n - 1)/(n - 3) + m^2 (1 - r23)^3))`` with n - 3
    degrees of freedom; Steiger's z uses Fisher's z with the covariance at the mean r; Meng, Rosenthal and Rubin's z
    (1992) the mean r squared; the interval is Zou's (2007).

    Parameters
    ----------
    r12, r13 : float
        The correlations compared.
    r23 : float
        The correlation of the two others.
    n : int
        Persons, the same for all three; at least 4.
    level : float
        Of the interval.

    Returns
    -------
    DependentComparison
        NaN throughout where n is under 4, a correlation is 1 in size, or the three cannot go together.

    Notes
    -----
    Two correlations that differ in sign differ by that alone: turn a variable round first where only strength is the
    question. Validated against R psych 2.2.9 ``r.test`` and formulas by hand in R (1e-9).

    References
    ----------
    Steiger, J. H. (1980). Tests for comparing elements of a correlation matrix. Psychological Bulletin, 87, 245-251.
    doi:10.1037/0033-2909.87.2.245

    Meng, X.-L., Rosenthal, R., & Rubin, D. B. (1992). Comparing correlated correlation coefficients. Psychological
    Bulletin, 111, 172-175. doi:10.1037/0033-2909.111.1.172

    Zou, G. Y. (2007). Toward using confidence intervals to compare correlations. Psychological Methods, 12, 399-413.
    doi:10.1037/1082-989X.12.4.399

    Examples
    --------
    >>> found = compare_dependent(0.63, 0.36, 0.26, n=220)
    >>> round(found.williams_t, 2), found.df
    (4.17, 217)
    """
    from scipy.special import ndtr

    R = 1.0 - r12**2 - r13**2 - r23**2 + 2.0 * r12 * r13 * r23
    if n < 4 or not R > 0 or max(abs(r12), abs(r13), abs(r23)) >= 1:
        t = steiger = meng = float("nan")
        ends = (float("nan"), float("nan"))
    else:
        mean = (r12 + r13) / 2.0
        bottom = 2.0 * (n - 1) / (n - 3) * R + mean**2 * (1.0 - r23) ** 3
        t = (r12 - r13) * float(np.sqrt((n - 1) * (1.0 + r23) / bottom))
        steiger, meng = _steiger(r12, r13, r23, n), _meng(r12, r13, r23, n)
        ends = _zou(r12, r13, r23, n, level)
    return DependentComparison(
        r12=r12,
        r13=r13,
        r23=r23,
        n=n,
        williams_t=t,
        df=n - 3,
        p_williams=t_p(t, n - 3),
        steiger_z=steiger,
        p_steiger=float(2.0 * ndtr(-abs(steiger))),
        meng_z=meng,
        p_meng=float(2.0 * ndtr(-abs(meng))),
        low=ends[0],
        high=ends[1],
        level=level,
    )


def _steiger(r12: float, r13: float, r23: float, n: int) -> float:
    mean2 = ((r12 + r13) / 2.0) ** 2
    shared = (r23 * (1.0 - 2.0 * mean2) - 0.5 * mean2 * (1.0 - 2.0 * mean2 - r23**2)) / (1.0 - mean2) ** 2
    return float((np.arctanh(r12) - np.arctanh(r13)) * np.sqrt((n - 3) / (2.0 * (1.0 - shared))))


def _meng(r12: float, r13: float, r23: float, n: int) -> float:
    mean2 = (r12**2 + r13**2) / 2.0
    f = min(1.0, (1.0 - r23) / (2.0 * (1.0 - mean2)))
    h = (1.0 - f * mean2) / (1.0 - mean2)
    return float((np.arctanh(r12) - np.arctanh(r13)) * np.sqrt((n - 3) / (2.0 * (1.0 - r23) * h)))


def _zou(r12: float, r13: float, r23: float, n: int, level: float) -> tuple[float, float]:
    wide = half_width(level) / np.sqrt(n - 3)
    low = np.tanh(np.arctanh([r12, r13]) - wide)
    high = np.tanh(np.arctanh([r12, r13]) + wide)
    shared = (r23 - 0.5 * r12 * r13) * (1.0 - r12**2 - r13**2 - r23**2) + r23**3
    shared /= (1.0 - r12**2) * (1.0 - r13**2)
    down, up = (r12 - low[0], high[1] - r13), (high[0] - r12, r13 - low[1])
    return (
        float(r12 - r13 - np.sqrt(max(0.0, down[0] ** 2 + down[1] ** 2 - 2.0 * shared * down[0] * down[1]))),
        float(r12 - r13 + np.sqrt(max(0.0, up[0] ** 2 + up[1] ** 2 - 2.0 * shared * up[0] * up[1]))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """``r / sqrt(rxx ryy)`` with its interval; ``withheld`` says why there is none, and then the figures are NaN."""

    value: float
    low: float
    high: float
    withheld: str = ""


def disattenuate(r: float, ends: tuple[float, float], reliability_x: float, reliability_y: float) -> Corrected:
    """Return a correlation corrected for unreliability, reliabilities taken as known.

    ``r / sqrt(rxx ryy)``; the interval is r's own ends over the same root, so it is too narrow by what the
    reliabilities themselves are unsure, and an end may pass 1. A corrected r above 1 in size is withheld: then the
    reliabilities are too low for these data, or errors of the two measures correlate. Validated against R (1e-9).
    Spearman, C. (1904). The proof and measurement of association between two things. *American Journal of Psychology,
    15*, 72-101. doi:10.2307/1412159

    Examples
    --------
    >>> round(disattenuate(0.62, (0.53, 0.70), 0.86, 0.84).value, 3)
    0.729
    """
    why = _withheld(reliability_x) or _withheld(reliability_y)
    if why:
        return _nothing(why)
    root = float(np.sqrt(reliability_x * reliability_y))
    value = r / root
    if abs(value) > 1:
        return _nothing(
            f"it would be {figure(value)}, beyond 1: the reliabilities are too low for it, or errors correlate"
        )
    return Corrected(value=value, low=ends[0] / root, high=ends[1] / root)


def _nothing(why: str) -> Corrected:
    return Corrected(value=np.nan, low=np.nan, high=np.nan, withheld=why)


def _withheld(reliability: float) -> str:
    if np.isnan(reliability):
        return "a reliability is not known"
    if not reliability > 0:
        return f"a reliability is {figure(reliability)}, not above zero"
    return f"a reliability is {figure(reliability)}, above 1" if reliability > 1 else ""


def bootstrap_disattenuated(
    X: FloatArray,
    Y: FloatArray,
    *,
    reliability_y: float | None = None,
    draws: int = 2000,
    seed: int = 2005,
    level: float = 0.95,
) -> tuple[float, float]:
    """Return the percentile bootstrap interval of a corrected correlation, reliabilities estimated anew each time.

    Persons are resampled; in each resample r of the two sums and alpha of their items (of Y the given
    ``reliability_y``, taken as known, where it is one column). Knows what :func:`disattenuate` takes as fixed.

    Parameters
    ----------
    X, Y
        Keyed items, persons x items, complete rows.

    Returns
    -------
    tuple
        NaN where a resample in ten has no reliability above zero.
    """
    n, k = X.shape
    both = np.column_stack([X, Y])
    Z = both - both.mean(axis=0)
    rows, columns = np.tril_indices(Z.shape[1])
    products = Z[:, rows] * Z[:, columns]
    rng, found = np.random.default_rng(seed), []
    step = at_a_time(n)
    for start in range(0, draws, step):
        share = drawn_counts(rng, n, min(step, draws - start)) / n
        means = share @ Z
        S = np.empty((len(share), Z.shape[1], Z.shape[1]))
        S[:, rows, columns] = S[:, columns, rows] = share @ products - means[:, rows] * means[:, columns]
        xx, yy, xy = S[:, :k, :k], S[:, k:, k:], S[:, :k, k:].sum(axis=(1, 2))
        rel_x = _alphas(xx)
        rel_y = np.full(len(S), reliability_y) if reliability_y is not None else _alphas(yy)
        with np.errstate(invalid="ignore", divide="ignore"):
            value = xy / np.sqrt(xx.sum(axis=(1, 2)) * yy.sum(axis=(1, 2)) * rel_x * rel_y)
        found.append(np.where((rel_x > 0) & (rel_y > 0), value, np.nan))
    drawn = np.concatenate(found)
    return percentile_interval(drawn, level) if np.isfinite(drawn).mean() > 0.9 else (float("nan"), float("nan"))


def _alphas(S: FloatArray) -> FloatArray:
    k = S.shape[-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(k / (k - 1) * (1 - np.trace(S, axis1=1, axis2=2) / S.sum(axis=(1, 2))))
