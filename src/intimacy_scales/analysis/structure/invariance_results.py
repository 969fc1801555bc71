"""When a step of the ladder of invariance holds: two conventions, named, and a verdict in words.

Invariance across groups as a result: levels, partial levels, what it allows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from intimacy_scales.analysis.structure.confirmation import Change, FitFigures
from intimacy_scales.base import wording
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.base.wording import figure
from intimacy_scales.statistics.sem import DifferenceTest

MOST_SUSPECTS = 10


TOLERATED = (0.05, 0.08, 0.10)  # close, fair and poor fit by convention


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalence:
    """The largest misfit that the answers leave possible: the upper end of a one-sided 95 % interval of the RMSEA.

    Of the configural level's own misfit, and of each step's (from the chi-square difference). A difference test that
    finds nothing proves no equality; this one does, up to ``within``: the smallest of .05, .08 and .10 that lies above,
    ``None`` where none does (Yuan and Chan, 2016, https://doi.org/10.1037/met0000080).
    """

    t_size: float

    @property
    def within(self) -> float | None:
        """The conventional mark below which the misfit lies with 95 % confidence."""
        return next((mark for mark in TOLERATED if self.t_size <= mark), None)

    def to_dict(self) -> dict[str, Any]:
        """Return the bound as JSON holds it."""
        return {"t_size_rmsea": self.t_size, "within": self.within}


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
    equivalence: Equivalence

    def to_dict(self) -> dict[str, Any]:
        """Return the level as JSON holds it; ``p`` is that of ``chi2``, ``delta_p`` that of the difference."""
        return {
            "level": self.level, **self.figures.to_dict(), "aic": self.aic, "bic": self.bic, **step_dict(self.step),
            "verdict": self.verdict.word, "why": self.verdict.why, "equivalence": self.equivalence.to_dict(),
            "above_failed": self.verdict.over or None,
            "suspects": [suspect.to_dict() for suspect in self.suspects[:MOST_SUSPECTS]],
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
    n_factors: int = 1
    notes: tuple[str, ...] = ()

    @property
    def meaning(self) -> str:
        """What may be compared between these groups."""
        if not self.levels:
            return "No level could be computed (the notes say why): nothing is known of how the groups compare."
        text = meaning_of(self.held, [one.level for one in self.partial if one.verdict.holds])
        return beside_form(text, self.levels[0], self.n_factors)

    @property
    def means_compare(self) -> bool:
        """Whether means may be compared (scalar invariance, in full or in part)."""
        partly = any(one.level == "scalar" and one.verdict.holds for one in self.partial)
        return self.held in {"scalar", "strict"} or partly

    def to_list(self) -> list[dict[str, Any]]:
        """Return the levels as JSON holds them."""
        return [json_dict(level.to_dict()) for level in self.levels]

    def about(self) -> dict[str, Any]:
        """Return what goes beside the levels: groups, verdict, partial levels, factor means, conventions."""
        return json_dict({
            "column": self.column, "groups": dict(zip(self.groups, self.sizes, strict=True)), "held": self.held,
            "meaning": self.meaning, "partial": [one.to_dict() for one in self.partial],
            "latent_means": [one.to_dict() for one in self.latent_means], "means_compare": self.means_compare,
            "conventions": CONVENTIONS, "notes": list(self.notes),
        })  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return the levels and what goes beside them, JSON-safe."""
        return {"levels": self.to_list(), **self.about()}

    def table(self) -> Any:
        """Return one row a level as a pandas frame, full precision."""
        import pandas as pd

        plain = [{k: v for k, v in entriese.items() if not isinstance(v, (dict, list))} for entriese in self.to_list()]
        return pd.DataFrame(plain)

    def apa(self) -> str:
        """Return the sentence of a paper: the last level that holds, and what may be compared."""
        sizes = ", ".join(f"{name} (n = {n})" for name, n in zip(self.groups, self.sizes, strict=True))
        last = f"{self.held} invariance is the last level that holds" if self.held else "no level of invariance holds"
        return f"Groups of {self.column}, {sizes}: {last}. {self.meaning}"

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one rounded line a level, partial ones after."""
        head = [
            "level",
            "chi2",
            "df",
            "CFI",
            "RMSEA",
            "SRMR",
            "dCFI",
            "dRMSEA",
            "dchi2",
            "ddf",
            "p",
            "T-size",
            "verdict",
        ]
        rows = [
            _line(level.level, level.figures, level.step, level.equivalence, level.verdict) for level in self.levels
        ]
        rows += [_line(f"{one.level}, partial", one.figures, one.step, None, one.verdict) for one in self.partial]
        return [head, *rows]


def _line(
    name: str, own: FitFigures, step: DifferenceTest | None, bound: Equivalence | None, verdict: Verdict
) -> list[str]:
    c = wording.coefficient
    fit = [wording.figure(own.chi2), str(own.df), c(own.cfi, 3), c(own.rmsea, 3), c(own.srmr, 3)]
    size = "" if bound is None else c(bound.t_size, 3)
    if step is None:
        return [name, *fit, "", "", "", "", "", size, verdict.said]
    moved = [wording.signed_coefficient(step.cfi_change, 3), wording.signed_coefficient(step.rmsea_change, 3)]
    return [name, *fit, *moved, wording.figure(step.chisq), str(step.df), wording.p_cell(step.p), size, verdict.said]


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
    changes = [wording.signed_coefficient(change, 3) for change in (step.cfi_change, step.rmsea_change)]
    text = f"CFI {changes[0]}, RMSEA {changes[1]}"
    why = {
        "holds": f"{level} invariance holds by both conventions ({text})",
        "doubtful": f"{level} invariance is doubtful: {' and '.join(against)} speaks against it ({text})",
        "fails": f"{level} invariance fails by both conventions ({text})",
    }[word]
    return Verdict(word=word, why="; ".join([why, *_beside(level, step, sizes, word, delta_srmr)]))


def _of_form(level: str, own: FitFigures) -> Verdict:
    bad = [name for name, no in (("CFI", own.cfi < FORM_CFI), ("RMSEA", own.rmsea > FORM_RMSEA)) if no]
    text = f"CFI {wording.coefficient(own.cfi, 3)}, RMSEA {wording.coefficient(own.rmsea, 3)}"
    if not bad:
        return Verdict(word="holds", why=f"{level}: the same factors fit in all groups ({text})")
    word: Word = "fails" if len(bad) == 2 else "doubtful"
    return Verdict(word=word, why=f"{level}: the bank's factors fit poorly already by {' and '.join(bad)} ({text}); "
                                  "what follows compares poor models")  # fmt: skip


def _beside(level: str, step: DifferenceTest, sizes: Sequence[int], word: Word, delta_srmr: float) -> list[str]:
    out = []
    if math.isfinite(step.p):
        chi = f"chi-square difference {figure(step.chisq)}, df {step.df}, {wording.p_value(step.p)}"
        opposed = (step.p < 0.05) == (word == "holds")
        out.append(f"{chi}{', which says otherwise' if opposed else ''}")
    small = sum(sizes) <= SMALL_TOTAL or max(sizes) > UNEQUAL * min(sizes)
    if word == "holds" and small and (step.cfi_change < STRICT_CFI or step.rmsea_change > STRICT_RMSEA):
        out.append("with groups so small or unequal Chen's stricter marks (.005, .010) are passed")
    if word == "holds" and delta_srmr > SRMR_RISE.get(level, math.inf):
        out.append(
            f"SRMR rises by {wording.coefficient(delta_srmr, 3)}, beyond Chen's "
            f"{wording.coefficient(SRMR_RISE[level], 3)}"
        )
    return out


def levels_held(levels: Sequence[Level]) -> str:
    """Return the last level up to which every one holds; "none" when the first fails.

    A common form that is merely doubtful does not end the ladder: with few degrees of freedom RMSEA is high by itself.
    """
    broken = broken_at(levels)
    names = [level.level for level in levels]
    held = names if broken is None else names[: names.index(broken)]
    return held[-1] if held else "none"


def broken_at(levels: Sequence[Level]) -> str | None:
    """Return the first level that does not hold; of a common form that it fails."""
    return next(
        (
            level.level
            for k, level in enumerate(levels)
            if level.verdict.word == "fails" or (k > 0 and not level.verdict.holds)
        ),
        None,
    )


def beside_form(text: str, form: Level, n_factors: int) -> str:
    """Return what may be compared with the fit of the configural model it rests on."""
    own, factors = form.figures, "the one factor" if n_factors == 1 else f"the {n_factors} factors"
    fit = f"configural model: CFI {wording.coefficient(own.cfi, 3)}, RMSEA {wording.coefficient(own.rmsea, 3)}"
    if own.df < 1:
        return f"{text} The configural model has no degrees of freedom: its fit cannot be tested."
    if form.verdict.word == "fails":
        return f"{text} {wording.capital(fit)}."
    if form.verdict.word == "doubtful":
        it = "it fits" if n_factors == 1 else "they fit"
        return f"Would hold, if {factors} were accepted ({it} poorly: {fit}): {text}"
    return f"{text} {wording.capital(fit)}."


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
    text = meanings[held]
    if held not in {"scalar", "strict"} and "scalar" in partial:
        text += " With the named items let go, factor means (not sum scores) compare: partial invariance."
    return text
