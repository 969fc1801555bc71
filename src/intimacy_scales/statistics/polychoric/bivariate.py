"""The bivariate normal distribution, vectorised: what a pair of ordinal items is taken to be cut from."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Stands for an infinite threshold: the normal tail beyond 12 is 2e-33, far below the arithmetic's 1e-16.
FAR = 12.0
# Owen's T takes the ratio of the two limits; a limit of exactly 0 is moved by an amount that no result can feel.
_NEAR_ZERO = 1e-200


def normal_cdf(x: Array) -> Array:
    """Return the standard normal distribution function."""
    from scipy.special import ndtr

    return np.asarray(ndtr(x), dtype=np.float64)


def normal_quantile(p: Array) -> Array:
    """Inverse of the standard normal distribution function."""
    from scipy.special import ndtri

    return np.asarray(ndtri(p), dtype=np.float64)


def normal_pdf(x: Array) -> Array:
    """Return the standard normal density."""
    return np.asarray(np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi))


def bivariate_pdf(h: Array, k: Array, rho: Array) -> Array:
    """Density at (h, k) of two standard normals that correlate ``rho``; the derivative of the cdf by rho."""
    q2 = 1.0 - rho * rho
    return np.asarray(np.exp(-0.5 * (h * h - 2.0 * rho * h * k + k * k) / q2) / (2.0 * np.pi * np.sqrt(q2)))


def bivariate_cdf(h: Array, k: Array, rho: Array) -> Array:
    r"""P(X <= h, Y <= k) of two standard normals that correlate ``rho`` (broadcast, \|rho\| < 1).

    Owen (1956): ``[Phi(h) + Phi(k)] / 2 - T(h, a_h) - T(k, a_k) - d`` with ``a_h = (k - rho h) / (h q)``,
    ``q = sqrt(1 - rho^2)``, and ``d = 1/2`` where h and k have different signs. Good to about 1e-15.

    References
    ----------
    Owen, D. B. (1956). Tables for computing bivariate normal probabilities. Annals of Mathematical
    Statistics, 27, 1075-1090. https://doi.org/10.1214/aoms/1177728074
    """
    from scipy.special import owens_t

    h, k, rho = np.broadcast_arrays(_off_zero(h), _off_zero(k), rho)
    q = np.sqrt(1.0 - rho * rho)
    wedge_h: Any = owens_t(h, (k - rho * h) / (h * q))
    wedge_k: Any = owens_t(k, (h - rho * k) / (k * q))
    apart = np.where((h < 0) == (k < 0), 0.0, 0.5)
    return np.asarray(0.5 * (normal_cdf(h) + normal_cdf(k)) - wedge_h - wedge_k - apart)


def _off_zero(x: Array) -> Array:
    return np.asarray(np.where(np.abs(x) < _NEAR_ZERO, _NEAR_ZERO, x))
