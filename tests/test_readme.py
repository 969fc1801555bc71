"""Every Python block of the README runs as it stands, in a folder of its own."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_there_are_blocks():
    assert BLOCKS


@pytest.mark.parametrize("place", range(len(BLOCKS)))
def test_a_block_runs_as_it_stands(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "readme"}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(BLOCKS[place], f"README.md, block {place + 1}", "exec"), names)
    for path in tmp_path.iterdir():
        assert path.stat().st_size > 0


@pytest.mark.parametrize("place", range(len(BLOCKS)))
def test_lines_of_a_block_fit_a_page(place):
    assert max(map(len, BLOCKS[place].splitlines())) <= 130
