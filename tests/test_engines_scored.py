"""The same scores, reliability, norms, verdicts and faults from every engine, and results in the caller's own type."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import intimacy_scales as ims
from intimacy_scales.engines import open_stream
from test_engines import FRAMES, OnlyArrow, duckdb_relation, narwhals_of

PERSONS = 150


def answers(*, faulty=False):
    rng = np.random.default_rng(15)
    latent = rng.normal(size=(PERSONS, 1))
    codes = np.clip(np.round(3 + latent + 0.7 * rng.normal(size=(PERSONS, 5))), 1, 5)
    columns = {}
    for item in range(5):
        given = [None if rng.random() < 0.05 else int(code) for code in codes[:, item]]
        if faulty and item == 2:
            given[7] = 9
        columns[f"eis_{item + 1}"] = pa.array(given, pa.int64())
    return pa.table(
        {
            "id": [f"{row:04d}" for row in range(PERSONS)],
            **columns,
            "city": [("Wien", "Graz", None)[row % 3] for row in range(PERSONS)],
        }
    )


def in_words(table):
    """Return the same answers as labels: a column of texts in every engine."""
    words = ("strongly disagree", "disagree", "neutral", "agree", "strongly agree")
    for item in range(1, 6):
        given = table.column(f"eis_{item}").to_pylist()
        said = pa.array([None if code is None else words[code - 1] for code in given], pa.string())
        table = table.set_column(item, f"eis_{item}", said)
    return table


ANSWERS = answers()
SCORED = ims.score(ANSWERS.to_pandas(), "eis")
RELIABLE = ims.reliability(ANSWERS.to_pandas(), "eis")


def figures(value):
    """Return every number of a result in its order, and every word, so that two results can be compared."""
    if isinstance(value, dict):
        return [one for key, inner in value.items() for one in (key, *figures(inner))]
    if isinstance(value, list):
        return [one for inner in value for one in figures(inner)]
    return [value]


def assert_same(one, other):
    mine, theirs = figures(one), figures(other)
    assert len(mine) == len(theirs)
    for a, b in zip(mine, theirs, strict=True):
        if isinstance(a, float) and isinstance(b, float | int):
            assert a == pytest.approx(b, rel=1e-12, abs=1e-12)
        else:
            assert a == b


@pytest.mark.parametrize("engine", FRAMES)
@pytest.mark.parametrize("words", [False, True], ids=["codes", "labels"])
def test_scores_and_reliability_are_the_same(engine, words):
    table = in_words(ANSWERS) if words else ANSWERS
    scores = ims.score(FRAMES[engine](table), "eis")
    np.testing.assert_array_equal(scores["eis_total"].values, SCORED["eis_total"].values)
    np.testing.assert_array_equal(scores["eis_total"].answered, SCORED["eis_total"].answered)
    assert scores.ids == SCORED.ids
    assert scores.reading_notes == SCORED.reading_notes
    assert_same(scores.to_dict(), SCORED.to_dict())
    assert_same(ims.reliability(FRAMES[engine](table), "eis").to_dict(), RELIABLE.to_dict())


@pytest.mark.parametrize("engine", FRAMES)
def test_norms_are_the_same(engine):
    own = ims.norms_from(ims.score(FRAMES[engine](ANSWERS), "eis"), sample="150 simulated persons")
    assert_same(own.to_dict(), ims.norms_from(SCORED, sample="150 simulated persons").to_dict())
    straight = ims.norms_from(FRAMES[engine](ANSWERS), "eis", sample="150 simulated persons")
    assert_same(straight.to_dict(), own.to_dict())


@pytest.mark.parametrize("engine", FRAMES)
def test_faults_are_the_same(engine):
    faulty = answers(faulty=True)
    with pytest.raises(ims.ResponseError) as wanted:
        ims.score(faulty.to_pandas(), "eis")
    with pytest.raises(ims.ResponseError) as found:
        ims.score(FRAMES[engine](faulty), "eis")
    assert [str(problem) for problem in found.value.problems] == [str(problem) for problem in wanted.value.problems]


OWN = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "polars lazy": pl.DataFrame,
    "pyarrow table": pa.Table,
    "pyarrow reader": pa.Table,
    "pyarrow dataset": pa.Table,
    "protocol": pa.Table,
}


@pytest.mark.parametrize("engine", FRAMES)
def test_results_come_in_the_callers_own_type(engine):
    given = FRAMES[engine](ANSWERS)
    made = ims.score(given, "eis").table(keep=["city"])
    if engine == "narwhals lazy":
        assert isinstance(made.to_native(), pl.DataFrame)
    else:
        assert isinstance(made, OWN.get(engine, type(given)))
    (table,) = (pa.Table.from_batches(list(open_stream(made).batches())),)
    assert table.column_names == ["id", "city", "eis_total", "eis_total_answered"]
    assert table.column("id").to_pylist() == list(SCORED.ids)
    found = np.array([np.nan if value is None else value for value in table.column("eis_total").to_pylist()])
    np.testing.assert_array_equal(found, SCORED["eis_total"].values)


def test_a_relation_comes_back_on_its_own_connection():
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed")
    connection = duckdb.connect()
    connection.from_arrow(ANSWERS).create("answers_given")
    given = connection.table("answers_given")
    made = ims.score(given, "eis").table().set_alias("scored")
    joined = made.join(given.set_alias("given"), "id")
    assert len(joined.fetchall()) == PERSONS
    assert len(made.filter("eis_total is null").fetchall()) == int(np.isnan(SCORED["eis_total"].values).sum())


def test_a_narwhals_frame_of_pandas_keeps_its_index():
    frame = ANSWERS.to_pandas().set_index(pd.Index(range(500, 500 + PERSONS)))
    made = ims.score(narwhals_of(frame), "eis").table()
    assert made.to_native().index.equals(frame.index)


def test_rows_left_out_leave_the_type():
    for given in (duckdb_relation(ANSWERS), OnlyArrow(ANSWERS), narwhals_of(pl.from_arrow(ANSWERS)), ANSWERS):
        made = ims.score(given, "eis", where="city == Wien").table()
        assert pa.Table.from_batches(list(open_stream(made).batches())).num_rows == PERSONS // 3


def test_what_is_no_frame_is_told_what_may_be():
    with pytest.raises(ims.ExportError, match=r"cannot be read as a table of answers; a path .* DuckDB, ibis, Dask"):
        ims.score(object(), "eis")


def test_polars_and_pandas_need_no_pyarrow():
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "import polars as pl, intimacy_scales as ims\n"
        "frame = pl.DataFrame({'id': ['a', 'b'], **{f'eis_{j}': [4, None] for j in range(1, 6)}})\n"
        "made = ims.score(frame, 'eis').table()\n"
        "assert made['eis_total'].to_list() == [20.0, None], made\n"
        "assert made['id'].to_list() == ['a', 'b'], made\n"
        "try:\n    ims.score_batches(frame, 'eis')\n"
        "except ims.ExportError as fault:\n    assert 'needs the library pyarrow; pip install' in str(fault), fault\n"
        "else:\n    raise AssertionError\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


NO_TABLES = {
    "a polars Series": pl.Series([1, 2]),
    "a column of pyarrow": pa.chunked_array([[1, 2]]),
    "an array of pyarrow": pa.array([1, 2]),
    "a lazy frame without columns": pl.LazyFrame(),
    "a table without columns": pa.table({}),
    "an iterator": iter([1]),
    "a number": 5,
    "nothing": None,
}


@pytest.mark.parametrize("door", [ims.score, ims.reliability, ims.score_batches], ids=lambda door: door.__name__)
@pytest.mark.parametrize("what", NO_TABLES)
def test_what_is_no_table_is_a_sentence_at_every_door(what, door):
    with pytest.raises(ims.IntimacyScalesError):
        door(NO_TABLES[what], "eis")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_spark_says_the_same_and_gets_a_frame_of_its_own(spark):
    frame = spark.createDataFrame(ANSWERS)
    for given in (frame, narwhals_of(frame)):
        scores = ims.score(given, "eis")
        assert_same(scores.to_dict(), SCORED.to_dict())
        assert scores.ids == SCORED.ids
        assert_same(ims.reliability(given, "eis").to_dict(), RELIABLE.to_dict())
    made = ims.score(frame, "eis").table()
    assert type(made) is type(frame)
    found = made.toPandas()
    np.testing.assert_array_equal(found["eis_total"], SCORED["eis_total"].values)
    with pytest.raises(ims.ResponseError) as wanted:
        ims.score(answers(faulty=True), "eis")
    with pytest.raises(ims.ResponseError) as caught:
        ims.score(spark.createDataFrame(answers(faulty=True)), "eis")
    assert [str(one) for one in caught.value.problems] == [str(one) for one in wanted.value.problems]
    try:
        on_spark = frame.pandas_api()
    except Exception:  # noqa: BLE001 -- pandas-on-Spark is not ready for every pandas
        return
    np.testing.assert_array_equal(ims.score(on_spark, "eis")["eis_total"].values, SCORED["eis_total"].values)
