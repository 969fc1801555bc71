"""Pictures of a diary: everybody's slope in order, and small multiples of persons' days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.wording import between, figure

if TYPE_CHECKING:
    from intimacy_scales.analysis.diary.effects import FixedEffect
    from intimacy_scales.analysis.diary.results import Diary

MULTIPLES = 12
BLUE, ORANGE, GREY = "#10599b", "#a8500b", "#77808a"


def diary_figure(diary: Diary, kind: str) -> Any:
    """Return the picture asked for.

    Raises
    ------
    ResponseError
        For a kind that is none, and where there is nothing to draw.
    """
    if kind not in ("slopes", "persons"):
        raise ResponseError(Problem(where="plot", what=f"{kind!r} is no picture", allowed="slopes or persons"))
    if kind == "slopes" and diary.slopes is None:
        raise ResponseError(
            Problem(where="plot", what="no slope differs between persons in this model", do="ask for random slopes")
        )
    if not diary.points:
        raise ResponseError(Problem(where="plot", what="no predictor varies within persons in this model"))
    return _slopes(diary) if kind == "slopes" else _persons(diary)


def _slopes(diary: Diary) -> Any:
    from matplotlib.figure import Figure

    slopes = diary.slopes
    if slopes is None:  # said before
        raise ResponseError(Problem(where="plot", what="there are no slopes"))
    order = np.argsort(slopes.est)
    place = np.arange(len(order))
    drawn = Figure(figsize=(6, max(3.0, 0.06 * len(order) + 1.5)), layout="constrained")
    axes = drawn.add_subplot()
    axes.hlines(place, slopes.low[order], slopes.high[order], color=GREY, linewidth=0.8)
    axes.plot(slopes.est[order], place, "o", color=BLUE, markersize=3)
    axes.axvline(0, color="black", linewidth=0.8)
    average = next(one for one in diary.effects if one.term == f"{slopes.predictor}_within")
    axes.axvspan(average.low, average.high, color=ORANGE, alpha=0.25, linewidth=0)
    axes.axvline(average.est, color=ORANGE)
    axes.set_yticks([])
    axes.set_ylabel(f"{len(order)} persons, in order")
    axes.set_xlabel(f"one unit more of {slopes.predictor} than usual: difference in {diary.outcome}")
    axes.set_title(
        f"average {figure(average.est)} {between(average.low, average.high)}, SD between persons {figure(slopes.sd)}",
        fontsize=10,
    )
    return drawn


def _persons(diary: Diary) -> Any:
    from matplotlib.figure import Figure

    x, y, who, slope, height = (diary.points[name] for name in ("x", "y", "person", "slope", "height"))
    n = len(slope)
    shown = np.argsort(slope, kind="stable")[np.unique(np.linspace(0, n - 1, min(n, MULTIPLES)).round().astype(int))]
    columns = min(4, len(shown))
    lines = -(-len(shown) // columns)
    drawn = Figure(figsize=(2.2 * columns + 0.8, 1.9 * lines + 0.8), layout="constrained")
    axes = drawn.subplots(lines, columns, sharex=True, sharey=True, squeeze=False).ravel()
    names = diary.slopes.ids if diary.slopes is not None else tuple(str(k + 1) for k in range(n))
    for one, panel in zip(shown, axes, strict=False):
        mine = who == one
        panel.plot(x[mine], y[mine], "o", color=GREY, markersize=3)
        ends = np.array([x[mine].min(), x[mine].max()])
        panel.plot(ends, height[one] + slope[one] * ends, color=BLUE)
        panel.set_title(f"{names[one]}: {figure(slope[one])}", fontsize=8)
    for panel in axes[len(shown) :]:
        panel.set_visible(False)
    predictor = next(one.of for one in diary.effects if one.kind == "within")
    drawn.supxlabel(f"{predictor}, deviation from the person's mean", fontsize=9)
    drawn.supylabel(diary.outcome, fontsize=9)
    return drawn


def effects_figure(rows: list[tuple[str, FixedEffect]], label: str) -> Any:
    """Return every effect with its interval, those of one partner in one colour."""
    from matplotlib.figure import Figure

    who = list(dict.fromkeys(one for one, _ in rows))
    drawn = Figure(figsize=(6.5, max(2.5, 0.32 * len(rows) + 1.2)), layout="constrained")
    axes = drawn.add_subplot()
    for place, (whose, one) in enumerate(reversed(rows)):
        colour = (BLUE, ORANGE)[who.index(whose) % 2]
        axes.hlines(place, one.low, one.high, color=colour)
        axes.plot(one.est, place, "o", color=colour, markersize=4)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_yticks(range(len(rows)), [f"{whose}: {one.term}" for whose, one in reversed(rows)], fontsize=8)
    axes.set_xlabel(label)
    return drawn
