"""A page of strict YAML into a map, every fault of it named with its line.

The map: what a user says about a file when its names and labels do not say it themselves.

``inspect --write-map map.yaml`` writes one, a person edits it, ``--map map.yaml`` uses it again:

.. code-block:: yaml

    format: 1
    id: ResponseId            # column that names the row
    missing: [99, "no answer"] # codes and texts that are no answer, in every bank
    attention:                # items with one right answer, which are in no bank: column to what is right
      check_1: [4, "agree"]
    banks:
      pair:
        confirmed: true       # proposed columns were compared with the questionnaire (inspect writes false)
        already_reversed: false
        shift: 0              # -1 when the file counts from 1 and the bank from 0
        codes: as-numbers     # take the numbers whatever their labels say (as-labels: each column by its own labels)
        columns:
          Q12_1: 1            # a column and the item it holds, in the bank's first form
          Q13_1: {item: 1, form: expected, partner: a, occasion: t1}
          Q15_1..Q15_36: {items: 1..36, form: now}  # neighbours in the file, one item after the other
          Q16: tired          # an item with a name of its own; of several: {items: [tired, calm, glad]}
          Q14: null           # no item of this bank, whatever it is called
        not_asked: [36]       # items the survey left out: their answers are missing
        labels:
          agreement:          # an option set of the bank
            "voll und ganz": 4
            "weiß nicht": null # no answer

Strict as a bank is: an unknown or doubled key, an item the bank does not hold, a column the file does not
have are all named, with file and line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from intimacy_scales.bank.options import Number
from intimacy_scales.bank.strict import Page, read_page
from intimacy_scales.base.errors import BankError, Problem, ResponseError
from intimacy_scales.reading.responses.coding.raw_answers import CODES, CodesWord
from intimacy_scales.reading.responses.model import Administration


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Where a column belongs: an item's number or name and its administration."""

    item: int | str
    administration: Administration = field(default_factory=Administration)


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Neighbouring columns, from the first to the last as the file has them, and the items they hold one by one."""

    first: str
    last: str
    items: tuple[int | str, ...]
    administration: Administration = field(default_factory=Administration)


@dataclass(frozen=True, slots=True, kw_only=True)
class BankMap:
    """What a map says about one bank."""

    columns: Mapping[str, Cell | None] = field(default_factory=dict)
    """Column to its place; ``None`` for a column that is no item of the bank."""
    ranges: tuple[Range, ...] = ()
    """Blocks of columns: ``Q12_1..Q12_36: {items: 1..36}``."""
    not_asked: tuple[int | str, ...] = ()
    labels: Mapping[str, Mapping[str, Number | None]] = field(default_factory=dict)
    """Option set to answer text to code (``None``: no answer)."""
    missing: tuple[float | str, ...] = ()
    already_reversed: bool | None = None
    confirmed: bool | None = None
    """``False``: columns that were proposed by number and order alone; nobody has compared them yet."""
    shift: int | None = None
    codes: CodesWord | None = None
    """Numbers as they are whatever their labels say, or each column by its own labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """A whole map; ``name`` is the file it came from, for messages."""

    banks: Mapping[str, BankMap] = field(default_factory=dict)
    id: str | None = None
    couple: str | None = None
    partner: str | None = None
    missing: tuple[float | str, ...] = ()
    attention: Mapping[str, tuple[float | str, ...]] = field(default_factory=dict)
    """Column of an attention or infrequency item to the answers that are right."""
    name: str = "map"

    def of(self, bank_id: str) -> BankMap:
        """Return what the map says about a bank; an empty one when it says nothing."""
        return self.banks.get(bank_id, _NOTHING)


_NOTHING = BankMap()


def load_map(path: str | os.PathLike[str]) -> ColumnMap:
    """Read a map file strictly.

    Parameters
    ----------
    path
        A YAML file as ``inspect --write-map`` writes it.

    Returns
    -------
    ColumnMap

    Raises
    ------
    ResponseError
        With every fault of the file, each as ``file:line: path: what is; what is allowed``.
    """
    try:
        page = read_page(Path(path))
    except BankError as fault:
        raise ResponseError(fault.problems) from None
    return map_of(page)


