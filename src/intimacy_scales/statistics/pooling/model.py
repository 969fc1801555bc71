"""Pooling k effects: fixed and random effects, with or without moderators, and what stands beside the mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem
from intimacy_scales.statistics.estimate import half_width, t_width
from intimacy_scales.statistics.pooling.tau import (
    Estimator,
    estimate_tau2,
    log_likelihood,
    projection,
    q_profile,
    tau2_error,
)

Test = Literal["z", "knha", "adhoc"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """How far the effects differ beyond sampling error, moderators taken out.

    ``i2`` is the share (per cent) of the total variance that is no sampling error, for a study of typical size;
    ``tau2_ci`` is the Q-profile interval, and the ends of ``i2_ci`` and ``h2_ci`` follow from it.
    """

    q: float
    df: int
    p: float
    tau2: float
    tau2_se: float
    tau2_ci: tuple[float, float]
    i2: float
    i2_ci: tuple[float, float]
    h2: float
    h2_ci: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderation:
    """Test of all moderators together: chi2 (``df2`` 0) or F; ``r2`` is the fall of tau2 in per cent."""

    statistic: float
    df: int
    df2: int
    p: float
    r2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledFit:
    """One fitted model: a coefficient for each column of the design."""

    method: Estimator
    test: Test
    k: int
    b: FloatArray
    se: FloatArray
    vcov: FloatArray
    statistic: FloatArray
    df: int
    p: FloatArray
    low: FloatArray
    high: FloatArray
    level: float
    logl: float
    weights: FloatArray
    heterogeneity: Heterogeneity
    moderation: Moderation | None


def fit_effects(
    y: FloatArray,
    v: FloatArray,
    X: FloatArray | None = None,
    *,
    method: Estimator = "REML",
    test: Test = "z",
    level: float = 0.95,
    intervals: bool = True,
) -> PooledFit:
    r"""Pool effects, or regress them on moderators.

    ``b = (X'WX)^-1 X'Wy`` with ``W = diag(1 / (v + tau2))``; ``Var(b) = (X'WX)^-1``, times
    ``s2 = Q_w / (k - p)`` for ``knha`` (Knapp and Hartung), times ``max(1, s2)`` for ``adhoc``.

    Parameters
    ----------
    y, v : array
        k effects and their sampling variances, complete, variances above zero.
    X : array, optional
        Design, k x p, of full rank; a column of ones where there is none. The test of moderators leaves a column
        of ones out.
    method : str
        Estimator of tau2 (:func:`~intimacy_scales.statistics.pooling.tau.estimate_tau2`).
    test : {"z", "knha", "adhoc"}
        Normal quantiles, or t with k - p degrees of freedom.
    level : float
        Of every interval.
    intervals : bool
        Whether to search for the Q-profile interval of tau2 (NaN without).

    Raises
    ------
    IntimacyScalesError
        With fewer than two effects more than columns, a design that is not of full rank, or no convergence.

    Notes
    -----
    ``knha`` may come out narrower than ``z`` where the effects happen to be much alike; ``adhoc`` never does.
    Validated against R metafor 3.8 ``rma`` to 1e-8.

    References
    ----------
    Viechtbauer, W. (2010). Conducting meta-analyses in R with the metafor package. Journal of Statistical Software,
    36(3), 1-48. doi:10.18637/jss.v036.i03

    Knapp, G., & Hartung, J. (2003). Improved tests for a random effects meta-regression with a single covariate.
    Statistics in Medicine, 22, 2693-2710. doi:10.1002/sim.1482

    Examples
    --------
    >>> y, v = np.array([0.2, 0.5, 0.4]), np.array([0.01, 0.02, 0.04])
    >>> round(float(fit_effects(y, v, method="DL").b[0]), 4)
    0.338
    """
    design = np.ones((len(y), 1)) if X is None else np.asarray(X, dtype=float)
    check_design(design)
    tau2 = estimate_tau2(y, v, design, method=method)
    w = 1.0 / (v + tau2)
    M = np.linalg.inv(design.T @ (w[:, None] * design))
    b = M @ (design.T @ (w * y))
    k, p = design.shape
    s2 = float(np.sum(w * (y - design @ b) ** 2) / (k - p)) if test != "z" else 1.0
    vcov = M * (max(1.0, s2) if test == "adhoc" else s2)
    se = np.sqrt(np.diag(vcov))
    df = 0 if test == "z" else k - p
    half = se * quantile(level, df)
    return PooledFit(
        method=method,
        test=test,
        k=k,
        b=b,
        se=se,
        vcov=vcov,
        statistic=b / se,
        df=df,
        p=two_sided(b / se, df),
        low=b - half,
        high=b + half,
        level=level,
        logl=log_likelihood(tau2, y, v, design, reml=method == "REML"),
        weights=100.0 * w / w.sum(),
        heterogeneity=_heterogeneity(y, v, design, tau2, method, level if intervals else 0.0),
        moderation=_moderation(y, v, design, b, vcov, tau2, method, df),
    )


def check_design(X: FloatArray) -> None:
    """Raise unless there are more effects than columns and the columns say different things."""
    k, p = X.shape
    if k < p + 1 or k < 2:
        raise IntimacyScalesError(
            Problem(
                where="pooling",
                what=f"{k} effects for {p} {'coefficient' if p == 1 else 'coefficients'}",
                allowed=f"at least {max(p + 1, 2)}",
                do="add studies, or leave moderators out",
            )
        )
    if np.linalg.matrix_rank(X) < p:
        raise IntimacyScalesError(
            Problem(
                where="pooling",
                what="the moderators say the same thing twice (the design is not of full rank)",
                allowed="moderators that vary, each in its own way",
                do="leave out a moderator that is constant or that follows from the others",
            )
        )


def quantile(level: float, df: float) -> float:
    """Return the two-sided quantile of ``level``: normal where ``df`` is 0, else Student's t."""
    return half_width(level) if df == 0 else t_width(level, df)


def two_sided(statistic: FloatArray, df: float) -> FloatArray:
    """Return two-sided p values: normal where ``df`` is 0, else Student's t."""
    from scipy.special import ndtr, stdtr

    size = -np.abs(statistic)
    return np.asarray(2.0 * (ndtr(size) if df == 0 else stdtr(df, size)))


def prediction_interval(fit: PooledFit, *, df: int) -> tuple[float, float]:
    """Return where the effect of a new, comparable study is expected: ``b +- q sqrt(tau2 + SE^2)``.

    ``q`` is Student's t with ``df`` degrees of freedom (Higgins, Thompson and Spiegelhalter, 2009: k - 2; metafor:
    k - 1 with Knapp and Hartung), the normal quantile where ``df`` is 0. One pooled mean only; NaN where ``df`` < 0.
    """
    if df < 0:
        return float("nan"), float("nan")
    wide = quantile(fit.level, df) * float(np.sqrt(fit.heterogeneity.tau2 + fit.se[0] ** 2))
    return float(fit.b[0] - wide), float(fit.b[0] + wide)


def _heterogeneity(
    y: FloatArray, v: FloatArray, X: FloatArray, tau2: float, method: Estimator, level: float
) -> Heterogeneity:
    from scipy.special import chdtrc

    k, p = X.shape
    P = projection(1.0 / v, X)
    q, typical = float(y @ P @ y), float((k - p) / np.trace(P))
    fixed = method == "FE"
    ends = (float("nan"), float("nan")) if fixed or not level else q_profile(y, v, X, level=level)
    excess = max(0.0, q / (k - p) - 1.0) * typical if fixed else tau2  # of a fixed model: what Q says
    return Heterogeneity(
        q=q,
        df=k - p,
        p=float(chdtrc(k - p, q)),
        tau2=tau2,
        tau2_se=tau2_error(tau2, v, X, method=method),
        tau2_ci=ends,
        i2=_i2(excess, typical),
        i2_ci=(_i2(ends[0], typical), _i2(ends[1], typical)),
        h2=excess / typical + 1.0,
        h2_ci=(ends[0] / typical + 1.0, ends[1] / typical + 1.0),
    )


def _i2(tau2: float, typical: float) -> float:
    return 100.0 * tau2 / (tau2 + typical)


def wald(b: FloatArray, vcov: FloatArray, columns: list[int], df2: int) -> tuple[float, float]:
    """Return (statistic, p) of the hypothesis that coefficients are all zero: chi2 where ``df2`` is 0, else F."""
    from scipy.special import chdtrc, fdtrc

    part = b[columns]
    q = float(part @ np.linalg.solve(vcov[np.ix_(columns, columns)], part))
    if df2 == 0:
        return q, float(chdtrc(len(columns), q))
    return q / len(columns), float(fdtrc(len(columns), df2, q / len(columns)))


def _moderation(
    y: FloatArray,
    v: FloatArray,
    X: FloatArray,
    b: FloatArray,
    vcov: FloatArray,
    tau2: float,
    method: Estimator,
    df: int,
) -> Moderation | None:
    constant = [j for j in range(X.shape[1]) if np.all(X[:, j] == X[0, j])]
    columns = [j for j in range(X.shape[1]) if j not in constant]
    if not columns:
        return None
    statistic, p = wald(b, vcov, columns, df)
    plain = estimate_tau2(y, v, np.ones((len(y), 1)), method=method) if constant and method != "FE" else float("nan")
    return Moderation(
        statistic=statistic,
        df=len(columns),
        df2=df,
        p=p,
        r2=100.0 * max(0.0, (plain - tau2) / plain) if plain > 0 else float("nan"),
    )
