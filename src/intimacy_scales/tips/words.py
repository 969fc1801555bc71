"""Why a tip is suggested, in plain words: your answers say, never you are."""

from __future__ import annotations

from intimacy_scales.norms import Difference
from intimacy_scales.tips.comparison import Column, Comparison
from intimacy_scales.tips.reading import options_of_scale, place_words


def why_words(one: Comparison, column: Column, row: int, difference: Difference) -> str:
    """Return the reason of a tip: which score, against what, by how much, beyond which error."""
    name, value = one.part.scale.name, float(one.part.values[row])
    sure = f"{100 * difference.level:.0f} % interval {_points(difference)}"
    rough = " The interval is rough: it rests on your own few answers." if one.rough else ""
    said = {1: _gap, 2: _norm, 3: _own, 4: _content}[one.rule](name, value, one, column, row, difference)
    return f"{said} ({sure}). That is more than measurement error.{_norm_words(one, column, row)}{rough}"


def _norm_words(one: Comparison, column: Column, row: int) -> str:
    standing = column.standing
    if one.rule != 2 or standing is None:
        return ""
    return f" In that norm ({standing.norm.sample}) it is percentile {standing.percentile[row]:.0f}."


def _points(difference: Difference) -> str:
    low, high = sorted((abs(difference.low), abs(difference.high)))
    return f"{low:.1f} to {high:.1f}"


def _of(one: Comparison) -> str:
    low, high = one.part.rule.possible
    return f"on {low:g} to {high:g}"


def _gap(name: str, value: float, one: Comparison, _column: Column, _row: int, difference: Difference) -> str:
    wished = value + difference.value
    more = "less" if difference.value < 0 else "more"
    return (
        f"Your answers say that you wish for {more} here. {name} is at {value:.1f} now, you wish for {wished:.1f} "
        f"{_of(one)}: a gap of {abs(difference.value):.1f}"
    )


def _norm(name: str, value: float, one: Comparison, _column: Column, _row: int, difference: Difference) -> str:
    where = "below" if difference.value < 0 else "above"
    return f"{name} is at {value:.1f} {_of(one)}, {abs(difference.value):.1f} points {where} {one.against}"


def _own(name: str, value: float, one: Comparison, _column: Column, _row: int, difference: Difference) -> str:
    return (
        f"{name} is at {value:.1f} {_of(one)}, {abs(difference.value):.1f} points below "
        f"{one.against}, which is {value - difference.value:.1f}"
    )


def _content(name: str, _value: float, one: Comparison, column: Column, row: int, difference: Difference) -> str:
    average = float(column.average[row])
    words = place_words(average, options_of_scale(one.part.bank, one.part.scale))
    where = "below" if difference.value < 0 else "above"
    return (
        f"{name}: your answers average {average:.1f}{f', {words}' if words else ''}, {abs(difference.value):.1f} "
        f"{where} {one.against}"
    )
