"""Omega: reliability from a factor model. Kernels over the structural-equation core; matrices in, figures out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError
from intimacy_scales.base.wording import figure
from intimacy_scales.statistics.consistency.categorical import OneFactorFit, fit_of, improper
from intimacy_scales.statistics.consistency.coefficients import SINGULAR, standardized, without
from intimacy_scales.statistics.consistency.intervals import on_log_error, pairwise_influences, standard_error
from intimacy_scales.statistics.estimate import Estimate
from intimacy_scales.statistics.moments import MissingRule

LEAST_ITEMS = 3  # with two items the loadings of one factor are not identified
MOST_ROWS_FACTORS = 5_000  # the same, for the items of all scales together
MOST_ROWS_FIML = 20_000  # above, the likelihood over patterns of missing answers takes long


@dataclass(frozen=True, slots=True, kw_only=True)
class Omega:
    """Omega total of one factor, and the fit of that factor.

    ``value`` puts the model-implied variance of the total below the line, ``value_observed`` the observed one. Both are
    NaN, without an interval, where the solution is improper: ``withheld`` then says why.
    """

    value: float
    value_observed: float
    interval: Estimate | None
    se: float
    loadings: FloatArray = field(repr=False)
    residuals: FloatArray = field(repr=False)
    model: OneFactorFit | None
    """``None`` where the model could not be fitted to the persons' own answers."""
    withheld: str = ""
    notes: tuple[str, ...] = ()

    @property
    def chisq(self) -> float:
        """Chi-square of the one-factor model; NaN where it could not be fitted."""
        return float("nan") if self.model is None else self.model.chi2

    @property
    def df(self) -> int:
        """Degrees of freedom of the one-factor model; 0 where it could not be fitted."""
        return 0 if self.model is None else self.model.df

    def to_dict(self) -> dict[str, Any]:
        """Return the figure, its interval, its definition and the fit of its model."""
        return {
            "value": self.value, "ci": None if self.interval is None else list(self.interval.ci), "se": self.se,
            "value_observed": self.value_observed, "definition": "model-implied total",
            "method": None if self.interval is None else self.interval.method,
            "model": None if self.model is None else self.model.to_dict(),
        }  # fmt: skip


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
    covariance: FloatArray,
    *,
    n: int,
    level: float = 0.95,
    rows: FloatArray | None = None,
    missing: MissingRule = "pairwise",
    clusters: Sequence[object] | None = None,
    names: Sequence[str] | None = None,
    by_pattern: Any = None,
) -> Omega | None:
    r"""McDonald's omega total, ``(sum l)^2 / ((sum l)^2 + sum psi)``, from the one-factor model by maximum likelihood.

    Parameters
    ----------
    covariance
        Covariances of keyed items, items x items (pairwise, listwise or by EM).
    n
        Persons the interval counts when nothing is missing.
    level
        Confidence of the interval; all of them lie on ``ln(1 - omega)``.
    rows
        Keyed answers, persons x items, NaN where there is none; persons with any answer. With ``fiml`` the model is
        fitted to them and ``covariance`` (by EM) only gives the observed variance of the total. With ``pairwise`` and
        gaps they give the interval (each person's influence on the pairwise matrix) and the model's fit (FIML).
    missing
        Which of the three made ``covariance``.
    clusters
        What every row belongs to (the couple): cluster-robust intervals, t with G - 1 degrees of freedom.
    names
        Of the items, for the reason why a figure is withheld.
    by_pattern
        A sample for likelihoods without its rows (:func:`~intimacy_scales.statistics.sem.sample_from_sums`), where
        there are gaps and too many rows: with ``fiml`` the model is fitted to it, else it tells the model's fit.

    Returns
    -------
    Omega or None
        ``None`` for fewer than three items, a matrix that is not positive definite, or no convergence. Improper
        solutions (a residual variance at or below zero) are withheld.

    Notes
    -----
    Right when one factor makes the items covary; then at least alpha. With several factors it is neither the share of
    the general factor nor of all: see :func:`omega_of_factors`, and ``model``. Complete answers: standard error by
    normal theory (JASP's). FIML: observed information and Huber-White, as lavaan's MLR.
    Validated against lavaan 0.6-14 with semTools 0.5-6 ``compRelSEM`` (``value_observed``, complete and FIML), JASP
    (value and standard error).

    References
    ----------
    McDonald, R. P. (1999). Test theory: A unified treatment. Erlbaum.
    Raykov, T. (2002). Analytic estimation of standard error and confidence interval for scale reliability.
    Multivariate Behavioral Research, 37, 89-103. doi:10.1207/S15327906MBR3701_04
    """
    k = len(covariance)
    if k < LEAST_ITEMS or not positive_definite(covariance):
        return None
    gaps = rows is not None and bool(np.isnan(rows).any())
    try:
        if gaps and missing == "fiml" and rows is not None:
            omega = _by_fiml(covariance, rows, level, clusters)
        elif rows is not None and (gaps or clusters is not None):
            omega = _by_influence(_fitted(covariance, len(rows)), covariance, rows, level, clusters, by_pattern)
        elif by_pattern is not None and missing == "fiml":
            omega = _by_likelihood(covariance, by_pattern, level)
        elif n > k:
            omega = _by_moments(covariance, n, level)
            if by_pattern is not None:
                omega = replace(omega, model=_fit_by_pattern(by_pattern))
        else:
            return None
    except IntimacyScalesError:
        return None
    return _checked(omega, covariance, names or [f"item {j + 1}" for j in range(k)])


