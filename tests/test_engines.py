"""Any frame as a stream of batches: the same rows from every engine, cut anywhere, in bounded memory."""

from __future__ import annotations

import datetime as dt
import decimal
import gc

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.dataset as pads
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales.base.errors import ExportError
from intimacy_scales.engines import engine_of, is_stream_source, open_stream

ROWS = 23
TABLE = pa.table(
    {
        "id": [f"P{row:03d}" for row in range(ROWS)],
        "x": pa.array([None if row == 4 else row % 5 for row in range(ROWS)], pa.int64()),
        "y": pa.array([None if row == 7 else row / 4 for row in range(ROWS)], pa.float64()),
        "said": pa.array([("agree", None, "disagree", "")[row % 4] for row in range(ROWS)], pa.string()),
    }
)


def duckdb_relation(table):
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed")
    return duckdb.from_arrow(table)  # of the one connection that outlives its relations


def ibis_table(table):
    pytest.importorskip("duckdb", reason="DuckDB, which ibis runs on, is not installed")
    ibis = pytest.importorskip("ibis", reason="ibis is not installed")
    return ibis.memtable(table)


def dask_frame(table):
    dask = pytest.importorskip("dask.dataframe", reason="Dask is not installed")
    return dask.from_pandas(table.to_pandas(), npartitions=3)


def narwhals_of(frame, version="v2"):
    import importlib

    module = importlib.import_module("narwhals" if version == "main" else f"narwhals.stable.{version}")
    return module.from_native(frame)


class OnlyArrow:
    """Speaks the protocol and nothing else."""

    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


FRAMES = {
    "pandas": lambda t: t.to_pandas(),
    "polars": pl.from_arrow,
    "polars lazy": lambda t: pl.from_arrow(t).lazy(),
    "pyarrow table": lambda t: t,
    "pyarrow reader": lambda t: t.to_reader(max_chunksize=4),
    "pyarrow dataset": ds.dataset,
    "duckdb": duckdb_relation,
    "ibis": ibis_table,
    "dask": dask_frame,
    "narwhals v2": lambda t: narwhals_of(pl.from_arrow(t)),
    "narwhals v1": lambda t: narwhals_of(t.to_pandas(), "v1"),
    "narwhals lazy": lambda t: narwhals_of(pl.from_arrow(t).lazy(), "main"),
    "narwhals of duckdb": lambda t: narwhals_of(duckdb_relation(t)),
    "protocol": OnlyArrow,
}
ONCE = {"pyarrow reader", "protocol"}


def plain(batches):
    """Return rows as tuples; NaN and null are both None."""
    rows = [tuple(row.values()) for batch in batches for row in batch.to_pylist()]
    return [tuple(None if isinstance(value, float) and np.isnan(value) else value for value in row) for row in rows]


WANTED = plain(TABLE.to_batches())


@pytest.mark.parametrize("engine", FRAMES)
@pytest.mark.parametrize("rows", [None, 1, 5, 23, 1000])
def test_every_engine_gives_the_same_rows(engine, rows):
    stream = open_stream(FRAMES[engine](TABLE), batch_rows=rows)
    batches = list(stream.batches())
    assert plain(batches) == WANTED
    assert stream.names == ("id", "x", "y", "said")
    assert all(batch.schema == stream.schema and 0 < batch.num_rows <= stream.batch_rows for batch in batches)
    assert stream.n_rows in (None, ROWS)
    assert stream.types[0] == stream.types[3] == pa.dictionary(pa.int32(), pa.string())
    if rows == 5:
        assert len(batches) <= 1 + ROWS // 3  # small batches of the engine's own are joined
    if engine in ONCE:
        assert not stream.is_repeatable
        with pytest.raises(ExportError, match="was read to its end already"):
            list(stream.batches())
    else:
        assert plain(stream.batches()) == WANTED
        assert stream.head(3).num_rows == 3


