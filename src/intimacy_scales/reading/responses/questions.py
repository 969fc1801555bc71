"""Blocks of columns that were asked together: the common stem of their questions, the statements, what they may be.

A matrix of a survey has columns of one name and rising numbers (``Q12_1`` to ``Q12_36``, ``Q1[SQ001]`` ...), or of one
question with a statement each. Where a block has as many columns as a bank has items it may hold them in their order:
that is proposed, and never applied without a map.

What a column asked, held against the bank's wording, gloss and translations.

Equal after normalising (case, spaces, quotes, HTML, a stem before " - " or around "[...]") is a match. Nearly
equal is a match only when what differs can be nothing but spelling; all else that is like an item is a
suggestion, never applied: "I can talk" and "I can't talk" are alike to 90 % and mean the opposite.

Names of columns as words, rows as people find them, texts cut to a line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from intimacy_scales.bank.labels import QUOTES, plain
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.arrays import IntArray
from intimacy_scales.base.wording import SHOWN, cut, some
from intimacy_scales.reading.exports.table import Column, RawTable
from intimacy_scales.reading.responses.mapping import administration_words as words_of
from intimacy_scales.reading.responses.mapping import ranged
from intimacy_scales.reading.responses.model import Administration

APPLIED = 0.95  # likeness from which a spelling difference is applied
SUGGESTED = 0.70  # likeness from which an item is suggested
AHEAD = 0.05  # how far the best must be ahead of the second best
SHORT = 4  # words below this many letters carry negations: any difference in them counts
SAME_WORD = 0.75  # likeness of two spellings of one word


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An item that a question is like: how alike, and whether that is enough to say it is this item."""

    bank: str
    item: int | str
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
    entries: tuple[tuple[str, int | str, str], ...]

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
    entries: dict[tuple[str, int | str], str] = {}
    for item in bank.items:
        for text in (bank.text(item), item.gloss, *item.translations.values()):
            entries.setdefault((plain(text), item.id), text)
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