def dump_map(mapping: ColumnMap, *, remarks: Mapping[str, tuple[str, ...]] | None = None) -> str:
    """Return a map as YAML text; :func:`load_map` reads the same map back.

    Parameters
    ----------
    mapping
        The map.
    remarks
        Bank id to lines that are written as comments at its head (suggestions a person may take over).
    """
    lines = [
        "# Which column is which item, and which answer text is which code. Edit it, then say: --map THIS_FILE",
        "format: 1",
    ]
    lines += [
        f"{key}: {quoted(name)}" for key in ("id", "couple", "partner") if (name := getattr(mapping, key)) is not None
    ]
    if mapping.missing:
        lines.append(f"missing: {_flow(mapping.missing)}")
    if mapping.attention:
        lines.append("attention:")
        lines += [f"  {quoted(column)}: {_flow(right)}" for column, right in mapping.attention.items()]
    if mapping.banks:
        lines.append("banks:")
    for bank_id, part in mapping.banks.items():
        lines += _bank_lines(bank_id, part, (remarks or {}).get(bank_id, ()))
    return "\n".join(lines) + "\n"


def _bank_lines(bank_id: str, part: BankMap, remarks: tuple[str, ...]) -> list[str]:
    lines = [f"  {bank_id}:", *(f"    # {_line(remark)}" for remark in remarks)]
    said = len(lines)
    words = (("confirmed", part.confirmed), ("already_reversed", part.already_reversed))
    lines += [f"    {key}: {str(word).lower()}" for key, word in words if word is not None]
    if part.shift is not None:
        lines.append(f"    shift: {part.shift}")
    if part.codes is not None:
        lines.append(f"    codes: {part.codes}")
    if part.missing:
        lines.append(f"    missing: {_flow(part.missing)}")
    if part.not_asked:
        lines.append(f"    not_asked: {_flow(part.not_asked)}")
    if part.columns or part.ranges:
        lines += ["    columns:", *(f"      {_range_line(one)}" for one in part.ranges)]
        lines += [f"      {quoted(name)}: {_place(cell)}" for name, cell in part.columns.items()]
    if part.labels:
        lines.append("    labels:")
    for options, table in part.labels.items():
        lines.append(f"      {options}:" if table else f"      {options}: {{}}")
        lines += [f"        {quoted(text)}: {'null' if code is None else code}" for text, code in table.items()]
    if len(lines) == said and not remarks:
        lines.append("    columns: {}")
    return lines


def _line(remark: str) -> str:
    """Return a remark on one line, indented as it was."""
    return " " * (len(remark) - len(remark.lstrip(" "))) + " ".join(remark.split())


def _place(cell: Cell | None) -> str:
    if cell is None:
        return "null"
    said = administration_words(cell.administration)
    return f"{{{', '.join([f'item: {cell.item}', *said])}}}" if said else str(cell.item)


def administration_words(said: Administration) -> list[str]:
    """Return form, partner and occasion as a map writes them."""
    parts = (("form", said.form), ("partner", said.partner), ("occasion", said.occasion))
    return [f"{key}: {quoted(value)}" for key, value in parts if value]


def _range_line(one: Range) -> str:
    said = ", ".join([f"items: {ranged(one.items)}", *administration_words(one.administration)])
    return f"{quoted(f'{one.first}..{one.last}')}: {{{said}}}"


def ranged(items: Sequence[int | str]) -> str:
    """Return item numbers as a map writes them: ``1..36``, or a list."""
    first, last = items[0], items[-1]
    whole = isinstance(first, int) and isinstance(last, int) and len(items) > 1
    whole = whole and list(items) == list(range(int(first), int(last) + 1))
    return f"{first}..{last}" if whole else "[" + ", ".join(map(str, items)) + "]"


def _flow(values: tuple[float | str, ...]) -> str:
    return "[" + ", ".join(quoted(v) if isinstance(v, str) else _number(v) for v in values) + "]"


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def quoted(text: str) -> str:
    """Return a text in double quotes, as YAML and JSON both read it: no name is mistaken for a number or a word."""
    import json

    return (
        json.dumps(text, ensure_ascii=False)
        .replace("\x7f", "\\x7f")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
        .replace("\x85", "\\x85")
        .replace("\ufeff", "\\ufeff")
    )


_TOP = ("format", "id", "couple", "partner", "missing", "attention", "columns", "banks")
_BANK = ("columns", "not_asked", "labels", "missing", "already_reversed", "confirmed", "shift", "codes")
_CELL = ("item", "form", "partner", "occasion", "time")
"""``time`` is the name that ``occasion`` had in maps of version 0.1."""
_PART = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
Spot = tuple[str | int, ...]


