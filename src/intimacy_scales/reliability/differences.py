"""Reliability of differences between scores of one row: wished minus now, one partner minus the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from intimacy_scales.scoring import ScaleScores

from .composites import DifferenceReliability, difference_reliability
from .scale import ScaleReliability

Found = Mapping[str, Mapping[str, ScaleReliability]]


def _one(first: ScaleScores, second: ScaleScores, found: Found) -> DifferenceReliability:
    """Return the reliability of ``second - first`` from both scores' alphas."""
    scales = found[first.bank.id]
    alphas = (scales[first.key].alpha.value, scales[second.key].alpha.value)
    return difference_reliability(
        first.values, second.values, alphas, which=f"alpha of {first.key} and of {second.key}"
    )


def _derived(score: ScaleScores, plain: Mapping[tuple[str, str], ScaleScores], found: Found) -> DifferenceReliability:
    derived = score.derived
    if derived is None:
        msg = f"{score.column} is no derived score"
        raise TypeError(msg)
    keys = [replace(score.sitting, form=form).key(score.scale.id) for form in (derived.subtrahend, derived.minuend)]
    first, second = (plain[score.bank.id, key] for key in keys)
    return _one(first, second, found)


def differences_of(parts: Sequence[ScaleScores], found: Found) -> dict[str, dict[str, DifferenceReliability]]:
    """Return the reliability of every derived score and of every pair of partners in a row, by bank and key."""
    plain = {(part.bank.id, part.key): part for part in parts if part.derived is None}
    made: dict[str, dict[str, DifferenceReliability]] = {}
    for part in parts:
        if part.derived is not None:
            made.setdefault(part.bank.id, {})[part.key] = _derived(part, plain, found)
    for part in plain.values():
        if part.sitting.partner is None:
            continue
        for other in plain.values():
            alike = other.bank.id == part.bank.id and other.scale.id == part.scale.id
            if alike and _same_but_partner(part, other) and str(part.sitting.partner) < str(other.sitting.partner):
                both = replace(part.sitting, partner=f"{part.sitting.partner}_minus_{other.sitting.partner}")
                made.setdefault(part.bank.id, {})[both.key(part.scale.id)] = _one(other, part, found)
    return made


def _same_but_partner(one: ScaleScores, other: ScaleScores) -> bool:
    return other.sitting.partner is not None and replace(one.sitting, partner=None) == replace(
        other.sitting, partner=None
    )
