"""Factor models of two levels: persons, and days within persons, each with covariances of its own.

    y[day] = mu + b[person] + w[day]     b ~ N(0, between), w ~ N(0, within)

With S the pooled products within persons and m the persons' means, days n of person i:

    -2 logL = (N - persons) log|within| + tr(within^-1 S)
              + sum of log|within + n between| + n (m - mu)'(within + n between)^-1 (m - mu)  + N k log 2 pi
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem
from intimacy_scales.statistics.consistency.coefficients import alpha
from intimacy_scales.statistics.multilevel.structures import unstructured


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoLevelFactor:
    """A one-factor model on both levels.

    ``loadings`` and ``uniquenesses`` are (2 x items), within first; ``factor_variances`` are 1 except within where the
    loadings are held equal across levels. ``omega`` and ``alpha`` hold (within, between), with standard errors of
    omega; ``within`` and ``between`` are the unrestricted covariance matrices. ``proper`` is no where a residual
    variance is at or below zero.
    """

    n: int
    n_persons: int
    loadings: FloatArray
    uniquenesses: FloatArray
    factor_variances: FloatArray
    means: FloatArray
    omega: FloatArray
    omega_se: FloatArray
    alpha: FloatArray
    within: FloatArray = field(repr=False)
    between: FloatArray = field(repr=False)
    log_likelihood: float
    log_likelihood_unrestricted: float
    n_parameters: int
    chi2: float
    df: int
    p: float
    cfi: float
    rmsea: float
    converged: bool
    proper: bool


Implied = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _TwoLevels:
    """Sufficient statistics: products within persons, and for each number of days the persons' means."""

    n: int
    n_persons: int
    within: FloatArray
    sizes: FloatArray
    counts: FloatArray
    sums: FloatArray
    products: FloatArray

    @classmethod
    def of(cls, items: FloatArray, groups: IntArray) -> _TwoLevels:
        _, group = np.unique(groups, return_inverse=True)
        size = np.bincount(group).astype(float)
        means = np.stack([np.bincount(group, weights=column) for column in items.T], axis=1) / size[:, None]
        rest = items - means[group]
        sizes = np.unique(size)
        each = [means[size == one] for one in sizes]
        return cls(
            n=len(items),
            n_persons=len(size),
            within=rest.T @ rest,
            sizes=sizes,
            counts=np.array([len(one) for one in each], float),
            sums=np.array([one.sum(axis=0) for one in each]),
            products=np.array([one.T @ one for one in each]),
        )

    def means(self, inverses: FloatArray) -> FloatArray:
        weight = self.counts * self.sizes
        left = np.tensordot(weight, inverses, 1)
        values: FloatArray = np.linalg.solve(left, np.einsum("s,sij,sj->i", self.sizes, inverses, self.sums))
        return values

    def deviance(self, within: FloatArray, between: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        """Return the deviance with the best means, and its derivatives by both (symmetric) matrices."""
        np.linalg.cholesky(within)
        total = within + self.sizes[:, None, None] * between
        np.linalg.cholesky(total)
        inverse, inverses = np.linalg.inv(within), np.linalg.inv(total)
        mu = self.means(inverses)
        cross = self.sums[:, :, None] * mu
        about = self.products - cross - cross.transpose(0, 2, 1) + self.counts[:, None, None] * np.outer(mu, mu)
        days, k = self.n - self.n_persons, len(mu)
        value = (
            days * np.linalg.slogdet(within)[1]
            + np.sum(inverse * self.within)
            + self.counts @ np.linalg.slogdet(total)[1]
            + np.einsum("s,sij,sij->", self.sizes, inverses, about)
            + self.n * k * np.log(2 * np.pi)
        )
        by_total = self.counts[:, None, None] * inverses - self.sizes[:, None, None] * (inverses @ about @ inverses)
        by_within = days * inverse - inverse @ self.within @ inverse + by_total.sum(0)
        return float(value), by_within, np.tensordot(self.sizes, by_total, 1)


def two_level_factor(items: FloatArray, groups: IntArray, *, equal_loadings: bool = False) -> TwoLevelFactor:
    """Fit one factor within and one between persons by maximum likelihood; omega and alpha of both levels.

    ``omega = (sum of loadings)^2 phi / ((sum of loadings)^2 phi + sum of uniquenesses)`` on either level.

    Parameters
    ----------
    items
        Days x items, complete rows.
    groups
        Whose day it is.
    equal_loadings
        Whether an item's loading is the same on both levels (the factor's variance within is then free).

    Raises
    ------
    IntimacyScalesError
        For fewer than three items, or fewer persons or days than the model needs.

    Notes
    -----
    A person with one day says nothing of the within level. Alpha is that of the unrestricted matrices. Standard errors
    from the observed information. Validated against lavaan 0.6-14 (``cluster``, ML).
    Reference: Geldhof, G. J., Preacher, K. J., & Zyphur, M. J. (2014). Reliability estimation in a multilevel
    confirmatory factor analysis framework. *Psychological Methods, 19*, 72-91. https://doi.org/10.1037/a0032138
    """
    data = _TwoLevels.of(items, groups)
    k = items.shape[1]
    _refuse(data, k)
    days = data.n - data.n_persons
    start_within = data.within / days
    start_between = _floor(_means_cov(data))
    free = _minimised(data, *_unrestricted(k), _start_unrestricted(start_within, start_between))
    base = _minimised(data, *_independent(k), np.log(np.r_[np.diag(start_within), np.diag(start_between)]))
    make, slope = _one_factor(k, equal_loadings=equal_loadings)
    fitted = _minimised(data, make, slope, _start_factor(start_within, start_between, equal_loadings=equal_loadings))
    return _factor_result(data, fitted, free, base, equal_loadings=equal_loadings)


def _refuse(data: _TwoLevels, k: int) -> None:
    problems = []
    if k < 3:
        problems.append(Problem(where="daily items", what=f"{k}", allowed="three or more"))
    if data.n_persons <= k + 1:
        problems.append(Problem(where="persons", what=f"{data.n_persons}", allowed=f"more than {k + 1}"))
    if data.n - data.n_persons <= k + 1:
        problems.append(Problem(where="days", what="too few persons have two days or more"))
    if problems:
        raise IntimacyScalesError(problems)
    flat = np.diag(data.within) <= 0
    if flat.any():
        raise IntimacyScalesError(
            Problem(where="daily items", what=f"{int(flat.sum())} never vary within a person", do="leave them out")
        )


def _means_cov(data: _TwoLevels) -> FloatArray:
    grand = data.sums.sum(axis=0) / data.n_persons
    about: FloatArray = (data.products.sum(0) - data.n_persons * np.outer(grand, grand)) / (data.n_persons - 1)
    error = data.within / (data.n - data.n_persons)
    values: FloatArray = about - error * (data.counts @ (1 / data.sizes)) / data.n_persons
    return values


def _floor(matrix: FloatArray) -> FloatArray:
    """Return the nearest matrix whose eigenvalues are not next to nothing."""
    values, vectors = np.linalg.eigh(matrix)
    found: FloatArray = (vectors * np.maximum(values, 0.02 * max(values[-1], 1e-6))) @ vectors.T
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Minimum:
    theta: FloatArray
    deviance: float
    within: FloatArray
    between: FloatArray
    covariance: FloatArray
    converged: bool


Slope = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]


