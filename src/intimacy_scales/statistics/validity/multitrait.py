"""Does an item go with its own scale more than with any other: multitrait scaling (Ware and Gandek's item tests)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.statistics.correlation import r_of

FloatArray = NDArray[np.float64]


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
    found = []
    for s, at in enumerate(scales):
        for j in at:
            own = r_of(X[:, j], sums[:, s] - X[:, j])
            others = {o: r_of(X[:, j], sums[:, o]) for o in range(len(scales)) if o != s and j not in scales[o]}
            most = max(others, key=lambda o: abs(others[o]) if np.isfinite(others[o]) else -1.0)
            gap = own - others[most]
            verdict = "success" if gap > margin else "probable" if gap > 0 else "failure"
            found.append(ItemScaling(item=j, scale=s, own=own, other=others[most], other_scale=most, verdict=verdict))
    return tuple(found)
