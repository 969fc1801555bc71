"""The kernel: columns of codes in, sums and counts out. It knows no questionnaire and no frame.

It walks over blocks of persons that fit a processor's nearest cache and adds item after item to its scales: a handful
of plain additions an answer, none of which waits for memory, and no matrix product whose threads would fight with
those of other work.

How items enter scales: signs, shifts and ends from the bank's declared options; keyed answers; column names.

How keyed answers become a score: the bank's rule, and what the user wishes instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.bank.model import Item, ItemBank, Scale
from intimacy_scales.bank.options import scores_of_codes, summed_ends
from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.reading.responses.model import Answered

CountArray = NDArray[np.int16]

BLOCK_ROWS = 32768  # a column of a block is 128 kB in float32: stays near the processor while it is added
EXACT_IN_FLOAT32 = 2**24  # sums of whole numbers below this are exact in float32


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """How a scale's keyed sum becomes its score: ``sum * factor / counted + shift``, or NaN.

    ``counted`` is the number of answers; ``needed`` the fewest. With ``by_range`` the sum is that of distances from the
    low ends, and ``counted`` the sum of the ranges of what was answered: items of unequal range count by their share.
    """

    factor: float
    shift: float
    needed: int
    by_range: bool = False
    decimals: int | None = None


def finish_of(rule: Rule, *, n_items: int, least: float, most: float, by_range: bool = False) -> Finish:
    """Return how a rule ends: a mean of answered items, blown up to a sum or mapped onto the ends of ``rescale``.

    ``least`` and ``most`` are the ends of the keyed sum. A prorated sum of k items is k times the mean of what was
    answered; with every item answered that is the sum itself, exactly, for ``sum * k / k`` of whole numbers is. Where
    items have unequal ranges or weights (``by_range``), an answer counts by its share of its own item's range::

        score = lowest + (highest - lowest) sum w (x - lo) / sum w (hi - lo)        over the items answered

    so that a prorated score never leaves the possible range; complete answers give the plain score.
    """
    needed = max(n_items if rule.missing == "none" else rule.min_answered, 1)
    if by_range:
        low, high = rule.possible
        return Finish(factor=high - low, shift=low, needed=needed, by_range=True, decimals=rule.decimals)
    if rule.rescale is None:
        return Finish(factor=n_items if rule.combine == "sum" else 1, shift=0.0, needed=needed, decimals=rule.decimals)
    low, high = rule.rescale
    stretch = (high - low) / (most - least)
    return Finish(factor=n_items * stretch, shift=low - least * stretch, needed=needed, decimals=rule.decimals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """Scores and numbers of answered items, scales x persons."""

    values: FloatArray
    counts: CountArray


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What is the same for every block: the scales of each item with its weights, and what their sums start from."""

    kind: type[np.float32 | np.float64]
    scales: tuple[tuple[tuple[int, float], ...], ...]
    by_range: tuple[int, ...]
    low: FloatArray
    """Common low end of a scale's items; 0 where items count by their range."""


def _plan_of(key: Key) -> _Plan:
    members = [np.flatnonzero(column).tolist() for column in key.members.T]
    by_range = key.by_range
    return _Plan(
        kind=np.float32 if _exact_in_float32(key) else np.float64,
        scales=tuple(tuple((s, float(key.weights[s, j])) for s in own) for j, own in enumerate(members)),
        by_range=tuple(np.flatnonzero(by_range).tolist()),
        low=np.where(by_range, 0.0, _common_low(key)),
    )


def score_columns(answers: Sequence[FloatArray], key: Key, finishes: Sequence[Finish]) -> Kernel:
    """Return scores from answers given as one column of what they count an item (NaN: nothing).

    What is added is each answer's distance from the keyed low end: ``x - lo``, or ``hi - x`` where the item is
    reversed; a missing answer adds 0. The low ends of what was answered are added back at the end.
    """
    n_scales, n_persons = len(key.members), len(answers[0])
    values, counts = np.empty((n_scales, n_persons)), np.empty((n_scales, n_persons), dtype=np.int16)
    plan = _plan_of(key)
    for start in range(0, n_persons, BLOCK_ROWS):
        block = slice(start, min(start + BLOCK_ROWS, n_persons))
        ranges = _add([item[block] for item in answers], key, plan, values[:, block], counts[:, block])
        _finish(values[:, block], counts[:, block], ranges, finishes)
    values.flags.writeable = counts.flags.writeable = False  # a result is not to be changed in place
    return Kernel(values=values, counts=counts)


