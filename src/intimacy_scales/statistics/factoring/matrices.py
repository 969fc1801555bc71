"""Whether items share enough to be factored: Kaiser-Meyer-Olkin, Bartlett's sphericity, the determinant.

What a correlation matrix must be before it is factored, and the few figures every method takes from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.wording import coefficient, figure

_NOT_A_MATRIX = "square and symmetric, ones on the diagonal, no NaN"
# Below this an eigenvalue is zero: the matrix has no inverse worth the name.
SINGULAR = 1e-8


def as_correlations(correlations: ArrayLike, *, at_least_items: int = 2) -> FloatArray:
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


def definite_notes(r: FloatArray) -> list[str]:
    """Say that a matrix is indefinite or singular; nothing for a good one."""
    smallest = float(np.linalg.eigvalsh(r)[0])
    if smallest < -SINGULAR:
        return [
            f"the correlations are not positive definite (smallest eigenvalue {figure(smallest, 4)}); smooth them first"
        ]
    if smallest <= SINGULAR:
        return ["the correlations are singular: an item is a copy or a sum of others, or there are too few persons"]
    return []


def inverse(r: FloatArray) -> FloatArray:
    """Inverse, or the pseudo-inverse where there is none (say so: :func:`definite_notes`)."""
    if np.linalg.eigvalsh(r)[0] > SINGULAR:
        return np.asarray(np.linalg.inv(r))
    return np.asarray(np.linalg.pinv(r, rcond=SINGULAR, hermitian=True))


def squared_multiple_correlations(r: FloatArray) -> FloatArray:
    """Share of each item's variance that the others predict: ``1 - 1 / diag(R^-1)``, within 0 to 1."""
    return np.asarray(np.clip(1.0 - 1.0 / np.maximum(np.diag(inverse(r)), 1e-12), 0.0, 1.0))


def off_diagonal(square: FloatArray) -> FloatArray:
    """Return the entries off the diagonal, as one vector."""
    return np.asarray(square[~np.eye(len(square), dtype=bool)])


# Kaiser and Rice (1974): at least this much, and in their word.
_WORDS = ((0.9, "marvelous"), (0.8, "meritorious"), (0.7, "middling"), (0.6, "mediocre"), (0.5, "miserable"))
# Field's rule of thumb for collinearity.
_SMALL_DETERMINANT = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class Suitability:
    """Figures on whether a correlation matrix is worth factoring.

    Attributes
    ----------
    kmo, kmo_items : sampling adequacy, of all items and of each; 0 to 1.
    verdict : Kaiser's word for ``kmo``.
    determinant : of the correlations; 1 = nothing shared, 0 = an item is a sum of others.
    chi2, df, p_value : Bartlett's test that nothing correlates.
    n_persons : the n that the test took.
    """

    kmo: float
    kmo_items: FloatArray
    verdict: str
    determinant: float
    chi2: float
    df: int
    p_value: float
    n_persons: float
    notes: tuple[str, ...]


def suitability(correlations: ArrayLike, n_persons: float) -> Suitability:
    """Kaiser-Meyer-Olkin, Bartlett's test and the determinant of a correlation matrix.

    With r the correlations and q the partial correlations (all others held constant), off the diagonal:
    ``KMO = sum(r^2) / (sum(r^2) + sum(q^2))``, over all pairs or an item's own.
    Bartlett: ``chi2 = -(n - 1 - (2p + 5) / 6) log|R|`` with ``p(p - 1) / 2`` degrees of freedom.

    Parameters
    ----------
    correlations : array, items x items.
    n_persons : persons behind them (with missing answers: ``Correlations.effective_n``).

    Notes
    -----
    *Missing answers* are the correlations' business. *Misleads*: Bartlett rejects nearly always in a usual sample,
    and for polychorics its chi-square is a rough guide only. KMO says nothing about how many factors.

    *Validated* against psych 2.2.9 ``KMO`` and ``cortest.bartlett`` (R 4.2.2); see the tests.

    References
    ----------
    Kaiser, H. F., & Rice, J. (1974). Little jiffy, mark IV. Educational and Psychological Measurement, 34, 111-117.
    https://doi.org/10.1177/001316447403400115

    Bartlett, M. S. (1951). The effect of standardization on a chi-square approximation in factor analysis.
    Biometrika, 38, 337-344. https://doi.org/10.1093/biomet/38.3-4.337

    Examples
    --------
    >>> r = [[1, .5, .5], [.5, 1, .5], [.5, .5, 1]]
    >>> round(suitability(r, 100).kmo, 3)
    0.692
    """
    from scipy.special import chdtrc

    r = as_correlations(correlations)
    if not n_persons > 1:
        raise ResponseError([Problem(where="n_persons", what=f"{n_persons:g}", allowed="2 or more")])
    p = len(r)
    sign, log_determinant = np.linalg.slogdet(r)
    positive = bool(sign > 0 and np.linalg.eigvalsh(r)[0] > 0)
    df = p * (p - 1) // 2
    chi2 = -(n_persons - 1 - (2 * p + 5) / 6) * float(log_determinant) if positive else float("nan")
    items, whole = _adequacy(r)
    determinant = float(sign * np.exp(log_determinant)) if sign else 0.0
    return Suitability(
        kmo=whole,
        kmo_items=items,
        verdict=_word(whole),
        determinant=determinant,
        chi2=chi2,
        df=df,
        p_value=float(chdtrc(df, max(chi2, 0.0))) if positive else float("nan"),
        n_persons=float(n_persons),
        notes=(*definite_notes(r), *_notes(items, whole, determinant, n_persons, p)),
    )


def _adequacy(r: FloatArray) -> tuple[FloatArray, float]:
    precision = inverse(r)
    if np.diag(precision).min() <= 0:  # indefinite: there are no partial correlations
        return np.full(len(r), np.nan), float("nan")
    scale = np.sqrt(np.diag(precision))
    partial, simple = (precision / np.outer(scale, scale)) ** 2, r**2
    np.fill_diagonal(partial, 0.0)
    np.fill_diagonal(simple, 0.0)
    both = simple.sum(axis=0) + partial.sum(axis=0)
    items = np.divide(simple.sum(axis=0), both, out=np.full(len(r), np.nan), where=both > 0)
    return items, float(simple.sum() / both.sum()) if both.sum() > 0 else float("nan")


def _word(kmo: float) -> str:
    if np.isnan(kmo):
        return "unknown"
    return next((word for least, word in _WORDS if kmo >= least), "unacceptable")


def _notes(items: FloatArray, whole: float, determinant: float, n: float, p: int) -> list[str]:
    notes = []
    if np.isnan(whole) and determinant > 0.5:
        notes.append("no item correlates with another: there is nothing to factor")
    low = [f"item {i + 1} ({coefficient(items[i])})" for i in np.flatnonzero(items < 0.5)]
    if low:
        notes.append(f"KMO below .50: {', '.join(low)}; such items share little with the others")
    # many items make a small determinant by themselves: the rule of thumb is for short sets
    if 0 <= determinant < _SMALL_DETERMINANT and determinant ** (1 / p) < 0.5:
        notes.append(f"the determinant is {determinant:.2g}: some items are nearly sums or copies of others")
    if n <= p:
        notes.append(f"{n:g} persons for {p} items: neither figure means much")
    return notes
