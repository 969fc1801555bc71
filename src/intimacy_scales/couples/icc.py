"""How alike partners are over a sample: intraclass correlations and r, each with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from intimacy_scales.couples.model import FloatArray
from intimacy_scales.norms import half_width
from intimacy_scales.results import json_dict


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Squares:
    """Mean squares of couples x 2: between couples, between partners, rest, within couples."""

    n: int
    between: float
    partners: float
    rest: float
    within: float


def _squares(values: FloatArray) -> _Squares:
    n = len(values)
    grand = values.mean()
    between = 2 * float(((values.mean(axis=1) - grand) ** 2).sum())
    partners = n * float(((values.mean(axis=0) - grand) ** 2).sum())
    within = float(((values - values.mean(axis=1, keepdims=True)) ** 2).sum())
    return _Squares(
        n=n, between=between / (n - 1), partners=partners, rest=(within - partners) / (n - 1), within=within / n
    )


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
    that hardly varies. Validated against R psych 2.2.9 ``ICC(lmer = FALSE)`` to 1e-6.
    Reference: Shrout, P. E., & Fleiss, J. L. (1979). Intraclass correlations: Uses in assessing rater reliability.
    *Psychological Bulletin, 86*, 420-428. https://doi.org/10.1037/0033-2909.86.2.420
    """
    from scipy.special import fdtrc, fdtri

    s, tail = _squares(values), (1 + level) / 2
    n = s.n
    f1, f3 = _ratio(s.between, s.within), _ratio(s.between, s.rest)
    one = (f1 / float(fdtri(n - 1, n, tail)), f1 * float(fdtri(n, n - 1, tail)))
    three = (f3 / float(fdtri(n - 1, n - 1, tail)), f3 * float(fdtri(n - 1, n - 1, tail)))
    p1, p3 = float(fdtrc(n - 1, n, f1)), float(fdtrc(n - 1, n - 1, f3))
    spread = 2 * (s.partners - s.rest) / n
    two = _ratio(s.between - s.rest, s.between + s.rest + spread)
    low2, high2 = _absolute_interval(s, two, tail)
    found = {
        "ICC1": (_single(f1), _single(one[0]), _single(one[1]), p1),
        "ICC2": (two, low2, high2, p3),
        "ICC3": (_single(f3), _single(three[0]), _single(three[1]), p3),
        "ICC1k": (1 - 1 / f1, 1 - 1 / one[0], 1 - 1 / one[1], p1),
        "ICC2k": (_ratio(s.between - s.rest, s.between + spread / 2), _stepped(low2), _stepped(high2), p3),
        "ICC3k": (1 - 1 / f3, 1 - 1 / three[0], 1 - 1 / three[1], p3),
    }
    return {
        name: Coefficient(value=float(v), low=float(lo), high=float(hi), level=level, p=p)
        for name, (v, lo, hi, p) in found.items()
    }


def _ratio(top: float, bottom: float) -> float:
    if bottom > 0:
        return top / bottom
    return np.inf if top > 0 else np.nan


def _single(f: float) -> float:
    return 1.0 if np.isinf(f) else (f - 1) / (f + 1)


def _stepped(r: float) -> float:
    """Return the reliability of the mean of two from that of one (Spearman and Brown)."""
    return 2 * r / (1 + r)


def _absolute_interval(s: _Squares, icc: float, tail: float) -> tuple[float, float]:
    """Return Shrout and Fleiss' approximate interval of ICC2."""
    from scipy.special import fdtri

    n, between, rest = s.n, s.between, s.rest
    fj = _ratio(s.partners, rest)
    common = 2 * icc * fj + n * (1 + icc) - 2 * icc
    df = (n - 1) * common**2 / ((n - 1) * 4 * icc**2 * fj**2 + (n * (1 + icc) - 2 * icc) ** 2)
    if not df > 0:
        return np.nan, np.nan
    upper, lower = float(fdtri(n - 1, df, tail)), float(fdtri(df, n - 1, tail))
    mixed = 2 * s.partners + (2 * n - 2 - n) * rest
    low = n * (between - upper * rest) / (upper * mixed + n * between)
    high = n * (lower * between - rest) / (mixed + n * lower * between)
    return low, high


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
