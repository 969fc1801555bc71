"""The answers behind a scale's figures: which items count, their matrix, the rows that the missing rule leaves.

Alpha of one score column: what the scored sample itself says about a score's reliability.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from intimacy_scales.analysis.reliability.sample_sums import ScaleSums, ends_of, sums_of
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.arrays import BoolArray, FloatArray, IntArray
from intimacy_scales.base.errors import IntimacyScalesError
from intimacy_scales.reading.responses.model import Answered
from intimacy_scales.scoring import ScaleScores, Scores, keyed
from intimacy_scales.statistics.consistency.items import ItemLabels
from intimacy_scales.statistics.moments import MatrixRule, MissingRule, Moments, moments_of
from intimacy_scales.statistics.sem.samples import Sample
from intimacy_scales.statistics.sums import AnswerSums, pair_covariance

MOST_ROWS = 100_000  # above, what goes through every row again takes long: draw a sample of rows for it


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleAnswers:
    """Answers to one scale: ``described`` is of all items, ``moments`` of those that vary.

    A constant item is left out of every coefficient (k counts the others), as SPSS and psych do; decided here, on the
    whole sample. ``rows`` are the keyed answers of the items in the matrix, of the persons that the rule for missing
    answers keeps (``kept``: which rows of the file); ``None`` for very many rows.
    """

    labels: tuple[ItemLabels, ...]
    used: tuple[int, ...]
    codes: tuple[FloatArray, ...]
    ends: FloatArray
    described: Moments
    moments: Moments
    rows: FloatArray | None = field(repr=False)
    kept: BoolArray | None = field(repr=False)
    clusters: tuple[str, ...] | None = field(repr=False)
    em: Sample | None = field(repr=False)
    """With ``fiml`` and gaps: the sample with its EM moments."""
    notes: tuple[str, ...]

    @property
    def constant(self) -> tuple[ItemLabels, ...]:
        """Items to which everybody gave the same answer."""
        return tuple(label for j, label in enumerate(self.labels) if j not in self.used)

    @property
    def numbers(self) -> list[int]:
        """Numbers of the items in the matrix."""
        return [self.labels[j].number for j in self.used]

    @property
    def used_codes(self) -> tuple[FloatArray, ...]:
        """Keyed codes of the items in the matrix."""
        return tuple(self.codes[j] for j in self.used)

    @property
    def complete(self) -> bool:
        """Whether the rows of the matrix have no gap."""
        return self.moments.n_complete == self.moments.n


def scale_answers(
    sums: ScaleSums, missing: MissingRule, *, part: Answered | None = None, clusters: Sequence[str] | None = None
) -> ScaleAnswers:
    """Return the answers to a scale, from their sums.

    ``part`` holds the answers themselves where they are at hand: figures that go through every person are made of them
    up to :data:`MOST_ROWS`; ``clusters`` names what every row of the file belongs to.
    """
    bank = sums.scored.bank
    places = bank.places_of(sums.scored.scale)
    ends = ends_of(bank, places)
    lowest = ends[:, 0].astype(np.int64)
    rule: MatrixRule = "listwise" if missing == "listwise" else "pairwise"
    described = moments_of(sums.answers, lowest=lowest, missing=rule)
    varying = tuple(j for j, variance in enumerate(described.variances) if variance != 0)
    used = varying or tuple(range(len(places)))
    moments = described
    if len(used) < len(places):
        moments = moments_of(sums.answers, lowest=lowest, missing=rule, items=used)
    rows = kept = None
    if part is not None and part.n_persons <= MOST_ROWS:
        everyone = keyed(part, places=[places[j] for j in used])
        gaps = np.isnan(everyone)
        kept = np.asarray(~(gaps.any(axis=1) if missing == "listwise" else gaps.all(axis=1)))
        rows = everyone[kept]
    own = None if clusters is None or kept is None else tuple(np.asarray(clusters)[kept].tolist())
    em: Sample | None = None
    notes = _without_rows(rows, sums.answers.n_rows, missing, clusters)
    if missing == "fiml":
        moments, em, why = _by_em(moments, rows, own)
        notes += why
    return ScaleAnswers(
        labels=_labels(bank, places), used=used, codes=_codes(bank, places), ends=ends, described=described,
        moments=moments, rows=rows, kept=kept, clusters=own, em=em, notes=notes,
    )  # fmt: skip


def _without_rows(
    rows: FloatArray | None, n_rows: int, missing: MissingRule, clusters: Sequence[str] | None
) -> tuple[str, ...]:
    """Return what cannot be had without the persons one by one, and why."""
    if rows is not None:
        return ()
    why = f"more than {MOST_ROWS:,} rows" if n_rows > MOST_ROWS else "the answers were not kept one by one"
    lost = "no distribution-free interval, ordinal coefficients, conditional SEM or bounds of alpha"
    found = [f"{why}: {lost}, which go through every person; draw a sample of rows for them"]
    if missing == "fiml":
        found.append("FIML goes through every row: pairwise covariances instead")
    if clusters is not None:
        found.append("intervals count rows as independent: cluster-robust ones go through every row")
    return tuple(found)


def _labels(bank: ItemBank, places: Sequence[int]) -> tuple[ItemLabels, ...]:
    return tuple(
        ItemLabels(number=item.number, name=f"{bank.id}_{item.number}", gloss=str(item.gloss), reversed=item.reverse)
        for item in (bank.items[j] for j in places)
    )


def _codes(bank: ItemBank, places: Sequence[int]) -> tuple[FloatArray, ...]:
    """Return every item's keyed codes, ascending."""
    found = []
    for item in (bank.items[j] for j in places):
        low, high = bank.ends(item)
        ticked = sorted(option.code for option in bank.options_of(item))
        keyed_codes = [low + high - code for code in reversed(ticked)] if item.reverse else ticked
        found.append(np.array(keyed_codes, dtype=np.float64))
    return tuple(found)


