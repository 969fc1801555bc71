"""The studies that are pooled: read from a table, vouched for, every fault named with its row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.arrays import BoolArray, FloatArray, IntArray
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.reading.exports.table import NumberCells, RawTable, group_column, number_column

RELIABILITY_NAMES = {
    "x": ("reliability_x", "rel_x", "rxx", "alpha_x", "reliability1"),
    "y": ("reliability_y", "rel_y", "ryy", "alpha_y", "reliability2"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderator:
    """A study's feature: numbers (``values``), or groups (``groups`` with ``levels``, the reference first)."""

    name: str
    values: FloatArray | None = None
    groups: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Studies:
    """k effects: the study each comes from, r, n, reliabilities where known (NaN), moderators, rows of the source."""

    names: tuple[str, ...]
    r: FloatArray
    n: FloatArray
    reliability_x: FloatArray
    reliability_y: FloatArray
    moderators: tuple[Moderator, ...]
    rows: IntArray
    native: Any = field(default=None, repr=False, compare=False)
    notes: tuple[str, ...] = ()

    @property
    def k(self) -> int:
        """How many effects."""
        return len(self.names)

    @property
    def n_studies(self) -> int:
        """How many different studies."""
        return len(set(self.names))

    @property
    def dependent(self) -> bool:
        """Whether a study gave more than one effect."""
        return self.n_studies < self.k

    @property
    def has_reliabilities(self) -> bool:
        """Whether at least three studies give both reliabilities."""
        return int(np.sum(~np.isnan(self.reliability_x * self.reliability_y))) >= 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """How the columns are called."""

    study: str = "study"
    r: str = "r"
    n: str = "n"
    reliability_x: str | None = None
    reliability_y: str | None = None
    moderator: tuple[str, ...] = ()


def studies_of(table: RawTable, columns: Columns) -> Studies:
    """Return the studies of a table: a row an effect, columns of study, r and n, perhaps reliabilities and moderators.

    Raises
    ------
    UnknownNameError
        For a column that there is not.
    ResponseError
        For correlations of 1 or beyond, n of 3 or less, reliabilities that are none, rows that stand twice.
    """
    _vouch_names(table, columns)
    r, n = (number_column(table, name) for name in (columns.r, columns.n))
    rel = {side: _reliability(table, columns, side) for side in "xy"}
    names = _study_names(table, columns.study)
    used = ~(np.isnan(r.values) | np.isnan(n.values))
    problems = [
        *_faults(table, columns, r.values, n.values),
        *(p for side, one in rel.items() for p in _bad_reliability(table, one[0], one[1])),
        *_doubled(table, used),
    ]
    if problems:
        raise ResponseError(problems)
    moderators = [_moderator(table, name, used) for name in columns.moderator]
    for moderator in moderators:
        used = used & _known(moderator)
    at = np.flatnonzero(used)
    return Studies(
        names=tuple(names[j] for j in at),
        r=r.values[at],
        n=n.values[at],
        reliability_x=rel["x"][1][at],
        reliability_y=rel["y"][1][at],
        moderators=tuple(_moderator_at(one, at) for one in moderators),
        rows=table.row_numbers[at],
        native=table.source.native,
        notes=(
            *(one.note for one in (r, n) if one.note),
            *_left_out(table, used),
            *_look_alikes(names, r.values, n.values, used),
        ),
    )


def _vouch_names(table: RawTable, columns: Columns) -> None:
    wanted = [columns.r, columns.n, *columns.moderator]
    wanted += [name for name in (columns.reliability_x, columns.reliability_y) if name is not None]
    missing = [name for name in wanted if name not in table.names]
    if missing:
        raise UnknownNameError(
            [p for name in missing for p in UnknownNameError.among("column", name, table.names).problems]
        )


def _study_names(table: RawTable, name: str) -> list[str]:
    """Return each row's study; without such a column every row is a study of its own, named by its row."""
    if name not in table.names:
        if name != "study":
            raise UnknownNameError.among("column", name, table.names)
        return [f"row {row}" for row in table.row_numbers.tolist()]
    texts = table.column(name).known_texts()
    return [text or f"row {row}" for text, row in zip(texts, table.row_numbers.tolist(), strict=True)]


def _reliability(table: RawTable, columns: Columns, side: str) -> tuple[str, FloatArray]:
    name = columns.reliability_x if side == "x" else columns.reliability_y
    name = name or next((one for one in RELIABILITY_NAMES[side] if one in table.names), None)
    if name is None:
        return f"reliability_{side}", np.full(len(table), np.nan)
    return name, number_column(table, name).values


