"""Intraclass correlations of persons x occasions (or judges, or partners): all six, with exact or best-known intervals.

A kernel over a plain array, for every room above that asks how far repeated scores agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.results import json_dict
from intimacy_scales.statistics.estimate import Estimate

MCGRAW_WONG: Mapping[str, str] = {
    "ICC1": "ICC(1,1)",
    "ICC2": "ICC(A,1)",
    "ICC3": "ICC(C,1)",
    "ICC1k": "ICC(1,k)",
    "ICC2k": "ICC(A,k)",
    "ICC3k": "ICC(C,k)",
}
"""Shrout and Fleiss's name to McGraw and Wong's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Icc(Estimate):
    """One intraclass correlation with its interval and F test (against zero)."""

    name: str
    f: float
    df1: int
    df2: int

    @property
    def also(self) -> str:
        """McGraw and Wong's name."""
        return MCGRAW_WONG[self.name]

    def to_dict(self) -> dict[str, Any]:
        """Return the coefficient JSON-safe at full precision."""
        return json_dict(
            {
                "value": self.value,
                "ci": [self.low, self.high],
                "level": self.level,
                "also": self.also,
                "f": self.f,
                "df": [self.df1, self.df2],
                "p": self.p,
                "n": self.n,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanSquares:
    """Mean squares of a persons x occasions table: persons, occasions, residual, within persons."""

    n: int
    k: int
    persons: float
    occasions: float
    residual: float
    within: float

    @property
    def sem_consistency(self) -> float:
        """``sqrt(MSE)``: error of one score, where a shift of all persons alike is no error."""
        return float(np.sqrt(self.residual))

    @property
    def sem_agreement(self) -> float:
        """``sqrt(MSW)``: error of one score, where such a shift is error too (one-way within variance)."""
        return float(np.sqrt(self.within))


def mean_squares(scores: FloatArray) -> MeanSquares:
    """Return the mean squares of a complete table, persons x occasions, both at least 2."""
    n, k = scores.shape
    rows, columns = scores.mean(axis=1), scores.mean(axis=0)
    residual = scores - rows[:, None] - columns[None, :] + scores.mean()
    return MeanSquares(
        n=n,
        k=k,
        persons=float(k * rows.var(ddof=1)),
        occasions=float(n * columns.var(ddof=1)),
        residual=float((residual**2).sum() / ((n - 1) * (k - 1))),
        within=float(((scores - rows[:, None]) ** 2).sum() / (n * (k - 1))),
    )


def icc_table(scores: FloatArray, *, level: float = 0.95) -> dict[str, Icc]:
    r"""Return the six intraclass correlations of Shrout and Fleiss, with McGraw and Wong's names beside.

    With the mean squares of persons (MSB), occasions (MSJ), residual (MSE) and within persons (MSW), n persons, k
    occasions::

        ICC1  = (MSB - MSW) / (MSB + (k - 1) MSW)                          ICC1k = (MSB - MSW) / MSB
        ICC2  = (MSB - MSE) / (MSB + (k - 1) MSE + k (MSJ - MSE) / n)      ICC2k = (MSB - MSE) / (MSB + (MSJ - MSE) / n)
        ICC3  = (MSB - MSE) / (MSB + (k - 1) MSE)                          ICC3k = (MSB - MSE) / MSB

    ICC1: every person seen by other judges, or partners who cannot be told apart. ICC2 (agreement): a shift of all
    scores between occasions counts as error; this is the one to report for a questionnaire given twice. ICC3
    (consistency): it does not. ``k``: of the mean of the k scores, not of one.

    Parameters
    ----------
    scores
        Persons x occasions; rows with a missing score are left out.
    level
        Of the intervals: exact F intervals for ICC1 and ICC3, Satterthwaite's degrees of freedom for ICC2.

    Returns
    -------
    dict
        ``ICC1 ICC2 ICC3 ICC1k ICC2k ICC3k`` to :class:`Icc`; each NaN with fewer than three complete rows or two
        columns, or where no score differs from another. Two columns may be two partners of a couple.

    Notes
    -----
    A low ICC may mean unreliable scores or persons who are much alike: look at the SD and the standard error of
    measurement too. Validated against R psych 2.2.9 ``ICC`` (1e-9), pingouin 0.7.0 (to the digits it keeps) and the
    table of Shrout and Fleiss (1979).

    References
    ----------
    Shrout, P. E., & Fleiss, J. L. (1979). Intraclass correlations: Uses in assessing rater reliability. Psychological
    Bulletin, 86, 420-428. doi:10.1037/0033-2909.86.2.420

    McGraw, K. O., & Wong, S. P. (1996). Forming inferences about some intraclass correlation coefficients.
    Psychological Methods, 1, 30-46. doi:10.1037/1082-989X.1.1.30

    Examples
    --------
    >>> judged = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    >>> round(icc_table(judged.astype(float))["ICC2"].value, 2)
    0.29
    """
    rows = scores[~np.isnan(scores).any(axis=1)]
    if len(rows) < 3 or rows.shape[1] < 2:
        return _undefined(len(rows), level)
    ms = mean_squares(rows)
    if ms.persons + ms.within < 1e-20:
        return _undefined(len(rows), level)
    one, three = _one_way(ms, level), _consistency(ms, level)
    two = _agreement(ms, level)
    return {one.name: one, two.name: two, three.name: three} | {
        f"{single.name}k": _averaged(single, ms) for single in (one, two, three)
    }


def _undefined(n: int, level: float) -> dict[str, Icc]:
    """Return the six as NaN: nothing to tell, rather than nothing there."""
    nan = float("nan")
    return {
        name: Icc(name=name, value=nan, low=nan, high=nan, level=level, f=nan, df1=0, df2=0, p=nan, n=n)
        for name in MCGRAW_WONG
    }


def _ratio(top: float, bottom: float) -> float:
    """Return ``top / bottom``; infinite, with the sign of the top, where scores agree without any error."""
    return top / bottom if bottom > 0 else float("inf")


def _icc(name: str, value: float, ends: tuple[float, float], ms: MeanSquares, level: float) -> Icc:
    from scipy.special import fdtrc

    within = name == "ICC1"
    f = _ratio(ms.persons, ms.within if within else ms.residual)
    df1, df2 = ms.n - 1, ms.n * (ms.k - 1) if within else (ms.n - 1) * (ms.k - 1)
    low, high = ends
    return Icc(
        name=name,
        value=value,
        low=low,
        high=high,
        level=level,
        f=f,
        df1=df1,
        df2=df2,
        p=float(fdtrc(df1, df2, f)) if np.isfinite(f) else 0.0,
        n=ms.n,
    )


def _f_ends(f: float, df1: int, df2: int, k: int, level: float) -> tuple[float, float]:
    """Return the ends of ``(F - 1) / (F + k - 1)`` for the F of the population."""
    from scipy.special import fdtri

    upper = (1 + level) / 2
    low, high = f / fdtri(df1, df2, upper), f * fdtri(df2, df1, upper)
    if not np.isfinite(f):
        return 1.0, 1.0
    return float((low - 1) / (low + k - 1)), float((high - 1) / (high + k - 1))


def _one_way(ms: MeanSquares, level: float) -> Icc:
    value = (ms.persons - ms.within) / (ms.persons + (ms.k - 1) * ms.within)
    ends = _f_ends(_ratio(ms.persons, ms.within), ms.n - 1, ms.n * (ms.k - 1), ms.k, level)
    return _icc("ICC1", value, ends, ms, level)


def _consistency(ms: MeanSquares, level: float) -> Icc:
    bottom = ms.persons + (ms.k - 1) * ms.residual
    value = (ms.persons - ms.residual) / bottom if bottom > 0 else float("nan")
    ends = _f_ends(_ratio(ms.persons, ms.residual), ms.n - 1, (ms.n - 1) * (ms.k - 1), ms.k, level)
    return _icc("ICC3", value, ends, ms, level)


def _agreement(ms: MeanSquares, level: float) -> Icc:
    n, k = ms.n, ms.k
    value = (ms.persons - ms.residual) / (ms.persons + (k - 1) * ms.residual + k * (ms.occasions - ms.residual) / n)
    return _icc("ICC2", value, _agreement_ends(ms, value, level), ms, level)


def _agreement_ends(ms: MeanSquares, value: float, level: float) -> tuple[float, float]:
    """Return Shrout and Fleiss's interval of ICC2, through Satterthwaite's degrees of freedom v."""
    from scipy.special import fdtri

    n, k, msj, mse, msb = ms.n, ms.k, ms.occasions, ms.residual, ms.persons
    a, b = k * value, n * (1 + (k - 1) * value) - k * value
    # fj = MSJ / MSE, multiplied through by MSE so that scores which agree perfectly divide by nothing
    top = (k - 1) * (n - 1) * (a * msj + b * mse) ** 2
    bottom = (n - 1) * (a * msj) ** 2 + (b * mse) ** 2
    if bottom <= 0:
        return 1.0, 1.0
    v, upper = top / bottom, (1 + level) / 2
    big, small = fdtri(n - 1, v, upper), fdtri(v, n - 1, upper)
    rest = k * msj + (k * n - k - n) * mse
    return (
        float(n * (msb - big * mse) / (big * rest + n * msb)),
        float(n * (small * msb - mse) / (rest + n * small * msb)),
    )


def _averaged(single: Icc, ms: MeanSquares) -> Icc:
    """Return the coefficient of the mean of k scores: Spearman and Brown's step, on value and ends alike."""
    k = ms.k
    value, low, high = (k * x / (1 + (k - 1) * x) if x > -1 / (k - 1) else float("-inf") for x in
                        (single.value, single.low, single.high))  # fmt: skip
    return Icc(
        name=f"{single.name}k",
        value=value,
        low=low,
        high=high,
        level=single.level,
        f=single.f,
        df1=single.df1,
        df2=single.df2,
        p=single.p,
        n=single.n,
    )