def _by_em(
    moments: Moments, rows: FloatArray | None, clusters: Sequence[str] | None
) -> tuple[Moments, Sample | None, tuple[str, ...]]:
    """Return the moments with the covariance matrix by EM; all missing, and why, where there is none.

    Without gaps there is nothing to estimate: the plain covariances are the maximum likelihood ones.
    """
    from intimacy_scales.statistics import sem

    if rows is None or not np.isnan(rows).any():
        return replace(moments, missing="fiml" if rows is not None else moments.missing), None, ()
    nothing = replace(moments, missing="fiml", covariance=np.full_like(moments.covariance, np.nan))
    try:
        with np.errstate(invalid="raise"):
            data = sem.sample(rows, [f"x{j}" for j in range(rows.shape[1])], missing="fiml", clusters=clusters)
    except IntimacyScalesError as fault:
        return nothing, None, (f"no covariances by EM: {'; '.join(str(problem) for problem in fault.problems)}",)
    except (FloatingPointError, np.linalg.LinAlgError):
        return nothing, None, ("no covariances by EM: too few answers in common",)
    found = data.data[0]
    return replace(moments, missing="fiml", covariance=found.cov * found.n / max(found.n - 1, 1)), data, ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleAlpha:
    """Cronbach's alpha of a sample (pairwise covariances) and the number of complete rows behind it."""

    value: float
    n_complete: int


def alpha_of(scores: Scores, part: ScaleScores, *, rows: Sequence[int] | IntArray | None = None) -> SampleAlpha | None:
    """Return alpha of the answers behind a score column; ``None`` for a single item or where it is not defined.

    ``rows``: 0-based rows of a group; all of them unless said.
    """
    return alpha_of_sums(sums_of(scores.answered(part), part.bank.places_of(part.scale), rows=rows, by_code=False))


def alpha_of_sums(sums: AnswerSums) -> SampleAlpha | None:
    """Return the same of sums of keyed answers."""
    from intimacy_scales.statistics.consistency.coefficients import alpha

    pairs = sums.pairs()
    value = alpha(pair_covariance(pairs.pair_n, pairs.common, pairs.products))
    return None if math.isnan(value) else SampleAlpha(value=value, n_complete=sums.over().n)
