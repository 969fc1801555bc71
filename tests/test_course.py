"""The course as a package brings it: found in both places, copied whole, never over a student's own work unasked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from intimacy_scales.base.errors import OutputError
from intimacy_scales.cli.demo import make_export as room
from intimacy_scales.cli.demo.make_export import copy_course, course, notebooks_folder

REPO = Path(__file__).parents[1]


def test_the_course_is_all_numbered_notebooks_in_order():
    names = [one.name for one in course()]
    assert names == sorted(names)
    assert [int(name[:2]) for name in names] == list(range(len(names)))
    assert names == sorted(one.name for one in (REPO / "notebooks").glob("*.ipynb"))


def test_copies_are_the_originals_byte_for_byte_and_nothing_else(tmp_path):
    made = copy_course(tmp_path / "course")
    assert [one.name for one in made] == [one.name for one in course()]
    assert all(copy.read_bytes() == one.read_bytes() for copy, one in zip(made, course(), strict=True))
    assert sorted(made) == sorted((tmp_path / "course").iterdir())


def test_a_copy_is_a_notebook_without_outputs(tmp_path):
    for copy in copy_course(tmp_path):
        cells = json.loads(copy.read_text(encoding="utf-8"))["cells"]
        assert not any(cell.get("outputs") for cell in cells)


def test_own_files_in_the_folder_stay(tmp_path):
    (tmp_path / "my_data.csv").write_text("mine", encoding="utf-8")
    copy_course(str(tmp_path))
    assert (tmp_path / "my_data.csv").read_text(encoding="utf-8") == "mine"


def test_a_students_work_is_not_replaced_unasked_and_then_nothing_is_written(tmp_path):
    mine = tmp_path / course()[-1].name
    mine.write_text("my answers", encoding="utf-8")
    with pytest.raises(OutputError, match=r"holds .* already; say force=True .* lost"):
        copy_course(tmp_path)
    assert list(tmp_path.iterdir()) == [mine]
    assert mine.read_text(encoding="utf-8") == "my answers"


def test_force_replaces(tmp_path):
    mine = tmp_path / course()[0].name
    mine.write_text("my answers", encoding="utf-8")
    copy_course(tmp_path, force=True)
    assert mine.read_bytes() == course()[0].read_bytes()


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="is a file"):
        copy_course(tmp_path / "taken", force=True)


def test_a_folder_in_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(OutputError, match="cannot be made"):
        copy_course(tmp_path / "no" / "such")


def test_the_course_is_never_copied_onto_itself():
    with pytest.raises(OutputError, match="the course itself"):
        copy_course(notebooks_folder(), force=True)


def test_the_wheels_own_folder_comes_first_and_a_package_without_notebooks_says_so(tmp_path, monkeypatch):
    package = tmp_path / "src" / "intimacy_scales"
    (package / "cli" / "demo").mkdir(parents=True)
    monkeypatch.setattr(room, "__file__", str(package / "cli" / "demo" / "make_export.py"))
    with pytest.raises(OutputError, match="holds no notebooks"):
        course()
    for folder in (package / "notebooks", tmp_path / "notebooks"):
        folder.mkdir()
        (folder / "00_a.ipynb").write_text("{}", encoding="utf-8")
    assert notebooks_folder() == package / "notebooks"
    (package / "notebooks" / "00_a.ipynb").unlink()
    (package / "notebooks").rmdir()
    assert notebooks_folder() == tmp_path / "notebooks"
