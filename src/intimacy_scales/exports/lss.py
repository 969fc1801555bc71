"""Structure of a LimeSurvey survey (.lss): questions, subquestions, answers, in the older and the newer form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from intimacy_scales.exports.surveys import Question, Survey, faulty
from intimacy_scales.exports.table import ColumnKind

WHAT = "structure of LimeSurvey (.lss)"

Row = Mapping[str, str]
_PLAIN = {"Y": {"Y": "Yes", "N": "No"}, "G": {"F": "Female", "M": "Male"}, "C": {"Y": "Yes", "N": "No", "U": "Uncertain"},
          "E": {"I": "Increase", "S": "Same", "D": "Decrease"}}  # fmt: skip
_KINDS: Mapping[str, ColumnKind] = {"X": "metadata", "*": "metadata", "|": "personal", "I": "metadata"}
_BY_ROW = frozenset("ABCEFHMPQK")
_BY_CELL = frozenset(";:")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What stands in a .lss, by the ids that hold it together."""

    questions: tuple[Row, ...]
    below: Mapping[str, tuple[Row, ...]]
    answers: Mapping[tuple[str, str], Mapping[str, str]]


def recognise(path: Path) -> bool:
    """Return whether a file is XML that calls itself a survey of LimeSurvey."""
    with path.open("rb") as file:
        return b"<LimeSurveyDocType>" in file.read(2048)


def read(path: Path, shown: str) -> Survey:
    """Read the columns a survey exports, with question texts in all languages and labels in the first.

    Raises
    ------
    ExportError
        When the XML is damaged or holds definitions of its own (which no LimeSurvey writes).
    """
    parts = _parts(_parse(path, shown))
    asked = [one for question in parts.questions for one in _columns(question, parts)]
    return Survey(shown=shown, what=WHAT, questions=tuple(asked))


def _parse(path: Path, shown: str) -> Element:
    from xml.etree import ElementTree as tree

    raw = path.read_bytes()
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise faulty(shown, WHAT, "it defines entities")
    try:
        return tree.fromstring(raw)  # noqa: S314 -- without definitions of its own a document cannot grow
    except (ParseError, ValueError) as fault:
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
        ordered = [*(text for spoke, text in texts.items() if spoke == first), *(t for s, t in texts.items() if s != first)]
        row["texts"] = "\n\x1f".join(ordered)
    groups = {row.get("gid", ""): _number(row.get("group_order", "")) for row in _rows(root, "groups")}
    below: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows.values():
        below[row.get("parent_qid") or "0"].append(row)
    top = sorted(below.pop("0", []), key=lambda row: (groups.get(row.get("gid", ""), 0), _number(row.get("question_order", ""))))
    ordered_below = {qid: tuple(sorted(those, key=lambda row: (row.get("scale_id", "0"), _number(row.get("question_order", "")))))
                     for qid, those in below.items()}  # fmt: skip
    return _Parts(questions=tuple(top), below=ordered_below, answers=_answers(root, first))


def _answers(root: Element, first: str) -> dict[tuple[str, str], dict[str, str]]:
    """Return (qid, scale) to code to label, in the survey's first language where it has one."""
    later = {row.get("aid", ""): row.get("answer", "") for row in reversed(_rows(root, "answer_l10ns"))}
    later |= {row.get("aid", ""): row.get("answer", "") for row in _rows(root, "answer_l10ns") if row.get("language") == first}
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
    spoken = [one["texts"].split("\n\x1f") for one in (row, *more)]
    languages = min(map(len, spoken))
    return tuple(
        spoken[0][at] + "".join(f" [{sub[at]}]" for sub in spoken[1:]) for at in range(languages)
    )  # fmt: skip


def _columns(question: Row, parts: _Parts) -> Iterator[Question]:
    kind, title, qid = question.get("type", ""), question.get("title", ""), question["qid"]
    below = parts.below.get(qid, ())
    rows = [row for row in below if row.get("scale_id", "0") in ("", "0")]
    choices = parts.answers.get((qid, "0"), _PLAIN.get(kind, {}))
    if kind == "1":
        for row in rows:
            for scale in ("0", "1"):
                code = f"{title}[{row.get('title', '')}][{int(scale) + 1}]"
                yield Question(names=(code, f"{title}[{row.get('title', '')}#{scale}]"),
                               texts=tuple(f"{text} [{int(scale) + 1}]" for text in _texts(question, row)),
                               choices=parts.answers.get((qid, scale), {}))  # fmt: skip
    elif kind in _BY_CELL:
        across = [row for row in below if row.get("scale_id") == "1"]
        for row in rows:
            for cell in across:
                yield Question(names=(f"{title}[{row.get('title', '')}_{cell.get('title', '')}]",),
                               texts=_texts(question, row, cell))  # fmt: skip
    elif kind == "R":
        for place in range(1, len(choices) + 1):
            yield Question(names=(f"{title}[{place}]",), choices=choices)
    elif kind in _BY_ROW and rows:
        for row in rows:
            yield Question(names=(f"{title}[{row.get('title', '')}]",), texts=_texts(question, row),
                           choices={} if kind in "MPQK" else choices)  # fmt: skip
    else:
        yield Question(names=(title,), texts=_texts(question), choices=choices, kind=_KINDS.get(kind))
    if question.get("other") == "Y":
        yield Question(names=(f"{title}[other]",))
