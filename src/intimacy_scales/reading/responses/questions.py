"""What a column asked, held against the bank's wording, gloss and translations.

Equal after normalising (case, spaces, quotes, HTML, a stem before " - " or around "[...]") is a match. Nearly
equal is a match only when what differs can be nothing but spelling; all else that is like an item is a
suggestion, never applied: "I can talk" and "I can't talk" are alike to 90 % and mean the opposite.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from intimacy_scales.bank.labels import plain
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.reading.exports.table import Column

APPLIED = 0.95  # likeness from which a spelling difference is applied
SUGGESTED = 0.70  # likeness from which an item is suggested
AHEAD = 0.05  # how far the best must be ahead of the second best
SHORT = 4  # words below this many letters carry negations: any difference in them counts
SAME_WORD = 0.75  # likeness of two spellings of one word


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An item that a question is like: how alike, and whether that is enough to say it is this item."""

    bank: str
    item: int
    certainty: float
    exact: bool
    sure: bool
    stem: str
    """What stood before the item's text, normalised: a form may be named there."""
    text: str
    """The bank's text it is like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Every normalised text of a bank's items, with the item's number and the text as it is written."""

    bank: str
    entries: tuple[tuple[str, int, str], ...]

    def exact(self, parts: Sequence[tuple[str, str]]) -> Asked | None:
        """Return the one item that any (stem, text) of a question equals; ``None`` when two different ones do."""
        found = [
            Asked(bank=self.bank, item=number, certainty=1.0, exact=True, sure=True, stem=stem, text=text)
            for stem, part in parts
            for bare, number, text in self.entries
            if bare == part
        ]
        return found[0] if len({one.item for one in found}) == 1 else None

    def close(self, parts: Sequence[tuple[str, str]]) -> Asked | None:
        """Return the item most like the question, if it is like any."""
        from rapidfuzz import fuzz, process

        likeness = process.cdist(
            [part for _, part in parts],
            [bare for bare, _, _ in self.entries],
            scorer=fuzz.ratio,
            score_cutoff=100 * SUGGESTED,
        )
        row, column = divmod(int(likeness.argmax()), len(self.entries))
        alike = float(likeness[row, column]) / 100
        if alike == 0:
            return None
        (stem, part), (bare, number, text) = parts[row], self.entries[column]
        others = [place for place, entry in enumerate(self.entries) if entry[1] != number]
        ahead = alike - (float(likeness[:, others].max()) / 100 if others else 0.0)
        sure = alike >= APPLIED and ahead >= AHEAD and only_spelling(part, bare)
        return Asked(bank=self.bank, item=number, certainty=alike, exact=False, sure=sure, stem=stem, text=text)


def texts_of(bank: ItemBank) -> Texts:
    """Return the texts by which a bank's items are known: wording, gloss, translations."""
    entries: dict[tuple[str, int], str] = {}
    for item in bank.items:
        for text in (bank.text(item), item.gloss, *item.translations.values()):
            entries.setdefault((plain(text), item.number), text)
    return Texts(bank=bank.id, entries=tuple((bare, number, text) for (bare, number), text in entries.items()))


def only_spelling(one: str, other: str) -> bool:
    """Whether two texts differ in spelling only: as many words, and no short word, number or prefix that differs.

    Examples
    --------
    >>> only_spelling("my partner lisens to me", "my partner listens to me")
    True
    >>> only_spelling("we are happy together", "we are unhappy together")
    False
    """
    from rapidfuzz import fuzz

    left, right = re.findall(r"[\w']+", one), re.findall(r"[\w']+", other)
    if len(left) != len(right):
        return False
    for a, b in zip(left, right, strict=True):
        if a == b:
            continue
        if min(len(a), len(b)) < SHORT or a.endswith(b) or b.endswith(a) or a.isdigit() or b.isdigit():
            return False
        if "'" in a + b or a[0] != b[0] or fuzz.ratio(a, b) < 100 * SAME_WORD:
            return False
    return True


def question_of(column: Column) -> str | None:
    """Return what a column asked: its question, or its name when that is a sentence."""
    if column.question:
        return column.question
    return column.name if is_sentence(column.name) else None


def is_sentence(name: str) -> bool:
    """Whether a column's name is what it asked: three words or more."""
    return len(name.split()) > 2


def parts_of(question: str) -> tuple[tuple[str, str], ...]:
    """Return every (stem, text) a question may consist of, the whole of it first.

    Examples
    --------
    >>> parts_of("How is it now? - My partner listens.")[-1]
    ('how is it now?', 'my partner listens')
    """
    whole = plain(question)
    found = [("", whole)]
    if bracket := re.fullmatch(r"(.*?)\s*\[(.+)\]", whole):
        found.append((plain(bracket[1]), plain(bracket[2])))
    cuts = re.finditer(r"\s+[-|>:]+\s+|(?<=[:?!.])-?\s*(?=\S)|(?<=\w)-(?=\w)", whole)
    found += [(plain(whole[: cut.start()]), plain(whole[cut.end() :])) for cut in cuts]
    if numbered := re.match(r"\(?\d+[.):]?\s+", whole):
        found.append(("", whole[numbered.end() :]))
    return tuple((stem, part) for stem, part in dict.fromkeys(found) if part)


def form_in(bank: ItemBank, stem: str) -> str | None:
    """Return the one form whose name or gloss stands in a stem; ``None`` when none or several do."""
    said = {
        form.id
        for form in bank.forms
        for text in (form.name, form.gloss, form.id.replace("_", " "), *form.translations.values())
        if re.search(rf"(?<!\w){re.escape(plain(text))}(?!\w)", stem)
    }
    return said.pop() if len(said) == 1 else None
