"""``score FOLDER --out FOLDER``: whole parts, all vouched for together; a run that was killed goes on where it was."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from intimacy_scales.cli import main
from intimacy_scales.output.writing.parts import MANIFEST
from test_engines_scored import ANSWERS, SCORED, answers

RUN = [sys.executable, "-m", "intimacy_scales.cli", "score"]
SIZES = (40, 1, 60, 49)


def written(folder, suffix=".parquet", table=ANSWERS):
    """Write the answers in four parts, one of them in a folder of its own, and one without a row where that may be."""
    folder.mkdir()
    (folder / "later").mkdir()
    start = 0
    for place, size in enumerate(SIZES):
        part = table.slice(start, size)
        path = folder / ("later" if place == 3 else "") / f"part-{place}{suffix}"
        if suffix == ".parquet":
            pq.write_table(part, path)
        else:
            part.to_pandas().astype({f"eis_{j}": "Int64" for j in range(1, 6)}).to_csv(path, index=False)
        start += size
    if suffix == ".parquet":
        pq.write_table(table.slice(0, 0), folder / "part-4.parquet")
    return folder


def score(folder, out, *more):
    with pytest.raises(SystemExit) as ended:
        main(["score", str(folder), "--bank", "eis", "--out", str(out), *map(str, more)])
    return ended.value.code


def parts_in(out):
    return sorted(
        path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file() and path.name != MANIFEST
    )


def frame(out, suffix=".parquet"):
    read = pd.read_parquet if suffix == ".parquet" else pd.read_csv
    return pd.concat([read(out / name) for name in sorted(parts_in(out), key=lambda n: n.rsplit("/", 1)[-1])])


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_a_part_out_for_each_part_in(tmp_path, capsys, suffix):
    folder, out, whole = written(tmp_path / "in", suffix), tmp_path / "out", tmp_path / f"whole{suffix}"
    assert score(folder, out, "--keep", "city", "--json", tmp_path / "parts.json") == 0
    said = capsys.readouterr().out
    assert parts_in(out) == parts_in(folder)
    found = frame(out, suffix)
    np.testing.assert_array_equal(found["eis_total"], SCORED["eis_total"].values)
    assert [str(one).zfill(4) for one in found["id"]] == list(SCORED.ids)
    assert f"written: {len(parts_in(folder))} parts" in said
    if suffix == ".parquet":
        assert score(folder, whole, "--keep", "city", "--json", tmp_path / "whole.json") == 0
        one, other = (json.loads((tmp_path / name).read_text()) for name in ("parts.json", "whole.json"))
        assert one["scores"] == other["scores"]
        assert one["warnings"] == other["warnings"]
        assert pq.read_table(out / "part-4.parquet").num_rows == 0
        assert pq.read_schema(out / "part-0.parquet").metadata[b"bank eis"]


def test_what_is_whole_is_not_made_again(tmp_path, capsys):
    folder, out = written(tmp_path / "in"), tmp_path / "out"
    assert score(folder, out) == 0
    stamps = {name: (out / name).stat().st_mtime_ns for name in parts_in(out)}
    capsys.readouterr()
    assert score(folder, out) == 0
    assert "written: 0 parts; 5 parts stood there whole, made by the same run" in capsys.readouterr().out
    assert stamps == {name: (out / name).stat().st_mtime_ns for name in parts_in(out)}
    (out / "part-1.parquet").unlink()
    assert score(folder, out) == 1
    assert "is finished, and 1 part would be made anew" in capsys.readouterr().err
    assert score(folder, out, "--force") == 0
    assert "written: 1 part; 4 parts stood there whole" in capsys.readouterr().out
    assert score(folder, out, "--min-answered", 3) == 1
    assert "holds parts of another run (other options)" in capsys.readouterr().err
    assert score(folder, out, "--min-answered", 3, "--force") == 0


def test_what_the_whole_says_stands_against_every_part(tmp_path, capsys):
    folder, out = written(tmp_path / "in"), tmp_path / "out"
    faulty = answers(faulty=True).slice(0, 40)
    pq.write_table(faulty, folder / "part-9.parquet")
    assert score(folder, out) == 1
    said = capsys.readouterr().err
    assert "column eis_3: 1 answer of 9; allowed 1 to 5" in said
    assert not out.exists()
    (folder / "part-9.parquet").unlink()
    assert score(folder, out) == 0
    pq.write_table(faulty, folder / "part-9.parquet")
    assert score(folder, out, "--force") == 1
    assert len(parts_in(out)) == 5  # those vouched for before stay
    assert score(folder, out, "--missing-code", 9, "--force") == 0
    assert len(parts_in(out)) == 6


FAULTS = {
    "careless": (["--careless"], "--careless: cannot be had of a folder's parts"),
    "fill down": (["--fill-down", "city"], "--fill-down: cannot be had of a folder's parts"),
    "keep all": (["--keep", "all"], "--keep all: cannot be had of a folder's parts"),
    "unknown column": (["--keep", "town"], "town"),
}


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_a_rule_leaves_rows_out_of_every_part(tmp_path, suffix):
    folder, out = written(tmp_path / "in", suffix), tmp_path / "out"
    assert score(folder, out, "--where", "city == Wien") == 0
    wanted = [
        name
        for name, city in zip(ANSWERS["id"].to_pylist(), ANSWERS["city"].to_pylist(), strict=True)
        if city == "Wien"
    ]
    assert [f"{name:>04}" for name in frame(out, suffix)["id"].astype(str)] == wanted


def test_parts_of_other_types_are_no_one_column(tmp_path):
    folder, out = written(tmp_path / "in"), tmp_path / "out"
    later = (
        answers().slice(0, 3).drop_columns(["eis_1"]).append_column("eis_1", pa.array(["agree", "agree", "neutral"]))
    )
    pq.write_table(later.select(ANSWERS.column_names), folder / "part-9.parquet")
    assert score(folder, out) == 1


def test_labels_that_show_in_a_later_part_only(tmp_path):
    folder, out = written(tmp_path / "in", ".csv"), tmp_path / "out"
    lines = (folder / "part-0.csv").read_text().split("\n")
    (folder / "part-9.csv").write_text("\n".join([lines[0], lines[1].replace(",3,", ",neutral,"), ""]))
    assert "neutral" in (folder / "part-9.csv").read_text()
    assert score(folder, out) == 0
    assert len(parts_in(out)) == 5


@pytest.mark.parametrize("fault", FAULTS)
def test_options_that_cannot_be_had(tmp_path, capsys, fault):
    more, said = FAULTS[fault]
    out = tmp_path / "out"
    assert score(written(tmp_path / "in"), out, *more) in (1, 2)
    assert said in capsys.readouterr().err
    assert not out.exists()


def test_the_folder_that_is_read_is_never_written_to(tmp_path, capsys):
    folder = written(tmp_path / "in")
    before = parts_in(folder)
    for out in (folder, folder / "scored"):
        assert score(folder, out, "--force") in (1, 2)
        assert "lies in the folder that is read" in capsys.readouterr().err
    assert parts_in(folder) == before


def test_an_output_that_cannot_be_written_leaves_the_other_parts(tmp_path, capsys, monkeypatch):
    folder, out = written(tmp_path / "in"), tmp_path / "out"
    from intimacy_scales.output.writing import formats

    real = formats.ParquetBatches.write

    def full(self, sheet):
        if len(next(iter(sheet.columns.values()))) == 60:
            raise OSError(28, "No space left on device")
        real(self, sheet)

    monkeypatch.setattr(formats.ParquetBatches, "write", full)
    assert score(folder, out) == 1
    assert "No space left on device" in capsys.readouterr().err
    assert not list(out.rglob(".writing-*"))
    kept = parts_in(out)
    assert kept == sorted(kept)
    monkeypatch.setattr(formats.ParquetBatches, "write", real)
    assert score(folder, out) == 0
    np.testing.assert_array_equal(frame(out)["eis_total"], SCORED["eis_total"].values)


def many(folder, parts=60, rows=4000):
    folder.mkdir()
    repeated = pa.concat_tables([ANSWERS] * (rows // len(ANSWERS))).drop_columns("id")
    for place in range(parts):
        ids = [f"{place}-{row}" for row in range(len(repeated))]
        pq.write_table(repeated.add_column(0, "id", pa.array(ids)), folder / f"part-{place:02d}.parquet")
    return folder


def kill_and_go_on(tmp_path, folder, name, moment):
    """Kill a run; whatever stands there is whole and told; the next run goes on and makes the rest."""
    out = tmp_path / f"out-{name}-{moment}"
    command = [*RUN, str(folder), "--bank", "eis", "--out", str(out)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until = time.monotonic() + 60
    while child.poll() is None and time.monotonic() < until and (not out.exists() or len(parts_in(out)) < moment):
        time.sleep(0.002)
    child.send_signal(getattr(signal, name))
    child.communicate(timeout=60)
    told = json.loads((out / MANIFEST).read_text(encoding="utf-8")) if (out / MANIFEST).exists() else {"parts": {}}
    done = [part for part, record in told["parts"].items() if record]
    for part in parts_in(out) if out.exists() else ():
        if not part.startswith(".writing-"):
            assert pq.read_table(out / part).num_rows  # whole, told or not
    stamps = {part: (out / part).stat().st_mtime_ns for part in done}
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert {part: (out / part).stat().st_mtime_ns for part in done} == stamps
    assert not list(out.rglob(".writing-*"))
    assert parts_in(out) == parts_in(folder)
    assert json.loads((out / MANIFEST).read_text(encoding="utf-8"))["finished"]
    return len(done)


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
def test_a_run_that_is_killed_in_the_middle_goes_on(tmp_path):
    folder = many(tmp_path / "in")
    assert kill_and_go_on(tmp_path, folder, "SIGTERM", 9) > 0


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP", "SIGKILL"])
def test_whatever_ends_it_and_when(tmp_path, name):
    folder = many(tmp_path / "in")
    seeded = random.Random(name)
    for _ in range(4):
        kill_and_go_on(tmp_path, folder, name, seeded.randint(0, 59))
