"""Diagonally weighted least squares on thresholds and polychoric correlations, as an :class:`Objective`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from intimacy_scales.sem.matrices import (
    Compiled,
    Floats,
    GroupMatrices,
    State,
    derivatives,
    evaluate,
)
from intimacy_scales.sem.ordinal import OrdinalGroup, pairs

Parameterization = Literal["delta", "theta"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Implied:
    """Implied statistics of one group (thresholds, then correlations), derivatives by the parameters."""

    statistics: Floats
    delta: Floats


def statistics(group: OrdinalGroup) -> Floats:
    """Return the sample's thresholds and correlations in one vector."""
    i, j = pairs(len(group.correlations))
    return np.concatenate([group.thresholds, group.correlations[i, j]])


def implied(matrices: GroupMatrices, theta: Floats, parameterization: Parameterization) -> Implied:
    """Return what the model says about thresholds and correlations.

    Delta: the response has standard deviation 1 / d and the residual variance is what is left. Theta:
    residual variances are parameters, and thresholds and correlations are standardized by the implied
    variance.
    """
    at = evaluate(matrices, theta)
    by = derivatives(matrices, at)
    n_cov = by.X.shape[1]
    scale, by_scale = _scale(matrices, at, by.X * by.Y, parameterization)
    i, j = pairs(matrices.n_observed)
    raw = at.sigma[i, j]
    d_raw = np.zeros((len(i), by_scale.shape[1]))
    d_raw[:, :n_cov] = by.X[i] * by.Y[j] + by.X[j] * by.Y[i]
    correlations = scale[i] * scale[j] * raw
    d_cor = (
        (scale[i] * scale[j])[:, None] * d_raw
        + (scale[j] * raw)[:, None] * by_scale[i]
        + (scale[i] * raw)[:, None] * by_scale[j]
    )
    of = matrices.threshold_of
    away = at.t - at.mu[of]
    d_away = np.zeros((len(of), by_scale.shape[1]))
    d_away[:, : by.mean.shape[1]] = -by.mean[of]
    t = matrices.cells["t"]
    d_away[t.row, by.mean.shape[1] + np.arange(len(t.row))] += 1.0
    d_th = scale[of][:, None] * d_away + away[:, None] * by_scale[of]
    cells = np.concatenate([d_th, d_cor])
    delta = np.zeros((matrices.n_params, len(cells)))
    np.add.at(delta, matrices.params, cells.T)
    return Implied(statistics=np.concatenate([scale[of] * away, correlations]), delta=delta.T)


def _scale(
    matrices: GroupMatrices,
    at: State,
    half_variance: Floats,
    parameterization: Parameterization,
) -> tuple[Floats, Floats]:
    """Return the factor that each response is multiplied by, and its derivatives by all cells."""
    by = np.zeros((matrices.n_observed, len(matrices.params)))
    if parameterization == "delta":
        d = matrices.cells["d"]
        by[d.row, by.shape[1] - len(d.row) + np.arange(len(d.row))] = 1.0
        return at.d, by
    variance = np.diag(at.sigma)
    scale = 1 / np.sqrt(np.where(variance > 0, variance, np.nan))
    by[:, : half_variance.shape[1]] = -(scale**3)[:, None] * half_variance
    return scale, by


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastSquares:
    """Half of (n - 1) times the weighted squares of what is left, summed over groups: chi-square / 2."""

    compiled: Compiled
    data: tuple[OrdinalGroup, ...]
    parameterization: Parameterization

    def value(self, theta: Floats) -> float:
        """Return the objective."""
        with np.errstate(all="ignore"):
            try:
                total = sum(
                    float((group.n - 1) * (left**2 / np.diag(group.gamma)).sum()) / 2
                    for group, left, _ in self._left(theta)
                )
            except np.linalg.LinAlgError:
                return np.inf
        return total if np.isfinite(total) else np.inf

    def gradient(self, theta: Floats) -> Floats:
        """Return its gradient."""
        return np.asarray(
            -sum((group.n - 1) * delta.T @ (left / np.diag(group.gamma)) for group, left, delta in self._left(theta))
        )

    def information(self, theta: Floats) -> Floats:
        """Return the Gauss-Newton matrix."""
        return np.asarray(
            sum((group.n - 1) * (delta.T / np.diag(group.gamma)) @ delta for group, _, delta in self._left(theta))
        )

    def hessian(self, theta: Floats) -> Floats | None:
        """Return None: the Gauss-Newton matrix serves."""
        del theta
        return None

    def _left(self, theta: Floats) -> list[tuple[OrdinalGroup, Floats, Floats]]:
        out: list[tuple[OrdinalGroup, Floats, Floats]] = []
        for matrices, group in zip(self.compiled.groups, self.data, strict=True):
            now = implied(matrices, theta, self.parameterization)
            left: Floats = statistics(group) - now.statistics
            out.append((group, left, now.delta))
        return out
