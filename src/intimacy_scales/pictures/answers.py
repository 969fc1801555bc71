"""Answers as diverging stacked bars: the neutral answer in the middle, reversed items as ticked and as keyed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from intimacy_scales.pictures.drawing import SMALL, TEXT, Drawing, box, line, paint, room_of, say, say_lines, wrap
from intimacy_scales.pictures.sheet import Sheet

BAR, GAP, SLIM = 22, 16, 17  # pixels: a bar, the space between items, a bar of a pair


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnswers:
    """One item: what it is called, and the share of persons at each option (in the options' order)."""

    label: str
    ticked: tuple[float, ...]
    keyed: tuple[float, ...] | None = None
    """As keyed, for a reversed item only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """Colour roles of a segment and of the text that stands on it."""

    fill: str
    on: str


def shade_of(place: int, n_options: int) -> Shade:
    """Return the shade of an option: the neutral one grey, the lower ones orange, the higher ones blue.

    The nearer to an end, the stronger; an even number of options has no neutral one.
    """
    half = n_options // 2
    if n_options % 2 and place == half:
        return Shade(fill="mid", on="on-mid")
    low = place < half
    distance = half - place if low else place - (n_options - half - 1)
    level = min(3, 4 - half) + distance - 1 if half < 3 else ceil(3 * distance / half)
    return Shade(fill=f"{'low' if low else 'high'}{level}", on=f"on{level}")


def reach_of(shares: Sequence[float]) -> tuple[float, float]:
    """Return how far a bar goes to the left and to the right of its middle."""
    half, odd = len(shares) // 2, len(shares) % 2
    neutral = shares[half] / 2 if odd else 0.0
    return sum(shares[:half]) + neutral, sum(shares[half + odd :]) + neutral


def common_reach(items: Sequence[ItemAnswers]) -> tuple[float, float]:
    """Return the farthest reach of all bars, so that pictures of one bank share one middle."""
    every = [reach_of(shares) for item in items for shares in (item.ticked, item.keyed) if shares]
    left, right = max(r[0] for r in every), max(r[1] for r in every)
    return max(left, 0.05), max(right, 0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """Where things stand on the sheet."""

    left: float
    right: float
    label: float
    above: bool
    middle: float
    unit: float


def _frame(width: int, reach: tuple[float, float]) -> _Frame:
    above = width < 500
    left, label = (54.0, float(width)) if above else (300.0, 232.0)
    unit = (width - left) / sum(reach)
    return _Frame(left=left, right=width, label=label, above=above, middle=left + reach[0] * unit, unit=unit)


def _lines_of(item: ItemAnswers, frame: _Frame) -> list[str]:
    return wrap(item.label, frame.label, 13 if frame.above else TEXT)


def _height_of(item: ItemAnswers, frame: _Frame) -> float:
    bars = _bars(item)
    text = len(_lines_of(item, frame)) * 17.5
    return (bars + text + 2 if frame.above else max(bars, text)) + GAP


def _bars(item: ItemAnswers) -> float:
    return BAR if item.keyed is None else 2 * SLIM + 3


def draw_answers(
    items: Sequence[ItemAnswers], options: Sequence[str], *, width: int, reach: tuple[float, float] | None = None
) -> Drawing:
    """Draw one bar an item (two for a reversed one), under a strip that names the options."""
    frame = _frame(width, reach or common_reach(items))
    heights = [_height_of(item, frame) for item in items]
    strip = _strip_lines(options, frame)
    half = (frame.right - frame.left) / 2 - 8
    ends = max(len(wrap(text, half, SMALL)) for text in (options[0], options[-1]))
    top = 16 * max(len(lines) for lines in strip) + 26 if strip else 40 + 16 * ends

    def draw(sheet: Sheet) -> None:
        _strip(sheet, options, frame, strip)
        y = float(top)
        line(sheet, (frame.middle, frame.middle), (top - 10, top - 6 + sum(heights)), role="line", behind=True)
        for item, height in zip(items, heights, strict=True):
            _item(sheet, item, frame, y, height - GAP)
            y += height

    return paint(width, top - 4 + sum(heights), draw)


def _strip_lines(options: Sequence[str], frame: _Frame) -> list[list[str]]:
    """Return every option's words, broken to stand in its segment; none where they would not fit."""
    each = (frame.right - frame.left) / len(options)
    words = [word for text in options for word in text.split()]
    broken = [wrap(text, each - 4, SMALL) for text in options]
    fits = all(room_of(word, SMALL) <= each - 6 for word in words) and max(len(lines) for lines in broken) <= 3
    return broken if fits else []


def _strip(sheet: Sheet, options: Sequence[str], frame: _Frame, lines: list[list[str]]) -> None:
    """Name the options in their own colours; only the ends, underneath, where the words would not fit."""
    k = len(options)
    each = (frame.right - frame.left) / k
    height = 16 * max(map(len, lines)) + 6 if lines else 14
    for place in range(k):
        shade, x = shade_of(place, k), frame.left + place * each
        box(sheet, x, 0, each - 1.5, height, fill=shade.fill)
        if lines:
            top = height / 2 - (len(lines[place]) - 1) * SMALL * 0.625
            say_lines(sheet, x + each / 2 - 1, top, lines[place], role=shade.on, size=SMALL, ha="center")
    if not lines:
        half = (frame.right - frame.left) / 2 - 8
        say_lines(sheet, frame.left, 26, wrap(options[0], half, SMALL), size=SMALL)
        say_lines(sheet, frame.right, 26, wrap(options[-1], half, SMALL), size=SMALL, ha="right")


def _item(sheet: Sheet, item: ItemAnswers, frame: _Frame, y: float, height: float) -> None:
    lines = _lines_of(item, frame)
    if frame.above:
        say_lines(sheet, 0, y + 4, lines, size=13)
        y += len(lines) * 17.5
    else:
        say_lines(sheet, 0, y + height / 2 - (len(lines) - 1) * TEXT * 0.625, lines)
        y += (height - _bars(item)) / 2
    if item.keyed is None:
        _bar(sheet, item.ticked, frame, y, BAR)
        return
    for i, (name, shares) in enumerate((("ticked", item.ticked), ("keyed", item.keyed))):
        top = y + i * (SLIM + 3)
        say(sheet, frame.left - 10, top + SLIM / 2, name, role="soft", size=SMALL, ha="right")
        _bar(sheet, shares, frame, top, SLIM)


def _bar(sheet: Sheet, shares: Sequence[float], frame: _Frame, y: float, height: float) -> None:
    x = frame.middle - reach_of(shares)[0] * frame.unit
    for place, share in enumerate(shares):
        wide, shade = share * frame.unit, shade_of(place, len(shares))
        if wide > 0.5:
            box(sheet, x, y, max(wide - 1, 0.5), height, fill=shade.fill)
        if wide >= 21:
            say(sheet, x + wide / 2, y + height / 2, f"{100 * share:.0f}", role=shade.on, size=SMALL, ha="center")
        x += wide
