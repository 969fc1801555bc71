"""Linear mixed models: fixed effects, random effects of groups, residuals that know members and days."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem
from intimacy_scales.statistics.multilevel.residuals import Deviance, residuals_of
from intimacy_scales.statistics.multilevel.structures import (
    CovarianceStructure,
    Method,
    MixedModel,
    RepeatedMeasures,
    equal,
    named_structure,
    unstructured,
)
from intimacy_scales.statistics.threads import one_thread

STARTS = (0.5, 0.1, 2.0)  # SD of a random effect, in SDs of the residual over the root mean square of its column
STEP = 1e-4  # of the differences of gradients, in units of the parameter
CLOSE = 1e-4  # gradient of the deviance, in units of the parameter, at which the search has converged
NEWTON_STEPS, ROUNDS = 12, 12  # with one Hessian; and how often it is taken anew
ROUNDING = 1e-9  # of the deviance, that is not counted as a step uphill
DECREMENT = 1e-5  # fall of the deviance that Newton's step still promises, at which the search has converged
SINGULAR = 1e-5  # smallest eigenvalue of the random effects' correlation matrix, or share of a variance: on the edge


@one_thread
def fit_mixed_model(
    rows: RepeatedMeasures,
    *,
    random: CovarianceStructure | None = None,
    residual: CovarianceStructure | str | None = None,
    ar1: bool = False,
    method: Method = "REML",
) -> MixedModel:
    """Fit ``y = X b + Z u + e``: u of each group normal with covariance G, e with ``Sigma[m, m'] phi^|days apart|``.

    Parameters
    ----------
    rows
        Outcome, fixed and random columns of all groups (:func:`repeated_measures`).
    random
        Structure of G (by default unstructured).
    residual
        Structure of Sigma over members: ``"equal"`` (default), ``"diagonal"``, ``"unstructured"``, ``"exchangeable"``
        or ``"common"``; off the diagonal stand members of the same day.
    ar1
        Whether residuals of one member follow an autoregressive process; with related members the covariance is the
        Kronecker product.
    method
        ``"REML"`` or ``"ML"``.

    Returns
    -------
    MixedModel

    Raises
    ------
    IntimacyScalesError
        For columns that say the same thing.

    Notes
    -----
    The fixed effects and the scale are profiled out; the gradient is exact; what the likelihood needs of a group is
    summed once, so an evaluation does not grow with the days. Standard errors of variance parameters come from the
    observed information. A solution on the edge (a variance of 0, a correlation of 1) is marked ``singular``.
    Validated against nlme 3.1 and lme4 1.1 (fixed effects, SE, SD, correlations, log-likelihood).
    References: Laird, N. M., & Ware, J. H. (1982). Random-effects models for longitudinal data. *Biometrics, 38*,
    963-974. https://doi.org/10.2307/2529876. Pinheiro, J. C., & Bates, D. M. (2000). *Mixed-effects models in S and
    S-PLUS*. Springer. https://doi.org/10.1007/b98882
    """
    _refuse_aliases(rows.fixed_columns)
    if isinstance(residual, str):
        residual = named_structure(residual, rows.n_members)
    residual = residual or equal(rows.n_members)
    random = random or unstructured(rows.n_random)
    deviance = Deviance(
        residuals=residuals_of(rows, residual, ar1=ar1),
        random=random,
        residual=residual,
        n=rows.n,
        n_fixed=rows.n_fixed,
        reml=method == "REML",
        ar1=ar1,
        regular=bool((rows.gap == np.round(rows.gap)).all()),
    )
    return _best(deviance, rows, method)


def _best(deviance: Deviance, rows: RepeatedMeasures, method: Method) -> MixedModel:
    """Return the first fit that converged, from one start after the other; else the best of them."""
    models: list[MixedModel] = []
    for start in STARTS:
        try:
            models.append(_result(deviance, _search(deviance, rows, start), rows, method))
        except np.linalg.LinAlgError:
            continue
        if models[-1].converged:
            return models[-1]
    if not models:
        raise np.linalg.LinAlgError
    return max(models, key=lambda one: one.log_likelihood)


def _refuse_aliases(X: FloatArray) -> None:
    scaled = X / np.maximum(np.sqrt((X * X).sum(axis=0)), 1e-300)
    values = np.linalg.svd(scaled, compute_uv=False)
    if X.shape[1] > X.shape[0] or values[-1] < 1e-9 * values[0]:
        raise IntimacyScalesError(
            Problem(where="predictors", what="one is constant or the sum of others", do="leave it out of the model")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """Where the search ended: natural parameters (scale included) and their units."""

    theta: FloatArray
    units: FloatArray
    iterations: int


def _search(deviance: Deviance, rows: RepeatedMeasures, scale: float) -> _Search:
    """Minimise the profiled deviance by BFGS in units in which parameters are about 1."""
    from scipy.optimize import minimize

    g = deviance.random.n_parameters
    column = 1 / np.maximum(np.sqrt(rows.mean_squares), 1e-12)
    units = np.concatenate([
        deviance.random.scales(column),
        np.ones(deviance.residual.n_parameters),
        np.ones(int(deviance.ar1)),
    ])  # fmt: skip
    start = np.concatenate([
        deviance.random.start(scale * column),
        deviance.residual.start(np.ones(deviance.residual.size)),
        np.full(int(deviance.ar1), 0.2 if deviance.regular else -1.0),
    ])  # fmt: skip
    free = np.delete(np.arange(len(start)), g)  # the first SD of the residuals is the scale

    def function(x: FloatArray) -> tuple[float, FloatArray]:
        theta = start.copy()
        theta[free] = x * units[free]
        try:
            solved = deviance.solve(theta, profiled=True)
            slope = deviance.slope(theta, solved)[free] * units[free]
        except np.linalg.LinAlgError:
            return 1e12, np.zeros(len(x))
        return solved.deviance, slope

    found = minimize(
        function, start[free] / units[free], jac=True, method="BFGS", options={"gtol": CLOSE, "maxiter": 500}
    )
    theta = start.copy()
    theta[free] = found.x * units[free]
    sd = float(np.sqrt(deviance.solve(theta, profiled=True).scale))
    scaled = np.full(len(theta), sd)
    if deviance.ar1:
        scaled[-1] = 1
    natural = theta * scaled
    return _Search(theta=natural, units=np.maximum(units * scaled, np.abs(natural)), iterations=int(found.nit))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Curvature:
    """Hessian of the deviance by the natural parameters, and derivatives of the fixed effects' covariance matrix."""

    hessian: FloatArray
    of_fixed_cov: FloatArray


def _curvature(deviance: Deviance, theta: FloatArray, units: FloatArray) -> _Curvature:
    slopes, changes = [], []
    for j in range(len(theta)):
        sides = []
        for sign in (1, -1):
            moved = theta.copy()
            moved[j] += sign * STEP * units[j]
            solved = deviance.solve(moved, profiled=False)
            sides.append((deviance.slope(moved, solved), solved.unscaled))
        slopes.append((sides[0][0] - sides[1][0]) / (2 * STEP * units[j]))
        changes.append((sides[0][1] - sides[1][1]) / (2 * STEP * units[j]))
    H = np.array(slopes)
    return _Curvature(hessian=(H + H.T) / 2, of_fixed_cov=np.array(changes))


def _polished(deviance: Deviance, search: _Search, curvature: _Curvature) -> _Search:
    """Take damped Newton steps with the Hessian at the end of the search, as long as they go downhill."""
    theta, units = search.theta, search.units
    values, vectors = np.linalg.eigh(curvature.hessian * np.outer(units, units))
    solved = deviance.solve(theta, profiled=False)
    slope = deviance.slope(theta, solved) * units
    damping = max(0.0, -2 * float(values[0])) + (0.0 if values[0] > 1e-9 * values[-1] else 1e-6 * float(values[-1]))
    for _ in range(NEWTON_STEPS):
        step = vectors @ ((vectors.T @ slope) / (values + damping))
        try:
            there = deviance.solve(theta - step * units, profiled=False)
            new = deviance.slope(theta - step * units, there) * units
        except np.linalg.LinAlgError:
            damping = max(10 * damping, 1e-3 * float(values[-1]))
            continue
        flatter = np.abs(new).max() < np.abs(slope).max()
        if there.deviance > solved.deviance + ROUNDING or not (flatter or there.deviance < solved.deviance - ROUNDING):
            damping = max(10 * damping, 1e-3 * float(values[-1]))
            continue
        theta, solved, slope, damping = theta - step * units, there, new, damping / 10
        if np.abs(slope).max() < 1e-8:
            break
    return replace(search, theta=theta)


def _covariance(hessian: FloatArray, units: FloatArray) -> FloatArray:
    """Return twice the inverse of the deviance's Hessian; directions without curvature (on an edge) count as known."""
    values, vectors = np.linalg.eigh(hessian * np.outer(units, units))
    keep = values > 1e-6 * max(values[-1], 1e-300)
    root = vectors[:, keep] * np.sqrt(2 / values[keep])
    found: FloatArray = (root @ root.T) * np.outer(units, units)
    return found


def _settled(deviance: Deviance, search: _Search) -> tuple[_Search, _Curvature]:
    """Polish the end of a search; the curvature is taken anew where the search had not quite ended."""
    curvature = _curvature(deviance, search.theta, search.units)
    polished = _polished(deviance, search, curvature)
    for _ in range(ROUNDS):
        if np.abs((polished.theta - search.theta) / search.units).max() < 1e-3:
            break
        search = replace(polished, units=np.maximum(polished.units, np.abs(polished.theta)))
        curvature = _curvature(deviance, search.theta, search.units)
        polished = _polished(deviance, search, curvature)
    return replace(search, theta=polished.theta), curvature


def _result(deviance: Deviance, search: _Search, rows: RepeatedMeasures, method: Method) -> MixedModel:
    search, curvature = _settled(deviance, search)
    theta = search.theta
    solved = deviance.solve(theta, profiled=False)
    slope = deviance.slope(theta, solved) * search.units
    at = deviance.variances(theta)
    G, Sigma = deviance.random.matrix(at.random), deviance.residual.matrix(at.residual)
    p = rows.n_fixed
    zx = solved.products.zu[:, :, :p]
    effects_with_fixed = -(solved.H @ zx) @ solved.unscaled
    effects = (solved.H @ (solved.products.zu[:, :, p] - zx @ solved.beta)[:, :, None])[:, :, 0]
    return MixedModel(
        method=method,
        n=rows.n,
        n_groups=rows.n_groups,
        fixed=solved.beta,
        fixed_cov=solved.unscaled,
        random_cov=G,
        residual_cov=Sigma,
        phi=at.phi if deviance.ar1 else None,
        log_likelihood=-solved.deviance / 2,
        n_parameters=p + deviance.n_parameters,
        converged=_converged(slope, curvature.hessian, search.units),
        singular=_on_edge(G, rows, Sigma),
        iterations=search.iterations,
        largest_gradient=float(np.abs(slope).max()),
        effects=effects,
        effects_cov=solved.H - effects_with_fixed @ (zx.transpose(0, 2, 1) @ solved.H),
        effects_with_fixed=effects_with_fixed,
        theta=theta,
        theta_cov=_covariance(curvature.hessian, search.units),
        fixed_cov_slopes=curvature.of_fixed_cov,
        random_structure=deviance.random,
        residual_structure=deviance.residual,
        phi_slope=deviance.phi_slope(theta[-1]) if deviance.ar1 else 0.0,
    )


def _converged(slope: FloatArray, hessian: FloatArray, units: FloatArray) -> bool:
    """Whether a Newton step would bring the deviance down by next to nothing, and no slope is left where it is flat."""
    values, vectors = np.linalg.eigh(hessian * np.outer(units, units))
    along = vectors.T @ slope
    curved = values > 1e-9 * max(values[-1], 1e-300)
    promised = float((along[curved] ** 2 / values[curved]).sum()) / 2
    return bool(promised < DECREMENT and np.abs(along[~curved]).max(initial=0.0) < 10 * CLOSE)


def _on_edge(G: FloatArray, rows: RepeatedMeasures, Sigma: FloatArray) -> bool:
    """Whether a variance of the random effects is next to nothing, or a correlation next to 1."""
    if not len(G):
        return False
    share = np.diag(G) * rows.mean_squares / np.diag(Sigma).mean()
    if (share < SINGULAR).any():
        return True
    root = 1 / np.sqrt(np.diag(G))
    return bool(np.linalg.eigvalsh(G * np.outer(root, root))[0] < SINGULAR)
