"""Named parameters to matrices (reticular action model), implied moments and their derivatives.

With all variables in one vector (observed first), A holds directed effects, S (residual) covariances, m
intercepts::

    B = (I - A)^-1,  E = B[observed],  Sigma = E S E',  mu = E m

Every derivative of Sigma by one cell is of rank two, ``x y' + y x'``: for A[i, j] x = E[:, i] and y = (B S
E')[j]; for S[i, j] x = E[:, i] and y = E[:, j] (halved on the diagonal). So information matrices need only
the products of these columns, never a matrix over all pairs of moments. McArdle and McDonald (1984),
doi:10.1111/j.2044-8317.1984.tb00802.x
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.statistics.sem.spec import GroupedModel, Model, Parameter

Ints = NDArray[np.intp]
KINDS = {"=~": "A", "~": "A", "~~": "S", "~1": "m", "|": "t", "~*~": "d"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Free cells of one matrix: where they stand, and which parameter fills them."""

    row: Ints
    col: Ints
    param: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMatrices:
    """One group: fixed values in place, free cells named. ``n_observed`` variables come first."""

    n_observed: int
    A: FloatArray
    S: FloatArray
    m: FloatArray
    t: FloatArray
    d: FloatArray
    cells: dict[str, Cells]
    threshold_of: Ints
    n_params: int

    @property
    def params(self) -> Ints:
        """Parameter of every cell, in the order A, S, m, t, d used by all derivatives."""
        return np.concatenate([self.cells[kind].param for kind in "ASmtd"])


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Matrices at one parameter vector; ``total`` is B S B', ``sigma`` and ``mu`` its observed part."""

    A: FloatArray
    S: FloatArray
    m: FloatArray
    t: FloatArray
    d: FloatArray
    B: FloatArray
    total: FloatArray
    means: FloatArray
    sigma: FloatArray
    mu: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """The whole model: one entry a free parameter, one :class:`GroupMatrices` a group."""

    groups: tuple[GroupMatrices, ...]
    parameters: tuple[tuple[int, Parameter], ...]
    index: dict[tuple[int, tuple[str, str, str]], int]
    labels: dict[str, int]

    @property
    def n_params(self) -> int:
        """Number of free parameters, equal ones counted once."""
        return len(self.parameters)


def compile_model(
    grouped: GroupedModel, sample_cov: tuple[FloatArray, ...], sample_mean: tuple[FloatArray, ...]
) -> Compiled:
    """Give the free parameters numbers and lay out the matrices; moments fill cells fixed to the sample."""
    parameters: list[tuple[int, Parameter]] = []
    index: dict[tuple[int, tuple[str, str, str]], int] = {}
    labels: dict[str, int] = {}
    for g, model in enumerate(grouped.models):
        for parameter in model.parameters:
            if not parameter.free:
                continue
            if parameter.label not in labels or not parameter.label:
                parameters.append((g, parameter))
                if parameter.label:
                    labels[parameter.label] = len(parameters) - 1
            at = labels[parameter.label] if parameter.label else len(parameters) - 1
            index[g, parameter.cell] = at
    groups = tuple(
        _lay_out(model, g, index, len(parameters), sample_cov[g], sample_mean[g])
        for g, model in enumerate(grouped.models)
    )
    return Compiled(groups=groups, parameters=tuple(parameters), index=index, labels=labels)


def _lay_out(
    model: Model,
    g: int,
    index: dict[tuple[int, tuple[str, str, str]], int],
    n_params: int,
    cov: FloatArray,
    mean: FloatArray,
) -> GroupMatrices:
    names = {name: k for k, name in enumerate((*model.observed, *model.latent))}
    v, p = len(names), len(model.observed)
    thresholds = [q for name in model.observed for q in _thresholds(model, name)]
    place = {q.cell: k for k, q in enumerate(thresholds)}
    base = {
        "A": np.zeros((v, v)),
        "S": np.zeros((v, v)),
        "m": np.zeros((v, 1)),
        "t": np.zeros((len(thresholds), 1)),
        "d": np.ones((p, 1)),
    }
    free: dict[str, list[tuple[int, int, int]]] = {kind: [] for kind in base}
    for parameter in model.parameters:
        kind = KINDS[parameter.op]
        i, j = (place[parameter.cell], 0) if kind == "t" else _where(parameter, names)
        if parameter.free:
            free[kind].append((i, j, index[g, parameter.cell]))
            continue
        value = parameter.value
        if parameter.from_sample:
            value = cov[i, j] if kind == "S" else mean[i]
        base[kind][i, j] = value
        if kind == "S":
            base[kind][j, i] = value
    cells = {kind: _cells(rows) for kind, rows in free.items()}
    return GroupMatrices(
        n_observed=p,
        A=base["A"],
        S=base["S"],
        m=base["m"][:, 0],
        t=base["t"][:, 0],
        d=base["d"][:, 0],
        cells=cells,
        threshold_of=np.array([names[q.lhs] for q in thresholds], dtype=np.intp),
        n_params=n_params,
    )


