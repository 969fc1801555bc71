"""A survey's own file laid over the answers: questions, labels, kinds of missing, columns that are no items.

The choices of a question laid over its answers: codes get labels, codes that are words become their labels.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from html import unescape

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.reading.exports.kinds import missing_kind
from intimacy_scales.reading.exports.platforms.tabular import texts_in
from intimacy_scales.reading.exports.surveys.surveys import Question, Survey, unmarked
from intimacy_scales.reading.exports.table import Column, RawTable, TextCells

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_LETTERED = re.compile(r"([A-Za-z]{1,3})0*(\d{1,3})")


def with_choices(column: Column, choices: Mapping[str, str], notes: list[str] | None = None) -> Column:
    """Return a column with what a survey file says of its codes.

    Codes that are numbers get labels; ``A1`` and the like with one letter in front of different numbers are read
    as these numbers; all other codes are replaced by their labels, which answers are then read by. Labels such as
    "prefer not to say" make their codes a kind of missing.

    Parameters
    ----------
    column : Column
        A column of codes or of labels.
    choices : mapping
        Code to label.
    notes : list of str, optional
        What was decided is added here.
    """
    shown = {code.strip(): unmarked(label) for code, label in choices.items()}
    numbers = {code: float(code) for code in shown if _NUMBER.fullmatch(code)}
    if not numbers:
        numbers = _lettered(shown)
    words = {code: label for code, label in shown.items() if code not in numbers and label}
    labels = {number: shown[code] for code, number in numbers.items() if shown[code]}
    gone = {number: kind for number, label in labels.items() if (kind := missing_kind(label))}
    gone_texts = {label: kind for label in shown.values() if (kind := missing_kind(label))}
    column = _respelled(column, {**{code: f"{number:g}" for code, number in numbers.items()}, **words})
    present = {*texts_in(column)}
    if notes is not None and gone | gone_texts:
        said = ", ".join(repr(label) for label in gone_texts)
        notes.append(f"by the survey file these are no answers but kinds of missing: {said}")
    return replace(
        column,
        labels={**column.labels, **labels},
        missing={**column.missing, **gone},
        missing_texts={**column.missing_texts, **{text: kind for text, kind in gone_texts.items() if text in present}},
    )


def _lettered(choices: Mapping[str, str]) -> dict[str, float]:
    """Return A1, A2 ... as their numbers: one letter (or two, three) for all, no number twice."""
    found = {code: match for code in choices if (match := _LETTERED.fullmatch(code))}
    numbers = {code: float(match[2]) for code, match in found.items()}
    letters = {match[1].casefold() for match in found.values()}
    return (
        numbers if len(found) == len(choices) and len(letters) == 1 and len({*numbers.values()}) == len(found) else {}
    )


def _respelled(column: Column, spelling: Mapping[str, str]) -> Column:
    """Write other texts for some texts, unless two different ones would become one."""
    cells = column.cells
    if not isinstance(cells, TextCells):
        return column
    changed = {text: spelling[text.strip()] for text in cells.values if text.strip() in spelling}
    changed = {text: new for text, new in changed.items() if new != text.strip()}
    others = {text for text in texts_in(column) if text not in changed}
    if not changed or len({*changed.values()}) < len(changed) or others & {*changed.values()}:
        return column
    values = tuple(changed.get(text, text) for text in cells.values)
    return replace(column, cells=TextCells(values=values, codes=cells.codes))


_NUMBERED = re.compile(r"\.\d+_*$")
_LISTED = 6


def describe(table: RawTable, survey: Survey) -> RawTable:
    """Return the table with every column told what the survey says of it.

    Columns are found by their names (``Q1[SQ001]``, ``Q1_SQ001`` and ``q1.sq001`` are one name), then by the texts of
    their questions where these tell them apart: a text that stands over several columns counts only where it stands as
    often in the survey, in its order. What is not found stays as it is, and is said.

    Raises
    ------
    ExportError
        When no column is found: the file belongs to another survey.
    """
    found = _by_name(table.columns, survey.questions)
    found |= _by_text(table.columns, survey.questions, found)
    found |= _by_plain_name(table.columns, survey.questions, found)
    if not found:
        raise ExportError(
            Problem(
                where=survey.shown,
                what="asks nothing that the export holds: it is the file of another survey",
                allowed=f"the export's columns are {', '.join(name[:40] for name in table.names[:_LISTED])} ...",
                do="name the right file",
            )
        )
    notes: list[str] = []
    columns = tuple(_told(column, found.get(place), notes) for place, column in enumerate(table.columns))
    left = [column.name for place, column in enumerate(table.columns) if place not in found and column.kind == "answer"]
    said = f"{survey.what} {survey.shown}: says what {len(found)} of {len(columns)} columns asked"
    if left:
        more = f" and {len(left) - _LISTED} more" if len(left) > _LISTED else ""
        said += f"; not in it: {', '.join(name[:40] for name in left[:_LISTED])}{more}"
    return replace(table, columns=columns, notes=(*table.notes, *survey.notes, said, *dict.fromkeys(notes)))


def spelled(name: str) -> str:
    """Return a name whose brackets, points, slashes and dashes do not count.

    Other signs do: Qualtrics writes ``Q4#1_2`` for one column and ``Q4_1: 2`` for another.
    """
    return re.sub(r"[][./_-]+", "_", name.casefold()).strip("_")


def plain(text: str) -> str:
    """Return a question's letters and digits, as far as it has any: platforms drop HTML, spaces and quotes at will.

    Where Qualtrics cut a text, the three points stay.
    """
    shown = unescape(re.sub(r"<[^<>]*>", "", text)).casefold()
    return "...".join(re.sub(r"[\W_]+", "", part) for part in shown.split("...-"))


def _by_name(columns: Sequence[Column], questions: Sequence[Question]) -> dict[int, Question]:
    """Return place of a column to its question, by every name of either; names of several questions name none."""
    exact, loose = _index(questions, str.casefold), _index(questions, spelled)
    found: dict[int, Question] = {}
    taken: set[int] = set()
    for place, column in enumerate(columns):
        if _is_text(column):
            continue  # a label "Sex" need not be the field called sex
        names = (column.name, *column.other_names)
        one = next((exact[name.casefold()] for name in names if name.casefold() in exact), None)
        one = one or next((loose[spelled(name)] for name in names if spelled(name) in loose), None)
        if one is not None and id(one) not in taken:
            found[place] = one
            taken.add(id(one))
    return found


def _by_plain_name(
    columns: Sequence[Column], questions: Sequence[Question], found: Mapping[int, Question]
) -> dict[int, Question]:
    """Return columns whose question is just their name, where the survey writes that name letter for letter."""
    exact, taken = _index(questions, str), {id(question) for question in found.values()}
    left = {place: exact.get(column.name) for place, column in enumerate(columns) if place not in found}
    return {place: one for place, one in left.items() if one is not None and id(one) not in taken}


def _is_text(column: Column) -> bool:
    """Return whether the header held question texts instead of names."""
    return column.question is not None and plain(column.question) == plain(_NUMBERED.sub("", column.name))


def _index(questions: Iterable[Question], key: Callable[[str], str]) -> dict[str, Question]:
    at: defaultdict[str, dict[int, Question]] = defaultdict(dict)
    for question in questions:
        for name in question.names:
            at[key(name)][id(question)] = question
    return {name: next(iter(those.values())) for name, those in at.items() if len(those) == 1}


def _by_text(
    columns: Sequence[Column], questions: Sequence[Question], found: Mapping[int, Question]
) -> dict[int, Question]:
    taken = {id(question) for question in found.values()}
    free = [question for question in questions if id(question) not in taken]
    asked: defaultdict[str, list[Question]] = defaultdict(list)
    for question in free:
        for text in dict.fromkeys(map(plain, question.texts)):
            asked[text].append(question)
    over: defaultdict[str, list[int]] = defaultdict(list)
    for place, column in enumerate(columns):
        if place not in found and (text := plain(column.question or _NUMBERED.sub("", column.name))):
            over[_whole(text, asked)].append(place)
    more: dict[int, Question] = {}
    for text, places in over.items():
        those = [question for question in asked.get(text, ()) if id(question) not in taken]
        if len(those) == len(places):
            more |= dict(zip(places, those, strict=True))
            taken |= {id(question) for question in those}
    return more


def _whole(text: str, asked: Mapping[str, object]) -> str:
    """Return the one text of the survey that a text cut by Qualtrics ("Ho...-Row") stands for; else the text itself."""
    if text in asked or "..." not in text:
        return text
    before, _, after = text.partition("...")
    fits = [whole for whole in asked if whole.startswith(before) and whole.endswith(after)]
    return fits[0] if len(fits) == 1 else text


def _told(column: Column, question: Question | None, notes: list[str]) -> Column:
    if question is None:
        return column
    text = next(iter(question.texts), "")
    said = column.question if column.question and "..." not in column.question else None
    others = tuple(name for name in question.names[:1] if name not in (column.name, *column.other_names))
    kind = column.kind
    if question.kind is not None and kind != "id":
        kind = question.kind
    elif question.choices and kind == "personal":
        kind = "answer"
    told = replace(
        column,
        kind=kind,
        question=said or unmarked(text) or column.question,
        other_names=(*column.other_names, *others),
    )
    return with_choices(told, question.choices, notes) if question.choices else told
