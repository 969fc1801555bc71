"""Correlations as effects to be pooled: their values and sampling variances, and the way back to r."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.statistics.pooling.tau import FloatArray


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
