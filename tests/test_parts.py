"""A folder of parts: only whole ones are trusted, and only while what made them is still the same."""

from __future__ import annotations

import json
import os

import pytest

from intimacy_scales.base.errors import OutputError
from intimacy_scales.base.files import write_bytes
from intimacy_scales.output.writing.parts import MANIFEST, parts_folder

RECIPE = {"software": "0.1.0", "banks": {"eis": "abc"}, "options": {"keep": ["city"]}}


@pytest.fixture
def sources(tmp_path):
    made = {}
    for name in ("a.csv", "b.csv", "later/c.csv"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"x\n{name}\n", encoding="utf-8")
        made[name] = path
    return made


def make(folder, sources, *, names=None, recipe=RECIPE, stop_after=None, force=False):
    """Write the parts that are not whole; return their names."""
    made = []
    with parts_folder(folder, recipe, list(sources), force=force) as parts:
        wanted = [name for name in sources if not parts.is_whole(name, sources[name])]
        parts.begin(list(sources))
        for name in wanted:
            if len(made) == stop_after:
                raise KeyboardInterrupt
            (folder / name).parent.mkdir(exist_ok=True)
            write_bytes(folder / name, b"scores of " + name.encode())
            parts.finish(name, sources[name], rows=1)
            made.append(name)
        parts.close()
    return made


def manifest(folder):
    return json.loads((folder / MANIFEST).read_text(encoding="utf-8"))


def test_a_run_that_was_interrupted_goes_on(tmp_path, sources):
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        make(out, sources, stop_after=1)
    assert not manifest(out)["finished"]
    assert sorted(path.name for path in out.iterdir()) == [MANIFEST, "a.csv"]
    assert make(out, sources) == ["b.csv", "later/c.csv"]
    assert manifest(out)["finished"]
    assert make(out, sources) == []
    if os.name == "posix":
        assert out.stat().st_mode & 0o777 == 0o700
        assert (out / MANIFEST).stat().st_mode & 0o777 == 0o600


def test_a_part_that_is_not_what_was_written_is_made_again(tmp_path, sources):
    out = tmp_path / "out"
    make(out, sources)
    (out / "b.csv").write_text("scores of somebody else", encoding="utf-8")
    assert make(out, sources) == ["b.csv"]
    sources["a.csv"].write_text("x\nanother\n", encoding="utf-8")
    assert make(out, sources) == ["a.csv"]
    (out / "later" / "c.csv").unlink()
    assert make(out, sources) == ["later/c.csv"]


@pytest.mark.parametrize("key", RECIPE)
def test_parts_of_another_run_are_not_mixed_in(tmp_path, sources, key):
    out = tmp_path / "out"
    make(out, sources)
    other = {**RECIPE, key: "other"}
    with pytest.raises(
        OutputError, match=rf"out: holds parts of another run \(other {key}\); choose another folder, or say"
    ):
        make(out, sources, recipe=other)
    assert make(out, sources, recipe=other, force=True) == list(sources)
    assert make(out, sources, recipe=other) == []


def test_files_that_no_run_wrote_are_never_touched(tmp_path, sources):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.docx").write_text("mine", encoding="utf-8")
    for force in (False, True):
        with pytest.raises(
            OutputError, match=r"holds files that no such run wrote \(thesis\.docx\); a new or empty folder"
        ):
            make(out, sources, force=force)
    assert (out / "thesis.docx").read_text(encoding="utf-8") == "mine"


def test_an_input_that_is_gone(tmp_path, sources):
    out = tmp_path / "out"
    make(out, sources)
    fewer = {name: path for name, path in sources.items() if name != "b.csv"}
    with pytest.raises(OutputError, match=r"parts of inputs that are no longer there \(b\.csv\)"):
        make(out, fewer)
    assert make(out, fewer, force=True) == []
    assert not (out / "b.csv").exists()


@pytest.mark.parametrize(
    "said",
    ["", "[]", "{}", '{"format": 2, "recipe": {}, "parts": {}, "finished": true}',
     '{"format": 1, "recipe": {}, "parts": {"../b.csv": null}, "finished": true}',
     '{"format": 1, "recipe": {}, "parts": {"b.csv": {"input": 1}}, "finished": true}',
     '{"format": 1, "recipe": {}, "parts": ["b.csv"], "finished": true}'],
)  # fmt: skip
def test_a_damaged_manifest_is_a_sentence(tmp_path, sources, said):
    out = tmp_path / "out"
    out.mkdir()
    (out / MANIFEST).write_text(said, encoding="utf-8")
    (tmp_path / "b.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="does not say what made the parts beside it"):
        make(out, sources, force=True)
    assert (tmp_path / "b.csv").read_text(encoding="utf-8") == "mine"


def test_parts_the_whole_stands_against_are_taken_away(tmp_path, sources):
    for is_new in (True, False):
        out = tmp_path / f"out{is_new}"
        if not is_new:
            out.mkdir()
        with parts_folder(out, RECIPE, list(sources)) as parts:
            parts.begin(list(sources))
            (out / "later").mkdir()
            for name, source in sources.items():
                write_bytes(out / name, b"scores")
                parts.finish(name, source, rows=1)
            parts.discard()
        assert out.exists() is not is_new
        assert is_new or not list(out.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="a folder can be held on POSIX only")
def test_two_runs_do_not_write_to_one_folder(tmp_path, sources):
    out = tmp_path / "out"
    with (
        parts_folder(out, RECIPE, list(sources)),
        pytest.raises(OutputError, match="is being written to by another run"),
    ):
        make(out, sources)
    (out / ".writing-abc.csv").write_text("half", encoding="utf-8")
    assert make(out, sources) == list(sources)
    assert not list(out.rglob(".writing-*"))
