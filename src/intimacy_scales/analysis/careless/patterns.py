"""How widely a person's answers vary, and how far they lie from everybody else's.

Runs of one and the same answer: how long the longest is, and how long they are on average.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.analysis.careless.consistency import row_means
from intimacy_scales.statistics.moments import pairwise_covariance

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Runs of every person: length of the longest, average length; NaN for a person without any answer."""

    longest: FloatArray
    average: FloatArray


def runs_of(ticked: FloatArray, *, fresh: BoolArray | None = None) -> Runs:
    """Return the runs of identical answers that follow each other.

    A run is a series of neighbouring items with the same answer. A missing answer ends a run and is none itself.
    ``average = answers / runs``.

    Parameters
    ----------
    ticked
        Answers as ticked (persons x items), in the order in which the items were asked; NaN where there is none.
    fresh
        For every item whether a run must begin anew with it (a new page, other options).

    Returns
    -------
    Runs
        Lengths in items, 1 to the number of items.

    Notes
    -----
    High is careless: who ticks one column down the page has one run as long as the page. It misleads where all items
    are worded in one direction and everybody is satisfied: there a long run may be an honest answer. For complete
    answers the definition is that of ``longstring(avg = TRUE)`` in the R package careless 1.2.2; checked by hand.

    References
    ----------
    Johnson, J. A. (2005). Ascertaining the validity of individual protocols from web-based personality inventories.
    Journal of Research in Personality, 39, 103-129. https://doi.org/10.1016/j.jrp.2004.09.009
    Meade, A. W., & Craig, S. B. (2012). Identifying careless responses in survey data. Psychological Methods, 17,
    437-455. https://doi.org/10.1037/a0028085

    Examples
    --------
    >>> runs_of(np.array([[1.0, 1, 1, 2, 2]])).longest.tolist()
    [3.0]
    """
    n_persons, n_items = ticked.shape
    begins = np.zeros(n_items, dtype=np.bool_) if fresh is None else fresh
    run, longest, count, answered = (np.zeros(n_persons) for _ in range(4))
    before = np.full(n_persons, np.nan)
    for j in range(n_items):
        now = ticked[:, j]
        there = ~np.isnan(now)
        goes_on = (now == before) & (not begins[j])
        run = np.where(goes_on, run + 1, there.astype(np.float64))
        count += there & ~goes_on
        answered += there
        longest = np.maximum(longest, run)
        before = now
    with np.errstate(invalid="ignore"):
        average = answered / np.where(count == 0, np.nan, count)
    return Runs(longest=np.where(answered == 0, np.nan, longest), average=average)


SINGULAR = 1e-10  # smallest eigenvalue against the largest, below which a matrix has no inverse to speak of


def intra_individual_sd(answers: FloatArray, *, ddof: int = 1) -> FloatArray:
    """Return the standard deviation of each person's own answers (intra-individual response variability).

    ``sd_p = sqrt(sum_i (x_pi - mean_p)^2 / (k_p - ddof))``, k_p the number of answers of person p.

    Parameters
    ----------
    answers
        As ticked (persons x items); missing answers are left out.
    ddof
        1, as in the R package careless and in the source; 0 gives the population's SD.

    Returns
    -------
    ndarray
        In units of the answers, 0 and up; NaN under ``ddof + 1`` answers.

    Notes
    -----
    **Low is careless**: one column ticked down the page has 0. Very high may mean random answers, or strong opinions.
    Validated against R 4.2.2 ``sd``.

    References
    ----------
    Dunn, A. M., Heggestad, E. D., Shanock, L. R., & Theilgard, N. (2018). Intra-individual response variability as an
    indicator of insufficient effort responding. Journal of Business and Psychology, 33, 105-121.
    https://doi.org/10.1007/s10869-016-9479-0
    """
    there = ~np.isnan(answers)
    count = there.sum(axis=1) - ddof
    away = np.where(there, answers - row_means(answers)[:, None], 0.0)
    return np.asarray(np.sqrt((away**2).sum(axis=1) / np.where(count < 1, np.nan, count)))