def _add(
    answers: Sequence[FloatArray], key: Key, plan: _Plan, sums: FloatArray, counts: CountArray
) -> dict[int, FloatArray]:
    """Fill the keyed sums and counts of one block of persons; return the ranges answered of scales that go by them."""
    n, kind = sums.shape[1], plan.kind
    added = np.zeros(sums.shape, dtype=kind)
    ranges: dict[int, FloatArray] = {s: np.zeros(n) for s in plan.by_range}
    x, there = np.empty(n, dtype=kind), np.empty(n, dtype=np.bool_)
    bits = x.view(np.int32 if kind is np.float32 else np.int64)
    counts[:] = 0
    for j, item in enumerate(answers):
        np.copyto(x, item, casting="unsafe")
        np.equal(x, x, out=there)  # NaN alone is unequal to itself
        if key.turned[j]:
            np.subtract(kind(key.high[j]), x, out=x)
        elif key.low[j]:
            np.subtract(x, kind(key.low[j]), out=x)
        if not there.all():
            np.bitwise_and(bits, np.negative(there.view(np.int8), dtype=bits.dtype), out=bits)  # 0 for none
        for s, weight in plan.scales[j]:
            added[s] += x if weight == 1 else np.multiply(x, weight, dtype=kind)
            counts[s] += there.view(np.int8)
            if s in ranges:
                ranges[s] += weight * (key.high[j] - key.low[j]) * there
    sums[:] = added
    for s in np.flatnonzero(plan.low).tolist():
        sums[s] += plan.low[s] * counts[s]
    return ranges


