"""Doubts about the direction of bare numbers: scales, occasions and norms that run against each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from intimacy_scales.bank.model import ItemBank, Scale
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.wording import coefficient, figure, some
from intimacy_scales.reading.responses.coding.coding import Coding
from intimacy_scales.reading.responses.coding.doubts import LEAST_PERSONS
from intimacy_scales.reading.responses.coding.evidence import map_line
from intimacy_scales.reading.responses.coding.option_texts import option_texts
from intimacy_scales.reading.responses.model import Administration, Answered
from intimacy_scales.statistics.correlation import fisher_interval, r_of

AGAINST = -0.30  # below this the whole interval must lie: two good scales are rarely so opposed
FAR, NEAR = 1.5, 0.75  # SDs of a norm that the mean lies away from it, and its mirror image close to it


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectionSums:
    """What scales that say what is better have in common with each other, in sums that merge over batches of rows.

    Each scale's score runs from 0 to 1. ``n[i, j]`` counts the rows that have both; over these rows stand the sums of
    ``i`` (``first``), of its squares (``squares``) and of the products (``products``).
    """

    parts: tuple[tuple[ItemBank, Administration, Scale], ...] = field(repr=False)
    n: FloatArray = field(repr=False)
    first: FloatArray = field(repr=False)
    squares: FloatArray = field(repr=False)
    products: FloatArray = field(repr=False)

    def __add__(self, other: DirectionSums) -> DirectionSums:
        return DirectionSums(
            parts=self.parts, n=self.n + other.n, first=self.first + other.first,
            squares=self.squares + other.squares, products=self.products + other.products,
        )  # fmt: skip

    def name(self, at: int) -> str:
        """Bank and key of a scale, for sentences."""
        bank, administration, scale = self.parts[at]
        return f"{bank.id} {administration.key(scale.id)}"

    def better_r(self, i: int, j: int) -> float:
        """Return the correlation of two scales, each turned so that more is better; NaN where one does not vary."""
        n, sums = self.n[i, j], (self.first[i, j], self.first[j, i])
        spread = (n * self.squares[i, j] - sums[0] ** 2, n * self.squares[j, i] - sums[1] ** 2)
        if min(spread) <= 1e-9 * max(n, 1):
            return math.nan
        sign = 1 if self.parts[i][2].better == self.parts[j][2].better else -1
        return float(sign * (n * self.products[i, j] - sums[0] * sums[1]) / math.sqrt(spread[0] * spread[1]))


def direction_sums(parts: Sequence[Answered]) -> DirectionSums | None:
    """Return the sums of the scales that can be held against something outside them; ``None`` where there is nothing.

    Parameters
    ----------
    parts
        Vouched answers of all banks and administrations; rows with an answer missing in a scale do not count for it.
    """
    own = [
        (part, one)
        for part in parts
        for one in part.bank.item_scales
        if one.better in ("higher", "lower") and counts_as_coded(part.bank, one)
    ]
    named = tuple((part.bank, part.administration, scale) for part, scale in own)
    pairs = any(_kind(one, other) for one, other in combinations(named, 2))
    if not own or not (pairs or any(part.bank.norms for part, _ in own)):
        return None
    shares = np.column_stack([_share(part, scale) for part, scale in own])
    there = ~np.isnan(shares)
    filled, held = np.where(there, shares, 0.0), there.astype(np.float64)
    return DirectionSums(
        parts=named, n=held.T @ held, first=filled.T @ held, squares=(filled * filled).T @ held,
        products=filled.T @ filled,
    )  # fmt: skip


def counts_as_coded(bank: ItemBank, scale: Scale) -> bool:
    """Whether every answer of the scale counts what its code says."""
    options = [option for number in scale.items for option in bank.options_of(bank.item(number))]
    return all(one.scored and one.value == one.code for one in options)


def _share(part: Answered, scale: Scale) -> FloatArray:
    """Return a scale's score from 0 to 1 in every row, NaN where an answer is missing."""
    bank = part.bank
    total: FloatArray = np.zeros(part.n_persons)
    for number, place in zip(scale.items, bank.places_of(scale), strict=True):
        low, high = bank.ends(bank.item(number))
        turned = bank.item(number).reverse and not part.already_reversed
        total += (high - part.answers[place] if turned else part.answers[place] - low) / (high - low)
    return total / len(scale.items)


