"""What an average answer says in the words of the options: neither high nor low, but where it lies.

Why a tip is suggested, in plain words: your answers say, never you are. Exact figures stand in the results.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import isnan
from typing import Any, Literal

import numpy as np

from intimacy_scales.advice.comparison import Column, Comparison
from intimacy_scales.analysis.norms import Difference
from intimacy_scales.bank.model import ItemBank, Scale
from intimacy_scales.bank.options import MOST_CATEGORIES, Option, number_text
from intimacy_scales.base.results import json_dict
from intimacy_scales.base.translation import spoken, tr
from intimacy_scales.base.wording import figure, level_words
from intimacy_scales.scoring import ScaleScores

AT_OPTION = 0.05  # steps: an average this near to an option is called by its word alone
AT_END = 1e-9  # rounding in the last digits of a mean


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleReading:
    """One person's average keyed answer on one scale, placed among the words of the options.

    ``low`` and ``high`` are NaN where no interval can be had. Keyed answers: on a reversed item the words are those of
    its reverse.
    """

    column: str
    scale: Scale = field(repr=False)
    average: float
    low: float
    high: float
    level: float
    ends: tuple[float, float]
    words: str
    low_words: str
    high_words: str
    rough: bool
    bank: str = ""
    """Id of the bank."""

    @property
    def end(self) -> Literal["lowest", "highest", ""]:
        """Which end of the range the average lies at: every keyed answer was the lowest, or the highest, there is."""
        if abs(self.average - self.ends[0]) < AT_END:
            return "lowest"
        return "highest" if abs(self.average - self.ends[1]) < AT_END else ""

    @property
    def side(self) -> Literal["above", "below", "at", "unsure"]:
        """Where the average lies for sure: the interval above or below the middle of the options, or not to be told."""
        if np.isnan(self.low):
            return "unsure"
        return "above" if self.low > self.midpoint else "below" if self.high < self.midpoint else "at"

    @property
    def midpoint(self) -> float:
        """Middle of the options."""
        return sum(self.ends) / 2

    def __str__(self) -> str:
        text = (
            f"{self.scale.name}: your answers average {figure(self.average, 1)} on {self.ends[0]:g} to {self.ends[1]:g}"
        )
        text += f", {self.words}" if self.words else ""
        if np.isnan(self.low):
            return f"{text}. How sure that is cannot be told from these answers."
        span = f"{figure(self.low, 1)} to {figure(self.high, 1)}"
        words = f": {span_words(self.low_words, self.high_words)}" if self.words else ""
        return f"{text}. With {level_words(self.level)} confidence{' (rough)' if self.rough else ''}, {span}{words}."

    def to_dict(self) -> dict[str, Any]:
        """Return the reading JSON-safe at full precision."""
        return json_dict(
            {
                "column": self.column,
                "scale": self.scale.id,
                "name": self.scale.name,
                "average": self.average,
                "ci": [self.low, self.high],
                "level": self.level,
                "ends": list(self.ends),
                "midpoint": self.midpoint,
                "words": self.words,
                "ci_words": [self.low_words, self.high_words],
                "end": self.end,
                "rough": self.rough,
            }
        )


def options_of_scale(bank: ItemBank, scale: Scale) -> tuple[Option, ...]:
    """Return the options all items of a scale share, from the one that counts least; empty where items differ in them.

    Of a row of numbers those that are labelled, where both ends are; options that are not scored are none of them.
    """
    names = {bank.item(number).options for number in scale.items}
    if len(names) != 1:
        return ()
    item = bank.item(scale.items[0])
    row, options = bank.row_of(item), bank.scored_options(item)
    if row is None:
        return options
    return (
        tuple(option for option in options if option.code in row.labels)
        if {row.low, row.high} <= set(row.labels)
        else ()
    )


def option_words(option: Option) -> str:
    """Return an option's label in the language that is spoken: the bank's own translation, or the catalogue's."""
    own = option.translations.get(spoken().code)
    return own or (option.label if number_text(option.code) == option.label else tr(option.label))


