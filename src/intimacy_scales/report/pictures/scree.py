"""Scree plot with parallel analysis: eigenvalues beside those of answers without any structure."""

from __future__ import annotations

from typing import Any

import numpy as np

from intimacy_scales.report.document import Drawing
from intimacy_scales.report.drawing import SMALL, dot, paint, say
from intimacy_scales.report.pictures.curves import Array, Frame, draw_curve, draw_frame, round_ticks
from intimacy_scales.structure import ParallelAnalysis

MOST_SHOWN = 14  # the tail of eigenvalues says nothing more
HIGH = 210


def draw_scree(found: ParallelAnalysis, *, width: int) -> Drawing:
    """Draw factors and components side by side (one below the other when narrow): dots observed, dashes random."""
    wide = width > 500
    each = (width - 40) / 2 if wide else float(width)
    panels = (
        ("Factors", found.factors, found.random_factors, found.n_factors),
        ("Components", found.components, found.random_components, found.n_components),
    )

    def draw(axes: Any) -> None:
        for i, (name, seen, random, kept) in enumerate(panels):
            left, top = (i * (each + 40), 0.0) if wide else (0.0, i * (HIGH + 70.0))
            _panel(axes, f"{name}: {kept} above chance", seen, random, kept, left, top, each)

    return paint(width, HIGH + 30 if wide else 2 * HIGH + 100, draw)


def _panel(axes: Any, title: str, seen: Array, random: Array, kept: int, left: float, top: float, each: float) -> None:
    shown = min(len(seen), MOST_SHOWN)
    seen, random = seen[:shown], random[:shown]
    ticks = round_ticks(float(max(seen.max(), random.max())))
    low = min(0.0, float(min(seen.min(), random.min())))
    frame = Frame(left=left + 34, top=top + 34, width=each - 50, height=HIGH - 34, x=(0.5, shown + 0.5),
                  y=(low, ticks[-1]))  # fmt: skip
    say(axes, left, top + 12, title, bold=True)
    numbers = np.arange(1, shown + 1, dtype=np.float64)
    draw_frame(axes, frame, x_ticks=[float(n) for n in numbers[:: 2 if shown > 8 else 1]], y_ticks=ticks)
    draw_curve(axes, frame, numbers, random, role="grey", dashed=True)
    draw_curve(axes, frame, numbers, seen, role="high2", width=1.5)
    for number, value in zip(numbers.tolist(), seen.tolist(), strict=True):
        x, y = frame.at(number, value)
        dot(axes, x, y, role="blue", radius=5, hollow=number > kept)
    x, y = frame.at(shown, float(random[-1]))
    say(axes, x, y - 14, "random answers", role="soft", size=SMALL, ha="right")
