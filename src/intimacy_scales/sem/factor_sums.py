"""What a factor model says of the sums of its factors' items: true and error variance, variance extracted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.sem.diagnostics import latent_correlations
from intimacy_scales.sem.results import Fit


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorSum:
    """The sum of one factor's own items.

    ``true`` is ``(sum l)^2 v`` with loadings l and factor variance v, ``error`` the sum of the items' residual
    variances, ``extracted`` the mean squared standardized loading (average variance extracted).
    """

    factor: str
    items: tuple[str, ...]
    true: float
    error: float
    extracted: float

    @property
    def reliability(self) -> float:
        """Omega: ``true / (true + error)``, the variance of the sum being the model's."""
        return self.true / (self.true + self.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorSums:
    """Every factor's sum, and the sum of all items: ``true`` is ``s' Phi s`` with s the factors' summed loadings."""

    by_factor: dict[str, FactorSum]
    true: float
    error: float

    @property
    def reliability(self) -> float:
        """Omega total: the share of all factors together in the variance of the sum of all items."""
        return self.true / (self.true + self.error)


def factor_sums(fit: Fit) -> FactorSums:
    """Return true and error variances of the sums of items, of a fit in one group; residuals taken as uncorrelated.

    Factors that only other factors measure (a second order) have no items to sum. Ordinal fits speak of what lies
    behind the ticks: their sums are not sums of ticks.
    """
    observed = fit.setup.grouped.models[0].observed
    latent = latent_correlations(fit)[0]
    left = {row.lhs: row.est for row in fit.estimates if row.op == "~~" and row.lhs == row.rhs}
    rows = [row for row in fit.estimates if row.op == "=~" and row.rhs in observed]
    sums = np.array([sum(row.est for row in rows if row.lhs == name) for name in latent.names])
    found = {}
    for k, name in enumerate(latent.names):
        own = [row for row in rows if row.lhs == name]
        if own:
            found[name] = FactorSum(
                factor=name,
                items=tuple(row.rhs for row in own),
                true=float(sums[k] ** 2 * latent.covariances[k, k]),
                error=float(sum(left.get(row.rhs, np.nan) for row in own)),
                extracted=float(np.mean([row.std**2 for row in own])),
            )
    items = dict.fromkeys(row.rhs for row in rows)
    return FactorSums(
        by_factor=found,
        true=float(sums @ latent.covariances @ sums),
        error=float(sum(left.get(item, np.nan) for item in items)),
    )
