"""The deviance of a linear mixed model and its gradient, fixed effects (and on request the scale) profiled out.

With W = [Z X y] and ``C = W'R^-1 W`` of a group, ``H = F (I + F'C_zz F)^-1 F'`` (G = FF') and U = [X y]:

    S = sum of C_uu - C_uz H C_zu                      (U'V^-1 U, V = ZGZ' + R)
    -2 logL = sum of log|R| + log|I + F'C_zz F| + rss / s2 + n log(2 pi s2)  [+ log|S_xx / s2| - p log(2 pi s2)]

All groups are worked on at one time; the gradient is exact (reverse through S).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.statistics.multilevel.residuals import CrossProducts, Residuals, Weights
from intimacy_scales.statistics.multilevel.structures import CovarianceStructure, Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Variances:
    """Values of the variance parameters: those of the random effects, of the residuals, and phi."""

    random: Floats
    residual: Floats
    phi: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """Everything known at one set of variance parameters; fixed effects are those that fit best there."""

    deviance: float
    scale: float
    beta: Floats
    unscaled: Floats
    H: Floats
    P: Floats
    products: CrossProducts


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviance:
    """The function that is minimised."""

    residuals: Residuals
    random: CovarianceStructure
    residual: CovarianceStructure
    n: int
    n_fixed: int
    reml: bool
    ar1: bool
    regular: bool
    """Days apart in whole numbers: phi may then be negative."""

    @property
    def n_parameters(self) -> int:
        """Return the number of variance parameters, the scale among them."""
        return self.random.n_parameters + self.residual.n_parameters + self.ar1

    def phi(self, x: float) -> float:
        """Return phi of its unbounded parameter."""
        return float(np.tanh(x)) if self.regular else float(1 / (1 + np.exp(-x)))

    def phi_slope(self, x: float) -> float:
        """Return the derivative of phi by its unbounded parameter."""
        phi = self.phi(x)
        return 1 - phi * phi if self.regular else phi * (1 - phi)

    def variances(self, theta: Floats) -> Variances:
        """Return the parts of the parameter vector."""
        g, s = self.random.n_parameters, self.residual.n_parameters
        phi = self.phi(theta[g + s]) if self.ar1 else 0.0
        return Variances(random=theta[:g], residual=theta[g : g + s], phi=phi)

    def solve(self, theta: Floats, *, profiled: bool) -> Solved:
        """Return the deviance and what belongs to it; ``profiled``: the scale of all variances is the best one."""
        at = self.variances(theta)
        products = self.residuals.cross_products(self.residual.matrix(at.residual), at.phi)
        F = self.random.factor(at.random)
        M = np.eye(F.shape[1]) + F.T @ products.zz @ F
        log_det = float(np.linalg.slogdet(M)[1].sum()) + products.log_det
        H = F @ np.linalg.inv(M) @ F.T
        P = H @ products.zu
        u = products.uu.shape[0]
        S = products.uu - products.zu.reshape(-1, u).T @ P.reshape(-1, u)
        p = self.n_fixed
        L = np.linalg.cholesky(S[:p, :p])
        half = np.linalg.solve(L, np.column_stack([S[:p, p], np.eye(p)]))
        rss = float(S[p, p] - half[:, 0] @ half[:, 0])
        free = self.n - p if self.reml else self.n
        scale = rss / free if profiled else 1.0
        deviance = log_det + rss / scale + free * np.log(2 * np.pi * scale)
        if self.reml:
            deviance += 2 * float(np.log(np.diag(L)).sum())
        return Solved(
            deviance=float(deviance),
            scale=scale,
            beta=half[:, 1:].T @ half[:, 0],
            unscaled=half[:, 1:].T @ half[:, 1:],
            H=H,
            P=P,
            products=products,
        )

    def slope(self, theta: Floats, solved: Solved) -> Floats:
        """Return the gradient of the deviance at ``theta``; with a profiled scale it is held (the envelope theorem)."""
        at = self.variances(theta)
        p = self.n_fixed
        r = np.r_[-solved.beta, 1.0]
        omega = np.outer(r, r) / solved.scale
        if self.reml:
            omega[:p, :p] += solved.unscaled
        K, zu, P = solved.products.zz, solved.products.zu, solved.P
        B = zu - K @ P
        by_G = (K - K @ solved.H @ K).sum(0) - _sandwich(B, omega).sum(0)
        weights = Weights(zz=_sandwich(P, omega) + solved.H, zu=-2 * P @ omega, uu=omega)
        by_sigma, by_phi = self.residuals.slope(self.residual.matrix(at.residual), at.phi, weights)
        found = [self.random.slope(at.random, by_G), self.residual.slope(at.residual, by_sigma)]
        if self.ar1:
            found.append(np.array([by_phi * self.phi_slope(theta[-1])]))
        return np.concatenate(found)


def _sandwich(P: Floats, omega: Floats) -> Floats:
    return P @ omega @ P.transpose(0, 2, 1)
