"""Structural models of couples over occasions, as blocks of regressions and covariances.

A variable of partner p (0 or 1) on occasion t is the column ``NAME_p_t`` (:func:`column`); here it stands for itself,
names for readers are given by the results.

Couples on several occasions: whose value when, a row a couple.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from intimacy_scales.analysis.change.occasions import occasion_words, times_of
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.wording import counted, listed
from intimacy_scales.scoring.study_table import StudyTable
from intimacy_scales.statistics.sem import Model, Parameter, covariance, loading, mean, path_model, regression

Block = tuple[Parameter, ...]
Terms = dict[str, "str | float | None"]


def column(variable: str, partner: int, occasion: int) -> str:
    """Return the name of a column: ``success_0_2`` is the first partner's on the third occasion."""
    return f"{variable}_{partner}_{occasion}"


def columns_of(variables: Sequence[str], occasions: Sequence[int]) -> list[str]:
    """Return columns of both partners, partners side by side."""
    return [column(name, p, t) for t in occasions for name in variables for p in (0, 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restrictions:
    """What is held equal: effects over time, and effects of the two partners."""

    over_time: bool = True
    partners: bool = False

    def label(self, kind: str, partner: int, occasion: int) -> str:
        """Return the label of an effect on a partner on an occasion."""
        return "_".join(
            [kind, *([] if self.partners else [str(partner)]), *([] if self.over_time else [str(occasion)])]
        )


def lagged_model(variables: Sequence[str], n_occasions: int, held: Restrictions) -> Model:
    """Return the actor-partner model over occasions.

    Each variable of each partner on own and the partner's values of all variables one occasion before; covariances of
    one occasion are free, and those of the first occasion.
    """
    blocks: list[Block] = []
    for t in range(1, n_occasions):
        for p in (0, 1):
            for effect in variables:
                terms: Terms = {}
                for cause in variables:
                    for q in (p, 1 - p):
                        kind = f"{effect}_on_{'own' if q == p else 'partner'}_{cause}"
                        terms[column(cause, q, t - 1)] = held.label(kind, p, t)
                blocks.append(regression(column(effect, p, t), terms))
    for t in range(n_occasions):
        names = columns_of(variables, [t])
        blocks += [covariance(name, names[j + 1 :]) for j, name in enumerate(names) if names[j + 1 :]]
    return path_model(*blocks, fixed_x=False, means=True)


def change_model(outcome: str, predictors: Sequence[str], last: int) -> Model:
    """Return the model of the last outcome, on the first one and both partners' predictors of the first occasion."""
    blocks: list[Block] = []
    for p in (0, 1):
        terms: Terms = {column(outcome, p, 0): f"{outcome}_stability_{p}"}
        for name in predictors:
            terms[column(name, p, 0)] = f"own_{name}_{p}"
            terms[column(name, 1 - p, 0)] = f"partner_{name}_{p}"
        blocks.append(regression(column(outcome, p, last), terms))
    inputs = columns_of([outcome, *predictors], [0])
    blocks += [covariance(name, inputs[j + 1 :]) for j, name in enumerate(inputs) if inputs[j + 1 :]]
    blocks.append(covariance(column(outcome, 0, last), [column(outcome, 1, last)]))
    return path_model(*blocks, fixed_x=False, means=True)


def stable(series: int) -> str:
    """Return the name of a series' stable part."""
    return f"stable_{series}"


def moving(series: int, occasion: int) -> str:
    """Return the name of a series' deviation on an occasion (0, 1, ...)."""
    return f"moving_{series}_{occasion}"


def random_intercept_model(series: Sequence[Sequence[str]], *, over_time: bool = True) -> Model:
    """Return the random-intercept cross-lagged panel model of several series of columns (Hamaker et al., 2015).

    Every observed value is a stable part (:func:`stable`) plus a deviation of the occasion (:func:`moving`); only
    deviations carry over, each on all series' deviations one occasion before.
    """
    k, T = len(series), len(series[0])
    blocks: list[Block] = [loading(stable(j), dict.fromkeys(names, 1.0)) for j, names in enumerate(series)]
    for t in range(T):
        for j, names in enumerate(series):
            blocks += [loading(moving(j, t), {names[t]: 1.0}), covariance(names[t], {names[t]: 0.0})]
    for t in range(1, T):
        end = "" if over_time else f"_{t}"
        for j in range(k):
            terms: Terms = {moving(i, t - 1): f"{j}_on_{i}{end}" for i in range(k)}
            blocks.append(regression(moving(j, t), terms))
    for t in range(T):
        blocks += [covariance(moving(j, t), [moving(i, t) for i in range(j, k)]) for j in range(k)]
    apart: Terms = {moving(j, 0): 0.0 for j in range(k)}
    for j in range(k):
        free: Terms = {stable(i): None for i in range(j, k)}
        blocks.append(covariance(stable(j), {**free, **apart}))
    blocks += [mean(name) for names in series for name in names]
    return path_model(*blocks, fixed_x=False, means=True, identification="marker", covary=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spread:
    """Rough covariance matrices of several series: of the stable parts, and of one occasion's deviations."""

    stable: FloatArray = field(repr=False)
    occasion: FloatArray = field(repr=False)


def with_starts(model: Model, values: Sequence[FloatArray]) -> Model:
    """Return the random-intercept model with starts from the data (of each series couples x occasions).

    What two different occasions share is mostly the stable part: without such a start the search ends where the stable
    part is nothing.
    """
    parts, k, T = _components(values), len(values), values[0].shape[1]
    starts: dict[tuple[str, str, str], float] = {}
    for j in range(k):
        for i in range(j, k):
            starts[stable(j), "~~", stable(i)] = parts.stable[j, i]
            for t in range(T):
                starts[moving(j, t), "~~", moving(i, t)] = (1.0 if t == 0 else 0.85) * parts.occasion[j, i]
        for t in range(1, T):
            for i in range(k):
                starts[moving(j, t), "~", moving(i, t - 1)] = 0.3 if i == j else 0.05
    return _started(model, starts)


def _started(model: Model, starts: Mapping[tuple[str, str, str], float]) -> Model:
    given = tuple(
        replace(parameter, value=float(starts[parameter.lhs, parameter.op, parameter.rhs]))
        if parameter.free and (parameter.lhs, parameter.op, parameter.rhs) in starts
        else parameter
        for parameter in model.parameters
    )
    return replace(model, parameters=given)


def _components(values: Sequence[FloatArray]) -> _Spread:
    series, T = np.column_stack(list(values)), values[0].shape[1]
    full = series[np.isfinite(series).all(axis=1)]
    C = np.cov(full if len(full) > 2 * T else np.nan_to_num(series, nan=float(np.nanmean(series))), rowvar=False)
    apart = ~np.eye(T, dtype=bool)
    blocks = C.reshape(len(values), T, len(values), T).transpose(0, 2, 1, 3)
    shared, total = blocks[:, :, apart].mean(axis=2), np.diagonal(blocks, axis1=2, axis2=3).mean(axis=2)
    spread = np.diag(total)
    lasting = np.clip(0.7 * np.diag(shared), 0.1 * spread, 0.8 * spread)
    return _Spread(
        stable=_with_diagonal(0.7 * shared, lasting), occasion=_with_diagonal(total - 0.7 * shared, spread - lasting)
    )


def _with_diagonal(matrix: FloatArray, variances: FloatArray) -> FloatArray:
    """Return a positive definite matrix with these variances and about these covariances."""
    sd = np.sqrt(variances)
    r = np.clip((matrix + matrix.T) / 2 / np.outer(sd, sd), -0.8, 0.8)
    np.fill_diagonal(r, 1.0)
    values, vectors = np.linalg.eigh(r)
    r = (vectors * np.maximum(values, 0.05)) @ vectors.T
    root = np.sqrt(np.diag(r))
    found: FloatArray = r / np.outer(root, root) * np.outer(sd, sd)
    return found


def alike(model: Model, swap: Mapping[str, str]) -> Model:
    """Return the model in which nothing tells the partners apart: parameters that change places are equal.

    Parameters
    ----------
    swap
        Every variable and the same variable of the other partner (itself where there is none).
    """
    keys = [_key(parameter.lhs, parameter.op, parameter.rhs) for parameter in model.parameters]
    first = {key: j for j, key in enumerate(keys)}
    root = list(range(len(keys)))

    def find(j: int) -> int:
        while root[j] != j:
            j = root[j]
        return j

    labelled: dict[str, int] = {}
    for j, one in enumerate(model.parameters):
        turned = first.get(_key(swap.get(one.lhs, one.lhs), one.op, swap.get(one.rhs, one.rhs)))
        for other in (turned, labelled.setdefault(one.label, j) if one.label else None):
            if other is not None:
                root[find(j)] = find(other)
    given = tuple(
        replace(parameter, label=f"alike{find(j)}") if parameter.free else parameter
        for j, parameter in enumerate(model.parameters)
    )
    return replace(model, parameters=given)


def _key(lhs: str, op: str, rhs: str) -> tuple[str, str, str]:
    """Return a cell's name, the same whichever side of a covariance is named first."""
    return (min(lhs, rhs), op, max(lhs, rhs)) if op == "~~" else (lhs, op, rhs)


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
        table = np.concatenate([value.reshape(len(self.couples), -1) for value in self.values.values()], axis=1)
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
    couple = [text.strip() for text in table.texts(columns.couple)]
    partner = [text.strip() for text in table.table.column(columns.partner).labelled_texts()]
    when, told = occasion_words(table.table.column(columns.occasion), occasions)
    occasions = tuple(occasions) or told
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
        lines = list(asked)
    else:
        times = times_of(when, column=column, numbers=table.table.row_numbers.tolist())
        at = {text: float(value) for text, value in zip(when, times.values.tolist(), strict=True) if text}
        lines = sorted(there, key=lambda text: at[text])
    problem = None
    if len(lines) < 2:
        problem = "holds one occasion"
    elif len(lines) > MOST_OCCASIONS:
        problem = f"holds {len(lines)} different occasions"
    if problem is not None:
        raise ResponseError(
            Problem(
                where=f"column {column}",
                what=problem,
                allowed=f"from 2 to {MOST_OCCASIONS}",
                do="name a column with the number of the occasion (days in a row are a diary)",
            )
        )
    return lines


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
