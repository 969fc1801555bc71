"""Validity correlations as a picture: dots with intervals, hollow where corrected for unreliability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from intimacy_scales.analysis.validity.evidence import ValidityCorrelation
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.wording import between, coefficient


def correlations_plot(correlations: Sequence[ValidityCorrelation]) -> Any:
    """Return the picture as a matplotlib figure."""
    from intimacy_scales.pictures.drawing import WIDE
    from intimacy_scales.pictures.ranges import Axis, Mark, RangeRow, draw_ranges

    if not correlations:
        raise ResponseError(
            Problem(where="plot", what="no correlation was asked for", allowed="convergent or discriminant variables")
        )
    several = len({one.score for one in correlations}) > 1
    rows = []
    for one in correlations:
        text = f"{coefficient(one.r.value)} {between(*one.r.ci, coefficients=True)}"
        marks = [Mark(at=one.r.value, low=one.r.low, high=one.r.high)]
        if not one.withheld:
            low, high = (max(-1.0, min(1.0, end)) for end in one.corrected_ci)
            text += f"; corrected {coefficient(one.corrected)}"
            marks.append(Mark(at=one.corrected, low=low, high=high, hollow=True))
        name = f"{one.score} with {one.other}" if several else one.other
        rows.append(
            RangeRow(
                label=f"{name} ({one.kind})",
                low=-1.0,
                high=1.0,
                marks=tuple(marks),
                text=text,
                apart=True,
            )
        )
    ticks = tuple((at, coefficient(at, 1) if at else "0") for at in (-1.0, -0.5, 0.0, 0.5, 1.0))
    return draw_ranges(rows, Axis(ticks=ticks), width=WIDE).figure()
