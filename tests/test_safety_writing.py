"""Nothing is lost while writing: full disks, faults of the system, names that cannot be, files of the same run."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from intimacy_scales.base import files
from intimacy_scales.base.errors import OutputError, visible
from intimacy_scales.base.files import make_folder, may_write, note_read, session, write_text
from intimacy_scales.output.writing import SUFFIXES, Sheet, write_sheet
from intimacy_scales.output.writing.formats import safe_text
from intimacy_scales.output.writing.verification import FAULTS

ROWS = 3000
SHEET = Sheet(
    columns={"id": [f"p{i:05d}" for i in range(ROWS)], "eis_total": np.arange(ROWS, dtype=float)},
    labels={"eis_total": "Emotional intimacy"},
)
posix = pytest.mark.skipif(os.name == "nt", reason="modes and file limits are POSIX's")


# a full disk, in writers of Python and of C alike: a limit on the size of files fails as a full disk does ------------

_WRITE = """
    import resource, signal, sys
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
    import numpy as np
    from intimacy_scales.base.errors import OutputError
    from intimacy_scales.output.writing import Sheet, write_sheet
    sheet = Sheet(columns={{"id": [f"p{{i:05d}}" for i in range({rows})], "x": np.arange({rows}, dtype=float)}})
    try:
        write_sheet(sheet, {path!r}, force=True)
    except OutputError as fault:
        print(fault)
        sys.exit(1)
