"""Wide and long: one row a couple with ``_a`` and ``_b`` columns, or one row a partner; the same for occasions."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.reading.exports.joining.cells import (
    NOWHERE,
    described_alike,
    disagreeing,
    filled,
    interleave,
    spread,
    there,
)
from intimacy_scales.reading.exports.table import Column, IntArray, NumberCells, RawTable, SetAside, text_cells

SOURCE_ROW = "source_row"
SHOWN = 5
_TIMES = frozenset("wave time occasion session measurement visit timepoint t".split())  # noqa: SIM905
_PARTNERS = frozenset("partner person member role spouse who".split())  # noqa: SIM905


def widen(
    table: RawTable,
    index: str,
    by: str,
    *,
    suffixes: Mapping[str, str] | None = None,
    same: Collection[str] = (),
) -> RawTable:
    """Make one row of every unit (couple, person) out of several rows.

    Parameters
    ----------
    table
        Long: one row a partner or occasion.
    index
        The column that names the unit (couple, or person).
    by
        The column that tells its rows apart (partner, or wave).
    suffixes
        Value of ``by`` to the suffix of its columns (``{"woman": "_a", "man": "_b"}``). By default words become
        ``_word``; numbers become ``_t1``, ``_t2`` where ``by`` is called wave, time or the like, and ``_a``, ``_b``
        where it is called partner or the like.
    same
        Columns that say the same in all rows of a unit, and stay single (years together).

    Returns
    -------
    RawTable
        Units in the order in which they first appear. ``source_row`` (with each suffix) holds the row numbers of
        the rows that went in, blank where a unit has none; ``row_numbers`` are those of each unit's first row. Rows
        without ``index`` or ``by`` are set aside with the reason.

    Raises
    ------
    ExportError
        With every unit that has two rows of one value, every column of ``same`` that is not, values of ``by`` that say
        no suffix, and a table without any row that can be placed.
    UnknownNameError
        For a column there is not.
    """
    units, values = (_stripped(table, name) for name in (index, by))
    for name in same:
        table.column(name)
    blank = {row: _why_blank(index, by, units[row]) for row in range(len(table)) if not (units[row] and values[row])}
    if blank:
        return widen(table.without(blank), index, by, suffixes=suffixes, same=same)
    if not len(table):
        raise ExportError(
            Problem(where=f"columns {index} and {by}", what="no row holds both", allowed="one row or more")
        )
    endings = _endings(by, values, suffixes)
    order = list(dict.fromkeys(units))
    places = _places(table, _Keys(index=index, by=by, units=units, values=values), order, endings)
    far = len(table)
    first = np.min([np.where(p == NOWHERE, far, p) for p in places.values()], axis=0)
    kept = _single(table, same, first, places)
    source = Column(name=SOURCE_ROW, cells=NumberCells(numbers=table.row_numbers.astype(np.float64)), kind="metadata")
    remembered = () if SOURCE_ROW in table.names else (source,)
    moved = [c for c in (*table.columns, *remembered) if c.name not in {index, by, *same}]
    spreads = [
        replace(column, name=column.name + endings[value], cells=spread(column.cells, p))
        for value, p in places.items()
        for column in moved
    ]
    columns = (replace(table.column(index), cells=table.column(index).cells.take(first)), *kept, *spreads)
    _vouch_names(columns)
    return replace(
        table,
        columns=columns,
        row_numbers=table.row_numbers[first],
        source=replace(table.source, native=None),
        notes=(*table.notes, f"{len(table)} rows made {len(order)} ({index}), told apart by {by}"),
    )


def _stripped(table: RawTable, name: str) -> list[str]:
    return [text.strip() for text in table.column(name).cells.texts()]


def _why_blank(index: str, by: str, unit: str) -> str:
    return f"{by if unit else index} is empty: it cannot be put beside its others"


def _endings(by: str, values: Sequence[str], suffixes: Mapping[str, str] | None) -> dict[str, str]:
    distinct = sorted(dict.fromkeys(values), key=lambda value: (len(value), value))
    if suffixes is not None:
        unsaid = [value for value in distinct if value not in suffixes]
        if unsaid:
            raise ExportError(
                Problem(where=f"column {by}", what=f"holds {', '.join(unsaid[:SHOWN])}",
                        allowed=f"suffixes are given for {', '.join(suffixes)}", do="give one for each value")
            )  # fmt: skip
        return {value: ending for value, ending in suffixes.items() if value in distinct}
    return {value: _ending(by, value) for value in distinct}


def _ending(by: str, value: str) -> str:
    bare = re.sub(r"[\W\d_]+", "", by.casefold())
    if value.isdecimal() and bare in _TIMES:
        return f"_t{int(value)}"
    if value in ("1", "2") and bare in _PARTNERS:
        return "_a" if value == "1" else "_b"
    word = re.sub(r"\W+", "_", value.casefold()).strip("_")
    if not word or value.isdecimal():
        raise ExportError(
            Problem(where=f"column {by}", what=f"{value!r} says no suffix", do="say suffixes={'1': '_t1', ...}")
        )
    return f"_{word}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keys:
    """The two columns that say which unit a row is of, and which of its rows it is."""

    index: str
    by: str
    units: Sequence[str]
    values: Sequence[str]


def _places(table: RawTable, keys: _Keys, order: Sequence[str], endings: Mapping[str, str]) -> dict[str, IntArray]:
    """Return for every value of ``by`` the row of each unit, -1 where it has none."""
    at: dict[tuple[str, str], list[int]] = {}
    for row, key in enumerate(zip(keys.values, keys.units, strict=True)):
        at.setdefault(key, []).append(row)
    twice = {key: rows for key, rows in at.items() if len(rows) > 1}
    if twice:
        said = "; ".join(
            f"{keys.index} {unit!r}, {keys.by} {value!r} in rows {', '.join(str(table.row_numbers[r]) for r in rows)}"
            for (value, unit), rows in list(twice.items())[:SHOWN]
        )
        more = f"; and {len(twice) - SHOWN} more" if len(twice) > SHOWN else ""
        raise ExportError(
            Problem(
                where=f"columns {keys.index} and {keys.by}",
                what=f"{len(twice)} pairs stand in more than one row ({said}{more})",
                allowed="every pair once",
            )
        )
    return {
        value: np.array([at.get((value, unit), [NOWHERE])[0] for unit in order], dtype=np.int64) for value in endings
    }


def _single(table: RawTable, same: Collection[str], first: IntArray, places: Mapping[str, IntArray]) -> list[Column]:
    """Return the columns that stay single: the unit's first row that holds something."""
    found, problems = [], []
    for name in same:
        column = table.column(name)
        cells = column.cells.take(first)
        for place in places.values():
            other = spread(column.cells, place)
            apart = disagreeing(cells, other)
            if len(apart):
                rows = ", ".join(str(table.row_numbers[first[i]]) for i in apart[:SHOWN])
                problems.append(
                    Problem(where=f"column {name}", what=f"differs within {len(apart)} units (first rows {rows})",
                            allowed="the same in all rows of a unit", do="leave it out of same")
                )  # fmt: skip
                break
            cells = filled(cells, other)
        found.append(replace(column, cells=cells))
    if problems:
        raise ExportError(problems)
    return found


