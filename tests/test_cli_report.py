"""``report`` as a user types it: couples, persons over time, PDF, batches; and what does not go together."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from intimacy_scales.cli.demo import example_export

COUPLE = ("--couple-column", "couple_code", "--partner-column", "partner")
READ = (str(example_export()), "--bank", "eis", "pair_style", "--id", "person_code")
PEOPLE = "id,wave,eis_1,eis_2,eis_3,eis_4,eis_5\n"


def test_a_couples_report_shows_both(run):
    said = run("report", *READ, "--couple-id", "012", *COUPLE, "--out", "r.html", "--json", "r.json")
    assert said.code == 0, said.err
    assert "Where do you agree" in said.out
    found = json.loads(Path("r.json").read_text())
    assert found["command"] == "report"
    assert found["couple"]["couple"] == "012"
    assert set(found["tips"]) >= {"areas", "help"}


def test_a_partners_report_tells_of_nobody_else(run):
    said = run("report", *READ, "--couple-id", "012", *COUPLE, "--view", "a", "--out", "r.html", "--json", "r.json")
    assert said.code == 0, said.err
    text = Path("r.html").read_text() + Path("r.json").read_text() + said.out
    for secret in ("012A", "012B", "couples_simulated"):
        assert secret not in text, secret
    found = json.loads(Path("r.json").read_text())
    assert found["partner"]["view"]["answers"]
    assert found["input"]["rows_set_aside"] == found["warnings"] == []
    assert found["input"]["path"] is None
    assert "couple" not in found


def test_couple_names_a_column_and_couple_id_picks_one(run):
    said = run("report", *READ, "--couple", "012", "--out", "r.html")
    assert said.code == 1
    assert "--couple-id 012" in said.err
    assert not Path("r.html").exists()
    words = ("--couple", "couple_code", "--partner", "partner", "--couple-id", "012", "--json")
    assert run("report", *READ, *words, "r.json", "--out", "r.html").code == 0
    old = ("--couple-column", "couple_code", "--partner-column", "partner", "--couple-id", "012", "--json")
    assert run("report", *READ, *old, "s.json", "--out", "s.html").code == 0
    one, two = (json.loads(Path(name).read_text())["couple"] for name in ("r.json", "s.json"))
    assert one == two


def table(name, people, *, lift, wave):
    rows = [f"p{k},{wave}," + ",".join(str(min(1 + (k + j + lift) % 4, 5)) for j in range(5)) for k in range(people)]
    Path(name).write_text(PEOPLE + "\n".join(rows) + "\n")
    return rows


def test_a_person_over_time_from_two_files_and_from_one(run):
    first = table("before.csv", 8, lift=0, wave="t1")
    second = table("after.csv", 8, lift=1, wave="t2")
    figures = ("--sd", "4", "--reliability", "0.85")
    said = run("report", "before.csv", "--bank", "eis", "--id", "id", "--person", "p3", "--after", "after.csv", *figures, "--out", "r.html",
               "--json", "r.json")  # fmt: skip
    assert said.code == 0, said.err
    assert "What has changed" in said.out
    two = json.loads(Path("r.json").read_text())["over_time"]
    assert "p3" not in Path("r.html").read_text().split("<body")[1]
    Path("both.csv").write_text(PEOPLE + "\n".join([*first, *second]) + "\n")
    said = run(
        "report",
        "both.csv",
        "--bank",
        "eis",
        "--id",
        "id",
        "--person",
        "p3",
        "--time",
        "wave",
        *figures,
        "--json",
        "s.json",
    )
    assert said.code == 0, said.err
    one = json.loads(Path("s.json").read_text())["over_time"]
    assert [[o["score"] for o in line["occasions"]] for line in one] == [
        [o["score"] for o in line["occasions"]] for line in two
    ]


def test_pdf_by_suffix(run):
    pytest.importorskip("weasyprint")
    said = run("report", *READ, "--person", "012B", "--out", "r.pdf")
    assert said.code == 0, said.err
    assert Path("r.pdf").read_bytes().startswith(b"%PDF")


def test_one_report_for_each_and_a_key_elsewhere(run):
    table("in.csv", 3, lift=0, wave="t1")
    said = run(
        "report", "in.csv", "--bank", "eis", "--id", "id", "--each", "person", "--out", "many", "--key", "key.csv"
    )
    assert said.code == 0, said.err
    assert "3 reports in many" in said.out
    assert len(list(Path("many").glob("report-*.html"))) == 3
    assert list(pd.read_csv("key.csv")["id"]) == ["p0", "p1", "p2"]
    again = run(
        "report", "in.csv", "--bank", "eis", "--id", "id", "--each", "person", "--out", "many", "--key", "key.csv"
    )
    assert again.code == 1
    assert "exists already" in again.err
    assert len(list(Path("many").iterdir())) == 3


def test_each_partner_of_each_couple(run):
    rows = [f"{c},{w},{3 + (c + len(w)) % 3},3,4,2,5" for c in range(3) for w in ("woman", "man")]
    Path("c.csv").write_text("pair,who,eis_1,eis_2,eis_3,eis_4,eis_5\n" + "\n".join(rows) + "\n")
    said = run("report", "c.csv", "--bank", "eis", "--each", "couple", "--view", "each", "--couple-column", "pair", "--partner-column", "who",
               "--out", "many")  # fmt: skip
    assert said.code == 0, said.err
    files = list(Path("many").iterdir())
    assert len(files) == 6
    assert not any("woman" in path.read_text() for path in files)


def test_a_sample_with_its_couples_and_its_structure(run):
    said = run("report", str(example_export()), "--bank", "eis", "--structure", *COUPLE, "--out", "r.html")
    assert said.code == 0, said.err
    page = Path("r.html").read_text()
    assert "Partners side by side" in page
    assert "How many things the items measure" in page


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--couple-id", "012", "--person", "012B"), "a person and for a couple"),
        (("--each", "dog"), "person or couple"),
        (("--each", "person"), "needs a folder"),
        (("--each", "person", "--person", "012B", "--out", "d"), "one was named"),
        (("--key", "k.csv"), "is for --each"),
        (("--view", "a"), "no couple is asked for"),
        (("--view", "c"), "both, a, b"),
        (("--view", "each"), "is for --each couple"),
        (("--person", "012B", "--structure"), "is for a sample"),
        (("--couple-id", "012"), "couple"),
        (("--pdf", "--out", "r.html"), "is no name of a PDF"),
        (("--out", "r.docx"), "no report format"),
    ],
)
def test_what_does_not_go_together_is_said_and_nothing_written(run, words, told, tmp_path):
    said = run("report", *READ, *words)
    assert said.code == 1
    assert told in said.err
    assert "Traceback" not in said.err
    assert not list(tmp_path.iterdir())


# --- readers, tables, tips -------------------------------------------------------------------------------------------


def test_for_whom_a_page_is(run):
    one = "id,eis_1,eis_2,eis_3,eis_4,eis_5\np1,3,3,2,3,3\n"
    Path("one.csv").write_text(one)
    said = run("report", "one.csv", "--bank", "eis", "--for", "client", "--help-line", "Call 000", "--out", "c.html")
    assert said.code == 0, said.err
    page = Path("c.html").read_text()
    assert "Call 000." in page
    assert "fingerprint" not in page
    german = run("report", "one.csv", "--bank", "eis", "--for", "client", "--language", "de", "--out", "d.html")
    assert german.code == 0, german.err
    assert '<html lang="de"' in Path("d.html").read_text()
    assert run("report", "one.csv", "--bank", "eis", "--for", "everybody").code == 1
    whole = run("report", "one.csv", "--bank", "eis", "--out", "w.html")
    assert whole.code == 0
    assert "fingerprint" in Path("w.html").read_text()


def test_two_files_of_a_couple(run):
    for name, codes in (("a", "4,5,4,5,4"), ("b", "2,1,2,1,2")):
        Path(f"{name}.csv").write_text(f"couple,partner,eis_1,eis_2,eis_3,eis_4,eis_5\nx,{name},{codes}\n")
    said = run("report", "a.csv", "b.csv", "--bank", "eis", "--out", "two.html")
    assert said.code == 0, said.err
    assert "differ by more than chance in emotional intimacy" in said.out


def test_the_table_of_a_paper_and_its_json(run):
    rows = "\n".join(
        f"p{k},{k % 5 + 1},{(k + 1) % 5 + 1},{k % 5 + 1},{k % 4 + 1},{k % 5 + 1},{20 + k}" for k in range(40)
    )
    Path("people.csv").write_text("id,eis_1,eis_2,eis_3,eis_4,eis_5,age\n" + rows + "\n")
    said = run("table", "people.csv", "--bank", "eis", "--with", "age", "--out", "t.md", "--json", "t.json")
    assert said.code == 0, said.err
    told = json.loads(Path("t.json").read_text())
    r = told["table"]["correlations"][0]["r"]["value"]
    assert f"{r:.2f}".replace("0.", ".") in Path("t.md").read_text().replace("\u2212", "-")
    assert "intimacy-scales" in told["methods"]
    assert run("table", "people.csv", "--bank", "eis", "--out", "t.rtf").code == 1


def test_every_tip_is_listed(run):
    said = run("tips", "tdis", "--json", "tips.json")
    assert said.code == 0, said.err
    assert "Times and places without devices" in said.out
    assert "Can it be built again?" in said.out
    assert [one["id"] for one in json.loads(Path("tips.json").read_text())["tips"]["tips"]] == ["unplug"]


def test_a_caseload_from_the_command_line(run):
    lines = [f"{code},{day},{','.join([str(level)] * 5)}" for code, levels in (("A", (2, 5)), ("B", (3, 3)))
             for level, day in zip(levels, ("2026-01-10", "2026-03-10"), strict=True)]  # fmt: skip
    Path("s.csv").write_text("id,date,eis_1,eis_2,eis_3,eis_4,eis_5\n" + "\n".join(lines) + "\n")
    said = run("report", "s.csv", "--bank", "eis", "--id", "id", "--occasion", "date", "--caseload", "--out", "c.html")
    assert said.code == 0, said.err
    assert "Clearly higher in at least one area: A." in said.out
