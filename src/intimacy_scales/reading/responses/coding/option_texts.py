"""Answer texts and the codes they stand for.

A text is, in this order: what the map says it is; a bare number; a label, spelling or translation of the bank; a
label with its number ("5 = strongly agree", "Strongly agree (5)"); words that mean "no answer"; a number beside words
that the bank does not know; or unknown. A number is only taken out of a text that holds words besides: "2-Jan" is a
date that a spreadsheet made, "3 - 4" are two answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from intimacy_scales.bank.labels import plain
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.bank.options import MOST_CATEGORIES, Number, NumberRow, number_text, plain_number
from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.reading.exports.kinds import missing_kind

How = Literal["map", "number", "label", "label and number", "number beside an unknown label", "no answer", "unknown"]

BLANKS = frozenset({"", "na", "n/a", "nan", "#n/a", "<na>", "null", "#null", "-", "--"})
"""Texts by which programs write an empty cell (compared after :func:`plain`, so "." and "NA" are among them)."""

DUST = 1e-9  # of a step: what is left of arithmetic on decimals

_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_FIRST = re.compile(
    r"[\[(]?(?P<number>[+-]?\d+(?:[.,]\d+)?)[\])]?(?P<between>\s*[-=.:)|/]+\s*|\s*(?=[(\[])|\s+)(?P<label>\D.*)"
)
_LAST = re.compile(r"(?P<label>.*\D)(?P<between>\s*[-=:|/]\s*|\s*[\[(]|\s+)(?P<number>[+-]?\d+(?:[.,]\d+)?)[\])]?")
_BESIDE = " -=:([|)]/"
_MONTHS = (
    "jan jän feb fév mar mär mrz mrt apr avr abr may mai mei mag maj jun juin jui giu jul juil lug aug août aou ago "
    "sep sept set oct okt out ott nov dec dez déc dic gen ene"
)
_MONTH = rf"(?:{'|'.join(sorted(_MONTHS.split(), key=len, reverse=True))})[a-zäéû]*\.?"
_DATE = re.compile(
    rf"\d{{1,4}}[-./ ]+\s*{_MONTH}(?:[-./ ]+\d{{2,4}})?|{_MONTH}[-./ ]+\d{{1,4}}|\d{{4}}-\d{{1,2}}-\d{{1,2}}(?:[t ].*)?"
    r"|\d{1,2}([./-])\d{1,2}\1\d{2,4}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReading:
    """What one answer text says: a number, the code of a label, both, or neither."""

    how: How
    number: float | None = None
    code: float | None = None
    label: str | None = None
    """The words of the text, without its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionTexts:
    """What the texts of one option set of a bank stand for."""

    bank: str
    options: str
    codes: tuple[Number, ...]
    """Every code, ascending."""
    labels: Mapping[float, str]
    by_text: Mapping[str, Number] = field(repr=False)
    translated: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Text to the language it is a translation into."""
    own: Mapping[str, Number | None] = field(default_factory=dict, repr=False)
    """What the map says of texts."""
    row: NumberRow | None = field(default=None, repr=False)
    """The row of numbers that they are, where they are no list."""
    counted: tuple[Number, ...] = ()
    """The codes that are scored: the ends behind which a shift would hide are theirs."""

    @property
    def own_numbers(self) -> dict[float, Number | None]:
        """What the map says about bare numbers."""
        return {number: code for text, code in self.own.items() if (number := number_in(text)) is not None}

    @property
    def digits(self) -> dict[float, Number]:
        """Labels of the bank that are bare numbers, with the code of each."""
        return {number: code for text, code in self.by_text.items() if (number := number_in(text)) is not None}

    def label(self, text: str) -> Number | None:
        """Return the code of a label that may carry its number too; ``None`` when the bank does not know it."""
        bare = plain(text)
        if bare in self.own:
            return self.own[bare]
        if bare in self.by_text:
            return self.by_text[bare]
        both = self._both(bare)
        return None if both is None or both.code is None else plain_number(both.code)

    def means_no_answer(self, text: str) -> bool:
        """Whether a label means no answer: by the map, else by its words where the bank has no such option."""
        bare = plain(text)
        if bare in self.own:
            return self.own[bare] is None
        return bare not in self.by_text and missing_kind(without_number(bare)) is not None

    def read(self, text: str) -> TextReading:
        """Return what a text says."""
        bare, number = plain(text), number_in(text)
        if bare in self.own or (number is not None and number in self.own_numbers):
            code = self.own[bare] if bare in self.own else self.own_numbers[number or 0.0]
            return TextReading(how="no answer") if code is None else TextReading(how="map", code=code)
        if number is not None:
            return TextReading(how="number", number=number)
        if bare in self.by_text:
            return TextReading(how="label", code=self.by_text[bare], label=text.strip())
        if bare in BLANKS:
            return TextReading(how="no answer")
        return self._both(bare) or self._without_code(bare)

    def _both(self, bare: str) -> TextReading | None:
        """Return the reading of a label that stands beside its number, where the bank knows the label."""
        for both in (_FIRST.fullmatch(bare), _LAST.fullmatch(bare)):
            if both is None:
                continue
            for words in (plain(both["label"]), plain(both["label"].strip(_BESIDE))):
                if words in self.by_text and number_in(words) is None:
                    code = self.by_text[words]
                    return TextReading(how="label and number", number=number_in(both["number"]), code=code, label=words)
        return None

    def _without_code(self, bare: str) -> TextReading:
        words = without_number(bare)
        if missing_kind(words) is not None:
            return TextReading(how="no answer", label=words)
        found = None if why_no_number(bare) else _FIRST.fullmatch(bare)
        if found is not None and found["between"].strip(" ("):
            return TextReading(how="number beside an unknown label", number=number_in(found["number"]), label=words)
        return TextReading(how="unknown", label=words)

    def nearest(self, text: str) -> str | None:
        """Return the label most like a text, if any is like it."""
        from rapidfuzz import fuzz, process

        found = process.extractOne(plain(text), list(self.by_text), scorer=fuzz.ratio, score_cutoff=60)
        return None if found is None else self.called(self.by_text[found[0]])

    @property
    def allowed(self) -> str:
        """What may stand in a column of these options, in words."""
        if self.row is not None:
            return f"allowed {self.row}"
        low, high = self.codes[0], self.codes[-1]
        if self.steps_by_one:
            return f"allowed {low} to {high}"
        return f"allowed {', '.join(map(number_text, self.codes))}"

    @property
    def labels_said(self) -> str:
        """The bank's codes with their labels; of a row its numbers, and what is labelled among them."""
        said = ", ".join(f"{number_text(code)} {label!r}" for code, label in self.labels.items())
        return said if self.row is None else f"{self.row}{f' ({said})' if said else ''}"

    def called(self, code: float) -> str:
        """Return the bank's label of a code; of a number that has none, the number."""
        return self.labels.get(code) or number_text(code)

    @property
    def steps_by_one(self) -> bool:
        """Whether the codes are whole numbers one after the other."""
        return whole_run(self.codes)

    @property
    def shifts(self) -> bool:
        """Whether codes counted from another number would still look like codes: few whole ones in a row."""
        return len(self.counted) <= MOST_CATEGORIES and whole_run(self.counted)

    @property
    def whole(self) -> bool:
        """Whether every code is a whole number."""
        return all(float(code).is_integer() for code in self.codes)

    def snapped(self, values: FloatArray) -> FloatArray:
        """Return values of a row of decimals without the dust of the last bits; the same array where there is none.

        A file may hold 0.30000000000000004 where somebody ticked 0.3.
        """
        if self.row is None or self.whole:
            return values
        codes, low, step = np.array(self.codes, dtype=np.float64), float(self.row.low), float(self.row.step)
        places = np.clip(np.rint((values - low) / step), 0, len(codes) - 1)
        near = codes[np.where(np.isnan(places), 0, places).astype(np.int64)]
        dusty = (near != values) & (np.abs(near - values) < DUST * step)
        return np.where(dusty, near, values) if dusty.any() else values

    def fits(self, values: FloatArray) -> BoolArray:
        """Return which values are codes."""
        return np.isin(values, self.codes)


