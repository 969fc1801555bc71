"""One column of an export on the bank's codes, as the coding of its set of options says.

A column of numbers in which nothing has to change is handed on as it is: the same array, not a copy.

Missing codes that a user names: they act on the bank they were said for, and never on a code that is an option.

A code said for every bank acts on the sets of options that do not have it; a code that all of them have is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from intimacy_scales.bank.labels import plain
from intimacy_scales.bank.model import ItemBank, Scale
from intimacy_scales.base.arrays import BoolArray, FloatArray, IntArray
from intimacy_scales.base.errors import Problem
from intimacy_scales.reading.exports.table import Column, NumberCells
from intimacy_scales.reading.responses.coding.coding import Coding
from intimacy_scales.reading.responses.coding.evidence import Verdict, map_line, verdict_on
from intimacy_scales.reading.responses.coding.option_texts import OptionTexts, number_in
from intimacy_scales.reading.responses.coding.raw_answers import (
    AnswerColumn,
    CodesWord,
    NoAnswer,
    Profile,
    Rule,
    counts_of,
    profile,
)
from intimacy_scales.reading.responses.mapping import BankMap, ColumnMap


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedColumn:
    """A column on the bank's codes; texts without a code are ``unknown``."""

    source: AnswerColumn
    texts: OptionTexts
    values: FloatArray = field(repr=False)
    profile: Profile
    rule: Rule
    unknown: Mapping[str, int] = field(default_factory=dict, repr=False)
    """Text to how often it stands there."""
    counted: Mapping[float, int] | None = field(default=None, repr=False)
    """How often each code came, least first, where the rows are not at hand any more."""

    @property
    def column(self) -> str:
        """The column's name."""
        return self.source.name

    @property
    def item(self) -> int | str:
        """Number or name of the item it holds."""
        return self.source.item

    @property
    def labels(self) -> Mapping[float, str]:
        """What the file itself says its codes mean."""
        return self.source.column.labels

    def raw(self, value: float) -> float:
        """Return what stood in the file where the coded value is ``value``."""
        return self.rule.number(value)

    @property
    def counts(self) -> Mapping[float, int]:
        """How often each number came, on the bank's codes, least first."""
        return counts_of(self.values) if self.counted is None else self.counted

    def rows_with(self, wanted: Collection[float | str]) -> IntArray:
        """Return the 0-based rows that hold one of these numbers, on the bank's codes, or of these unknown texts."""
        held = np.isin(self.values, [one for one in wanted if not isinstance(one, str)])
        cells = self.source.column.cells
        if not isinstance(cells, NumberCells):
            held |= np.isin(cells.codes, [at for at, text in enumerate(cells.values) if text in wanted])
        return np.flatnonzero(held)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedOptions:
    """All columns that share an option set in one file, on the bank's codes, with their coding and its problems."""

    coding: Coding
    columns: tuple[CodedColumn, ...]
    problems: tuple[Problem, ...] = ()
    complete: Callable[[Scale, Sequence[CodedColumn]], tuple[int, FloatArray]] | None = field(default=None, repr=False)
    """Returns the same as :meth:`sums_of`, where the rows are not at hand any more."""

    def sums_of(self, scale: Scale, columns: Sequence[CodedColumn]) -> tuple[int, FloatArray]:
        """Return how many rows answered all items of a scale, in these columns, and each item's sum over them."""
        if self.complete is not None:
            return self.complete(scale, columns)
        answers = np.column_stack([one.values for one in columns])
        answers = answers[~np.isnan(answers).any(axis=1)]
        return len(answers), answers.sum(axis=0)


