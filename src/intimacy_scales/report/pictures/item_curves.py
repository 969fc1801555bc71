"""Category curves of a graded response model: small multiples, one an item, each option named at its peak."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from intimacy_scales.report.document import Drawing
from intimacy_scales.report.drawing import SMALL, TEXT, paint, say, wrap
from intimacy_scales.report.pictures.curves import Frame, draw_curve, draw_frame
from intimacy_scales.structure import GradedScale

CELL = 190
RAMP = ("low3", "low2", "grey", "high2", "high3")


def draw_item_curves(found: GradedScale, *, width: int, labels: Sequence[str] | None = None) -> Drawing:
    """Draw, for every item, how likely each option is along theta (-4 to 4)."""
    columns = 2 if width > 500 else 1
    each = (width - (columns - 1) * 32) / columns
    names = labels or found.model.names
    rows = -(-len(names) // columns)

    def draw(axes: Any) -> None:
        for j, name in enumerate(names):
            _cell(axes, found, j, name, (j % columns) * (each + 32), (j // columns) * CELL, each)

    return paint(width, rows * CELL, draw)


def _cell(axes: Any, found: GradedScale, j: int, name: str, left: float, top: float, each: float) -> None:
    say(axes, left, top + 10, wrap(name, each, TEXT, most=1)[0], bold=True)
    frame = Frame(left=left + 28, top=top + 34, width=each - 36, height=CELL - 76, x=(-4, 4), y=(0, 1))
    draw_frame(axes, frame, x_ticks=(-4, -2, 0, 2, 4), y_ticks=(0, 0.5, 1))
    curves = found.curves(found.model.names[j])
    theta = np.linspace(-4, 4, len(curves))
    codes = found.model.categories[j]
    for k, code in enumerate(codes.tolist()):
        role = role_of(k, len(codes))
        draw_curve(axes, frame, theta, curves[:, k], role=role)
        peak = int(np.argmax(curves[:, k]))
        x, y = frame.at(float(theta[peak]), float(curves[peak, k]))
        say(axes, x, y - 9, f"{code:g}", role=role, size=SMALL, ha="center", bold=True)


def role_of(place: int, of: int) -> str:
    """Return the colour of an option: from orange (lowest) over grey to blue (highest)."""
    return RAMP[round(place * (len(RAMP) - 1) / max(of - 1, 1))]
