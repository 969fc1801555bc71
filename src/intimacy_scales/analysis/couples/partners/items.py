"""Items of two partners side by side: how far apart, and on which side of the options' midpoint each stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from intimacy_scales.bank.model import Item, ItemBank, Scale
from intimacy_scales.base.results import json_dict

Side = Literal["satisfied", "concerned", "in the middle", "unknown"]
Place = Literal[
    "both above the middle",
    "both below the middle",
    "differing",
    "both in the middle",
    "one above the middle, one in it",
    "one below the middle, one in it",
    "unknown",
    "not asked",
]
"""Where two answers lie, and no more: who lies above the middle may still wish for much more."""


def side_of(value: float, midpoint: float, scale: Scale) -> Side:
    """Return on which side of the midpoint a keyed answer or average lies: satisfied or concerned.

    On a scale of interference a high answer is the concern.
    """
    if np.isnan(value):
        return "unknown"
    if abs(value - midpoint) < 1e-9:
        return "in the middle"
    good = value > midpoint
    return "satisfied" if good != (scale.role == "interference") else "concerned"


def place_of(first: Side, second: Side, scale: Scale, *, wish: bool = False) -> Place:
    """Return where two partners stand together; of a wish, or of idealisation, the middle says nothing.

    Above and below are said of the answers themselves: on a scale of interference below is the good side. Neither
    says that anybody is satisfied; that the gap between wished and now tells.
    """
    if wish or scale.role == "idealisation":
        return "not asked"
    if "unknown" in {first, second}:
        return "unknown"
    sides = {first, second}
    if sides == {"satisfied", "concerned"}:
        return "differing"
    if sides == {"in the middle"}:
        return "both in the middle"
    above = ("satisfied" in sides) != (scale.role == "interference")
    if len(sides) == 1:
        return "both above the middle" if above else "both below the middle"
    return "one above the middle, one in it" if above else "one below the middle, one in it"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPair:
    """One item of both partners: keyed answers, how many options lie between them, where both stand."""

    item: Item
    a: float
    b: float
    steps: int | None
    """Options from one answer to the other (of a slider, tenths of its row); ``None`` where one is missing."""
    place: Place

    @property
    def difference(self) -> float:
        """First partner minus second, in keyed codes; NaN where one is missing."""
        return self.a - self.b

    @property
    def agrees(self) -> bool | None:
        """Whether the answers lie within one step; ``None`` where one is missing."""
        return None if self.steps is None else self.steps <= 1

    def to_dict(self) -> dict[str, Any]:
        """Return the item JSON-safe."""
        return json_dict(
            {
                "item": self.item.id,
                "gloss": self.item.gloss,
                "answers": [self.a, self.b],
                "difference": self.difference,
                "steps": self.steps,
                "within_one_step": self.agrees,
                "place": self.place,
            }
        )


def item_pair(bank: ItemBank, scale: Scale, item: Item, answers: tuple[float, float], *, wish: bool) -> ItemPair:
    """Return one item of two partners from their keyed answers."""
    a, b = answers
    codes = steps_of_item(bank, item)
    middle = sum(bank.ends(item)) / 2
    known = not (np.isnan(a) or np.isnan(b))
    steps = abs(_rank(codes, a) - _rank(codes, b)) if known else None
    place = place_of(side_of(a, middle, scale), side_of(b, middle, scale), scale, wish=wish)
    return ItemPair(item=item, a=a, b=b, steps=steps, place=place)


TENTHS = 10  # of a slider's row: a point more or less on it is no other answer


def steps_of_item(bank: ItemBank, item: Item) -> tuple[float, ...]:
    """Return the scores between which a step lies: an item's options; of a slider, tenths of its row."""
    if not bank.is_quantity(item):
        return bank.values_of(item)
    low, high = bank.ends(item)
    return tuple(low + (high - low) * at / TENTHS for at in range(TENTHS + 1))


def _rank(codes: Sequence[float], value: float) -> int:
    return min(range(len(codes)), key=lambda j: abs(codes[j] - value))


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAgreement:
    """How many of a scale's items two partners answer alike."""

    n_items: int
    """Items both answered."""
    within_one_step: float
    """Share of them answered within one step; NaN where there is none."""
    same: float

    def to_dict(self) -> dict[str, Any]:
        """Return the agreement JSON-safe."""
        return json_dict({"n_items": self.n_items, "within_one_step": self.within_one_step, "same": self.same})


def item_agreement(items: tuple[ItemPair, ...]) -> ItemAgreement:
    """Return the share of items within one step, and answered the same, among those both answered."""
    steps = [item.steps for item in items if item.steps is not None]
    n = len(steps)
    return ItemAgreement(
        n_items=n,
        within_one_step=sum(s <= 1 for s in steps) / n if n else np.nan,
        same=sum(s == 0 for s in steps) / n if n else np.nan,
    )
