"""The course: every notebook runs top to bottom without a warning, is stored without outputs, and matches its source."""

from __future__ import annotations

from pathlib import Path

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
GOALS = ("After this notebook you can", "## Exercises", "What this cannot tell you", "## References")


def test_there_are_notebooks_and_sources_one_for_one():
    sources = sorted((Path(__file__).parents[1] / "notebooks").glob("*.py"))
    assert [n.stem for n in NOTEBOOKS] == [s.stem for s in sources] != []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_stored_without_outputs_and_in_step_with_its_source(path):
    stored = nbformat.read(path, as_version=4)
    assert all(not cell.outputs and cell.execution_count is None for cell in stored.cells if cell.cell_type == "code")
    source = jupytext.read(path.with_suffix(".py"))
    assert [(c.cell_type, c.source) for c in stored.cells] == [(c.cell_type, c.source) for c in source.cells]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_tells_goals_exercises_limits_and_references(path):
    text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
    for heading in GOALS:
        assert heading in text, heading
    assert text.count("<details>") >= 2


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs_top_to_bottom_without_a_warning(path, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    said = [o for cell in notebook.cells for o in cell.get("outputs", ()) if o.get("name") == "stderr"]
    assert not said, said[0]["text"]
