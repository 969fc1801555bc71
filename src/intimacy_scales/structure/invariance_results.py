"""Invariance across groups as a result: levels, partial levels, what it allows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from intimacy_scales.results import Shown, json_dict
from intimacy_scales.sem import DifferenceTest

from .confirmation import Change, FitFigures
from .invariance_words import CONVENTIONS, Verdict, meaning_of

MOST_SUSPECTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level: its fit, its step from the level before (``None`` for the first), what it would let go."""

    level: str
    figures: FitFigures
    aic: float
    bic: float
    step: DifferenceTest | None
    verdict: Verdict
    suspects: tuple[Change, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the level as JSON holds it; ``p`` is that of ``chi2``, ``delta_p`` that of the difference."""
        return {
            "level": self.level, **self.figures.to_dict(), "aic": self.aic, "bic": self.bic, **step_dict(self.step),
            "verdict": self.verdict.word, "why": self.verdict.why,
            "above_failed": self.verdict.over or None,
            "suspects": [one.to_dict() for one in self.suspects[:MOST_SUSPECTS]],
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialLevel:
    """A level with some parameters let go, against the (partial) level before; ``items`` are those let go here."""

    level: str
    freed: tuple[str, ...]
    items: tuple[str, ...]
    figures: FitFigures
    step: DifferenceTest | None
    verdict: Verdict

    def to_dict(self) -> dict[str, Any]:
        """Return the level as JSON holds it."""
        return {"level": self.level, "freed": list(self.freed), "items": list(self.items), **self.figures.to_dict(),
                **step_dict(self.step), "verdict": self.verdict.word, "why": self.verdict.why}  # fmt: skip


def step_dict(step: DifferenceTest | None) -> dict[str, Any]:
    """Return the step from the level before; every figure ``None`` for the first."""
    if step is None:
        return dict.fromkeys(("delta_cfi", "delta_rmsea", "delta_chi2", "delta_df", "delta_p"))
    return {"delta_cfi": step.cfi_change, "delta_rmsea": step.rmsea_change, "delta_chi2": step.chisq,
            "delta_df": step.df, "delta_p": step.p}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentMean:
    """A factor's mean in a group less that of the first group, in the first group's SDs, with a 95 % interval."""

    factor: str
    group: str
    difference: float
    se: float
    p: float
    low: float
    high: float

    def to_dict(self) -> dict[str, Any]:
        """Return the difference as JSON holds it."""
        return {"factor": self.factor, "group": self.group, "difference": self.difference, "se": self.se, "p": self.p,
                "ci": [self.low, self.high]}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariance(Shown):
    """The ladder of invariance over the groups of a column.

    ``held``: the last level up to which every one holds (a doubtful common form does not end the ladder). ``partial``:
    the levels again with as few items let go as the conventions ask for, where they ask for any.
    """

    column: str
    groups: tuple[str, ...]
    sizes: tuple[int, ...]
    levels: tuple[Level, ...]
    partial: tuple[PartialLevel, ...]
    latent_means: tuple[LatentMean, ...]
    held: str
    notes: tuple[str, ...] = ()

    @property
    def meaning(self) -> str:
        """What may be compared between these groups."""
        if not self.levels:
            return "No level could be computed (the notes say why): nothing is known of how the groups compare."
        return meaning_of(self.held, [one.level for one in self.partial if one.verdict.holds])

    @property
    def means_compare(self) -> bool:
        """Whether means may be compared (scalar invariance, in full or in part)."""
        partly = any(one.level == "scalar" and one.verdict.holds for one in self.partial)
        return self.held in {"scalar", "strict"} or partly

    def to_list(self) -> list[dict[str, Any]]:
        """Return the levels as JSON holds them."""
        return [json_dict(one.to_dict()) for one in self.levels]

    def about(self) -> dict[str, Any]:
        """Return what goes beside the levels: groups, verdict, partial levels, factor means, conventions."""
        return json_dict({
            "column": self.column, "groups": dict(zip(self.groups, self.sizes, strict=True)), "held": self.held,
            "meaning": self.meaning, "partial": [one.to_dict() for one in self.partial],
            "latent_means": [one.to_dict() for one in self.latent_means], "means_compare": self.means_compare,
            "conventions": CONVENTIONS, "notes": list(self.notes),
        })  # fmt: skip

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one rounded line a level, partial ones after."""
        head = ["level", "chi2", "df", "CFI", "RMSEA", "SRMR", "dCFI", "dRMSEA", "dchi2", "ddf", "p", "verdict"]
        rows = [_line(one.level, one.figures, one.step, one.verdict) for one in self.levels]
        rows += [_line(f"{one.level}, partial", one.figures, one.step, one.verdict) for one in self.partial]
        return [head, *rows]


def _line(name: str, own: FitFigures, step: DifferenceTest | None, said: Verdict) -> list[str]:
    fit = [f"{own.chi2:.2f}", str(own.df), f"{own.cfi:.3f}", f"{own.rmsea:.3f}", f"{own.srmr:.3f}"]
    if step is None:
        return [name, *fit, "", "", "", "", "", said.said]
    p = f"{step.p:.3f}" if math.isfinite(step.p) else "-"
    chi = f"{step.chisq:.2f}" if math.isfinite(step.chisq) else "-"
    return [name, *fit, f"{step.cfi_change:+.3f}", f"{step.rmsea_change:+.3f}", chi, str(step.df), p, said.said]
