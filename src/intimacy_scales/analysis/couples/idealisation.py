"""What a scale of idealisation does to the others: said, never taken out in silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from intimacy_scales.analysis.couples.partners.answer_pairs import ScorePair
from intimacy_scales.base.results import json_dict
from intimacy_scales.base.wording import coefficient
from intimacy_scales.statistics.correlation import partial, pearson
from intimacy_scales.statistics.estimate import Estimate

LEAST = 10  # couples


@dataclass(frozen=True, slots=True, kw_only=True)
class Idealisation:
    """One score beside the scale of idealisation of the same bank and administration.

    ``with_idealisation``: each partner's r of the two. ``raw``: r of the partners' scores; ``partial``: the same with
    both partners' idealisation held.
    """

    column: str
    name: str
    idealisation: str
    n: int
    with_idealisation: tuple[Estimate, Estimate]
    raw: Estimate
    partial: Estimate

    def said(self) -> str:
        """Return it in a sentence."""
        first, second = (coefficient(one.value) for one in self.with_idealisation)
        return (
            f"{self.name} goes with idealisation (r {first} and {second}); partners' scores correlate {self.raw}, and "
            f"{self.partial} with both partners' idealisation held. No score was corrected."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it JSON-safe."""
        return json_dict(
            {
                "score": self.column,
                "idealisation": self.idealisation,
                "n": self.n,
                "r_with_idealisation": [one.to_dict() for one in self.with_idealisation],
                "partner_r": self.raw.to_dict(),
                "partner_r_partial": self.partial.to_dict(),
            }
        )


def idealisation_of(pairs: Sequence[ScorePair], *, level: float = 0.95) -> tuple[Idealisation, ...]:
    """Return every content score beside its bank's scale of idealisation.

    Correlations over the couples in which all four scores are there, at least ten.

    Notes
    -----
    A high correlation may mean that answers are painted bright, or that happy people do see their partner so: the
    partial correlation takes out both, and may take out too much. That is why no score is corrected.
    """
    ideals = {
        (pair.bank.id, pair.administration): pair
        for pair in pairs
        if pair.scale.role == "idealisation" and not pair.wish
    }
    found = []
    for pair in pairs:
        ideal = ideals.get((pair.bank.id, pair.administration))
        if ideal is None or pair.scale.role == "idealisation" or pair.derived:
            continue
        values = np.column_stack([pair.values, ideal.values])
        values = values[~np.isnan(values).any(axis=1)]
        if len(values) >= LEAST:
            found.append(
                Idealisation(
                    column=pair.column,
                    name=pair.scale.name,
                    idealisation=ideal.column,
                    n=len(values),
                    with_idealisation=(
                        pearson(values[:, 0], values[:, 2], level=level),
                        pearson(values[:, 1], values[:, 3], level=level),
                    ),
                    raw=pearson(values[:, 0], values[:, 1], level=level),
                    partial=partial(values[:, :2], values[:, 2:], level=level),
                )
            )
    return tuple(found)
