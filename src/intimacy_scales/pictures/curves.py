"""A small frame with axes of numbers, and smooth lines in it: what scree plots and item curves share.

How precisely a scale measures along theta: test information, and the standard error it leaves.

Category curves of a graded response model: small multiples, one an item, each option named at its peak.

Scree plot with parallel analysis: eigenvalues beside those of answers without any structure.

A power curve: the share of studies that succeed, by their size, and where it is high enough.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.pictures.drawing import SMALL, Drawing, dot, line, paint, say, say_lines, wrap
from intimacy_scales.pictures.sheet import Sheet, Stroke


class InformationCurves(Protocol):
    """How precisely a scale measures: ``test`` and ``se`` along ``theta``, ``items`` theta x items."""

    @property
    def theta(self) -> FloatArray:
        """The trait."""

    @property
    def test(self) -> FloatArray:
        """Information of the scale."""

    @property
    def items(self) -> FloatArray:
        """Information of each item."""

    @property
    def se(self) -> FloatArray:
        """Standard error."""


class Eigenvalues(Protocol):
    """Eigenvalues of factors and components beside those of random answers, and how many stand above."""

    @property
    def factors(self) -> FloatArray:
        """Eigenvalues of factors."""

    @property
    def random_factors(self) -> FloatArray:
        """The same of random answers."""

    @property
    def n_factors(self) -> int:
        """How many stand above."""

    @property
    def components(self) -> FloatArray:
        """Eigenvalues of components."""

    @property
    def random_components(self) -> FloatArray:
        """The same of random answers."""

    @property
    def n_components(self) -> int:
        """How many stand above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionCurves:
    """How likely each option of an item is along theta from -4 to 4: ``curves`` theta x options."""

    label: str
    codes: tuple[float, ...]
    curves: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A place on the sheet (pixels) and the values at its ends."""

    left: float
    top: float
    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the pixel of a value."""
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return self.left + across * self.width, self.top + self.height * (1 - up)


def draw_frame(
    sheet: Sheet, frame: Frame, *, x_ticks: Sequence[float], y_ticks: Sequence[float], digits: int = 1
) -> None:
    """Draw faint guides with their numbers: y left of the frame, x below it."""
    for value in y_ticks:
        left, y = frame.at(frame.x[0], value)
        line(sheet, (left, left + frame.width), (y, y), role="track", behind=True)
        say(
            sheet,
            left - 6,
            y,
            f"{value:.{digits}f}".rstrip("0").rstrip(".") or "0",
            role="soft",
            size=SMALL,
            ha="right",
        )
    for value in x_ticks:
        x, y = frame.at(value, frame.y[0])
        say(sheet, x, y + 14, f"{value:g}".replace("-", "\u2212"), role="soft", size=SMALL, ha="center")
    left, y = frame.at(frame.x[0], frame.y[0])
    line(sheet, (left, left + frame.width), (y, y), role="line")


