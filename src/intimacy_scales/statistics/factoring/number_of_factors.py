"""How many factors a correlation matrix holds: Velicer's MAP, the empirical Kaiser criterion, scree figures.

Parallel analysis: eigenvalues beside those of data without any structure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.statistics.factoring.correlation_matrix import Correlations, Kind, correlate, pairwise_pearson
from intimacy_scales.statistics.factoring.extraction import minres_uniquenesses
from intimacy_scales.statistics.factoring.matrices import as_correlations, definite_notes
from intimacy_scales.statistics.factoring.random_correlations import AnsweredPatterns, Draw, of_patterns, of_persons
from intimacy_scales.statistics.polychoric import shuffled_correlations, smooth
from intimacy_scales.statistics.threads import one_thread


@dataclass(frozen=True, slots=True, kw_only=True)
class Scree:
    """Eigenvalues for a scree plot.

    ``components``: of the correlations, descending. ``factors``: of the reduced matrix of a one-factor minres
    solution, as psych draws it (NaN with fewer than 3 items). ``above_one``: the Kaiser-Guttman count, which takes
    too many; shown, never counted as evidence.
    """

    components: FloatArray
    factors: FloatArray
    above_one: int
    notes: tuple[str, ...]


def scree(correlations: ArrayLike) -> Scree:
    """Eigenvalues of the correlations and of the reduced correlations.

    Parameters
    ----------
    correlations : array, items x items.

    Notes
    -----
    *Validated* against psych 2.2.9 ``fa.parallel`` (``pc.values``, ``fa.values``); see the tests.

    References
    ----------
    Cattell, R. B. (1966). The scree test for the number of factors. Multivariate Behavioral Research, 1, 245-276.
    https://doi.org/10.1207/s15327906mbr0102_10

    Examples
    --------
    >>> scree([[1, .5], [.5, 1]]).components.round(2).tolist()
    [1.5, 0.5]
    """
    r = as_correlations(correlations)
    components = descending(r)
    return Scree(
        components=components,
        factors=reduced_eigenvalues(r),
        above_one=int((components > 1).sum()),
        notes=tuple(definite_notes(r)),
    )


def descending(r: FloatArray) -> FloatArray:
    """Eigenvalues, largest first."""
    return np.asarray(np.linalg.eigvalsh(r)[::-1])


def reduced_eigenvalues(r: FloatArray) -> FloatArray:
    """Eigenvalues with the communalities of one minres factor on the diagonal, largest first."""
    if len(r) < 3:
        return np.full(len(r), np.nan)
    return descending(r - np.diag(minres_uniquenesses(as_correlations(r), 1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumAveragePartial:
    """Velicer's MAP.

    ``original`` and ``revised`` are the average squared (fourth-power) partial correlations after 0, 1, 2, ...
    components are taken out; ``n_original`` and ``n_revised`` where each is smallest.
    """

    original: FloatArray
    revised: FloatArray
    n_original: int
    n_revised: int
    notes: tuple[str, ...]


def minimum_average_partial(correlations: ArrayLike) -> MinimumAveragePartial:
    """Velicer's minimum average partial test, original (squares) and revised (fourth powers).

    For m components: ``mean over pairs of q_ij^2`` with q the partial correlations once the m components are held
    constant. Retained: the m with the smallest mean. As long as components take out what items share, the partials
    shrink; once they take out single items, they grow.

    Parameters
    ----------
    correlations : array, items x items, at least 3 items.

    Notes
    -----
    *Misleads* with few items a factor or weak loadings: it then takes too few.

    *Validated* against psych 2.2.9 ``vss`` (1e-10; it lists no component 0), and on simulated structures.

    References
    ----------
    Velicer, W. F. (1976). Determining the number of components from the matrix of partial correlations.
    Psychometrika, 41, 321-327. https://doi.org/10.1007/BF02293557

    Velicer, W. F., Eaton, C. A., & Fava, J. L. (2000). Construct explication through factor or component analysis.
    In R. D. Goffin & E. Helmes (Eds.), Problems and solutions in human assessment (pp. 41-71). Kluwer.

    Examples
    --------
    >>> import numpy as np
    >>> r = np.kron(np.eye(2), np.full((4, 4), .5)) + .5 * np.eye(8)
    >>> minimum_average_partial(r).n_original
    2
    """
    r = as_correlations(correlations, at_least_items=3)
    values, vectors = np.linalg.eigh(r)
    loadings = (vectors * np.sqrt(np.maximum(values, 0.0)))[:, ::-1]
    squares, fourths = [], []
    for m in range(len(r) - 1):
        left = r - loadings[:, :m] @ loadings[:, :m].T
        spread = np.diag(left)
        if spread.min() < 1e-10:  # an item is used up: no partial correlation remains
            break
        partial = (left / np.sqrt(np.outer(spread, spread)))[~np.eye(len(r), dtype=bool)]
        squares.append(float(np.mean(partial**2)))
        fourths.append(float(np.mean(partial**4)))
    notes = definite_notes(r)
    if int(np.argmin(squares)) != int(np.argmin(fourths)):
        notes.append(f"the original MAP says {int(np.argmin(squares))}, the revised {int(np.argmin(fourths))}")
    return MinimumAveragePartial(
        original=np.array(squares),
        revised=np.array(fourths),
        n_original=int(np.argmin(squares)),
        n_revised=int(np.argmin(fourths)),
        notes=tuple(notes),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EmpiricalKaiser:
    """Empirical Kaiser criterion: ``eigenvalues`` beside their ``reference`` values, and how many exceed them."""

    eigenvalues: FloatArray
    reference: FloatArray
    n_factors: int
    n_persons: float
    notes: tuple[str, ...]


def empirical_kaiser(correlations: ArrayLike, n_persons: float) -> EmpiricalKaiser:
    """Empirical Kaiser criterion of Braeken and van Assen.

    The j-th eigenvalue counts while it exceeds
    ``max(1, (p - sum of the earlier ones) / (p - j + 1) (1 + sqrt(p / n))^2)``: what sampling alone would make of it
    (Marchenko-Pastur), corrected for the factors before it.

    Parameters
    ----------
    correlations : array, items x items.
    n_persons : persons behind them.

    Notes
    -----
    *Misleads* with fewer than three items a factor, or factors that correlate strongly in small samples (too few).

    *Validated* against its formula by hand on the reference matrix; 6 factors for the six-scale data, as simulated.

    References
    ----------
    Braeken, J., & van Assen, M. A. L. M. (2017). An empirical Kaiser criterion. Psychological Methods, 22, 450-466.
    https://doi.org/10.1037/met0000074

    Examples
    --------
    >>> import numpy as np
    >>> r = np.kron(np.eye(2), np.full((4, 4), .5)) + .5 * np.eye(8)
    >>> empirical_kaiser(r, 200).n_factors
    2
    """
    r = as_correlations(correlations)
    if not n_persons > 1:
        raise ResponseError([Problem(where="n_persons", what=f"{n_persons:g}", allowed="2 or more")])
    p, values = len(r), descending(r)
    before = np.concatenate([[0.0], np.cumsum(values)[:-1]])
    reference = np.maximum((p - before) / (p - np.arange(p)) * (1 + np.sqrt(p / n_persons)) ** 2, 1.0)
    return EmpiricalKaiser(
        eigenvalues=values,
        reference=reference,
        n_factors=leading(values > reference),
        n_persons=float(n_persons),
        notes=tuple(definite_notes(r)),
    )


def leading(passed: np.ndarray) -> int:
    """How many pass before the first that does not."""
    failed = np.flatnonzero(~passed)
    return int(failed[0]) if failed.size else len(passed)


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
    components: FloatArray
    random_components: FloatArray
    n_components: int
    factors: FloatArray
    random_factors: FloatArray
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
    how = draws or ("permuted" if kind == "polychoric" else "normal")
    observed = correlate(answers, kind=kind, names=names)
    as_correlations(observed.correlations, at_least_items=3)
    _check(how, kind, iterations, percentile)
    x = np.array(answers, dtype=np.float64)
    draw = of_persons(~np.isnan(x)) if how == "normal" else _shuffled(x, kind)
    chosen = _Chosen(kind=kind, draws=how, iterations=iterations, percentile=percentile, seed=seed)
    return _beside_random(observed, draw, chosen, len(x))


def parallel_analysis_of_patterns(
    observed: Correlations,
    patterns: AnsweredPatterns,
    *,
    iterations: int = 100,
    percentile: float = 95.0,
    seed: int = 0,
) -> ParallelAnalysis:
    """Return the parallel analysis of very many answers, of which correlations and patterns are known.

    As :func:`parallel_analysis` with normal data: the random sums of many persons who answered the same items are drawn
    at once, which has the same distribution and takes no longer for more of them.

    Parameters
    ----------
    observed
        Pearson correlations of the answers.
    patterns
        Who answered what, over all persons with an answer.
    iterations, percentile, seed
        As there.
    """
    as_correlations(observed.correlations, at_least_items=3)
    _check("normal", "pearson", iterations, percentile)
    chosen = _Chosen(kind="pearson", draws="normal", iterations=iterations, percentile=percentile, seed=seed)
    return _beside_random(observed, of_patterns(patterns), chosen, patterns.n_persons)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """How random data are drawn."""

    kind: Kind
    draws: Draws
    iterations: int
    percentile: float
    seed: int


def _beside_random(observed: Correlations, draw: Draw, chosen: _Chosen, n_persons: int) -> ParallelAnalysis:
    """Hold the eigenvalues of the answers against those of random correlations."""
    r = as_correlations(observed.correlations)
    rng = np.random.default_rng(chosen.seed)
    drawn = [_eigenvalues(draw(rng)) for _ in range(chosen.iterations)]
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
    random_components, random_factors = np.percentile(np.array(kept), chosen.percentile, axis=0)
    components, factors = descending(r), reduced_eigenvalues(r)
    notes = list(observed.notes)
    if lacking := chosen.iterations - len(kept):
        notes.append(f"{lacking} of {chosen.iterations} random data sets lacked a correlation; left out")
    return ParallelAnalysis(
        kind=chosen.kind,
        components=components,
        random_components=random_components,
        n_components=leading(components > random_components),
        factors=factors,
        random_factors=random_factors,
        n_factors=leading(factors > random_factors),
        percentile=chosen.percentile,
        draws=chosen.draws,
        iterations=len(kept),
        seed=chosen.seed,
        n_persons=n_persons,
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


def _shuffled(x: FloatArray, kind: Kind) -> Draw:
    """Return a function that shuffles each item's own answers, holes staying where they are, and correlates them."""
    if kind == "polychoric":
        return shuffled_correlations(x)

    def draw(rng: np.random.Generator) -> FloatArray:
        out = x.copy()
        for j in range(x.shape[1]):
            given = np.flatnonzero(~np.isnan(x[:, j]))
            out[given, j] = x[rng.permutation(given), j]
        return pairwise_pearson(out)

    return draw


def _eigenvalues(r: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    if not np.isfinite(r).all():
        return None
    smoothed = smooth(r).correlations
    return descending(smoothed), reduced_eigenvalues(smoothed)
