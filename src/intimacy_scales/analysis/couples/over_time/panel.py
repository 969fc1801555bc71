"""Couples on several occasions: whose value when, a row a couple."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.analysis.change.occasions import times_of
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.wording import counted, listed
from intimacy_scales.scoring.study_table import FloatArray, StudyTable

IntArray = NDArray[np.integer]
MOST_OCCASIONS = 12
LEAST_COUPLES = 20  # of one model
SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelColumns:
    """Columns that say whose row it is and when."""

    couple: str
    partner: str
    occasion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CouplePanel:
    """Couples x partners x occasions of every variable; NaN where there is no answer."""

    couples: tuple[str, ...] = field(repr=False)
    labels: tuple[str, str]
    occasions: tuple[str, ...]
    values: dict[str, FloatArray] = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def n_occasions(self) -> int:
        """Return the number of occasions."""
        return len(self.occasions)

    def complete(self) -> int:
        """Return how many couples have every value."""
        table = np.concatenate([one.reshape(len(self.couples), -1) for one in self.values.values()], axis=1)
        return int(np.isfinite(table).all(axis=1).sum())


def couple_panel(
    table: StudyTable, columns: PanelColumns, variables: Sequence[str], occasions: Sequence[str] = ()
) -> CouplePanel:
    """Lay the rows of a file (a row a partner and occasion) side by side.

    Parameters
    ----------
    variables
        Scores or columns.
    occasions
        Which occasions, in order; by default all, in the order their column tells.

    Raises
    ------
    ResponseError
        For a partner twice on an occasion, more or fewer than two partners, one occasion, too many occasions.
    """
    couple, partner, when = (
        [text.strip() for text in table.texts(name)] for name in (columns.couple, columns.partner, columns.occasion)
    )
    named = {name: table.numbers(name) for name in variables}
    kept = [i for i in range(len(couple)) if couple[i] and partner[i] and when[i]]
    labels = _labels(columns.partner, [partner[i] for i in kept])
    order = _order(table, columns.occasion, when, occasions)
    rows = [i for i in kept if when[i] in order]
    ids = tuple(dict.fromkeys(couple[i] for i in rows))
    at = {name: place for place, name in enumerate(ids)}
    cells = [(at[couple[i]], labels.index(partner[i]), order.index(when[i])) for i in rows]
    _refuse_twice(table, cells, rows, (ids, labels, order))
    values = {}
    for name, one in named.items():
        laid = np.full((len(ids), 2, len(order)), np.nan)
        for cell, i in zip(cells, rows, strict=True):
            laid[cell] = one.values[i]
        values[name] = laid
    notes = [one.note for one in named.values() if one.note]
    if len(kept) < len(couple):
        notes.append(f"{counted(len(couple) - len(kept), 'row')} without couple, partner or occasion left out")
    return CouplePanel(couples=ids, labels=labels, occasions=tuple(order), values=values, notes=tuple(notes))


def _labels(column: str, partners: Sequence[str]) -> tuple[str, str]:
    found = tuple(dict.fromkeys(partners))
    if len(found) == 2:
        return found[0], found[1]
    raise ResponseError(
        Problem(
            where=f"column {column}",
            what=f"holds {counted(len(found), 'value')} ({listed(found[:SHOWN])})" if found else "is empty",
            allowed="two, one for each partner",
            do="name the column that says which partner a row is of, or keep couples of one kind",
        )
    )


def _order(table: StudyTable, column: str, when: Sequence[str], asked: Sequence[str]) -> list[str]:
    """Return the occasions in order: as asked for, else as their column tells."""
    there = list(dict.fromkeys(text for text in when if text))
    if asked:
        unknown = [name for name in asked if name not in there]
        if unknown:
            raise ResponseError(
                Problem(where=f"occasion {listed(unknown)}", what="is not in the file", allowed=listed(there[:10]))
            )
        found = list(asked)
    else:
        times = times_of(when, column=column, numbers=table.table.row_numbers.tolist())
        at = {text: float(value) for text, value in zip(when, times.values.tolist(), strict=True) if text}
        found = sorted(there, key=lambda text: at[text])
    problem = None
    if len(found) < 2:
        problem = "holds one occasion"
    elif len(found) > MOST_OCCASIONS:
        problem = f"holds {len(found)} different occasions"
    if problem is not None:
        raise ResponseError(
            Problem(
                where=f"column {column}",
                what=problem,
                allowed=f"from 2 to {MOST_OCCASIONS}",
                do="name a column with the number of the occasion (days in a row are a diary)",
            )
        )
    return found


def _refuse_twice(
    table: StudyTable,
    cells: Sequence[tuple[int, int, int]],
    rows: Sequence[int],
    names: tuple[Sequence[str], Sequence[str], Sequence[str]],
) -> None:
    where: dict[tuple[int, int, int], list[int]] = {}
    for cell, i in zip(cells, rows, strict=True):
        where.setdefault(cell, []).append(int(table.table.row_numbers[i]))
    twice = {cell: found for cell, found in where.items() if len(found) > 1}
    if not twice:
        return
    cell, found = next(iter(twice.items()))
    one, partner, occasion = (name[place] for name, place in zip(names, cell, strict=True))
    raise ResponseError(
        Problem(
            where=f"couple {one}",
            what=f"partner {partner} stands in rows {listed([str(row) for row in found])} on occasion {occasion}"
            + (f" (and {len(twice) - 1} more like it)" if len(twice) > 1 else ""),
            allowed="one row a partner and occasion",
            do="keep one of them",
        )
    )
