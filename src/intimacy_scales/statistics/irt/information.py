"""What a graded response model tells along theta: category curves, item and test information."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.statistics.correlation_matrix import Array
from intimacy_scales.statistics.irt.curves import information_curves, probabilities
from intimacy_scales.statistics.irt.estimation import make_grid
from intimacy_scales.statistics.irt.graded import GradedModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Information:
    """Precision along theta.

    Attributes
    ----------
    theta : where it was looked at.
    items : thetas x items, information of each item.
    test : one a theta, their sum.
    se : one a theta, ``1 / sqrt(test)``.
    marginal_reliability : average of ``test / (test + 1)`` over a standard normal theta.
    peak : the theta (of those looked at) where the scale measures best.
    """

    theta: Array
    items: Array
    test: Array
    se: Array
    marginal_reliability: float
    peak: float
    names: tuple[str, ...]


def information(model: GradedModel, theta: ArrayLike | None = None) -> Information:
    """Item and test information of a graded response model.

    ``I_j(theta) = sum_c P_c'(theta)^2 / P_c(theta)``; the test's is the sum over items.

    Parameters
    ----------
    model : GradedModel.
    theta : where; -4 to 4 in steps of 0.1 when left out.

    Notes
    -----
    *Misleads* when items depend on each other beyond theta (:func:`local_dependence`): information is then too large.

    *Validated* against numerical second derivatives of the expected log-likelihood.

    References
    ----------
    Samejima, F. (1969). Estimation of latent ability using a response pattern of graded scores. Psychometrika
    Monograph Supplement, 17. https://doi.org/10.1007/BF03372160

    Examples
    --------
    >>> import numpy as np
    >>> from intimacy_scales.statistics.irt.graded import graded_response
    >>> rng = np.random.default_rng(1)
    >>> x = np.clip(np.round(2 + rng.normal(size=(300, 1)) + rng.normal(size=(300, 4)) * .7), 0, 4)
    >>> information(graded_response(x), [0.0]).items.shape
    (1, 4)
    """
    where = _thetas(theta)
    items = information_curves(model.curves, where).T
    test = items.sum(axis=1)
    grid = make_grid(model.points)
    everywhere = information_curves(model.curves, grid.points).sum(axis=0)
    with np.errstate(divide="ignore"):
        se = 1.0 / np.sqrt(test)
    return Information(
        theta=where,
        items=items,
        test=test,
        se=se,
        marginal_reliability=float(grid.weights @ (everywhere / (everywhere + 1.0))),
        peak=float(where[np.argmax(test)]),
        names=model.names,
    )


def category_curves(model: GradedModel, item: int, theta: ArrayLike | None = None) -> Array:
    """Probability of each used category of one item: thetas x categories (rows sum to 1).

    Parameters
    ----------
    model : GradedModel.
    item : int, from 0.
    theta : where; -4 to 4 in steps of 0.1 when left out.

    Examples
    --------
    >>> import numpy as np
    >>> from intimacy_scales.statistics.irt.graded import graded_response
    >>> rng = np.random.default_rng(1)
    >>> x = np.clip(np.round(2 + rng.normal(size=(300, 1)) + rng.normal(size=(300, 4)) * .7), 0, 4)
    >>> category_curves(graded_response(x), 0, [0.0]).shape
    (1, 5)
    """
    if not 0 <= item < len(model.names):
        raise ResponseError([Problem(where="item", what=str(item), allowed=f"0 to {len(model.names) - 1}")])
    curves = probabilities(model.curves, _thetas(theta))
    return np.asarray(curves[item, : len(model.categories[item])].T)


def _thetas(theta: ArrayLike | None) -> Array:
    where = np.linspace(-4.0, 4.0, 81) if theta is None else np.atleast_1d(np.array(theta, dtype=np.float64))
    if where.ndim != 1 or not where.size or not np.isfinite(where).all():
        raise ResponseError([Problem(where="theta", what="not a list of numbers", allowed="one or more finite values")])
    return np.asarray(where)
