"""Every platform in its dress: recognised, read cell by cell, and every row set aside for a reason."""

from __future__ import annotations

import csv
import json

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from export_dresses import (
    ASKED,
    DRESSES,
    formr,
    google_forms,
    jspsych,
    kobo,
    limesurvey,
    limesurvey_both,
    limesurvey_texts,
    limesurvey_vv,
    microsoft_forms,
    redcap,
    redcap_labels,
    sosci,
    sosci_labelled,
    surveymonkey,
    write,
)
from intimacy_scales.base.errors import ExportError
from intimacy_scales.reading.exports import guess_id_column, platform_names, read_table
from intimacy_scales.reading.responses import read_responses
from intimacy_scales.scoring import score_responses
from making import small_bank

PEOPLE = [["1", "5", "2"], ["2", "", "3"], ["3", "4", "1"], ["5", "1", "5"]]


def answers(table):
    """The answers by row; a checkbox is none of them."""
    columns = [c for c in table.columns if c.kind == "answer" and "box" not in c.name.casefold()]
    return [list(row) for row in zip(*(column.cells.texts() for column in columns), strict=True)]


def why(table):
    return {aside.row: aside.why.split(" (")[0] for aside in table.set_aside}


def kinds(table):
    return {column.name: column.kind for column in table.columns if column.kind != "answer"}


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize(("encoding", "separator"), [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t")])
def test_every_dress_gives_the_same_answers(tmp_path, dress, encoding, separator):
    make, platform = DRESSES[dress]
    table = read_table(write(tmp_path / "a.csv", make(PEOPLE), encoding=encoding, separator=separator))
    assert table.source.platform == platform
    assert table.source.sure in ("certain", "likely")
    assert answers(table) == PEOPLE
    assert len(table.set_aside) == 0
    assert len(table.row_numbers) == len(set(table.row_numbers.tolist())) == 4


@pytest.mark.parametrize("dress", DRESSES)
def test_every_dress_as_a_workbook(tmp_path, dress):
    make, platform = DRESSES[dress]
    book = openpyxl.Workbook()
    for row in make(PEOPLE):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    table = read_table(tmp_path / "a.xlsx")
    assert (table.source.platform, answers(table)) == (platform, PEOPLE)


@pytest.mark.parametrize("dress", DRESSES)
def test_no_platform_takes_another_ones_export(tmp_path, dress):
    make, platform = DRESSES[dress]
    path = write(tmp_path / "a.csv", make(PEOPLE))
    others = {one for _, one in DRESSES.values()} | {"qualtrics", "spreadsheet"}
    assert others <= {*platform_names()}
    for name in sorted(others - {platform, "jspsych", "spreadsheet" if dress == "redcap labels" else ""}):
        table = read_table(path, platform=name)  # said by the user: read as a table, and not called sure
        assert (table.source.platform, table.source.sure) == (name, "assumed")


@pytest.mark.parametrize("header", ["id,eis_1,eis_2", "participant,start,end,q1", "Name,Status,session,ended", "CASE,A1,A2",
                                    "time,Timestamp,q1", "record_id,a,b", "id,lastpage,q1,q2", "ID,Email,Name,q1"])  # fmt: skip
def test_a_plain_table_is_nobodys(tmp_path, header):
    count = header.count(",") + 1
    (tmp_path / "a.csv").write_text(
        header + "\n" + ",".join("1" * count) + "\n" + ",".join("2" * count) + "\n", encoding="utf-8"
    )
    assert read_table(tmp_path / "a.csv").source.platform == "spreadsheet"


@pytest.mark.parametrize("dress", sorted({*DRESSES} - {"jspsych", "redcap labels"}))
def test_refused_consent_is_set_aside_everywhere(tmp_path, dress):
    rows = DRESSES[dress][0](PEOPLE)
    head = len(rows) - len(PEOPLE)
    said = ["Do you consent to participate?", "I consent", "I do not consent", "I consent", "I consent"]
    for at, row in enumerate(rows[head - 1 :]):
        row.append(said[at])
    for row in rows[: head - 1]:
        row.append(said[0])
    if head == 2:
        rows[1][-1] = "Response" if dress == "surveymonkey" else said[0]
    if dress == "limesurvey both":
        rows[0][-1] = f"ask. {said[0]}"
    if rows[0][-1] == said[0] and dress in ("redcap", "limesurvey", "limesurvey R", "kobo", "formr", "sosci"):
        rows[0][-1] = "consent"
    table = read_table(write(tmp_path / "a.csv", rows))
    assert table.source.platform == DRESSES[dress][1]
    assert why(table) == {head + 2: "consent refused"}
    assert len(read_table(tmp_path / "a.csv", include_set_aside=("refused",))) == 4


class TestRedcap:
    def test_ids_keep_their_zeros_and_own_columns_are_no_answers(self, tmp_path):
        table = read_table(write(tmp_path / "a.csv", redcap(PEOPLE)))
        assert table.column("record_id").cells.texts() == ["0001", "0002", "0003", "0004"]
        assert kinds(table) == {"record_id": "id", "form_complete": "metadata"}
        assert table.column("form_complete").labels == {0: "Incomplete", 1: "Unverified", 2: "Complete"}
        assert table.column("box___2").labels == {0: "Unchecked", 1: "Checked"}
        assert guess_id_column(table) == "record_id"

    def test_doubled_labels_are_numbered_and_said(self, tmp_path):
        table = read_table(write(tmp_path / "a.csv", redcap_labels(PEOPLE)))
        assert table.names[1:4] == (f"{ASKED[0]}.1", ASKED[1], f"{ASKED[0]}.2")
        assert [table.column(f"{ASKED[0]}.{n}").question for n in (1, 2)] == [ASKED[0]] * 2
        assert any("numbered" in note for note in table.notes)

    def test_events_and_repeats_are_sittings(self, tmp_path):
        head = [
            "record_id",
            "redcap_event_name",
            "redcap_repeat_instrument",
            "redcap_repeat_instance",
            "duo_1",
            "box___1",
            "a_complete",
        ]
        rows = [["01", "base_arm_1", "", "", "4", "0", "2"], ["01", "week_1_arm_1", "diary", "1", "3", "0", "2"],
                ["01", "week_1_arm_1", "diary", "2", "", "0", "0"], ["02", "base_arm_1", "", "", "", "1", "0"],
                ["02", "week_1_arm_1", "diary", "1", "", "0", "2"]]  # fmt: skip
        table = read_table(write(tmp_path / "a.csv", [head, *rows]))
        assert why(table) == {4: "nothing answered in this row"}
        assert table.column("duo_1").cells.texts() == ["4", "3", "", ""]
        assert table.column("redcap_event_name").kind == "metadata"
        assert any("5 rows of 2 records" in note and "week_1_arm_1" in note and "diary" in note for note in table.notes)
        assert len(read_table(tmp_path / "a.csv", include_set_aside=("empty",))) == 5

    def test_where_a_record_is_a_person_nobody_is_empty(self, tmp_path):
        assert len(read_table(write(tmp_path / "a.csv", redcap([*PEOPLE, ["", "", ""]])))) == 5

    def test_codes_of_missing_data_and_what_was_not_completed(self, tmp_path):
        head = ["record_id", "redcap_survey_identifier", "a_timestamp", "duo_1", "initials", "a_complete"]
        rows = [["1", "", "[not completed]", "UNK", "NI", "0"], ["2", "", "2026-01-02 03:04:05", "3", "OB", "2"],
                ["3", "", "", "NA", "NA", "2"]]  # fmt: skip
        table = read_table(write(tmp_path / "a.csv", [head, *rows]))
        assert table.column("a_timestamp").cells.texts() == ["[not completed]", "2026-01-02 03:04:05", ""]
        assert table.column("a_timestamp").kind == "metadata"
        assert table.column("duo_1").missing_texts == {"UNK": "don't know", "NA": "not applicable"}
        assert table.column("initials").missing_texts == {"NA": "not applicable"}  # NI may be somebody's initials


class TestLimeSurvey:
    def test_incomplete_rows_and_copies(self, tmp_path):
        rows = limesurvey([*PEOPLE, PEOPLE[0]])
        rows[2][1], rows[5][0] = "", "1"
        table = read_table(write(tmp_path / "a.csv", rows))
        assert why(table) == {3: "not finished", 6: "the same response again"}
        assert "no submitdate" in table.set_aside[0].why
        assert len(read_table(tmp_path / "a.csv", keep_unfinished=True)) == 4

    def test_header_forms_are_twins(self, tmp_path):
        tables = [read_table(write(tmp_path / f"{at}.csv", make(PEOPLE)))
                  for at, make in enumerate((limesurvey, limesurvey_both, limesurvey_texts, limesurvey_vv))]  # fmt: skip
        assert [answers(table) for table in tables] == [PEOPLE] * 4
        assert tables[1].names[5:] == tables[0].names[5:] == ("duo[1]", "duo[2]", "duo[3]")
        assert tables[1].column("duo[2]").question == tables[2].columns[6].question == f"Drinks [{ASKED[1]}]"
        assert tables[3].column("duo_3").question == ASKED[2]
        assert all(
            kinds(table) and [c.kind for c in table.columns[:5]] == ["id", *["metadata"] * 4] for table in tables
        )

    @pytest.mark.parametrize("word", ["N/A", "{question_not_shown}"])
    def test_not_shown_is_not_blank(self, tmp_path, word):
        table = read_table(write(tmp_path / "a.csv", limesurvey([*PEOPLE, [word, "3", "3"]])))
        assert table.column("duo[1]").missing_texts == {word: "not shown"}
        assert table.column("duo[1]").cells.texts()[-1] == word

    @pytest.mark.parametrize("form", ["A{}", "AO0{}"])
    def test_answer_codes_are_read_as_numbers_and_said(self, tmp_path, form):
        coded = [[form.format(one) if one else "" for one in person] for person in PEOPLE]
        table = read_table(write(tmp_path / "a.csv", limesurvey(coded)))
        assert answers(table) == PEOPLE
        assert sum("--survey FILE.lss" in note for note in table.notes) == 1

    def test_answer_text_stays(self, tmp_path):
        table = read_table(write(tmp_path / "a.csv", limesurvey([["Agree", "Disagree", "A"], ["Agree", "", "A2"]])))
        assert table.column("duo[1]").cells.texts() == ["Agree", "Agree"]
        assert table.column("duo[3]").cells.texts() == ["A", "A2"]

    def test_what_people_wrote_is_private_and_timings_are_timings(self, tmp_path):
        rows = limesurvey([["1", "2", "3"], ["2", "3", "4"]], ("duo[1]", "duo[other]", "duo[2comment]"))
        rows[0] += ["interviewtime", "groupTime1", "aTime"]
        for row in rows[1:]:
            row[6] = "tea with Kim"
            row += ["12.5", "3.5", "4.5"]
        table = read_table(write(tmp_path / "a.csv", rows))
        assert {name: kind for name, kind in kinds(table).items() if name not in table.names[:5]} == {
            "duo[other]": "personal", "interviewtime": "timing", "groupTime1": "timing", "aTime": "timing"}  # fmt: skip

    def test_a_try_out_is_said_and_stays(self, tmp_path):
        rows = limesurvey(PEOPLE)
        rows[0][4] = "token"
        for at, row in enumerate(rows[1:]):
            row[4] = "test2" if at == 1 else f"tok{at}"
        table = read_table(write(tmp_path / "a.csv", rows))
        assert len(table) == 4
        assert any("try-out in rows 3:" in note for note in table.notes)


class TestForms:
    def test_google_names_are_tidied_and_grids_are_questions(self, tmp_path):
        table = read_table(write(tmp_path / "a.csv", google_forms(PEOPLE)))
        assert table.names == ("Timestamp", ASKED[0], f"Drinks [{ASKED[1]}]", f"Drinks [{ASKED[2]}]")
        assert table.column(ASKED[0]).question == ASKED[0]
        assert (table.source.sure, kinds(table)) == ("certain", {"Timestamp": "metadata"})

    def test_google_sheets_in_german(self, tmp_path):
        rows = [["Zeitstempel", "Wie alt sind Sie?", "E-Mail-Adresse"], ["02.01.2026 13:45:00", "33", "x@example.org"],
                ["03.01.2026 08:45:00", "44", "y@example.org"]]  # fmt: skip
        table = read_table(write(tmp_path / "a.csv", rows, separator=";"))
        assert (table.source.platform, table.source.sure) == ("google_forms", "likely")
        assert kinds(table)["E-Mail-Adresse"] == "personal"

    def test_microsoft_hides_people_and_quiz_points(self, tmp_path):
        rows = microsoft_forms(PEOPLE)
        for at, row in enumerate(rows):
            row += ["Points - " + ASKED[0] if not at else "1"]
        table = read_table(write(tmp_path / "a.csv", rows))
        assert kinds(table) == {"ID": "id", "Start time": "metadata", "Completion time": "metadata", "Email": "personal",
                                "Name": "personal", f"Points - {ASKED[0]}": "metadata"}  # fmt: skip
        assert table.column(ASKED[1]).question == ASKED[1]

    def test_surveymonkey_takes_a_question_over_its_rows(self, tmp_path):
        table = read_table(write(tmp_path / "a.csv", surveymonkey(PEOPLE)))
        assert table.names[5:] == (ASKED[0], f"Drinks [{ASKED[1]}]", f"Drinks [{ASKED[2]}]")
        assert table.row_numbers.tolist() == [3, 4, 5, 6]
        assert kinds(table) == {"Respondent ID": "id", "Collector ID": "metadata", "Start Date": "metadata", "End Date": "metadata",
                                "IP Address": "personal"}  # fmt: skip

    def test_surveymonkey_with_bad_bytes(self, tmp_path):
        rows = surveymonkey([["1", "2", "3"]] * 3)
        rows[0][5] = "Caf\x92 und Stra\xdfe?"
        path = write(tmp_path / "a.csv", rows, encoding="latin-1")
        table = read_table(path)
        assert (table.source.platform, len(table), table.source.encoding) == ("surveymonkey", 3, "cp1252")
        assert table.names[5] == "Caf’ und Straße?"

    def test_surveymonkey_without_its_second_row(self, tmp_path):
        rows = surveymonkey(PEOPLE)
        rows[0][7] = "More"
        table = read_table(write(tmp_path / "a.csv", [rows[0], *rows[2:]]))
        assert (table.source.platform, table.source.sure, len(table)) == ("surveymonkey", "likely", 4)


class TestKobo:
    def test_paths_and_fields(self, tmp_path):
        table = read_table(write(tmp_path / "a.csv", kobo(PEOPLE)))
        assert table.column("drinks/duo_1").other_names == ("duo_1",)
        assert kinds(table) == {"start": "metadata", "end": "metadata", "_id": "id", "_uuid": "id", "_submission_time": "metadata",
                                "_validation_status": "metadata"}  # fmt: skip

    def test_rejected_and_doubled_submissions(self, tmp_path):
        rows = kobo([*PEOPLE, PEOPLE[0]])
        rows[2][-1], rows[5][-3] = "validation_status_not_approved", "uuid-0"
        assert why(read_table(write(tmp_path / "a.csv", rows))) == {
            3: "rejected by the makers of the survey",
            6: "the same response again",
        }

    def test_not_shown(self, tmp_path):
        table = read_table(write(tmp_path / "a.csv", kobo([["1", "n/a", "2"], ["NA", "1", ""]])))
        assert table.column("drinks/duo_2").missing_texts == {"n/a": "not shown"}
        assert table.column("drinks/duo_1").missing_texts == {"NA": "not shown"}


class TestFormrAndSosci:
    def test_formr_unfinished_and_sittings(self, tmp_path):
        rows = formr([*PEOPLE, PEOPLE[0]])
        rows[3][3], rows[5][0] = "NA", "s0"
        table = read_table(write(tmp_path / "a.csv", rows))
        assert why(table) == {4: "not finished"}
        assert any("5 rows of 4 sessions" in note for note in table.notes)
        assert [table.column(name).kind for name in table.names[:5]] == ["id", *["metadata"] * 4]

    def test_sosci_labels_missing_and_rows(self, tmp_path):
        rows = sosci_labelled([*PEOPLE, ["-9", "-1", "2"], PEOPLE[0], PEOPLE[1], PEOPLE[2]])
        rows[7][4], rows[8][10], rows[9][0] = "debug", "0", "40"
        table = read_table(write(tmp_path / "a.csv", rows, separator="\t", encoding="utf-16"))
        assert why(table) == {8: "a test answer made by the platform", 9: "not finished", 10: "the same response again"}
        assert table.column("A101_02").question == f"Drinks: {ASKED[1]}"
        assert table.column("A101_01").missing == {-9: "not answered"}
        assert table.column("A101_02").missing == {-1: "don't know or no answer"}
        assert (table.column("TIME001").kind, table.column("MISSREL").kind) == ("timing", "metadata")
        assert guess_id_column(table) == "CASE"

    def test_sosci_without_labels_loses_no_row(self, tmp_path):
        assert read_table(write(tmp_path / "a.csv", sosci(PEOPLE))).row_numbers.tolist() == [2, 3, 4, 5]


def one_person(path, said, **more):
    trial = {
        "trial_type": "survey-likert",
        "trial_index": 1,
        "time_elapsed": 900,
        "internal_node_id": "0.0-1.0",
        "rt": 8.5,
        **more,
    }
    names = [*trial, "response"]
    return write(
        path,
        [names, [*(json.dumps(v) if isinstance(v, list) else str(v) for v in trial.values()), json.dumps(said)]],
        end="\r\n",
    )


class TestJspsych:
    def test_a_folder_of_persons(self, tmp_path):
        one_person(tmp_path / "a.csv", {"Q0": 4, "Q1": 0}, subject="p1", words=["tea", "coffee"])
        one_person(tmp_path / "b.csv", {"Q0": 1, "Q1": 2}, subject="p2", words=["coffee", "tea"])
        one_person(tmp_path / "c.csv", {"Q0": 4, "Q1": 0}, subject="p1", words=["tea", "coffee"])
        table = read_table(tmp_path)
        assert table.column("tea").cells.texts() == ["4", "2"]
        assert table.column("coffee").cells.texts() == ["0", "1"]
        assert table.column("subject").cells.texts() == ["p1", "p2"]
        assert why(table) == {3: "the same response again"}
        assert (table.column("rt").kind, table.column("file").kind) == ("timing", "id")
        assert any("--shift 1" in note for note in table.notes)
        again = read_table([tmp_path / "a.csv", tmp_path / "b.csv"])
        assert again.column("tea").cells.texts() == ["4", "2"]

    def test_other_tables_in_the_folder_are_left_out_and_said(self, tmp_path):
        one_person(tmp_path / "a.csv", {"Q0": 4}, subject="p1")
        one_person(tmp_path / "b.csv", {"Q0": 3}, subject="p2")
        write(tmp_path / "c.csv", [["id", "score"], ["p1", "4"]])
        table = read_table(tmp_path)
        assert table.column("Q0").cells.texts() == ["4", "3"]
        assert any("left out" in note and "c.csv" in note for note in table.notes)
        write(tmp_path / "c.csv", redcap(PEOPLE))
        with pytest.raises(ExportError, match="redcap writes all persons into one file"):
            read_table(tmp_path)

    def test_persons_below_each_other(self, tmp_path):
        rows = jspsych(PEOPLE)
        rows.insert(1, ["preload", "0", "1", "0.0-0.0", "", "", "", ""])
        rows += [["preload", "0", "10", "0.0-0.0", "p9", "", "", ""]]
        table = read_table(write(tmp_path / "a.csv", rows))
        assert [table.column(f"Q{at}").cells.texts() for at in range(3)] == [
            list(one) for one in zip(*PEOPLE, strict=True)
        ]
        assert table.column("subject").cells.texts() == ["p0", "p1", "p2", "p3"]
        assert why(table) == {11: "not finished"}

    def test_json_questionnaires_names_labels_and_matrices(self, tmp_path):
        questions = [{"prompt": ASKED[0], "labels": ["no", "somewhat", "yes"], "name": "tea"}]
        trials = [
            {"trial_type": "survey-likert", "trial_index": 0, "response": {"tea": 2}, "questions": questions, "run": 7},
            {
                "trial_type": "survey",
                "trial_index": 1,
                "response": {"cups": {"morning": 1, "noon": None}, "milk": ["oat", "soy"]},
                "run": 7,
            },
            {"trial_type": "html-button-response", "trial_index": 2, "response": 1, "run": 7},
        ]
        (tmp_path / "a.json").write_text(json.dumps(trials), encoding="utf-8")
        table = read_table(tmp_path / "a.json")
        assert table.source.platform == "jspsych"
        assert [(c.name, c.cells.texts()) for c in table.columns if c.kind == "answer"] == [
            ("tea", ["2"]), ("cups[morning]", ["1"]), ("cups[noon]", [""]), ("milk", ['["oat", "soy"]'])]  # fmt: skip
        assert (table.column("tea").question, table.column("tea").labels) == (
            ASKED[0],
            {0: "no", 1: "somewhat", 2: "yes"},
        )
        assert table.column("run").kind == "metadata"

    def test_questionnaires_with_the_same_keys_are_kept_apart(self, tmp_path):
        head = ["trial_type", "trial_index", "time_elapsed", "internal_node_id", "response"]
        rows = [["survey-likert", str(at), "1", "0", json.dumps({"Q0": at})] for at in (1, 2)]
        table = read_table(write(tmp_path / "a.csv", [head, *rows]))
        assert [table.column(f"survey{at}_Q0").cells.texts() for at in (1, 2)] == [["1"], ["2"]]

    @pytest.mark.parametrize(
        "content", ['[{"trial_type": ', '[{"trial_type": "x"}]', '{"trials": [], "trial_type": 1}']
    )
    def test_nothing_asked_or_damaged_is_said(self, tmp_path, content):
        (tmp_path / "a.json").write_text(content, encoding="utf-8")
        with pytest.raises(ExportError):
            read_table(tmp_path / "a.json")


def duo_bank():
    items = tuple(
        {"number": at, "gloss": text, "options": "agree", "reverse": at == 3} for at, text in enumerate(ASKED, start=1)
    )
    scale = {"id": "total", "name": "Total", "items": (1, 2, 3), "combine": "sum", "min_answered": 2, "min_answered_source": "ours",
             "missing": "prorate", "range": (3, 15), "higher_means": "more"}  # fmt: skip
    case = {"name": "top", "source": "made for tests", "answers": {"-": (5, 5, 1)}, "scores": {"total": 15}}
    return small_bank(id="duo", items=items, scales=(scale,), cases=(case,))


@pytest.mark.parametrize("dress", sorted({*DRESSES} - {"jspsych", "sosci", "redcap labels"}))
def test_every_dress_scores_the_same(tmp_path, dress):
    """By names where there are names, by questions where there are none: the same scores from every platform."""
    path = write(tmp_path / "a.csv", DRESSES[dress][0](PEOPLE))
    scores = score_responses(read_responses(path, duo_bank()))
    assert scores["duo_total"].values.tolist() == [10, 7.5, 12, 7]


@pytest.mark.parametrize(
    ("dress", "columns", "shift"), [("jspsych", ("Q0", "Q1", "Q2"), 1), ("sosci", ("A101_01", "A101_02", "A101_03"), 0)]
)
def test_what_has_neither_names_nor_questions_takes_a_map(tmp_path, dress, columns, shift):
    people = [[str(int(one) - shift) if one else "" for one in person] for person in PEOPLE]
    path = write(tmp_path / "a.csv", DRESSES[dress][0](people))
    mapping = {"banks": {"duo": {"columns": {name: at for at, name in enumerate(columns, start=1)}, "shift": shift}}}
    scores = score_responses(read_responses(path, duo_bank(), mapping=mapping))
    assert scores["duo_total"].values.tolist() == [10, 7.5, 12, 7]


ANSWER = st.sampled_from(["", "1", "2", "3", "4", "5"])
PERSON = st.tuples(ANSWER, ANSWER, ANSWER).filter(any)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(PERSON, min_size=1, max_size=8), dress=st.sampled_from(sorted(DRESSES)),
       encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]), separator=st.sampled_from(",;\t"),
       end=st.sampled_from(["\n", "\r\n"]), quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))  # fmt: skip