def inter_item_sd(scales: Sequence[FloatArray], *, ddof: int = 1) -> FloatArray:
    """Return the sum over scales of each person's SD among the items of one scale (inter-item standard deviation).

    Parameters
    ----------
    scales
        Keyed answers of each scale (persons x items of the scale).
    ddof
        1, as its authors have it.

    Returns
    -------
    ndarray
        In units of the answers; NaN for a person with a scale of fewer than two answers.

    Notes
    -----
    **High is careless**: items of one scale should be answered alike. Validated against the ``isd`` column of the
    open data of Zorowitz and others (nivlab/sciops): to 1e-9.

    References
    ----------
    Marjanovic, Z., Holden, R., Struthers, W., Cribbie, R., & Greenglass, E. (2015). The inter-item standard deviation
    (ISD): An index that discriminates between conscientious and random responders. Personality and Individual
    Differences, 84, 79-83. https://doi.org/10.1016/j.paid.2014.08.021
    """
    return np.asarray(np.sum([intra_individual_sd(scale, ddof=ddof) for scale in scales], axis=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Distances:
    """Mahalanobis distances: ``d2`` and its chi-square ``p``, one a person; ``why_not`` when there are none."""

    d2: FloatArray
    p: FloatArray
    items: int
    why_not: str = ""


def mahalanobis(answers: FloatArray) -> Distances:
    """Return each person's squared Mahalanobis distance from the middle of the sample, with its p.

    ``D2_p = (x_p - m)' S^-1 (x_p - m)``, over the items person p answered: m their means, S their covariance matrix
    (raw answers, ddof 1, pairwise complete). ``p = P(chi-square(k_p) > D2_p)``, k_p the number of these items.

    Parameters
    ----------
    answers
        Persons x items, NaN where there is none. Reversing items, or any linear change of them, changes nothing.

    Returns
    -------
    Distances
        ``d2`` 0 and up; **high d2, low p is careless**; NaN for a person without answers. Items that nobody answered or
        in which nothing varies are left out. ``why_not`` says why there is none: fewer persons than items + 1, or a
        covariance matrix that cannot be inverted.

    Notes
    -----
    For complete answers D2 is that of ``psych::outlier`` (R psych 2.2.9, validated to 1e-10) and D that of the
    ``mahalanobis`` column of nivlab/sciops (to 1e-8). With missing answers ``psych::outlier`` counts a missing answer
    as the item's mean, which pulls the person to the middle; here only what was answered is compared, and p's degrees
    of freedom follow. Answers on few options are not normal: p is a convention, not a probability. It finds random
    answers, and honest people who are unlike the others; one column ticked down the page may lie in the middle.

    References
    ----------
    Mahalanobis, P. C. (1936). On the generalised distance in statistics. Proceedings of the National Institute of
    Sciences of India, 2, 49-55. Meade, A. W., & Craig, S. B. (2012). https://doi.org/10.1037/a0028085
    """
    nothing = np.full(len(answers), np.nan)
    covariance = pairwise_covariance(answers)
    varies = np.flatnonzero(np.nan_to_num(np.diag(covariance)) > 0)
    x, S = answers[:, varies], covariance[np.ix_(varies, varies)]
    why = _why_not(x, S)
    if why:
        return Distances(d2=nothing, p=nothing, items=len(varies), why_not=why)
    from scipy.special import gammaincc

    there = ~np.isnan(x)
    away = x - np.nansum(x, axis=0) / there.sum(axis=0)
    d2 = nothing.copy()
    patterns, which = np.unique(there, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        rows = np.flatnonzero(which.reshape(-1) == number)
        if pattern.any():
            d = away[np.ix_(rows, np.flatnonzero(pattern))]
            d2[rows] = np.einsum("ij,ji->i", d, np.linalg.solve(S[np.ix_(pattern, pattern)], d.T))
    answered = there.sum(axis=1)
    p = np.where(answered > 0, gammaincc(np.maximum(answered, 1) / 2, np.nan_to_num(d2) / 2), np.nan)
    return Distances(d2=d2, p=p, items=len(varies))


def _why_not(x: FloatArray, S: FloatArray) -> str:
    n_persons, n_items = int((~np.isnan(x)).any(axis=1).sum()), x.shape[1]
    if n_items < 2:
        return "fewer than two items vary"
    if n_persons <= n_items:
        return f"{n_persons} persons with answers are too few for {n_items} items"
    if np.isnan(S).any():
        return "some two items were never answered by the same persons"
    eigen = np.linalg.eigvalsh(S)
    if eigen[0] <= SINGULAR * eigen[-1]:
        return "the covariance matrix of the items cannot be inverted"
    return ""
