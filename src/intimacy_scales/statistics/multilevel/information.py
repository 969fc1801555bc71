"""What groups of a design say of a mixed model's parameters, before anybody is asked: for planning a study."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from intimacy_scales.statistics.multilevel.structures import Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDesign:
    """Rows of one group: fixed and random columns, members and days."""

    X: Floats = field(repr=False)
    Z: Floats = field(repr=False)
    members: Integers = field(repr=False)
    days: Floats = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedTruth:
    """Variances of a model: of random effects (G), of the members' residuals of one day, and phi."""

    random: Floats
    residual: Floats
    phi: float = 0.0

    def covariance(self, group: GroupDesign) -> Floats:
        """Return the covariance matrix of a group's rows."""
        lags = np.abs(group.days[:, None] - group.days[None, :])
        apart = self.phi**lags if self.phi else (lags == 0).astype(float)
        found: Floats = group.Z @ self.random @ group.Z.T + self.residual[np.ix_(group.members, group.members)] * apart
        return found


def fixed_information(group: GroupDesign, truth: MixedTruth) -> Floats:
    """Return ``X'V^-1 X``: groups add up, and the inverse of the sum is the covariance of the fixed effects."""
    found: Floats = group.X.T @ np.linalg.solve(truth.covariance(group), group.X)
    return found


def variance_information(group: GroupDesign, truth: MixedTruth) -> Floats:
    """Return the expected information on the elements of G (rows of its lower triangle) and the residual variances.

    ``1/2 tr(V^-1 dV_j V^-1 dV_k)``; residuals of different members and days are taken as unrelated.
    """
    inverse = np.linalg.inv(truth.covariance(group))
    q = len(truth.random)
    slopes = []
    for i in range(q):
        for j in range(i + 1):
            outer = np.outer(group.Z[:, i], group.Z[:, j])
            slopes.append(outer if i == j else outer + outer.T)
    slopes += [np.diag((group.members == m).astype(float)) for m in range(len(truth.residual))]
    weighted = np.array([inverse @ one for one in slopes])
    found: Floats = 0.5 * np.einsum("jab,kba->jk", weighted, weighted)
    return found
