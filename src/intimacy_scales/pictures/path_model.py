"""A path model as a diagram: variables in boxes from left to right, standardized paths on the arrows.

A measurement model as a path diagram: factors in ovals, items in boxes, standardized loadings on the arrows.

Loadings as a grid: items down, factors across, the stronger the darker, orange for negative ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

import numpy as np

from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.pictures.drawing import (
    SMALL,
    Drawing,
    box,
    coefficient,
    paint,
    say,
    say_lines,
    wrap,
    wrap_within,
)
from intimacy_scales.pictures.sheet import BEHIND, PATCHES, Sheet, Stroke

BOX_TALL, BOX_ROW = 40.0, 92.0  # of a box whose name takes two lines; a longer one makes all boxes taller


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
    tall: float
    lines: tuple[str, ...]
    """The name, broken to stand in the box whole."""

    @property
    def right(self) -> float:
        return self.left + self.wide

    @property
    def top(self) -> float:
        return self.middle - self.tall / 2

    @property
    def bottom(self) -> float:
        return self.middle + self.tall / 2


class PathRow(Protocol):
    """What is needed of an estimate: ``~`` a path, ``~~`` a covariance, its standardized value and p."""

    @property
    def lhs(self) -> str:
        """Outcome, or one of the two."""

    @property
    def op(self) -> str:
        """The operator."""

    @property
    def rhs(self) -> str:
        """Predictor, or the other of the two."""

    @property
    def std(self) -> float:
        """Standardized value."""

    @property
    def p(self) -> float:
        """Of its test."""


def picture_of(rows: Iterable[PathRow], below: Mapping[str, str] | None = None) -> PathPicture:
    """Return the picture of a path model's estimates: each variable in the column of the longest way to it.

    ``below`` is a word under a box (its R squared). Residual correlations are drawn in the last column only: further
    ones would hide the arrows, and stand in the table.
    """
    every = list(rows)
    causes: dict[str, list[str]] = {}
    for row in every:
        if row.op == "~":
            causes.setdefault(row.lhs, []).append(row.rhs)

    def depth(name: str) -> int:
        return max((1 + depth(start) for start in causes.get(name, ())), default=0)

    names = list(dict.fromkeys(name for row in every if row.op == "~" for name in (row.rhs, row.lhs)))
    columns = {name: depth(name) for name in names}
    last = max(columns.values(), default=0)
    place: dict[int, int] = {}
    nodes = []
    for name in sorted(names, key=lambda one: columns[one]):
        row_at = place.get(columns[name], 0)
        place[columns[name]] = row_at + 1
        nodes.append(Node(name=name, column=columns[name], row=row_at, below=(below or {}).get(name, "")))
    arrows = [Arrow(start=row.rhs, end=row.lhs, std=row.std, clear=row.p < 0.05) for row in every if row.op == "~"]
    arcs = [
        (row.lhs, row.rhs, row.std)
        for row in every
        if row.op == "~~" and row.lhs != row.rhs and columns.get(row.lhs) == columns.get(row.rhs) == last > 0
    ]
    return PathPicture(nodes=tuple(nodes), arrows=tuple(arrows), arcs=tuple(arcs))


def draw_path_model(picture: PathPicture, *, width: int) -> Drawing:
    """Draw causes left, outcomes right: the stronger a path the thicker; negative ones orange, unclear ones grey.

    An arrow that would run through a box between goes round all of them, above or below.
    """
    columns = 1 + max(node.column for node in picture.nodes)
    rows = [sum(node.column == j for node in picture.nodes) for j in range(columns)]
    margin = 46.0 if picture.arcs else 4.0
    wide = min(150.0, (width - margin) / (1.9 * columns - 0.9))
    step = (width - margin - wide) / max(columns - 1, 1)
    places = _places(picture, rows, wide, step)
    height = max(place.tall for place in places.values())
    tall = (BOX_ROW + height - BOX_TALL) * max(*rows, 2) + 30
    round_about = [arrow for arrow in picture.arrows if _blocked(arrow, places)]
    ways = [_way(arrow, places, arrow in round_about) for arrow in picture.arrows]
    top = min(0.0, *(way.y(t) - 14 for way in ways for t in SHARES))
    bottom = max(tall, *(way.y(t) + 14 for way in ways for t in SHARES))

    def draw(sheet: Sheet) -> None:
        sheet.limits(top, bottom)
        taken = [_Box(x=place.left, y=place.top, wide=place.wide, tall=place.tall + 20) for place in places.values()]
        order = sorted(range(len(ways)), key=lambda j: (not picture.arrows[j].clear, -abs(picture.arrows[j].std)))
        for j in reversed(order):
            _line(sheet, picture.arrows[j], ways[j])
        for j in order:
            _figure(sheet, picture.arrows[j], ways[j], taken)
        for one, other, r in picture.arcs:
            _arc(sheet, places[one], places[other], r)
        for node in picture.nodes:
            _box(sheet, node, places[node.name])

    return paint(width, bottom - top, draw)


BEND = 0.45  # of their distance: how far to the right the arc of two boxes is drawn
SHARES = tuple(j / 20 for j in range(3, 18))  # of the way, where a figure may stand


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    x: float
    y: float
    wide: float
    tall: float

    def over(self, other: _Box) -> float:
        """Return how much two boxes overlap, in pixels squared."""
        across = min(self.x + self.wide, other.x + other.wide) - max(self.x, other.x)
        down = min(self.y + self.tall, other.y + other.tall) - max(self.y, other.y)
        return max(across, 0.0) * max(down, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """A line from a to b, bent through the control point c."""

    a: tuple[float, float]
    b: tuple[float, float]
    c: tuple[float, float]

    def x(self, t: float) -> float:
        """Return how far right the line is at a share of the way."""
        return (1 - t) ** 2 * self.a[0] + 2 * t * (1 - t) * self.c[0] + t**2 * self.b[0]

    def y(self, t: float) -> float:
        """Return how far down the line is at a share of the way."""
        return (1 - t) ** 2 * self.a[1] + 2 * t * (1 - t) * self.c[1] + t**2 * self.b[1]


def _places(picture: PathPicture, rows: list[int], wide: float, step: float) -> dict[str, _Place]:
    lines = {node.name: wrap_within(node.name.replace("_", " "), wide - 10, SMALL, bold=True) for node in picture.nodes}
    tall = max(BOX_TALL, *(15.0 * len(text) + 10 for text in lines.values()))
    row = BOX_ROW + tall - BOX_TALL
    middle = (row * max(*rows, 2) + 30) / 2
    return {
        node.name: _Place(
            left=step * node.column,
            middle=middle + (node.row - (rows[node.column] - 1) / 2) * row + _shift(node, rows, tall),
            wide=wide,
            tall=tall,
            lines=tuple(lines[node.name]),
        )
        for node in picture.nodes
    }


def _shift(node: Node, rows: list[int], tall: float) -> float:
    """Return a step up or down for a box alone in its column: long arrows pass it and what is written below it."""
    inner = 0 < node.column < len(rows) - 1 and rows[node.column] == 1
    return (-1 if node.column % 2 else 1) * (tall / 2 + 28) if inner else 0.0


def _blocked(arrow: Arrow, places: Mapping[str, _Place]) -> bool:
    """Whether the straight line runs through a box between its ends."""
    start, end = places[arrow.start], places[arrow.end]
    run = end.left - start.right
    for place in places.values():
        if not start.right < place.left + place.wide / 2 < end.left:
            continue
        heights = [
            start.middle + (x - start.right) / run * (end.middle - start.middle) for x in (place.left, place.right)
        ]
        if min(heights) < place.bottom + 4 and max(heights) > place.top - 4:
            return True
    return False


def _way(arrow: Arrow, places: Mapping[str, _Place], bent: bool) -> _Way:
    start, end = places[arrow.start], places[arrow.end]
    a, b = (start.right, start.middle), (end.left - 1, end.middle)
    half = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    if not bent:
        return _Way(a=a, b=b, c=half)
    between = [place for place in places.values() if start.right < place.left + place.wide / 2 < end.left]
    above = min(one.top for one in between) - 22
    below = max(one.bottom for one in between) + 34
    goal = above if abs(half[1] - above) <= abs(half[1] - below) else below
    return _Way(a=a, b=b, c=(half[0], half[1] + 2 * (goal - half[1])))


def _line(sheet: Sheet, arrow: Arrow, way: _Way) -> None:
    role = "grey" if not arrow.clear else "blue" if arrow.std >= 0 else "orange"
    stroke = Stroke(role=role, width=0.8 + 3 * min(abs(arrow.std), 1.0), dash=None if arrow.clear else (4, 3))
    sheet.arrow(way.a, way.c, way.b, stroke)


def _figure(sheet: Sheet, arrow: Arrow, way: _Way, taken: list[_Box]) -> None:
    """Write a path's figure where it hides nothing, as near to the middle as may be."""
    spots = [(t, _Box(x=way.x(t) - 16, y=way.y(t) - 9, wide=32, tall=18)) for t in SHARES]
    t, spot = min(spots, key=lambda one: sum(one[1].over(other) for other in taken) + 40 * abs(one[0] - 0.45))
    taken.append(spot)
    box(sheet, spot.x + 2, spot.y + 1, spot.wide - 4, spot.tall - 2, fill="paper")
    say(
        sheet,
        way.x(t),
        way.y(t),
        coefficient(arrow.std),
        size=SMALL,
        ha="center",
        role="ink" if arrow.clear else "soft",
    )


