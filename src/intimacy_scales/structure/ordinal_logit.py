"""Ordinal (proportional odds) regression by maximum likelihood, on arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import Problem, ResponseError

from .correlations import Array
from .graded_curves import SMALLEST, logistic

_MOST_STEPS = 200
_RUNAWAY = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalFit:
    """``P(answer >= c) = logistic(intercept_c + x'slope)``.

    ``covariance`` holds intercepts first, then slopes; NaN when the information is singular.
    """

    intercepts: Array
    slopes: Array
    covariance: Array
    log_likelihood: float
    converged: bool


def ordinal_logit(codes: NDArray[np.intp], predictors: Array) -> OrdinalFit:
    """Fit proportional odds by Fisher scoring with step halving.

    Parameters
    ----------
    codes : array, persons; categories 0, 1, ..., each of which occurs.
    predictors : array, persons x predictors (none: persons x 0), no constant column.

    Notes
    -----
    *Validated* against statsmodels 0.15.0 ``OrderedModel`` (logit), and the closed form without predictors.
    *Misleads* when a predictor separates the categories: the slope runs away and ``converged`` is False.

    References
    ----------
    McCullagh, P. (1980). Regression models for ordinal data. Journal of the Royal Statistical Society B, 42,
    109-142. https://doi.org/10.1111/j.2517-6161.1980.tb01109.x

    Examples
    --------
    >>> import numpy as np
    >>> fit = ordinal_logit(np.array([0, 0, 1, 1, 1, 2]), np.empty((6, 0)))
    >>> fit.intercepts.round(3).tolist()
    [0.693, -1.609]
    """
    counts = np.bincount(codes)
    if len(counts) < 2 or (counts == 0).any():
        raise ResponseError(
            [
                Problem(
                    where="answers",
                    what="categories that nobody chose, or one only",
                    allowed="two or more categories, all in use",
                )
            ]
        )
    above = np.cumsum(counts[::-1])[::-1][1:] / counts.sum()
    centre, scale = predictors.mean(axis=0), predictors.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    z = (predictors - centre) / scale  # steps of one size in every direction; undone below
    beta: Array = np.concatenate([np.log(above / (1 - above)), np.zeros(z.shape[1])])
    value, gradient, information = _look(codes, z, beta, len(above))
    converged = False
    for _ in range(_MOST_STEPS):
        step: Array = np.asarray(np.linalg.lstsq(information, gradient, rcond=1e-12)[0], dtype=np.float64)
        if float(gradient @ step) < 1e-12 * len(codes):
            converged = bool(np.abs(beta[len(above) :]).max(initial=0.0) < _RUNAWAY)
            break
        moved = _climb(codes, z, beta, step, value, len(above))
        if moved is None:
            break
        beta = moved
        value, gradient, information = _look(codes, z, beta, len(above))
    return _undone(beta, information, centre, scale, value, len(above), converged=converged)


def _climb(codes: NDArray[np.intp], z: Array, beta: Array, step: Array, value: float, cuts: int) -> Array | None:
    for halving in range(40):
        new = beta + step / 2**halving
        if (np.diff(new[:cuts]) < 0).all() and _look(codes, z, new, cuts)[0] > value:
            return np.asarray(new)
    return None


def _look(codes: NDArray[np.intp], z: Array, beta: Array, cuts: int) -> tuple[float, Array, Array]:
    """Log-likelihood, its gradient, and the expected information."""
    n = len(codes)
    above = np.ones((n, cuts + 2))
    above[:, 1:-1] = logistic(beta[:cuts] + (z @ beta[cuts:])[:, None])
    above[:, -1] = 0.0
    p = np.maximum(above[:, :-1] - above[:, 1:], SMALLEST)
    bend = above * (1.0 - above)
    slopes = np.zeros((n, cuts + 1, len(beta)))
    for c in range(1, cuts + 1):
        slopes[:, c, c - 1], slopes[:, c - 1, c - 1] = bend[:, c], -bend[:, c]
    slopes[:, :, cuts:] = (bend[:, :-1] - bend[:, 1:])[:, :, None] * z[:, None, :]
    rows = np.arange(n)
    gradient = (slopes[rows, codes] / p[rows, codes][:, None]).sum(axis=0)
    flat = (slopes / np.sqrt(np.maximum(p, 1e-12))[:, :, None]).reshape(-1, len(beta))
    return float(np.log(p[rows, codes]).sum()), gradient, flat.T @ flat


def _undone(
    beta: Array, information: Array, centre: Array, scale: Array, value: float, cuts: int, *, converged: bool
) -> OrdinalFit:
    """Back from standardized predictors to those given."""
    back = np.eye(len(beta))
    back[cuts:, cuts:] = np.diag(1.0 / scale)
    back[:cuts, cuts:] = -centre / scale
    lowest, highest = np.linalg.eigvalsh(information)[[0, -1]]
    singular = lowest <= 1e-10 * highest
    inverse = np.full(information.shape, np.nan) if singular else np.linalg.inv(information)
    own = back @ beta
    return OrdinalFit(
        intercepts=own[:cuts],
        slopes=own[cuts:],
        covariance=back @ inverse @ back.T,
        log_likelihood=value,
        converged=converged and not singular,
    )
