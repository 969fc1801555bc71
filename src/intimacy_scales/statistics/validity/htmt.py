"""Heterotrait-monotrait ratio: do the items of two scales hang together across as strongly as within.

Does an item go with its own scale more than with any other: multitrait scaling (Ware and Gandek's item tests).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.statistics.correlation import r_of
from intimacy_scales.statistics.resampling import at_a_time, drawn_counts

Positions = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmtRatio:
    """The ratio of two scales (positions in the order given) with its bootstrap interval and its geometric kin."""

    scales: tuple[int, int]
    value: float
    low: float
    high: float
    geometric: float
    level: float
    draws: int
    seed: int
    negative: int


def htmt_ratios(R: FloatArray, scales: Positions, *, geometric: bool = False) -> FloatArray:
    """Return the ratio of every pair of scales from correlation matrices.

    Mean absolute correlation between the items of two scales over the geometric mean of the two mean absolute
    correlations within (arithmetic means; ``geometric``: HTMT2). Scales need two items each.

    Parameters
    ----------
    R : array
        ``... x items x items``.
    scales : sequence of sequences
        Positions of each scale's items.

    Returns
    -------
    array
        ``... x pairs``, pairs in the order (0, 1), (0, 2), ..., (1, 2), ...
    """
    size = np.abs(R)
    within = [_mean(size[..., np.array(at)[:, None], np.array(at)][..., *_below(len(at))], geometric) for at in scales]
    out = []
    for a in range(len(scales)):
        for b in range(a + 1, len(scales)):
            between = size[..., np.array(scales[a])[:, None], np.array(scales[b])]
            top = _mean(between.reshape(*between.shape[:-2], -1), geometric)
            out.append(top / np.sqrt(within[a] * within[b]))
    return np.stack(out, axis=-1)


def _below(k: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    rows, columns = np.tril_indices(k, -1)
    return rows, columns


def _mean(values: FloatArray, geometric: bool) -> FloatArray:
    if not geometric:
        return np.asarray(values.mean(axis=-1))
    with np.errstate(divide="ignore"):
        return np.asarray(np.exp(np.log(values).mean(axis=-1)))


def htmt(
    X: FloatArray, scales: Positions, *, draws: int = 2000, seed: int = 2005, level: float = 0.95
) -> tuple[HtmtRatio, ...]:
    r"""Return the HTMT of every pair of scales with a percentile bootstrap interval.

    ``mean |r between| / sqrt(mean |r within A| x mean |r within B|)``.

    Parameters
    ----------
    X : array
        Keyed answers, persons x items, complete rows.
    scales : sequence of sequences
        Positions of each scale's items, two at least, all varying.
    draws, seed
        Persons resampled; the percentiles are order statistics (B + 1) p.
    level : float
        Of the interval.

    Notes
    -----
    Near 1: the scales do not tell two things apart. .85 and .90 are conventions; what counts is whether the interval
    leaves out 1. It takes items as equally good and errors as independent. Validated against semTools 0.5-6 ``htmt``
    (``htmt2=FALSE`` and ``TRUE``) to 1e-9.

    References
    ----------
    Henseler, J., Ringle, C. M., & Sarstedt, M. (2015). A new criterion for assessing discriminant validity in
    variance-based structural equation modeling. Journal of the Academy of Marketing Science, 43, 115-135.
    doi:10.1007/s11747-014-0403-8
    """
    R = np.atleast_2d(np.corrcoef(X, rowvar=False))
    bare = htmt_of(R, scales)
    if not draws:
        return tuple(replace(ratio, level=level, seed=seed) for ratio in bare)
    low, high = _ends(np.concatenate(_drawn(X, scales, np.random.default_rng(seed), draws)), level)
    return tuple(
        replace(ratio, low=float(a), high=float(b), level=level, draws=draws, seed=seed)
        for ratio, a, b in zip(bare, low, high, strict=True)
    )


def htmt_of(R: FloatArray, scales: Positions) -> tuple[HtmtRatio, ...]:
    """Return the ratio of every pair of scales from the correlations of their items, without an interval."""
    plain, roots = htmt_ratios(R, scales), htmt_ratios(R, scales, geometric=True)
    nothing = float("nan")
    return tuple(
        HtmtRatio(
            scales=pair, value=float(plain[j]), low=nothing, high=nothing, geometric=float(roots[j]), level=0.95,
            draws=0, seed=0, negative=int(np.sum(R[np.ix_(list(scales[pair[0]]), list(scales[pair[1]]))] < 0)),
        )
        for j, pair in enumerate(combinations(range(len(scales)), 2))
    )  # fmt: skip


def _drawn(X: FloatArray, scales: Positions, rng: np.random.Generator, draws: int) -> list[FloatArray]:
    """Return ratios of resampled persons, from weighted cross-products: no resample is ever copied."""
    n, k = X.shape
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    rows, columns = np.tril_indices(k)
    products = Z[:, rows] * Z[:, columns]
    valueses = []
    step = at_a_time(n)
    for start in range(0, draws, step):
        counts = drawn_counts(rng, n, min(step, draws - start))
        means, second = counts @ Z / n, counts @ products / n
        S = np.zeros((len(counts), k, k))
        S[:, rows, columns] = S[:, columns, rows] = second - means[:, rows] * means[:, columns]
        sd = np.sqrt(np.einsum("bii->bi", S))
        with np.errstate(invalid="ignore", divide="ignore"):
            valueses.append(htmt_ratios(S / (sd[:, :, None] * sd[:, None, :]), scales))
    return valueses


def _ends(drawn: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    tail = (1.0 - level) / 2.0
    whole = drawn[~np.isnan(drawn).any(axis=1)]
    low, high = np.quantile(whole, [tail, 1.0 - tail], axis=0, method="weibull")
    return low, high


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemScaling:
    """One item: its correlation with the rest of its own scale, and the largest (in size) with another scale.

    ``verdict``: ``success`` where the own correlation is higher by more than two standard errors, ``probable`` where it
    is higher, ``failure`` where it is not.
    """

    item: int
    scale: int
    own: float
    other: float
    other_scale: int
    verdict: str


def multitrait_scaling(X: FloatArray, scales: Sequence[Sequence[int]]) -> tuple[ItemScaling, ...]:
    """Return the scaling test of every item of every scale.

    Parameters
    ----------
    X
        Keyed answers, persons x items, complete rows.
    scales
        Positions of each scale's items; two scales at least, each of two items at least.

    Notes
    -----
    The item is left out of its own scale's sum (corrected for overlap), as it would correlate with itself. A standard
    error of a correlation is taken as ``1 / sqrt(n)``.
    Ware, J. E., & Gandek, B. (1998). Methods for testing data quality, scaling assumptions, and reliability. *Journal
    of Clinical Epidemiology, 51*, 945-952. doi:10.1016/S0895-4356(98)00085-7
    """
    sums = np.column_stack([X[:, list(at)].sum(axis=1) for at in scales])
    margin = 2.0 / np.sqrt(len(X))
    scalings = []
    for s, at in enumerate(scales):
        for j in at:
            own = r_of(X[:, j], sums[:, s] - X[:, j])
            others = {o: r_of(X[:, j], sums[:, o]) for o in range(len(scales)) if o != s and j not in scales[o]}
            most = max(others, key=lambda o: abs(others[o]) if np.isfinite(others[o]) else -1.0)
            gap = own - others[most]
            verdict = "success" if gap > margin else "probable" if gap > 0 else "failure"
            scalings.append(
                ItemScaling(item=j, scale=s, own=own, other=others[most], other_scale=most, verdict=verdict)
            )
    return tuple(scalings)