def _box(sheet: Sheet, node: Node, place: _Place) -> None:
    box(sheet, place.left, place.top, place.wide, place.tall, fill="paper", edge="ink")
    top = place.middle - 7.5 * (len(place.lines) - 1)
    for j, text in enumerate(place.lines):
        say(sheet, place.left + place.wide / 2, top + 15 * j, text, size=SMALL, ha="center", bold=True)
    if node.below:
        x, y = place.left + place.wide / 2, place.bottom + 11
        say(sheet, x, y, node.below, role="soft", size=SMALL, ha="center")


def _arc(sheet: Sheet, place: _Place, other: _Place, r: float) -> None:
    a, b = (place.right, place.middle), (other.right, other.middle)
    control = ((a[0] + b[0]) / 2 + BEND * abs(b[1] - a[1]), (a[1] + b[1]) / 2)
    sheet.two_headed(a, control, b, Stroke(role="grey"))
    x, y = max(a[0], b[0]) + BEND / 2 * abs(b[1] - a[1]), (a[1] + b[1]) / 2
    box(sheet, x - 14, y - 9, 28, 18, fill="paper")
    say(sheet, x, y, coefficient(r), role="soft", size=SMALL, ha="center")


LOADING_ROW, FACTOR_GAP = 26, 14
MOST_ARCS = 3  # factors whose correlations are drawn; more would hide each other, and stand in the table


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """Factors with their items and standardized loadings; correlations of factors by pair."""

    factors: Mapping[str, Sequence[tuple[str, float]]]
    correlations: Mapping[tuple[str, str], float]


