"""The command on every export that others made: answers coded and scored as an independent reading of the file says.

The banks are made here, with glosses that say only "column 3 of the file": nobody's wording. What is right is read
off the files with csv, openpyxl and pyreadstat alone.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from intimacy_scales.cli import main
from test_exports_real import EXPORTS, FILES, SURVEYS

pytestmark = pytest.mark.skipif(not EXPORTS.is_dir(), reason="needs ../shared/data")

BANK = """\
format: 1
id: made
version: "1.0.0"
name: Made for a test
measures: whatever these columns hold
rights: {{status: original, holder: us, licence: CC0-1.0}}
source: ["made for these tests, out of the columns of a file"]
languages: [en]
options:
  given:
{options}
items:
{items}
scales:
  - {{id: total, name: Total, items: [{numbers}], combine: mean, min_answered: 1, min_answered_source: ours,
     missing: prorate, range: [{low}, {high}], higher_means: more}}
certainty: {{map: confirmed, keys: confirmed, options: confirmed, gloss: confirmed, check: nothing}}
cases:
  - {{name: top, source: made for tests, answers: {{"-": [{top}]}}, scores: {{total: {high}}}}}
"""
YES_NO = {0: "No", 1: "Yes"}
Row = Mapping[str, str]


def numbered(low: int, high: int) -> dict[int, str]:
    return {code: f"step {code}" for code in range(low, high + 1)}


@dataclass(frozen=True, kw_only=True)
class Case:
    """Which columns of a file are scored with which codes, and which of its rows are respondents."""

    columns: str  # a pattern of names in the first row
    codes: Mapping[int, str]
    survey: str | None = None
    reverse: tuple[int, ...] = ()
    missing: tuple[float | str, ...] = ()
    header: int = 1  # rows
    keep: Callable[[Row], bool] = lambda _: True
    places: tuple[int, int] | None = None  # in place of names that are questions
    encoding: str = "utf-8-sig"
    alpha: float | None = None
    attention: Mapping[str, list] = field(default_factory=dict)
    foreign: bool = False  # the file labels its codes with words that the made bank has not


def submitted(row: Row) -> bool:
    return row["submitdate"] not in ("", "NA", "N/A")


def real(row: Row) -> bool:
    return row["Status"] in ("0", "IP Address") and row["Finished"] in ("1", "True", "TRUE")


def touched(row: Row) -> bool:
    """Whether a row of REDCap holds more than its id, its event and boxes that were never ticked."""
    return any(text not in ("", "0") for name, text in row.items() if name not in ("record_id", "redcap_event_name"))


BELONG = {"header": 3, "keep": lambda row: row["Status"] == "0" and row["Consent"] == "1"}
EXTENT = {1: "To little or no extent at all", 2: "To some extent", 3: "To a large extent", 4: "To a very large extent"}
IMPRESSED = {1: "1 - Not very impressive", 2: "2 - A bit impressive", 3: "3 - Quite impressive", 4: "4 - Very impressive",
             5: "5 - Extremely impressive"}  # fmt: skip
SYMPTOM = {1: "No", 2: "Yes", 3: "Yes, 3 months +"}
QUALTRICS, LIME, REDCAP = "qualtrics/", "limesurvey/", "redcap/"
CASES = {
    "Belong": (QUALTRICS + "rec_course_numeric_with_previews.csv", Case(columns=r"Belong_\d", codes=numbered(1, 7), **BELONG)),
    "Blst": (QUALTRICS + "rec_course_numeric_with_previews.csv", Case(columns=r"Blst_\d", codes=numbered(1, 7), **BELONG)),
    "matrix, three rows": (QUALTRICS + "qtools_matrix_insights3header.csv", Case(columns=r"Q2_\d", codes=numbered(1, 4), header=3)),
    "matrix, two rows": (QUALTRICS + "qtools_matrix_legacy2header.csv", Case(columns=r"Q2_\d", codes=numbered(1, 4), header=2)),
    "matrix, recoded": (QUALTRICS + "qtools_matrix_insights3header.csv",
                        Case(foreign=True, columns=r"Q4_\d", codes=numbered(10, 13), header=3, survey=QUALTRICS + "qtools_matrix.qsf")),
    "climate, text": (QUALTRICS + "impressive_climate_prolific_choicetext.csv",
                      Case(columns="Impressiveness", codes=IMPRESSED, header=3, survey=QUALTRICS + "impressive_climate.qsf")),
    "climate, sliders": (QUALTRICS + "impressive_climate_prolific_choicetext.csv",
                         Case(columns="(Competence|Intelligence|Qualification)_1", codes=numbered(0, 100), header=3)),
    "rdm": (LIME + "rdm_total_incl_incomplete.csv", Case(columns=r"ORDM02\[SQ.*", codes=EXTENT, keep=submitted,
                                                         missing=("Do not know/cannot answer",))),
    "kwkm 1": (LIME + "kwkm_results-survey374736.csv", Case(columns=r"G03Q13\[\d+\]", codes=numbered(1, 7), keep=submitted)),
    "kwkm 2": (LIME + "kwkm_results-survey779776.csv", Case(columns=r"G03Q14\[\d\]", codes=numbered(1, 7), keep=submitted)),
    "ciberlite": (LIME + "ciberlite_722821_R_export_textheader.csv",
                  Case(columns="", places=(12, 19), codes=numbered(1, 5), survey=LIME + "ciberlite_722821.lss",
                       keep=lambda row: row["Datum verzonden"] not in ("", "NA"))),
    "artifact": (LIME + "artifact_survey.xlsx", Case(columns="g1|ae6|ae10|au3|au6|au9|au10|f0", codes=YES_NO, missing=("N/A",), keep=submitted)),
    "redcap survey, blank": (REDCAP + "redcapr_survey_data.csv", Case(columns=r"pmq1", codes=numbered(0, 3))),
    "redcap survey": (REDCAP + "redcapr_survey_data.csv", Case(foreign=True, columns="has_diabetes|consent___1", codes={0: "False", 1: "True"})),
    "redcap waves, four": (REDCAP + "redcapr_longitudinal_data.csv", Case(columns="pmq[1-4]", codes=numbered(0, 4))),
    "redcap waves": (REDCAP + "redcapr_longitudinal_data.csv",
                     Case(foreign=True, columns="pmq1", codes=numbered(0, 3), survey=REDCAP + "redcapr_longitudinal_dictionary.csv")),
    "redcap boxes": (REDCAP + "redcapr_checkboxes-1_data.csv", Case(columns=r"check_(one|two)___\w", codes={0: "Unchecked", 1: "Checked"})),
    "redcap raw": (REDCAP + "r4med_raw.csv", Case(columns=r"sym_q\d+", codes=SYMPTOM, survey=REDCAP + "r4med_dictionary.csv")),
    "redcap labels": (REDCAP + "r4med_labels.csv", Case(columns="", places=(19, 38), codes=SYMPTOM)),
    "redcap api": (REDCAP + "redcapAPI_data.csv", Case(columns="dropdown_test", codes=numbered(1, 3), keep=touched)),
    "hotel": ("spss/pspp_hotel_likert.sav", Case(foreign=True, columns="v[134]", codes=numbered(1, 5), reverse=(2,), alpha=0.8075)),
    "gss .sav": ("spss/gss_subset.sav", Case(foreign=True, columns="prayer", codes=numbered(1, 6))),
    "gss .dta": ("stata/gss_subset.dta", Case(foreign=True, columns="prayer", codes=numbered(1, 6))),
    "user-missing": ("spss/codebook_different_missings.sav", Case(foreign=True, columns="val[13]", codes=numbered(1, 5), missing=(-1,))),
    "user-missing, foreign": ("spss/foreign_testdata_labels_missing.sav", Case(foreign=True, columns="factor_n_coded_miss", codes=numbered(1, 5))),
    "panel": ("stata/esteem_panel.dta", Case(columns="nonwhite|fstruct", codes=YES_NO)),
    "Greek names": ("spss/greek_names_silence.sav", Case(foreign=True, columns="", places=(11, 23), codes=numbered(1, 7))),
    "Google Forms": ("google_forms/greek_burnout_likert.csv", Case(columns="", places=(8, 28), codes=numbered(1, 5))),
    "SurveyMonkey": ("surveymonkey/steak-risk-survey.csv", Case(columns="", places=(2, 9), codes=YES_NO, header=2, encoding="cp1252")),
    "KoBo": ("kobo/kobo_maindata_60rows_blanked.csv", Case(
        columns=r"Welfare\.Housing\.(EvictionNotice|AccomChange|PlanMove|PastEviction)|Profile\.HHDemo\.RegAllLiving", codes=YES_NO)),
}  # fmt: skip


def raw_rows(path: Path, case: Case) -> tuple[list[str], list[list[object]]]:
    """The names and the respondents' rows of a file, without our reader."""
    if path.suffix in (".sav", ".dta"):
        import pyreadstat

        frame, _ = (pyreadstat.read_sav if path.suffix == ".sav" else pyreadstat.read_dta)(path)
        return list(frame.columns), [row for row in frame.to_numpy(dtype=object).tolist() if not all(map(_blank, row))]
    if path.suffix == ".xlsx":
        import openpyxl

        rows = [["" if cell is None else cell for cell in row] for row in openpyxl.load_workbook(path).active.values]
    else:
        with path.open(encoding=case.encoding, errors="replace", newline="") as file:
            rows = list(csv.reader(file))
    names = [str(cell).split(". ")[0] if "wordsim" in path.name else str(cell) for cell in rows[0]]
    below = [row for row in rows[case.header :] if not all(map(_blank, row))]
    return names, [row for row in below if case.keep(dict(zip(names, map(str, row), strict=True)))]


