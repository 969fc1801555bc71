"""Scored files read again by our own reader: the same answers cell by cell, with their labels and kinds of missing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import openpyxl
import pyreadstat
import pytest

from intimacy_scales.cli.reading.scored_sheet import scored_sheet
from intimacy_scales.output.writing import SUFFIXES, write_sheet
from intimacy_scales.output.writing.statfiles import spss_missing, stata_letters
from intimacy_scales.reading.exports import read_table
from intimacy_scales.reading.exports.table import Column, NumberCells, TextCells
from intimacy_scales.reading.responses import read_responses
from intimacy_scales.scoring import score_responses
from intimacy_scales.simulation import simulate

NAN = np.nan


def written(responses, path, **wishes):
    return write_sheet(scored_sheet(score_responses(responses), answers=True, **wishes), path)


def same(one, other):
    assert [part.administration for part in one.answered] == [part.administration for part in other.answered]
    for a, b in zip(one.answered, other.answered, strict=True):
        np.testing.assert_array_equal(a.block(), b.block())


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("bank", ["eis", "pair", "tdis"])
def test_answers_written_and_read_again_are_the_same_codes_cell_by_cell(tmp_path, bank, suffix):
    before = simulate(bank, n=40, seed=3, missing=0.05).responses
    after = read_responses(written(before, tmp_path / f"out{suffix}"), bank, progress=False)
    same(before, after)
    np.testing.assert_array_equal(score_responses(after).parts[0].values, score_responses(before).parts[0].values)


@pytest.fixture
def refused(tmp_path):
    """A .sav whose answers declare 98 and 99 as missing, with an income that declares -1."""
    import pandas as pd

    frame = pd.DataFrame({
        "id": ["007", "008", "009", "010"], "income": [3.0, -1.0, 5.0, NAN],
        "eis_1": [5, 99, 3, 1], "eis_2": [4, 98, NAN, 1], "eis_3": [3.0, 2, 2, 1], "eis_4": [4.0, 2, 2, 1],
        "eis_5": [5.0, 2, 2, 1],
    })  # fmt: skip
    path = tmp_path / "in.sav"
    ranges = {"eis_1": [98, 99], "eis_2": [98, 99], "income": [-1]}
    values = {"eis_1": {98: "refused", 99: "not shown"}, "income": {1: "low", -1: "refused"}}
    pyreadstat.write_sav(frame, str(path), missing_ranges=ranges, variable_value_labels=values,
                         column_labels={"income": "Income a month"})  # fmt: skip
    return read_responses(path, "eis")


def test_spss_declares_again_what_the_export_declared_as_missing(refused, tmp_path):
    out = written(refused, tmp_path / "out.sav", keep=["income"])
    frame, meta = pyreadstat.read_sav(out, user_missing=True)
    assert frame["eis_1"].tolist() == [5, 99, 3, 1]
    assert frame["eis_2"].fillna(0).tolist() == [4, 98, 0, 1]
    assert meta.missing_ranges["eis_1"] == [{"lo": 99.0, "hi": 99.0}]
    assert meta.variable_value_labels["eis_1"][99] == "not shown"
    assert meta.variable_value_labels["eis_1"][5] == "strongly agree"
    assert meta.variable_value_labels["income"] == {1: "low", -1: "refused"}
    assert frame["income"].tolist()[:3] == [3, -1, 5]
    assert meta.column_names_to_labels["income"] == "Income a month"
    assert "eis" in meta.file_label
    assert any("fingerprint" in line for line in meta.notes)
    again = read_responses(out, "eis")
    same(refused, again)
    assert again.table.column("eis_1").missing == {99.0: "user-missing"}
    np.testing.assert_array_equal(
        score_responses(again)["eis_total"].values, score_responses(refused)["eis_total"].values
    )


def test_stata_keeps_kinds_of_missing_as_letters(refused, tmp_path):
    out = written(refused, tmp_path / "out.dta", keep=["income"])
    _, meta = pyreadstat.read_dta(out, user_missing=True)
    assert meta.missing_user_values["eis_1"] == ["a"]
    again = read_responses(out, "eis")
    same(refused, again)
    assert again.table.column("eis_1").missing_texts == {".a": "not shown (99)"}
    third = written(again, tmp_path / "third.dta")
    assert read_responses(third, "eis").table.column("eis_1").missing_texts == {".a": "not shown (99)"}


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".xlsx", ".json", ".parquet"])
def test_other_formats_leave_declared_missing_blank(refused, tmp_path, suffix):
    out = written(refused, tmp_path / f"out{suffix}", keep=["income"])
    again = read_responses(out, "eis", progress=False)
    same(refused, again)
    income = again.table.column("income").cells
    assert [float(text) if text else None for text in income.texts()] == [3, None, 5, None]


def test_ids_keep_their_zeros(refused, tmp_path):
    for suffix in SUFFIXES:
        out = written(refused, tmp_path / f"out{suffix}")
        assert read_responses(out, "eis", progress=False).ids == ("007", "008", "009", "010")


def test_codebook_sheet_says_what_each_column_is(refused, tmp_path):
    book = openpyxl.load_workbook(written(refused, tmp_path / "out.xlsx", keep=["income"]))
    lines = {row[0]: row[1:] for row in book["codebook"].iter_rows(values_only=True)}
    assert lines["eis_1"][0].startswith("Emotional Intimacy Scale item 1")
    assert "5 = strongly agree" in lines["eis_1"][1]
    assert lines["eis_1"][2] == "99 = not shown"
    assert lines["income"][:2] == ("Income a month", "1 = low")
    assert "measures" in lines["eis is"][0]


def test_json_says_that_it_is_ours_and_a_damaged_one_is_told(refused, tmp_path):
    out = written(refused, tmp_path / "out.json")
    assert list(json.loads(out.read_text()))[:2] == ["tool", "command"]
    assert read_table(out).source.platform == "form"


def test_damaged_parquet_is_told(tmp_path):
    from intimacy_scales.base.errors import ExportError

    path = tmp_path / "bad.parquet"
    path.write_bytes(b"PAR1" + bytes(40))
    with pytest.raises(ExportError, match="damaged Parquet"):
        read_table(path)


def test_parquet_keeps_questions_and_counts_rows_from_one(refused, tmp_path):
    table = read_table(written(refused, tmp_path / "out.parquet", keep=["income"]))
    assert (table.source.platform, table.row_numbers.tolist()) == ("parquet", [1, 2, 3, 4])
    assert table.column("income").question == "Income a month"
    assert isinstance(table.column("eis_1").cells, NumberCells)


def test_more_codes_of_missing_than_spss_lets_declare():
    assert spss_missing([95.0, 96.0, 97.0, 98.0], [1.0, 5.0]) == [{"lo": 95.0, "hi": 98.0}]
    assert spss_missing([-9.0, -8.0, 7.0, 8.0], [1.0, 5.0]) == [-9.0, -8.0, 7.0]
    assert stata_letters([98.0, ".a"]) == {".a": "a", 98.0: "b"}


def test_missing_texts_of_kept_columns_are_blank(tmp_path):
    from dataclasses import replace

    responses = read_responses(_csv(tmp_path), "eis", progress=False)
    table = responses.table
    columns = tuple(replace(c, missing_texts={"-oth-": "not shown"}) if c.name == "city" else c for c in table.columns)
    told = replace(responses, table=replace(table, columns=columns))
    sheet = scored_sheet(score_responses(told), keep=["city"])
    assert list(sheet.columns["city"]) == ["Oslo", ""]


def _csv(folder: Path) -> Path:
    path = folder / "in.csv"
    path.write_text("id,city,eis_1,eis_2,eis_3,eis_4,eis_5\n1,Oslo,1,2,3,4,5\n2,-oth-,5,5,5,5,5\n")
    return path


def test_infinite_numbers_are_spelled():
    assert NumberCells(numbers=np.array([np.inf, -np.inf, 3.0, NAN, 2.5])).texts() == ["inf", "-inf", "3", "", "2.5"]
    assert Column(name="x", cells=TextCells(values=("a",), codes=np.array([0, -1]))).cells.texts() == ["a", ""]
