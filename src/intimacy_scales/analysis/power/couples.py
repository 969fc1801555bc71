"""How many couples for an actor, a partner, or an indirect effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from intimacy_scales.analysis.power.power_curve import Chunks, check_shares
from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.base.wording import level_words
from intimacy_scales.simulation.parameters import CoupleTruth, PathTruth
from intimacy_scales.statistics.estimate import half_width

Effect = Literal["actor", "partner"]
EFFECTS: tuple[Effect, ...] = ("actor", "partner")
Indirect = Literal["actor-actor", "partner-partner", "actor-partner", "partner-actor"]
INDIRECT: tuple[Indirect, ...] = ("actor-actor", "partner-partner", "actor-partner", "partner-actor")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleStudy:
    """An actor-partner model: it succeeds when the effect differs from zero (two-sided).

    Attributes
    ----------
    actor : standardized effect of a person's predictor on the own outcome.
    partner : standardized effect on the partner's outcome.
    effect : actor or partner: the effect to be shown.
    similarity : correlation of the partners' predictors.
    residual_similarity : correlation of what is left of the partners' outcomes.
    reliability : of the measures; 1: effects are those of the scores themselves.
    distinguishable : partners have roles, each with effects of its own; else exchangeable.
    level : 1 - level is the risk of a false alarm.
    """

    actor: float = 0.3
    partner: float = 0.15
    effect: Effect = "partner"
    similarity: float = 0.3
    residual_similarity: float = 0.3
    reliability: float = 1.0
    distinguishable: bool = True
    level: float = 0.95

    def __post_init__(self) -> None:
        check_shares(self, actor=(-0.99, 0.99), partner=(-0.99, 0.99), similarity=(-0.95, 0.95),
                     residual_similarity=(-0.95, 0.95), reliability=(0.1, 1), level=(0.5, 0.999))  # fmt: skip
        if self.effect not in EFFECTS:
            raise UnknownNameError.among("effect", self.effect, EFFECTS)
        self.couples.draw(1, 3, np.random.default_rng(0))  # refuses effects that explain more than there is

    unit = "couple"
    least = 10

    @property
    def couples(self) -> CoupleTruth:
        """The couples that are drawn."""
        path = PathTruth(actor=self.actor, partner=self.partner, residual_similarity=self.residual_similarity)
        return CoupleTruth(similarity=self.similarity, to_outcome=path, reliability=self.reliability)

    @property
    def question(self) -> str:
        """What a successful study shows."""
        whose = "of one role" if self.distinguishable else "of exchangeable partners"
        return f"the {self.effect} effect {whose} differs from zero"

    @property
    def notes(self) -> tuple[str, ...]:
        """What to mind."""
        return ()

    def truth(self) -> dict[str, Any]:
        """Return what was taken as true."""
        return {"actor": self.actor, "partner": self.partner, "effect": self.effect, "similarity": self.similarity,
                "residual_similarity": self.residual_similarity, "reliability": self.reliability,
                "distinguishable": self.distinguishable, "level": self.level}  # fmt: skip

    def trial(self, n: int, draws: int, rng: np.random.Generator) -> BoolArray:
        """Simulate couples and test the effect."""
        z = half_width(self.level)
        parts = []
        for size in Chunks().sizes(draws, 8 * n):
            x, y = self.couples.draw(size, n, rng)
            found = effects_of([x], y, distinguishable=self.distinguishable)
            at = EFFECTS.index(self.effect)
            parts.append(np.abs(found.values[:, at]) > z * found.errors[:, at])
        return np.concatenate(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediationStudy:
    """Couples with a mediator: it succeeds when the Monte Carlo interval of the indirect effect leaves out zero.

    Attributes
    ----------
    a_actor : standardized effect of the own predictor on the own mediator.
    a_partner : of the partner's predictor on the own mediator.
    b_actor : of the own mediator on the own outcome.
    b_partner : of the partner's mediator on the own outcome.
    direct_actor : of the own predictor on the own outcome, beside the mediator.
    direct_partner : of the partner's predictor on the own outcome, beside the mediator.
    effect : predictor to mediator, mediator to outcome: actor-actor ....
    similarity : correlation of the partners' predictors.
    residual_similarity : correlation of what is left of mediators, and of outcomes.
    reliability : of the measures; 1: effects are those of the scores themselves.
    distinguishable : partners have roles, each with effects of its own; else exchangeable.
    level : level of the interval.
    """

    a_actor: float = 0.3
    a_partner: float = 0.1
    b_actor: float = 0.3
    b_partner: float = 0.1
    direct_actor: float = 0.1
    direct_partner: float = 0.0
    effect: Indirect = "actor-actor"
    similarity: float = 0.3
    residual_similarity: float = 0.3
    reliability: float = 1.0
    distinguishable: bool = True
    level: float = 0.95

    def __post_init__(self) -> None:
        effects = dict.fromkeys(("a_actor", "a_partner", "b_actor", "b_partner", "direct_actor", "direct_partner"),
                                (-0.99, 0.99))  # fmt: skip
        check_shares(self, **effects, similarity=(-0.95, 0.95), residual_similarity=(-0.95, 0.95),
                     reliability=(0.1, 1), level=(0.5, 0.999))  # fmt: skip
        if self.effect not in INDIRECT:
            raise UnknownNameError.among("indirect effect", self.effect, INDIRECT)
        self.couples.draw(1, 3, np.random.default_rng(0))

    unit = "couple"
    least = 20

    @property
    def couples(self) -> CoupleTruth:
        """The couples that are drawn."""

        def path(actor: float, partner: float) -> PathTruth:
            return PathTruth(actor=actor, partner=partner, residual_similarity=self.residual_similarity)

        return CoupleTruth(similarity=self.similarity, to_outcome=path(self.direct_actor, self.direct_partner),
                           to_mediator=path(self.a_actor, self.a_partner),
                           from_mediator=path(self.b_actor, self.b_partner), reliability=self.reliability)  # fmt: skip

    @property
    def question(self) -> str:
        """What a successful study shows."""
        return (
            f"the {level_words(self.level)} Monte Carlo interval of the {self.effect} indirect effect leaves out zero"
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What to mind."""
        return ("predictor, mediator and outcome at one time: an indirect effect is no proof of a process",)

    def truth(self) -> dict[str, Any]:
        """Return what was taken as true."""
        names = ("a_actor", "a_partner", "b_actor", "b_partner", "direct_actor", "direct_partner", "effect",
                 "similarity", "residual_similarity", "reliability", "distinguishable", "level")  # fmt: skip
        return {name: getattr(self, name) for name in names}

    def trial(self, n: int, draws: int, rng: np.random.Generator) -> BoolArray:
        """Simulate couples and look whether the interval of the product leaves out zero."""
        first, second = self.effect.split("-")
        tail = (1 - self.level) / 2
        parts = []
        for size in Chunks().sizes(draws, 12 * n):
            x, m, y = self.couples.draw(size, n, rng)
            a = effects_of([x], m, distinguishable=self.distinguishable)
            b = effects_of([m, x], y, distinguishable=self.distinguishable)
            below = share_below_zero(a.z(first), b.z(second))
            parts.append((below < tail) | (below > 1 - tail))
        return np.concatenate(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleEffects:
    """Actor and partner effects of every cause (studies x 2 per cause) and their standard errors."""

    values: FloatArray
    errors: FloatArray

    def z(self, effect: str) -> FloatArray:
        """Return effect over standard error of the first cause."""
        at = 0 if effect == "actor" else 1
        return np.asarray(self.values[:, at] / self.errors[:, at])


def share_below_zero(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return which share of a Monte Carlo distribution of the product lies below zero, were the draws endless.

    The product of two independent normal estimates is negative where one of them is: ``p (1 - q) + q (1 - p)`` with
    ``p = Phi(-a)``, ``q = Phi(-b)``. The interval leaves out zero where this is under (or over) a tail.
    """
    from scipy.special import ndtr

    p, q = ndtr(-a), ndtr(-b)
    return np.asarray(p * (1 - q) + q * (1 - p))


def effects_of(causes: list[FloatArray], outcome: FloatArray, *, distinguishable: bool) -> CoupleEffects:
    """Estimate actor and partner effects in every study as the saturated actor-partner model does, in closed form.

    Distinguishable: the first partner's equation by least squares, errors by maximum likelihood (divisor n).
    Exchangeable (Olsen and Kenny, 2006): the slope of sums on sums is actor + partner, of differences on differences
    actor - partner, and the two are independent. Arrays: studies x couples x partners.
    """
    if distinguishable:
        x = np.concatenate([np.stack([cause[..., 0], cause[..., 1]], axis=-1) for cause in causes], axis=-1)
        values, covariance = _regressed(x, outcome[..., 0])
        return CoupleEffects(values=values, errors=np.sqrt(np.einsum("dii->di", covariance)))
    halves = []
    for sign in (1.0, -1.0):
        x = np.stack([cause[..., 0] + sign * cause[..., 1] for cause in causes], axis=-1)
        halves.append(_regressed(x, outcome[..., 0] + sign * outcome[..., 1], through_zero=sign < 0))
    (s, of_s), (d, of_d) = halves
    slopes, wide = list[FloatArray](), list[FloatArray]()
    for j in range(len(causes)):
        error = np.sqrt(of_s[:, j, j] + of_d[:, j, j]) / 2
        slopes += [(s[:, j] + d[:, j]) / 2, (s[:, j] - d[:, j]) / 2]
        wide += [error, error]
    return CoupleEffects(values=np.column_stack(slopes), errors=np.column_stack(wide))


def _regressed(x: FloatArray, y: FloatArray, *, through_zero: bool = False) -> tuple[FloatArray, FloatArray]:
    """Return slopes and their maximum likelihood covariance in every study: studies x couples x predictors."""
    if not through_zero:  # swapped partners turn differences round: their means are zero by right
        x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    n = x.shape[1]
    inside = np.linalg.inv(np.einsum("dni,dnj->dij", x, x, optimize=True))
    slopes = np.einsum("dij,dnj,dn->di", inside, x, y, optimize=True)
    left = y - np.einsum("dni,di->dn", x, slopes)
    return slopes, inside * ((left**2).sum(axis=1) / n)[:, None, None]