def _bad_reliability(table: RawTable, name: str, values: FloatArray) -> list[Problem]:
    bad = np.flatnonzero((values <= 0) | (values > 1))
    if not len(bad):
        return []
    return [
        Problem(
            where=f"column {name}",
            what=f"{_some(values[bad])} in {_rows(table, bad)}",
            allowed="reliabilities above 0 and at most 1",
            do="leave the cell empty where it is not known",
        )
    ]


def _faults(table: RawTable, columns: Columns, r: FloatArray, n: FloatArray) -> list[Problem]:
    problems = []
    far = np.flatnonzero(np.abs(r) >= 1)
    if len(far):
        percent = bool(np.all((np.abs(r[far]) >= 2) & (np.abs(r[far]) <= 100)))
        problems.append(
            Problem(
                where=f"column {columns.r}",
                what=f"{_some(r[far])} in {_rows(table, far)}",
                allowed="correlations between -1 and 1, ends left out",
                do="divide by 100 if the point was left out" if percent else "look the figure up in its study",
            )
        )
    small = np.flatnonzero(n < 4)
    if len(small):
        problems.append(
            Problem(
                where=f"column {columns.n}",
                what=f"{_some(n[small])} in {_rows(table, small)}",
                allowed="at least 4 persons: the variance of Fisher's z is 1/(n - 3)",
                do="leave the study out",
            )
        )
    broken = np.flatnonzero((n >= 4) & (n != np.floor(n)))
    if len(broken):
        problems.append(
            Problem(
                where=f"column {columns.n}",
                what=f"{_some(n[broken])} in {_rows(table, broken)}",
                allowed="whole numbers of persons",
            )
        )
    return problems


def _doubled(table: RawTable, used: BoolArray) -> list[Problem]:
    """Rows that are the same in every column: one effect counted twice."""
    texts = [column.known_texts() for column in table.columns]
    at: dict[tuple[str, ...], list[int]] = {}
    for row in np.flatnonzero(used).tolist():
        at.setdefault(tuple(column[row] for column in texts), []).append(row)
    return [
        Problem(
            where=_rows(table, np.array(rows)),
            what="are the same in every column: one effect would count more than once",
            allowed="each effect once",
            do="delete the copies; several effects of one study need a column that tells them apart",
        )
        for rows in at.values()
        if len(rows) > 1 and len(table.columns) > 2
    ]


def _look_alikes(names: Sequence[str], r: FloatArray, n: FloatArray, used: BoolArray) -> list[str]:
    """Note studies of different names with the same r and n: perhaps one sample, published twice."""
    seen: dict[tuple[float, float], list[str]] = {}
    for row in np.flatnonzero(used).tolist():
        seen.setdefault((float(r[row]), float(n[row])), []).append(names[row])
    alike = [list(dict.fromkeys(group)) for group in seen.values() if len(set(group)) > 1]
    return [
        f"studies {' and '.join(group)} have the same r and the same n: make sure that they are not one sample"
        for group in alike
    ]


def _left_out(table: RawTable, used: BoolArray) -> list[str]:
    gone = np.flatnonzero(~used)
    if not len(gone):
        return []
    return [f"{_rows(table, gone)} left out: r, n or a moderator is not given"]


def _moderator(table: RawTable, name: str, used: BoolArray) -> Moderator:
    """Return a column of numbers as they are, any other as groups, the largest group as reference."""
    column = table.column(name)
    labelled = isinstance(column.cells, NumberCells) and bool(column.labels)
    if not labelled:
        try:
            return Moderator(name=name, values=number_column(table, name).values)
        except ResponseError:  # texts: groups
            pass
    texts = group_column(table, name)
    counts = Counter(text for text, one in zip(texts, used, strict=True) if one and text)
    levels = tuple(sorted(counts, key=lambda level: (-counts[level], level)))
    return Moderator(name=name, groups=tuple(texts), levels=levels)


def _known(moderator: Moderator) -> BoolArray:
    return (
        ~np.isnan(moderator.values)
        if moderator.values is not None
        else np.array([bool(text) for text in moderator.groups])
    )


def _moderator_at(moderator: Moderator, at: NDArray[np.intp]) -> Moderator:
    if moderator.values is not None:
        return Moderator(name=moderator.name, values=moderator.values[at])
    groups = tuple(moderator.groups[j] for j in at)
    return Moderator(
        name=moderator.name, groups=groups, levels=tuple(level for level in moderator.levels if level in groups)
    )


def _some(values: FloatArray) -> str:
    shown = ", ".join(f"{value:g}" for value in values[:4].tolist())
    return shown + (" ..." if len(values) > 4 else "")


def _rows(table: RawTable, at: NDArray[np.intp]) -> str:
    rows = table.row_numbers[at].tolist()
    shown = ", ".join(map(str, rows[:6])) + (" ..." if len(rows) > 6 else "")
    return f"{'row' if len(rows) == 1 else 'rows'} {shown}"
