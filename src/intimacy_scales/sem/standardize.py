"""The completely standardized solution, with its derivatives by the parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.sem.matrices import Floats, GroupMatrices, State, derivatives, evaluate
from intimacy_scales.sem.results import Setup
from intimacy_scales.sem.spec import Parameter
from intimacy_scales.sem.wls import LeastSquares


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number and its gradient by the parameters."""

    value: float
    slope: Floats

    def times(self, other: Quantity, power: float) -> Quantity:
        """Return this times ``other ** power``; NaN for the root of a negative variance."""
        if other.value == 0 or (other.value < 0 and power % 1):
            return Quantity(value=np.nan, slope=np.full_like(self.slope, np.nan))
        factor = other.value**power
        return Quantity(
            value=self.value * factor,
            slope=self.slope * factor + self.value * power * factor / other.value * other.slope,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupStandard:
    """Everything a standardized parameter of one group is made of."""

    matrices: GroupMatrices
    names: dict[str, int]
    state: State
    free: dict[tuple[str, int, int], int]
    implied: tuple[Quantity, ...]
    residual: tuple[Quantity, ...]
    thresholds: dict[tuple[str, str], int]

    def cell(self, kind: str, i: int, j: int, value: float) -> Quantity:
        """Return a cell of a matrix: its gradient is one at its own parameter, or nothing when fixed."""
        slope = np.zeros(self.matrices.n_params)
        at = self.free.get((kind, i, j))
        if at is not None:
            slope[at] = 1.0
        return Quantity(value=value, slope=slope)


def group_standard(setup: Setup, g: int, theta: Floats) -> GroupStandard:
    """Evaluate implied and residual variances of one group's variables, with gradients."""
    matrices, model = setup.compiled.groups[g], setup.grouped.models[g]
    state = evaluate(matrices, theta)
    free = _free_cells(matrices)
    variance, by = _variances(matrices, state)
    implied = [Quantity(value=float(v), slope=b) for v, b in zip(variance, by, strict=True)]
    residual = [_single(free, "S", i, float(state.S[i, i]), matrices.n_params) for i in range(len(variance))]
    if isinstance(setup.objective, LeastSquares) and setup.parameterization == "delta":
        for i in range(matrices.n_observed):
            scale = _single(free, "d", i, float(state.d[i]), matrices.n_params)
            whole = Quantity(value=1.0, slope=np.zeros(matrices.n_params)).times(scale, -2)
            residual[i] = Quantity(value=whole.value - implied[i].value, slope=whole.slope - implied[i].slope)
            implied[i] = whole
    cuts = [
        p
        for name in model.observed
        for p in sorted((q for q in model.parameters if q.op == "|" and q.lhs == name), key=lambda q: int(q.rhs[1:]))
    ]
    return GroupStandard(
        matrices=matrices,
        names={n: k for k, n in enumerate((*model.observed, *model.latent))},
        state=state,
        free=free,
        implied=tuple(implied),
        residual=tuple(residual),
        thresholds={(p.lhs, p.rhs): k for k, p in enumerate(cuts)},
    )


def _free_cells(matrices: GroupMatrices) -> dict[tuple[str, int, int], int]:
    out = {}
    for kind, cells in matrices.cells.items():
        for i, j, at in zip(cells.row, cells.col, cells.param, strict=True):
            out[kind, int(i), int(j)] = int(at)
            if kind == "S":
                out[kind, int(j), int(i)] = int(at)
    return out


def _single(free: dict[tuple[str, int, int], int], kind: str, i: int, value: float, n: int) -> Quantity:
    slope = np.zeros(n)
    at = free.get((kind, i, i if kind == "S" else 0))
    if at is not None:
        slope[at] = 1.0
    return Quantity(value=value, slope=slope)


def _variances(matrices: GroupMatrices, state: State) -> tuple[Floats, Floats]:
    made = derivatives(matrices, state, rows=len(state.A))
    by = np.zeros((matrices.n_params, len(state.A)))
    np.add.at(by, matrices.params[: made.X.shape[1]], (2 * made.X * made.Y).T)
    return np.diag(state.total), by.T


def raw(at: GroupStandard, parameter: Parameter) -> Quantity:
    """Return the unstandardized value of a parameter, free or fixed."""
    state, names = at.state, at.names
    if parameter.op == "|":
        k = at.thresholds[parameter.lhs, parameter.rhs]
        return at.cell("t", k, 0, float(state.t[k]))
    i = names[parameter.lhs]
    if parameter.op == "~1":
        return at.cell("m", i, 0, float(state.m[i]))
    if parameter.op == "~*~":
        return at.cell("d", i, 0, float(state.d[i]))
    j = names[parameter.rhs]
    if parameter.op == "~~":
        return at.residual[i] if i == j else at.cell("S", i, j, float(state.S[i, j]))
    i, j = (j, i) if parameter.op == "=~" else (i, j)
    return at.cell("A", i, j, float(state.A[i, j]))


def std_all(at: GroupStandard, parameter: Parameter) -> Quantity:
    """Return the completely standardized value; residual covariances become correlations."""
    value = raw(at, parameter)
    i = at.names[parameter.lhs]
    if parameter.op == "~*~":
        return value
    if parameter.op in {"~1", "|"}:
        return value.times(at.implied[i], -0.5)
    j = at.names[parameter.rhs]
    if parameter.op == "~~" and i == j:
        return value.times(at.implied[i], -1.0)
    if parameter.op == "~~":
        return value.times(at.residual[i], -0.5).times(at.residual[j], -0.5)
    i, j = (j, i) if parameter.op == "=~" else (i, j)
    return value.times(at.implied[j], 0.5).times(at.implied[i], -0.5)
