"""What a fit leaves over and what it explains: residuals, R squared, correlations of latent variables.

What a factor model says of the sums of its factors' items: true and error variance, variance extracted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.statistics.sem.derived_parameters import group_standard
from intimacy_scales.statistics.sem.matrices import evaluate
from intimacy_scales.statistics.sem.ordinal import LeastSquares, implied, pairs
from intimacy_scales.statistics.sem.results import Fit
from intimacy_scales.statistics.sem.robust import Part, inverse, least_squares_parts, normal_parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Residuals:
    """Sample less implied moments of one group.

    ``raw`` (covariances), ``correlation`` (difference of the two correlation matrices), ``standardized`` (raw
    divided by its standard error; NaN where there is none); ``mean`` are the residual means. Matrices are
    variables x variables.
    """

    group: str
    names: tuple[str, ...]
    raw: FloatArray
    correlation: FloatArray
    standardized: FloatArray
    mean: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Share of a variable's variance that the model explains."""

    group: str
    variable: str
    r_squared: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentCorrelations:
    """Implied correlations, covariances and means of one group's latent variables, ordered as ``names``."""

    group: str
    names: tuple[str, ...]
    correlations: FloatArray
    covariances: FloatArray
    means: FloatArray


def residuals(fit: Fit) -> tuple[Residuals, ...]:
    """Return residual matrices, one entry a group.

    Parameters
    ----------
    fit : Fit
        Any fit.

    Returns
    -------
    tuple of Residuals

    Notes
    -----
    A standardized residual beyond 2 points at a pair that the model does not reproduce; with many variables
    some are beyond 2 by chance. Their variance is that of the sample's moments less what the estimates
    absorb: normal theory for continuous variables, the asymptotic covariance for ordinal ones. With missing
    answers the sample is the EM estimate and standardized residuals, which would overstate their precision,
    are NaN. Ordinal: polychoric correlations.
    """
    objective = fit.setup.objective
    out = []
    for g, (group, model) in enumerate(zip(fit.groups, fit.setup.grouped.models, strict=True)):
        state = evaluate(fit.setup.compiled.groups[g], fit.theta)
        if isinstance(objective, LeastSquares):
            sample, mean = objective.data[g].correlations, np.full(len(model.observed), np.nan)
            fitted = _ordinal_implied(fit, objective, g)
        else:
            sample, fitted = objective.data[g].cov, state.sigma
            mean = objective.data[g].mean - state.mu if fit.setup.has_means else np.zeros(len(sample))
        raw = sample - fitted
        out.append(
            Residuals(
                group=group,
                names=model.observed,
                raw=raw,
                correlation=_cor(sample) - _cor(fitted),
                standardized=raw / _errors(fit, g),
                mean=mean,
            )
        )
    return tuple(out)


def _ordinal_implied(fit: Fit, objective: LeastSquares, g: int) -> FloatArray:
    group = objective.data[g]
    values = implied(fit.setup.compiled.groups[g], fit.theta, objective.parameterization).statistics
    i, j = pairs(len(group.correlations))
    out = np.eye(len(group.correlations))
    out[i, j] = out[j, i] = values[len(group.thresholds) :]
    return out


def _cor(matrix: FloatArray) -> FloatArray:
    sd = np.sqrt(np.diag(matrix))
    return np.asarray(matrix / np.outer(sd, sd))


def _errors(fit: Fit, g: int) -> FloatArray:
    """Return standard errors of one group's residual covariances, NaN where these are always zero."""
    objective = fit.setup.objective
    p = len(fit.setup.grouped.models[g].observed)
    if isinstance(objective, LeastSquares):
        parts = least_squares_parts(fit.setup, objective, fit.theta)
        (i, j), first = pairs(p), len(objective.data[g].thresholds)
    elif not objective.data[g].patterns.complete:
        return np.full((p, p), np.nan)
    else:
        parts = normal_parts(fit.setup, objective, fit.theta)
        (i, j), first = np.tril_indices(p), 0
    ordinal = isinstance(objective, LeastSquares)
    variance = _residual_variance(fit, parts, g, ordinal=ordinal)[first : first + len(i)]
    out = np.full((p, p), np.nan)
    out[i, j] = out[j, i] = np.sqrt(variance)
    return out


