"""What the answers show before any theory is put to them: suitability, number of factors, exploratory factors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.analysis.structure.item_answers import ItemAnswers, attempt
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.statistics.factoring import (
    Congruence,
    FactorSolution,
    Method,
    RotationName,
    congruence,
    degrees_of_freedom,
    efa,
)
from intimacy_scales.statistics.factoring.correlation_matrix import Correlations, Kind, correlate, correlations_of_sums
from intimacy_scales.statistics.factoring.matrices import Suitability, suitability
from intimacy_scales.statistics.factoring.number_of_factors import (
    EmpiricalKaiser,
    MinimumAveragePartial,
    ParallelAnalysis,
    empirical_kaiser,
    minimum_average_partial,
    parallel_analysis,
    parallel_analysis_of_patterns,
)
from intimacy_scales.statistics.factoring.random_correlations import AnsweredPatterns
from intimacy_scales.statistics.item_sums import ItemSums


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploration:
    """Suitability, number of factors and exploratory factors of one correlation matrix; ``None`` with a note why.

    ``alike`` is Tucker's congruence of the exploratory factors with the bank's scales (1 for an item of the scale).
    """

    names: tuple[str, ...]
    factors: tuple[str, ...]
    correlations: Correlations = field(repr=False)
    suitability: Suitability | None
    parallel: ParallelAnalysis | None
    map: MinimumAveragePartial | None
    ekc: EmpiricalKaiser | None
    efa: FactorSolution | None
    alike: Congruence | None
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return ``kmo``, ``bartlett``, ``parallel``, ``map``, ``ekc`` and ``efa`` at full precision."""
        fit, ekc, velicer = self.suitability, self.ekc, self.map
        r = self.correlations
        return {
            "correlations": {"kind": r.kind, "n_complete": r.n_complete, "effective_n": r.effective_n},
            "kmo": None if fit is None else {"overall": fit.kmo, "items": self._by_item(fit.kmo_items),
                                             "verdict": fit.verdict},
            "bartlett": None if fit is None else {"chi2": fit.chi2, "df": fit.df, "p": fit.p_value},
            "determinant": None if fit is None else fit.determinant,
            "parallel": None if self.parallel is None else _of_parallel(self.parallel),
            "map": None if velicer is None else {"original": velicer.n_original, "revised": velicer.n_revised,
                                                 "values": velicer.original},
            "ekc": None if ekc is None else {"factors": ekc.n_factors, "eigenvalues": ekc.eigenvalues,
                                             "reference": ekc.reference},
            "efa": None if self.efa is None else self._of_efa(self.efa),
        }  # fmt: skip

    def _by_item(self, values: FloatArray) -> Mapping[str, Any]:
        return dict(zip(self.names, values.tolist(), strict=True))

    def _of_efa(self, found: FactorSolution) -> dict[str, Any]:
        alike = self.alike
        return {
            "n_factors": found.loadings.shape[1], "extraction": found.extraction, "rotation": found.rotation,
            "loadings": self._by_item(found.loadings), "communality": self._by_item(found.communalities),
            "phi": found.phi, "structure": self._by_item(found.structure),
            "uniqueness": self._by_item(found.uniquenesses), "complexity": self._by_item(found.complexity),
            "variance": found.variance, "share": found.share, "rmsr": found.rmsr, "df": found.df, "chi2": found.chi2,
            "p": found.p_value,
            "congruence": None if alike is None else {
                scale: {"factor": factor + 1 if factor >= 0 else None, "coefficient": value, "verdict": verdict}
                for scale, factor, value, verdict in zip(
                    self.factors, alike.order, alike.matched, alike.verdict, strict=True
                )
            },
        }  # fmt: skip


def _of_parallel(analysis: ParallelAnalysis) -> dict[str, Any]:
    return {
        "factors": analysis.n_factors, "components": analysis.n_components, "factor_eigenvalues": analysis.factors,
        "random_factor_eigenvalues": analysis.random_factors, "component_eigenvalues": analysis.components,
        "random_component_eigenvalues": analysis.random_components, "percentile": analysis.percentile,
        "iterations": analysis.iterations, "seed": analysis.seed,
    }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplorationOptions:
    """How to explore: the correlations, the factors (``None``: as many as the bank has scales), the method."""

    kind: Kind = "pearson"
    listwise: bool = False
    factors: int | None = None
    extraction: Method = "minres"
    rotation: RotationName = "oblimin"
    iterations: int = 100
    seed: int = 1


