"""Exploratory factor analysis whole: extraction, rotation, fit and residuals in one result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.wording import coefficient
from intimacy_scales.statistics.factoring.extraction import Method, degrees_of_freedom, extract
from intimacy_scales.statistics.factoring.matrices import Array, as_correlations, off_diagonal
from intimacy_scales.statistics.factoring.rotation import RotationName, rotate

# Residual correlations beyond this are worth a look (the usual mark).
_LARGE_RESIDUAL = 0.10


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorSolution:
    """An exploratory factor solution; factors in the same order everywhere.

    Attributes
    ----------
    loadings, structure : items x factors: the pattern, and the correlations of items with factors.
    phi : factors x factors.
    communalities, uniquenesses : one an item; they sum to 1.
    complexity : one an item, Hofmann's index: 1 = loads on one factor only.
    variance, share : one a factor: variance explained, and as a share of all items' variance.
    residuals : items x items, observed minus implied correlations; 0 on the diagonal.
    rmsr, rmsr_corrected : root mean square residual; the second divides by the degrees of freedom.
    chi2, p_value : Bartlett-corrected test of exact fit; NaN without ``n_persons`` or other than ML.
    df : degrees of freedom.
    """

    extraction: Method
    rotation: RotationName
    n_persons: int | None
    loadings: Array
    structure: Array
    phi: Array
    communalities: Array
    uniquenesses: Array
    complexity: Array
    variance: Array
    share: Array
    residuals: Array
    rmsr: float
    rmsr_corrected: float
    chi2: float
    df: int
    p_value: float
    notes: tuple[str, ...]


def efa(
    correlations: ArrayLike,
    n_factors: int,
    *,
    extraction: Method = "minres",
    rotation: RotationName = "oblimin",
    n_persons: int | None = None,
    starts: int = 10,
    seed: int = 0,
) -> FactorSolution:
    """Exploratory factor analysis of a correlation matrix (Pearson or polychoric).

    ``R = L phi L' + U``: :func:`extract` finds the space of the factors, :func:`rotate` the axes in it.

    Parameters
    ----------
    correlations : array, items x items.
    n_factors : int.
    extraction, rotation : see :func:`extract` and :func:`rotate`.
    n_persons : persons behind the correlations; with it, ML carries a chi-square:
        ``(n - 1 - (2p + 5) / 6 - 2m / 3) F``.
    starts, seed : of the rotation.

    Returns
    -------
    FactorSolution
        Uniquenesses come from the unrotated solution; communalities respect phi (they are the same ones).

    Notes
    -----
    *Misleads* on few persons (under 5 to 10 an item, or under 200), on items that share only wording or direction
    of keying, and read as if it tested a theory: a confirmatory model does that.

    *Validated* against psych 2.2.9 ``fa`` (R 4.2.2): minres + oblimin and ML + varimax; see the tests.

    References
    ----------
    Fabrigar, L. R., Wegener, D. T., MacCallum, R. C., & Strahan, E. J. (1999). Evaluating the use of exploratory
    factor analysis in psychological research. Psychological Methods, 4, 272-299.
    https://doi.org/10.1037/1082-989X.4.3.272

    Examples
    --------
    >>> r = [[1, .56, .48, .40], [.56, 1, .42, .35], [.48, .42, 1, .30], [.40, .35, .30, 1]]
    >>> round(efa(r, 1).rmsr, 6)
    0.0
    """
    r = as_correlations(correlations, at_least_items=3)
    raw = extract(r, n_factors, method=extraction)
    turned = rotate(raw.loadings, method=rotation, starts=starts, seed=seed)
    residuals = r - turned.loadings @ turned.phi @ turned.loadings.T
    np.fill_diagonal(residuals, 0.0)
    df = degrees_of_freedom(len(r), n_factors)
    chi2 = _chi2(raw.discrepancy, len(r), n_factors, n_persons) if extraction == "ml" else float("nan")
    squares = float(np.sum(off_diagonal(residuals) ** 2))
    return FactorSolution(
        extraction=extraction,
        rotation=rotation,
        n_persons=n_persons,
        loadings=turned.loadings,
        structure=turned.structure,
        phi=turned.phi,
        communalities=raw.communalities,
        uniquenesses=raw.uniquenesses,
        complexity=_complexity(turned.loadings),
        variance=turned.variance,
        share=turned.variance / len(r),
        residuals=residuals,
        rmsr=raw.rmsr,
        rmsr_corrected=float(np.sqrt(squares / (2 * df))) if df else float("nan"),
        chi2=chi2,
        df=df,
        p_value=_upper_tail(chi2, df),
        notes=(*raw.notes, *turned.notes, *_size_notes(len(r), n_persons), *_residual_notes(residuals)),
    )


def _chi2(discrepancy: float, p: int, m: int, n: int | None) -> float:
    return float("nan") if n is None else max(0.0, n - 1 - (2 * p + 5) / 6 - 2 * m / 3) * discrepancy


def _upper_tail(chi2: float, df: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(df, chi2)) if df > 0 and np.isfinite(chi2) else float("nan")


def _complexity(loadings: Array) -> Array:
    squared = loadings**2
    return np.asarray(squared.sum(axis=1) ** 2 / np.maximum((squared**2).sum(axis=1), 1e-300))


def _size_notes(n_items: int, n_persons: int | None) -> list[str]:
    if n_persons is None:
        return []
    if n_persons < n_items:
        return [f"{n_persons} persons for {n_items} items: the correlations are singular and the factors arbitrary"]
    if n_persons < 5 * n_items:
        return [f"{n_persons} persons for {n_items} items: fewer than 5 an item, expect an unstable pattern"]
    return []


def _residual_notes(residuals: Array) -> list[str]:
    i, j = np.unravel_index(int(np.argmax(np.abs(residuals))), residuals.shape)
    if abs(residuals[i, j]) < _LARGE_RESIDUAL:
        return []
    many = int((np.abs(np.triu(residuals, 1)) >= _LARGE_RESIDUAL).sum())
    largest = f"largest {coefficient(residuals[i, j])} between items {i + 1} and {j + 1}"
    return [f"{many} residual correlation(s) of {_LARGE_RESIDUAL:g} or more, {largest}"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Congruence:
    """Tucker's congruence of found factors with target factors.

    Attributes
    ----------
    coefficients : found x target factors, each in [-1, 1].
    order : for each target factor, the found factor (from 0) that stands for it; -1 where there is none left.
    matched : for each target factor, the coefficient with that factor, as an absolute value.
    verdict : for each, in the words of Lorenzo-Seva and ten Berge: "equal" (>= .95), "fair" (>= .85), "different".
    """

    coefficients: Array
    order: tuple[int, ...]
    matched: tuple[float, ...]
    verdict: tuple[str, ...]


def congruence(loadings: ArrayLike, target: ArrayLike) -> Congruence:
    """Tucker's congruence of factors with a target: ``sum(a b) / sqrt(sum(a^2) sum(b^2))``.

    Factors are paired one to one so that the sum of absolute coefficients is the largest possible.

    Parameters
    ----------
    loadings, target : array, items x factors; the same items in the same order. A target of 0 and 1 (which item
        belongs to which scale) will do.

    Notes
    -----
    *Misleads* when all loadings are positive and of like size: the coefficient is then high by itself.

    References
    ----------
    Lorenzo-Seva, U., & ten Berge, J. M. F. (2006). Tucker's congruence coefficient as a meaningful index of factor
    similarity. Methodology, 2, 57-64. https://doi.org/10.1027/1614-2241.2.2.57

    Examples
    --------
    >>> congruence([[.8, 0], [.7, 0], [0, .6]], [[0, 1], [0, 1], [1, 0]]).order
    (1, 0)
    """
    from scipy.optimize import linear_sum_assignment

    a, b = np.array(loadings, dtype=np.float64), np.array(target, dtype=np.float64)
    if a.ndim != 2 or b.ndim != 2 or len(a) != len(b) or not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ResponseError(
            [
                Problem(
                    where="target",
                    what=f"shape {b.shape} beside loadings {a.shape}",
                    allowed="items x factors with the same items, no NaN",
                )
            ]
        )
    lengths = np.outer(np.sqrt((a**2).sum(axis=0)), np.sqrt((b**2).sum(axis=0)))
    c = (a.T @ b) / np.maximum(lengths, 1e-300)
    found, wanted = linear_sum_assignment(-np.abs(c))
    place = dict(zip(wanted.tolist(), found.tolist(), strict=True))
    order = tuple(int(place.get(t, -1)) for t in range(b.shape[1]))
    matched = tuple(float(abs(c[f, t])) if f >= 0 else float("nan") for t, f in enumerate(order))
    return Congruence(coefficients=c, order=order, matched=matched, verdict=tuple(_in_words(v) for v in matched))


def _in_words(value: float) -> str:
    return "equal" if value >= 0.95 else "fair" if value >= 0.85 else "different"
