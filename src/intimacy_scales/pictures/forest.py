"""A forest plot: each study with its interval, the pooled mean as a diamond, where a new study may fall.

A funnel plot: effects against their standard errors, and the cone in which chance alone would put them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.wording import for_page
from intimacy_scales.pictures.curves import Frame, round_ticks
from intimacy_scales.pictures.drawing import (
    BOLD,
    SMALL,
    Drawing,
    box,
    dot,
    line,
    paint,
    room_of,
    say,
    say_lines,
    wrap_within,
)
from intimacy_scales.pictures.sheet import Sheet

ROW, HEAD = 20, 30
NAMES = 170.0  # pixels for the names of studies, where they stand beside their intervals


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """One study: its value with interval, its weight in per cent, and its figures in words."""

    label: str
    value: float
    low: float
    high: float
    weight: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The pooled mean; ``prediction`` is the bar in which a new study's value is expected."""

    label: str
    value: float
    low: float
    high: float
    prediction: tuple[float, float] | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Where a forest plot's columns and rows stand; narrow: names and figures above each interval."""

    left: float
    right: float
    narrow: bool
    labels: tuple[tuple[str, ...], ...]
    """The name of every study, and of the mean, broken to stand whole in its column."""
    tops: tuple[float, ...]
    """Where each of them begins."""
    height: float


def _layout(rows: Sequence[ForestRow], summary: Summary, width: int) -> _Layout:
    narrow = width <= 500
    every: tuple[ForestRow | Summary, ...] = (*rows, summary)
    figures = max(BOLD * room_of(one.text, SMALL) for one in every)
    room = width - 20 - figures if narrow else NAMES - 10
    labels = [tuple(wrap_within(one.label, room, SMALL, bold=one is summary)) for one in every]
    tall = [15.0 * (len(lines) - 1) + ROW + (16 if narrow else 0) for lines in labels]
    tops = [HEAD + sum(tall[:j]) + (ROW / 2 if j == len(rows) else 0) for j in range(len(tall))]
    left, right = (10.0, width - 10.0) if narrow else (NAMES, width - figures - 18)
    return _Layout(left=left, right=right, narrow=narrow, labels=tuple(labels), tops=tuple(tops),
                   height=tops[-1] + tall[-1] + 34)  # fmt: skip


def draw_forest(rows: Sequence[ForestRow], summary: Summary, *, width: int) -> Drawing:
    """Draw studies one below the other: an interval, a square as large as the weight, the mean as a diamond below."""
    layout = _layout(rows, summary, width)
    low, high, step = _reach(rows, summary)

    def at(value: float) -> float:
        return layout.left + (min(max(value, low), high) - low) / (high - low) * (layout.right - layout.left)

    def draw(sheet: Sheet) -> None:
        ticks = [round(low + j * step, 10) for j in range(round((high - low) / step) + 1)]
        for value in ticks:
            role = "line" if abs(value) < 1e-9 else "track"
            line(sheet, (at(value), at(value)), (HEAD - 8, layout.height), role=role, behind=True)
            say(sheet, at(value), HEAD - 18, f"{value:g}".replace("-", "\u2212"), role="soft", size=SMALL, ha="center")
        line(sheet, (at(summary.value),) * 2, (HEAD, layout.height - 44), role="blue", dashed=True, behind=True)
        heaviest = max(row.weight for row in rows)
        for row, lines, top in zip(rows, layout.labels, layout.tops, strict=False):
            y = _words(sheet, lines, row.text, top, layout, width)
            _study(sheet, row, y, at, heaviest)
        y = _words(sheet, layout.labels[-1], summary.text, layout.tops[-1], layout, width, bold=True)
        _diamond(sheet, summary, y, at)

    return paint(width, layout.height, draw)


def _reach(rows: Sequence[ForestRow], summary: Summary) -> tuple[float, float, float]:
    """Return round ends that hold every interval, and the step of the axis."""
    values = [end for row in rows for end in (row.low, row.high)]
    values += [summary.low, summary.high, *(summary.prediction or ()), 0.0]
    step = 0.2 if max(values) - min(values) < 1.3 else 0.5
    low, high = min(values) // step * step, -(-max(values) // step) * step
    return low, high, step


