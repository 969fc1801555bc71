"""The names of columns: ``eis_1``, ``EIS01``, ``now_pair_1_a``, ``EIS.1_t2`` and their like.

A name is taken apart into words; what is left over after bank, number, form, partner and time makes it no
item's name. A number that could be a partner as well as an item (``eis_1_2``) is not read: that takes a map.

What was found out about the columns of a table: matches, suggestions, problems.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.errors import Problem
from intimacy_scales.base.wording import cut, percent
from intimacy_scales.reading.responses.model import Administration
from intimacy_scales.reading.responses.questions import Proposal, word

How = Literal["map", "name", "question", "close question"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A column and the item it holds, how that was found, and how sure it is (0 to 1)."""

    column: str
    bank: str
    item: int | str
    administration: Administration
    how: How
    certainty: float = 1.0

    @property
    def slot(self) -> tuple[str, int | str, Administration]:
        """What may stand once only: bank, item, administration."""
        return self.bank, self.item, self.administration

    def to_dict(self) -> dict[str, Any]:
        """Return the match in plain types."""
        s = self.administration
        return {
            "column": self.column,
            "bank": self.bank,
            "item": self.item,
            "form": s.form,
            "partner": s.partner,
            "occasion": s.occasion,
            "how": self.how,
            "certainty": self.certainty,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A column whose question is like an item, not surely enough to be applied without a map."""

    column: str
    bank: str
    item: int | str
    certainty: float
    question: str
    text: str

    def __str__(self) -> str:
        return (
            f"{self.column!r} ({cut(self.question)!r}) is {percent(self.certainty)} like item {self.item} "
            f"of {self.bank} ({cut(self.text)!r})"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the suggestion in plain types."""
        return {
            "column": self.column,
            "bank": self.bank,
            "item": self.item,
            "certainty": self.certainty,
            "question": self.question,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Everything found out about the columns of a table."""

    matches: tuple[Match, ...]
    suggestions: tuple[Suggestion, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    proposals: tuple[Proposal, ...] = ()
    """Blocks of columns that may hold a bank's items, for a person to confirm."""


_PARTNER = r"(?:partner_?|person_?|p)(?:[ab12])|a|b"
_TIME = r"(?:time|wave|measurement|t|w)_?\d{1,2}|pre|post|baseline|followup|follow_up"
_FILLER = r"(?:item|question|sq|q|i)"
_ALIAS = {"1": "a", "2": "b"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a column's name says: which item of which bank and administration (form ``None`` when it says none)."""

    bank: str
    item: int | str
    administration: Administration


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words one bank's columns may carry besides its id and an item's number."""

    form: dict[str, str]
    pattern: str

    def administration(self, said: Sequence[str]) -> Administration | None:
        """Return the administration that these words name; ``None`` when two of one kind contradict each other."""
        found: dict[str, str] = {}
        for text in said:
            kind, value = self.read(text)
            if found.setdefault(kind, value) != value:
                return None
        return Administration(form=found.get("form"), partner=found.get("partner"), occasion=found.get("occasion"))

    def read(self, text: str) -> tuple[str, str]:
        """Return the kind of a word (form, partner, occasion) and what it says."""
        bare = text.replace("_", "")
        if bare in self.form:
            return "form", self.form[bare]
        if re.fullmatch(_PARTNER, text):
            return "partner", _ALIAS.get(text[-1], text[-1])
        number = re.search(r"\d+$", text)
        if number is None:
            return "occasion", bare
        letter = "w" if text.startswith("w") else "t"
        return "occasion", f"{letter}{int(number.group())}"


def words_of(bank: ItemBank) -> Words:
    """Return the words of a bank: ids and names of its forms, partners, times."""
    spoken = {form.id: [form.id, *map(word, (form.name, *form.translations.values()))] for form in bank.forms}
    form = {name.replace("_", ""): form_id for form_id, names in spoken.items() for name in names}
    spelled = {_loose(name) for names in spoken.values() for name in names if name}
    pattern = "|".join([*sorted(spelled, key=len, reverse=True), _TIME, _PARTNER])
    return Words(form=form, pattern=pattern)


def _loose(name: str) -> str:
    return "_?".join(re.escape(part) for part in name.split("_"))


@lru_cache(maxsize=64)
def _grammar(bank_words: str, bank_names: tuple[str, ...], items: str) -> re.Pattern[str]:
    bank = "|".join(_loose(name) for name in sorted(bank_names, key=len, reverse=True))
    middle = rf"(?P<middle>(?:_(?:{bank_words}))*)"
    after = rf"(?P<after>(?:_?(?:{bank_words})(?![a-z0-9]))*|(?:_?(?:{bank_words}))?)"
    return re.compile(rf"(?P<before>(?:(?:{bank_words})_)*)(?P<bank>{bank}){middle}{items}{after}")


_NUMBERED = rf"_?(?:{_FILLER}_?)?0*(?P<item>\d{{1,4}})"


def _all_words(words: Words, text: str) -> list[str]:
    """Split ``_now_a`` into its words, the longest first."""
    return [m.group() for m in re.finditer(rf"(?:{words.pattern})(?![a-z0-9])", text)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The grammar of one bank's column names."""

    bank: ItemBank
    words: Words
    pattern: re.Pattern[str] | None
    """Of items with numbers; ``None`` where all have names of their own."""
    by_name: re.Pattern[str] | None = None
    """Of items with names of their own; ``None`` where there are none."""

    def read(self, name: str) -> Named | None:
        """Return what a name says, ``None`` when it is not one of this bank's."""
        if (own := self._own_column(name)) is not None:
            return own
        found = None if self.by_name is None else self.by_name.fullmatch(word(name))
        found = found or (None if self.pattern is None else self.pattern.fullmatch(word(name)))
        if found is None:
            return None
        said = [text for part in ("before", "middle", "after") for text in _all_words(self.words, found[part])]
        administration = self.words.administration(said)
        if administration is None:
            return None
        item = found["item"]
        return Named(bank=self.bank.id, item=int(item) if item.isdecimal() else item, administration=administration)

    def _own_column(self, name: str) -> Named | None:
        """Return the item whose column the bank calls so, with words of an administration around it or without."""
        columns = {word(item.column): item.id for item in self.bank.items if item.column is not None}
        columns = {item.name: item.id for item in self.bank.items if item.name is not None} | columns
        if not columns:
            return None
        if (text := word(name)) in columns:
            return Named(bank=self.bank.id, item=columns[text], administration=Administration())
        text, said = self._outer_words(name)
        administration = self.words.administration(said)
        if text not in columns or administration is None:
            return None
        return Named(bank=self.bank.id, item=columns[text], administration=administration)

    def administration_of(self, name: str) -> Administration:
        """Return the administration that the outer words of any name say (``Q12_3_now``, ``a_Q7``)."""
        return self.words.administration(self._outer_words(name)[1]) or Administration()

    def _outer_words(self, name: str) -> tuple[str, list[str]]:
        """Return a name without the words of an administration around it, and those words."""
        text = word(name)
        said: list[str] = []
        while found := re.match(rf"({self.words.pattern})_", text):
            said.append(found[1])
            text = text[found.end() :]
        while found := re.search(rf"_({self.words.pattern})$", text):
            said.append(found[1])
            text = text[: found.start()]
        return text, said


def names_of(bank: ItemBank) -> Names:
    """Return the grammar of a bank's column names."""
    words = words_of(bank)
    called = (bank.id, word(bank.name))
    names = sorted((item.name for item in bank.items if item.name is not None), key=len, reverse=True)
    by_name = _grammar(words.pattern, called, f"_(?P<item>{'|'.join(names)})") if names else None
    pattern = _grammar(words.pattern, called, _NUMBERED) if len(names) < len(bank) else None
    return Names(bank=bank, words=words, pattern=pattern, by_name=by_name)


def read_name(name: str, grammars: Sequence[Names]) -> Named | None:
    """Return what a name says to the bank with the longest id that knows it (``pair_style_1`` is not PAIR's)."""
    for grammar in sorted(grammars, key=lambda one: len(one.bank.id), reverse=True):
        if (found := grammar.read(name)) is not None:
            return found
    return None


def near_name(name: str, bank: ItemBank) -> bool:
    """Whether a name begins like the bank's columns without being one (``eis_1_2``, ``eis_total``)."""
    return re.match(rf"(?:{_loose(bank.id)})(?:_|\d|$)", word(name)) is not None
