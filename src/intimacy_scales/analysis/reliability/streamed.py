"""Reliability of answers that stream by: sums of every batch, merged, and vouched for when all were seen."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from intimacy_scales.analysis.reliability.results import Reliability
from intimacy_scales.analysis.reliability.sample_sums import (
    SampleSums,
    ScaleSums,
    sample_sums,
    tally_of,
    totals_of,
)
from intimacy_scales.analysis.reliability.scale_answers import MOST_ROWS
from intimacy_scales.analysis.reliability.scale_reliability import ReliabilityOptions, check_options, reliability_from
from intimacy_scales.bank.model import Banks
from intimacy_scales.reading.responses.model import GroupCounts, Responses, group_counts, keep_rows, partners_said
from intimacy_scales.scoring import score_responses
from intimacy_scales.scoring.batches import merged_beside, over_batches
from intimacy_scales.scoring.scores import Scores
from intimacy_scales.statistics.moments import MissingRule
from intimacy_scales.statistics.score_sums import AnswerTally, ValueCounts, value_counts
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
    unscored: tuple[AnswerTally | None, ...] = ()
    """For each scale the rows, by combination of answers, whose scores are not counted in ``sums`` yet."""

    def __add__(self, other: BatchSums) -> BatchSums:
        return BatchSums(sums=self.sums + other.sums, groups=self.groups + other.groups,
                         unscored=tuple(map(_both, self.unscored, other.unscored)))  # fmt: skip


def _both(one: AnswerTally | None, other: AnswerTally | None) -> AnswerTally | None:
    return one + other if one is not None and other is not None else one or other


def batch_sums(scores: Scores, *, missing: MissingRule) -> BatchSums:
    """Return what the reliability of a batch of scores is made of; a worker of a cluster is sent this function."""
    table, sums = scores.responses.table, sample_sums(scores, missing=missing)
    return BatchSums(sums=sums, groups=group_counts(table), unscored=(None,) * len(sums.scales))


@dataclass(slots=True, kw_only=True)
class _Batches:
    """Makes the sums of one batch after another of a table; whose scores they are is known from the first.

    Who answers alike has the same score: where nothing but the scales' own scores is asked for, rows are counted by
    their answers, and scores are made of each combination once, at the end.
    """

    missing: MissingRule
    min_answered: int | None
    first: Scores | None = None
    """Without any row."""

    def __call__(self, responses: Responses) -> BatchSums:
        tallied = None if self.first is None else _tallied(responses, self.first, self.missing)
        if tallied is not None:
            return tallied
        scores = score_responses(responses, min_answered=self.min_answered)
        if self.first is None and self.missing != "listwise" and _is_plain(responses):
            self.first = score_responses(keep_rows(responses, []), min_answered=self.min_answered)
        return batch_sums(scores, missing=self.missing)

    def scored(self, made: BatchSums) -> SampleSums:
        """Return the sums with every row's scores counted."""
        scales = [
            scale if tally is None or self.first is None
            else replace(scale, scores=scale.scores + self._score_counts(self.first, scale, tally))
            for scale, tally in zip(made.sums.scales, made.unscored, strict=True)
        ]  # fmt: skip
        return replace(made.sums, scales=tuple(scales))

    def _score_counts(self, first: Scores, scale: ScaleSums, tally: AnswerTally) -> ValueCounts:
        """Score every combination of answers to a scale, and count its rows."""
        part = first.answered(first[scale.scored.column])
        rows, n = tally.rows()
        answers = [np.full(rows.shape[1], np.nan)] * len(part.bank.items)
        for j, row in zip(part.bank.places_of(scale.scored.scale), rows, strict=True):
            low, high = part.bank.ends(part.bank.items[j])
            keyed = np.where(row < tally.n_codes, row + float(tally.origin), np.nan)
            turned = part.bank.items[j].reverse and not part.already_reversed
            answers[j] = low + high - keyed if turned else keyed
        alike = replace(first.responses, answered=(replace(part, answers=tuple(answers)),),
                        row_numbers=np.arange(rows.shape[1]))  # fmt: skip
        scores = score_responses(alike, min_answered=self.min_answered)
        return value_counts(scores[scale.scored.column].values, rows=n)


def _is_plain(responses: Responses) -> bool:
    """Whether scores are of items alone, whose codes count themselves, and nothing is made of two scores."""
    parts = responses.answered
    return len(parts) == len(responses.banks) and all(
        not scale.scales and part.in_steps(part.bank.places_of(scale)).is_as_ticked
        for part in parts for scale in part.bank.scales
    )  # fmt: skip


def _tallied(responses: Responses, first: Scores, missing: MissingRule) -> BatchSums | None:
    """Return the sums of a batch without its scores; ``None`` where combinations of answers are more than rows."""
    scales, tallies = [], []
    for scored in first.parts:
        part = next(part for part in responses.of(scored.bank.id) if part.administration == scored.administration)
        tally = tally_of(part, scored.bank.places_of(scored.scale))
        if not isinstance(tally, AnswerTally):
            return None
        scales.append(ScaleSums(scored=scored, counted=tally, scores=value_counts(np.empty(0))))
        tallies.append(tally)
    made = SampleSums(n_rows=responses.n_persons, missing=missing, scales=tuple(scales), differences=(),
                      totals=totals_of(responses))  # fmt: skip
    return BatchSums(sums=made, groups=group_counts(responses.table), unscored=tuple(tallies))


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
    batches = _Batches(missing=options.missing, min_answered=min_answered)
    made = merged_beside(stream.batches(advance), batches, operator.add, begin=partial(import_module, _NEEDED_AT_END))
    found = stream.vouch()
    if made is None or made.sums.n_rows <= MOST_ROWS:
        return None
    sums = batches.scored(made)
    return reliability_from(sums, options, notes=partners_said(made.groups.column)), found
