"""Covariance structures: which elements of a covariance matrix are free, as a factor that is linear in its parameters.

Every structure here is ``V = F F'`` with ``F = sum of theta_k F_k``: no constraint is needed to keep ``V`` positive
semi-definite, and its derivative is ``dV/dtheta_k = F_k F' + F F_k'``.

Rows of repeated measures, sorted by group, day and member, with what each row's residual is related to.

What a linear mixed model answers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class CovarianceStructure:
    """A covariance matrix of ``size`` rows as ``F F'``; ``basis`` (parameters x size x columns) makes ``F``.

    ``diagonal_of`` names for each parameter the row whose SD it starts from, -1 where it starts at zero. The first
    parameter is one of those SDs: a residual structure is scaled by it.
    """

    name: str
    basis: FloatArray
    diagonal_of: IntArray

    @property
    def size(self) -> int:
        """Return the number of rows."""
        return int(self.basis.shape[1])

    @property
    def n_parameters(self) -> int:
        """Return the number of free parameters."""
        return len(self.basis)

    def factor(self, theta: FloatArray) -> FloatArray:
        """Return ``F``."""
        values: FloatArray = np.tensordot(theta, self.basis, 1)
        return values

    def matrix(self, theta: FloatArray) -> FloatArray:
        """Return ``F F'``."""
        F = self.factor(theta)
        return F @ F.T

    def slope(self, theta: FloatArray, by_matrix: FloatArray) -> FloatArray:
        """Return the gradient by ``theta`` of a function whose gradient by the symmetric matrix is ``by_matrix``."""
        values: FloatArray = 2 * np.einsum("kij,ij->k", self.basis, by_matrix @ self.factor(theta))
        return values

    def jacobian(self, theta: FloatArray) -> FloatArray:
        """Return ``dV/dtheta`` (parameters x size x size)."""
        half = self.basis @ self.factor(theta).T
        return half + half.transpose(0, 2, 1)

    def start(self, scale: FloatArray) -> FloatArray:
        """Return the parameters of a diagonal matrix with these SDs."""
        return np.where(self.diagonal_of >= 0, scale[self.diagonal_of], 0.0)

    def scales(self, scale: FloatArray) -> FloatArray:
        """Return the unit of each parameter, given the units of the rows."""
        used = np.abs(self.basis).sum(axis=2) > 0
        values: FloatArray = (used * scale).sum(axis=1) / used.sum(axis=1)
        return values


def unstructured(size: int) -> CovarianceStructure:
    """Every variance and covariance free: ``F`` is a lower triangle."""
    rows, columns = np.tril_indices(size)
    basis = np.zeros((len(rows), size, size))
    basis[np.arange(len(rows)), rows, columns] = 1
    return CovarianceStructure(name="unstructured", basis=basis, diagonal_of=np.where(rows == columns, rows, -1))


def diagonal(size: int) -> CovarianceStructure:
    """Every variance free, every covariance zero."""
    basis = np.zeros((size, size, size))
    basis[np.arange(size), np.arange(size), np.arange(size)] = 1
    return CovarianceStructure(name="diagonal", basis=basis, diagonal_of=np.arange(size))


def equal(size: int) -> CovarianceStructure:
    """One variance, covariances zero."""
    return CovarianceStructure(name="equal", basis=np.eye(size)[None], diagonal_of=np.zeros(1, int))


def exchangeable(members: int, effects: int = 1) -> CovarianceStructure:
    """Members whom nothing tells apart, each with ``effects`` effects: equal blocks, and equal blocks between members.

    Rows run member by member: (first effect of member 1, second effect of member 1, ..., first effect of member 2).
    With blocks A on and B off the diagonal, the sum of the members has ``A + (members - 1) B`` and every difference
    ``A - B``; both are free. With one effect this is compound symmetry, negative covariances allowed.
    """
    q = effects
    triangle = unstructured(q)
    mean = np.full((members, 1), 1 / np.sqrt(members))
    contrasts = _contrasts(members)
    sums = np.stack([np.kron(mean, one) for one in triangle.basis])
    differences = np.stack([np.kron(contrasts, one) for one in triangle.basis])
    basis = np.zeros((2 * len(sums), members * q, members * q))
    basis[: len(sums), :, :q] = sums
    basis[len(sums) :, :, q:] = differences
    return CovarianceStructure(name="exchangeable", basis=basis, diagonal_of=np.tile(triangle.diagonal_of, 2))


