"""The door of the room: a model, a sample, an estimator, and out comes a fit.

Scoring with damping: Newton's method on the expected information, the exact Hessian once it is near.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem
from intimacy_scales.statistics.sem import derived_parameters as functions
from intimacy_scales.statistics.sem.derived_parameters import group_standard, raw, std_all
from intimacy_scales.statistics.sem.indices import Chi, measures, scaling
from intimacy_scales.statistics.sem.matrices import evaluate
from intimacy_scales.statistics.sem.normal import LOG_2PI, NormalObjective
from intimacy_scales.statistics.sem.ordinal import LeastSquares, OrdinalSample, Parameterization
from intimacy_scales.statistics.sem.results import (
    DefinedEstimate,
    Estimator,
    Fit,
    FitMeasures,
    ParameterEstimate,
    Setup,
)
from intimacy_scales.statistics.sem.robust import categorical_chi, complete_chi, covariance
from intimacy_scales.statistics.sem.samples import Sample, available, sample_from_moments
from intimacy_scales.statistics.sem.setup import prepare
from intimacy_scales.statistics.sem.spec import GroupedModel, Model, Parameter, as_grouped
from intimacy_scales.statistics.threads import one_thread

STEPS = 300
CLOSE = 1e-12  # Newton decrement, in units of the log-likelihood: parameters are then within 1e-6 standard errors
NEAR = 1.0  # decrement below which the exact Hessian is worth its price
SLACK = 1e-11  # relative rounding error of the objective that is not counted as a step uphill


class Objective(Protocol):
    """What is minimised: minus a log-likelihood or half a weighted sum of squares: chi-square / 2."""

    def value(self, theta: FloatArray) -> float:
        """Return the objective, infinite outside its domain."""

    def gradient(self, theta: FloatArray) -> FloatArray:
        """Return its gradient."""

    def information(self, theta: FloatArray) -> FloatArray:
        """Return a positive semi-definite approximation of its Hessian."""

    def hessian(self, theta: FloatArray) -> FloatArray | None:
        """Return its exact Hessian where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Where the search ended. ``decrement`` is the Newton decrement there."""

    theta: FloatArray
    value: float
    converged: bool
    iterations: int
    decrement: float


def minimise(objective: Objective, start: FloatArray) -> Solution:
    """Minimise from ``start`` with Levenberg-Marquardt damping of the scoring steps."""
    theta, value = start, objective.value(start)
    damping, decrement = 0.0, np.inf
    if not np.isfinite(value):
        return Solution(theta=theta, value=value, converged=False, iterations=0, decrement=np.inf)
    for iteration in range(1, STEPS + 1):
        slope = objective.gradient(theta)
        H = _curvature(objective, theta, decrement)
        moved = False
        while damping < 1e8:
            step = _damped_step(H, slope, damping)
            if step is not None:
                new = objective.value(theta + step)
                if new <= value + SLACK * abs(value):
                    moved = True
                    break
            damping = max(10 * damping, 1e-3)
        if not moved or step is None:
            break
        decrement = float(-slope @ step)
        theta, value = theta + step, new
        if decrement < CLOSE and damping < 1e-2:
            return Solution(theta=theta, value=value, converged=True, iterations=iteration, decrement=decrement)
        damping = damping / 10 if damping > 1e-6 else 0.0
    return Solution(theta=theta, value=value, converged=False, iterations=iteration, decrement=decrement)


def _curvature(objective: Objective, theta: FloatArray, decrement: float) -> FloatArray:
    """Use the exact Hessian near the solution where it is positive definite, else the information."""
    if decrement < NEAR:
        exact = objective.hessian(theta)
        if exact is not None and positive(exact):
            return exact
    return objective.information(theta)


def positive(matrix: FloatArray) -> bool:
    """Whether a symmetric matrix is positive definite."""
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True


def _damped_step(H: FloatArray, slope: FloatArray, damping: float) -> FloatArray | None:
    scale = np.diag(H)
    if (scale <= 0).any():
        scale = np.maximum(scale, 1e-8 * max(scale.max(), 1.0))
    root = 1 / np.sqrt(scale)
    scaled = H * np.outer(root, root) + damping * np.eye(len(H))
    if not positive(scaled):
        return None
    step = -np.linalg.solve(scaled, slope * root) * root
    return step if np.isfinite(step).all() else None


@one_thread
def fit(
    model: Model | GroupedModel,
    data: Sample | OrdinalSample,
    *,
    estimator: Estimator | None = None,
    parameterization: Parameterization = "delta",
) -> Fit:
    """Fit a structural model.

    Parameters
    ----------
    model : Model or GroupedModel
        From :func:`cfa_model`, :func:`path_model`, :func:`across_groups`, ...
    data : Sample or OrdinalSample
        From :func:`sample` (persons x variables), :func:`sample_from_moments` or :func:`ordinal_sample`.
        Variables the model does not name are left aside.
    estimator : {"ML", "MLR", "MLM", "DWLS", "WLSMV"}, optional
        Default ``"ML"`` for continuous and ``"WLSMV"`` for ordinal data. ML: normal theory. MLR: Huber-White
        standard errors and the Yuan-Bentler chi-square as Mplus has it, also with missing answers. MLM:
        Satorra-Bentler, complete rows. WLSMV: diagonal weights, robust standard errors, scaled and shifted
        chi-square; DWLS the same with the plain chi-square only.
    parameterization : {"delta", "theta"}
        Ordinal data: responses have variance 1 (delta), or residuals have variance 1 (theta).

    Returns
    -------
    Fit
        Estimates with standard errors, standardized values, fit indices, notes.

    Raises
    ------
    IntimacyScalesError
        The model is not identified, does not converge, or does not match the data.

    Notes
    -----
    ML minimises ``log|Sigma| + tr(S Sigma^-1) - log|S| - p`` (plus the squared distance of the means), S
    divided by n; chi-square is n times its minimum. With missing answers (``sample(..., missing="fiml")``)
    the likelihood of every person's own answers is maximised, and chi-square compares with the EM estimate of
    the saturated model. Standard errors: expected information for complete, observed information for
    incomplete data. Fit indices follow lavaan. A chi-square compares models, it does not prove one; with n in
    the thousands trivial misfit is significant.

    Validated against lavaan 0.6-14 (ML, FIML, MLR, MLM, WLSMV, groups, bifactor, second order: chi-square to
    2e-7 of itself, estimates 5e-5, standard errors 1e-5) and semopy 2.3.11 (ML). lavaan's ends of the RMSEA's
    interval are good to 1e-4 only (where its root search stops).

    References
    ----------
    Joreskog (1969), https://doi.org/10.1007/BF02289343; Arbuckle (1996), in Marcoulides and Schumacker,
    243-277; Yuan and Bentler (2000), https://doi.org/10.1111/0081-1750.00078; Muthen (1984),
    https://doi.org/10.1007/BF02294210

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> X = rng.normal(size=(200, 1)) + rng.normal(size=(200, 3))
    >>> from intimacy_scales.statistics.sem import cfa_model, fit, sample
    >>> fit(cfa_model({"f": ["a", "b", "c"]}), sample(X, ["a", "b", "c"])).measures.df
    0
    """
    chosen = _estimator(data, estimator)
    setup = prepare(as_grouped(model), data, chosen, parameterization)
    if setup.df < 0:
        raise IntimacyScalesError(
            Problem(
                where="model",
                what=f"{setup.compiled.n_params} free parameters for {setup.n_moments} moments",
                allowed="no more parameters than moments",
                do="fix some, or hold some equal",
            )
        )
    solution = _solve(setup)
    found = covariance(setup, solution.theta)
    chi = scaling(setup, max(2 * (solution.value - setup.saturated), 0.0), found.trace, found.trace_square)
    rows = _estimates(setup, solution.theta, found.vcov)
    base = _baseline(setup)
    return Fit(
        estimates=rows,
        defined=_defined(setup, solution.theta, found.vcov, rows),
        measures=measures(setup, solution.theta, solution.value, chi, base.chi, _consistent(setup, solution, base)),
        n=sum(d.n for d in setup.objective.data),
        n_by_group=tuple(d.n for d in setup.objective.data),
        groups=setup.grouped.groups,
        estimator=chosen,
        missing=_missing(data),
        information=found.information,
        iterations=solution.iterations,
        theta=solution.theta,
        vcov=found.vcov,
        free_names=tuple(
            p.label or f"{p.name}{f' [{setup.grouped.groups[g]}]' if setup.grouped.groups[g] else ''}"
            for g, p in setup.compiled.parameters
        ),
        setup=setup,
        notes=(*data.notes, *_doubts(rows), *_beyond_one(setup, solution.theta), *_small(setup)),
    )


def measures_of_covariance(found: Fit, covariance: FloatArray) -> FitMeasures:
    """Return the fit of a fitted model (ML, one group, complete answers) to other covariances of as many persons.

    As :func:`fit` of :func:`sample_from_moments`, without estimates and standard errors: what a simulation of indices
    needs, started from where the model was fitted.

    Parameters
    ----------
    found
        The fitted model.
    covariance
        Of its variables, in their order, divided by n - 1.

    Raises
    ------
    IntimacyScalesError
        When it does not converge, or the covariances are singular.
    """
    setup = found.setup
    if setup.grouped.models[0].exogenous:
        return fit(setup.grouped.models[0], sample_from_moments(covariance, found.n, setup.grouped.models[0].observed),
                   estimator="ML").measures  # fmt: skip
    data = sample_from_moments(covariance, found.n, setup.grouped.models[0].observed)
    objective = NormalObjective(compiled=setup.compiled, data=data.data, has_means=setup.has_means)
    at_zero = np.array([0.0 if parameter.op == "~1" else 1.0 for _, parameter in setup.compiled.parameters])
    n, S = data.data[0].n, data.data[0].cov
    log_det = float(np.linalg.slogdet(S)[1])
    own = replace(setup, objective=objective, sample=data, estimator="ML", exogenous_value=0.0,
                  start=found.theta * at_zero, saturated=n * (len(S) * (LOG_2PI + 1) + log_det) / 2)  # fmt: skip
    solution = _solve(own)
    alone = Chi(value=n * (float(np.log(np.diag(S)).sum()) - log_det), df=len(S) * (len(S) - 1) // 2)
    chi = Chi(value=max(2 * (solution.value - own.saturated), 0.0), df=own.df)
    return measures(own, solution.theta, solution.value, chi, alone)


def _estimator(data: Sample | OrdinalSample, estimator: Estimator | None) -> Estimator:
    ordinal = isinstance(data, OrdinalSample)
    chosen: Estimator = estimator or ("WLSMV" if ordinal else "ML")
    allowed = ("DWLS", "WLSMV") if ordinal else ("ML", "MLR", "MLM")
    if chosen not in allowed:
        raise IntimacyScalesError(
            Problem(
                where=f"estimator {chosen}",
                what=f"the data are {'ordinal' if ordinal else 'continuous'}",
                allowed=", ".join(allowed),
            )
        )
    return chosen


def _missing(data: Sample | OrdinalSample) -> str:
    return data.missing if isinstance(data, Sample) else "pairwise"


def _solve(setup: Setup) -> Solution:
    """Minimise from the start the data suggest, then from a plainer one."""
    tried = []
    for start in (setup.start, setup.simple_start):
        solution = minimise(setup.objective, start)
        if solution.converged:
            return solution
        tried.append(solution)
    last = min(tried, key=lambda one: one.value)
    _blame(setup, last)
    raise IntimacyScalesError(
        Problem(
            where="model",
            what=f"no convergence in {sum(one.iterations for one in tried)} iterations",
            allowed="a model these data can tell from its neighbours",
            do="check signs of the loadings, give starts, or simplify the model",
        )
    )


def _blame(setup: Setup, last: Solution) -> None:
    """Raise where the search stopped at parameters that are not identified, naming them."""
    if np.isfinite(last.value):
        covariance(setup, last.theta)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Baseline:
    """The model in which nothing correlates: its chi-square, and where it stands."""

    chi: Chi
    setup: Setup
    solution: Solution


def _baseline(setup: Setup) -> _Baseline:
    """Fit the model in which nothing correlates (but fixed predictors among themselves)."""
    models = tuple(_independent(model, has_means=setup.has_means) for model in setup.grouped.models)
    estimator: Estimator = setup.estimator
    alone = prepare(replace(setup.grouped, models=models), setup.sample, estimator, "delta")
    solution = minimise(alone.objective, _own_moments(alone))
    chi = Chi(value=max(2 * (solution.value - alone.saturated), 0.0), df=alone.df)
    if estimator not in {"ML", "DWLS"}:
        found = covariance(alone, solution.theta)
        chi = scaling(alone, chi.value, found.trace, found.trace_square)
    return _Baseline(chi=chi, setup=alone, solution=solution)


def _consistent(setup: Setup, solution: Solution, base: _Baseline) -> tuple[Chi, Chi] | None:
    """Return what robust indices of incomplete answers are taken from; nothing where the usual chi-squares serve."""
    if setup.estimator == "WLSMV":
        return categorical_chi(setup, solution.theta)
    if setup.estimator != "MLR" or not isinstance(setup.sample, Sample) or setup.sample.missing != "fiml":
        return None
    return complete_chi(setup, solution.theta), complete_chi(base.setup, base.solution.theta)


def _own_moments(alone: Setup) -> FloatArray:
    """Start where a model without correlations ends: at each variable's own mean and variance."""
    if isinstance(alone.objective, LeastSquares):
        return alone.start
    start = alone.start.copy()
    for g, (model, data) in enumerate(zip(alone.grouped.models, alone.objective.data, strict=True)):
        mean, cov = available(data.patterns)
        for p in model.parameters:
            if p.free:
                i = model.observed.index(p.lhs)
                start[alone.compiled.index[g, p.cell]] = mean[i] if p.op == "~1" else cov[i, i]
    return start


