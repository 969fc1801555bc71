"""How keyed answers become a score: the bank's rule, and what the user wishes instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from intimacy_scales.bank.model import ItemBank, Scale

Combine = Literal["bank", "sum", "mean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one scale's keyed answers become its score, after the user's wishes were laid over the bank's rule."""

    combine: Literal["sum", "mean"]
    missing: Literal["prorate", "none"]
    min_answered: int
    rescale: tuple[float, float] | None
    possible: tuple[float, float]
    decimals: int | None = None
    """Of the score, rounded last of all; ``None``: not rounded."""

    def __str__(self) -> str:
        how = f"{self.combine} of the keyed answers"
        if self.rescale:
            how += f", rescaled to {self.rescale[0]:g}-{self.rescale[1]:g}"
        if self.decimals is not None:
            how += ", rounded" if self.decimals == 0 else f", rounded to {self.decimals} decimals"
        fill = "prorated" if self.missing == "prorate" else "not prorated"
        return f"{how}; {fill}; at least {self.min_answered} answered"


def rule_of(bank: ItemBank, scale: Scale, *, min_answered: int | None = None, combine: Combine = "bank") -> Rule:
    """Return the rule of a scale; ``min_answered`` and ``combine`` override the bank's.

    With ``combine="mean"`` or ``"sum"`` the score is the plain mean or sum of keyed answers, not rescaled.
    """
    how = scale.combine if combine == "bank" else combine
    rescale = scale.rescale if combine == "bank" else None
    low, high = map(float, bank.sum_ends(scale) if how == "sum" else bank.answer_ends(scale))
    needed = scale.min_answered if min_answered is None else min(min_answered, len(scale.items))
    missing = scale.missing
    if min_answered is not None and missing == "none" and needed < len(scale.items):
        missing = "prorate"
    return Rule(
        combine=how,
        missing=missing,
        min_answered=needed,
        rescale=None if rescale is None else (float(rescale[0]), float(rescale[1])),
        possible=(low, high) if rescale is None else (float(rescale[0]), float(rescale[1])),
        decimals=scale.round if combine == "bank" else None,
    )
