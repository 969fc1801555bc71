"""What change looks like: score by score, person by person; for eyes, for JSON, as a frame, as sentences.

Lines and sentences on change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from intimacy_scales.analysis.change.formulas import CRITICAL, NAMES, Cutoff, Method, smallest_detectable
from intimacy_scales.analysis.change.retest import ReliabilityUsed, Retest
from intimacy_scales.analysis.change.trend import Trends
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError, spoken
from intimacy_scales.base.results import Shown, json_dict, text_table
from intimacy_scales.base.wording import coefficient, counted, estimate_words, figure, p_value, percent, signed
from intimacy_scales.engines.own_type import like_native
from intimacy_scales.statistics.estimate import Estimate, half_width, t_width
from intimacy_scales.statistics.paired import PairedDifference

if TYPE_CHECKING:
    from intimacy_scales.pictures.over_time import Track


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
    moved = ", ".join(f"{round(one.value * _counted(part))} {name}" for name, one in part.shares.items())
    return [
        part.column,
        str(retest.n),
        str(retest.r),
        str(retest.icc["ICC2"]),
        figure(sem),
        figure(least),
        figure(retest.mean_before),
        figure(retest.mean_after),
        "-" if part.effects is None else figure(part.effects.dav.value),
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

    word = part.classes[0] or "cannot be told"
    clinical = (part.clinical[0] or "") if part.clinical else ""
    text = signed(after - before)
    return [part.column, figure(before), figure(after), text, figure(least), figure(part.rci[0]), word, clinical]


def used_lines(parts: Sequence[ScaleChange]) -> list[str]:
    """Return a line a score on the reliability and SD that were used."""
    return [f"{part.column}: SEM {figure(part.used.sem)} from {part.used}" for part in parts if part.used is not None]


def trend_lines(parts: Sequence[ScaleChange]) -> list[str]:
    """Return a line a score on its slope over time: the person's, or the mean of the persons'."""
    lines = []
    for part in parts:
        trends = part.trends
        if trends is None:
            continue
        alone = len(trends.ids) == 1
        low, high = float(trends.low[0]), float(trends.high[0])
        estimate = Estimate(value=float(trends.slope[0]), low=low, high=high, level=trends.level, bounded=False)
        slope, whose = (
            (estimate, trends.basis) if alone else (trends.mean, f"mean of {int((trends.n > 1).sum())} persons")
        )
        lines.append(f"{part.column}: slope {slope} points a {trends.unit} ({whose})")
    return lines


def apa_of(part: ScaleChange) -> str:
    """Return what a paper would say of one score."""
    texts: list[str] = []
    retest = part.retest
    if retest is not None and np.isfinite(retest.r.value):
        icc = retest.icc["ICC2"]
        texts.append(
            f"{part.label}: scores of the two occasions (n = {retest.n}) correlated {retest.r.words('r')}; "
            f"agreement was {estimate_words('ICC(A,1)', icc, level=icc.level)} (two-way random effects, "
            "absolute agreement, single score; McGraw & Wong, 1996)."
        )
    if part.effects is not None and np.isfinite(part.effects.t):
        texts.append(_apa_effect(part.effects))
    if part.used is not None and part.indices:
        texts.append(_apa_reliable(part))
    if len(part.ids) == 1 and part.classes[0] is not None:
        texts.append(_apa_person(part))
    if not texts:
        return f"{part.label}: change could not be told: too few persons, and no SD and reliability were given."
    return " ".join(texts) if texts[0].startswith(part.label) else f"{part.label}: {' '.join(texts)}"


def _apa_effect(effects: PairedDifference) -> str:
    return (
        f"{effects.mean.words('Mean change')}, t({effects.df}) = {figure(effects.t)}, {p_value(effects.p)}, "
        f"{effects.dav.words('d_av')}."
    )


def _apa_reliable(part: ScaleChange) -> str:
    used = part.used
    if used is None:
        return ""
    moved = "; ".join(
        f"{percent(one.value)} {name} [{percent(one.low)}, {percent(one.high)}]" for name, one in part.shares.items()
    )
    moved = f": {moved}" if len(part.ids) > 1 else ""
    what, r, sd = used.reliability.what.replace("_", "-"), coefficient(used.reliability.value), used.sd
    return (
        f"Reliable change (Jacobson & Truax, 1991; |RC| > {CRITICAL}) took {what} = {r} ({used.reliability.whose}) and "
        f"SD = {figure(sd.value)} ({sd.whose}), so that SEM = {figure(used.sem)} and a change of "
        f"{figure(part.smallest_detectable)} points is reliable{moved}."
    )


def _apa_person(part: ScaleChange) -> str:
    text = f"from {figure(part.before[0])} to {figure(part.after[0])}"
    return f"The score went {text}, RC = {figure(part.rci[0])}: {part.classes[0]}."


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
    label: str
    """Name of the score in sentences."""
    higher_means: str
    direction: int
    """1: higher is better; -1: lower is; 0: neither."""
    ids: tuple[str, ...] = field(repr=False)
    before: FloatArray = field(repr=False)
    after: FloatArray = field(repr=False)
    used: ReliabilityUsed | None
    indices: tuple[Index, ...]
    show_indices: bool
    """Whether tables show the other methods too; ``to_dict()`` always holds them."""
    retest: Retest | None
    effects: PairedDifference | None
    shares: Mapping[str, Estimate]
    no_room: BoolArray = field(repr=False)
    possible: tuple[float, float]
    """Lowest and highest possible score."""
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
        entries: dict[str, Any] = {
            "id": list(self.ids),
            "before": self.before,
            "after": self.after,
            "change": self.after - self.before,
            "rci": self.rci,
            "class": list(self.classes),
            "no_room_to_improve": self.no_room.tolist(),
        }
        for index in self.indices[1:]:
            entries[index.method] = index.values
            entries[f"{index.method}_class"] = list(index.classes)
        if self.clinical:
            entries["clinical"] = list(self.clinical)
        return entries

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

    def __repr__(self) -> str:
        return f"<ScaleChange: {self.column}>"  # and nobody's id

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one line a person: scores, change, every method's index, the word."""
        shown = self.indices if self.show_indices else self.indices[:1]
        methods = [NAMES[index.method] for index in shown]
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
            figures = [figure(index.values[i]) for index in shown]
            word = self.classes[i] or ""
            clinical = [self.clinical[i] or ""] if self.clinical else []
            text = signed(self.after[i] - self.before[i])
            lines.append([one, figure(self.before[i]), figure(self.after[i]), text, *figures, word, *clinical])
        return lines

    def apa(self) -> str:
        """Return the sentences of a paper."""
        return apa_of(self)


