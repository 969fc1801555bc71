"""What a fitted mixed model says of its parameters: degrees of freedom, intervals, single groups.

What groups of a design say of a mixed model's parameters, before anybody is asked: for planning a study.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.statistics.correlation import fisher_delta
from intimacy_scales.statistics.multilevel.structures import MixedModel

WIDEST = 20.0  # standard errors of an SD in SDs, beyond which it counts as lying on its edge


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Estimates side by side, each with its standard error, degrees of freedom, t, p and interval."""

    est: FloatArray
    se: FloatArray
    df: FloatArray
    t: FloatArray
    p: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceParameter:
    """An SD, a correlation or phi with its standard error and interval; NaN where it lies on its edge."""

    est: float
    se: float
    low: float
    high: float


def effects(model: MixedModel, combinations: FloatArray | None = None, *, level: float = 0.95) -> Effects:
    """Return linear combinations of the fixed effects (by default each effect) with Satterthwaite's df.

    ``df = 2 var^2 / (g' A g)``: var the variance of the combination, g its derivatives by the variance parameters, A
    their covariance matrix (observed information), as lmerTest has it.

    Parameters
    ----------
    combinations
        Combinations x fixed effects.
    """
    from scipy.stats import t as student

    L = np.eye(len(model.fixed)) if combinations is None else np.atleast_2d(combinations)
    est = L @ model.fixed
    variance = np.einsum("ci,ij,cj->c", L, model.fixed_cov, L)
    g = np.einsum("ci,kij,cj->ck", L, model.fixed_cov_slopes, L)
    spread = np.einsum("ci,ij,cj->c", g, model.theta_cov, g)
    df = np.where(spread > 0, 2 * variance**2 / np.where(spread > 0, spread, 1.0), np.inf)
    se = np.sqrt(variance)
    wide = student.ppf(0.5 + level / 2, df) * se
    return Effects(
        est=est, se=se, df=df, t=est / se, p=2 * student.sf(np.abs(est / se), df), low=est - wide, high=est + wide
    )


def group_effects(model: MixedModel, fixed: int, random: int | None, *, level: float = 0.95) -> Effects:
    """Return each group's own coefficient: the fixed effect and the group's deviation from it, given the data.

    The interval is that of the prediction (both errors and their covariance), by the normal distribution, as if the
    variances were known: a little narrow where groups are few. Estimates are drawn towards the average the more, the
    less a group says (Robinson, 1991, https://doi.org/10.1214/ss/1177011926).
    """
    from scipy.stats import norm

    n = model.n_groups
    est, variance = np.full(n, model.fixed[fixed]), np.full(n, model.fixed_cov[fixed, fixed])
    if random is not None:
        est = est + model.effects[:, random]
        variance = variance + model.effects_cov[:, random, random] + 2 * model.effects_with_fixed[:, random, fixed]
    se = np.sqrt(np.maximum(variance, 0))
    wide = norm.ppf(0.5 + level / 2) * se
    z = est / np.where(se > 0, se, np.nan)
    return Effects(
        est=est, se=se, df=np.full(n, np.inf), t=z, p=2 * norm.sf(np.abs(z)), low=est - wide, high=est + wide
    )