def _finish(sums: FloatArray, counts: CountArray, ranges: Mapping[int, FloatArray], finishes: Sequence[Finish]) -> None:
    """Turn one block's sums into scores, in place."""
    with np.errstate(divide="ignore", invalid="ignore"):  # nobody answered: 0 / 0, and then withheld
        for s, finish in enumerate(finishes):
            own, answered = sums[s], counts[s]
            fewest = int(answered.min(initial=np.iinfo(np.int16).max))
            own *= finish.factor
            own /= ranges[s] if finish.by_range else answered
            if finish.shift:
                own += finish.shift
            if finish.decimals is not None:
                own[:] = _half_up(own, finish.decimals)
            if fewest < finish.needed:
                np.copyto(own, np.nan, where=answered < finish.needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One scale of a scale of scales: its scores, their possible range, how often it counts, whether turned round."""

    values: FloatArray
    possible: tuple[float, float]
    weight: float = 1.0
    turned: bool = False

    @property
    def keyed(self) -> FloatArray:
        """The scores as they count: a turned one onto its own range, ``lo + hi - x``."""
        low, high = self.possible
        return low + high - self.values if self.turned else self.values


def composed_scores(components: Sequence[Component], rule: Rule) -> tuple[FloatArray, CountArray]:
    """Return the scores of a scale of scales, and how many of its scales were scored.

    With S the (turned) score of a scale, [lo, hi] its possible range and w its weight, over the scales scored::

        score = lowest + (highest - lowest) sum w (S - lo) / sum w (hi - lo)

    Each counts by its share of its own range, as items of unequal range do; with every scale scored that is the plain
    (weighted) sum or mean, mapped onto ``rescale`` where the rule has one.
    """
    n = len(components[0].values)
    shares, ranges, counts = np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.int16)
    for component in components:
        low, high = component.possible
        there = ~np.isnan(component.values)
        shares += np.where(there, component.weight * (component.keyed - low), 0.0)
        ranges += component.weight * (high - low) * there
        counts += there
    lowest, highest = rule.possible
    with np.errstate(divide="ignore", invalid="ignore"):  # nothing scored: 0 / 0, and then withheld
        values: FloatArray = lowest + (highest - lowest) * shares / ranges
    if rule.decimals is not None:
        values = _half_up(values, rule.decimals)
    needed = len(components) if rule.missing == "none" else max(rule.min_answered, 1)
    values[counts < needed] = np.nan
    values.flags.writeable = counts.flags.writeable = False
    return values, counts


def _half_up(x: FloatArray, decimals: int) -> FloatArray:
    """Round half away from zero, as people do by hand; dust of the last bits is no half."""
    unit = 10.0**decimals
    return np.asarray(np.sign(x) * np.floor(np.abs(x) * unit + 0.5 + 1e-9) / unit)


def _exact_in_float32(key: Key) -> bool:
    """Whether all sums are of whole numbers small enough."""
    whole = key.whole and bool(np.all(key.weights == np.rint(key.weights)))
    most = (np.abs(key.weights) @ np.maximum(np.abs(key.low), np.abs(key.high))).max(initial=0)
    return whole and float(most) < EXACT_IN_FLOAT32 / 2


def _common_low(key: Key) -> FloatArray:
    return np.array([key.low[members][0] for members in key.members])


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """How the items of one bank enter its scales of items.

    ``low``, ``high`` (one an item): the *declared* ends of its options' scores. ``turned`` (one an item): whether its
    answers are to be reversed. ``members`` (scales x items): which items a scale holds. ``weights`` (scales x items):
    how often each counts; 0 where it is no member. ``whole``: whether every score of every option is a whole number.
    """

    low: FloatArray
    high: FloatArray
    turned: BoolArray
    members: BoolArray
    weights: FloatArray
    whole: bool = True

    @property
    def least(self) -> FloatArray:
        """Lowest keyed sum of every scale."""
        return self.weights @ self.low

    @property
    def most(self) -> FloatArray:
        """Highest keyed sum of every scale."""
        return self.weights @ self.high

    @property
    def by_range(self) -> BoolArray:
        """Whether a scale's items differ in range or weight: then each counts by its share of its own range."""
        return np.array([
            len({(self.low[j], self.high[j], self.weights[s, j]) for j in np.flatnonzero(members)}) > 1
            or bool(np.any(self.weights[s, members] != 1))
            for s, members in enumerate(self.members)
        ])  # fmt: skip


def key_of(bank: ItemBank, *, already_reversed: bool = False) -> Key:
    """Return the :class:`Key` of a bank."""
    ends = np.array([bank.ends(item) for item in bank.items], dtype=np.float64)
    turned = [item.reverse and not already_reversed for item in bank.items]
    weights = np.zeros((len(bank.item_scales), len(bank.items)))
    for s, scale in enumerate(bank.item_scales):
        weights[s, bank.places_of(scale)] = scale.weights or 1.0
    whole = all(option.value.is_integer() for name in bank.options for option in bank.option_set(name) if option.scored)
    return Key(
        low=ends[:, 0], high=ends[:, 1], turned=np.array(turned), members=weights != 0, weights=weights, whole=whole
    )


def answer_scores(part: Answered, places: Sequence[int] | None = None) -> tuple[FloatArray, ...]:
    """Return what ticked answers count, one array an item, before any reversal: NaN where nothing is scored.

    Where every option counts its code these are the answers themselves, not copies.
    """
    bank = part.bank
    chosen = range(len(bank.items)) if places is None else places
    return tuple(scores_of_codes(bank.options_of(bank.items[j]), part.answers[j]) for j in chosen)


def keyed(part: Answered, *, places: Sequence[int] | None = None) -> FloatArray:
    """Return keyed answers, persons x items in bank order, or only the items at these 0-based places.

    What an answer counts is its option's score (its code, where the bank gives none). A reversed item's x becomes
    ``lo + hi - x`` with the item's own declared ends, whatever ends the sample happens to use; missing stays missing
    (NaN), and so does an answer that is not scored.

    Examples
    --------
    An answer of 4 on a reversed item coded 0 to 4 is keyed 0.
    """
    chosen = range(len(part.bank.items)) if places is None else places
    return turned_round(part, np.column_stack(answer_scores(part, chosen)), chosen)


def turned_round(part: Answered, values: FloatArray, places: Sequence[int]) -> FloatArray:
    """Turn what answers count onto what they say of the scale, in place: ``lo + hi - x`` where an item is reversed."""
    if not part.already_reversed:
        for column, item in enumerate(part.bank.items[j] for j in places):
            if item.reverse:
                values[:, column] = sum(part.bank.ends(item)) - values[:, column]
    return values


def answer_column(part: Answered, item: Item) -> str:
    """Return the name under which an item's coded answers are written (``pair_now_3``, ``mood_tired``)."""
    words = (part.bank.id, part.administration.form, str(item.id))
    return "_".join(word for word in words if word) + part.administration.suffix


Combine = Literal["bank", "sum", "mean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one scale's keyed answers become its score, after the user's wishes were laid over the bank's rule."""

    combine: Literal["sum", "mean"]
    missing: Literal["prorate", "none"]
    min_answered: int
    rescale: tuple[float, float] | None
    possible: tuple[float, float]
    decimals: int | None = None
    """Of the score, rounded last of all; ``None``: not rounded."""
    parts: Literal["answers", "scales"] = "answers"
    """What is put together: keyed answers, or the scores of scales."""

    def __str__(self) -> str:
        how = f"{self.combine} of the keyed answers" if self.parts == "answers" else f"{self.combine} of scales"
        if self.rescale:
            how += f", rescaled to {self.rescale[0]:g}-{self.rescale[1]:g}"
        if self.decimals is not None:
            how += ", rounded" if self.decimals == 0 else f", rounded to {self.decimals} decimals"
        fill = "prorated" if self.missing == "prorate" else "not prorated"
        return f"{how}; {fill}; at least {self.min_answered} {'answered' if self.parts == 'answers' else 'scored'}"


def composed_rule(bank: ItemBank, scale: Scale, rules: Mapping[str, Rule], *, combine: Combine = "bank") -> Rule:
    """Return the rule of a scale of scales, whose scales are scored by these rules.

    ``combine`` acts on it as on them; ``min_answered`` of a call counts items, so that the bank's own number of scales
    stays.
    """
    how = scale.combine if combine == "bank" else combine
    rescale = scale.rescale if combine == "bank" else None
    ends = [rules[one.id].possible for one in bank.components(scale)]
    low, high = map(float, rescale or summed_ends(ends, scale.weights, how) or (0, 0))
    return Rule(
        combine=how,
        missing=scale.missing,
        min_answered=scale.min_answered,
        rescale=None if rescale is None else (low, high),
        possible=(low, high),
        decimals=scale.round if combine == "bank" else None,
        parts="scales",
    )


def rule_of(bank: ItemBank, scale: Scale, *, min_answered: int | None = None, combine: Combine = "bank") -> Rule:
    """Return the rule of a scale; ``min_answered`` and ``combine`` override the bank's.

    With ``combine="mean"`` or ``"sum"`` the score is the plain mean or sum of keyed answers, not rescaled.
    """
    how = scale.combine if combine == "bank" else combine
    rescale = scale.rescale if combine == "bank" else None
    low, high = map(float, bank.sum_ends(scale) if how == "sum" else bank.answer_ends(scale))
    needed = scale.min_answered if min_answered is None else min(min_answered, len(scale.items))
    missing = scale.missing
    if min_answered is not None and missing == "none" and needed < len(scale.items):
        missing = "prorate"
    return Rule(
        combine=how,
        missing=missing,
        min_answered=needed,
        rescale=None if rescale is None else (float(rescale[0]), float(rescale[1])),
        possible=(low, high) if rescale is None else (float(rescale[0]), float(rescale[1])),
        decimals=scale.round if combine == "bank" else None,
    )
