"""Heterotrait-monotrait ratios of a bank's scales: do their items hang together across as strongly as within."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from intimacy_scales.analysis.structure.item_answers import ItemAnswers
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.statistics.validity.htmt import HtmtRatio, htmt

DRAWS = 500  # samples of persons an interval rests on: more would be most of the time that structure takes
FEWEST_ROWS = 30  # complete rows: fewer make no interval


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleRatios:
    """The ratio of every pair of scales; empty where fewer than two scales have two items each."""

    pairs: tuple[tuple[str, str], ...]
    values: tuple[HtmtRatio, ...]


def scale_ratios(answers: ItemAnswers, *, seed: int = 1) -> ScaleRatios:
    """Return the ratios of the scales with two items or more that share none, from complete rows.

    Raises
    ------
    ResponseError
        When fewer than 30 rows are complete.
    """
    scales = {name: [answers.names.index(item) for item in items]
              for name, items in answers.factors.items() if len(items) > 1}  # fmt: skip
    places = [place for items in scales.values() for place in items]
    if len(scales) < 2 or len(set(places)) < len(places):
        return ScaleRatios(pairs=(), values=())
    rows = answers.keyed[:, places]
    rows = rows[~np.isnan(rows).any(axis=1)]
    if len(rows) < FEWEST_ROWS:
        raise ResponseError(Problem(where="HTMT", what=f"{len(rows)} complete rows",
                                    allowed=f"{FEWEST_ROWS} or more"))  # fmt: skip
    order = iter(range(len(places)))
    positions = [[next(order) for _ in items] for items in scales.values()]
    with np.errstate(invalid="ignore", divide="ignore"):
        found = htmt(rows, positions, draws=DRAWS, seed=seed)
    return ScaleRatios(pairs=tuple(combinations(scales, 2)), values=found)