@pytest.mark.parametrize("engine", FRAMES)
def test_types_are_known_before_a_row_is_read(engine):
    stream = open_stream(FRAMES[engine](TABLE))
    assert pa.types.is_floating(stream.types[2])
    assert pa.types.is_integer(stream.types[1]) or pa.types.is_floating(stream.types[1])  # pandas has no whole NaN


def test_distinct_texts_come_in_order_of_first_appearance():
    said = pa.array(["c", "a", None, "c", "b", "a"]).dictionary_encode()
    turned = pa.DictionaryArray.from_arrays(pa.array([3, 1, None, 3, 2, 1], pa.int8()), ["unused", "a", "b", "c"])
    for column in (
        said,
        turned,
        turned.cast(pa.string()),
        turned.cast(pa.large_string()),
        turned.cast(pa.string()).cast(pa.string_view()),
    ):
        for rows in (6, 2, 4):
            found = [batch.column(0) for batch in open_stream(pa.table({"q": column}), batch_rows=rows).batches()]
            for start, piece in zip(range(0, 6, rows), found, strict=True):
                texts = [text for text in said.to_pylist()[start : start + rows] if text is not None]
                assert piece.dictionary.to_pylist() == list(dict.fromkeys(texts))
    assert [text for piece in found for text in piece.to_pylist()] == said.to_pylist()


ODD = {
    "int8": (pa.array([1, 2], pa.int8()), pa.int8()),
    "uint64": (pa.array([1, 2**63], pa.uint64()), pa.uint64()),
    "half": (pa.array(np.array([1.5, 2.0], dtype=np.float16)), pa.float64()),
    "decimal": (pa.array([decimal.Decimal("1.50"), None], pa.decimal128(5, 2)), pa.float64()),
    "bool": (pa.array([True, None]), pa.bool_()),
    "date": (pa.array([dt.date(2026, 1, 1), None]), pa.date32()),
    "time": (pa.array([dt.datetime(2026, 1, 1, tzinfo=dt.UTC), None]), pa.timestamp("us", "UTC")),
    "nothing": (pa.nulls(2), pa.null()),
    "list": (pa.array([[1], None]), pa.list_(pa.int64())),
    "categories of numbers": (pa.array([5, 6]).dictionary_encode(), pa.int64()),
    "run ends": (pa.RunEndEncodedArray.from_arrays([1, 2], pa.array(["a", "b"])), pa.dictionary(pa.int32(), pa.string())),
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD)
def test_odd_types(kind):
    column, wanted = ODD[kind]
    stream = open_stream(pa.table({"q": column}))
    (batch,) = stream.batches()
    assert stream.types == (wanted,)
    assert batch.column(0).to_pylist() == [
        float(v) if isinstance(v, decimal.Decimal) else v for v in column.to_pylist()
    ]


PANDAS = {
    "mixed objects": (pd.Series([1, "agree", None, 2.5], dtype=object), ["1", "agree", None, "2.5"]),
    "masked": (pd.Series([1, None, 3], dtype="Int64"), [1, None, 3]),
    "texts": (pd.Series(["a", None, pd.NA], dtype="string"), ["a", None, None]),
    "categories": (pd.Series(["b", "a", None]).astype("category"), ["b", "a", None]),
    "truth": (pd.Series([True, pd.NA], dtype="boolean"), [True, None]),
    "NaN": (pd.Series([1.0, np.nan]), [1.0, None]),
    "arrow": (pd.Series(["a", None], dtype=pd.ArrowDtype(pa.string())), ["a", None]),
}


@pytest.mark.parametrize("kind", PANDAS)
def test_pandas_types(kind):
    series, wanted = PANDAS[kind]
    for rows in (1, 10):
        stream = open_stream(pd.DataFrame({"q": series}), batch_rows=rows)
        assert [value for batch in stream.batches() for value in batch.column(0).to_pylist()] == wanted


def test_polars_categories_and_enums():
    frame = pl.DataFrame(
        {
            "c": pl.Series(["x", "y", None], dtype=pl.Categorical),
            "e": pl.Series(["b", "b", "a"], dtype=pl.Enum(["a", "b"])),
        }
    )
    (batch,) = open_stream(frame).batches()
    assert batch.to_pydict() == {"c": ["x", "y", None], "e": ["b", "b", "a"]}
    assert batch.column(1).dictionary.to_pylist() == ["b", "a"]


