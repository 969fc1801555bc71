"""What a scale of idealisation does to the others: said, never taken out in silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from intimacy_scales.analysis.couples.partners.answer_pairs import ScorePair
from intimacy_scales.base import wording
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.results import json_dict
from intimacy_scales.statistics.correlation import double_entry, fisher_interval, partial, pearson, r_of
from intimacy_scales.statistics.estimate import Estimate

LEAST = 10  # couples


@dataclass(frozen=True, slots=True, kw_only=True)
class Idealisation:
    """One score beside the scale of idealisation of the same bank and administration.

    ``with_idealisation``: each partner's r of the two (one figure over all persons where nothing tells partners apart).
    ``raw``: r of the partners' scores; ``partial``: the same with both partners' idealisation held.
    """

    column: str
    name: str
    idealisation: str
    n: int
    with_idealisation: tuple[Estimate, ...]
    raw: Estimate
    partial: Estimate

    def sentence(self) -> str:
        """Return it in a sentence."""
        each = wording.listed([wording.coefficient(one.value) for one in self.with_idealisation])
        return (
            f"{self.name} goes with idealisation (r {each}); partners' scores correlate {self.raw}, and "
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


def idealisation_of(
    pairs: Sequence[ScorePair], *, level: float = 0.95, exchangeable: bool = False
) -> tuple[Idealisation, ...]:
    """Return every content score beside its bank's scale of idealisation.

    Correlations over the couples in which all four scores are there, at least ten. Where nothing tells partners apart,
    every couple is entered both ways round, and intervals count couples, not persons.

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
    idealisations = []
    for pair in pairs:
        ideal = ideals.get((pair.bank.id, pair.administration))
        if ideal is None or pair.scale.role == "idealisation" or pair.derived:
            continue
        values = np.column_stack([pair.values, ideal.values])
        values = values[~np.isnan(values).any(axis=1)]
        if len(values) >= LEAST:
            each, raw, held = (_alike if exchangeable else _apart)(values, level)
            idealisations.append(
                Idealisation(
                    column=pair.column,
                    name=pair.scale.name,
                    idealisation=ideal.column,
                    n=len(values),
                    with_idealisation=each,
                    raw=raw,
                    partial=held,
                )
            )
    return tuple(idealisations)


def _apart(values: FloatArray, level: float) -> tuple[tuple[Estimate, ...], Estimate, Estimate]:
    each = tuple(pearson(values[:, j], values[:, j + 2], level=level) for j in (0, 1))
    return each, pearson(values[:, 0], values[:, 1], level=level), partial(values[:, :2], values[:, 2:], level=level)


def _alike(values: FloatArray, level: float) -> tuple[tuple[Estimate, ...], Estimate, Estimate]:
    """Return the three from couples entered both ways round (score, score, ideal, ideal)."""
    both = np.concatenate([values, values[:, [1, 0, 3, 2]]])
    n = len(values)
    r = r_of(both[:, 0], both[:, 2])
    low, high = fisher_interval(r, n - 3.0, level)
    each = Estimate(value=r, low=low, high=high, level=level, n=n, method="Fisher z of couples, double entry")
    held = partial(both[:, :2], both[:, 2:], level=level).value
    low, high = fisher_interval(held, n - 2 - 1.5, level)
    rest = Estimate(value=held, low=low, high=high, level=level, n=n, method="Fisher z, n - 3/2 - 2")
    return (each,), double_entry(values, level=level), rest
