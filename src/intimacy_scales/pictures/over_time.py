"""Pictures of diaries: everybody's slope in order, small multiples of persons' days, effects with their intervals.

Scores over time: points with their band of error, and the band within which a change is no clear change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.pictures.drawing import SMALL, TEXT, Drawing, box, dot, line, paint, say, say_lines, wrap
from intimacy_scales.pictures.sheet import Sheet

TALL = 88  # pixels of a plot: six of them leave room on the first page
GAP = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One occasion: its name, when, the score and its interval (equal to the score where none is known)."""

    name: str
    at: float
    value: float
    low: float
    high: float
    note: str = ""
    """A mark above the axis that points to a note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One score over time; ``smallest`` is the least change beyond error, ``clear`` whether the last lies beyond."""

    label: str
    text: str
    low: float
    high: float
    stops: tuple[Stop, ...]
    smallest: float | None
    clear: bool


def draw_courses(tracks: Sequence[Track], *, width: int) -> Drawing:
    """Draw small multiples, two beside each other where there is room."""
    across = min(3 if len(tracks) > 4 else 2, len(tracks)) if width >= 500 else 1
    each = (width - GAP * (across - 1)) / across
    rows = [list(tracks[i : i + across]) for i in range(0, len(tracks), across)]
    heights = [max(_height(track, each) for track in row) for row in rows]

    def draw(sheet: Sheet) -> None:
        y = 0.0
        for row, height in zip(rows, heights, strict=True):
            for j, track in enumerate(row):
                _track(sheet, track, j * (each + GAP), y, each)
            y += height

    return paint(width, sum(heights), draw)


def _head(track: Track, each: float) -> tuple[list[str], list[str]]:
    return wrap(track.label, each, TEXT), wrap(track.text, each, 13)


def _height(track: Track, each: float) -> float:
    label, text = _head(track, each)
    return 19 * len(label) + 17 * len(text) + TALL + 22 + 24 + 16


def _track(sheet: Sheet, track: Track, left: float, top: float, each: float) -> None:
    label, text = _head(track, each)
    say_lines(sheet, left, top + 10, label, bold=True)
    top += 19 * len(label)
    say_lines(sheet, left, top + 10, text, role="soft", size=13)
    top += 17 * len(text) + 16
    x0, x1, base = left + 34, left + each - 16, top + TALL

    def up(value: float) -> float:
        return base - (min(max(value, track.low), track.high) - track.low) / (track.high - track.low) * TALL

    _ground(sheet, track, (left, x0 - 12, x1 + 12), up)
    first, last = track.stops[0].at, track.stops[-1].at
    span = last - first
    places = [x0 + (x1 - x0) * ((one.at - first) / span if span > 0 else 0.5) for one in track.stops]
    role, fill = ("blue", "blue-soft") if track.clear else ("grey", "line")  # "grey-soft" would drown in the band
    for x, stop in zip(places, track.stops, strict=True):
        box(sheet, x - 7, up(stop.high), 14, max(up(stop.low) - up(stop.high), 1.5), fill=fill)
    for i in range(len(places) - 1):
        ends = up(track.stops[i].value), up(track.stops[i + 1].value)
        line(sheet, (places[i], places[i + 1]), ends, role=role, width=2, dashed=not track.clear)
    for x, stop in zip(places, track.stops, strict=True):
        dot(sheet, x, up(stop.value), role=role)
        if stop.note:
            say(sheet, x, base - 5, stop.note, role="orange", size=SMALL, ha="center", bold=True)
    _names(sheet, track, places, base + 18)


def _ground(sheet: Sheet, track: Track, across: tuple[float, float, float], up: Any) -> None:
    """Draw the scale's ends, and the band around the first score within which nothing is clear."""
    left, x0, x1 = across
    for value in (track.low, track.high):
        line(sheet, (x0, x1), (up(value), up(value)), role="track", behind=True)
        say(sheet, left, up(value), f"{value:g}", role="soft", size=SMALL)
    if track.smallest is None:
        return
    first = track.stops[0].value
    low, high = up(first - track.smallest), up(first + track.smallest)
    sheet.rectangle(x0, high, x1 - x0, low - high, fill="track", order=0.4)
    for y in (low, high):
        line(sheet, (x0, x1), (y, y), role="line", dashed=True, behind=True)


def _names(sheet: Sheet, track: Track, places: Sequence[float], y: float) -> None:
    """Write when, as many names as there is room for: the first and the last always."""
    said = {0: "left", len(places) - 1: "right"} if len(places) > 1 else {0: "center"}
    for i, ha in said.items():
        x = places[i] + {"left": -14, "right": 14, "center": 0}[ha]
        say(sheet, x, y, track.stops[i].name, role="soft", size=SMALL, ha=ha)
    room = (places[-1] - places[0]) / max(len(places) - 1, 1)
    if len(places) > 2 and room > 90:
        for i in range(1, len(places) - 1):
            say(sheet, places[i], y, track.stops[i].name, role="soft", size=SMALL, ha="center")


