"""Reliability of answers that stream by: sums of every batch, merged, and vouched for when all were seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from intimacy_scales.analysis.reliability.results import Reliability
from intimacy_scales.analysis.reliability.sample_sums import SampleSums, sample_sums
from intimacy_scales.analysis.reliability.scale_answers import MOST_ROWS
from intimacy_scales.analysis.reliability.scale_reliability import ReliabilityOptions, check_options, reliability_from
from intimacy_scales.reading.responses.model import GroupCounts, group_counts, partners_said
from intimacy_scales.scoring import score_responses
from intimacy_scales.statistics.threads import one_thread

if TYPE_CHECKING:
    from intimacy_scales.reading.responses.inspection import Inspection
    from intimacy_scales.reading.responses.responses_stream import ResponsesStream


@one_thread
def streamed_reliability(
    stream: ResponsesStream,
    options: ReliabilityOptions,
    *,
    min_answered: int | None = None,
    advance: Callable[[float], None] = lambda _: None,
) -> tuple[Reliability, Inspection] | None:
    """Return the reliability of answers read batch by batch, and what vouching for all of them found.

    ``None`` where they are so few that figures which go through every person can be had: they are to be read whole, as
    they are with clusters, whose robust intervals need the rows.

    Parameters
    ----------
    stream
        The answers.
    options
        As for :func:`reliability_of`; ``fiml`` falls back on pairwise covariances, said in a note, as in memory.
    min_answered
        Least number of answered items a scale, in place of the bank's.
    advance
        Is told how far the reading is.

    Raises
    ------
    NeedsWholeError
        When the answers can only be judged all together.
    """
    check_options(options)
    if options.cluster is not None or (stream.table.n_rows is not None and stream.table.n_rows <= MOST_ROWS):
        return None
    sums: SampleSums | None = None
    groups = GroupCounts()
    for responses in stream.batches(advance):
        own = sample_sums(score_responses(responses, min_answered=min_answered), missing=options.missing)
        sums = own if sums is None else sums + own
        groups = groups + group_counts(responses.table)
    found = stream.vouch()
    if sums is None or sums.n_rows <= MOST_ROWS:
        return None
    return reliability_from(sums, options, notes=partners_said(groups.column)), found