def number_in(text: str) -> float | None:
    """Return a text that is a bare number as one ("3", "3.0", "3,0"), else ``None``."""
    bare = text.strip()
    return float(bare.replace(",", ".")) if _NUMBER.fullmatch(bare) else None


def without_number(bare: str) -> str:
    """Return the words of a label, without a number in front of it or behind it."""
    both = _FIRST.fullmatch(bare) or _LAST.fullmatch(bare)
    return bare if both is None else plain(both["label"].strip(_BESIDE)) or bare


def why_no_number(text: str) -> str:
    """Return why no number may be taken out of a text: it is a date, or holds two; empty where there is no such reason.

    Examples
    --------
    >>> why_no_number("2-Jan"), why_no_number("3 - 4"), why_no_number("4 - agree")
    ('looks like a date that a spreadsheet made', 'holds two numbers', '')
    """
    bare = text.strip()
    if _DATE.fullmatch(bare):
        return "looks like a date that a spreadsheet made"
    numbers = re.findall(r"\d+(?:[.,]\d+)?", bare)
    letters = any(letter.isalpha() for letter in bare)
    return "holds two numbers" if len(numbers) > 1 and not letters and number_in(bare) is None else ""


def whole_run(codes: Sequence[Number]) -> bool:
    """Whether ascending codes are whole numbers one after the other."""
    return codes[-1] - codes[0] + 1 == len(codes) and all(float(code).is_integer() for code in codes)


def option_texts(bank: ItemBank, options: str, own: Mapping[str, Number | None] | None = None) -> OptionTexts:
    """Return the texts of one option set; a text that two options share stands for neither.

    Parameters
    ----------
    bank
        The bank.
    options
        Id of the option set.
    own
        Text to code as a map gives them (``None``: no answer); they count before the bank's.
    """
    found: dict[str, set[Number]] = {}
    translated: dict[str, str] = {}
    given = bank.options[options]
    row = given if isinstance(given, NumberRow) else None
    whole = sorted(bank.option_set(options), key=lambda one: one.code)
    labelled = whole if row is None else [option for option in whole if option.code in row.labels]
    for option in labelled:
        for text in (option.label, *option.spellings, *option.translations.values()):
            found.setdefault(plain(text), set()).add(option.code)
        translated |= {plain(text): language for language, text in option.translations.items()}
    return OptionTexts(
        bank=bank.id,
        options=options,
        codes=tuple(option.code for option in whole),
        labels={option.code: option.label for option in labelled},
        by_text={text: next(iter(codes)) for text, codes in found.items() if len(codes) == 1},
        translated=translated,
        own={plain(text): code for text, code in (own or {}).items()},
        row=row,
        counted=tuple(option.code for option in whole if option.scored),
    )
