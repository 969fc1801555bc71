"""Several files of one study, side by side: two occasions, two partners, or other questionnaires.

What joining hands on: the table, and the report of how its rows found each other.

Several files of one study, read and joined in one step.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from intimacy_scales.base.arrays import IntArray
from intimacy_scales.base.errors import ExportError, Problem, UnknownNameError
from intimacy_scales.reading.exports.export import read_table
from intimacy_scales.reading.exports.joining.ids import (
    NOWHERE,
    IdKeys,
    Spelled,
    described_alike,
    disagreeing,
    filled,
    match_ids,
    spread,
)
from intimacy_scales.reading.exports.kinds import guess_id_column
from intimacy_scales.reading.exports.row_filter import LEFT_OUT, holds_all, keep_where
from intimacy_scales.reading.exports.table import Column, NumberCells, RawTable, SetAside, Source, text_cells

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


__all__ = ["How", "Joined", "Suffixes", "Unmatched", "join_tables"]

How = Literal["outer", "inner", "left"]
Suffixes = Literal["waves", "partners"] | Sequence[str] | None
HOWS: tuple[How, ...] = ("outer", "inner", "left")
FIRST_ROW = 2  # a spreadsheet's first row below the header


def join_tables(
    tables: Sequence[RawTable], on: str | Sequence[str] | None = None, *, suffixes: Suffixes = None, how: How = "outer"
) -> Joined:
    """Put the rows of several tables that belong to one id side by side.

    Parameters
    ----------
    tables
        Two or more tables, as :func:`intimacy_scales.reading.exports.export` reads them.
    on
        The column of ids: one name for all, one a table, or ``"A=B"``; by default recognised. Two partners: the
        couple's id.
    suffixes
        One a table, put behind every column but the id: ``("_t1", "_t2")``, in short ``"waves"``; ``("_a", "_b")``, in
        short ``"partners"``. Without them (other questionnaires) columns keep their names; a name that
        stands in several tables is one column when they agree wherever both hold something.
    how
        ``outer``: every id of every table, nobody is lost (default); ``left``: those of the first; ``inner``: those
        of all. Rows left out are set aside with the reason.

    Returns
    -------
    Joined
        Rows in the order of the first table, then those only the second holds, and so on. The columns ``source_row``
        (with suffix or number) hold each file's own row numbers; ``row_numbers`` count the rows of the joined table as
        a spreadsheet would, from 2.

    Raises
    ------
    ExportError
        With everything that stands in the way: an id twice in one table, no id column, a column that stands in two
        tables with different contents and no suffixes to tell them apart.
    UnknownNameError
        For a column of ids or a way of joining that there is not.

    Notes
    -----
    Ids are compared without outer and doubled spaces, then without case, then without leading zeros ("007" and "7",
    numbers only), each only where no table holds both spellings; what was taken for one is in ``alike``, what was not
    in ``doubtful``. A row without an id is matched with none and kept (``outer``; those of the first table with
    ``left``).

    Examples
    --------
    >>> import pandas as pd
    >>> from intimacy_scales.reading.exports import read_table
    >>> waves = [read_table(pd.DataFrame({"id": ids, "eis_1": [4, 5]})) for ids in (["a", "b"], ["b", "c"])]
    >>> joined = join_tables(waves, "id", suffixes="waves")
    >>> len(joined.table), joined.table.names[:2]
    (3, ('id', 'eis_1_t1'))
    """
    if how not in HOWS:
        raise UnknownNameError.among("way of joining", how, HOWS)
    names, ids = _names(tables), id_columns(tables, on)
    endings = _endings(suffixes, len(tables))
    keys = match_ids([table.column(name).cells.texts() for table, name in zip(tables, ids, strict=True)])
    _vouch_single(tables, names, ids, keys)
    rows = _rows(keys, how)
    columns, notes = _columns(tables, names, ids, endings, rows)
    first = text_cells(list(rows.ids))
    table = RawTable(
        columns=(Column(name=ids[0], cells=first, kind="id"), *columns),
        row_numbers=np.arange(FIRST_ROW, FIRST_ROW + len(rows.ids), dtype=np.int64),
        set_aside=_set_aside(tables, names, rows, how),
        source=Source(
            path=" + ".join(names) if all(t.source.path for t in tables) else None,
            platform=tables[0].source.platform if len({t.source.platform for t in tables}) == 1 else "joined",
            saw=f"{len(tables)} tables joined by {ids[0]}: {', '.join(names)}",
        ),
    )
    joined = report_of(table, names, rows.places, keys, tables)
    told = [f"{name}: {note}" for name, one in zip(names, tables, strict=True) for note in one.notes]
    return replace(joined, table=replace(table, notes=(*joined.notes, *notes, *told)))


def _names(tables: Sequence[RawTable]) -> tuple[str, ...]:
    if len(tables) < 2:
        raise ExportError(Problem(where="join", what=f"{len(tables)} table", allowed="two or more"))
    names = [Path(t.source.path).name if t.source.path else f"table {i}" for i, t in enumerate(tables, start=1)]
    return tuple(names if len(set(names)) == len(names) else (f"{name} ({i})" for i, name in enumerate(names, start=1)))


def id_columns(tables: Sequence[RawTable], on: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the column of ids of each table: as said, else recognised."""
    if isinstance(on, str):
        on = names_of_ids(on, len(tables))
    if on is not None and len(on) != len(tables):
        raise ExportError(Problem(where="join", what=f"{len(on)} id columns", allowed=f"one, or {len(tables)}"))
    found = [guess_id_column(table) for table in tables] if on is None else list(on)
    for place, (table, name) in enumerate(zip(tables, found, strict=True)):
        if name is None:
            raise ExportError(
                Problem(
                    where=f"join: table {place + 1}", what="no column names the rows", do="say which, as in on='id'"
                )
            )
        table.column(name)
    return tuple(name for name in found if name)


