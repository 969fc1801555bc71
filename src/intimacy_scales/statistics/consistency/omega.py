"""Omega: reliability from a factor model. Kernels over the structural-equation core; matrices in, figures out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.base.errors import IntimacyScalesError
from intimacy_scales.statistics.consistency.coefficients import SINGULAR, standardized, without
from intimacy_scales.statistics.consistency.intervals import Interval
from intimacy_scales.statistics.moments import FloatArray

LEAST_ITEMS = 3  # with two items the loadings of one factor are not identified


@dataclass(frozen=True, slots=True, kw_only=True)
class Omega:
    """Omega total of one factor.

    ``value`` puts the model-implied variance of the total below the line, ``value_observed`` the observed one.
    """

    value: float
    value_observed: float
    interval: Interval
    se: float
    loadings: FloatArray = field(repr=False)
    residuals: FloatArray = field(repr=False)
    chisq: float
    df: int
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"value", "ci", "se", "method"}``."""
        return {"value": self.value, "ci": self.interval.to_list(), "se": self.se, "method": self.interval.method}


def _names(k: int) -> list[str]:
    return [f"x{j}" for j in range(k)]


def _one_factor(k: int) -> Any:
    """Return the model: k items on one factor of variance 1, omega defined from labelled parameters."""
    from intimacy_scales.statistics import sem

    names = _names(k)
    true = f"({' + '.join(f'l{j}' for j in range(k))}) ** 2"
    error = " + ".join(f"e{j}" for j in range(k))
    return sem.path_model(
        sem.loading("f", {name: f"l{j}" for j, name in enumerate(names)}),
        *(sem.covariance(name, {name: f"e{j}"}) for j, name in enumerate(names)),
        defined={"omega": f"{true} / ({true} + {error})"},
    )


def one_factor_omega(
    covariance: FloatArray, *, n: int, level: float = 0.95, rows: FloatArray | None = None
) -> Omega | None:
    r"""McDonald's omega total, ``(sum l)^2 / ((sum l)^2 + sum psi)``, from the one-factor model by maximum likelihood.

    Parameters
    ----------
    covariance
        Covariances of keyed items, items x items (pairwise, listwise or by EM).
    n
        Persons the interval counts: the complete rows.
    level
        Confidence of the interval, ``omega -+ z se`` with the delta method's standard error.
    rows
        Keyed answers with gaps, persons x items: the model is then fitted to every person's own answers (FIML),
        and ``covariance`` (by EM) only gives the observed variance of the total.

    Returns
    -------
    Omega or None
        ``None`` for fewer than three items, a matrix that is not positive definite, or no convergence.

    Notes
    -----
    Right when one factor makes the items covary; then at least alpha. With several factors it is neither the share of
    the general factor nor of all: see :func:`omega_of_factors`. The interval takes answers as normal.
    Validated against lavaan 0.6-14 with semTools 0.5-6 ``compRelSEM`` (``value_observed``, complete and FIML), JASP
    (value, standard error and interval).

    References
    ----------
    McDonald, R. P. (1999). Test theory: A unified treatment. Erlbaum.
    Raykov, T. (2002). Analytic estimation of standard error and confidence interval for scale reliability.
    Multivariate Behavioral Research, 37, 89-103. doi:10.1207/S15327906MBR3701_04
    """
    from intimacy_scales.statistics import sem

    k = len(covariance)
    if k < LEAST_ITEMS or n <= k or not positive_definite(covariance):
        return None
    try:
        if rows is None:
            data = sem.sample_from_moments(covariance, n, _names(k))
        else:
            data = sem.sample(rows, _names(k), missing="fiml")
        found = sem.fit(_one_factor(k), data)
    except IntimacyScalesError:
        return None
    omega = found.defined[0]
    loadings = np.array([one.est for one in found.estimates if one.op == "=~"])
    residuals = np.array([one.est for one in found.estimates if one.op == "~~" and one.lhs != "f"])
    interval = _wald(omega.est, omega.se, level=level, n=found.n, method="delta (normal theory)")
    shrink = (n - 1) / n  # the fit takes covariances divided by n
    return Omega(
        value=omega.est,
        value_observed=float(loadings.sum() ** 2 / (covariance.sum() * shrink)),
        interval=interval,
        se=omega.se,
        loadings=loadings,
        residuals=residuals,
        chisq=found.measures.chisq,
        df=found.measures.df,
        notes=_heywood(residuals),
    )


def _wald(value: float, se: float, *, level: float, n: int, method: str) -> Interval:
    from statistics import NormalDist

    z = NormalDist().inv_cdf((1 + level) / 2)
    return Interval(low=value - z * se, high=value + z * se, level=level, method=method, n=n)


