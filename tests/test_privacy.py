"""For the one who answers for the data: pseudonyms, forgetting, the log; and what each output may hold."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

import intimacy_scales as ims
from intimacy_scales.base.errors import ExportError, IntimacyScalesError, OutputError, UnknownNameError
from intimacy_scales.cli import main
from intimacy_scales.output.privacy import forget, pseudonymise
from intimacy_scales.output.privacy.pseudonyms import new_secret, pseudonym, read_secret
from intimacy_scales.output.privacy.run_log import hashed_words
from intimacy_scales.output.writing import SUFFIXES
from intimacy_scales.reading.exports import read_table

SECRET = b"0123456789abcdef0123456789abcdef"
LONG = "My husband Bert and I met in the summer of 1998 in a small town by the sea"
N = 40


def frame():
    return pd.DataFrame(
        {
            "id": [f"anna{i}" for i in range(N)],
            "couple": [f"c{i // 2}" for i in range(N)],
            "partner": ["a", "b"] * (N // 2),
            "StartDate": [f"2024-0{1 + i % 9}-1{i % 9} 10:00:00" for i in range(N)],
            "diary_day": [f"2024-0{1 + i % 9}-2{i % 9}" for i in range(N)],
            "IPAddress": [f"10.0.0.{i}" for i in range(N)],
            "email": [f"x{i}@example.org" for i in range(N)],
            "gender": ["woman", "man"] * (N // 2),
            "wishes": [f"{LONG} {i}" for i in range(N)],
            **{f"eis_{j}": [1 + (i * j + i // 7) % 5 for i in range(N)] for j in range(1, 6)},
        }
    )


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "export.csv"
    frame().to_csv(path, index=False)
    return path


# pseudonyms ----------------------------------------------------------------------------------------------------------


def test_nothing_that_tells_a_person_is_left(export):
    made = pseudonymise(read_table(export), SECRET)
    text = repr(dict(made.sheet.columns))
    for secret in ("anna", "10.0.0.", "example.org", "Bert"):
        assert secret not in text
    assert made.done["id"] == made.done["couple"] == "ids replaced"
    assert made.done["StartDate"] == made.done["diary_day"] == "dates shifted"
    assert made.done["email"].startswith("left out")
    assert made.done["wishes"].startswith("left out")
    assert made.done["gender"] == made.done["eis_1"] == "kept"
    assert set(made.done) == set(frame().columns)


def test_answers_and_scores_stay(export):
    made = pseudonymise(read_table(export), SECRET)
    columns = {name: list(cells) for name, cells in made.sheet.columns.items()}
    np.testing.assert_array_equal(
        ims.score(pd.DataFrame(columns), "eis")["eis_total"].values, ims.score(export, "eis")["eis_total"].values
    )


def test_one_id_has_one_pseudonym_under_one_secret_and_another_under_another():
    assert pseudonym(SECRET, "anna1") == pseudonym(SECRET, "anna1")
    assert pseudonym(SECRET, "anna1") != pseudonym(SECRET, "anna2")
    assert pseudonym(SECRET, "anna1") != pseudonym(b"x" * 16, "anna1")
    assert pseudonym(SECRET, "1")[0] == "p"


def test_dates_of_a_couple_move_together_and_intervals_stay(export):
    sheet = pseudonymise(read_table(export), SECRET).sheet
    before, moved = frame(), pd.DataFrame({k: list(v) for k, v in sheet.columns.items()})

    def day(text):
        return dt.date.fromisoformat(text[:10])

    shifts = [(day(new) - day(old)).days for new, old in zip(moved["StartDate"], before["StartDate"], strict=True)]
    others = [(day(new) - day(old)).days for new, old in zip(moved["diary_day"], before["diary_day"], strict=True)]
    assert shifts == others
    assert shifts[::2] == shifts[1::2]
    assert len(set(shifts)) > 5
    assert all(0 < abs(days) <= 182 for days in shifts)


def test_an_unknown_column_and_nothing_left_are_said(export):
    with pytest.raises(UnknownNameError, match="wishs"):
        pseudonymise(read_table(export), SECRET, keep_texts=["wishs"])
    assert "wishes" in pseudonymise(read_table(export), SECRET, keep_texts=["wishes"]).sheet.columns
    with pytest.raises(ExportError, match="nothing but what tells a person"):
        pseudonymise(read_table(pd.DataFrame({"email": ["a@b.de", "c@d.de"]})), SECRET)


def test_secrets_are_long_kept_private_and_never_replaced(tmp_path):
    made = new_secret(tmp_path / "key")
    assert read_secret(tmp_path / "key") == made
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    with pytest.raises(OutputError, match="exists already"):
        new_secret(tmp_path / "key")
    (tmp_path / "short").write_text("abc")
    for name in ("short", "none"):
        with pytest.raises(ExportError, match=r"new.secret"):
            read_secret(tmp_path / name)


def run(*words):
    with pytest.raises(SystemExit) as end:
        main([*map(str, words)])
    return end.value.code


def test_the_command_makes_a_copy_that_scores(export, tmp_path, capsys):
    out = tmp_path / "shared.csv"
    assert run("pseudonymise", export, "--secret", tmp_path / "key", "--new-secret", "--out", out) == 0
    said = capsys.readouterr().out
    assert "ids replaced" in said
    assert "anna" not in out.read_text(encoding="utf-8")
    assert run("pseudonymise", export, "--secret", tmp_path / "other", "--out", tmp_path / "b.csv") == 1
    assert "--new-secret" in capsys.readouterr().err


# forgetting ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_person_is_taken_out_and_the_rest_stays(export, tmp_path, suffix, capsys):
    out = tmp_path / f"scores{suffix}"
    assert run("score", export, "--bank", "eis", "--id", "id", "--keep", "gender", "--answers", "--out", out) == 0
    before = read_table(out)
    found = forget("anna7", [out])
    assert (found.found[0].verdict, found.found[0].rows) == ("stands there", (9,))
    assert len(read_table(out)) == N
    done = forget("anna7", [out], rewrite=True)
    assert done.rewritten == (out,)
    after = read_table(out)
    assert len(after) == N - 1
    assert forget("anna7", [out]).found[0].verdict == "not found"
    for column in before.columns:
        left = [text for row, text in enumerate(column.cells.texts()) if row != 7]
        assert after.column(column.name).cells.texts() == left
        assert dict(after.column(column.name).labels) == dict(column.labels)
    assert "anna7" not in str(done)


def test_what_cannot_forget_is_named_and_raw_exports_are_never_touched(export, tmp_path):
    raw = export.read_bytes()
    assert run("norms", export, "--bank", "eis", "--sample", "forty", "--out", tmp_path / "n.yaml") == 0
    assert run("report", export, "--bank", "eis", "--out", tmp_path / "r.html") == 0
    assert run("score", export, "--bank", "eis", "--out", tmp_path / "s.csv", "--json", tmp_path / "s.json") == 0
    found = forget("anna7", [export, tmp_path / "n.yaml", tmp_path / "r.html", tmp_path / "s.json"], rewrite=True)
    assert [one.verdict for one in found.found] == ["stands there", "cannot forget", "cannot forget", "not found"]
    assert not found.rewritten
    assert export.read_bytes() == raw


def test_ids_are_whole_cells(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("id,eis_total,eis_total_answered\n007,20,5\n7,21,5\n77,22,5\n", encoding="utf-8")
    assert forget("7", [path]).found[0].rows == (3,)
    assert forget("007", [path]).found[0].rows == (2,)


def test_faults_come_all_at_once_and_nothing_is_rewritten(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("id,eis_total,eis_total_answered\n7,21,5\n", encoding="utf-8")
    (tmp_path / "bad.xlsx").write_text("no workbook", encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(IntimacyScalesError) as told:
        forget("7", [path, tmp_path / "none.csv", tmp_path / "bad.xlsx"], rewrite=True)
    assert len(told.value.problems) == 2
    assert path.read_bytes() == before
    with pytest.raises(ExportError, match="is blank"):
        forget(" ", [path])


# the log -------------------------------------------------------------------------------------------------------------


def test_a_line_a_run_without_answers_or_ids(export, tmp_path):
    log = tmp_path / "runs.log"
    assert run("score", export, "--bank", "eis", "--id", "id", "--out", tmp_path / "s.csv", "--log", log) == 0
    assert (
        run(
            "report",
            export,
            "--bank",
            "eis",
            "--person",
            "anna7",
            "--id",
            "id",
            "--out",
            tmp_path / "r.html",
            "--log",
            log,
        )
        == 0
    )
    assert run("score", export, "--bank", "eis", "--out", tmp_path / "s.csv", "--log", log) == 1
    lines = [json.loads(line) for line in log.read_text(encoding="ascii").splitlines()]
    assert [(line["command"], line["exit"]) for line in lines] == [("score", 0), ("report", 0), ("score", 1)]
    assert "anna7" not in log.read_text(encoding="ascii")
    assert lines[0]["rows_read"] == lines[0]["rows_used"] == N
    assert [one["name"] for one in lines[0]["read"]] == ["export.csv"]
    assert [one["name"] for one in lines[0]["written"]] == ["s.csv"]
    assert len(lines[0]["written"][0]["sha256"]) == 64
    assert log.stat().st_mode & 0o077 == 0
    assert (tmp_path / "runs.log.key").stat().st_mode & 0o077 == 0


def test_the_same_person_has_the_same_hash_in_one_log():
    words = hashed_words(["e.csv", "--person", "Anna", "--where=id == 'Anna'", "--bank", "eis"], SECRET)
    assert words[0] == "e.csv"
    assert words[2] == hashed_words(["--person", "Anna"], SECRET)[1]
    assert "Anna" not in " ".join(words)
    assert words[-2:] == ["--bank", "eis"]


def test_a_log_that_cannot_be_written_is_refused_before_any_work(export, tmp_path, capsys):
    assert (
        run("score", export, "--bank", "eis", "--out", tmp_path / "s.csv", "--log", tmp_path / "none" / "runs.log") == 1
    )
    assert "--log" in capsys.readouterr().err
    assert not (tmp_path / "s.csv").exists()


# what each output may hold: a secret in every cell that is no answer -----------------------------------------------------

PLANTED = ("anna", "10.0.0.", "example.org", "Bert", "secretgender")


@pytest.fixture
def planted(tmp_path):
    path = tmp_path / "planted.csv"
    held = frame()
    held["gender"] = "secretgender"
    held.to_csv(path, index=False)
    return path


OUTPUTS = [
    (("score", "--out", "s.csv"), ("anna",)),
    (("score", "--id", "id", "--out", "s.csv"), ("anna",)),
    (("score", "--keep", "gender", "--id", "id", "--out", "s.csv"), ("anna", "secretgender")),
    (("score", "--keep", "all", "--id", "id", "--out", "s.csv"), ("anna", "secretgender")),
    (("score", "--out", "s.csv", "--json", "s.json"), ("anna",)),
    (("reliability", "--json", "r.json"), ()),
    (("norms", "--sample", "forty", "--out", "n.yaml", "--json", "n.json"), ()),
    (("report", "--out", "r.html", "--json", "r.json"), ()),
    (("report", "--person", "anna7", "--id", "id", "--out", "r.html", "--json", "r.json"), ("anna",)),
    (("couples", "--couple", "couple", "--partner", "partner", "--json", "c.json"), ()),
]


@pytest.mark.parametrize(("words", "allowed"), OUTPUTS)
def test_an_output_holds_only_what_it_needs(planted, tmp_path, monkeypatch, words, allowed):
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.chdir(out)
    assert run(words[0], planted, "--bank", "eis", *words[1:]) == 0
    for file in out.iterdir():
        text = file.read_text(encoding="utf-8")
        assert [one for one in PLANTED if one in text and one not in allowed] == [], file.name
        if "--person" in words:
            assert not [i for i in range(N) if i != 7 and f'anna{i}"' in text], "one person's page names another"
