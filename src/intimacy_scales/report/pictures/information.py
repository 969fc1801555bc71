"""How precisely a scale measures along theta: test information, and the standard error it leaves."""

from __future__ import annotations

from typing import Any

import numpy as np

from intimacy_scales.report.document import Drawing
from intimacy_scales.report.drawing import SMALL, paint, say
from intimacy_scales.report.pictures.curves import Frame, draw_curve, draw_frame, round_ticks
from intimacy_scales.structure import Information

HIGH = 230


def draw_information(found: Information, *, width: int) -> Drawing:
    """Draw the scale's information (blue), its items' (faint), and the standard error (dashes, right-hand numbers)."""
    ticks = round_ticks(float(found.test.max()))
    ends = (float(found.theta[0]), float(found.theta[-1]))
    frame = Frame(left=34, top=40, width=width - 74, height=HIGH - 84, x=ends, y=(0, ticks[-1]))
    errors = Frame(left=34, top=40, width=width - 74, height=HIGH - 84, x=ends, y=(0, 1))

    def draw(axes: Any) -> None:
        draw_frame(axes, frame, x_ticks=[t for t in (-4, -2, 0, 2, 4) if ends[0] <= t <= ends[1]], y_ticks=ticks)
        for curve in found.items.T:
            draw_curve(axes, frame, found.theta, curve, role="high1", width=1.2)
        draw_curve(axes, frame, found.theta, found.test, role="blue", width=2.5)
        draw_curve(axes, errors, found.theta, np.asarray(found.se), role="orange", dashed=True)
        for value in (0, 0.5, 1):
            x, y = errors.at(ends[1], value)
            say(axes, x + 8, y, f"{value:g}", role="orange", size=SMALL)
        say(axes, 0, 12, "Information of the scale (line) and of its items (faint)", role="blue", size=SMALL, bold=True)
        say(axes, width, 28, "standard error (dashes)", role="orange", size=SMALL, ha="right")
        x, y = frame.at((ends[0] + ends[1]) / 2, 0)
        say(axes, x, y + 34, "theta, in standard deviations of this sample", role="soft", size=SMALL, ha="center")

    return paint(width, HIGH, draw)
