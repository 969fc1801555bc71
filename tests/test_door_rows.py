"""Rows at the door: filters, summary rows, frames and files alike, rules per file, ids a spreadsheet cut, labels of groups."""

from __future__ import annotations

import csv
import re
import shlex
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

import intimacy_scales as ims

CASES = Path(__file__).parent / "cases" / "door"
EIS = [f"eis_{j}" for j in range(1, 6)]


def people(n=40, seed=1):
    """Answers of n persons to EIS."""
    draw = np.random.default_rng(seed)
    codes = np.clip(np.rint(3 + draw.normal(size=(n, 1)) + 0.6 * draw.normal(size=(n, 5))), 1, 5).astype(int)
    made = pd.DataFrame(codes, columns=EIS)
    made.insert(0, "id", [f"p{i:03d}" for i in range(n)])
    return made


@pytest.fixture
def run(run):
    """Return a function that runs a command in a folder of its own; it returns the exit code and everything said."""

    def typed(*words):
        said = run(*words)
        return said.code, said.out + said.err

    return typed


def scored(run, *words):
    """Score; returns the rows written and everything said."""
    code, said = run("score", *words, "--bank", "eis", "--out", "scored.csv", "--force")
    assert code == 0, said
    with Path("scored.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines)), said


# workbooks -----------------------------------------------------------------------------------------------------


def filtered(path, *, custom=False, table=False):
    """Write a workbook whose filter on sex hides every second row."""
    from openpyxl.worksheet.filters import AutoFilter, CustomFilter, CustomFilters, FilterColumn, Filters
    from openpyxl.worksheet.table import Table

    book = openpyxl.Workbook()
    sheet = book.active
    made = people()
    sheet.append(["id", "sex", *EIS])
    for at, row in enumerate(made.itertuples(index=False)):
        sheet.append([row[0], 1 + at % 2, *map(int, row[1:])])
        sheet.row_dimensions[at + 2].hidden = at % 2 == 1
    if table:
        own = Table(displayName="T1", ref="A1:G41")
        own.autoFilter = AutoFilter(ref="A1:G41")
        own.autoFilter.filterColumn = [FilterColumn(colId=1, filters=Filters(filter=["1"]))]
        sheet.add_table(own)
    elif custom:
        sheet.auto_filter.ref = "A1:G41"
        rule = CustomFilters(customFilter=[CustomFilter(operator="lessThan", val="2")])
        sheet.auto_filter.filterColumn.append(FilterColumn(colId=1, customFilters=rule))
    else:
        sheet.auto_filter.ref = "A1:G41"
        sheet.auto_filter.add_filter_column(1, ["1"])
    book.save(path)


@pytest.mark.parametrize(
    ("how", "rule"), [({}, "sex == 1"), ({"custom": True}, "sex < 2"), ({"table": True}, "sex == 1")]
)
def test_a_filter_of_excel_is_told_with_its_column_and_the_rule_that_applies_it(run, tmp_path, how, rule):
    filtered(tmp_path / "f.xlsx", **how)
    rows, said = scored(run, "f.xlsx")
    assert len(rows) == 40
    assert "20 rows are hidden in the sheet by the filter on column sex" in said
    typed = re.search(r'--where "([^"]+)"', said)[1]
    assert typed == rule
    rows, said = scored(run, "f.xlsx", "--where", typed)
    assert len(rows) == 20


def test_an_old_workbook_is_read_as_the_new_one_would_be(run):
    rows, said = scored(run, CASES / "old_excel.xls", "--keep", "couple", "day", "--id", "id")
    assert [row["couple"] for row in rows[:4]] == ["c0", "c0", "c1", "c1"]
    assert rows[2]["day"] == "2026-03-03"
    assert {row["eis_total"] for row in rows} == {"15"}
    assert "hidden sheets were passed over: 'lists'" in said
    assert "6 cells merged over several rows" in said
    assert "1 rows are hidden in the sheet" in said


@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_old_workbook_is_a_sentence(run, tmp_path, seed):
    draw = np.random.default_rng(seed)
    damaged = bytearray((CASES / "old_excel.xls").read_bytes())
    for place in draw.integers(512, len(damaged), size=20):
        damaged[place] = int(draw.integers(256))
    (tmp_path / "d.xls").write_bytes(damaged[: int(draw.integers(1000, len(damaged)))] if seed % 2 else damaged)
    code, said = run("score", "d.xls", "--bank", "eis", "--out", "o.csv")
    assert code == 0 or "intimacy-scales: d.xls" in said
    assert "Traceback" not in said
    assert "fault of the software" not in said


def test_couples_that_stand_once_for_two_rows_are_filled_when_said(run, tmp_path):
    made = people().drop(columns="id")
    made.insert(0, "partner", ["a", "b"] * 20)
    made.insert(0, "couple", [f"c{i // 2}" if i % 2 == 0 else "" for i in range(40)])
    made.to_csv(tmp_path / "c.csv", index=False)
    words = ["couples", "c.csv", "--bank", "eis", "--couple", "couple", "--partner", "partner"]
    code, said = run(*words)
    assert code == 1
    option = re.search(r"say (--fill-down couple)", said)[1]
    code, said = run(*words, *shlex.split(option))
    assert code == 0
    assert "20 blank cells of couple were filled from above" in said
    assert re.search(r"^20 +a and b", said, re.MULTILINE)


# frames --------------------------------------------------------------------------------------------------------


def doubtful():
    """Two who refused, two unfinished, a filter of SPSS, and the means below."""
    made = people(60)
    made["consent"] = ["no" if i in (3, 7) else "yes" for i in range(60)]
    made["filter_$"] = [0 if i % 5 == 0 else 1 for i in range(60)]
    made["Finished"] = ["False" if i in (10, 11) else "True" for i in range(60)]
    means = made[EIS].mean().round(2)
    return pd.concat([made, pd.DataFrame([{"id": "Mean", **means}])], ignore_index=True)


def to_polars(frame):
    return pytest.importorskip("polars").from_pandas(frame)


def to_arrow(frame):
    return pytest.importorskip("pyarrow").Table.from_pandas(frame, preserve_index=False)


@pytest.mark.parametrize("as_type", [lambda frame: frame, to_polars, to_arrow], ids=["pandas", "polars", "pyarrow"])
def test_frames_go_through_the_same_door_as_files(tmp_path, as_type):
    frame = doubtful()
    frame.to_csv(tmp_path / "a.csv", index=False)
    of_file, of_frame = ims.inspect_export(tmp_path / "a.csv", "eis"), ims.inspect_export(as_type(frame), "eis")
    assert len(of_frame.responses.row_numbers) == len(of_file.responses.row_numbers) == 58
    assert of_frame.why_set_aside == of_file.why_set_aside
    for part in ("filter_$ marks 12 of", "column Finished holds"):
        assert any(part in note for note in of_frame.notes)
        assert any(part in note for note in of_file.notes)
    scores = ims.score(as_type(frame), "eis")
    assert len(scores.table()) == 58
    np.testing.assert_array_equal(scores["eis_total"].values, ims.score(tmp_path / "a.csv", "eis")["eis_total"].values)


def test_a_frame_keeps_its_index_and_whom_it_is_told_to_keep():
    frame = doubtful().set_index(pd.Index([f"row {i}" for i in range(61)]))
    table = ims.score(frame, "eis").table()
    assert "row 3" not in table.index
    assert table.index[3] == "row 4"
    assert len(ims.score(frame, "eis", include_set_aside=["refused"]).table()) == 60


def test_means_below_the_answers_are_no_person_though_nothing_names_them(run, tmp_path):
    made = people(60)
    text = made.to_csv(index=False)
    means = ",".join(f"{value:.2f}" for value in made[EIS].mean())
    (tmp_path / "m.csv").write_text(f"{text},{means}\n", encoding="utf-8")
    rows, said = scored(run, "m.csv")
    assert len(rows) == 60
    assert "no id, and its numbers are the mean of every column" in said
    (tmp_path / "x.csv").write_text(
        text + "".join(f",{','.join([str(end)] * 5)}\n" for end in (1, 5)), encoding="utf-8"
    )
    rows, said = scored(run, "x.csv")
    assert len(rows) == 62  # a person may tick these
    assert said.count("is it a person?") == 2


# rules and ids ---------------------------------------------------------------------------------------------------


def two_waves(tmp_path):
    first, second = people(40), people(40, seed=2)
    first["group"], first["consent"] = ["x", "y"] * 20, ["unsure"] * 5 + ["yes"] * 35
    second["consent"] = ["yes"] * 38 + ["unsure"] * 2
    first.to_csv(tmp_path / "one.csv", index=False)
    second.to_csv(tmp_path / "two.csv", index=False)
    return ["one.csv", "--join", "two.csv", "--on", "id", "--as", "waves"]


def test_a_rule_acts_on_each_file_that_has_its_column(run, tmp_path):
    words = two_waves(tmp_path)
    rows, said = scored(run, *words, "--where", "consent == 'yes'")
    assert "5 one.csv: left out by --where" in said
    assert "2 two.csv: left out by --where" in said
    assert sum(bool(row["eis_total_t1"]) for row in rows) == 35
    assert sum(bool(row["eis_total_t2"]) for row in rows) == 38


def test_whom_a_rule_leaves_out_in_one_file_it_leaves_out_in_the_file_that_cannot_tell(run, tmp_path):
    words = two_waves(tmp_path)
    rows, _ = scored(run, *words, "--where", "group == 'x'")
    assert [row["id"] for row in rows] == [f"p{i:03d}" for i in range(0, 40, 2)]
    rows, _ = scored(run, *words, "--where", "group_t1 == 'x'")
    assert len(rows) == 20
    code, said = run("change", "one.csv", "two.csv", "--id", "id", "--bank", "eis", "--where", "group == 'x'")
    assert code == 0
    assert "two.csv lacks a column of --where" in said
    assert re.search(r"^eis_total +20 ", said, re.MULTILINE)
    code, said = run("change", "one.csv", "two.csv", "--id", "id", "--bank", "eis", "--where", "grup == 'x'")
    assert code == 1
    assert "did you mean 'group'" in said


def with_ids(tmp_path, name, ids):
    people(len(ids)).assign(id=ids).to_csv(tmp_path / name, index=False)


def test_ids_that_a_spreadsheet_cut_are_matched_where_nobody_could_be_mistaken(run, tmp_path):
    full = [1234560000000001 + i * 7_000_000_000_122 for i in range(30)]
    with_ids(tmp_path, "full.csv", full)
    with_ids(tmp_path, "short.csv", [f"{one:.5E}" for one in full])
    with_ids(tmp_path, "kept15.csv", [one // 10 * 10 for one in full])
    for other, why in (
        ("short.csv", "digits that a spreadsheet rounded off"),
        ("kept15.csv", "15 that a spreadsheet keeps"),
    ):
        code, said = run("change", other, "full.csv", "--bank", "eis", "--id", "id")
        assert code == 0, said
        assert re.search(r"^eis_total +30 ", said, re.MULTILINE), said
        assert why in said
    assert "end in 0" in said
    _, said = scored(run, "short.csv")
    assert "30 ids were rounded by a spreadsheet" in said


def test_ids_that_share_what_a_spreadsheet_left_are_kept_apart(run, tmp_path):
    full = [1234560000000001 + i * 7_000_000_000_122 for i in range(29)]
    full.append(full[0] + 4)
    with_ids(tmp_path, "full.csv", full)
    with_ids(tmp_path, "short.csv", [f"{one:.5E}" for one in full])
    code, said = run("change", "full.csv", "short.csv", "--bank", "eis", "--id", "id")
    assert code == 0
    assert re.search(r"^eis_total +28 ", said, re.MULTILINE)
    assert "kept apart" in said


# labels of groups, partners and occasions ------------------------------------------------------------------------


@pytest.fixture
def labelled(tmp_path):
    """Couples of a woman (1) and a man (2) on two occasions; 1 is after, 2 is before therapy."""
    import pyreadstat

    made = people(160)
    made["sex"], made["couple"] = 1.0 + np.arange(160) % 2, np.arange(160) // 2 + 1.0
    both = pd.concat([made.assign(wave=2.0), made.assign(wave=1.0, **{EIS[0]: np.minimum(made[EIS[0]] + 1, 5)})])
    labels = {"sex": {1: "woman", 2: "man"}, "wave": {1: "after therapy", 2: "before therapy"}}
    for name, frame in (("one.sav", made), ("both.sav", both)):
        numbers = frame.astype(dict.fromkeys(EIS, float))
        pyreadstat.write_sav(numbers, str(tmp_path / name), variable_value_labels=labels)
    return tmp_path


def test_partners_groups_and_pages_are_called_by_their_labels(run, labelled):
    code, said = run("couples", "one.sav", "--bank", "eis", "--couple", "couple", "--partner", "sex")
    assert code == 0
    assert "woman and man (told apart)" in said
    code, said = run("norms", "one.sav", "--bank", "eis", "--by", "sex", "--out", "n.yaml")
    assert code == 0
    assert "sex_woman" in said
    words = ["report", "one.sav", "--bank", "eis"]
    assert run(*words, "--structure", "--group", "sex", "--out", "s.html")[0] == 0
    assert run(*words, "--couple", "couple", "--partner", "sex", "--couple-id", "3", "--out", "c.html")[0] == 0
    for page in ("s.html", "c.html"):
        assert "woman" in re.sub(r"<[^>]*>", " ", (labelled / page).read_text(encoding="utf-8")).casefold()


def test_occasions_go_by_their_labels_not_by_their_codes(run, labelled):
    code, said = run("change", "both.sav", "--bank", "eis", "--id", "id", "--occasion", "wave")
    assert code == 0
    assert "compared: before therapy with after therapy" in said
    before, after = (
        float(one) for one in re.search(r"^eis_total .*? (\d+\.\d+)  +(\d+\.\d+)  ", said, re.MULTILINE).groups()
    )
    assert after > before
    code, said = run("change", "both.sav", "--bank", "eis", "--id", "id", "--occasion", "wave", "--times", "1", "2")
    assert code == 0
    assert "compared: 1 with 2" in said


# platforms that write archives, marks and boxes -----------------------------------------------------------------


def test_the_archive_of_psytoolkit_is_read_and_its_reversed_items_told(run, tmp_path):
    import zipfile

    made = people().rename(columns={"id": "participant"})
    made["participant"] = [f"s.05060a15-d2be-4ed2-a026-73bd684b{i:04d}.txt" for i in range(len(made))]
    made["TIME_start"] = "2026-03-01-10-00"
    script = "scale: agree\n- no\n- yes\n\nl: eis\nt: scale agree\nq: How much?\n- We talk\n- {reverse} We do not\n"
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        archive.writestr("data.csv", made.to_csv(index=False))
        archive.writestr("survey.txt", script)
        for name in made["participant"][:3]:
            archive.writestr(name, "l: eis\nend 2026-03-01-10-03\n")
    rows, said = scored(run, "data.zip")
    assert [float(row["eis_total"]) for row in rows] == made[EIS].sum(axis=1).tolist()
    assert "archive of PsyToolkit: its numbers are the places of the options" in said
    assert "survey.txt marks items with {reverse}" in said
    assert "--already-reversed" in said


def test_the_mark_at_the_end_of_gorillas_short_form_is_no_person(run, tmp_path):
    made = people().rename(columns={"id": "Participant Private ID"})
    made.insert(0, "Event Index", range(len(made)))
    text = made.to_csv(index=False)
    (tmp_path / "g.csv").write_text(f"{text}END OF FILE,,,,,,\n", encoding="utf-8")
    rows, said = scored(run, "g.csv")
    assert len(rows) == 40
    assert "the mark of the file's end" in said