def _heywood(residuals: FloatArray) -> tuple[str, ...]:
    if (residuals < 0).any():
        return ("the one-factor model has a negative error variance (a Heywood case): omega is not to be trusted",)
    return ()


def positive_definite(covariance: FloatArray) -> bool:
    """Return whether the matrix is complete and its correlations have no eigenvalue near or below zero."""
    correlation = standardized(covariance)
    return bool(np.isfinite(correlation).all() and np.linalg.eigvalsh(correlation)[0] > SINGULAR)


def omega_without_each(covariance: FloatArray) -> FloatArray:
    """Return omega total of the scale without each item; NaN where fewer than three are left or none converges.

    Point estimates only, by one-factor maximum likelihood. Validated against JASP ("omega if dropped").
    """
    k = len(covariance)
    if k <= LEAST_ITEMS or not positive_definite(covariance):
        return np.full(k, np.nan)
    return np.array([_quick(without(covariance, j)) for j in range(k)])


def _quick(covariance: FloatArray) -> float:
    from intimacy_scales.statistics.factoring import extract

    try:
        found = extract(standardized(covariance), 1, method="ml")
    except IntimacyScalesError:
        return float("nan")
    sd = np.sqrt(np.diag(covariance))
    true = float((found.loadings[:, 0] * sd).sum()) ** 2
    return true / (true + float((found.uniquenesses * sd**2).sum()))


def omega_by_minres(correlation: FloatArray) -> float:
    r"""Omega as jamovi and R psych print it for one factor: ``1 - sum u / sum_ij r_ij``, u from minimum residuals.

    Of standardized items, with the observed variance of their total below and every unshared part as error above. It is
    near :func:`one_factor_omega` where one factor fits, and above it where it does not. NaN for fewer than three items.
    Validated against jamovi (jmv; omega and omega if dropped, nine items).
    """
    from intimacy_scales.statistics.factoring import extract

    if len(correlation) < LEAST_ITEMS or not positive_definite(correlation):
        return float("nan")
    return 1 - float(extract(correlation, 1, method="minres").uniquenesses.sum() / correlation.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorOmegas:
    """Omega of a total that several correlated factors make up, and of each factor's own items."""

    total: float
    by_factor: Mapping[str, float]
    """``(sum l)^2 / (observed variance of the sum of the factor's items)``: semTools' composite reliability."""
    average_variance_extracted: Mapping[str, float]
    """Mean squared standardized loading of a factor's items."""
    factor_correlations: FloatArray = field(repr=False)
    notes: tuple[str, ...]


def omega_of_factors(covariance: FloatArray, factors: Mapping[str, Sequence[int]], *, n: int) -> FactorOmegas | None:
    r"""Omega total of several correlated factors, ``1' L Phi L' 1 / 1' Sigma 1``, from a confirmatory model by ML.

    Parameters
    ----------
    covariance
        Covariances of all items, items x items.
    factors
        Name of each factor to the places of its items.
    n
        Persons behind the covariances.

    Returns
    -------
    FactorOmegas or None
        ``None`` where the matrix is not positive definite or the model does not converge.

    Notes
    -----
    Says how much of a *total's* variance the factors make together. A high value is no licence for a total: see
    omega hierarchical. Validated against semTools 0.5-6 ``compRelSEM`` (36 items, six factors, by factor).

    References
    ----------
    Bentler, P. M. (2009). Alpha, dimension-free, and model-based internal consistency reliability. Psychometrika, 74,
    137-143. doi:10.1007/s11336-008-9100-1
    """
    from intimacy_scales.statistics import sem

    if not positive_definite(covariance):
        return None
    model = sem.cfa_model({name: [f"x{j}" for j in places] for name, places in factors.items()})
    try:
        found = sem.fit(model, sem.sample_from_moments(covariance, n, _names(len(covariance))))
    except IntimacyScalesError:
        return None
    names, sums = list(factors), sem.factor_sums(found)
    latent = sem.latent_correlations(found)[0]
    at = [latent.names.index(name) for name in names]
    shrink = (n - 1) / n  # the fit takes covariances divided by n
    blocks = {f: covariance[np.ix_(factors[f], factors[f])].sum() * shrink for f in names}
    return FactorOmegas(
        total=sums.reliability,
        by_factor={f: float(sums.by_factor[f].true / blocks[f]) for f in names},
        average_variance_extracted={f: sums.by_factor[f].extracted for f in names},
        factor_correlations=np.asarray(latent.correlations[np.ix_(at, at)], dtype=np.float64),
        notes=found.notes,
    )