def _minimised(data: _TwoLevels, make: Implied, slope: Slope, start: FloatArray) -> _Minimum:
    from scipy.optimize import minimize

    def function(theta: FloatArray) -> tuple[float, FloatArray]:
        try:
            value, by_within, by_between = data.deviance(*make(theta))
        except np.linalg.LinAlgError:
            return 1e12, np.zeros(len(theta))
        return value, slope(theta, by_within, by_between)

    found = minimize(function, start, jac=True, method="BFGS", options={"gtol": 1e-4, "maxiter": 2000})
    theta = found.x
    H = _differences(lambda x: function(x)[1], theta)
    for _ in range(3):
        g = function(theta)[1]
        moved = theta - np.linalg.pinv(H, hermitian=True) @ g
        if not np.abs(function(moved)[1]).max() < np.abs(g).max():
            break
        theta = moved
    value, g = function(theta)
    within, between = make(theta)
    return _Minimum(
        theta=theta,
        deviance=value,
        within=within,
        between=between,
        covariance=2 * np.linalg.pinv(_differences(lambda x: function(x)[1], theta), hermitian=True),
        converged=bool(np.abs(g).max() < 1e-2),
    )


def _differences(gradient: Callable[[FloatArray], FloatArray], theta: FloatArray) -> FloatArray:
    h = 1e-5 * np.maximum(np.abs(theta), 0.1)
    H: FloatArray = np.array([
        (gradient(theta + step) - gradient(theta - step)) / (2 * h[j]) for j, step in enumerate(np.diag(h))
    ])  # fmt: skip
    values: FloatArray = (H + H.T) / 2
    return values


