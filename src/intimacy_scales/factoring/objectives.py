"""What extraction minimises over the uniquenesses: value, slope and curvature, exact and by eigenvectors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .matrices import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Value, slope and curvature at one point; ``safe`` is a curvature that is never negative."""

    value: float
    slope: Array
    curvature: Array
    safe: Array


Objective = Callable[[Array], Look]


def least_squares(r: Array, m: int) -> Objective:
    """Half the squared eigenvalues that m factors leave over, as a function of the uniquenesses.

    At the minimum the implied diagonal is exact, so that this is the sum of squared off-diagonal residuals (minres).
    """

    def look(psi: Array) -> Look:
        values, vectors = np.linalg.eigh(r - np.diag(psi))
        left, kept = values[:-m], values[-m:]
        a, b = vectors[:, :-m], vectors[:, -m:]
        safe = (a @ a.T) ** 2
        weight = 2.0 * left[:, None] / np.minimum(left[:, None] - kept[None, :], -1e-12)
        return Look(
            value=0.5 * float(left @ left), slope=-(a**2) @ left, curvature=safe + _crossed(a, b, weight), safe=safe
        )

    return look


def likelihood(r: Array, m: int) -> Objective:
    """Joreskog's maximum likelihood fitting function of the *logarithms* of the uniquenesses."""

    def look(log_psi: Array) -> Look:
        scale = np.exp(-0.5 * log_psi)
        values, vectors = np.linalg.eigh(r * np.outer(scale, scale))
        values = np.maximum(values, 1e-12)
        left, kept = values[:-m], values[-m:]
        a, b = vectors[:, :-m], vectors[:, -m:]
        safe = (a @ a.T) ** 2
        weight = (left - 1.0)[:, None] * (left[:, None] + kept[None, :])
        weight = weight / np.minimum(left[:, None] - kept[None, :], -1e-12)
        exact = ((a * left) @ a.T) * (a @ a.T) + _crossed(a, b, weight)
        return Look(
            value=float(np.sum(left - np.log(left) - 1.0)), slope=(a**2) @ (1.0 - left), curvature=exact, safe=safe
        )

    return look


def _crossed(a: Array, b: Array, weight: Array) -> Array:
    """Part of the curvature that comes from factors and leftovers turning into each other."""
    products = (a[:, :, None] * b[:, None, :]).reshape(len(a), -1)
    return np.asarray((products * weight.ravel()) @ products.T)
