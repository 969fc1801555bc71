"""Newton's method between limits: few steps, each with an exact curvature where that is safe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .matrices import Array
from .objectives import Look, Objective

_MOST_STEPS = 500
_MOST_HALVINGS = 40
_FLAT = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum:
    """Where the search ended, and whether the slope was flat there (limits aside)."""

    x: Array
    value: float
    converged: bool


def minimise(objective: Objective, start: Array, low: float, high: float) -> Minimum:
    """Minimise a function of one value an item, each held between ``low`` and ``high``."""
    x = np.clip(start, low, high)
    now = objective(x)
    for _ in range(_MOST_STEPS):
        free = _free(x, now.slope, low, high)
        if np.abs(now.slope[free]).max(initial=0.0) < _FLAT:
            return Minimum(x=x, value=now.value, converged=True)
        moved = _descend(objective, x, now, free, low, high)
        if moved is None:
            break
        x, now = moved
    free = _free(x, now.slope, low, high)
    return Minimum(x=x, value=now.value, converged=bool(np.abs(now.slope[free]).max(initial=0.0) < 1e-5))


def _free(x: Array, slope: Array, low: float, high: float) -> np.ndarray:
    """Places that are not pressed against a limit."""
    return ~(((x <= low) & (slope > 0)) | ((x >= high) & (slope < 0)))


def _descend(
    objective: Objective, x: Array, now: Look, free: np.ndarray, low: float, high: float
) -> tuple[Array, Look] | None:
    """One step along Newton's direction, halved until it gains enough; None when nothing gains."""
    direction = np.zeros_like(x)
    direction[free] = -_solve(now, free)
    length = 1.0
    for _ in range(_MOST_HALVINGS):
        new = np.clip(x + length * direction, low, high)
        then = objective(new)
        if then.value <= now.value + 1e-4 * float(now.slope @ (new - x)) and not np.array_equal(new, x):
            return new, then
        length /= 2
    return None


def _solve(now: Look, free: np.ndarray) -> Array:
    slope = now.slope[free]
    for curvature in (now.curvature, now.safe):
        part = curvature[np.ix_(free, free)]
        values, vectors = np.linalg.eigh(part)
        if values[0] > 1e-6 * values[-1]:
            return np.asarray(vectors @ ((vectors.T @ slope) / values))
    values = np.maximum(values, 1e-3 * max(values[-1], 1e-12))
    return np.asarray(vectors @ ((vectors.T @ slope) / values))
