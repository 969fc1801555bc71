"""What a picture is painted on: a sheet of pixels, y downwards, whoever makes a picture of it.

:class:`~intimacy_scales.pictures.svg_sheet.SvgSheet` writes inline SVG,
:class:`~intimacy_scales.pictures.matplotlib_sheet.MatplotlibSheet` draws on a matplotlib figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Point = tuple[float, float]
BEHIND, PATCHES, LINES, MARKS, DOTS, TEXTS = 0.5, 1.0, 2.0, 3.0, 5.0, 6.0
"""The order in which things are painted."""
ARROW_HEAD, SMALL_HEAD = 11.0, 8.0

#: Role to the colour that it has by day; a page says ``var(--role)`` and knows it by night and on paper, too.
ROLES = {
    "ink": "#1c2126",
    "soft": "#565d66",
    "line": "#c3c9d1",
    "track": "#e6e9ed",
    "grey": "#77808a",
    "paper": "#ffffff",
    "blue": "#10599b",
    "orange": "#a8500b",
    "mid": "#d9dce0",
    "blue-soft": "#bfd9ef",
    "orange-soft": "#f6d9b8",
    "grey-soft": "#d3d7dc",
    "high1": "#bcd9f1",
    "high2": "#6aa9dc",
    "high3": "#0f5a9c",
    "low1": "#fbd9b0",
    "low2": "#ee9d45",
    "low3": "#a8500a",
    "on1": "#1c2127",
    "on2": "#1c2128",
    "on3": "#fffffe",
    "on-mid": "#1c2129",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """How a line is painted: its colour (a role), how wide, and of which dashes (in its widths)."""

    role: str
    width: float = 1
    dash: tuple[float, float] | None = None
    join: Literal["miter", "round"] = "miter"


class Sheet(Protocol):
    """What can be painted; colours are roles."""

    def limits(self, top: float, bottom: float) -> None:
        """Show what is between these heights."""

    def rectangle(
        self, x: float, y: float, width: float, height: float, *, fill: str | None, stroke: Stroke | None = None,
        order: float = PATCHES,
    ) -> None:  # fmt: skip
        """Paint a rectangle; its corner is (x, y)."""

    def polygon(
        self, points: Sequence[Point], *, fill: str | None, stroke: Stroke | None = None, order: float = PATCHES
    ) -> None:
        """Paint a closed shape."""

    def polyline(self, points: Sequence[Point], stroke: Stroke, *, order: float = LINES) -> None:
        """Paint a line through points; points without a place break it."""

    def ellipse(
        self, centre: Point, width: float, height: float, *, fill: str | None, stroke: Stroke | None = None,
        order: float = MARKS, left_half: bool = False,
    ) -> None:  # fmt: skip
        """Paint an ellipse, or the line of its left half."""

    def arrow(self, start: Point, control: Point, end: Point, stroke: Stroke, *, order: float = PATCHES) -> None:
        """Paint a curve (quadratic, by its control point) that ends in a head."""

    def two_headed(self, start: Point, control: Point, end: Point, stroke: Stroke, *, order: float = PATCHES) -> None:
        """Paint a curve with a head at both ends."""

    def text(self, x: float, y: float, text: str, *, role: str, size: float, ha: str, bold: bool) -> None:
        """Write a line of text on its base line."""
