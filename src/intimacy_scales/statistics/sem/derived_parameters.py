"""Functions of labelled parameters: parsed as arithmetic, never run as code; differentiated exactly.

The completely standardized solution, with its derivatives by the parameters.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem, UnknownNameError
from intimacy_scales.statistics.sem.matrices import GroupMatrices, State, derivatives, evaluate
from intimacy_scales.statistics.sem.ordinal import LeastSquares
from intimacy_scales.statistics.sem.results import DefinedEstimate, Fit, Setup
from intimacy_scales.statistics.sem.spec import Defined, Parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number and its gradient by the parameters."""

    value: float
    slope: FloatArray

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


def group_standard(setup: Setup, g: int, theta: FloatArray) -> GroupStandard:
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


def _variances(matrices: GroupMatrices, state: State) -> tuple[FloatArray, FloatArray]:
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


PRIMES = (2, 3, 5, 7, 11, 13, 17, 19)
HAIR = 1e-30  # a complex step loses nothing to subtraction, so it can be this small
BINARY: dict[type[ast.operator], Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
CALLS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt}


def evaluate_all(defined: tuple[Defined, ...], labels: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return every defined quantity, each able to use those before it; values may be arrays of draws."""
    known = dict(labels)
    out: dict[str, np.ndarray] = {}
    for one in defined:
        try:
            tree = ast.parse(one.expression, mode="eval").body
        except SyntaxError:
            raise _refuse(one, one.expression) from None
        known[one.name] = out[one.name] = np.asarray(_value(tree, one, known))
    return out


def _value(node: ast.expr, defined: Defined, known: Mapping[str, np.ndarray]) -> np.ndarray:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY:
            return BINARY[type(op)](_value(left, defined, known), _value(right, defined, known))
        case ast.UnaryOp(op=ast.USub(), operand=inside):
            return -_value(inside, defined, known)
        case ast.Constant(value=int() | float() as number):
            return np.asarray(float(number))
        case ast.Name(id=name):
            if name not in known:
                raise UnknownNameError.among("label", name, list(known))
            return known[name]
        case ast.Call(func=ast.Name(id=name), args=[inside], keywords=[]) if name in CALLS:
            return np.asarray(CALLS[name](_value(inside, defined, known)))
    raise _refuse(defined, ast.unparse(node))


def _refuse(defined: Defined, what: str) -> IntimacyScalesError:
    return IntimacyScalesError(
        Problem(
            where=f"defined quantity {defined.name}",
            what=f"cannot read {what!r}",
            allowed="labels, numbers, + - * / **, exp, log, sqrt",
        )
    )


def estimates(
    defined: tuple[Defined, ...],
    labels: Mapping[str, int],
    theta: FloatArray,
    vcov: FloatArray,
    standardized: Mapping[str, float],
) -> tuple[DefinedEstimate, ...]:
    """Return defined quantities with delta-method standard errors, and from standardized labels."""
    if not defined:
        return ()
    point = {name: np.asarray(theta[k]) for name, k in labels.items()}
    values = evaluate_all(defined, point)
    slopes = {one.name: np.zeros(len(theta)) for one in defined}
    for name, k in labels.items():
        bumped = evaluate_all(defined, {**point, name: point[name] + 1j * HAIR})
        for one in defined:
            slopes[one.name][k] = float(np.imag(bumped[one.name])) / HAIR
    std = evaluate_all(defined, {name: np.asarray(value) for name, value in standardized.items()})
    out = []
    for one in defined:
        est, slope = float(np.real(values[one.name])), slopes[one.name]
        se = float(np.sqrt(max(float(slope @ vcov @ slope), 0.0)))
        z, p, lower, upper = wald(est, se)
        out.append(
            DefinedEstimate(
                name=one.name,
                expression=one.expression,
                est=est,
                se=se,
                z=z,
                p=p,
                lower=lower,
                upper=upper,
                std=float(np.real(std[one.name])),
            )
        )
    return tuple(out)


def wald(est: float, se: float, level: float = 0.95) -> tuple[float, float, float, float]:
    """Return z, two-sided p and the interval; NaN where the standard error is zero or unknown."""
    if not se > 0:
        return np.nan, np.nan, est, est
    normal = NormalDist()
    z, width = est / se, normal.inv_cdf(0.5 + level / 2) * se
    return z, 2 * normal.cdf(-abs(z)), est - width, est + width


@dataclass(frozen=True, slots=True, kw_only=True)
class MonteCarloInterval:
    """Percentiles of a defined quantity over draws of the estimates from their normal distribution."""

    name: str
    est: float
    lower: float
    upper: float
    level: float
    draws: int
    seed: int


def monte_carlo(
    fit: Fit, *, draws: int = 20_000, seed: int = 2005, level: float = 0.95
) -> tuple[MonteCarloInterval, ...]:
    """Return Monte Carlo intervals of the fit's defined quantities, in the order of definition.

    See :func:`monte_carlo_of`.
    """
    known = {one.name: one.expression for one in fit.defined}
    whole = {name: _spelled_out(name, expression, known) for name, expression in known.items()}
    return monte_carlo_of(fit, whole, draws=draws, seed=seed, level=level)


def monte_carlo_of(
    fit: Fit, quantities: Mapping[str, str], *, draws: int = 20_000, seed: int = 2005, level: float = 0.95
) -> tuple[MonteCarloInterval, ...]:
    """Return Monte Carlo intervals of functions of labelled parameters.

    Parameters
    ----------
    fit : Fit
        A fit whose parameters carry labels.
    quantities : mapping from name to expression
        As ``{"indirect": "a * b"}``.
    draws, seed : int
        How many, from which seed; both are in the result.
    level : float, default 0.95
        Coverage.

    Returns
    -------
    tuple of MonteCarloInterval
        In the order given.

    Notes
    -----
    A product of two normal estimates is skewed, which a delta-method interval does not know. The estimates
    themselves are taken as normal, so few persons mislead both; a bootstrap then does better. Each quantity is drawn
    from the joint distribution of the parameters it is made of, whatever else is in the model, by a seeded
    low-discrepancy sequence (Halton's), whose limits lie two to five times nearer to those of endless draws than those
    of random numbers. MacKinnon, Lockwood and Williams (2004), https://doi.org/10.1207/s15327906mbr3901_4

    """
    labels = fit.setup.compiled.labels
    tail = (1 - level) / 2
    out = []
    for name, expression in quantities.items():
        used = sorted({node.id for node in ast.walk(ast.parse(expression, mode="eval")) if isinstance(node, ast.Name)}
                      & set(labels), key=list(labels).index)  # fmt: skip
        at = [labels[label] for label in used]
        sample = fit.theta[at] + _spread_evenly(draws, len(at), seed) @ _root(fit.vcov[np.ix_(at, at)]).T
        one = (Defined(name=name, expression=expression),)
        values = evaluate_all(one, {label: sample[:, k] for k, label in enumerate(used)})[name]
        point = evaluate_all(one, {label: np.asarray(fit.theta[k]) for label, k in zip(used, at, strict=True)})[name]
        lower, upper = np.quantile(np.broadcast_to(values, draws), [tail, 1 - tail])
        out.append(
            MonteCarloInterval(
                name=name,
                est=float(point),
                lower=float(lower),
                upper=float(upper),
                level=level,
                draws=draws,
                seed=seed,
            )
        )
    return tuple(out)


def _spelled_out(name: str, expression: str, known: Mapping[str, str]) -> str:
    """Return an expression with the quantities before it written out."""
    before = list(known)[: list(known).index(name)]
    for other in reversed(before):
        expression = re.sub(rf"\b{re.escape(other)}\b", f"({known[other]})", expression)
    return expression


def _spread_evenly(draws: int, dims: int, seed: int) -> FloatArray:
    """Return standard normal draws x dims: Halton's sequence moved by a random shift; random beyond eight dimensions.

    A coordinate writes 1, 2, 3 ... in the base of its prime and mirrors the digits at the point (van der Corput); in
    many dimensions large primes leave stripes, and random numbers serve as well.
    """
    from scipy.special import ndtri

    rng = np.random.default_rng(seed)
    if dims > len(PRIMES):
        return rng.standard_normal((draws, dims))
    shift, found = rng.random(dims), np.empty((draws, dims))
    for j in range(dims):
        rest, place, x = np.arange(1, draws + 1), 1.0, np.zeros(draws)
        while rest.any():
            place /= PRIMES[j]
            x += place * (rest % PRIMES[j])
            rest //= PRIMES[j]
        found[:, j] = (x + shift[j]) % 1
    return np.asarray(ndtri(np.clip(found, 1e-12, 1 - 1e-12)))


def _root(cov: FloatArray) -> FloatArray:
    """Return the lower triangular root of a covariance matrix, zero where a parameter has no variance left."""
    root = np.zeros_like(cov)
    for j in range(len(cov)):
        left = cov[j:, j] - root[j:, :j] @ root[j, :j]
        if left[0] > 1e-14 * max(cov[j, j], 1e-300):
            root[j:, j] = left / np.sqrt(left[0])
    return root