def names_of_ids(on: str, n_tables: int) -> list[str]:
    """Return the column of ids in each table: one name for all, or ``A=B`` where they are called otherwise.

    Examples
    --------
    >>> names_of_ids("id", 2), names_of_ids("PROLIFIC_PID=Participant id", 2)
    (['id', 'id'], ['PROLIFIC_PID', 'Participant id'])
    """
    parts = [part.strip() for part in on.split("=")]
    return parts if len(parts) == n_tables > 1 and all(parts) else [on] * n_tables


def _endings(suffixes: Suffixes, n: int) -> tuple[str, ...] | None:
    if suffixes is None:
        return None
    if suffixes == "waves":
        return tuple(f"_t{wave}" for wave in range(1, n + 1))
    endings = ("_a", "_b") if suffixes == "partners" else tuple(suffixes)
    if isinstance(suffixes, str) and suffixes != "partners":
        raise UnknownNameError.among("kind of suffixes", suffixes, ("waves", "partners"))
    if len(endings) != n or len(set(endings)) != n:
        raise ExportError(
            Problem(where="join: suffixes", what=f"{', '.join(endings)}", allowed=f"{n} different ones, one a table")
        )
    return endings


def _vouch_single(tables: Sequence[RawTable], names: Sequence[str], ids: Sequence[str], keys: IdKeys) -> None:
    problems = []
    for table, name, column, own in zip(tables, names, ids, keys.keys, strict=True):
        at: dict[str, list[int]] = {}
        for key, row in zip(own, table.row_numbers.tolist(), strict=True):
            if key:
                at.setdefault(key, []).append(row)
        twice = {key: rows for key, rows in at.items() if len(rows) > 1}
        if twice:
            said = "; ".join(
                f"{key!r} in rows {', '.join(map(str, rows))}" for key, rows in list(twice.items())[:SHOWN]
            )
            more = f"; and {len(twice) - SHOWN} more" if len(twice) > SHOWN else ""
            problems.append(
                Problem(
                    where=f"{name}: column {column}",
                    what=f"{len(twice)} ids stand in more than one row ({said}{more})",
                    allowed="every id once",
                    do="name another column, or make one row of each id first",
                )
            )
    if problems:
        raise ExportError(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """Ids of the joined rows, the row of each table in them, and per table the rows left out."""

    ids: tuple[str, ...]
    places: tuple[IntArray, ...]
    left_out: tuple[tuple[int, ...], ...]


def _rows(keys: IdKeys, how: How) -> _Rows:
    at = [{key: row for row, key in enumerate(own) if key} for own in keys.keys]
    order: list[tuple[str, int, int]] = []  # id, table and row in which it was met first
    seen: set[str] = set()
    for t, own in enumerate(keys.keys):
        for row, key in enumerate(own):
            if key not in seen or not key:
                order.append((key, t, row))
                seen.add(key)
    keep = [(key, t, row) for key, t, row in order if _stays(key, t, at, how)]
    places = tuple(
        np.array(
            [own.get(key, NOWHERE) if key else (row if t == here else NOWHERE) for key, t, row in keep], dtype=np.int64
        )
        for here, own in enumerate(at)
    )
    left_out = tuple(
        tuple(np.setdiff1d(np.arange(len(own)), place).tolist()) for own, place in zip(keys.keys, places, strict=True)
    )
    return _Rows(ids=tuple(key for key, _, _ in keep), places=places, left_out=left_out)


def _stays(key: str, table: int, at: Sequence[dict[str, int]], how: How) -> bool:
    if how == "outer":
        return True
    return table == 0 if how == "left" else bool(key) and all(key in own for own in at)


def _columns(
    tables: Sequence[RawTable], names: Sequence[str], ids: Sequence[str], endings: Sequence[str] | None, rows: _Rows
) -> tuple[list[Column], list[str]]:
    found: dict[str, tuple[Column, str]] = {}
    notes, problems = [], []
    for t, (table, own_name) in enumerate(zip(tables, names, strict=True)):
        ending = endings[t] if endings else ""
        for column in (*table.columns, _source_row(table, endings, t)):
            if column.name == ids[t]:
                continue
            name = column.name if column.name.endswith(ending) else column.name + ending
            moved = replace(column, name=name, cells=spread(column.cells, rows.places[t]), origin=own_name)
            if name not in found and name != ids[0]:
                found[name] = (moved, own_name)
                continue
            one, other_name = found.get(name, (moved, own_name))
            apart = disagreeing(one.cells, moved.cells)
            if name == ids[0] or len(apart) or not described_alike(one, moved):
                problems.append(_clash(name, other_name, own_name, len(apart)))
                continue
            found[name] = (replace(one, cells=filled(one.cells, moved.cells)), other_name)
            notes.append(f"{name} stands in {other_name} and {own_name}, which agree: one column")
    if problems:
        raise ExportError(problems)
    return [column for column, _ in found.values()], notes


def _source_row(table: RawTable, endings: Sequence[str] | None, t: int) -> Column:
    cells = NumberCells(numbers=table.row_numbers.astype(np.float64))
    return Column(name="source_row" if endings else f"source_row_{t + 1}", cells=cells, kind="metadata")


def _clash(name: str, one: str, other: str, rows: int) -> Problem:
    what = f"stands in {one} and in {other}"
    return Problem(
        where=f"column {name}",
        what=f"{what} with different contents in {rows} rows" if rows else f"{what}, and they cannot be one column",
        allowed="one name a column",
        do="say suffixes: two waves, two partners, or one for each table",
    )


def _set_aside(tables: Sequence[RawTable], names: Sequence[str], rows: _Rows, how: How) -> tuple[SetAside, ...]:
    gone = [
        SetAside(row=aside.row, why=f"{name}: {aside.why}")
        for table, name in zip(tables, names, strict=True)
        for aside in table.set_aside
    ]
    where = "the first table" if how == "left" else "every table"
    gone += [
        SetAside(row=int(table.row_numbers[row]), why=f"{name}: its id does not stand in {where}")
        for table, name, left_out in zip(tables, names, rows.left_out, strict=True)
        for row in left_out
    ]
    return tuple(gone)


Survey = str | os.PathLike[str] | None


def read_joined(
    sources: Sequence[Any],
    on: str | Sequence[str] | None = None,
    *,
    suffixes: Suffixes = None,
    how: How = "outer",
    survey: Survey | Sequence[Survey] = None,
    where: str | None = None,
    **reading: Any,
) -> RawTable:
    """Read each file or frame, and put the rows that belong to one id side by side.

    Parameters
    ----------
    sources
        Two or more paths, frames, or tables already read.
    on, suffixes, how
        As in :func:`~intimacy_scales.reading.exports.joining.joining.join_tables`.
    survey
        The survey's own file: one (or ``None``) for each file. A single one is of the first file; with ``suffixes``
        (waves, partners) of every one, which asked the same.
    where
        Rows to keep: in each file that has the rule's columns (a file that lacks them follows by id), else in the
        joined table.
    **reading
        Options of :func:`~intimacy_scales.reading.exports.export` for every file.

    Returns
    -------
    RawTable
        The joined table. How the rows found each other (ids that not every file holds, rows without an id, spellings
        that were taken for one id) is in its ``notes``.

    Raises
    ------
    ExportError
        When a file cannot be read, or the tables cannot be joined.
    UnknownNameError
        For a column of ids, a way of joining or an option that there is not.
    """
    surveys: list[Survey]
    if survey is None or isinstance(survey, (str, os.PathLike)):
        surveys = [survey, *[None if suffixes is None else survey] * (len(sources) - 1)]
    else:
        surveys = list(survey)
    if len(surveys) != len(sources):
        raise ExportError(
            Problem(where="join: survey", what=f"{len(surveys)} files", allowed=f"one, or {len(sources)} (one a file)")
        )
    tables = [
        one if isinstance(one, RawTable) else read_table(one, survey=own, **reading)
        for one, own in zip(sources, surveys, strict=True)
    ]
    each = [] if where is None else [holds_all(table, where) for table in tables]
    if where is not None and any(each):
        tables = _kept_each(tables, on, where, each)
    table = join_tables(tables, on, suffixes=suffixes, how=how).table
    if where is not None and not any(each):
        table = keep_where(table, where)
    own = ", ".join(name for name in table.names if name.startswith("source_row"))
    note = f"rows are counted in the joined table, from {FIRST_ROW}; the files' own row numbers are in {own}"
    return replace(table, notes=(*table.notes, note))


def _kept_each(
    tables: Sequence[RawTable], on: str | Sequence[str] | None, where: str, each: Sequence[bool]
) -> list[RawTable]:
    """Return each file with the rows that meet a rule; whom one file leaves out is left out where none can ask."""
    kept = [keep_where(table, where) if asked else table for table, asked in zip(tables, each, strict=True)]
    if all(each):
        return kept
    ids = id_columns(tables, on)
    keys = match_ids([table.column(name).cells.texts() for table, name in zip(tables, ids, strict=True)]).keys
    stays: set[str] = set()
    gone: set[str] = set()
    for table, one, own, asked in zip(tables, kept, keys, each, strict=True):
        if asked:
            left = set(one.row_numbers.tolist())
            for key, row in zip(own, table.row_numbers.tolist(), strict=True):
                (stays if row in left else gone).add(key)
    why = f"{LEFT_OUT}{where} (in the file that has its column)"
    return [
        one if asked else one.without({row: why for row, key in enumerate(own) if key and key in gone - stays})
        for one, own, asked in zip(kept, keys, each, strict=True)
    ]
