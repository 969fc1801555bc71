"""One column of an export on the bank's codes, as the coding of its set of options says.

A column of numbers in which nothing has to change is handed on as it is: the same array, not a copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.errors import Problem
from intimacy_scales.reading.exports.table import NumberCells
from intimacy_scales.reading.responses.coding.coding import Coding
from intimacy_scales.reading.responses.coding.evidence import Verdict, verdict_on
from intimacy_scales.reading.responses.coding.option_texts import OptionTexts
from intimacy_scales.reading.responses.coding.profile import FloatArray, Profile, profile
from intimacy_scales.reading.responses.coding.raw_answers import AnswerColumn, CodesWord
from intimacy_scales.reading.responses.coding.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedColumn:
    """A column on the bank's codes; texts without a code are ``unknown``."""

    source: AnswerColumn
    texts: OptionTexts
    values: FloatArray = field(repr=False)
    profile: Profile
    rule: Rule
    unknown: Mapping[str, NDArray[np.int64]] = field(default_factory=dict, repr=False)
    """Text to the 0-based rows that hold it."""

    @property
    def column(self) -> str:
        """The column's name."""
        return self.source.name

    @property
    def item(self) -> int:
        """Number of the item it holds."""
        return self.source.item

    @property
    def labels(self) -> Mapping[float, str]:
        """What the file itself says its codes mean."""
        return self.source.column.labels

    def raw(self, value: float) -> float:
        """Return what stood in the file where the coded value is ``value``."""
        return self.rule.number(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedOptions:
    """All columns that share an option set in one file, on the bank's codes, with their coding and its problems."""

    coding: Coding
    columns: tuple[CodedColumn, ...]
    problems: tuple[Problem, ...] = ()


def code_columns(
    columns: Sequence[AnswerColumn],
    texts: OptionTexts,
    *,
    file: str = "",
    codes: CodesWord | None = None,
    shift: int = 0,
    one_person: bool = False,
    blank: NDArray[np.bool_] | None = None,
) -> CodedOptions:
    """Return columns that share an option set on the bank's codes.

    Parameters
    ----------
    columns
        The columns with their items.
    texts
        What texts stand for in the option set.
    file
        The file they came from, where several were joined.
    codes
        The user's word: ``as-numbers``, or ``as-labels`` (each column by its own).
    shift
        Added to every number; labels, where there are any, count more.
    one_person
        The answers were typed in, not exported.
    blank
        Rows without any answer so far; changed in place.
    """
    trusted = one_person or codes == "as-numbers"
    groups = [[column] for column in columns] if codes == "as-labels" else [list(columns)]
    verdicts = [verdict_on(group, texts, shift=shift, trusted=trusted) for group in groups]
    by_column: list[Verdict] = [v for group, v in zip(groups, verdicts, strict=True) for _ in group]
    coding = Coding(
        texts=texts, columns=tuple(columns), rules=tuple(verdict.rule for verdict in by_column), file=file, shift=shift,
        chosen=codes is not None or bool(shift) or bool(texts.own_numbers),
        disputed=frozenset(text for verdict in verdicts for text in verdict.disputed),
        notes=tuple(note for verdict in verdicts for note in verdict.notes),
    )  # fmt: skip
    coded = tuple(
        _coded(column, coding, verdict.rule, blank) for column, verdict in zip(columns, by_column, strict=True)
    )
    problems = [problem for verdict in verdicts for problem in verdict.problems]
    return CodedOptions(coding=coding, columns=coded, problems=tuple(problems))


def _coded(column: AnswerColumn, coding: Coding, rule: Rule, blank: NDArray[np.bool_] | None) -> CodedColumn:
    unknown: dict[str, NDArray[np.int64]] = {}
    if isinstance(column.column.cells, NumberCells):
        values = _numbers(column, coding, rule, column.column.cells.numbers)
    else:
        values, unknown = _texts(column, coding, rule)
    made = profile(values, blank)
    return CodedColumn(source=column, texts=coding.texts, values=values, profile=made, rule=rule, unknown=unknown)


def _numbers(column: AnswerColumn, coding: Coding, rule: Rule, numbers: FloatArray) -> FloatArray:
    if column.is_plain:
        gone: Iterable[float] = column.no_answer.numbers
        return _ruled(_without(numbers, gone), rule)
    gone = [float(answer.raw) for answer in column.used if answer.by in {"no answer", "declared"}]
    values = _ruled(_without(numbers, gone), rule)
    for answer in column.used:
        code = coding.code(answer, rule)
        if code is not None and answer.by != "number" and code != rule.code(float(answer.raw)):
            values = np.where(numbers == answer.raw, code, values)
    return values


def _without(values: FloatArray, gone: Iterable[float]) -> FloatArray:
    """Return the values without these codes; the same array when none of them occurs."""
    codes = list(gone)
    if not codes:
        return values
    seen = profile(values)
    inside = [code for code in codes if seen.low <= code <= seen.high]
    marks = [marked for code in inside if (marked := values == code).any()]
    return np.where(np.logical_or.reduce(marks), np.nan, values) if marks else values


def _ruled(values: FloatArray, rule: Rule) -> FloatArray:
    if not rule.changes:
        return values
    found = rule.sign * values + rule.offset if rule.kind == "line" else values.copy()
    for number, code in rule.table.items():
        found[values == number] = code
    return found


def _texts(column: AnswerColumn, coding: Coding, rule: Rule) -> tuple[FloatArray, dict[str, NDArray[np.int64]]]:
    cells = column.column.cells
    if isinstance(cells, NumberCells):
        return cells.numbers, {}
    place = {text: at for at, text in enumerate(cells.values)}
    table = np.full(len(cells.values) + 1, np.nan)  # code -1, a blank cell, is the last
    unknown: dict[str, NDArray[np.int64]] = {}
    for answer in column.used:
        at = place[str(answer.raw)]
        code = coding.code(answer, rule)
        if code is not None and answer.by != "declared":
            table[at] = code
        elif answer.by == "unknown":
            unknown[str(answer.raw)] = np.flatnonzero(cells.codes == at)
    return table[cells.codes], unknown


def one_of_branches(one: CodedColumn, other: CodedColumn) -> CodedColumn:
    """Return two columns that never both hold an answer as one."""
    values = np.where(np.isnan(one.values), other.values, one.values)
    return replace(one, values=values, profile=profile(values))
