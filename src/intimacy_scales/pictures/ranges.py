"""Dots with their intervals on a whole range: reliabilities, scores, now and wished, standings.

Score distributions as small multiples, each on the scale's whole possible range.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.pictures.drawing import SMALL, TEXT, Drawing, box, dot, line, paint, say, say_lines, square, wrap
from intimacy_scales.pictures.sheet import Sheet

Link = Literal["none", "clear", "unclear"]
LANE = 8  # pixels from the middle of a row to each partner's lane


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A point and its interval; ``hollow`` is *wished*, filled is *now*. ``inner`` is a second, narrower interval.

    ``second`` marks the second partner: an orange square everywhere, where the first is a blue circle.
    """

    at: float
    low: float | None = None
    high: float | None = None
    hollow: bool = False
    inner: tuple[float, float] | None = None
    second: bool = False

    @property
    def role(self) -> str:
        """Colour of the partner."""
        return "orange" if self.second else "blue"


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeRow:
    """One line of the picture: a name, a range, marks on it, and its figures in words."""

    label: str
    low: float
    high: float
    marks: tuple[Mark, ...]
    text: str
    link: Link = "none"
    apart: bool = False
    """Two partners in one row: each on a lane of its own, so that equal answers do not hide each other."""


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
        return _Lane(left=10, right=width - 10, label_width=0.88 * width, text_at=0, above=True)  # bold is wider
    return _Lane(left=190, right=500, label_width=172, text_at=520, above=False)


def draw_ranges(rows: Sequence[RangeRow], axis: Axis, *, width: int) -> Drawing:
    """Draw one range a row, its marks and their intervals, and the figures in words beside it."""
    lane = _lane(width)
    head = _head_height(axis, lane)
    heights = [_height_of(row, axis, lane, width) for row in rows]

    def draw(sheet: Sheet) -> None:
        _head(sheet, axis, rows, lane, head + sum(heights))
        y = float(head)
        for row, height in zip(rows, heights, strict=True):
            _row(sheet, row, axis, lane, y, width)
            y += height

    return paint(width, head + sum(heights) + 4, draw)


def _head_height(axis: Axis, lane: _Lane) -> int:
    return (8 + 16 * max(len(x) for x in _end_lines(axis, lane)) if axis.ends else 0) + (22 if axis.ticks else 0)


def _end_lines(axis: Axis, lane: _Lane) -> list[list[str]]:
    half = (lane.right - lane.left) / 2 - 10
    return [wrap(text, half, SMALL) for text in axis.ends or ()]


def _height_of(row: RangeRow, axis: Axis, lane: _Lane, width: int) -> float:
    under = (14 if axis.mark_ends else 0) + (LANE if row.apart else 0)
    label, text = _label_of(row, lane), _text_of(row, lane, width)
    if lane.above:
        return 19 * len(label) + 17 * len(text) + 32 + under + (LANE if row.apart else 0)
    return max(19 * len(label), 17 * len(text), 24 + under) + 18


def _label_of(row: RangeRow, lane: _Lane) -> list[str]:
    return wrap(row.label, lane.label_width, TEXT)


def _text_of(row: RangeRow, lane: _Lane, width: int) -> list[str]:
    return wrap(row.text, width - lane.text_at, 13) if row.text else []


def _head(sheet: Sheet, axis: Axis, rows: Sequence[RangeRow], lane: _Lane, bottom: float) -> None:
    y = 8.0
    for lines, x, ha in zip(_end_lines(axis, lane), (lane.left, lane.right), ("left", "right"), strict=False):
        say_lines(sheet, x, y, lines, role="soft", size=SMALL, ha=ha)
    if axis.ends:
        y += 8 + 16 * max(len(x) for x in _end_lines(axis, lane))
    for value, text in axis.ticks:
        x = _place(value, rows[0], lane)
        say(sheet, x, y, text, role="soft", size=SMALL, ha="center")
        line(sheet, (x, x), (y + 12, bottom), role="track", behind=True)


def _place(value: float, row: RangeRow, lane: _Lane) -> float:
    share = (value - row.low) / (row.high - row.low)
    return lane.left + min(max(share, 0.0), 1.0) * (lane.right - lane.left)


def _row(sheet: Sheet, row: RangeRow, axis: Axis, lane: _Lane, y: float, width: int) -> None:
    label, text = _label_of(row, lane), _text_of(row, lane, width)
    if lane.above:
        say_lines(sheet, 0, y + 8, label, bold=True)
        say_lines(sheet, 0, y + 8 + 19 * len(label), text, role="soft", size=13)
        y += 19 * len(label) + 17 * len(text) + 12 + (LANE if row.apart else 0)
    else:
        say_lines(sheet, 0, y + 12 - (len(label) - 1) * 4, label)
        say_lines(sheet, lane.text_at, y + 12 - (len(text) - 1) * 8 if len(text) < 3 else y + 6, text, size=13)
        y += 12
    box(sheet, lane.left, y - 2, lane.right - lane.left, 4, fill="track")
    if axis.mark_ends:
        for value, x, ha in ((row.low, lane.left, "left"), (row.high, lane.right, "right")):
            say(sheet, x, y + 17 + (LANE if row.apart else 0), f"{value:g}", role="soft", size=SMALL, ha=ha)
    _marks(sheet, row, lane, y)


