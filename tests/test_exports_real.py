"""Exports that others made (shared data): row counts, twins cell by cell, and the authors' own scores."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from intimacy_scales.base.errors import ExportError
from intimacy_scales.reading.exports import read_table
from intimacy_scales.reading.exports.platforms.registry import platform_names
from intimacy_scales.reading.responses import read_responses
from intimacy_scales.scoring import score_responses
from making import small_bank

EXPORTS = Path(__file__).parents[1].parent / "shared" / "data" / "exports"
pytestmark = pytest.mark.skipif(not EXPORTS.is_dir(), reason="needs ../shared/data")

# file: platform, rows kept, rows set aside
FILES = {
    "formr/codebook_bfi.csv": ("formr", 28, 0), "formr/codebook_bfi_items.csv": ("spreadsheet", 29, 0),
    "google_forms/greek_burnout_likert.csv": ("google_forms", 120, 0),
    **{f"jspsych/coact_survey_0{at}.csv": ("jspsych", 1, 0) for at in range(1, 10)},
    "jspsych/ref_coact_pilot_v1_survey_processed.csv": ("spreadsheet", 160, 0),
    "kobo/kobo_maindata_60rows_blanked.csv": ("kobo", 60, 0),
    "limesurvey/artifact_survey.xlsx": ("limesurvey", 124, 133),
    "limesurvey/ciberlite_722821_R_export_textheader.csv": ("limesurvey", 177, 37),
    "limesurvey/kwkm_results-survey374736.csv": ("limesurvey", 88, 12),
    "limesurvey/kwkm_results-survey779776.csv": ("limesurvey", 66, 4),
    "limesurvey/rdm_total_incl_incomplete.csv": ("limesurvey", 259, 239),
    "limesurvey/wordsim_code_and_text_header.csv": ("limesurvey", 31, 9),
    "qualtrics/excluder_qualtrics_numeric.csv": ("qualtrics", 92, 8), "qualtrics/excluder_qualtrics_raw.csv": ("qualtrics", 92, 8),
    "qualtrics/excluder_qualtrics_text.csv": ("qualtrics", 92, 8),
    "qualtrics/impressive_climate_prolific_choicetext.csv": ("qualtrics", 452, 0),
    "qualtrics/qtools_comments_importid_singlequotes.csv": ("qualtrics", 10, 0),
    "qualtrics/qtools_many_insights3header.csv": ("qualtrics", 5, 0), "qualtrics/qtools_many_legacy2header.csv": ("qualtrics", 5, 0),
    "qualtrics/qtools_matrix_insights3header.csv": ("qualtrics", 5, 0), "qualtrics/qtools_matrix_legacy2header.csv": ("qualtrics", 5, 0),
    "qualtrics/qualtRics_sample.csv": ("qualtrics", 1, 0), "qualtrics/qualtRics_sample_legacy.csv": ("qualtrics", 1, 0),
    "qualtrics/rec_course_numeric_with_previews.csv": ("qualtrics", 26, 2),
    "redcap/r4med_raw.csv": ("redcap", 3, 0), "redcap/r4med_labels.csv": ("redcap", 3, 0), "redcap/r4med_dictionary.csv": ("spreadsheet", 51, 0),
    "redcap/redcapAPI_data.csv": ("redcap", 23, 1), "redcap/redcapAPI_metadata.csv": ("spreadsheet", 68, 0),
    **{f"redcap/redcapr_{name}_data.csv": ("redcap", rows, 0) for name, rows in {
        "blank-for-gray-status": 6, "checkboxes-1": 4, "decimal-comma-and-dot": 4, "longitudinal": 18, "potentially-problematic-values": 2,
        "repeating-instruments": 6, "survey": 2, "validation-types-1": 1}.items()},
    **{f"redcap/redcapr_{name}_dictionary.csv": ("spreadsheet", rows, 0) for name, rows in {
        "blank-for-gray-status": 17, "checkboxes-1": 4, "decimal-comma-and-dot": 8, "longitudinal": 95, "potentially-problematic-values": 4,
        "repeating-instruments": 11, "survey": 25, "validation-types-1": 50}.items()},
    "spss/codebook_different_missings.sav": ("spss", 11, 1), "spss/foreign_testdata_labels_missing.sav": ("spss", 5, 0),
    "spss/greek_names_silence.sav": ("spss", 150, 0), "spss/gss_subset.sav": ("spss", 2903, 0), "spss/pspp_hotel_likert.sav": ("spss", 17, 0),
    "spss/pyreadstat_missing_char.sav": ("spss", 2, 0), "spss/pyreadstat_missing_test.sav": ("spss", 2, 0),
    "spss/pyreadstat_sample_missing.sav": ("spss", 7, 0),
    "stata/esteem_panel.dta": ("stata", 5250, 0), "stata/gss_subset.dta": ("stata", 2903, 0), "stata/pyreadstat_missing_test.dta": ("stata", 1, 0),
    "surveymonkey/steak-risk-survey.csv": ("surveymonkey", 550, 0),
}  # fmt: skip
SURVEYS = ("qualtrics/impressive_climate.qsf", "qualtrics/qtools_many.qsf", "qualtrics/qtools_matrix.qsf", "limesurvey/ciberlite_722821.lss",
           "kobo/kobo_xlsform.xls")  # fmt: skip


def read(name, survey=None):
    return read_table(EXPORTS / name, survey=EXPORTS / survey if survey else None, progress=False)


def by_name(table):
    return {name: column for column in table.columns for name in (*column.other_names, column.name)}


@pytest.mark.parametrize("name", FILES)
def test_platform_and_rows(name):
    table = read(name)
    assert (table.source.platform, len(table), len(table.set_aside)) == FILES[name]
    assert all(aside.why for aside in table.set_aside)


def test_no_file_is_forgotten():
    found = {str(path.relative_to(EXPORTS)) for path in EXPORTS.rglob("*") if path.is_file()}
    assert found == {*FILES, *SURVEYS}
    assert {platform for platform, _, _ in FILES.values()} <= {*platform_names()}


@pytest.mark.parametrize("name", SURVEYS)
def test_survey_files_are_no_answers_and_say_what_to_do(name):
    with pytest.raises(ExportError, match=r"with survey|save it as \.xlsx"):
        read(name)


def test_redcap_raw_and_labels_are_twins():
    raw = read("redcap/r4med_raw.csv", "redcap/r4med_dictionary.csv")
    labelled = by_name(read("redcap/r4med_labels.csv", "redcap/r4med_dictionary.csv"))
    assert raw.column("record_id").cells.texts() == ["0001", "0002", "0003"]
    assert labelled["access_pc"].cells.texts() == ["", "", ""]  # blanked in the shared file: its label says "phone"
    for column in raw.columns:
        twin = labelled[column.name]
        if column.name == "access_pc":
            continue
        assert [
            column.labels.get(float(text), text) if text and column.labels else text for text in column.cells.texts()
        ] == twin.cells.texts()
        assert twin.kind == column.kind or column.name == "record_id_1ec468"  # labelled "Record ID", it is an id too


@pytest.mark.parametrize("survey", [None, "qualtrics/qtools_matrix.qsf"])
def test_qualtrics_matrix_headers_are_twins(survey):
    new, old = (
        read("qualtrics/qtools_matrix_insights3header.csv", survey),
        read("qualtrics/qtools_matrix_legacy2header.csv", survey),
    )
    items = [[column for column in table.columns if column.kind == "answer"] for table in (new, old)]
    assert len(items[0]) == len(items[1]) == 15
    for a, b in zip(*items, strict=True):
        assert a.cells.texts() == b.cells.texts()
        assert (a.labels, a.kind) == (b.labels, b.kind)
        assert bool(a.labels) == bool(survey)
        assert all(not text or not survey or float(text) in a.labels for text in a.cells.texts())
    if survey:
        assert {code for column in items[0] for code in column.labels} == {1, 2, 3, 4, 10, 11, 12, 13}


@pytest.mark.parametrize("survey", [None, "qualtrics/qtools_many.qsf"])
def test_qualtrics_many_headers_are_twins(survey):
    new, old = (read(f"qualtrics/qtools_many_{form}.csv", survey) for form in ("insights3header", "legacy2header"))

    def own(table):
        return [column for column in table.columns if column.kind == "answer"]

    assert len(own(new)) == len(own(old))
    for a, b in zip(own(new), own(old), strict=True):
        assert a.cells.texts() == b.cells.texts()
        if a.labels and b.labels:
            assert a.labels == b.labels


def test_qualtrics_choice_text_is_among_the_surveys_labels():
    table = read("qualtrics/impressive_climate_prolific_choicetext.csv", "qualtrics/impressive_climate.qsf")
    checked = 0
    for column in table.columns:
        if column.labels and column.kind == "answer":
            assert {*column.cells.texts()} - {""} <= {*column.labels.values()}
            checked += 1
    assert checked >= 1


def test_limesurvey_structure_beside_question_texts():
    table = read("limesurvey/ciberlite_722821_R_export_textheader.csv", "limesurvey/ciberlite_722821.lss")
    told = [column for column in table.columns if column.other_names]
    assert len(told) == 69
    assert all(re.fullmatch(r"\w+(\[\w+\])?", column.other_names[0]) for column in told)
    assert {column.kind for column in table.columns[table.names.index("Totaaltijd") :]} == {"timing"}


def test_spss_and_stata_are_twins():
    sav, dta = read("spss/gss_subset.sav"), read("stata/gss_subset.dta")
    assert sav.names == dta.names
    for a, b in zip(sav.columns, dta.columns, strict=True):
        assert a.cells.texts() == b.cells.texts()
        assert {code: label for code, label in a.labels.items() if code in b.labels} == dict(b.labels)


def bank_of(numbers, top):
    codes = range(top + 1) if top == 5 else range(1, top + 1)
    options = tuple({"code": code, "label": f"label {code}"} for code in codes)
    items = tuple({"number": n, "gloss": f"gloss {n}", "options": "agree", "reverse": False} for n in numbers)
    low, high = codes[0], codes[-1]
    scale = {"id": "total", "name": "Total", "items": tuple(numbers), "combine": "mean", "min_answered": 1, "min_answered_source": "ours",
             "missing": "prorate", "range": (low, high), "higher_means": "more"}  # fmt: skip
    case = {
        "name": "top",
        "source": "made for tests",
        "answers": {"-": (high,) * len(items)},
        "scores": {"total": high},
    }
    return small_bank(options={"agree": options}, items=items, scales=(scale,), cases=(case,))


@pytest.mark.parametrize("scale", ["agree", "open", "consc", "extra", "neuro"])
def test_formr_gives_the_authors_scores(scale):
    """REFERENCE 2.3: the mean of items whose R-items were reversed already equals the authors' column."""
    path = EXPORTS / "formr" / "codebook_bfi.csv"
    table = read_table(path)
    columns = [name for name in table.names if re.fullmatch(rf"BFIK_{scale}_\dR?", name)]
    bank = bank_of(range(1, len(columns) + 1), 6)
    mapping = {"banks": {"small": {"columns": {name: at for at, name in enumerate(columns, start=1)}}}}
    scores = score_responses(read_responses(path, bank, mapping=mapping))
    authors = np.array([float(text) for text in table.column(f"BFIK_{scale}").cells.texts()])
    assert len(authors) == 28
    np.testing.assert_allclose(scores["small_total"].values, authors, rtol=0, atol=4e-15)


