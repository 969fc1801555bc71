"""Files are written whole or not at all, never over one another unasked, and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import errno
import json
import math

import numpy as np
import pandas as pd
import pytest

from intimacy_scales.base.errors import OutputError
from intimacy_scales.base.files import may_write, write_text, write_whole
from intimacy_scales.output.writing import SUFFIXES, Sheet, write_sheet
from intimacy_scales.output.writing.formats import safe_text
from intimacy_scales.output.writing.statfiles import spss_names, stata_names

SHEET = Sheet(
    columns={
        "id": ["007", "=1+1", "ümlaut"],
        "eis_total": np.array([22.5, np.nan, 1 / 3]),
        "eis_total_answered": np.array([4, 2, 5]),
        "eis_1": np.array([5.0, np.nan, 1.0]),
    },
    labels={"eis_total": "Emotional intimacy"},
    value_labels={"eis_1": {1: "no", 5: "yes"}},
    about={"software": "x 1"},
)


def test_written_text_is_whole_and_no_scrap_is_left(tmp_path):
    write_text(may_write(tmp_path / "a.txt"), "ü\n")
    assert (tmp_path / "a.txt").read_bytes() == "ü\n".encode()
    assert [f.name for f in tmp_path.iterdir()] == ["a.txt"]


def test_an_existing_file_is_kept_without_force(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(OutputError, match="exists already"):
        may_write(tmp_path / "a.txt")
    write_text(may_write(tmp_path / "a.txt", force=True), "new")
    assert (tmp_path / "a.txt").read_text() == "new"


def test_the_input_is_never_the_output_even_with_force(tmp_path):
    given = tmp_path / "in.csv"
    given.write_text("x")
    (tmp_path / "link.csv").symlink_to(given)
    for target in (given, tmp_path / "link.csv"):
        with pytest.raises(OutputError, match="is the input itself"):
            may_write(target, force=True, inputs=[given])


def test_missing_folder_and_folder_as_file_are_said(tmp_path):
    with pytest.raises(OutputError, match="does not exist"):
        may_write(tmp_path / "none" / "a.csv")
    with pytest.raises(OutputError, match="is a folder"):
        may_write(tmp_path)


def test_a_full_disk_leaves_the_old_file_and_no_half_one(tmp_path):
    (tmp_path / "a.csv").write_text("old")

    def fill_up(path):
        path.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OutputError, match="No space left"):
        write_whole(tmp_path / "a.csv", fill_up)
    assert (tmp_path / "a.csv").read_text() == "old"
    assert [f.name for f in tmp_path.iterdir()] == ["a.csv"]


def test_any_other_failure_leaves_nothing_either(tmp_path):
    with pytest.raises(ZeroDivisionError):
        write_whole(tmp_path / "a.csv", lambda path: 1 / 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_brings_back_what_was_written(tmp_path, suffix):
    path = write_sheet(SHEET, tmp_path / f"scores{suffix}")
    back = read_back(path)
    np.testing.assert_allclose(back["eis_total"].astype(float), SHEET.columns["eis_total"], rtol=1e-15)
    assert back["eis_total_answered"].astype(int).tolist() == [4, 2, 5]
    assert back["id"].tolist()[0] == "007"
    assert back["id"].tolist()[2] == "ümlaut"


def read_back(path):
    import pyreadstat

    readers = {
        ".csv": lambda p: pd.read_csv(p, dtype={"id": str}),
        ".tsv": lambda p: pd.read_csv(p, sep="\t", dtype={"id": str}),
        ".xlsx": lambda p: pd.read_excel(p, dtype={"id": str}),
        ".sav": lambda p: pyreadstat.read_sav(p)[0],
        ".dta": lambda p: pyreadstat.read_dta(p)[0],
        ".parquet": pd.read_parquet,
        ".json": lambda p: pd.DataFrame(json.loads(p.read_text(encoding="utf-8"))["rows"]),
    }
    return readers[path.suffix](path)


def test_spss_carries_labels(tmp_path):
    import pyreadstat

    _, meta = pyreadstat.read_sav(write_sheet(SHEET, tmp_path / "s.sav"))
    assert meta.column_names_to_labels["eis_total"] == "Emotional intimacy"
    assert meta.variable_value_labels["eis_1"] == {1.0: "no", 5.0: "yes"}


def test_excel_has_a_codebook(tmp_path):
    book = pd.read_excel(write_sheet(SHEET, tmp_path / "s.xlsx"), sheet_name=None)
    assert list(book) == ["scores", "codebook"]
    assert "Emotional intimacy" in book["codebook"].to_string()
    assert "1 = no; 5 = yes" in book["codebook"].to_string()


@pytest.mark.parametrize("cell", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")'])
def test_a_cell_cannot_run_as_a_formula(tmp_path, cell):
    assert safe_text(cell)[0] == "'"
    path = write_sheet(Sheet(columns={"id": [cell]}), tmp_path / "s.csv")
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[1][0] == f"'{cell}"
    from openpyxl import load_workbook

    sheet = load_workbook(write_sheet(Sheet(columns={"id": [cell.strip()]}), tmp_path / "s.xlsx"))["scores"]
    assert sheet["A2"].data_type == "s"


@pytest.mark.parametrize("cell", ["-3", "+4.5", "-1e-3", "a=b", "", "007"])
def test_numbers_and_plain_text_are_left_alone(cell):
    assert safe_text(cell) == cell


def test_unknown_suffix_names_those_there_are(tmp_path):
    for name in ("scores.doc", "scores"):
        with pytest.raises(OutputError, match=r"\.csv, \.tsv, \.xlsx"):
            write_sheet(SHEET, tmp_path / name)


def test_csv_holds_full_precision_and_blank_for_missing(tmp_path):
    lines = write_sheet(SHEET, tmp_path / "s.csv").read_text(encoding="utf-8").splitlines()
    assert lines[2].split(",")[1] == ""
    assert float(lines[3].split(",")[1]) == 1 / 3


def test_json_has_null_for_missing_and_no_nan(tmp_path):
    text = write_sheet(SHEET, tmp_path / "s.json").read_text(encoding="utf-8")
    assert json.loads(text)["rows"][1]["eis_total"] is None
    assert "NaN" not in text


def test_long_names_become_unique_stata_names():
    names = [
        f"pair_style_expected_{s}{e}"
        for s in ("conventionality", "conventional", "recreational")
        for e in ("", "_answered")
    ]
    short = stata_names([*names, "1st", "größe"])
    assert len(set(short.values())) == len(short)
    assert all(len(name) <= 28 and name.isidentifier() for name in short.values())
    assert short["größe"] == "größe"
    assert math.isclose(len(short), 8)


def test_names_that_spss_refuses_are_mended_and_stay_apart():
    names = ["Q1[SQ001]", "Q1 SQ001", "q1_sq001", "1_Q2", "by", "ends.", "[]", "ä" * 60, "ä" * 61, "keep.this$one"]
    short = spss_names(names)
    assert short["keep.this$one"] == "keep.this$one"
    assert short["q1_sq001"] == "q1_sq001"  # what may stay, stays
    assert len({name.casefold() for name in short.values()}) == len(names)
    assert all(
        len(name.encode()) <= 64 and name[0].isalpha() and not set(name) & set(" []()") for name in short.values()
    )
    assert short["by"] == "by_"
