"""Varimax by plane rotations, and promax on top of it.

Rotator has both, but its varimax stops as soon as the sum of singular values stands still, which it does while the
axes are still a degree off (two perfectly simple factors suffice to see it); its promax starts from there.
"""

from __future__ import annotations

import numpy as np

from .matrices import Array

_MOST_SWEEPS = 500
_STILL = 1e-12


def varimax(loadings: Array) -> Array:
    """Rotate to the largest variance of the squared loadings; Kaiser's closed form for each pair of factors."""
    a = loadings.copy()
    m = a.shape[1]
    for _ in range(_MOST_SWEEPS):
        turned = 0.0
        for i in range(m):
            for j in range(i + 1, m):
                angle = _angle(a[:, i], a[:, j])
                c, s = np.cos(angle), np.sin(angle)
                a[:, i], a[:, j] = c * a[:, i] + s * a[:, j], c * a[:, j] - s * a[:, i]
                turned = max(turned, abs(angle))
        if turned < _STILL:
            break
    return a


def _angle(x: Array, y: Array) -> float:
    u, v, p = x * x - y * y, 2 * x * y, len(x)
    above = 2 * float(u @ v) - 2 * float(u.sum() * v.sum()) / p
    beside = float(u @ u - v @ v) - float(u.sum() ** 2 - v.sum() ** 2) / p
    return 0.25 * float(np.arctan2(above, beside)) if above or beside else 0.0


def promax_transform(simple: Array, power: int) -> Array:
    """Find the columns that bring varimax loadings nearest to their own ``power``-th power, scaled to unit factors."""
    target = simple * np.abs(simple) ** (power - 1)
    turn = np.linalg.lstsq(simple, target, rcond=None)[0]
    return np.asarray(turn * np.sqrt(np.diag(np.linalg.inv(turn.T @ turn))))
