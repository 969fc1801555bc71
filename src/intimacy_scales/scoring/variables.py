"""Variables of a study beside a bank's own scores: columns of numbers, and sets of columns taken as one scale.

``support_total`` names a column; ``pair_emotional`` a score of a bank that was read along; ``close_1..close_6`` (or
``closeness=close_1..close_6``) the mean of these columns, as they stand in the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.reading.exports.numbers import number_column
from intimacy_scales.reading.exports.table import RawTable
from intimacy_scales.scoring.scores import ScaleScores, Scores
from intimacy_scales.scoring.study_table import StudyTable

FloatArray = NDArray[np.float64]

_RANGE = re.compile(r"(?:(?P<name>[^=]+)=)?(?P<first>.+?)\.\.(?P<last>.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyVariable:
    """One value a row (NaN where there is none); ``items`` are its keyed parts (rows x items), where it has any."""

    name: str
    values: FloatArray = field(repr=False)
    items: FloatArray | None = field(default=None, repr=False)
    item_names: tuple[str, ...] = ()
    note: str = ""


def study_variable(study: StudyTable, spec: str) -> StudyVariable:
    """Return a variable by its name: a score, a column, or a range of columns.

    Raises
    ------
    UnknownNameError
        When neither scores nor columns have it.
    ResponseError
        When a column holds texts that are no numbers, or a range runs backwards.
    """
    if ".." in spec and (found := _RANGE.fullmatch(spec)):
        return _range_of(study.table, found["name"], found["first"].strip(), found["last"].strip())
    part = None if study.scores is None else _score_called(study.scores, spec)
    if part is not None and study.scores is not None:
        return variable_of(study.scores, part)
    column = study.numbers(spec)
    return StudyVariable(name=spec, values=column.values, note=column.note)


def variable_of(scores: Scores, part: ScaleScores) -> StudyVariable:
    """Return a scored scale as a variable, its keyed items with it (a derived score has none)."""
    if part.derived is not None:
        return StudyVariable(name=part.column, values=part.values)
    return StudyVariable(
        name=part.column,
        values=part.values,
        items=scores.keyed(part),
        item_names=tuple(f"{part.bank.id}_{number}" for number in part.scale.items),
    )


def _score_called(scores: Scores, name: str) -> ScaleScores | None:
    """Return the score of this column; ``pair_emotional`` is that of the bank's first form, of the first occasion."""
    for part in scores.parts:
        if part.column == name:
            return part
    for part in scores.parts:
        if part.derived is None and name == f"{part.bank.id}_{part.scale.id}":
            return part
    return None


def _range_of(table: RawTable, name: str | None, first: str, last: str) -> StudyVariable:
    missing = [one for one in (first, last) if one not in table.names]
    if missing:
        raise UnknownNameError(
            [p for one in missing for p in UnknownNameError.among("column", one, table.names).problems]
        )
    start, end = table.names.index(first), table.names.index(last)
    if end <= start:
        raise ResponseError(
            Problem(
                where=f"{first}..{last}",
                what="runs backwards or holds one column",
                allowed="the first and the last of neighbouring columns",
            )
        )
    names = table.names[start : end + 1]
    columns = [number_column(table, one) for one in names]
    items = np.column_stack([one.values for one in columns])
    called = (name or _stem(names) or f"{first}..{last}").strip()
    note = f"{called}: mean of {len(names)} columns as they stand in the file; rows with a gap have no value"
    return StudyVariable(name=called, values=items.mean(axis=1), items=items, item_names=tuple(names), note=note)


def _stem(names: Sequence[str]) -> str:
    """Return what the names share before their numbers."""
    stems = {re.sub(r"[_ .-]*\d+$", "", name) for name in names}
    return stems.pop() if len(stems) == 1 else ""


def study_variables(study: StudyTable, specs: Sequence[str]) -> list[StudyVariable]:
    """Return variables by their names; every name that there is not is told at once."""
    problems, made = list[Problem](), list[StudyVariable]()
    for spec in specs:
        try:
            made.append(study_variable(study, spec))
        except UnknownNameError as fault:
            problems += fault.problems
    if problems:
        raise UnknownNameError(problems)
    return made
