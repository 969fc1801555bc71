"""The command as a user types it: whole runs, exit codes, plain sentences for every mistake, nothing half-written."""

from __future__ import annotations

import ast
import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from intimacy_scales.cli.app import build_app, command_modules, files_first, option_names
from intimacy_scales.cli.demo import example_export

REFERENCE = Path(__file__).parent / "reference"
EIS = "id,eis_1,eis_2,eis_3,eis_4,eis_5\n"
GOOD = EIS + "a,5,4,3,4,5\nb,1,2,,2,1\nc,,,,5,5\n"


def write(name, text, encoding="utf-8"):
    path = Path(name)
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


# --- the way it should go ---------------------------------------------------------------------------------


def test_score_writes_one_row_for_each_respondent_in_order(run):
    write("in.csv", GOOD)
    said = run("score", "in.csv", "--bank", "eis", "--out", "out.csv")
    assert said.code == 0, said.err
    assert Path("out.csv").read_text().splitlines() == ["id,eis_total,eis_total_answered", "a,21,5", "b,7.5,4", "c,,2"]


def test_score_json_holds_what_the_interface_says(run):
    write("in.csv", GOOD)
    run("score", "in.csv", "--bank", "eis", "--out", "out.csv", "--json", "s.json", "--quiet")
    found = json.loads(Path("s.json").read_text())
    assert {"tool", "version", "command", "banks", "input", "warnings", "scores"} <= set(found)
    assert found["tool"] == "intimacy-scales"
    assert found["banks"]["eis"].keys() == {"version", "fingerprint"}
    assert found["input"]["rows_read"] == found["input"]["rows_used"] == 3
    assert found["scores"]["eis"]["total"] == {
        "n": 2,
        "mean": 14.25,
        "sd": pytest.approx(9.545941546),
        "min": 7.5,
        "max": 21.0,
        "unscored": 1,
        "possible": [5.0, 25.0],
    }


def test_json_says_what_made_it(run):
    import hashlib

    write("in.csv", GOOD)
    words = ("--bank", "eis", "--min-answered", "3", "--where", "id != 'c'", "--out", "o.csv", "--json", "o.json")
    said = run("score", "in.csv", *words)
    assert said.code == 0, said.err
    found = json.loads(Path("o.json").read_text())
    assert found["run"]["options"] == {"bank": "eis", "min-answered": "3", "where": "id != 'c'", "out": "o.csv"}
    assert found["run"]["input_sha256"] == hashlib.sha256(Path("in.csv").read_bytes()).hexdigest()
    assert found["run"]["time"].startswith("20")
    assert found["where"] == "id != 'c'"
    run("report", "in.csv", "--bank", "eis", "--id", "id", "--person", "a", "--out", "r.html", "--json", "r.json")
    personal = json.loads(Path("r.json").read_text())["run"]
    assert personal.keys() == {"time", "options"}
    assert personal["options"] == {"bank": "eis", "id": "id"}


def test_json_to_stdout_is_nothing_but_json(run):
    write("in.csv", GOOD)
    said = run("reliability", "in.csv", "--bank", "eis", "--json", "-")
    assert json.loads(said.out)["command"] == "reliability"


def test_options_of_many_words(run):
    write("in.csv", "id,age,sex,eis_1,eis_2,eis_3,eis_4,eis_5,tdis_1,tdis_2,tdis_3,tdis_4\n7,30,f,5,4,3,4,5,0,1,2,3\n")
    assert run("score", "in.csv", "--bank", "eis", "tdis", "--keep", "sex", "age", "--out", "o.csv").code == 0
    assert Path("o.csv").read_text().splitlines()[0] == (
        "id,sex,age,eis_total,eis_total_answered,tdis_total,tdis_total_answered"
    )
    assert run("score", "--bank", "eis,tdis", "in.csv", "--out", "p.csv", "--keep", "all").code == 0
    assert "age" in Path("p.csv").read_text().splitlines()[0]


