"""Which reliability and which SD a reliable change rests on: the first that fits; the others with why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.analysis.change.formulas import sem_of
from intimacy_scales.analysis.change.occasions import days_of
from intimacy_scales.analysis.change.retest import Retest
from intimacy_scales.bank.model import Evidence, NormScale
from intimacy_scales.base.errors import ResponseError
from intimacy_scales.base.results import json_dict
from intimacy_scales.scoring import ScaleScores
from intimacy_scales.scoring.given import Figure

FloatArray = NDArray[np.float64]
Kind = Literal["user", "sample retest", "published retest", "sample alpha", "published alpha"]

LEAST_SAMPLE = 30  # fewer persons tell no reliability and no SD: as for local norms
LIKE = 2.0  # intervals are alike within this factor: ours, no rule was found


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """The reliability and SD that were used, why, and what else there was."""

    kind: Kind
    reliability: Figure
    sd: Figure
    mean: Figure | None
    why: str
    not_used: tuple[str, ...]

    @property
    def sem(self) -> float:
        """``SD sqrt(1 - r)`` on the metric of the score."""
        return sem_of(self.sd.value, self.reliability.value)

    def __str__(self) -> str:
        return f"{self.reliability}; {self.sd}; {self.why}"

    def to_dict(self) -> dict[str, Any]:
        """Return reliability (its value first), SD and reasons, JSON-safe."""
        return json_dict(
            {
                **self.reliability.to_dict(),
                "kind": self.kind,
                "why": self.why,
                "sd": self.sd.to_dict(),
                "mean": None if self.mean is None else self.mean.to_dict(),
                "not_used": self.not_used,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the user gave for one score column, and the interval between the occasions in days where it is known."""

    sd: float | None = None
    reliability: float | None = None
    mean: float | None = None
    days: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A reliability that may be used, or why it may not."""

    kind: Kind
    figure: Figure | None
    why: str


def choose(
    part: ScaleScores, before: FloatArray, retest: Retest | None, asked: Asked, *, alpha: Candidate
) -> tuple[Used | None, tuple[str, ...]]:
    """Return what a reliable change of this score rests on, and what to say where nothing does.

    Order: the user's figure; the correlation of these same persons' two occasions (30 pairs at least: its interval is
    the very one); a test-retest figure that the bank publishes for a like interval (within a factor of two, or where no
    interval was said); alpha of the first occasion (30 complete rows); a published alpha. The SD: the user's; that of
    these persons' first scores (30 at least); that of a norm the bank carries.

    Parameters
    ----------
    part
        The score column of the first occasion.
    before
        Its values for the persons of the panel.
    retest
        What the two occasions say, if anything.
    asked
        The user's figures.
    alpha
        Alpha of the first occasion, or why there is none.
    """
    norm = _norm_of(part)
    candidates = [_of_user(asked), _of_sample(retest), *_published_retest(part, asked.days), alpha]
    candidates += _published_alpha(part)
    found = next((one for one in candidates if one.figure is not None), None)
    known = before[~np.isnan(before)]
    sd, mean = _sd_of(asked, known, norm), _mean_of(asked, known, norm)
    missing = [said for said, figure in (("no reliability", found), ("no SD", sd)) if figure is None]
    if found is None or found.figure is None or sd is None:
        return None, (_nothing(missing, candidates, len(known)),)
    left = tuple(
        f"{one.figure}: {'comes later in the order' if one.figure else ''}" if one.figure else one.why
        for one in candidates
        if one is not found and (one.figure is not None or one.why)
    )
    used = Used(kind=found.kind, reliability=found.figure, sd=sd, mean=mean, why=found.why, not_used=left)
    return used, ()


def _nothing(missing: Sequence[str], candidates: Sequence[Candidate], n: int) -> str:
    have = [str(one.figure) for one in candidates if one.figure is not None]
    known = f"; there is {have[0]}" if have else ""
    return (
        f"no reliable change: {' and '.join(missing)} to be had from {n} {'person' if n == 1 else 'persons'} "
        f"({LEAST_SAMPLE} are needed){known}; give the SD and the reliability of a fitting sample (--sd, --reliability)"
    )


def _of_user(asked: Asked) -> Candidate:
    if asked.reliability is None:
        return Candidate(kind="user", figure=None, why="")
    figure = Figure(value=float(asked.reliability), what="reliability", whose="given by the user")
    return Candidate(kind="user", figure=figure, why="the user's figure goes before all others")


def _of_sample(retest: Retest | None) -> Candidate:
    if retest is None or retest.n < LEAST_SAMPLE or not np.isfinite(retest.r.value):
        n = 0 if retest is None else retest.n
        said = f"the correlation of the two occasions: {n} pairs; {LEAST_SAMPLE} are needed"
        return Candidate(kind="sample retest", figure=None, why=said if n > 1 else "")
    if retest.r.value <= 0:
        said = f"the two occasions correlate {retest.r.value:.2f}: that tells no measurement error"
        return Candidate(kind="sample retest", figure=None, why=said)
    figure = Figure(value=retest.r.value, what="test_retest", whose=f"these {retest.n} persons, before and after")
    why = "test-retest before alpha, and over the very interval; something that moved persons unequally lowers it"
    return Candidate(kind="sample retest", figure=figure, why=why)


def _speaks_of(entry: Evidence, part: ScaleScores) -> bool:
    return entry.scale == part.scale.id or (entry.scale is None and len(part.bank.scales) == 1)


def _published_retest(part: ScaleScores, days: float | None) -> list[Candidate]:
    return [
        _like(entry, days)
        for entry in part.bank.evidence
        if entry.kind == "test_retest" and _speaks_of(entry, part) and part.derived is None
    ]


def _like(entry: Evidence, days: float | None) -> Candidate:
    """Return a published test-retest figure, or why its interval will not do."""
    value = entry.value[0] if isinstance(entry.value, tuple) else entry.value
    over = f" over {entry.interval}" if entry.interval else ""
    figure = Figure(value=float(value), what="test_retest", whose=f"published: {entry.sample}{over}")
    theirs = _days_or_none(entry.interval)
    if days is not None and theirs is not None and not 1 / LIKE <= days / theirs <= LIKE:
        why = f"{figure}: its interval is not like the {days:.0f} days here"
        return Candidate(kind="published retest", figure=None, why=why)
    why = "test-retest before alpha"
    why += ", over a like interval" if days is not None and theirs is not None else "; the intervals were not compared"
    return Candidate(kind="published retest", figure=figure, why=why)


def _days_or_none(interval: str | None) -> float | None:
    try:
        return None if interval is None else days_of(interval)
    except ResponseError:
        return None


def _published_alpha(part: ScaleScores) -> list[Candidate]:
    found: list[Candidate] = []
    if part.derived is not None:
        return found
    why = "no test-retest figure fits; alpha knows nothing of what varies from day to day, so the test is liberal"
    norm = _norm_of(part)
    if norm is not None and norm.reliability is not None and 0 <= norm.reliability <= 1:
        figure = Figure(
            value=float(norm.reliability), what=norm.reliability_kind or "reliability", whose="a norm of the bank"
        )
        found.append(Candidate(kind="published alpha", figure=figure, why=why))
    for entry in part.bank.evidence:
        plain = entry.kind in {"alpha", "internal_consistency"} and isinstance(entry.value, (int, float))
        if plain and _speaks_of(entry, part):
            figure = Figure(value=float(entry.value), what=entry.kind, whose=f"published: {entry.sample}")  # type: ignore[arg-type]
            found.append(Candidate(kind="published alpha", figure=figure, why=why))
    return found


def _norm_of(part: ScaleScores) -> NormScale | None:
    """Return the first norm that the bank carries for this form and scale."""
    if part.derived is not None:
        return None
    norms = (norm for norm in part.bank.norms if norm.form == part.administration.form)
    return next((one for norm in norms for one in norm.scales if one.scale == part.scale.id), None)


def _sd_of(asked: Asked, known: FloatArray, norm: NormScale | None) -> Figure | None:
    if asked.sd is not None:
        return Figure(value=float(asked.sd), what="SD", whose="given by the user")
    if len(known) >= LEAST_SAMPLE and known.std(ddof=1) > 1e-12:
        return Figure(value=float(known.std(ddof=1)), what="SD", whose=f"these {len(known)} persons before")
    return None if norm is None else Figure(value=float(norm.sd), what="SD", whose="a norm of the bank")


def _mean_of(asked: Asked, known: FloatArray, norm: NormScale | None) -> Figure | None:
    if asked.mean is not None:
        return Figure(value=float(asked.mean), what="mean", whose="given by the user")
    if len(known) >= LEAST_SAMPLE:
        return Figure(value=float(known.mean()), what="mean", whose=f"these {len(known)} persons before")
    return None if norm is None else Figure(value=float(norm.mean), what="mean", whose="a norm of the bank")
