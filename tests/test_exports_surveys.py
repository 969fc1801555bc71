"""Surveys' own files beside an export: questions, labels, recoded values, kinds of missing. All files are made here."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from export_dresses import (
    ASKED,
    google_forms,
    kobo,
    limesurvey,
    limesurvey_both,
    limesurvey_texts,
    redcap,
    redcap_labels,
    write,
)
from intimacy_scales.base.errors import ExportError, ResponseError
from intimacy_scales.reading.exports import read_table
from intimacy_scales.reading.exports.surveys.describe import missing_kind
from intimacy_scales.reading.exports.surveys.redcap_dictionary import parse_choices
from intimacy_scales.reading.responses import read_responses
from making import small_bank

PEOPLE = [["1", "5", "2"], ["2", "", "3"], ["3", "4", "1"], ["5", "1", "5"]]
LABELS = {"1": "never", "2": "seldom", "3": "sometimes", "4": "often", "5": "always"}
CODED = {float(code): label for code, label in LABELS.items()}


def worded(people):
    return [[LABELS.get(one, "") for one in person] for person in people]


def told(table, *names):
    return [(table.column(name).question, dict(table.column(name).labels)) for name in names]


def dictionary(path, *, api=False):
    names = ["Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label", "Choices, Calculations, OR Slider Labels",
             "Field Note", "Text Validation Type OR Show Slider Number", "Text Validation Min", "Text Validation Max", "Identifier?"]  # fmt: skip
    if api:
        names = ["field_name", "form_name", "section_header", "field_type", "field_label", "select_choices_or_calculations", "field_note",
                 "text_validation_type_or_show_slider_number", "text_validation_min", "text_validation_max", "identifier"]  # fmt: skip
    choices = " | ".join(f"{code}, {label}" for code, label in LABELS.items())

    def field(name, kind, label, choices="", validation="", identifier=""):
        return [name, "form", "", kind, label, choices, "", validation, "", "", identifier]

    return write(path, [names, field("record_id", "text", "Record ID"), field("duo_1", "radio", ASKED[0], choices),
                        field("duo_2", "dropdown", ASKED[1], choices), field("duo_3", "radio", ASKED[0], choices),
                        field("box", "checkbox", "Box", "1, one | 2, two")])  # fmt: skip


class TestRedcapDictionary:
    @pytest.mark.parametrize("api", [False, True])
    def test_raw_and_labelled_are_twins_cell_by_cell(self, tmp_path, api):
        survey = dictionary(tmp_path / "d.csv", api=api)
        raw = read_table(write(tmp_path / "r.csv", redcap(PEOPLE)), survey=survey)
        rows = redcap_labels(worded(PEOPLE))
        labelled = read_table(write(tmp_path / "l.csv", rows), survey=survey)
        assert told(raw, "duo_1", "duo_2", "duo_3") == [(ASKED[0], CODED), (ASKED[1], CODED), (ASKED[0], CODED)]
        by_name = {name: column for column in labelled.columns for name in (column.name, *column.other_names)}
        for column in raw.columns:
            twin = by_name[column.name]
            shown = [
                column.labels.get(float(text), text) if text and column.labels else text
                for text in column.cells.texts()
            ]
            assert shown == twin.cells.texts()
            assert (twin.kind, twin.labels) == (column.kind, column.labels)

    def test_a_label_is_not_another_fields_name(self, tmp_path):
        survey = write(tmp_path / "d.csv", [["Variable / Field Name", "Form Name", "Field Type", "Field Label", "Choices, Calculations, OR Slider Labels"],
                                            ["record_id", "f", "text", "Record"], ["mood", "f", "radio", "Sleep", "1, bad | 2, good"],
                                            ["sleep", "f", "radio", "Mood", "1, short | 2, long"]])  # fmt: skip
        rows = [
            ["Record", "Sleep", "Mood", "Complete?"],
            ["1", "bad", "long", "Complete"],
            ["2", "good", "short", "Incomplete"],
        ]
        table = read_table(write(tmp_path / "l.csv", rows), survey=survey)
        assert table.column("Sleep").labels == {1: "bad", 2: "good"}
        assert table.column("Sleep").other_names == ("mood",)

    def test_private_fields_missing_labels_and_checkbox_codes(self, tmp_path):
        head = ["field_name", "form_name", "field_type", "field_label", "select_choices_or_calculations", "identifier",
                "text_validation_type_or_show_slider_number"]  # fmt: skip
        survey = write(tmp_path / "d.csv", [
            head, ["record_id", "f", "text", "Record", "", "", ""], ["nick", "f", "text", "What are you called?", "", "y", ""],
            ["born", "f", "text", "Born", "", "", "date_ymd"], ["mood", "f", "radio", "Mood", "1, bad|2, good|-7, Prefer not to say|-8, Don't know", "", ""],
            ["pets", "f", "checkbox", "Pets", "A, cat | -1, none", "", ""], ["ok", "f", "yesno", "Fine?", "", "", ""],
        ])  # fmt: skip
        rows = [["record_id", "nick", "born", "mood", "pets___a", "pets____1", "ok", "f_complete"],
                ["1", "Kim", "2000-01-02", "-7", "1", "0", "1", "2"], ["2", "Bo", "2000-01-03", "2", "0", "1", "0", "0"]]  # fmt: skip
        table = read_table(write(tmp_path / "r.csv", rows), survey=survey)
        assert (table.column("nick").kind, table.column("born").kind) == ("personal", "metadata")
        assert table.column("mood").missing == {-7: "refused", -8: "don't know"}
        assert table.column("ok").labels == {1: "Yes", 0: "No"}
        assert table.column("pets____1").question == "Pets (choice=none)"
        assert any("says what 8 of 8 columns asked" in note for note in table.notes)

    def test_choices_are_parsed_as_redcap_writes_them(self):
        assert parse_choices("0, No | 1, Yes, always|dk, Don't know") == {
            "0": "No",
            "1": "Yes, always",
            "dk": "Don't know",
        }
        assert parse_choices("") == {}


def lss(path, *, new, codes=("1", "2", "3", "4", "5"), kind="F"):
    """A survey of one array with three rows; ``new``: with texts in tables of their own, as since version 4."""

    def rows(name, those):
        body = "".join(
            "<row>" + "".join(f"<{k}><![CDATA[{v}]]></{k}>" for k, v in row.items()) + "</row>" for row in those
        )
        return f"<{name}><rows>{body}</rows></{name}>"

    question = {
        "qid": "10",
        "parent_qid": "0",
        "gid": "1",
        "type": kind,
        "title": "duo",
        "other": "N",
        "question_order": "1",
    }
    subs = [{"qid": str(20 + at), "parent_qid": "10", "gid": "1", "type": "T", "title": str(at), "question_order": str(at), "scale_id": "0"}
            for at in (1, 2, 3)]  # fmt: skip
    labels = list(LABELS.values())
    texts = {"10": "<p>Drinks</p>", **{str(20 + at): f"<b>{text}</b>" for at, text in enumerate(ASKED, start=1)}}
    answers = [
        {"qid": "10", "code": code, "sortorder": str(at), "scale_id": "0", "aid": str(at)}
        for at, code in enumerate(codes)
    ]
    if new:
        parts = [rows("questions", [question]), rows("subquestions", subs), rows("answers", answers),
                 rows("question_l10ns", [{"qid": q, "language": spoken, "question": t + ("" if spoken == "en" else " (de)")}
                                         for spoken in ("de", "en") for q, t in texts.items()]),
                 rows("answer_l10ns", [{"aid": str(at), "language": spoken, "answer": label + ("" if spoken == "en" else " (de)")}
                                       for spoken in ("de", "en") for at, label in enumerate(labels)])]  # fmt: skip
    else:
        asked = [{**row, "question": texts[row["qid"]], "language": "en"} for row in (question, *subs)]
        parts = [rows("questions", asked[:1]), rows("subquestions", asked[1:]),
                 rows("answers", [{**row, "answer": label, "language": "en"} for row, label in zip(answers, labels, strict=True)])]  # fmt: skip
    path.write_text('<?xml version="1.0" encoding="UTF-8"?><document><LimeSurveyDocType>Survey</LimeSurveyDocType>'
                    f"<languages><language>en</language></languages>{''.join(parts)}</document>", encoding="utf-8")  # fmt: skip
    return path


class TestLimeSurveyStructure:
    @pytest.mark.parametrize("new", [False, True])
    @pytest.mark.parametrize("make", [limesurvey, limesurvey_both, limesurvey_texts])
    def test_header_forms_are_told_the_same(self, tmp_path, new, make):
        table = read_table(write(tmp_path / "a.csv", make(PEOPLE)), survey=lss(tmp_path / "a.lss", new=new))
        items = table.columns[5:]
        assert [dict(one.labels) for one in items] == [CODED] * 3
        assert [one.question for one in items] == [f"Drinks [{text}]" for text in ASKED]
        assert all("duo[2]" in (items[1].name, *items[1].other_names) for _ in (0,))

    def test_lettered_codes_get_their_labels(self, tmp_path):
        codes = ("A5", "A4", "A3", "A2", "A1")  # listed the other way round
        people = [[f"A{one}" if one else "" for one in person] for person in PEOPLE]
        table = read_table(
            write(tmp_path / "a.csv", limesurvey(people)), survey=lss(tmp_path / "a.lss", new=True, codes=codes)
        )
        assert table.column("duo[1]").cells.texts() == ["1", "2", "3", "5"]
        assert table.column("duo[1]").labels[5] == "never"

    def test_codes_that_are_words_become_their_labels(self, tmp_path):
        codes = ("nev", "sel", "some", "oft", "alw")
        spelled = dict(zip(LABELS, codes, strict=True))
        people = [[spelled.get(one, "") for one in person] for person in PEOPLE]
        table = read_table(
            write(tmp_path / "a.csv", limesurvey(people)), survey=lss(tmp_path / "a.lss", new=False, codes=codes)
        )
        assert table.column("duo[1]").cells.texts() == [one[0] for one in worded(PEOPLE)]

    @pytest.mark.parametrize(
        "content",
        [
            "<document><LimeSurveyDocType>Survey</LimeSurveyDocType>",
            '<!DOCTYPE x [<!ENTITY a "b">]><LimeSurveyDocType>',
        ],
    )
    def test_damaged_or_growing_xml_is_refused(self, tmp_path, content):
        (tmp_path / "a.lss").write_text(content, encoding="utf-8")
        with pytest.raises(ExportError, match="is a damaged structure of LimeSurvey"):
            read_table(write(tmp_path / "a.csv", limesurvey(PEOPLE)), survey=tmp_path / "a.lss")


def xlsform(path, *, formr=False):
    book = openpyxl.Workbook()
    book.active.title = "survey"
    kind = "mc how" if formr else "select_one how"
    rows = [["type", "name", "label::English (en)", "label::Deutsch (de)"], ["start", "start", "", ""], ["begin_group", "drinks", "Drinks", ""],
            *([kind, f"duo_{at}", text, f"{text} (de)"] for at, text in enumerate(ASKED, start=1)), ["end_group", "", "", ""],
            ["text", "why", "Why?", ""], ["select_multiple how", "many", "Which?", ""], ["calculate", "sum", "", ""], ["geopoint", "place", "Where?", ""]]  # fmt: skip
    for row in rows:
        book.active.append(row)
    sheet = book.create_sheet("choices")
    sheet.append(["list_name", "name", "label::English (en)"])
    for code, label in LABELS.items():
        sheet.append(["how", code, label])
    book.save(path)
    return path


class TestXlsform:
    def test_kobo(self, tmp_path):
        rows = kobo(PEOPLE)
        rows[0] += ["many", "many/1", "many/2", "sum", "place"]
        for row in rows[1:]:
            row += ["1 2", "1", "1", "7", "47.1 8.5 0 0"]
        table = read_table(write(tmp_path / "a.csv", rows), survey=xlsform(tmp_path / "f.xlsx"))
        assert told(table, "drinks/duo_1", "drinks/duo_3") == [(ASKED[0], CODED), (ASKED[2], CODED)]
        assert table.column("many/2").question == "Which?/seldom"
        assert (table.column("sum").kind, table.column("place").kind) == ("metadata", "personal")

    def test_the_short_names_and_formr(self, tmp_path):
        rows = [
            ["session", "created", "modified", "ended", "expired", "duo_1"],
            ["s1", "2026-01-02", "2026-01-02", "2026-01-02", "", "4"],
        ]
        table = read_table(write(tmp_path / "a.csv", rows), survey=xlsform(tmp_path / "f.xlsx", formr=True))
        assert told(table, "duo_1") == [(ASKED[0], CODED)]

    def test_a_workbook_without_columns_is_refused(self, tmp_path):
        book = openpyxl.Workbook()
        book.active.title = "survey"
        book.active.append(["a", "b"])
        book.save(tmp_path / "f.xlsx")
        with pytest.raises(ExportError, match="no columns type and name"):
            read_table(write(tmp_path / "a.csv", kobo(PEOPLE)), survey=tmp_path / "f.xlsx")


def qsf(path, *, recode=None, tags=None):
    """A survey of a matrix, a question with several answers, a single one, a timing and embedded data."""
    choices = {str(at): {"Display": text} for at, text in enumerate(ASKED, start=1)}
    answers = {str(at): {"Display": label} for at, label in enumerate(LABELS.values(), start=1)}
    matrix = {"QuestionID": "QID1", "DataExportTag": "Q1", "QuestionType": "Matrix", "Selector": "Likert", "SubSelector": "SingleAnswer",
              "QuestionText": "<b>Drinks</b>", "Choices": choices, "Answers": answers, "ChoiceDataExportTags": tags or False}  # fmt: skip
    if recode:
        matrix["RecodeValues"] = recode
    many = {"QuestionID": "QID2", "DataExportTag": "Q2", "QuestionType": "MC", "Selector": "MAVR", "QuestionText": "Which?",
            "Choices": {"1": {"Display": "tea"}, "4": {"Display": "other", "TextEntry": "true"}}}  # fmt: skip
    single = {"QuestionID": "QID3", "DataExportTag": "Q3", "QuestionType": "MC", "Selector": "SAVR", "QuestionText": "Often?",
              "Choices": {"1": {"Display": "yes"}, "2": {"Display": "no"}, "3": {"Display": "Prefer not to answer"}}}  # fmt: skip
    timing = {"QuestionID": "QID4", "DataExportTag": "T", "QuestionType": "Timing", "QuestionText": "Timing"}
    flow = {
        "Flow": [{"Type": "EmbeddedData", "EmbeddedData": [{"Field": "condition"}]}, {"Type": "Block", "ID": "BL_1"}]
    }
    elements = [{"Element": "BL", "Payload": {"0": {"ID": "BL_1", "BlockElements": [{"QuestionID": f"QID{at}"} for at in (3, 1, 2, 4)]}}},
                {"Element": "FL", "Payload": flow},
                *({"Element": "SQ", "PrimaryAttribute": one["QuestionID"], "Payload": one} for one in (matrix, many, single, timing))]  # fmt: skip
    path.write_text(json.dumps({"SurveyEntry": {"SurveyName": "Drinks"}, "SurveyElements": elements}), encoding="utf-8")
    return path


def qualtrics(path, people, *, names=("Q1_1", "Q1_2", "Q1_3"), text=False, ids=True):
    own = {"StartDate": "startDate", "Status": "status", "Progress": "progress", "Finished": "finished", "RecordedDate": "recordedDate",
           "ResponseId": "_recordId"}  # fmt: skip
    more = {
        "Q2_1": "QID2_1",
        "Q2_4": "QID2_4",
        "Q2_4_TEXT": "QID2_4_TEXT",
        "Q3": "QID3",
        "T_First Click": "QID4_FIRST_CLICK",
        "condition": "condition",
    }
    head = [*own, *names, *more]
    asked = [*own, *(f"Drinks - {one}" for one in ASKED), *more]
    ident = [*own.values(), *(f"QID1_{at}" for at in (1, 2, 3)), *more.values()]
    rows = [["2026-01-02", "IP Address" if text else "0", "100", "1", "2026-01-02", f"R_{at}", *person,
             *(["tea", "", "", "yes"] if text else ["1", "", "", "1"]), "3.5", "b"] for at, person in enumerate(people)]  # fmt: skip
    return write(path, [head, asked, [json.dumps({"ImportId": one}) for one in ident], *rows] if ids else [head, *rows])


class TestQsf:
    def test_labels_go_with_recoded_values(self, tmp_path):
        recode = {"1": "5", "2": "4", "3": "3", "4": "2", "5": "1"}
        table = read_table(qualtrics(tmp_path / "a.csv", PEOPLE), survey=qsf(tmp_path / "a.qsf", recode=recode))
        assert table.column("Q1_1").labels == {6 - code: label for code, label in CODED.items()}
        assert table.column("Q1_1").cells.texts() == ["1", "2", "3", "5"]
        assert table.column("Q3").missing == {3: "refused"}
        assert table.column("Q2_1").labels == {1: "tea"}
        assert {name: table.column(name).kind for name in ("Q2_4_TEXT", "T_First Click", "condition")} == {
            "Q2_4_TEXT": "personal", "T_First Click": "timing", "condition": "metadata"}  # fmt: skip

    def test_numbers_and_choice_text_are_twins(self, tmp_path):
        survey = qsf(tmp_path / "a.qsf", recode={str(at): str(9 + at) for at in range(1, 6)})
        coded = [[str(9 + int(one)) if one else "" for one in person] for person in PEOPLE]
        numbers = read_table(qualtrics(tmp_path / "n.csv", coded), survey=survey)
        texts = read_table(qualtrics(tmp_path / "t.csv", worded(PEOPLE), text=True), survey=survey)
        for name in ("Q1_1", "Q1_2", "Q1_3"):
            column = numbers.column(name)
            shown = [column.labels[float(one)] if one else "" for one in column.cells.texts()]
            assert shown == texts.column(name).cells.texts()
            assert column.labels == texts.column(name).labels

    def test_row_tags_and_import_ids(self, tmp_path):
        survey = qsf(tmp_path / "a.qsf", tags={"1": "tea", "2": "coffee", "3": "cocoa"})
        for names, ids in (
            (("Q1_tea", "Q1_coffee", "Q1_cocoa"), False),
            (("tea", "coffee", "cocoa"), False),
            (("x", "y", "z"), True),
        ):
            path = qualtrics(tmp_path / "a.csv", PEOPLE, names=names, ids=ids)
            table = read_table(path, survey=survey)
            assert [dict(table.column(name).labels) for name in names] == [CODED] * 3

    @pytest.mark.parametrize("content", ['{"SurveyEntry": ', '{"SurveyEntry": {}}', '{"SurveyEntry": {}, "SurveyElements": []}',
                                         '{"SurveyEntry": 1, "SurveyElements": [{"Element": "SQ", "Payload": {"QuestionType": "MC"}}]}'])  # fmt: skip
    def test_damaged_files_are_refused_in_words(self, tmp_path, content):
        (tmp_path / "a.qsf").write_text(content, encoding="utf-8")
        with pytest.raises(ExportError, match="is a damaged survey file of Qualtrics"):
            read_table(qualtrics(tmp_path / "a.csv", PEOPLE), survey=tmp_path / "a.qsf")


def test_choice_text_the_bank_does_not_know_is_read_by_the_survey(tmp_path):
    """The .qsf says that "often" is 4, the bank calls 4 something else: who says so takes the numbers of the survey."""
    items = tuple(
        {"number": at, "gloss": text, "options": "agree", "reverse": False} for at, text in enumerate(ASKED, start=1)
    )
    scale = {"id": "total", "name": "Total", "items": (1, 2, 3), "combine": "sum", "min_answered": 2, "min_answered_source": "ours",
             "missing": "prorate", "range": (3, 15), "higher_means": "more"}  # fmt: skip
    case = {"name": "top", "source": "made for tests", "answers": {"-": (5, 5, 5)}, "scores": {"total": 15}}
    bank = small_bank(id="duo", items=items, scales=(scale,), cases=(case,))
    survey = qsf(tmp_path / "a.qsf")
    path = qualtrics(tmp_path / "a.csv", worded(PEOPLE), text=True)
    with pytest.raises(ResponseError):
        read_responses(path, bank)
    with pytest.raises(ResponseError, match="labels that the bank does not know"):
        read_responses(path, bank, survey=survey)
    block = read_responses(path, bank, survey=survey, codes="as-numbers").answered[0].block()
    assert [["" if one != one else f"{one:g}" for one in row] for row in block] == PEOPLE  # noqa: PLR0124 -- NaN


def test_a_dictionary_taken_for_answers_is_said(tmp_path):
    assert any(
        "name the export, and this file with --survey" in note
        for note in read_table(dictionary(tmp_path / "d.csv")).notes
    )


def test_another_surveys_file_is_refused(tmp_path):
    with pytest.raises(ExportError, match="another survey"):
        read_table(write(tmp_path / "a.csv", [["id", "b"], ["1", "2"]]), survey=qsf(tmp_path / "a.qsf"))


def test_no_survey_file_at_all(tmp_path):
    write(tmp_path / "b.csv", [["a", "b"], ["1", "2"]])
    with pytest.raises(ExportError, match=r"is no survey file that is known here.*qsf.*lss.*REDCap.*XLSForm"):
        read_table(write(tmp_path / "a.csv", google_forms(PEOPLE)), survey=tmp_path / "b.csv")


@pytest.mark.parametrize(("label", "kind"), [("Prefer not to say", "refused"), ("Don’t know", "don't know"), ("I do not know.", "don't know"),
                                             ("Do not know/cannot answer", "don't know"), ("N/A", "not applicable"), ("No answer", "no answer"),
                                             ("Not at all", None), ("None of the time", None), ("I don't know how to say it", None),
                                             ("Never", None), ("", None)])  # fmt: skip
def test_kinds_of_missing(label, kind):
    assert missing_kind(label) == kind


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
    st.sampled_from(["Element", "Payload", "QuestionID", "Choices", "Answers", "RecodeValues", "QuestionType", "Flow", "Type", "ID", "1"]), inner,
    max_size=4), max_leaves=12)  # fmt: skip


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    payload=JSON,
    element=st.sampled_from(["SQ", "BL", "FL"]),
    kind=st.sampled_from(["Matrix", "MC", "SBS", "Slider", "TE", "Timing"]),
)
def test_fuzz_qsf_is_read_or_refused_in_words(tmp_path, payload, element, kind):
    good = json.loads(qsf(tmp_path / "a.qsf").read_text(encoding="utf-8"))
    if isinstance(payload, dict) and element == "SQ":
        payload = {"QuestionID": "QID9", **payload, "QuestionType": kind, "DataExportTag": "Q9", "Selector": "MAVR"}
    good["SurveyElements"].append({"Element": element, "Payload": payload})
    (tmp_path / "a.qsf").write_text(json.dumps(good), encoding="utf-8")
    try:
        table, fault = read_table(qualtrics(tmp_path / "a.csv", PEOPLE), survey=tmp_path / "a.qsf"), ""
    except ExportError as caught:
        table, fault = None, str(caught)
    assert table.column("Q1_1").cells.texts() == ["1", "2", "3", "5"] if table is not None else "damaged" in fault


PIECES = ("<", ">", "x", "1", "<row>", "</row>", " ", "\x00")
TAGS = ("qid", "title", "question", "parent_qid", "code", "answer", "language", "UTF-8")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(random=st.randoms(use_true_random=False), new=st.booleans())
def test_fuzz_lss_is_read_or_refused_in_words(tmp_path, random, new):
    text = lss(tmp_path / "a.lss", new=new).read_text(encoding="utf-8")
    for _ in range(random.randint(1, 4)):
        at, way = random.randrange(len(text)), random.randrange(3)
        if way == 0:
            text = text[:at] + text[at + random.randint(1, 40) :]
        elif way == 1:
            text = text[:at] + random.choice(PIECES) + text[at:]
        else:
            text = text.replace(random.choice(TAGS), random.choice(("zz", "qid", "code")))
    (tmp_path / "a.lss").write_text(text, encoding="utf-8")
    try:
        answers = (
            read_table(write(tmp_path / "a.csv", limesurvey(PEOPLE)), survey=tmp_path / "a.lss")
            .column("duo[3]")
            .cells.texts()
        )
    except ExportError as caught:
        answers = ["2", "3", "1", "5"] if caught.problems else []
    assert answers == ["2", "3", "1", "5"]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.lists(st.text('a1 ,|"\n', max_size=6), min_size=11, max_size=11), max_size=5))
def test_fuzz_dictionary(tmp_path, cells):
    path = dictionary(tmp_path / "d.csv")
    out = io.StringIO(newline="")
    csv.writer(out).writerows(cells)
    path.write_text(path.read_text(encoding="utf-8") + out.getvalue(), encoding="utf-8", newline="")
    table = read_table(write(tmp_path / "r.csv", redcap(PEOPLE)), survey=path)
    assert [table.column(f"duo_{at}").cells.texts() for at in (1, 2, 3)] == [
        list(one) for one in zip(*PEOPLE, strict=True)
    ]
