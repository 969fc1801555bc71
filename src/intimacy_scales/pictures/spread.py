"""Score distributions as small multiples, each on the scale's whole possible range."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.pictures.drawing import SMALL, TEXT, Drawing, box, dot, line, paint, say, say_lines, wrap

MOST_BARS = 49  # one bar a step up to here; more steps share bars, each bar the same number of them
CELL, HILL = 164, 78  # pixels: height of a cell, height of the highest bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One scale's scores as counts in equal bins, from ``left`` to ``right``, around its possible range."""

    label: str
    low: float
    high: float
    left: float
    right: float
    counts: tuple[int, ...]
    n: int
    mean: float
    sd: float


def spread_of(label: str, values: NDArray[np.float64], low: float, high: float, *, steps: int) -> Spread:
    """Count scores (NaN left out) in bins over the whole possible range.

    ``steps`` is how many steps of one answer option lead from ``low`` to ``high``; every bar stands for the same
    number of steps, so that no comb appears that is not in the scores. A prorated score falls to the nearest step.
    """
    known = values[~np.isnan(values)]
    unit = (high - low) / steps
    together = -(-(steps + 1) // MOST_BARS)
    n_bars = -(-(steps + 1) // together)
    edges = low - unit / 2 + unit * together * np.arange(n_bars + 1)
    n = len(known)
    return Spread(
        label=label,
        low=low,
        high=high,
        left=float(edges[0]),
        right=float(edges[-1]),
        n=n,
        counts=tuple(int(c) for c in np.histogram(known, bins=edges)[0]),
        mean=float(known.mean()) if n else float("nan"),
        sd=float(known.std(ddof=1)) if n > 1 else float("nan"),
    )


def draw_spreads(spreads: Sequence[Spread], *, width: int) -> Drawing:
    """Draw one small histogram a scale; the mean is a dot with one SD to each side beneath."""
    columns = 1 if len(spreads) == 1 else (3 if width > 500 else 2)
    each = (width - (columns - 1) * 28) / columns if len(spreads) > 1 else min(width, 420)
    rows = -(-len(spreads) // columns)

    def draw(axes: Any) -> None:
        for i, spread in enumerate(spreads):
            _cell(axes, spread, (i % columns) * (each + 28), (i // columns) * CELL, each)

    return paint(width, rows * CELL, draw)


def _cell(axes: Any, spread: Spread, x: float, y: float, wide: float) -> None:
    from intimacy_scales.pictures.numbers import figure, trimmed

    lines = wrap(spread.label, wide, TEXT)
    say_lines(axes, x, y + 10, lines, bold=True, size=TEXT if len(lines) == 1 else SMALL)
    base, top, k = y + 40 + HILL, max(spread.counts, default=0) or 1, len(spread.counts)
    step = wide / k
    for j, found in enumerate(spread.counts):
        if found:
            box(axes, x + j * step, base - HILL * found / top, max(step - 1, 1), HILL * found / top, fill="high2")
    line(axes, (x, x + wide), (base + 0.5, base + 0.5), role="line")
    place = _place_on(spread, x, wide)
    for end, ha in ((spread.low, "left"), (spread.high, "right")):
        say(axes, x if ha == "left" else x + wide, base + 26, trimmed(end), role="soft", size=SMALL, ha=ha)
    if not spread.n:
        say(axes, x + wide / 2, base - 30, "no scores", role="soft", size=SMALL, ha="center")
        return
    if spread.n > 1:
        ends = (max(place(spread.mean - spread.sd), x), min(place(spread.mean + spread.sd), x + wide))
        line(axes, ends, (base + 9, base + 9), role="blue-soft", width=5)
    dot(axes, place(spread.mean), base + 9, role="blue", radius=5)
    say(axes, x + wide / 2, base + 26, f"mean {figure(spread.mean, 1)}", size=SMALL, ha="center")


def _place_on(spread: Spread, x: float, wide: float) -> Callable[[float], float]:
    """Return the way from a score to its pixel."""
    return lambda score: x + (score - spread.left) / (spread.right - spread.left) * wide
