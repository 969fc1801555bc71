"""The history of benchmarks: ratios are kept, and one that got worse is seen."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

FILE = Path(__file__).parents[1] / "benchmarks" / "history.py"


def history_module():
    spec = importlib.util.spec_from_file_location("history", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_ratios_are_remembered_and_a_slower_one_is_seen(tmp_path):
    history, file = history_module(), tmp_path / "history.json"
    for ratio in (0.40, 0.45, 0.60):
        history.remember("scoring", {"pandas": ratio}, file)
    runs = json.loads(file.read_text(encoding="utf-8"))
    assert [run["ratios"]["pandas"] for run in runs] == [0.40, 0.45, 0.60]
    assert {"date", "version", "python", "benchmark"} <= set(runs[0])
    assert history.slower(file) == ["scoring, pandas: 0.60, best 0.40"]
    history.remember("scoring", {"pandas": 0.41}, file)
    assert history.slower(file) == []


def test_the_history_that_is_shipped_can_be_read():
    assert all(run["ratios"] for run in history_module().runs_of())
