"""The course: every notebook runs top to bottom without a warning, is stored without outputs, and matches its source."""

from __future__ import annotations

import re
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


def test_the_first_person_of_the_course_gets_a_tip():
    import intimacy_scales as ims

    first = next(
        cell.source for cell in nbformat.read(NOTEBOOKS[0], as_version=4).cells if "answers = {" in cell.source
    )
    answers = eval(first.split("answers = ")[1].split("}")[0] + "}")
    tips = ims.suggest_tips(ims.score(answers, "eis")).people[0]
    assert tips.outcome == "suggested"
    assert tips.suggestions[0].evidence


def test_the_course_is_numbered_without_a_gap():
    assert [int(path.stem[:2]) for path in NOTEBOOKS] == list(range(len(NOTEBOOKS)))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_asks_lets_predict_and_says_that_its_people_are_simulated(path):
    cells = nbformat.read(path, as_version=4).cells
    opening = cells[0].source
    assert opening.startswith("# ")
    assert "**The question" in opening
    assert "simulated" in opening
    assert sum("**Predict" in cell.source for cell in cells if cell.cell_type == "markdown") >= 2


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_every_figure_says_in_words_what_it_shows_and_names_its_axes(path):
    cells = nbformat.read(path, as_version=4).cells
    drawn = [cell.source for cell in cells if cell.cell_type == "code" and "plt.show()" in cell.source]
    assert drawn
    for source in drawn:
        # printed under the picture, so that it reaches whoever cannot see it
        assert re.search(r'plt\.show\(\)\nprint\(\s*"In the picture: .{30}', source), source[:80]
        assert "xlabel=" in source, source[:80]
    calls = [cell.source for cell in cells if "plt.subplots(" in cell.source]
    assert all("plt.show()" in source for source in calls)


_FIGURE = re.compile(r"(?<![\w.,#\u00a7-])[\u2212-]?\d+(?:[.,]\d+)?(?!\w)|(?<![\w.])\.\d+")
_IN_CODE = re.compile(r"(?<![\w.])\d[\d_]*(?:\.\d+)?|(?<![\w.])\.\d+")
#: figures in the prose of each lesson: it may gain some, and loses none
FIGURES = {0: 5, 1: 27, 2: 28, 3: 17, 4: 26, 5: 22, 6: 18, 7: 19}


def prose_of(cell) -> str:
    """Return what a markdown cell says: without code, headings, numbers of lists and sections, citations, references."""
    text = re.sub(r"```.*?```|`[^`]*`", "", cell.source.split("## References")[0], flags=re.DOTALL)
    text = re.sub(r"^#+ .*$|^\s*\d+\. |https?://\S+", "", text, flags=re.MULTILINE)
    text = re.sub(r"\([^()]*\b(?:19|20)\d\d\b[^()]*\)", "", text)
    return re.sub(
        r"\b(?:notebook|section|exercise|item|answer to|chapter)s? \d+(?:(?:,| and| to) \d+)*",
        "",
        text,
        flags=re.IGNORECASE,
    )


def plain(figure: str) -> str:
    return f"{abs(float(figure.replace(chr(0x2212), '-').replace(',', '').replace('_', ''))):g}"


@pytest.mark.parametrize("path", NOTEBOOKS[:8], ids=lambda p: p.stem)
def test_every_figure_of_the_prose_is_put_in_or_asserted_in_the_code(path):
    """A bare result in the text would outlive a change of the software: each stands in a cell that is run."""
    cells = nbformat.read(path, as_version=4).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    known = {plain(found) for found in _IN_CODE.findall(code)}
    told = [
        (cell, found) for cell in cells if cell.cell_type == "markdown" for found in _FIGURE.findall(prose_of(cell))
    ]
    opening = cells[0]  # the question is somebody's, not a result
    bare = [found for cell, found in told if plain(found) not in known and cell is not opening]
    assert not bare, bare
    assert len(told) >= FIGURES[NOTEBOOKS.index(path)], len(told)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_references_give_dois_as_links(path):
    references = nbformat.read(path, as_version=4).cells[-1].source.split("## References")[1]
    links = re.findall(r"https?://\S+", references)
    assert links
    assert all(re.fullmatch(r"https://doi\.org/10\.\d{4,9}/\S*[^\s.,]", link) for link in links), links


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs_top_to_bottom_without_a_warning(path, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    said = [o for cell in notebook.cells for o in cell.get("outputs", ()) if o.get("name") == "stderr"]
    assert not said, said[0]["text"]
    assert not list(tmp_path.iterdir())  # whatever it writes, it writes to a temporary folder of its own
