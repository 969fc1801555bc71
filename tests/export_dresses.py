"""The same made-up answers in the dress of every platform, for tests. No respondents, no items of others."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

ITEMS = ("duo_1", "duo_2", "duo_3")
ASKED = ("I like tea.", "I like, above all, coffee.", 'I say "cocoa".')
Answers = Sequence[Sequence[str]]


def write(path: Path, rows: Sequence[Sequence[str]], *, encoding: str = "utf-8", separator: str = ",", end: str = "\n",
          quoting: int = csv.QUOTE_MINIMAL) -> Path:  # fmt: skip
    """Write records as text."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting).writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def redcap(people: Answers) -> list[list[str]]:
    """Raw: record, items, a checkbox, the status of the form."""
    head = ["record_id", *ITEMS, "box___1", "box___2", "form_complete"]
    return [head, *([f"{at:04d}", *answers, "0", "1", "2"] for at, answers in enumerate(people, start=1))]


def redcap_labels(people: Answers) -> list[list[str]]:
    """Labels for names, two of them the same."""
    head = ["Record ID", *ASKED[:2], ASKED[0], "Box (choice=one)", "Box (choice=two)", "Complete?"]
    return [
        head,
        *([f"{at:04d}", *answers, "Unchecked", "Checked", "Complete"] for at, answers in enumerate(people, start=1)),
    ]


OWN = ("id", "submitdate", "lastpage", "startlanguage", "seed")
DONE = ("2026-01-02 03:04:05", "4", "en", "123456789")


def limesurvey(people: Answers, names: Sequence[str] = ("duo[1]", "duo[2]", "duo[3]")) -> list[list[str]]:
    """Codes for names."""
    return [[*OWN, *names], *([str(at), *DONE, *answers] for at, answers in enumerate(people, start=1))]


def limesurvey_underscored(people: Answers) -> list[list[str]]:
    """As written for R and SPSS."""
    return limesurvey(people, ITEMS)


def limesurvey_both(people: Answers) -> list[list[str]]:
    """Codes and texts for names."""
    own = (
        "id. Response ID",
        "submitdate. Date submitted",
        "lastpage. Last page",
        "startlanguage. Start language",
        "seed. Seed",
    )
    rows = limesurvey(people)
    return [[*own, *(f"duo[{at}]. Drinks [{text}]" for at, text in enumerate(ASKED, start=1))], *rows[1:]]


def limesurvey_texts(people: Answers) -> list[list[str]]:
    """Texts for names, in a language of their own."""
    own = ("Antwort ID", "Datum Abgeschickt", "Letzte Seite", "Start-Sprache", "Zufallsstartwert")
    return [[*own, *(f"Drinks [{text}]" for text in ASKED)], *limesurvey(people)[1:]]


def limesurvey_vv(people: Answers) -> list[list[str]]:
    """VV: texts over codes."""
    rows = limesurvey_underscored(people)
    return [["Response ID", "Date submitted", "Last page", "Start language", "Seed", *ASKED], *rows]


def google_forms(people: Answers) -> list[list[str]]:
    """Time stamp, a question with a blank at its end, a grid."""
    head = ["Timestamp", ASKED[0] + " ", f"Drinks [{ASKED[1]}]", f"Drinks [{ASKED[2]}]"]
    return [
        head,
        *([f"2026/01/{at % 28 + 1:02d} 9:3{at % 10}:00 PM GMT+1", *answers] for at, answers in enumerate(people)),
    ]


def microsoft_forms(people: Answers) -> list[list[str]]:
    """ID, times, mail, name, questions with hard spaces."""
    head = ["ID", "Start time", "Completion time", "Email", "Name", *(text.replace(" ", "\xa0") for text in ASKED)]
    return [
        head,
        *(
            [str(at), "1/2/26 3:04:05", "1/2/26 3:09:05", "anonymous", "", *answers]
            for at, answers in enumerate(people, start=1)
        ),
    ]