def write_csv(path, text):
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_cells_of_a_text_file_are_the_texts_that_stand_there(tmp_path):
    body = 'id,q,said\n007,1.0,"a, ""b"""\n008,NA,\n009, 2 ,"two\nlines"\n'
    stream = open_stream(write_csv(tmp_path / "a.csv", body))
    rows = plain(stream.batches())
    assert rows == [("007", "1.0", 'a, "b"'), ("008", "NA", ""), ("009", " 2 ", "two\nlines")]
    assert stream.n_rows is None
    assert stream.is_repeatable
    assert plain(stream.batches()) == rows


@pytest.mark.parametrize(("name", "mark"), [("a.csv", ";"), ("a.tsv", "\t"), ("a.csv", "|"), ("a.csv", "\t")])
def test_separators(tmp_path, name, mark):
    path = write_csv(tmp_path / name, f'"a,b"{mark}c\n1{mark}2\n')
    assert plain(open_stream(path).batches()) == [("1", "2")]
    assert open_stream(path, separator=mark).names == ("a,b", "c")


def test_encodings(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("f\u00fcr,q\n\u00e4,1\n".encode("latin-1"))
    assert plain(open_stream(path, encoding="latin-1").batches()) == [("\u00e4", "1")]
    with pytest.raises(ExportError, match=r"a\.csv: cannot be read batch by batch"):
        list(open_stream(path).batches())
    path.write_bytes("\ufefff\u00fcr,q\n\u00e4,1\n".encode())
    assert open_stream(path).names == ("f\u00fcr", "q")


def test_parquet_and_folders(tmp_path):
    folder = tmp_path / "answers"
    (folder / "later").mkdir(parents=True)
    pq.write_table(TABLE.slice(0, 10), folder / "a.parquet", row_group_size=3)
    pq.write_table(TABLE.slice(10, 5), folder / "b.parquet")
    pq.write_table(TABLE.slice(15), folder / "later" / "c.parquet")
    (folder / "_SUCCESS").touch()
    (folder / ".b.parquet.crc").touch()
    for rows in (1, 4, 100):
        stream = open_stream(folder, batch_rows=rows)
        assert plain(stream.batches()) == WANTED
        assert stream.n_rows == ROWS
        assert [path.name for path in stream.parts] == ["a.parquet", "b.parquet", "c.parquet"]
    assert plain(open_stream(folder / "a.parquet").batches()) == WANTED[:10]
    texts = tmp_path / "texts"
    texts.mkdir()
    for place, start in enumerate((0, 10)):
        TABLE.slice(start, 10).to_pandas().to_csv(texts / f"part-{place}.csv", index=False)
    assert [row[0] for row in plain(open_stream(texts, batch_rows=3).batches())] == [row[0] for row in WANTED[:20]]


def test_what_a_parquet_file_says_of_itself_stays(tmp_path):
    pq.write_table(TABLE.replace_schema_metadata({"label:x": "how often"}), tmp_path / "a.parquet")
    assert open_stream(tmp_path / "a.parquet").schema.metadata[b"label:x"] == b"how often"
    assert plain(open_stream(tmp_path / "a.parquet", batch_rows=5).batches()) == WANTED


def test_parts_of_other_types_are_made_one(tmp_path):
    pq.write_table(pa.table({"x": [1, 2], "t": pa.nulls(2)}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"t": ["u"], "x": [2.5]}), tmp_path / "b.parquet")
    assert plain(open_stream(tmp_path).batches()) == [(1.0, None), (2.0, None), (2.5, "u")]


def hive(path, *names):
    for place, name in enumerate(names):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table({"x": [10 * place, 10 * place + 1]}), path / name)