LEAST = 3  # columns that make a block
LEAST_ALIKE = 2  # statements that must be worded like the items at their places
_NUMBERED = re.compile(r"(?P<before>.*\D|)(?P<number>\d+)(?P<after>\D*)", re.DOTALL)
_CUT = re.compile(r"(?:\s[-|>:]+\s|\[|[:?!.]\s+)$")
_TOLD = re.compile(r"(?P<stem>.*?)\s*\[(?P<statement>.+)\]", re.DOTALL)
_PAIRS = (("f", "m"), ("w", "m"), ("h", "w"), ("wife", "husband"), ("her", "him"), ("she", "he"), ("woman", "man"),
          ("female", "male"), ("x", "y"), ("mother", "father"), ("p1", "p2"), ("fem", "masc"))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnBlock:
    """Columns that were asked together, in the order of the file."""

    columns: tuple[str, ...]
    stem: str = ""
    """What all of them ask before their own statement."""
    statements: tuple[str, ...] = ()

    @property
    def range(self) -> str:
        """The block as a map writes it: ``Q12_1..Q12_36``."""
        return f"{self.columns[0]}..{self.columns[-1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A block that may hold the items of a bank, one by one: to be confirmed in a map."""

    bank: str
    block: ColumnBlock
    items: tuple[int | str, ...]
    administration: Administration
    named: bool
    """The columns are called like the bank's items, and only their ending was not understood."""
    alike: int = 0
    """Statements that are worded like the item at their place."""
    against: int = 0
    """Statements that are worded like another item of the bank."""

    def __str__(self) -> str:
        stem = f" ({cut(self.block.stem)!r})" if self.block.stem else ""
        said = f"{self.block.range}{stem} has as many columns as {self.bank} has items"
        return f"{said}; {self.evidence}" if self.alike or self.against else said

    @property
    def is_worded(self) -> bool:
        """Whether the wording bears out the order: enough statements are like their item, and none like another."""
        return not self.against and self.alike >= max(LEAST_ALIKE, len(self.items) // 6)

    @property
    def evidence(self) -> str:
        """What the wording says of the order."""
        other = f"{self.against} like another" if self.against else "none like another"
        return f"{self.alike} of {len(self.items)} statements are worded like the item at their place, {other}"

    def map_line(self) -> str:
        """Return the line of a map that takes the proposal."""
        parts = [f"items: {ranged(self.items)}", *words_of(self.administration)]
        return f'"{self.block.range}": {{{", ".join(parts)}}}'

    def asked(self, bank: ItemBank) -> list[str]:
        """Return the stem, and every statement beside the gloss of the item that it would be."""
        said = [f"asked: {cut(self.block.stem, 100)}"] if self.block.stem else []
        shown = zip(self.items, self.block.statements, strict=False)
        return said + [
            f"item {item}: {cut(statement, 80)}   [{cut(bank.item(item).gloss, 60)}]" for item, statement in shown
        ]


def blocks_of(columns: Sequence[Column]) -> list[ColumnBlock]:
    """Return the blocks that neighbouring columns make."""
    groups: list[list[Column]] = []
    last: tuple[str, int | None] = ("", None)
    for column in columns:
        family, number = _family(column)
        next_one = number is None or (last[1] is not None and number == last[1] + 1)
        if groups and family == last[0] and next_one:
            groups[-1].append(column)
        else:
            groups.append([column])
        last = (family, number)
    return [_block(group) for group in groups if len(group) >= LEAST]


def _family(column: Column) -> tuple[str, int | None]:
    """Return what a column's name shares with its sisters', and its number among them (``None``: by its statement)."""
    told = _TOLD.fullmatch(column.name.strip())
    if told is not None and " " in told["statement"].strip():
        return f"[{told['stem']}", None
    match = _NUMBERED.fullmatch(column.name)
    if match is None:
        return column.name, 0
    return f"{match['before']}#{match['after']}", int(match["number"])


def _block(columns: Sequence[Column]) -> ColumnBlock:
    asked = [" ".join((column.question or column.name).split()) for column in columns]
    if not all(column.question for column in columns) and not all(" " in text for text in asked):
        return ColumnBlock(columns=tuple(column.name for column in columns))
    shared = _beginning(asked)
    while shared and not _CUT.search(shared):
        shared = shared[:-1]
    statements = tuple(text[len(shared) :].strip().removesuffix("]").strip() for text in asked)
    stem = shared.strip().rstrip("-|>:[ ").strip()
    return ColumnBlock(columns=tuple(column.name for column in columns), stem=stem, statements=statements)


def _beginning(texts: Sequence[str]) -> str:
    """Return what all texts begin with."""
    shortest = min(texts, key=len)
    return next((shortest[:at] for at, sign in enumerate(shortest) if any(one[at] != sign for one in texts)), shortest)


def proposals_for(
    table: RawTable,
    banks: Sequence[ItemBank],
    taken: Collection[str],
    likely: Mapping[str, tuple[str, int | str]] = MappingProxyType({}),
) -> list[Proposal]:
    """Return the blocks of free columns that may hold a bank's items in their order.

    Parameters
    ----------
    table
        The table.
    banks
        Banks of which no column was found.
    taken
        Columns that are known already.
    likely
        Column to the bank and item that its question is worded like.
    """
    free = [column for column in table.columns if column.kind in ("answer", "personal") and column.name not in taken]
    blocks = blocks_of(free)
    found: list[Proposal] = []
    for bank in banks:
        named = _by_endings(free, bank)
        found += named or _with_last_form(
            bank,
            [
                Proposal(
                    bank=bank.id,
                    block=block,
                    items=tuple(item.id for item in bank.items),
                    administration=Administration(form=form_in(bank, plain(block.stem)) if block.stem else None),
                    named=False,
                    alike=sum(
                        likely.get(name) == (bank.id, item.id)
                        for name, item in zip(block.columns, bank.items, strict=True)
                    ),
                    against=sum(
                        name in likely and likely[name][0] == bank.id and likely[name][1] != item.id
                        for name, item in zip(block.columns, bank.items, strict=True)
                    ),
                )
                for block in blocks
                if len(block.columns) == len(bank)
            ],
        )
    return found


def _with_last_form(bank: ItemBank, proposals: list[Proposal]) -> list[Proposal]:
    """Return as many blocks as forms with the one form that is left given to the one block whose stem names none."""
    known = {one.administration.form for one in proposals} - {None}
    open_ = [one for one in proposals if one.administration.form is None]
    left = [form.id for form in bank.forms if form.id not in known]
    if len(proposals) != len(bank.forms) or len(open_) != 1 or len(left) != 1:
        return proposals
    return [replace(one, administration=Administration(form=left[0])) if one is open_[0] else one for one in proposals]


def taken_as_proposed(bank: ItemBank, proposals: Sequence[Proposal]) -> list[Proposal]:
    """Return the blocks that a map may take as they are proposed: one for each form, or one where there are no forms.

    More blocks than that are a question: which of them is meant, or which occasion each is.
    """
    own = [one for one in proposals if one.bank == bank.id and not one.named]
    forms = [one.administration.form for one in own]
    apart = len(set(forms)) == len(forms) and (len(own) == 1 or None not in forms)
    return own if apart and len(own) <= max(1, len(bank.forms)) else []


def _by_endings(columns: Sequence[Column], bank: ItemBank) -> list[Proposal]:
    """Return two partners' columns that are called like the bank's items, with an ending each that names a partner."""
    form = re.compile(rf"(?:{re.escape(bank.id)})_?0*(\d+)_?([a-z]\w*)")
    groups: dict[str, dict[int | str, str]] = {}
    for column in columns:
        if match := form.fullmatch(word(column.name)):
            groups.setdefault(match[2], {})[int(match[1])] = column.name
    numbers = tuple(item.id for item in bank.items)
    pair = next((pair for pair in _PAIRS if set(pair) == set(groups)), None)
    if pair is None or any(set(held) != set(numbers) for held in groups.values()):
        return []
    return [
        Proposal(
            bank=bank.id,
            block=ColumnBlock(columns=tuple(groups[ending][number] for number in numbers)),
            items=numbers,
            administration=Administration(partner=ending),
            named=True,
        )
        for ending in pair
    ]


def word(name: str) -> str:
    """Return a name as its words: casefolded, every separator one ``_``, none at the ends.

    Examples
    --------
    >>> word("As I would like it"), word("EIS.1[SQ003]")
    ('as_i_would_like_it', 'eis_1_sq003')
    """
    same = unicodedata.normalize("NFKC", name).translate(QUOTES).casefold()
    return re.sub(r"[\W_]+", "_", same).strip("_")


NAMED_ROWS = SHOWN + 1
"""Rows that a message names at most."""


@dataclass(slots=True)
class NotedRows:
    """Rows that something is to be told of, however many: how many, and the numbers of the first."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, numbers: IntArray) -> None:
        """Add rows by their numbers, which are behind those that were added."""
        self.count += len(numbers)
        self.first += numbers[: NAMED_ROWS - len(self.first)].tolist()

    def add_behind(self, other: NotedRows, behind: int) -> None:
        """Add the rows of another part of the table, whose numbers begin so many later."""
        self.count += other.count
        self.first += [row + behind for row in other.first[: NAMED_ROWS - len(self.first)]]

    def __len__(self) -> int:
        return self.count


def rows_said(numbers: Sequence[int] | NotedRows) -> str:
    """Return rows as a user finds them: ``row 12``, ``rows 12, 40, 41 and 11 more``."""
    first, total = (numbers.first, numbers.count) if isinstance(numbers, NotedRows) else (numbers, len(numbers))
    return f"row {first[0]}" if total == 1 else f"rows {some(first, total=total)}"
