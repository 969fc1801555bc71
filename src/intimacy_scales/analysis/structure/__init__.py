"""The structure of a bank's answers: suitability, number of factors, EFA, CFA, invariance, item response theory."""

from intimacy_scales.analysis.structure.bank_structure import graded_model, structure
from intimacy_scales.analysis.structure.confirmation import (
    Bifactor,
    Change,
    Composite,
    Confirmation,
    FitFigures,
    Loading,
    ResidualPair,
)
from intimacy_scales.analysis.structure.exploration import Exploration
from intimacy_scales.analysis.structure.graded_scale import GradedScale
from intimacy_scales.analysis.structure.invariance_results import Invariance, LatentMean, Level, PartialLevel, Verdict
from intimacy_scales.analysis.structure.results import Structure
from intimacy_scales.statistics.factoring.correlation_matrix import KINDS, Correlations, Kind, correlate
from intimacy_scales.statistics.factoring.matrices import Suitability, suitability
from intimacy_scales.statistics.factoring.number_of_factors import (
    EmpiricalKaiser,
    MinimumAveragePartial,
    ParallelAnalysis,
    Scree,
    empirical_kaiser,
    minimum_average_partial,
    parallel_analysis,
    scree,
)
from intimacy_scales.statistics.irt.differential_functioning import (
    DifferentialFunctioning,
    ItemBias,
    OrdinalFit,
    differential_functioning,
    ordinal_logit,
)
from intimacy_scales.statistics.irt.graded import GradedModel, graded_response
from intimacy_scales.statistics.irt.person_scores import (
    DependentPair,
    Information,
    LocalDependence,
    PersonScores,
    category_curves,
    information,
    local_dependence,
    person_thetas,
)

__all__ = [
    "KINDS",
    "Bifactor",
    "Change",
    "Composite",
    "Confirmation",
    "Correlations",
    "DependentPair",
    "DifferentialFunctioning",
    "EmpiricalKaiser",
    "Exploration",
    "FitFigures",
    "GradedModel",
    "GradedScale",
    "Information",
    "Invariance",
    "ItemBias",
    "Kind",
    "LatentMean",
    "Level",
    "Loading",
    "LocalDependence",
    "MinimumAveragePartial",
    "OrdinalFit",
    "ParallelAnalysis",
    "PartialLevel",
    "PersonScores",
    "ResidualPair",
    "Scree",
    "Structure",
    "Suitability",
    "Verdict",
    "category_curves",
    "correlate",
    "differential_functioning",
    "empirical_kaiser",
    "graded_model",
    "graded_response",
    "information",
    "local_dependence",
    "minimum_average_partial",
    "ordinal_logit",
    "parallel_analysis",
    "person_thetas",
    "scree",
    "structure",
    "suitability",
]