def place_words(value: float, options: Sequence[Option]) -> str:
    """Return where an average lies among the words of the options: ``between 'neutral' and 'agree'``.

    Values beyond the ends are taken to the ends; "" where there is no value or there are no common options.
    """
    if len(options) < (3 if options and options[-1].value - options[0].value > MOST_CATEGORIES else 2) or np.isnan(
        value
    ):
        return ""  # between the two ends of a slider lies every answer
    value = min(max(value, options[0].value), options[-1].value)
    near = AT_OPTION * min(b.value - a.value or 1.0 for a, b in pairwise(options))
    for option in options:
        if abs(value - option.value) <= near:
            return tr("at '{label}'", label=option_words(option))
    above = next(j for j, option in enumerate(options) if option.value > value)
    low, high = option_words(options[above - 1]), option_words(options[above])
    return tr("between '{low}' and '{high}'", low=low, high=high)


def span_words(low: str, high: str) -> str:
    """Return an interval among the words of the options: ``between 'neutral' and 'agree'``, or from place to place."""
    if low == high:
        return low
    return f"at least {low.removeprefix('at ')}, at most {high.removeprefix('at ')}"


def reading(part: ScaleScores, *, average: float, se: float, level: float, rough: bool) -> ScaleReading:
    """Return the content-referenced reading of one person's average keyed answer.

    ``average +- z se``, z the normal quantile of ``level``, cut at the ends of the options; ``se`` on the metric of
    an answer.
    """
    options, ends = options_of_scale(part.bank, part.scale), part.bank.answer_ends(part.scale)
    span = Difference(value=average, se=se, level=level)
    low, high = np.clip([span.low, span.high], *ends)
    words = place_words(average, options)
    return ScaleReading(
        column=part.column,
        scale=part.scale,
        average=average,
        low=float(low),
        high=float(high),
        level=level,
        ends=ends,
        words=words,
        bank=part.bank.id,
        low_words=place_words(low, options),
        high_words=place_words(high, options),
        rough=rough,
    )


def looks_idealised(part: ScaleScores, average: float) -> bool:
    """Return whether an idealisation scale's average answer lies above "agree"."""
    return idealised(part.bank, part.scale, average)


def idealised(bank: ItemBank, scale: Scale, average: float) -> bool:
    """Return whether an average answer on a scale of idealisation lies above "agree".

    "Agree" is the option of that label, or else the one below the highest.
    """
    options = options_of_scale(bank, scale)
    if scale.role != "idealisation" or len(options) < 3 or np.isnan(average):
        return False
    agree = next((o for o in options if o.label.casefold() == "agree"), options[-2])
    return bool(average > agree.value)


WIDE = 20  # points: on a range wider than this, decimals tell a reader nothing
TOO_MUCH = "No score is exact, but this is more than that can well explain."


def why_words(comparison: Comparison, column: Column, row: int, difference: Difference) -> str:
    """Return the reason of a tip: which score, against what, by how much, and that error does not explain it."""
    said = {1: _gap, 2: _norm, 3: _own, 4: _content}[comparison.rule](comparison, column, row, difference)
    rough = " How far it reaches is a rough guess, made from your own few answers." if comparison.rough else ""
    return f"{said} {TOO_MUCH}{rough}"


def stands_out_words(comparison: Comparison, row: int) -> str:
    """Return what stands out, where no tip speaks to it."""
    name, where = comparison.part.scale.name, _where(float(comparison.value[row]))
    if comparison.rule == 1:
        return (
            f"{name} stands out: your answers say that you wish for clearly {_wish_word(comparison, row)} than there is"
        )
    if comparison.rule == 4:
        return f"{name} stands out: your answers lie clearly {where} {comparison.against}"
    return f"{name} stands out: it lies clearly {where} {_plainly(comparison.against_in(row))}"


