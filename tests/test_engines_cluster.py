"""One function of a batch over Dask and Spark, started here: the same rows, the same value, the same faults."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from intimacy_scales.base.errors import ExportError, Problem, ResponseError
from intimacy_scales.engines.cluster import first_rows, is_cluster_frame, map_batches, reduce_batches

ROWS = 40
FRAME = pd.DataFrame(
    {
        "id": [f"P{row:02d}" for row in range(ROWS)],
        "x": [float(row % 5) if row % 7 else np.nan for row in range(ROWS)],
        "said": [("agree", "disagree", None)[row % 3] for row in range(ROWS)],
    }
)
MADE = pa.schema([("id", pa.string()), ("twice", pa.float64()), ("said", pa.string())])


def twice(batch):
    assert batch.schema.names == ["id", "x", "said"]
    assert batch.num_rows
    doubled = pa.compute.multiply(batch.column("x"), 2.0)
    return pa.RecordBatch.from_arrays(
        [batch.column("id").cast(pa.string()), doubled, batch.column("said").cast(pa.string())], schema=MADE
    )


def counts(batch):
    said = batch.column("said")
    return {text: sum(one == text for one in said.to_pylist()) for text in ("agree", "disagree", None)}


def added(one, other):
    return {key: one[key] + other[key] for key in one}


def seen(batch):
    return batch.column("id").to_pylist()


def one_after_another(one, other):
    return one + other


def refusing(batch):
    raise ResponseError([Problem(where=f"row {row}", what="is odd") for row in (3, 5)])


def dask_frame(frame=FRAME, npartitions=3):
    dask = pytest.importorskip("dask.dataframe", reason="Dask is not installed (pip install 'intimacy-scales[dask]')")
    return dask.from_pandas(frame, npartitions=npartitions)


def test_dask_maps_and_keeps_its_index():
    frame = FRAME.set_index(pd.Index(range(100, 100 + ROWS), name="place"))
    made = map_batches(dask_frame(frame), twice, MADE)
    assert is_cluster_frame(made)
    assert list(made.columns) == ["id", "twice", "said"]
    found = made.compute()
    assert found.index.equals(frame.index)
    np.testing.assert_array_equal(found["twice"], frame["x"] * 2)
    assert found["said"].isna().sum() == frame["said"].isna().sum()


@pytest.mark.parametrize("parts", [1, 2, 7, 40])
def test_dask_reduces_in_the_order_of_rows(parts):
    frame = dask_frame(npartitions=parts)
    assert reduce_batches(frame, seen, one_after_another) == FRAME["id"].tolist()
    assert reduce_batches(frame, counts, added) == {"agree": 14, "disagree": 13, None: 13}


def test_a_partition_without_rows_or_without_texts():
    frame = FRAME.assign(said=[None] * 20 + ["agree"] * 20)
    cut = dask_frame(frame, npartitions=4)
    assert reduce_batches(cut, counts, added) == {"agree": 20, "disagree": 0, None: 20}
    assert reduce_batches(cut[cut["said"] == "agree"], counts, added)["agree"] == 20
    assert map_batches(cut[cut["said"] == "agree"], twice, MADE).compute()["said"].tolist() == ["agree"] * 20
    with pytest.raises(ExportError, match="holds no rows of answers"):
        reduce_batches(cut[cut["x"] > 9], counts, added)


def test_whatever_is_no_cluster_is_reduced_here_and_not_mapped():
    assert reduce_batches(FRAME, counts, added) == {"agree": 14, "disagree": 13, None: 13}
    assert not is_cluster_frame(FRAME)
    with pytest.raises(ExportError, match="a DataFrame: lies with no cluster; a frame of Dask or Spark"):
        map_batches(FRAME, twice, MADE)


def test_a_fault_on_a_worker_is_the_same_fault_here():
    with pytest.raises(ResponseError) as caught:
        reduce_batches(dask_frame(), refusing, added)
    assert [str(problem) for problem in caught.value.problems] == ["row 3: is odd", "row 5: is odd"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning:pyspark", "ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_spark_maps_and_reduces(spark):
    from pyspark import cloudpickle

    cloudpickle.register_pickle_by_value(
        sys.modules[__name__]
    )  # a user's own functions travel; this file is no package
    frame = spark.createDataFrame(pa.Table.from_pandas(FRAME)).repartition(3, "id").sortWithinPartitions("id")
    assert is_cluster_frame(frame)
    assert first_rows(frame).table().num_rows == ROWS
    made = map_batches(frame, twice, MADE).toPandas().set_index("id").sort_index()
    np.testing.assert_array_equal(made["twice"], FRAME["x"] * 2)
    assert reduce_batches(frame, counts, added) == {"agree": 14, "disagree": 13, None: 13}
    assert sorted(reduce_batches(frame, seen, one_after_another)) == FRAME["id"].tolist()
    with pytest.raises(ExportError, match="holds no rows"):
        reduce_batches(frame.limit(0), counts, added)
    with pytest.raises(ResponseError) as caught:
        reduce_batches(frame, refusing, added)
    assert len(caught.value.problems) == 2
