"""Pictures of diaries: everybody's slope in order, small multiples of persons' days, effects with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.pictures.drawing import SMALL, Drawing, box, dot, line, paint, say, wrap

Array = NDArray[np.floating[Any]]
EDGE, AXIS = 16, 40  # pixels beside a picture, and below it for the numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDays:
    """One person's days and own line: ``height`` is the mean of ``y``, ``x`` deviations from the person's mean."""

    label: str
    x: Array = field(repr=False)
    y: Array = field(repr=False)
    slope: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRow:
    """One effect with its interval; rows of one ``group`` (a partner) share a colour."""

    label: str
    group: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """Numbers from ``low`` to ``high`` as pixels from ``start`` to ``end``."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, about: int = 6) -> list[float]:
        """Return round numbers inside."""
        rough = (self.high - self.low) / about
        power = 10.0 ** np.floor(np.log10(rough))
        step = next(power * one for one in (1, 2, 5, 10) if power * one >= rough)
        first = np.ceil(self.low / step) * step
        found = np.arange(first, self.high + step * 1e-9, step)
        return [float(round(value, 10)) + 0.0 for value in found]


def draw_slopes(
    low: Array, value: Array, high: Array, *, average: tuple[float, float, float], label: str, width: int
) -> Drawing:
    """Draw each person's slope with its interval, in order; the band is the average's interval (low, value, high)."""
    order = np.argsort(value, kind="stable")
    row = 5.0 if len(order) > 60 else 8.0
    height = 2 * EDGE + row * len(order) + AXIS + 20
    at = _Scale(low=min(0.0, float(low.min())), high=max(0.0, float(high.max())), start=EDGE, end=width - EDGE)
    bottom = height - AXIS - 18

    def draw(axes: Any) -> None:
        box(axes, at(average[0]), EDGE, at(average[2]) - at(average[0]), bottom - EDGE, fill="orange-soft")
        _axis(axes, at, EDGE, bottom)
        line(axes, (at(average[1]),) * 2, (EDGE, bottom), role="orange", width=1.5)
        for place, one in enumerate(order.tolist()):
            y = EDGE + row * (place + 0.5)
            line(axes, (at(float(low[one])), at(float(high[one]))), (y, y), role="grey")
            dot(axes, at(float(value[one])), y, role="blue", radius=3)
        _below(axes, label, bottom, width)

    return paint(width, height, draw)


def draw_persons(persons: Sequence[PersonDays], *, x_label: str, y_label: str, width: int) -> Drawing:
    """Draw small multiples: each person's days as points, the person's own line through them, on one scale."""
    columns = 4 if width > 500 else 2
    lines = -(-len(persons) // columns)
    wide, tall = (width - EDGE) / columns, 130.0
    height = EDGE + 22 + lines * tall + AXIS
    xs, ys = (np.concatenate([getattr(one, name) for one in persons]) for name in ("x", "y"))

    def draw(axes: Any) -> None:
        span = f"{y_label}, from {ys.min():g} to {ys.max():g}"
        say(axes, EDGE, 12, span, role="soft", size=SMALL)
        for place, one in enumerate(persons):
            left = EDGE + wide * (place % columns)
            top = EDGE + 22 + tall * (place // columns)
            across = _Scale(low=float(xs.min()), high=float(xs.max()), start=left + 6, end=left + wide - 14)
            up = _Scale(low=float(ys.min()), high=float(ys.max()), start=top + tall - 20, end=top + 18)
            _person(axes, one, across, up)
        say(axes, width / 2, height - 16, x_label, role="soft", size=SMALL, ha="center")

    return paint(width, height, draw)


def _person(axes: Any, one: PersonDays, across: _Scale, up: _Scale) -> None:
    say(axes, across.start, up.end - 10, one.label, size=SMALL)
    line(axes, (across.start, across.end), (up.start + 4,) * 2, role="line")
    line(axes, (across.start - 3,) * 2, (up.start + 4, up.end), role="line")
    for x, y in zip(one.x.tolist(), one.y.tolist(), strict=True):
        dot(axes, across(x), up(y), role="grey", radius=2.8)
    ends = (float(one.x.min()), float(one.x.max()))
    heights = [up(min(max(one.height + one.slope * x, up.low), up.high)) for x in ends]
    line(axes, (across(ends[0]), across(ends[1])), (heights[0], heights[1]), role="blue", width=1.5)


def draw_effects(rows: Sequence[EffectRow], *, label: str, width: int) -> Drawing:
    """Draw effects one below the other with their intervals, groups in two colours."""
    groups = list(dict.fromkeys(one.group for one in rows))
    names = 250.0 if width > 500 else 150.0
    row = 24.0
    height = 2 * EDGE + row * len(rows) + AXIS + 20
    low, high = min(0.0, *(one.low for one in rows)), max(0.0, *(one.high for one in rows))
    at = _Scale(low=low, high=high, start=names, end=width - EDGE)
    bottom = height - AXIS - 18

    def draw(axes: Any) -> None:
        _axis(axes, at, EDGE, bottom)
        for place, one in enumerate(rows):
            y = EDGE + row * (place + 0.5)
            role = ("blue", "orange")[groups.index(one.group) % 2]
            say(axes, 4, y, wrap(one.label, names - 10, SMALL, most=1)[0], size=SMALL)
            line(axes, (at(one.low), at(one.high)), (y, y), role=role, width=1.5)
            dot(axes, at(one.value), y, role=role, radius=4)
        _below(axes, label, bottom, width)

    return paint(width, height, draw)


def _axis(axes: Any, at: _Scale, top: float, bottom: float) -> None:
    """Draw thin lines at round numbers, the one at zero darker."""
    for value in at.ticks():
        role = "ink" if abs(value) < 1e-9 else "track"
        line(axes, (at(value), at(value)), (top, bottom), role=role, behind=True)
        say(axes, at(value), bottom + 10, f"{value:g}".replace("-", "\u2212"), role="soft", size=SMALL, ha="center")


def _below(axes: Any, label: str, bottom: float, width: int) -> None:
    for place, text in enumerate(wrap(label, width - 2 * EDGE, SMALL, most=2)):
        say(axes, width / 2, bottom + 28 + 15 * place, text, role="soft", size=SMALL, ha="center")
