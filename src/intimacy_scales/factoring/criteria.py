"""What each rotation minimises, and whether a rotated pattern stands still under it."""

from __future__ import annotations

import numpy as np

from .matrices import Array

_STANDS_STILL = 1e-4


def criterion_of(loadings: Array, method: str, delta: float) -> float:
    """Value of the criterion; smaller is simpler. Promax goes by its varimax, whose sign is turned."""
    if method == "oblimin":
        squared = loadings**2
        return float(np.sum(squared * (squared.sum(axis=1, keepdims=True) - squared)) / 4)
    if method == "geomin":
        return float(np.sum(_geometric_mean(loadings, delta)))
    return -float(np.sum((loadings**2).var(axis=0)))


def is_stationary(loadings: Array, phi: Array, method: str, delta: float, *, kaiser: bool) -> bool:
    """Whether no small turn of the factors improves the criterion.

    With G the criterion's derivative by the loadings, an oblique pattern stands still when ``L' G phi^-1`` is
    diagonal (Jennrich 2002), an orthogonal one when ``L' G`` is symmetric. Rotator ends silently without it.
    """
    if kaiser:
        length = np.sqrt(np.einsum("ij,jk,ik->i", loadings, phi, loadings))
        loadings = loadings / np.where(length > 1e-8, length, 1.0)[:, None]
    pull = loadings.T @ _gradient(loadings, method, delta)
    if method == "varimax":
        return bool(np.abs(pull - pull.T).max() < _STANDS_STILL)
    pull = pull @ np.linalg.inv(phi)
    return bool(np.abs(pull - np.diag(np.diag(pull))).max() < _STANDS_STILL)


def _gradient(loadings: Array, method: str, delta: float) -> Array:
    squared = loadings**2
    if method == "oblimin":
        return np.asarray(loadings * (squared.sum(axis=1, keepdims=True) - squared))
    if method == "geomin":
        share = _geometric_mean(loadings, delta)[:, None] * 2.0 / loadings.shape[1]
        return np.asarray(share * loadings / (squared + delta))
    return np.asarray(-loadings * (squared - squared.mean(axis=0)) * 4.0 / len(loadings))


def _geometric_mean(loadings: Array, delta: float) -> Array:
    return np.asarray(np.exp(np.log(loadings**2 + delta).mean(axis=1)))
