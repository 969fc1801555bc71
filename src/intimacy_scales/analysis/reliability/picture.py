"""Reliabilities as a picture takes them: a dot and its interval on the range a coefficient may have."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Any, Protocol

from intimacy_scales.base.wording import capital, figure
from intimacy_scales.pictures.drawing import Drawing
from intimacy_scales.pictures.numbers import coefficient
from intimacy_scales.pictures.ranges import Axis, Mark, RangeRow, draw_ranges


class WithAlpha(Protocol):
    """A scale with its name and its alpha: a value, an interval or none."""

    @property
    def name(self) -> str:
        """Name of the scale."""

    @property
    def alpha(self) -> Any:
        """Alpha."""


def draw_alphas(scales: Sequence[WithAlpha], *, width: int, labels: Sequence[str] = ()) -> Drawing:
    """Draw Cronbach's alpha of every scale with its interval."""
    low = -1.0 if any(scale.alpha.value < 0 for scale in scales) else 0.0
    names = labels or [capital(scale.name) for scale in scales]
    rows = [_row(scale, name, low) for scale, name in zip(scales, names, strict=True)]
    ticks = tuple((x, coefficient(x) if x % 1 else figure(x, 0)) for x in (0.0, 0.25, 0.5, 0.75, 1.0))
    axis = Axis(ticks=(((-1.0, "\u22121"),) if low else ()) + (ticks if not low else ticks[::2]))
    return draw_ranges(rows, axis, width=width)


def _row(scale: WithAlpha, name: str, low: float) -> RangeRow:
    value, ci = scale.alpha.value, scale.alpha.interval
    if isnan(value):
        return RangeRow(label=name, low=low, high=1, marks=(), text="not determined")
    mark = Mark(at=value, low=ci.low if ci else None, high=ci.high if ci else None)
    return RangeRow(label=name, low=low, high=1, marks=(mark,), text=alpha_in_words(scale))


def alpha_in_words(scale: WithAlpha) -> str:
    """Return alpha and its interval in plain words: ``.83, between .79 and .86``."""
    value, ci = coefficient(scale.alpha.value), scale.alpha.interval
    return f"{value}, between {coefficient(ci.low)} and {coefficient(ci.high)}" if ci else f"{value}, no interval"