def _blank(cell: object) -> bool:
    return cell is None or str(cell).strip() in ("", "NA", "nan", "NaT", "N/A")


def code_of(cell: object, case: Case) -> float:
    if _blank(cell) or cell in case.missing or str(cell) in case.missing:
        return math.nan
    text = str(cell).strip()
    for code, label in case.codes.items():
        if text.casefold() == label.casefold():
            return code
    return float(text)


def places_of(names: list[str], case: Case) -> list[int]:
    if case.places is not None:
        return list(range(*case.places))
    return [at for at, name in enumerate(names) if re.fullmatch(case.columns, name)]


def bank_text(case: Case, n: int) -> str:
    low, high = min(case.codes), max(case.codes)
    return BANK.format(
        options="\n".join(f"    - {{code: {code}, label: {json.dumps(label)}}}" for code, label in case.codes.items()),
        items="\n".join(
            f"  - {{number: {j}, gloss: column {j} of the file, options: given, reverse: {str(j in case.reverse).lower()}}}"
            for j in range(1, n + 1)
        ),
        numbers=", ".join(map(str, range(1, n + 1))), low=low, high=high,
        top=", ".join(str(low if j in case.reverse else high) for j in range(1, n + 1)),
    )  # fmt: skip


def map_text(columns: list[str], case: Case) -> str:
    lines = ["format: 1", f"missing: {json.dumps(list(case.missing), ensure_ascii=False)}"]
    if case.attention:
        lines += [
            "attention:",
            *(f"  {json.dumps(name)}: {json.dumps(right)}" for name, right in case.attention.items()),
        ]
    lines += ["banks:", "  made:", "    columns:"]
    lines += [f"      {json.dumps(name, ensure_ascii=False)}: {at}" for at, name in enumerate(columns, start=1)]
    return "\n".join(lines) + "\n"