def direction_doubts(sums: DirectionSums | None, codings: Sequence[Coding]) -> list[str]:
    """Return a note for every bank whose bare numbers run against what else is known of these persons.

    Parameters
    ----------
    sums
        Of :func:`direction_sums`.
    codings
        How the answers were coded: where labels say what a number means, nothing is doubted.

    Notes
    -----
    Scales of which the banks say what is better are compared where banks, occasions or partners differ: with each part
    scored so that more is better, the 95 % interval of their correlation lies below -.30. A mean is held against the
    bank's norms: more than 1.5 SD away, and after turning at most .75 SD. Both need 30 persons.
    """
    bare = {one.bank for one in codings if one.learnt_from == "numbers" and not one.chosen}
    if sums is None or not bare:
        return []
    notes, told = [], set[tuple[str, ...]]()
    for i, j in combinations(range(len(sums.parts)), 2):
        key = _kind(sums.parts[i], sums.parts[j])
        if key is None or key in told or not bare & {sums.parts[i][0].id, sums.parts[j][0].id}:
            continue
        if said := _against(sums.better_r(i, j), int(sums.n[i, j])):
            told.add(key)
            banks = {one[0].id: one[0] for one in (sums.parts[i], sums.parts[j])}
            own = [bank for name, bank in banks.items() if name in bare]
            do = turned_map(own) if len(banks) > 1 else "if so, turn the columns of that one in its file"
            notes.append(
                f"{sums.name(i)} and {sums.name(j)} run against each other ({said}), although more of both should go "
                f"together: the numbers of one may run the other way; {do}"
            )
    return [*notes, *_norm_doubts(sums, bare)]


def _kind(
    one: tuple[ItemBank, Administration, Scale], other: tuple[ItemBank, Administration, Scale]
) -> tuple[str, ...] | None:
    """Return what is compared: two banks at one time, one scale at two, or of two partners; ``None``: nothing."""
    a, b = one[1], other[1]
    if one[0].id != other[0].id:
        return (one[0].id, other[0].id) if (a.partner, a.occasion) == (b.partner, b.occasion) else None
    apart = (a.partner != b.partner) + (a.occasion != b.occasion)
    if one[2].id != other[2].id or a.form != b.form or apart != 1:
        return None
    return (one[0].id, *(str(part) for part in (a.partner, a.occasion, b.partner, b.occasion)))


def _against(r: float, n: int) -> str:
    """Return r with its interval and n where it lies beyond doubt below -.30; empty where not."""
    if n < LEAST_PERSONS or math.isnan(r):
        return ""
    low, high = fisher_interval(r, n - 3, 0.95)
    return f"r = {coefficient(r)} [{coefficient(low)}, {coefficient(high)}], n = {n:,}" if high < AGAINST else ""


def runs_against(one: FloatArray, other: FloatArray) -> str:
    """Return r with its interval and n where two scores run against each other beyond doubt; empty where not."""
    both = ~(np.isnan(one) | np.isnan(other))
    n = int(np.count_nonzero(both))
    if n < LEAST_PERSONS or one[both].std() == 0 or other[both].std() == 0:
        return ""
    return _against(r_of(one[both], other[both]), n)


def turned_map(banks: Sequence[ItemBank]) -> str:
    """Return the maps that turn the numbers of these banks, one of which may be meant."""
    shown = []
    for bank in banks:
        name = bank.items[0].options
        texts = option_texts(bank, name)
        codes = {f"{code:g}": f"{texts.codes[0] + texts.codes[-1] - code:g}" for code in texts.codes}
        shown.append(f"if those of {bank.id} do, say in a map (--map FILE): {map_line(texts, codes)}")
    return "; ".join(shown)


def _norm_doubts(sums: DirectionSums, bare: set[str]) -> list[str]:
    """Return a note for a bank most of whose means lie far from its norms, and close to them once turned."""
    notes = []
    for bank in {one[0].id: one[0] for one in sums.parts if one[0].id in bare}.values():
        own = [at for at, one in enumerate(sums.parts) if one[0].id == bank.id]
        own = [at for at in own if sums.parts[at][1] == sums.parts[own[0]][1] and sums.n[at, at] >= LEAST_PERSONS]
        for norm in bank.norms:
            held = {figures.scale: figures for figures in norm.scales}
            seen = [at for at in own if sums.parts[at][2].id in held]
            odd = []
            for at in seen:
                scale, figures = sums.parts[at][2], held[sums.parts[at][2].id]
                low, high = scale.range
                mean = low + float(sums.first[at, at] / sums.n[at, at]) * (high - low)
                away, mirrored = (abs(m - figures.mean) / figures.sd for m in (mean, low + high - mean))
                if away >= FAR and mirrored <= NEAR:
                    odd.append(f"{scale.id} {figure(mean)}, the norm's {figure(figures.mean)}")
            if odd and 2 * len(odd) > len(seen):
                notes.append(
                    f"{bank.id}: the means lie far from the norm {norm.id} ({some(odd)}), and close to it if the "
                    f"numbers run the other way; {turned_map([bank])}"
                )
                break
    return notes
