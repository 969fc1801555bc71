"""A general factor beneath correlated factors (Schmid-Leiman), and the omegas that follow from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.wording import coefficient
from intimacy_scales.statistics.factoring.extraction import Method, extract
from intimacy_scales.statistics.factoring.matrices import Array, as_correlations, squared_multiple_correlations
from intimacy_scales.statistics.factoring.rotation import OBLIQUE, RotationName, rotate


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

    general: Array
    group: Array
    second_order: Array
    phi: Array
    communalities: Array
    uniquenesses: Array
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


def _second_order(phi: Array) -> tuple[Array, list[str]]:
    if len(phi) > 2:
        one = extract(phi, 1)
        return one.loadings[:, 0], [f"second-order factor: {note.replace('item', 'factor')}" for note in one.notes]
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
