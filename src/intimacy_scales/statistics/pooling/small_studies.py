"""Do small studies show other effects than large ones: Egger, rank test, PET-PEESE, trim and fill, failsafe n.

How much one study matters: leave-one-out, and deletion diagnostics of a pooled mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.statistics.pooling.model import PooledFit, Test, fit_effects, quantile, two_sided
from intimacy_scales.statistics.pooling.tau import Estimator

Side = Literal["left", "right"]
LEAST_EGGER = 10  # under ten studies the tests see next to nothing (Sterne et al., 2011)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asymmetry:
    """A regression test of the funnel: ``df`` 0 is a z test; ``limit`` is the effect at a standard error of zero."""

    kind: Literal["mixed", "classic"]
    slope: float
    se: float
    statistic: float
    df: int
    p: float
    limit: float
    limit_ci: tuple[float, float]


def egger(
    y: FloatArray,
    v: FloatArray,
    *,
    kind: Literal["mixed", "classic"] = "mixed",
    method: Estimator = "REML",
    level: float = 0.95,
) -> Asymmetry:
    """Return Egger's test of funnel asymmetry.

    Effects regressed on their standard errors: ``mixed`` as a random-effects regression (z), ``classic`` weighted by
    1/v with a free residual scale (t with k - 2; Egger et al., 1997). Two tests, which may differ. An asymmetric funnel
    has other reasons than unpublished studies; Fisher's z is right for correlations here, as the variance of r depends
    on r itself. Validated against R metafor 3.8 ``regtest`` (1e-8). doi:10.1136/bmj.315.7109.629
    """
    X = np.column_stack([np.ones(len(y)), np.sqrt(v)])
    if kind == "mixed":
        fit = fit_effects(y, v, X, method=method, level=level, intervals=False)
        b, se, df = fit.b, fit.se, 0
    else:
        plain = fit_effects(y, v, X, method="FE", test="knha", level=level, intervals=False)
        b, se, df = plain.b, plain.se, len(y) - 2
    half = quantile(level, df) * float(se[0])
    return Asymmetry(
        kind=kind,
        slope=float(b[1]),
        se=float(se[1]),
        statistic=float(b[1] / se[1]),
        df=df,
        p=float(two_sided(b[1:] / se[1:], df)[0]),
        limit=float(b[0]),
        limit_ci=(float(b[0]) - half, float(b[0]) + half),
    )


def rank_test(y: FloatArray, v: FloatArray) -> tuple[float, float]:
    """Return Kendall's tau and p of standardized effects with their variances (Begg and Mazumdar, 1994)."""
    from scipy.stats import kendalltau

    w = 1.0 / v
    mean = float(np.sum(w * y) / w.sum())
    found = kendalltau((y - mean) / np.sqrt(v - 1.0 / w.sum()), v)
    return float(found.statistic), float(found.pvalue)