def common(size: int) -> CovarianceStructure:
    """Give rows a variance of their own and one they share: compound symmetry without negative covariances."""
    basis = np.zeros((2, size, size + 1))
    basis[0, :, :size] = np.eye(size)
    basis[1, :, size] = 1
    return CovarianceStructure(name="common", basis=basis, diagonal_of=np.zeros(2, int))


def joined(*parts: CovarianceStructure) -> CovarianceStructure:
    """Independent parts, one after the other along the diagonal."""
    size, columns = sum(part.size for part in parts), sum(part.basis.shape[2] for part in parts)
    blocks, rows, row, column = [], [], 0, 0
    for part in parts:
        block = np.zeros((part.n_parameters, size, columns))
        block[:, row : row + part.size, column : column + part.basis.shape[2]] = part.basis
        blocks.append(block)
        rows.append(np.where(part.diagonal_of >= 0, part.diagonal_of + row, -1))
        row, column = row + part.size, column + part.basis.shape[2]
    name = " + ".join(part.name for part in parts)
    return CovarianceStructure(name=name, basis=np.concatenate(blocks), diagonal_of=np.concatenate(rows))


def named_structure(name: str, size: int) -> CovarianceStructure:
    """Return a structure by its name."""
    makers: dict[str, Callable[[int], CovarianceStructure]] = {
        "unstructured": unstructured,
        "diagonal": diagonal,
        "equal": equal,
        "exchangeable": exchangeable,
        "common": common,
    }
    if name not in makers:
        raise IntimacyScalesError(
            Problem(where="covariance structure", what=f"{name!r} is none", allowed=", ".join(makers))
        )
    return makers[name](size)


def _contrasts(members: int) -> FloatArray:
    """Return orthonormal columns that are orthogonal to the mean (members x members - 1)."""
    columns = []
    for j in range(1, members):
        column = np.zeros(members)
        column[:j], column[j] = 1, -j
        columns.append(column / np.sqrt(j + j * j))
    return np.array(columns).reshape(members - 1, members).T


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedMeasures:
    """Rows of all groups. ``W`` (rows x (random + fixed + 1)) holds the columns of Z, X and y side by side.

    ``before`` is the row of the same member's last day (-1: none) and ``gap`` the days since then; ``order`` the places
    of these rows among those that were given.
    """

    W: FloatArray
    n_random: int
    order: IntArray
    group: IntArray
    member: IntArray
    day: FloatArray
    before: IntArray
    gap: FloatArray
    n_groups: int
    n_members: int

    @property
    def n(self) -> int:
        """Return the number of rows."""
        return len(self.W)

    @property
    def n_fixed(self) -> int:
        """Return the number of fixed effects."""
        return int(self.W.shape[1]) - self.n_random - 1

    @property
    def mean_squares(self) -> FloatArray:
        """Return the mean square of each random column."""
        values: FloatArray = (self.W[:, : self.n_random] ** 2).mean(axis=0)
        return values

    @property
    def fixed_columns(self) -> FloatArray:
        """Return the columns of the fixed effects."""
        return self.W[:, self.n_random : -1]


