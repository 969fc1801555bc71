"""Where the search starts: centroid loadings, regressions by least squares, zero for what is left."""

from __future__ import annotations

import numpy as np

from intimacy_scales.sem.matrices import Compiled, Floats
from intimacy_scales.sem.spec import GroupedModel, Model, Parameter

FLOOR, CEILING = 0.2, 0.9  # communalities a start may have: away from both walls


def starts(model: Model, cov: Floats, mean: Floats) -> dict[tuple[str, str, str], float]:
    """Return a start for every cell of one group, given its sample moments."""
    names = {name: k for k, name in enumerate(model.observed)}
    sd = dict(zip(model.observed, np.sqrt(np.diag(cov)), strict=True))
    R = cov / np.outer(np.sqrt(np.diag(cov)), np.sqrt(np.diag(cov)))
    scale = {f: _latent_sd(model, f, R, names, sd) for f in model.latent}
    out: dict[tuple[str, str, str], float] = {}
    left = dict(zip(model.observed, np.diag(cov), strict=True))
    for latent in model.latent:
        for name, value in _centroid(model, latent, R, names).items():
            out[latent, "=~", name] = value * sd[name] / scale[latent]
            left[name] -= (value * sd[name]) ** 2
    for outcome in model.observed:
        for name, value in _least_squares(model, outcome, cov, names).items():
            out[outcome, "~", name] = value
            left[outcome] -= value * cov[names[outcome], names[name]]
    for parameter in model.parameters:
        if parameter.cell not in out:
            out[parameter.cell] = _rest(parameter, names, cov, mean, left, scale)
    return out


def _own(model: Model, latent: str, names: dict[str, int]) -> list[str]:
    return [p.rhs for p in model.parameters if p.op == "=~" and p.lhs == latent and p.rhs in names]


def _centroid(model: Model, latent: str, R: Floats, names: dict[str, int]) -> dict[str, float]:
    """Return first-centroid loadings on a standardized factor, shared when a variable has several factors."""
    own = _own(model, latent, names)
    if not own:
        return {}
    k = [names[name] for name in own]
    block = R[np.ix_(k, k)].copy()
    np.fill_diagonal(block, np.maximum(np.abs(block - np.eye(len(k))).max(axis=1), FLOOR))
    vector = np.linalg.eigh(block)
    loadings = vector.eigenvectors[:, -1] * np.sqrt(max(vector.eigenvalues[-1], FLOOR))
    loadings = loadings * (np.sign(loadings.sum()) or 1.0)
    size = np.clip(np.abs(loadings), FLOOR, CEILING) * np.where(loadings < 0, -1.0, 1.0)
    shared = [sum(p.op == "=~" and p.rhs == name for p in model.parameters) for name in own]
    return {name: float(value / np.sqrt(m)) for name, value, m in zip(own, size, shared, strict=True)}


def _latent_sd(model: Model, latent: str, R: Floats, names: dict[str, int], sd: dict[str, float]) -> float:
    """Return the standard deviation a latent variable gets from a fixed loading; 1 without one."""
    loadings = _centroid(model, latent, R, names)
    for p in model.parameters:
        if p.op == "=~" and p.lhs == latent and not p.free and p.value != 0 and p.rhs in loadings:
            return abs(loadings[p.rhs]) * sd[p.rhs] / abs(p.value)
    return 1.0


def _least_squares(model: Model, outcome: str, cov: Floats, names: dict[str, int]) -> dict[str, float]:
    """Regress an observed outcome on its observed predictors."""
    own = [p.rhs for p in model.parameters if p.op == "~" and p.lhs == outcome and p.rhs in names]
    k = [names[name] for name in own]
    if not k:
        return {}
    weights = np.linalg.lstsq(cov[np.ix_(k, k)], cov[k, names[outcome]], rcond=None)[0]
    return {name: float(w) for name, w in zip(own, weights, strict=True)}


def _rest(
    parameter: Parameter,
    names: dict[str, int],
    cov: Floats,
    mean: Floats,
    left: dict[str, float],
    scale: dict[str, float],
) -> float:
    """Return a start for variances, covariances, intercepts and everything between latent variables."""
    lhs, rhs = parameter.lhs, parameter.rhs
    if parameter.op == "~~" and lhs == rhs:
        return max(left[lhs], 0.1 * cov[names[lhs], names[lhs]]) if lhs in names else scale[lhs] ** 2
    if parameter.op == "~1":
        return float(mean[names[lhs]]) if lhs in names else 0.0
    if parameter.op == "=~":
        return 0.6 * scale.get(rhs, 1.0) / scale[lhs]
    return 1.0 if parameter.op == "~*~" else 0.0


def start_vectors(
    grouped: GroupedModel, compiled: Compiled, covs: tuple[Floats, ...], means: tuple[Floats, ...]
) -> tuple[Floats, Floats]:
    """Return the start from the data (means over equal cells), and a plainer one should it fail."""
    total, count, plain = (np.zeros(compiled.n_params) for _ in range(3))
    for g, model in enumerate(grouped.models):
        chosen = starts(model, covs[g], means[g])
        for parameter in model.parameters:
            if parameter.free:
                at = compiled.index[g, parameter.cell]
                given = chosen[parameter.cell] if np.isnan(parameter.value) else parameter.value
                total[at] += given
                count[at] += 1
                plain[at] = 0.5 * given if parameter.op in {"=~", "~"} else given
    return total / count, plain
