"""Standard errors of the graded response model from the information about its parameters."""

from __future__ import annotations

import numpy as np

from .correlations import Array
from .graded_curves import Curves, probabilities, slopes_of
from .graded_em import Grid, expect, person_scores, shifted, unpack

_STEP = 1e-4


def parameter_covariance(ticks: Array, curves: Curves, grid: Grid, *, method: str) -> Array:
    """Inverse information of all slopes and intercepts, item by item; NaN throughout when it is singular."""
    information = _observed(ticks, curves, grid) if method == "observed" else _empirical(ticks, curves, grid)
    values, vectors = np.linalg.eigh(information)
    if values[0] <= 1e-9 * values[-1]:
        return np.full(information.shape, np.nan)
    return np.asarray((vectors / values) @ vectors.T)


def _empirical(ticks: Array, curves: Curves, grid: Grid) -> Array:
    scores = person_scores(ticks, curves, grid, expect(ticks, curves, grid).posterior)
    return np.asarray(scores.T @ scores)


def _observed(ticks: Array, curves: Curves, grid: Grid) -> Array:
    """Central differences of the exact gradient (Fisher's identity)."""
    n = int(len(curves.slopes) + curves.real.sum())
    columns = []
    for i in range(n):
        unit = np.zeros(n)
        unit[i] = _STEP
        ahead = _gradient(ticks, shifted(curves, unpack(curves, unit)), grid)
        behind = _gradient(ticks, shifted(curves, unpack(curves, -unit)), grid)
        columns.append((behind - ahead) / (2 * _STEP))
    information = np.array(columns)
    return np.asarray((information + information.T) / 2)


def _gradient(ticks: Array, curves: Curves, grid: Grid) -> Array:
    p = np.maximum(probabilities(curves, grid.points), 1e-12)
    counts = (ticks.T @ expect(ticks, curves, grid).posterior).reshape(p.shape)
    gradient = np.einsum("jkq,jkdq->jd", counts / p, slopes_of(curves, grid.points))
    has = np.concatenate([np.ones((len(p), 1), dtype=bool), curves.real], axis=1)
    return np.asarray(gradient[has])