def code_columns(
    columns: Sequence[AnswerColumn],
    texts: OptionTexts,
    *,
    file: str = "",
    codes: CodesWord | None = None,
    shift: int = 0,
    one_person: bool = False,
    blank: BoolArray | None = None,
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
    coding, problems = coding_of(columns, texts, file=file, codes=codes, shift=shift, one_person=one_person)
    coded = tuple(_coded(one, coding, rule, blank) for one, rule in zip(columns, coding.rules, strict=True))
    return CodedOptions(coding=coding, columns=coded, problems=problems)


def coding_of(
    columns: Sequence[AnswerColumn],
    texts: OptionTexts,
    *,
    file: str = "",
    codes: CodesWord | None = None,
    shift: int = 0,
    one_person: bool = False,
) -> tuple[Coding, tuple[Problem, ...]]:
    """Return how columns that share an option set are to be coded, by their distinct answers, and what is wrong.

    Parameters
    ----------
    columns, texts, file, codes, shift, one_person
        As for :func:`code_columns`.
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
    return coding, tuple(problem for verdict in verdicts for problem in verdict.problems)


def _coded(column: AnswerColumn, coding: Coding, rule: Rule, blank: BoolArray | None) -> CodedColumn:
    unknown: dict[str, int] = {}
    if isinstance(column.column.cells, NumberCells):
        values = _numbers(column, coding, rule, column.column.cells.numbers)
    else:
        values, unknown = _texts(column, coding, rule)
    values = coding.texts.snapped(values)
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


def _texts(column: AnswerColumn, coding: Coding, rule: Rule) -> tuple[FloatArray, dict[str, int]]:
    cells = column.column.cells
    if isinstance(cells, NumberCells):
        return cells.numbers, {}
    place = {text: at for at, text in enumerate(cells.values)}
    table = np.full(len(cells.values) + 1, np.nan)  # code -1, a blank cell, is the last
    unknown: dict[str, int] = {}
    for answer in column.used:
        at = place[str(answer.raw)]
        code = coding.code(answer, rule)
        if code is not None and answer.by != "declared":
            table[at] = code
        elif answer.by == "unknown":
            unknown[str(answer.raw)] = answer.count
    return table[cells.codes], unknown


def one_of_branches(one: CodedColumn, other: CodedColumn) -> CodedColumn:
    """Return two columns that never both hold an answer as one."""
    values = np.where(np.isnan(one.values), other.values, one.values)
    return replace(one, values=values, profile=profile(values))


Code = float | str
EVERY = ""
"""The bank of a code that was said for every bank."""


class MissingCodes:
    """The missing codes of one run, and where each of them turned out to be an option."""

    def __init__(self, mapping: ColumnMap) -> None:
        self.for_every_bank = mapping.missing
        self.is_option: dict[tuple[str, Code], list[OptionTexts | None]] = {}

    def of(self, texts: OptionTexts, columns: Sequence[Column], said: BankMap) -> NoAnswer:
        """Return what is no answer in columns that share an option set: the codes that are no option there."""
        scoped = [(EVERY, code) for code in self.for_every_bank] + [(texts.bank, code) for code in said.missing]
        if not scoped:
            return NoAnswer()
        options = set(_options_among([code for _, code in scoped], texts, columns, said))
        for key in scoped:
            self.is_option.setdefault(key, []).append(texts if key[1] in options else None)
        return NoAnswer.of(code for _, code in scoped if code not in options)

    def refused(self, banks: Sequence[ItemBank]) -> list[Problem]:
        """Return a problem for every code that is an option wherever it was to act."""
        problems = []
        for (scope, code), where in self.is_option.items():
            options = [texts for texts in where if texts is not None]
            if not options or len(options) < len(where):
                continue
            said = f"{code:g}" if isinstance(code, float | int) else code
            whose = f"bank {scope}" if scope else f"bank {banks[0].id}" if len(banks) == 1 else "every bank of the run"
            label = _label(options[0], code)
            problems.append(
                Problem(
                    where=f"--missing-code {f'{scope}=' if scope else ''}{said}",
                    what=f"is an answer of {whose} ({options[0].options}: {label})",
                    allowed="codes and texts that are no option",
                    do="leave it out; where it is no answer in this file all the same, say in a map (--map FILE): "
                    f"{map_line(options[0], [said], 'null')}",
                )
            )
        return problems


def _label(texts: OptionTexts, code: Code) -> str:
    number = number_in(code) if isinstance(code, str) else code
    if number is None:
        return repr(str(code))
    return f"{number:g} {texts.labels.get(number, '')!r}"


def _options_among(codes: Iterable[Code], texts: OptionTexts, columns: Sequence[Column], said: BankMap) -> list[Code]:
    """Return the codes, as the file writes them, that are options of the bank."""
    given = list(codes)
    rule = _rule(given, texts, columns, said)
    found: list[Code] = []
    for code in given:
        number = number_in(code) if isinstance(code, str) else float(code)
        if number is None:
            known = plain(str(code)) in texts.by_text
        else:
            known = rule.code(number) in texts.codes and number not in texts.own_numbers
            known = known and not any(_means_none(number, column, texts) for column in columns)
        if known:
            found.append(code)
    return found


def _means_none(number: float, column: Column, texts: OptionTexts) -> bool:
    """Whether the file itself says that a number is no answer."""
    label = column.labels.get(number)
    return number in column.missing or (label is not None and texts.means_no_answer(label))


def _rule(codes: Sequence[Code], texts: OptionTexts, columns: Sequence[Column], said: BankMap) -> Rule:
    """Return how the file's numbers become codes when the codes in question are left aside."""
    if said.shift:
        return Rule(kind="line", offset=said.shift)
    numbers = NoAnswer.of(codes).numbers - {float(code) for code in texts.codes}
    no_answer = NoAnswer(numbers=frozenset(numbers))
    own = [AnswerColumn(column=c, item=0, texts=texts, no_answer=no_answer, codes=said.codes) for c in columns]
    if all(column.is_plain for column in own) or said.codes == "as-numbers":
        return Rule(kind="same")
    return verdict_on(own, texts).rule