def _by_moments(covariance: FloatArray, n: int, level: float) -> Omega:
    """Omega of complete rows: normal theory."""
    found = _fitted(covariance, n)
    defined = found.defined[0]
    interval = on_log_error(defined.est, defined.se, level=level, n=n, method="delta (normal theory)")
    return _packed(found, covariance, interval=interval, se=defined.se, model=fit_of(found, method="ML"))


def _fitted(covariance: FloatArray, n: int) -> Any:
    from intimacy_scales.statistics import sem

    k = len(covariance)
    return sem.fit(_one_factor(k), sem.sample_from_moments(covariance, n, _names(k)))


def _by_fiml(covariance: FloatArray, rows: FloatArray, level: float, clusters: Sequence[object] | None) -> Omega:
    from intimacy_scales.statistics import sem

    k = len(covariance)
    data = sem.sample(rows, _names(k), missing="fiml", clusters=clusters)
    found = sem.fit(_one_factor(k), data, estimator="MLR")
    defined = found.defined[0]
    interval = on_log_error(defined.est, defined.se, level=level, n=found.n, clusters=data.n_clusters,
                            method=f"delta (FIML, {_robust(clusters)})")  # fmt: skip
    return _packed(found, covariance, interval=interval, se=defined.se, model=fit_of(found, method="FIML"))


def _by_likelihood(covariance: FloatArray, by_pattern: Any, level: float) -> Omega:
    """Omega by FIML from sums by pattern of missing answers: observed information, normal theory."""
    from intimacy_scales.statistics import sem

    found = sem.fit(_one_factor(len(covariance)), by_pattern)
    defined = found.defined[0]
    interval = on_log_error(defined.est, defined.se, level=level, n=found.n, method="delta (FIML, normal theory)")
    return _packed(found, covariance, interval=interval, se=defined.se, model=fit_of(found, method="FIML"))


def _fit_by_pattern(by_pattern: Any) -> OneFactorFit:
    """Return the fit of one factor to sums by pattern of missing answers, by FIML."""
    from intimacy_scales.statistics import sem

    return fit_of(sem.fit(sem.cfa_model({"f": list(by_pattern.names)}), by_pattern), method="FIML")


