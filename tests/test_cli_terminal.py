"""What people see of a command: tables that fit, notes said once, and what it is at when it takes long."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from intimacy_scales.cli.demo import example_export
from intimacy_scales.cli.printing import NARROWEST, fitted, grouped_notes, terminal_width, with_grouped_notes
from intimacy_scales.cli.process import Working

TABLE = """scale                   items    n  alpha  what it is about
pair_style.now.social       6  177    .86  friends and family
eis.total                   5  177    .88  warmth"""


def command(*words, columns=None, **more):
    env = {**os.environ, **({} if columns is None else {"COLUMNS": str(columns)})}
    return subprocess.run(
        [sys.executable, "-m", "intimacy_scales.cli", *map(str, words)],
        capture_output=True, text=True, check=False, env=env, **more,
    )  # fmt: skip


@pytest.mark.parametrize("width", [42, 50, 60, 100])
def test_a_table_fits_and_loses_nothing(width):
    made = fitted(TABLE, width)
    assert max(map(len, made.splitlines())) <= width
    assert set(TABLE.split()) == set(made.split())
    assert (made == TABLE) is (width == 100)
    for block in made.split("\n\n"):
        assert [line.split()[0] for line in block.splitlines()] == ["scale", "pair_style.now.social", "eis.total"]


def test_a_sentence_is_wrapped_and_a_long_word_left_whole():
    text = "a sentence of several words that does not fit into forty columns at all\n" + "x" * 60
    made = fitted(text, 40).splitlines()
    assert made[0] == "a sentence of several words that does"
    assert made[-1] == "x" * 60
    assert fitted(text, None) == text


def test_notes_that_say_the_same_are_one_with_the_range_of_their_numbers():
    notes = [("a", "the 159 complete rows"), ("b", "the 161 complete rows"), ("c", "the 160 complete rows"), ("a", "x")]
    assert grouped_notes(notes) == ["a, b, c: the 159 to 161 complete rows", "a: x"]
    assert grouped_notes([("a", "p < .001"), ("b", "p < .001")]) == ["a, b: p < .001"]
    assert with_grouped_notes("note: eis_1: gone\nnote: eis_2: gone\nend") == "note: eis_1, eis_2: gone\nend"


def test_a_pipe_keeps_its_lines_whole(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    assert terminal_width() is None
    monkeypatch.setenv("COLUMNS", "10")
    assert terminal_width() == NARROWEST


def test_reliability_fits_eighty_columns_and_groups_its_notes():
    said = command("reliability", example_export(), "--bank", "eis", "pair_style", columns=80)
    assert said.returncode == 0, said.stderr
    tables = [line for line in said.stdout.splitlines() if "  " in line.strip()]
    assert max(map(len, tables)) <= 80
    unwrapped = said.stdout.replace("\n  ", " ")
    notes = [line for line in unwrapped.splitlines() if line.startswith("note: ")]
    assert len(notes) == len(set(notes)) <= 8
    assert " more: " in said.stdout


def test_what_takes_long_says_what_it_is_at(capsys, monkeypatch):
    from intimacy_scales.cli import process as working

    monkeypatch.setattr(working, "PATIENCE", 0.0)
    monkeypatch.setattr(working, "AGAIN", 0.01)
    work = Working(step="reading in.csv").start()
    until = time.monotonic() + 5
    while not work._shown and time.monotonic() < until:
        pass
    work.at("structure of eis")
    work.stop()
    work.at("nothing more")
    said = capsys.readouterr()
    assert said.out == ""
    assert "... reading in.csv" in said.err
    assert "... structure of eis" in said.err
    assert "nothing more" not in said.err


def test_what_is_quick_or_quiet_says_nothing(capsys):
    Working(step="reading").start().stop()
    work = Working(step="reading", quiet=True).start()
    work.at("more")
    work.stop()
    assert capsys.readouterr().err == ""


def test_a_command_that_fails_says_nothing_afterwards(tmp_path):
    from intimacy_scales.cli import main
    from intimacy_scales.cli import process as working

    with pytest.raises(SystemExit):
        main(["reliability", str(tmp_path / "no_such.csv"), "--bank", "eis"])
    assert not working._STARTED
