"""How reliable a score is: one covariance matrix of keyed answers, many coefficients, each with its interval."""

from __future__ import annotations

from typing import Any, Unpack

from intimacy_scales.analysis.reliability.alpha import Alpha
from intimacy_scales.analysis.reliability.results import Reliability, ScaleReliability
from intimacy_scales.analysis.reliability.scale_reliability import ReliabilityOptions, reliability_of
from intimacy_scales.analysis.reliability.totals import TotalReliability, reliability_of_totals
from intimacy_scales.bank.model import Banks
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.read import may_stream
from intimacy_scales.scoring import as_scores
from intimacy_scales.statistics.consistency.intervals import Bootstrap
from intimacy_scales.statistics.consistency.items import ItemFigures
from intimacy_scales.statistics.moments import MissingRule

__all__ = [
    "Alpha",
    "Bootstrap",
    "ItemFigures",
    "Reliability",
    "ScaleReliability",
    "TotalReliability",
    "reliability",
    "reliability_of",
    "reliability_of_totals",
]


def reliability(
    data: Any,
    bank: Banks | None = None,
    *,
    missing: MissingRule = "pairwise",
    level: float = 0.95,
    bootstrap: int = 2000,
    seed: int = 1,
    cluster: str | None = None,
    min_answered: int | None = None,
    **reading: Unpack[ReadingOptions],
) -> Reliability:
    """Return the reliability of every scale in answers of any kind, with intervals and the item table.

    From one covariance matrix of keyed answers (persons x items): ``alpha = k/(k - 1) (1 - sum var_i / var_total)``,
    omega from a one-factor model, Guttman's lambdas, the greatest lower bound, split halves, and the standard error of
    measurement ``SEM = SD sqrt(1 - r)``; :func:`reliability_of` says all of it.

    Parameters
    ----------
    data
        An export's path; a frame of any engine (pandas, polars, DuckDB, Spark ...; persons x columns); vouched
        responses; or scores, whose own rule is kept.
    bank
        One bank or several, or ids of shipped ones; not needed for responses and scores, which know theirs.
    missing, level, bootstrap, seed, cluster
        As in :func:`reliability_of`, which holds what is computed, and when it misleads.
    min_answered
        As in :func:`intimacy_scales.score`, of answers that are yet to be scored.
    **reading
        Options of :func:`intimacy_scales.read_export` (``mapping``, ``missing_codes``, ``already_reversed`` ...).

    Returns
    -------
    Reliability
        ``str()`` prints one line a scale; ``.table()`` is a frame, ``.apa()`` sentences, ``.to_dict()`` JSON.

    Raises
    ------
    ExportError, ResponseError
        With every fault found, when the file or the answers cannot be used.
    UnknownNameError
        For an unknown rule for missing answers.

    Notes
    -----
    Reliability is of scores in a sample, not of a questionnaire. Alpha misleads where items measure more than one thing
    or unequally well; look at omega and at the fit of its model beside it.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> sample = ims.simulate("eis", 200, seed=1).frame()
    >>> found = ims.reliability(sample, "eis", bootstrap=200)
    >>> round(found["eis.total"].alpha.value, 2)
    0.78
    """
    if bank is not None and may_stream(data, reading):
        from intimacy_scales.analysis.reliability.streamed import reliability_of_batches
        from intimacy_scales.scoring.batches import held_if_few

        options = ReliabilityOptions(missing=missing, level=level, bootstrap=bootstrap, seed=seed, cluster=cluster)
        data = held_if_few(data)
        reliability = reliability_of_batches(data, bank, reading, options, min_answered=min_answered)
        if reliability is not None:
            return reliability
    scores = as_scores(data, bank, reading, min_answered=min_answered)
    return reliability_of(scores, missing=missing, level=level, bootstrap=bootstrap, seed=seed, cluster=cluster)
