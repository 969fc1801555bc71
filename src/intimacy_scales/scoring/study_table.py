"""Columns of a study by name: scores of a bank (``eis_total``) or columns of the file, as numbers or as texts.

Variables of a study beside a bank's own scores: columns of numbers, and sets of columns taken as one scale.

``support_total`` names a column; ``pair_emotional`` a score of a bank that was read along; ``close_1..close_6`` (or
``closeness=close_1..close_6``) the mean of these columns, as they stand in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from intimacy_scales.bank.model import Banks, ItemBank
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.options import refuse_unknown
from intimacy_scales.reading.exports.table import NumberColumn, RawTable, number_column
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.intake import OF_TABLES, table_of
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.scoring import as_scores
from intimacy_scales.scoring.scores import ScaleScores, Scores

Bank = ItemBank | str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyTable:
    """The rows of a study: a plain table, and the scores of its answers where a bank was named."""

    table: RawTable = field(repr=False)
    scores: Scores | None = field(default=None, repr=False)
    missing_codes: tuple[float, ...] = ()
    """Numbers that are no answer, in columns of the file (a bank's answers have theirs)."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that may be said: scores first."""
        return (*(self.scores.columns if self.scores is not None else ()), *self.table.names)

    def texts(self, name: str) -> list[str]:
        """Return a column of the file as texts, "" where there is nothing."""
        return self.table.column(name).known_texts()

    def numbers(self, name: str) -> NumberColumn:
        """Return a score or a column as numbers; two words become 0 and 1, in alphabetical order.

        Raises
        ------
        UnknownNameError, ResponseError
            When there is no such name, or cells that are no numbers.
        """
        if self.scores is not None and name in self.scores.columns:
            return NumberColumn(name=name, values=self.scores[name].values)
        if name not in self.table.names:
            raise UnknownNameError.among("column", name, self.names)
        column = number_column(self.table, name, two_words=True)
        if not self.missing_codes:
            return column
        return replace(column, values=np.where(np.isin(column.values, self.missing_codes), np.nan, column.values))

    def items_of(self, name: str) -> FloatArray | None:
        """Return the keyed answers (rows x items) behind a score; ``None`` for what is no score of a bank."""
        if self.scores is None or name not in self.scores.columns:
            return None
        part = self.scores[name]
        if part.administration.form in {one.id for one in part.bank.derived} or part.scale.scales:
            return None
        return self.scores.keyed(part)


def study_table(
    data: Any,
    bank: Banks | None,
    reading: Mapping[str, Any],
    *,
    min_answered: int | None = None,
    missing_codes: float | Iterable[float | str] = (),
) -> StudyTable:
    """Return the table of whatever was handed in, with the scores of a bank where one was named.

    ``missing_codes`` (or those among the options of reading) are no answers in the file's own columns either.

    Raises
    ------
    UnknownNameError
        For an option of reading that nobody knows.
    ResponseError
        For options of answers (``shift`` ...) where no bank was named.
    """
    if isinstance(data, StudyTable):
        if bank is not None or reading or min_answered is not None:
            what = "came with a bank or options, but the table was made already"
            raise ResponseError(Problem(where="table", what=what, do="give them where the table is made"))
        return data
    codes = (*_numbers_of(missing_codes), *_numbers_of(reading.get("missing_codes", ())))
    if bank is not None or isinstance(data, (Responses, Scores)):
        scores = as_scores(data, bank, reading, min_answered=min_answered)
        return StudyTable(table=scores.table_read, scores=scores, missing_codes=codes)
    refuse_unknown(reading, ReadingOptions.__annotations__)
    known = (*OF_TABLES, "missing_codes")
    vain = [name for name in reading if name not in known and not name.startswith("join")]
    if vain or min_answered is not None:
        phrases = [*vain, *(["min_answered"] if min_answered is not None else [])]
        raise ResponseError(
            Problem(where=", ".join(phrases), what="is of a bank's answers, and no bank was named", do="name a bank")
        )
    of_table: Any = {name: value for name, value in reading.items() if name != "missing_codes"}
    return StudyTable(table=table_of(data, (), of_table), missing_codes=codes)


def _numbers_of(codes: float | str | Iterable[float | str]) -> tuple[float, ...]:
    """Return the codes that are numbers and are said for no bank (``BANK=5`` is for one)."""
    found = []
    for code in (codes,) if isinstance(codes, (int, float, str)) else codes:
        try:
            found.append(float(code))
        except ValueError:
            continue
    return tuple(found)


def own_column(table: StudyTable, text: str | None, called: str) -> str | None:
    """Return the column that was named, else the file's own column of the usual name, else nothing."""
    if text is not None:
        return text
    return next((name for name in table.table.names if name.strip().casefold() == called), None)


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
    """Return a scored scale as a variable, its keyed items with it; a difference and a scale of scales have none."""
    if part.derived is not None or part.scale.scales:
        return StudyVariable(name=part.column, values=part.values)
    return StudyVariable(
        name=part.column,
        values=part.values,
        items=scores.keyed(part),
        item_names=tuple(part.bank.item_column(number) for number in part.scale.items),
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
    items = np.column_stack([column.values for column in columns])
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
