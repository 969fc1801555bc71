"""Cells put into other rows, put under each other, compared: what joining is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from intimacy_scales.reading.exports.table import Cells, Column, IntArray, NumberCells, text_cells

NOWHERE = -1


def spread(cells: Cells, places: IntArray) -> Cells:
    """Return the cells of these 0-based rows; blank where a place is -1."""
    nowhere = places == NOWHERE
    if not nowhere.any():
        return cells.take(places)
    if not len(cells):
        return NumberCells(numbers=np.full(len(places), np.nan))
    taken = cells.take(np.where(nowhere, 0, places))
    if isinstance(taken, NumberCells):
        return NumberCells(numbers=np.where(nowhere, np.nan, taken.numbers))
    return replace(taken, codes=np.where(nowhere, np.array(-1, dtype=taken.codes.dtype), taken.codes))


def interleave(parts: Sequence[Cells]) -> Cells:
    """Return row 1 of every part, then row 2 of every part, and so on; numbers stay numbers where all are."""
    if all(isinstance(part, NumberCells) or is_blank(part) for part in parts):
        numbers = [part.numbers if isinstance(part, NumberCells) else np.full(len(part), np.nan) for part in parts]
        return NumberCells(numbers=np.column_stack(numbers).reshape(-1))
    texts = zip(*(part.texts() for part in parts), strict=True)
    return text_cells([text for row in texts for text in row])


def is_blank(cells: Cells) -> bool:
    """Whether nothing stands in any row."""
    return not bool(there(cells).any())


def there(cells: Cells) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return in which rows something stands."""
    return np.asarray(~np.isnan(cells.numbers) if isinstance(cells, NumberCells) else cells.codes >= 0)


def disagreeing(one: Cells, other: Cells) -> IntArray:
    """Return the rows in which both hold something, and not the same."""
    both = np.flatnonzero(there(one) & there(other))
    a, b = one.take(both).texts(), other.take(both).texts()
    return both[[x.strip() != y.strip() for x, y in zip(a, b, strict=True)]] if len(both) else both


def filled(one: Cells, other: Cells) -> Cells:
    """Return the cells of ``one``, and of ``other`` where it is blank."""
    if isinstance(one, NumberCells) and isinstance(other, NumberCells):
        return NumberCells(numbers=np.where(np.isnan(one.numbers), other.numbers, one.numbers))
    return text_cells([a or b for a, b in zip(one.texts(), other.texts(), strict=True)])


def described_alike(one: Column, other: Column) -> bool:
    """Whether two columns mean the same by their codes; an undescribed one contradicts none."""
    return all(
        not mine or not theirs or mine == theirs
        for mine, theirs in ((one.labels, other.labels), (one.missing, other.missing))
    )
