"""One function of a batch over a whole cluster: Dask's partitions and Spark's, with the batches every engine gives."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any, Generic, TypeVar

from intimacy_scales.base.errors import ExportError, IntimacyScalesError, Problem
from intimacy_scales.engines.batch_stream import MOST_ROWS, BatchStream, even_schema, stream_of
from intimacy_scales.engines.opening import engine_of, open_stream, own_frame, pandas_stream

Value = TypeVar("Value")
CLUSTERS = ("dask", "spark")


def is_cluster_frame(frame: Any) -> bool:
    """Return whether the rows of a frame lie with the workers of a cluster (Dask, Spark, or narwhals around them)."""
    return engine_of(own_frame(frame)) in CLUSTERS


def first_rows(frame: Any) -> BatchStream:
    """Return the first rows of a cluster's frame, as many as make a batch.

    Spark brings a whole partition here before its first row; of a few rows it computes no more than them.
    """
    frame = own_frame(frame)
    return open_stream(frame.limit(MOST_ROWS) if engine_of(frame) == "spark" else frame)


def map_batches(frame: Any, function: Callable[[Any], Any], schema: Any) -> Any:
    """Return a frame of the same engine that holds what a function makes of every batch; nothing is computed yet.

    Parameters
    ----------
    frame
        A Dask frame (``map_partitions``) or a Spark frame (``mapInArrow``).
    function
        Takes a ``pyarrow.RecordBatch`` as :class:`BatchStream` yields it and returns one with as many rows; it travels
        to the workers by pickle, and so does the code that it is of: this package must be installed there.
    schema
        The ``pyarrow.Schema`` of what the function returns.

    Raises
    ------
    ExportError
        When the frame is of no cluster.
    """
    frame = own_frame(frame)
    if engine_of(frame) == "dask":
        stream = open_stream(frame)
        work = _DaskWork(function=function, schema=stream.schema, made=schema)
        return frame.map_partitions(work, meta=work(frame._meta))  # noqa: SLF001 -- Dask's own way to an empty frame
    if engine_of(frame) == "spark":
        from pyspark.sql.pandas.types import from_arrow_schema

        return frame.mapInArrow(_SparkWork(function=function), from_arrow_schema(schema))
    raise _no_cluster(frame)


def reduce_batches(
    frame: Any,
    function: Callable[[Any], Value],
    merge: Callable[[Value, Value], Value],
    *,
    start: Value | None = None,
) -> Value:
    """Return what a function makes of all batches, merged: on each worker first, the rest here, in the rows' order.

    Parameters
    ----------
    frame
        A Dask or Spark frame; anything else that :func:`open_stream` takes is read here, batch by batch.
    function
        Takes a ``pyarrow.RecordBatch`` and returns a small value that can be pickled.
    merge
        Makes one value of two; must not depend on how the rows are cut.
    start
        The value of no rows, to which the others are added here.

    Raises
    ------
    ExportError
        When the frame cannot be read, or holds no rows.
    """
    frame = own_frame(frame)
    engine = engine_of(frame)
    if engine == "dask":
        values: Iterable[Value] = _from_dask(frame, function, merge)
    elif engine == "spark":
        values = _from_spark(frame, function, merge)
    else:
        values = map(function, open_stream(frame).batches())
    found = iter(values)
    made, is_empty = start, True
    for value in found:  # one by one: a hundred partitions are never held together
        made, is_empty = value if made is None else merge(made, value), False
    if made is None or is_empty:
        raise ExportError(Problem(where=open_stream(frame).saw, what="holds no rows of answers"))
    return made


def _from_dask(
    frame: Any, function: Callable[[Any], Value], merge: Callable[[Value, Value], Value]
) -> Iterator[Value]:  # fmt: skip
    """Yield one value a partition, in their order; on this machine a few partitions are computed at a time."""
    import dask

    schema = open_stream(frame).schema
    jobs = [dask.delayed(_of_partition)(part, function, merge, schema) for part in frame.to_delayed()]
    client = _dask_client()
    if client is not None:
        for future in client.compute(jobs):
            yield from _sound(future.result())
            future.release()
        return
    for start in range(0, len(jobs), _AT_ONCE):
        for values in dask.compute(*jobs[start : start + _AT_ONCE]):
            yield from _sound(values)


_AT_ONCE = 16


def _dask_client() -> Any:
    """Return the client of a Dask cluster, where there is one."""
    try:
        from distributed import get_client
    except ImportError:
        return None
    try:
        return get_client()
    except ValueError:  # none was started
        return None


def _of_partition(
    rows: Any, function: Callable[[Any], Value], merge: Callable[[Value, Value], Value], schema: Any
) -> list[Value] | Fault:
    """Return one value of a partition, none of an empty one, or what is wrong with it."""
    return _reduced(_typed(rows, schema), function, merge)


def _reduced(
    batches: Iterable[Any], function: Callable[[Any], Value], merge: Callable[[Value, Value], Value]
) -> list[Value] | Fault:
    """Return one value of the batches of a partition, none of no batches, or what is wrong with them."""
    try:
        values = [function(batch) for batch in batches]
        return [reduce(merge, values)] if values else []
    except IntimacyScalesError as fault:  # an engine would make of it an error of its own
        return Fault(kind=type(fault), problems=fault.problems)


def _sound(values: list[Value] | Fault) -> list[Value]:
    """Return a partition's values; its fault is raised here as it would have been there."""
    if isinstance(values, Fault):
        raise values.kind(values.problems)
    return values


