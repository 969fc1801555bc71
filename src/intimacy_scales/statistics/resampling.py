"""Bootstrap intervals from drawn figures: percentile, and bias-corrected and accelerated (BCa)."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.arrays import FloatArray

CELLS_AT_ONCE = 1_000_000  # samples x units drawn at a time: 8 MB of counts, near a processor's cache
MOST_HELD = 50_000_000


def drawn_counts(rng: np.random.Generator, n: int, size: int) -> FloatArray:
    """Return how often each of n units was drawn in ``size`` samples of n with replacement, samples x units."""
    drawn = rng.integers(n, size=(size, n)) + (np.arange(size) * n)[:, None]
    return np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n).astype(np.float64)


class Draws:
    """Samples of units with replacement, drawn once for several figures of as many units.

    They are those of ``default_rng(seed)``, some at a time. Up to :data:`MOST_HELD` counts of one number of units are
    kept, a byte each; more are drawn anew every time.
    """

    def __init__(self, *, samples: int, seed: int) -> None:
        self.samples, self.seed = samples, seed
        self._held: dict[int, list[NDArray[np.uint8]]] = {}

    def counts(self, n: int) -> Iterator[NDArray[np.uint8] | FloatArray]:
        """Yield how often each of n units was drawn, samples x units, some samples at a time."""
        if n in self._held:
            yield from self._held[n]
            return
        rng = np.random.default_rng(self.seed)
        step = max(1, min(self.samples, CELLS_AT_ONCE // max(n, 1)))
        held: list[NDArray[np.uint8]] = []
        for start in range(0, self.samples, step):
            counts = drawn_counts(rng, n, min(step, self.samples - start))
            if n * self.samples <= MOST_HELD and counts.max(initial=0) < 256:
                held.append(counts.astype(np.uint8))
            yield counts
        if sum(map(len, held)) == self.samples:
            self._held = {n: held}


def at_a_time(n: int, *, most: int = 500) -> int:
    """Return how many samples of n units to hold at one time: their counts take 160 MB at most."""
    return max(1, min(most, 20_000_000 // max(n, 1)))


def percentile_interval(drawn: FloatArray, level: float) -> tuple[float, float]:
    """Return the order statistics ``(B + 1) p`` of drawn figures at both tails; draws without a figure are left out."""
    tail = (1.0 - level) / 2.0
    kept = drawn[np.isfinite(drawn)]
    if not len(kept):
        return float("nan"), float("nan")
    low, high = np.quantile(kept, [tail, 1.0 - tail], method="weibull")
    return float(low), float(high)


def bca_interval(value: float, drawn: FloatArray, left_out: FloatArray, level: float) -> tuple[float, float]:
    r"""Return the bias-corrected and accelerated bootstrap interval.

    With ``z0 = Phi^-1(share of draws below the figure, ties half)`` and the acceleration ``a`` from leaving out each
    unit once, the ends are the draws at the shares ``Phi(z0 + (z0 + z) / (1 - a (z0 + z)))``.

    Parameters
    ----------
    value
        The figure of the whole sample.
    drawn
        The figure in every sample drawn; finite ones only.
    left_out
        The figure without each unit (person, or couple); finite ones only.
    level
        Of the interval.

    References
    ----------
    Efron, B. (1987). Better bootstrap confidence intervals. Journal of the American Statistical Association,
    82, 171-185. doi:10.1080/01621459.1987.10478410
    """
    normal = NormalDist()
    below = (np.count_nonzero(drawn < value) + np.count_nonzero(drawn == value) / 2) / len(drawn)
    bias = normal.inv_cdf(min(max(below, 0.5 / len(drawn)), 1 - 0.5 / len(drawn)))
    apart = left_out.mean() - left_out
    spread = float((apart**2).sum())
    acceleration = float((apart**3).sum()) / (6 * spread**1.5) if spread > 0 else 0.0
    shares = []
    for tail in ((1 - level) / 2, (1 + level) / 2):
        z = bias + normal.inv_cdf(tail)
        shares.append(normal.cdf(bias + z / (1 - acceleration * z)))
    low, high = np.quantile(drawn, shares).tolist()
    return float(low), float(high)
