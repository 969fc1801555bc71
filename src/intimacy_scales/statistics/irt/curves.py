"""Category probabilities of the graded response model and their derivatives; plain arrays, items x ... x theta."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.statistics.correlation_matrix import Array

SMALLEST = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Parameters of all items, padded to the widest.

    ``slopes``: items. ``intercepts``: items x (categories - 1), descending, -inf where an item has fewer categories.
    """

    slopes: Array
    intercepts: Array

    @property
    def real(self) -> np.ndarray:
        """Which intercepts an item has: items x (categories - 1)."""
        return np.isfinite(self.intercepts)


def logistic(x: Array) -> Array:
    """Logistic function; 0 at -inf."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.maximum(x, -700.0)))) * np.isfinite(x)


def at_or_above(curves: Curves, theta: Array) -> Array:
    """P(answer >= category), items x (categories + 1) x theta; 1 for the lowest, 0 beyond the highest."""
    inner = logistic(curves.slopes[:, None, None] * theta + curves.intercepts[:, :, None])
    ones = np.ones((len(curves.slopes), 1, len(theta)))
    return np.concatenate([ones, inner, np.zeros_like(ones)], axis=1)


def probabilities(curves: Curves, theta: Array) -> Array:
    """P(answer = category), items x categories x theta; 0 for categories an item lacks."""
    above = at_or_above(curves, theta)
    return np.asarray(above[:, :-1] - above[:, 1:])


def log_probabilities(curves: Curves, theta: Array) -> Array:
    """Logarithm of :func:`probabilities`; very low, never -inf, where there is nothing."""
    return np.asarray(np.log(np.maximum(probabilities(curves, theta), SMALLEST)))


def slopes_of(curves: Curves, theta: Array) -> Array:
    """Differentiate the probabilities by (slope, intercepts): items x categories x parameters x theta."""
    above = at_or_above(curves, theta)
    bend = above * (1.0 - above)  # items x (categories + 1) x theta
    n_categories = bend.shape[1] - 1
    out = np.zeros((len(bend), n_categories, n_categories, len(theta)))
    out[:, :, 0] = (bend[:, :-1] - bend[:, 1:]) * theta
    for c in range(1, n_categories):  # intercept c raises category c at the expense of c - 1
        out[:, c, c] = bend[:, c]
        out[:, c - 1, c] = -bend[:, c]
    return out


def slopes_by_theta(curves: Curves, theta: Array) -> Array:
    """Differentiate the probabilities by theta: items x categories x theta."""
    above = at_or_above(curves, theta)
    bend = above * (1.0 - above)
    return np.asarray((bend[:, :-1] - bend[:, 1:]) * curves.slopes[:, None, None])


def information_curves(curves: Curves, theta: Array) -> Array:
    """Fisher information of each item about theta: items x theta."""
    p = np.maximum(probabilities(curves, theta), 1e-12)
    return np.asarray((slopes_by_theta(curves, theta) ** 2 / p).sum(axis=1))
