"""Runs of one and the same answer: how long the longest is, and how long they are on average."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
