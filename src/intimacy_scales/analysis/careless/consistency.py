"""How well a person's answers agree with each other, and with what people answer in general.

Correlations within each person, row by row, over the pairs that a person has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from intimacy_scales.base.arrays import BoolArray, FloatArray, IntArray
from intimacy_scales.statistics.moments import row_means

LEAST_PAIRS = 3  # through two points there is always a line
TINY = 1e-12  # a variance below is rounding: nothing varies


def within_person(x: FloatArray, y: FloatArray) -> FloatArray:
    """Return Pearson's r of each row of ``x`` with the same row of ``y`` (persons x pairs), pairwise complete.

    NaN for a person with fewer than three pairs, or without variance in ``x`` or in ``y``.
    """
    there = ~(np.isnan(x) | np.isnan(y))
    n = there.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        dx, dy = _centred(x, there, n), _centred(y, there, n)
        sxx, syy, sxy = (dx * dx).sum(axis=1), (dy * dy).sum(axis=1), (dx * dy).sum(axis=1)
        r = sxy / np.sqrt(sxx * syy)
    good = (n >= LEAST_PAIRS) & (sxx > TINY) & (syy > TINY)
    return np.where(good, np.clip(r, -1.0, 1.0), np.nan)


def _centred(x: FloatArray, there: BoolArray, n: IntArray) -> FloatArray:
    known = np.where(there, x, 0.0)
    return np.where(there, known - (known.sum(axis=1) / n)[:, None], 0.0)


def _stepped_up(r: FloatArray) -> FloatArray:
    """Spearman and Brown's ``2 r / (1 + r)``, never under -1 (as the R package careless ends it)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.isnan(r), np.nan, np.maximum(2 * r / (1 + r), -1.0))


def even_odd(scales: Sequence[FloatArray]) -> FloatArray:
    """Return the even-odd consistency of each person: whether one half of every scale says what the other says.

    For every scale s the mean of its 1st, 3rd, 5th ... item, ``o_s``, and of its 2nd, 4th ..., ``e_s``; then
    within each person ``r = cor_s(o_s, e_s)`` over the scales, stepped up: ``2 r / (1 + r)``, never under -1.

    Parameters
    ----------
    scales
        Keyed answers of each scale (persons x items of the scale), NaN where there is none.

    Returns
    -------
    ndarray
        -1 to 1, **low is careless** (the R package careless gives the same figure with the sign turned since
        1.2.1). NaN under three scales with both halves, or when the halves do not vary.

    Notes
    -----
    Missing answers are left out of the means. It takes many scales: with the six of a PAIR-style bank one person's
    figure is rough, and somebody equally close in all areas gets a low one honestly. The definition of
    ``evenodd()`` in careless 1.2.2; checked against a computation by hand.

    References
    ----------
    Johnson, J. A. (2005). Journal of Research in Personality, 39, 103-129. https://doi.org/10.1016/j.jrp.2004.09.009
    """
    if not scales:
        return np.empty(0)
    odd = np.column_stack([row_means(x[:, ::2]) for x in scales])
    even = np.column_stack([row_means(x[:, 1::2]) for x in scales])
    return _stepped_up(within_person(odd, even))