def command(*words: object) -> int:
    try:
        main([str(word) for word in words])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def prepared(name: str, case: Case, folder: Path) -> tuple[list[object], list[str], np.ndarray]:
    """Bank and map written for a file; the words of the command, the columns, and the right codes."""
    from intimacy_scales.reading.exports import read_table

    path = EXPORTS / name
    names, rows = raw_rows(path, case)
    places = places_of(names, case)
    right = np.array([[code_of(row[at], case) for at in places] for row in rows], dtype=float)
    table = read_table(path, survey=EXPORTS / case.survey if case.survey else None, progress=False)
    assert len(table.columns) == len([one for one in names if one])  # a legacy export ends every line with a comma
    columns = [table.names[at] for at in places]
    (folder / "made.yaml").write_text(bank_text(case, len(places)), encoding="utf-8")
    (folder / "map.yaml").write_text(map_text(columns, case), encoding="utf-8")
    survey = ["--survey", EXPORTS / case.survey] if case.survey else []
    codes = ["--codes", "as-numbers"] if case.foreign else []
    words = [path, "--bank", folder / "made.yaml", "--map", folder / "map.yaml", *survey, *codes, "--quiet"]
    return words, columns, right


@pytest.mark.parametrize("which", CASES)
def test_real_answers_are_coded_and_scored_right(which, tmp_path):
    name, case = CASES[which]
    words, columns, right = prepared(name, case, tmp_path)
    assert right.shape[0] == FILES[name][1]
    assert columns
    assert command("inspect", *words, "--json", tmp_path / "i.json") == 0
    seen = json.loads((tmp_path / "i.json").read_text(encoding="utf-8"))
    assert seen["usable"], seen["problems"]
    assert [one["column"] for one in seen["columns"]] == columns
    out = tmp_path / "out.csv"
    assert command("score", *words, "--answers", "--careless", "--out", out, "--json", tmp_path / "s.json") == 0
    said = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))["input"]
    assert (said["platform"], said["rows_used"], len(said["rows_set_aside"])) == FILES[name]
    with out.open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    given = np.array([[_number(row[f"made_{j}"]) for j in range(1, len(columns) + 1)] for row in written])
    np.testing.assert_array_equal(given, right)
    low, high = min(case.codes), max(case.codes)
    keyed = np.where([j + 1 in case.reverse for j in range(len(columns))], low + high - right, right)
    count = (~np.isnan(keyed)).sum(axis=1)
    mean = np.divide(np.nansum(keyed, axis=1), count, out=np.full(len(count), math.nan), where=count > 0)
    scores = np.array([_number(row["made_total"]) for row in written])
    np.testing.assert_allclose(scores, mean, rtol=0, atol=1e-12)
    if which != "redcap survey, blank":
        assert count.any()