def _independent(model: Model, *, has_means: bool) -> Model:
    kept = [replace(p, label="") for p in model.parameters if p.from_sample or p.op == "|"]
    ordinal = any(p.op == "|" for p in kept)
    kept = [replace(p, free=True) if p.op == "|" else p for p in kept]
    others = [name for name in model.observed if name not in model.exogenous]
    kept += [Parameter(lhs=name, op="~~", rhs=name) for name in others]
    if has_means and not ordinal:
        kept += [Parameter(lhs=name, op="~1") for name in others]
    return Model(observed=model.observed, latent=(), parameters=tuple(kept), exogenous=model.exogenous)


def _estimates(setup: Setup, theta: FloatArray, vcov: FloatArray) -> tuple[ParameterEstimate, ...]:
    out = []
    for g, (group, model) in enumerate(zip(setup.grouped.groups, setup.grouped.models, strict=True)):
        at = group_standard(setup, g, theta)
        for p in model.parameters:
            value, std = raw(at, p), std_all(at, p)
            se = float(np.sqrt(max(float(value.slope @ vcov @ value.slope), 0.0))) if p.free else 0.0
            std_se = float(np.sqrt(max(float(std.slope @ vcov @ std.slope), 0.0)))
            z, prob, lower, upper = functions.wald(value.value, se)
            out.append(
                ParameterEstimate(
                    group=group,
                    lhs=p.lhs,
                    op=p.op,
                    rhs=p.rhs,
                    label=p.label,
                    free=p.free,
                    est=value.value,
                    se=se,
                    z=z,
                    p=prob,
                    lower=lower,
                    upper=upper,
                    std=std.value,
                    std_se=std_se,
                )
            )
    return tuple(out)