def draw_path_diagram(diagram: Diagram, *, width: int) -> Drawing:
    """Draw factors left, items right, one arrow a loading (the stronger the thicker, negative ones orange)."""
    arcs = len(diagram.factors) <= MOST_ARCS
    margin = 54.0 if arcs and len(diagram.factors) > 1 else 0.0
    oval, item = (150.0, 210.0) if width > 500 else (96.0, 120.0)
    lines = {name: [wrap_within(one, item - 14, SMALL) for one, _ in items] for name, items in diagram.factors.items()}
    names = {name: wrap_within(name, 0.8 * oval, SMALL, bold=True) for name in diagram.factors}
    high = max(2.0 * LOADING_ROW - 6, *(20.0 * len(text) + 6 for text in names.values()))
    tall = {name: [max(LOADING_ROW, 15.0 * len(text) + 8) for text in texts] for name, texts in lines.items()}
    places = _factor_places(tall, high + 6)
    height = sum(max(sum(rows), high + 6) + FACTOR_GAP for rows in tall.values())

    def draw(sheet: Sheet) -> None:
        for name, items in diagram.factors.items():
            top, middle = places[name]
            _oval(sheet, names[name], (margin, middle), (oval, high))
            y = top
            for (_, std), text, row in zip(items, lines[name], tall[name], strict=True):
                y += row / 2
                _arrow(sheet, (margin + oval, middle), (width - item, y), std)
                box(sheet, width - item, y - row / 2 + 2, item, row - 4, fill="paper", edge="line")
                say_lines(sheet, width - item + 8, y - (len(text) - 1) * 7.5, text, size=SMALL)
                y += row / 2
        if margin:
            for k, (a, b) in enumerate(combinations(diagram.factors, 2)):
                _factor_arc(sheet, margin, (places[a][1], places[b][1]), diagram.correlations[a, b], k)

    return paint(width, height, draw)


def _factor_places(tall: Mapping[str, Sequence[float]], least: float) -> dict[str, tuple[float, float]]:
    """Return where each factor's items begin and its middle, from their heights; its oval takes ``least``."""
    out, top = {}, 0.0
    for name, rows in tall.items():
        whole = max(sum(rows), least)
        out[name] = (top + (whole - sum(rows)) / 2, top + whole / 2)
        top += whole + FACTOR_GAP
    return out


