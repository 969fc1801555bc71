"""What joining hands on: the table, and the report of how its rows found each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from intimacy_scales.exports.joining_ids import IdKeys, Spelled
from intimacy_scales.exports.table import IntArray, RawTable

SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmatched:
    """An id that not every file holds: where it stands, and where it does not."""

    id: str
    there: tuple[str, ...]
    missing: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.id!r} only in {', '.join(self.there)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """One table out of several, and the report of how their rows found each other.

    ``places[t][i]`` is the 0-based row of table t that went into row i, -1 where it has none.
    """

    table: RawTable
    names: tuple[str, ...]
    """What each file is called in messages."""
    places: tuple[IntArray, ...]
    matched: int
    """Rows that every file holds."""
    unmatched: tuple[Unmatched, ...]
    without_id: tuple[str, ...]
    """Rows without an id, as "FILE row 12"."""
    alike: tuple[Spelled, ...]
    doubtful: tuple[Spelled, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """The report in sentences."""
        said = [f"{self.matched} of {len(self.table)} rows stand in all of {', '.join(self.names)}"]
        said += _note("ids that not every file holds", self.unmatched)
        said += _note("rows without an id", self.without_id)
        said += _note("written differently and taken for one id", self.alike)
        said += _note("look alike but stand in one file together: taken for different ids", self.doubtful)
        return tuple(said)

    def __str__(self) -> str:
        return "\n".join(self.notes)


def _note(what: str, which: Sequence[object]) -> list[str]:
    if not which:
        return []
    shown = "; ".join(map(str, which[:SHOWN]))
    return [f"{len(which)} {what}: {shown}" + (f"; and {len(which) - SHOWN} more" if len(which) > SHOWN else "")]


def report_of(
    table: RawTable, names: tuple[str, ...], places: tuple[IntArray, ...], keys: IdKeys, tables: Sequence[RawTable]
) -> Joined:
    """Return the report of a joined table."""
    held = [{key for key in own if key} for own in keys.keys]
    every = dict.fromkeys(key for own in keys.keys for key in own if key)
    unmatched = tuple(
        Unmatched(
            id=key,
            there=tuple(name for name, own in zip(names, held, strict=True) if key in own),
            missing=tuple(name for name, own in zip(names, held, strict=True) if key not in own),
        )
        for key in every
        if not all(key in own for own in held)
    )
    blank = tuple(
        f"{name} row {number}"
        for name, own, one in zip(names, keys.keys, tables, strict=True)
        for key, number in zip(own, one.row_numbers.tolist(), strict=True)
        if not key
    )
    return Joined(
        table=table,
        names=names,
        places=places,
        matched=len(every) - len(unmatched),
        unmatched=unmatched,
        without_id=blank,
        alike=keys.alike,
        doubtful=keys.doubtful,
    )