def random_elements(model: MixedModel, rows: FloatArray, columns: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return elements of G and the covariance matrix of their estimates."""
    g = model.random_structure.n_parameters
    J = model.random_structure.jacobian(model.theta[:g])[:, rows, columns]
    return model.random_cov[rows, columns], J.T @ model.theta_cov[:g, :g] @ J


def random_sd(model: MixedModel, j: int, *, level: float = 0.95) -> VarianceParameter:
    """Return the SD of a random effect; its interval is made on the logarithm."""
    g = model.random_structure.n_parameters
    J = model.random_structure.jacobian(model.theta[:g])[:, j, j]
    return _sd(float(model.random_cov[j, j]), J, model.theta_cov[:g, :g], level)


def residual_sd(model: MixedModel, j: int, *, level: float = 0.95) -> VarianceParameter:
    """Return the SD of a member's residual; its interval is made on the logarithm."""
    part = _residual_part(model)
    J = model.residual_structure.jacobian(model.theta[part])[:, j, j]
    return _sd(float(model.residual_cov[j, j]), J, model.theta_cov[part, part], level)


def random_correlation(model: MixedModel, i: int, j: int, *, level: float = 0.95) -> VarianceParameter:
    """Return the correlation of two random effects; its interval is made on Fisher's z."""
    g = model.random_structure.n_parameters
    J = model.random_structure.jacobian(model.theta[:g])
    return _correlation(model.random_cov, J, model.theta_cov[:g, :g], (i, j), level)


def residual_correlation(model: MixedModel, i: int, j: int, *, level: float = 0.95) -> VarianceParameter:
    """Return the correlation of two members' residuals of one day; its interval is made on Fisher's z."""
    part = _residual_part(model)
    J = model.residual_structure.jacobian(model.theta[part])
    return _correlation(model.residual_cov, J, model.theta_cov[part, part], (i, j), level)


def autocorrelation(model: MixedModel, *, level: float = 0.95) -> VarianceParameter | None:
    """Return phi; its interval is made on Fisher's z."""
    if model.phi is None:
        return None
    se = float(np.sqrt(model.theta_cov[-1, -1]) * abs(model.phi_slope))
    return _on_fisher_z(model.phi, se, level)


def _residual_part(model: MixedModel) -> slice:
    g = model.random_structure.n_parameters
    return slice(g, g + model.residual_structure.n_parameters)


def _sd(variance: float, J: FloatArray, cov: FloatArray, level: float) -> VarianceParameter:
    from scipy.stats import norm

    sd = float(np.sqrt(variance))
    spread = float(J @ cov @ J)
    if sd <= 0 or spread <= 0:
        return VarianceParameter(est=sd, se=np.nan, low=np.nan, high=np.nan)
    se = float(np.sqrt(spread)) / (2 * sd)
    if se > WIDEST * sd:
        return VarianceParameter(est=sd, se=np.nan, low=np.nan, high=np.nan)
    factor = float(np.exp(norm.ppf(0.5 + level / 2) * se / sd))
    return VarianceParameter(est=sd, se=se, low=sd / factor, high=sd * factor)


def _correlation(
    matrix: FloatArray, J: FloatArray, cov: FloatArray, pair: tuple[int, int], level: float
) -> VarianceParameter:
    i, j = pair
    root = float(np.sqrt(matrix[i, i] * matrix[j, j]))
    if root <= 0:
        return VarianceParameter(est=np.nan, se=np.nan, low=np.nan, high=np.nan)
    r = float(matrix[i, j]) / root
    g = J[:, i, j] / root - r * (J[:, i, i] / matrix[i, i] + J[:, j, j] / matrix[j, j]) / 2
    return _on_fisher_z(r, float(np.sqrt(max(g @ cov @ g, 0.0))), level)


def _on_fisher_z(r: float, se: float, level: float) -> VarianceParameter:
    if abs(r) > 1 - 1e-6 or not se > 1e-9:
        return VarianceParameter(est=r, se=np.nan, low=np.nan, high=np.nan)
    low, high = fisher_delta(r, se, level)
    return VarianceParameter(est=r, se=se, low=float(low), high=float(high))


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDesign:
    """Rows of one group: fixed and random columns, members and days."""

    X: FloatArray = field(repr=False)
    Z: FloatArray = field(repr=False)
    members: IntArray = field(repr=False)
    days: FloatArray = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedTruth:
    """Variances of a model: of random effects (G), of the members' residuals of one day, and phi."""

    random: FloatArray
    residual: FloatArray
    phi: float = 0.0

    def covariance(self, group: GroupDesign) -> FloatArray:
        """Return the covariance matrix of a group's rows."""
        lags = np.abs(group.days[:, None] - group.days[None, :])
        apart = self.phi**lags if self.phi else (lags == 0).astype(float)
        values: FloatArray = (
            group.Z @ self.random @ group.Z.T + self.residual[np.ix_(group.members, group.members)] * apart
        )
        return values


def fixed_information(group: GroupDesign, truth: MixedTruth) -> FloatArray:
    """Return ``X'V^-1 X``: groups add up, and the inverse of the sum is the covariance of the fixed effects."""
    values: FloatArray = group.X.T @ np.linalg.solve(truth.covariance(group), group.X)
    return values


def variance_information(group: GroupDesign, truth: MixedTruth) -> FloatArray:
    """Return the expected information on the elements of G (rows of its lower triangle) and the residual variances.

    ``1/2 tr(V^-1 dV_j V^-1 dV_k)``; residuals of different members and days are taken as unrelated.
    """
    inverse = np.linalg.inv(truth.covariance(group))
    q = len(truth.random)
    slopes = []
    for i in range(q):
        for j in range(i + 1):
            outer = np.outer(group.Z[:, i], group.Z[:, j])
            slopes.append(outer if i == j else outer + outer.T)
    slopes += [np.diag((group.members == m).astype(float)) for m in range(len(truth.residual))]
    weighted = np.array([inverse @ slope for slope in slopes])
    values: FloatArray = 0.5 * np.einsum("jab,kba->jk", weighted, weighted)
    return values