def pet_peese(y: FloatArray, v: FloatArray, *, level: float = 0.95) -> tuple[PooledFit, PooledFit]:
    """Return fixed-effect regressions on the standard error (PET) and on the variance (PEESE)."""
    ones = np.ones(len(y))
    return (
        fit_effects(y, v, np.column_stack([ones, np.sqrt(v)]), method="FE", level=level),
        fit_effects(y, v, np.column_stack([ones, v]), method="FE", level=level),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """Trim and fill: how many effects seem to miss on which side, and the mean with them filled in."""

    missing: int
    side: Side
    estimator: Literal["L0", "R0"]
    fit: PooledFit
    y: FloatArray
    v: FloatArray


def trim_and_fill(
    y: FloatArray,
    v: FloatArray,
    *,
    method: Estimator = "REML",
    estimator: Literal["L0", "R0"] = "L0",
    side: Side | None = None,
    level: float = 0.95,
) -> Filled:
    """Return the pooled mean once the effects that a symmetric funnel would have had are filled in.

    The most extreme effects of one side are trimmed until the rest is symmetric (``L0`` from the sum of ranks, ``R0``
    from the rightmost run), then filled in mirrored. ``side`` is where effects are missing; by default where Egger's
    slope says. It assumes that the most extreme results were suppressed and reads real heterogeneity as such: a look at
    how much it could matter, no corrected estimate. Validated against R metafor 3.8 ``trimfill``.
    Duval, S., & Tweedie, R. (2000). Biometrics, 56, 455-463. doi:10.1111/j.0006-341X.2000.00455.x
    """
    if side is None:
        slope = egger(y, v, method=method).slope
        side = "right" if slope < 0 else "left"
    sign = -1.0 if side == "right" else 1.0
    order = np.argsort(sign * y, kind="stable")
    at, errors = (sign * y)[order], v[order]
    missing = _missing(at, errors, method, estimator)
    centre = float(
        fit_effects(at[: len(at) - missing], errors[: len(at) - missing], method=method, intervals=False).b[0]
    )
    extra = at[len(at) - missing :]
    filled_y = sign * np.concatenate([at, 2.0 * centre - extra])
    filled_v = np.concatenate([errors, errors[len(at) - missing :]])
    fit = fit_effects(filled_y, filled_v, method=method, level=level)
    return Filled(
        missing=missing, side=side, estimator=estimator, fit=fit, y=filled_y[len(at) :], v=filled_v[len(at) :]
    )


def _missing(y: FloatArray, v: FloatArray, method: Estimator, estimator: str) -> int:
    """Return how many effects to trim from the right, iterated until the number stands."""
    k, now = len(y), 0
    for _ in range(100):
        centre = float(fit_effects(y[: k - now], v[: k - now], method=method, intervals=False).b[0])
        away = y - centre
        ranks = np.empty(k)
        ranks[np.argsort(np.abs(away), kind="stable")] = np.arange(1, k + 1)
        if estimator == "R0":
            new = (k - max((float(r) for r, a in zip(ranks, away, strict=True) if a < 0), default=0.0)) - 1.0
        else:
            new = (4.0 * float(ranks[away > 0].sum()) - k * (k + 1)) / (2 * k - 1)
        found = min(max(0, round(new)), k - 2)
        if found == now:
            break
        now = found
    return now


def failsafe_n(y: FloatArray, v: FloatArray, *, alpha: float = 0.05) -> int:
    """Return how many null results would turn the summed z not significant (Rosenthal, 1979; one-sided alpha).

    Famous, and no evidence that nothing is missing: it assumes that unpublished studies average zero.
    """
    from scipy.special import ndtri

    z = float(np.sum(y / np.sqrt(v))) / float(ndtri(1.0 - alpha))
    return int(np.ceil(max(0.0, z**2 - len(y))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """Deletion diagnostics, a value a study (all of the random-effects mean).

    ``rstudent`` the deleted residual over its standard error, ``dffits`` and ``cook`` how far the mean moves,
    ``cov_ratio`` how its variance changes, ``hat`` the leverage; ``influential`` by Viechtbauer and Cheung's rules of
    thumb (2010).
    """

    rstudent: FloatArray
    dffits: FloatArray
    cook: FloatArray
    cov_ratio: FloatArray
    hat: FloatArray
    influential: tuple[bool, ...]


def leave_one_out(
    y: FloatArray, v: FloatArray, *, method: Estimator = "REML", test: Test = "z", level: float = 0.95
) -> tuple[PooledFit, ...]:
    """Return the pooled mean without each study in turn; at least three effects."""
    keep = ~np.eye(len(y), dtype=bool)
    return tuple(fit_effects(y[at], v[at], method=method, test=test, level=level, intervals=False) for at in keep)


def influence(y: FloatArray, v: FloatArray, *, method: Estimator = "REML") -> Influence:
    """Return deletion diagnostics of the pooled mean. Validated against R metafor 3.8 ``influence`` (1e-6).

    Viechtbauer, W., & Cheung, M. W.-L. (2010). Outlier and influence diagnostics for meta-analysis. Research Synthesis
    Methods, 1, 112-125. doi:10.1002/jrsm.11
    """
    from scipy.special import chdtri

    fit = fit_effects(y, v, method=method)
    without = leave_one_out(y, v, method=method)
    b, tau2 = float(fit.b[0]), fit.heterogeneity.tau2
    others = np.array([float(one.b[0]) for one in without])
    taus = np.array([one.heterogeneity.tau2 for one in without])
    errors = np.array([float(one.se[0]) for one in without])
    w = 1.0 / (v + tau2)
    hat = w / w.sum()
    rstudent = (y - others) / np.sqrt(v + taus + errors**2)
    dffits = (b - others) / np.sqrt(hat * (v + taus))
    cook = (b - others) ** 2 / fit.vcov[0, 0]
    k = len(y)
    rule = (np.abs(dffits) > 3.0 * np.sqrt(1.0 / (k - 1))) | (cook > chdtri(1, 0.5)) | (hat > 3.0 / k)
    return Influence(
        rstudent=rstudent,
        dffits=dffits,
        cook=cook,
        cov_ratio=errors**2 / fit.vcov[0, 0],
        hat=hat,
        influential=tuple(bool(one) for one in rule),
    )
