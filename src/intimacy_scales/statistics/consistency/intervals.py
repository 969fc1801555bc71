"""What every person adds to a figure that is a function of a covariance matrix: the way to its standard error.

A figure ``f(C)`` moves by ``sum_ij g_ij dc_ij``; with a person's own ``dc_ij`` that is the person's influence. Summed
squares of influences are the figure's variance, whatever the answers' distribution; summed by couple first, they are
the variance where partners answer alike.

Intervals of alpha: Feldt's F, and the bias-corrected and accelerated bootstrap over persons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.statistics.estimate import Estimate
from intimacy_scales.statistics.moments import pairwise_covariance
from intimacy_scales.statistics.resampling import Draws, bca_interval
from intimacy_scales.statistics.score_sums import decimal_sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap(Estimate):
    """Alpha with its bootstrap interval, and what is needed to get it again."""

    samples: int
    """Samples whose alpha exists; fewer than asked for when some had no variance."""
    asked: int
    seed: int
    se: float
    """Standard deviation of alpha over the samples."""


def feldt(alpha: float, *, n: int, n_items: int, level: float = 0.95) -> Estimate | None:
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
    Estimate or None
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
    return Estimate(
        value=alpha,
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
    whole_rows: BoolArray
    """Pairwise: rows that answered everything, whose terms are their products and answers, each told once."""

    def summed(self, counts: FloatArray | NDArray[np.uint8]) -> FloatArray:
        """Return the terms summed over samples, in which each row stands so often (samples x rows)."""
        if self.complete:
            return counts.astype(np.float64) @ self.rows
        whole, gaps = np.flatnonzero(self.whole_rows), np.flatnonzero(~self.whole_rows)
        pairs = self.rows.shape[1] // 4
        first, second = np.triu_indices(self.n_items)
        alone = np.flatnonzero(first == second)
        few = [0, *(pairs + alone), *range(3 * pairs, 4 * pairs)]  # n, x_i, x_i x_j
        own = counts.take(whole, axis=1).astype(np.float64) @ self.rows[np.ix_(whole, few)]
        n, x, xy = own[:, :1], own[:, 1 : len(alone) + 1], own[:, len(alone) + 1 :]
        sums = counts.take(gaps, axis=1).astype(np.float64) @ self.rows[gaps]
        sums += np.hstack([np.repeat(n, pairs, axis=1), x[:, first], x[:, second], xy])
        return sums

    def alpha(self, sums: FloatArray) -> FloatArray:
        """Return alpha of each row of summed terms."""
        k = self.n_items
        with np.errstate(invalid="ignore", divide="ignore"):
            trace, total = self._complete(sums) if self.complete else self._pairwise(sums)
            values: FloatArray = k / (k - 1) * (1 - trace / total)
        values[~(total > 0)] = np.nan
        return values

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
        return _Terms(rows=np.column_stack([np.ones(len(x)), pairs]), n_items=k, complete=True,
                      whole_rows=np.logical_and.reduce(seen, axis=1))  # fmt: skip
    i, j = np.triu_indices(k)
    m = seen.astype(np.float64)
    return _Terms(
        rows=np.hstack([m[:, i] * m[:, j], x[:, i] * m[:, j], m[:, i] * x[:, j], x[:, i] * x[:, j]]),
        n_items=k,
        complete=False,
        whole_rows=np.logical_and.reduce(seen, axis=1),
    )


def _resampled(terms: _Terms, draws: Draws) -> FloatArray:
    """Return alpha of every draw of persons: how often each was drawn, times the rows' terms."""
    return np.concatenate([terms.alpha(terms.summed(counts)) for counts in draws.counts(len(terms.rows))])


def bootstrap_alpha(
    keyed: FloatArray, *, samples: int = 2000, level: float = 0.95, seed: int = 1,
    draws: Draws | None = None,
) -> Bootstrap | None:  # fmt: skip
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
    draws
        The same samples, where other figures are made of them too.

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
    drawn = _resampled(terms, draws or Draws(samples=samples, seed=seed))
    drawn = drawn[np.isfinite(drawn)]
    if not np.isfinite(estimate) or len(drawn) < max(samples / 2, 2):
        return None
    left_out = terms.alpha(whole - terms.rows)
    left_out = left_out[np.isfinite(left_out)]
    if not len(left_out):
        return None
    low, high = bca_interval(estimate, drawn, left_out, level)
    return Bootstrap(
        value=estimate,
        low=low,
        high=high,
        level=level,
        n=len(keyed),
        method="bootstrap BCa",
        samples=len(drawn),
        asked=samples,
        seed=seed,
        se=float(drawn.std(ddof=1)),
    )


