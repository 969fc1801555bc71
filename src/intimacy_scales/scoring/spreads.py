"""Scores as pictures take them: how those of every scale spread over its possible range."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.bank.model import Derived, ItemBank, Scale
from intimacy_scales.pictures.spread import Spread, spread_of


def steps_of(bank: ItemBank, scale: Scale, derived: Derived | None) -> int:
    """Return how many steps of one answer option lead from the lowest score to the highest (a difference: twice)."""
    low, high = bank.sum_ends(scale)
    return int(high - low) * (1 if derived is None else 2)


def spread_of_score(
    label: str,
    values: NDArray[np.float64],
    possible: Sequence[float],
    *,
    bank: ItemBank,
    scale: Scale,
    derived: Derived | None,
) -> Spread:
    """Return the counts of one score column over its possible range."""
    return spread_of(label, values, possible[0], possible[1], steps=steps_of(bank, scale, derived))
