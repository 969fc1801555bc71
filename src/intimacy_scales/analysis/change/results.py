"""What change looks like: score by score, person by person; for eyes, for JSON, as a frame, as sentences.

Lines and sentences on change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.analysis.change.cutoffs import Cutoff
from intimacy_scales.analysis.change.effects import PairedEffects
from intimacy_scales.analysis.change.formulas import CRITICAL, NAMES, Method, smallest_detectable
from intimacy_scales.analysis.change.reliability_sources import Used
from intimacy_scales.analysis.change.retest import Estimate, Retest
from intimacy_scales.analysis.change.trend import Trends
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.errors import Problem, UnknownNameError
from intimacy_scales.base.results import Shown, json_dict, like_native


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


FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One method's index, a value a person, and the word for each (``None`` where there is no index)."""

    method: Method
    values: FloatArray = field(repr=False)
    classes: tuple[str | None, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleChange(Shown):
    """Change of one score: how far its occasions agree, and who changed by more than measurement error.

    ``before`` and ``after`` hold a score a person (NaN: none). ``indices`` has Jacobson and Truax's first; empty where
    no reliability or SD was to be had. ``no_room``: persons so near the scale's end that a reliable improvement
    is impossible.
    """

    bank: ItemBank = field(repr=False)
    key: str
    column: str
    higher_means: str
    direction: int
    """1: higher is better; -1: lower is; 0: neither."""
    ids: tuple[str, ...] = field(repr=False)
    before: FloatArray = field(repr=False)
    after: FloatArray = field(repr=False)
    used: Used | None
    indices: tuple[Index, ...]
    retest: Retest | None
    effects: PairedEffects | None
    shares: Mapping[str, Estimate]
    no_room: NDArray[np.bool_] = field(repr=False)
    cutoff: Cutoff | None = None
    clinical: tuple[str | None, ...] = field(default=(), repr=False)
    trends: Trends | None = None
    notes: tuple[str, ...] = ()

    @property
    def sem(self) -> float | None:
        """Standard error of measurement that the reliable change rests on."""
        return None if self.used is None else self.used.sem

    @property
    def smallest_detectable(self) -> float | None:
        """Smallest change of one person's score that is reliable."""
        return None if self.used is None else smallest_detectable(self.used.sem)

    @property
    def rci(self) -> FloatArray:
        """Jacobson and Truax's index, NaN where there is none."""
        return self.indices[0].values if self.indices else np.full(len(self.ids), np.nan)

    @property
    def classes(self) -> tuple[str | None, ...]:
        """Each person's word by Jacobson and Truax's index."""
        return self.indices[0].classes if self.indices else (None,) * len(self.ids)

    def data(self) -> dict[str, Any]:
        """Return the per-person columns."""
        found: dict[str, Any] = {
            "id": list(self.ids),
            "before": self.before,
            "after": self.after,
            "change": self.after - self.before,
            "rci": self.rci,
            "class": list(self.classes),
            "no_room_to_improve": self.no_room.tolist(),
        }
        for index in self.indices[1:]:
            found[index.method] = index.values
            found[f"{index.method}_class"] = list(index.classes)
        if self.clinical:
            found["clinical"] = list(self.clinical)
        return found

    def table(self) -> Any:
        """Return one row a person, as a pandas frame."""
        return like_native(self.data(), None)

    def persons(self) -> list[dict[str, Any]]:
        """Return one dictionary a person, JSON-safe at full precision."""
        columns = {name: list(values) for name, values in self.data().items()}
        return [json_dict(dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)]

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe at full precision, ``r``, ``icc``, ``sem`` and ``persons`` first."""
        retest = self.retest
        return json_dict(
            {
                "n": 0 if retest is None else retest.n,
                "r": None if retest is None else retest.r.value,
                "icc": {} if retest is None else {name: icc.to_dict() for name, icc in retest.icc.items()},
                "sem": self.sem,
                "smallest_detectable_change": self.smallest_detectable,
                "critical": CRITICAL,
                "reliability_used": None if self.used is None else self.used.to_dict(),
                "retest": None if retest is None else retest.to_dict(),
                "higher_means": self.higher_means,
                "persons": self.persons(),
                "shares": {name: one.to_dict() for name, one in self.shares.items()},
                "no_room_to_improve": int(self.no_room.sum()),
                "effects": None if self.effects is None else self.effects.to_dict(),
                "cutoff": None if self.cutoff is None else self.cutoff.to_dict(),
                "trend": None if self.trends is None else self.trends.to_dict(),
                "notes": list(self.notes),
            }
        )

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one line a person: scores, change, every method's index, the word."""
        methods = [NAMES[index.method] for index in self.indices]
        head = [
            "person",
            "before",
            "after",
            "change",
            *methods,
            "reliable change",
            *(["clinical"] * bool(self.clinical)),
        ]
        lines = [head]
        for i, one in enumerate(self.ids):
            figures = [_two(index.values[i]) for index in self.indices]
            word = self.classes[i] or ""
            clinical = [self.clinical[i] or ""] if self.clinical else []
            gone = _signed(self.after[i] - self.before[i])
            lines.append([one, _two(self.before[i]), _two(self.after[i]), gone, *figures, word, *clinical])
        return lines

    def apa(self) -> str:
        """Return the sentences of a paper."""
        return apa_of(self)


def _two(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.2f}"


def _signed(value: float) -> str:
    return "" if np.isnan(value) else f"{value:+.2f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Shown):
    """Change of every score that all occasions hold. ``problems``: ids that could not be placed."""

    parts: tuple[ScaleChange, ...]
    occasions: tuple[str, ...]
    level: float
    interval: str | None
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    def __getitem__(self, column: str) -> ScaleChange:
        """Return the change of a score column (``eis_total``)."""
        for part in self.parts:
            if part.column == column:
                return part
        raise UnknownNameError.among("score", column, [part.column for part in self.parts])

    def to_dict(self) -> dict[str, Any]:
        """Return ``{BANK: {SCALE: {r, icc, sem, reliability_used, persons ...}}}``, JSON-safe, full precision."""
        found: dict[str, dict[str, Any]] = {}
        for part in self.parts:
            found.setdefault(part.bank.id, {})[part.key] = part.to_dict()
        return found

    def table(self) -> Any:
        """Return one row a person and score, as a pandas frame."""
        import pandas as pd

        return pd.concat([part.table().assign(score=part.column) for part in self.parts], ignore_index=True)

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one line a score: agreement of the occasions, error, how many changed; for one person, the person."""
        if all(len(part.ids) == 1 for part in self.parts):
            return [one_head(), *(line_of_one(part) for part in self.parts)]
        return [sample_head(), *(line_of(part) for part in self.parts)]

    def __str__(self) -> str:

        said = [Shown.__str__(self), *used_lines(self.parts), *trend_lines(self.parts)]
        said += [str(problem) for problem in self.problems]
        notes = dict.fromkeys(f"{part.column}: {note}" for part in self.parts for note in part.notes)
        return "\n".join([*said, *(f"note: {note}" for note in notes)])

    def apa(self) -> str:
        """Return the sentences of a paper, a paragraph a score."""
        return "\n\n".join(part.apa() for part in self.parts)
