"""Answer texts and the codes they stand for.

A text is, in this order: what the map says it is; a bare number; a label, spelling or translation of the bank; a
label with its number ("5 = strongly agree", "Strongly agree (5)"); a number with a label the bank does not know;
or unknown. What a label says counts more than what a number says, and where the two contradict each other
without a rule behind it, that is a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from intimacy_scales.bank.labels import plain
from intimacy_scales.bank.model import ItemBank

How = Literal["map", "number", "label", "label and number", "number beside an unknown label", "no answer", "unknown"]

BLANKS = frozenset({"", "na", "n/a", "nan", "#n/a", "<na>", "null", "#null", "-", "--"})
"""Texts by which programs write an empty cell (compared after :func:`plain`, so "." and "NA" are among them)."""

_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_FIRST = re.compile(r"[\[(]?(?P<number>[+-]?\d+)[\])]?(?P<between>\s*[-=.:)|]+\s*|\s+)(?P<label>\D.*)")
_LAST = re.compile(r"(?P<label>.*\D)(?P<between>\s*[-=:|]\s*|\s*[\[(]|\s+)(?P<number>[+-]?\d+)[\])]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one answer text says: a number, the code of a label, both, or neither."""

    how: How
    number: float | None = None
    code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What the texts of one option set of a bank stand for."""

    bank: str
    options: str
    codes: tuple[int, ...]
    labels: Mapping[int, str]
    by_text: Mapping[str, int] = field(repr=False)
    own: Mapping[str, int | None] = field(default_factory=dict, repr=False)

    @property
    def own_numbers(self) -> dict[float, int | None]:
        """What the map says about bare numbers."""
        return {number: code for text, code in self.own.items() if (number := number_in(text)) is not None}

    def label(self, text: str) -> int | None:
        """Return the code of a label that may carry its number too; ``None`` when the bank does not know it."""
        said = self.read(text)
        return said.code if said.how in {"map", "label", "label and number"} else None

    def read(self, text: str) -> Said:
        """Return what a text says."""
        bare, number = plain(text), number_in(text)
        if bare in self.own or (number is not None and number in self.own_numbers):
            code = self.own[bare] if bare in self.own else self.own_numbers[number or 0.0]
            return Said(how="no answer") if code is None else Said(how="map", code=code)
        if number is not None:
            return Said(how="number", number=number)
        if bare in self.by_text:
            return Said(how="label", code=self.by_text[bare])
        if bare in BLANKS:
            return Said(how="no answer")
        return self._both(bare)

    def _both(self, bare: str) -> Said:
        found = [m for m in (_FIRST.fullmatch(bare), _LAST.fullmatch(bare)) if m]
        for both in found:
            code = self.by_text.get(plain(both["label"].strip(" -=:([|")))
            if code is not None:
                return Said(how="label and number", number=float(both["number"]), code=code)
        if found and found[0]["between"].strip():
            return Said(how="number beside an unknown label", number=float(found[0]["number"]))
        return Said(how="unknown")

    def nearest(self, text: str) -> str | None:
        """Return the label most like a text, if any is like it."""
        from rapidfuzz import fuzz, process

        found = process.extractOne(plain(text), list(self.by_text), scorer=fuzz.ratio, score_cutoff=60)
        return None if found is None else self.labels[self.by_text[found[0]]]

    @property
    def allowed(self) -> str:
        """What may stand in a column of these options, in words."""
        low, high = self.codes[0], self.codes[-1]
        if self.codes == tuple(range(low, high + 1)):
            return f"allowed {low} to {high}"
        return f"allowed {', '.join(map(str, self.codes))}"


def number_in(text: str) -> float | None:
    """Return a text that is a bare number as one ("3", "3.0", "3,0"), else ``None``."""
    bare = text.strip()
    return float(bare.replace(",", ".")) if _NUMBER.fullmatch(bare) else None


def book_of(bank: ItemBank, options: str, own: Mapping[str, int | None] | None = None) -> Book:
    """Return the book of one option set; a text that two options share stands for neither.

    Parameters
    ----------
    bank
        The bank.
    options
        Id of the option set.
    own
        Text to code as a map gives them (``None``: no answer); they count before the bank's.
    """
    found: dict[str, set[int]] = {}
    for option in bank.options[options]:
        for text in (option.label, *option.spellings, *option.translations.values()):
            found.setdefault(plain(text), set()).add(option.code)
    by_text = {text: next(iter(codes)) for text, codes in found.items() if len(codes) == 1}
    labels = {option.code: option.label for option in sorted(bank.options[options], key=lambda one: one.code)}
    return Book(
        bank=bank.id,
        options=options,
        codes=tuple(labels),
        labels=labels,
        by_text=by_text,
        own={plain(text): code for text, code in (own or {}).items()},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How an export's numbers become the bank's codes: by a table, or ``sign * number + offset``."""

    kind: Literal["same", "table", "line", "contradiction"]
    table: Mapping[float, int] = field(default_factory=dict)
    sign: int = 1
    offset: float = 0.0

    def code(self, number: float) -> float:
        """Return the bank's code of an export's number."""
        if self.kind == "table" and number in self.table:
            return float(self.table[number])
        return self.sign * number + self.offset

    def __str__(self) -> str:
        if self.kind == "table":
            return ", ".join(f"{number:g} is {code}" for number, code in sorted(self.table.items()))
        if self.sign < 0:
            return f"the codes run the other way (code = {self.offset:g} - number)"
        return f"the codes are shifted (code = number {self.offset:+g})"


def rule_from(pairs: Mapping[float, int], numbers: Iterable[float]) -> Rule:
    """Return the rule that labels give: ``pairs`` are numbers with the code of their label, ``numbers`` all that occur.

    Every number labelled: the labels decide. Some labelled, and at least two on one line of slope 1 or -1: the line
    decides for the others. All equal: nothing to do. Else a contradiction, which only a person can settle.
    """
    if all(number == code for number, code in pairs.items()):
        return Rule(kind="same")
    line = _line(pairs)
    if line is not None:
        return line
    if set(numbers) <= set(pairs):
        return Rule(kind="table", table=dict(pairs))
    return Rule(kind="contradiction", table=dict(pairs))


def _line(pairs: Mapping[float, int]) -> Rule | None:
    if len(pairs) < 2:  # one point lies on many lines
        return None
    for sign in (1, -1):
        offsets = {code - sign * number for number, code in pairs.items()}
        if len(offsets) == 1:
            return Rule(kind="line", sign=sign, offset=offsets.pop())
    return None