def _typed(rows: Any, schema: Any) -> Iterator[Any]:
    """Yield a partition in the types of the first: a column that is empty here says nothing of its type."""
    stream = pandas_stream(rows)
    yield from BatchStream(
        schema=schema, reader=stream.batches, saw=stream.saw, n_rows=len(rows), is_repeatable=True
    ).batches()  # fmt: skip


def _from_spark(
    frame: Any, function: Callable[[Any], Value], merge: Callable[[Value, Value], Value]
) -> Iterator[Value]:  # fmt: skip
    """Yield one value a partition, in the order of their numbers: Spark may finish them in any order."""
    made = frame.mapInArrow(_SparkReduction(function=function, merge=merge), "partition int, value binary").toArrow()
    numbers, bodies = made["partition"].to_pylist(), made["value"]
    for place in sorted(range(len(numbers)), key=numbers.__getitem__):
        yield from _sound(pickle.loads(bodies[place].as_buffer()))  # noqa: S301 -- written a moment ago by our own workers


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a worker found wrong, on its way here."""

    kind: type[IntimacyScalesError]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _DaskWork:
    """A partition in, a partition out, with its index."""

    function: Callable[[Any], Any]
    schema: Any
    made: Any

    def __call__(self, rows: Any) -> Any:
        import pyarrow as pa

        found = [self.function(batch) for batch in _typed(rows, self.schema)]
        frame = pa.Table.from_batches(found, schema=self.made).to_pandas()
        return frame.set_index(rows.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class _SparkWork:
    """Batches of Spark in, batches out."""

    function: Callable[[Any], Any]

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        for batch in _even(batches):
            yield self.function(batch)


@dataclass(frozen=True, slots=True, kw_only=True)
class _SparkReduction(Generic[Value]):
    """Batches of Spark in, one row with the partition's value out."""

    function: Callable[[Any], Value]
    merge: Callable[[Value, Value], Value]

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        import pyarrow as pa
        from pyspark import TaskContext, cloudpickle

        body = cloudpickle.dumps(_reduced(_even(batches), self.function, self.merge))
        place = TaskContext.get().partitionId()
        yield pa.record_batch({"partition": pa.array([place], pa.int32()), "value": pa.array([body], pa.binary())})


def _even(batches: Iterable[Any]) -> Iterator[Any]:
    """Yield the batches of a Spark partition with the types every stream has; one without rows makes none."""
    rest = iter(batches)
    first = next(rest, None)
    if first is None:
        return
    schema = even_schema(first.schema)
    yield from stream_of(schema, lambda: _chained(first, rest), saw="a Spark partition", batch_rows=None).batches()


def _chained(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from rest


def _no_cluster(frame: Any) -> ExportError:
    return ExportError(Problem(where=f"a {type(frame).__name__}", what="lies with no cluster",
                               allowed="a frame of Dask or Spark"))  # fmt: skip
