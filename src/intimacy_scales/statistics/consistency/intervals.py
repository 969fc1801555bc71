"""Intervals of alpha: Feldt's F, and the bias-corrected and accelerated bootstrap over persons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.statistics.moments import FloatArray
from intimacy_scales.statistics.resampling import bca_interval, drawn_counts

BATCH_CELLS = 4_000_000  # samples x persons held at once: 32 MB of weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A confidence interval: its ends, its level, how it was made, and the persons it counts."""

    low: float
    high: float
    level: float
    method: str
    n: int

    def to_list(self) -> list[float]:
        """Return ``[low, high]``."""
        return [self.low, self.high]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap:
    """A bootstrap interval with what is needed to get it again."""

    interval: Interval
    samples: int
    """Samples whose alpha exists; fewer than asked for when some had no variance."""
    asked: int
    seed: int
    se: float
    """Standard deviation of alpha over the samples."""


def feldt(alpha: float, *, n: int, n_items: int, level: float = 0.95) -> Interval | None:
    r"""Feldt's interval of alpha: ``1 - (1 - alpha) F^-1_{(1 +- level) / 2}(n - 1, (n - 1)(k - 1))``.

    Parameters
    ----------
    alpha
        Cronbach's alpha.
    n
        Persons it rests on: the *complete* rows, also when alpha is from pairwise covariances (conservative); with
        EM covariances the rows with any answer.
    n_items
        Number of items, k.
    level
        Confidence, between 0 and 1.

    Returns
    -------
    Interval or None
        ``None`` where there is no alpha, or fewer than two complete rows.

    Notes
    -----
    Assumes normal answers with equal covariances; with skewed answers it is somewhat too narrow (see the bootstrap).
    R's ``psych::alpha`` and pingouin count incomplete rows too, which makes the interval too narrow; on
    complete rows this is theirs (psych 2.2.9, pingouin 0.7.0).

    References
    ----------
    Feldt, L. S., Woodruff, D. J., & Salih, F. A. (1987). Statistical inference for coefficient alpha. Applied
    Psychological Measurement, 11, 93-103. doi:10.1177/014662168701100107

    Examples
    --------
    >>> round(feldt(0.8, n=100, n_items=5).low, 4)
    0.7306
    """
    if not np.isfinite(alpha) or n < 2 or n_items < 2:
        return None
    from scipy.special import fdtri

    df1, df2, tail = n - 1, (n - 1) * (n_items - 1), (1 - level) / 2
    return Interval(
        low=1 - (1 - alpha) * float(fdtri(df1, df2, 1 - tail)),
        high=1 - (1 - alpha) * float(fdtri(df1, df2, tail)),
        level=level,
        method="Feldt",
        n=n,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """A row's share in every sum that alpha needs: persons x terms, and how alpha comes from summed terms."""

    rows: FloatArray
    n_items: int
    complete: bool

    def alpha(self, sums: FloatArray) -> FloatArray:
        """Return alpha of each row of summed terms."""
        k = self.n_items
        with np.errstate(invalid="ignore", divide="ignore"):
            trace, total = self._complete(sums) if self.complete else self._pairwise(sums)
            found: FloatArray = k / (k - 1) * (1 - trace / total)
        found[~(total > 0)] = np.nan
        return found

    def _complete(self, sums: FloatArray) -> tuple[FloatArray, FloatArray]:
        n = sums[:, 0]
        variances = (sums[:, 2::2] - sums[:, 1::2] ** 2 / n[:, None]) / (n - 1)[:, None]
        return variances[:, 1:].sum(axis=1), variances[:, 0]

    def _pairwise(self, sums: FloatArray) -> tuple[FloatArray, FloatArray]:
        n, x, y, xy = np.split(sums, 4, axis=1)
        covariances = (xy - x * y / n) / (n - 1)
        first, second = np.triu_indices(self.n_items)
        trace = covariances[:, first == second].sum(axis=1)
        return trace, 2 * covariances.sum(axis=1) - trace


def _terms_of(keyed: FloatArray) -> _Terms:
    seen = ~np.isnan(keyed)
    k = keyed.shape[1]
    centre = np.where(seen, keyed, 0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    x = np.where(seen, keyed - centre, 0.0)
    if seen.all():
        values = np.column_stack([x.sum(axis=1), x])
        pairs = np.stack([values, values**2], axis=2).reshape(len(x), -1)
        return _Terms(rows=np.column_stack([np.ones(len(x)), pairs]), n_items=k, complete=True)
    i, j = np.triu_indices(k)
    m = seen.astype(np.float64)
    return _Terms(
        rows=np.hstack([m[:, i] * m[:, j], x[:, i] * m[:, j], m[:, i] * x[:, j], x[:, i] * x[:, j]]),
        n_items=k,
        complete=False,
    )


def _resampled(terms: _Terms, *, samples: int, seed: int) -> FloatArray:
    """Return alpha of ``samples`` draws of persons: how often each was drawn, times the rows' terms."""
    rng = np.random.default_rng(seed)
    n = len(terms.rows)
    batch = max(1, min(samples, BATCH_CELLS // n))
    sizes = [min(batch, samples - start) for start in range(0, samples, batch)]
    return np.concatenate([terms.alpha(drawn_counts(rng, n, size) @ terms.rows) for size in sizes])


def bootstrap_alpha(keyed: FloatArray, *, samples: int = 2000, level: float = 0.95, seed: int = 1) -> Bootstrap | None:
    r"""Bias-corrected and accelerated bootstrap interval of alpha; persons are resampled with their gaps.

    Each sample draws n persons with replacement; alpha comes from the sample's own pairwise covariances.
    The bias correction and the acceleration (each person left out once) are those of
    :func:`intimacy_scales.statistics.resampling.bca_interval`.

    Parameters
    ----------
    keyed
        Keyed answers, persons x items, NaN where there is none. Give the complete rows for listwise.
    samples, level, seed
        Number of samples, confidence, and the seed of numpy's ``default_rng``.

    Returns
    -------
    Bootstrap or None
        ``None`` where alpha does not exist, fewer than half of the samples have one, or none does without one person.

    Notes
    -----
    Assumes nothing about the answers' distribution; with fewer than about 50 persons it is somewhat too narrow.
    Validated against ``scipy.stats.bootstrap(method="BCa")`` (scipy 1.17) within the noise of resampling.

    References
    ----------
    Efron, B. (1987). Better bootstrap confidence intervals. Journal of the American Statistical Association,
    82, 171-185. doi:10.1080/01621459.1987.10478410
    """
    keyed = keyed[~np.isnan(keyed).all(axis=1)]
    if samples < 1 or len(keyed) < 3 or keyed.shape[1] < 2:
        return None
    terms = _terms_of(keyed)
    whole = terms.rows.sum(axis=0)
    estimate = float(terms.alpha(whole[None])[0])
    drawn = _resampled(terms, samples=samples, seed=seed)
    drawn = drawn[np.isfinite(drawn)]
    if not np.isfinite(estimate) or len(drawn) < max(samples / 2, 2):
        return None
    left_out = terms.alpha(whole - terms.rows)
    left_out = left_out[np.isfinite(left_out)]
    if not len(left_out):
        return None
    low, high = bca_interval(estimate, drawn, left_out, level)
    interval = Interval(low=low, high=high, level=level, method="bootstrap BCa", n=len(keyed))
    return Bootstrap(interval=interval, samples=len(drawn), asked=samples, seed=seed, se=float(drawn.std(ddof=1)))
