"""Qualtrics in all its dresses: the same people, the same answers, and every row set aside for a reason."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.reading.exports import guess_id_column, read_table

OWN = {
    "StartDate": "startDate", "EndDate": "endDate", "Status": "status", "IPAddress": "ipAddress", "Progress": "progress",
    "Duration (in seconds)": "duration", "Finished": "finished", "RecordedDate": "recordedDate", "ResponseId": "_recordId",
    "RecipientEmail": "recipientEmail", "LocationLatitude": "locationLatitude", "DistributionChannel": "distributionChannel",
    "UserLanguage": "userLanguage",
}  # fmt: skip
ITEMS = {"Q1_1": "QID1_1", "Q1_2": "QID1_2", "Q2": "QID2_TEXT"}
LABELS = {"1": "Strongly disagree", "2": "Disagree", "3": "Neither", "4": "Agree", "5": "Strongly agree", "": ""}


def row(identity, answers, **own):
    said = {"StartDate": "2026-01-02 03:04:05", "EndDate": "2026-01-02 03:09:05", "Status": "0", "Progress": "100",
            "Duration (in seconds)": "300", "Finished": "1", "RecordedDate": "2026-01-02 03:09:06", "ResponseId": identity,
            "DistributionChannel": "anonymous", "UserLanguage": "EN", **own}  # fmt: skip
    return [said.get(name, "") for name in OWN] + list(answers)


def export(path, rows, *, quote='"', encoding="utf-8", separator=",", extra=(), extra_ids=()):
    names = [*OWN, *ITEMS, *extra]
    ids = [*OWN.values(), *ITEMS.values(), *extra_ids]
    lines = [json.dumps({"ImportId": one}) if quote == '"' else f"{{'ImportId': '{one}'}}" for one in ids]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows([names, [f"Text of {name}" for name in names], lines, *rows])
    path.write_bytes(out.getvalue().encode(encoding))
    return path


PEOPLE = [row("R_1", ["1", "5", "hello there"]), row("R_2", ["2", "", ""]), row("R_3", ["3", "3", "fine"])]


def why(table):
    return {aside.row: aside.why.split(" (")[0] for aside in table.set_aside}


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize(("encoding", "separator"), [("utf-8", ","), ("utf-16", "\t"), ("utf-8-sig", ";")])
def test_three_header_rows(tmp_path, quote, encoding, separator):
    table = read_table(export(tmp_path / "q.csv", PEOPLE, quote=quote, encoding=encoding, separator=separator))
    assert (table.source.platform, table.source.sure) == ("qualtrics", "certain")
    assert table.row_numbers.tolist() == [4, 5, 6]
    item = table.column("Q1_1")
    assert (item.question, item.other_names, item.kind) == ("Text of Q1_1", ("QID1_1",), "answer")
    assert item.cells.texts() == ["1", "2", "3"]
    assert table.column("Q1_2").cells.texts() == ["5", "", "3"]
    assert guess_id_column(table) == "ResponseId"


def test_kinds_by_name_and_import_id(tmp_path):
    extra, ids = (
        ["Timer_1", "Q9", "PROLIFIC_PID", "Q1_DO_2"],
        ["QID7_FIRST_CLICK", "QID9_BROWSER", "PROLIFIC_PID", "QID1_DO_2"],
    )
    rows = [[*PEOPLE[0], "1.5", "Chrome", "abc", "2"], [*PEOPLE[1], "2.5", "Chrome", "abd", "1"]]
    table = read_table(export(tmp_path / "q.csv", rows, extra=extra, extra_ids=ids))
    kinds = {column.name: column.kind for column in table.columns}
    assert kinds == {
        "StartDate": "metadata", "EndDate": "metadata", "Status": "metadata", "IPAddress": "personal", "Progress": "metadata",
        "Duration (in seconds)": "timing", "Finished": "metadata", "RecordedDate": "metadata", "ResponseId": "id",
        "RecipientEmail": "personal", "LocationLatitude": "personal", "DistributionChannel": "metadata", "UserLanguage": "metadata",
        "Q1_1": "answer", "Q1_2": "answer", "Q2": "personal", "Timer_1": "timing", "Q9": "metadata", "PROLIFIC_PID": "id",
        "Q1_DO_2": "metadata",
    }  # fmt: skip


def test_a_text_entry_of_numbers_may_be_an_item(tmp_path):
    table = read_table(export(tmp_path / "q.csv", [row("R_1", ["1", "1", "34"]), row("R_2", ["2", "2", "41"])]))
    assert table.column("Q2").kind == "answer"


@pytest.mark.parametrize(("own", "reason"), [
    ({"Status": "1"}, "a preview by the makers of the survey"),
    ({"Status": "Survey Preview"}, "a preview by the makers of the survey"),
    ({"Status": "Umfragevorschau"}, "a preview by the makers of the survey"),
    ({"Status": "9"}, "a preview by the makers of the survey"),
    ({"DistributionChannel": "preview"}, "a preview by the makers of the survey"),
    ({"Status": "2"}, "a test answer made by the platform"),
    ({"Status": "Survey Test"}, "a test answer made by the platform"),
    ({"Status": "8"}, "marked as spam by the platform"),
    ({"Status": "Spam"}, "marked as spam by the platform"),
    ({"Finished": "0"}, "not finished"),
    ({"Finished": "False", "Progress": "40"}, "not finished"),
    ({"Finished": "FALSCH"}, "not finished"),
    ({"Finished": "unheard of", "Progress": "40"}, "not finished"),
    ({"ResponseId": "R_1"}, "the same response again"),
])  # fmt: skip
def test_rows_that_are_no_respondents(tmp_path, own, reason):
    path = export(tmp_path / "q.csv", [PEOPLE[0], row("R_9", ["5", "5", ""], **own), PEOPLE[2]])
    table = read_table(path)
    assert table.row_numbers.tolist() == [4, 6]
    assert table.set_aside[0].row == 5
    assert table.set_aside[0].why.startswith(reason)
    assert table.column("Q1_1").cells.texts() == ["1", "3"]
    assert table.rows_read == 3
    everyone = read_table(path, include_set_aside=True)
    assert everyone.row_numbers.tolist() == [4, 5, 6]
    assert any("would be set aside" in note for note in everyone.notes)


@pytest.mark.parametrize("own", [
    {"Status": "IP Address"}, {"Status": "IP-Adresse"}, {"Status": "4"}, {"Status": "Imported"}, {"Status": "16"}, {"Status": "32"},
    {"Finished": "True"}, {"Finished": "WAHR", "Progress": "100"}, {"Finished": "1", "Progress": "98"},
])  # fmt: skip
def test_respondents_stay(tmp_path, own):
    assert len(read_table(export(tmp_path / "q.csv", [row("R_9", ["5", "5", ""], **own), *PEOPLE]))) == 4


def test_unfinished_rows_can_be_kept_alone(tmp_path):
    rows = [*PEOPLE, row("R_4", ["1", "", ""], Finished="0"), row("R_5", ["1", "", ""], Status="1")]
    path = export(tmp_path / "q.csv", rows)
    assert read_table(path, keep_unfinished=True).row_numbers.tolist() == [4, 5, 6, 7]
    assert read_table(path, include_set_aside=("preview",)).row_numbers.tolist() == [4, 5, 6, 8]
    assert why(read_table(path)) == {7: "not finished", 8: "a preview by the makers of the survey"}
    with pytest.raises(UnknownNameError, match="did you mean 'preview'"):
        read_table(path, include_set_aside=("previews",))


def test_all_reasons_of_a_row_are_said(tmp_path):
    table = read_table(export(tmp_path / "q.csv", [*PEOPLE, row("R_4", ["", "", ""], Status="1", Finished="0")]))
    assert "preview" in table.set_aside[0].why
    assert "not finished" in table.set_aside[0].why


def test_a_file_of_test_answers_only_is_kept_and_said(tmp_path):
    table = read_table(export(tmp_path / "q.csv", [row(f"R_{i}", ["1", "2", ""], Status="2") for i in range(4)]))
    assert len(table) == 4
    assert any("nobody" in note for note in table.notes)


@pytest.mark.parametrize(("yes", "no"), [("1", "0"), ("I consent to participate", "I do not consent"), ("Yes", "No, thank you"),
                                         ("Ja", "Nein"), ("I agree", "I don’t agree")])  # fmt: skip
def test_refused_consent(tmp_path, yes, no):
    rows = [[*PEOPLE[0], yes], [*PEOPLE[1], no], [*PEOPLE[2], yes]]
    table = read_table(export(tmp_path / "q.csv", rows, extra=["Consent"], extra_ids=["QID99"]))
    assert why(table) == {5: "consent refused"}


def test_consent_that_cannot_be_read_is_a_note(tmp_path):
    rows = [[*PEOPLE[0], "1"], [*PEOPLE[1], "2"], [*PEOPLE[2], "1"]]
    table = read_table(export(tmp_path / "q.csv", rows, extra=["Consent"], extra_ids=["QID99"]))
    assert len(table) == 3
    assert any("which of them refuses is not known" in note for note in table.notes)


def test_answers_that_say_no_elsewhere_refuse_nothing(tmp_path):
    rows = [[*PEOPLE[0], "No"], [*PEOPLE[1], "Yes"], [*PEOPLE[2], "No"]]
    assert len(read_table(export(tmp_path / "q.csv", rows, extra=["Children"], extra_ids=["QID99"]))) == 3


def test_seen_but_not_answered(tmp_path):
    table = read_table(export(tmp_path / "q.csv", [*PEOPLE, row("R_4", ["-99", "4", ""])]))
    assert table.column("Q1_1").missing == {-99.0: "seen but not answered"}
    assert table.column("Q1_2").missing == {}


def test_doubled_names_are_all_numbered(tmp_path):
    rows = [[*person, "4", "2"] for person in PEOPLE]
    table = read_table(export(tmp_path / "q.csv", rows, extra=["Q1_1", "Q7"], extra_ids=["QID50_1", "QID7"]))
    assert "Q1_1" not in table.names
    assert table.column("Q1_1.1").cells.texts() == ["1", "2", "3"]
    assert (table.column("Q1_1.2").cells.texts(), table.column("Q1_1.2").other_names) == (["4"] * 3, ("QID50_1",))
    assert any("numbered" in note for note in table.notes)


def legacy(path, rows):
    names = ["V1", "V2", "V3", "V4", "V5", "V6", "V7", "V8", "V9", "V10", *ITEMS, "LocationLatitude", ""]
    asked = ["ResponseID", "ResponseSet", "Name", "ExternalDataReference", "EmailAddress", "IPAddress", "Status", "StartDate",
             "EndDate", "Finished", *(f"Text of {name}" for name in ITEMS), "LocationLatitude", ""]  # fmt: skip
    place = {name: at for at, name in enumerate([*OWN, *ITEMS])}
    old = []
    for one in rows:
        said = {name: one[at] for name, at in place.items()}
        old.append([said["ResponseId"], "Default Response Set", "Anonymous", "", "", said["IPAddress"], said["Status"], said["StartDate"],
                    said["EndDate"], said["Finished"], *(said[name] for name in ITEMS), "", ""])  # fmt: skip
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([names, asked, *old])
    return path


def test_the_older_two_rows_are_the_twin_of_the_three(tmp_path):
    rows = [
        *PEOPLE,
        row("R_4", ["4", "4", "x"], Status="1"),
        row("R_5", ["5", "", "y"], Finished="0"),
        row("R_6", ["4", "1", ""]),
    ]
    new, old = read_table(export(tmp_path / "new.csv", rows)), read_table(legacy(tmp_path / "old.csv", rows))
    assert old.source.sure == "certain"
    assert len(new) == len(old) == 4
    for name in ITEMS:
        assert new.column(name).cells.texts() == old.column(name).cells.texts()
        assert new.column(name).question == old.column(name).question
    assert [old.column(name).kind for name in ("Q1_1", "Q1_2")] == ["answer"] * 2
    assert new.column("ResponseId").cells.texts() == old.column("ResponseID").cells.texts()
    assert old.column("ResponseID").other_names == ("V1",)
    assert [a.why for a in new.set_aside] == [a.why for a in old.set_aside]
    assert [a.row - 1 for a in new.set_aside] == [a.row for a in old.set_aside]


def test_numbers_and_choice_text_are_twins(tmp_path):
    rows = [row(f"R_{i}", [str(1 + i % 5), str(1 + i * 3 % 5), ""]) for i in range(20)]
    text = [[*one[:-3], LABELS[one[-3]], LABELS[one[-2]], one[-1]] for one in rows]
    for one in text:
        one[list(OWN).index("Status")], one[list(OWN).index("Finished")] = "IP Address", "True"
    a, b = read_table(export(tmp_path / "n.csv", rows)), read_table(export(tmp_path / "t.csv", text))
    for name in ("Q1_1", "Q1_2"):
        assert [LABELS[code] for code in a.column(name).cells.texts()] == b.column(name).cells.texts()


def test_one_header_row_and_two_without_import_ids(tmp_path):
    path = export(tmp_path / "q.csv", PEOPLE)
    lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    lines[1] = [{"StartDate": "Start Date", "EndDate": "End Date", "Status": "Response Type", "Progress": "Progress"}.get(name, f"Text of {name}")
                for name in lines[0]]  # fmt: skip
    for name, kept, first in (("flat.csv", [0, 3, 4, 5], 2), ("two.csv", [0, 1, 3, 4, 5], 3)):
        with (tmp_path / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(lines[at] for at in kept)
        table = read_table(tmp_path / name)
        assert (table.source.platform, table.source.sure) == ("qualtrics", "likely")
        assert table.row_numbers.tolist() == [first, first + 1, first + 2]
        assert table.column("Q1_1").cells.texts() == ["1", "2", "3"]


def test_the_first_person_is_never_taken_for_question_texts(tmp_path):
    text = "Status,Finished,DistributionChannel,UserLanguage,Q1\nIP Address,True,anonymous,EN,Agree\nIP Address,True,anonymous,EN,Agree\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert read_table(tmp_path / "a.csv").row_numbers.tolist() == [2, 3]


def test_question_texts_in_another_language(tmp_path):
    text = "StartDate,Status,Finished,ResponseId,Q1\nAnfangsdatum,Antworttyp,Beendet,Antwort-ID,Frage\n2026-01-02,0,1,R_a,Agree\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    table = read_table(tmp_path / "a.csv")
    assert table.row_numbers.tolist() == [3]
    assert table.column("Q1").question == "Frage"


def test_a_plain_table_is_not_taken_for_qualtrics(tmp_path):
    (tmp_path / "a.csv").write_text("id,Status,Progress,eis_1\n1,1,50,3\n2,2,60,4\n", encoding="utf-8")
    table = read_table(tmp_path / "a.csv")
    assert (table.source.platform, len(table)) == ("spreadsheet", 2)


def test_the_platform_can_be_said(tmp_path):
    path = export(tmp_path / "q.csv", PEOPLE)
    plain = read_table(path, platform="spreadsheet")
    assert (plain.source.platform, len(plain)) == ("spreadsheet", 5)
    (tmp_path / "a.csv").write_text("id,Status,eis_1\n1,1,3\n2,0,4\n", encoding="utf-8")
    table = read_table(tmp_path / "a.csv", platform="Qualtrics")
    assert (table.source.platform, table.source.sure, len(table)) == ("qualtrics", "assumed", 1)


ANSWER = st.sampled_from(["", "1", "2", "3", "4", "5"])
PERSON = st.tuples(ANSWER, ANSWER, st.text("ab ,;\"'\n\t{}:é", max_size=10).filter(lambda text: text == "" or text.strip()),
                   st.sampled_from(["0", "0", "1", "2", "4", "8"]), st.sampled_from(["1", "1", "0"]))  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=st.lists(PERSON, min_size=1, max_size=10), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
       separator=st.sampled_from(",\t"), quote=st.sampled_from("\"'"))  # fmt: skip
def test_fuzz(tmp_path, people, encoding, separator, quote):
    rows = [row(f"R_{at}", person[:3], Status=person[3], Finished=person[4]) for at, person in enumerate(people)]
    table = read_table(export(tmp_path / "q.csv", rows, quote=quote, encoding=encoding, separator=separator))
    tests = all(person[3] == "2" for person in people)
    kept = [
        at for at, person in enumerate(people) if person[3] in ("0", "4", "2" if tests else "0") and person[4] == "1"
    ]
    assert table.row_numbers.tolist() == [at + 4 for at in kept]
    assert sorted(aside.row for aside in table.set_aside) == [at + 4 for at in range(len(people)) if at not in kept]
    for place, name in enumerate(ITEMS):
        assert table.column(name).cells.texts() == [people[at][place] for at in kept]