def _oval(sheet: Sheet, lines: list[str], at: tuple[float, float], size: tuple[float, float]) -> None:
    """Draw a factor: its left end and middle, how wide and tall it is."""
    (left, middle), (wide, tall) = at, size
    stroke = Stroke(role="blue", width=1.2)
    sheet.ellipse((left + wide / 2, middle), wide, tall, fill="blue-soft", stroke=stroke)
    say_lines(sheet, left + wide / 2, middle - (len(lines) - 1) * 7.5, lines, size=SMALL, ha="center", bold=True)


def _arrow(sheet: Sheet, start: tuple[float, float], end: tuple[float, float], std: float) -> None:
    stroke = Stroke(role="blue" if std >= 0 else "orange", width=0.6 + 3 * min(abs(std), 1.0))
    half = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    sheet.arrow(start, half, end, stroke, order=BEHIND)
    share = 0.72  # nearer to the item, where the arrows have parted
    x, y = start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
    box(sheet, x - 15, y - 8, 30, 16, fill="paper")
    say(sheet, x, y, coefficient(std), size=SMALL, ha="center")


def _factor_arc(sheet: Sheet, left: float, ends: tuple[float, float], r: float, k: int) -> None:
    middle, tall = sum(ends) / 2, abs(ends[1] - ends[0])
    deep = 44.0 + 24.0 * (k == 1)
    stroke = Stroke(role="grey", width=1.2)
    sheet.ellipse((left, middle), deep, tall, fill=None, stroke=stroke, order=PATCHES, left_half=True)
    box(sheet, left - deep / 2 - 15, middle - 8, 30, 16, fill="paper")
    say(sheet, left - deep / 2, middle, coefficient(r), role="soft", size=SMALL, ha="center")


GRID_ROW = 24
STRONG, MIDDLE, WEAK = 0.6, 0.4, 0.2  # shades change here; below WEAK a loading is left blank in colour


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadingGrid:
    """Items x factors loadings with their names."""

    items: tuple[str, ...]
    factors: tuple[str, ...]
    values: FloatArray


def draw_loadings(grid: LoadingGrid, *, width: int) -> Drawing:
    """Draw the grid; every loading stands in its cell as a figure."""
    across = len(grid.factors)
    names = min(0.45 * width, width - 44.0 * across)
    each = min((width - names) / across, 96.0)

    heads = [wrap(factor, each - 4, SMALL) for factor in grid.factors]
    labels = [wrap(item, names - 8, SMALL) for item in grid.items]
    top = 11 + 15 * max((len(lines) for lines in heads), default=1)
    heights = [max(GRID_ROW, 15 * len(lines) + 6) for lines in labels]

    def draw(sheet: Sheet) -> None:
        for k, lines in enumerate(heads):
            say_lines(sheet, names + (k + 0.5) * each, 12, lines, size=SMALL, ha="center", bold=True)
        y = float(top)
        for j, (lines, height) in enumerate(zip(labels, heights, strict=True)):
            say_lines(sheet, 0, y + height / 2 - (len(lines) - 1) * 7.5, lines, size=SMALL)
            for k, value in enumerate(grid.values[j].tolist()):
                _cell(sheet, value, names + k * each, y + (height - GRID_ROW) / 2, each)
            y += height

    return paint(width, top + 4 + sum(heights), draw)


def _cell(sheet: Sheet, value: float, x: float, y: float, each: float) -> None:
    fill, ink = shade(value)
    if fill is not None:
        box(sheet, x + 1, y + 1, each - 2, GRID_ROW - 2, fill=fill)
    say(sheet, x + each / 2, y + GRID_ROW / 2, coefficient(value), role=ink, size=SMALL, ha="center")


def shade(value: float) -> tuple[str | None, str]:
    """Return the fill and the ink of a loading: by its size and sign."""
    size, side = abs(value), "high" if value > 0 else "low"
    for step, least in ((3, STRONG), (2, MIDDLE), (1, WEAK)):
        if size >= least:
            return f"{side}{step}", f"on{step}"
    return None, "soft"


def grid_of(items: Sequence[str], factors: Sequence[str], values: FloatArray) -> LoadingGrid:
    """Return a grid from names and an items x factors array."""
    return LoadingGrid(items=tuple(items), factors=tuple(factors), values=np.asarray(values, dtype=np.float64))
