"""Counts behind the pictures of a sample: answers per option, missing answers, rows set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.bank.model import Item, ItemBank, Scale
from intimacy_scales.output.report.words import ordered_options
from intimacy_scales.reading.exports.table import SetAside
from intimacy_scales.reading.responses.model import Answered, Responses

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCount:
    """How often each option of an item was ticked, from the lowest code up, and how often nothing was."""

    item: Item
    labels: tuple[str, ...]
    counts: tuple[int, ...]
    missing: int
    reversed_here: bool
    """Whether keying turns the item's answers: reverse-keyed, and not reversed in the file already."""

    @property
    def n(self) -> int:
        """Number of persons who answered."""
        return sum(self.counts)

    @property
    def shares(self) -> tuple[float, ...]:
        """Share of those who answered, option by option; zeros when nobody did."""
        return tuple(count / self.n if self.n else 0.0 for count in self.counts)


def count_items(part: Answered, scale: Scale) -> tuple[ItemCount, ...]:
    """Count the answers to the items of one scale in one administration."""
    return tuple(_count(part, part.bank.items[j], j) for j in part.bank.places_of(scale))


def _count(part: Answered, item: Item, j: int) -> ItemCount:
    options = ordered_options(part.bank, item)
    answers = part.answers[j]
    counts = tuple(int((answers == option.code).sum()) for option in options)
    return ItemCount(
        item=item,
        labels=tuple(option.label for option in options),
        counts=counts,
        missing=int(np.isnan(answers).sum()),
        reversed_here=item.reverse and not part.already_reversed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Missing answers of one bank in one administration."""

    answers: int
    missing: int
    complete_rows: int
    by_item: tuple[int, ...]

    @property
    def share(self) -> float:
        """Share of all answers that are missing."""
        return self.missing / self.answers if self.answers else 0.0


def missing_of(part: Answered) -> Missing:
    """Count missing answers item by item, and rows without any."""
    by_item = tuple(int(np.isnan(answers).sum()) for answers in part.answers)
    whole = np.ones(part.n_persons, dtype=bool)
    for answers in part.answers:
        whole &= ~np.isnan(answers)
    return Missing(
        answers=part.n_persons * len(part.answers),
        missing=sum(by_item),
        complete_rows=int(whole.sum()),
        by_item=by_item,
    )


def reasons_of(set_aside: Sequence[SetAside]) -> dict[str, tuple[int, ...]]:
    """Return every reason for which rows were set aside, with the rows, most frequent first."""
    found: dict[str, list[int]] = {}
    for aside in set_aside:
        found.setdefault(aside.why, []).append(aside.row)
    return {why: tuple(rows) for why, rows in sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))}


def rows_in_words(rows: Sequence[int], most: int = 12) -> str:
    """Return row numbers as a list that stays short: ``12, 40, 41 and 11 more``."""
    said = ", ".join(str(row) for row in rows[:most])
    return f"{said} and {len(rows) - most} more" if len(rows) > most else said


def answered_with(responses: Responses, bank: ItemBank) -> tuple[Answered, ...]:
    """Return the administrations of a bank in which anything was answered."""
    return tuple(part for part in responses.of(bank.id) if not all(np.isnan(a).all() for a in part.answers))
