"""The columns that one question of Qualtrics exports: a column, a row, a row and a choice, a part of a side-by-side.

Survey files of Qualtrics (.qsf): tags, question texts, choices with their recoded values, embedded data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from intimacy_scales.reading.exports.files.containers import json_of
from intimacy_scales.reading.exports.files.source import ByteSource
from intimacy_scales.reading.exports.surveys.surveys import Question, Survey, faulty, unmarked

_SKIPPED = frozenset({"DB", "Captcha"})
_TIMES = ("First Click", "Last Click", "Page Submit", "Click Count")
_DEVICE = ("Browser", "Version", "Operating System", "Resolution")
_MANY = re.compile(r"MA|MULTI|MSB", re.IGNORECASE)


def columns_of(asked: Mapping[str, Any]) -> Iterator[Question]:
    """Return the columns of a question (payload of an SQ element); none of a text that only stands there."""
    kind, tag, qid = str(asked.get("QuestionType", "")), str(asked.get("DataExportTag", "")), str(asked["QuestionID"])
    text, selector = (
        unmarked(str(asked.get("QuestionText", ""))),
        f"{asked.get('Selector', '')} {asked.get('SubSelector', '')}",
    )
    if kind in _SKIPPED:
        return
    if kind == "SBS":
        extra = asked.get("AdditionalQuestions") or {}
        for number, part in extra.items():
            if isinstance(part, Mapping):
                inner = f"{text} - {unmarked(str(part.get('QuestionText', '')))}"
                yield from _rows(
                    {
                        **asked,
                        "ChoiceDataExportTags": False,
                        **part,
                        "Choices": part.get("Choices") or asked.get("Choices"),
                    },
                    f"{tag}#{number}",
                    f"{qid}#{number}",
                    inner,
                    many="Multiple" in str(part),
                )
    elif kind == "Matrix":
        yield from _rows(asked, tag, qid, text, many="MultipleAnswer" in selector)
    elif kind == "MC" and _MANY.search(selector):
        yield from _boxes(asked, tag, qid, text)
    elif kind == "MC":
        yield Question(names=(tag, qid), texts=(text,), choices=_labels(asked, "Choices"))
        yield from _written(asked, tag, qid, text)
    elif kind in ("Timing", "Meta"):
        for name in _TIMES if kind == "Timing" else _DEVICE:
            yield Question(
                names=(f"{tag}_{name}", f"{qid}_{name.upper()}"), kind="timing" if kind == "Timing" else "metadata"
            )
    else:
        yield from _others(asked, tag, qid, text)


def _others(asked: Mapping[str, Any], tag: str, qid: str, text: str) -> Iterator[Question]:
    """Return a column for every row of sliders, sums, ranks, forms; one where there are no rows."""
    rows = _listed(asked, "Choices")
    if not rows:
        yield Question(names=(tag, qid, f"{tag}_TEXT", f"{qid}_TEXT"), texts=(text,))
    for number, row in rows.items():
        yield Question(names=(*_named(asked, tag, number), f"{qid}_{number}"), texts=_texts(text, _display(row)))


def _rows(asked: Mapping[str, Any], tag: str, qid: str, text: str, *, many: bool) -> Iterator[Question]:
    """Return a column for every row of a matrix, or for every row and choice where several may be ticked."""
    answers = _listed(asked, "Answers")
    for number, row in _listed(asked, "Choices").items():
        names, asks = _named(asked, tag, number), _texts(text, _display(row))
        if many and answers:
            for choice, answer in answers.items():
                yield Question(
                    names=(*(f"{name}_{choice}" for name in names), f"{qid}_{number}_{choice}"),
                    texts=tuple(f"{one} - {_display(answer)}" for one in asks),
                    choices={"1": _display(answer)},
                )
        yield Question(names=(*names, f"{qid}_{number}"), texts=asks, choices=_labels(asked, "Answers"))
        if isinstance(row, Mapping) and row.get("TextEntry"):
            yield Question(names=(*(f"{name}_TEXT" for name in names), f"{qid}_{number}_TEXT"), kind="personal")


def _boxes(asked: Mapping[str, Any], tag: str, qid: str, text: str) -> Iterator[Question]:
    """Return the one column that keeps all ticked choices, and a column for each."""
    yield Question(names=(tag, qid), texts=(text,), choices=_labels(asked, "Choices"))
    for number, choice in _listed(asked, "Choices").items():
        code = str((_listed(asked, "RecodeValues")).get(number, number))
        yield Question(
            names=tuple(dict.fromkeys((f"{tag}_{number}", f"{tag}_{code}", f"{qid}_{number}"))),
            texts=_texts(text, _display(choice)),
            choices={"1": _display(choice)},
        )
    yield from _written(asked, tag, qid, text)


def _written(asked: Mapping[str, Any], tag: str, qid: str, text: str) -> Iterator[Question]:
    for number, choice in _listed(asked, "Choices").items():
        if isinstance(choice, Mapping) and choice.get("TextEntry"):
            yield Question(
                names=(f"{tag}_{number}_TEXT", f"{qid}_{number}_TEXT"),
                kind="personal",
                texts=tuple(f"{one} - Text" for one in _texts(text, _display(choice))),
            )


def _named(asked: Mapping[str, Any], tag: str, number: str) -> tuple[str, ...]:
    """Return what a row may be called: by its number, and by its own tag with and without the question's."""
    own = _listed(asked, "ChoiceDataExportTags").get(number)
    return tuple(dict.fromkeys((*((f"{tag}_{own}", str(own)) if own else ()), f"{tag}_{number}")))


