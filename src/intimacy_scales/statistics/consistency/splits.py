"""Split-half reliability over every even split, or a sample of them.

The best split half: lambda 4 over every split, even and uneven.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from intimacy_scales.base.arrays import FloatArray

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


SAMPLED_SPLITS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Least, mean and largest value over the splits."""

    min: float
    mean: float
    max: float

    def to_dict(self) -> dict[str, float]:
        """Return ``{"min", "mean", "max"}``."""
        return {"min": self.min, "mean": self.mean, "max": self.max}


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitHalf:
    """Split-half reliability over halves that are as even as can be.

    ``rulon`` allows halves of unequal variance (Rulon, Flanagan and Guttman's formula); ``spearman_brown`` steps up the
    halves' correlation and takes them as parallel, so it is never smaller. ``horst`` steps up halves of unequal length
    (an odd number of items) by their shares of the items, where Spearman and Brown take them as equally long; equal to
    it for even numbers. ``odd_even`` is Rulon's value of the one split that programs report as *the* split half.
    """

    rulon: Spread
    spearman_brown: Spread
    horst: Spread
    sizes: tuple[int, int]
    odd_even: float
    n_splits: int
    exhaustive: bool

    def to_dict(self) -> dict[str, Any]:
        """Return least, mean and largest by Rulon, and the rest beside."""
        return {
            **self.rulon.to_dict(),
            "method": "Rulon",
            "spearman_brown": self.spearman_brown.to_dict(),
            "horst": self.horst.to_dict(),
            "sizes": list(self.sizes),
            "odd_even": self.odd_even,
            "splits": self.n_splits,
            "exhaustive": self.exhaustive,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Values:
    rulon: FloatArray
    spearman_brown: FloatArray
    horst: FloatArray


def _horst(r: FloatArray, share: FloatArray) -> FloatArray:
    """Step up the correlation of halves that hold ``share`` and ``1 - share`` of the items."""
    pq = share * (1 - share)
    values: FloatArray = (r * np.sqrt(r**2 + 4 * pq * (1 - r**2)) - r**2) / (2 * pq * (1 - r**2))
    return values


def _values(covariance: FloatArray, signs: FloatArray) -> _Values:
    """Both formulas: ``V_a + V_b = (V + q) / 2, cov = (V - q) / 4, V_a - V_b = d`` with ``q = s'Cs, d = s'C1``."""
    total = covariance.sum()
    spread = np.einsum("si,ij,sj->s", signs, covariance, signs, optimize=True)
    apart = signs @ covariance.sum(axis=1)
    a, b = ((total + spread) / 2 + apart) / 2, ((total + spread) / 2 - apart) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        r = (total - spread) / 4 / np.sqrt(a * b)
        share = (1 + signs.mean(axis=1)) / 2
        return _Values(rulon=1 - spread / total, spearman_brown=2 * r / (1 + r), horst=_horst(r, share))


def _even_splits(k: int, seed: int) -> FloatArray:
    signs: FloatArray
    if k <= EVERY_SPLIT:
        every = signs_of_all(k)
        signs = every[np.abs(every.sum(axis=1)) <= k % 2]
    else:
        ranks = np.random.default_rng(seed).random((SAMPLED_SPLITS, k)).argsort(axis=1)
        signs = np.where(ranks < k // 2, -1.0, 1.0)
    return signs


def _spread(values: FloatArray) -> Spread:
    return Spread(min=float(values.min()), mean=float(values.mean()), max=float(values.max()))


def split_half(covariance: FloatArray, *, seed: int = 1) -> SplitHalf | None:
    r"""Return the split-half reliabilities of every even split: up to 16 items all of them, 10,000 at random beyond.

    With halves A and B of the total X: Rulon ``1 - var(A - B) / var(X) = 4 cov(A, B) / var(X)``; Spearman-Brown
    ``2 r / (1 + r)`` with ``r = cor(A, B)``. With an odd number of items one half has one item more; Horst (1951) then
    steps up by the halves' shares p and q, ``(r sqrt(r^2 + 4 p q (1 - r^2)) - r^2) / (2 p q (1 - r^2))``.

    Parameters
    ----------
    covariance
        Covariances of keyed items, items x items.
    seed
        Of the sample of splits beyond 16 items.

    Returns
    -------
    SplitHalf or None
        ``None`` for one item, a missing covariance or no variance.

    Notes
    -----
    With an even number of items the mean of Rulon's value over all splits *is* alpha (Cronbach, 1951): the spread tells
    how much a single split-half figure depends on luck. Validated by brute force over the persons' half scores; JASP's
    split half is ``odd_even``.

    References
    ----------
    Rulon, P. J. (1939). A simplified procedure for determining the reliability of a test by split-halves. Harvard
    Educational Review, 9, 99-103.
    Horst, P. (1951). Estimating total test reliability from parts of unequal length. Educational and Psychological
    Measurement, 11, 368-371. doi:10.1177/001316445101100306
    """
    k, total = len(covariance), float(covariance.sum())
    if k < 2 or not total > 0:
        return None
    found = _values(covariance, _even_splits(k, seed))
    odd_even = np.where(np.arange(k) % 2, -1.0, 1.0)[None]
    return SplitHalf(
        rulon=_spread(found.rulon),
        spearman_brown=_spread(found.spearman_brown),
        horst=_spread(found.horst),
        sizes=(k - k // 2, k // 2),
        odd_even=float(_values(covariance, odd_even).rulon[0]),
        n_splits=len(found.rulon),
        exhaustive=k <= EVERY_SPLIT,
    )
