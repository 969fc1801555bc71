"""Intervals of alpha: Feldt's F, and the bias-corrected and accelerated bootstrap over persons.

The asymptotically distribution-free interval of alpha.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from intimacy_scales.statistics.moments import FloatArray, blocks_of, gather

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
    found = []
    for start in range(0, samples, batch):
        size = min(batch, samples - start)
        drawn = rng.integers(n, size=(size, n)) + (np.arange(size) * n)[:, None]
        weights = np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n).astype(np.float64)
        found.append(terms.alpha(weights @ terms.rows))
    return np.concatenate(found)


def _bca_shares(estimate: float, drawn: FloatArray, left_out: FloatArray, level: float) -> list[float]:
    """Return the shares of the drawn alphas at which the interval ends."""
    normal = NormalDist()
    below = (np.count_nonzero(drawn < estimate) + np.count_nonzero(drawn == estimate) / 2) / len(drawn)
    bias = normal.inv_cdf(min(max(below, 0.5 / len(drawn)), 1 - 0.5 / len(drawn)))
    apart = left_out.mean() - left_out
    spread = float((apart**2).sum())
    acceleration = float((apart**3).sum()) / (6 * spread**1.5) if spread > 0 else 0.0
    shares = []
    for tail in ((1 - level) / 2, (1 + level) / 2):
        z = bias + normal.inv_cdf(tail)
        shares.append(normal.cdf(bias + z / (1 - acceleration * z)))
    return shares


def bootstrap_alpha(keyed: FloatArray, *, samples: int = 2000, level: float = 0.95, seed: int = 1) -> Bootstrap | None:
    r"""Bias-corrected and accelerated bootstrap interval of alpha; persons are resampled with their gaps.

    Each sample draws n persons with replacement; alpha comes from the sample's own pairwise covariances.
    With ``z0 = Phi^-1(share of drawn alphas below the estimate)`` and ``a`` from leaving out each person once, the ends
    are the drawn alphas at the shares ``Phi(z0 + (z0 + z) / (1 - a (z0 + z)))``.

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
    shares = _bca_shares(estimate, drawn, left_out, level)
    low, high = np.quantile(drawn, shares).tolist()
    interval = Interval(low=low, high=high, level=level, method="bootstrap BCa", n=len(keyed))
    return Bootstrap(interval=interval, samples=len(drawn), asked=samples, seed=seed, se=float(drawn.std(ddof=1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionFree:
    """Interval and standard error of alpha without an assumed distribution."""

    interval: Interval
    se: float


def alpha_influences(keyed: FloatArray) -> FloatArray | None:
    r"""Return what each person adds to alpha, to first order: summed squares over (n - 1)^2 are alpha's variance.

    With ``t`` the summed variances and ``V`` the variance of the total, ``IF = -k / (k - 1) (dt / V - t dV / V^2)``;
    a covariance's own influence is ``n / n_ij [(x_i - m_i)(x_j - m_j) - c_ij]`` for rows that have both, else 0.
    ``None`` where alpha is not defined.
    """
    keyed = keyed[~np.isnan(keyed).all(axis=1)]
    n, k = keyed.shape
    if n < 3 or k < 2:
        return None
    moments = gather(blocks_of(keyed))
    c, pair_n = moments.covariance, moments.pair_n
    total, trace = float(c.sum()), float(np.trace(c))
    if not total > 0:
        return None
    weight = trace / total**2 - np.eye(k) / total  # d(-tr / V) by each covariance
    weight *= n / pair_n
    seen = ~np.isnan(keyed)
    x = np.where(seen, keyed - moments.means, 0.0)
    m = seen.astype(np.float64)
    common = x.T @ m / pair_n  # mean of i over the rows that have i and j, from the item's own mean
    influence = np.einsum("ri,ij,rj->r", x, weight, x, optimize=True)
    influence -= 2 * np.einsum("ri,ij,rj->r", x, weight * common.T, m, optimize=True)
    influence += np.einsum("ri,ij,rj->r", m, weight * (common * common.T - c), m, optimize=True)
    scaled: FloatArray = k / (k - 1) * influence
    return scaled


def distribution_free(keyed: FloatArray, *, alpha: float, level: float = 0.95) -> DistributionFree | None:
    r"""Asymptotically distribution-free interval of alpha, ``alpha -+ z se``.

    Parameters
    ----------
    keyed
        Keyed answers, persons x items, NaN where there is none. Give the complete rows for listwise.
    alpha
        The estimate in the middle.
    level
        Confidence.

    Returns
    -------
    DistributionFree or None
        ``None`` where alpha is not defined.

    Notes
    -----
    Holds for skewed answers of few categories, where normal theory does not; needs some hundred persons. With gaps it
    counts each person for what they answered (checked against the bootstrap). On complete rows validated against JASP
    (standard error and interval, 2,571 persons).

    References
    ----------
    Maydeu-Olivares, A., Coffman, D. L., & Hartmann, W. M. (2007). Asymptotically distribution-free (ADF) interval
    estimation of coefficient alpha. Psychological Methods, 12, 157-176. doi:10.1037/1082-989X.12.2.157
    """
    influence = alpha_influences(keyed)
    if influence is None or not np.isfinite(influence).all():
        return None
    n = len(influence)
    se = float(np.sqrt(((influence - influence.mean()) ** 2).sum())) / (n - 1)
    z = NormalDist().inv_cdf((1 + level) / 2)
    interval = Interval(low=alpha - z * se, high=alpha + z * se, level=level, method="distribution-free", n=n)
    return DistributionFree(interval=interval, se=se)
