"""Couples from a known truth: what each partner's standing does to the own and to the other's outcome.

All variables have mean 0 and variance 1; partners are exchangeable in truth. Axes: samples, couples, partners.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.wording import percent

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathTruth:
    """Effects of a predictor on an outcome: the own (actor) and the partner's, and what is left between partners."""

    actor: float
    partner: float
    residual_similarity: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleTruth:
    """Predictor to outcome, or by way of a mediator.

    ``similarity``: correlation of the partners' predictors. ``to_outcome`` are the effects of the predictor; with
    ``to_mediator`` and ``from_mediator`` there is a mediator between, and ``to_outcome`` are direct effects.
    ``reliability`` of every measure, 1 without measurement error.
    """

    similarity: float
    to_outcome: PathTruth
    to_mediator: PathTruth | None = None
    from_mediator: PathTruth | None = None
    reliability: float = 1.0

    def draw(self, samples: int, couples: int, rng: np.random.Generator) -> tuple[FloatArray, ...]:
        """Return predictor, mediator (where there is one) and outcome as measured, each samples x couples x partners.

        Raises
        ------
        ResponseError
            When the effects explain more than all of a variable's variance.
        """
        shape = (samples, couples, 2)
        x = _pairs(rng.standard_normal(shape), self.similarity)
        causes, effects = [x], [self.to_outcome]
        if self.to_mediator is not None and self.from_mediator is not None:
            m = self._led(rng, [x], [self.to_mediator], "mediator")
            causes, effects = [x, m], [self.to_outcome, self.from_mediator]
        y = self._led(rng, causes, effects, "outcome")
        return tuple(self._measured(rng, one) for one in (*causes, y))

    def _led(
        self, rng: np.random.Generator, causes: list[FloatArray], effects: list[PathTruth], name: str
    ) -> FloatArray:
        explained = sum(
            (path.actor * cause + path.partner * cause[..., ::-1] for cause, path in zip(causes, effects, strict=True)),
            start=np.zeros_like(causes[0]),
        )
        left = 1 - self.explained(effects, mediated=len(causes) > 1)
        if left <= 0:
            raise ResponseError(Problem(where=name, what=f"its effects explain {percent(1 - left)} of its variance",
                                        allowed="less than all", do="take smaller standardized effects"))  # fmt: skip
        noise = _pairs(rng.standard_normal(explained.shape), effects[-1].residual_similarity)
        return np.asarray(explained + np.sqrt(left) * noise)

    def explained(self, effects: list[PathTruth], *, mediated: bool) -> float:
        """Return the variance that these effects explain."""
        r = self.similarity
        b = effects[0]
        total = b.actor**2 + b.partner**2 + 2 * b.actor * b.partner * r
        if not mediated or self.to_mediator is None:
            return total
        a, c = self.to_mediator, effects[1]
        own = a.actor + a.partner * r  # covariance of a person's predictor and mediator, and with the partner's
        cross = a.actor * r + a.partner
        left = 1 - (a.actor**2 + a.partner**2 + 2 * a.actor * a.partner * r)
        r_m = 2 * a.actor * a.partner + (a.actor**2 + a.partner**2) * r + left * a.residual_similarity
        total += c.actor**2 + c.partner**2 + 2 * c.actor * c.partner * r_m
        return total + 2 * ((b.actor * c.actor + b.partner * c.partner) * own
                            + (b.actor * c.partner + b.partner * c.actor) * cross)  # fmt: skip

    def _measured(self, rng: np.random.Generator, true: FloatArray) -> FloatArray:
        if self.reliability >= 1:
            return true
        error = rng.standard_normal(true.shape)
        return np.asarray(np.sqrt(self.reliability) * true + np.sqrt(1 - self.reliability) * error)


def _pairs(independent: FloatArray, r: float) -> FloatArray:
    """Let the two partners' values correlate r (positive or negative), variances 1."""
    first, second = independent[..., 0], independent[..., 1]
    return np.stack([first, r * first + np.sqrt(1 - r**2) * second], axis=-1)
