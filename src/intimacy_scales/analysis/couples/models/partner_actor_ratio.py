"""Partner over actor effect (k), and the pattern of interdependence it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isnan, nan
from typing import Any, Literal

from intimacy_scales.analysis.couples.models.dyad_model import DyadModel, Edge, Equal, ends_of
from intimacy_scales.base import wording
from intimacy_scales.base.results import json_dict
from intimacy_scales.statistics.sem import Fit, monte_carlo_of

Pattern = Literal["actor-only", "couple", "contrast", "not decided"]
PATTERNS: Mapping[Pattern, float] = {"actor-only": 0.0, "couple": 1.0, "contrast": -1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerActorRatio:
    """``k = partner / actor`` of one kind of person, with a Monte Carlo interval.

    NaN where the actor effect's interval holds zero: the ratio is then anything. ``pattern``: the one of actor-only
    (0), couple (1) and contrast (-1) that lies inside the interval, where exactly one does.
    """

    partner: str
    predictor: str
    value: float
    low: float
    high: float
    level: float
    draws: int
    seed: int
    pattern: Pattern
    why: str = ""

    def __str__(self) -> str:
        if isnan(self.value):
            return f"{self.partner}, {self.predictor}: {self.why}"
        ends = wording.between(self.low, self.high)
        return f"{self.partner}, {self.predictor}: {wording.figure(self.value)} {ends}, {self.pattern}"

    def to_dict(self) -> dict[str, Any]:
        """Return the ratio JSON-safe."""
        return json_dict(
            {
                "partner": self.partner,
                "predictor": self.predictor,
                "value": self.value,
                "ci": [self.low, self.high],
                "level": self.level,
                "draws": self.draws,
                "seed": self.seed,
                "pattern": self.pattern,
                "why": self.why or None,
            }
        )


def pattern_of(low: float, high: float) -> Pattern:
    """Return the pattern that an interval of k names.

    Examples
    --------
    >>> pattern_of(0.41, 0.80), pattern_of(0.6, 1.3), pattern_of(-0.2, 0.3), pattern_of(-0.1, 1.2)
    ('not decided', 'couple', 'actor-only', 'not decided')
    """
    inside: list[Pattern] = [name for name, k in PATTERNS.items() if low <= k <= high]
    return inside[0] if len(inside) == 1 else "not decided"


def partner_actor_ratios(
    model: DyadModel, made: Fit, equal: Equal = "", *, draws: int, seed: int, level: float = 0.95
) -> tuple[PartnerActorRatio, ...]:
    """Return k of every kind of person and predictor.

    ``k = p / a`` with the interval of draws from the normal distribution of both estimates; only where the actor
    effect's interval leaves out zero, since a ratio to a number near zero has no bounds.

    Notes
    -----
    k may be anything between and beyond the three patterns; that none is named says that the interval holds none or
    several of them, not that there is no pattern.
    Reference: Kenny, D. A., & Ledermann, T. (2010). Detecting, measuring, and testing dyadic patterns in the
    actor-partner interdependence model. *Journal of Family Psychology, 24*, 359-366. https://doi.org/10.1037/a0019651
    """
    found: dict[tuple[str, str], PartnerActorRatio] = {}
    for group, composition in enumerate(model.compositions):
        edges = [edge for edge in model.edges(model.outcome) if edge.cause in model.predictors]
        for actor in (edge for edge in edges if edge.own):
            other = next(e for e in edges if not e.own and e.cause is actor.cause and e.side == actor.side)
            labels = (model.label(actor, group, equal), model.label(other, group, equal))
            if labels in found:
                continue
            person = composition.persons[actor.side if len(composition.persons) == 2 else 0]
            name = "all" if equal else person if len(model.compositions) == 1 else f"{composition.name}: {person}"
            found[labels] = _ratio(made, actor, made.groups[group], labels, name, (draws, seed, level))
    return tuple(found.values())


def _ratio(
    made: Fit, actor: Edge, group: str, labels: tuple[str, str], person: str, how: tuple[int, int, float]
) -> PartnerActorRatio:
    row = made.estimate(f"{actor.end}~{actor.start}", group)
    draws, seed, level = how
    low, high = ends_of(row.est, row.se, level)
    none = PartnerActorRatio(
        partner=person,
        predictor=actor.cause.name,
        value=nan,
        low=nan,
        high=nan,
        level=level,
        draws=draws,
        seed=seed,
        pattern="not decided",
        why="no ratio: the interval of the actor effect holds zero",
    )
    if low <= 0 <= high:
        return none
    (drawn,) = monte_carlo_of(made, {"k": f"{labels[1]} / {labels[0]}"}, draws=draws, seed=seed, level=level)
    return replace(
        none, value=drawn.est, low=drawn.lower, high=drawn.upper, pattern=pattern_of(drawn.lower, drawn.upper), why=""
    )
