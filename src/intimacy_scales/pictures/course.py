"""Scores over time: points with their band of error, and the band within which a change is no clear change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from intimacy_scales.pictures.drawing import SMALL, TEXT, Drawing, box, dot, line, paint, say, say_lines, wrap

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

    def draw(axes: Any) -> None:
        y = 0.0
        for row, height in zip(rows, heights, strict=True):
            for j, track in enumerate(row):
                _track(axes, track, j * (each + GAP), y, each)
            y += height

    return paint(width, sum(heights), draw)


def _head(track: Track, each: float) -> tuple[list[str], list[str]]:
    return wrap(track.label, each, TEXT), wrap(track.text, each, 13)


def _height(track: Track, each: float) -> float:
    label, text = _head(track, each)
    return 19 * len(label) + 17 * len(text) + TALL + 22 + 24 + 16


def _track(axes: Any, track: Track, left: float, top: float, each: float) -> None:
    label, text = _head(track, each)
    say_lines(axes, left, top + 10, label, bold=True)
    top += 19 * len(label)
    say_lines(axes, left, top + 10, text, role="soft", size=13)
    top += 17 * len(text) + 16
    x0, x1, base = left + 34, left + each - 16, top + TALL

    def up(value: float) -> float:
        return base - (min(max(value, track.low), track.high) - track.low) / (track.high - track.low) * TALL

    _ground(axes, track, (left, x0 - 12, x1 + 12), up)
    first, last = track.stops[0].at, track.stops[-1].at
    span = last - first
    places = [x0 + (x1 - x0) * ((one.at - first) / span if span > 0 else 0.5) for one in track.stops]
    role, fill = ("blue", "blue-soft") if track.clear else ("grey", "line")  # "grey-soft" would drown in the band
    for x, stop in zip(places, track.stops, strict=True):
        box(axes, x - 7, up(stop.high), 14, max(up(stop.low) - up(stop.high), 1.5), fill=fill)
    for i in range(len(places) - 1):
        ends = up(track.stops[i].value), up(track.stops[i + 1].value)
        line(axes, (places[i], places[i + 1]), ends, role=role, width=2, dashed=not track.clear)
    for x, stop in zip(places, track.stops, strict=True):
        dot(axes, x, up(stop.value), role=role)
        if stop.note:
            say(axes, x, base - 5, stop.note, role="orange", size=SMALL, ha="center", bold=True)
    _names(axes, track, places, base + 18)


def _ground(axes: Any, track: Track, across: tuple[float, float, float], up: Any) -> None:
    """Draw the scale's ends, and the band around the first score within which nothing is clear."""
    left, x0, x1 = across
    for value in (track.low, track.high):
        line(axes, (x0, x1), (up(value), up(value)), role="track", behind=True)
        say(axes, left, up(value), f"{value:g}", role="soft", size=SMALL)
    if track.smallest is None:
        return
    first = track.stops[0].value
    low, high = up(first - track.smallest), up(first + track.smallest)
    axes.add_patch(_band(x0, high, x1 - x0, low - high))
    for y in (low, high):
        line(axes, (x0, x1), (y, y), role="line", dashed=True, behind=True)


def _band(x: float, y: float, width: float, height: float) -> Any:
    from matplotlib.patches import Rectangle

    from intimacy_scales.pictures.drawing import ROLES

    return Rectangle((x, y), width, height, facecolor=ROLES["track"], edgecolor="none", zorder=0.4, clip_on=False)


def _names(axes: Any, track: Track, places: Sequence[float], y: float) -> None:
    """Write when, as many names as there is room for: the first and the last always."""
    said = {0: "left", len(places) - 1: "right"} if len(places) > 1 else {0: "center"}
    for i, ha in said.items():
        x = places[i] + {"left": -14, "right": 14, "center": 0}[ha]
        say(axes, x, y, track.stops[i].name, role="soft", size=SMALL, ha=ha)
    room = (places[-1] - places[0]) / max(len(places) - 1, 1)
    if len(places) > 2 and room > 90:
        for i in range(1, len(places) - 1):
            say(axes, places[i], y, track.stops[i].name, role="soft", size=SMALL, ha="center")