def _by_influence(
    found: Any, covariance: FloatArray, rows: FloatArray, level: float, clusters: Sequence[object] | None,
    by_pattern: Any,
) -> Omega:  # fmt: skip
    """Omega of a pairwise matrix (or of clustered persons): its interval from every person's influence."""
    se = standard_error(pairwise_influences(rows, omega_gradient(found)), clusters)
    said = "delta (pairwise, distribution-free)" if np.isnan(rows).any() else "delta (distribution-free)"
    said = said if clusters is None else said.replace(")", ", cluster-robust)")
    interval = on_log_error(found.defined[0].est, se, level=level, n=len(rows), method=said,
                            clusters=None if clusters is None else len(set(map(str, clusters))))  # fmt: skip
    model, notes = _fit_to_rows(found, rows, by_pattern)
    return _packed(found, covariance, interval=interval, se=se, model=model, notes=notes)


def _robust(clusters: Sequence[object] | None) -> str:
    return "Huber-White" if clusters is None else "cluster-robust"


def _fit_to_rows(found: Any, rows: FloatArray, by_pattern: Any) -> tuple[OneFactorFit | None, tuple[str, ...]]:
    """Return the model's fit to persons with gaps, by FIML; complete rows have it already."""
    from intimacy_scales.statistics import sem

    if not np.isnan(rows).any():
        return fit_of(found, method="ML"), ()
    if len(rows) > MOST_ROWS_FIML and by_pattern is None:
        return None, (f"more than {MOST_ROWS_FIML:,} rows with gaps: the fit of the one-factor model is not tested",)
    try:
        if by_pattern is not None:
            return _fit_by_pattern(by_pattern), ()
        names = _names(rows.shape[1])
        fitted = sem.fit(sem.cfa_model({"f": names}), sem.sample(rows, names, missing="fiml"))
    except IntimacyScalesError as fault:
        why = "; ".join(problem.what for problem in fault.problems)
        return None, (f"the fit of the one-factor model could not be tested (FIML: {why})",)
    return fit_of(fitted, method="FIML"), ()


def omega_gradient(found: Any) -> FloatArray:
    r"""Return the derivatives of omega by the covariances the model was fitted to, items x items.

    At the estimates the likelihood's slope is zero: ``dtheta / dS = H^-1 n / 2 V (dSigma / dtheta) V``, with H the
    exact second derivatives and V the inverse of the implied matrix.
    """
    from intimacy_scales.statistics.sem.matrices import evaluate

    theta, compiled = found.theta, found.setup.compiled
    loadings, residuals = _estimates(found)
    k, n = len(loadings), found.n
    inverse = np.linalg.inv(evaluate(compiled.groups[0], theta).sigma)
    hessian = found.setup.objective.hessian(theta)
    at = {name: place for place, name in enumerate(found.free_names)}
    total, error = loadings.sum(), residuals.sum()
    whole = total**2 + error
    slope = np.zeros(len(theta))
    for j in range(k):
        slope[at[f"l{j}"]] = 2 * total * error / whole**2
        slope[at[f"e{j}"]] = -(total**2) / whole**2
    pull = np.linalg.solve(hessian, slope)
    moved = np.zeros((k, k))  # sum over parameters of pull times dSigma / dtheta
    for j in range(k):
        moved[j] += pull[at[f"l{j}"]] * loadings
        moved[:, j] += pull[at[f"l{j}"]] * loadings
        moved[j, j] += pull[at[f"e{j}"]]
    gradient: FloatArray = n / 2 * inverse @ moved @ inverse * ((n - 1) / n)
    return gradient


def _estimates(found: Any) -> tuple[FloatArray, FloatArray]:
    loadings = np.array([estimate.est for estimate in found.estimates if estimate.op == "=~"])
    residuals = np.array([estimate.est for estimate in found.estimates if estimate.op == "~~" and estimate.lhs != "f"])
    return loadings, residuals