def _texts(text: str, row: str) -> tuple[str, ...]:
    return (f"{text} - {row}", f"{text}-{row}") if row.strip() else (text,)


def _labels(asked: Mapping[str, Any], of: str) -> dict[str, str]:
    """Return recoded value to what is shown."""
    codes = _listed(asked, "RecodeValues")
    shown = {str(codes.get(number, number)): _display(choice) for number, choice in _listed(asked, of).items()}
    return shown if len(shown) == len(_listed(asked, of)) else {}  # two choices recoded to one value: no label is its


def _listed(asked: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a part by number: Qualtrics writes lists where the numbers run on from 1 (or 0)."""
    part = asked.get(name)
    if isinstance(part, Mapping):
        return {str(number): one for number, one in part.items()}
    return {str(number): one for number, one in enumerate(part, start=1)} if isinstance(part, list) else {}


def _display(choice: Any) -> str:
    return unmarked(str(choice.get("Display", ""))) if isinstance(choice, Mapping) else str(choice)


WHAT = "survey file of Qualtrics (.qsf)"


def recognise(source: ByteSource) -> bool:
    """Return whether a file is JSON that speaks of a survey of Qualtrics."""
    with source.open() as file:
        return b'"SurveyEntry"' in file.read(4096)


def read(source: ByteSource, shown: str) -> Survey:
    """Read the columns that a survey exports, in the order of its blocks.

    Labels go with the *recoded* values, which an export of numbers holds; so codes that Qualtrics counted on, or that
    were turned round, are known for what they are.

    Raises
    ------
    ExportError
        When it is no JSON, or holds no questions.
    """
    try:
        said = json_of(source.read_text())
        elements = [one for one in said["SurveyElements"] if isinstance(one, Mapping)]
        questions = _questions(elements)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as fault:
        raise faulty(shown, WHAT, fault) from fault
    if not questions:
        raise faulty(shown, WHAT, "it holds no questions")
    return Survey(shown=shown, what=WHAT, questions=questions)


def _questions(elements: list[Mapping[str, Any]]) -> tuple[Question, ...]:
    asked = {
        str(one["Payload"].get("QuestionID", one.get("PrimaryAttribute", ""))): one["Payload"]
        for one in elements
        if one.get("Element") == "SQ" and isinstance(one.get("Payload"), Mapping)
    }
    order = dict.fromkeys((*(qid for qid in _order(elements) if qid in asked), *asked))
    columns = [column for qid in order for column in columns_of(asked[qid])]
    if not columns:
        return ()
    named = {name for column in columns for name in column.names}
    embedded = (Question(names=(name,), kind="metadata") for name in _embedded(elements) if name not in named)
    return (*columns, *embedded)


def _order(elements: list[Mapping[str, Any]]) -> Iterator[str]:
    """Return question ids in the order of the flow's blocks, then of the other blocks."""
    blocks: dict[str, list[str]] = {}
    for one in elements:
        payload = one.get("Payload")
        if one.get("Element") == "BL" and isinstance(payload, Mapping | list):
            for block in payload.values() if isinstance(payload, Mapping) else payload:
                if isinstance(block, Mapping) and block.get("Type") != "Trash":
                    parts = block.get("BlockElements") or []
                    blocks[str(block.get("ID", len(blocks)))] = [
                        str(part["QuestionID"]) for part in parts if isinstance(part, Mapping) and "QuestionID" in part
                    ]
    flowing = [name for step in _flow(elements) if (name := str(step.get("ID"))) in blocks]
    for name in dict.fromkeys((*flowing, *blocks)):
        yield from blocks[name]


def _flow(elements: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    left: list[Any] = [one.get("Payload") for one in elements if one.get("Element") == "FL"]
    while left:
        step = left.pop(0)
        if isinstance(step, Mapping):
            yield step
            inside = step.get("Flow")
            left = [*(inside if isinstance(inside, list) else []), *left]


def _embedded(elements: list[Mapping[str, Any]]) -> Iterator[str]:
    for step in _flow(elements):
        if step.get("Type") == "EmbeddedData":
            fields = step.get("EmbeddedData")
            for one in fields if isinstance(fields, list) else []:
                if isinstance(one, Mapping) and one.get("Field"):
                    yield str(one["Field"])
