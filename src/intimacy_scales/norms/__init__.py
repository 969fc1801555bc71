"""Where a score stands: measurement error, standing in a named norm, norms of one's own."""

from intimacy_scales.norms.choose import Chosen, NormChoice, Refused, none_published
from intimacy_scales.norms.difference import Difference, difference_error, difference_reliability, half_width, halves_of
from intimacy_scales.norms.error import LEVEL, ScoreError, error_of
from intimacy_scales.norms.local import norms_from
from intimacy_scales.norms.local_norms import LocalNorms, TooFew
from intimacy_scales.norms.percentile import (
    Percentiles,
    SampleQuantile,
    normal_percentiles,
    quantile_table,
    table_of,
    table_percentiles,
)
from intimacy_scales.norms.rough import conditional_errors, keyed_answers, points_per_answer, rough_errors, row_means
from intimacy_scales.norms.sources import Figure, PerScore
from intimacy_scales.norms.standing import standing_of
from intimacy_scales.norms.standings import Standing, Standings
from intimacy_scales.scoring import Scores

__all__ = [
    "LEVEL",
    "Chosen",
    "Difference",
    "Figure",
    "LocalNorms",
    "NormChoice",
    "PerScore",
    "Percentiles",
    "Refused",
    "SampleQuantile",
    "ScoreError",
    "Standing",
    "Standings",
    "TooFew",
    "conditional_errors",
    "difference_error",
    "difference_reliability",
    "error_of",
    "half_width",
    "halves_of",
    "keyed_answers",
    "none_published",
    "normal_percentiles",
    "norms_from",
    "points_per_answer",
    "quantile_table",
    "rough_errors",
    "row_means",
    "standing",
    "standing_of",
    "table_of",
    "table_percentiles",
]


def standing(
    scores: Scores,
    *,
    norm: NormChoice | None = None,
    level: float = LEVEL,
    sd: PerScore = None,
    reliability: PerScore = None,
) -> Standings:
    """Return where scores stand in a *named* norm: the public name of :func:`standing_of`, which says everything.

    Without a norm nothing is chosen: every score is refused, with the norms there are.

    Examples
    --------
    >>> standing(scores, norm="my_norms.yaml")  # doctest: +SKIP
    """
    return standing_of(scores, norm=norm, level=level, sd=sd, reliability=reliability)
