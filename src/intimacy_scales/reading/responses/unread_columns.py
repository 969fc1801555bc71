"""Columns of a bank that were not found or not read: counted from zero, reversed copies, another form or wave, no name.

Passed over in silence they cost a form or an occasion; taken for left out they cost the right score.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.errors import Problem
from intimacy_scales.base.wording import counted, some
from intimacy_scales.reading.exports.table import RawTable
from intimacy_scales.reading.responses.matching import Suggestion, near_name
from intimacy_scales.reading.responses.questions import Proposal, taken_as_proposed, word

_REVERSED = r"(?:r|rev|reversed|rec|recoded|inv|inverted|umgepolt|umkodiert)"
_NO_ITEM = re.compile(r".*_(?:answered|total|sum|score|mean|time|rt|do|order|text)(?:_[a-z]?\d+|_[a-z])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOn:
    """What columns of other names may be, and the map that says so."""

    what: str
    do: str


def way_on(table: RawTable, bank: ItemBank, gone: Sequence[int | str], found: Mapping[int | str, str]) -> WayOn | None:
    """Return what may hold the items that no column was found for, by the names of columns; ``None``: nothing does.

    Parameters
    ----------
    table, bank
        The table, and the bank of which some items were found.
    gone
        Numbers of the items without a column.
    found
        Number to column of the others.
    """
    numbers = [number for number in gone if isinstance(number, int)]
    if len(numbers) < len(gone):  # items with names of their own are not counted
        return None
    return _from_zero(table, bank, numbers, found) or _reversed_copies(table, bank, numbers)


def _map(bank: ItemBank, columns: Mapping[str, str], more: str = "") -> str:
    said = ", ".join(f"{json.dumps(name, ensure_ascii=False)}: {cell}" for name, cell in columns.items())
    return f"{{format: 1, banks: {{{bank.id}: {{columns: {{{said}}}{more}}}}}}}"


def _from_zero(
    table: RawTable, bank: ItemBank, gone: Sequence[int | str], found: Mapping[int | str, str]
) -> WayOn | None:
    """Items counted from zero: the last seems to be missing, and there is a column of the number before the first."""
    numbers = [item.number for item in bank.items]
    if list(gone) != numbers[-1:] or numbers != list(range(numbers[0], numbers[-1] + 1)):
        return None
    zero = _called(table, re.compile(rf"(?:{re.escape(bank.id)})_?0*{numbers[0] - 1}"))
    zero = [name for name in zero if name not in found.values()]
    if len(zero) != 1:
        return None
    columns = [zero[0], *(found[number] for number in numbers[:-1])]
    at = [table.names.index(name) for name in columns]
    if at == list(range(at[0], at[0] + len(at))):
        shown = {f"{columns[0]}..{columns[-1]}": f"{{items: {numbers[0]}..{numbers[-1]}}}"}
    else:
        shown = {name: str(number) for name, number in zip(columns, numbers, strict=True)}
    return WayOn(
        what=f"{zero[0]} is there: perhaps the file counts the items from {numbers[0] - 1}",
        do=f"if so, say in a map (--map FILE): {_map(bank, shown)}",
    )


def _reversed_copies(table: RawTable, bank: ItemBank, gone: Sequence[int]) -> WayOn | None:
    """Items of which only a reversed copy is there (``pair_8r``, ``pair_8_rev``, ``rpair_8``)."""
    stem = re.escape(bank.id)
    form = re.compile(rf"(?:{_REVERSED}_?{stem}_?0*(?P<a>\d+)|{stem}_?0*(?P<b>\d+)_?{_REVERSED})")
    copies: dict[int, str] = {}
    for name in _called(table, form):
        read = form.fullmatch(word(name))
        if read is not None:
            copies.setdefault(int(read["a"] or read["b"]), name)
    held = {number: copies[number] for number in gone if number in copies}
    if len(held) < len(gone):
        return None
    keyed = {item.number for item in bank.items if item.reverse}
    what = f"{some(list(held.values()))} look like reversed copies of them"
    columns = {name: str(number) for number, name in held.items()}
    if set(held) == keyed:
        do = (
            "if they hold answers that were reversed already, say in a map (--map FILE): "
            f"{_map(bank, columns, ', already_reversed: true')}; if they hold answers as ticked: {_map(bank, columns)}"
        )
    else:
        do = (
            f"if they hold answers as ticked after all, say in a map (--map FILE): {_map(bank, columns)}; if not, put "
            "the answers as ticked into the file: the bank reverses "
            f"{'other items' if keyed else 'none'}, and reverses by itself"
        )
    return WayOn(what=what, do=do)


def _called(table: RawTable, form: re.Pattern[str]) -> list[str]:
    return [c.name for c in table.columns if c.kind == "answer" and form.fullmatch(word(c.name))]


def unread_note(table: RawTable, bank: ItemBank, spoken: Collection[str]) -> str:
    """Return a note on columns that are called like items of a bank and were not read; empty where there are none.

    Parameters
    ----------
    table, bank
        The table, and a bank of which columns were found.
    spoken
        Columns that hold items, or that the map or a note speaks of.
    """
    from intimacy_scales.bank import bank_ids

    if not isinstance(bank.items[0].id, int):
        return ""
    last = bank.items[-1].number
    others = tuple(f"{other}_" for other in bank_ids() if other.startswith(f"{bank.id}_"))
    form = re.compile(rf"(?:.*_)?(?:{_REVERSED}_?)?{re.escape(bank.id)}\d{{0,2}}(?:_.*)?\d+.*")
    unread = [
        c.name
        for c in table.columns
        if c.kind == "answer"
        and c.name not in spoken
        and form.fullmatch(word(c.name))
        and not _NO_ITEM.fullmatch(word(c.name))
        and not any(other in f"{word(c.name)}_" for other in others)
        and any(0 < int(number) <= last for number in re.findall(r"\d{1,4}", word(c.name)))
    ]
    if len(unread) < 2:
        return _numbered_by_pandas(table, spoken)
    at = [table.names.index(name) for name in unread]
    block = len(unread) == len(bank) and at == list(range(at[0], at[0] + len(at)))
    items = f"{bank.items[0].number}..{last}"
    kind = f"form: {bank.forms[-1].id}" if bank.forms else "occasion: t2"
    line = _map(bank, {f"{unread[0]}..{unread[-1]}": f"{{items: {items}, {kind}}}"} if block else {unread[0]: "NUMBER"})
    return (
        f"{counted(len(unread), 'column')} called like items of {bank.id} were not read ({some(unread)}): "
        f"if they are answers too, say in a map (--map FILE) what they are, as in {line}"
    )


def _numbered_by_pandas(table: RawTable, spoken: Collection[str]) -> str:
    """Return a note on copies ``eis_1.1`` of a column that holds an item."""
    found = [(name, made[1]) for name in table.names if (made := re.fullmatch(r"(.*\d)\.\d", name))]
    copies = [name for name, first in found if first in spoken and name not in spoken]
    if not copies:
        return ""
    return (
        f"{some(copies)} {'was' if len(copies) == 1 else 'were'} not read: pandas calls a second column of the same "
        "name so; if that is the one to read, take the other out"
    )


def nothing_found(
    table: RawTable, bank: ItemBank, suggestions: Sequence[Suggestion], proposals: Sequence[Proposal] = ()
) -> Problem:
    """Return the problem of a bank none of whose columns are there: what was looked for, what is like it."""
    near = [c.name for c in table.columns if near_name(c.name, bank)]
    blocks = {name for one in proposals for name in one.block.columns}
    perhaps = [str(s) for s in suggestions if s.bank == bank.id and s.column not in blocks]
    what = "no column of it was found"
    if near:
        what += (
            f"; {some(near)} begin like it, but what follows is not one item's number "
            "with a form, a partner (_a, _b) or a time (_t1)"
        )
    if perhaps:
        what += f"; perhaps {some(perhaps)}"
    return Problem(
        where=f"bank {bank.id}",
        what=what,
        allowed=f"looked for {_names_looked_for(bank)} and for questions worded like its items; "
        f"the columns are: {some(table.names, shown=12)}",
        do=_ways_on(bank, proposals),
    )


def _ways_on(bank: ItemBank, proposals: Sequence[Proposal]) -> str:
    """Return what to do when no column of a bank was found: a map, with what it will propose, or the wording."""
    typed = f"`intimacy-scales inspect FILE --bank {bank.id} --write-map map.yaml`"
    if proposals and proposals[0].named:
        pair = " and ".join(str(one.administration.partner) for one in proposals)
        return f"{pair} look like two partners: {typed} writes the map that says so, then say --map map.yaml"
    named = f", which proposes {some([one.block.range for one in proposals])}" if proposals else ""
    if taken := taken_as_proposed(bank, proposals):
        ready = all(one.is_worded for one in taken)
        evidence = f" ({'; '.join(one.evidence for one in taken)})" if ready else ""
        sure = "read it" if ready else "compare the statements, write confirmed: true in it"
        blocks = some([one.block.range for one in taken])
        return f"{typed} takes {blocks} as its items{evidence}: {sure}, then say --map map.yaml"
    first = bank.items[0].id
    return (
        f"write a map with {typed}{named}, edit it, and say --map map.yaml; or, with a copy of the questionnaire, "
        f'--wording FILE finds columns by their text: a YAML file {{bank: {bank.id}, items: {{{first}: "the text '
        f'of item {first}", ...}}}}'
    )


def _names_looked_for(bank: ItemBank) -> str:
    """Return the names of columns that a bank's items may have."""
    first, last = bank.items[0].id, bank.items[-1].id
    if isinstance(first, int):
        also = f"{bank.id.upper()}{first}, {bank.id}0{first}"
        return f"{bank.id}_{first} to {bank.id}_{last} (also {also}, with a form, partner or time)"
    return f"{bank.id}_{first} to {bank.id}_{last} (also {first}, {last}, with a form, partner or time)"
