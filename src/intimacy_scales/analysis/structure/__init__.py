"""The structure of a bank's answers: suitability, number of factors, EFA, CFA, invariance, item response theory."""

from intimacy_scales.analysis.structure.bank_structure import graded_model, structure, structure_of
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
from intimacy_scales.statistics.correlation_matrix import KINDS, Correlations, Kind, correlate
from intimacy_scales.statistics.factoring.number_of_factors import (
    EmpiricalKaiser,
    MinimumAveragePartial,
    Scree,
    empirical_kaiser,
    minimum_average_partial,
    scree,
)
from intimacy_scales.statistics.factoring.parallel import ParallelAnalysis, parallel_analysis
from intimacy_scales.statistics.factoring.suitability import Suitability, suitability
from intimacy_scales.statistics.irt.differential_functioning import (
    DifferentialFunctioning,
    ItemBias,
    OrdinalFit,
    differential_functioning,
    ordinal_logit,
)
from intimacy_scales.statistics.irt.graded import GradedModel, graded_response
from intimacy_scales.statistics.irt.information import Information, category_curves, information
from intimacy_scales.statistics.irt.local_dependence import DependentPair, LocalDependence, local_dependence
from intimacy_scales.statistics.irt.person_scores import PersonScores, person_thetas

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
    "structure_of",
    "suitability",
]
