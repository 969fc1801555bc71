"""Scores of any number of rows, batch by batch, here or where the rows lie: one function of a batch, one vouching."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, Unpack, cast

from intimacy_scales.bank.model import Banks
from intimacy_scales.base.errors import ExportError, Problem, ResponseError
from intimacy_scales.base.progress import Progress
from intimacy_scales.engines import BatchStream, open_stream
from intimacy_scales.engines.cluster import first_rows, is_cluster_frame, map_batches, reduce_batches
from intimacy_scales.engines.own_type import arrow_table, like_native
from intimacy_scales.reading.exports.table import NeedsWholeError
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.inspection import Inspection
from intimacy_scales.reading.responses.read import WHOLE_ONLY, stream_responses
from intimacy_scales.reading.responses.streaming.batch_evidence import (
    counted_from,
    counting,
    first_decided,
    merged,
    without_rows,
)
from intimacy_scales.reading.responses.streaming.evidence_of_all import in_passes
from intimacy_scales.reading.responses.streaming.responses_stream import ResponsesStream
from intimacy_scales.scoring import as_scores, score_responses
from intimacy_scales.scoring.kernel import Combine
from intimacy_scales.scoring.scores import Scores

if TYPE_CHECKING:
    import pyarrow as pa

    from intimacy_scales.reading.responses.model import Responses

Value = TypeVar("Value")
FEW_ROWS = 100_000
"""Up to so many rows everything is held: what goes through every row again (bootstraps, FIML) is done for these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered(Generic[Value]):
    """What was made of all batches, and what was found out about the answers."""

    value: Value
    found: Inspection
    n_rows: int
    stream: ResponsesStream | None = None
    """As it was read here, to be read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    min_answered: int | None = None
    combine: Combine = "bank"


def held_if_few(data: Any) -> Any:
    """Return a source that gives its rows once only as a table, where these are few; else as its stream.

    Raises
    ------
    ExportError
        When it fails.
    """
    if isinstance(data, (str, os.PathLike)) or is_cluster_frame(data):
        return data
    opened = open_stream(data)
    if opened.is_repeatable:
        return data
    held, rows = [], 0
    batches = opened.batches()
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if rows > FEW_ROWS:
            break
    else:
        import pyarrow as pa

        return pa.Table.from_batches(held, schema=opened.schema)
    return BatchStream(schema=opened.schema, reader=lambda: _chained(held, batches), saw=opened.saw, n_rows=None,
                       is_repeatable=False, batch_rows=opened.batch_rows, is_in_order=True)  # fmt: skip


def _chained(held: list[Any], rest: Iterator[Any]) -> Iterator[Any]:
    while held:
        yield held.pop(0)
    yield from rest


def over_batches(
    data: Any,
    bank: Banks,
    reading: Mapping[str, Any],
    work: Callable[[Scores], Value],
    *,
    merge: Callable[[Value, Value], Value],
    min_answered: int | None = None,
    combine: Combine = "bank",
) -> Gathered[Value] | None:
    """Score batch by batch, and merge what a function makes of each; vouched for when all rows were seen.

    Parameters
    ----------
    data
        A path, a folder of parts, a frame of an engine (of a cluster: the work is done where the rows lie), or the
        stream of one.
    bank, reading, min_answered, combine
        As for :func:`intimacy_scales.score`.
    work
        What is wanted of the scores of a batch; small, and it can be pickled where a cluster is to do it.
    merge
        Makes one of two; depends on no order and no size of batches.

    Returns
    -------
    Gathered or None
        ``None`` where the rows can only be judged all together, so that they have to be read whole.

    Raises
    ------
    ExportError
        When the source fails, or can be read once only and would have to be read whole.
    """
    rule = _Rule(min_answered=min_answered, combine=combine)
    return over_responses(data, bank, reading, partial(_worked, work=work, rule=rule), merge=merge)


def over_responses(
    data: Any,
    bank: Banks,
    reading: Mapping[str, Any],
    work: Callable[[Any], Value],
    *,
    merge: Callable[[Value, Value], Value],
) -> Gathered[Value] | None:
    """Do the same with the answers of a batch (:class:`Responses`), unscored."""
    try:
        stream = stream_responses(data, bank, **reading)
        gather = _on_cluster if is_cluster_frame(data) else _here
        return gather(data, stream, work, merge)
    except NeedsWholeError as fault:
        if is_read_once(data):
            raise _only_once(data.saw, fault) from fault
        return None


def is_read_once(data: Any) -> bool:
    """Whether this is a stream of batches that cannot be asked for again."""
    return isinstance(data, BatchStream) and not data.is_repeatable


def _only_once(saw: str, fault: NeedsWholeError) -> ExportError:
    what = f"can be read once, and its rows have to be judged all together ({fault})"
    return ExportError(Problem(where=saw, what=what, do="take no score of it; give a frame or a file"))


def _worked(responses: Any, *, work: Callable[[Scores], Value], rule: _Rule) -> Value:
    return work(score_responses(responses, min_answered=rule.min_answered, combine=rule.combine))


def _here(
    data: Any, stream: ResponsesStream, work: Callable[[Any], Value], merge: Callable[[Value, Value], Value]
) -> Gathered[Value] | None:
    """Read here, batch by batch; once more where the first rows do not speak for all."""
    return in_passes(stream, lambda one: _in_one_pass(data, one, work, merge))


def _in_one_pass(
    data: Any, stream: ResponsesStream, work: Callable[[Any], Value], merge: Callable[[Value, Value], Value]
) -> Gathered[Value] | None:
    with Progress(f"reading {_shown(data)}", total=stream.table.size) as bar:
        value = merged_beside(stream.batches(bar.advance), work, merge, count=bar.count)
    if value is None:
        return None
    return Gathered(value=value, found=stream.vouch(), n_rows=stream.n_persons, stream=stream)


def merged_beside(
    batches: Iterator[Responses],
    work: Callable[[Responses], Value],
    merge: Callable[[Value, Value], Value],
    *,
    count: Callable[[int], None] = lambda _: None,
    begin: Callable[[], object] = lambda: None,
) -> Value | None:
    """Return what a function makes of every batch, merged in their order; ``None`` without any.

    The work is done in a thread of its own, on one batch at a time, while the next one is read and coded: each has a
    processor. ``count`` is told the rows of every batch; ``begin`` is called there while the first one is read.
    """

    def more(before: Value | None, responses: Responses) -> Value:
        own = work(responses)
        return own if before is None else merge(before, own)

    value: Value | None = None
    waiting: Future[Value] | None = None
    with ThreadPoolExecutor(1) as pool:
        pool.submit(begin)
        for responses in batches:
            value = None if waiting is None else waiting.result()
            waiting = pool.submit(copy_context().run, more, value, responses)
            count(responses.n_persons)
        value = None if waiting is None else waiting.result()
    _give_back()
    return value


def _give_back() -> None:
    """Return to the system what Arrow keeps for batches that do not come any more."""
    if (arrow := sys.modules.get("pyarrow")) is not None:
        arrow.default_memory_pool().release_unused()


def _shown(data: Any) -> str:
    return Path(data).name if isinstance(data, (str, os.PathLike)) else "answers"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Worker(Generic[Value]):
    """A batch on a worker: what was made of it, what it counted; or why the whole has to be read at once."""

    bare: ResponsesStream
    work: Callable[[Any], Value]

    def __call__(self, batch: Any) -> tuple[Value | None, ResponsesStream] | str:
        stream = without_rows(self.bare)
        try:
            (responses,) = stream.read_batch(batch) or (None,)
            return (None if responses is None else self.work(responses)), stream
        except NeedsWholeError as fault:
            return str(fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Merge(Generic[Value]):
    """Two batches of workers made one."""

    merge: Callable[[Value, Value], Value]

    def __call__(self, one: Any, other: Any) -> Any:
        if isinstance(one, str) or isinstance(other, str):
            return one if isinstance(one, str) else other
        values = [value for value, _ in (one, other) if value is not None]
        try:
            return (reduce(self.merge, values) if values else None), merged(one[1], other[1])
        except NeedsWholeError as fault:
            return str(fault)


def _on_cluster(
    data: Any, stream: ResponsesStream, work: Callable[[Any], Value], merge: Callable[[Value, Value], Value]
) -> Gathered[Value] | None:
    """Let the first batch decide here, have the workers read theirs, and vouch for what they counted."""
    first_decided(stream, first_rows(data))
    worker = _Worker(bare=without_rows(stream), work=work)
    nothing: tuple[Value | None, ResponsesStream] | str = (None, counting(stream))
    made = reduce_batches(data, worker, _Merge(merge=merge), start=nothing)
    if isinstance(made, str):
        raise NeedsWholeError(made)
    value, counted = cast("tuple[Value | None, ResponsesStream]", made)
    whole = counted_from(stream, counted)
    found = whole.vouch()
    return None if value is None else Gathered(value=value, found=found, n_rows=whole.n_persons)


def score_batches(
    data: Any,
    bank: Banks,
    *,
    keep: Sequence[str] = (),
    answers: bool = False,
    min_answered: int | None = None,
    combine: Combine = "bank",
    **reading: Unpack[ReadingOptions],
) -> pa.RecordBatchReader | Any:
    """Score a table of any size without holding its rows: on a cluster where they lie, else batch by batch here.

    Parameters
    ----------
    data
        A path (plain text, Parquet, a folder of them), a frame of any engine, or an Arrow stream.
    bank
        One bank or several, or ids of shipped ones.
    keep, answers
        As for :meth:`Scores.table`: columns that go along, and whether the coded answers do.
    min_answered, combine, **reading
        As for :func:`intimacy_scales.score`.

    Returns
    -------
    pyarrow.RecordBatchReader, or a Dask or Spark frame
        Id, kept columns, scores and numbers answered, one row out for each row in. Of a cluster's frame: a frame of
        the same engine, of which nothing is computed yet; of everything else a reader, whose batches are scored as
        they are asked for.

    Raises
    ------
    ExportError, ResponseError
        With every fault found.

    Notes
    -----
    All rows are looked at once before the first score leaves: what the answers mean, what is out of range, how the
    items are keyed is vouched for by every row, on the workers of a cluster too. So everything but a stream that can
    be read once is read twice; of such a stream the reader raises at its end what was found.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> sample = ims.simulate("eis", 200, seed=1).frame()
    >>> reader = ims.score_batches(sample, "eis")
    >>> reader.read_all().num_rows
    200
    """
    rule = _Rule(min_answered=min_answered, combine=combine)
    sheet = _Sheet(keep=tuple(keep), answers=answers)
    if any(reading.get(name) for name in WHOLE_ONLY):
        return _scored_whole(data, bank, reading, rule, sheet)
    given = held_if_few(data)
    try:
        if is_cluster_frame(given):
            return _cluster_frame(given, bank, reading, rule, sheet)
        return _reader(given, bank, reading, rule, sheet)
    except NeedsWholeError as fault:
        if is_read_once(given):
            raise _only_once(given.saw, fault) from fault
        return _scored_whole(given, bank, reading, rule, sheet)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """Which columns of a batch of scores leave."""

    keep: tuple[str, ...] = ()
    answers: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, scores: Scores) -> Any:
        return arrow_table(scores.data(keep=self.keep, answers=self.answers))


def _scored_whole(data: Any, bank: Banks, reading: Mapping[str, Any], rule: _Rule, sheet: _Sheet) -> Any:
    scores = as_scores(data, bank, reading, min_answered=rule.min_answered, combine=rule.combine)
    table = sheet(scores)
    if is_cluster_frame(data):
        return like_native(scores.data(keep=sheet.keep, answers=sheet.answers), data)
    return table.to_reader()


@dataclass(frozen=True, slots=True, kw_only=True)
class _BatchScorer:
    """A batch of answers in, a batch of scores out; travels to the workers."""

    bare: ResponsesStream
    rule: _Rule
    sheet: _Sheet

    def __call__(self, batch: Any) -> Any:
        found = without_rows(self.bare).read_batch(batch)
        table = _worked(found[0], work=self.sheet, rule=self.rule)
        return table.combine_chunks().to_batches()[0]


def _cluster_frame(data: Any, bank: Banks, reading: Mapping[str, Any], rule: _Rule, sheet: _Sheet) -> Any:
    stream = stream_responses(data, bank, **reading)
    _on_cluster(data, stream, _nothing_more, _first_of)
    scorer = _BatchScorer(bare=without_rows(stream), rule=rule, sheet=sheet)
    head = first_rows(data).head(1).to_batches()[0]
    return map_batches(data, scorer, scorer(head).schema)


def _nothing_more(responses: Any) -> int:  # noqa: ARG001 -- answers are vouched for, and nothing is made of them
    return 0


def _first_of(one: int, other: int) -> int:  # noqa: ARG001 -- see above
    return one


def _reader(data: Any, bank: Banks, reading: Mapping[str, Any], rule: _Rule, sheet: _Sheet) -> Any:
    import pyarrow as pa

    stream = stream_responses(data, bank, **reading)
    if not is_read_once(data):
        made = _here(data, stream, _nothing_more, _first_of)
        stream = stream_responses(data, bank, **reading)
        if made is not None and made.stream is not None and made.stream.decided is not None:
            stream = made.stream.again()
    batches = _scored(stream, rule, sheet, once=data.saw if is_read_once(data) else None)
    first = next(batches, None)
    if first is None:
        raise ResponseError(Problem(where="data", what="holds no respondent", allowed="one row or more"))
    return pa.RecordBatchReader.from_batches(first.schema, _chained([first], batches))


def _scored(stream: ResponsesStream, rule: _Rule, sheet: _Sheet, *, once: str | None) -> Iterator[Any]:
    """Yield batches of scores; those of a stream that is read once (of this name) are vouched for at its end."""
    try:
        for responses in stream:
            yield from _worked(responses, work=sheet, rule=rule).combine_chunks().to_batches()
        if once is not None:
            stream.vouch()
    except NeedsWholeError as fault:
        if once is None:
            raise
        raise _only_once(once, fault) from fault