def _marks(sheet: Sheet, row: RangeRow, lane: _Lane, y: float) -> None:
    sure = row.link != "unclear"
    for mark in row.marks:
        at = _lane_of(mark, row, y)
        if mark.low is not None and mark.high is not None:
            ends = _place(mark.low, row, lane), _place(mark.high, row, lane)
            _interval(sheet, ends, at, mark, role=mark.role if sure else "grey", half=5 if row.apart else 7)
        if mark.inner:
            ends = _place(mark.inner[0], row, lane), _place(mark.inner[1], row, lane)
            line(sheet, ends, (at, at), role=mark.role, width=2)
    if row.link != "none" and len(row.marks) == 2:
        one, other = row.marks
        role = "grey" if not sure else "soft" if row.apart else one.role
        ends = (_place(one.at, row, lane), _place(other.at, row, lane))
        heights = (_lane_of(one, row, y), _lane_of(other, row, y))
        line(sheet, ends, heights, role=role, width=3 if sure else 1.5, dashed=not sure)
    for mark in sorted(row.marks, key=lambda m: not m.hollow):
        point = square if mark.second else dot
        role = mark.role if sure or row.apart else "grey"
        radius = 8 if mark.hollow else 6
        point(sheet, _place(mark.at, row, lane), _lane_of(mark, row, y), role=role, radius=radius, hollow=mark.hollow)


def _lane_of(mark: Mark, row: RangeRow, y: float) -> float:
    """Return the height of a mark: the first partner above, the second below, where a row holds both."""
    return y if not row.apart else y + LANE if mark.second else y - LANE


def _interval(sheet: Sheet, ends: tuple[float, float], y: float, mark: Mark, *, role: str, half: float) -> None:
    x0, wide = ends[0], max(ends[1] - ends[0], 1.5)
    if not mark.hollow:
        box(sheet, x0, y - half, wide, 2 * half, fill=f"{role}-soft")
        return
    for top in (y - half - 2, y + half + 2):
        line(sheet, (x0, x0 + wide), (top, top), role=role, width=1.2)
    for x in (x0, x0 + wide):
        line(sheet, (x, x), (y - half - 2, y + half + 2), role=role, width=1.2)


MOST_BARS = 49  # one bar a step up to here; more steps share bars, each bar the same number of them
CELL, HILL = 164, 78  # pixels: height of a cell, height of the highest bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One scale's scores as counts in equal bins, from ``left`` to ``right``, around its possible range."""

    label: str
    low: float
    high: float
    left: float
    right: float
    counts: tuple[int, ...]
    n: int
    mean: float
    sd: float


def spread_of(label: str, values: FloatArray, low: float, high: float, *, steps: int) -> Spread:
    """Count scores (NaN left out) in bins over the whole possible range.

    ``steps`` is how many steps of one answer option lead from ``low`` to ``high``; every bar stands for the same
    number of steps, so that no comb appears that is not in the scores. A prorated score falls to the nearest step.
    """
    known = values[~np.isnan(values)]
    unit = (high - low) / steps
    together = -(-(steps + 1) // MOST_BARS)
    n_bars = -(-(steps + 1) // together)
    edges = low - unit / 2 + unit * together * np.arange(n_bars + 1)
    n = len(known)
    return Spread(
        label=label,
        low=low,
        high=high,
        left=float(edges[0]),
        right=float(edges[-1]),
        n=n,
        counts=tuple(int(c) for c in np.histogram(known, bins=edges)[0]),
        mean=float(known.mean()) if n else float("nan"),
        sd=float(known.std(ddof=1)) if n > 1 else float("nan"),
    )


def draw_spreads(spreads: Sequence[Spread], *, width: int) -> Drawing:
    """Draw one small histogram a scale; the mean is a dot with one SD to each side beneath."""
    columns = 1 if len(spreads) == 1 else (3 if width > 500 else 2)
    each = (width - (columns - 1) * 28) / columns if len(spreads) > 1 else min(width, 420)
    rows = -(-len(spreads) // columns)

    def draw(sheet: Sheet) -> None:
        for i, spread in enumerate(spreads):
            _cell(sheet, spread, (i % columns) * (each + 28), (i // columns) * CELL, each)

    return paint(width, rows * CELL, draw)


def _cell(sheet: Sheet, spread: Spread, x: float, y: float, wide: float) -> None:
    from intimacy_scales.pictures.drawing import figure, trimmed

    lines = wrap(spread.label, wide, TEXT)
    say_lines(sheet, x, y + 10, lines, bold=True, size=TEXT if len(lines) == 1 else SMALL)
    base, top, k = y + 40 + HILL, max(spread.counts, default=0) or 1, len(spread.counts)
    step = wide / k
    for j, count in enumerate(spread.counts):
        if count:
            box(sheet, x + j * step, base - HILL * count / top, max(step - 1, 1), HILL * count / top, fill="high2")
    line(sheet, (x, x + wide), (base + 0.5, base + 0.5), role="line")
    place = _place_on(spread, x, wide)
    for end, ha in ((spread.low, "left"), (spread.high, "right")):
        say(sheet, x if ha == "left" else x + wide, base + 26, trimmed(end), role="soft", size=SMALL, ha=ha)
    if not spread.n:
        say(sheet, x + wide / 2, base - 30, "no scores", role="soft", size=SMALL, ha="center")
        return
    if spread.n > 1:
        ends = (max(place(spread.mean - spread.sd), x), min(place(spread.mean + spread.sd), x + wide))
        line(sheet, ends, (base + 9, base + 9), role="blue-soft", width=5)
    dot(sheet, place(spread.mean), base + 9, role="blue", radius=5)
    say(sheet, x + wide / 2, base + 26, f"mean {figure(spread.mean, 1)}", size=SMALL, ha="center")


def _place_on(spread: Spread, x: float, wide: float) -> Callable[[float], float]:
    """Return the way from a score to its pixel."""
    return lambda score: x + (score - spread.left) / (spread.right - spread.left) * wide
