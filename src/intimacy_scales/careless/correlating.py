"""Correlations within each person, row by row, over the pairs that a person has."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
LEAST_PAIRS = 3  # through two points there is always a line
TINY = 1e-12  # a variance below is rounding: nothing varies


def within_person(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return Pearson's r of each row of ``x`` with the same row of ``y`` (persons x pairs), pairwise complete.

    NaN for a person with fewer than three pairs, or without variance in ``x`` or in ``y``.
    """
    there = ~(np.isnan(x) | np.isnan(y))
    n = there.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        dx, dy = _centred(x, there, n), _centred(y, there, n)
        sxx, syy, sxy = (dx * dx).sum(axis=1), (dy * dy).sum(axis=1), (dx * dy).sum(axis=1)
        r = sxy / np.sqrt(sxx * syy)
    good = (n >= LEAST_PAIRS) & (sxx > TINY) & (syy > TINY)
    return np.where(good, np.clip(r, -1.0, 1.0), np.nan)


def _centred(x: FloatArray, there: NDArray[np.bool_], n: NDArray[np.int64]) -> FloatArray:
    known = np.where(there, x, 0.0)
    return np.where(there, known - (known.sum(axis=1) / n)[:, None], 0.0)


def row_means(x: FloatArray) -> FloatArray:
    """Return the mean of what each row holds; NaN for a row without anything."""
    there = ~np.isnan(x)
    n = there.sum(axis=1)
    return np.asarray(np.where(there, x, 0.0).sum(axis=1) / np.where(n == 0, np.nan, n))


def pairwise_covariance(x: FloatArray) -> FloatArray:
    """Return covariances of the columns (ddof 1), each over the rows that have both; NaN under two such rows.

    As R's ``cov(use = "pairwise.complete.obs")``: the means of a pair are those of its own rows.
    """
    there = ~np.isnan(x)
    with np.errstate(invalid="ignore", divide="ignore"):
        shift = np.where(there, x, 0.0).sum(axis=0) / there.sum(axis=0)  # near the mean: nothing cancels
        z = np.where(there, x - shift, 0.0)
        m = there.astype(np.float64)
        n = m.T @ m
        sums = z.T @ m  # sum of column i over the rows that have j too
        return np.where(n > 1, (z.T @ z - sums * sums.T / n) / (n - 1), np.nan)


def pairwise_correlation(x: FloatArray) -> FloatArray:
    """Return pairwise-complete correlations of the columns, as R's ``cor(use = "pairwise.complete.obs")``."""
    there = (~np.isnan(x)).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        shift = np.where(there > 0, x, 0.0).sum(axis=0) / there.sum(axis=0)
        z = np.where(there > 0, x - shift, 0.0)
        n, sums, squares = there.T @ there, z.T @ there, (z * z).T @ there
        spread = squares - sums * sums / n
        r = (z.T @ z - sums * sums.T / n) / np.sqrt(spread * spread.T)
        return np.where((spread > TINY) & (spread.T > TINY), r, np.nan)
