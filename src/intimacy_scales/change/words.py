"""Lines and sentences on change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from intimacy_scales.change.formulas import CRITICAL
from intimacy_scales.change.retest import Estimate

if TYPE_CHECKING:
    from intimacy_scales.change.results import ScaleChange


def sample_head() -> list[str]:
    """Return the head of the table for a sample."""
    return [
        "score",
        "n",
        "r",
        "ICC2 (agreement)",
        "SEM",
        "least reliable",
        "before",
        "after",
        "dav",
        "changed reliably",
    ]


def line_of(part: ScaleChange) -> list[str]:
    """Return one line on a score of a sample."""
    retest, sem, least = part.retest, part.sem, part.smallest_detectable
    if retest is None:
        return [part.column, str(int((~np.isnan(part.after - part.before)).sum())), *[""] * 8]
    icc = retest.icc.get("ICC2")
    agreed = "" if icc is None else f"{icc.value:.2f} [{icc.low:.2f}, {icc.high:.2f}]"
    moved = ", ".join(f"{round(one.value * _counted(part))} {name}" for name, one in part.shares.items())
    return [
        part.column,
        str(retest.n),
        str(retest.r),
        agreed,
        "" if sem is None else f"{sem:.2f}",
        "" if least is None else f"{least:.2f}",
        f"{retest.mean_before:.2f}",
        f"{retest.mean_after:.2f}",
        "" if part.effects is None else f"{part.effects.dav.value:z.2f}",
        moved,
    ]


def _counted(part: ScaleChange) -> int:
    return sum(1 for one in part.classes if one is not None)


def one_head() -> list[str]:
    """Return the head of the table for one person."""
    return ["score", "before", "after", "change", "least reliable", "RC", "reliable change", "clinical"]


def line_of_one(part: ScaleChange) -> list[str]:
    """Return one line on a score of one person."""
    before, after, least = float(part.before[0]), float(part.after[0]), part.smallest_detectable

    def two(value: float | None, sign: str = "") -> str:
        return "" if value is None or np.isnan(value) else f"{value:{sign}.2f}"

    word = part.classes[0] or "cannot be told"
    clinical = (part.clinical[0] or "") if part.clinical else ""
    change = two(after - before, "+")
    return [part.column, two(before), two(after), change, two(least), two(float(part.rci[0])), word, clinical]


def used_lines(parts: Sequence[ScaleChange]) -> list[str]:
    """Return a line a score on the reliability and SD that were used."""
    return [f"{part.column}: SEM {part.used.sem:.2f} from {part.used}" for part in parts if part.used is not None]


def trend_lines(parts: Sequence[ScaleChange]) -> list[str]:
    """Return a line a score on its slope over time: the person's, or the mean of the persons'."""
    found = []
    for part in parts:
        trends = part.trends
        if trends is None:
            continue
        alone = len(trends.ids) == 1
        one = Estimate(value=float(trends.slope[0]), low=float(trends.low[0]), high=float(trends.high[0]))
        slope, whose = (one, trends.basis) if alone else (trends.mean, f"mean of {int((trends.n > 1).sum())} persons")
        found.append(f"{part.column}: slope {slope} points a {trends.unit} ({whose})")
    return found


def _apa_number(value: float) -> str:
    """Return a figure that cannot exceed one as APA writes it: two digits, no leading zero."""
    return re.sub(r"^(-?)0\.", r"\1.", f"{value:.2f}")


def _apa_interval(one: Estimate, level: float) -> str:
    return f"{100 * level:.0f}% CI [{_apa_number(one.low)}, {_apa_number(one.high)}]"


def apa_of(part: ScaleChange) -> str:
    """Return what a paper would say of one score."""
    said: list[str] = []
    retest = part.retest
    if retest is not None and np.isfinite(retest.r.value):
        said.append(
            f"Scores of the two occasions (n = {retest.n}) correlated r = {_apa_number(retest.r.value)}, "
            f"{_apa_interval(retest.r, retest.level)}."
        )
        icc = retest.icc.get("ICC2")
        if icc is not None:
            ends = Estimate(value=icc.value, low=icc.low, high=icc.high)
            said.append(
                f"Agreement was ICC(A,1) = {_apa_number(icc.value)}, {_apa_interval(ends, icc.level)} (two-way random "
                "effects, absolute agreement, single score; McGraw & Wong, 1996)."
            )
    if part.effects is not None:
        said.append(_apa_effect(part))
    if part.used is not None and part.indices:
        said.append(_apa_reliable(part))
    if len(part.ids) == 1 and part.classes[0] is not None:
        said.append(_apa_person(part))
    return " ".join(said) or "Change could not be told: too few persons, and no SD and reliability were given."


def _apa_effect(part: ScaleChange) -> str:
    effects = part.effects
    if effects is None:
        return ""
    mean, d = effects.mean, effects.dav
    p = "p < .001" if effects.p < 0.001 else f"p = {effects.p:.3f}".replace("0.", ".", 1)
    return (
        f"The mean change was {mean.value:.2f}, {100 * effects.level:.0f}% CI [{mean.low:.2f}, {mean.high:.2f}], "
        f"t({effects.df}) = {effects.t:.2f}, {p}, d_av = {d.value:z.2f} [{d.low:.2f}, {d.high:.2f}]."
    )


def _apa_reliable(part: ScaleChange) -> str:
    used = part.used
    if used is None:
        return ""
    moved = "; ".join(
        f"{100 * one.value:.0f}% {name} [{100 * one.low:.0f}, {100 * one.high:.0f}]"
        for name, one in part.shares.items()
    )
    moved = f": {moved}" if len(part.ids) > 1 else ""
    what, r, sd = used.reliability.what.replace("_", "-"), _apa_number(used.reliability.value), used.sd
    return (
        f"Reliable change (Jacobson & Truax, 1991; |RC| > {CRITICAL}) took {what} = {r} ({used.reliability.whose}) and "
        f"SD = {sd.value:.2f} ({sd.whose}), so that SEM = {used.sem:.2f} and a change of "
        f"{part.smallest_detectable:.2f} points is reliable{moved}."
    )


def _apa_person(part: ScaleChange) -> str:
    gone = f"from {part.before[0]:.2f} to {part.after[0]:.2f}"
    return f"The score went {gone}, RC = {part.rci[0]:.2f}: {part.classes[0]}."
