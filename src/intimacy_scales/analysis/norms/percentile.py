"""Percentiles: kernels over plain arrays. A score in a sample's mean and SD, and in a sample's own table.

Percentiles of a sample smoothed: a small sample's steps are chance, its shape less so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from intimacy_scales.bank.model import NormScale, Quantile
from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.statistics.score_sums import ValueCounts, value_counts
from intimacy_scales.statistics.shares import exact_share

SAME_SCORE = 1e-9  # prorated scores carry rounding in their last digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentiles:
    """Percentiles (0 to 100) with an interval, one a score; NaN where there is no score."""

    point: FloatArray = field(repr=False)
    low: FloatArray = field(repr=False)
    high: FloatArray = field(repr=False)


def normal_point(scores: FloatArray, *, mean: float, sd: float, n: int) -> FloatArray:
    """Return the percentage of the norm's population expected below each score.

    ``100 T_{n-1}( (x - M) / (S sqrt((n + 1) / n)) )``, ``T`` the distribution function of Student's t: the norm's
    mean and SD are estimates from n persons, and the wider t says so. Tends to the normal curve for large n.
    """
    from scipy.special import stdtr

    t = (np.asarray(scores, dtype=np.float64) - mean) / (sd * np.sqrt((n + 1) / n))
    return 100 * np.asarray(stdtr(n - 1, t), dtype=np.float64)


def normal_percentiles(scores: FloatArray, *, mean: float, sd: float, n: int, level: float) -> Percentiles:
    """Return percentiles in a norm known by mean, SD and n, with the interval its sample size gives.

    The point is :func:`normal_point`. For the interval, with ``c = (x - M) / S``, the noncentralities ``d`` are
    sought for which ``c sqrt(n)`` is the ``(1 + level) / 2`` and the ``(1 - level) / 2`` quantile of a noncentral t
    with n - 1 degrees of freedom; the ends are ``100 Phi(d / sqrt(n))``.

    Parameters
    ----------
    scores
        One a person, on the norm's metric; NaN stays NaN.
    mean, sd, n
        Of the norm's sample (sd with n - 1 in the denominator; n at least 2).
    level
        Of the two-sided interval.

    Returns
    -------
    Percentiles
        In percent, 0 to 100.

    Notes
    -----
    Misleads where the population is far from normal (scores crowded at the ceiling, as closeness scores are):
    compare with the percentile from the norm's table. Validated against quadrature of the noncentral t (within 0.001
    points for n from 2 to 200,000). Reference: Crawford, J. R., & Garthwaite, P. H. (2002). Investigation of the
    single case in neuropsychology: Confidence limits on the abnormality of test scores and test score differences.
    *Neuropsychologia, 40*(8), 1196-1208.

    Examples
    --------
    A score at the mean lies at the 50th percentile, whatever n; its interval is ``100 Phi(+- z / sqrt(n))``.
    """
    from scipy.special import nctdtrinc, ndtr

    x = np.asarray(scores, dtype=np.float64)
    distinct, back = np.unique(x, return_inverse=True)  # scores are few, persons many
    c = (distinct - mean) / sd
    tail = (1 - level) / 2
    ends = [100 * ndtr(nctdtrinc(n - 1, p, c * np.sqrt(n)) / np.sqrt(n)) for p in (1 - tail, tail)]
    return Percentiles(point=normal_point(x, mean=mean, sd=sd, n=n), low=ends[0][back], high=ends[1][back])


LEAST_IN_A_STEP = 5  # persons; a line of fewer could tell who somebody is: definitions of the house


def table_of(
    scores: FloatArray, *, level: float, weights: FloatArray | None = None, least: int = 1
) -> tuple[Quantile, ...]:
    """Return a sample's percentile table: for every step of scores, the share at or under it, with its interval.

    A step is one score, or neighbouring ones joined until ``least`` persons hold them; its line names the highest.
    Shares are in percent; ``low`` and ``high`` bound the share (exact binomial interval of Clopper and Pearson).
    Scores not in the table occurred never, so the table tells the mid-rank of every possible score. With ``weights``
    (one a person, above 0) shares are of weights, and intervals count the effective number of persons.
    """
    return table_of_counts(value_counts(scores, weights), level=level, least=least)


def table_of_counts(counted: ValueCounts, *, level: float, least: int = 1) -> tuple[Quantile, ...]:
    """Return the same of scores that were counted (and weighed) already."""
    known = counted.values
    if not len(known):
        return ()
    persons, mass = np.cumsum(counted.counts), counted.counts if counted.mass is None else counted.mass
    n = effective_n(counted)
    distinct = known[np.append(np.diff(known) > SAME_SCORE, True)]
    at = np.searchsorted(known, distinct + SAME_SCORE, side="right") - 1
    ends = _ends_of_steps(persons[at], least)
    distinct, upto = distinct[ends], np.cumsum(mass)[at[ends]].astype(np.float64)
    counts = upto if counted.mass is None else np.minimum(upto / mass.sum() * n, n)
    low, high = exact_share(counts, n, level=level)
    return tuple(
        Quantile(score=_short(score), percentile=float(100 * count / n), low=float(100 * lo), high=float(100 * hi))
        for score, count, lo, hi in zip(distinct.tolist(), counts.tolist(), low.tolist(), high.tolist(), strict=True)
    )


def _ends_of_steps(upto: IntArray, least: int) -> list[int]:
    """Return the places at which steps of at least so many persons end; what is left over joins the last."""
    ends: list[int] = []
    begun = 0
    for place, count in enumerate(upto.tolist()):
        if count - begun >= least:
            ends.append(place)
            begun = count
    last = len(upto) - 1
    if last >= 0 and (not ends or ends[-1] != last):
        ends = [*ends[:-1], last]
    return ends


def effective_n(counted: ValueCounts) -> int:
    """Return the number of persons; weighted, Kish's effective number ``(sum w)^2 / sum w^2``, rounded down."""
    if counted.mass is None or not counted.squares:
        return counted.n
    return int(np.floor(float(counted.mass.sum()) ** 2 / counted.squares + 1e-9))


