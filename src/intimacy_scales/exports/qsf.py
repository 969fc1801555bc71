"""Survey files of Qualtrics (.qsf): tags, question texts, choices with their recoded values, embedded data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from intimacy_scales.exports.qsf_columns import columns_of
from intimacy_scales.exports.surveys import Question, Survey, faulty

WHAT = "survey file of Qualtrics (.qsf)"


def recognise(path: Path) -> bool:
    """Return whether a file is JSON that speaks of a survey of Qualtrics."""
    with path.open("rb") as file:
        return b'"SurveyEntry"' in file.read(4096)


def read(path: Path, shown: str) -> Survey:
    """Read the columns that a survey exports, in the order of its blocks.

    Labels go with the *recoded* values, which an export of numbers holds; so codes that Qualtrics counted on, or that
    were turned round, are known for what they are.

    Raises
    ------
    ExportError
        When it is no JSON, or holds no questions.
    """
    try:
        said = json.loads(path.read_text(encoding="utf-8-sig"))
        elements = [one for one in said["SurveyElements"] if isinstance(one, Mapping)]
        questions = _questions(elements)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as fault:
        raise faulty(shown, WHAT, repr(fault)) from fault
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
