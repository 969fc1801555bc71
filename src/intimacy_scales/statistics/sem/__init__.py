"""A small structural-equation core: matrices and named variables, no questionnaires.

A :class:`Model` (built by :func:`cfa_model`, :func:`path_model` and friends) and a :class:`Sample` (made by
:func:`sample`, :func:`sample_from_moments` or :func:`ordinal_sample`) go into :func:`fit`; the :class:`Fit`
that comes out answers the rest: modification indices, residuals, difference tests, Monte Carlo intervals.
"""

from intimacy_scales.statistics.sem.derived_parameters import MonteCarloInterval, monte_carlo, monte_carlo_of
from intimacy_scales.statistics.sem.diagnostics import (
    Explained,
    FactorSum,
    FactorSums,
    LatentCorrelations,
    Residuals,
    factor_sums,
    latent_correlations,
    r_squared,
    residuals,
)
from intimacy_scales.statistics.sem.fitting import fit
from intimacy_scales.statistics.sem.groups import across_groups, invariance_ladder
from intimacy_scales.statistics.sem.indices import adjusted, swapping_equalities
from intimacy_scales.statistics.sem.model_tests import (
    DifferenceTest,
    ModificationIndex,
    difference_test,
    equality_tests,
    modification_indices,
    release_tests,
)
from intimacy_scales.statistics.sem.ordinal import OrdinalSample, ordinal_sample
from intimacy_scales.statistics.sem.results import DefinedEstimate, Estimate, Fit, FitMeasures, ScaledMeasures
from intimacy_scales.statistics.sem.samples import Moments, Sample, em_moments, pair_sample, sample, sample_from_moments
from intimacy_scales.statistics.sem.spec import (
    Defined,
    GroupedModel,
    Model,
    Parameter,
    bifactor_model,
    cfa_model,
    covariance,
    loading,
    mean,
    path_model,
    regression,
    second_order_model,
    threshold,
    with_changes,
    with_means,
)

__all__ = [
    "Defined",
    "DefinedEstimate",
    "DifferenceTest",
    "Estimate",
    "Explained",
    "FactorSum",
    "FactorSums",
    "Fit",
    "FitMeasures",
    "GroupedModel",
    "LatentCorrelations",
    "Model",
    "ModificationIndex",
    "Moments",
    "MonteCarloInterval",
    "OrdinalSample",
    "Parameter",
    "Residuals",
    "Sample",
    "ScaledMeasures",
    "across_groups",
    "adjusted",
    "bifactor_model",
    "cfa_model",
    "covariance",
    "difference_test",
    "em_moments",
    "equality_tests",
    "factor_sums",
    "fit",
    "invariance_ladder",
    "latent_correlations",
    "loading",
    "mean",
    "modification_indices",
    "monte_carlo",
    "monte_carlo_of",
    "ordinal_sample",
    "pair_sample",
    "path_model",
    "r_squared",
    "regression",
    "release_tests",
    "residuals",
    "sample",
    "sample_from_moments",
    "second_order_model",
    "swapping_equalities",
    "threshold",
    "with_changes",
    "with_means",
]
