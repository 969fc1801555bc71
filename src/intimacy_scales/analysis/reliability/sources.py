"""Whose reliability and whose SD a figure rests on: every source described once, and both orders of asking them.

*The error of a score* (:func:`pair_for_score`): the norm used, the sample scored, the user, what the bank publishes.

*A reliable change* (:func:`pair_for_change`): the user (or persons left untreated), a published retest for a like
interval, alpha of the sample before, a published alpha; the correlation of the sample's own two occasions only where
there is no alpha: what was done to these persons between lowers it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from intimacy_scales.analysis.reliability.scale_answers import alpha_of
from intimacy_scales.bank.model import Evidence, NormScale
from intimacy_scales.base.arrays import IntArray
from intimacy_scales.base.wording import coefficient, counted, days_or_none, figure
from intimacy_scales.scoring import ScaleScores, Scores
from intimacy_scales.scoring.given_figures import Figure

Kind = Literal[
    "norm",
    "sample",
    "user",
    "published",
    "untreated retest",
    "published retest",
    "sample alpha",
    "published alpha",
    "sample retest",
]

LEAST_SAMPLE = 30  # fewer persons tell no reliability and no SD: as for local norms
LIKE = 2.0  # intervals are alike within this factor: ours, no rule was found
OTHER_METRIC = 3.0  # an SD this many times the sample's, or this part of it, is of another metric
ALPHA = frozenset({"alpha", "internal_consistency"})
LIBERAL = "alpha knows nothing of what varies from day to day, so the test is liberal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What one source knows of a score: a reliability, an SD, a mean; and why it may be used, or may not."""

    kind: Kind
    reliability: Figure | None = None
    sd: Figure | None = None
    mean: Figure | None = None
    why: str = ""
    n: int = 0
    """Persons of a sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The source that was chosen (``None``: nobody knows both figures), and what to say of it and of the others."""

    source: Source | None
    notes: tuple[str, ...] = ()
    not_used: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoTimes:
    """What two occasions of the same persons say: how many, their correlation, means and SDs."""

    n: int
    r: float
    mean_before: float
    mean_after: float
    sd_before: float
    sd_after: float


# --- what each source knows


def of_user(*, sd: float | None, reliability: float | None, mean: float | None = None) -> Source:
    """Return the figures that the user gave."""
    whose = "given by the user"
    return Source(
        kind="user",
        reliability=None if reliability is None else Figure(value=float(reliability), what="reliability", whose=whose),
        sd=None if sd is None else Figure(value=float(sd), what="SD", whose=whose),
        mean=None if mean is None else Figure(value=float(mean), what="mean", whose=whose),
        why="the user's figure goes before all others",
    )


def of_norm(norm: NormScale | None, name: str = "") -> Source:
    """Return what a norm's figures for a scale say."""
    if norm is None:
        return Source(kind="norm")
    whose = f"norm {name}" if name else "the norm"
    known = norm.reliability is not None and 0 <= norm.reliability <= 1
    return Source(
        kind="norm",
        sd=Figure(value=float(norm.sd), what="SD", whose=whose),
        mean=Figure(value=float(norm.mean), what="mean", whose=whose),
        reliability=Figure(value=float(norm.reliability), what=norm.reliability_kind or "reliability", whose=whose)
        if known and norm.reliability is not None
        else None,
    )


def of_sample(
    scores: Scores, part: ScaleScores, *, rows: IntArray | None = None, whose: str = "persons scored"
) -> Source:
    """Return a sample's alpha and the SD of its scores; neither under 30 complete rows."""
    values = part.values if rows is None else part.values[rows]
    known = values[~np.isnan(values)]
    if len(known) < LEAST_SAMPLE or known.std(ddof=1) == 0:
        return Source(kind="sample", n=len(known))
    text = f"the {len(known)} {whose}"
    sd = Figure(value=float(known.std(ddof=1)), what="SD", whose=text)
    mean = Figure(value=float(known.mean()), what="mean", whose=text)
    alpha = None if part.derived is not None else alpha_of(scores, part, rows=rows)
    if alpha is None or alpha.n_complete < LEAST_SAMPLE:
        return Source(kind="sample", sd=sd, mean=mean, n=len(known))
    if not 0 <= alpha.value <= 1:
        why = f"the sample's alpha is {coefficient(alpha.value)}: it tells no measurement error; check the keying"
        return Source(kind="sample", sd=sd, mean=mean, why=why, n=len(known))
    told = Figure(value=alpha.value, what=alpha.what, whose=text)
    return Source(kind="sample", sd=sd, mean=mean, reliability=told, n=len(known))


