"""The coding: which raw answer of a file is which code, for one set of options, as one thing that can be printed.

Codings of several files compared: the same answers may be coded differently in each, and only labels tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from intimacy_scales.bank.options import MOST_CATEGORIES, number_text
from intimacy_scales.base.errors import Problem
from intimacy_scales.base.results import Shown, json_safe
from intimacy_scales.base.wording import cut
from intimacy_scales.reading.responses.coding.evidence import map_line
from intimacy_scales.reading.responses.coding.option_texts import OptionTexts
from intimacy_scales.reading.responses.coding.raw_answers import AnswerColumn, Evidence, RawAnswer, Rule, rule_from

_SPOKEN: dict[Evidence, str] = {
    "map": "map",
    "label": "label",
    "label and number": "label and number",
    "number": "number",
    "no answer": "no answer",
    "unknown label": "unknown label",
    "unknown": "unknown",
    "numeric label": "label is another number",
    "declared": "declared missing",
}
BY_RULE = "number, by the rule of the labels"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingLine:
    """One raw answer of a set of options: the file's label, the code it was read as, how often, how that was learnt."""

    bank: str
    options: str
    text: str
    """The answer as the file holds it."""
    file_label: str
    """What the file says it means, "" where it says nothing."""
    code: float | None
    """``None``: no answer, or unknown."""
    label: str | None
    """The bank's label of the code."""
    count: int
    how: str
    file: str = ""
    """The file, where several were joined."""

    def to_dict(self) -> dict[str, Any]:
        """Return the line in plain types."""
        return json_safe({name: getattr(self, name) for name in self.__slots__})  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding(Shown):
    """Which raw answer is which code, for one set of options of one bank in one file.

    All columns that hold items with these options follow one rule, whatever was ticked in each.
    """

    texts: OptionTexts = field(repr=False)
    columns: tuple[AnswerColumn, ...] = field(repr=False)
    rules: tuple[Rule, ...]
    """One a column: all the same, unless the user said that each column follows its own labels."""
    file: str = ""
    shift: int = 0
    """What the user added to every number."""
    chosen: bool = False
    """Whether the user said how numbers are to be taken (``--codes``, ``--shift``, a map of numbers)."""
    disputed: frozenset[str] = frozenset()
    """Answers as the file holds them whose code is a question, although each could be read."""
    notes: tuple[str, ...] = ()

    def apa(self) -> str:
        """Return a sentence: from what it was learnt which answer is which code."""
        columns = f"{len(self.columns)} columns" if len(self.columns) != 1 else "one column"
        return f"Answers of {self.bank} ({self.options}) in {columns} were coded by {self.learnt_from}."

    @property
    def bank(self) -> str:
        """Id of the bank."""
        return self.texts.bank

    @property
    def options(self) -> str:
        """Id of the set of options."""
        return self.texts.options

    @property
    def rule(self) -> Rule:
        """How the numbers of the file become codes."""
        return self.rules[0]

    @property
    def learnt_from(self) -> str:
        """The strongest evidence: ``map``, ``labels``, ``words`` (answers are labels), or ``numbers`` alone."""
        if all(column.is_plain for column in self.columns):
            return "numbers"
        used = [answer for column in self.columns for answer in column.used]
        if any(answer.by == "map" for answer in used):
            return "map"
        if any(
            answer.code is not None and answer.number is not None
            for column in self.columns
            for answer in column.answers
        ):
            return "labels"
        return "words" if any(answer.code is not None for answer in used) else "numbers"

    @property
    def has_numbers(self) -> bool:
        """Whether numbers occur that a rule turned into codes."""
        return any(answer.number is not None for column in self.columns for answer in column.used)

    def code(self, answer: RawAnswer, rule: Rule) -> float | None:
        """Return the code of an answer of a column with this rule."""
        if answer.code is not None:
            return float(answer.code)
        if answer.by == "number" and answer.number is not None:
            return rule.code(answer.number)
        return None

    @property
    def lines(self) -> tuple[CodingLine, ...]:
        """One line an answer that occurs, added up over the columns, in the order of the codes."""
        counts: dict[tuple[str, str, float | None, str], int] = {}
        for column, rule in zip(self.columns, self.rules, strict=True):
            for answer in column.used:
                how = _SPOKEN[answer.by]
                if answer.by == "number" and not self.chosen and self.learnt_from == "labels":
                    how = BY_RULE
                key = (answer.text.strip(), answer.label or "", self.code(answer, rule), how)
                counts[key] = counts.get(key, 0) + answer.count
        made = [
            CodingLine(
                bank=self.bank, options=self.options, text=text, code=code, count=count, how=how, file=self.file,
                file_label="" if label.casefold() == text.casefold() else label,
                label=None if code is None else self.texts.labels.get(code),
            )
            for (text, label, code, how), count in counts.items()
        ]  # fmt: skip
        return tuple(sorted(made, key=lambda line: (line.code is None, line.code or 0, line.text)))

    @property
    def open_lines(self) -> tuple[CodingLine, ...]:
        """The answers that only a person can settle: unknown, contradicting, or named in a problem."""
        asked = {"unknown", "unknown label", "label is another number", "declared missing"}
        return tuple(line for line in self.lines if line.how in asked or line.text in self.disputed)

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one line an answer: raw value, the file's label, code, the bank's label, how often, how learnt."""
        return coding_rows([self])

    def table(self) -> Any:
        """Return the lines as a pandas frame."""
        import pandas as pd

        return pd.DataFrame([line.to_dict() for line in self.lines])

    def to_dict(self) -> dict[str, Any]:
        """Return bank, options, rule and lines, JSON-safe."""
        made: dict[str, Any] = json_safe(
            {
                "bank": self.bank,
                "options": self.options,
                "file": self.file,
                "rule": str(self.rule) if len(set(map(str, self.rules))) == 1 else "each column by its own labels",
                "learnt_from": self.learnt_from,
                "columns": [column.name for column in self.columns],
                "lines": [line.to_dict() for line in self.lines],
            }
        )
        return made


def _for_eyes(coding: Coding) -> Sequence[CodingLine]:
    """Return the lines of a coding; the numbers of a long row that are the bank's codes as one of them."""
    lines = coding.lines
    if coding.texts.row is None or len(coding.texts.codes) <= MOST_CATEGORIES:
        return lines
    bare = [line for line in lines if line.how == "number" and line.label is None and line.code is not None]
    if len(bare) < LEAST_TOGETHER:
        return lines
    codes = [line.code for line in bare if line.code is not None]
    together = replace(
        bare[0], text=f"{number_text(min(codes))} to {number_text(max(codes))} ({len(bare)} numbers)", code=None,
        count=sum(line.count for line in bare), how="numbers of the row, as they are",
    )  # fmt: skip
    alone = {id(line) for line in bare}
    first = next(at for at, line in enumerate(lines) if id(line) in alone)
    return [*lines[:first], together, *(line for line in lines[first:] if id(line) not in alone)]


