"""Minus the log-likelihood of a compiled model over its groups, as an :class:`Objective`."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from intimacy_scales.statistics.sem import normal
from intimacy_scales.statistics.sem.matrices import (
    Compiled,
    Derivatives,
    Floats,
    State,
    curvature,
    derivatives,
    evaluate,
    gather,
    gather_square,
)
from intimacy_scales.statistics.sem.normal import GroupSample


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """One group at one parameter vector."""

    state: State
    mu: Floats
    terms: normal.Terms
    by: Derivatives


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalObjective:
    """Minus log-likelihood. Without a mean structure the means are the sample's.

    ``memo`` keeps the last point: value, gradient and information of one step share its inverses.
    """

    compiled: Compiled
    data: tuple[GroupSample, ...]
    has_means: bool
    memo: dict[bytes, tuple[At, ...] | None] = field(default_factory=dict, compare=False, repr=False)

    def at(self, theta: Floats) -> tuple[At, ...] | None:
        """Evaluate every group; None where an implied covariance matrix is not positive definite."""
        key = theta.tobytes()
        known = dict(self.memo)
        if key in known:
            return known[key]
        made = self._at(theta)
        self.memo.clear()
        self.memo[key] = made
        return made

    def _at(self, theta: Floats) -> tuple[At, ...] | None:
        out = []
        for matrices, data in zip(self.compiled.groups, self.data, strict=True):
            state = evaluate(matrices, theta)
            mu = state.mu if self.has_means else data.mean
            terms = normal.terms(data.patterns, mu, state.sigma)
            if terms is None:
                return None
            out.append(At(state=state, mu=mu, terms=terms, by=derivatives(matrices, state)))
        return tuple(out)

    def value(self, theta: Floats) -> float:
        """Return minus the log-likelihood."""
        with np.errstate(all="ignore"):
            try:
                at = self.at(theta)
            except np.linalg.LinAlgError:
                return np.inf
        total = np.inf if at is None else sum(one.terms.value for one in at)
        return float(total) if np.isfinite(total) else np.inf

    def gradient(self, theta: Floats) -> Floats:
        """Return its gradient by the parameters."""
        total = np.zeros(self.compiled.n_params)
        for matrices, one in zip(self.compiled.groups, self._there(theta), strict=True):
            total += gather(matrices.params, self.compiled.n_params, normal.gradient(one.terms, one.by))
        return total

    def information(self, theta: Floats) -> Floats:
        """Return the expected information."""
        return self._sum(theta, exact=False)

    def hessian(self, theta: Floats) -> Floats:
        """Return the observed information."""
        return self._sum(theta, exact=True)

    def _there(self, theta: Floats) -> tuple[At, ...]:
        at = self.at(theta)
        if at is None:
            msg = "asked for derivatives where the objective is infinite"
            raise ValueError(msg)
        return at

    def _sum(self, theta: Floats, *, exact: bool) -> Floats:
        n_params = self.compiled.n_params
        total = np.zeros((n_params, n_params))
        for matrices, data, one in zip(self.compiled.groups, self.data, self._there(theta), strict=True):
            if exact:
                cells = normal.observed_information(data.patterns, one.terms, one.by)
                cells += curvature(matrices, one.state, one.terms.gradient_sigma, one.terms.gradient_mu)
            else:
                cells = normal.expected_information(data.patterns, one.terms.V, one.by)
            total += gather_square(matrices.params, n_params, cells)
        return total

    def scores(self, theta: Floats) -> tuple[Floats, ...]:
        """Return the casewise gradient of the log-likelihood, persons x parameters, one array a group."""
        out = []
        for matrices, data, one in zip(self.compiled.groups, self.data, self._there(theta), strict=True):
            cells = normal.scores(data, one.terms, one.mu, one.by)
            table = np.zeros((self.compiled.n_params, cells.shape[0]))
            np.add.at(table, matrices.params, cells.T)
            out.append(table.T)
        return tuple(out)
