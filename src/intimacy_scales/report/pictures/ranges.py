"""Dots with their intervals on a whole range: reliabilities, scores, now and wished, standings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from intimacy_scales.report.document import Drawing
from intimacy_scales.report.drawing import SMALL, TEXT, box, dot, line, paint, say, say_lines, wrap

Link = Literal["none", "clear", "unclear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A point and its interval; ``hollow`` is *wished*, filled is *now*. ``inner`` is a second, narrower interval."""

    at: float
    low: float | None = None
    high: float | None = None
    hollow: bool = False
    inner: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeRow:
    """One line of the picture: a name, a range, marks on it, and its figures in words."""

    label: str
    low: float
    high: float
    marks: tuple[Mark, ...]
    text: str
    link: Link = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What stands above the ranges: words at both ends and a few figures between."""

    ends: tuple[str, str] | None = None
    ticks: tuple[tuple[float, str], ...] = ()
    mark_ends: bool = False
    """Write each row's own ends under its range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lane:
    """Where one row's range stands."""

    left: float
    right: float
    label_width: float
    text_at: float
    above: bool


def _lane(width: int) -> _Lane:
    if width < 500:
        return _Lane(left=10, right=width - 10, label_width=width, text_at=0, above=True)
    return _Lane(left=190, right=500, label_width=172, text_at=520, above=False)


def draw_ranges(rows: Sequence[RangeRow], axis: Axis, *, width: int) -> Drawing:
    """Draw one range a row, its marks and their intervals, and the figures in words beside it."""
    lane = _lane(width)
    head = _head_height(axis, lane)
    heights = [_height_of(row, axis, lane, width) for row in rows]

    def draw(axes: Any) -> None:
        _head(axes, axis, rows, lane, head + sum(heights))
        y = float(head)
        for row, height in zip(rows, heights, strict=True):
            _row(axes, row, axis, lane, y, width)
            y += height

    return paint(width, head + sum(heights) + 4, draw)


def _head_height(axis: Axis, lane: _Lane) -> int:
    return (8 + 16 * max(len(x) for x in _end_lines(axis, lane)) if axis.ends else 0) + (22 if axis.ticks else 0)


def _end_lines(axis: Axis, lane: _Lane) -> list[list[str]]:
    half = (lane.right - lane.left) / 2 - 10
    return [wrap(text, half, SMALL, most=2) for text in axis.ends or ()]


def _height_of(row: RangeRow, axis: Axis, lane: _Lane, width: int) -> float:
    under = 14 if axis.mark_ends else 0
    label, text = _label_of(row, lane), _text_of(row, lane, width)
    if lane.above:
        return 19 * len(label) + 17 * len(text) + 32 + under
    return max(19 * len(label), 17 * len(text), 24 + under) + 18


def _label_of(row: RangeRow, lane: _Lane) -> list[str]:
    return wrap(row.label, lane.label_width, TEXT, most=2)


def _text_of(row: RangeRow, lane: _Lane, width: int) -> list[str]:
    return wrap(row.text, width - lane.text_at, 13, most=3) if row.text else []


def _head(axes: Any, axis: Axis, rows: Sequence[RangeRow], lane: _Lane, bottom: float) -> None:
    y = 8.0
    for lines, x, ha in zip(_end_lines(axis, lane), (lane.left, lane.right), ("left", "right"), strict=False):
        say_lines(axes, x, y, lines, role="soft", size=SMALL, ha=ha)
    if axis.ends:
        y += 8 + 16 * max(len(x) for x in _end_lines(axis, lane))
    for value, text in axis.ticks:
        x = _place(value, rows[0], lane)
        say(axes, x, y, text, role="soft", size=SMALL, ha="center")
        line(axes, (x, x), (y + 12, bottom), role="track", behind=True)


def _place(value: float, row: RangeRow, lane: _Lane) -> float:
    share = (value - row.low) / (row.high - row.low)
    return lane.left + min(max(share, 0.0), 1.0) * (lane.right - lane.left)


def _row(axes: Any, row: RangeRow, axis: Axis, lane: _Lane, y: float, width: int) -> None:
    label, text = _label_of(row, lane), _text_of(row, lane, width)
    if lane.above:
        say_lines(axes, 0, y + 8, label, bold=True)
        say_lines(axes, 0, y + 8 + 19 * len(label), text, role="soft", size=13)
        y += 19 * len(label) + 17 * len(text) + 12
    else:
        say_lines(axes, 0, y + 12 - (len(label) - 1) * 4, label)
        say_lines(axes, lane.text_at, y + 12 - (len(text) - 1) * 8 if len(text) < 3 else y + 6, text, size=13)
        y += 12
    box(axes, lane.left, y - 2, lane.right - lane.left, 4, fill="track")
    if axis.mark_ends:
        for value, x, ha in ((row.low, lane.left, "left"), (row.high, lane.right, "right")):
            say(axes, x, y + 17, f"{value:g}", role="soft", size=SMALL, ha=ha)
    _marks(axes, row, lane, y)


def _marks(axes: Any, row: RangeRow, lane: _Lane, y: float) -> None:
    sure = row.link != "unclear"
    for mark in row.marks:
        if mark.low is not None and mark.high is not None:
            _interval(axes, _place(mark.low, row, lane), _place(mark.high, row, lane), y, hollow=mark.hollow, sure=sure)
        if mark.inner:
            line(
                axes, (_place(mark.inner[0], row, lane), _place(mark.inner[1], row, lane)), (y, y), role="blue", width=2
            )
    if row.link != "none" and len(row.marks) == 2:
        ends = (_place(row.marks[0].at, row, lane), _place(row.marks[1].at, row, lane))
        line(axes, ends, (y, y), role="blue" if sure else "grey", width=3 if sure else 1.5, dashed=not sure)
    for mark in sorted(row.marks, key=lambda m: not m.hollow):
        dot(
            axes,
            _place(mark.at, row, lane),
            y,
            role="blue" if sure else "grey",
            radius=8 if mark.hollow else 6,
            hollow=mark.hollow,
        )


def _interval(axes: Any, x0: float, x1: float, y: float, *, hollow: bool, sure: bool) -> None:
    wide = max(x1 - x0, 1.5)
    if not hollow:
        box(axes, x0, y - 7, wide, 14, fill="blue-soft" if sure else "grey-soft")
        return
    edge = "blue" if sure else "grey"
    for top in (y - 9, y + 9):
        line(axes, (x0, x0 + wide), (top, top), role=edge, width=1.2)
    for x in (x0, x0 + wide):
        line(axes, (x, x), (y - 9, y + 9), role=edge, width=1.2)
