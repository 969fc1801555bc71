"""When a step of the ladder of invariance holds: two conventions, named, and a verdict in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from intimacy_scales.sem import DifferenceTest

if TYPE_CHECKING:
    from .confirmation import FitFigures
    from .invariance_results import Level

Word = Literal["holds", "doubtful", "fails"]

CFI_FALL = -0.010  # Cheung and Rensvold (2002); Chen (2007)
RMSEA_RISE = 0.015  # Chen (2007)
SRMR_RISE = {"metric": 0.030, "scalar": 0.010, "strict": 0.010}  # Chen (2007)
# Chen (2007) for 300 persons or fewer, or groups of unequal size
STRICT_CFI, STRICT_RMSEA = -0.005, 0.010
SMALL_TOTAL = 300
UNEQUAL = 1.5  # largest group over smallest
# below this the common form itself does not fit, and there is nothing to hold equal
FORM_CFI, FORM_RMSEA = 0.90, 0.08

CONVENTIONS = (
    "Conventions, not laws: a fall of CFI by .010 (Cheung & Rensvold, 2002, "
    "https://doi.org/10.1207/S15328007SEM0902_5) or a rise of RMSEA by .015 (Chen, 2007, "
    "https://doi.org/10.1080/10705510701301834) speaks against a "
    "step; in small or unequal groups Chen takes .005 and .010."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a level holds, in one word, and the sentence behind it."""

    word: Word
    why: str
    over: str = ""
    """A level below that does not hold itself: then the step was measured from a level that is no ground."""

    @property
    def holds(self) -> bool:
        """Whether the step may be taken."""
        return self.word == "holds"

    @property
    def said(self) -> str:
        """The word for eyes; no bare "holds" above a level that does not."""
        return f"{self.word} only beside {self.over}" if self.over and self.holds else self.word

    def above(self, broken: str) -> Verdict:
        """Return the verdict with the level named that broke the ladder below it."""
        why = f"{self.why}; it is compared with a level that does not hold itself ({broken}), so it allows nothing more"
        return replace(self, why=why, over=broken)


def verdict(
    level: str, own: FitFigures, step: DifferenceTest | None, sizes: Sequence[int], *, delta_srmr: float = math.nan
) -> Verdict:
    """Judge a level by its step from the one before (the configural level by its own fit).

    *holds*: neither CFI nor RMSEA speaks against it; *fails*: both do; *doubtful*: one of them. The chi-square
    difference is told beside, for in large samples it rejects trifles and in small ones it sees nothing.
    """
    if step is None:
        return _of_form(level, own)
    against = [
        word
        for word, bad in (("CFI", step.cfi_change < CFI_FALL), ("RMSEA", step.rmsea_change > RMSEA_RISE))
        if bad or not math.isfinite(step.cfi_change if word == "CFI" else step.rmsea_change)
    ]
    word: Word = "holds" if not against else "fails" if len(against) == 2 else "doubtful"
    said = f"CFI {_signed(step.cfi_change)}, RMSEA {_signed(step.rmsea_change)}"
    why = {
        "holds": f"{level} invariance holds by both conventions ({said})",
        "doubtful": f"{level} invariance is doubtful: {' and '.join(against)} speaks against it ({said})",
        "fails": f"{level} invariance fails by both conventions ({said})",
    }[word]
    return Verdict(word=word, why="; ".join([why, *_beside(level, step, sizes, word, delta_srmr)]))


def _of_form(level: str, own: FitFigures) -> Verdict:
    bad = [name for name, no in (("CFI", own.cfi < FORM_CFI), ("RMSEA", own.rmsea > FORM_RMSEA)) if no]
    said = f"CFI {own.cfi:.3f}, RMSEA {own.rmsea:.3f}"
    if not bad:
        return Verdict(word="holds", why=f"{level}: the same factors fit in all groups ({said})")
    word: Word = "fails" if len(bad) == 2 else "doubtful"
    return Verdict(word=word, why=f"{level}: the bank's factors fit poorly already by {' and '.join(bad)} ({said}); "
                                  "what follows compares poor models")  # fmt: skip


def _beside(level: str, step: DifferenceTest, sizes: Sequence[int], word: Word, delta_srmr: float) -> list[str]:
    out = []
    if math.isfinite(step.p):
        chi = f"chi-square difference {step.chisq:.2f}, df {step.df}, p {_p(step.p)}"
        opposed = (step.p < 0.05) == (word == "holds")
        out.append(f"{chi}{', which says otherwise' if opposed else ''}")
    small = sum(sizes) <= SMALL_TOTAL or max(sizes) > UNEQUAL * min(sizes)
    if word == "holds" and small and (step.cfi_change < STRICT_CFI or step.rmsea_change > STRICT_RMSEA):
        out.append("with groups so small or unequal Chen's stricter marks (.005, .010) are passed")
    if word == "holds" and delta_srmr > SRMR_RISE.get(level, math.inf):
        out.append(f"SRMR rises by {delta_srmr:.3f}, beyond Chen's {SRMR_RISE[level]:.3f}")
    return out


def levels_held(levels: Sequence[Level]) -> str:
    """Return the last level up to which every one holds; "none" when the first fails.

    A common form that is merely doubtful does not end the ladder: with few degrees of freedom RMSEA is high by itself.
    """
    broken = broken_at(levels)
    names = [one.level for one in levels]
    held = names if broken is None else names[: names.index(broken)]
    return held[-1] if held else "none"


def broken_at(levels: Sequence[Level]) -> str | None:
    """Return the first level that does not hold; of a common form that it fails."""
    return next(
        (one.level for k, one in enumerate(levels) if one.verdict.word == "fails" or (k > 0 and not one.verdict.holds)),
        None,
    )


def meaning_of(held: str, partial: Sequence[str]) -> str:
    """Return what a level allows one to compare, in plain words."""
    meanings = {
        "none": "The factors themselves do not fit in all groups: neither scores nor their correlates compare.",
        "configural": "The same items go together, but with unequal weight: do not compare groups on this scale.",
        "thresholds": "The answer options mean the same, the items' weights do not: no comparison of groups yet.",
        "metric": "Relations with other variables compare between groups; means do not: a gap may be the items'.",
        "scalar": "Means of the factors compare between groups; observed scores nearly so.",
        "strict": "Means of factors and of observed scores compare between groups.",
    }
    said = meanings[held]
    if held not in {"scalar", "strict"} and "scalar" in partial:
        said += " With the named items let go, factor means (not sum scores) compare: partial invariance."
    return said


def _signed(value: float) -> str:
    return f"{value:+.3f}" if math.isfinite(value) else "not defined"


def _p(p: float) -> str:
    return "< .001" if p < 0.001 else f"= {p:.3f}".replace("0.", ".", 1)