@pytest.mark.parametrize("which", [which for which, (_, case) in CASES.items() if case.foreign])
def test_labels_that_the_bank_lacks_are_refused_with_the_line_that_settles_it(which, tmp_path, capsys):
    words, _, _ = prepared(*CASES[which], tmp_path)
    at = words.index("--codes")
    assert command("score", *words[:at], *words[at + 2 :], "--out", tmp_path / "o.csv") == 1
    said = capsys.readouterr().err
    assert "labels that the bank does not know" in said
    assert "--codes as-numbers" in said
    assert not (tmp_path / "o.csv").exists()


def _number(text: str) -> float:
    return float(text) if text else math.nan


def test_the_hotel_gives_pspps_alpha(tmp_path):
    """REFERENCE 3.5: v3 reversed, alpha .81 of 17 complete rows."""
    words, _, _ = prepared(*CASES["hotel"], tmp_path)
    assert command("reliability", *words, "--json", tmp_path / "r.json") == 0
    found = json.loads((tmp_path / "r.json").read_text())["reliability"]["made"]["total"]
    assert found["alpha"]["value"] == pytest.approx(CASES["hotel"][1].alpha, abs=5e-5)
    assert (found["n_complete"], found["n_items"]) == (17, 3)


@pytest.mark.parametrize("name", [one for one in FILES if not re.search("coact_survey_0[2-9]", one)])
def test_every_file_is_inspected_without_a_bank(name, tmp_path):
    assert command("inspect", EXPORTS / name, "--quiet", "--json", tmp_path / "i.json") == 0
    said = json.loads((tmp_path / "i.json").read_text(encoding="utf-8"))["input"]
    assert (said["platform"], said["rows_used"], len(said["rows_set_aside"])) == FILES[name]


@pytest.mark.parametrize("name", SURVEYS)
def test_a_survey_file_is_refused_in_a_sentence(name, capsys):
    assert command("inspect", EXPORTS / name) == 1
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert Path(name).name in said


def test_parts_of_numbers_are_told_with_row_and_column(tmp_path, capsys):
    """A slider of LimeSurvey moved with the mouse: 2.07 is no code, and is not rounded in silence."""
    name = "limesurvey/wordsim_code_and_text_header.csv"
    case = Case(columns=r"n0\d\[A1\]", codes=numbered(0, 10), keep=submitted)
    words, columns, right = prepared(name, case, tmp_path)
    assert right.shape == (31, 10)
    assert command("score", *words, "--out", tmp_path / "o.csv") == 1
    said = capsys.readouterr().err
    assert all(column in said for column in columns)
    assert "2.07" in said
    assert "row 2" in said
    assert not (tmp_path / "o.csv").exists()


