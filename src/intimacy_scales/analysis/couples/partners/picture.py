"""Two partners as a picture takes them: a keeps a blue dot, b an orange square; what is within error is grey."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Any, Protocol

from intimacy_scales.pictures.drawing import Drawing
from intimacy_scales.pictures.numbers import trimmed
from intimacy_scales.pictures.ranges import Axis, Mark, RangeRow, draw_ranges
from intimacy_scales.statistics.estimate import half_width


class OfTwo(Protocol):
    """A score of both partners with its error and range."""

    @property
    def name(self) -> str:
        """Name of the scale."""

    @property
    def scores(self) -> tuple[float, float]:
        """Score of each."""

    @property
    def sems(self) -> tuple[float, float]:
        """Standard error of each."""

    @property
    def possible(self) -> tuple[float, float]:
        """Ends of the range."""

    @property
    def difference(self) -> Any:
        """First minus second, with its error."""


def mark_of_two(one: OfTwo, side: int, level: float, *, hollow: bool = False) -> Mark:
    """Return a partner's score with its interval, cut at the ends of the range."""
    value, off = one.scores[side], half_width(level) * one.sems[side]
    low, high = (min(max(end, one.possible[0]), one.possible[1]) for end in (value - off, value + off))
    known = not isnan(off)
    return Mark(at=value, low=low if known else None, high=high if known else None, hollow=hollow, second=side == 1)


def draw_two(scales: Sequence[OfTwo], labels: tuple[str, str], level: float, *, width: int) -> Drawing:
    """Draw the scores of both, each on its scale's whole range; scales without both scores are left out."""
    rows = [
        RangeRow(
            label=one.name,
            low=one.possible[0],
            high=one.possible[1],
            marks=(mark_of_two(one, 0, level), mark_of_two(one, 1, level)),
            text=f"{labels[0]} {trimmed(one.scores[0], 1)}, {labels[1]} {trimmed(one.scores[1], 1)}",
            link="clear" if one.difference.beyond else "unclear",
            apart=True,
        )
        for one in scales
        if not any(map(isnan, one.scores))
    ]
    return draw_ranges(rows, Axis(mark_ends=True), width=width)
