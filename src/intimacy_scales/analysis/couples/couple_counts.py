"""What every couple shows, counted over the sample: one pass a scale, no object a couple."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.analysis.couples.model import FloatArray
from intimacy_scales.analysis.couples.partners.answer_pairs import ScorePair
from intimacy_scales.analysis.couples.partners.comparison import ComparisonBasis
from intimacy_scales.analysis.couples.partners.items import Place
from intimacy_scales.analysis.norms import difference_error, row_means
from intimacy_scales.statistics.estimate import half_width


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleCounts:
    """One score over all couples: differences with their errors, places, agreement of the items."""

    pair: ScorePair
    difference: FloatArray = field(repr=False)
    se: FloatArray = field(repr=False)
    beyond: NDArray[np.bool_] = field(repr=False)
    share_beyond: float
    places: dict[Place, int]
    within_one_step: float


def couple_counts(basis: ComparisonBasis, pair: ScorePair) -> CoupleCounts:
    """Count one score over all couples."""
    d = pair.a.values - pair.b.values
    se = difference_error(basis.errors[pair.a.column].sem, basis.errors[pair.b.column].sem)
    known = np.isfinite(d) & np.isfinite(se)
    beyond = known & (np.abs(np.where(known, d, 0.0)) > half_width(basis.level) * np.where(known, se, 0.0))
    places: dict[Place, int] = {}
    within = np.nan
    if not pair.derived:
        answers = basis.answers_of(pair)
        columns = answers.places(pair.scale)
        within = _within(pair, answers.a[:, columns], answers.b[:, columns])
        asked = not pair.wish and pair.scale.role != "idealisation"
        places = _places(pair, answers.a[:, columns], answers.b[:, columns]) if asked else {}
    return CoupleCounts(
        pair=pair,
        difference=d,
        se=se,
        beyond=beyond,
        share_beyond=float(beyond.sum() / known.sum()) if known.any() else np.nan,
        places=places,
        within_one_step=within,
    )


def _within(pair: ScorePair, a: FloatArray, b: FloatArray) -> float:
    """Return the mean share of items that couples answer within one option."""
    near = np.full(a.shape, np.nan)
    for j, number in enumerate(pair.scale.items):
        item = pair.bank.item(number)
        codes = np.array(sorted(option.code for option in pair.bank.options_of(item)), dtype=np.float64)
        both = ~(np.isnan(a[:, j]) | np.isnan(b[:, j]))
        steps = np.abs(np.searchsorted(codes, a[both, j]) - np.searchsorted(codes, b[both, j]))
        near[both, j] = steps <= 1
    shares = row_means(near)
    there = ~np.isnan(shares)
    return float(shares[there].mean()) if there.any() else np.nan


def _places(pair: ScorePair, a: FloatArray, b: FloatArray) -> dict[Place, int]:
    """Count on which side of the options' midpoint the two averages of every couple lie."""
    middle = pair.bank.midpoint(pair.scale)
    scored = ~np.isnan(pair.values).any(axis=1)
    x, y = (np.round(row_means(side)[scored] - middle, 9) for side in (a, b))
    found: Counter[Place] = Counter(
        {
            "both above the middle": int(((x > 0) & (y > 0)).sum()),
            "both below the middle": int(((x < 0) & (y < 0)).sum()),
            "differing": int((x * y < 0).sum()),
            "one above the middle, one in it": int(((x * y == 0) & (x + y > 0)).sum()),
            "one below the middle, one in it": int(((x * y == 0) & (x + y < 0)).sum()),
            "both in the middle": int(((x == 0) & (y == 0)).sum()),
        }
    )
    return dict(found)
