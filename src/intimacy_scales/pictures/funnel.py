"""A funnel plot: effects against their standard errors, and the cone in which chance alone would put them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.pictures.curves import Frame, round_ticks
from intimacy_scales.pictures.drawing import SMALL, Drawing, dot, line, paint, say

Array = NDArray[np.float64]
HEIGHT = 380


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """Effects and standard errors, the mean, effects that trim and fill put in (hollow), and the axis in words."""

    effects: Array
    errors: Array
    mean: float
    filled_effects: Array
    filled_errors: Array
    ticks: tuple[tuple[float, str], ...]
    axis: str


def draw_funnel(found: Funnel, *, width: int) -> Drawing:
    """Draw large studies on top; the dashed cone holds 95 in 100 effects if all studies measured one thing."""
    deepest = 1.08 * float(np.concatenate([found.errors, found.filled_errors]).max())
    reach = 1.96 * deepest
    across = np.concatenate([found.effects, found.filled_effects, [found.mean - reach, found.mean + reach]])
    room = 0.03 * float(np.ptp(across))
    frame = Frame(left=64, top=16, width=width - 84, height=HEIGHT - 76,
                  x=(float(across.min()) - room, float(across.max()) + room), y=(-deepest, 0.0))  # fmt: skip

    def draw(axes: Any) -> None:
        for error in [tick for tick in round_ticks(deepest) if tick < deepest]:
            left, y = frame.at(frame.x[0], -error)
            line(axes, (left, left + frame.width), (y, y), role="track", behind=True)
            say(axes, left - 6, y, f"{error:g}".removeprefix("0") or "0", role="soft", size=SMALL, ha="right")
        left, bottom = frame.at(frame.x[0], -deepest)
        line(axes, (left, left + frame.width), (bottom, bottom), role="line")
        for value, text in found.ticks:
            x, _ = frame.at(value, 0.0)
            say(axes, x, bottom + 14, text.replace("-", "\u2212"), role="soft", size=SMALL, ha="center")
        say(axes, left + frame.width / 2, bottom + 36, found.axis, role="soft", size=SMALL, ha="center")
        say(axes, 70, 6, "standard error", role="soft", size=SMALL)
        top = frame.at(found.mean, 0.0)
        for side in (-reach, reach):
            end = frame.at(found.mean + side, -deepest)
            line(axes, (top[0], end[0]), (top[1], end[1]), role="grey", dashed=True)
        line(axes, (top[0], top[0]), (top[1], bottom), role="blue")
        for effects, errors, hollow in (
            (found.effects, found.errors, False),
            (found.filled_effects, found.filled_errors, True),
        ):
            for value, error in zip(effects.tolist(), errors.tolist(), strict=True):
                dot(axes, *frame.at(value, -error), role="orange" if hollow else "ink", radius=4.5, hollow=hollow)

    return paint(width, HEIGHT, draw)
