"""Where a score stands: measurement error, standing in a named norm, norms of one's own."""

from typing import Any

from intimacy_scales.analysis.norms.choice import Attributes, Chosen, NormChoice, Refused, cautions_for, none_published
from intimacy_scales.analysis.norms.continuous import Curve, continuous_norms, curve_of
from intimacy_scales.analysis.norms.local import norms_from
from intimacy_scales.analysis.norms.local_results import LocalNorms, TooFew
from intimacy_scales.analysis.norms.measurement_error import (
    LEVEL,
    Difference,
    ScoreError,
    difference_error,
    difference_reliability,
    error_of,
    halves_of,
    points_per_answer,
    rough_errors,
    row_means,
)
from intimacy_scales.analysis.norms.norm_change import Renormed, renorm
from intimacy_scales.analysis.norms.percentile import (
    Percentiles,
    SampleQuantile,
    normal_percentiles,
    quantile_table,
    smooth_percentiles,
    table_of,
    table_percentiles,
)
from intimacy_scales.analysis.norms.standings import Standing, Standings, TrueScores, standing_of
from intimacy_scales.bank.model import Banks
from intimacy_scales.scoring import as_scores
from intimacy_scales.scoring.given import Figure, PerScore

__all__ = [
    "LEVEL",
    "Attributes",
    "Chosen",
    "Curve",
    "Difference",
    "Figure",
    "LocalNorms",
    "NormChoice",
    "PerScore",
    "Percentiles",
    "Refused",
    "Renormed",
    "SampleQuantile",
    "ScoreError",
    "Standing",
    "Standings",
    "TooFew",
    "TrueScores",
    "cautions_for",
    "continuous_norms",
    "curve_of",
    "difference_error",
    "difference_reliability",
    "error_of",
    "halves_of",
    "none_published",
    "normal_percentiles",
    "norms_from",
    "points_per_answer",
    "quantile_table",
    "renorm",
    "rough_errors",
    "row_means",
    "smooth_percentiles",
    "standing",
    "standing_of",
    "table_of",
    "table_percentiles",
]


def standing(
    data: Any,
    bank: Banks | None = None,
    *,
    norm: NormChoice | None = None,
    level: float = LEVEL,
    sd: PerScore = None,
    reliability: PerScore = None,
    attributes: Attributes | None = None,
) -> Standings:
    """Return where scores stand in a *named* norm: the public name of :func:`standing_of`, which says everything.

    Answers in place of scores are scored once, here, by their bank's rule.

    Without a norm nothing is chosen: every score is refused, with the norms there are. With ``attributes`` the norm of
    the narrowest group that the person belongs to is chosen among them, and the choice explained.

    Examples
    --------
    >>> standing(scores, norm="my_norms.yaml")  # doctest: +SKIP
    """
    scores = as_scores(data, bank)
    return standing_of(scores, norm=norm, level=level, sd=sd, reliability=reliability, attributes=attributes)