@pytest.mark.parametrize(
    ("words", "moved"),
    [
        ("score --bank eis,tdis in.csv --out p.csv --keep all", "score in.csv --bank eis,tdis --out p.csv --keep all"),
        ("score -q --bank eis in.csv --out p.csv", "score in.csv -q --bank eis --out p.csv"),
        ("score in.csv --missing-code -9 99 --bank eis pair", "score in.csv --missing-code -9 99 --bank eis pair"),
        ("change a.csv --bank eis in.csv", "change a.csv in.csv --bank eis"),
        ("change --bank=eis a.csv in.csv", "change a.csv in.csv --bank=eis"),
        ("show pair", "show pair"),
        ("no_such_command x", "no_such_command x"),
    ],
)
def test_a_file_after_an_option_of_many_words_is_the_file(words, moved, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("in.csv", GOOD)
    given = words.split()
    assert files_first(build_app(given[0]), given) == moved.split()


@pytest.mark.parametrize("suffix", [".tsv", ".xlsx", ".sav", ".dta", ".parquet", ".json"])
def test_every_format_can_be_asked_for(run, suffix):
    write("in.csv", GOOD)
    assert run("score", "in.csv", "--bank", "eis", "--out", f"o{suffix}", "--answers").code == 0
    assert Path(f"o{suffix}").stat().st_size > 0


def test_answers_come_out_coded(run):
    write("in.csv", EIS + "a,agree,strongly agree,neutral,disagree,agree\n")
    assert run("score", "in.csv", "--bank", "eis", "--out", "o.csv", "--answers").code == 0
    assert pd.read_csv("o.csv")[[f"eis_{j}" for j in range(1, 6)]].to_numpy().tolist() == [[4, 5, 3, 2, 4]]


def test_personal_columns_are_not_kept_unless_named(run):
    write("in.csv", "id,Email,age,eis_1,eis_2,eis_3,eis_4,eis_5\n7,x@example.org,30,5,4,3,4,5\n")
    run("score", "in.csv", "--bank", "eis", "--keep", "all", "--out", "o.csv")
    assert "example.org" not in Path("o.csv").read_text()
    assert "30" in Path("o.csv").read_text()
    run("score", "in.csv", "--bank", "eis", "--keep", "Email", "--out", "p.csv")
    assert "example.org" in Path("p.csv").read_text()


def test_demo_leaves_everything_and_the_report(run):
    said = run("demo", "--out", "d")
    assert said.code == 0, said.err
    assert "simulated" in said.out
    for name in ("scores.csv", "report.html", "person.html", "norms_eis.yaml", "reliability.json", "inspection.txt"):
        assert Path("d", name).stat().st_size > 500
    again = run("demo", "--out", "d")
    assert again.code == 1
    assert "--force" in again.err
    assert run("demo", "--out", "d", "--force", "--quiet").code == 0


@pytest.mark.skipif(os.name == "nt", reason="modes are of POSIX")
@pytest.mark.parametrize(("words", "mode"), [((), 0o700), (("--share",), 0o755)])
def test_the_folders_of_the_demo_are_private_as_its_files_are(run, words, mode):
    before = os.umask(0o022)
    try:
        for way, folders in (((), ("d", "d/plots")), (("--studies",), ("s",)), (("--notebook",), ("n",))):
            assert run("demo", *way, "--out", folders[0], *words).code == 0
            assert [Path(one).stat().st_mode & 0o777 for one in folders] == [mode] * len(folders)
    finally:
        os.umask(before)


@pytest.mark.parametrize("way", [(), ("--studies",), ("--notebook",)])
def test_a_folder_of_the_demo_that_cannot_be_made_is_told(run, way):
    said = run("demo", *way, "--out", "not/there")
    assert said.code == 1
    assert "not/there: cannot be made" in said.err.replace(os.sep, "/")
    assert "make the folder above it first" in said.err


def test_list_show_and_check(run):
    assert "pair_style" in run("list").out
    shown = run("show", "pair").out
    for word in ("reported", "unconfirmed", "glosses in our own words", "0-96", "gap"):
        assert word in shown.replace("0 to 96", "0-96")
    assert "none that could be shipped" in shown
    from intimacy_scales.bank import scales_folder

    assert run("check", scales_folder() / "eis.yaml", scales_folder() / "pair.yaml").out.count("good") == 2


def test_show_prints_a_source_that_is_a_whole_citation(run):
    from intimacy_scales.bank import scales_folder

    text = (scales_folder() / "eis.yaml").read_text(encoding="utf-8")
    cited = "Maker, M. (2024). A scale of my own. Unpublished manuscript."
    head, _, rest = text.partition("\nsource:")
    write(
        "mine.yaml",
        f"{head}\nsource: ['{cited}', sinclair2005]\n{rest.partition(chr(10))[2]}".replace("id: eis", "id: mine"),
    )
    said = run("show", "mine.yaml")
    assert said.code == 0, said.err
    references = said.out.partition("References")[2]
    assert cited in references
    assert "[sinclair2005] Sinclair" in references


def options_of_commands():
    return {name for command in command_modules() for name in option_names(command)}


def words_in_messages():
    """Every ``--word`` in a text of the package that is no docstring and no style sheet."""
    for path in sorted((Path(__file__).parents[1] / "src" / "intimacy_scales").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        loose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in loose:
                for word in re.findall(r"(?<![\w(-])--[a-z][a-z0-9-]*[a-z0-9]\b(?!\s*:)", node.value):
                    yield word, path.name


def test_every_option_that_a_message_names_is_an_option():
    known = options_of_commands() | {"--help", "--version", "--install-completion"}
    said = dict(words_in_messages())
    assert {"--encoding", "--map", "--force"} <= set(said)
    assert {word: where for word, where in said.items() if word not in known} == {}


@pytest.mark.parametrize(
    "command", ["inspect", "score", "reliability", "structure", "norms", "change", "couples", "report"]
)
def test_every_command_that_reads_takes_an_encoding(run, command):
    write("in.csv", EIS.replace("id", "Straße") + "ä,5,4,3,4,5\n", encoding="cp1252")
    out = {"score": ["--out", "o.csv"], "norms": ["--out", "o.yaml"], "report": ["--out", "o.html"]}.get(command, [])
    said = run(command, "in.csv", "--bank", "eis", "--encoding", "no-such-code", *out)
    assert said.code == 1
    assert "encoding 'no-such-code'" in said.err


def test_the_encoding_that_was_said_is_used(run):
    write("in.csv", EIS.replace("id", "naïve") + "a,5,4,3,4,5\n", encoding="cp1252")
    for name, read in (("cp1252", "naïve"), ("cp1251", "naпve")):
        assert (
            run("score", "in.csv", "--bank", "eis", "--encoding", name, "--keep", read, "--out", f"{name}.csv").code
            == 0
        )
        assert pd.read_csv(f"{name}.csv").columns[0] == read


def test_a_norm_file_says_things_once_and_what_it_does_not_know(run):
    from intimacy_scales.bank import load_norms

    run("norms", example_export(), "--bank", "eis", "--out", "n.yaml", "--sample", "people of a demo")
    text = Path("n.yaml").read_text(encoding="utf-8")
    assert text.count("fingerprint:") == 1
    assert text.count("people of a demo") == 1
    assert "source: computed from the answers in an export (qualtrics)" in text
    assert example_export().name not in text  # a file's name may tell of people
    assert "when the answers were given is not said" in text
    assert all(norm.fingerprint for norm in load_norms("n.yaml"))
    run("norms", example_export(), "--bank", "eis", "--out", "m.yaml", "--year", "2024")
    assert "is not said" not in Path("m.yaml").read_text(encoding="utf-8")


def test_check_names_fault_and_line_and_fails(run):
    from intimacy_scales.bank import scales_folder

    text = (scales_folder() / "eis.yaml").read_text(encoding="utf-8")
    write("mine.yaml", text.replace("min_answered: 4", "min_answered: 9").replace("higher_means", "higher_mean"))
    said = run("check", "mine.yaml")
    assert said.code == 1
    assert said.err.count("mine.yaml:") >= 2
    wrong_case = write("case.yaml", text.replace("scores: {total: 25}", "scores: {total: 24}"))
    said = run("check", wrong_case)
    assert said.code == 1
    assert "25" in said.err


def test_check_says_what_a_file_is(run):
    from intimacy_scales.bank import scales_folder

    run("inspect", example_export(), "--bank", "eis", "--write-map", "map.yaml", "-q")
    run("norms", example_export(), "--bank", "eis", "--out", "norm.yaml", "-q")
    write("w.yaml", 'bank: eis\nitems:\n  1: "my own words for one"\n')
    files = ["map.yaml", "norm.yaml", "w.yaml", scales_folder() / "tips.yaml", scales_folder() / "references.yaml"]
    said = run("check", *files, "--json", "c.json")
    assert said.code == 0, said.err
    for word in (
        "map.yaml: this is a map (for --map), no bank; good",
        "a norm file",
        "wording of a bank",
        "a file of tips",
    ):
        assert word in said.out
    assert set(json.loads(Path("c.json").read_text())["kinds"].values()) == {
        "a map", "a norm file", "wording of a bank", "a file of tips", "a list of references",
    }  # fmt: skip
    write("map.yaml", Path("map.yaml").read_text().replace("columns:", "colums:"))
    said = run("check", "map.yaml")
    assert said.code == 1
    assert "map.yaml:" in said.err
    assert "colums" in said.err
    assert "measures" not in said.err


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("\u0430gree", "CYRILLIC SMALL LETTER A"),
        ("a\u200bgree", "stands for"),
        ("agree!", "stands for"),
        ("disagree m\u043ere", "CYRILLIC SMALL LETTER O"),
    ],
)
def test_check_tells_labels_that_only_look_different_or_alike(run, label, told):
    from intimacy_scales.bank import scales_folder

    text = (scales_folder() / "eis.yaml").read_text(encoding="utf-8")
    assert "neutral" in text
    write("mine.yaml", re.sub(r"\bneutral\b", label, text, count=1))
    said = run("check", "mine.yaml")
    assert said.code == 1
    assert told in said.err


