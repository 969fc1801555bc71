"""Columns of a study by name: scores of a bank (``eis_total``) or columns of the file, as numbers or as texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.bank.model import Banks, ItemBank
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.options import refuse_unknown
from intimacy_scales.reading.exports.numbers import NumberColumn, number_column
from intimacy_scales.reading.exports.table import RawTable
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.intake import OF_TABLES, table_of
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.scoring import Scores, as_scores

FloatArray = NDArray[np.float64]

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
        found = number_column(self.table, name, two_words=True)
        if not self.missing_codes:
            return found
        return replace(found, values=np.where(np.isin(found.values, self.missing_codes), np.nan, found.values))

    def items_of(self, name: str) -> FloatArray | None:
        """Return the keyed answers (rows x items) behind a score; ``None`` for what is no score of a bank."""
        if self.scores is None or name not in self.scores.columns:
            return None
        part = self.scores[name]
        if part.administration.form in {one.id for one in part.bank.derived}:
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
        said = [*vain, *(["min_answered"] if min_answered is not None else [])]
        raise ResponseError(
            Problem(where=", ".join(said), what="is of a bank's answers, and no bank was named", do="name a bank")
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


def own_column(table: StudyTable, said: str | None, called: str) -> str | None:
    """Return the column that was named, else the file's own column of the usual name, else nothing."""
    if said is not None:
        return said
    return next((name for name in table.table.names if name.strip().casefold() == called), None)
