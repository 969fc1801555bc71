"""The item table of one scale: kernels from its moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from intimacy_scales.base.arrays import FloatArray
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
from intimacy_scales.statistics.moments import Moments


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

    ``skew`` is ``m3 / s^3`` with ``m3 = sum (x - mean)^3 / n`` and s the SD with divisor n - 1, ``kurtosis`` is
    ``m4 / s^4 - 3``: both are type 3 of Joanes and Gill (1998), R psych's default; SPSS and SAS print type 2, a little
    larger in small samples. ``floor`` and ``ceiling`` are the shares of answers at the lowest and the highest possible
    keyed code. ``frequencies`` are shares of the answers given, by keyed code. ``item_total_r`` is the correlation with
    the mean of a person's answered items, the item among them; ``item_rest_r`` that with the sum of the other items,
    from the covariance matrix. NaN where a figure is not defined.
    """

    item: int | str
    name: str
    gloss: str
    n: int
    mean: float
    sd: float
    skew: float
    kurtosis: float
    floor: float
    ceiling: float
    frequencies: Mapping[float, float]
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
        entries: dict[str, Any] = json_safe({
            "item": self.item, "name": self.name, "gloss": self.gloss, "n": self.n, "mean": self.mean, "sd": self.sd,
            "skew": self.skew, "kurtosis": self.kurtosis, "shape_type": 3, "floor": self.floor, "ceiling": self.ceiling,
            "frequencies": self.frequencies, "item_total_r": self.item_total_r, "item_rest_r": self.item_rest_r,
            "alpha_if_dropped": self.alpha_if_dropped, "omega_if_dropped": self.omega_if_dropped,
            "reversed": self.reversed,
        })  # fmt: skip
        return entries


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
        values: FloatArray = moments.third / moments.variances**1.5
    values[~np.isfinite(values)] = np.nan
    return values


def kurtosis_of(counts: FloatArray, codes: FloatArray) -> float:
    """Return the kurtosis ``m4 / s^4 - 3`` (type 3) of answers counted by code; NaN without variance.

    Examples
    --------
    >>> round(kurtosis_of(np.array([1.0, 2, 1]), np.array([1.0, 2, 3])), 4)
    -1.875
    """
    n = float(counts.sum())
    if n < 2:
        return float("nan")
    away = codes - float(counts @ codes) / n
    variance = float(counts @ away**2) / (n - 1)
    return float(counts @ away**4) / n / variance**2 - 3 if variance > 0 else float("nan")


def _shares(counts: Sequence[int], codes: Sequence[float]) -> dict[float, float]:
    n = sum(counts)
    return {
        int(code) if float(code).is_integer() else code: count / n if n else float("nan")
        for code, count in zip(codes, counts, strict=True)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLabels:
    """What an item is called: its number or name in the bank, its column name, its gloss, whether it was reversed."""

    number: int | str
    name: str
    gloss: str
    reversed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Together:
    """What an item shows among the others; NaN for an item left out of the coefficients."""

    item_rest_r: float
    dropped: Dropped
    omega_if_dropped: float


_ALONE = _Together(
    item_rest_r=float("nan"),
    dropped=Dropped(alpha=float("nan"), alpha_standardized=float("nan"), lambda6=float("nan"), average_r=float("nan")),
    omega_if_dropped=float("nan"),
)


def item_table(
    moments: Moments,
    *,
    labels: Sequence[ItemLabels],
    codes: Sequence[Sequence[float]],
    covariance: FloatArray,
    used: Sequence[int] | None = None,
    step: float = 1.0,
) -> tuple[ItemFigures, ...]:
    """Return the figures of every item.

    Parameters
    ----------
    moments
        Of all items of the scale.
    labels
        What the items are called.
    codes
        For every item its keyed codes, ascending; empty where answers are no codes.
    covariance
        The matrix of the items in the coefficients, for item-rest r and the coefficients without an item.
    used
        Their places among all items; every item unless said (a constant item is left out).
    step
        In which the codes were counted.

    Returns
    -------
    tuple of ItemFigures
        In the scale's order.
    """
    places = list(range(len(labels)) if used is None else used)
    rest, omegas = item_rest(covariance), omega_without_each(covariance)
    together = {
        place: _Together(item_rest_r=float(rest[j]), dropped=dropped(covariance, j), omega_if_dropped=float(omegas[j]))
        for j, place in enumerate(places)
    }
    return tuple(_figures(moments, j, label, codes[j], together.get(j, _ALONE), step) for j, label in enumerate(labels))


def _figures(
    moments: Moments, j: int, label: ItemLabels, codes: Sequence[float], together: _Together, step: float
) -> ItemFigures:
    counts = [int(moments.counts[j, round((code - codes[0]) / step)]) for code in codes]
    shares, nan = _shares(counts, codes), float("nan")
    ends = (shares[codes[0]], shares[codes[-1]]) if codes else (nan, nan)
    return ItemFigures(
        item=label.number,
        name=label.name,
        gloss=label.gloss,
        n=int(moments.pair_n[j, j]),
        mean=float(moments.means[j]),
        sd=float(np.sqrt(moments.variances[j])),
        skew=float(skew_of(moments)[j]),
        kurtosis=kurtosis_of(np.array(counts, dtype=np.float64), np.array(codes, dtype=np.float64)) if codes else nan,
        floor=ends[0],
        ceiling=ends[1],
        frequencies=shares,
        item_total_r=float(moments.item_total[j]),
        item_rest_r=together.item_rest_r,
        dropped=together.dropped,
        omega_if_dropped=together.omega_if_dropped,
        reversed=label.reversed,
    )