def test_inspect_without_a_bank_finds_the_shipped_ones_and_writes_a_map(run):
    said = run("inspect", example_export(), "--write-map", "map.yaml", "--json", "i.json")
    assert said.code == 0, said.err
    assert set(json.loads(Path("i.json").read_text())["banks"]) == {"eis", "pair_style", "tdis"}
    scored = run(
        "score", example_export(), "--bank", "eis", "pair_style", "tdis", "--map", "map.yaml", "--out", "a.csv"
    )
    plain = run("score", example_export(), "--bank", "eis", "pair_style", "tdis", "--out", "b.csv")
    assert scored.code == plain.code == 0
    assert Path("a.csv").read_text() == Path("b.csv").read_text()


def test_inspect_tells_of_an_export_of_no_shipped_bank(run):
    write("in.csv", "id,colour\n1,red\n2,blue\n")
    said = run("inspect", "in.csv")
    assert said.code == 0
    assert "no column was recognised as an item" in said.out


def test_example_counts_what_was_set_aside(run):
    said = run("score", example_export(), "--bank", "eis", "--out", "o.csv", "--json", "o.json", "--id", "person_code")
    found = json.loads(Path("o.json").read_text())["input"]
    assert (found["rows_read"], found["rows_used"], len(found["rows_set_aside"])) == (182, 177, 5)
    assert "020A stands in rows" in said.err
    assert len(pd.read_csv("o.csv")) == 177


