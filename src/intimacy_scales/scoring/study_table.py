"""Columns of a study by name: scores of a bank (``eis_total``) or columns of the file, as numbers or as texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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

FloatArray = NDArray[np.floating[Any]]

Bank = ItemBank | str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyTable:
    """The rows of a study: a plain table, and the scores of its answers where a bank was named."""

    table: RawTable = field(repr=False)
    scores: Scores | None = field(default=None, repr=False)

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
        return number_column(self.table, name, two_words=True)

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
) -> StudyTable:
    """Return the table of whatever was handed in, with the scores of a bank where one was named.

    Raises
    ------
    UnknownNameError
        For an option of reading that nobody knows.
    ResponseError
        For options of answers (``shift`` ...) where no bank was named.
    """
    if bank is not None or isinstance(data, (Responses, Scores)):
        scores = as_scores(data, bank, reading, min_answered=min_answered)
        return StudyTable(table=scores.table_read, scores=scores)
    refuse_unknown(reading, ReadingOptions.__annotations__)
    vain = [name for name in reading if name not in OF_TABLES and not name.startswith("join")]
    if vain or min_answered is not None:
        said = [*vain, *(["min_answered"] if min_answered is not None else [])]
        raise ResponseError(
            Problem(where=", ".join(said), what="is of a bank's answers, and no bank was named", do="name a bank")
        )
    return StudyTable(table=table_of(data, (), reading))  # type: ignore[arg-type]


def own_column(table: StudyTable, said: str | None, called: str) -> str | None:
    """Return the column that was named, else the file's own column of the usual name, else nothing."""
    if said is not None:
        return said
    return next((name for name in table.table.names if name.strip().casefold() == called), None)
