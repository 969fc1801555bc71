"""Correlations of two variables: Pearson's, partial, of exchangeable pairs; Fisher's interval and the t test.

The one home of Fisher's z. Matrices of many items are in ``statistics/factoring/correlation_matrix.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.results import json_dict
from intimacy_scales.statistics.estimate import NAN, Estimate, half_width, t_p

EXACT = 1e-12  # nearer to 1 than this a correlation is 1: what is left is rounding
LEAST = 3  # persons of whom a correlation can be told at all


def fisher_interval(r: float, weight: float, level: float) -> tuple[float, float]:
    """Return ``tanh(atanh(r) +- z / sqrt(weight))``; weight is n - 3 for Pearson's r (less one a variable held).

    An r of 1 or -1 has itself for both ends, as in R's ``cor.test``; NaN where the weight is not above 0.

    Examples
    --------
    >>> [round(end, 3) for end in fisher_interval(0.5, 97, 0.95)]
    [0.337, 0.634]
    """
    if np.isnan(r) or not weight > 0:
        return NAN, NAN
    if 1 - abs(r) < EXACT:
        return r, r
    z, off = np.arctanh(r), half_width(level) / np.sqrt(weight)
    return float(np.tanh(z - off)), float(np.tanh(z + off))


def fisher_delta(r: FloatArray | float, se: FloatArray | float, level: float) -> tuple[FloatArray, FloatArray]:
    """Return ``tanh(atanh(r) +- z se / (1 - r^2))``: the interval of a correlation whose standard error a model gave.

    Near 1 a symmetric interval of r itself covers too little. NaN in, NaN out; r below 1 in size.
    """
    estimate = np.asarray(r, dtype=np.float64)
    off = half_width(level) * np.asarray(se, dtype=np.float64) / (1.0 - estimate**2)
    return np.tanh(np.arctanh(estimate) - off), np.tanh(np.arctanh(estimate) + off)


def r_test(r: float, df: int) -> float:
    """Return the two-sided p of a correlation: ``t = r sqrt(df / (1 - r^2))``, df n - 2, less one a variable held."""
    if df < 1 or np.isnan(r):
        return NAN
    if 1 - abs(r) < EXACT:
        return 0.0
    return t_p(float(r * np.sqrt(df / (1 - r * r))), df)


def r_of(x: FloatArray, y: FloatArray) -> float:
    """Return Pearson's r alone; NaN where one side does not vary. Sums, not dot products: see ``threads``."""
    a, b = x - x.mean(), y - y.mean()
    aa, bb = float((a * a).sum()), float((b * b).sum())
    # what is left of a constant after its mean was taken off is rounding, not variance
    if not aa > EXACT**2 * max(1.0, float((x * x).sum())) or not bb > EXACT**2 * max(1.0, float((y * y).sum())):
        return NAN
    r = float(np.clip(float((a * b).sum()) / np.sqrt(aa * bb), -1.0, 1.0))
    return float(np.sign(r)) if 1 - abs(r) < EXACT else r


def pearson(x: FloatArray, y: FloatArray, *, level: float = 0.95) -> Estimate:
    """Return Pearson's correlation with Fisher's interval ``tanh(atanh r +- z / sqrt(n - 3))`` and the t test's p.

    Parameters
    ----------
    x, y
        One score a person, none missing.
    level
        Of the interval; it has no ends (NaN) with fewer than four persons.

    Notes
    -----
    NaN where one side has no variance or there are fewer than three persons. The interval assumes normal scores;
    scores crowded at the ceiling make it too narrow. A correlation does not see a shift of all scores or another
    spread: look at the ICC for agreement. Validated against R's ``cor.test``.

    Examples
    --------
    >>> found = pearson(np.arange(5.0), np.array([1.0, 3.0, 2.0, 5.0, 4.0]))
    >>> found.value, found.df, round(found.p, 4)
    (0.8, 3, 0.1041)
    """
    n = len(x)
    r = r_of(x, y) if n >= LEAST else NAN
    return _estimate(r, n - 3.0, n=n, df=n - 2, level=level)


def double_entry(values: FloatArray, *, level: float = 0.95) -> Estimate:
    """Return the pairwise (double-entry) intraclass correlation: Pearson's r with every pair entered both ways round.

    The interval is Fisher's for an intraclass correlation of pairs: ``atanh(r) +- z / sqrt(n - 3/2)``; n pairs (rows
    of ``values``, n x 2). It is the maximum likelihood estimate for partners that nothing tells apart, a little below
    ICC1 in small samples.
    References: Fisher, R. A. (1925). *Statistical methods for research workers* (ch. 7). Griffin, D., & Gonzalez, R.
    (1995). Correlational analysis of dyad-level data in the exchangeable case. *Psychological Bulletin, 118*, 430-439.
    """
    r = r_of(values.ravel(), values[:, ::-1].ravel()) if len(values) else NAN
    low, high = fisher_interval(r, len(values) - 1.5, level)
    return Estimate(value=r, low=low, high=high, level=level, n=len(values), method="Fisher z, n - 3/2")


