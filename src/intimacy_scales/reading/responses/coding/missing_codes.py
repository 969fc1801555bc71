"""Missing codes that a user names: they act on the bank they were said for, and never on a code that is an option.

A code said for every bank acts on the sets of options that do not have it; a code that all of them have is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from intimacy_scales.bank.labels import plain
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.errors import Problem
from intimacy_scales.reading.exports.table import Column
from intimacy_scales.reading.responses.coding.evidence import map_line, verdict_on
from intimacy_scales.reading.responses.coding.option_texts import OptionTexts, number_in
from intimacy_scales.reading.responses.coding.raw_answers import AnswerColumn, NoAnswer
from intimacy_scales.reading.responses.coding.rule import Rule
from intimacy_scales.reading.responses.mapping import BankMap, ColumnMap

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
