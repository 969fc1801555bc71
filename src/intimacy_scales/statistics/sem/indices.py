"""Fit indices, after lavaan's definitions: from two chi-squares, or from residuals."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.statistics.sem.matrices import evaluate
from intimacy_scales.statistics.sem.normal import NormalObjective
from intimacy_scales.statistics.sem.ordinal import LeastSquares, implied, statistics
from intimacy_scales.statistics.sem.results import Fit, FitMeasures, ScaledMeasures, Setup

RMSEA_LEVEL = 0.90  # the interval every program prints


@dataclass(frozen=True, slots=True, kw_only=True)
class Chi:
    """A chi-square: plain, or divided by ``scaling`` and moved by ``shift``."""

    value: float
    df: int
    scaling: float = 1.0
    shift: float = 0.0

    @property
    def scaled(self) -> float:
        """The scaled value."""
        return self.value / self.scaling + self.shift


def chi_p(value: float, df: int) -> float:
    """Return the upper tail of a chi-square; NaN without degrees of freedom."""
    from scipy.special import chdtrc

    return float(chdtrc(df, max(value, 0.0))) if df > 0 else np.nan


def comparative(chi: float, df: int, base: float, base_df: int) -> tuple[float, float]:
    """Return CFI and TLI (Bentler, 1990, https://doi.org/10.1037/0033-2909.107.2.238)."""
    top, bottom = max(chi - df, 0.0), max(chi - df, base - base_df, 0.0)
    cfi = 1.0 - (top / bottom if bottom > 0 else 0.0)
    if df == 0 or base_df == 0:
        return cfi, 1.0
    ratio = base / base_df
    return cfi, (ratio - chi / df) / (ratio - 1) if ratio != 1 else np.nan


def rmsea(chi: float, df: float, n: int, n_groups: int, scale: float = 1.0) -> tuple[float, float, float]:
    """Return the RMSEA with its 90 % interval (Steiger, 1998, https://doi.org/10.1080/10705519809540115).

    ``scale`` c for a chi-square already divided by it, of a discrepancy whose expectation is c df: the point is
    ``sqrt(max(c (chi - df), 0) / (n df))``, the limits likewise (Savalei, 2018, Brosseau-Liard et al., 2012).
    """
    if df < 1:
        return 0.0, 0.0, 0.0
    tail = (1 - RMSEA_LEVEL) / 2
    values = [max(chi - df, 0.0), _noncentrality(chi, df, 1 - tail), _noncentrality(chi, df, tail)]
    point, lower, upper = (float(np.sqrt(scale * v / (n * df)) * np.sqrt(n_groups)) for v in values)
    return point, lower, upper


CLOSE_FIT, NOT_CLOSE_FIT = 0.05, 0.08


def close_fit(chi: float, df: float, n: int, n_groups: int, scale: float = 1.0) -> tuple[float, float]:
    """Return p of close fit (RMSEA at most .05) and p of not-close fit (RMSEA at least .08); NaN without df.

    MacCallum, Browne and Sugawara (1996, https://doi.org/10.1037/1082-989X.1.2.130): a small first p speaks against
    close fit, a small second one *for* a fit better than .08. A large p proves nothing.
    """
    from scipy.special import chndtr

    if df < 1 or not np.isfinite(chi):
        return np.nan, np.nan
    nc = [n * df * edge**2 / (n_groups * scale) for edge in (CLOSE_FIT, NOT_CLOSE_FIT)]
    return float(1 - chndtr(chi, df, nc[0])), float(chndtr(chi, df, nc[1]))


def _noncentrality(chi: float, df: float, probability: float) -> float:
    """Return the noncentrality with ``probability`` below ``chi``, by bisection; 0 if there is none."""
    from scipy.special import chdtr, chndtr

    if chi <= 0 or chdtr(df, chi) < probability:
        return 0.0
    low, high = 0.0, max(chi, 1.0)
    while chndtr(chi, df, high) > probability:
        high *= 2
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if chndtr(chi, df, middle) > probability else (low, middle)
    return (low + high) / 2


def srmr(setup: Setup, theta: FloatArray) -> float:
    """Return the root mean square of standardized residuals, means included where they are modelled.

    Residuals are divided by the sample's standard deviations (Bentler, 1995); with missing answers the sample
    is the saturated maximum likelihood estimate; groups are weighted by their size.
    """
    objective, total = setup.objective, 0.0
    if isinstance(objective, LeastSquares):
        for matrices, group in zip(setup.compiled.groups, objective.data, strict=True):
            left = (statistics(group) - implied(matrices, theta, objective.parameterization).statistics)[
                len(group.thresholds) :
            ]
            p = len(group.correlations)  # the diagonal, which fits by definition, is counted too
            total += group.n * np.sqrt(2 * float((left**2).sum()) / (p * (p + 1)))
        return float(total / setup.sample.n)
    for matrices, data in zip(setup.compiled.groups, objective.data, strict=True):
        state = evaluate(matrices, theta)
        sd = np.sqrt(np.diag(data.cov))
        left = ((data.cov - state.sigma) / np.outer(sd, sd))[np.tril_indices(len(sd))]
        if setup.has_means:
            left = np.concatenate([left, (data.mean - state.mu) / sd])
        total += data.n * np.sqrt(float((left**2).mean()))
    return float(total / sum(data.n for data in objective.data))


def scaling(setup: Setup, chi: float, trace: float, trace_square: float) -> Chi:
    """Return the robust version of a chi-square: mean-scaled, or for WLSMV scaled and shifted."""
    df = setup.df
    if df == 0 or not np.isfinite(trace):
        return Chi(value=chi, df=df)
    if setup.estimator == "WLSMV":
        factor = np.sqrt(df / trace_square)
        return Chi(value=chi, df=df, scaling=float(1 / factor), shift=float(df - factor * trace))
    return Chi(value=chi, df=df, scaling=trace / df)


def measures(
    setup: Setup, theta: FloatArray, value: float, chi: Chi, base: Chi, consistent: tuple[Chi, Chi] | None = None
) -> FitMeasures:
    """Put all indices together from the model's and the baseline's chi-square.

    ``consistent`` are the two that robust indices are to be taken from, where not the same.
    """
    g, k = len(setup.grouped.groups), setup.compiled.n_params
    # least squares are weighted by n - 1 a group, and their RMSEA is divided by the same
    n = sum(d.n for d in setup.objective.data) - (g if isinstance(setup.objective, LeastSquares) else 0)
    has_logl, robust = isinstance(setup.objective, NormalObjective), setup.estimator not in {"ML", "DWLS"}
    logl = setup.exogenous_value - value if has_logl else np.nan
    return FitMeasures(
        n_params=k,
        chisq=chi.value,
        df=chi.df,
        p=chi_p(chi.value, chi.df),
        baseline_chisq=base.value,
        baseline_df=base.df,
        **_approximate((chi.value, chi.df), (base.value, base.df), (chi.value, chi.df), n, g),
        srmr=srmr(setup, theta),
        logl=logl,
        logl_saturated=setup.exogenous_value - setup.saturated if has_logl else np.nan,
        aic=2 * k - 2 * logl,
        bic=k * float(np.log(n)) - 2 * logl,
        scaled=_scaled(setup, chi, base, n, g, consistent) if robust else None,
    )


KINDS = {"MLR": "Yuan-Bentler (Mplus variant)", "MLM": "Satorra-Bentler", "WLSMV": "scaled and shifted"}


def _approximate(
    chi: tuple[float, int], base: tuple[float, int], of_rmsea: tuple[float, float], n: int, g: int
) -> dict[str, float]:
    """Return CFI and TLI from the chi-squares with their df, RMSEA with its limits and tests from its own."""
    cfi, tli = comparative(*chi, *base)
    point, lower, upper = rmsea(*of_rmsea, n, g)
    close, not_close = close_fit(*of_rmsea, n, g)
    return {"cfi": cfi, "tli": tli, "rmsea": point, "rmsea_lower": lower, "rmsea_upper": upper, "close_p": close,
            "not_close_p": not_close}  # fmt: skip


def _scaled(setup: Setup, chi: Chi, base: Chi, n: int, g: int, consistent: tuple[Chi, Chi] | None) -> ScaledMeasures:
    wlsmv = setup.estimator == "WLSMV"
    # lavaan's limits: of the plain chi-square with the trace of U Gamma for its df
    of_rmsea = (chi.scaled, float(chi.df)) if wlsmv else (chi.value, chi.df * chi.scaling)
    known = consistent is not None
    robust = _consistent(*(consistent or (chi, base)), n, g) if known or not wlsmv else _NO_ROBUST
    return ScaledMeasures(
        kind=KINDS[setup.estimator],
        chisq=chi.scaled,
        df=chi.df,
        p=chi_p(chi.scaled, chi.df),
        scaling=chi.scaling,
        shift=chi.shift,
        baseline_chisq=base.scaled,
        baseline_scaling=base.scaling,
        baseline_shift=base.shift,
        **_approximate((chi.scaled, chi.df), (base.scaled, base.df), of_rmsea, n, g),
        robust_cfi=robust.cfi,
        robust_tli=robust.tli,
        robust_rmsea=robust.rmsea,
        robust_rmsea_lower=robust.lower,
        robust_rmsea_upper=robust.upper,
        robust_close_p=robust.close[0],
        robust_not_close_p=robust.close[1],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Robust:
    """Indices that robust chi-squares estimate, with the RMSEA's limits and tests."""

    cfi: float
    tli: float
    rmsea: float
    lower: float
    upper: float
    close: tuple[float, float]


_NO_ROBUST = _Robust(cfi=np.nan, tli=np.nan, rmsea=np.nan, lower=np.nan, upper=np.nan, close=(np.nan, np.nan))


def _consistent(chi: Chi, base: Chi, n: int, g: int) -> _Robust:
    """Return the CFI, TLI and RMSEA that robust chi-squares estimate; NaN without the scaling."""
    if not (np.isfinite(chi.value) and np.isfinite(base.value)):
        return _NO_ROBUST
    left, below = chi.value - chi.scaling * chi.df, base.value - base.scaling * base.df
    top = max(left, below, 0.0)
    cfi = 1.0 - (max(left, 0.0) / top if top > 0 else 0.0)
    tli = 1.0 - left * base.df / (below * chi.df) if chi.df > 0 and below != 0 else 1.0
    point, lower, upper = rmsea(chi.value / chi.scaling, chi.df, n, g, chi.scaling)
    close = close_fit(chi.value / chi.scaling, chi.df, n, g, chi.scaling)
    return _Robust(cfi=float(cfi), tli=float(tli), rmsea=point, lower=lower, upper=upper, close=close)


def swapping_equalities(n_pairs: int, n_shared: int = 0) -> int:
    """Return the degrees of freedom of I-SAT: what must be equal where swapping partners changes nothing.

    ``n_pairs`` variables of both partners (p), ``n_shared`` of the couple (q): means and variances ``2p``, covariances
    within and between partners ``p (p - 1)``, with what is shared ``pq``; together ``p (p + 1 + q)``.

    Examples
    --------
    >>> swapping_equalities(2)
    6
    """
    return n_pairs * (n_pairs + 1 + n_shared)


def adjusted(fit: Fit, n_pairs: int, n_shared: int = 0, n_groups: int = 1) -> Fit:
    """Return a fit to :func:`pair_sample` with degrees of freedom, CFI, TLI and RMSEA of exchangeable partners.

    Parameters
    ----------
    fit
        The fit; its chi-squares are those of the model and of I-NULL less that of I-SAT.
    n_pairs, n_shared
        Variables of both partners, and of the couple.
    n_groups
        Groups whose partners nothing tells apart.

    Notes
    -----
    ``df' = df - df(I-SAT)``, and for I-NULL likewise. With ``df' = 0`` the model is saturated: its chi-square is 0, and
    CFI, TLI and RMSEA say nothing. Validated against lavaan 0.6-14 (models with equality constraints, less I-SAT).
    """
    m, swaps = fit.measures, swapping_equalities(n_pairs, n_shared)
    df = m.df - n_groups * swaps
    base_df = m.baseline_df - n_groups * (swaps - 2 * n_pairs)  # I-NULL holds 2p means and variances equal, too
    cfi, tli = comparative(m.chisq, df, m.baseline_chisq, base_df)
    point, lower, upper = rmsea(m.chisq, df, fit.n, len(fit.groups))
    close = close_fit(m.chisq, df, fit.n, len(fit.groups))
    measures = replace(
        m,
        df=df,
        p=chi_p(m.chisq, df),
        baseline_df=base_df,
        cfi=cfi,
        tli=tli,
        rmsea=point,
        rmsea_lower=lower,
        rmsea_upper=upper,
        close_p=close[0],
        not_close_p=close[1],
    )
    return replace(fit, measures=measures)
