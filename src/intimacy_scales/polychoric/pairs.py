"""Maximum likelihood of one correlation per pair of items, for all pairs at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .bivariate import FAR, Array, bivariate_cdf, bivariate_pdf, normal_cdf

# A correlation is looked for inside these limits; one that ends there is called a boundary estimate.
LIMIT = 0.9999
_SMALLEST = 1e-15
_MOST_STEPS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFit:
    """One correlation per pair, with what tells whether it was found: its last step, and the bracket's ends."""

    rho: Array
    last_step: Array

    @property
    def at_limit(self) -> NDArray[np.bool_]:
        """Pairs whose likelihood keeps rising towards -1 or 1."""
        return np.asarray(np.abs(self.rho) > LIMIT - 1e-4)

    @property
    def unsettled(self) -> NDArray[np.bool_]:
        """Pairs that still moved when the steps ran out."""
        return np.asarray(self.last_step > 1e-6)


def fit_pairs(tables: Array, edges_x: Array, edges_y: Array, *, tol: float = 1e-9) -> PairFit:
    """Find each pair's correlation with its thresholds held fixed.

    Fisher scoring, kept inside a bracket that shrinks by the sign of the score, so that it cannot run away.
    ``tables`` is pairs x categories x categories, ``edges`` pairs x (categories + 1).
    """
    rho = np.zeros(len(tables))
    step = np.full(len(tables), np.inf)
    low, high = np.full(len(tables), -LIMIT), np.full(len(tables), LIMIT)
    active = np.arange(len(tables))
    for _ in range(_MOST_STEPS):
        if active.size == 0:
            break
        pi, slope = cells(edges_x[active], edges_y[active], rho[active])
        relative = slope / pi
        n = tables[active]
        score = np.einsum("pij,pij->p", n, relative)
        information = np.einsum("pij,pij->p", slope, relative) * n.sum(axis=(1, 2))
        low[active] = np.where(score > 0, rho[active], low[active])
        high[active] = np.where(score > 0, high[active], rho[active])
        wanted = rho[active] + score / np.maximum(information, 1e-300)
        inside = (wanted > low[active]) & (wanted < high[active])
        new = np.where(inside, wanted, 0.5 * (low[active] + high[active]))
        step[active] = np.abs(new - rho[active])
        rho[active] = new
        active = active[step[active] > tol]
    return PairFit(rho=rho, last_step=step)


def cells(edges_x: Array, edges_y: Array, rho: Array) -> tuple[Array, Array]:
    """Cell probabilities and their derivatives by rho, each pairs x categories x categories."""
    h, k, r = edges_x[:, 1:-1, None], edges_y[:, None, 1:-1], rho[:, None, None]
    size = edges_x.shape[1]
    cdf = np.zeros((len(rho), size, size))
    cdf[:, 1:-1, 1:-1] = bivariate_cdf(h, k, r)
    cdf[:, -1, :] = normal_cdf(edges_y)
    cdf[:, :, -1] = normal_cdf(edges_x)
    slope = np.zeros_like(cdf)
    slope[:, 1:-1, 1:-1] = bivariate_pdf(h, k, r)
    return np.maximum(_differences(cdf), _SMALLEST), _differences(slope)


def _differences(grid: Array) -> Array:
    return np.asarray(grid[:, 1:, 1:] - grid[:, :-1, 1:] - grid[:, 1:, :-1] + grid[:, :-1, :-1])


def standard_errors(
    tables: Array, margins_x: Array, margins_y: Array, edges_x: Array, edges_y: Array, rho: Array
) -> Array:
    """Two-step standard errors: the thresholds were estimated too, and each item from all its own answers.

    Each person's influence on rho is its score plus what it did to the thresholds; the variance is the sum of
    the squared influences over persons (Olsson 1979; Muthen 1984). ``margins`` are the items' own counts.
    """
    pi, slope = cells(edges_x, edges_y, rho)
    relative = slope / pi
    information = np.einsum("pij,pij->p", slope, relative)
    through_x = _through_thresholds(edges_x, edges_y, rho, relative)
    through_y = _through_thresholds(edges_y, edges_x, rho, relative.transpose(0, 2, 1))
    n = np.maximum(tables.sum(axis=(1, 2)), 1.0)[:, None, None]
    of_x = through_x / margins_x.sum(axis=1, keepdims=True)
    of_y = through_y / margins_y.sum(axis=1, keepdims=True)
    influence = relative / n + of_x[:, :, None] + of_y[:, None, :]
    variance = np.einsum("pij,pij->p", tables, influence**2)
    # persons who answered one of the two items only moved that item's thresholds
    variance += np.einsum("pi,pi->p", margins_x - tables.sum(axis=2), of_x**2)
    variance += np.einsum("pj,pj->p", margins_y - tables.sum(axis=1), of_y**2)
    with np.errstate(invalid="ignore", divide="ignore"):  # no information at +-1: the caller says so
        return np.asarray(np.sqrt(variance) / information)


def _through_thresholds(own: Array, other: Array, rho: Array, relative: Array) -> Array:
    """Return what one more answer in each category does to the score of rho by moving the item's own thresholds."""
    tau = own[:, 1:-1]
    q = np.sqrt(1.0 - rho * rho)[:, None, None]
    below = normal_cdf((other[:, None, :] - rho[:, None, None] * tau[:, :, None]) / q)
    drift = -np.einsum("paj,paj->pa", np.diff(below, axis=2), relative[:, :-1] - relative[:, 1:])
    drift = np.where(tau < FAR, drift, 0.0)  # thresholds that the item does not have do not move
    size = own.shape[1] - 1
    under = (np.arange(size)[None, :] <= np.arange(size - 1)[:, None]).astype(np.float64)
    return np.asarray(drift @ under - np.einsum("pa,pa->p", drift, normal_cdf(tau))[:, None])