def test_norms_are_usable_at_once(run):
    assert run("norms", example_export(), "--bank", "eis", "--out", "n.yaml", "--by", "partner").code == 0
    said = run(
        "score", example_export(), "--bank", "eis", "tdis", "--out", "s.xlsx", "--norm", "n.yaml", "--json", "s.json"
    )
    assert said.code == 0, said.err
    table, codebook = pd.read_excel("s.xlsx", sheet_name=None).values()
    assert "eis_total_percentile" in table.columns
    assert "in the norm everyone" in codebook.to_string()
    found = json.loads(Path("s.json").read_text())
    assert found["standing"]["standing"].keys() == {"eis_total"}
    assert any("no standing of tdis_total" in warning for warning in found["warnings"])
    assert "tdis_total" in said.out


def test_norms_of_several_banks_are_a_file_each(run):
    assert run("norms", example_export(), "--bank", "eis", "tdis", "--out", "n.yaml").code == 0
    assert Path("n_eis.yaml").exists()
    assert Path("n_tdis.yaml").exists()


def test_report_of_a_person_reveals_nobody_else(run):
    said = run(
        "report",
        example_export(),
        "--bank",
        "eis",
        "pair_style",
        "--id",
        "person_code",
        "--person",
        "012B",
        "--out",
        "r.html",
        "--json",
        "r.json",
    )
    assert said.code == 0, said.err
    both = Path("r.html").read_text(encoding="utf-8") + Path("r.json").read_text()
    assert "012A" not in both
    assert "020A" not in both
    assert json.loads(Path("r.json").read_text())["person"]["tips"]


