"""Scoring with damping: Newton's method on the expected information, the exact Hessian once it is near."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from intimacy_scales.sem.matrices import Floats

STEPS = 300
CLOSE = 1e-12  # Newton decrement, in units of the log-likelihood: parameters are then within 1e-6 standard errors
NEAR = 1.0  # decrement below which the exact Hessian is worth its price
SLACK = 1e-11  # relative rounding error of the objective that is not counted as a step uphill


class Objective(Protocol):
    """What is minimised: minus a log-likelihood or half a weighted sum of squares: chi-square / 2."""

    def value(self, theta: Floats) -> float:
        """Return the objective, infinite outside its domain."""

    def gradient(self, theta: Floats) -> Floats:
        """Return its gradient."""

    def information(self, theta: Floats) -> Floats:
        """Return a positive semi-definite approximation of its Hessian."""

    def hessian(self, theta: Floats) -> Floats | None:
        """Return its exact Hessian where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Where the search ended. ``decrement`` is the Newton decrement there."""

    theta: Floats
    value: float
    converged: bool
    iterations: int
    decrement: float


def minimise(objective: Objective, start: Floats) -> Solution:
    """Minimise from ``start`` with Levenberg-Marquardt damping of the scoring steps."""
    theta, value = start, objective.value(start)
    damping, decrement = 0.0, np.inf
    if not np.isfinite(value):
        return Solution(theta=theta, value=value, converged=False, iterations=0, decrement=np.inf)
    for iteration in range(1, STEPS + 1):
        slope = objective.gradient(theta)
        H = _curvature(objective, theta, decrement)
        moved = False
        while damping < 1e8:
            step = _solve(H, slope, damping)
            if step is not None:
                new = objective.value(theta + step)
                if new <= value + SLACK * abs(value):
                    moved = True
                    break
            damping = max(10 * damping, 1e-3)
        if not moved or step is None:
            break
        decrement = float(-slope @ step)
        theta, value = theta + step, new
        if decrement < CLOSE and damping < 1e-2:
            return Solution(theta=theta, value=value, converged=True, iterations=iteration, decrement=decrement)
        damping = damping / 10 if damping > 1e-6 else 0.0
    return Solution(theta=theta, value=value, converged=False, iterations=iteration, decrement=decrement)


def _curvature(objective: Objective, theta: Floats, decrement: float) -> Floats:
    """Use the exact Hessian near the solution where it is positive definite, else the information."""
    if decrement < NEAR:
        exact = objective.hessian(theta)
        if exact is not None and positive(exact):
            return exact
    return objective.information(theta)


def positive(matrix: Floats) -> bool:
    """Whether a symmetric matrix is positive definite."""
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True


def _solve(H: Floats, slope: Floats, damping: float) -> Floats | None:
    scale = np.diag(H)
    if (scale <= 0).any():
        scale = np.maximum(scale, 1e-8 * max(scale.max(), 1.0))
    root = 1 / np.sqrt(scale)
    scaled = H * np.outer(root, root) + damping * np.eye(len(H))
    try:
        L = np.linalg.cholesky(scaled)
    except np.linalg.LinAlgError:
        return None
    step = -np.linalg.solve(L.T, np.linalg.solve(L, slope * root)) * root
    return step if np.isfinite(step).all() else None