def _defined(
    setup: Setup,
    theta: FloatArray,
    vcov: FloatArray,
    rows: tuple[ParameterEstimate, ...],
) -> tuple[DefinedEstimate, ...]:
    wanted = tuple(dict.fromkeys(one for model in setup.grouped.models for one in model.defined))
    std: dict[str, float] = {}
    for row in rows:
        if row.label:
            std.setdefault(row.label, row.std)
    return functions.estimates(wanted, setup.compiled.labels, theta, vcov, std)


def _doubts(rows: tuple[ParameterEstimate, ...]) -> list[str]:
    """Heywood cases, and correlations that are none."""
    out = []
    for row in rows:
        at = f" in group {row.group}" if row.group else ""
        if row.op == "~~" and row.lhs == row.rhs and row.est < 0:
            out.append(
                f"negative variance (Heywood case): {row.lhs}{at} = {row.est:.4g}; do not trust its standardized values"
            )
        elif row.op == "~~" and row.lhs != row.rhs and abs(row.std) > 1:
            out.append(f"correlation beyond 1: {row.lhs} with {row.rhs}{at} = {row.std:.4g}; the two may be one")
    return out


def _beyond_one(setup: Setup, theta: FloatArray) -> list[str]:
    """Heywood cases of ordinal variables: their factors explain more than all of the response's variance.

    Without a residual variance of its own (delta parameterization) it is what is left of 1, here less than nothing.
    """
    if not isinstance(setup.objective, LeastSquares) or setup.parameterization != "delta":
        return []
    out = []
    for name, model, matrices in zip(setup.grouped.groups, setup.grouped.models, setup.compiled.groups, strict=True):
        state = evaluate(matrices, theta)
        explained = np.diag(state.sigma) * state.d**2
        for variable, share in zip(model.observed, explained.tolist(), strict=True):
            alone = sum(p.op == "=~" and p.rhs == variable for p in model.parameters) == 1
            exact = any(p.op == "=~" and p.rhs == variable and not p.free for p in model.parameters)
            if share > 1 and not (exact and share < 1 + 1e-9):
                at = f" in group {name}" if name else ""
                text = f"loading {np.sqrt(share):.4g}" if alone else f"explained variance {share:.4g}"
                out.append(f"improper solution (Heywood case): {variable}{at} has a standardized {text}, beyond 1, and "
                           "so a negative residual variance; do not trust it")  # fmt: skip
    return out


def _small(setup: Setup) -> list[str]:
    n, k = sum(d.n for d in setup.objective.data), setup.compiled.n_params
    if isinstance(setup.objective, LeastSquares) and n < setup.n_moments:
        return [f"{n} persons for {setup.n_moments} statistics: robust tests lean on an unstable covariance"]
    if isinstance(setup.objective, NormalObjective) and n < k:
        return [f"{n} persons for {k} free parameters: standard errors lean on large samples"]
    return []