def repeated_measures(
    y: FloatArray,
    X: FloatArray,
    Z: FloatArray,
    groups: IntArray,
    *,
    members: IntArray | None = None,
    days: FloatArray | None = None,
) -> RepeatedMeasures:
    """Sort rows by group, day and member and find each one's predecessor.

    Parameters
    ----------
    y, X, Z
        Outcome (rows), fixed (rows x p) and random columns (rows x q), without missing values.
    groups
        Whose row it is: any labels.
    members
        Which member (partner, outcome, item) of the group a row is of: 0, 1, ...; by default all of one.
    days
        Numbers; without them every row is a day of its own, in the order given.
    """
    n = len(y)
    W = np.column_stack([Z, X, y]).astype(float)
    _refuse(W, n)
    member = np.zeros(n, int) if members is None else np.asarray(members, int)
    _, group = np.unique(groups, return_inverse=True)
    day = np.arange(n, dtype=float) if days is None else np.asarray(days, float)
    order = np.lexsort((member, day, group))
    group, member, day = group[order], member[order], day[order]
    series = np.lexsort((day, member, group))  # member by member: where a row's predecessor stands just before it
    same = (np.diff(group[series]) == 0) & (np.diff(member[series]) == 0)
    before = np.full(n, -1)
    before[series[1:]] = np.where(same, series[:-1], -1)
    gap = np.where(before >= 0, day - day[before], 0.0)
    if ((before >= 0) & (gap == 0)).any():
        doubled = int(((before >= 0) & (gap == 0)).sum())
        raise IntimacyScalesError(
            Problem(where="days", what=f"{doubled} rows are second rows of a day", allowed="one row a member and day")
        )
    return RepeatedMeasures(
        W=W[order],
        n_random=Z.shape[1],
        order=order,
        group=group,
        member=member,
        day=day,
        before=before,
        gap=gap,
        n_groups=int(group[-1]) + 1,
        n_members=int(member.max()) + 1,
    )


def _refuse(W: FloatArray, n: int) -> None:
    if n == 0:
        raise IntimacyScalesError(Problem(where="rows", what="there are none"))
    if not np.isfinite(W).all():
        raise IntimacyScalesError(Problem(where="rows", what="hold missing values", do="leave those rows out first"))


Method = Literal["REML", "ML"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedModel:
    """A fitted linear mixed model.

    ``fixed`` and ``fixed_cov`` hold the fixed effects and their covariance matrix, ``random_cov`` (G) and
    ``residual_cov`` (Sigma) the variances and covariances, ``phi`` the autocorrelation (None where there is none).
    ``effects`` are the groups' random effects given the data (groups x q) with ``effects_cov`` (their prediction
    errors) and ``effects_with_fixed`` (groups x q x p), the errors' covariances with those of the fixed effects.
    """

    method: Method
    n: int
    n_groups: int
    fixed: FloatArray
    fixed_cov: FloatArray
    random_cov: FloatArray
    residual_cov: FloatArray
    phi: float | None
    log_likelihood: float
    n_parameters: int
    converged: bool
    singular: bool
    iterations: int
    largest_gradient: float
    effects: FloatArray = field(repr=False)
    effects_cov: FloatArray = field(repr=False)
    effects_with_fixed: FloatArray = field(repr=False)
    theta: FloatArray = field(repr=False)
    theta_cov: FloatArray = field(repr=False)
    fixed_cov_slopes: FloatArray = field(repr=False)
    random_structure: CovarianceStructure = field(repr=False)
    residual_structure: CovarianceStructure = field(repr=False)
    phi_slope: float = field(repr=False)

    @property
    def se(self) -> FloatArray:
        """Return the standard errors of the fixed effects."""
        return np.sqrt(np.diag(self.fixed_cov))

    @property
    def aic(self) -> float:
        """Return -2 log-likelihood + 2 parameters; fixed effects count under REML too, as in nlme."""
        return -2 * self.log_likelihood + 2 * self.n_parameters

    def bic(self, *, rows: Literal["all", "free"] = "free") -> float:
        """Return -2 log-likelihood + parameters x log(rows).

        Under REML nlme counts the rows less the fixed effects (``"free"``), lme4 all rows; under ML both count all.
        """
        n = self.n - len(self.fixed) if rows == "free" and self.method == "REML" else self.n
        return -2 * self.log_likelihood + self.n_parameters * float(np.log(n))