def test_the_report_is_given_a_name_that_reveals_nothing(run):
    run("report", example_export(), "--bank", "eis", "--id", "person_code", "--person", "012B")
    (made,) = Path().glob("*.html")
    assert "012" not in made.name


def test_wording_is_laid_over_and_a_path_out_of_its_folder_refused(run):
    write("w.yaml", 'bank: eis\nitems:\n  1: "my own words for one"\n')
    assert "my own words for one" in run("show", "eis", "--wording", "w.yaml").out
    Path("sub").mkdir()
    write("outside.csv", "item,text\n1,secret\n")
    write("sub/w.yaml", "bank: eis\nfile: ../outside.csv\n")
    said = run("show", "eis", "--wording", "sub/w.yaml")
    assert said.code == 1
    assert "secret" not in said.out + said.err


def test_already_reversed_is_noticed_and_heard(run):
    frame = pd.read_csv(REFERENCE / "pair.csv")
    for number in (8, 9, 10, 11, 12, 13, 14, 16, 21, 22, 25, 28, 29, 31, 32, 33, 36):
        frame[f"pair_{number}"] = 4 - frame[f"pair_{number}"]
    frame.to_csv("turned.csv", index=False)
    assert "--already-reversed" in run("inspect", "turned.csv", "--bank", "pair").out
    run("score", "turned.csv", "--bank", "pair", "--already-reversed", "--out", "a.csv")
    run("score", REFERENCE / "pair.csv", "--bank", "pair", "--out", "b.csv")
    assert Path("a.csv").read_text() == Path("b.csv").read_text()


# --- mistakes: a sentence, exit 1, nothing written ----------------------------------------------------------

HEADERS = ",".join(f"eis_{j}" for j in range(1, 6))
BAD_FILES = {
    "empty": (b"", "empty"),
    "binary": (bytes(range(256)) * 40, "is no text"),
    "header only": (f"{HEADERS}\n", "no answers"),
    "ragged": (f"id,{HEADERS}\n1,5,4,3,2,1\n2,5,4\n3,5,4,3,2,1,9,9\n", "row"),
    "doubled columns": ("eis_1,eis_1,eis_2,eis_3,eis_4,eis_5\n1,1,1,1,1,1\n", "eis_1"),
    "no column of the bank": ("id,colour\n1,red\n", "eis_1"),
    "half of the columns": ("eis_1,eis_2\n1,2\n", "items 3, 4 and 5"),
    "text for codes": (f"{HEADERS}\n5,4,bananas,2,1\n", "bananas"),
    "99 for missing": (f"{HEADERS}\n5,4,99,2,1\n5,4,4,2,1\n", "--missing-code 99"),
    "-9 for missing": (f"{HEADERS}\n5,4,-9,2,1\n5,4,4,2,1\n", "--missing-code -9"),
    "decimals": (f"{HEADERS}\n5,4,3.9,2,1\n", "3.9"),
    "0-4 for 1-5": (f"{HEADERS}\n" + "0,1,2,3,4\n4,3,2,1,0\n" * 10, "--shift 1"),
    "out of range": (f"{HEADERS}\n5,4,7,2,1\n", "7"),
}