def draw_curve(
    sheet: Sheet, frame: Frame, x: FloatArray, y: FloatArray, *, role: str, width: float = 2, dashed: bool = False
) -> None:
    """Draw a line through values; what lies above the frame is cut off at its edge."""
    points = [frame.at(a, min(b, frame.y[1])) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    sheet.polyline(points, Stroke(role=role, width=width, dash=(4, 3) if dashed else None, join="round"))


def round_ticks(top: float, *, about: int = 4) -> tuple[float, ...]:
    """Return round numbers from 0 to at least ``top``."""
    if not top > 0:
        return (0.0, 1.0)
    rough = top / about
    size = 10.0 ** np.floor(np.log10(rough))
    step = size * next(m for m in (1.0, 2.0, 2.5, 5.0, 10.0) if m * size >= rough)
    return tuple(float(v) for v in step * np.arange(int(np.ceil(top / step - 1e-9)) + 1))


INFORMATION_HEIGHT = 230


def draw_information(curves: InformationCurves, *, width: int) -> Drawing:
    """Draw the scale's information (blue), its items' (faint), and the standard error (dashes, right-hand numbers)."""
    ticks = round_ticks(float(curves.test.max()))
    ends = (float(curves.theta[0]), float(curves.theta[-1]))
    frame = Frame(left=34, top=40, width=width - 74, height=INFORMATION_HEIGHT - 84, x=ends, y=(0, ticks[-1]))
    errors = Frame(left=34, top=40, width=width - 74, height=INFORMATION_HEIGHT - 84, x=ends, y=(0, 1))

    def draw(sheet: Sheet) -> None:
        draw_frame(sheet, frame, x_ticks=[t for t in (-4, -2, 0, 2, 4) if ends[0] <= t <= ends[1]], y_ticks=ticks)
        for curve in curves.items.T:
            draw_curve(sheet, frame, curves.theta, curve, role="high1", width=1.2)
        draw_curve(sheet, frame, curves.theta, curves.test, role="blue", width=2.5)
        draw_curve(sheet, errors, curves.theta, np.asarray(curves.se), role="orange", dashed=True)
        for value in (0, 0.5, 1):
            x, y = errors.at(ends[1], value)
            say(sheet, x + 8, y, f"{value:g}", role="orange", size=SMALL)
        say(
            sheet, 0, 12, "Information of the scale (line) and of its items (faint)", role="blue", size=SMALL, bold=True
        )
        say(sheet, width, 28, "standard error (dashes)", role="orange", size=SMALL, ha="right")
        x, y = frame.at((ends[0] + ends[1]) / 2, 0)
        say(sheet, x, y + 34, "theta, in standard deviations of this sample", role="soft", size=SMALL, ha="center")

    return paint(width, INFORMATION_HEIGHT, draw)


CELL = 206
RAMP = ("low3", "low2", "grey", "high2", "high3")


def draw_item_curves(items: Sequence[OptionCurves], *, width: int) -> Drawing:
    """Draw, for every item, how likely each option is along theta (-4 to 4)."""
    columns = 2 if width > 500 else 1
    each = (width - (columns - 1) * 32) / columns
    rows = -(-len(items) // columns)

    def draw(sheet: Sheet) -> None:
        for j, item in enumerate(items):
            _cell(sheet, item, (j % columns) * (each + 32), (j // columns) * CELL, each)

    return paint(width, rows * CELL, draw)


def _cell(sheet: Sheet, item: OptionCurves, left: float, top: float, each: float) -> None:
    lines = wrap(item.label, each, SMALL)
    say_lines(sheet, left, top + 10, lines, size=SMALL, bold=True)
    more = 15 * (len(lines) - 1)
    frame = Frame(left=left + 28, top=top + 34 + more, width=each - 36, height=CELL - 76 - more, x=(-4, 4), y=(0, 1))
    draw_frame(sheet, frame, x_ticks=(-4, -2, 0, 2, 4), y_ticks=(0, 0.5, 1))
    theta = np.linspace(-4, 4, len(item.curves))
    for k, code in enumerate(item.codes):
        role, curve = role_of(k, len(item.codes)), item.curves[:, k]
        draw_curve(sheet, frame, theta, curve, role=role)
        peak = int(np.argmax(curve))
        x, y = frame.at(float(theta[peak]), float(curve[peak]))
        say(sheet, x, y - 9, f"{code:g}", role=role, size=SMALL, ha="center", bold=True)


def role_of(place: int, of: int) -> str:
    """Return the colour of an option: from orange (lowest) over grey to blue (highest)."""
    return RAMP[round(place * (len(RAMP) - 1) / max(of - 1, 1))]


MOST_SHOWN = 14  # the tail of eigenvalues says nothing more
SCREE_HEIGHT = 210


def draw_scree(eigenvalues: Eigenvalues, *, width: int) -> Drawing:
    """Draw factors and components side by side (one below the other when narrow): dots observed, dashes random."""
    wide = width > 500
    each = (width - 40) / 2 if wide else float(width)
    panels = (
        ("Factors", eigenvalues.factors, eigenvalues.random_factors, eigenvalues.n_factors),
        ("Components", eigenvalues.components, eigenvalues.random_components, eigenvalues.n_components),
    )

    def draw(sheet: Sheet) -> None:
        for i, (name, seen, random, kept) in enumerate(panels):
            left, top = (i * (each + 40), 0.0) if wide else (0.0, i * (SCREE_HEIGHT + 70.0))
            _panel(sheet, f"{name}: {kept} above chance", seen, random, kept, left, top, each)

    return paint(width, SCREE_HEIGHT + 30 if wide else 2 * SCREE_HEIGHT + 100, draw)


def _panel(
    sheet: Sheet, title: str, seen: FloatArray, random: FloatArray, kept: int, left: float, top: float, each: float
) -> None:
    shown = min(len(seen), MOST_SHOWN)
    seen, random = seen[:shown], random[:shown]
    ticks = round_ticks(float(max(seen.max(), random.max())))
    low = min(0.0, float(min(seen.min(), random.min())))
    frame = Frame(left=left + 34, top=top + 34, width=each - 50, height=SCREE_HEIGHT - 34, x=(0.5, shown + 0.5),
                  y=(low, ticks[-1]))  # fmt: skip
    say(sheet, left, top + 12, title, bold=True)
    numbers = np.arange(1, shown + 1, dtype=np.float64)
    draw_frame(sheet, frame, x_ticks=[float(n) for n in numbers[:: 2 if shown > 8 else 1]], y_ticks=ticks)
    draw_curve(sheet, frame, numbers, random, role="grey", dashed=True)
    draw_curve(sheet, frame, numbers, seen, role="high2", width=1.5)
    for number, value in zip(numbers.tolist(), seen.tolist(), strict=True):
        x, y = frame.at(number, value)
        dot(sheet, x, y, role="blue", radius=5, hollow=number > kept)
    x, y = frame.at(shown, float(random[-1]))
    say(sheet, x, y - 14, "random answers", role="soft", size=SMALL, ha="right")


HEIGHT = 340
STEPS = 120  # points of the curve


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerPicture:
    """Simulated sizes and shares, the curve through them, the answer, and the power wanted (``None``: none)."""

    sizes: tuple[int, ...]
    shares: tuple[float, ...]
    curve: Callable[[float], float]
    answer: int
    power: float
    target: float | None
    unit: str


def draw_power(picture: PowerPicture, *, width: int) -> Drawing:
    """Draw simulated shares as dots, the curve through them, and the size that is large enough."""
    low, high = min(*picture.sizes, picture.answer), max(*picture.sizes, picture.answer)
    room = max(0.05 * (high - low), 1.0)
    frame = Frame(left=56, top=18, width=width - 80, height=HEIGHT - 78, x=(max(low - room, 0.0), high + room),
                  y=(0.0, 1.0))  # fmt: skip

    def draw(sheet: Sheet) -> None:
        ticks = [tick for tick in round_ticks(frame.x[1], about=8) if frame.x[0] <= tick <= frame.x[1]]
        draw_frame(sheet, frame, x_ticks=ticks, y_ticks=(0.0, 0.2, 0.4, 0.6, 0.8, 1.0))
        at = [frame.at(n, picture.curve(n)) for n in np.linspace(*frame.x, STEPS)]
        for (x1, y1), (x2, y2) in pairwise(at):
            line(sheet, (x1, x2), (y1, y2), role="blue")
        if picture.target is not None:
            left, y = frame.at(frame.x[0], picture.target)
            line(sheet, (left, left + frame.width), (y, y), role="grey", dashed=True)
        x, top = frame.at(picture.answer, picture.power)
        line(sheet, (x, x), (top, frame.at(picture.answer, 0.0)[1]), role="orange")
        for n, share in zip(picture.sizes, picture.shares, strict=True):
            dot(sheet, *frame.at(n, share), role="ink", radius=3.5)
        dot(sheet, x, top, role="orange", radius=5)
        say(sheet, x + 8, top + 14, f"{picture.answer:,} {picture.unit}", role="orange", size=SMALL)
        middle, bottom = frame.left + frame.width / 2, frame.top + frame.height
        say(sheet, middle, bottom + 38, picture.unit, role="soft", size=SMALL, ha="center")
        say(sheet, 60, 6, "power: share of simulated studies that succeed", role="soft", size=SMALL)

    return paint(width, HEIGHT, draw)
