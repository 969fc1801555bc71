"""The item table of one scale: kernels from its moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from intimacy_scales.base.results import json_safe
from intimacy_scales.statistics.consistency.coefficients import (
    alpha,
    average_r,
    item_rest,
    lambda6_standardized,
    standardized,
    without,
)
from intimacy_scales.statistics.consistency.omega import omega_without_each
from intimacy_scales.statistics.moments import FloatArray, Moments


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Coefficients of the scale without one item; NaN where fewer than two items are left."""

    alpha: float
    alpha_standardized: float
    lambda6: float
    average_r: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFigures:
    """One item of a scale, *keyed*: a reversed item is shown turned round, as it enters the score.

    ``skew`` is ``m3 / s^3`` with ``m3 = sum (x - mean)^3 / n`` and s the SD with divisor n - 1 (type 3 in R psych's
    ``describe``). ``frequencies`` are shares of the answers given, by keyed code. ``item_total_r`` is the
    correlation with the mean of a person's answered items, the item among them; ``item_rest_r`` that with the sum of
    the other items, from the covariance matrix. NaN where a figure is not defined.
    """

    item: int
    n: int
    mean: float
    sd: float
    skew: float
    frequencies: Mapping[int, float]
    item_total_r: float
    item_rest_r: float
    dropped: Dropped
    omega_if_dropped: float
    reversed: bool

    @property
    def alpha_if_dropped(self) -> float:
        """Alpha of the scale without this item."""
        return self.dropped.alpha

    def to_dict(self) -> dict[str, Any]:
        """Return the item as JSON holds it, full precision, NaN as ``None``."""
        found: dict[str, Any] = json_safe({
            "item": self.item, "n": self.n, "mean": self.mean, "sd": self.sd, "skew": self.skew,
            "frequencies": self.frequencies, "item_total_r": self.item_total_r, "item_rest_r": self.item_rest_r,
            "alpha_if_dropped": self.alpha_if_dropped, "omega_if_dropped": self.omega_if_dropped,
            "reversed": self.reversed,
        })  # fmt: skip
        return found


def dropped(covariance: FloatArray, item: int) -> Dropped:
    """Return the coefficients without one item."""
    rest = without(covariance, item)
    correlation = standardized(rest)
    return Dropped(
        alpha=alpha(rest),
        alpha_standardized=alpha(correlation),
        lambda6=lambda6_standardized(correlation),
        average_r=average_r(correlation),
    )


def skew_of(moments: Moments) -> FloatArray:
    """Return the skew of every item, ``m3 / s^3``; NaN for a constant item."""
    with np.errstate(invalid="ignore", divide="ignore"):
        found: FloatArray = moments.third / moments.variances**1.5
    found[~np.isfinite(found)] = np.nan
    return found


def _shares(counts: Sequence[int], codes: Sequence[int]) -> dict[int, float]:
    n = sum(counts)
    return {code: count / n if n else float("nan") for code, count in zip(codes, counts, strict=True)}


def item_table(
    moments: Moments,
    *,
    numbers: Sequence[int],
    codes: Sequence[Sequence[int]],
    turned: Sequence[bool],
    covariance: FloatArray | None = None,
) -> tuple[ItemFigures, ...]:
    """Return the figures of every item.

    Parameters
    ----------
    moments
        Of the scale.
    numbers
        The items' numbers in their bank.
    codes
        For every item its keyed codes, ascending; empty where answers are no codes.
    turned
        Whether the item was reversed.
    covariance
        The matrix for item-rest r and the coefficients without an item, where it is not that of ``moments`` (EM).

    Returns
    -------
    tuple of ItemFigures
        In the scale's order.
    """
    matrix = moments.covariance if covariance is None else covariance
    skew, rest, sd, omegas = skew_of(moments), item_rest(matrix), np.sqrt(moments.variances), omega_without_each(matrix)
    n = np.diag(moments.pair_n)
    return tuple(
        ItemFigures(
            item=number,
            n=int(n[j]),
            mean=float(moments.means[j]),
            sd=float(sd[j]),
            skew=float(skew[j]),
            frequencies=_shares([int(moments.counts[j, code - codes[j][0]]) for code in codes[j]], codes[j]),
            item_total_r=float(moments.item_total[j]),
            item_rest_r=float(rest[j]),
            dropped=dropped(matrix, j),
            omega_if_dropped=float(omegas[j]),
            reversed=turned[j],
        )
        for j, number in enumerate(numbers)
    )
