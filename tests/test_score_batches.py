"""Batch by batch, here or with the workers of a cluster: the scores, sums, verdicts and faults of the whole table."""

from __future__ import annotations

import operator
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import intimacy_scales as ims
from intimacy_scales.analysis.reliability.sample_sums import sample_sums
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.engines import open_stream
from intimacy_scales.reading.responses.streaming.streamed_ids import IdLedger
from intimacy_scales.scoring.batches import merged_beside, over_batches
from test_engines import FRAMES, ONCE, OnlyArrow, dask_frame, duckdb_relation
from test_engines_scored import ANSWERS, PERSONS, SCORED, answers, assert_same, figures, in_words

SUMS = sample_sums(SCORED)
EXAMINED = ims.inspect_export(ANSWERS, "eis")


def gathered(data, **reading):
    return over_batches(data, "eis", reading, sample_sums, merge=operator.add)


def same_sums(one, other):
    assert one.n_rows == other.n_rows
    for mine, its in zip(one.scales, other.scales, strict=True):
        a, b = mine.answers.over(), its.answers.over()
        for name in ("n", "sums", "products"):
            if hasattr(a, name):
                np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
        np.testing.assert_array_equal(a.covariance(), b.covariance())
        np.testing.assert_array_equal(mine.scores.values, its.scores.values)
        np.testing.assert_array_equal(mine.scores.counts, its.scores.counts)


def values(table):
    return np.array([np.nan if value is None else value for value in table.column("eis_total").to_pylist()])


def read(made):
    return made.read_all() if isinstance(made, pa.RecordBatchReader) else pa.Table.from_pandas(made.compute())


@pytest.mark.parametrize("engine", FRAMES)
@pytest.mark.parametrize("words", [False, True], ids=["codes", "labels"])
def test_scores_leave_batch_by_batch(engine, words):
    table = in_words(ANSWERS) if words else ANSWERS
    made = read(ims.score_batches(FRAMES[engine](table), "eis", keep=["city"], answers=True))
    assert made.column_names[:4] == ["id", "city", "eis_total", "eis_total_answered"]
    np.testing.assert_array_equal(values(made), SCORED["eis_total"].values)
    assert made.column("id").to_pylist() == list(SCORED.ids)
    assert made.column("eis_3").to_pylist() == ANSWERS.column("eis_3").to_pylist()


@pytest.mark.parametrize("engine", FRAMES)
def test_sums_and_verdicts_are_those_of_the_whole(engine):
    found = gathered(FRAMES[engine](ANSWERS))
    same_sums(found.value, SUMS)
    assert found.n_rows == PERSONS
    assert found.found.notes == EXAMINED.notes
    assert found.found.keying == EXAMINED.keying
    assert found.found.id_column == "id"


@given(st.permutations(range(PERSONS)), st.integers(1, 40), st.integers(1, 5))
@settings(max_examples=15)
def test_any_order_and_any_size_of_batches(order, rows, partitions):
    turned = ANSWERS.take(order)
    stream = open_stream(turned, batch_rows=rows)
    same_sums(gathered(stream).value, SUMS)
    made = read(ims.score_batches(stream, "eis"))
    np.testing.assert_array_equal(values(made), SCORED["eis_total"].values[list(order)])
    cut = gathered(dask_frame_of(turned, partitions))
    same_sums(cut.value, SUMS)
    assert cut.found.notes == ims.inspect_export(turned, "eis").notes


def dask_frame_of(table, partitions):
    dask = pytest.importorskip("dask.dataframe", reason="Dask is not installed (pip install 'intimacy-scales[dask]')")
    return dask.from_pandas(table.to_pandas(), npartitions=partitions)


DOUBTS = {
    "a copied column": lambda t: t.set_column(t.column_names.index("eis_2"), "eis_2", t.column("eis_1")),
    "a total of its own": lambda t: t.append_column("eis_total", pa.array([12.5] * len(t))),
    "doubled ids": lambda t: t.set_column(0, "id", pa.array(["x", "x", *t.column("id").to_pylist()[2:]])),
    "an id is missing": lambda t: t.set_column(0, "id", pa.array([*t.column("id").to_pylist()[:-1], None])),
    "rows without an answer": lambda t: pa.concat_tables([t.slice(0, 100), blank(t, 100), t.slice(101)]),
    "everybody the same": lambda t: t.set_column(2, "eis_2", pa.array([3] * len(t), pa.int64())),
    "no ids": lambda t: t.drop_columns("id"),
    "turned": lambda t: t.set_column(1, "eis_1", pa.compute.subtract(6, t.column("eis_1"))),
}


def blank(table, row):
    one = table.slice(row, 1).to_pylist()[0]
    return pa.Table.from_pylist([{k: v if k == "id" else None for k, v in one.items()}], schema=table.schema)