def carried_norm(part: ScaleScores) -> tuple[NormScale, str] | None:
    """Return the first norm that the bank carries for this form and scale, with its name."""
    if part.derived is not None:
        return None
    for norm in part.bank.norms:
        for scale in norm.scales:
            if norm.form == part.administration.form and scale.scale == part.scale.id:
                return scale, f"{norm.id} of the bank"
    return None


def published_alphas(part: ScaleScores) -> list[Source]:
    """Return the internal consistencies that the bank carries: its norms' first, each with the SD of its own sample."""
    if part.derived is not None:
        return []
    found = [
        replace(of_norm(scale, f"{norm.id} of the bank"), kind="published alpha")
        for norm in part.bank.norms
        for scale in norm.scales
        if norm.form == part.administration.form and scale.scale == part.scale.id
    ]
    found += [_of_entry(entry, "published alpha") for entry in part.bank.evidence if _tells_alpha(entry, part)]
    return [one for one in found if one.reliability is not None]


def published_retests(part: ScaleScores, days: float | None) -> list[Source]:
    """Return the test-retest figures that the bank carries; those over an interval unlike this one without a figure."""
    entries = [e for e in part.bank.evidence if e.kind == "test_retest" and _speaks_of(e, part)]
    return [] if part.derived is not None else [_like(entry, days) for entry in entries]


def _speaks_of(entry: Evidence, part: ScaleScores) -> bool:
    return entry.scale == part.scale.id or (entry.scale is None and len(part.bank.scales) == 1)


def _tells_alpha(entry: Evidence, part: ScaleScores) -> bool:
    return entry.kind in ALPHA and isinstance(entry.value, (int, float)) and _speaks_of(entry, part)


def _of_entry(entry: Evidence, kind: Kind) -> Source:
    value = entry.value[0] if isinstance(entry.value, tuple) else entry.value
    over = f" over {entry.interval}" if entry.interval else ""
    whose = f"published: {entry.sample}{over}"
    return Source(
        kind=kind,
        reliability=Figure(value=float(value), what=entry.kind, whose=whose),
        sd=None if entry.sd is None else Figure(value=float(entry.sd), what="SD", whose=whose),
    )


def _like(entry: Evidence, days: float | None) -> Source:
    """Return a published test-retest figure, or why its interval will not do."""
    found, theirs = _of_entry(entry, "published retest"), days_or_none(entry.interval)
    if days is not None and theirs is not None and not 1 / LIKE <= days / theirs <= LIKE:
        why = f"{found.reliability}: its interval is not like the {figure(days, 0)} days here"
        return Source(kind="published retest", why=why)
    if days is not None and theirs is not None:
        return replace(found, why="test-retest before alpha, over a like interval")
    return replace(found, why="test-retest before alpha; the intervals were not compared")


# --- the error of a score


def pair_for_score(user: Source, sample: Source, norm: Source, part: ScaleScores) -> Chosen:
    """Return the first source with both figures: the norm used, the sample, the user, the bank's published pair.

    Where the user or the bank gives one half only, the norm or the sample fills in the other, and both are named.
    """
    published = next(iter(published_alphas(part)), Source(kind="published"))
    if sample.reliability is None:
        sample = Source(kind="sample", why=sample.why)
    found = None
    for one in (norm, sample, user, replace(published, kind="published")):
        reliability, sd = one.reliability, one.sd
        if one.kind in {"user", "published"} and (reliability or sd):
            reliability = reliability or norm.reliability or sample.reliability
            sd = sd or norm.sd or sample.sd
        if one.kind == "user" and sd is not None and reliability is None:
            reliability = published.reliability
        if reliability is not None and sd is not None:
            found = replace(one, reliability=reliability, sd=sd)
            break
    why = (sample.why,) if sample.why else ()
    return Chosen(source=found, notes=(*_unused(user, found), *_mixed(found), *why))


def _mixed(source: Source | None) -> tuple[str, ...]:
    if source is None or source.reliability is None or source.sd is None or source.reliability.whose == source.sd.whose:
        return ()
    return (f"reliability and SD come from different samples: {source.reliability}; {source.sd}",)


def _unused(user: Source, source: Source | None) -> tuple[str, ...]:
    if user.reliability is None and user.sd is None:
        return ()
    if source is None:
        return ("an SD alone, or a reliability alone, gives no SEM: give both",)
    if source.kind in {"norm", "sample"}:
        return (f"the figures given by the user were not used: the {source.kind} comes first",)
    return ()


# --- a reliable change


