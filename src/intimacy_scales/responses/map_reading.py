"""A page of strict YAML into a map, every fault of it named with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from intimacy_scales.bank.strict import Page
from intimacy_scales.errors import Problem, ResponseError
from intimacy_scales.responses.mapping import BankMap, Cell, ColumnMap
from intimacy_scales.responses.model import Sitting

_TOP = ("format", "id", "couple", "partner", "missing", "attention", "banks")
_BANK = ("columns", "not_asked", "labels", "missing", "already_reversed", "shift")
_CELL = ("item", "form", "partner", "time")
_PART = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
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
            number = self.whole(value, spot)
            return None if number is None else Cell(item=number)
        said = self.section(value, spot, _CELL)
        if said.get("item") is None:
            if "item" not in said:
                self.fault(spot, "has no item", "item: a number, or null when the column is no item")
            return None
        number = self.whole(said["item"], (*spot, "item"))
        sitting = Sitting(**{key: self.part(said.get(key), (*spot, key)) for key in _CELL[1:]})
        return None if number is None else Cell(item=number, sitting=sitting)

    def bank(self, value: Any, spot: Spot) -> BankMap:
        said = self.section(value, spot, _BANK)
        columns = self.section(said.get("columns"), (*spot, "columns"))
        reversed_, shift = said.get("already_reversed"), said.get("shift")
        if reversed_ is not None and not isinstance(reversed_, bool):
            self.fault((*spot, "already_reversed"), f"is {reversed_!r}", "true or false")
        not_asked = self.codes(said.get("not_asked"), (*spot, "not_asked"))
        for place, number in enumerate(not_asked):
            if not isinstance(number, int):
                self.fault((*spot, "not_asked", place), f"is {number!r}", "the number of an item")
        return BankMap(
            columns={name: self.cell(cell, (*spot, "columns", name)) for name, cell in columns.items()},
            not_asked=tuple(number for number in not_asked if isinstance(number, int)),
            labels=self.labels(said.get("labels"), (*spot, "labels")),
            missing=self.codes(said.get("missing"), (*spot, "missing")),
            already_reversed=reversed_ if isinstance(reversed_, bool) else None,
            shift=None if shift is None else self.whole(shift, (*spot, "shift")),
        )

    def attention(self, value: Any, spot: Spot) -> dict[str, tuple[float | str, ...]]:
        """Return column to the answers that are right; a column for which none is right is a fault."""
        found: dict[str, tuple[float | str, ...]] = {}
        for column, right in self.section(value, spot).items():
            before = len(self.problems)
            found[column] = self.codes(right, (*spot, column))
            if not found[column] and len(self.problems) == before:
                self.fault((*spot, column), "names no right answer", 'a list, such as [4, "agree"]')
        return found

    def labels(self, value: Any, spot: Spot) -> dict[str, dict[str, int | None]]:
        found: dict[str, dict[str, int | None]] = {}
        for options, table in self.section(value, spot).items():
            inner = (*spot, options)
            found[options] = {
                text: None if code is None else self.whole(code, (*inner, text))
                for text, code in self.section(table, inner).items()
            }
        return found


def map_of(page: Page) -> ColumnMap:
    """Return the map on a page; :class:`~intimacy_scales.errors.ResponseError` with every fault of it."""
    reader = _Reader(page)
    said = reader.section(page.value, (), _TOP)
    if not page.problems and said.get("format") != 1:
        reader.fault(("format",), f"is {said.get('format')!r}", "format: 1")
    banks = reader.section(said.get("banks"), ("banks",))
    made = ColumnMap(
        banks={name: reader.bank(part, ("banks", name)) for name, part in banks.items()},
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