@pytest.mark.parametrize("doubt", DOUBTS)
@pytest.mark.parametrize("engine", ["pandas", "duckdb", "dask"])
def test_doubts_are_those_of_the_whole(doubt, engine):
    table = DOUBTS[doubt](ANSWERS)
    wanted = ims.inspect_export(table, "eis")
    found = over_batches(FRAMES[engine](table), "eis", {}, sample_sums, merge=operator.add)
    if found is None:  # it has to be read whole, and is
        made = read(ims.score_batches(FRAMES[engine](table), "eis"))
        assert len(made) == PERSONS
        return
    assert found.found.notes == wanted.notes
    assert found.found.keying == wanted.keying
    same_sums(found.value, sample_sums(ims.score(table, "eis")))


@pytest.mark.parametrize("engine", sorted(set(FRAMES) - ONCE))
def test_faults_are_raised_before_the_first_score_leaves(engine):
    with pytest.raises(ims.ResponseError) as wanted:
        ims.score(answers(faulty=True), "eis")
    with pytest.raises(ims.ResponseError) as found:
        ims.score_batches(FRAMES[engine](answers(faulty=True)), "eis")
    assert [str(problem) for problem in found.value.problems] == [str(problem) for problem in wanted.value.problems]


def test_what_may_be_an_answer_shows_only_at_the_end():
    late = pa.concat_tables([ANSWERS.slice(0, 100), answers(faulty=True).slice(0, 50)])
    for given_ in (
        open_stream(late, batch_rows=60),
        dask_frame_of(late, 3),
        open_stream(late.to_pandas(), batch_rows=7),
    ):
        with pytest.raises(ims.ResponseError, match=r"column eis_3: 1 answer of 9; allowed 1 to 5; row 107"):
            ims.score_batches(given_, "eis")
    settled = read(ims.score_batches(open_stream(late, batch_rows=60), "eis", missing_codes=[9]))
    assert len(settled) == PERSONS


def test_a_stream_that_is_read_once_says_so_where_the_end_stands_against_the_beginning(monkeypatch):
    late = pa.concat_tables([ANSWERS.slice(0, 100), answers(faulty=True).slice(0, 50)])
    with pytest.raises(ims.ResponseError, match=r"column eis_3: 1 answer of 9"):
        ims.score_batches(OnlyArrow(late), "eis")  # few rows are held
    monkeypatch.setattr("intimacy_scales.scoring.batches.FEW_ROWS", 50)
    monkeypatch.setattr("intimacy_scales.engines.batch_stream.CELLS_A_BATCH", 7 * 1024)
    monkeypatch.setattr("intimacy_scales.engines.batch_stream.MOST_ROWS", 60)
    reader = ims.score_batches(OnlyArrow(late), "eis")
    with pytest.raises(ims.ExportError, match=r"a test_engines OnlyArrow: can be read once, .*take no score of it"):
        reader.read_all()
    assert len(read(ims.score_batches(OnlyArrow(ANSWERS), "eis"))) == PERSONS


def test_files_and_folders(tmp_path):
    folder = tmp_path / "answers"
    folder.mkdir()
    for place in range(3):
        part = ANSWERS.slice(50 * place, 50)
        pq.write_table(part, folder / f"part-{place}.parquet")
    texts = tmp_path / "texts"
    texts.mkdir()
    for place in range(3):
        ANSWERS.slice(50 * place, 50).to_pandas().astype({f"eis_{j}": "Int64" for j in range(1, 6)}).to_csv(
            texts / f"part-{place}.csv", index=False
        )
    pq.write_table(ANSWERS, tmp_path / "answers.parquet")
    for source in (folder, texts, tmp_path / "answers.parquet"):
        np.testing.assert_array_equal(values(read(ims.score_batches(source, "eis"))), SCORED["eis_total"].values)
        found = gathered(source)
        same_sums(found.value, SUMS)
        assert found.found.keying == EXAMINED.keying


def test_options_that_look_at_all_rows_are_heard():
    made = read(ims.score_batches(ANSWERS, "eis", where="city == Wien"))
    assert len(made) == PERSONS // 3
    with pytest.raises(ims.IntimacyScalesError, match="did you mean"):
        ims.score_batches(ANSWERS, "eis", missing_code=[9])


def test_a_batch_reader_travels():
    from intimacy_scales.reading.responses.read import stream_responses
    from intimacy_scales.reading.responses.streaming.batch_evidence import first_decided, merged, without_rows

    stream = stream_responses(in_words(ANSWERS), "eis")
    first_decided(stream)
    body = pickle.dumps(without_rows(stream))
    assert b"P000" not in body
    assert b"0003" not in body  # nobody's id goes along
    one, other = pickle.loads(body), pickle.loads(body)
    batches = list(open_stream(in_words(ANSWERS), batch_rows=100).batches())
    one.read_batch(batches[0])
    other.read_batch(batches[1])
    both = merged(one, other)
    assert both.n_persons == PERSONS
    assert both.vouch().keying == EXAMINED.keying