def of_untreated(times: TwoTimes | None) -> Source:
    """Return the retest of persons to whom nothing was done between, with their own SD before."""
    if times is None:
        return Source(kind="untreated retest")
    if times.n < LEAST_SAMPLE or not times.r > 0:
        known = f"{counted(times.n, 'pair')} with r {coefficient(times.r)}"
        why = f"the untreated: {known}; {LEAST_SAMPLE} with r above 0 are needed"
        return Source(kind="untreated retest", why=why)
    whose = f"{times.n} untreated persons"
    return Source(
        kind="untreated retest",
        reliability=Figure(value=times.r, what="test_retest", whose=whose),
        sd=Figure(value=times.sd_before, what="SD", whose=f"{whose} before"),
        why="the retest of persons to whom nothing was done between, given by the user",
    )


def of_own_retest(times: TwoTimes | None) -> Source:
    """Return the correlation of these persons' own two occasions, with what speaks against it."""
    if times is None or times.n < LEAST_SAMPLE or not np.isfinite(times.r):
        n = 0 if times is None else times.n
        why = f"the correlation of the two occasions: {counted(n, 'pair')}; {LEAST_SAMPLE} are needed"
        return Source(kind="sample retest", why=why if n > 1 else "")
    if times.r <= 0:
        why = f"the two occasions correlate {coefficient(times.r)}: that tells no measurement error"
        return Source(kind="sample retest", why=why)
    ratio = times.sd_after / times.sd_before if times.sd_before > 0 else float("nan")
    why = (
        "no alpha exists; whatever moved these persons unequally between lowers it, and so hides change "
        f"(SD after over SD before {figure(ratio)})"
    )
    figures = Figure(value=times.r, what="test_retest", whose=f"these {times.n} persons, before and after")
    return Source(kind="sample retest", reliability=figures, why=why)


def pair_for_change(
    part: ScaleScores, *, user: Source, sample: Source, retest: TwoTimes | None, untreated: Source, days: float | None
) -> Chosen:
    """Return what a reliable change of this score rests on, and what to say where nothing does.

    Parameters
    ----------
    part
        The score column of the first occasion.
    user, untreated
        The user's figures; the retest of untreated persons.
    sample
        Alpha, SD and mean of the persons of the panel before.
    retest
        What their two occasions say.
    days
        Interval between the occasions, where it is known.
    """
    alpha = Source(kind="sample alpha", reliability=sample.reliability, sd=sample.sd, why=sample.why)
    if alpha.reliability is not None:
        alpha = replace(alpha, why=f"no test-retest figure fits; {LIBERAL}")
    published = [replace(source, why=f"no test-retest figure fits; {LIBERAL}") for source in published_alphas(part)]
    candidates = [user, untreated, *published_retests(part, days), alpha, *published, of_own_retest(retest)]
    found = next((candidate for candidate in candidates if candidate.reliability is not None), None)
    norm = of_norm(*(carried_norm(part) or (None,)))
    sd = user.sd or (found.sd if found is not None else None) or sample.sd or norm.sd
    mean = user.mean or sample.mean or norm.mean
    if found is None or found.reliability is None or sd is None:
        missing = [said for said, there in (("no reliability", found), ("no SD", sd)) if there is None]
        return Chosen(source=None, notes=(_nothing(missing, candidates, sample.n),))
    left = tuple(
        f"{candidate.reliability}: comes later in the order" if candidate.reliability else candidate.why
        for candidate in candidates
        if candidate is not found and (candidate.reliability is not None or candidate.why)
    )
    if user is not found and user.reliability is None:
        left = tuple(one for one in left if one != user.why)
    used = replace(found, sd=sd, mean=mean)
    return Chosen(source=used, notes=_doubts(used, sample, days), not_used=left)


def _doubts(used: Source, sample: Source, days: float | None) -> tuple[str, ...]:
    """Tell figures of two samples, an SD on another metric, and an interval nobody named."""
    notes = list(_mixed(used))
    if used.kind == "published retest" and days is None and used.reliability is not None:
        notes.append(
            f"how long these occasions lie apart is not known; the retest {used.reliability} is taken for a like "
            "interval: say --interval"
        )
    if used.sd is not None and sample.sd is not None and used.sd.whose == "given by the user":
        ratio = used.sd.value / sample.sd.value
        if not 1 / OTHER_METRIC <= ratio <= OTHER_METRIC:
            notes.append(
                f"the SD given, {figure(used.sd.value)}, is {figure(ratio)} times that of {sample.sd.whose} "
                f"({figure(sample.sd.value)}): is it on another metric?"
            )
    return tuple(notes)


def _nothing(missing: Sequence[str], candidates: Sequence[Source], n: int) -> str:
    have = [str(candidate.reliability) for candidate in candidates if candidate.reliability is not None]
    known = f"; there is {have[0]}" if have else ""
    return (
        f"no reliable change: {' and '.join(missing)} to be had from {counted(n, 'person')} ({LEAST_SAMPLE} are "
        f"needed){known}; give the SD and the reliability of a fitting sample (--sd, --reliability)"
    )
