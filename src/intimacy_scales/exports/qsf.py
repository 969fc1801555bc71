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
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise faulty(shown, WHAT, fault) from fault
    asked = {
        one["Payload"].get("QuestionID", one.get("PrimaryAttribute", "")): one["Payload"]
        for one in elements
        if one.get("Element") == "SQ" and isinstance(one.get("Payload"), Mapping)
    }
    if not asked:
        raise faulty(shown, WHAT, "it holds no questions")
    order = [qid for qid in _order(elements) if qid in asked]
    order += [qid for qid in asked if qid not in order]
    columns: list[Question] = []
    for qid in order:
        try:
            columns += columns_of(asked[qid])
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            raise faulty(shown, WHAT, f"question {qid}: {fault!r}") from fault
    named = {name for column in columns for name in column.names}
    embedded = tuple(Question(names=(name,), kind="metadata") for name in _embedded(elements) if name not in named)
    return Survey(shown=shown, what=WHAT, questions=(*columns, *embedded))


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
    flowing = [str(step["ID"]) for step in _flow(elements) if step.get("ID") in blocks]
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
