"""Blocks of columns that were asked together: the common stem of their questions, the statements, what they may be.

A matrix of a survey has columns of one name and rising numbers (``Q12_1`` to ``Q12_36``, ``Q1[SQ001]`` ...), or of one
question with a statement each. Where a block has as many columns as a bank has items it may hold them in their order:
that is proposed, and never applied without a map.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from intimacy_scales.bank.labels import plain
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.wording import cut
from intimacy_scales.reading.exports.table import Column, RawTable
from intimacy_scales.reading.responses.mapping import administration_words as words_of
from intimacy_scales.reading.responses.mapping import ranged
from intimacy_scales.reading.responses.model import Administration
from intimacy_scales.reading.responses.questions import form_in
from intimacy_scales.reading.responses.text import word

LEAST = 3  # columns that make a block
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
    items: tuple[int, ...]
    administration: Administration
    named: bool
    """The columns are called like the bank's items, and only their ending was not understood."""

    def __str__(self) -> str:
        stem = f" ({cut(self.block.stem)!r})" if self.block.stem else ""
        return f"{self.block.range}{stem} has as many columns as {self.bank} has items"

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


def proposals_for(table: RawTable, banks: Sequence[ItemBank], taken: Collection[str]) -> list[Proposal]:
    """Return the blocks of free columns that may hold a bank's items in their order.

    Parameters
    ----------
    table
        The table.
    banks
        Banks of which no column was found.
    taken
        Columns that are known already.
    """
    free = [column for column in table.columns if column.kind in ("answer", "personal") and column.name not in taken]
    blocks = blocks_of(free)
    found: list[Proposal] = []
    for bank in banks:
        named = _by_endings(free, bank)
        found += named or [
            Proposal(
                bank=bank.id,
                block=block,
                items=tuple(item.number for item in bank.items),
                administration=Administration(form=form_in(bank, plain(block.stem)) if block.stem else None),
                named=False,
            )
            for block in blocks
            if len(block.columns) == len(bank)
        ]
    return found


def _by_endings(columns: Sequence[Column], bank: ItemBank) -> list[Proposal]:
    """Return two partners' columns that are called like the bank's items, with an ending each that names a partner."""
    form = re.compile(rf"(?:{re.escape(bank.id)})_?0*(\d+)_?([a-z]\w*)")
    groups: dict[str, dict[int, str]] = {}
    for column in columns:
        if match := form.fullmatch(word(column.name)):
            groups.setdefault(match[2], {})[int(match[1])] = column.name
    numbers = tuple(item.number for item in bank.items)
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
