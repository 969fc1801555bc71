"""What a correlation matrix must be before it is factored, and the few figures every method takes from it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.wording import figure

Array = NDArray[np.float64]

_NOT_A_MATRIX = "square and symmetric, ones on the diagonal, no NaN"
# Below this an eigenvalue is zero: the matrix has no inverse worth the name.
SINGULAR = 1e-8


def as_correlations(correlations: ArrayLike, *, at_least_items: int = 2) -> Array:
    """Check items x items correlations and return them exactly symmetric; all faults at once."""
    r = np.array(correlations, dtype=np.float64)
    if r.ndim != 2 or r.shape[0] != r.shape[1]:
        raise ResponseError([Problem(where="correlations", what=f"an array of shape {r.shape}", allowed=_NOT_A_MATRIX)])
    problems = []
    if len(r) < at_least_items:
        problems.append(Problem(where="correlations", what=f"{len(r)} item(s)", allowed=f"at least {at_least_items}"))
    bare = np.flatnonzero(~np.isfinite(np.diag(r)))
    problems += [
        Problem(where=f"item {i + 1}", what="all answers are the same, or there are none", do="leave the item out")
        for i in bare
    ]
    holes = [(i, j) for i, j in np.argwhere(~np.isfinite(r)) if i < j and i not in bare and j not in bare]
    problems += [
        Problem(
            where=f"items {i + 1} and {j + 1}",
            what="no correlation",
            allowed="persons who answered both, and vary",
            do="leave one of the two out",
        )
        for i, j in holes
    ]
    if not problems and not (np.allclose(r, r.T, atol=1e-8) and np.allclose(np.diag(r), 1.0, atol=1e-8)):
        problems.append(Problem(where="correlations", what="not a correlation matrix", allowed=_NOT_A_MATRIX))
    if problems:
        raise ResponseError(problems)
    r = (r + r.T) / 2
    np.fill_diagonal(r, 1.0)
    return r


def definite_notes(r: Array) -> list[str]:
    """Say that a matrix is indefinite or singular; nothing for a good one."""
    smallest = float(np.linalg.eigvalsh(r)[0])
    if smallest < -SINGULAR:
        return [
            f"the correlations are not positive definite (smallest eigenvalue {figure(smallest, 4)}); smooth them first"
        ]
    if smallest <= SINGULAR:
        return ["the correlations are singular: an item is a copy or a sum of others, or there are too few persons"]
    return []


def inverse(r: Array) -> Array:
    """Inverse, or the pseudo-inverse where there is none (say so: :func:`definite_notes`)."""
    if np.linalg.eigvalsh(r)[0] > SINGULAR:
        return np.asarray(np.linalg.inv(r))
    return np.asarray(np.linalg.pinv(r, rcond=SINGULAR, hermitian=True))


def squared_multiple_correlations(r: Array) -> Array:
    """Share of each item's variance that the others predict: ``1 - 1 / diag(R^-1)``, within 0 to 1."""
    return np.asarray(np.clip(1.0 - 1.0 / np.maximum(np.diag(inverse(r)), 1e-12), 0.0, 1.0))


def off_diagonal(square: Array) -> Array:
    """Return the entries off the diagonal, as one vector."""
    return np.asarray(square[~np.eye(len(square), dtype=bool)])
