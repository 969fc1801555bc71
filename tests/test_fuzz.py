"""Files once found to break something, and a few hundred more made now: none breaks anything. More: tests/fuzz/run.py."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).parent / "fuzz"
sys.path.insert(0, str(FUZZ))

from run import fuzz, read  # noqa: E402
from seeds import seeds  # noqa: E402


@pytest.mark.skipif(not hasattr(os, "fork"), reason="statistics files are parsed in a forked process")
def test_damaged_files_are_scored_or_refused_in_a_sentence():
    tally = fuzz(20261126, files=250)
    assert not tally.faults
    assert tally.outcomes.total() == 250
    assert tally.outcomes["scored"] > 50


@pytest.mark.parametrize("name", sorted(f.name for f in (FUZZ / "corpus").iterdir() if f.name != "README.md"))
def test_what_was_found_once_is_mended(name):
    assert read(FUZZ / "corpus" / name) in ("scored", "refused", "survey read", "bank read")


@pytest.mark.parametrize("name", [name for name in seeds() if not name.endswith((".yaml", ".qsf", ".lss"))])
def test_whole_seeds_are_scored(name, tmp_path):
    (tmp_path / name).write_bytes(seeds()[name])
    assert read(tmp_path / name) == "scored"
