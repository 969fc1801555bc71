"""The structure of a bank's answers: suitability, number of factors, EFA, CFA, invariance, item response theory."""

from intimacy_scales.rooms import make_callable

from .composites import Bifactor, Composite
from .confirmation import Change, Confirmation, FitFigures, Loading, ResidualPair
from .correlations import KINDS, Correlations, Kind, correlate
from .exploration import Exploration
from .graded import GradedModel, graded_response
from .graded_information import Information, category_curves, information
from .graded_scale import GradedScale
from .graded_scores import PersonScores, person_thetas
from .invariance_results import Invariance, LatentMean, Level, PartialLevel
from .invariance_words import Verdict
from .item_bias import DifferentialFunctioning, ItemBias, differential_functioning
from .local_dependence import DependentPair, LocalDependence, local_dependence
from .number_of_factors import (
    EmpiricalKaiser,
    MinimumAveragePartial,
    Scree,
    empirical_kaiser,
    minimum_average_partial,
    scree,
)
from .ordinal_logit import OrdinalFit, ordinal_logit
from .parallel import ParallelAnalysis, parallel_analysis
from .public import graded_model, structure
from .result import Structure
from .suitability import Suitability, suitability
from .whole import structure_of

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

make_callable(__name__, structure)