def test_many_ids_travel_too(monkeypatch):
    """What a worker sends back holds no open file, however many ids there are; here they go to one."""
    monkeypatch.setattr(IdLedger.__init__, "__defaults__", (10,))
    made = gathered(dask_frame_of(ANSWERS, 3))
    same_sums(made.value, SUMS)
    assert made.found.notes == EXAMINED.notes
    doubled = DOUBTS["doubled ids"](ANSWERS)
    assert gathered(dask_frame_of(doubled, 3)).found.notes == ims.inspect_export(doubled, "eis").notes


def test_workers_tell_of_numbers_against_the_norm_as_one_reader_does():
    draw = np.random.default_rng(10)
    ticked = np.clip(np.rint(5.6 + 0.9 * draw.normal(size=(120, 1)) + 0.8 * draw.normal(size=(120, 18))), 1, 7)
    table = pa.table({"id": [f"p{row}" for row in range(120)]} | {f"prqc_{j + 1}": 8 - ticked[:, j] for j in range(18)})
    wanted = ims.inspect_export(table, "prqc").notes
    assert any("norm" in note for note in wanted)
    found = over_batches(dask_frame_of(table, 3), "prqc", {}, sample_sums, merge=operator.add)
    assert found.found.notes == wanted


def test_dask_keeps_its_index_and_computes_nothing_before_it_is_asked():
    dask_frame(ANSWERS)
    frame = ANSWERS.to_pandas().set_index(pd.Index(range(1000, 1000 + PERSONS), name="place"))
    import dask.dataframe as dd

    made = ims.score_batches(dd.from_pandas(frame, npartitions=4), "eis")
    assert made.npartitions == 4
    assert made.compute().index.equals(frame.index)
    assert made["eis_total"].dtype == np.float64


def test_polars_and_duckdb_take_the_reader():
    reader = ims.score_batches(pl.from_arrow(ANSWERS).lazy(), "eis")
    assert pl.from_arrow(reader)["eis_total"].len() == PERSONS
    made = read(ims.score_batches(duckdb_relation(ANSWERS), "eis"))
    assert len(made) == PERSONS


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_spark_scores_where_the_rows_lie(spark):
    frame = spark.createDataFrame(in_words(ANSWERS)).repartition(3)
    found = gathered(frame)
    same_sums(found.value, SUMS)
    assert found.found.keying == EXAMINED.keying
    made = ims.score_batches(frame, "eis", keep=["city"])
    assert type(made) is type(frame)
    table = made.toPandas().sort_values("id")
    np.testing.assert_array_equal(table["eis_total"], SCORED["eis_total"].values)
    with pytest.raises(ims.ResponseError, match="column eis_3: 1 answer of 9; allowed 1 to 5"):
        ims.score_batches(spark.createDataFrame(answers(faulty=True)), "eis")


@pytest.fixture
def large(monkeypatch):
    """Everything over 20 rows is large, and batches are small."""
    for name in ("scoring.batches.FEW_ROWS", "analysis.reliability.streamed.MOST_ROWS",
                 "analysis.reliability.scale_answers.MOST_ROWS"):  # fmt: skip
        monkeypatch.setattr(f"intimacy_scales.{name}", 20)
    monkeypatch.setattr("intimacy_scales.engines.batch_stream.MOST_ROWS", 40)
    monkeypatch.setattr("intimacy_scales.engines.batch_stream.CELLS_A_BATCH", 7 * 1024)
    monkeypatch.setattr("intimacy_scales.scoring.batches.as_scores", read_whole)


def read_whole(*_, **__):
    raise AssertionError


@pytest.mark.parametrize(
    "engine", sorted(set(FRAMES) - {"pandas", "polars", "pyarrow table", "narwhals v1", "narwhals v2"})
)
def test_reliability_and_norms_of_large_frames(engine, large, monkeypatch):
    said = {"sample": "150 simulated persons", "by": ["city"]}
    reliable, norms = ims.reliability(ANSWERS, "eis").to_dict(), ims.norms_from(ANSWERS, "eis", **said).to_dict()
    monkeypatch.setattr("intimacy_scales.analysis.reliability.as_scores", read_whole)
    monkeypatch.setattr("intimacy_scales.analysis.norms.local_norms.as_scores", read_whole)
    assert_same(ims.reliability(FRAMES[engine](ANSWERS), "eis").to_dict(), reliable)
    assert_same(ims.norms_from(FRAMES[engine](ANSWERS), "eis", **said).to_dict(), norms)


