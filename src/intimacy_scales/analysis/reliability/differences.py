"""Reliability of differences between scores of one row: wished minus now, one partner minus the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from intimacy_scales.analysis.reliability.results import ScaleReliability
from intimacy_scales.scoring import ScaleScores
from intimacy_scales.statistics.consistency.composites import DifferenceReliability, difference_reliability

ByKey = Mapping[str, Mapping[str, ScaleReliability]]


def _difference(first: ScaleScores, second: ScaleScores, found: ByKey) -> DifferenceReliability:
    """Return the reliability of ``second - first`` from both scores' alphas."""
    scales = found[first.bank.id]
    alphas = (scales[first.key].alpha.value, scales[second.key].alpha.value)
    return difference_reliability(
        first.values, second.values, alphas, which=f"alpha of {first.key} and of {second.key}"
    )


def _derived(score: ScaleScores, plain: Mapping[tuple[str, str], ScaleScores], found: ByKey) -> DifferenceReliability:
    derived = score.derived
    if derived is None:
        msg = f"{score.column} is no derived score"
        raise TypeError(msg)
    keys = [
        replace(score.administration, form=form).key(score.scale.id) for form in (derived.subtrahend, derived.minuend)
    ]
    first, second = (plain[score.bank.id, key] for key in keys)
    return _difference(first, second, found)


def differences_of(parts: Sequence[ScaleScores], found: ByKey) -> dict[str, dict[str, DifferenceReliability]]:
    """Return the reliability of every derived score and of every pair of partners in a row, by bank and key."""
    plain = {(part.bank.id, part.key): part for part in parts if part.derived is None}
    made: dict[str, dict[str, DifferenceReliability]] = {}
    for part in parts:
        if part.derived is not None:
            made.setdefault(part.bank.id, {})[part.key] = _derived(part, plain, found)
    for part in plain.values():
        if part.administration.partner is None:
            continue
        for other in plain.values():
            alike = other.bank.id == part.bank.id and other.scale.id == part.scale.id
            if (
                alike
                and _same_but_partner(part, other)
                and str(part.administration.partner) < str(other.administration.partner)
            ):
                both = replace(
                    part.administration, partner=f"{part.administration.partner}_minus_{other.administration.partner}"
                )
                made.setdefault(part.bank.id, {})[both.key(part.scale.id)] = _difference(other, part, found)
    return made


def _same_but_partner(first: ScaleScores, other: ScaleScores) -> bool:
    return other.administration.partner is not None and replace(first.administration, partner=None) == replace(
        other.administration, partner=None
    )
