"""Psychometric pooling after Hunter and Schmidt: correlations weighted by n, corrected for unreliability.

Correlations as effects to be pooled: their values and sampling variances, and the way back to r.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.statistics.estimate import half_width

Kind = Literal["bare bones", "individually corrected", "artifact distributions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Effects ``y`` of k studies with sampling variances ``v``."""

    y: FloatArray
    v: FloatArray

    @property
    def k(self) -> int:
        """How many effects."""
        return len(self.y)


def fisher_z(r: FloatArray, n: FloatArray) -> Effects:
    """Return ``atanh(r)`` with variance ``1 / (n - 3)``; |r| below 1, n above 3."""
    return Effects(y=np.arctanh(r), v=1.0 / (np.asarray(n, dtype=float) - 3.0))


def raw_r(r: FloatArray, n: FloatArray) -> Effects:
    """Return r with its large-sample variance ``(1 - r^2)^2 / (n - 1)``."""
    r = np.asarray(r, dtype=float)
    return Effects(y=r.copy(), v=(1.0 - r**2) ** 2 / (np.asarray(n, dtype=float) - 1.0))


def corrected_r(r: FloatArray, n: FloatArray, attenuation: FloatArray) -> Effects:
    """Return ``r / A`` with variance ``(1 - r^2)^2 / (n - 1) / A^2``, A = sqrt(rxx ryy)."""
    plain, a = raw_r(r, n), np.asarray(attenuation, dtype=float)
    return Effects(y=plain.y / a, v=plain.v / a**2)


@dataclass(frozen=True, slots=True, kw_only=True)
class HunterSchmidt:
    """A mean correlation with the variance that is left once sampling error (and artifacts) are taken out.

    ``credibility`` says where 80 % of the *true* correlations lie; it is no confidence interval, that is ``low`` to
    ``high`` (95 %; NaN for artifact distributions).
    """

    kind: Kind
    k: int
    n: int
    mean: float
    se: float
    low: float
    high: float
    var_observed: float
    var_error: float
    var_artifacts: float
    var_true: float
    credibility: tuple[float, float]

    @property
    def sd_true(self) -> float:
        """SD of the true correlations."""
        return float(np.sqrt(self.var_true))

    @property
    def percent_error(self) -> float:
        """Share of the observed variance that sampling error makes, per cent."""
        return 100.0 * self.var_error / self.var_observed if self.var_observed > 0 else float("nan")


def _weighted(values: FloatArray, weights: FloatArray) -> tuple[float, float]:
    mean = float(np.sum(weights * values) / weights.sum())
    return mean, float(np.sum(weights * (values - mean) ** 2) / weights.sum())


def _interval(mean: float, sd: float, level: float) -> tuple[float, float]:
    wide = half_width(level) * sd
    return mean - wide, mean + wide


def bare_bones(r: FloatArray, n: FloatArray) -> HunterSchmidt:
    """Return the n-weighted mean r; ``var_error = (1 - mean^2)^2 / (mean n - 1)``.

    Hunter and Schmidt (2015), *Methods of meta-analysis* (3rd ed.), chapter 3. doi:10.4135/9781483398105
    """
    mean, observed = _weighted(r, n)
    error = (1.0 - mean**2) ** 2 / (float(np.mean(n)) - 1.0)
    return _weighted_mean("bare bones", n, mean=mean, observed=observed, error=error)


def _weighted_mean(kind: Kind, n: FloatArray, *, mean: float, observed: float, error: float) -> HunterSchmidt:
    """Return a mean of studies of n persons from the variance observed and that which sampling error makes."""
    true = max(0.0, observed - error)
    se = float(np.sqrt(observed / len(n)))
    low, high = _interval(mean, se, 0.95)
    return HunterSchmidt(
        kind=kind,
        k=len(n),
        n=int(np.sum(n)),
        mean=mean,
        se=se,
        low=low,
        high=high,
        var_observed=observed,
        var_error=error,
        var_artifacts=0.0,
        var_true=true,
        credibility=_interval(mean, float(np.sqrt(true)), 0.80),
    )


def individually_corrected(r: FloatArray, n: FloatArray, attenuation: FloatArray) -> HunterSchmidt:
    """Return the mean of ``r / A`` weighted by ``n A^2``, A = sqrt(rxx ryy) of each study; studies with both only."""
    weights = n * attenuation**2
    mean, observed = _weighted(r / attenuation, weights)
    plain = float(np.sum(n * r) / np.sum(n))
    errors = (1.0 - plain**2) ** 2 / (n - 1.0) / attenuation**2
    error = float(np.sum(weights * errors) / weights.sum())
    return _weighted_mean("individually corrected", n, mean=mean, observed=observed, error=error)


def artifact_distributions(
    r: FloatArray, n: FloatArray, reliability_x: FloatArray, reliability_y: FloatArray
) -> HunterSchmidt:
    """Return the bare-bones mean corrected by the mean attenuation of those reliabilities that are known.

    For studies of which some give no reliability: ``rho = mean r / A``, A the product of the mean square roots;
    variance from artifacts ``rho^2 A^2 (vx + vy)`` with v the squared coefficients of variation. Reliabilities may be
    of different lengths and hold NaN.
    """
    plain = bare_bones(r, n)
    roots = [np.sqrt(one[~np.isnan(one)]) for one in (reliability_x, reliability_y)]
    A = float(np.prod([root.mean() for root in roots]))
    spread = sum(float(np.var(root)) / float(root.mean()) ** 2 for root in roots)
    mean = plain.mean / A
    artifacts = mean**2 * A**2 * spread
    true = max(0.0, (plain.var_observed - plain.var_error - artifacts) / A**2)
    return HunterSchmidt(
        kind="artifact distributions",
        k=plain.k,
        n=plain.n,
        mean=mean,
        se=plain.se / A,
        low=plain.low / A,
        high=plain.high / A,
        var_observed=plain.var_observed,
        var_error=plain.var_error,
        var_artifacts=artifacts,
        var_true=true,
        credibility=_interval(mean, float(np.sqrt(true)), 0.80),
    )