ODD = {
    "masked numbers": lambda t: t.to_pandas().astype({f"eis_{j}": "Int8" for j in range(1, 6)}),
    "objects": lambda t: t.to_pandas().astype({f"eis_{j}": "Int8" for j in range(1, 6)}).astype(object),
    "narrow": lambda t: cast(t, pa.int8()),
    "unsigned": lambda t: cast(t, pa.uint16()),
    "halves": lambda t: cast(t, pa.float32()),
    "decimals": lambda t: cast(t, pa.decimal128(22, 1)),
    "texts": lambda t: cast(t, pa.string()),
    "large texts": lambda t: cast(t, pa.large_string()),
    "views": lambda t: cast(cast(t, pa.string()), pa.string_view()),
    "labels": in_words,
    "categories": lambda t: pl.from_arrow(in_words(t)).with_columns(pl.col("^eis_.*$").cast(pl.Categorical)),
    "an enum": lambda t: pl.from_arrow(in_words(t)).with_columns(
        pl.col("^eis_.*$").cast(pl.Enum(["agree", "disagree", "neutral", "strongly agree", "strongly disagree"]))
    ),
    "dictionaries": lambda t: pa.table({n: in_words(t).column(n).dictionary_encode() for n in t.column_names}),
}


def cast(table, kind):
    for place in range(1, 6):
        table = table.set_column(place, f"eis_{place}", table.column(place).cast(kind))
    return table


@pytest.mark.parametrize("kind", ODD)
@given(order=st.permutations(range(PERSONS)), rows=st.integers(1, 60))
@settings(max_examples=4)
def test_odd_types_with_missing_answers(kind, order, rows):
    given_ = ODD[kind](ANSWERS.take(order))
    made = read(ims.score_batches(open_stream(given_, batch_rows=rows), "eis"))
    np.testing.assert_array_equal(values(made), SCORED["eis_total"].values[list(order)])
    same_sums(gathered(open_stream(given_, batch_rows=rows)).value, SUMS)
    np.testing.assert_array_equal(ims.score(given_, "eis")["eis_total"].values, values(made))


def test_a_fault_of_the_work_on_a_batch_ends_the_reading_and_is_told_as_it_is():
    seen = []

    def work(batch):
        if batch.n_persons == 2:
            raise ResponseError(Problem(where="here", what="two rows"))
        return batch.n_persons

    class Batch:
        def __init__(self, n):
            self.n_persons = n

    def batches():
        for n in (1, 2, 3, 4, 5):
            seen.append(n)
            yield Batch(n)

    with pytest.raises(ResponseError, match="two rows"):
        merged_beside(batches(), work, operator.add)
    assert seen == [1, 2, 3]  # the third was read meanwhile
    assert merged_beside(iter([]), work, operator.add) is None
    rows = []
    assert merged_beside(iter([Batch(4), Batch(5)]), work, operator.sub, count=rows.append) == -1
    assert rows == [4, 5]


@pytest.fixture
def dask_cluster():
    """Start two worker processes of Dask on this machine, which its frames then use."""
    distributed = pytest.importorskip("distributed", reason="Dask's distributed is not installed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::UserWarning:distributed")
def test_workers_of_dask_in_processes_of_their_own_say_what_one_reader_says(dask_cluster):
    client = dask_cluster
    assert len(client.scheduler_info()["workers"]) == 2
    frame = ims.simulate("eis", 100_500, seed=3, missing=0.03).frame()
    frame["city"] = np.where(np.arange(len(frame)) % 3, "Wien", "Graz")
    parted = dask_frame_of(pa.Table.from_pandas(frame), 5)
    whole = ims.reliability(open_stream(pa.Table.from_pandas(frame)), "eis")
    assert figures(ims.reliability(parted, "eis").to_dict()) == figures(whole.to_dict())
    scored = ims.score(frame, "eis")["eis_total"].values
    made = ims.score_batches(parted, "eis", keep=["city"])
    assert type(made).__module__.startswith("dask")
    np.testing.assert_array_equal(made["eis_total"].compute().to_numpy(dtype=float), scored)
    norms = [ims.norms_from(data, "eis", by=["city"], sample="drawn").to_dict() for data in (parted, frame)]
    assert figures(norms[0]) == figures(norms[1])
    found, wanted = gathered(parted), sample_sums(ims.score(frame, "eis"))
    same_sums(found.value, wanted)
    late = frame.assign(eis_3=frame["eis_3"].where(frame.index != 100_400, 9))
    with pytest.raises(ims.ResponseError, match="column eis_3: 1 answer of 9"):
        ims.score_batches(dask_frame_of(pa.Table.from_pandas(late), 5), "eis")