def _packed(
    found: Any,
    covariance: FloatArray,
    *,
    interval: Estimate | None,
    se: float,
    model: OneFactorFit | None,
    notes: tuple[str, ...] = (),
) -> Omega:
    loadings, residuals = _estimates(found)
    shrink = (found.n - 1) / found.n  # the fit takes covariances divided by n
    return Omega(
        value=found.defined[0].est, value_observed=float(loadings.sum() ** 2 / (covariance.sum() * shrink)),
        interval=interval, se=se, loadings=loadings, residuals=residuals, model=model, notes=notes,
    )  # fmt: skip


def _checked(omega: Omega, covariance: FloatArray, names: Sequence[str]) -> Omega:
    """Withhold an improper solution's figures, with the reason."""
    worst, most = improper(omega.residuals, np.diag(covariance)), max(omega.value, omega.value_observed)
    if worst is not None:
        left = f"a residual variance of {omega.residuals[worst]:.3g}"
        why = f"improper: the one-factor model gives {names[worst]} {left} (a Heywood case)"
    elif most > 1:
        why = f"improper: {figure(most, 3)} is above 1"
    else:
        return omega
    nan = float("nan")
    return replace(omega, value=nan, value_observed=nan, se=nan, interval=None, withheld=why)


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
        extraction = extract(standardized(covariance), 1, method="ml")
    except IntimacyScalesError:
        return float("nan")
    sd = np.sqrt(np.diag(covariance))
    true = float((extraction.loadings[:, 0] * sd).sum()) ** 2
    return true / (true + float((extraction.uniquenesses * sd**2).sum()))


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
    model: OneFactorFit | None
    """Fit of the model of correlated factors; ``None`` where it could not be fitted to the persons' own answers."""
    proper: bool
    """No residual variance at or below zero, no factor correlation at or beyond one, nothing above 1."""
    notes: tuple[str, ...]


def omega_of_factors(
    covariance: FloatArray, factors: Mapping[str, Sequence[int]], *, n: int, gaps: bool = False,
    rows: FloatArray | None = None,
) -> FactorOmegas | None:  # fmt: skip
    r"""Omega total of several correlated factors, ``1' L Phi L' 1 / 1' Sigma 1``, from a confirmatory model by ML.

    Parameters
    ----------
    covariance
        Covariances of all items, items x items.
    factors
        Name of each factor to the places of its items.
    n
        Persons behind the covariances.
    gaps
        Some answers are missing: the matrix alone does not tell the fit of the model.
    rows
        Keyed answers with gaps, persons x items: the fit of the model is then theirs, by FIML.

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
    correlations = np.asarray(latent.correlations[np.ix_(at, at)], dtype=np.float64)
    variances = [row.est for row in found.estimates if row.op == "~~" and row.lhs == row.rhs]
    beyond = np.abs(correlations[np.triu_indices(len(names), 1)]).max(initial=0.0) >= 1
    return FactorOmegas(
        total=sums.reliability,
        by_factor={f: float(sums.by_factor[f].true / blocks[f]) for f in names},
        average_variance_extracted={f: sums.by_factor[f].extracted for f in names},
        model=_factors_fit(model, rows) if gaps else fit_of(found, method="ML"),
        proper=min(variances) > 0 and not beyond and sums.reliability <= 1,
        factor_correlations=correlations,
        notes=found.notes,
    )


def _factors_fit(model: Any, rows: FloatArray | None) -> OneFactorFit | None:
    """Return the fit of a factor model to persons with gaps, by FIML; ``None`` without them, for too many, or none."""
    from intimacy_scales.statistics import sem

    if rows is None or len(rows) > MOST_ROWS_FACTORS:
        return None
    try:
        return fit_of(sem.fit(model, sem.sample(rows, _names(rows.shape[1]), missing="fiml")), method="FIML")
    except IntimacyScalesError:
        return None
