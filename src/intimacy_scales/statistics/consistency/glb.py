"""The greatest lower bound to reliability: a small semidefinite programme, solved here."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from intimacy_scales.statistics.consistency.coefficients import SINGULAR, standardized
from intimacy_scales.statistics.moments import FloatArray

CLOSE = 1e-10  # duality gap at which the search stops, as a share of the summed variances
SHRINK = 0.2  # of the barrier's weight between two searches
STEPS = 60  # Newton steps in one search; five or so are usual
SOLVED = 1e-6  # a wider gap is no solution: items that all but repeat each other


@dataclass(frozen=True, slots=True, kw_only=True)
class GreatestLowerBound:
    """The bound, the error variances that reach it, and how far the solution can at most be from the best."""

    value: float
    errors: FloatArray = field(repr=False)
    gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A Newton step, and the decrement that says how far the centre still is."""

    step: FloatArray
    decrement: float


def _inside(covariance: FloatArray, errors: FloatArray) -> bool:
    """Return whether all errors are positive and leave a positive definite matrix."""
    if not (errors > 0).all():
        return False
    try:
        np.linalg.cholesky(covariance - np.diag(errors))
    except np.linalg.LinAlgError:
        return False
    return True


def _newton_step(covariance: FloatArray, errors: FloatArray, weight: float) -> _Step | None:
    try:
        inverse = np.linalg.inv(covariance - np.diag(errors))
        gradient = -1 + weight * (np.diag(inverse) - 1 / errors)
        step = -np.linalg.solve(weight * (inverse**2 + np.diag(1 / errors**2)), gradient)
    except np.linalg.LinAlgError:
        return None
    return _Step(step=step, decrement=max(float(-gradient @ step) / weight, 0.0))


def _centre(covariance: FloatArray, errors: FloatArray, weight: float) -> FloatArray | None:
    """Minimise ``-sum e - weight (log det(C - diag e) + sum log e)`` by Newton; ``None`` where rounding ends it."""
    for _ in range(STEPS):
        found = _newton_step(covariance, errors, weight)
        if found is None:
            return None
        size = 1 / (1 + np.sqrt(found.decrement)) if found.decrement > 0.05 else 1.0  # damped: inside, and descends
        while size > 1e-8 and not _inside(covariance, errors + size * found.step):
            size /= 2  # only rounding gets here
        if size <= 1e-8:
            return None
        errors = errors + size * found.step
        if found.decrement < 1e-10:
            return errors
    return None


def greatest_lower_bound(covariance: FloatArray) -> GreatestLowerBound | None:
    r"""Return the greatest lower bound: ``1 - max sum e / V`` over error variances e that leave a possible true part.

    Among all ``e >= 0`` for which ``C - diag(e)`` has no negative eigenvalue, those with the largest sum leave the
    smallest reliability that the covariances allow. Solved by a barrier method; the duality gap proves how near it is.

    Parameters
    ----------
    covariance
        Covariances of keyed items, items x items, positive definite.

    Returns
    -------
    GreatestLowerBound or None
        At least every Guttman lambda. ``None`` for one item, and for a matrix that is not, or
        all but not, positive definite.

    Notes
    -----
    In samples it capitalises on chance and overestimates, the more the fewer persons and the more items: below some
    500 persons read it as an upper end. R's ``psych::glb.fa`` is an approximation from above. Validated against
    ``psych::glb.algebraic`` (psych 2.2.9, Rcsdp 0.1.57.4; 5, 6 and 36 items, 1e-9).

    References
    ----------
    Woodhouse, B., & Jackson, P. H. (1977). Lower bounds for the reliability of the total score on a test composed of
    non-homogeneous items: II. Psychometrika, 42, 579-591. doi:10.1007/BF02295980
    ten Berge, J. M. F., & Socan, G. (2004). The greatest lower bound to the reliability of a test and the hypothesis of
    unidimensionality. Psychometrika, 69, 613-625.
    """
    k = len(covariance)
    correlation = standardized(covariance)
    if k < 2 or not np.isfinite(correlation).all() or not covariance.sum() > 0:
        return None
    if np.linalg.eigvalsh(correlation)[0] < SINGULAR:
        return None
    unit = float(np.trace(covariance)) / k
    scaled = covariance / unit
    errors = np.full(k, np.linalg.eigvalsh(scaled)[0] / 2)
    weight, total = 1.0, float(scaled.sum())
    while 2 * weight > CLOSE:
        nearer = _centre(scaled, errors, weight * SHRINK)
        if nearer is None:
            break
        errors, weight = nearer, weight * SHRINK
    gap = 2 * k * weight / total
    if gap > SOLVED:
        return None
    return GreatestLowerBound(value=1 - float(errors.sum()) / total, errors=errors * unit, gap=gap)