def explore(answers: ItemAnswers, options: ExplorationOptions) -> Exploration:
    """Look at the answers without their theory; every part that the answers allow."""
    source = _RowsSeen(answers, options) if options.kind != "pearson" or answers.sums is None else _SumsSeen(
        answers.sums.items, answers.names, options)  # fmt: skip
    made = attempt("correlations", source.correlations)
    r = made.value or _nothing(answers, options.kind)
    n = r.effective_n
    fit = attempt("suitability", lambda: _suitable(r))
    parallel = attempt("parallel analysis", lambda: source.parallel(r))
    velicer = attempt("MAP", lambda: minimum_average_partial(r.correlations))
    ekc = attempt("empirical Kaiser criterion", lambda: empirical_kaiser(r.correlations, n))
    how_many = options.factors or _as_the_bank(answers)
    found = attempt("EFA", lambda: efa(r.correlations, how_many, extraction=options.extraction,
                                       rotation=options.rotation, n_persons=round(n), seed=options.seed))  # fmt: skip
    solution = found.value
    alike = None if solution is None else congruence(solution.loadings, target_of(answers))
    notes = [
        *made.notes,
        *_pairwise(r),
        *r.notes,
        *fit.notes,
        *(fit.value.notes if fit.value else ()),
        *parallel.notes,
        *velicer.notes,
    ]
    notes += [*ekc.notes, *found.notes, *(solution.notes if solution else ())]
    return Exploration(
        names=answers.names, factors=tuple(answers.factors), correlations=r, suitability=fit.value,
        parallel=parallel.value, map=velicer.value, ekc=ekc.value, efa=solution, alike=alike,
        notes=tuple(dict.fromkeys((*answers.named(notes), *_disagreement(parallel.value, how_many, options)))),
    )  # fmt: skip


class _RowsSeen:
    """Correlations and random data of the persons one by one."""

    def __init__(self, answers: ItemAnswers, options: ExplorationOptions) -> None:
        gaps = np.isnan(answers.keyed)
        self.x = answers.keyed[~(gaps.any(axis=1) if options.listwise else gaps.all(axis=1))]
        self.names, self.options = answers.names, options

    def correlations(self) -> Correlations:
        return correlate(self.x, kind=self.options.kind, names=self.names)

    def parallel(self, _: Correlations) -> ParallelAnalysis:
        own = self.options
        return parallel_analysis(self.x, kind=own.kind, names=self.names, seed=own.seed, iterations=own.iterations)


class _SumsSeen:
    """The same of very many persons, from their sums."""

    def __init__(self, sums: ItemSums, names: tuple[str, ...], options: ExplorationOptions) -> None:
        self.sums = sums.without_gaps() if options.listwise else sums
        self.names, self.options = names, options

    def correlations(self) -> Correlations:
        return correlations_of_sums(self.sums, self.names)

    def parallel(self, r: Correlations) -> ParallelAnalysis:
        mask, n = self.sums.answered()
        patterns = AnsweredPatterns(mask=mask, n=n)
        return parallel_analysis_of_patterns(r, patterns, seed=self.options.seed, iterations=self.options.iterations)


def _suitable(r: Correlations) -> Suitability:
    """Return KMO and Bartlett's test; of a repaired matrix they would tell of the repair."""
    if r.smoothed:
        raise ResponseError(Problem(where="KMO and Bartlett's test", allowed="a positive definite matrix",
                                    what="withheld, for the correlations contradict each other and had to be smoothed",
                                    do="more persons, or fewer and wider options"))  # fmt: skip
    return suitability(r.correlations, r.effective_n)


def _pairwise(r: Correlations) -> list[str]:
    """Say that the correlations rest on different persons, where they do."""
    off = r.n[~np.eye(len(r.n), dtype=bool)]
    if not off.size or r.n_complete == off.max() or off.max() == 0:
        return []
    return [
        f"suitability, number of factors and EFA take pairwise correlations ({off.min()} to {off.max()} persons a pair)"
    ]


def target_of(answers: ItemAnswers) -> FloatArray:
    """Return items x scales: 1 where the bank says that the item belongs to the scale."""
    return np.array([[float(name in items) for items in answers.factors.values()] for name in answers.names])


def _as_the_bank(answers: ItemAnswers) -> int:
    """As many factors as the bank has scales, or as the items allow."""
    p = len(answers.names)
    most = max((m for m in range(1, p) if degrees_of_freedom(p, m) >= 0), default=1)
    return min(max(len(answers.factors), 1), most)


def _nothing(answers: ItemAnswers, kind: Kind) -> Correlations:
    k = len(answers.names)
    return Correlations(kind=kind, correlations=np.full((k, k), np.nan), n=np.zeros((k, k), dtype=np.int64),
                        n_complete=0, effective_n=float("nan"), names=answers.names, notes=())  # fmt: skip


def _disagreement(parallel: ParallelAnalysis | None, taken: int, options: ExplorationOptions) -> tuple[str, ...]:
    if parallel is None or options.factors is not None or taken in {parallel.n_factors, parallel.n_components}:
        return ()
    text = f"{parallel.n_factors} factors and {parallel.n_components} components"
    return (f"EFA takes {taken} factor(s), as the bank has scales; parallel analysis finds {text}: look at those too",)
