"""Omega of many covariance matrices at once, for simulations: one-factor models by scoring, all together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.base.arrays import BoolArray, FloatArray

STEPS = 60
CLOSE = 1e-10  # largest change of a parameter, in standardized units
LEAST_RESIDUAL = 1e-6  # of a standardized item's variance: at or below, the solution is improper


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyOmegas:
    """Omega total (model-implied) of every matrix, its normal-theory standard error, and whether it was found.

    ``proper``: converged, with every residual variance above zero; the other figures are NaN where it is not.
    """

    values: FloatArray
    errors: FloatArray
    proper: BoolArray


def omegas_of(covariances: FloatArray, *, n: int) -> ManyOmegas:
    """Return omega of every covariance matrix (matrices x items x items, divisor n - 1) of n persons each.

    The same model and estimates as :func:`intimacy_scales.statistics.consistency.omega.one_factor_omega`, by Fisher
    scoring on loadings and residual variances of standardized items; tested to agree with it to 1e-6.
    """
    sd = np.sqrt(np.einsum("dii->di", covariances))
    r = covariances / (sd[:, :, None] * sd[:, None, :])
    loadings, residuals = _start(r)
    active = np.ones(len(r), dtype=bool)
    information = np.zeros((len(r), 2 * r.shape[1], 2 * r.shape[1]))
    for _ in range(STEPS):
        if not active.any():
            break
        slope, inside = _scored(r[active], loadings[active], residuals[active])
        information[active] = inside
        step = np.linalg.solve(inside, slope[..., None])[..., 0]
        k = r.shape[1]
        step *= np.minimum(1.0, 0.5 / np.maximum(np.abs(step).max(axis=1, keepdims=True), 1e-300))
        loadings[active] += step[:, :k]
        residuals[active] = np.maximum(residuals[active] + step[:, k:], LEAST_RESIDUAL / 10)
        moving = np.abs(step).max(axis=1) > CLOSE
        active[np.flatnonzero(active)[~moving]] = False
    return _packed(sd, loadings, residuals, information, n, ~active)


def _start(r: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Start from the first principal component, communalities kept between .1 and .9."""
    values, vectors = np.linalg.eigh(r)
    first = vectors[:, :, -1] * np.sqrt(values[:, -1])[:, None]
    first *= np.where(first.sum(axis=1) < 0, -1.0, 1.0)[:, None]
    loadings = np.clip(np.abs(first), 0.3, 0.95) * np.where(first < 0, -1.0, 1.0) * 0.9
    return loadings, 1 - loadings**2


def _scored(r: FloatArray, loadings: FloatArray, residuals: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the slope of the log-likelihood a person, and the expected information: loadings, then residuals."""
    k = r.shape[1]
    sigma = loadings[:, :, None] * loadings[:, None, :]
    sigma[:, np.arange(k), np.arange(k)] += residuals
    V = np.linalg.inv(sigma)
    away = V @ (r - sigma) @ V
    slope = np.concatenate([np.einsum("dij,dj->di", away, loadings), np.einsum("dii->di", away) / 2], axis=1)
    pull = np.einsum("dij,dj->di", V, loadings)
    through = np.einsum("di,di->d", loadings, pull)
    inside = np.empty((len(r), 2 * k, 2 * k))
    inside[:, :k, :k] = through[:, None, None] * V + pull[:, :, None] * pull[:, None, :]
    inside[:, :k, k:] = V * pull[:, None, :]
    inside[:, k:, :k] = inside[:, :k, k:].transpose(0, 2, 1)
    inside[:, k:, k:] = V**2 / 2
    return slope, inside


def _packed(
    sd: FloatArray, loadings: FloatArray, residuals: FloatArray, information: FloatArray, n: int, converged: BoolArray
) -> ManyOmegas:
    """Turn standardized estimates into omega of the items as they are, with the delta method's standard error."""
    total, error = (loadings * sd).sum(axis=1), (residuals * sd**2).sum(axis=1)
    whole = total**2 + error
    value = total**2 / whole
    slope = np.concatenate(
        [sd * (2 * total * error / whole**2)[:, None], sd**2 * (-(total**2) / whole**2)[:, None]], axis=1
    )
    solved = np.linalg.solve(information, slope[..., None])[..., 0]
    variance = np.einsum("di,di->d", slope, solved) / n
    proper = converged & (residuals > LEAST_RESIDUAL).all(axis=1)
    nothing = np.where(proper, 1.0, np.nan)
    return ManyOmegas(values=value * nothing, errors=np.sqrt(np.maximum(variance, 0.0)) * nothing, proper=proper)
