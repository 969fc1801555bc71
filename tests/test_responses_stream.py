"""Answers read batch by batch: the same scores, notes and verdicts as read whole, or the file is read whole."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from intimacy_scales.base import progress
from intimacy_scales.base.errors import IntimacyScalesError
from intimacy_scales.cli import main
from intimacy_scales.cli.reading import streamed_score
from intimacy_scales.engines import batch_stream
from intimacy_scales.reading.exports.files import text_batches
from intimacy_scales.reading.exports.table import NeedsWholeError
from intimacy_scales.reading.responses import read
from intimacy_scales.reading.responses.read import read_responses, stream_responses
from intimacy_scales.reading.responses.streaming.streamed_ids import IdLedger

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

ITEMS = [f"eis_{j}" for j in range(1, 6)]
LABELS = ["strongly disagree", "disagree", "neutral", "agree", "strongly agree"]


def ids_of(draw: Any, n: int) -> list[Any] | None:
    kind = draw(st.sampled_from(["all different", "some twice", "some blank", "numbers", "none"]))
    if kind == "none":
        return None
    made: list[Any] = [100 + i if kind == "numbers" else f"P{i:04d}" for i in range(n)]
    for _ in range(draw(st.integers(0, 3)) if kind in ("some twice", "some blank") else 0):
        made[draw(st.integers(0, n - 1))] = made[0] if kind == "some twice" else None
    return made


def items_of(draw: Any, n: int, rng: np.random.Generator) -> dict[str, list[Any]]:
    """Answers as codes, labels or both; some items turned, some answers missing or odd, a row without any."""
    trait = rng.normal(3, 0.8, n)
    turned = draw(st.sampled_from([(), (), (2,), (3, 4)]))
    kind = draw(st.sampled_from(["codes", "codes", "codes", "labels", "both"]))
    missing = draw(st.sampled_from([0.0, 0.1, 0.6]))
    columns: dict[str, list[Any]] = {}
    for j, name in enumerate(ITEMS):
        codes = np.clip(np.round(trait + rng.normal(0, 0.7, n)), 1, 5).astype(int)
        codes = 6 - codes if j in turned else codes
        labelled = kind == "labels" or (kind == "both" and j % 2)
        answers = [LABELS[code - 1] if labelled else code for code in codes.tolist()]
        columns[name] = [None if rng.random() < missing else answer for answer in answers]
    odd = draw(st.sampled_from([None, None, None, None, 9, 2.5, "maybe", "no answer", "01"]))
    if odd is not None:
        columns[draw(st.sampled_from(ITEMS))][draw(st.integers(0, n - 1))] = odd
    if draw(st.booleans()):
        row = draw(st.integers(0, n - 1))
        for name in ITEMS:
            columns[name][row] = None
    return columns


@st.composite
def tables(draw: Any) -> dict[str, list[Any]]:
    """A table of answers to EIS, ids and other columns, as people and platforms make them."""
    n = draw(st.integers(1, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**31)))
    ids = ids_of(draw, n)
    columns = {} if ids is None else {"id": ids}
    columns |= items_of(draw, n, rng)
    columns["city"] = rng.choice(["Wien", "Graz", "NA", "", "DE"], n).tolist()
    words = "words about all of this, and some more of them"
    columns["remark"] = [f"I wrote {i} {words}" if rng.random() < 0.5 else "" for i in range(n)]
    if draw(st.sampled_from([False] * 4 + [True])):
        columns["finished"] = rng.choice(["TRUE", "FALSE"], n).tolist()
    if draw(st.sampled_from([False] * 8 + [True])):
        columns["label"] = [*(["x"] * (n - 1)), "Mean"]
    return columns


def write(columns: dict[str, list[Any]], path: Path) -> None:
    if path.suffix == ".parquet":
        arrays = {}
        for name, values in columns.items():
            try:
                arrays[name] = pa.array(values)
            except (pa.ArrowInvalid, pa.ArrowTypeError):
                arrays[name] = pa.array([None if value is None else str(value) for value in values])
        pq.write_table(pa.table(arrays), path)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=";" if "semicolon" in path.stem else ",")
        out.writerow(list(columns))
        out.writerows(zip(*columns.values(), strict=True))


def small(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """Make batches of so many rows, or of a few bytes of text for each."""
    monkeypatch.setattr(batch_stream, "MOST_ROWS", rows)
    monkeypatch.setattr(text_batches, "BLOCK", 40 * rows)


def whole(path: Path, reading: Any) -> Any:
    try:
        return read_responses(path, "eis", **reading)
    except IntimacyScalesError:
        return None


def spoken(codings: Any) -> list[Any]:
    return [[line.to_dict() for line in coding.lines] for coding in codings]


@settings(
    max_examples=150,
    phases=(Phase.generate, Phase.shrink),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    columns=tables(), rows=st.integers(1, 70), suffix=st.sampled_from([".csv", ".parquet"]),
    reading=st.sampled_from([{}, {}, {"missing_codes": [9]}, {"already_reversed": True}, {"id_column": "city"}]),
)  # fmt: skip
def test_a_stream_says_what_the_whole_says(
    columns: dict[str, list[Any]], rows: int, suffix: str, reading: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"answers{suffix}"
    write(columns, path)
    expected = whole(path, reading)
    with monkeypatch.context() as here:
        small(here, rows)
        try:
            stream = stream_responses(path, "eis", **reading)
            batches = list(stream)
            found = stream.vouch()
        except NeedsWholeError as why:
            event(f"whole: {str(why)[:20]}")
            return
        except IntimacyScalesError:
            assert expected is None
            return
    event("streamed")
    assert expected is not None
    assert found.notes == expected.notes
    assert found.id_column == expected.id_column
    assert spoken(found.codings) == spoken(expected.codings)
    assert np.concatenate([one.row_numbers for one in batches]).tolist() == expected.row_numbers.tolist()
    assert tuple(stream.table.blank) == expected.set_aside
    if expected.ids is not None:
        assert [name for one in batches for name in one.ids] == list(expected.ids)
    for at, part in enumerate(expected.answered):
        for j, answers in enumerate(part.answers):
            got = np.concatenate([one.answered[at].answers[j] for one in batches])
            np.testing.assert_array_equal(got, answers)


@settings(
    max_examples=25,
    phases=(Phase.generate, Phase.shrink),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(columns=tables(), rows=st.integers(2, 40), suffix=st.sampled_from([".csv", ".parquet"]),
       out=st.sampled_from([".csv", ".tsv", ".parquet"]), more=st.sampled_from([(), ("--keep", "city", "remark"), ("--answers",)]))  # fmt: skip
def test_the_command_writes_and_says_the_same(
    columns: dict[str, list[Any]], rows: int, suffix: str, out: str, more: tuple[str, ...], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    path = tmp_path / f"answers{suffix}"
    write(columns, path)
    said = []
    for large in (float("inf"), 0):
        made = tmp_path / f"scores{out}"
        made.unlink(missing_ok=True)
        report = tmp_path / "scores.json"
        report.unlink(missing_ok=True)
        with monkeypatch.context() as here:
            small(here, rows)
            here.setattr(read, "LARGE_FILE", large)
            with pytest.raises(SystemExit) as ended:
                main(["score", str(path), "--bank", "eis", "--out", str(made), "--json", str(report), *more])
            code = ended.value.code
        told = capsys.readouterr()
        body: Any = None
        if made.exists():
            body = pq.read_table(made) if out == ".parquet" else made.read_bytes()
        parts = json.loads(report.read_text("utf-8")) if report.exists() else {}
        parts.pop("run", None)
        for scale in parts.get("scores", {}).get("eis", {}).values():  # sums of batches differ in the last bit
            scale |= {name: round(scale[name], 10) for name in ("mean", "sd") if scale[name] is not None}
        said.append((code, told.out, told.err, parts, body))
    one, other = said
    assert one[:4] == other[:4]
    if out == ".parquet" and one[4] is not None:
        assert one[4].equals(other[4])
        assert one[4].schema.metadata == other[4].schema.metadata
    else:
        assert one[4] == other[4]


def test_ids_beyond_memory_lie_in_a_file_and_are_found_again() -> None:
    ledger = IdLedger(held=100)
    rng = np.random.default_rng(1)
    hashes = rng.integers(0, 2**63, 5000, dtype=np.uint64) * np.uint64(2)
    for start in range(0, 5000, 37):
        ledger.add(hashes[start : start + 37])
    assert len(ledger.doubled()) == 0
    ledger.add(hashes[[7, 4999]])
    assert ledger.doubled().tolist() == sorted(hashes[[7, 4999]].tolist())
    ledger.add(hashes[[7]])
    assert len(ledger.doubled()) == 2


@pytest.mark.parametrize("odd", ["none", "doubled", "padded", "blank", "null", "a statistic", "repeating later"])
def test_ids_that_hardly_repeat_are_read_row_by_row_and_say_the_same(
    odd: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(3)
    ids: list[str | None] = [f"P{i:04d}" for i in range(900)]
    ids[850] = {"doubled": ids[2], "padded": f" {ids[2]}  ", "blank": " ", "null": None, "a statistic": "Mean"}.get(
        odd, ids[850]
    )
    if odd == "repeating later":
        ids[400:] = ["again", "and again"] * 250
    trait = rng.normal(3, 0.9, 900)
    answers = {name: np.clip(np.round(trait + rng.normal(0, 0.7, 900)), 1, 5).astype(np.int8) for name in ITEMS}
    path = tmp_path / "answers.parquet"
    pq.write_table(pa.table({"id": ids, **answers}), path)
    expected = whole(path, {})
    small(monkeypatch, 200)
    stream = stream_responses(path, "eis")
    try:
        batches = list(stream)
        found = stream.vouch()
    except NeedsWholeError:
        assert odd == "a statistic"
        return
    assert odd != "a statistic"
    assert found.notes == expected.notes
    assert [text for batch in batches for text in batch.ids] == list(expected.ids)
    for j in range(5):
        streamed = np.concatenate([batch.answered[0].answers[j] for batch in batches])
        np.testing.assert_array_equal(streamed, expected.answered[0].answers[j])


HEAD = "id,eis_1,eis_2,eis_3,eis_4,eis_5\r\n"
ROW = "P{i:03d},4,4,3,2,5\r\n"


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        ("windows.csv", (HEAD + "".join(ROW.format(i=i) for i in range(50)) + "Jörg,1,2,3,4,5\r\n").encode("cp1252"), ""),
        ("nul.csv", (HEAD + "".join(ROW.format(i=i) for i in range(50)) + "a\0,1,2,3,4,5\r\n").encode(), ""),
        ("ragged.csv", (HEAD + "".join(ROW.format(i=i) for i in range(50)) + "a,1,2,3,4\r\n").encode(), "cells"),
        ("torn.csv", (HEAD + "".join(ROW.format(i=i) for i in range(50)) + '"a,1,2,3,4,5\r\n').encode(), "quotation"),
        ("qualtrics.csv", (
            "StartDate,EndDate,Status,Progress,Finished,ResponseId,eis_1,eis_2,eis_3,eis_4,eis_5\n"
            + "2024-01-01 10:00,2024-01-01 10:05,IP Address,100,True,R_1,1,2,3,4,5\n" * 40
        ).encode(), ""),
        ("damaged.parquet", b"PAR1" + bytes(200) + b"PAR1", "damaged"),
        ("no items.csv", ("id,other\r\n" + "a,1\r\n" * 50).encode(), "no column"),
        ("consent.csv", ("consent," + HEAD + ("yes,p,4,4,3,2,5\r\n" * 40) + "no,p,4,4,3,2,5\r\n").encode(), ""),
    ],
)  # fmt: skip
def test_what_cannot_be_streamed_is_read_whole_and_says_the_same(
    name: str,
    body: bytes,
    why: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path, out = tmp_path / name, tmp_path / "scores.csv"
    path.write_bytes(body)
    said = []
    for large in (float("inf"), 0):
        out.unlink(missing_ok=True)
        with monkeypatch.context() as here:
            small(here, 7)
            here.setattr(read, "LARGE_FILE", large)
            with pytest.raises(SystemExit) as ended:
                main(["score", str(path), "--bank", "eis", "--out", str(out)])
        told = capsys.readouterr()
        said.append((ended.value.code, told.out, told.err, out.read_bytes() if out.exists() else None))
        assert sorted(one.name for one in tmp_path.iterdir()) == sorted(
            {name, *(["scores.csv"] if out.exists() else [])}
        )
    assert said[0] == said[1]
    assert why in said[0][2]
    assert (said[0][0] == 0) == (not why)


def many_rows(path: Path, n: int = 400) -> None:
    path.write_bytes((HEAD + "".join(ROW.format(i=i) for i in range(n))).encode())


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system kills otherwise")
def test_a_run_killed_in_the_middle_leaves_the_old_scores(tmp_path: Path) -> None:
    export, out = tmp_path / "answers.csv", tmp_path / "scores.parquet"
    many_rows(export)
    out.write_bytes(b"the scores of last year")
    script = tmp_path / "run.py"
    script.write_text(
        "import os, signal, sys\n"
        "from intimacy_scales.cli import main\n"
        "from intimacy_scales.output.writing import formats\n"
        "from intimacy_scales.reading.exports.files import text_batches\n"
        "from intimacy_scales.reading.responses import read\n"
        "read.LARGE_FILE, text_batches.BLOCK = 0, 900\n"
        "write, seen = formats.ParquetBatches.write, []\n"
        "def killed(self, sheet):\n"
        "    write(self, sheet)\n"
        "    seen.append(len(sheet.columns))\n"
        "    if len(seen) == 3:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "formats.ParquetBatches.write = killed\n"
        f"main(['score', {str(export)!r}, '--bank', 'eis', '--out', {str(out)!r}, '--force'])\n",
        "utf-8",
    )
    ended = subprocess.run([sys.executable, str(script)], check=False, capture_output=True, timeout=120)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert out.read_bytes() == b"the scores of last year"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_tells_rows_and_how_many_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export, screen = tmp_path / "answers.csv", Terminal()
    many_rows(export)
    small(monkeypatch, 20)
    monkeypatch.setattr(read, "LARGE_FILE", 0)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("COLUMNS", "160")
    with pytest.raises(SystemExit) as ended:
        main(["score", str(export), "--bank", "eis", "--out", str(tmp_path / "scores.csv")])
    assert ended.value.code == 0
    assert "scoring answers.csv" in screen.getvalue()
    assert re.search(r"[\d,]+ rows, [\d,]+ a second", screen.getvalue())


def test_a_very_large_file_that_is_read_whole_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    export = tmp_path / "answers.csv"
    export.write_text(HEAD + "".join(f"P{row},3.{row:05d},4,3,2,5\r\n" for row in range(9000)), "utf-8")
    monkeypatch.setattr(read, "LARGE_FILE", 0)
    monkeypatch.setattr(streamed_score, "SAID_FROM", 0)
    with pytest.raises(SystemExit):
        main(["score", str(export), "--bank", "eis", "--out", str(tmp_path / "scores.csv")])
    assert "answers.csv (0.0 GB) is read whole, which needs memory for all of its rows: column eis_1 holds" in (
        capsys.readouterr().err
    )
