"""Exploratory factor analysis whole: extraction, rotation, fit and residuals in one result.

A general factor beneath correlated factors (Schmid-Leiman), and the omegas that follow from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.wording import coefficient
from intimacy_scales.statistics.factoring.extraction import Method, degrees_of_freedom, extract
from intimacy_scales.statistics.factoring.matrices import as_correlations, off_diagonal, squared_multiple_correlations
from intimacy_scales.statistics.factoring.rotation import OBLIQUE, RotationName, rotate

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
    loadings: FloatArray
    structure: FloatArray
    phi: FloatArray
    communalities: FloatArray
    uniquenesses: FloatArray
    complexity: FloatArray
    variance: FloatArray
    share: FloatArray
    residuals: FloatArray
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


def _complexity(loadings: FloatArray) -> FloatArray:
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


def _residual_notes(residuals: FloatArray) -> list[str]:
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

    coefficients: FloatArray
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
    place = _best_pairs(np.abs(c))
    order = tuple(int(place.get(t, -1)) for t in range(b.shape[1]))
    matched = tuple(float(abs(c[f, t])) if f >= 0 else float("nan") for t, f in enumerate(order))
    return Congruence(coefficients=c, order=order, matched=matched, verdict=tuple(_in_words(v) for v in matched))


def _best_pairs(likeness: FloatArray) -> dict[int, int]:
    """Return target -> factor, one to one, with the largest sum of likeness."""
    factors, targets = likeness.shape
    nearest = likeness.argmax(axis=0 if targets <= factors else 1).tolist()
    if len(set(nearest)) == len(nearest):  # everybody's own best: nothing is larger
        return dict(enumerate(nearest)) if targets <= factors else {t: f for f, t in enumerate(nearest)}
    from scipy.optimize import linear_sum_assignment  # takes a tenth of a second to load

    found, wanted = linear_sum_assignment(-likeness)
    return dict(zip(wanted.tolist(), found.tolist(), strict=True))


def _in_words(value: float) -> str:
    return "equal" if value >= 0.95 else "fair" if value >= 0.85 else "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchmidLeiman:
    """One general and several group factors, all orthogonal.

    Attributes
    ----------
    general : one an item, loadings on the general factor.
    group : items x factors, loadings on the group factors with the general one taken out.
    second_order : one a factor, loading of the (oblique) factor on the general one.
    phi : factors x factors, correlations of the oblique factors.
    communalities, uniquenesses : one an item; they sum to 1.
    explained_common_variance : share of the common variance that is general (ECV), 0 to 1.
    """

    general: FloatArray
    group: FloatArray
    second_order: FloatArray
    phi: FloatArray
    communalities: FloatArray
    uniquenesses: FloatArray
    explained_common_variance: float
    notes: tuple[str, ...]


def schmid_leiman(
    correlations: ArrayLike, n_factors: int, *, extraction: Method = "minres", rotation: RotationName = "oblimin"
) -> SchmidLeiman:
    """Schmid-Leiman transformation of an oblique exploratory solution.

    A one-factor model of the factor correlations gives second-order loadings g; the general loadings of the items
    are ``L g``, the group loadings ``L sqrt(1 - g^2)``.

    Parameters
    ----------
    correlations : array, items x items, of keyed answers.
    n_factors : int, 2 or more. Three is the least that defines g; with two, both get ``sqrt(phi)`` (noted).
    extraction, rotation : of the first-order factors; the rotation must be oblique.

    Notes
    -----
    *Misleads* when the factors hardly correlate (g is then noise), and through its proportionality: general and
    group loadings of a factor's items keep one ratio. A bifactor model lifts that.

    *Validated* against psych 2.2.9 ``schmid`` by way of ``omega`` (R 4.2.2); see the tests.

    References
    ----------
    Schmid, J., & Leiman, J. M. (1957). The development of hierarchical factor solutions. Psychometrika, 22, 53-61.
    https://doi.org/10.1007/BF02289209

    Examples
    --------
    >>> import numpy as np
    >>> pattern = np.kron(np.eye(3), np.full((3, 1), .7))
    >>> r = pattern @ np.array([[1, .36, .36], [.36, 1, .36], [.36, .36, 1]]) @ pattern.T
    >>> np.fill_diagonal(r, 1)
    >>> round(float(schmid_leiman(r, 3).general[0]), 3)
    0.42
    """
    r = as_correlations(correlations, at_least_items=3)
    problems = []
    if n_factors < 2:
        problems.append(
            Problem(
                where="n_factors",
                what=str(n_factors),
                allowed="2 or more group factors",
                do="for one factor take omega total",
            )
        )
    if rotation not in OBLIQUE:
        problems.append(Problem(where="rotation", what=repr(rotation), allowed=", ".join(OBLIQUE)))
    if problems:
        raise ResponseError(problems)
    first = extract(r, n_factors, method=extraction)
    turned = rotate(first.loadings, method=rotation)
    g, notes = _second_order(turned.phi)
    general = turned.loadings @ g
    group = turned.loadings * np.sqrt(np.maximum(1.0 - g**2, 0.0))
    common = float(np.sum(general**2) + np.sum(group**2))
    notes += [
        f"item {i + 1} loads negatively on the general factor: check its keying" for i in np.flatnonzero(general < 0)
    ]
    return SchmidLeiman(
        general=general,
        group=group,
        second_order=g,
        phi=turned.phi,
        communalities=first.communalities,
        uniquenesses=first.uniquenesses,
        explained_common_variance=float(np.sum(general**2)) / common,
        notes=(*first.notes, *turned.notes, *notes),
    )


def _second_order(phi: FloatArray) -> tuple[FloatArray, list[str]]:
    if len(phi) > 2:
        extraction = extract(phi, 1)
        return extraction.loadings[:, 0], [
            f"second-order factor: {note.replace('item', 'factor')}" for note in extraction.notes
        ]
    shared = float(phi[0, 1])
    if shared <= 0:
        return np.zeros(2), [f"the two factors correlate {coefficient(shared)}: there is no general factor"]
    return np.full(2, np.sqrt(shared)), ["two group factors do not define a general one; both got the same loading"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HierarchicalOmega:
    """Reliability of a total of standardized items, taken apart.

    Attributes
    ----------
    omega_hierarchical : share of the total's variance that the general factor makes, 0 to 1.
    omega_total : share that all common factors make.
    omega_limit : omega hierarchical of an endlessly long test, ``omega_h / omega_total``.
    alpha, lambda6 : of the same correlations (standardized alpha; Guttman's lambda 6).
    solution : the Schmid-Leiman loadings behind them.
    """

    omega_hierarchical: float
    omega_total: float
    omega_limit: float
    alpha: float
    lambda6: float
    solution: SchmidLeiman
    notes: tuple[str, ...]


def hierarchical_omega(
    correlations: ArrayLike, n_factors: int = 3, *, extraction: Method = "minres", rotation: RotationName = "oblimin"
) -> HierarchicalOmega:
    """Omega hierarchical and total from a Schmid-Leiman solution.

    With 1'R1 the variance of the total of standardized items: ``omega_h = (sum g)^2 / 1'R1``,
    ``omega_total = 1 - sum(u) / 1'R1`` (g general loadings, u uniquenesses).

    Parameters
    ----------
    correlations : array, items x items, of keyed answers.
    n_factors : group factors; psych takes 3 unless told.
    extraction, rotation : see :func:`schmid_leiman`.

    Notes
    -----
    Items are not flipped (psych flips those with a negative general loading): they are keyed already, and a
    negative one is noted. *Misleads* like :func:`schmid_leiman`, and depends on the number of factors.

    *Validated* against psych 2.2.9 ``omega`` (R 4.2.2): 36 items, 6 group factors; see the tests.

    References
    ----------
    Zinbarg, R. E., Revelle, W., Yovel, I., & Li, W. (2005). Cronbach's alpha, Revelle's beta, and McDonald's
    omega_H. Psychometrika, 70, 123-133. https://doi.org/10.1007/s11336-003-0974-7

    Examples
    --------
    >>> import numpy as np
    >>> pattern = np.kron(np.eye(3), np.full((3, 1), .7))
    >>> r = pattern @ np.array([[1, .36, .36], [.36, 1, .36], [.36, .36, 1]]) @ pattern.T
    >>> np.fill_diagonal(r, 1)
    >>> round(hierarchical_omega(r, 3).omega_hierarchical, 3)
    0.523
    """
    r = as_correlations(correlations, at_least_items=3)
    solution = schmid_leiman(r, n_factors, extraction=extraction, rotation=rotation)
    total, p = float(r.sum()), len(r)
    total_reliability = 1.0 - float(solution.uniquenesses.sum()) / total
    hierarchical = float(solution.general.sum()) ** 2 / total
    return HierarchicalOmega(
        omega_hierarchical=hierarchical,
        omega_total=total_reliability,
        omega_limit=hierarchical / total_reliability,
        alpha=(total - p) / total * p / (p - 1),
        lambda6=1.0 - float(np.sum(1.0 - squared_multiple_correlations(r))) / total,
        solution=solution,
        notes=solution.notes,
    )
