"""Columns of a study by name: scores of a bank (``eis_total``) or columns of the file, as numbers or as texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.reading.exports.numbers import NumberColumn, number_column
from intimacy_scales.reading.exports.table import RawTable
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.intake import table_of
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


def study_table(data: Any, bank: Bank | Sequence[Bank] | None, reading: Mapping[str, Any]) -> StudyTable:
    """Return the table of whatever was handed in, with the scores of a bank where one was named."""
    if bank is None and not isinstance(data, (Responses, Scores)):
        unknown = [name for name in reading if name not in ReadingOptions.__annotations__]
        if unknown:
            raise UnknownNameError(
                [
                    p
                    for one in unknown
                    for p in UnknownNameError.among("option", one, list(ReadingOptions.__annotations__)).problems
                ]
            )
        return StudyTable(table=table_of(data, (), reading))  # type: ignore[arg-type]
    scores = as_scores(data, bank, reading)
    return StudyTable(table=scores.table_read, scores=scores)
