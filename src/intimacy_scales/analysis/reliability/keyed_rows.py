"""One scale's keyed answers out of vouched answers, equal rows put together where there are many.

Six items of five options and "no answer" can be filled in in 46,656 ways; a million persons are then counted by
pattern, and everything after works on the patterns and their counts.

Alpha of one score column: what the scored sample itself says about a score's reliability.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from intimacy_scales.reading.responses.model import Answered
from intimacy_scales.scoring import ScaleScores, Scores, keyed
from intimacy_scales.statistics.moments import BLOCK_ROWS, FloatArray, IntArray, Rows

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
