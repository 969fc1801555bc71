"""Pooling effects of several studies: arrays in, figures out. Knows no study and no bank."""

from intimacy_scales.statistics.pooling.cluster import (
    RobustErrors,
    ThreeLevelFit,
    fit_three_level,
    robust_errors,
    sampling_covariance,
)
from intimacy_scales.statistics.pooling.effects import Effects, corrected_r, fisher_z, raw_r
from intimacy_scales.statistics.pooling.hunter_schmidt import (
    HunterSchmidt,
    artifact_distributions,
    bare_bones,
    individually_corrected,
)
from intimacy_scales.statistics.pooling.influential_studies import Influence, influence, leave_one_out
from intimacy_scales.statistics.pooling.model import (
    Heterogeneity,
    Moderation,
    PooledFit,
    Test,
    fit_effects,
    prediction_interval,
    wald,
)
from intimacy_scales.statistics.pooling.small_studies import (
    LEAST_EGGER,
    Asymmetry,
    Filled,
    egger,
    failsafe_n,
    pet_peese,
    rank_test,
    trim_and_fill,
)
from intimacy_scales.statistics.pooling.tau import ESTIMATORS, Estimator

__all__ = [
    "ESTIMATORS",
    "LEAST_EGGER",
    "Asymmetry",
    "Effects",
    "Estimator",
    "Filled",
    "Heterogeneity",
    "HunterSchmidt",
    "Influence",
    "Moderation",
    "PooledFit",
    "RobustErrors",
    "Test",
    "ThreeLevelFit",
    "artifact_distributions",
    "bare_bones",
    "corrected_r",
    "egger",
    "failsafe_n",
    "fisher_z",
    "fit_effects",
    "fit_three_level",
    "individually_corrected",
    "influence",
    "leave_one_out",
    "pet_peese",
    "prediction_interval",
    "rank_test",
    "raw_r",
    "robust_errors",
    "sampling_covariance",
    "trim_and_fill",
    "wald",
]
