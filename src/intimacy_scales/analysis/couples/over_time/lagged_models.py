"""Structural models of couples over occasions, as blocks of regressions and covariances.

A variable of partner p (0 or 1) on occasion t is the column ``NAME_p_t`` (:func:`column`); here it stands for itself,
names for readers are given by the results.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from intimacy_scales.scoring.study_table import FloatArray
from intimacy_scales.statistics.sem import (
    Model,
    Parameter,
    covariance,
    loading,
    mean,
    path_model,
    regression,
)

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


def random_intercept_model(x: Sequence[str], y: Sequence[str], *, over_time: bool = True) -> Model:
    """Return the random-intercept cross-lagged panel model of two series of columns (Hamaker et al., 2015).

    Every observed value is a stable part (``stable_x``, ``stable_y``) plus a deviation of the occasion (``x1`` ...,
    ``y1`` ...); only deviations carry over.
    """
    times = range(1, len(x) + 1)
    blocks: list[Block] = [loading("stable_x", dict.fromkeys(x, 1.0)), loading("stable_y", dict.fromkeys(y, 1.0))]
    for t in times:
        for side, names in (("x", x), ("y", y)):
            blocks += [loading(f"{side}{t}", {names[t - 1]: 1.0}), covariance(names[t - 1], {names[t - 1]: 0.0})]
    for t in times[1:]:
        end = "" if over_time else str(t)
        for side, other in (("x", "y"), ("y", "x")):
            terms: Terms = {f"{side}{t - 1}": f"{side}{side}{end}", f"{other}{t - 1}": f"{side}{other}{end}"}
            blocks.append(regression(f"{side}{t}", terms))
    for t in times:
        both: Terms = {f"x{t}": None, f"y{t}": None}
        blocks += [covariance(f"x{t}", both), covariance(f"y{t}", {f"y{t}": None})]
    apart: Terms = {"x1": 0.0, "y1": 0.0}
    blocks += [
        covariance("stable_x", {"stable_x": None, "stable_y": None, **apart}),
        covariance("stable_y", {"stable_y": None, **apart}),
    ]
    blocks += [mean(name) for name in (*x, *y)]
    return path_model(*blocks, fixed_x=False, means=True, identification="marker", covary=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spread:
    """Rough variance and covariance components of two series: stable, and of the occasion."""

    stable: FloatArray = field(repr=False)
    occasion: FloatArray = field(repr=False)


def with_starts(model: Model, x: FloatArray, y: FloatArray) -> Model:
    """Return the random-intercept model with starts from the data (couples x occasions each).

    What two different occasions share is mostly the stable part: without such a start the search ends where the stable
    part is nothing.
    """
    parts = _components(x, y)
    starts: dict[tuple[str, str, str], float] = {}
    for stem, matrix in (("stable_", parts.stable), ("", parts.occasion)):
        for t in range(1, x.shape[1] + 1) if not stem else range(1):
            end = "" if stem else str(t)
            share = 1.0 if stem or t == 1 else 0.85
            starts[f"{stem}x{end}", "~~", f"{stem}x{end}"] = share * matrix[0, 0]
            starts[f"{stem}y{end}", "~~", f"{stem}y{end}"] = share * matrix[1, 1]
            starts[f"{stem}x{end}", "~~", f"{stem}y{end}"] = share * matrix[0, 1]
    for t in range(2, x.shape[1] + 1):
        for side, other in (("x", "y"), ("y", "x")):
            starts[f"{side}{t}", "~", f"{side}{t - 1}"] = 0.3
            starts[f"{side}{t}", "~", f"{other}{t - 1}"] = 0.05
    return _started(model, starts)


def _started(model: Model, starts: Mapping[tuple[str, str, str], float]) -> Model:
    given = tuple(
        replace(one, value=float(starts[one.lhs, one.op, one.rhs]))
        if one.free and (one.lhs, one.op, one.rhs) in starts
        else one
        for one in model.parameters
    )
    return replace(model, parameters=given)


def _components(x: FloatArray, y: FloatArray) -> _Spread:
    series, k = np.column_stack([x, y]), x.shape[1]
    full = series[np.isfinite(series).all(axis=1)]
    C = np.cov(full if len(full) > 2 * k else np.nan_to_num(series, nan=float(np.nanmean(series))), rowvar=False)
    apart = ~np.eye(k, dtype=bool)
    blocks = [[C[:k, :k], C[:k, k:]], [C[k:, :k], C[k:, k:]]]
    shared = np.array([[float(one[apart].mean()) for one in row] for row in blocks])
    total = np.array([[float(np.diag(one).mean()) for one in row] for row in blocks])
    stable = np.diag([float(np.clip(0.7 * shared[j, j], 0.1 * total[j, j], 0.8 * total[j, j])) for j in (0, 1)])
    occasion = np.diag(np.diag(total) - np.diag(stable))
    for matrix, cross in ((stable, 0.7 * shared[0, 1]), (occasion, total[0, 1] - 0.7 * shared[0, 1])):
        most = 0.8 * np.sqrt(matrix[0, 0] * matrix[1, 1])
        matrix[0, 1] = matrix[1, 0] = np.clip(cross, -most, most)
    return _Spread(stable=stable, occasion=occasion)


def alike(model: Model, swap: Mapping[str, str]) -> Model:
    """Return the model in which nothing tells the partners apart: parameters that change places are equal.

    Parameters
    ----------
    swap
        Every variable and the same variable of the other partner (itself where there is none).
    """
    keys = [_key(one.lhs, one.op, one.rhs) for one in model.parameters]
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
    given = tuple(replace(one, label=f"alike{find(j)}") if one.free else one for j, one in enumerate(model.parameters))
    return replace(model, parameters=given)


def _key(lhs: str, op: str, rhs: str) -> tuple[str, str, str]:
    """Return a cell's name, the same whichever side of a covariance is named first."""
    return (min(lhs, rhs), op, max(lhs, rhs)) if op == "~~" else (lhs, op, rhs)