def _residual_variance(fit: Fit, parts: tuple[Part, ...], g: int, *, ordinal: bool) -> FloatArray:
    """Diagonal of (I - P) Gamma (I - P)' with P = Delta bread Delta' W; Gamma = W^-1 under normal theory."""
    bread = inverse(np.asarray(sum(part.delta.T @ part.weight @ part.delta for part in parts)), fit.setup)
    part = parts[g]
    gamma = part.gamma if ordinal else np.linalg.inv(part.weight)
    absorbed = part.delta @ bread @ part.delta.T
    if ordinal:
        keep = np.eye(len(gamma)) - absorbed @ part.weight
        left = np.diag(keep @ gamma @ keep.T)
    else:
        left = np.diag(gamma - absorbed)
    return np.where(left > 1e-8 * np.diag(gamma), left, np.nan)


def r_squared(fit: Fit) -> tuple[Explained, ...]:
    """Return R squared of every variable the model explains: 1 - residual variance / implied variance."""
    out = []
    for g, (group, model) in enumerate(zip(fit.groups, fit.setup.grouped.models, strict=True)):
        at = group_standard(fit.setup, g, fit.theta)
        caused = {p.rhs if p.op == "=~" else p.lhs for p in model.parameters if p.op in {"=~", "~"}}
        out += [
            Explained(group=group, variable=name, r_squared=1 - at.residual[k].value / at.implied[k].value)
            for name, k in at.names.items()
            if name in caused
        ]
    return tuple(out)


def latent_correlations(fit: Fit) -> tuple[LatentCorrelations, ...]:
    """Return implied correlations, covariances and means of the latent variables, one entry a group."""
    out = []
    for g, (group, model) in enumerate(zip(fit.groups, fit.setup.grouped.models, strict=True)):
        state = evaluate(fit.setup.compiled.groups[g], fit.theta)
        p = len(model.observed)
        block = state.total[p:, p:]
        with np.errstate(invalid="ignore", divide="ignore"):
            out.append(
                LatentCorrelations(
                    group=group,
                    names=model.latent,
                    correlations=_cor(block),
                    covariances=block,
                    means=state.means[p:],
                )
            )
    return tuple(out)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorSum:
    """The sum of one factor's own items.

    ``true`` is ``(sum l)^2 v`` with loadings l and factor variance v, ``error`` the sum of the items' residual
    variances, ``extracted`` the mean squared standardized loading (average variance extracted).
    """

    factor: str
    items: tuple[str, ...]
    true: float
    error: float
    extracted: float

    @property
    def reliability(self) -> float:
        """Omega: ``true / (true + error)``, the variance of the sum being the model's."""
        return self.true / (self.true + self.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorSums:
    """Every factor's sum, and the sum of all items: ``true`` is ``s' Phi s`` with s the factors' summed loadings."""

    by_factor: dict[str, FactorSum]
    true: float
    error: float

    @property
    def reliability(self) -> float:
        """Omega total: the share of all factors together in the variance of the sum of all items."""
        return self.true / (self.true + self.error)


def factor_sums(fit: Fit) -> FactorSums:
    """Return true and error variances of the sums of items, of a fit in one group; residuals taken as uncorrelated.

    Factors that only other factors measure (a second order) have no items to sum. Ordinal fits speak of what lies
    behind the ticks: their sums are not sums of ticks.
    """
    observed = fit.setup.grouped.models[0].observed
    latent = latent_correlations(fit)[0]
    left = {row.lhs: row.est for row in fit.estimates if row.op == "~~" and row.lhs == row.rhs}
    rows = [row for row in fit.estimates if row.op == "=~" and row.rhs in observed]
    sums = np.array([sum(row.est for row in rows if row.lhs == name) for name in latent.names])
    found = {}
    for k, name in enumerate(latent.names):
        own = [row for row in rows if row.lhs == name]
        if own:
            found[name] = FactorSum(
                factor=name,
                items=tuple(row.rhs for row in own),
                true=float(sums[k] ** 2 * latent.covariances[k, k]),
                error=float(sum(left.get(row.rhs, np.nan) for row in own)),
                extracted=float(np.mean([row.std**2 for row in own])),
            )
    items = dict.fromkeys(row.rhs for row in rows)
    return FactorSums(
        by_factor=found,
        true=float(sums @ latent.covariances @ sums),
        error=float(sum(left.get(item, np.nan) for item in items)),
    )
