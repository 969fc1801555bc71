"""Reliability of answers that stream by: sums of every batch, merged, and vouched for when all were seen."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from intimacy_scales.analysis.reliability.results import Reliability
from intimacy_scales.analysis.reliability.sample_sums import SampleSums, sample_sums
from intimacy_scales.analysis.reliability.scale_answers import MOST_ROWS
from intimacy_scales.analysis.reliability.scale_reliability import ReliabilityOptions, check_options, reliability_from
from intimacy_scales.bank.model import Banks
from intimacy_scales.reading.responses.model import GroupCounts, Responses, group_counts, partners_said
from intimacy_scales.scoring import score_responses
from intimacy_scales.scoring.batches import merged_beside, over_batches
from intimacy_scales.scoring.scores import Scores
from intimacy_scales.statistics.moments import MissingRule
from intimacy_scales.statistics.threads import one_thread

if TYPE_CHECKING:
    from intimacy_scales.reading.responses.inspection import Inspection
    from intimacy_scales.reading.responses.streaming.responses_stream import ResponsesStream


_NEEDED_AT_END = "scipy.special"
"""Takes longer to load than anything else, and is loaded while the first batch is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSums:
    """What the reliability of a sample is made of, and whether its rows are partners; batches add up to the whole."""

    sums: SampleSums
    groups: GroupCounts

    def __add__(self, other: BatchSums) -> BatchSums:
        return BatchSums(sums=self.sums + other.sums, groups=self.groups + other.groups)


def batch_sums(scores: Scores, *, missing: MissingRule) -> BatchSums:
    """Return what the reliability of a batch of scores is made of; a worker of a cluster is sent this function."""
    table = scores.responses.table
    return BatchSums(sums=sample_sums(scores, missing=missing), groups=group_counts(table))


def _summed(responses: Responses, *, missing: MissingRule, min_answered: int | None) -> BatchSums:
    return batch_sums(score_responses(responses, min_answered=min_answered), missing=missing)


@one_thread
def reliability_of_batches(
    data: Any, bank: Banks, reading: Mapping[str, Any], options: ReliabilityOptions, *, min_answered: int | None = None
) -> Reliability | None:
    """Return the reliability of a table of any size, read batch by batch, on a cluster where its rows lie.

    ``None`` where it has to be read whole: few rows, clusters, rows that can only be judged all together.

    Parameters
    ----------
    data, bank, reading, min_answered
        As for :func:`intimacy_scales.score`.
    options
        As for :func:`reliability_of`.

    Raises
    ------
    ExportError
        When the source fails, or can be read once only and would have to be read whole.
    """
    check_options(options)
    if options.cluster is not None:
        return None
    made = over_batches(
        data, bank, reading, partial(batch_sums, missing=options.missing), merge=operator.add, min_answered=min_answered
    )
    if made is None or made.n_rows <= MOST_ROWS:
        return None
    return reliability_from(made.value.sums, options, notes=partners_said(made.value.groups.column))


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
    work = partial(_summed, missing=options.missing, min_answered=min_answered)
    made = merged_beside(stream.batches(advance), work, operator.add, begin=partial(import_module, _NEEDED_AT_END))
    found = stream.vouch()
    if made is None or made.sums.n_rows <= MOST_ROWS:
        return None
    return reliability_from(made.sums, options, notes=partners_said(made.groups.column)), found