EDGE, AXIS = 16, 40  # pixels beside a picture, and below it for the numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDays:
    """One person's days and own line: ``height`` is the mean of ``y``, ``x`` deviations from the person's mean."""

    label: str
    x: FloatArray = field(repr=False)
    y: FloatArray = field(repr=False)
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
    low: FloatArray, value: FloatArray, high: FloatArray, *, average: tuple[float, float, float], label: str, width: int
) -> Drawing:
    """Draw each person's slope with its interval, in order; the band is the average's interval (low, value, high)."""
    order = np.argsort(value, kind="stable")
    row = 5.0 if len(order) > 60 else 8.0
    height = 2 * EDGE + row * len(order) + AXIS + 20
    at = _Scale(low=min(0.0, float(low.min())), high=max(0.0, float(high.max())), start=EDGE, end=width - EDGE)
    bottom = height - AXIS - 18

    def draw(sheet: Sheet) -> None:
        box(sheet, at(average[0]), EDGE, at(average[2]) - at(average[0]), bottom - EDGE, fill="orange-soft")
        _axis(sheet, at, EDGE, bottom)
        line(sheet, (at(average[1]),) * 2, (EDGE, bottom), role="orange", width=1.5)
        for place, one in enumerate(order.tolist()):
            y = EDGE + row * (place + 0.5)
            line(sheet, (at(float(low[one])), at(float(high[one]))), (y, y), role="grey")
            dot(sheet, at(float(value[one])), y, role="blue", radius=3)
        _below(sheet, label, bottom, width)

    return paint(width, height, draw)


def draw_persons(persons: Sequence[PersonDays], *, x_label: str, y_label: str, width: int) -> Drawing:
    """Draw small multiples: each person's days as points, the person's own line through them, on one scale."""
    columns = 4 if width > 500 else 2
    lines = -(-len(persons) // columns)
    wide, tall = (width - EDGE) / columns, 130.0
    height = EDGE + 22 + lines * tall + AXIS
    xs, ys = (np.concatenate([getattr(person, name) for person in persons]) for name in ("x", "y"))

    def draw(sheet: Sheet) -> None:
        span = f"{y_label}, from {ys.min():g} to {ys.max():g}"
        say(sheet, EDGE, 12, span, role="soft", size=SMALL)
        for place, one in enumerate(persons):
            left = EDGE + wide * (place % columns)
            top = EDGE + 22 + tall * (place // columns)
            across = _Scale(low=float(xs.min()), high=float(xs.max()), start=left + 6, end=left + wide - 14)
            up = _Scale(low=float(ys.min()), high=float(ys.max()), start=top + tall - 20, end=top + 18)
            _person(sheet, one, across, up)
        say(sheet, width / 2, height - 16, x_label, role="soft", size=SMALL, ha="center")

    return paint(width, height, draw)


def _person(sheet: Sheet, person: PersonDays, across: _Scale, up: _Scale) -> None:
    say(sheet, across.start, up.end - 10, person.label, size=SMALL)
    line(sheet, (across.start, across.end), (up.start + 4,) * 2, role="line")
    line(sheet, (across.start - 3,) * 2, (up.start + 4, up.end), role="line")
    for x, y in zip(person.x.tolist(), person.y.tolist(), strict=True):
        dot(sheet, across(x), up(y), role="grey", radius=2.8)
    ends = (float(person.x.min()), float(person.x.max()))
    heights = [up(min(max(person.height + person.slope * x, up.low), up.high)) for x in ends]
    line(sheet, (across(ends[0]), across(ends[1])), (heights[0], heights[1]), role="blue", width=1.5)


def draw_effects(rows: Sequence[EffectRow], *, label: str, width: int) -> Drawing:
    """Draw effects one below the other with their intervals, groups in two colours."""
    groups = list(dict.fromkeys(one.group for one in rows))
    names = 250.0 if width > 500 else 150.0
    row = 24.0
    height = 2 * EDGE + row * len(rows) + AXIS + 20
    low, high = min(0.0, *(one.low for one in rows)), max(0.0, *(one.high for one in rows))
    at = _Scale(low=low, high=high, start=names, end=width - EDGE)
    bottom = height - AXIS - 18

    def draw(sheet: Sheet) -> None:
        _axis(sheet, at, EDGE, bottom)
        for place, one in enumerate(rows):
            y = EDGE + row * (place + 0.5)
            role = ("blue", "orange")[groups.index(one.group) % 2]
            say(sheet, 4, y, wrap(one.label, names - 10, SMALL, most=1)[0], size=SMALL)
            line(sheet, (at(one.low), at(one.high)), (y, y), role=role, width=1.5)
            dot(sheet, at(one.value), y, role=role, radius=4)
        _below(sheet, label, bottom, width)

    return paint(width, height, draw)


def _axis(sheet: Sheet, at: _Scale, top: float, bottom: float) -> None:
    """Draw thin lines at round numbers, the one at zero darker."""
    for value in at.ticks():
        role = "ink" if abs(value) < 1e-9 else "track"
        line(sheet, (at(value), at(value)), (top, bottom), role=role, behind=True)
        say(sheet, at(value), bottom + 10, f"{value:g}".replace("-", "\u2212"), role="soft", size=SMALL, ha="center")


def _below(sheet: Sheet, label: str, bottom: float, width: int) -> None:
    for place, text in enumerate(wrap(label, width - 2 * EDGE, SMALL, most=2)):
        say(sheet, width / 2, bottom + 28 + 15 * place, text, role="soft", size=SMALL, ha="center")
