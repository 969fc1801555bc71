"""Persons put into groups by columns of their export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.responses.model import Responses

EVERYONE = "everyone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows (0-based) of one group; ``values`` maps column to value, empty for everyone."""

    name: str
    values: Mapping[str, str]
    rows: NDArray[np.int64] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Everyone first, then each group in the order of its values, and what was noticed."""

    groups: tuple[Group, ...]
    notes: tuple[str, ...] = ()


def groups_of(responses: Responses, by: Sequence[str]) -> Grouping:
    """Return everyone, and the groups that the values of ``by`` columns make (crossed).

    A row without a value in one of the columns belongs to no group.

    Raises
    ------
    UnknownNameError
        When there is no such column.
    """
    everyone = Group(name=EVERYONE, values={}, rows=np.arange(responses.n_persons, dtype=np.int64))
    if not by:
        return Grouping(groups=(everyone,))
    columns = [responses.table.column(name).known_texts() for name in by]
    rows: dict[tuple[str, ...], list[int]] = {}
    blank = 0
    for row, texts in enumerate(zip(*columns, strict=True)):
        values = tuple(text.strip() for text in texts)
        if all(values):
            rows.setdefault(values, []).append(row)
        else:
            blank += 1
    groups = [
        Group(
            name="_".join(f"{name} {value}" for name, value in zip(by, values, strict=True)),
            values=dict(zip(by, values, strict=True)),
            rows=np.array(rows[values], dtype=np.int64),
        )
        for values in sorted(rows)
    ]
    notes = (f"{blank} rows have no value in {', '.join(by)} and belong to no group",) if blank else ()
    return Grouping(groups=(everyone, *groups), notes=notes)
