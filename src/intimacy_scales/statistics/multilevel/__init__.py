"""Linear mixed models of matrices: persons or couples over days; no diary and no bank is known here."""

from intimacy_scales.statistics.multilevel.fitting import fit_mixed_model
from intimacy_scales.statistics.multilevel.generalizability import (
    Components,
    DailyItems,
    DailyReliability,
    daily_items,
)
from intimacy_scales.statistics.multilevel.inference import (
    Effects,
    VarianceParameter,
    autocorrelation,
    effects,
    group_effects,
    random_correlation,
    random_elements,
    random_sd,
    residual_correlation,
    residual_sd,
)
from intimacy_scales.statistics.multilevel.information import (
    GroupDesign,
    MixedTruth,
    fixed_information,
    variance_information,
)
from intimacy_scales.statistics.multilevel.mediation import MediationRows, WithinMediation, within_mediation
from intimacy_scales.statistics.multilevel.results import Method, MixedModel
from intimacy_scales.statistics.multilevel.rows import RepeatedMeasures, repeated_measures
from intimacy_scales.statistics.multilevel.structures import (
    CovarianceStructure,
    common,
    diagonal,
    equal,
    exchangeable,
    joined,
    unstructured,
)
from intimacy_scales.statistics.multilevel.two_level import TwoLevelFactor, two_level_factor

__all__ = [
    "Components",
    "CovarianceStructure",
    "DailyItems",
    "DailyReliability",
    "Effects",
    "GroupDesign",
    "MediationRows",
    "Method",
    "MixedModel",
    "MixedTruth",
    "RepeatedMeasures",
    "TwoLevelFactor",
    "VarianceParameter",
    "WithinMediation",
    "autocorrelation",
    "common",
    "daily_items",
    "diagonal",
    "effects",
    "equal",
    "exchangeable",
    "fit_mixed_model",
    "fixed_information",
    "group_effects",
    "joined",
    "random_correlation",
    "random_elements",
    "random_sd",
    "repeated_measures",
    "residual_correlation",
    "residual_sd",
    "two_level_factor",
    "unstructured",
    "variance_information",
    "within_mediation",
]
