"""Who may say how reliable a score is, and in which order: norm, sample, user, bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from intimacy_scales.bank.model import Evidence, NormScale
from intimacy_scales.scoring import ScaleScores, Scores
from intimacy_scales.scoring.given import Figure, PerScore, given_for

Basis = Literal["norm", "sample", "user", "published", "own answers", "difference", "none"]
LEAST_SAMPLE = 30  # fewer persons than a local norm needs tell no reliability either


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What one source knows of a scale: a reliability, an SD, or both."""

    basis: Basis
    reliability: Figure | None = None
    sd: Figure | None = None
    note: str = ""
    """Why this source has no say, where that is worth telling."""


def _of_norm(norm: NormScale | None, name: str) -> Pair:
    if norm is None:
        return Pair(basis="norm")
    whose = f"norm {name}" if name else "the norm"
    kind = norm.reliability_kind or "reliability"
    known = norm.reliability is not None and 0 <= norm.reliability <= 1
    return Pair(
        basis="norm",
        sd=Figure(value=float(norm.sd), what="SD", whose=whose),
        reliability=Figure(value=float(norm.reliability), what=kind, whose=whose)
        if known and norm.reliability is not None
        else None,
    )


def _of_sample(scores: Scores, part: ScaleScores) -> Pair:
    known = part.values[~np.isnan(part.values)]
    if len(known) < LEAST_SAMPLE or known.std(ddof=1) == 0:
        return Pair(basis="sample")
    from intimacy_scales.analysis.reliability.keyed_rows import alpha_of

    alpha = alpha_of(scores, part)
    if alpha is None or alpha.n_complete < LEAST_SAMPLE:
        return Pair(basis="sample")
    if not 0 <= alpha.value <= 1:
        said = f"the sample's alpha is {alpha.value:.2f}: it tells no measurement error; check the keying"
        return Pair(basis="sample", note=said)
    whose = f"the {len(known)} persons scored"
    return Pair(
        basis="sample",
        reliability=Figure(value=alpha.value, what="alpha", whose=whose),
        sd=Figure(value=float(known.std(ddof=1)), what="SD", whose=whose),
    )


def _of_user(part: ScaleScores, sd: PerScore, reliability: PerScore) -> Pair:
    r, s = given_for(reliability, part.column), given_for(sd, part.column)
    return Pair(
        basis="user",
        reliability=None if r is None else Figure(value=float(r), what="reliability", whose="given by the user"),
        sd=None if s is None else Figure(value=float(s), what="SD", whose="given by the user"),
    )


def _published(part: ScaleScores) -> Pair:
    """Return the bank's own pair: a carried norm's, or the published reliability alone."""
    for norm in part.bank.norms:
        if norm.form != part.administration.form:
            continue
        for figures in norm.scales:
            if figures.scale == part.scale.id and figures.reliability is not None:
                pair = _of_norm(figures, f"{norm.id} of the bank")
                return Pair(basis="published", reliability=pair.reliability, sd=pair.sd)
    for entry in part.bank.evidence:
        if _speaks_of(entry, part) and isinstance(entry.value, (int, float)):
            return Pair(
                basis="published",
                reliability=Figure(value=float(entry.value), what=entry.kind, whose=f"published: {entry.sample}"),
            )
    return Pair(basis="published")


def _speaks_of(entry: Evidence, part: ScaleScores) -> bool:
    whole = entry.scale is None and len(part.bank.scales) == 1
    return entry.kind in {"alpha", "internal_consistency"} and (whole or entry.scale == part.scale.id)


def _first_whole(sources: Sequence[Pair]) -> Pair | None:
    """Return the first source with both figures; the user's and the bank's halves are filled in from those before."""
    norm, sample, *_ = sources
    for pair in sources:
        reliability, sd = pair.reliability, pair.sd
        if pair.basis in {"user", "published"} and (reliability or sd):
            reliability = reliability or norm.reliability or sample.reliability
            sd = sd or norm.sd or sample.sd
        if pair.basis == "user" and sd is not None and reliability is None:
            reliability = sources[3].reliability
        if reliability is not None and sd is not None:
            return Pair(basis=pair.basis, reliability=reliability, sd=sd)
    return None


def _mixed(found: Pair) -> tuple[str, ...]:
    if found.reliability is None or found.sd is None or found.reliability.whose == found.sd.whose:
        return ()
    return (f"reliability and SD come from different samples: {found.reliability}; {found.sd}",)


def _unused(user: Pair, found: Pair | None) -> tuple[str, ...]:
    if user.reliability is None and user.sd is None:
        return ()
    if found is None:
        return ("an SD alone, or a reliability alone, gives no SEM: give both",)
    if found.basis in {"norm", "sample"}:
        return (f"the figures given by the user were not used: the {found.basis} comes first",)
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The pair that gives the error (``None`` when nobody has one), and what to say of those left out."""

    pair: Pair | None
    notes: tuple[str, ...]


def source_of(
    scores: Scores, part: ScaleScores, *, norm: NormScale | None, norm_name: str, sd: PerScore, reliability: PerScore
) -> Source:
    """Return the first source with both figures: norm, sample, user, bank."""
    user = _of_user(part, sd, reliability)
    sample = _of_sample(scores, part)
    found = _first_whole([_of_norm(norm, norm_name), sample, user, _published(part)])
    mixed = () if found is None else _mixed(found)
    return Source(pair=found, notes=(*_unused(user, found), *mixed, *filter(None, [sample.note])))
