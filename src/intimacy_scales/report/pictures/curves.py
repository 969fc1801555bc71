"""A small frame with axes of numbers, and smooth lines in it: what scree plots and item curves share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.report.drawing import ROLES, SMALL, line, say

Array = NDArray[np.float64]


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


def draw_frame(axes: Any, frame: Frame, *, x_ticks: Sequence[float], y_ticks: Sequence[float], digits: int = 1) -> None:
    """Draw faint guides with their numbers: y left of the frame, x below it."""
    for value in y_ticks:
        left, y = frame.at(frame.x[0], value)
        line(axes, (left, left + frame.width), (y, y), role="track", behind=True)
        say(
            axes, left - 6, y, f"{value:.{digits}f}".rstrip("0").rstrip(".") or "0", role="soft", size=SMALL, ha="right"
        )
    for value in x_ticks:
        x, y = frame.at(value, frame.y[0])
        say(axes, x, y + 14, f"{value:g}".replace("-", "\u2212"), role="soft", size=SMALL, ha="center")
    left, y = frame.at(frame.x[0], frame.y[0])
    line(axes, (left, left + frame.width), (y, y), role="line")


def draw_curve(
    axes: Any, frame: Frame, x: Array, y: Array, *, role: str, width: float = 2, dashed: bool = False
) -> None:
    """Draw a line through values; what lies above the frame is cut off at its edge."""
    points = [frame.at(a, min(b, frame.y[1])) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    axes.plot([p[0] for p in points], [p[1] for p in points], color=ROLES[role], linewidth=width, clip_on=False,
              linestyle=(0, (4, 3)) if dashed else "-", solid_joinstyle="round")  # fmt: skip


def round_ticks(top: float, *, about: int = 4) -> tuple[float, ...]:
    """Return round numbers from 0 to at least ``top``."""
    if not top > 0:
        return (0.0, 1.0)
    rough = top / about
    size = 10.0 ** np.floor(np.log10(rough))
    step = size * next(m for m in (1.0, 2.0, 2.5, 5.0, 10.0) if m * size >= rough)
    return tuple(float(v) for v in step * np.arange(int(np.ceil(top / step - 1e-9)) + 1))