def _short(score: float) -> float:
    """Take rounding dust off a prorated score (17.999999999999996)."""
    return round(score, 10)


def is_whole_table(figures: NormScale) -> bool:
    """Return whether a table holds every person of the norm: it ends at 100 %, its shares are persons or weights."""
    lines = figures.quantiles
    if not lines or abs(lines[-1].percentile - 100) > 1e-6:
        return False
    if figures.weighted:
        return True
    persons = np.array([line.percentile for line in lines]) * figures.n / 100
    return bool(np.all(np.abs(persons - np.round(persons)) < 1e-3))


def table_percentiles(scores: FloatArray, figures: NormScale, *, level: float) -> Percentiles:
    """Return mid-rank percentiles in a norm's table: the share below a score plus half the share at it.

    Parameters
    ----------
    scores
        One a person, on the norm's metric; NaN stays NaN.
    figures
        The norm's figures with a table. One that holds every person gives mid-ranks; one of chosen percentiles (5,
        10, 25 ...) is read in straight lines between its rows, and beyond its first and last row nothing is known
        (NaN). In one whose scores were joined into steps every score of a step has the step's mid-rank.
    level
        Of the binomial interval (Clopper and Pearson's, at the mid-rank count).

    Notes
    -----
    Needs no normal curve, but n persons tell no percentile finer than 100 / n. Reference: Crawford, J. R.,
    Garthwaite, P. H., & Slick, D. J. (2009). On percentile norms in neuropsychology: Proposed reporting standards
    and methods for quantifying the uncertainty over the percentile ranks of test scores. *The Clinical
    Neuropsychologist, 23*(7), 1173-1195.

    Examples
    --------
    Norm scores 1, 2, 2, 3: a score of 2 has one of four below and two at it: 25 + 50 / 2 = 50.
    """
    x, back = np.unique(np.asarray(scores, dtype=np.float64), return_inverse=True)  # scores are few, persons many
    at = np.array([line.score for line in figures.quantiles], dtype=np.float64)
    shares = np.array([line.percentile for line in figures.quantiles], dtype=np.float64)
    if figures.joined:
        step = np.minimum(np.searchsorted(at, x - SAME_SCORE), len(at) - 1)
        point = (np.append(0.0, shares)[step] + shares[step]) / 2
        point = np.where(x > at[-1] + SAME_SCORE, 100.0, point)
    elif is_whole_table(figures):
        below = _share_up_to(x - SAME_SCORE, at, shares)
        point = (below + _share_up_to(x + SAME_SCORE, at, shares)) / 2
    else:
        point = np.interp(x, at, shares, left=np.nan, right=np.nan)
    point = np.where(np.isnan(x), np.nan, point)
    low, high = exact_share(point / 100 * figures.n, figures.n, level=level)
    return Percentiles(point=point[back], low=100 * low[back], high=100 * high[back])


