"""The variance between studies, tau2: nine estimators, its standard error and its Q-profile interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem

Estimator = Literal["FE", "DL", "HE", "SJ", "PM", "EB", "HS", "ML", "REML"]
ESTIMATORS: tuple[str, ...] = get_args(Estimator)

STEPS, PRECISION = 200, 1e-12


def projection(w: FloatArray, X: FloatArray) -> FloatArray:
    """Return ``P = W - W X (X'WX)^-1 X'W``: what weights leave of an effect once the moderators are out."""
    WX = w[:, None] * X
    return np.asarray(np.diag(w) - WX @ np.linalg.solve(X.T @ WX, WX.T))


@dataclass(frozen=True, slots=True)
class _Fit:
    """Weighted least squares at one tau2: weights, (X'WX)^-1, weighted residuals Py, and Q."""

    w: FloatArray
    XWX: FloatArray
    M: FloatArray
    Py: FloatArray
    q: float


def _fit_at(tau2: float, y: FloatArray, v: FloatArray, X: FloatArray) -> _Fit:
    w = 1.0 / (v + tau2)
    WX = w[:, None] * X
    XWX = X.T @ WX
    M = np.linalg.inv(XWX)
    rest = y - X @ (M @ (WX.T @ y))
    Py = w * rest
    return _Fit(w, XWX, M, Py, float(Py @ rest))


def weighted_q(tau2: float, y: FloatArray, v: FloatArray, X: FloatArray) -> float:
    """Return the generalised Q: the weighted residual sum of squares at ``tau2``."""
    return _fit_at(tau2, y, v, X).q


def log_likelihood(tau2: float, y: FloatArray, v: FloatArray, X: FloatArray, *, reml: bool) -> float:
    """Return the (restricted) log-likelihood at ``tau2``, every constant in it, as metafor counts."""
    return _log_likelihood(_fit_at(tau2, y, v, X), X, reml=reml)


def _log_likelihood(at: _Fit, X: FloatArray, *, reml: bool) -> float:
    k, p = X.shape
    value = 0.5 * np.log(at.w).sum() - 0.5 * at.q - 0.5 * (k - p * reml) * np.log(2 * np.pi)
    if reml:
        value += 0.5 * np.linalg.slogdet(X.T @ X)[1] - 0.5 * np.linalg.slogdet(at.XWX)[1]
    return float(value)


def estimate_tau2(y: FloatArray, v: FloatArray, X: FloatArray, *, method: Estimator) -> float:
    """Return tau2, never below zero.

    ``FE`` 0; ``DL`` DerSimonian and Laird, ``HE`` Hedges (unweighted), ``SJ`` Sidik and Jonkman, ``HS`` Hunter and
    Schmidt: moments; ``PM`` Paule and Mandel (``EB`` is the same equation): the generalised Q equals k - p; ``ML``,
    ``REML``: maximum of the (restricted) likelihood.

    Raises
    ------
    IntimacyScalesError
        Where the likelihood's maximum is not found.
    """
    if method == "FE":
        return 0.0
    if method in {"DL", "HE", "SJ", "HS"}:
        return _moments(y, v, X, method)
    if method in {"PM", "EB"}:
        k, p = X.shape
        return solve_q(float(k - p), y, v, X)
    return _likelihood(y, v, X, reml=method == "REML")


def _moments(y: FloatArray, v: FloatArray, X: FloatArray, method: str) -> float:
    k, p = X.shape
    if method in {"DL", "HS"}:
        P = projection(1.0 / v, X)
        q = float(y @ P @ y)
        found = (q - (k - p)) / np.trace(P) if method == "DL" else (q - k) / np.sum(1.0 / v)
        return max(0.0, float(found))
    P = projection(np.ones(k), X)
    if method == "HE":
        return max(0.0, float((y @ P @ y - np.sum(np.diag(P) * v)) / (k - p)))
    rough = float(np.sum((y - y.mean()) ** 2) / k)  # Sidik and Jonkman start from the plain variance of the effects
    if rough == 0.0:
        return 0.0
    P = projection(1.0 / (v / rough + 1.0), X)
    return max(0.0, float(y @ P @ y / (k - p)))


def solve_q(target: float, y: FloatArray, v: FloatArray, X: FloatArray) -> float:
    """Return the tau2 at which the generalised Q falls to ``target``; 0 where it is below that already."""
    if weighted_q(0.0, y, v, X) <= target:
        return 0.0
    top = max(float(np.var(y)), float(np.max(v)), 1e-8)
    for _ in range(STEPS):
        if weighted_q(top, y, v, X) < target:
            break
        top *= 4.0
    return _root(lambda t: weighted_q(t, y, v, X) - target, 0.0, top)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(function, low, high, xtol=1e-14, rtol=1e-14, maxiter=500))


def _likelihood(y: FloatArray, v: FloatArray, X: FloatArray, *, reml: bool) -> float:
    """Return the best of the maxima reached from three starts and zero: the likelihood may have more than one."""
    starts = {0.0, *(_moments(y, v, X, method) for method in ("DL", "HE"))}
    ends = [_scored(start, y, v, X, reml=reml) for start in sorted(starts)]
    return max((0.0, *ends), key=lambda t: log_likelihood(t, y, v, X, reml=reml))


def _step(at: _Fit, X: FloatArray, *, reml: bool) -> float:
    """Return the Fisher-scoring step: slope over expected information, by traces of P and PP that need no k x k."""
    w2 = at.w**2
    if not reml:
        return float((at.Py @ at.Py - at.w.sum()) / w2.sum())
    second = at.M @ (X.T @ (w2[:, None] * X))
    third = at.M @ (X.T @ ((w2 * at.w)[:, None] * X))
    trace = at.w.sum() - np.trace(second)
    square = w2.sum() - 2.0 * np.trace(third) + np.sum(second * second.T)
    return float((at.Py @ at.Py - trace) / square)


def _scored(start: float, y: FloatArray, v: FloatArray, X: FloatArray, *, reml: bool) -> float:
    """Return where Fisher scoring ends, every step halved until the likelihood does not fall."""
    now, at = start, _fit_at(start, y, v, X)
    best = _log_likelihood(at, X, reml=reml)
    for _ in range(STEPS):
        step = _step(at, X, reml=reml)
        for _ in range(60):
            new = max(0.0, now + step)
            fresh = _fit_at(new, y, v, X)
            value = _log_likelihood(fresh, X, reml=reml)
            if value >= best - 1e-13 * abs(best):
                break
            step /= 2.0
        if abs(new - now) <= PRECISION * (1.0 + now):
            return new
        now, at, best = new, fresh, value
    raise IntimacyScalesError(
        Problem(
            where="pooling",
            what=f"the {'restricted ' if reml else ''}likelihood of tau2 has no maximum within {STEPS} steps",
            allowed="an estimator that converges",
            do="choose another: PM or DL",
        )
    )


def tau2_error(tau2: float, v: FloatArray, X: FloatArray, *, method: Estimator) -> float:
    """Return the standard error of tau2 (asymptotic, as metafor has it); NaN for fixed effects and for HS."""
    k, p = X.shape
    w = 1.0 / (v + tau2)
    if method == "ML":
        return float(np.sqrt(2.0 / np.sum(w**2)))
    if method == "REML":
        return float(np.sqrt(2.0 / np.sum(projection(w, X) ** 2)))
    if method in {"PM", "EB"}:
        return float(np.sqrt(2.0 * k**2 / (k - p)) / np.sum(w))
    if method == "DL":
        P = projection(1.0 / v, X)
        trace = float(np.trace(P))
        return float(np.sqrt(2.0 * (k - p) + 4.0 * tau2 * trace + 2.0 * tau2**2 * np.sum(P * P)) / trace)
    if method == "HE":
        P = projection(np.ones(k), X)
        PV = P * v
        inner = 2.0 * np.sum(PV * PV.T) + 4.0 * tau2 * np.trace(PV) + 2.0 * tau2**2 * (k - p)
        return float(np.sqrt(inner) / (k - p))
    return float("nan")


def q_profile(y: FloatArray, v: FloatArray, X: FloatArray, *, level: float = 0.95) -> tuple[float, float]:
    """Return the Q-profile interval of tau2 (Viechtbauer, 2007): where the generalised Q meets chi2's quantiles.

    Exact under normality whatever estimator is printed beside it; an upper end of 0 says that the effects are more
    alike than chance makes them.
    """
    from scipy.special import chdtri

    k, p = X.shape
    if k - p < 1:
        return float("nan"), float("nan")
    tail = (1.0 - level) / 2.0
    return solve_q(float(chdtri(k - p, tail)), y, v, X), solve_q(float(chdtri(k - p, 1.0 - tail)), y, v, X)
