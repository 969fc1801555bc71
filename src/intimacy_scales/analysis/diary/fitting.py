"""One model of days fitted, or refused with what to do."""

from __future__ import annotations

import numpy as np

from intimacy_scales.analysis.diary.request import DiaryRequest
from intimacy_scales.base.errors import IntimacyScalesError, Problem, ResponseError
from intimacy_scales.statistics import multilevel as ml


def fitted(
    rows: ml.RepeatedMeasures,
    asked: DiaryRequest,
    *,
    random: ml.CovarianceStructure | None = None,
    residual: str | None = None,
) -> ml.MixedModel:
    """Fit a model of days.

    Raises
    ------
    ResponseError
        When predictors say the same thing, or the model does not converge.
    """
    try:
        model = ml.fit_mixed_model(
            rows, random=random, residual=residual, ar1=asked.autocorrelated, method=asked.method
        )
    except IntimacyScalesError as fault:
        raise ResponseError(fault.problems) from fault
    except np.linalg.LinAlgError as fault:
        raise ResponseError(Problem(where="model", what="cannot be computed from these days")) from fault
    if not model.converged:
        raise ResponseError(
            Problem(
                where="model",
                what="no convergence: the data do not say how large its variances are",
                do="ask for fewer random slopes (random none), or without autocorrelation (ar1 false)",
            )
        )
    return model
