"""The caller's own frame: as a frame that lies in memory, its rows, and results in its type."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from intimacy_scales.engines.opening import asked, engine_of, open_stream, own_frame, shown

EAGER = ("pandas", "polars", "pyarrow table")


def in_memory(frame: Any) -> tuple[Any, str]:
    """Return a frame of any engine as one of pandas, polars or pyarrow, and what it was, in words.

    A plan is run, a relation, a stream or a cluster's frame read whole. What is no frame of an engine comes back.

    Raises
    ------
    ExportError
        When the engine fails, or two columns have one name.
    """
    inner = own_frame(frame)
    engine = engine_of(inner)
    if engine is None or engine in EAGER:
        return inner, shown(inner)
    if engine == "polars lazy":
        return asked(inner.collect, shown(inner)), shown(inner)
    stream = open_stream(inner)
    return stream.table(), stream.saw


def rows_of(native: Any, rows: Sequence[int]) -> Any:
    """Return these 0-based rows of the caller's frame; of one that is not in memory the frame itself."""
    inner = own_frame(native)
    engine = engine_of(inner)
    if engine == "pandas":
        taken = inner.iloc[rows]
    elif engine == "polars":
        taken = inner[list(rows)]
    elif engine == "pyarrow table":
        taken = inner.take(list(rows))
    else:
        return native
    return taken if inner is native else _wrapped(taken, native)


def like_native(data: Mapping[str, Any], native: Any) -> Any:
    """Return columns as a frame of ``native``'s type, with its index; as a pandas frame when there is none.

    ============================== =========================================================================
    the caller's                   what comes back
    ============================== =========================================================================
    nothing (a file, a dict)       pandas
    pandas                         pandas, with the same index
    polars, a polars LazyFrame     a polars DataFrame (the plan was run); missing is null, not NaN
    pyarrow, or an Arrow stream    a pyarrow Table; missing is null
    DuckDB relation                a relation of the same connection
    ibis table                     a table in memory, which any backend joins
    Dask frame                     a Dask frame of as many partitions
    Spark frame                    a Spark frame of the same session
    a narwhals frame               a narwhals frame of the same version, around the type it was around
    ============================== =========================================================================

    Parameters
    ----------
    data
        Column name to values, one a row.
    native
        The caller's own frame, or ``None``.
    """
    inner = own_frame(native)
    engine = engine_of(inner)
    if native is None or engine == "pandas":
        made = _pandas(data, inner)
    else:
        made = _MAKERS.get(engine or "", _as_table)(data, inner)
    return made if inner is native else _wrapped(made, native)


def _pandas(data: Mapping[str, Any], native: Any) -> Any:
    import numpy as np
    import pandas as pd

    made = pd.DataFrame(
        {name: column if isinstance(column, np.ndarray) else list(column) for name, column in data.items()}
    )
    if native is not None:
        made.index = native.index
    return made


def arrow_table(data: Mapping[str, Any]) -> Any:
    """Return columns as an Arrow table, what is missing as null; texts that Arrow holds stay where they are."""
    import numpy as np
    import pyarrow as pa

    def array(column: Any) -> Any:
        if isinstance(column, np.ndarray):
            return pa.array(column, from_pandas=True)
        return pa.array(column if hasattr(column, "__arrow_array__") else list(column))

    return pa.table({name: array(column) for name, column in data.items()})


def _as_table(data: Mapping[str, Any], native: Any) -> Any:  # noqa: ARG001 -- as every maker
    return arrow_table(data)


def _polars(data: Mapping[str, Any], native: Any) -> Any:  # noqa: ARG001 -- as every maker
    """Return a polars frame; it needs no pyarrow."""
    import numpy as np
    import polars as pl

    made = {}
    for name, column in data.items():
        if isinstance(column, np.ndarray):
            made[name] = pl.Series(name, column)
        else:
            made[name] = pl.Series(
                name, column.__arrow_array__() if hasattr(column, "__arrow_array__") else list(column)
            )
    return pl.DataFrame(made).with_columns(pl.selectors.float().fill_nan(None))


def _duckdb(data: Mapping[str, Any], native: Any) -> Any:
    """Return a relation of the same connection: DuckDB finds the table by the name it has here."""
    made = arrow_table(data)  # noqa: F841 -- the query names it
    return native.query("answers", "select * from made")


def _ibis(data: Mapping[str, Any], native: Any) -> Any:  # noqa: ARG001 -- as every maker
    import ibis

    return ibis.memtable(arrow_table(data))


def _dask(data: Mapping[str, Any], native: Any) -> Any:
    import dask.dataframe as dd

    return dd.from_pandas(_pandas(data, None), npartitions=native.npartitions)


def _spark(data: Mapping[str, Any], native: Any) -> Any:
    return native.sparkSession.createDataFrame(arrow_table(data))


def _wrapped(made: Any, native: Any) -> Any:
    """Return a frame inside narwhals, of the version (``narwhals``, ``narwhals.stable.v2``) the caller's is of."""
    home = type(native).__module__
    version = home if home.startswith("narwhals.stable") else "narwhals"
    return importlib.import_module(version).from_native(made)


_MAKERS: dict[str, Callable[[Mapping[str, Any], Any], Any]] = {
    "polars": _polars,
    "polars lazy": _polars,
    "duckdb": _duckdb,
    "ibis": _ibis,
    "dask": _dask,
    "spark": _spark,
}
