"""How alike partners are over a sample: intraclass correlations and r, each with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from intimacy_scales.analysis.couples.model import FloatArray
from intimacy_scales.base.results import json_dict
from intimacy_scales.statistics import icc as change_icc
from intimacy_scales.statistics.estimate import half_width


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """A coefficient with its interval and, where there is one, its test."""

    value: float
    low: float
    high: float
    level: float
    p: float = np.nan

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"

    def to_dict(self) -> dict[str, Any]:
        """Return the coefficient JSON-safe."""
        return json_dict({"value": self.value, "ci": [self.low, self.high], "level": self.level, "p": self.p})


def icc_table(values: FloatArray, *, level: float = 0.95) -> Mapping[str, Coefficient]:
    """Return the six intraclass correlations of Shrout and Fleiss for two partners, k = 2.

    With the mean squares between couples (BMS), between partners (JMS), within couples (WMS) and rest (EMS):
    ``ICC1 = (BMS - WMS)/(BMS + WMS)`` where nothing tells the partners apart; ``ICC2 = (BMS - EMS)/(BMS + EMS +
    2(JMS - EMS)/n)`` absolute agreement and ``ICC3 = (BMS - EMS)/(BMS + EMS)`` consistency of partners told apart;
    ``k``: of the mean of both.

    Parameters
    ----------
    values
        Couples x 2, complete, at least three couples.
    level
        Of the intervals (F distribution; ICC2 after Shrout and Fleiss, with Satterthwaite's degrees of freedom).

    Returns
    -------
    mapping
        ``ICC1, ICC2, ICC3, ICC1k, ICC2k, ICC3k`` (McGraw and Wong: ICC(1), ICC(A,1), ICC(C,1) and k).

    Notes
    -----
    Range -1 to 1; negative where partners are more unlike than strangers. An ICC near 0 may also come from a sample
    that hardly varies; all NaN where no value differs from another. The figures, their validation and their source
    stand at :func:`intimacy_scales.analysis.change.icc_table`, which is the same for k = 2.
    """
    found = change_icc.icc_table(values, level=level)
    undefined = Coefficient(value=np.nan, low=np.nan, high=np.nan, level=level)
    return {
        name: Coefficient(value=one.value, low=one.low, high=one.high, level=level, p=one.p)
        if (one := found.get(name)) is not None
        else undefined
        for name in change_icc.MCGRAW_WONG
    }


def _ratio(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0 else np.nan


def double_entry(values: FloatArray, *, level: float = 0.95) -> Coefficient:
    """Return the pairwise (double-entry) intraclass correlation: Pearson's r with every couple entered both ways round.

    The interval is Fisher's for an intraclass correlation of pairs: ``atanh(r) +- z / sqrt(n - 3/2)``; n couples. It
    is the maximum likelihood estimate for partners that nothing tells apart, a little below ICC1 in small samples.
    References: Fisher, R. A. (1925). *Statistical methods for research workers* (ch. 7). Griffin, D., & Gonzalez, R.
    (1995). Correlational analysis of dyad-level data in the exchangeable case. *Psychological Bulletin, 118*, 430-439.
    """
    x, y = values.ravel() - values.mean(), values[:, ::-1].ravel() - values.mean()
    r = _ratio(float(x @ y), float(x @ x))
    return _fisher(r, len(values) - 1.5, level, p=np.nan)


def pearson(values: FloatArray, *, level: float = 0.95) -> Coefficient:
    """Return Pearson's r of two columns with Fisher's interval ``atanh(r) +- z / sqrt(n - 3)`` and the t test's p.

    For partners told apart. It does not see a difference of means or of spread; complete couples only.
    """
    x, y = (values - values.mean(axis=0)).T
    r = _ratio(float(x @ y), float(np.sqrt((x @ x) * (y @ y))))
    return _fisher(r, len(values) - 3.0, level, p=r_test(r, len(values) - 2))


def r_test(r: float, df: int) -> float:
    """Return the two-sided p of a correlation with ``df`` degrees of freedom (n - 2, less one a variable held)."""
    from scipy.special import stdtr

    if df < 1 or np.isnan(r):
        return np.nan
    t = abs(r) * np.sqrt(df / max(1 - r * r, 1e-300))
    return float(2 * stdtr(df, -t))


def _fisher(r: float, weight: float, level: float, *, p: float) -> Coefficient:
    if not weight > 0 or np.isnan(r) or abs(r) >= 1:
        return Coefficient(value=r, low=np.nan, high=np.nan, level=level, p=p)
    z, width = np.arctanh(r), half_width(level) / np.sqrt(weight)
    return Coefficient(value=r, low=float(np.tanh(z - width)), high=float(np.tanh(z + width)), level=level, p=p)


def partial(values: FloatArray, held: FloatArray, *, level: float = 0.95) -> Coefficient:
    """Return the correlation of two columns with the ``held`` columns (couples x q) taken out of both.

    ``r`` of the residuals of two regressions; Fisher's interval with ``n - q - 3``. Complete rows only.
    """
    X = np.column_stack([np.ones(len(values)), held])
    rest = values - X @ np.linalg.lstsq(X, values, rcond=None)[0]
    x, y = rest.T
    size = float(np.sqrt((x @ x) * (y @ y)))
    r = float(np.clip(x @ y / size, -1, 1)) if size > 1e-12 else np.nan
    q = held.shape[1]
    return _fisher(r, len(values) - q - 3.0, level, p=r_test(r, len(values) - 2 - q))
