"""A correlation corrected for the unreliability of both measures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.wording import figure
from intimacy_scales.statistics.resampling import at_a_time, drawn_counts, percentile_interval

FloatArray = NDArray[np.float64]


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