@pytest.mark.parametrize("mistake", BAD_FILES)
@pytest.mark.parametrize("command", ["score", "reliability", "norms", "report"])
def test_an_unusable_file_is_a_sentence_and_nothing_written(run, mistake, command):
    content, word = BAD_FILES[mistake]
    write("bad.csv", content)
    out = {"score": "o.csv", "norms": "o.yaml", "report": "o.html"}.get(command)
    said = run(command, "bad.csv", "--bank", "eis", *(("--out", out) if out else ()), "--json", "o.json")
    assert said.code == 1
    assert word in said.err, said.err
    assert "Traceback" not in said.err
    assert "bad.csv" in said.err
    assert sorted(p.name for p in Path().iterdir()) == ["bad.csv"]


def test_wrong_encoding_is_said(run):
    write("bad.csv", b"\xff\xfe" + f"{HEADERS}\n1,2,3,4,5\n".encode())  # says UTF-16, is not
    said = run("score", "bad.csv", "--bank", "eis", "--out", "o.csv")
    assert said.code == 1
    assert "Traceback" not in said.err


def test_missing_file_and_folder(run):
    assert "no_such.csv" in run("score", "no_such.csv", "--bank", "eis", "--out", "o.csv").err
    Path("folder").mkdir()
    said = run("score", "folder", "--bank", "eis", "--out", "o.csv")
    assert said.code == 1
    assert "folder" in said.err


def test_unknown_bank_is_answered_with_a_guess(run):
    write("in.csv", GOOD)
    said = run("score", "in.csv", "--bank", "pear", "--out", "o.csv")
    assert said.code == 1
    assert "did you mean 'pair'" in said.err


def test_output_is_never_the_input_never_replaces_and_needs_its_folder(run):
    write("in.csv", GOOD)
    assert "is the input itself" in run("score", "in.csv", "--bank", "eis", "--out", "in.csv", "--force").err
    assert Path("in.csv").read_text() == GOOD
    write("o.csv", "precious")
    said = run("score", "in.csv", "--bank", "eis", "--out", "o.csv")
    assert (said.code, Path("o.csv").read_text()) == (1, "precious")
    assert "does not exist" in run("score", "in.csv", "--bank", "eis", "--out", "no/o.csv").err
    assert ".xlsx" in run("score", "in.csv", "--bank", "eis", "--out", "o.doc").err


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".sav", ".json", ".parquet"])
def test_a_full_disk_leaves_no_half_file(run, monkeypatch, suffix):
    write("in.csv", GOOD)
    from intimacy_scales.output.writing import formats

    def fill_up(sheet, path):
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setitem(formats.WRITERS, suffix, fill_up)
    said = run("score", "in.csv", "--bank", "eis", "--out", f"o{suffix}")
    assert said.code == 1
    assert "No space left" in said.err
    assert [p.name for p in Path().iterdir()] == ["in.csv"]


def test_a_cell_that_would_run_is_shielded(run):
    write("in.csv", EIS + '"=HYPERLINK(""x"")",5,4,3,4,5\n')
    run("score", "in.csv", "--bank", "eis", "--out", "o.csv")
    assert Path("o.csv").read_text().splitlines()[1].startswith("\"'=HYPERLINK")