def test_values_of_folders_are_columns(tmp_path):
    hive(
        tmp_path,
        "year=2024/land=AT/a.parquet",
        "year=2024/land=__HIVE_DEFAULT_PARTITION__/a.parquet",
        "year=2025/land=D%2FE/b.parquet",
    )
    opened = open_stream(tmp_path)
    assert opened.names == ("x", "year", "land")
    assert opened.n_rows == 6
    assert plain(opened.batches()) == [
        (0, 2024, "AT"), (1, 2024, "AT"), (10, 2024, None), (11, 2024, None), (20, 2025, "D/E"), (21, 2025, "D/E"),
    ]  # fmt: skip
    dataset = pads.dataset(tmp_path, partitioning="hive").to_table().to_pylist()
    own = opened.table().to_pylist()
    assert sorted(map(repr, own)) == sorted(map(repr, dataset))


def test_numbers_of_folders_that_are_spelled_otherwise_stay_texts(tmp_path):
    hive(tmp_path, "month=01/a.parquet", "month=12/a.parquet")
    assert [row[1] for row in plain(open_stream(tmp_path).batches())] == ["01", "01", "12", "12"]


def test_a_column_that_stands_in_its_file_too(tmp_path):
    for year, held in ((2024, 2024), (2025, 2025)):
        (tmp_path / f"year={year}").mkdir()
        pq.write_table(pa.table({"year": [held, held], "x": [1, 2]}), tmp_path / f"year={year}" / "a.parquet")
    assert plain(open_stream(tmp_path).batches()) == [(2024, 1), (2024, 2), (2025, 1), (2025, 2)]
    pq.write_table(pa.table({"year": [2025, 2023], "x": [1, 2]}), tmp_path / "year=2025" / "a.parquet")
    with pytest.raises(ExportError, match="holds year '2023' and lies in the folder year=2025"):
        list(open_stream(tmp_path).batches())


