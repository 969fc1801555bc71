"""What a path or an engine's frame is, and how its rows are had batch by batch."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.engines.batch_stream import NEEDS_PYARROW, BatchStream, as_type, even_type, stream_of
from intimacy_scales.engines.files import is_streamed_path, stream_of_path

ALLOWED = (
    "a path (.csv, .tsv, .parquet, a folder of them), a frame of pandas, polars, pyarrow, DuckDB, ibis, Dask or Spark, "
    "or anything else that speaks the Arrow stream protocol"
)


def is_stream_source(source: Any) -> bool:
    """Return whether :func:`open_stream` knows how to take this; a path is one by its suffix, whatever it holds."""
    if isinstance(source, (str, os.PathLike)):
        return is_streamed_path(Path(source))
    return engine_of(own_frame(source)) is not None


def open_stream(
    source: Any, *, batch_rows: int | None = None, separator: str | None = None, encoding: str = "utf-8"
) -> BatchStream:
    """Open a table of any size and any engine as a stream of Arrow batches, in bounded memory.

    ========================== ============================ ================= ============
    source                     read by                      rows known before read again
    ========================== ============================ ================= ============
    .csv, .tsv                 pyarrow.csv, all texts       no                yes
    .parquet                   its row groups, in pieces    yes               yes
    a folder of either         one file after another       Parquet only      yes
    pandas, polars DataFrame   slices                       yes               yes
    polars LazyFrame           ``collect_batches``          no                yes
    pyarrow Table, RecordBatch slices                       yes               yes
    pyarrow RecordBatchReader  as it comes                  no                no
    pyarrow Dataset            its scanner                  yes               yes
    DuckDB relation            ``to_arrow_reader``          no                yes
    ibis table                 ``to_pyarrow_batches``       no                yes
    Dask frame                 one partition after another  no                yes
    Spark frame                its Arrow stream             no                yes
    narwhals frame             as what it wraps             as that           as that
    any ``__arrow_c_stream__`` as it comes                  no                no
    ========================== ============================ ================= ============

    Parameters
    ----------
    source
        A path, a frame, an object with ``__arrow_c_stream__``, or a stream already.
    batch_rows
        Most rows a batch; default about two million cells.
    separator
        Of text files: what stands between two cells (default: a tab for ``.tsv``, else whichever of comma, semicolon,
        tab and bar is most frequent in the header).
    encoding
        Of text files.

    Returns
    -------
    BatchStream
        Nothing but names and types was read yet.

    Raises
    ------
    ExportError
        When this is nothing of the kind, cannot be opened, or has two columns of one name.

    Notes
    -----
    A DuckDB connection gives one result at a time: while a relation is read, its connection answers no other query.
    A relation, table or lazy frame without an order of its own may come in another order when it is read again.

    Examples
    --------
    >>> import pyarrow as pa
    >>> stream = open_stream(pa.table({"id": ["a", "b", "c"], "x": [1, 2, 3]}), batch_rows=2)
    >>> stream.names, stream.n_rows, [batch.num_rows for batch in stream.batches()]
    (('id', 'x'), 3, [2, 1])
    """
    try:
        import pyarrow  # noqa: F401, ICN001 -- told once, here
    except ImportError as fault:
        raise ExportError(Problem(where="reading batch by batch", what="needs the library pyarrow",
                                  do=NEEDS_PYARROW)) from fault  # fmt: skip
    if isinstance(source, BatchStream):
        return source
    if isinstance(source, (str, os.PathLike)):
        return stream_of_path(Path(source), batch_rows=batch_rows, separator=separator, encoding=encoding)
    frame = own_frame(source)
    opener = _OPENERS.get(engine_of(frame) or "")
    if opener is None:
        raise ExportError(Problem(where=f"a {type(source).__name__}", what="cannot be read as a table of answers",
                                  allowed=ALLOWED))  # fmt: skip
    return opener(frame, batch_rows)


def own_frame(frame: Any) -> Any:
    """Return what a narwhals frame wraps, whichever of its versions it is; every other thing as it is.

    Of pandas-on-Spark the Spark frame is meant.
    """
    if type(frame).__module__.startswith("pyspark.pandas") and hasattr(frame, "to_spark"):
        return frame.to_spark()
    if not type(frame).__module__.startswith("narwhals"):
        return frame
    import narwhals as nw

    return nw.to_native(frame, pass_through=True)


def engine_of(frame: Any) -> str | None:
    """Return whose frame this is, by its type's name, without importing the engine; ``None`` where it is none.

    Examples
    --------
    >>> import pandas as pd, polars as pl
    >>> engine_of(pd.DataFrame()), engine_of(pl.LazyFrame()), engine_of([1, 2])
    ('pandas', 'polars lazy', None)
    """
    for kind in type(frame).__mro__:
        engine = _BY_TYPE.get((kind.__module__.partition(".")[0].lstrip("_"), kind.__name__))
        if engine is not None:
            return engine
    return "arrow" if hasattr(frame, "__arrow_c_stream__") else None


_BY_TYPE = {
    ("pandas", "DataFrame"): "pandas",
    ("polars", "DataFrame"): "polars",
    ("polars", "LazyFrame"): "polars lazy",
    ("pyarrow", "Table"): "pyarrow table",
    ("pyarrow", "RecordBatch"): "pyarrow table",
    ("pyarrow", "Dataset"): "pyarrow dataset",
    ("duckdb", "DuckDBPyRelation"): "duckdb",
    ("ibis", "Table"): "ibis",
    ("dask", "DataFrame"): "dask",
    ("pyspark", "DataFrame"): "spark",
}


def shown(frame: Any) -> str:
    """Return what a frame is, in words: "a polars LazyFrame"."""
    kind = type(frame)
    home = kind.__module__.partition(".")[0].lstrip("_")
    return f"a {home} {kind.__name__}" if home not in {"__main__", "builtins"} else f"a {kind.__name__}"


def _pandas(frame: Any, batch_rows: int | None) -> BatchStream:
    """Open a pandas frame: slices, so that no second copy of it is made; its index is no column."""
    import pyarrow as pa

    names = [" ".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in frame.columns]
    named = frame.set_axis(names, axis=1)
    if len(set(names)) < len(names):
        schema = pa.schema([pa.field(name, pa.null()) for name in names])
        return stream_of(schema, lambda: (), saw=shown(frame), batch_rows=batch_rows)  # refused there, by name
    schema = pa.schema([pa.field(name, _pandas_type(named[name])) for name in names])

    def read() -> Iterator[Any]:
        step = batch_rows or 65_536
        for start in range(0, len(named), step):
            rows = named.iloc[start : start + step]
            columns = [_pandas_array(rows[one.name], one.type) for one in schema]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    return stream_of(
        schema, read, saw=shown(frame), batch_rows=batch_rows, n_rows=len(frame), is_repeatable=True, native=frame
    )


def _pandas_type(series: Any) -> Any:
    """Return the Arrow type of a column; one of mixed objects is read as texts."""
    import pyarrow as pa

    try:
        return even_type(pa.array(series if series.dtype == object else series.iloc[:0], from_pandas=True).type)
    except (pa.ArrowException, TypeError, ValueError):
        return pa.dictionary(pa.int32(), pa.string())


def _pandas_array(series: Any, wanted: Any) -> Any:
    import pyarrow as pa

    try:
        array = pa.array(series, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError):
        array = pa.array([None if _is_missing(value) else str(value) for value in series], type=pa.string())
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    return as_type(array, wanted)


def _is_missing(value: Any) -> bool:
    return value is None or value != value or type(value).__name__ == "NAType"  # noqa: PLR0124 -- NaN, NaT


def _polars(frame: Any, batch_rows: int | None) -> BatchStream:
    def read() -> Iterator[Any]:
        for rows in frame.iter_slices(batch_rows or 65_536):
            yield from rows.to_arrow().to_batches()

    return stream_of(
        frame.clear().to_arrow().schema, read, saw=shown(frame), batch_rows=batch_rows, n_rows=len(frame),
        is_repeatable=True, native=frame,
    )  # fmt: skip


def _lazy(frame: Any, batch_rows: int | None) -> BatchStream:
    """Open a polars plan: batches as its streaming engine makes them; older versions collect it first."""
    import polars as pl

    schema = pl.DataFrame(schema=asked(frame.collect_schema, shown(frame))).to_arrow().schema

    def read() -> Iterator[Any]:
        if not hasattr(frame, "collect_batches"):
            yield from frame.collect(engine="streaming").to_arrow().to_batches()
            return
        for rows in frame.collect_batches(chunk_size=batch_rows or 65_536, maintain_order=True):
            yield from rows.to_arrow().to_batches()

    return _of_engine(frame, schema, read, batch_rows)


def _duckdb(frame: Any, batch_rows: int | None) -> BatchStream:
    import pyarrow as pa

    def read() -> Iterator[Any]:
        opened = frame.to_arrow_reader if hasattr(frame, "to_arrow_reader") else frame.fetch_arrow_reader
        yield from _closing(opened(batch_rows or 65_536))

    def schema_alone() -> Any:
        with pa.RecordBatchReader.from_stream(frame.limit(0)) as reader:
            return reader.schema

    schema = asked(schema_alone, shown(frame))
    return _of_engine(frame, schema, read, batch_rows)


def _ibis(frame: Any, batch_rows: int | None) -> BatchStream:
    def read() -> Iterator[Any]:
        rows = batch_rows or 65_536
        backend = frame.get_backend()
        if backend.name == "duckdb" and not hasattr(backend.con, "fetch_record_batch"):
            # ibis up to 12 asks DuckDB 2 for what it has no more: the same query, without ibis between
            frame.limit(0).to_pyarrow()  # lays tables held in memory out to the backend
            yield from _closing(backend.con.sql(backend.compile(frame)).to_arrow_reader(rows))
        else:
            yield from _closing(frame.to_pyarrow_batches(chunk_size=rows))

    return _of_engine(frame, frame.schema().to_pyarrow(), read, batch_rows)


def _dask(frame: Any, batch_rows: int | None) -> BatchStream:
    """Open a Dask frame: one partition after another is computed and let go; the first tells the types."""
    import pyarrow as pa

    first = pandas_stream(asked(frame.partitions[0].compute, shown(frame))).schema
    texts = pa.dictionary(pa.int32(), pa.string())  # what objects are of which the first partition holds none
    schema = pa.schema([one.with_type(texts) if pa.types.is_null(one.type) else one for one in first])

    def read() -> Iterator[Any]:
        for place in range(frame.npartitions):
            yield from _pandas(frame.partitions[place].compute(), batch_rows).batches()

    return _of_engine(frame, schema, read, batch_rows)


def pandas_stream(frame: Any) -> BatchStream:
    """Open a pandas frame: a partition of Dask."""
    return _pandas(frame, None)


def _table(frame: Any, batch_rows: int | None) -> BatchStream:
    import pyarrow as pa

    table = pa.Table.from_batches([frame]) if isinstance(frame, pa.RecordBatch) else frame
    return stream_of(
        table.schema, table.to_batches, saw=shown(frame), batch_rows=batch_rows, n_rows=table.num_rows,
        is_repeatable=True, native=frame,
    )  # fmt: skip


def _dataset(frame: Any, batch_rows: int | None) -> BatchStream:
    """Open a data set: one group of rows after another. Its own scanner would run ahead of a slow reader."""
    rows = batch_rows or 65_536

    def read() -> Iterator[Any]:
        try:
            fragments = frame.get_fragments()
        except ValueError:  # it is filtered
            yield from frame.to_batches(batch_size=rows, batch_readahead=0, fragment_readahead=0)
            return
        for fragment in fragments:
            for piece in fragment.split_by_row_group() if hasattr(fragment, "split_by_row_group") else (fragment,):
                yield from piece.to_batches(schema=frame.schema, batch_size=rows)

    return _of_engine(frame, frame.schema, read, batch_rows, n_rows=frame.count_rows())


def _spark(frame: Any, batch_rows: int | None) -> BatchStream:
    """Open a Spark frame: partition after partition where it speaks Arrow streams (Spark 4), else collected."""
    import pyarrow as pa
    from pyspark.sql.pandas.types import to_arrow_schema

    def read() -> Iterator[Any]:
        if hasattr(frame, "__arrow_c_stream__"):
            yield from _closing(pa.RecordBatchReader.from_stream(frame))
        else:
            yield from frame.toArrow().to_batches()

    return _of_engine(frame, to_arrow_schema(frame.schema), read, batch_rows)


def _arrow(frame: Any, batch_rows: int | None) -> BatchStream:
    import pyarrow as pa

    reader = asked(lambda: pa.RecordBatchReader.from_stream(frame), shown(frame))
    return _of_engine(frame, reader.schema, lambda: _closing(reader), batch_rows, is_repeatable=False)


def _of_engine(
    frame: Any, schema: Any, read: Callable[[], Iterable[Any]], batch_rows: int | None, **known: Any
) -> BatchStream:
    saw = shown(frame)
    return stream_of(
        schema, lambda: _told(read(), saw), saw=saw, batch_rows=batch_rows,
        **{"is_repeatable": True, "native": frame, **known},
    )  # fmt: skip


def _closing(reader: Any) -> Iterator[Any]:
    """Yield a reader's batches; however it ends the reader is closed, which frees a connection for other queries."""
    try:
        yield from reader
    finally:
        reader.close()


def asked(question: Callable[[], Any], saw: str) -> Any:
    """Return what an engine answers; its faults are told in our words."""
    try:
        return question()
    except Exception as fault:  # every engine has errors of its own, and none is a dependency
        raise _failed(saw, fault) from fault


def _told(batches: Iterable[Any], saw: str) -> Iterator[Any]:
    """Yield batches; a fault of the engine's on the way is told in our words."""
    try:
        yield from batches
    except (ExportError, GeneratorExit):
        raise
    except Exception as fault:  # every engine has errors of its own, and none is a dependency
        raise _failed(saw, fault) from fault


def _failed(saw: str, fault: Exception) -> ExportError:
    said = next((line.strip() for line in str(fault).splitlines() if line.strip()), type(fault).__name__)
    return ExportError(Problem(where=saw, what=f"could not be read ({said[:200]})", do="run it on its own first"))


_OPENERS: dict[str, Callable[[Any, int | None], BatchStream]] = {
    "pandas": _pandas,
    "polars": _polars,
    "polars lazy": _lazy,
    "pyarrow table": _table,
    "pyarrow dataset": _dataset,
    "duckdb": _duckdb,
    "ibis": _ibis,
    "dask": _dask,
    "spark": _spark,
    "arrow": _arrow,
}
