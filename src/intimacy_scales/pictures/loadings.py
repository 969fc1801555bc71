"""Loadings as a grid: items down, factors across, the stronger the darker, orange for negative ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.pictures.drawing import SMALL, Drawing, box, paint, say, say_lines, wrap
from intimacy_scales.pictures.numbers import coefficient

ROW = 24
STRONG, MIDDLE, WEAK = 0.6, 0.4, 0.2  # shades change here; below WEAK a loading is left blank in colour


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadingGrid:
    """Items x factors loadings with their names."""

    items: tuple[str, ...]
    factors: tuple[str, ...]
    values: NDArray[np.float64]


def draw_loadings(grid: LoadingGrid, *, width: int) -> Drawing:
    """Draw the grid; every loading stands in its cell as a figure."""
    across = len(grid.factors)
    names = min(0.45 * width, width - 44.0 * across)
    each = min((width - names) / across, 96.0)

    heads = [wrap(factor, each - 4, SMALL) for factor in grid.factors]
    labels = [wrap(item, names - 8, SMALL) for item in grid.items]
    top = 11 + 15 * max((len(lines) for lines in heads), default=1)
    heights = [max(ROW, 15 * len(lines) + 6) for lines in labels]

    def draw(axes: Any) -> None:
        for k, lines in enumerate(heads):
            say_lines(axes, names + (k + 0.5) * each, 12, lines, size=SMALL, ha="center", bold=True)
        y = float(top)
        for j, (lines, height) in enumerate(zip(labels, heights, strict=True)):
            say_lines(axes, 0, y + height / 2 - (len(lines) - 1) * 7.5, lines, size=SMALL)
            for k, value in enumerate(grid.values[j].tolist()):
                _cell(axes, value, names + k * each, y + (height - ROW) / 2, each)
            y += height

    return paint(width, top + 4 + sum(heights), draw)


def _cell(axes: Any, value: float, x: float, y: float, each: float) -> None:
    fill, ink = shade(value)
    if fill is not None:
        box(axes, x + 1, y + 1, each - 2, ROW - 2, fill=fill)
    say(axes, x + each / 2, y + ROW / 2, coefficient(value), role=ink, size=SMALL, ha="center")


def shade(value: float) -> tuple[str | None, str]:
    """Return the fill and the ink of a loading: by its size and sign."""
    size, side = abs(value), "high" if value > 0 else "low"
    for step, least in ((3, STRONG), (2, MIDDLE), (1, WEAK)):
        if size >= least:
            return f"{side}{step}", f"on{step}"
    return None, "soft"


def grid_of(items: Sequence[str], factors: Sequence[str], values: NDArray[np.float64]) -> LoadingGrid:
    """Return a grid from names and an items x factors array."""
    return LoadingGrid(items=tuple(items), factors=tuple(factors), values=np.asarray(values, dtype=np.float64))