FAULTS = {
    "empty folder": (lambda path: None, "holds no files of answers"),
    "two kinds": (lambda path: [(path / "a.csv").write_text("x\n1\n"), pq.write_table(TABLE, path / "b.parquet")],
                  "both Parquet and text"),
    "other kinds": (lambda path: [(path / "a.csv").write_text("x\n1\n"), (path / "b.xlsx").touch()],
                    r"files of other kinds \(b\.xlsx\)"),
    "other columns": (lambda path: [pq.write_table(TABLE, path / "a.parquet"),
                                    pq.write_table(TABLE.drop_columns("x"), path / "b.parquet")],
                      r"b\.parquet: other columns than a\.parquet: 'x'"),
    "other types": (lambda path: [pq.write_table(pa.table({"x": [1]}), path / "a.parquet"),
                                  pq.write_table(pa.table({"x": ["a"]}), path / "b.parquet")],
                    "have a column of several types"),
    "other header": (lambda path: [(path / "a.csv").write_text("x,y\n1,2\n"), (path / "b.csv").write_text("y,x\n1,2\n")],
                     r"b\.csv: has another header than a\.csv"),
    "texts in folders of values": (lambda path: [(path / "year=2026").mkdir(), (path / "year=2026" / "a.csv").write_text("x\n1\n")],
                                   "NAME=VALUE"),
    "folders of other columns": (lambda path: hive(path, "year=2026/a.parquet", "month=1/a.parquet"),
                                 r"lies in folders of other columns \(year\) than month=1.a\.parquet"),
    "a file above its folders": (lambda path: hive(path, "year=2026/a.parquet", "a.parquet"), "the same NAME=VALUE folders"),
    "a column twice": (lambda path: hive(path, "year=2026/year=2025/a.parquet"), "each NAME=VALUE once"),
    "damaged": (lambda path: (path / "a.parquet").write_bytes(b"PAR1 nonsense"), r"a\.parquet: cannot be read"),
    "two of one name": (lambda path: (path / "a.csv").write_text("x,x\n1,2\n"), "two columns called 'x'"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_of_folders_are_sentences(tmp_path, fault):
    make, said = FAULTS[fault]
    make(tmp_path)
    with pytest.raises(ExportError, match=said):
        open_stream(tmp_path)


def test_other_faults_are_sentences(tmp_path):
    with pytest.raises(ExportError, match=r"nowhere\.csv: cannot be read"):
        open_stream(tmp_path / "nowhere.csv")
    (tmp_path / "a.xlsx").touch()
    with pytest.raises(ExportError, match=r"cannot be read batch by batch; \.csv, \.tsv, \.parquet"):
        open_stream(tmp_path / "a.xlsx")
    with pytest.raises(ExportError, match="a list: cannot be read as a table of answers; a path"):
        open_stream([1, 2, 3])
    with pytest.raises(ExportError, match="batch_rows: is 0; 1 or more"):
        open_stream(TABLE, batch_rows=0)
    with pytest.raises(ExportError, match="two columns called 'x'"):
        open_stream(pd.DataFrame([[1, 2]], columns=["x", "x"]))
    with pytest.raises(ExportError, match="has no columns"):
        open_stream(pd.DataFrame(index=[1, 2]))
    ragged = write_csv(tmp_path / "ragged.csv", "a,b\n1,2\n1,2,3\n")
    with pytest.raises(
        ExportError,
        match=r"ragged\.csv: cannot be read batch by batch \(CSV parse error: (Row #3: )?Expected 2 columns, got 3\)",
    ):
        list(open_stream(ragged).batches())
    assert is_stream_source(ragged)
    assert not is_stream_source(tmp_path / "a.xlsx")
    assert not is_stream_source({"eis_1": 4})


def test_a_failing_plan_is_a_sentence():
    with pytest.raises(ExportError, match="a polars LazyFrame: could not be read"):
        open_stream(pl.LazyFrame({"x": [1]}).select("nowhere"))
    broken = pl.LazyFrame({"x": ["a"]}).with_columns(pl.col("x").cast(pl.Int64, strict=True))
    with pytest.raises(ExportError, match="a polars LazyFrame: could not be read"):
        list(open_stream(broken).batches())


def test_a_stream_that_changes_its_columns_is_refused():
    class Changing:
        schema = pa.schema([("x", pa.int64())])

    from intimacy_scales.engines.batch_stream import stream_of

    batches = [pa.record_batch({"x": [1]}), pa.record_batch({"y": [1]})]
    stream = stream_of(Changing.schema, lambda: batches, saw="a test", batch_rows=None)
    with pytest.raises(ExportError, match="a test: from row 2 on has other columns"):
        list(stream.batches())
    batches[1] = pa.record_batch({"x": ["agree"]})
    stream = stream_of(Changing.schema, lambda: batches, saw="a test", batch_rows=None)
    with pytest.raises(ExportError, match="a test, column x: holds string from row 2 on"):
        list(stream.batches())


def test_a_connection_is_free_again_when_reading_stops_early():
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed")
    connection = duckdb.connect()
    relation = connection.sql("select range as x from range(1000000)")
    batches = open_stream(relation, batch_rows=1000).batches()
    assert next(batches).num_rows == 1000
    batches.close()
    gc.collect()
    assert connection.sql("select 1").fetchall() == [(1,)]


def test_the_caller_keeps_the_frame_as_it_was():
    frame = TABLE.to_pandas()
    frame.index = frame.index[::-1]
    before = frame.copy()
    list(open_stream(frame, batch_rows=4).batches())
    pd.testing.assert_frame_equal(frame, before)


def test_engines_are_told_by_name():
    assert engine_of(TABLE.to_pandas()) == "pandas"
    assert engine_of(OnlyArrow(TABLE)) == "arrow"
    assert engine_of("text") is None


@given(
    st.lists(st.one_of(st.none(), st.sampled_from(["a", "b", "", " a ", "\u00e4"])), min_size=1, max_size=30),
    st.integers(1, 12),
    st.integers(1, 9),
)
def test_cut_anywhere(texts, rows, chunk):
    whole = pa.table({"t": pa.array(texts, pa.string())})
    reader = whole.to_reader(max_chunksize=chunk)
    found = list(open_stream(reader, batch_rows=rows).batches())
    assert [text for batch in found for text in batch.column(0).to_pylist()] == texts
    assert all(batch.num_rows <= rows for batch in found)