def test_unknown_column_to_keep_is_answered(run):
    write("in.csv", GOOD)
    said = run("score", "in.csv", "--bank", "eis", "--keep", "ags", "--out", "o.csv")
    assert said.code == 1
    assert "ags" in said.err


def test_wrong_usage_is_exit_2(run):
    assert run("score").code == 2
    assert run("no_such_command").code == 2
    write("in.csv", GOOD)
    assert run("score", "in.csv", "--bank", "eis").code == 2


def test_a_mistyped_command_or_option_is_answered_with_a_guess(run):
    write("in.csv", GOOD)
    assert 'Did you mean "score"' in run("scor", "in.csv").err
    assert "Did you mean --bank" in run("score", "in.csv", "--bnk", "eis", "--out", "o.csv").err
    assert "must be <= 0.999" in run("reliability", "in.csv", "--bank", "eis", "--level", "1.5").err.lower()


@pytest.mark.parametrize("command", command_modules())
def test_help_is_grouped_and_ends_with_examples_that_name_real_options(run, command):
    for flag in ("-h", "--help"):
        said = run(command, flag)
        assert said.code == 0
    assert command == "list" or "This command" in said.out
    assert "Output" in said.out
    examples = said.out.partition("Examples")[2]
    assert f"intimacy-scales {command}" in examples
    assert set(re.findall(r"--[a-z-]+", examples)) <= option_names(command)


def test_completion_is_installed_where_it_is_told_to(run):
    said = run("--install-completion", "--help")
    assert said.code == 0
    assert "bash" in said.out
    assert "intimacy" in build_app().generate_completion(shell="bash")


def test_unknown_platform_rule_norm_and_person(run):
    write("in.csv", GOOD)
    for words in (["--platform", "qualtrix"], ["--norm", "nobody"], ["--combine", "median"]):
        said = run("score", "in.csv", "--bank", "eis", "--out", "o.csv", *words)
        assert said.code == 1, words
        assert words[1] in said.err
    assert run("reliability", "in.csv", "--bank", "eis", "--missing", "casewise").code == 1
    assert run("report", "in.csv", "--bank", "eis", "--person", "zz", "--out", "r.html").code == 1
    assert not Path("r.html").exists()


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        (lambda t: t.replace("version:", "version 1:\n\t- :", 1), "mine.yaml:6"),
        (lambda t: t + "\nname: again\n", "name"),
        (lambda t: t + "\nsurprise: 1\n", "surprise"),
        (lambda t: t.replace("items: [1, 2, 3, 4, 5]", "items: [1, 2, 3, 4, 55]"), "55"),
        (lambda t: "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", "alias"),
    ],
)
def test_a_broken_bank_is_told_by_line(run, fault, word):
    from intimacy_scales.bank import scales_folder

    write("mine.yaml", fault((scales_folder() / "eis.yaml").read_text(encoding="utf-8")))
    write("in.csv", GOOD)
    said = run("score", "in.csv", "--bank", "mine.yaml", "--out", "o.csv")
    assert said.code == 1
    assert word in said.err, said.err
    assert "mine.yaml:" in said.err
    assert not Path("o.csv").exists()


def test_a_pipe_gets_no_colours_and_a_closed_pipe_no_traceback():
    command = [sys.executable, "-m", "intimacy_scales.cli"]
    plain = subprocess.run([*command, "list"], capture_output=True, check=True)
    assert b"\x1b[" not in plain.stdout
    with subprocess.Popen([*command, "show", "pair"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_a_reader_who_has_seen_enough_does_not_end_the_work(tmp_path):
    command = [sys.executable, "-m", "intimacy_scales.cli", "reliability", str(example_export()), "--bank", "eis"]
    with subprocess.Popen(
        [*command, "--json", str(tmp_path / "r.json")], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as one:
        one.stdout.close()
        assert b"Traceback" not in one.stderr.read()
    assert json.loads((tmp_path / "r.json").read_text())["reliability"]["eis"]