def _share_up_to(x: FloatArray, at: FloatArray, shares: FloatArray) -> FloatArray:
    return np.append(0.0, shares)[np.searchsorted(at, x, side="right")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleQuantile:
    """A quantile of a norm's sample with its order-statistic interval, in scores; in a small n an end is ``None``."""

    percent: float
    score: float
    low: float | None
    high: float | None


def _order_statistics(n: int, share: float, tail: float) -> tuple[int, int]:
    """Return the largest l with ``P(B <= l - 1) <= tail``, and the smallest u with ``P(B <= u - 1) >= 1 - tail``."""
    from scipy.special import bdtr

    def first(least: float, *, above: bool) -> int:
        """Return the first of 0 ... n whose probability of at most so many has reached this, by halving."""
        low, high = 0, n + 1
        while low < high:
            middle = (low + high) // 2
            probability = float(bdtr(middle, n, share))
            reached = probability > least if above else probability >= least
            low, high = (low, middle) if reached else (middle + 1, high)
        return low

    return first(tail, above=True), first(1 - tail, above=False) + 1


def quantile_table(figures: NormScale, percents: Sequence[float], *, level: float) -> tuple[SampleQuantile, ...]:
    """Return quantiles of a norm's table with order-statistic intervals.

    The q-quantile is the smallest score with at least a share q at or under it. Its interval runs from the l-th to
    the u-th smallest score, where for ``B ~ Binomial(n, q)``: ``P(B < l) <= (1 - level) / 2`` and
    ``P(B >= u) <= (1 - level) / 2``, so that it covers the population's quantile with at least ``level``, whatever
    its distribution. Without a table there are none.
    """
    if not figures.quantiles:
        return ()
    at = np.array([line.score for line in figures.quantiles], dtype=np.float64)
    counts = np.array([line.percentile for line in figures.quantiles], dtype=np.float64) * figures.n / 100
    n, tail = figures.n, (1 - level) / 2

    def ranked(rank: int) -> float | None:
        place = int(np.searchsorted(counts, rank - 1e-6))
        return float(at[place]) if 1 <= rank <= n and place < len(at) else None

    quantiles = []
    for percent in percents:
        low, high = _order_statistics(n, percent / 100, tail)
        middle = ranked(max(int(np.ceil(n * percent / 100 - 1e-9)), 1))
        quantiles.append(
            SampleQuantile(
                percent=percent, score=float("nan") if middle is None else middle, low=ranked(low), high=ranked(high)
            )
        )
    return tuple(quantiles)


def bandwidth_of(figures: NormScale) -> float:
    """Return Scott's bandwidth of the norm's sample, ``h = SD n^(-1/5)`` (as scipy's ``gaussian_kde`` takes)."""
    return float(float(figures.sd) * float(figures.n) ** -0.2)


def smooth_percentiles(
    scores: FloatArray, figures: NormScale, *, level: float, bandwidth: float | None = None
) -> Percentiles | None:
    r"""Return percentiles from a Gaussian-kernel smoothing of a norm's table that keeps its mean and SD.

    With the table's scores ``x_j`` and their shares ``p_j``, mean M and SD s::

        F(x) = sum_j p_j Phi((x - a x_j - (1 - a) M) / (a h)),   a = sqrt(s^2 / (s^2 + h^2))

    which is the continuization of kernel equating (von Davier, Holland & Thayer): smoothing alone would widen the
    distribution by ``h^2``, and ``a`` takes that back.

    Parameters
    ----------
    scores
        One a person, on the norm's metric; NaN stays NaN.
    figures
        The norm's figures with a table that holds every person; ``None`` is returned without one.
    level
        Of the interval: Clopper and Pearson's at the smoothed share, which does not count what smoothing gains in
        certainty and is therefore somewhat wide.
    bandwidth
        h, in points; Scott's rule unless said (:func:`bandwidth_of`).

    Notes
    -----
    Monotone, and strictly between 0 and 100. It misleads at a ceiling where many have the highest score: the mass is
    spread beyond the scale's end, so the highest score lies lower than its mid-rank would say. Validated
    against ``scipy.stats.gaussian_kde`` (same bandwidth, a = 1) and by its moments.

    References
    ----------
    von Davier, A. A., Holland, P. W., & Thayer, D. T. (2004). The kernel method of test equating. Springer.
    """
    if not figures.quantiles or not is_whole_table(figures):
        return None
    from scipy.special import ndtr

    at = np.array([line.score for line in figures.quantiles], dtype=np.float64)
    shares = np.diff(np.array([0.0, *(line.percentile for line in figures.quantiles)])) / 100
    mean = float(shares @ at)
    variance = float(shares @ (at - mean) ** 2)
    h = bandwidth_of(figures) if bandwidth is None else bandwidth
    a = float(np.sqrt(variance / (variance + h**2)))
    x, back = np.unique(np.asarray(scores, dtype=np.float64), return_inverse=True)
    # row by row, not as a product of matrices: the same to the last digit whatever other scores there are
    point = 100 * (ndtr((x[:, None] - a * at - (1 - a) * mean) / (a * h)) * shares).sum(axis=1)
    low, high = exact_share(point / 100 * figures.n, figures.n, level=level)
    return Percentiles(point=point[back], low=100 * low[back], high=100 * high[back])
