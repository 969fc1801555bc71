"""The worked cases a bank carries, put through the engine."""

from __future__ import annotations

import math

import numpy as np

from intimacy_scales.bank.model import Case, ItemBank
from intimacy_scales.base.errors import Problem
from intimacy_scales.reading.exports.table import RawTable, Source
from intimacy_scales.reading.responses.model import Administration, Answered, Responses
from intimacy_scales.scoring import score_responses

TOLERANCE = 1e-9


def failing_cases(bank: ItemBank) -> list[Problem]:
    """Score every case of a bank and return what comes out otherwise than the case says; empty when all is well."""
    return [problem for case in bank.cases for problem in _faults(bank, case)]


def _faults(bank: ItemBank, case: Case) -> list[Problem]:
    scores = score_responses(_responses(bank, case))
    got = {part.column.removeprefix(f"{bank.id}_"): float(part.values[0]) for part in scores.parts}
    return [
        Problem(
            where=f"case {case.name!r}: {name}",
            what=f"the engine gives {_value_words(got.get(name))}",
            allowed=f"the case says {_value_words(expected)}",
            do="check the scale's rule or the case",
        )
        for name, expected in case.scores.items()
        if not _same(got.get(name), expected)
    ]


def _responses(bank: ItemBank, case: Case) -> Responses:
    source = Source(path=None, platform="case", saw="a worked case of the bank")
    rows = np.zeros(1, dtype=np.int64)
    answered = tuple(
        Answered(
            bank=bank,
            administration=Administration(form=None if form == "-" else form),
            columns=(None,) * len(bank),
            answers=tuple(np.array([math.nan if code is None else float(code)]) for code in codes),
        )
        for form, codes in case.answers.items()
    )
    return Responses(
        answered=answered,
        id_column=None,
        ids=None,
        row_numbers=rows,
        set_aside=(),
        source=source,
        table=RawTable(columns=(), row_numbers=rows, set_aside=(), source=source),
    )


def _same(got: float | None, expected: float | None) -> bool:
    if got is None or expected is None or math.isnan(got):
        return expected is None and got is not None and math.isnan(got)
    return abs(got - expected) <= TOLERANCE


def _value_words(value: float | None) -> str:
    return "no score" if value is None or math.isnan(value) else f"{value:g}"