if TYPE_CHECKING:
    from intimacy_scales.statistics.sem.samples import Sample


def alpha_gradient(covariance: FloatArray) -> FloatArray | None:
    """Return the derivatives of alpha by the covariances, ``k / (k - 1) (t / V^2 - [i = j] / V)``; None without any.

    ``t`` is the sum of the variances, ``V`` the variance of the total.
    """
    k, total = len(covariance), float(covariance.sum())
    if k < 2 or not total > 0:
        return None
    values: FloatArray = k / (k - 1) * (float(np.trace(covariance)) / total**2 - np.eye(k) / total)
    return values


def pairwise_influences(keyed: FloatArray, gradient: FloatArray) -> FloatArray:
    r"""Return every person's influence on a figure of the pairwise covariance matrix; they sum to about zero.

    A covariance's own influence is ``n / n_ij [(x_i - m_i)(x_j - m_j) - c_ij]`` for rows that have both items, else 0,
    with the means of those rows. The variance of the figure is ``sum IF^2 / (n - 1)^2``.

    Parameters
    ----------
    keyed
        Keyed answers, persons x items, NaN where there is none; persons without any answer weigh nothing.
    gradient
        Derivatives of the figure by the covariances, items x items, symmetric.
    """
    n = int((~np.isnan(keyed).all(axis=1)).sum())
    sums = decimal_sums(list(keyed.T))
    c, pair_n = sums.covariance(), sums.n
    weight = gradient * (n / pair_n)
    seen = ~np.isnan(keyed)
    x = np.where(seen, keyed - np.diag(sums.means), 0.0)
    m = seen.astype(np.float64)
    common = x.T @ m / pair_n  # mean of i over the rows that have i and j, from the item's own mean
    influence = np.einsum("ri,ij,rj->r", x, weight, x, optimize=True)
    influence -= 2 * np.einsum("ri,ij,rj->r", x, weight * common.T, m, optimize=True)
    influence += np.einsum("ri,ij,rj->r", m, weight * (common * common.T - c), m, optimize=True)
    return np.asarray(influence, dtype=np.float64)


def saturated_influences(data: Sample, gradient: FloatArray) -> FloatArray | None:
    r"""Return every person's influence on a figure of the EM covariance matrix, ``g' A^-1 s_r``.

    ``A`` is the observed information of means and covariances, ``s_r`` the person's score: summed squares are the
    Huber-White variance of lavaan's saturated model with ``estimator = "MLR"``. ``None`` where A is singular.
    """
    from intimacy_scales.statistics.sem.robust import saturated_scores

    scores = saturated_scores(data.data[0])
    direction = None if scores is None else _direction(scores.information, gradient)
    if scores is None or direction is None:
        return None
    influences = np.asarray(scores.casewise @ direction[1], dtype=np.float64)
    return influences if np.isfinite(influences).all() else None


