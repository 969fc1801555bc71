"""How items enter scales: signs, shifts and ends from the bank's declared options; keyed answers; column names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.bank.model import Item, ItemBank
from intimacy_scales.reading.responses.model import Answered

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """How the items of one bank enter its scales.

    ``low``, ``high`` (one an item): the *declared* ends of its options. ``turned`` (one an item): whether its answers
    are to be reversed. ``members`` (scales x items): which items a scale holds. ``weights`` (scales x items): how often
    each counts; 0 where it is no member.
    """

    low: FloatArray
    high: FloatArray
    turned: BoolArray
    members: BoolArray
    weights: FloatArray

    @property
    def least(self) -> FloatArray:
        """Lowest keyed sum of every scale."""
        return self.weights @ self.low

    @property
    def most(self) -> FloatArray:
        """Highest keyed sum of every scale."""
        return self.weights @ self.high

    @property
    def by_range(self) -> BoolArray:
        """Whether a scale's items differ in range or weight: then each counts by its share of its own range."""
        return np.array([
            len({(self.low[j], self.high[j], self.weights[s, j]) for j in np.flatnonzero(members)}) > 1
            or bool(np.any(self.weights[s, members] != 1))
            for s, members in enumerate(self.members)
        ])  # fmt: skip


def key_of(bank: ItemBank, *, already_reversed: bool = False) -> Key:
    """Return the :class:`Key` of a bank."""
    ends = np.array([bank.ends(item) for item in bank.items], dtype=np.float64)
    turned = [item.reverse and not already_reversed for item in bank.items]
    weights = np.zeros((len(bank.scales), len(bank.items)))
    for s, scale in enumerate(bank.scales):
        weights[s, bank.places_of(scale)] = scale.weights or 1.0
    return Key(low=ends[:, 0], high=ends[:, 1], turned=np.array(turned), members=weights != 0, weights=weights)


def keyed(part: Answered, *, places: Sequence[int] | None = None) -> FloatArray:
    """Return keyed answers, persons x items in bank order, or only the items at these 0-based places.

    A reversed item's answer x becomes ``lo + hi - x`` with the item's own declared ends, whatever ends the
    sample happens to use; missing stays missing (NaN).

    Examples
    --------
    An answer of 4 on a reversed item coded 0 to 4 is keyed 0.
    """
    bank = part.bank
    chosen = range(len(bank.items)) if places is None else places
    block = np.column_stack([part.answers[j] for j in chosen])
    if part.already_reversed:
        return block
    for column, item in enumerate(bank.items[j] for j in chosen):
        if item.reverse:
            block[:, column] = sum(bank.ends(item)) - block[:, column]
    return block


def answer_column(part: Answered, item: Item) -> str:
    """Return the name under which an item's coded answers are written (``pair_now_3``)."""
    words = (part.bank.id, part.administration.form, str(item.number))
    return "_".join(word for word in words if word) + part.administration.suffix
