"""What a user would run instead: whole programs that score a file and write one, each started in a process of its own.

Every program takes one argument, a JSON object: ``source``, ``out``, ``scales`` (name to columns), ``turned`` (reversed
columns), ``ends`` (lowest plus highest code), ``times`` (score = mean x times), ``least`` (answers a score needs), and
``keep`` (columns that go along). Those of ``RELIABILITY`` print one alpha a scale.
"""

from __future__ import annotations

PANDAS = """
import json, sys
import pandas as pd
task = json.loads(sys.argv[1])
source = task["source"]
frame = pd.read_csv(source, dtype={"id": str}) if source.endswith(".csv") else pd.read_parquet(source)
for column in task["turned"]:
    frame[column] = task["ends"] - frame[column]
made = {column: frame[column] for column in task["keep"]}
for name, columns in task["scales"].items():
    items = frame[columns]
    answered = items.notna().sum(axis=1)
    made[name] = (items.mean(axis=1) * task["times"]).mask(answered < task["least"])
    made[name + "_answered"] = answered.astype("int16")
pd.DataFrame(made).to_parquet(task["out"], index=False)
"""

POLARS = """
import json, sys
import polars as pl
task = json.loads(sys.argv[1])
source = task["source"]
scan = pl.scan_csv(source, schema_overrides={"id": pl.String}) if source.endswith(".csv") else pl.scan_parquet(source)
made = [pl.col(column) for column in task["keep"]]
turned = set(task["turned"])
for name, columns in task["scales"].items():
    keyed = [task["ends"] - pl.col(c) if c in turned else pl.col(c) for c in columns]
    answered = pl.sum_horizontal(pl.col(c).is_not_null() for c in columns)
    mean = pl.mean_horizontal(*keyed) * task["times"]
    made += [pl.when(answered >= task["least"]).then(mean).alias(name), answered.cast(pl.Int16).alias(name + "_answered")]
scan.select(made).sink_parquet(task["out"])
"""

DUCKDB = """
import json, sys
import duckdb
task = json.loads(sys.argv[1])
source = task["source"]
turned = set(task["turned"])
made = [f'"{column}"' for column in task["keep"]]
for name, columns in task["scales"].items():
    keyed = " + ".join(f'coalesce({task["ends"]} - "{c}", 0)' if c in turned else f'coalesce("{c}", 0)' for c in columns)
    answered = "(" + " + ".join(f'("{c}" is not null)::smallint' for c in columns) + ")"
    made += [f'case when {answered} >= {task["least"]} then ({keyed})::double / {answered} * {task["times"]} end as "{name}"',
             f'{answered}::smallint as "{name}_answered"']
rows = f"read_csv('{source}', types = {{'id': 'VARCHAR'}})" if source.endswith(".csv") else f"read_parquet('{source}')"
duckdb.sql(f"copy (select {', '.join(made)} from {rows}) to '{task['out']}' (format parquet)")
"""

DUCKDB_SUM = """
import json, sys
import duckdb
task = json.loads(sys.argv[1])
source = task["source"]
sums = ", ".join(f'sum("{c}")' for columns in task["scales"].values() for c in columns)
rows = f"read_csv('{source}', types = {{'id': 'VARCHAR'}})" if source.endswith(".csv") else f"read_parquet('{source}')"
print(duckdb.sql(f"select {sums} from {rows}").fetchall()[0])
"""

BYTES = """
import json, sys
with open(json.loads(sys.argv[1])["source"], "rb", buffering=0) as file:
    while file.read(1 << 20):
        pass
"""

READING = """
import json, sys
from intimacy_scales.engines import open_stream
for batch in open_stream(json.loads(sys.argv[1])["source"]).batches():
    pass
"""

CODING = """
import json, sys
from intimacy_scales.reading.responses.read import stream_responses
task = json.loads(sys.argv[1])
stream = stream_responses(task["source"], task["bank"])
for responses in stream.batches():
    pass
stream.vouch()
"""

PINGOUIN = """
import json, sys, warnings
warnings.simplefilter("ignore")
import pandas as pd
import pingouin as pg
task = json.loads(sys.argv[1])
source = task["source"]
frame = pd.read_csv(source, dtype={"id": str}) if source.endswith(".csv") else pd.read_parquet(source)
for column in task["turned"]:
    frame[column] = task["ends"] - frame[column]
for columns in task["scales"].values():
    print(pg.cronbach_alpha(frame[columns])[0])
"""

PSYCH = """
suppressMessages(library(psych))
task <- commandArgs(TRUE)
x <- read.csv(task[1], colClasses = c(id = "character"))
turned <- strsplit(task[3], ",")[[1]]
x[turned] <- as.numeric(task[4]) - x[turned]
for (columns in strsplit(strsplit(task[2], ";")[[1]], ",")) {
  found <- suppressWarnings(alpha(x[columns], check.keys = FALSE, warnings = FALSE))
  cat(format(found$total$raw_alpha, digits = 15), "\\n")
}
"""

ENGINE = """
import json, sys
task = json.loads(sys.argv[1])
source = task["source"]
{opened}
import intimacy_scales as ims
if __name__ == "__main__":
    found = ims.reliability(frame, task["bank"])
    made = ims.score_batches(frame, task["bank"])
    rows = sum(batch.num_rows for batch in made) if hasattr(made, "schema") else int(made.map_partitions(len).compute().sum())
    print(rows)
"""

ENGINES = {
    "the file itself": "frame = source",
    "DuckDB": "import duckdb; frame = duckdb.sql(f\"from read_parquet('{source}')\")",
    "polars LazyFrame": "import polars; frame = polars.scan_parquet(source)",
    "pyarrow Dataset": "import pyarrow.dataset as ds; frame = ds.dataset(source)",
    "ibis": "import ibis; frame = ibis.duckdb.connect().read_parquet(source)",
    "Dask": "import dask.dataframe as dd; frame = dd.read_parquet(source, split_row_groups=True)",
    # without pre_buffer: Arrow's reader keeps what it has read of a file, the more the longer the file is
    "Arrow stream, read once": "import pyarrow as pa, pyarrow.parquet as pq; file = pq.ParquetFile(source, pre_buffer=False, buffer_size=2**20); frame = pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches())",
}

SCORING = {"pandas by hand": PANDAS, "polars by hand": POLARS, "DuckDB by hand": DUCKDB}
LIMITS = {"one pass over the bytes": BYTES, "DuckDB, sums of the columns": DUCKDB_SUM}
OUR_READING = {"our reading alone": READING, "our reading, coded and vouched": CODING}
RELIABILITY = {"pingouin, alpha alone": PINGOUIN}
