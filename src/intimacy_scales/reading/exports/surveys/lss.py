"""Structure of a LimeSurvey survey (.lss): questions, subquestions, answers, in the older and the newer form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast
from xml.etree.ElementTree import Element, ParseError

from intimacy_scales.reading.exports.files.source import ByteSource
from intimacy_scales.reading.exports.surveys.surveys import Question, Survey, faulty, unmarked
from intimacy_scales.reading.exports.table import ColumnKind

WHAT = "structure of LimeSurvey (.lss)"

Row = Mapping[str, str]
_PLAIN = {
    "Y": {"Y": "Yes", "N": "No"},
    "G": {"F": "Female", "M": "Male"},
    "C": {"Y": "Yes", "N": "No", "U": "Uncertain"},
    "E": {"I": "Increase", "S": "Same", "D": "Decrease"},
}
_KINDS: Mapping[str, ColumnKind] = {"X": "metadata", "*": "metadata", "|": "personal", "I": "metadata"}
_BY_ROW = frozenset("ABCEFHMPQK")
_BY_CELL = frozenset(";:")
_NO_CODES = frozenset("MPQK")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What stands in a .lss, by the ids that hold it together."""

    questions: tuple[Row, ...]
    below: Mapping[str, tuple[Row, ...]]
    answers: Mapping[tuple[str, str], Mapping[str, str]]


def recognise(source: ByteSource) -> bool:
    """Return whether a file is XML that calls itself a survey of LimeSurvey."""
    with source.open() as file:
        return b"<LimeSurveyDocType>" in file.read(2048)


def read(source: ByteSource, shown: str) -> Survey:
    """Read the columns a survey exports, with question texts in all languages and labels in the first.

    Raises
    ------
    ExportError
        When the XML is damaged or holds definitions of its own (which no LimeSurvey writes).
    """
    root = _parse(source, shown)
    try:
        parts = _parts(root)
        asked = [one for question in parts.questions for one in _columns(question, parts)]
    except (KeyError, IndexError) as fault:
        raise faulty(shown, WHAT, f"a row lacks {fault}") from fault
    return Survey(shown=shown, what=WHAT, questions=tuple(asked))


def _parse(source: ByteSource, shown: str) -> Element:
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        return cast("Element", fromstring(source.read(), forbid_dtd=True))
    except DefusedXmlException as fault:
        raise faulty(shown, WHAT, "it defines entities") from fault
    except (ParseError, ValueError, LookupError) as fault:
        raise faulty(shown, WHAT, fault) from fault


def _rows(root: Element, name: str) -> list[dict[str, str]]:
    return [{cell.tag: cell.text or "" for cell in row} for row in root.findall(f"./{name}/rows/row")]


def _parts(root: Element) -> _Parts:
    first = (root.findtext("./languages/language") or "").strip()
    names = ("questions", "subquestions")
    spoken: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in _rows(root, "question_l10ns"):
        spoken[row.get("qid", "")][row.get("language", "")] = row.get("question", "")
    rows: dict[str, dict[str, str]] = {}
    for name in names:
        for row in _rows(root, name):
            texts = spoken[row["qid"]] if "qid" in row else {}
            if "question" in row:
                texts[row.get("language", first)] = row["question"]
            if "qid" in row:
                rows.setdefault(row["qid"], row)
    for qid, row in rows.items():
        texts = spoken[qid]
        ordered = [
            *(text for spoke, text in texts.items() if spoke == first),
            *(t for s, t in texts.items() if s != first),
        ]
        row["texts"] = "\n\x1f".join(ordered)
    groups = {row.get("gid", ""): _number(row.get("group_order", "")) for row in _rows(root, "groups")}
    below: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows.values():
        below[row.get("parent_qid") or "0"].append(row)
    top = sorted(
        below.pop("0", []), key=lambda row: (groups.get(row.get("gid", ""), 0), _number(row.get("question_order", "")))
    )
    ordered_below = {
        qid: tuple(sorted(those, key=lambda row: (row.get("scale_id", "0"), _number(row.get("question_order", "")))))
        for qid, those in below.items()
    }
    return _Parts(questions=tuple(top), below=ordered_below, answers=_answers(root, first))


def _answers(root: Element, first: str) -> dict[tuple[str, str], dict[str, str]]:
    """Return (qid, scale) to code to label, in the survey's first language where it has one."""
    later = {row.get("aid", ""): row.get("answer", "") for row in reversed(_rows(root, "answer_l10ns"))}
    later |= {
        row.get("aid", ""): row.get("answer", "") for row in _rows(root, "answer_l10ns") if row.get("language") == first
    }
    found: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for row in _rows(root, "answers"):
        labels, code = found[row.get("qid", ""), row.get("scale_id", "0") or "0"], row.get("code", "")
        label = row.get("answer", later.get(row.get("aid", ""), ""))
        if code not in labels or row.get("language") == first:
            labels[code] = label
    return found


def _number(text: str) -> int:
    return int(text) if text.strip().isdecimal() else 0


def _texts(row: Row, *more: Row) -> tuple[str, ...]:
    """Return "question [subquestion]" in every language."""
    spoken = [[unmarked(text) for text in one["texts"].split("\n\x1f")] for one in (row, *more)]
    languages = min(map(len, spoken))
    return tuple(spoken[0][at] + "".join(f" [{sub[at]}]" for sub in spoken[1:]) for at in range(languages))


def _columns(question: Row, parts: _Parts) -> Iterator[Question]:
    kind, title, qid = question.get("type", ""), question.get("title", ""), question["qid"]
    rows = [row for row in parts.below.get(qid, ()) if row.get("scale_id", "0") in ("", "0")]
    choices = parts.answers.get((qid, "0"), _PLAIN.get(kind, {}))
    if kind == "1":
        yield from _dual(question, rows, parts)
    elif kind in _BY_CELL:
        yield from _cells(question, rows, parts)
    elif kind == "R":
        for place in range(1, len(choices) + 1):
            yield Question(names=(f"{title}[{place}]",), choices=choices)
    elif kind in _BY_ROW and rows:
        for row in rows:
            names = (f"{title}[{row.get('title', '')}]",)
            yield Question(names=names, texts=_texts(question, row), choices={} if kind in _NO_CODES else choices)
    else:
        yield Question(names=(title,), texts=_texts(question), choices=choices, kind=_KINDS.get(kind))
    if question.get("other") == "Y":
        yield Question(names=(f"{title}[other]",))


def _dual(question: Row, rows: list[Row], parts: _Parts) -> Iterator[Question]:
    """Return two columns for every row of an array with two scales."""
    title = question.get("title", "")
    for row in rows:
        for scale in (0, 1):
            row_name = row.get("title", "")
            yield Question(
                names=(f"{title}[{row_name}][{scale + 1}]", f"{title}[{row_name}#{scale}]"),
                texts=tuple(f"{text} [{scale + 1}]" for text in _texts(question, row)),
                choices=parts.answers.get((question["qid"], str(scale)), {}),
            )


def _cells(question: Row, rows: list[Row], parts: _Parts) -> Iterator[Question]:
    """Return a column for every cell of an array of numbers or texts."""
    across = [row for row in parts.below.get(question["qid"], ()) if row.get("scale_id") == "1"]
    for row in rows:
        for cell in across:
            name = f"{question.get('title', '')}[{row.get('title', '')}_{cell.get('title', '')}]"
            yield Question(names=(name,), texts=_texts(question, row, cell))
