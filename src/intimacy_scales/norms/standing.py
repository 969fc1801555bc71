"""Where scores stand in a named norm: z, T and percentile, each with the two intervals that belong to it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.norms.attributes import Attributes
from intimacy_scales.norms.choose import Chosen, NormChoice, Refused, norm_for, norms_named
from intimacy_scales.norms.error import LEVEL, ScoreError, error_of
from intimacy_scales.norms.percentile import (
    is_whole_table,
    normal_percentiles,
    normal_point,
    table_percentiles,
)
from intimacy_scales.norms.smooth import smooth_percentiles
from intimacy_scales.norms.standings import Standing, Standings, TrueScores
from intimacy_scales.scoring import ScaleScores, Scores
from intimacy_scales.scoring.given import PerScore, check_given, half_width

FloatArray = NDArray[np.float64]


def standing_of(
    scores: Scores,
    *,
    norm: NormChoice | None,
    level: float = LEVEL,
    sd: PerScore = None,
    reliability: PerScore = None,
    attributes: Attributes | None = None,
) -> Standings:
    """Return where every score stands in a *named* norm: z, T, percentile, each with its intervals.

    ``z = (x - M) / S``, ``T = 50 + 10 z``, stanine ``floor(2 z + 5.5)`` kept within 1 to 9. The percentile from the
    norm's mean, SD and n is Crawford and Garthwaite's (2002), point and interval:
    :func:`~intimacy_scales.norms.percentile.normal_percentiles`. A second interval takes the score's own measurement
    error: the percentiles of ``x - z SEM`` and ``x + z SEM`` (:func:`~intimacy_scales.norms.error.error_of`). Where the
    norm has a table, the mid-rank percentile stands beside
    (:func:`~intimacy_scales.norms.percentile.table_percentiles`), and its smoothed twin
    (:func:`~intimacy_scales.norms.smooth.smooth_percentiles`).

    A third figure beside the score with its SEM interval is the estimated true score (Kelley), ``t = r x + (1 - r) M``,
    with the interval ``t +- z S sqrt(r (1 - r))``: the score drawn towards the norm's mean, as far as it is
    unreliable. It is the better guess for a person drawn at random from the norm's population, and the wrong one for
    somebody who was not.

    Parameters
    ----------
    scores
        One or many persons.
    norm
        Name of a norm that a bank carries, path of a norm file (``FILE`` or ``FILE#NAME``), or a
        :class:`~intimacy_scales.bank.Norm`. With ``None`` nothing is chosen: every score is refused with what there is.
    level
        Of both intervals.
    sd, reliability
        Given by the user for the measurement error, used where neither the norm nor the sample has them.
    attributes
        What the person is said to be (``{"gender": "woman", "age": 34}``): of the norms there are (of the banks, or of
        the file or norms given), the one of the narrowest group that the person belongs to is taken, and the choice
        explained in ``why``; a norm of a group of which nothing was said is never taken.

    Returns
    -------
    Standings
        Per-person columns; scores without a standing in ``refused``, with the reason.

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
    The two intervals answer different questions and are not added up. A withheld score has no standing (NaN).
    A standing says where a person is in *that sample*; it misleads where the person does not belong to its population.
    Reference: Crawford, J. R., & Garthwaite, P. H. (2002). Investigation of the single case in neuropsychology:
    Confidence limits on the abnormality of test scores and test score differences. *Neuropsychologia, 40*(8),
    1196-1208.

    Examples
    --------
    >>> standing_of(scores, norm="my_norms.yaml").table()  # doctest: +SKIP
    """
    half_width(level)
    check_given(scores, sd=sd, reliability=reliability)
    norms = norms_named(scores, norm, attributes)
    parts: list[Standing] = []
    refused: list[Refused] = []
    for part in scores.parts:
        found = norm_for(part, norms)
        if isinstance(found, Refused):
            refused.append(found)
        else:
            parts.append(_standing(scores, part, found, level=level, sd=sd, reliability=reliability))
    return Standings(scores=scores, parts=tuple(parts), refused=tuple(refused), level=level, notes=norms.notes)


def _standing(
    scores: Scores,
    part: ScaleScores,
    chosen: Chosen,
    *,
    level: float,
    sd: PerScore,
    reliability: PerScore,
) -> Standing:
    figures, x = chosen.figures, part.values
    error = error_of(scores, part, norm=figures, norm_name=chosen.norm.id, sd=sd, reliability=reliability)
    mean, spread = float(figures.mean), float(figures.sd)
    by_norm = normal_percentiles(x, mean=mean, sd=spread, n=figures.n, level=level)
    off = half_width(level) * error.sem
    table = table_percentiles(x, figures, level=level) if figures.quantiles else None
    notes = [*chosen.notes, *chosen.norm.notes, *error.notes]
    if error.rough:
        notes.append("the interval from the score's error is rough: it rests on the person's own few answers")
    if table is not None and not is_whole_table(figures):
        notes.append("the norm's table holds chosen percentiles only: the rank is read in straight lines between them")
    return Standing(
        part=part,
        norm=chosen.norm,
        figures=figures,
        error=error,
        level=level,
        z=(x - mean) / spread,
        percentile=by_norm.point,
        norm_low=by_norm.low,
        norm_high=by_norm.high,
        error_low=normal_point(x - off, mean=mean, sd=spread, n=figures.n),
        error_high=normal_point(x + off, mean=mean, sd=spread, n=figures.n),
        table=table,
        notes=tuple(notes),
        score_low=x - off,
        score_high=x + off,
        true=_true_scores(x, mean, spread, error, level),
        smooth=smooth_percentiles(x, figures, level=level),
        why=chosen.why,
    )


def _true_scores(x: FloatArray, mean: float, sd: float, error: ScoreError, level: float) -> TrueScores | None:
    """Return Kelley's estimated true scores with their interval; ``None`` where no reliability is known."""
    if error.reliability is None:
        return None
    r = error.reliability.value
    point = r * x + (1 - r) * mean
    off = half_width(level) * sd * np.sqrt(r * (1 - r))
    return TrueScores(point=point, low=point - off, high=point + off)