def personal_reliability(scales: Sequence[FloatArray], *, splits: int, random: Any) -> FloatArray:
    """Return the mean correlation of random halves: :func:`even_odd` over many splits, not stepped up.

    Parameters
    ----------
    scales
        Keyed answers of each scale (persons x items of the scale).
    splits
        Number of random splits; the mean is over those where r exists.
    random
        Anything with ``permutation(n)``, a seeded ``numpy.random.Generator``.

    Returns
    -------
    ndarray
        -1 to 1, **low is careless**.

    Notes
    -----
    Validated against the ``reliability`` column of the open data of Zorowitz and others (nivlab/sciops), with their
    1,000 splits: to 1e-9.

    References
    ----------
    Zorowitz, S., Solis, J., Niv, Y., & Bennett, D. (2023). Inattentive responding can induce spurious associations
    between task behaviour and symptom measures. Nature Human Behaviour, 7, 1667-1681.
    https://doi.org/10.1038/s41562-023-01640-7
    """
    if not scales:
        return np.empty(0)
    total, count = np.zeros(len(scales[0])), np.zeros(len(scales[0]))
    for _ in range(splits):
        orders = [random.permutation(x.shape[1]) for x in scales]
        one = np.column_stack([row_means(x[:, order[::2]]) for x, order in zip(scales, orders, strict=True)])
        other = np.column_stack([row_means(x[:, order[1::2]]) for x, order in zip(scales, orders, strict=True)])
        r = within_person(one, other)
        there = ~np.isnan(r)
        total[there] += r[there]
        count += there
    return total / np.where(count == 0, np.nan, count)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPairs:
    """Pairs of items whose answers run together (or against each other): 0-based places, the later item first."""

    first: IntArray
    second: IntArray

    def __len__(self) -> int:
        return len(self.first)


def item_pairs(ticked: FloatArray, *, beyond: float = 0.6, kind: Literal["synonyms", "antonyms"]) -> ItemPairs:
    """Return the pairs of items with ``r > beyond`` (synonyms) or ``r < -beyond`` (antonyms), pairwise complete."""
    from intimacy_scales.statistics.factoring.correlation_matrix import pairwise_pearson

    r = pairwise_pearson(ticked)
    signed = r if kind == "synonyms" else -r
    later, earlier = np.tril_indices(len(r), k=-1)
    chosen = np.nan_to_num(signed[later, earlier], nan=-1.0) > beyond
    return ItemPairs(first=later[chosen], second=earlier[chosen])


def pair_consistency(ticked: FloatArray, pairs: ItemPairs) -> FloatArray:
    """Return each person's correlation over item pairs: psychometric synonyms or antonyms.

    ``r_p = cor over pairs (x_first, x_second)`` within the person p, answers as ticked.

    Parameters
    ----------
    ticked
        Answers as ticked (persons x items).
    pairs
        As :func:`item_pairs` finds them in the sample.

    Returns
    -------
    ndarray
        -1 to 1. Synonyms: **low is careless**; antonyms: **high is careless** (they should be negative).
        NaN for a person with fewer than three complete pairs, or whose answers do not vary over them.

    Notes
    -----
    Missing answers drop their pairs. Few pairs make a wild figure; a sample of mostly careless answers has no
    synonyms. The definition of ``psychsyn(resample_na = FALSE)`` in careless 1.2.2; its random exchange of the two
    sides where r does not exist is not done: a figure that changes with every run is none.

    References
    ----------
    Meade, A. W., & Craig, S. B. (2012). Psychological Methods, 17, 437-455. https://doi.org/10.1037/a0028085
    """
    return within_person(ticked[:, pairs.first], ticked[:, pairs.second])


def person_total(ticked: FloatArray) -> FloatArray:
    """Return the correlation of each person's answers with the item means of all *others* (person-total r).

    Parameters
    ----------
    ticked
        Answers as ticked (persons x items).

    Returns
    -------
    ndarray
        -1 to 1, **low is careless**. NaN under three answers, or when a person's answers do not vary.

    Notes
    -----
    Missing answers are left out on both sides. It misleads where a person differs honestly
    from the rest, and says nothing where all items are agreed to alike: it has no cut unless you give one.

    References
    ----------
    Curran, P. G. (2016). Methods for the detection of carelessly invalid responses in survey data. Journal of
    Experimental Social Psychology, 66, 4-19. https://doi.org/10.1016/j.jesp.2015.07.006
    """
    there = ~np.isnan(ticked)
    known = np.where(there, ticked, 0.0)
    n = there.sum(axis=0) - there
    others = (known.sum(axis=0) - known) / np.where(n == 0, np.nan, n)
    return within_person(ticked, np.where(there, others, np.nan))