def _vouch_names(columns: Sequence[Column]) -> None:
    names = [column.name for column in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ExportError(
            Problem(where="columns", what=f"{', '.join(twice[:SHOWN])} would stand twice", do="choose other suffixes")
        )


def lengthen(table: RawTable, suffixes: Sequence[str], *, by: str) -> RawTable:
    """Make one row a partner or occasion out of one row a couple or person.

    Parameters
    ----------
    table
        Wide: columns that end in a suffix (``eis_1_a``, ``eis_1_b``) beside columns that hold for all of the row.
    suffixes
        ``("_a", "_b")``, or ``("_t1", "_t2")``.
    by
        What the new column is called (``partner``, ``time``); it holds the suffix without its underscore.

    Returns
    -------
    RawTable
        Row by row, within it suffix by suffix; columns without a suffix are repeated. ``row_numbers`` stay those of the
        wide row, or those ``source_row`` remembers. A partner or occasion of whom nothing at all is there makes no row.

    Raises
    ------
    ExportError
        When no column ends in a suffix, the new names stand there already, or two columns that are to be one mean
        different things by their codes.

    Notes
    -----
    The inverse of :func:`widen`: ``lengthen(widen(t, "couple", "partner"), ("_a", "_b"), by="partner")`` holds the
    rows of t again, couple by couple.
    """
    ends = sorted(dict.fromkeys(suffixes), key=len, reverse=True)
    own = {column.name: next((end for end in ends if column.name.endswith(end)), None) for column in table.columns}
    stems = list(dict.fromkeys(name.removesuffix(end) for name, end in own.items() if end))
    if not stems or len(ends) != len(suffixes):
        raise ExportError(
            Problem(where="lengthen: suffixes", what=f"no column ends in {' or '.join(suffixes)}" if not stems else
                    f"{', '.join(suffixes)} holds one twice", allowed=f"columns: {', '.join(table.names[:SHOWN])} ...")
        )  # fmt: skip
    single = [column for column in table.columns if own[column.name] is None]
    stacked = [_stack(table, stem, suffixes) for stem in stems]
    nobody = ~np.any([there(column.cells) for column in stacked], axis=0)
    told = text_cells([suffix.strip("_") for _ in range(len(table)) for suffix in suffixes])
    repeat = np.repeat(np.arange(len(table), dtype=np.int64), len(suffixes))
    repeated = [replace(column, cells=column.cells.take(repeat)) for column in single]
    columns = (*repeated, Column(name=by, cells=told), *stacked)
    _vouch_names(columns)
    keep = np.flatnonzero(~nobody)
    columns = tuple(replace(column, cells=column.cells.take(keep)) for column in columns)
    long = replace(
        table,
        columns=columns,
        row_numbers=table.row_numbers[repeat][keep],
        set_aside=(*table.set_aside, *_empty_rows(table, nobody.reshape(len(table), -1))),
        source=replace(table.source, native=None),
        notes=(*table.notes, f"{len(table)} rows made {len(keep)}, one for each of {', '.join(suffixes)}"),
    )
    return _as_it_was(long)


def _empty_rows(table: RawTable, nobody: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> list[SetAside]:
    rows = np.flatnonzero(nobody.all(axis=1))
    return [
        SetAside(row=int(table.row_numbers[row]), why="nothing stands in any of its suffixed columns") for row in rows
    ]


def _stack(table: RawTable, stem: str, suffixes: Sequence[str]) -> Column:
    nothing = NumberCells(numbers=np.full(len(table), np.nan))
    have = {column.name: column for column in table.columns}
    parts = [have.get(stem + suffix) for suffix in suffixes]
    known = [part for part in parts if part is not None]
    odd = [part.name for part in known[1:] if not described_alike(known[0], part)]
    if odd:
        raise ExportError(
            Problem(where=f"columns {known[0].name} and {', '.join(odd)}", what="their codes mean different things",
                    allowed="the same labels and missing codes", do="leave them out, or give both the same labels")
        )  # fmt: skip
    described = next((part for part in known if part.labels or part.missing), known[0])
    return replace(described, name=stem, cells=interleave([nothing if p is None else p.cells for p in parts]))


def _as_it_was(table: RawTable) -> RawTable:
    """Give rows their old numbers back where widening wrote them down."""
    if SOURCE_ROW not in table.names:
        return table
    cells = table.column(SOURCE_ROW).cells
    if not isinstance(cells, NumberCells) or np.isnan(cells.numbers).any():
        return table
    columns = tuple(column for column in table.columns if column.name != SOURCE_ROW)
    return replace(table, columns=columns, row_numbers=cells.numbers.astype(np.int64))
