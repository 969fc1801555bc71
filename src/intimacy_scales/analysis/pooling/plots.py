"""Forest and funnel of pooled correlations, as the pictures of a report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from intimacy_scales.analysis.pooling.parts import MeanEffect, Prediction, to_r
from intimacy_scales.analysis.pooling.studies import Studies
from intimacy_scales.base.wording import between, coefficient
from intimacy_scales.statistics.pooling import Effects, Filled


def forest_of(
    studies: Studies,
    ends: Sequence[tuple[float, float]],
    weights: Sequence[float],
    mean: MeanEffect,
    expected: Prediction,
) -> Any:
    """Return the forest plot as a matplotlib figure, the largest correlation on top."""
    from intimacy_scales.pictures.drawing import WIDE
    from intimacy_scales.pictures.forest import ForestRow, Summary, draw_forest

    rows = [
        ForestRow(
            label=studies.names[j],
            value=float(studies.r[j]),
            low=ends[j][0],
            high=ends[j][1],
            weight=weights[j],
            text=f"{coefficient(float(studies.r[j]))} {between(*ends[j], coefficients=True)}",
        )
        for j in np.argsort(studies.r, kind="stable")[::-1].tolist()
    ]
    summary = Summary(
        label="pooled",
        value=mean.r,
        low=mean.ci[0],
        high=mean.ci[1],
        prediction=(expected.low, expected.high) if expected.df > 0 else None,
        text=f"{coefficient(mean.r)} {between(*mean.ci, coefficients=True)}",
    )
    return draw_forest(rows, summary, width=WIDE).figure()


def funnel_of(effects: Effects, mean: MeanEffect, filled: Filled | None) -> Any:
    """Return the funnel plot as a matplotlib figure; effects that trim and fill put in are hollow."""
    from intimacy_scales.pictures.drawing import WIDE
    from intimacy_scales.pictures.funnel import Funnel, draw_funnel

    none = np.empty(0)
    picture = Funnel(
        effects=np.asarray(effects.y, dtype=np.float64),
        errors=np.sqrt(effects.v),
        mean=mean.b,
        filled_effects=none if filled is None else np.asarray(filled.y, dtype=np.float64),
        filled_errors=none if filled is None else np.sqrt(filled.v),
        ticks=tuple((at, coefficient(to_r(at, mean.effect), 1)) for at in _ticks(effects, mean)),
        axis="correlation" + (" (spaced as Fisher's z)" if mean.effect == "z" else ""),
    )
    return draw_funnel(picture, width=WIDE).figure()


def _ticks(effects: Effects, mean: MeanEffect) -> list[float]:
    """Return where tenths (or fifths) of a correlation stand on the axis."""
    reach = 2.2 * float(np.sqrt(effects.v).max())
    low, high = min(mean.b - reach, float(effects.y.min())), max(mean.b + reach, float(effects.y.max()))
    step = 0.1 if high - low < 1.2 else 0.2
    tenths = [round(step * j, 1) for j in range(-9, 10) if abs(step * j) < 0.99]
    at = [float(np.arctanh(one)) if mean.effect == "z" else one for one in tenths]
    return [one for one in at if low <= one <= high]
