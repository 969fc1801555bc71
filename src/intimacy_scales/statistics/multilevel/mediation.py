"""Mediation within persons with random slopes (1-1-1): indirect effect, its standard error and interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.statistics.multilevel.fitting import fit_mixed_model
from intimacy_scales.statistics.multilevel.inference import random_elements
from intimacy_scales.statistics.multilevel.structures import Method, MixedModel, repeated_measures

DRAWS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WithinMediation:
    """Mediation of persons' days: ``a`` (predictor to mediator), ``b`` (mediator to outcome), ``direct``.

    ``cov_ab`` is the covariance of the persons' own a and b; the average indirect effect is ``a b + cov_ab``.
    ``low`` and ``high`` are Monte Carlo limits.
    """

    model: MixedModel
    a: float
    b: float
    direct: float
    a_se: float
    b_se: float
    direct_se: float
    cov_ab: float
    cov_ab_se: float
    indirect: float
    indirect_se: float
    low: float
    high: float
    total: float
    indirect_sd: float
    draws: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MediationRows:
    """Days of persons: predictor (centred on the person), mediator and outcome (as they are), all of rows.

    ``mediator_centred`` is by default the mediator less each person's mean; ``covariates`` (rows x c) are fixed effects
    in both equations; ``days`` are needed for autocorrelated residuals.
    """

    predictor: FloatArray
    mediator: FloatArray
    outcome: FloatArray
    persons: IntArray
    mediator_centred: FloatArray | None = None
    covariates: FloatArray | None = None
    days: FloatArray | None = None

    @property
    def within_mediator(self) -> FloatArray:
        """Return the mediator less each person's mean, or what was given for it."""
        if self.mediator_centred is not None:
            return self.mediator_centred
        _, person = np.unique(self.persons, return_inverse=True)
        means = np.bincount(person, weights=self.mediator) / np.bincount(person)
        return self.mediator - means[person]


def within_mediation(
    data: MediationRows,
    *,
    random_slopes: bool = True,
    ar1: bool = False,
    method: Method = "REML",
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 2005,
) -> WithinMediation:
    """Fit both equations of a 1-1-1 mediation at one time, each person with slopes of their own.

    ``M = dM + a X + e``, ``Y = dY + b M + c' X + e``: rows are stacked, five random effects (two intercepts, a, b, c')
    covary freely, each equation has its own residual variance. Not everybody who shows the first step shows the second:
    the average of the persons' indirect effects is ``a b + cov(a, b)``, not ``a b`` (Kenny, Korchmaros and Bolger,
    2003).

    Parameters
    ----------
    data
        Predictor, mediator and outcome of all days.
    random_slopes
        Without them only the intercepts vary, and cov(a, b) is 0.

    Notes
    -----
    ``Var(indirect) = b^2 Va + a^2 Vb + Va Vb + 2 a b C + C^2 + Var(cov(a, b))``; C the covariance of the estimates of a
    and b, the last term from the observed information. Monte Carlo limits draw a and b together and cov(a, b) normal.
    Everything was asked on the same days: an indirect effect takes an association apart, it does not show a cause.
    Reference: Bauer, D. J., Preacher, K. J., & Gil, K. M. (2006). Conceptualizing and testing random indirect effects
    and moderated mediation in multilevel models. *Psychological Methods, 11*, 142-163.
    https://doi.org/10.1037/1082-989X.11.2.142
    """
    X = _stacked(data)
    Z = X if random_slopes else X[:, [0, 2]]
    if data.covariates is not None:
        zero = np.zeros_like(data.covariates)
        X = np.column_stack([X, np.concatenate([data.covariates, zero]), np.concatenate([zero, data.covariates])])
    n = len(data.predictor)
    rows = repeated_measures(
        np.concatenate([data.mediator, data.outcome]),
        X,
        Z,
        np.concatenate([data.persons, data.persons]),
        members=np.repeat([0, 1], n),
        days=np.tile(np.arange(n, dtype=float) if data.days is None else data.days, 2),
    )
    model = fit_mixed_model(rows, residual="diagonal", ar1=ar1, method=method)
    return _mediated(model, random_slopes=random_slopes, level=level, draws=draws, seed=seed)


def _stacked(data: MediationRows) -> FloatArray:
    """Return the columns of both equations: intercept and a of the mediator's, intercept, b and c' of the outcome's."""
    one, none = np.ones(len(data.predictor)), np.zeros(len(data.predictor))
    of_mediator = np.column_stack([one, data.predictor, none, none, none])
    of_outcome = np.column_stack([none, none, one, data.within_mediator, data.predictor])
    return np.concatenate([of_mediator, of_outcome])


def _mediated(model: MixedModel, *, random_slopes: bool, level: float, draws: int, seed: int) -> WithinMediation:
    a, b, direct = (float(model.fixed[j]) for j in (1, 3, 4))
    V = model.fixed_cov[np.ix_([1, 3], [1, 3])]
    cov, var_cov, spread = 0.0, 0.0, 0.0
    if random_slopes:
        values, errors = random_elements(model, np.array([1, 1, 3]), np.array([3, 1, 3]))
        cov, var_cov = float(values[0]), float(errors[0, 0])
        va, vb = float(values[1]), float(values[2])
        spread = b * b * va + a * a * vb + va * vb + 2 * a * b * cov + cov * cov
    C = V[0, 1]
    variance = b * b * V[0, 0] + a * a * V[1, 1] + V[0, 0] * V[1, 1] + 2 * a * b * C + C * C + var_cov
    rng = np.random.default_rng(seed)
    drawn = rng.multivariate_normal([a, b], V, draws)
    product = drawn[:, 0] * drawn[:, 1] + cov + np.sqrt(max(var_cov, 0.0)) * rng.standard_normal(draws)
    low, high = np.quantile(product, [(1 - level) / 2, (1 + level) / 2])
    se = model.se
    indirect = a * b + cov
    return WithinMediation(
        model=model,
        a=a,
        b=b,
        direct=direct,
        a_se=float(se[1]),
        b_se=float(se[3]),
        direct_se=float(se[4]),
        cov_ab=cov,
        cov_ab_se=float(np.sqrt(max(var_cov, 0.0))),
        indirect=indirect,
        indirect_se=float(np.sqrt(variance)),
        low=float(low),
        high=float(high),
        total=indirect + direct,
        indirect_sd=float(np.sqrt(max(spread, 0.0))),
        draws=draws,
        seed=seed,
    )