def test_attention_of_the_climate_survey_is_declared_in_the_map(tmp_path):
    """REFERENCE 5: 443 wrote the sentence, 6 more with quotes or a full stop, 3 failed."""
    name = "qualtrics/impressive_climate_prolific_choicetext.csv"
    names, _ = raw_rows(EXPORTS / name, Case(columns="", codes={}, header=3))
    check = next(one for one in names if "ttention" in one and "ness" not in one)
    case = Case(columns="(Competence|Intelligence|Qualification)_1", codes=numbered(0, 100), header=3,
                attention={check: ["I pay attention"]})  # fmt: skip
    words, _, _ = prepared(name, case, tmp_path)
    assert command("score", *words, "--careless", "--out", tmp_path / "o.csv", "--json", tmp_path / "o.json") == 0
    found = json.loads((tmp_path / "o.json").read_text())
    assert found["careless"]["indices"]["attention"]["flagged"] == 3
    assert found["input"]["rows_used"] == 452
    assert (
        command(
            "score", *words, "--drop-careless", "attention", "--out", tmp_path / "p.csv", "--json", tmp_path / "p.json"
        )
        == 0
    )
    dropped = json.loads((tmp_path / "p.json").read_text())["input"]
    assert (dropped["rows_used"], len(dropped["rows_set_aside"])) == (449, 3)
    assert all("attention" in aside["why"] for aside in dropped["rows_set_aside"])


def test_qualtrics_numbers_and_text_are_twins():
    """The same survey downloaded as numbers and as choice text: the same rows, and cells that differ by their labels only."""
    from intimacy_scales.reading.exports import read_table

    numbers, text, raw = (
        read_table(EXPORTS / f"qualtrics/excluder_qualtrics_{one}.csv", progress=False)
        for one in ("numeric", "text", "raw")
    )
    labels = {"Status": {"0": "IP Address"}, "Finished": {"1": "TRUE"}}
    assert numbers.column("ResponseId").cells.texts() == text.column("ResponseId").cells.texts()
    assert [a.row for a in numbers.set_aside] == [a.row for a in text.set_aside]
    compared = 0
    for column in numbers.columns:
        if column.name not in text.names:
            continue
        own = labels.get(column.name, {})
        assert [own.get(cell, cell) for cell in column.cells.texts()] == text.column(column.name).cells.texts(), (
            column.name
        )
        compared += len(numbers)
    assert compared >= 92 * 15
    assert len(raw) == len(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [("matrix, three rows", "matrix, two rows"), ("redcap raw", "redcap labels"), ("gss .sav", "gss .dta")],
)
def test_twins_give_the_same_codes_cell_by_cell(one, other, tmp_path):
    blocks = []
    for which in (one, other):
        words, _, _ = prepared(*CASES[which], tmp_path)
        assert command("score", *words, "--answers", "--force", "--out", tmp_path / "o.json") == 0
        rows = json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))["rows"]
        blocks.append([[cell for name, cell in row.items() if re.fullmatch(r"made_\d+", name)] for row in rows])
    assert blocks[0] == blocks[1]
    assert any(cell is not None for row in blocks[0] for cell in row)


