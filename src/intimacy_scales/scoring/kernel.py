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
    """Return scores from answers given as one column of codes an item (NaN: no answer).

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


def _half_up(x: FloatArray, decimals: int) -> FloatArray:
    """Round half away from zero, as people do by hand; dust of the last bits is no half."""
    unit = 10.0**decimals
    return np.asarray(np.sign(x) * np.floor(np.abs(x) * unit + 0.5 + 1e-9) / unit)


def _exact_in_float32(key: Key) -> bool:
    """Whether all sums are of whole numbers small enough."""
    whole = bool(np.all(key.weights == np.rint(key.weights)))
    most = (np.abs(key.weights) @ np.maximum(np.abs(key.low), np.abs(key.high))).max(initial=0)
    return whole and float(most) < EXACT_IN_FLOAT32 / 2


def _common_low(key: Key) -> FloatArray:
    return np.array([key.low[members][0] for members in key.members])


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """How the items of one bank enter its scales.

    ``low``, ``high`` (one an item): the *declared* ends of its options. ``turned`` (one an item): whether its answers
    are to be reversed. ``members`` (scales x items): which items a scale holds. ``weights`` (scales x items): how often
    each counts; 0 where it is no member.
    """

    low: FloatArray
    high: FloatArray
    turned: BoolArray
    members: BoolArray
    weights: FloatArray

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
    weights = np.zeros((len(bank.scales), len(bank.items)))
    for s, scale in enumerate(bank.scales):
        weights[s, bank.places_of(scale)] = scale.weights or 1.0
    return Key(low=ends[:, 0], high=ends[:, 1], turned=np.array(turned), members=weights != 0, weights=weights)


def keyed(part: Answered, *, places: Sequence[int] | None = None) -> FloatArray:
    """Return keyed answers, persons x items in bank order, or only the items at these 0-based places.

    A reversed item's answer x becomes ``lo + hi - x`` with the item's own declared ends, whatever ends the
    sample happens to use; missing stays missing (NaN).

    Examples
    --------
    An answer of 4 on a reversed item coded 0 to 4 is keyed 0.
    """
    bank = part.bank
    chosen = range(len(bank.items)) if places is None else places
    block = np.column_stack([part.answers[j] for j in chosen])
    if part.already_reversed:
        return block
    for column, item in enumerate(bank.items[j] for j in chosen):
        if item.reverse:
            block[:, column] = sum(bank.ends(item)) - block[:, column]
    return block


def answer_column(part: Answered, item: Item) -> str:
    """Return the name under which an item's coded answers are written (``pair_now_3``)."""
    words = (part.bank.id, part.administration.form, str(item.number))
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

    def __str__(self) -> str:
        how = f"{self.combine} of the keyed answers"
        if self.rescale:
            how += f", rescaled to {self.rescale[0]:g}-{self.rescale[1]:g}"
        if self.decimals is not None:
            how += ", rounded" if self.decimals == 0 else f", rounded to {self.decimals} decimals"
        fill = "prorated" if self.missing == "prorate" else "not prorated"
        return f"{how}; {fill}; at least {self.min_answered} answered"


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
