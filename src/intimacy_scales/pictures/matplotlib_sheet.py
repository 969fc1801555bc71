"""A sheet that is painted on a matplotlib figure, for ``.plot()`` and for files of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from intimacy_scales.pictures.sheet import ARROW_HEAD, LINES, MARKS, PATCHES, ROLES, SMALL_HEAD, TEXTS, Point, Stroke


@dataclass(frozen=True, slots=True)
class MatplotlibSheet:
    """The axes of a figure of as many points as the picture has pixels."""

    axes: Any

    def limits(self, top: float, bottom: float) -> None:
        """Show what is between these heights."""
        self.axes.set_ylim(bottom, top)

    def _style(self, fill: str | None, stroke: Stroke | None, order: float) -> dict[str, Any]:
        edge: dict[str, Any] = {"edgecolor": "none", "linewidth": 0}
        if stroke is not None:
            edge = {"edgecolor": ROLES[stroke.role], "linewidth": stroke.width, "linestyle": _dashes(stroke)}
        return {"facecolor": ROLES[fill] if fill else "none", **edge, "clip_on": False, "zorder": order}

    def rectangle(
        self, x: float, y: float, width: float, height: float, *, fill: str | None, stroke: Stroke | None = None,
        order: float = PATCHES,
    ) -> None:  # fmt: skip
        """Paint a rectangle; its corner is (x, y)."""
        from matplotlib.patches import Rectangle

        self.axes.add_artist(Rectangle((x, y), width, height, **self._style(fill, stroke, order)))

    def polygon(
        self, points: Sequence[Point], *, fill: str | None, stroke: Stroke | None = None, order: float = PATCHES
    ) -> None:
        """Paint a closed shape."""
        from matplotlib.patches import Polygon

        self.axes.add_artist(Polygon(list(points), closed=True, **self._style(fill, stroke, order)))

    def polyline(self, points: Sequence[Point], stroke: Stroke, *, order: float = LINES) -> None:
        """Paint a line through points; points without a place break it."""
        self.axes.plot([x for x, _ in points], [y for _, y in points], color=ROLES[stroke.role],
                       linewidth=stroke.width, clip_on=False, solid_capstyle="butt", linestyle=_dashes(stroke),
                       zorder=order, solid_joinstyle=stroke.join)  # fmt: skip

    def ellipse(
        self, centre: Point, width: float, height: float, *, fill: str | None, stroke: Stroke | None = None,
        order: float = MARKS, left_half: bool = False,
    ) -> None:  # fmt: skip
        """Paint an ellipse, or the line of its left half."""
        from matplotlib.patches import Arc, Ellipse

        style = self._style(fill, stroke, order)
        if left_half:
            style.pop("facecolor")
            self.axes.add_artist(Arc(centre, width, height, theta1=90, theta2=270, **style))
            return
        self.axes.add_artist(Ellipse(centre, width, height, **style))

    def arrow(self, start: Point, control: Point, end: Point, stroke: Stroke, *, order: float = PATCHES) -> None:
        """Paint a curve (quadratic, by its control point) that ends in a head."""
        self._arrow(start, control, end, stroke, order, "-|>", ARROW_HEAD)

    def two_headed(self, start: Point, control: Point, end: Point, stroke: Stroke, *, order: float = PATCHES) -> None:
        """Paint a curve with a head at both ends."""
        self._arrow(start, control, end, stroke, order, "<|-|>", SMALL_HEAD)

    def _arrow(
        self, start: Point, control: Point, end: Point, stroke: Stroke, order: float, style: str, head: float
    ) -> None:
        from matplotlib.patches import FancyArrowPatch
        from matplotlib.path import Path

        path = Path([start, control, end], [Path.MOVETO, Path.CURVE3, Path.CURVE3])
        self.axes.add_artist(FancyArrowPatch(path=path, arrowstyle=style, mutation_scale=head, zorder=order,
                                             color=ROLES[stroke.role], linewidth=stroke.width, clip_on=False,
                                             linestyle=_dashes(stroke)))  # fmt: skip

    def text(self, x: float, y: float, text: str, *, role: str, size: float, ha: str, bold: bool) -> None:
        """Write a line of text on its base line."""
        self.axes.text(x, y, text, ha=ha, va="baseline", size=size, color=ROLES[role], clip_on=False,
                       parse_math=False, fontweight="bold" if bold else "normal", zorder=TEXTS)  # fmt: skip


def _dashes(stroke: Stroke) -> Any:
    return (0, stroke.dash) if stroke.dash else "-"