"""


@posix
@pytest.mark.parametrize("limit", [0, 700, 4096])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_leaves_the_old_file_and_says_so(tmp_path, suffix, limit):
    target = tmp_path / f"scores{suffix}"
    target.write_bytes(b"old")
    code = textwrap.dedent(_WRITE.format(limit=limit, rows=ROWS, path=str(target)))
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "could not be written" in ran.stdout
    assert target.read_bytes() == b"old"
    assert [f.name for f in tmp_path.iterdir()] == [target.name]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_whole_file_has_no_fault_and_every_cut_is_seen(tmp_path, suffix):
    path = write_sheet(SHEET, tmp_path / f"scores{suffix}")
    assert FAULTS[suffix](path) is None
    whole = path.read_bytes()
    cuts = (0,) if suffix in (".csv", ".tsv", ".json") else (0, 3, len(whole) // 2, len(whole) - 1)
    for cut in cuts:
        path.write_bytes(whole[:cut])
        assert FAULTS[suffix](path), f"{cut} of {len(whole)} bytes"


# each call of the system fails once ----------------------------------------------------------------------------------

CALLS = ("open", "fsync", "chmod", "replace", "write")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_old_or_new_whole_whatever_fails(tmp_path, monkeypatch, suffix, call, code):
    target = tmp_path / f"scores{suffix}"
    target.write_bytes(b"old")

    def fail(*_given, **_more):
        raise OSError(code, os.strerror(code))

    if call == "open":
        monkeypatch.setattr(files.os, "open", fail)
    elif call == "fsync":
        monkeypatch.setattr(files, "_to_disk", fail)
    elif call == "write":
        from intimacy_scales.output import writing

        monkeypatch.setattr(writing, "WRITERS", dict.fromkeys(SUFFIXES, fail))
    else:
        monkeypatch.setattr(Path, call, fail)
    with pytest.raises(OutputError, match="could not be written") as told:
        write_sheet(SHEET, target, force=True)
    monkeypatch.undo()
    assert len(told.value.problems) == 1
    assert target.read_bytes() == b"old"
    assert [f.name for f in tmp_path.iterdir()] == [target.name]


def test_a_signal_right_after_the_new_file_was_made_leaves_nothing(tmp_path, monkeypatch):
    real, made = os.open, []

    def stopped(path, flags, *more):
        made.append(Path(path))
        os.close(real(path, flags, *more))
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "open", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_text(tmp_path / "a.txt", "x")
    assert [path.name.startswith(".writing-") for path in made] == [True]
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_synced_does_not_lose_the_file(tmp_path, monkeypatch):
    real = os.open
    monkeypatch.setattr(
        os,
        "open",
        lambda path, *more, **also: (
            (_ for _ in ()).throw(OSError(errno.EINVAL, "no")) if Path(path) == tmp_path else real(path, *more, **also)
        ),
    )
    assert write_text(tmp_path / "a.txt", "x").read_text() == "x"


def test_a_file_that_comes_in_between_is_kept(tmp_path):
    target = may_write(tmp_path / "a.txt")
    target.write_text("somebody else's")
    with pytest.raises(OutputError, match="came in between"):
        write_text(target, "ours", force=False)
    assert target.read_text() == "somebody else's"
    assert len(list(tmp_path.iterdir())) == 1


# names ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["x" * 300 + ".csv", "a\0b.csv", "none/a.csv", "."])
def test_a_name_that_cannot_be_a_file_is_a_sentence(tmp_path, name):
    with pytest.raises(OutputError):
        may_write(tmp_path / name)


@posix
@pytest.mark.skipif(os.name != "nt" and os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_one_may_not_write_to(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="cannot be written to"):
            may_write(tmp_path / "a.csv")
    finally:
        tmp_path.chmod(0o700)


@posix
def test_a_device_is_no_output():
    with pytest.raises(OutputError, match="is a device or a pipe"):
        may_write("/dev/full", force=True)


def test_half_a_character_is_written_as_its_escape(tmp_path):
    assert write_text(tmp_path / "a.txt", "a\udc80b").read_bytes() == b"a\\udc80b"


# files of one run ----------------------------------------------------------------------------------------------------


def test_no_file_that_was_read_is_ever_an_output(tmp_path):
    given = tmp_path / "export.csv"
    given.write_text("x")
    (tmp_path / "hard.csv").hardlink_to(given)
    (tmp_path / "soft.csv").symlink_to(given)
    with session():
        note_read(given)
        for name in ("export.csv", "hard.csv", "soft.csv"):
            with pytest.raises(OutputError, match="is the input itself"):
                may_write(tmp_path / name, force=True)
    assert may_write(given, force=True) == given


def test_two_outputs_never_share_a_name(tmp_path):
    with session() as run:
        write_text(may_write(tmp_path / "a.json"), "{}")
        with pytest.raises(OutputError, match="written a moment ago"):
            may_write(tmp_path / "a.json", force=True)
    assert run.written == [tmp_path / "a.json"]


# private by default --------------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_scored_files_are_private_whatever_stood_there(tmp_path, suffix):
    target = tmp_path / f"s{suffix}"
    target.write_bytes(b"old")
    target.chmod(0o666)
    write_sheet(SHEET, target, force=True)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@posix
def test_sharing_follows_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        with session(share=True):
            write_text(may_write(tmp_path / "a.txt"), "x")
            make_folder(tmp_path / "folder")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o750
    make_folder(tmp_path / "own")
    assert stat.S_IMODE((tmp_path / "own").stat().st_mode) == 0o700


# cells and terminals -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell", ["\uff1d1+1", "\uff0b1", "\uff0d1+1", "\uff20SUM(A1)", "\n=1+1", " =1+1", "\u00a0=1", "\t x"]
)
def test_a_hidden_formula_is_shielded_too_in_cells_and_headers(tmp_path, cell):
    assert safe_text(cell) == f"'{cell}"
    lines = write_sheet(Sheet(columns={cell: [cell]}), tmp_path / "s.csv").read_bytes().decode("utf-8")
    assert lines.count(f"'{cell}") == 2


@pytest.mark.parametrize("text", ["a\x1b[2Jb", "a\u202eb", "a\u200bb", "a\x9bb", "a\udc80b", "a\x07b"])
def test_what_steers_a_terminal_is_shown_not_obeyed(text):
    shown = visible(text)
    assert shown.isprintable()
    assert "\\" in shown


@pytest.mark.parametrize("text", ["größe", "日本語", "Ελληνικά", "naïve – “quoted”", "tab\tend\n", ""])
def test_letters_of_any_script_are_left_alone(text):
    assert visible(text) == text


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("cell", ["a\x00b", "a\x1bb", "a\udc80b", "a\uffffb", "\x0b"])
def test_odd_signs_in_cells_names_and_labels_are_written_out_and_lose_nothing_else(tmp_path, suffix, cell):
    sheet = Sheet(columns={cell: [cell, "ok"], "x": np.array([1.0, 2.0])}, labels={cell: cell})
    assert write_sheet(sheet, tmp_path / f"s{suffix}").stat().st_size


def test_a_text_that_excel_would_cut_is_refused(tmp_path):
    sheet = Sheet(columns={"note": ["x" * 32_768]})
    with pytest.raises(OutputError, match="column note: holds a text of 32,768 characters"):
        write_sheet(sheet, tmp_path / "s.xlsx")
    assert write_sheet(sheet, tmp_path / "s.csv").stat().st_size > 32_768
    assert [f.name for f in tmp_path.iterdir()] == ["s.csv"]
