"""How widely a person's answers vary, and how far they lie from everybody else's.

Runs of one and the same answer: how long the longest is, and how long they are on average.

Items with one right answer, and the time it took: what a survey itself asks to find careless answering.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from intimacy_scales.bank.labels import plain
from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.reading.exports.table import Column, NumberCells, RawTable
from intimacy_scales.statistics.moments import pairwise_covariance, row_means


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


Accepted = float | str | Sequence[float | str]

# platforms that write seconds; jsPsych writes milliseconds, under names that are not here
_SECONDS = re.compile(r"duration(inseconds|seconds|sec)?|interviewtime|totaltime|totaaltijd|gesamtzeit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """How many attention items each person failed, and which: ``failed[column]`` is 1, 0, or NaN for no answer."""

    count: FloatArray
    failed: Mapping[str, FloatArray]


def attention_of(table: RawTable, accepted: Mapping[str, Accepted]) -> Attention:
    """Count the attention (infrequency, bogus, instructed) items each person got wrong.

    Parameters
    ----------
    table
        The whole export: these items belong to no bank.
    accepted
        Column to the answers that are right: a code, a text, or several (``{"check_1": [4, 5, "agree"]}``). Texts are
        compared without case, spaces and full stops; a code also accepts its value label.

    Returns
    -------
    Attention
        ``count`` is the number of wrong answers, 0 and up: **high is careless**. An item not answered is not wrong; who
        answered none of them has NaN.

    Raises
    ------
    ResponseError
        With every column that is not there or for which no answer is accepted.

    Notes
    -----
    Validated against the ``infreq`` columns of nivlab/sciops: equal. It misleads when an "impossible" answer is true of
    somebody, and everybody errs once.

    References
    ----------
    Meade, A. W., & Craig, S. B. (2012). Psychological Methods, 17, 437-455. https://doi.org/10.1037/a0028085
    """
    problems = [problem for name, right in accepted.items() for problem in _faults(table, name, right)]
    if problems:
        raise ResponseError(problems)
    failed = {name: _failed(table.column(name), _several(right)) for name, right in accepted.items()}
    each = np.column_stack(list(failed.values()))
    answered = (~np.isnan(each)).any(axis=1)
    return Attention(count=np.where(answered, np.nansum(each, axis=1), np.nan), failed=failed)


def _several(right: Accepted) -> tuple[float | str, ...]:
    return (right,) if isinstance(right, (str, int, float)) else tuple(right)


def _faults(table: RawTable, name: str, right: Accepted) -> Iterable[Problem]:
    if name not in table.names:
        yield from UnknownNameError.among("attention column", name, table.names).problems
    if not _several(right):
        yield Problem(
            where=f"attention column {name}", what="no answer is accepted", allowed="one or more codes or texts"
        )


def _failed(column: Column, right: tuple[float | str, ...]) -> FloatArray:
    codes = {number for one in right if (number := _number(one)) is not None}
    texts = {plain(str(one)) for one in right} | {plain(column.labels[code]) for code in codes if code in column.labels}
    codes |= {code for code, label in column.labels.items() if plain(label) in texts}
    cells = column.cells
    if isinstance(cells, NumberCells):
        no_answer = np.isnan(cells.numbers) | np.isin(cells.numbers, list(column.missing))
        return np.where(no_answer, np.nan, ~np.isin(cells.numbers, list(codes)))
    verdicts = np.array([*(_verdict(text, column, codes, texts) for text in cells.values), np.nan])
    return np.asarray(verdicts[cells.codes])


def _verdict(text: str, column: Column, codes: set[float], texts: set[str]) -> float:
    number = _number(text)
    if text.strip() in column.missing_texts or (number is not None and number in column.missing):
        return np.nan
    return 0.0 if plain(text) in texts or (number is not None and number in codes) else 1.0


def _number(value: float | str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def seconds_of(table: RawTable, column: str | None) -> FloatArray | None:
    """Return how long each person took, in seconds; ``None`` where the platform did not write it.

    Parameters
    ----------
    table
        The whole export.
    column
        The column that holds seconds; by default the first column of kind ``timing`` whose name says a duration
        ("Duration (in seconds)", "interviewtime"). Page timers and reaction times in milliseconds are none.

    Raises
    ------
    UnknownNameError
        When the column named is not there.
    """
    if column is not None:
        return _numbers(table.column(column))
    for one in table.columns:
        names = [re.sub(r"[\W_]+", "", name.casefold()) for name in (one.name, *one.other_names)]
        if one.kind == "timing" and any(map(_SECONDS.fullmatch, names)):
            return _numbers(one)
    return None


def _numbers(column: Column) -> FloatArray:
    if isinstance(column.cells, NumberCells):
        return column.cells.numbers
    numbers = [_number(text.replace(",", ".")) for text in column.cells.values]
    return np.asarray(
        np.array([*(np.nan if number is None else number for number in numbers), np.nan])[column.cells.codes]
    )