@pytest.mark.parametrize("which", ["Belong", "Blst"])
def test_the_same_answers_as_choice_text_give_the_same_codes(which, tmp_path):
    """Qualtrics' other button: a file of numbers, written again with the labels in place of the codes."""
    name, case = CASES[which]
    words, columns, right = prepared(name, case, tmp_path)
    with (EXPORTS / name).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    places = places_of(rows[0], case)
    text = [
        [case.codes[int(cell)] if at in places and cell else cell for at, cell in enumerate(row)] for row in rows[3:]
    ]
    with (tmp_path / "text.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([*rows[:3], *text])
    assert command("score", tmp_path / "text.csv", *words[1:], "--answers", "--out", tmp_path / "o.csv") == 0
    with (tmp_path / "o.csv").open(encoding="utf-8", newline="") as file:
        given = [[_number(row[f"made_{j}"]) for j in range(1, len(columns) + 1)] for row in csv.DictReader(file)]
    np.testing.assert_array_equal(given, right)


@pytest.mark.parametrize("suffix", [".sav", ".dta", ".xlsx", ".parquet", ".json", ".tsv"])
@pytest.mark.parametrize("which", ["Belong", "user-missing", "artifact", "Greek names"])
def test_real_answers_survive_every_format(which, suffix, tmp_path):
    """Scored, written, and the written file scored again: the same codes."""
    words, columns, right = prepared(*CASES[which], tmp_path)
    assert command("score", *words, "--answers", "--out", tmp_path / f"o{suffix}") == 0
    again = ["score", tmp_path / f"o{suffix}", "--bank", tmp_path / "made.yaml", "--quiet"]
    assert command(*again, "--answers", "--out", tmp_path / "p.csv") == 0
    with (tmp_path / "p.csv").open(encoding="utf-8", newline="") as file:
        given = [[_number(row[f"made_{j}"]) for j in range(1, len(columns) + 1)] for row in csv.DictReader(file)]
    np.testing.assert_array_equal(given, right)


@pytest.mark.parametrize("suffix", [".sav", ".dta"])
@pytest.mark.parametrize("which", ["Belong", "kwkm 1", "KoBo", "Greek names", "SurveyMonkey"])
def test_columns_of_any_name_are_kept_in_statistics_files(which, suffix, tmp_path):
    """Spaces, brackets, digits first, questions for names: mended in the name, whole in the label."""
    import pyreadstat

    words, _, right = prepared(*CASES[which], tmp_path)
    out = tmp_path / f"o{suffix}"
    assert command("score", *words, "--keep", "all", "--answers", "--careless", "--out", out) == 0
    frame, meta = (pyreadstat.read_sav if suffix == ".sav" else pyreadstat.read_dta)(out)
    assert len(frame) == len(right)
    assert len(set(meta.column_names)) == len(meta.column_names)
    if which == "Belong":
        assert next(label for label in meta.column_labels if label.startswith("Duration (in seconds): "))


@pytest.mark.parametrize("scale", ["agree", "open", "consc", "extra", "neuro"])
def test_formr_by_the_command_gives_the_authors_scores(scale, tmp_path):
    """REFERENCE 2.3: from the raw export to the authors' own column, by the command alone."""
    name = "formr/codebook_bfi.csv"
    case = Case(columns=rf"BFIK_{scale}_\dR?", codes=numbered(1, 5))
    words, columns, right = prepared(name, case, tmp_path)
    assert command("score", *words, "--keep", f"BFIK_{scale}", "--out", tmp_path / "o.csv") == 0
    with (tmp_path / "o.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert (len(rows), len(columns)) == (28, right.shape[1])
    assert max(abs(float(row["made_total"]) - float(row[f"BFIK_{scale}"])) for row in rows) < 4e-15


def test_jspsych_folder_by_the_command_gives_the_authors_ratings(tmp_path):
    """REFERENCE 2.4: a folder of one file a person; every rating of the two pilot persons, and nobody twice."""
    from intimacy_scales.reading.exports import read_table

    folder = EXPORTS / "jspsych"
    columns = [one.name for one in read_table(folder, progress=False).columns if one.kind == "answer"]
    case = Case(columns="", codes=numbered(0, 5))
    (tmp_path / "made.yaml").write_text(bank_text(case, len(columns)), encoding="utf-8")
    (tmp_path / "map.yaml").write_text(map_text(columns, case), encoding="utf-8")
    words = [folder, "--bank", tmp_path / "made.yaml", "--map", tmp_path / "map.yaml", "--quiet"]
    assert (
        command(
            "score", *words, "--id", "subject", "--answers", "--out", tmp_path / "o.csv", "--json", tmp_path / "o.json"
        )
        == 0
    )
    said = json.loads((tmp_path / "o.json").read_text())["input"]
    assert (said["rows_used"], len(said["rows_set_aside"])) == (7, 2)
    with (folder / "ref_coact_pilot_v1_survey_processed.csv").open(encoding="utf-8") as file:
        rated = {(row["participant_id"], row["word"]): float(row["rating"]) for row in csv.DictReader(file)}
    with (tmp_path / "o.csv").open(encoding="utf-8", newline="") as file:
        given = {row["subject"]: row for row in csv.DictReader(file)}
    compared = 0
    for (person, word), rating in rated.items():
        if person in given and word in columns:
            assert float(given[person][f"made_{columns.index(word) + 1}"]) == rating
            compared += 1
    assert compared >= 80