def partial(values: FloatArray, held: FloatArray, *, level: float = 0.95) -> Estimate:
    """Return the correlation of two columns with the ``held`` columns (rows x q) taken out of both.

    ``r`` of the residuals of two regressions; df n - 2 - q; Fisher's interval with ``n - q - 3``. Complete rows only.
    """
    n, q = len(values), held.shape[1]
    X = np.column_stack([np.ones(n), held])
    rest = values - X @ np.linalg.lstsq(X, values, rcond=None)[0]
    x, y = rest.T
    size = float(np.sqrt((x @ x) * (y @ y)))
    r = float(np.clip(x @ y / size, -1, 1)) if size > EXACT else NAN
    return _estimate(r, n - q - 3.0, n=n, df=n - 2 - q, level=level)


def _estimate(r: float, weight: float, *, n: int, df: int, level: float) -> Estimate:
    low, high = fisher_interval(r, weight, level)
    return Estimate(value=r, low=low, high=high, level=level, n=n, df=df, p=r_test(r, df), method="Fisher z")


@dataclass(frozen=True, slots=True, kw_only=True)
class PairwiseCorrelations:
    """Griffin and Gonzalez's pairwise correlations of two variables X and Y of exchangeable partners.

    ``overall``: own X with own Y; ``cross``: own X with the partner's Y; ``x``, ``y``: the intraclass correlations;
    ``individual`` and ``dyad``: the correlation of what is a person's own, and of what partners share. ``dyad`` is NaN
    where an intraclass correlation is not above zero; either is NaN where it would pass 1.
    """

    n: int
    x: float
    y: float
    overall: float
    p_overall: float
    n_overall: float
    cross: float
    p_cross: float
    n_cross: float
    individual: float
    dyad: float

    def to_dict(self) -> dict[str, Any]:
        """Return the correlations JSON-safe."""
        return json_dict(
            {
                "n": self.n,
                "r_xx": self.x,
                "r_yy": self.y,
                "r_overall": self.overall,
                "p_overall": self.p_overall,
                "n_star_overall": self.n_overall,
                "r_cross": self.cross,
                "p_cross": self.p_cross,
                "n_star_cross": self.n_cross,
                "r_individual": self.individual,
                "r_dyad": self.dyad,
            }
        )


def pairwise_correlations(x: FloatArray, y: FloatArray) -> PairwiseCorrelations:
    """Return the pairwise correlations of two variables, couples x 2 each, every couple entered both ways round.

    ``r_individual = (r_xy - r_xy') / sqrt((1 - r_xx') (1 - r_yy'))``; ``r_dyad = r_xy' / sqrt(r_xx' r_yy')``. The tests
    of ``r_xy`` and ``r_xy'`` use effective numbers ``N* = 2N / (1 + r_xx' r_yy' + r_xy'^2)`` (and ``r_xy^2`` for the
    cross correlation), z = r sqrt(N*).

    Parameters
    ----------
    x, y
        Couples x 2; couples with a missing value are left out.

    Notes
    -----
    r_dyad divides by what partners share: with a low intraclass correlation it is fickle, and means nothing where one
    is not above zero. Validated against the formulas in R.

    References
    ----------
    Griffin, D., & Gonzalez, R. (1995). Correlational analysis of dyad-level data in the exchangeable case.
    Psychological Bulletin, 118, 430-439. doi:10.1037/0033-2909.118.3.430
    """
    both = ~(np.isnan(x).any(axis=1) | np.isnan(y).any(axis=1))
    a, b, n = x[both], y[both], int(both.sum())
    xx, yy = (r_of(one.ravel(), one[:, ::-1].ravel()) for one in (a, b))
    overall, cross = r_of(a.ravel(), b.ravel()), r_of(a.ravel(), b[:, ::-1].ravel())
    n_overall = 2 * n / (1 + xx * yy + cross**2)
    n_cross = 2 * n / (1 + xx * yy + overall**2)
    own = (1 - xx) * (1 - yy)
    return PairwiseCorrelations(
        n=n,
        x=xx,
        y=yy,
        overall=overall,
        p_overall=_normal_p(overall * np.sqrt(n_overall)),
        n_overall=n_overall,
        cross=cross,
        p_cross=_normal_p(cross * np.sqrt(n_cross)),
        n_cross=n_cross,
        individual=_bounded((overall - cross) / np.sqrt(own)) if own > 0 else NAN,
        dyad=_bounded(cross / np.sqrt(xx * yy)) if xx > 0 and yy > 0 else NAN,
    )


def _bounded(r: float) -> float:
    return float(r) if abs(r) <= 1 else NAN


def _normal_p(z: float) -> float:
    from scipy.special import ndtr

    return float(2 * ndtr(-abs(z)))
