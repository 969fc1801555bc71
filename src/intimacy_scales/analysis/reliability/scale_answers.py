"""The answers behind a scale's figures: which items count, their matrix, the rows that the missing rule leaves.

One scale's keyed answers out of vouched answers, equal rows put together where there are many.

Six items of five options and "no answer" can be filled in in 46,656 ways; a million persons are then counted by
pattern, and everything after works on the patterns and their counts.

Alpha of one score column: what the scored sample itself says about a score's reliability.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from intimacy_scales.bank.model import Scale
from intimacy_scales.base.arrays import BoolArray, FloatArray, IntArray
from intimacy_scales.base.errors import IntimacyScalesError
from intimacy_scales.reading.responses.model import Answered
from intimacy_scales.scoring import ScaleScores, Scores, keyed
from intimacy_scales.statistics.consistency.items import ItemLabels
from intimacy_scales.statistics.moments import BLOCK_ROWS, MatrixRule, MissingRule, Moments, Rows, gather
from intimacy_scales.statistics.sem.samples import Sample

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
    part: Answered, scale: Scale, missing: MissingRule, clusters: Sequence[str] | None = None
) -> ScaleAnswers:
    """Return the answers to a scale; ``clusters`` names what every row of the file belongs to."""
    at = {item.number: j for j, item in enumerate(part.bank.items)}
    places = [at[number] for number in scale.items]
    ends = ends_of(part, places)
    rule: MatrixRule = "listwise" if missing == "listwise" else "pairwise"
    described = gather(rows_of(part, places), ends=ends, missing=rule)
    varying = tuple(j for j, variance in enumerate(described.variances) if variance != 0)
    used = varying or tuple(range(len(places)))
    moments = described
    if len(used) < len(places):
        moments = gather(rows_of(part, [places[j] for j in used]), ends=ends[list(used)], missing=rule)
    rows = kept = None
    if part.n_persons <= MOST_ROWS:
        everyone = keyed(part, places=[places[j] for j in used])
        gaps = np.isnan(everyone)
        kept = np.asarray(~(gaps.any(axis=1) if missing == "listwise" else gaps.all(axis=1)))
        rows = everyone[kept]
    own = None if clusters is None or kept is None else tuple(np.asarray(clusters)[kept].tolist())
    em: Sample | None = None
    notes = _without_rows(rows, missing, clusters)
    if missing == "fiml":
        moments, em, why = _by_em(moments, rows, own)
        notes += why
    return ScaleAnswers(
        labels=_labels(part, places), used=used, codes=_codes(part, places), ends=ends, described=described,
        moments=moments, rows=rows, kept=kept, clusters=own, em=em, notes=notes,
    )  # fmt: skip


def _without_rows(rows: FloatArray | None, missing: MissingRule, clusters: Sequence[str] | None) -> tuple[str, ...]:
    if rows is not None:
        return ()
    lost = "no distribution-free interval, ordinal coefficients, conditional SEM or bounds of alpha"
    found = [f"more than {MOST_ROWS:,} rows: {lost}; draw a sample of rows for them"]
    if missing == "fiml":
        found.append("FIML goes through every row: pairwise covariances instead")
    if clusters is not None:
        found.append("intervals count rows as independent: cluster-robust ones go through every row")
    return tuple(found)


def _labels(part: Answered, places: Sequence[int]) -> tuple[ItemLabels, ...]:
    bank = part.bank
    return tuple(
        ItemLabels(number=item.number, name=f"{bank.id}_{item.number}", gloss=str(item.gloss), reversed=item.reverse)
        for item in (bank.items[j] for j in places)
    )


def _codes(part: Answered, places: Sequence[int]) -> tuple[FloatArray, ...]:
    """Return every item's keyed codes, ascending."""
    found = []
    for item in (part.bank.items[j] for j in places):
        low, high = part.bank.ends(item)
        ticked = sorted(option.code for option in part.bank.options_of(item))
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


ROWS_PER_PATTERN = 2  # below this, putting equal rows together costs more than it saves


def ends_of(part: Answered, places: Sequence[int]) -> FloatArray:
    """Return the declared ends of these items, items x 2: reversal maps them onto themselves."""
    bank = part.bank
    return np.array([bank.ends(bank.items[j]) for j in places], dtype=np.float64)


def rows_of(part: Answered, places: Sequence[int]) -> Iterator[Rows]:
    """Yield the keyed answers of the items at these places, in blocks of rows or of counted patterns."""
    ends = ends_of(part, places)
    base = int((ends[:, 1] - ends[:, 0]).max()) + 2
    if float(base) ** len(places) * ROWS_PER_PATTERN <= part.n_persons:
        yield _patterns(part, places, lowest=ends[:, 0], base=base)
        return
    for start in range(0, max(part.n_persons, 1), BLOCK_ROWS):
        piece = replace(part, answers=tuple(item[start : start + BLOCK_ROWS] for item in part.answers))
        yield Rows(answers=keyed(piece, places=places))


def _patterns(part: Answered, places: Sequence[int], *, lowest: FloatArray, base: int) -> Rows:
    """Count rows by pattern: each item is a digit, its highest value standing for no answer."""
    n = part.n_persons
    codes = np.empty(n, dtype=np.int32 if base ** len(places) < 2**31 else np.int64)
    for start in range(0, n, BLOCK_ROWS):
        stop = min(start + BLOCK_ROWS, n)
        code = np.zeros(stop - start)
        for j, low in zip(places, lowest, strict=True):
            digit = part.answers[j][start:stop] - low
            np.copyto(digit, base - 1, where=np.isnan(digit))
            code *= base
            code += digit
        codes[start:stop] = code
    counts = np.bincount(codes, minlength=1)
    there = np.flatnonzero(counts)
    return Rows(
        answers=keyed(_unpacked(part, places, there, lowest=lowest, base=base), places=places),
        weights=counts[there].astype(np.float64),
    )


def _unpacked(
    part: Answered,
    places: Sequence[int],
    codes: np.ndarray[tuple[int], np.dtype[np.intp]],
    *,
    lowest: FloatArray,
    base: int,
) -> Answered:
    """Return the patterns as answers again; items outside the scale have none."""
    answers = [np.full(len(codes), np.nan)] * len(part.answers)
    left = codes
    for j, low in zip(reversed(places), lowest[::-1], strict=True):
        left, digit = np.divmod(left, base)
        answers[j] = np.where(digit == base - 1, np.nan, digit + low)
    return replace(part, answers=tuple(answers))


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleAlpha:
    """Cronbach's alpha of a sample (pairwise covariances) and the number of complete rows behind it."""

    value: float
    n_complete: int


def alpha_of(scores: Scores, part: ScaleScores, *, rows: Sequence[int] | IntArray | None = None) -> SampleAlpha | None:
    """Return alpha of the answers behind a score column; ``None`` for a single item or where it is not defined.

    ``rows``: 0-based rows of a group; all of them unless said.
    """
    from intimacy_scales.statistics.consistency.coefficients import alpha
    from intimacy_scales.statistics.moments import blocks_of, gather

    answers = scores.keyed(part) if rows is None else scores.keyed(part)[rows]
    moments = gather(blocks_of(answers))
    value = alpha(moments.covariance)
    return None if math.isnan(value) else SampleAlpha(value=value, n_complete=moments.n_complete)
