"""Options that every reading command shares: joining files, careless answering told and dropped, attention items."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import intimacy_scales as ims
from intimacy_scales.analysis.careless import careless_flags
from intimacy_scales.base.errors import ExportError, ResponseError, UnknownNameError
from intimacy_scales.reading.responses import dump_map, load_map
from intimacy_scales.simulation import simulate

EIS = [f"eis_{j}" for j in range(1, 6)]


def write(name, rows):
    with Path(name).open("w", newline="") as file:
        csv.writer(file).writerows(rows)


def read(name):
    with Path(name).open(newline="") as file:
        return list(csv.DictReader(file))


def sample(name="in.csv", n=60):
    """Simulated answers, of which rows 3 and 4 are straightlined and row 5 fails the attention item."""
    block = simulate("pair", n=n, seed=7).responses.answered[0].block().astype(int)
    block[[1, 2]] = 2
    check = ["4"] * n
    check[3] = "1"
    head = ["id", "check", "sex", *(f"pair_now_{j}" for j in range(1, 37))]
    write(name, [head, *([f"p{i:03}", check[i], "fm"[i % 2], *row] for i, row in enumerate(block.tolist()))])
    return block


ATTENTION = 'format: 1\nattention:\n  check: [4, "agree"]\n'


# --- careless answering -----------------------------------------------------------------------------------


def test_careless_adds_columns_and_drops_nobody(run):
    sample()
    Path("map.yaml").write_text(ATTENTION)
    code, out, err = run(
        "score", "in.csv", "--bank", "pair", "--map", "map.yaml", "--careless", "--out", "o.csv", "--json", "o.json"
    )
    assert code == 0, err
    rows = read("o.csv")
    assert len(rows) == 60
    assert rows[1]["careless_longstring"] == "36"
    assert rows[1]["careless_irv"] == "0"
    assert {"longstring", "irv"} <= set(rows[1]["careless_flagged_by"].split(", "))
    assert rows[3]["careless_attention"] == "1"
    assert rows[0]["careless_flags"] == "0"
    assert "nobody is dropped" in out
    found = json.loads(Path("o.json").read_text())
    assert found["careless"]["indices"]["longstring"]["flagged"] >= 2
    assert found["careless"]["indices"]["attention"] | {"flagged": 1} == found["careless"]["indices"]["attention"]
    assert found["input"]["rows_set_aside"] == []


def test_careless_columns_equal_the_library(run):
    sample()
    run("score", "in.csv", "--bank", "pair", "--careless", "--out", "o.csv", "--quiet")
    flags = careless_flags(ims.read_export("in.csv", "pair"))
    for index in flags.indices:
        written = [float(row[f"careless_{index.name}"] or "nan") for row in read("o.csv")]
        np.testing.assert_allclose(written, index.values, rtol=0, atol=1e-12)


def test_scores_are_the_same_with_and_without_flags(run):
    sample()
    run("score", "in.csv", "--bank", "pair", "--out", "plain.csv", "--quiet")
    run("score", "in.csv", "--bank", "pair", "--careless", "--out", "flags.csv", "--quiet")
    assert all(row.items() <= more.items() for row, more in zip(read("plain.csv"), read("flags.csv"), strict=True))


def test_dropping_is_asked_for_counted_and_said(run):
    sample()
    code, out, err = run(
        "score",
        "in.csv",
        "--bank",
        "pair",
        "--drop-careless",
        "longstring>=30",
        "--careless",
        "--out",
        "o.csv",
        "--json",
        "o.json",
    )
    assert code == 0, err
    assert len(read("o.csv")) == 58
    assert "58 used" in out
    assert "rule longstring>=30" in err
    found = json.loads(Path("o.json").read_text())
    assert [one["row"] for one in found["input"]["rows_set_aside"]] == [3, 4]
    assert all("longest run" in one["why"] for one in found["input"]["rows_set_aside"])
    assert (found["input"]["rows_read"], found["input"]["rows_used"]) == (60, 58)
    assert found["careless"]["indices"]["longstring"]["n"] == 60  # told of every row that was read
    kept = {row["id"]: row for row in read("o.csv")}
    assert "p001" not in kept
    run("score", "in.csv", "--bank", "pair", "--careless", "--out", "all.csv", "--quiet")
    assert all(kept[row["id"]] == row for row in read("all.csv") if row["id"] in kept)


@pytest.mark.parametrize("command", ["reliability", "norms", "report"])
def test_every_sample_command_drops_by_the_same_rule(run, command):
    sample(n=120)
    Path("map.yaml").write_text(ATTENTION)
    out = {"reliability": [], "norms": ["--out", "n.yaml"], "report": ["--out", "r.html"]}[command]
    words = [command, "in.csv", "--bank", "pair", "--map", "map.yaml", *out]
    code, _, err = run(*words, "--drop-careless", "longstring>=30 or attention", "--json", "o.json")
    assert code == 0, err
    found = json.loads(Path("o.json").read_text())["input"]
    assert (found["rows_used"], len(found["rows_set_aside"])) == (117, 3)
    code, _, err = run(*words[:-1], *([Path(words[-1]).with_stem("p")] if out else words[-1:]), "--json", "p.json")
    assert code == 0, err
    assert json.loads(Path("p.json").read_text())["input"]["rows_used"] == 120


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("longrun>3", "longstring"),
        ("longstring", "longstring"),
        ("flags", "flags>=2"),
        ("attention", "attention: {COLUMN"),
        ("irv<=99", "keeps somebody"),
    ],
)
def test_a_rule_that_cannot_be_is_said_and_nothing_is_written(run, rule, said):
    if rule == "longstring":
        rule = "longstring=12"
    sample()
    code, _, err = run("score", "in.csv", "--bank", "pair", "--drop-careless", rule, "--out", "o.csv")
    assert code == 1
    assert said in err
    assert not Path("o.csv").exists()


def test_a_faulty_rule_is_told_before_the_file_is_read(run):
    assert (
        "nonsense" in run("score", "nowhere.csv", "--bank", "eis", "--drop-careless", "nonsense!", "--out", "o.csv")[2]
    )


def test_inspect_tells_of_careless_answering_in_one_paragraph(run):
    sample()
    code, out, _ = run("inspect", "in.csv", "--bank", "pair", "--json", "i.json")
    assert code == 0
    told = [line for line in out.splitlines() if line.startswith("careless answering")]
    assert len(told) == 1
    assert "longstring (>= 18): 2" in told[0]
    assert "nothing was dropped" in told[0]
    assert json.loads(Path("i.json").read_text())["careless"]["indices"]["irv"]["flagged"] == 2


# --- attention items in the map ----------------------------------------------------------------------------


def test_attention_of_a_map_goes_with_the_answers(run):
    sample()
    Path("map.yaml").write_text(ATTENTION)
    for mapping in ("map.yaml", {"attention": {"check": [4]}}):
        responses = ims.read_export("in.csv", "pair", mapping=mapping)
        assert responses.attention["check"][0] == 4
        assert careless_flags(responses)["attention"].values.sum() == 1
    assert "attention" not in careless_flags(ims.read_export("in.csv", "pair")).names
    other = careless_flags(responses, attention={"sex": ["f"]})
    assert other["attention"].values.sum() == 30


def test_attention_is_kept_by_the_map_that_inspect_writes(run):
    sample()
    Path("map.yaml").write_text(ATTENTION)
    assert run("inspect", "in.csv", "--bank", "pair", "--map", "map.yaml", "--write-map", "two.yaml")[0] == 0
    two = load_map("two.yaml")
    assert two.attention == {"check": (4, "agree")}
    Path("three.yaml").write_text(dump_map(two))
    assert load_map("three.yaml").attention == two.attention


def test_large_codes_survive_the_map():
    text = dump_map(load_map_of("missing: [1234567, -9.5]\n"))
    assert "[1234567, -9.5]" in text


def load_map_of(text):
    path = Path("m.yaml")
    path.write_text("format: 1\n" + text)
    return load_map(path)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("attention: [check]\n", "keys and values"),
        ("attention:\n  check: 4\n", "a list"),
        ("attention:\n  check: []\n", "no right answer"),
        ("attention:\n  check: [true]\n", "a number or a text"),
        ("atention: {}\n", "attention"),
    ],
)
def test_a_faulty_declaration_is_named_with_its_line(text, said):
    with pytest.raises(ResponseError, match=r"m\.yaml:[0-9]") as fault:
        load_map_of(text)
    assert said in str(fault.value)


def test_an_attention_column_that_is_not_there_is_a_problem():
    sample()
    with pytest.raises(ResponseError, match="no column 'chek'"):
        ims.read_export("in.csv", "pair", mapping={"attention": {"chek": [4]}})


# --- joining -----------------------------------------------------------------------------------------------


def waves():
    write("w1.csv", [["id", *EIS], ["01", 5, 4, 3, 4, 5], ["02", 1, 2, 2, 2, 1], ["03", 3, 3, 3, 3, 3]])
    write("w2.csv", [["id", *EIS], ["2", 4, 4, 4, 4, 4], ["01 ", 5, 5, 5, 5, 5], ["09", 1, 1, 1, 1, 1]])


def test_two_waves_are_joined_by_id_and_scored_side_by_side(run):
    waves()
    code, _, err = run(
        "score",
        "w1.csv",
        "--bank",
        "eis",
        "--join",
        "w2.csv",
        "--on",
        "id",
        "--as",
        "waves",
        "--out",
        "o.csv",
        "--json",
        "o.json",
    )
    assert code == 0, err
    rows = {row["id"]: (row["eis_total_t1"], row["eis_total_t2"]) for row in read("o.csv")}
    assert list(rows.values()) == [("21", "25"), ("8", "20"), ("15", ""), ("", "5")]
    said = " ".join(json.loads(Path("o.json").read_text())["warnings"])
    assert "2 of 4 rows stand in all of w1.csv, w2.csv" in said
    assert "2 ids that not every file holds" in said
    assert "only in w2.csv" in said
    assert "only in w2.csv" in err


def test_inner_and_left_set_rows_aside_with_the_reason(run):
    waves()
    words = ("score", "w1.csv", "--bank", "eis", "--join", "w2.csv", "--on", "id", "--as", "waves", "--quiet")
    assert run(*words, "--join-how", "inner", "--out", "i.csv", "--json", "i.json")[0] == 0
    assert len(read("i.csv")) == 2
    assert [one["why"] for one in json.loads(Path("i.json").read_text())["input"]["rows_set_aside"]] == [
        "w1.csv: its id does not stand in every table",
        "w2.csv: its id does not stand in every table",
    ]
    assert run(*words, "--join-how", "left", "--out", "l.csv")[0] == 0
    assert len(read("l.csv")) == 3


def test_parts_of_one_sitting_become_one_table(run):
    write("a.csv", [["id", *EIS], ["1", 5, 4, 3, 4, 5], ["2", 1, 2, 2, 2, 1]])
    write("b.csv", [["id", "tdis_1", "tdis_2", "tdis_3", "tdis_4"], ["2", 1, 1, 1, 1], ["1", 5, 5, 5, 5]])
    code, _, err = run("score", "a.csv", "--bank", "eis", "tdis", "--join", "b.csv", "--out", "o.csv")
    assert code == 0, err
    assert [row["tdis_total"] for row in read("o.csv")] == ["5", "1"]
    assert ims.score([Path("a.csv"), Path("b.csv")], [ims.load_bank("eis"), ims.load_bank("tdis")], join="id")[
        "eis_total"
    ].values.tolist() == [21, 8]


def test_two_partners_and_three_files(run):
    write("a.csv", [["couple", *EIS], ["1", 5, 4, 3, 4, 5]])
    write("b.csv", [["couple", *EIS], ["1", 1, 2, 2, 2, 1]])
    code, _, err = run(
        "score", "a.csv", "--bank", "eis", "--join", "b.csv", "--on", "couple", "--as", "partners", "--out", "o.csv"
    )
    assert code == 0, err
    assert (read("o.csv")[0]["eis_total_a"], read("o.csv")[0]["eis_total_b"]) == ("21", "8")
    write("c.csv", [["couple", *EIS], ["1", 3, 3, 3, 3, 3]])
    assert (
        run(
            "score",
            "a.csv",
            "--bank",
            "eis",
            "--join",
            "b.csv",
            "c.csv",
            "--on",
            "couple",
            "--as",
            "waves",
            "--out",
            "p.csv",
        )[0]
        == 0
    )
    assert read("p.csv")[0]["eis_total_t3"] == "15"


@pytest.mark.parametrize("command", ["inspect", "reliability", "norms", "report", "structure", "couples", "change"])
def test_every_reading_command_joins(command):
    from intimacy_scales.cli.app import option_names

    options = option_names(command)
    assert {"--join", "--on", "--as", "--join-how"} <= options


def test_inspect_and_reliability_of_joined_waves(run):
    for name, seed in (("w1.csv", 1), ("w2.csv", 2)):
        block = simulate("eis", n=80, seed=seed).responses.answered[0].block().astype(int).tolist()
        write(name, [["id", *EIS], *([f"p{i}", *row] for i, row in enumerate(block))])
    joined = ["--bank", "eis", "--join", "w2.csv", "--on", "id", "--as", "waves", "--json"]
    assert run("inspect", "w1.csv", *joined, "i.json")[0] == 0
    found = json.loads(Path("i.json").read_text())
    assert found["id"] == "id"
    assert {one["column"] for one in found["columns"]} == {f"{c}_{t}" for c in EIS for t in ("t1", "t2")}
    assert run("reliability", "w1.csv", *joined, "r.json")[0] == 0
    assert set(json.loads(Path("r.json").read_text())["reliability"]["eis"]) == {"t1.total", "t2.total"}


@pytest.mark.parametrize(("words", "said"), [
    (("--on", "id"), "without --join"), (("--join", "w2.csv", "--as", "wave"), "waves"), (("--join", "w2.csv", "--on", "name"), "name"),
    (("--join", "w2.csv", "--join-how", "outside"), "outer"), (("--join", "nowhere.csv", "--as", "waves"), "nowhere.csv"),
    (("--join", "w2.csv", "--on", "id"), "suffixes"),
])  # fmt: skip
def test_what_cannot_be_joined_is_said(run, words, said):
    waves()
    code, _, err = run("score", "w1.csv", "--bank", "eis", *words, "--out", "o.csv")
    assert code in (1, 2)
    assert said in err
    assert "Traceback" not in err
    assert not Path("o.csv").exists()


def test_no_joined_file_is_written_over(run):
    waves()
    before = Path("w2.csv").read_bytes()
    assert (
        run("score", "w1.csv", "--bank", "eis", "--join", "w2.csv", "--as", "waves", "--force", "--out", "w2.csv")[0]
        == 1
    )
    assert Path("w2.csv").read_bytes() == before


def test_the_library_joins_only_when_told(tmp_path):
    import pandas as pd

    waves()
    paths = [Path("w1.csv"), Path("w2.csv")]
    data = ims.read_export(paths, "eis", join="id", join_as="waves")
    assert [part.administration.occasion for part in data.answered] == ["t1", "t2"]
    assert data.id_column == "id"
    frames = ims.read_export(
        [pd.read_csv(path, dtype={"id": str}) for path in paths],
        "eis",
        join="id",
        join_as=("_t1", "_t2"),
        join_how="inner",
    )
    assert frames.n_persons == 2
    assert ims.read_export([str(path) for path in paths], "eis", join=True, join_as="waves").n_persons == 4
    with pytest.raises(ExportError, match="writes all persons into one file"):
        ims.read_export(paths, "eis")
    with pytest.raises(ResponseError, match="list of files"):
        ims.read_export("w1.csv", "eis", join="id")
    with pytest.raises(UnknownNameError):
        ims.read_export(paths, "eis", join="id", join_how="sideways", join_as="waves")


def test_declared_missing_is_no_group_and_no_number():
    import pandas as pd
    import pyreadstat

    from intimacy_scales.analysis.norms.sample import groups_of

    frame = pd.DataFrame({"sex": [1, 1, 2, 9], **{name: [1, 2, 3, 4] for name in EIS}})
    pyreadstat.write_sav(frame, "in.sav", missing_ranges={"sex": [9]})
    grouping = groups_of(ims.score("in.sav", "eis"), ["sex"])
    assert [dict(group.values) for group in grouping.groups] == [{}, {"sex": "1"}, {"sex": "2"}]
    assert "1 rows have no value" in grouping.notes[0]
