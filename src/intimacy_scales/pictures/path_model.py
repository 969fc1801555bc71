"""A path model as a diagram: variables in boxes from left to right, standardized paths on the arrows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from intimacy_scales.pictures.drawing import ROLES, SMALL, Drawing, box, paint, say, wrap
from intimacy_scales.pictures.numbers import coefficient

TALL, ROW = 40.0, 92.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A variable: its name, the column (how far from the start) and row it stands in, and a word under its box."""

    name: str
    column: int
    row: int
    below: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """A path with its standardized value; ``clear`` where its interval leaves out zero."""

    start: str
    end: str
    std: float
    clear: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPicture:
    """Boxes, arrows, and residual correlations as arcs (name, name, r)."""

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    arcs: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    left: float
    middle: float
    wide: float

    @property
    def right(self) -> float:
        return self.left + self.wide


def draw_path_model(found: PathPicture, *, width: int) -> Drawing:
    """Draw causes left, outcomes right: the stronger a path the thicker; negative ones orange, unclear ones grey."""
    columns = 1 + max(node.column for node in found.nodes)
    rows = [sum(node.column == j for node in found.nodes) for j in range(columns)]
    height = ROW * max(*rows, 2) + 30
    margin = 46.0 if found.arcs else 4.0
    wide = min(150.0, (width - margin) / (1.9 * columns - 0.9))
    step = (width - margin - wide) / max(columns - 1, 1)
    places = {
        node.name: _Place(
            left=step * node.column,
            middle=height / 2 + (node.row - (rows[node.column] - 1) / 2) * ROW + (_shift(node, rows)),
            wide=wide,
        )
        for node in found.nodes
    }

    def draw(axes: Any) -> None:
        for arrow in found.arrows:
            _arrow(axes, arrow, places[arrow.start], places[arrow.end])
        for one, other, r in found.arcs:
            _arc(axes, places[one], places[other], r)
        for node in found.nodes:
            _box(axes, node, places[node.name])

    return paint(width, height, draw)


def _shift(node: Node, rows: list[int]) -> float:
    """Return a small step up or down for a box alone in its column, so that long arrows do not run through it."""
    inner = 0 < node.column < len(rows) - 1 and rows[node.column] == 1
    return (-1 if node.column % 2 else 1) * 0.33 * ROW if inner else 0.0


def _box(axes: Any, node: Node, place: _Place) -> None:
    box(axes, place.left, place.middle - TALL / 2, place.wide, TALL, fill="paper", edge="ink")
    lines = wrap(node.name.replace("_", " "), place.wide - 10, SMALL, most=2)
    top = place.middle - 7.5 * (len(lines) - 1)
    for j, text in enumerate(lines):
        say(axes, place.left + place.wide / 2, top + 15 * j, text, size=SMALL, ha="center", bold=True)
    if node.below:
        x, y = place.left + place.wide / 2, place.middle + TALL / 2 + 11
        say(axes, x, y, node.below, role="soft", size=SMALL, ha="center")


def _arrow(axes: Any, arrow: Arrow, start: _Place, end: _Place) -> None:
    from matplotlib.patches import FancyArrowPatch

    role = "grey" if not arrow.clear else "blue" if arrow.std >= 0 else "orange"
    a, b = (start.right, start.middle), (end.left - 1, end.middle)
    axes.add_patch(FancyArrowPatch(a, b, arrowstyle="-|>", mutation_scale=11, color=ROLES[role], shrinkA=0, shrinkB=0,
                                   linewidth=0.8 + 3 * min(abs(arrow.std), 1.0), clip_on=False, zorder=1,
                                   linestyle="-" if arrow.clear else (0, (4, 3))))  # fmt: skip
    share = 0.42 if end.left - start.right < 1.5 * start.wide else 0.3  # long arrows carry their figure early
    x, y = a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])
    box(axes, x - 16, y - 9, 32, 18, fill="paper")
    say(axes, x, y, coefficient(arrow.std), size=SMALL, ha="center", role="ink" if arrow.clear else "soft")


def _arc(axes: Any, one: _Place, other: _Place, r: float) -> None:
    from matplotlib.patches import FancyArrowPatch

    a, b = (one.right, one.middle), (other.right, other.middle)
    down = a[1] < b[1]
    bend = f"arc3,rad={-0.45 if down else 0.45}"
    axes.add_patch(FancyArrowPatch(a, b, arrowstyle="<|-|>", mutation_scale=8, color=ROLES["grey"], linewidth=1,
                                   zorder=1, connectionstyle=bend, clip_on=False))  # fmt: skip
    y = (a[1] + b[1]) / 2
    x = max(a[0], b[0]) + 0.225 * abs(b[1] - a[1])
    box(axes, x - 14, y - 9, 28, 18, fill="paper")
    say(axes, x, y, coefficient(r), role="soft", size=SMALL, ha="center")
