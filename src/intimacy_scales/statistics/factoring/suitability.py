"""Whether items share enough to be factored: Kaiser-Meyer-Olkin, Bartlett's sphericity, the determinant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.wording import coefficient
from intimacy_scales.statistics.factoring.matrices import Array, as_correlations, definite_notes, inverse

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
    kmo_items: Array
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


def _adequacy(r: Array) -> tuple[Array, float]:
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


def _notes(items: Array, whole: float, determinant: float, n: float, p: int) -> list[str]:
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