LEAST_TOGETHER = 3  # numbers of a row that are told together


def coding_rows(codings: Sequence[Coding]) -> list[list[str]]:
    """Return codings as one table for eyes, the head first."""
    several = any(coding.file for coding in codings)
    head = ["answer", "the file's label", "options", "code", "the bank's label", "answers", "learnt from"]
    rows = [[*head, "file"] if several else head]
    for line in (line for coding in codings for line in _for_eyes(coding)):
        row = [
            cut(line.text, 40),
            cut(line.file_label, 40),
            f"{line.bank} {line.options}",
            "" if line.code is None else f"{line.code:g}",
            line.label or "",
            f"{line.count:,}",
            line.how,
        ]
        rows.append([*row, cut(line.file, 30)] if several else row)
    return rows


def contradicting_files(codings: Sequence[Coding], names: Sequence[str] | None = None) -> list[Problem]:
    """Return a problem for every set of options that files of one call would read by different rules, on thin evidence.

    Files that hold labels for all their numbers are each read by their own. A file of bare numbers beside one whose
    labels turn or shift the numbers is a question: nobody knows which rule it follows.

    Parameters
    ----------
    codings
        The codings of all files.
    names
        What each coding's file is called (default: its own ``file``).
    """
    called = [coding.file for coding in codings] if names is None else list(names)
    groups: dict[tuple[str, str], list[tuple[str, Coding]]] = {}
    for name, coding in zip(called, codings, strict=True):
        groups.setdefault((coding.bank, coding.options), []).append((name, coding))
    problems = []
    for own in groups.values():
        labelled = [(name, one) for name, one in own if one.learnt_from == "labels" and not one.chosen]
        bare = [(name, one) for name, one in own if one.learnt_from == "numbers" and one.has_numbers and not one.chosen]
        found = [problem for first in labelled for second in bare if (problem := _problem(first, second)) is not None]
        problems += found[:1]
    return problems


def _problem(first: tuple[str, Coding], second: tuple[str, Coding]) -> Problem | None:
    """Return the problem of bare numbers beside labels by which they would be other codes, or might be."""
    (labelled, coding), (unlabelled, plain) = first, second
    numbers = {answer.number for column in plain.columns for answer in column.used if answer.number is not None}
    answers = [answer for column in coding.columns for answer in column.answers if answer.number is not None]
    pairs = {answer.number: answer.code for answer in answers if answer.code is not None and answer.number is not None}
    rule = rule_from(
        pairs, numbers | {a.number for a in answers if a.count and a.number is not None}, coding.texts.codes
    )
    if not rule.changes and rule.kind != "contradiction":
        return None
    open_ = rule.kind == "contradiction"
    codes = {f"{number:g}": "CODE" if open_ else f"{rule.code(number):g}" for number in sorted(numbers)}
    same = map_line(coding.texts, codes)
    said = "they leave open what the numbers mean" if open_ else str(rule)
    return Problem(
        where=f"bank {coding.bank}, options {coding.options}",
        what=f"the files would be read by different rules: by the labels of {labelled}, {said}; {unlabelled} "
        "has numbers without labels",
        allowed="one coding, or labels in both",
        do=f"if {unlabelled} follows the same rule, say in a map (--map FILE): {same}; if its numbers are the bank's "
        "codes, --codes as-labels",
    )