def wish_words(label: str, difference: Difference, possible: tuple[float, float]) -> str:
    """Return how much one of two wishes for beyond now, and how far that is unsure."""
    digits = 0 if possible[1] - possible[0] > WIDE else 1
    value, low, high = (_trimmed(x, digits) for x in (difference.value, difference.low, difference.high))
    if isnan(difference.se):
        return f"{label}: wished minus now is {value}; how sure that is cannot be told"
    return f"{label}: wished minus now is {value} and could well be {low} to {high}"


def _where(value: float) -> str:
    return "below" if value < 0 else "above"


def _wish_word(comparison: Comparison, row: int) -> str:
    return "less" if comparison.value[row] < 0 else "more"


def _plainly(against: str) -> str:
    return against.replace("the mean of", "the average of")


def _name(comparison: Comparison) -> str:
    """Return a scale's name as it stands inside a sentence."""
    name = comparison.part.scale.name
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _plain(value: float, comparison: Comparison) -> str:
    """Return points as a reader wants them: whole on a wide range, one decimal on a narrow one."""
    low, high = comparison.part.rule.possible
    return _trimmed(value, 0 if high - low > WIDE else 1)


def _trimmed(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _points(difference: Difference, comparison: Comparison) -> str:
    low, high = sorted((abs(difference.low), abs(difference.high)))
    return f"{_plain(low, comparison)} to {_plain(high, comparison)} points"


def _score(comparison: Comparison, row: int) -> str:
    low, high = comparison.part.rule.possible
    value = _plain(float(comparison.part.values[row]), comparison)
    return f"Your score in {_name(comparison)} is {value}, on a range from {low:g} to {high:g}."


def _gap(one: Comparison, _column: Column, row: int, difference: Difference) -> str:
    wished = float(one.part.values[row]) + difference.value
    return (
        f"Your answers say that you wish for {_wish_word(one, row)} here. {_score(one, row)} "
        f"What you wish for comes to {_plain(wished, one)}. "
        f"That is a gap of {_plain(abs(difference.value), one)} points; it could well be {_points(difference, one)}."
    )


def _norm(comparison: Comparison, column: Column, row: int, difference: Difference) -> str:
    mark = float(comparison.part.values[row]) - difference.value
    text = (
        f"{_score(comparison, row)} In the group named, about 25 of 100 people score {_where(difference.value)} "
        f"{_plain(mark, comparison)}. "
        f"Your score lies {_plain(abs(difference.value), comparison)} points {_where(difference.value)} that mark; "
        f"it could well be {_points(difference, comparison)}."
    )
    standing = column.standing
    if standing is None:
        return text
    lower = float(standing.percentile[row])
    few = "Fewer than 1" if lower < 1 else f"About {figure(lower, 0)}"
    return f"{text} {few} of 100 people there would score lower. The group: {standing.norm.sample.rstrip('.')}."


def _own(comparison: Comparison, _column: Column, row: int, difference: Difference) -> str:
    mean = float(comparison.part.values[row]) - difference.value
    others = comparison.against_in(row)
    return (
        f"{_score(comparison, row)} {_plainly(others).capitalize()} is {_plain(mean, comparison)}. "
        f"This one lies {_plain(abs(difference.value), comparison)} points {_where(difference.value)} it; "
        f"it could well be {_points(difference, comparison)}."
    )


def _content(comparison: Comparison, column: Column, row: int, difference: Difference) -> str:
    average = float(column.average[row])
    words = place_words(average, options_of_scale(comparison.part.bank, comparison.part.scale))
    low, high = (_trimmed(x, 1) for x in sorted((abs(difference.low), abs(difference.high))))
    return (
        f"Your answers on {_name(comparison)} average {_trimmed(average, 1)}{f', {words}' if words else ''}. "
        f"The middle of the possible answers is {_trimmed(average - difference.value, 1)}. "
        f"Your answers lie {_trimmed(abs(difference.value), 1)} {_where(difference.value)} it; "
        f"it could well be {low} to {high}."
    )
