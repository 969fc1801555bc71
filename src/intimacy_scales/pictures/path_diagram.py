"""A measurement model as a path diagram: factors in ovals, items in boxes, standardized loadings on the arrows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from intimacy_scales.pictures.drawing import ROLES, SMALL, Drawing, box, line, paint, say, say_lines, wrap
from intimacy_scales.pictures.numbers import coefficient

ROW, GAP = 26, 14
MOST_ARCS = 3  # factors whose correlations are drawn; more would hide each other, and stand in the table


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """Factors with their items and standardized loadings; correlations of factors by pair."""

    factors: Mapping[str, Sequence[tuple[str, float]]]
    correlations: Mapping[tuple[str, str], float]


def draw_path_diagram(found: Diagram, *, width: int) -> Drawing:
    """Draw factors left, items right, one arrow a loading (the stronger the thicker, negative ones orange)."""
    arcs = len(found.factors) <= MOST_ARCS
    margin = 54.0 if arcs and len(found.factors) > 1 else 0.0
    oval, item = (150.0, 210.0) if width > 500 else (96.0, 120.0)
    lines = {name: [wrap(label, item - 14, SMALL) for label, _ in items] for name, items in found.factors.items()}
    tall = {name: [max(ROW, 14.0 * len(text) + 8) for text in texts] for name, texts in lines.items()}
    places = _places(tall)
    height = sum(max(sum(rows), 2.0 * ROW) + GAP for rows in tall.values())

    def draw(axes: Any) -> None:
        for name, items in found.factors.items():
            top, middle = places[name]
            _oval(axes, name, margin, middle, oval)
            y = top
            for (_, std), text, row in zip(items, lines[name], tall[name], strict=True):
                y += row / 2
                _arrow(axes, (margin + oval, middle), (width - item, y), std)
                box(axes, width - item, y - row / 2 + 2, item, row - 4, fill="paper", edge="line")
                say_lines(axes, width - item + 8, y - (len(text) - 1) * 7.5, text, size=SMALL)
                y += row / 2
        if margin:
            for k, (a, b) in enumerate(combinations(found.factors, 2)):
                _arc(axes, margin, (places[a][1], places[b][1]), found.correlations[a, b], k)

    return paint(width, height, draw)


def _places(tall: Mapping[str, Sequence[float]]) -> dict[str, tuple[float, float]]:
    """Return each factor's top and middle, from the heights of its items."""
    out, top = {}, 0.0
    for name, rows in tall.items():
        whole = max(sum(rows), 2.0 * ROW)
        out[name] = (top, top + (sum(rows) if len(rows) > 1 else whole) / 2)
        top += whole + GAP
    return out


def _oval(axes: Any, name: str, left: float, middle: float, wide: float) -> None:
    from matplotlib.patches import Ellipse

    axes.add_patch(Ellipse((left + wide / 2, middle), wide, 2 * ROW - 6, facecolor=ROLES["blue-soft"],
                           edgecolor=ROLES["blue"], linewidth=1.2, clip_on=False, zorder=3))  # fmt: skip
    text = wrap(name, wide - 16, SMALL)
    say_lines(axes, left + wide / 2, middle - (len(text) - 1) * 7.5, text, size=SMALL, ha="center", bold=True)


def _arrow(axes: Any, start: tuple[float, float], end: tuple[float, float], std: float) -> None:
    role = "blue" if std >= 0 else "orange"
    line(axes, (start[0], end[0]), (start[1], end[1]), role=role, width=0.6 + 3 * min(abs(std), 1.0), behind=True)
    share = 0.72  # nearer to the item, where the arrows have parted
    x, y = start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
    box(axes, x - 15, y - 8, 30, 16, fill="paper")
    say(axes, x, y, coefficient(std), size=SMALL, ha="center")


def _arc(axes: Any, left: float, ends: tuple[float, float], r: float, k: int) -> None:
    from matplotlib.patches import Arc

    middle, tall = sum(ends) / 2, abs(ends[1] - ends[0])
    deep = 44.0 + 24.0 * (k == 1)
    axes.add_patch(Arc((left, middle), deep, tall, theta1=90, theta2=270, edgecolor=ROLES["grey"], linewidth=1.2,
                       clip_on=False, zorder=1))  # fmt: skip
    box(axes, left - deep / 2 - 15, middle - 8, 30, 16, fill="paper")
    say(axes, left - deep / 2, middle, coefficient(r), role="soft", size=SMALL, ha="center")