def _words(
    sheet: Sheet, lines: Sequence[str], text: str, top: float, layout: _Layout, width: int, *, bold: bool = False
) -> float:
    """Write a row's name and figures, and return how far down its interval stands."""
    first = top + ROW / 2
    say_lines(sheet, 4, first, list(lines), size=SMALL, bold=bold)
    middle = first + 7.5 * (len(lines) - 1)
    say(sheet, width - 4, first if layout.narrow else middle, for_page(text), size=SMALL, ha="right", bold=bold)
    return first + 15.0 * (len(lines) - 1) + 16 if layout.narrow else middle


def _study(sheet: Sheet, row: ForestRow, y: float, at: Callable[[float], float], heaviest: float) -> None:
    line(sheet, (at(row.low), at(row.high)), (y, y), role="grey", width=1.4)
    side = 3.0 + 7.0 * (row.weight / heaviest) ** 0.5
    box(sheet, at(row.value) - side / 2, y - side / 2, side, side, fill="ink")


def _diamond(sheet: Sheet, summary: Summary, y: float, at: Callable[[float], float]) -> None:
    corners = [(at(summary.low), y), (at(summary.value), y - 7), (at(summary.high), y), (at(summary.value), y + 7)]
    sheet.polygon(corners, fill="blue", order=4)
    if summary.prediction is not None:
        ends = tuple(map(at, summary.prediction))
        line(sheet, (ends[0], ends[1]), (y + 13, y + 13), role="blue", width=3)
        say(
            sheet,
            (ends[0] + ends[1]) / 2,
            y + 25,
            "where a new study is expected",
            role="soft",
            size=SMALL,
            ha="center",
        )


HEIGHT = 380


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """Effects and standard errors, the mean, effects that trim and fill put in (hollow), and the axis in words."""

    effects: FloatArray
    errors: FloatArray
    mean: float
    filled_effects: FloatArray
    filled_errors: FloatArray
    ticks: tuple[tuple[float, str], ...]
    axis: str


def draw_funnel(funnel: Funnel, *, width: int) -> Drawing:
    """Draw large studies on top; the dashed cone holds 95 in 100 effects if all studies measured one thing."""
    deepest = 1.08 * float(np.concatenate([funnel.errors, funnel.filled_errors]).max())
    reach = 1.96 * deepest
    across = np.concatenate([funnel.effects, funnel.filled_effects, [funnel.mean - reach, funnel.mean + reach]])
    room = 0.03 * float(np.ptp(across))
    frame = Frame(left=64, top=16, width=width - 84, height=HEIGHT - 76,
                  x=(float(across.min()) - room, float(across.max()) + room), y=(-deepest, 0.0))  # fmt: skip

    def draw(sheet: Sheet) -> None:
        for error in [tick for tick in round_ticks(deepest) if tick < deepest]:
            left, y = frame.at(frame.x[0], -error)
            line(sheet, (left, left + frame.width), (y, y), role="track", behind=True)
            say(sheet, left - 6, y, f"{error:g}".removeprefix("0") or "0", role="soft", size=SMALL, ha="right")
        left, bottom = frame.at(frame.x[0], -deepest)
        line(sheet, (left, left + frame.width), (bottom, bottom), role="line")
        for value, text in funnel.ticks:
            x, _ = frame.at(value, 0.0)
            say(sheet, x, bottom + 14, text.replace("-", "\u2212"), role="soft", size=SMALL, ha="center")
        say(sheet, left + frame.width / 2, bottom + 36, funnel.axis, role="soft", size=SMALL, ha="center")
        say(sheet, 70, 6, "standard error", role="soft", size=SMALL)
        top = frame.at(funnel.mean, 0.0)
        for side in (-reach, reach):
            end = frame.at(funnel.mean + side, -deepest)
            line(sheet, (top[0], end[0]), (top[1], end[1]), role="grey", dashed=True)
        line(sheet, (top[0], top[0]), (top[1], bottom), role="blue")
        for effects, errors, hollow in (
            (funnel.effects, funnel.errors, False),
            (funnel.filled_effects, funnel.filled_errors, True),
        ):
            for value, error in zip(effects.tolist(), errors.tolist(), strict=True):
                dot(sheet, *frame.at(value, -error), role="orange" if hollow else "ink", radius=4.5, hollow=hollow)

    return paint(width, HEIGHT, draw)
