"""A correlation matrix that is not positive definite, made so, and said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.wording import coefficient, figure
from intimacy_scales.statistics.polychoric.bivariate import Array

# psych::cor.smooth lifts eigenvalues below its tolerance to a hundred times it.
_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoothed:
    """A positive definite correlation matrix, and how far it lies from the one that went in."""

    correlations: Array
    smallest_eigenvalue: float  # before smoothing
    largest_change: float  # of one correlation
    notes: tuple[str, ...]


def smooth(correlations: ArrayLike) -> Smoothed:
    """Make a correlation matrix positive definite by lifting its negative eigenvalues.

    Eigenvalues below 1e-12 are set to 1e-10, the rest shrunk so that they still sum to the number of items, the
    matrix rebuilt and its diagonal scaled back to 1. A matrix that is positive definite comes back unchanged.

    Parameters
    ----------
    correlations : array, items x items, no NaN.

    Notes
    -----
    *Misleads* when eigenvalues are strongly negative: the change is then large (see ``largest_change``), and the
    matrix says more about the repair than about the answers. More persons, or fewer and wider categories, help.

    *Validated* against the rule of psych 2.2.9 ``cor.smooth``.

    References
    ----------
    Wothke, W. (1993). Nonpositive definite matrices in structural modeling. In K. A. Bollen & J. S. Long (Eds.),
    Testing structural equation models (pp. 256-293). Sage.

    Examples
    --------
    >>> bad = [[1, .9, -.9], [.9, 1, .9], [-.9, .9, 1]]
    >>> bool(np.linalg.eigvalsh(smooth(bad).correlations)[0] > 0)
    True
    """
    r = np.array(correlations, dtype=np.float64)
    if r.ndim != 2 or r.shape[0] != r.shape[1] or not np.isfinite(r).all():
        raise ResponseError(
            [
                Problem(
                    where="correlations",
                    what="not a square matrix of numbers",
                    allowed="items x items without NaN",
                    do="leave out constant items and pairs that nobody answered both of",
                )
            ]
        )
    values, vectors = np.linalg.eigh((r + r.T) / 2)
    if values[0] >= _TOLERANCE:
        return Smoothed(correlations=r, smallest_eigenvalue=float(values[0]), largest_change=0.0, notes=())
    lifted = np.where(values < _TOLERANCE, 100 * _TOLERANCE, values)
    rebuilt = (vectors * (lifted * len(r) / lifted.sum())) @ vectors.T
    scale = np.sqrt(np.diag(rebuilt))
    out = rebuilt / np.outer(scale, scale)
    np.fill_diagonal(out, 1.0)
    change = float(np.abs(out - r).max())
    below = int((values < _TOLERANCE).sum())
    note = (
        f"smoothed to positive definite: {below} eigenvalue(s) below zero, smallest {figure(values[0], 4)}; "
        f"largest change of a correlation {coefficient(change, 4)}"
    )
    return Smoothed(correlations=out, smallest_eigenvalue=float(values[0]), largest_change=change, notes=(note,))
