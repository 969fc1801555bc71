"""SurveyMonkey: two header rows, the question above its rows, choices or "Response"."""

from __future__ import annotations

import re

from intimacy_scales.reading.exports.files.containers import FileKind
from intimacy_scales.reading.exports.kinds import kind_of
from intimacy_scales.reading.exports.platform import ExportFile, Options, Recognition
from intimacy_scales.reading.exports.platforms.tabular import Layout, bare, heads, one_row, read_layout
from intimacy_scales.reading.exports.table import ColumnKind, RawTable

NAME = "surveymonkey"
KINDS: frozenset[FileKind] = frozenset({"text", "workbook"})

_OWN: dict[str, ColumnKind] = {
    "respondentid": "id", "collectorid": "metadata", "startdate": "metadata", "enddate": "metadata",
    "datecreated": "metadata", "datemodified": "metadata", "ipaddress": "personal", "emailaddress": "personal",
    "firstname": "personal", "lastname": "personal", "customdata": "personal", "customdata1": "personal",
    "custom1": "personal",
}  # fmt: skip
_WHOLE = frozenset(
    {
        "response",
        "openendedresponse",
        "antwort",
        "offeneantwort",
        "réponse",
        "réponseouverte",
        "respuesta",
        "respuestaabierta",
    }
)
_TAG = re.compile(r"<[A-Za-z/][^<>]*>")


def recognise(file: ExportFile) -> Recognition | None:
    """Return what tells SurveyMonkey: RespondentID, and a second row of "Response", choices and rows."""
    layout = _layout(file)
    return None if layout is None else layout.recognition


def read(file: ExportFile, options: Options, recognition: Recognition) -> RawTable:
    """Read an export of SurveyMonkey ("all responses data", expanded).

    A question over several columns stands once, over the first; the others take it over. Names are the question, or
    ``question [row]`` where the second row names a row or choice. Nobody is set aside: the export does not say who
    finished.

    Raises
    ------
    ExportError
        Ragged rows, no rows, broken text.
    """
    return read_layout(file, options, recognition, NAME, _layout(file) or one_row(file), _kind)


def _layout(file: ExportFile) -> Layout | None:
    head = heads(file)
    if len(head) < 2 or not head[0]:
        return None
    first = [bare(name) for name in head[0]]
    own = [name for name, said in zip(head[0], first, strict=True) if said in _OWN]
    below = (*head[1], *("",) * (len(first) - len(head[1])))
    if "respondentid" not in first:
        return None
    over_own = [below[place] for place, said in enumerate(first) if said in _OWN]
    over_rest = [below[place] for place, said in enumerate(first) if said not in _OWN]
    if any(over_own) or not over_rest or sum(map(bool, over_rest)) * 2 < len(over_rest):
        return _one_header(head[0], own)
    whole = sum(bare(cell) in _WHOLE for cell in over_rest)
    names, questions = _names(head[0], below)
    return Layout(
        saw=f"{', '.join(own)} over blanks, the questions over {whole} times 'Response' and "
        f"{len(over_rest) - whole} rows or choices (2 header rows)",
        sure="certain" if whole else "likely",
        names=names,
        skip=2,
        questions=questions,
    )


def _one_header(names: tuple[str, ...], own: list[str]) -> Layout | None:
    """Return the layout of a file from which somebody took the second row."""
    if len(own) < 2:
        return None
    return Layout(saw=f"columns that SurveyMonkey adds ({', '.join(own)})", sure="likely", names=names, questions=names)


def _names(above: tuple[str, ...], below: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names, questions, question = [], [], ""
    for name, row in zip(above, below, strict=False):
        if bare(name) in _OWN:
            names.append(name)
            questions.append("")
            continue
        question = _unmarked(name) or question
        whole = not row or bare(row) in _WHOLE
        names.append(question if whole else f"{question} [{_unmarked(row)}]")
        questions.append(names[-1])
    return tuple(names), tuple(questions)


def _unmarked(text: str) -> str:
    return " ".join(_TAG.sub(" ", text).split())


def _kind(name: str) -> ColumnKind:
    return _OWN.get(bare(name)) or kind_of(name)