def score_span(score: float, sem: float, possible: tuple[float, float], level: float) -> tuple[float, float]:
    """Return where a score could well lie, ``score +- z SEM`` cut at the scale's ends; the score itself without SEM."""
    off = half_width(level) * sem
    return (max(score - off, possible[0]), min(score + off, possible[1])) if np.isfinite(off) else (score, score)


def track_of(part: ScaleChange, occasions: tuple[str, ...], level: float) -> Track | None:
    """Return one score before and after as a picture's track: the person's, or the mean of all who have both.

    A person's bars are the score's own intervals (SEM) around the band of what is no clear change; those of means are
    t intervals, and no band: it holds for single persons. ``None`` where nobody has both scores.
    """
    from intimacy_scales.pictures.drawing import trimmed
    from intimacy_scales.pictures.over_time import Stop, Track

    both = ~(np.isnan(part.before) | np.isnan(part.after))
    n = int(both.sum())
    if not n:
        return None
    scores = [column[both] for column in (part.before, part.after)]
    if alone := len(part.ids) == 1:
        spans = [score_span(float(own[0]), part.sem or np.nan, part.possible, level) for own in scores]
        text, clear = part.classes[0] or "cannot be told", bool(abs(part.rci[0]) > CRITICAL)
    else:
        offs = [t_width(level, n - 1) * float(own.std(ddof=1)) / n**0.5 if n > 1 else 0.0 for own in scores]
        spans = [(float(own.mean()) - off, float(own.mean()) + off) for own, off in zip(scores, offs, strict=True)]
        moved = None if part.effects is None else part.effects.mean
        text = ", ".join([*([] if moved is None else [f"mean change {moved}"]), counted(n, "person")])
        clear = moved is not None and bool(moved.low > 0 or moved.high < 0)
    ends = (occasions[0], occasions[-1])
    stops = tuple(
        Stop(name=name, at=float(at), value=float(own.mean()), low=low, high=high)
        for at, (name, own, (low, high)) in enumerate(zip(ends, scores, spans, strict=True))
    )
    return Track(
        label=part.label,
        text=f"{trimmed(stops[0].value)}, then {trimmed(stops[1].value)}: {text}",
        low=part.possible[0],
        high=part.possible[1],
        stops=stops,
        smallest=part.smallest_detectable if alone else None,
        clear=clear,
    )


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
        entries: dict[str, dict[str, Any]] = {}
        for part in self.parts:
            entries.setdefault(part.bank.id, {})[part.key] = part.to_dict()
        return entries

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
        told = any(problem.where == "occasions in their order" for problem in self.problems)
        lines = [] if told else [f"from {self.occasions[0]} to {self.occasions[-1]}"]
        lines += [text_table(self.rows_for_eyes()), *used_lines(self.parts), *trend_lines(self.parts)]
        lines += [str(problem) for problem in self.problems]
        notes = dict.fromkeys([*self.notes, *(f"{part.column}: {note}" for part in self.parts for note in part.notes)])
        return spoken("\n".join([*lines, *(f"note: {note}" for note in notes)]))

    def plot(self) -> Any:
        """Return before and after of every score as a matplotlib figure, the report's own: a person's, or the means'.

        Raises
        ------
        ResponseError
            When nobody has a score on both occasions.
        """
        from intimacy_scales.pictures.drawing import WIDE
        from intimacy_scales.pictures.over_time import draw_courses

        tracks = [track for part in self.parts if (track := track_of(part, self.occasions, self.level)) is not None]
        if not tracks:
            what = "nobody has a score on both occasions"
            raise ResponseError(Problem(where="plot", what=what, allowed="a person with both"))
        return draw_courses(tracks, width=WIDE).figure()

    def apa(self) -> str:
        """Return the sentences of a paper, a paragraph a score."""
        return "\n\n".join(part.apa() for part in self.parts)