class _Reader:
    """Reads values off a page and gathers what is wrong with them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[Problem] = list(page.problems)

    def fault(self, spot: Spot, what: str, allowed: str, do: str = "") -> None:
        self.problems.append(self.page.problem(spot, what, allowed, do))

    def section(self, value: Any, spot: Spot, known: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return a mapping with text keys; keys that are not ``known`` (when given) are faults."""
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.fault(spot, f"is {value!r}", "keys and values")
            return {}
        found = {str(key): inner for key, inner in value.items()}
        for key in found:
            if known and key not in known:
                self.fault((*spot, key), "is no key of a map", f"there is: {', '.join(known)}")
        return found

    def text(self, value: Any, spot: Spot) -> str | None:
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        self.fault(spot, f"is {value!r}", "a name")
        return None

    def part(self, value: Any, spot: Spot) -> str | None:
        text = self.text(value, spot)
        if text is not None and not _PART.fullmatch(text):
            self.fault(spot, f"is {text!r}", "small letters, digits and _")
        return text

    def whole(self, value: Any, spot: Spot) -> int | None:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.fault(spot, f"is {value!r}", "a whole number")
        return None

    def number(self, value: Any, spot: Spot) -> Number | None:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return value
        self.fault(spot, f"is {value!r}", "a number")
        return None

    def called(self, value: Any, spot: Spot) -> int | str | None:
        """Read what an item is called: its number, or a name of its own."""
        if isinstance(value, str) and _NAME.fullmatch(value):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self.fault(spot, f"is {value!r}", "the number or the name of an item")
        return None

    def codes(self, value: Any, spot: Spot) -> tuple[float | str, ...]:
        if value is None:
            return ()
        if not isinstance(value, tuple):
            self.fault(spot, f"is {value!r}", "a list, such as [99, -9]")
            return ()
        for place, one in enumerate(value):
            if isinstance(one, bool) or not isinstance(one, (int, float, str)):
                self.fault((*spot, place), f"is {one!r}", "a number or a text")
        return tuple(one for one in value if isinstance(one, (int, float, str)) and not isinstance(one, bool))

    def cell(self, value: Any, spot: Spot) -> Cell | None:
        if value is None:
            return None
        if not isinstance(value, Mapping):
            item = self.called(value, spot)
            return None if item is None else Cell(item=item)
        said = self.section(value, spot, _CELL)
        if said.get("item") is None:
            if "item" not in said:
                self.fault(spot, "has no item", "item: a number or name, or null when the column is no item")
            return None
        item = self.called(said["item"], (*spot, "item"))
        return None if item is None else Cell(item=item, administration=self.administration(said, spot))

    def range(self, name: str, value: Mapping[str, Any], spot: Spot) -> Range | None:
        """Read a block of columns, ``FIRST..LAST: {items: 1..36}``."""
        said = self.section(value, spot, ("items", *_CELL[1:]))
        first, _, last = name.partition("..")
        numbers = self.numbers(said.get("items"), (*spot, "items"))
        if not first.strip() or not last.strip():
            self.fault(spot, "holds items, and names one column", "FIRST..LAST, as in Q12_1..Q12_36")
            return None
        return Range(
            first=first.strip(), last=last.strip(), items=numbers, administration=self.administration(said, spot)
        )

    def numbers(self, value: Any, spot: Spot) -> tuple[int | str, ...]:
        """Read ``1..36``, ``1..18, 20``, or a list of numbers and names."""
        parts = [str(one).strip() for one in value] if isinstance(value, tuple) else str(value).split(",")
        found: list[int | str] = []
        for part in parts:
            if _NAME.fullmatch(part.strip()):
                found.append(part.strip())
                continue
            match = re.fullmatch(r"(\d+)(?:\.\.(\d+))?", part.strip())
            if match is None or (match[2] and int(match[2]) < int(match[1])):
                self.fault(spot, f"is {value!r}", "numbers or names of items, as in 1..36 or [1, 2, 5]")
                return ()
            found += range(int(match[1]), int(match[2] or match[1]) + 1)
        return tuple(found)

    def administration(self, said: Mapping[str, Any], spot: Spot) -> Administration:
        """Read form, partner and occasion."""
        parts = {key: self.part(said.get(key), (*spot, key)) for key in _CELL[1:]}
        before = parts.pop("time")
        return Administration(**{**parts, "occasion": parts["occasion"] or before})

    def bank(self, value: Any, spot: Spot) -> BankMap:
        said = self.section(value, spot, _BANK)
        columns = self.section(said.get("columns"), (*spot, "columns"))
        blocks = {name: one for name, one in columns.items() if isinstance(one, Mapping) and "items" in one}
        reversed_, shift, codes = said.get("already_reversed"), said.get("shift"), said.get("codes")
        if codes not in (None, *CODES):
            self.fault((*spot, "codes"), f"is {codes!r}", " or ".join(CODES))
        if reversed_ is not None and not isinstance(reversed_, bool):
            self.fault((*spot, "already_reversed"), f"is {reversed_!r}", "true or false")
        confirmed = said.get("confirmed")
        if confirmed is not None and not isinstance(confirmed, bool):
            self.fault((*spot, "confirmed"), f"is {confirmed!r}", "true or false")
        listed = said.get("not_asked") or ()
        if not isinstance(listed, tuple):
            self.fault((*spot, "not_asked"), f"is {listed!r}", "a list of items, such as [7, 9]")
            listed = ()
        not_asked = [self.called(one, (*spot, "not_asked", place)) for place, one in enumerate(listed)]
        return BankMap(
            columns={
                name: self.cell(cell, (*spot, "columns", name)) for name, cell in columns.items() if name not in blocks
            },
            ranges=tuple(
                made
                for name, one in blocks.items()
                if (made := self.range(name, one, (*spot, "columns", name))) is not None
            ),
            not_asked=tuple(one for one in not_asked if one is not None),
            labels=self.labels(said.get("labels"), (*spot, "labels")),
            missing=self.codes(said.get("missing"), (*spot, "missing")),
            already_reversed=reversed_ if isinstance(reversed_, bool) else None,
            confirmed=confirmed if isinstance(confirmed, bool) else None,
            shift=None if shift is None else self.whole(shift, (*spot, "shift")),
            codes=codes if codes in CODES else None,
        )

    def top_columns(self, value: Any, banks: Mapping[str, BankMap]) -> dict[str, BankMap]:
        """Lay columns that name their bank themselves (``{bank: pair, items: 1..36}``) into its bank's part."""
        made = dict(banks)
        for name, one in self.section(value, ("columns",)).items():
            spot: Spot = ("columns", name)
            bank = self.text(one.get("bank"), (*spot, "bank")) if isinstance(one, Mapping) else None
            if not isinstance(one, Mapping) or bank is None:
                self.fault(spot, "names no bank", "as in {bank: pair, form: now, items: 1..36}")
                continue
            inner = {key: part for key, part in one.items() if key != "bank"}
            before = made.get(bank, _NOTHING)
            if "items" in inner:
                block = self.range(name, inner, spot)
                made[bank] = replace(before, ranges=before.ranges if block is None else (*before.ranges, block))
            else:
                made[bank] = replace(before, columns={**before.columns, name: self.cell(inner, spot)})
        return made

    def attention(self, value: Any, spot: Spot) -> dict[str, tuple[float | str, ...]]:
        """Return column to the answers that are right; a column for which none is right is a fault."""
        found: dict[str, tuple[float | str, ...]] = {}
        for column, right in self.section(value, spot).items():
            before = len(self.problems)
            found[column] = self.codes(right, (*spot, column))
            if not found[column] and len(self.problems) == before:
                self.fault((*spot, column), "names no right answer", 'a list, such as [4, "agree"]')
        return found

    def labels(self, value: Any, spot: Spot) -> dict[str, dict[str, Number | None]]:
        found: dict[str, dict[str, Number | None]] = {}
        for options, table in self.section(value, spot).items():
            inner = (*spot, options)
            found[options] = {
                text: None if code is None else self.number(code, (*inner, text))
                for text, code in self.section(table, inner).items()
            }
        return found


def map_of(page: Page) -> ColumnMap:
    """Return the map on a page; :class:`~intimacy_scales.base.errors.ResponseError` with every fault of it."""
    reader = _Reader(page)
    said = reader.section(page.value, (), _TOP)
    if not page.problems and said.get("format") != 1:
        reader.fault(("format",), f"is {said.get('format')!r}", "format: 1")
    banks = reader.section(said.get("banks"), ("banks",))
    parts = {name: reader.bank(part, ("banks", name)) for name, part in banks.items()}
    made = ColumnMap(
        banks=reader.top_columns(said.get("columns"), parts),
        id=reader.text(said.get("id"), ("id",)),
        couple=reader.text(said.get("couple"), ("couple",)),
        partner=reader.text(said.get("partner"), ("partner",)),
        missing=reader.codes(said.get("missing"), ("missing",)),
        attention=reader.attention(said.get("attention"), ("attention",)),
        name=page.name,
    )
    if reader.problems:
        raise ResponseError(reader.problems)
    return made