def test_fuzz_same_answers_back(tmp_path, people, dress, encoding, separator, end, quoting):
    make, platform = DRESSES[dress]
    path = write(tmp_path / "a.csv", make(people), encoding=encoding, separator=separator, end=end, quoting=quoting)
    table = read_table(path)
    assert table.source.platform == platform
    assert [list(person) for person in people] == answers(table)
    assert table.rows_read == len(people)


def read_or_fault(path, **options):
    """The table, or the error in words; anything else is a traceback."""
    try:
        return read_table(path, **options), None
    except ExportError as fault:
        return None, fault


TEXT = st.text("ab1 ,;\"'\n\t[]{}:_.é\x00", max_size=12)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dress=st.sampled_from(sorted(DRESSES)), at=st.tuples(st.integers(0, 5), st.integers(0, 11)), text=TEXT,
       cut=st.integers(0, 4), rows=st.lists(st.lists(TEXT, max_size=9), max_size=3))  # fmt: skip
def test_fuzz_damaged_files_are_read_or_refused_in_words(tmp_path, dress, at, text, cut, rows):
    """Any cell overwritten, any row shortened, foreign rows below: a table or an ExportError, nothing else."""
    table = DRESSES[dress][0](PEOPLE)
    row = table[min(at[0], len(table) - 1)]
    row[min(at[1], len(row) - 1)] = text
    table[-1] = table[-1][: len(table[-1]) - cut]
    path = write(tmp_path / "a.csv", [*table, *rows])
    read, fault = read_or_fault(path)
    assert (
        (len(read) + len(read.set_aside) == read.rows_read)
        if fault is None
        else all(one.what for one in fault.problems)
    )


TRIALS = st.recursive(
    st.none() | st.integers() | st.text('Qab"1{[', max_size=4), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["trial_type", "response", "responses", "questions", "words", "trial_index", "rt", "subject", "Q0", "labels", "prompt"]),
        inner, max_size=5), max_leaves=15)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trial=TRIALS)
def test_fuzz_jspsych_json_is_read_or_refused_in_words(tmp_path, trial):
    good = {"trial_type": "survey-likert", "response": {"mine": 3}}
    (tmp_path / "a.json").write_text(json.dumps([good, trial]), encoding="utf-8")
    read, fault = read_or_fault(tmp_path / "a.json")
    assert (
        "3" in [text for c in read.columns if "mine" in c.name for text in c.cells.texts()]
        if fault is None
        else fault.problems
    )