def _direction(information: FloatArray, gradient: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Return a figure's derivatives by covariances and means, and ``A^-1`` times them; None where A is singular."""
    i, j = np.tril_indices(len(gradient))
    slope = np.concatenate([np.where(i == j, 1.0, 2.0) * gradient[i, j], np.zeros(len(gradient))])
    try:
        return slope, np.linalg.solve(information, slope)
    except np.linalg.LinAlgError:
        return None


def saturated_error(data: Sample, gradient: FloatArray) -> float:
    r"""Return the standard error ``sqrt(g' A^-1 g)`` of a figure of the EM matrix by normal theory; NaN without any.

    ``A`` is the observed information: it knows patterns of missing answers only, so any number of persons will do;
    :func:`saturated_influences` needs them one by one and assumes no distribution.
    """
    from intimacy_scales.statistics.sem.robust import saturated_information

    information = saturated_information(data.data[0])
    direction = None if information is None else _direction(information, gradient)
    variance = float("nan") if direction is None else float(direction[0] @ direction[1])
    return float(np.sqrt(variance)) if variance > 0 else float("nan")


def standard_error(influences: FloatArray, clusters: Sequence[object] | None = None) -> float:
    """Return ``sqrt(sum IF^2) / (n - 1)``; with G clusters ``sqrt(G / (G - 1) sum_g (sum IF)^2) / n``."""
    n = len(influences)
    centred = influences - influences.mean()
    if clusters is None:
        return float(np.sqrt((centred**2).sum())) / (n - 1)
    sums = sums_by(clusters, centred)
    g = len(sums)
    return float(np.sqrt(g / (g - 1) * (sums**2).sum())) / n if g > 1 else float("nan")


def sums_by(clusters: Sequence[object], values: FloatArray) -> FloatArray:
    """Return the values summed over each cluster."""
    of = np.unique(np.asarray([str(cluster) for cluster in clusters]), return_inverse=True)[1]
    return np.asarray(np.bincount(of.reshape(-1), weights=values), dtype=np.float64)


def on_log_error(
    value: float, se: float, *, level: float, n: int, method: str, clusters: int | None = None
) -> Estimate | None:
    r"""Interval of a reliability on ``ln(1 - reliability)``: ``1 - (1 - r) exp(+-z se / (1 - r))``.

    Stays below 1, and goes below zero where it belongs. With clusters, t with G - 1 degrees of freedom for z. ``None``
    where the value reaches 1 or has no standard error.

    References
    ----------
    Bonett, D. G. (2002). Sample size requirements for testing and estimating coefficient alpha. Journal of Educational
    and Behavioral Statistics, 27, 335-340. doi:10.3102/10769986027004335
    """
    if not (np.isfinite(value) and np.isfinite(se)) or value >= 1:
        return None
    quantile = NormalDist().inv_cdf((1 + level) / 2) if clusters is None else _t(level, clusters - 1)
    half = quantile * se / (1 - value)
    low, high = 1 - (1 - value) * np.exp(half), 1 - (1 - value) * np.exp(-half)
    return Estimate(value=value, low=float(low), high=float(high), level=level, method=method, n=n)


def _t(level: float, df: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(df, (1 + level) / 2)) if df > 0 else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionFree:
    """Interval and standard error of alpha without an assumed distribution."""

    interval: Estimate | None
    se: float


def alpha_influences(keyed: FloatArray) -> FloatArray | None:
    """Return what each person adds to alpha, to first order; ``None`` where alpha is not defined.

    Keyed answers, persons x items, pairwise covariances; persons without any answer are left out.
    """
    keyed = keyed[~np.isnan(keyed).all(axis=1)]
    if keyed.shape[0] < 3 or keyed.shape[1] < 2:
        return None
    gradient = alpha_gradient(pairwise_covariance(keyed))
    return None if gradient is None else pairwise_influences(keyed, gradient)


def distribution_free(
    keyed: FloatArray, *, alpha: float, level: float = 0.95, clusters: Sequence[object] | None = None
) -> DistributionFree | None:
    r"""Asymptotically distribution-free interval of alpha, on ``ln(1 - alpha)``.

    Parameters
    ----------
    keyed
        Keyed answers, persons x items, NaN where there is none; every row with an answer. Give the complete rows for
        listwise.
    alpha
        The estimate.
    level
        Confidence.
    clusters
        What every row belongs to (the couple): influences are summed by cluster, ``G / (G - 1)`` and t with G - 1
        degrees of freedom.

    Returns
    -------
    DistributionFree or None
        ``None`` where alpha is not defined.

    Notes
    -----
    Holds for skewed answers of few categories, where normal theory does not; needs some hundred persons. With gaps it
    counts each person for what they answered (checked against the bootstrap). On complete rows the standard error is
    that of JASP (2,571 persons); the interval lies on the logarithm of what is error, so that it stays below 1.

    References
    ----------
    Maydeu-Olivares, A., Coffman, D. L., & Hartmann, W. M. (2007). Asymptotically distribution-free (ADF) interval
    estimation of coefficient alpha. Psychological Methods, 12, 157-176. doi:10.1037/1082-989X.12.2.157
    """
    influences = alpha_influences(keyed)
    if influences is None or not np.isfinite(influences).all() or (clusters and len(clusters) != len(influences)):
        return None
    se, g = standard_error(influences, clusters), None if clusters is None else len(set(map(str, clusters)))
    text = "distribution-free" if clusters is None else "distribution-free, cluster-robust"
    interval = on_log_error(alpha, se, level=level, n=len(influences), method=text, clusters=g)
    return DistributionFree(interval=interval, se=se)
