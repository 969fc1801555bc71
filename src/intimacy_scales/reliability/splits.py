"""The best split half: lambda 4 over every split, even and uneven."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .moments import FloatArray

EVERY_SPLIT = 16  # 2^15 splits take a few milliseconds; every further item doubles them
STARTS = 200  # random starts of the search beyond; each is climbed to a split no single move improves


@dataclass(frozen=True, slots=True, kw_only=True)
class BestSplit:
    """Lambda 4, the items (0-based) of the half without the first, and whether every split was tried."""

    value: float
    half: tuple[int, ...]
    exhaustive: bool


def signs_of_all(k: int) -> FloatArray:
    """Return every split of k items as rows of +1 and -1, the first item always +1, no empty half."""
    codes = np.arange(1, 2 ** (k - 1), dtype=np.int64)
    minus = (codes[:, None] >> np.arange(k - 1)) & 1
    return np.hstack([np.ones((len(codes), 1)), 1.0 - 2.0 * minus])


def _climb(covariance: FloatArray, signs: FloatArray) -> FloatArray:
    """Move one item at a time to the other half while ``s' C s`` falls; all starts at once."""
    off = covariance - np.diag(np.diag(covariance))
    rows = np.arange(len(signs))
    while True:
        gain = signs * (signs @ off)  # moving item i changes s' C s by -4 gain_i
        best = gain.argmax(axis=1)
        better = gain[rows, best] > 1e-12 * covariance.trace()
        if not better.any():
            return signs
        signs[rows[better], best[better]] *= -1


def best_split(covariance: FloatArray, *, seed: int = 1) -> BestSplit:
    r"""Guttman's lambda 4 at its best: the largest ``4 cov(A, B) / V`` over all splits into halves A and B.

    With a split as signs ``s`` in {-1, +1}, ``lambda4 = 1 - s' C s / (1' C 1)``.

    Parameters
    ----------
    covariance
        Covariances of keyed items, items x items.
    seed
        Of the random starts beyond 16 items, where a search replaces the count of all splits.

    Returns
    -------
    BestSplit
        The value is NaN for one item, a missing covariance or no variance.

    Notes
    -----
    The best of many splits capitalises on chance: below some hundred persons it overstates reliability.
    Halves may be uneven; R's ``psych::splitHalf`` leaves some uneven splits out. Validated by brute force.

    References
    ----------
    Guttman, L. (1945). A basis for analyzing test-retest reliability. Psychometrika, 10, 255-282.
    doi:10.1007/BF02288892
    """
    k, total = len(covariance), float(covariance.sum())
    if k < 2 or not total > 0:
        return BestSplit(value=float("nan"), half=(), exhaustive=True)
    exhaustive = k <= EVERY_SPLIT
    if exhaustive:
        signs = signs_of_all(k)
    else:
        rng = np.random.default_rng(seed)
        starts = rng.choice([-1.0, 1.0], size=(STARTS, k))
        signs = _climb(covariance, np.vstack([starts, np.where(np.arange(k) % 2, -1.0, 1.0)]))
    spread = np.einsum("si,ij,sj->s", signs, covariance, signs, optimize=True)
    at = int(spread.argmin())
    half = signs[at] * signs[at, 0] < 0
    return BestSplit(
        value=float(1 - spread[at] / total), half=tuple(np.flatnonzero(half).tolist()), exhaustive=exhaustive
    )
