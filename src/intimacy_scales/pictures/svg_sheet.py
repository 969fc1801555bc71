"""A sheet that is painted on as inline SVG: plain text, made without any drawing library.

Elements carry no ids and no fonts; colours are roles as ``var(--role)``, which the page's style sheet knows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from intimacy_scales.pictures.sheet import ARROW_HEAD, LINES, MARKS, PATCHES, SMALL_HEAD, TEXTS, Point, Stroke


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"


def _at(*points: Point) -> str:
    return " ".join(f"{_number(x)} {_number(y)}" for x, y in points)


@dataclass(slots=True)
class SvgSheet:
    """Elements with their order: what is behind comes first, else what was painted first."""

    elements: list[tuple[float, str]] = field(default_factory=list)
    top: float = 0.0
    """What is at the upper edge; a picture may begin above its zero."""

    def body(self) -> str:
        """Return what stands between ``<svg ...>`` and ``</svg>``."""
        return "".join(text for _, text in sorted(self.elements, key=lambda element: element[0]))

    def limits(self, top: float, bottom: float) -> None:
        """Show what is between these heights."""
        del bottom  # as high as the picture is
        self.top = top

    def _path(self, d: str, order: float, *, fill: str | None = None, stroke: Stroke | None = None) -> None:
        if not d or "nan" in d or "inf" in d:  # what has no place is not there
            return
        style = f"fill: {f'var(--{fill})' if fill else 'none'}"
        if stroke is not None:
            style += f"; stroke: var(--{stroke.role})"
            style += f"; stroke-width: {_number(stroke.width)}" if stroke.width != 1 else ""
            style += f"; stroke-linejoin: {stroke.join}" if stroke.join != "miter" else ""
            if stroke.dash:
                style += f"; stroke-dasharray: {','.join(_number(one * stroke.width) for one in stroke.dash)}"
        self.elements.append((order, f'<path d="{d}" style="{style}"/>'))

    def _down(self, *points: Point) -> list[Point]:
        return [(x, y - self.top) for x, y in points]

    def rectangle(
        self, x: float, y: float, width: float, height: float, *, fill: str | None, stroke: Stroke | None = None,
        order: float = PATCHES,
    ) -> None:  # fmt: skip
        """Paint a rectangle; its corner is (x, y)."""
        self.polygon([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], fill=fill, stroke=stroke,
                     order=order)  # fmt: skip

    def polygon(
        self, points: Sequence[Point], *, fill: str | None, stroke: Stroke | None = None, order: float = PATCHES
    ) -> None:
        """Paint a closed shape."""
        first, *rest = self._down(*points)
        self._path(f"M {_at(first)} L {' L '.join(map(_at, rest))} z", order, fill=fill, stroke=stroke)

    def polyline(self, points: Sequence[Point], stroke: Stroke, *, order: float = LINES) -> None:
        """Paint a line through points; points without a place break it."""
        d, broken = [], True
        for x, y in self._down(*points):
            if math.isnan(x) or math.isnan(y):
                broken = True
                continue
            d.append(f"{'M' if broken else 'L'} {_at((x, y))}")
            broken = False
        self._path(" ".join(d), order, stroke=stroke)

    def ellipse(
        self, centre: Point, width: float, height: float, *, fill: str | None, stroke: Stroke | None = None,
        order: float = MARKS, left_half: bool = False,
    ) -> None:  # fmt: skip
        """Paint an ellipse, or the line of its left half."""
        ((x, y),) = self._down(centre)
        a, b = width / 2, height / 2
        half = f"A {_number(a)} {_number(b)} 0 0 1"  # clockwise, from below over the left to above
        left = f"M {_at((x, y + b))} {half} {_at((x, y - b))}"
        if left_half:
            self._path(left, order, stroke=stroke)
            return
        self._path(f"{left} {half} {_at((x, y + b))} z", order, fill=fill, stroke=stroke)

    def arrow(self, start: Point, control: Point, end: Point, stroke: Stroke, *, order: float = PATCHES) -> None:
        """Paint a curve (quadratic, by its control point) that ends in a head."""
        tip, base, corners = _head(control, end, ARROW_HEAD, stroke.width)
        self._curve(start, control, base, stroke, order)
        self._tip(tip, corners, stroke, order)

    def two_headed(self, start: Point, control: Point, end: Point, stroke: Stroke, *, order: float = PATCHES) -> None:
        """Paint a curve with a head at both ends."""
        heads = [_head(control, one, SMALL_HEAD, stroke.width) for one in (start, end)]
        self._curve(heads[0][1], control, heads[1][1], stroke, order)
        for tip, _, corners in heads:
            self._tip(tip, corners, stroke, order)

    def _curve(self, start: Point, control: Point, end: Point, stroke: Stroke, order: float) -> None:
        a, c, b = self._down(start, control, end)
        self._path(f"M {_at(a)} Q {_at(c, b)}", order, stroke=stroke)

    def _tip(self, tip: Point, corners: Sequence[Point], stroke: Stroke, order: float) -> None:
        self.polygon([corners[0], tip, corners[1]], fill=stroke.role, order=order,
                     stroke=Stroke(role=stroke.role, width=stroke.width))  # fmt: skip

    def text(self, x: float, y: float, text: str, *, role: str, size: float, ha: str, bold: bool) -> None:
        """Write a line of text on its base line."""
        anchor = {"left": "start", "center": "middle", "right": "end"}[ha]
        ((x, y),) = self._down((x, y))
        if not (math.isfinite(x) and math.isfinite(y)):
            return
        weight = "font-weight: bold; " if bold else ""
        style = f"{weight}font-size: {_number(size)}px; text-anchor: {anchor}; fill: var(--{role})"
        where = f'x="{_number(x)}" y="{_number(y)}"'
        self.elements.append((TEXTS, f'<text style="{style}" {where}>{escape(text, quote=False)}</text>'))


def _head(control: Point, end: Point, size: float, width: float) -> tuple[Point, Point, tuple[Point, Point]]:
    """Return the tip of an arrow's head, the middle of its base, and its corners; its painted edge ends at ``end``."""
    dx, dy = end[0] - control[0], end[1] - control[1]
    length = math.hypot(dx, dy) or 1.0
    dx, dy = dx / length, dy / length
    deep, half = 0.4 * size, 0.2 * size
    edge = width / 2 * math.hypot(deep, half) / half  # as far as two edges of this width meet beyond the corner
    tip = (end[0] - edge * dx, end[1] - edge * dy)
    base = (tip[0] - deep * dx, tip[1] - deep * dy)
    return tip, base, ((base[0] - half * dy, base[1] + half * dx), (base[0] + half * dy, base[1] - half * dx))
