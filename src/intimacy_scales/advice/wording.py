"""Why a tip is suggested, in plain words: your answers say, never you are. Exact figures stand in the results."""

from __future__ import annotations

from math import isnan

from intimacy_scales.advice.comparison import Column, Comparison
from intimacy_scales.advice.scale_reading import options_of_scale, place_words
from intimacy_scales.analysis.norms import Difference
from intimacy_scales.base.wording import figure

WIDE = 20  # points: on a range wider than this, decimals tell a reader nothing
TOO_MUCH = "No score is exact, but this is more than that can well explain."


def why_words(one: Comparison, column: Column, row: int, difference: Difference) -> str:
    """Return the reason of a tip: which score, against what, by how much, and that error does not explain it."""
    said = {1: _gap, 2: _norm, 3: _own, 4: _content}[one.rule](one, column, row, difference)
    rough = " How far it reaches is a rough guess, made from your own few answers." if one.rough else ""
    return f"{said} {TOO_MUCH}{rough}"


def stands_out_words(one: Comparison, row: int) -> str:
    """Return what stands out, where no tip speaks to it."""
    name, where = one.part.scale.name, _where(float(one.value[row]))
    if one.rule == 1:
        return f"{name} stands out: your answers say that you wish for clearly {_more(one, row)} than there is"
    if one.rule == 4:
        return f"{name} stands out: your answers lie clearly {where} {one.against}"
    return f"{name} stands out: it lies clearly {where} {_plainly(one.against_in(row))}"


def wish_words(label: str, difference: Difference, possible: tuple[float, float]) -> str:
    """Return how much one of two wishes for beyond now, and how far that is unsure."""
    digits = 0 if possible[1] - possible[0] > WIDE else 1
    value, low, high = (_trimmed(x, digits) for x in (difference.value, difference.low, difference.high))
    if isnan(difference.se):
        return f"{label}: wished minus now is {value}; how sure that is cannot be told"
    return f"{label}: wished minus now is {value} and could well be {low} to {high}"


def _where(value: float) -> str:
    return "below" if value < 0 else "above"


def _more(one: Comparison, row: int) -> str:
    return "less" if one.value[row] < 0 else "more"


def _plainly(against: str) -> str:
    return against.replace("the mean of", "the average of")


def _name(one: Comparison) -> str:
    """Return a scale's name as it stands inside a sentence."""
    name = one.part.scale.name
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _plain(value: float, one: Comparison) -> str:
    """Return points as a reader wants them: whole on a wide range, one decimal on a narrow one."""
    low, high = one.part.rule.possible
    return _trimmed(value, 0 if high - low > WIDE else 1)


def _trimmed(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _points(difference: Difference, one: Comparison) -> str:
    low, high = sorted((abs(difference.low), abs(difference.high)))
    return f"{_plain(low, one)} to {_plain(high, one)} points"


def _score(one: Comparison, row: int) -> str:
    low, high = one.part.rule.possible
    value = _plain(float(one.part.values[row]), one)
    return f"Your score in {_name(one)} is {value}, on a range from {low:g} to {high:g}."


def _gap(one: Comparison, _column: Column, row: int, difference: Difference) -> str:
    wished = float(one.part.values[row]) + difference.value
    return (
        f"Your answers say that you wish for {_more(one, row)} here. {_score(one, row)} "
        f"What you wish for comes to {_plain(wished, one)}. "
        f"That is a gap of {_plain(abs(difference.value), one)} points; it could well be {_points(difference, one)}."
    )


def _norm(one: Comparison, column: Column, row: int, difference: Difference) -> str:
    mark = float(one.part.values[row]) - difference.value
    said = (
        f"{_score(one, row)} In the group named, about 25 of 100 people score {_where(difference.value)} "
        f"{_plain(mark, one)}. "
        f"Your score lies {_plain(abs(difference.value), one)} points {_where(difference.value)} that mark; "
        f"it could well be {_points(difference, one)}."
    )
    standing = column.standing
    if standing is None:
        return said
    lower = float(standing.percentile[row])
    few = "Fewer than 1" if lower < 1 else f"About {figure(lower, 0)}"
    return f"{said} {few} of 100 people there would score lower. The group: {standing.norm.sample.rstrip('.')}."


def _own(one: Comparison, _column: Column, row: int, difference: Difference) -> str:
    mean = float(one.part.values[row]) - difference.value
    others = one.against_in(row)
    return (
        f"{_score(one, row)} {_plainly(others).capitalize()} is {_plain(mean, one)}. "
        f"This one lies {_plain(abs(difference.value), one)} points {_where(difference.value)} it; "
        f"it could well be {_points(difference, one)}."
    )


def _content(one: Comparison, column: Column, row: int, difference: Difference) -> str:
    average = float(column.average[row])
    words = place_words(average, options_of_scale(one.part.bank, one.part.scale))
    low, high = (_trimmed(x, 1) for x in sorted((abs(difference.low), abs(difference.high))))
    return (
        f"Your answers on {_name(one)} average {_trimmed(average, 1)}{f', {words}' if words else ''}. "
        f"The middle of the possible answers is {_trimmed(average - difference.value, 1)}. "
        f"Your answers lie {_trimmed(abs(difference.value), 1)} {_where(difference.value)} it; "
        f"it could well be {low} to {high}."
    )