def test_jspsych_gives_the_authors_ratings():
    """REFERENCE 2.4: every rating of the two pilot persons, by word; and the same mean a person."""
    paths = [EXPORTS / "jspsych" / f"coact_survey_0{at}.csv" for at in (1, 2)]
    with (EXPORTS / "jspsych" / "ref_coact_pilot_v1_survey_processed.csv").open(encoding="utf-8") as file:
        rated = {(row["participant_id"], row["word"]): float(row["rating"]) for row in csv.DictReader(file)}
    table = read_table(paths)
    words = [column.name for column in table.columns if column.kind == "answer"]
    assert len(words) == 40
    bank = bank_of(range(1, 41), 5)
    mapping = {"banks": {"small": {"columns": {word: at for at, word in enumerate(words, start=1)}}}}
    responses = read_responses(paths, bank, mapping=mapping)
    block = responses.answered[0].block()
    compared = 0
    for person, subject in enumerate(table.column("subject").cells.texts()):
        ratings = [rated[subject, word] for word in words]
        np.testing.assert_array_equal(block[person], ratings)
        assert score_responses(responses)["small_total"].values[person] == pytest.approx(np.mean(ratings), abs=1e-15)
        compared += len(ratings)
    assert compared == 80


def test_jspsych_folder_finds_the_copies():
    table = read_table(EXPORTS / "jspsych")
    assert (len(table), [aside.row for aside in table.set_aside]) == (7, [5, 7])
    assert "ref_coact" in table.notes[0]
