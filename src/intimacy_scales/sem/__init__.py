"""A small structural-equation core: matrices and named variables, no questionnaires.

A :class:`Model` (built by :func:`cfa_model`, :func:`path_model` and friends) and a :class:`Sample` (made by
:func:`sample`, :func:`sample_from_moments` or :func:`ordinal_sample`) go into :func:`fit`; the :class:`Fit`
that comes out answers the rest: modification indices, residuals, difference tests, Monte Carlo intervals.
"""

from intimacy_scales.sem.build import (
    bifactor_model,
    cfa_model,
    covariance,
    loading,
    mean,
    path_model,
    regression,
    second_order_model,
    threshold,
    with_means,
)
from intimacy_scales.sem.defined import MonteCarloInterval, monte_carlo
from intimacy_scales.sem.diagnostics import (
    Explained,
    LatentCorrelations,
    Residuals,
    latent_correlations,
    r_squared,
    residuals,
)
from intimacy_scales.sem.difference import DifferenceTest, difference_test
from intimacy_scales.sem.factor_sums import FactorSum, FactorSums, factor_sums
from intimacy_scales.sem.fitting import fit
from intimacy_scales.sem.groups import across_groups, invariance_ladder
from intimacy_scales.sem.modification import (
    ModificationIndex,
    equality_tests,
    modification_indices,
    release_tests,
)
from intimacy_scales.sem.ordinal import OrdinalSample, ordinal_sample
from intimacy_scales.sem.results import DefinedEstimate, Estimate, Fit, FitMeasures, ScaledMeasures
from intimacy_scales.sem.samples import Sample, sample, sample_from_moments
from intimacy_scales.sem.saturated import Moments, em_moments
from intimacy_scales.sem.spec import Defined, GroupedModel, Model, Parameter, with_changes

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
    "ordinal_sample",
    "path_model",
    "r_squared",
    "regression",
    "release_tests",
    "residuals",
    "sample",
    "sample_from_moments",
    "second_order_model",
    "threshold",
    "with_changes",
    "with_means",
]