def _thresholds(model: Model, name: str) -> list[Parameter]:
    own = [q for q in model.parameters if q.op == "|" and q.lhs == name]
    return sorted(own, key=lambda q: int(q.rhs[1:]))


def _where(parameter: Parameter, names: dict[str, int]) -> tuple[int, int]:
    if parameter.op == "=~":
        return names[parameter.rhs], names[parameter.lhs]
    if parameter.op in {"~1", "~*~"}:
        return names[parameter.lhs], 0
    return names[parameter.lhs], names[parameter.rhs]


def _cells(rows: list[tuple[int, int, int]]) -> Cells:
    table = np.array(rows, dtype=np.intp).reshape(-1, 3)
    return Cells(row=table[:, 0], col=table[:, 1], param=table[:, 2])


def evaluate(group: GroupMatrices, theta: FloatArray) -> State:
    """Put ``theta`` into the matrices and return the implied moments."""
    A, S, m, t, d = group.A.copy(), group.S.copy(), group.m.copy(), group.t.copy(), group.d.copy()
    cell = group.cells
    A[cell["A"].row, cell["A"].col] = theta[cell["A"].param]
    S[cell["S"].row, cell["S"].col] = theta[cell["S"].param]
    S[cell["S"].col, cell["S"].row] = theta[cell["S"].param]
    m[cell["m"].row] = theta[cell["m"].param]
    t[cell["t"].row] = theta[cell["t"].param]
    d[cell["d"].row] = theta[cell["d"].param]
    B = np.linalg.inv(np.eye(len(A)) - A)
    total = B @ S @ B.T
    total = (total + total.T) / 2
    means = B @ m
    p = group.n_observed
    return State(A=A, S=S, m=m, t=t, d=d, B=B, total=total, means=means, sigma=total[:p, :p], mu=means[:p])


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivatives:
    """Of cells A, S: ``dSigma = x y' + y x'``, columns of X, Y; of cells A, S, m: columns of ``mean``."""

    X: FloatArray
    Y: FloatArray
    mean: FloatArray


def derivatives(group: GroupMatrices, at: State, rows: int | None = None) -> Derivatives:
    """Return the derivatives of the first ``rows`` variables' moments (default: the observed ones)."""
    p = group.n_observed if rows is None else rows
    E, C = at.B[:p], at.total[:, :p]
    a, s, m = group.cells["A"], group.cells["S"], group.cells["m"]
    half = np.where(s.row == s.col, 0.5, 1.0)
    X = np.concatenate([E[:, a.row], E[:, s.row]], axis=1)
    Y = np.concatenate([C[a.col].T, E[:, s.col] * half], axis=1)
    mean = np.concatenate([E[:, a.row] * at.means[a.col], np.zeros((p, len(s.row))), E[:, m.row]], axis=1)
    return Derivatives(X=X, Y=Y, mean=mean)


def curvature(group: GroupMatrices, at: State, G: FloatArray, h: FloatArray) -> FloatArray:
    """Return the second derivatives of ``tr(G Sigma) + h' mu`` by the cells A, S, m (G symmetric)."""
    p = group.n_observed
    E, B = at.B[:p], at.B
    a, s, m = group.cells["A"], group.cells["S"], group.cells["m"]
    K = E.T @ G @ E
    R = at.total[:, :p] @ G @ E
    u = h @ E
    n_a, n_s, n_m = len(a.row), len(s.row), len(m.row)
    out = np.zeros((n_a + n_s + n_m,) * 2)
    back = B[np.ix_(a.col, a.row)]
    loop = back * (2 * R[np.ix_(a.col, a.row)].T + np.outer(at.means[a.col], u[a.row]).T)
    out[:n_a, :n_a] = 2 * K[np.ix_(a.row, a.row)] * at.total[np.ix_(a.col, a.col)] + loop + loop.T
    once = B[np.ix_(a.col, s.row)] * K[np.ix_(a.row, s.col)]
    twice = B[np.ix_(a.col, s.col)] * K[np.ix_(a.row, s.row)]
    mixed = 2 * np.where(s.row == s.col, once, once + twice)
    out[:n_a, n_a : n_a + n_s], out[n_a : n_a + n_s, :n_a] = mixed, mixed.T
    shift = u[a.row][:, None] * B[np.ix_(a.col, m.row)]
    out[:n_a, n_a + n_s :], out[n_a + n_s :, :n_a] = shift, shift.T
    return out


def gather(params: Ints, n_params: int, values: FloatArray) -> FloatArray:
    """Sum a vector over cells into a vector over parameters."""
    return np.asarray(np.bincount(params, weights=values, minlength=n_params), dtype=float)


def gather_square(params: Ints, n_params: int, values: FloatArray) -> FloatArray:
    """Sum a matrix over pairs of cells into one over pairs of parameters."""
    flat = (params[:, None] * n_params + params[None, :]).ravel()
    summed = np.bincount(flat, weights=values.ravel(), minlength=n_params * n_params)
    return np.asarray(summed.reshape(n_params, n_params), dtype=float)