def _unrestricted(k: int) -> tuple[Implied, Slope]:
    structure = unstructured(k)
    m = structure.n_parameters

    def make(theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        return structure.matrix(theta[:m]), structure.matrix(theta[m:])

    def slope(theta: FloatArray, by_within: FloatArray, by_between: FloatArray) -> FloatArray:
        return np.concatenate([structure.slope(theta[:m], by_within), structure.slope(theta[m:], by_between)])

    return make, slope


def _start_unrestricted(within: FloatArray, between: FloatArray) -> FloatArray:
    rows = np.tril_indices(len(within))
    return np.concatenate([np.linalg.cholesky(within)[rows], np.linalg.cholesky(between)[rows]])


def _independent(k: int) -> tuple[Implied, Slope]:
    def make(theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        return np.diag(np.exp(theta[:k])), np.diag(np.exp(theta[k:]))

    def slope(theta: FloatArray, by_within: FloatArray, by_between: FloatArray) -> FloatArray:
        values: FloatArray = np.exp(theta) * np.concatenate([np.diag(by_within), np.diag(by_between)])
        return values

    return make, slope


def _one_factor(k: int, *, equal_loadings: bool) -> tuple[Implied, Slope]:
    """Parameters: loadings within, uniquenesses within, loadings between (or the variance within), uniquenesses."""

    def parts(theta: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, float]:
        if equal_loadings:
            return theta[:k], theta[k : 2 * k], theta[:k], theta[2 * k + 1 :], float(theta[2 * k])
        return theta[:k], theta[k : 2 * k], theta[2 * k : 3 * k], theta[3 * k :], 1.0

    def make(theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        lw, tw, lb, tb, variance = parts(theta)
        return variance * np.outer(lw, lw) + np.diag(tw), np.outer(lb, lb) + np.diag(tb)

    def slope(theta: FloatArray, by_within: FloatArray, by_between: FloatArray) -> FloatArray:
        lw, _, lb, _, variance = parts(theta)
        of_within, of_between = 2 * variance * by_within @ lw, 2 * by_between @ lb
        if equal_loadings:
            middle = np.array([lw @ by_within @ lw])
            return np.concatenate([of_within + of_between, np.diag(by_within), middle, np.diag(by_between)])
        return np.concatenate([of_within, np.diag(by_within), of_between, np.diag(by_between)])

    return make, slope


def _start_factor(within: FloatArray, between: FloatArray, *, equal_loadings: bool) -> FloatArray:
    w, b = (0.75 * np.sqrt(np.diag(matrix)) for matrix in (within, between))
    tw, tb = 0.45 * np.diag(within), 0.45 * np.diag(between)
    if equal_loadings:
        return np.concatenate([b, tw, np.array([np.mean(w**2) / np.mean(b**2)]), tb])
    return np.concatenate([w, tw, b, tb])


def _factor_result(
    data: _TwoLevels, fitted: _Minimum, free: _Minimum, base: _Minimum, *, equal_loadings: bool
) -> TwoLevelFactor:
    from scipy.stats import chi2 as chi_square

    k = len(fitted.within)
    omega, J, loadings, uniquenesses, variances = _omegas(fitted.theta, k, equal_loadings=equal_loadings)
    se = np.sqrt(np.maximum(np.einsum("li,ij,lj->l", J, fitted.covariance, J), 0))
    chi2 = fitted.deviance - free.deviance
    df = k * (k + 1) - len(fitted.theta)
    base_df = k * (k - 1)
    far, base_far = max(chi2 - df, 0.0), max(base.deviance - free.deviance - base_df, chi2 - df, 0.0)
    inverses = np.linalg.inv(fitted.within + data.sizes[:, None, None] * fitted.between)
    return TwoLevelFactor(
        n=data.n,
        n_persons=data.n_persons,
        loadings=loadings,
        uniquenesses=uniquenesses,
        factor_variances=variances,
        means=data.means(inverses),
        omega=omega,
        omega_se=se,
        alpha=np.array([alpha(np.asarray(S, dtype=np.float64)) for S in (free.within, free.between)]),
        within=free.within,
        between=free.between,
        log_likelihood=-fitted.deviance / 2,
        log_likelihood_unrestricted=-free.deviance / 2,
        n_parameters=len(fitted.theta) + k,
        chi2=chi2,
        df=df,
        p=float(chi_square.sf(chi2, df)) if df else float("nan"),
        cfi=1 - far / base_far if base_far > 0 else 1.0,
        rmsea=float(np.sqrt(far / (df * data.n))) if df else 0.0,
        converged=fitted.converged and free.converged,
        proper=bool((uniquenesses > 1e-6).all() and (variances > 0).all()),
    )


def _omegas(
    theta: FloatArray, k: int, *, equal_loadings: bool
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return omega of both levels and its derivatives, with the loadings, uniquenesses and factor variances."""
    middle = 2 * k + 1 if equal_loadings else 3 * k
    lw, tw, tb = theta[:k], theta[k : 2 * k], theta[middle:]
    lb = lw if equal_loadings else theta[2 * k : 3 * k]
    variance = float(theta[2 * k]) if equal_loadings else 1.0
    J = np.zeros((2, len(theta)))
    omega = np.empty(2)
    between = slice(0, k) if equal_loadings else slice(2 * k, 3 * k)
    for level, (l_, t, v, where, rest) in enumerate(
        ((lw, tw, variance, slice(0, k), slice(k, 2 * k)), (lb, tb, 1.0, between, slice(middle, middle + k)))
    ):
        true, error = v * l_.sum() ** 2, t.sum()
        omega[level] = true / (true + error)
        J[level, where] = 2 * v * l_.sum() * error / (true + error) ** 2
        J[level, rest] = -true / (true + error) ** 2
        if equal_loadings and level == 0:
            J[0, 2 * k] = l_.sum() ** 2 * error / (true + error) ** 2
    return omega, J, np.array([lw, lb]), np.array([tw, tb]), np.array([variance, 1.0])
