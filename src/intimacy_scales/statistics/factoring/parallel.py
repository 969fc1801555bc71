"""Parallel analysis: eigenvalues beside those of data without any structure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.statistics.correlation_matrix import Array, Kind, correlate
from intimacy_scales.statistics.factoring.matrices import as_correlations
from intimacy_scales.statistics.factoring.number_of_factors import descending, leading, reduced_eigenvalues
from intimacy_scales.statistics.threads import one_thread

Draws = Literal["normal", "permuted"]
DRAWS: tuple[Draws, ...] = ("normal", "permuted")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelAnalysis:
    """Observed eigenvalues, the percentile of random ones, and how many stand above.

    Attributes
    ----------
    components, random_components : eigenvalues of the correlations (PA-PCA), observed and random.
    factors, random_factors : eigenvalues of the reduced correlations (PA-FA, one minres factor's communalities).
    n_components, n_factors : how many leading eigenvalues exceed the random ones.
    percentile, draws, iterations, seed : how the random ones were made.
    n_persons : persons x items of the random data follow the answers, holes and all.
    """

    kind: Kind
    components: Array
    random_components: Array
    n_components: int
    factors: Array
    random_factors: Array
    n_factors: int
    percentile: float
    draws: Draws
    iterations: int
    seed: int
    n_persons: int
    notes: tuple[str, ...]


@one_thread
def parallel_analysis(
    answers: ArrayLike,
    *,
    kind: Kind = "pearson",
    draws: Draws | None = None,
    iterations: int = 100,
    percentile: float = 95.0,
    seed: int = 0,
    names: Sequence[str] | None = None,
) -> ParallelAnalysis:
    """Horn's parallel analysis of keyed answers, for components and for factors.

    ``iterations`` data sets of the same size and with the same missing answers, but without correlation, are
    drawn; retained are the leading eigenvalues above the ``percentile`` of theirs. PA-PCA takes the eigenvalues of
    R; PA-FA those of R with the communalities of a one-factor minres solution on the diagonal, as ``psych``.

    Parameters
    ----------
    answers : array, persons x items; NaN: no answer.
    kind : "pearson" or "polychoric".
    draws : "normal" (Horn; the default for Pearson) or "permuted" (each item's own answers shuffled among those who
        gave one, so that its margins stay; the default, and the only way, for polychoric).
    iterations, percentile, seed : 100, 95, 0. The seed makes the result repeatable.

    Returns
    -------
    ParallelAnalysis

    Notes
    -----
    *Missing answers*: pairwise, in the random data too. *Misleads*: PA-PCA takes too few when factors correlate
    strongly, PA-FA tends to one or two too many in large samples (small factors beat zero).

    *Validated* against psych 2.2.9 ``fa.parallel`` (R 4.2.2): the same eigenvalues, 6 factors and 6 components.

    References
    ----------
    Horn, J. L. (1965). A rationale and test for the number of factors in factor analysis. Psychometrika, 30,
    179-185. https://doi.org/10.1007/BF02289447

    Glorfeld, L. W. (1995). An improvement on Horn's parallel analysis methodology. Educational and Psychological
    Measurement, 55, 377-393. https://doi.org/10.1177/0013164495055003002

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(200, 1)) + rng.normal(size=(200, 6))
    >>> parallel_analysis(x, iterations=20).n_components
    1
    """
    observed = correlate(answers, kind=kind, names=names)
    r = as_correlations(observed.correlations, at_least_items=3)
    how = draws or ("permuted" if kind == "polychoric" else "normal")
    _check(how, kind, iterations, percentile)
    x = np.array(answers, dtype=np.float64)
    rng = np.random.default_rng(seed)
    drawn = [_eigenvalues(_random(x, how, rng), kind) for _ in range(iterations)]
    kept = [pair for pair in drawn if pair is not None]
    if not kept:
        raise ResponseError(
            [
                Problem(
                    where="parallel analysis",
                    what="no random data set had every correlation",
                    do="more persons, or leave out items with hardly any variation",
                )
            ]
        )
    random_components, random_factors = np.percentile(np.array(kept), percentile, axis=0)
    components, factors = descending(r), reduced_eigenvalues(r)
    notes = list(observed.notes)
    if len(kept) < iterations:
        notes.append(f"{iterations - len(kept)} of {iterations} random data sets lacked a correlation; left out")
    return ParallelAnalysis(
        kind=kind,
        components=components,
        random_components=random_components,
        n_components=leading(components > random_components),
        factors=factors,
        random_factors=random_factors,
        n_factors=leading(factors > random_factors),
        percentile=percentile,
        draws=how,
        iterations=len(kept),
        seed=seed,
        n_persons=len(x),
        notes=tuple(notes),
    )


def _check(draws: str, kind: str, iterations: int, percentile: float) -> None:
    problems = []
    if draws not in DRAWS or (kind == "polychoric" and draws != "permuted"):
        allowed = "permuted" if kind == "polychoric" else ", ".join(DRAWS)
        problems.append(Problem(where="draws", what=repr(draws), allowed=allowed))
    if iterations < 1:
        problems.append(Problem(where="iterations", what=str(iterations), allowed="1 or more"))
    if not 0 < percentile < 100:
        problems.append(Problem(where="percentile", what=f"{percentile:g}", allowed="between 0 and 100"))
    if problems:
        raise ResponseError(problems)


def _random(x: Array, draws: Draws, rng: np.random.Generator) -> Array:
    """Draw data without correlation, with holes where the answers have them."""
    if draws == "normal":
        return np.where(np.isnan(x), np.nan, rng.standard_normal(x.shape))
    out = x.copy()
    for j in range(x.shape[1]):
        given = np.flatnonzero(~np.isnan(x[:, j]))
        out[given, j] = x[rng.permutation(given), j]
    return out


def _eigenvalues(x: Array, kind: Kind) -> tuple[Array, Array] | None:
    r = correlate(x, kind=kind).correlations
    if not np.isfinite(r).all():
        return None
    return descending(r), reduced_eigenvalues(r)
