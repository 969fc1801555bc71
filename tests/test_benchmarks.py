"""The benchmark of sizes runs from end to end on few answers, and every program in it scores as we do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SIZES = Path(__file__).parents[1] / "benchmarks" / "sizes.py"


@pytest.mark.slow
def test_every_program_by_hand_scores_as_we_do(tmp_path):
    pytest.importorskip("duckdb", reason="DuckDB, one of those measured, is not installed")
    history = SIZES.with_name("history.json")
    before = history.read_text(encoding="utf-8")
    try:
        done = subprocess.run(
            [sys.executable, str(SIZES), "--most", "1000", "--runs", "1", "--out", str(tmp_path), "--only", "scores", "alpha"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        history.write_text(before, encoding="utf-8")  # what a test measured is no measurement
    assert done.returncode == 0, done.stderr  # a program that scores otherwise stops it
    figures = json.loads((tmp_path / "sizes.json").read_text(encoding="utf-8"))
    assert {one["who"] for one in figures} >= {"ours", "pandas by hand", "polars by hand", "DuckDB by hand"}
    assert all(one["seconds"] > 0 and one["megabytes"] > 5 for one in figures)
    table = (tmp_path / "sizes.md").read_text(encoding="utf-8")
    assert "| 28 x 36 (2) |" in table
    assert "<svg" in (tmp_path / "sizes.svg").read_text(encoding="utf-8")