def surveymonkey(people: Answers) -> list[list[str]]:
    """Two header rows: a question of its own, a matrix that stands once."""
    first = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", ASKED[0], "Drinks", ""]
    second = ["", "", "", "", "", "Response", ASKED[1], ASKED[2]]
    return [
        first,
        second,
        *(
            [str(10_000_000_000 + at), "123", "01/02/2026", "01/02/2026", "", *answers]
            for at, answers in enumerate(people)
        ),
    ]


def kobo(people: Answers) -> list[list[str]]:
    """Paths through a group."""
    head = [
        "start",
        "end",
        *(f"drinks/{name}" for name in ITEMS),
        "_id",
        "_uuid",
        "_submission_time",
        "_validation_status",
    ]
    return [head, *(["2026-01-02T03:04:05.000+01:00", "2026-01-02T03:09:05.000+01:00", *answers, str(500 + at), f"uuid-{at}",
                     "2026-01-02T02:09:06", ""] for at, answers in enumerate(people))]  # fmt: skip


def formr(people: Answers) -> list[list[str]]:
    """Sessions."""
    stamp = "2026-01-02 03:04:05"
    return [["session", "created", "modified", "ended", "expired", *ITEMS],
            *([f"s{at}", stamp, stamp, stamp, "NA", *answers] for at, answers in enumerate(people))]  # fmt: skip


def sosci(people: Answers) -> list[list[str]]:
    """Names in capitals, times."""
    head = [
        "CASE",
        "SERIAL",
        "REF",
        "QUESTNNR",
        "MODE",
        "STARTED",
        "A101_01",
        "A101_02",
        "A101_03",
        "TIME001",
        "FINISHED",
        "MISSREL",
    ]
    return [head, *([str(40 + at), "", "", "base", "interview", "2026-01-02 03:04:05", *answers, "12", "1", "0"]
                    for at, answers in enumerate(people))]  # fmt: skip


def sosci_labelled(people: Answers) -> list[list[str]]:
    """With the row of labels."""
    rows = sosci(people)
    labels = ["Interview number (ongoing)", "Serial number (if provided)", "Reference (if provided in link)",
              "Questionnaire that has been used in the interview", "Interview mode", "Time the interview has started (Europe/Berlin)",
              *(f"Drinks: {text}" for text in ASKED), "Time spent on page 1", "Has the interview been finished (reached last page)",
              "Missing answers weighted by relevance"]  # fmt: skip
    return [rows[0], labels, *rows[1:]]


def jspsych(people: Answers) -> list[list[str]]:
    """Persons below each other, two trials each."""
    head = [
        "trial_type",
        "trial_index",
        "time_elapsed",
        "internal_node_id",
        "subject",
        "rt",
        "response",
        "question_order",
    ]
    rows = [head]
    for at, answers in enumerate(people):
        said = json.dumps({f"Q{place}": int(one) if one else "" for place, one in enumerate(answers)})
        rows += [["preload", "0", "10", "0.0-0.0", f"p{at}", "", "", ""],
                 ["survey-likert", "1", "9000", "0.0-1.0", f"p{at}", "8990.5", said, "[2,0,1]"]]  # fmt: skip
    return rows


DRESSES = {
    "redcap": (redcap, "redcap"), "redcap labels": (redcap_labels, "redcap"),
    "limesurvey": (limesurvey, "limesurvey"), "limesurvey R": (limesurvey_underscored, "limesurvey"),
    "limesurvey both": (limesurvey_both, "limesurvey"), "limesurvey texts": (limesurvey_texts, "limesurvey"),
    "limesurvey vv": (limesurvey_vv, "limesurvey"), "google": (google_forms, "google_forms"),
    "microsoft": (microsoft_forms, "microsoft_forms"), "surveymonkey": (surveymonkey, "surveymonkey"), "kobo": (kobo, "kobo"),
    "formr": (formr, "formr"), "sosci": (sosci, "sosci"), "sosci labelled": (sosci_labelled, "sosci"), "jspsych": (jspsych, "jspsych"),
}  # fmt: skip
