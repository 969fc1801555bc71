"""Are partners swapped in some couples? Only a suspicion, and only with evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from intimacy_scales.couples.model import IntArray
from intimacy_scales.exports.table import RawTable
from intimacy_scales.responses.text import some

LEAST_COUPLES = 10  # fewer couples make no pattern
CLEAR = 0.9  # share of couples in which the column goes with the partners
NEVER = frozenset({"personal", "timing", "metadata"})


def swapped_notes(table: RawTable, pairs: IntArray, labels: tuple[str, str], skip: set[str | None]) -> tuple[str, ...]:
    """Return a note for every column that names the partners the other way round in a few couples (a row a person)."""
    notes = []
    for column in table.columns:
        if column.name in skip or column.kind in NEVER:
            continue
        texts = [text.strip() for text in column.cells.texts()]
        if len({text for text in texts if text}) == 2:
            sides = [(texts[first], texts[second]) for first, second in pairs.tolist()]
            rows = table.row_numbers[pairs[:, 0]].tolist()
            notes += _note(column.name, sides, rows, labels)
    return tuple(notes)


def swapped_pairs_notes(table: RawTable, rows: Sequence[int], keys: tuple[str, str]) -> tuple[str, ...]:
    """Return the same for a file with a row a couple: ``gender_a`` and ``gender_b``."""
    notes = []
    names = set(table.names)
    for column in table.columns:
        stem, found, end = column.name.rpartition("_")
        other = f"{stem}_{keys[1]}"
        if not found or end != keys[0] or other not in names or column.kind in NEVER:
            continue
        first, second = ([t.strip() for t in table.column(n).cells.texts()] for n in (column.name, other))
        if len({text for text in (*first, *second) if text}) == 2:
            sides = [(first[row], second[row]) for row in rows]
            notes += _note(stem, sides, table.row_numbers[list(rows)].tolist(), keys)
    return tuple(notes)


def _note(name: str, sides: Sequence[tuple[str, str]], rows: Sequence[int], labels: tuple[str, str]) -> list[str]:
    counts = Counter(side for side in sides if all(side) and side[0] != side[1])
    if not counts:
        return []
    usual, often = counts.most_common(1)[0]
    against = [row for side, row in zip(sides, rows, strict=True) if side == usual[::-1]]
    if often < LEAST_COUPLES or not against or often / np.sum(list(counts.values())) < CLEAR:
        return []
    return [
        (
            f"perhaps swapped partners: in {often} couples {name} is {usual[0]} for {labels[0]} and {usual[1]} for "
            f"{labels[1]}, in {len(against)} the other way round (couples of rows {some(against)}); nothing was changed"
        )
    ]
