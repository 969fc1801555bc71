"""What a linear mixed model answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from intimacy_scales.statistics.multilevel.structures import CovarianceStructure, Floats

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
    fixed: Floats
    fixed_cov: Floats
    random_cov: Floats
    residual_cov: Floats
    phi: float | None
    log_likelihood: float
    n_parameters: int
    converged: bool
    singular: bool
    iterations: int
    largest_gradient: float
    effects: Floats = field(repr=False)
    effects_cov: Floats = field(repr=False)
    effects_with_fixed: Floats = field(repr=False)
    theta: Floats = field(repr=False)
    theta_cov: Floats = field(repr=False)
    fixed_cov_slopes: Floats = field(repr=False)
    random_structure: CovarianceStructure = field(repr=False)
    residual_structure: CovarianceStructure = field(repr=False)
    phi_slope: float = field(repr=False)

    @property
    def se(self) -> Floats:
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
