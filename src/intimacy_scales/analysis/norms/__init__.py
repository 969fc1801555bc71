"""Where a score stands: measurement error, standing in a named norm, norms of one's own."""

from typing import Any

from intimacy_scales.analysis.norms.choice import (
    Attributes,
    ChosenNorm,
    NormChoice,
    Refused,
    cautions_for,
    none_published,
)
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
from intimacy_scales.scoring.given_figures import Figure, PerScore

__all__ = [
    "LEVEL",
    "Attributes",
    "ChosenNorm",
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
    """Return where scores stand in a *named* norm: z, T, stanine, percentile, each with its intervals.

    ``z = (x - M) / S``, ``T = 50 + 10 z``, stanine ``floor(2 z + 5.5)`` kept within 1 to 9; the percentile and its
    interval from the norm's mean, SD and n (Crawford & Garthwaite, 2002); a second interval from the score's own
    measurement error, ``x +- z SEM``. :func:`standing_of` says all of it.

    Parameters
    ----------
    data
        Scores; or answers of any kind, which are scored once, here, by their bank's rule.
    bank
        One bank or several; not needed for responses and scores, which know theirs.
    norm
        Name of a norm that a bank carries, path of a norm file (``FILE`` or ``FILE#NAME``), or a norm. Without one
        nothing is chosen: every score is refused, with the norms there are.
    level
        Of both intervals.
    sd, reliability
        Given by you for the measurement error (one number, or score column to number), used where neither the norm nor
        the sample has them.
    attributes
        What the person is said to be (``{"gender": "woman", "age": 34}``): among the norms there are, that of the
        narrowest group the person belongs to is taken, and the choice explained.

    Returns
    -------
    Standings
        Per-person columns (``.table()``); scores without a standing stand in ``refused``, with the reason.

    Raises
    ------
    UnknownNameError
        When no bank of these scores carries a norm of this name.
    BankError
        When a norm file is faulty.
    ResponseError
        When ``level``, ``sd`` or ``reliability`` cannot be, or a norm file leaves open which norm is meant.

    Notes
    -----
    A standing says where a person is in *that sample*; it misleads where the person does not belong to its population.
    A withheld score has no standing (NaN). The two intervals answer different questions and are not added up.

    References
    ----------
    Crawford, J. R., & Garthwaite, P. H. (2002). Investigation of the single case in neuropsychology: Confidence limits
    on the abnormality of test scores and test score differences. Neuropsychologia, 40(8), 1196-1208.
    doi:10.1016/S0028-3932(01)00224-X

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> norms = ims.norms_from(ims.simulate("eis", 200, seed=1).responses, sample="200 simulated persons")
    >>> where = ims.standing({1: 4, 2: 4, 3: 5, 4: 4, 5: 4}, "eis", norm=norms.norms[0])
    >>> round(float(where["eis_total"].z[0]), 2)
    1.71
    """
    scores = as_scores(data, bank)
    return standing_of(scores, norm=norm, level=level, sd=sd, reliability=reliability, attributes=attributes)
