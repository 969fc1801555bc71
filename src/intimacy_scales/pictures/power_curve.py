"""A power curve: the share of studies that succeed, by their size, and where it is high enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from intimacy_scales.pictures.curves import Frame, draw_frame, round_ticks
from intimacy_scales.pictures.drawing import SMALL, Drawing, dot, line, paint, say

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


def draw_power(found: PowerPicture, *, width: int) -> Drawing:
    """Draw simulated shares as dots, the curve through them, and the size that is large enough."""
    low, high = min(*found.sizes, found.answer), max(*found.sizes, found.answer)
    room = max(0.05 * (high - low), 1.0)
    frame = Frame(left=56, top=18, width=width - 80, height=HEIGHT - 78, x=(max(low - room, 0.0), high + room),
                  y=(0.0, 1.0))  # fmt: skip

    def draw(axes: Any) -> None:
        ticks = [tick for tick in round_ticks(frame.x[1], about=8) if frame.x[0] <= tick <= frame.x[1]]
        draw_frame(axes, frame, x_ticks=ticks, y_ticks=(0.0, 0.2, 0.4, 0.6, 0.8, 1.0))
        at = [frame.at(n, found.curve(n)) for n in np.linspace(*frame.x, STEPS)]
        for (x1, y1), (x2, y2) in pairwise(at):
            line(axes, (x1, x2), (y1, y2), role="blue")
        if found.target is not None:
            left, y = frame.at(frame.x[0], found.target)
            line(axes, (left, left + frame.width), (y, y), role="grey", dashed=True)
        x, top = frame.at(found.answer, found.power)
        line(axes, (x, x), (top, frame.at(found.answer, 0.0)[1]), role="orange")
        for n, share in zip(found.sizes, found.shares, strict=True):
            dot(axes, *frame.at(n, share), role="ink", radius=3.5)
        dot(axes, x, top, role="orange", radius=5)
        say(axes, x + 8, top + 14, f"{found.answer:,} {found.unit}", role="orange", size=SMALL)
        middle, bottom = frame.left + frame.width / 2, frame.top + frame.height
        say(axes, middle, bottom + 38, found.unit, role="soft", size=SMALL, ha="center")
        say(axes, 60, 6, "power: share of simulated studies that succeed", role="soft", size=SMALL)

    return paint(width, HEIGHT, draw)
