r"""The keying self-check: whether the reverse-keyed items run the way the bank says.

A verdict with its figures, never a correction.

For every scale of every administration, over its complete rows, with keyed answers :math:`y_j`:

.. math:: r_j = \operatorname{corr}\Bigl(y_j, \sum_{i \ne j} y_i\Bigr), \qquad
          \tanh\bigl(\operatorname{artanh} r_j \pm 1.96 / \sqrt{n - 3}\bigr)

An item is *suspect* when that interval lies below zero and :math:`r_j \le -.10` (nearer to zero it hardly belongs to
the scale, and is not turned). A *set* of items is suspect when the items whose sign on the first principal component
(of the correlations) differs from the majority's, turned together, raise alpha by more than .10 to .60 or more, and
the interval of the correlation between the sum of the set and the sum of the rest lies below zero. A set and its
complement give the same alpha: figures cannot say which side is wrong.

*As keyed* is said only of items that hang together: where alpha is not above zero beyond chance (the lower end of
Feldt's interval), nothing is suspect and nothing is confirmed.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any, Literal

import numpy as np

from intimacy_scales.bank.model import ItemBank, Scale
from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.base.errors import spoken
from intimacy_scales.base.results import json_safe
from intimacy_scales.base.wording import coefficient, some
from intimacy_scales.reading.responses.model import Administration, Answered
from intimacy_scales.statistics.consistency.coefficients import alpha as alpha_from
from intimacy_scales.statistics.consistency.coefficients import standardized
from intimacy_scales.statistics.consistency.intervals import feldt
from intimacy_scales.statistics.correlation import fisher_interval
from intimacy_scales.statistics.products import Products
from intimacy_scales.statistics.sums import complete_sums, merged_complete

Verdict = Literal["as keyed", "already reversed", "not reversed yet", "suspect items", "cannot tell"]

LEAST_ROWS = 30  # complete rows below which nothing is said
DUST = 1e-12  # share of the items' variances below which a variance is rounding
LEVEL = 0.95
SHARE = 2 / 3  # of the reverse-keyed items that one side must hold, and at most the rest of it of the others
RISE = 0.10  # by which alpha must rise when a set is turned: alone, a rise accuses noise
TOLD_ONCE = 3  # scales of one bank with one verdict from which on it is told once
SURELY = 0.55
"""Alpha that is above zero beyond chance from 30 rows of two items on: 1 / (1 - .55) exceeds the 97.5 % point of
F(29, 29), 2.10, which more rows and more items only lower."""
REACHED = 0.60  # alpha that it must reach
SMALL = 0.10  # Cohen's small correlation: an item nearer to zero hardly belongs to the scale, and is not turned


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCheck:
    """One item's keyed item-rest correlation with its interval; NaN where the item or the rest does not vary."""

    item: int | str
    reverse: bool
    r: float
    low: float
    high: float

    @property
    def suspect(self) -> bool:
        """Whether the whole interval lies below zero, and r is at least small: thousands of rows make anything sure."""
        return runs_against_scale(self.r, self.high)

    def to_dict(self) -> dict[str, Any]:
        """Return the figures in plain types."""
        return {
            "item": self.item,
            "reverse": self.reverse,
            "r": self.r,
            "ci": [self.low, self.high],
            "suspect": self.suspect,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedSet:
    """Items that run against the others of their scale together: which, and what turning them would give."""

    sides: tuple[tuple[int | str, ...], ...]
    """The item numbers to look at: one side, or both where nothing tells which is wrong."""
    alpha: float
    """Alpha with one side turned (either gives the same)."""
    r: float
    """Correlation of the sums of the two sides, with its interval."""
    low: float
    high: float
    reversal: bool
    """One side holds the reverse-keyed items: they were reversed twice, or not at all."""

    def to_dict(self) -> dict[str, Any]:
        """Return the figures in plain types."""
        return {
            "items": [list(side) for side in self.sides],
            "alpha": self.alpha,
            "r": self.r,
            "ci": [self.low, self.high],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyingCheck:
    """What the answers say about the keying of one scale in one administration.

    ``alpha`` is Cronbach's alpha as keyed, ``alpha_flipped`` the same with every reverse-keyed item turned once
    more; NaN where it cannot be computed.
    """

    bank: str
    administration: Administration
    scale: str
    verdict: Verdict
    n: int
    alpha: float
    alpha_flipped: float
    items: tuple[ItemCheck, ...]
    turned: TurnedSet | None = None
    """Items that run against the others together, if there are any."""

    @property
    def name(self) -> str:
        """Bank and key of the scale, ``pair now.emotional``."""
        return f"{self.bank} {self.administration.key(self.scale)}"

    @property
    def suspects(self) -> tuple[ItemCheck, ...]:
        """The items that run against the others together; else those whose own interval lies below zero."""
        if self.turned is not None:
            named = {number for side in self.turned.sides for number in side}
            return tuple(item for item in self.items if item.item in named)
        return tuple(item for item in self.items if item.suspect)

    @property
    def advice(self) -> str:
        """What to do about the verdict, in words; empty when nothing is to be done."""
        if self.verdict == "already reversed":
            return spoken("if the file holds reversed answers already, say --already-reversed")
        if self.verdict == "not reversed yet":
            return spoken("leave --already-reversed out: the file holds answers as ticked")
        if self.verdict != "suspect items":
            return ""
        if self.turned is not None and len(self.suspects) > 1:
            sides = " or of ".join(_items_said(side) for side in self.turned.sides)
            return f"check wording, key and coding of {sides}: figures cannot say which side is wrong"
        return "check wording, key and coding of " + some([_said(i) for i in self.suspects], shown=6)

    def __str__(self) -> str:
        if self.verdict == "cannot tell" and not math.isnan(self.alpha):
            return (
                f"{self.name}: cannot tell (n = {self.n:,}; alpha {_two(self.alpha)}: not above zero beyond chance, "
                "the items do not hang together)"
            )
        if self.verdict == "cannot tell":
            return (
                f"{self.name}: cannot tell ({self.n} complete rows, {LEAST_ROWS} needed, or answers that do not vary)"
            )
        if self.turned is not None and len(self.suspects) > 1:
            return f"{self.name}: {self.verdict} (n = {self.n:,}; {self._turned_said(self.turned)}); {self.advice}"
        alpha = f"alpha {_two(self.alpha)} as keyed, {_two(self.alpha_flipped)} with the reverse-keyed items turned"
        if not self.suspects:
            return f"{self.name}: {self.verdict} (n = {self.n:,}; alpha {_two(self.alpha)})"
        against = some([_said(item) for item in self.suspects], shown=6)
        said = f"{self.name}: {self.verdict} (n = {self.n:,}; {alpha}; runs against the scale: {against})"
        return f"{said}; {self.advice}" if self.advice else said

    def _turned_said(self, turned: TurnedSet) -> str:
        side = turned.sides[0]
        rest = [item.item for item in self.items if item.item not in side]
        interval = f"[{_two(turned.low)}, {_two(turned.high)}]"
        return (
            f"{_items_said(side)} run against {_items_said(rest)} together, r = {_two(turned.r)} {interval}; alpha "
            f"{_two(self.alpha)} as keyed, {_two(turned.alpha)} with one side turned"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return verdict, figures and advice, JSON-safe, at full precision."""
        made: dict[str, Any] = json_safe(
            {
                "bank": self.bank,
                "scale": self.administration.key(self.scale),
                "verdict": self.verdict,
                "n": self.n,
                "alpha": self.alpha,
                "alpha_flipped": self.alpha_flipped,
                "items": [item.to_dict() for item in self.items],
                "turned_together": None if self.turned is None else self.turned.to_dict(),
                "advice": self.advice,
            }
        )
        return made


def _items_said(numbers: Sequence[int | str]) -> str:
    return f"item{'s' if len(numbers) > 1 else ''} {some(list(numbers), shown=12)}"


def _said(item: ItemCheck) -> str:
    way = "reverse-keyed" if item.reverse else "keyed forward"
    return f"item {item.item} ({way}, r = {_two(item.r)} [{_two(item.low)}, {_two(item.high)}])"


def _two(value: float) -> str:
    """Return a correlation as papers print it: two digits, no zero before the point."""
    return coefficient(value, none="n/a")


def check_keying(part: Answered) -> tuple[KeyingCheck, ...]:
    """Check the keying of every scale of one bank in one administration.

    Parameters
    ----------
    part
        Vouched answers (persons x items), as ticked unless ``part.already_reversed``.

    Returns
    -------
    tuple of KeyingCheck
        One a scale. *already reversed*: a set is suspect, and one of the two sides holds at least two thirds of the
        reverse-keyed items and at most a third of the others. *not reversed yet*: the same, where the user had said
        that the file was reversed. *suspect items*: a set is suspect otherwise (the smaller side is named, both where
        they are equal), or single items are. *cannot tell*: fewer than 30 complete rows, or a scale of one item, or
        answers that do not vary, or items that do not hang together (none is suspect, but alpha is not above zero
        beyond chance: random answers look the same keyed either way).

    Notes
    -----
    Rows with a missing answer in a scale are left out of it.
    A scale all of whose items are reverse-keyed looks the same either way, and codes that run the wrong way as a
    whole are not visible inside a scale. A really bad item looks like a wrongly keyed one: the verdict says where to
    look, it does not prove.

    The interval is Fisher's (1915), "Frequency distribution of the values of the correlation coefficient in samples
    from an indefinitely large population", Biometrika 10, 507-521. Validated against R psych 2.2.9 ``alpha()``
    (``r.drop``, complete rows).

    Examples
    --------
    ``check_keying(responses.answered[0])[0].verdict`` is ``"as keyed"`` for answers as ticked.
    """
    return checks_of(keying_sums(part))


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyingSums:
    """What a keying check is made of: sums over the complete rows of every scale; parts of a sample merge exactly."""

    bank: ItemBank = field(repr=False)
    administration: Administration
    already_reversed: bool
    complete: Mapping[str, Mapping[int, Products]] = field(repr=False)
    """Scale to the sums of the rows that answered every item asked, as ticked."""

    def __add__(self, other: KeyingSums) -> KeyingSums:
        """Merge the sums of the same bank in the same administration."""
        both = {name: merged_complete([own, other.complete[name]]) for name, own in self.complete.items()}
        return replace(self, complete=both)


def keying_sums(part: Answered) -> KeyingSums:
    """Return what the keying check of one bank in one administration is made of."""
    bank = part.bank
    found = {}
    for scale in bank.item_scales:
        own = part.in_steps(bank.places_of(scale))
        found[scale.id] = complete_sums(own.columns, ends=own.ends)
    return KeyingSums(bank=bank, administration=part.administration, already_reversed=part.already_reversed,
                      complete=found)  # fmt: skip


def checks_of(sums: KeyingSums) -> tuple[KeyingCheck, ...]:
    """Return the checks of every scale; the same for the sums of parts as for the whole at once."""
    return tuple(_check(sums, scale) for scale in sums.bank.item_scales)


def _check(sums: KeyingSums, scale: Scale) -> KeyingCheck:
    bank, parts = sums.bank, sums.complete[scale.id]
    asked = reduce(operator.or_, parts, 0)
    places = [j for j in range(len(scale.items)) if asked >> j & 1]
    numbers = [bank.item(scale.items[j]).id for j in places]
    whole = parts.get(asked)
    n = 0 if whole is None else whole.n
    reverse = np.array([bank.item(number).reverse for number in numbers], dtype=bool)
    enough = whole is not None and n >= LEAST_ROWS and len(numbers) > 1
    alpha, flipped = math.nan, math.nan
    items: tuple[ItemCheck, ...] = ()
    verdict: Verdict = "cannot tell"
    together: TurnedSet | None = None
    if whole is not None and enough:
        ticked = whole.covariance()[np.ix_(places, places)]
        turned = _with_turned(ticked, reverse)
        keyed, other = (ticked, turned) if sums.already_reversed else (turned, ticked)
        alpha, flipped = _alpha(keyed), _alpha(other)
        items = _items(numbers, reverse, keyed, n)
        if not math.isnan(alpha):
            together = _turned_set(numbers, reverse, keyed, n, alpha)
            verdict = _verdict(items, together, already_reversed=sums.already_reversed)
        if verdict == "as keyed" and not _hangs_together(alpha, n, len(numbers)):
            verdict = "cannot tell"
    return KeyingCheck(
        bank=bank.id, administration=sums.administration, scale=scale.id, verdict=verdict, n=n, alpha=alpha,
        alpha_flipped=flipped, items=items, turned=together,
    )  # fmt: skip


def _with_turned(covariance: FloatArray, turned: BoolArray) -> FloatArray:
    """Return the covariances where some items are turned about any point: only signs change."""
    sign = np.where(turned, -1.0, 1.0)
    found: FloatArray = covariance * np.outer(sign, sign)
    return found


def _alpha(covariance: FloatArray) -> float:
    """Return Cronbach's alpha; NaN when the sum does not vary, but for rounding."""
    return alpha_from(covariance) if float(covariance.sum()) > DUST * float(np.trace(covariance)) else math.nan


def _r(covariance: FloatArray, one: BoolArray, other: BoolArray) -> float:
    """Return the correlation of the sums of two sets of items; NaN where one does not vary."""
    a, b = (float(covariance[np.ix_(side, side)].sum()) for side in (one, other))
    least = DUST * float(np.trace(covariance))
    if not (a > least and b > least):
        return math.nan
    return float(np.clip(covariance[np.ix_(one, other)].sum() / math.sqrt(a * b), -1.0, 1.0))


def _items(numbers: Sequence[int | str], reverse: BoolArray, keyed: FloatArray, n: int) -> tuple[ItemCheck, ...]:
    found = []
    for j, number in enumerate(numbers):
        own = np.arange(len(numbers)) == j
        r = _r(keyed, own, ~own)
        low, high = item_rest_interval(r, n)
        found.append(ItemCheck(item=number, reverse=bool(reverse[j]), r=r, low=low, high=high))
    return tuple(found)


def item_rest_interval(r: float, n: float) -> tuple[float, float]:
    """Return the 95 % interval of an item-rest correlation; an item runs against its scale when it lies below zero."""
    return fisher_interval(r, n - 3, LEVEL)


def runs_against_scale(r: float, high: float) -> bool:
    """Whether an item runs against its scale: its item-rest correlation, and the upper end of the interval."""
    return high < 0 and r <= -SMALL


def _hangs_together(alpha: float, n: int, k: int) -> bool:
    """Whether the lower end of Feldt's 95 % interval of alpha is above zero."""
    if alpha >= SURELY and n >= LEAST_ROWS and k > 1:
        return True
    found = feldt(alpha, n=n, n_items=k, level=LEVEL)
    return found is not None and found.low > 0


def _turned_set(
    numbers: Sequence[int | str], reverse: BoolArray, keyed: FloatArray, n: int, alpha: float
) -> TurnedSet | None:
    """Return the items that run against the others together, where turning them makes a scale of them."""
    varying = np.diag(keyed) > 0
    if np.count_nonzero(varying) < 2:
        return None
    against: BoolArray = np.zeros(len(numbers), dtype=bool)
    against[varying] = _minority(keyed[np.ix_(varying, varying)])
    if not against.any():
        return None
    raised = _alpha(_with_turned(keyed, against))
    if not (raised > alpha + RISE and raised >= REACHED):
        return None
    r = _r(keyed, against, ~against)
    low, high = item_rest_interval(r, n)
    if not high < 0:
        return None
    one, other = (tuple(n for n, here in zip(numbers, side, strict=True) if here) for side in (against, ~against))
    backward = {number for number, back in zip(numbers, reverse.tolist(), strict=True) if back}
    if sides := [side for side in (one, other) if _holds_the_reversed(side, backward, len(numbers))]:
        fewer = sides[0] if len(one) == len(other) else min(one, other, key=len)
        return TurnedSet(sides=(fewer,), alpha=raised, r=r, low=low, high=high, reversal=True)
    named = (one, other) if len(one) == len(other) else (min(one, other, key=len),)
    return TurnedSet(sides=named, alpha=raised, r=r, low=low, high=high, reversal=False)


def _minority(covariance: FloatArray) -> BoolArray:
    """Return which items have, on the first principal component of the correlations, another sign than most."""
    weights = np.linalg.eigh(standardized(covariance))[1][:, -1]
    negative = weights < 0
    return negative if negative.sum() * 2 <= len(negative) else ~negative


def _holds_the_reversed(side: Sequence[int | str], backward: set[int | str], n_items: int) -> bool:
    """Whether a side holds two thirds of the reverse-keyed items or more, and at most a third of the others."""
    forward = n_items - len(backward)
    held = len(backward & set(side))
    return bool(backward) and held >= SHARE * len(backward) and len(side) - held <= (1 - SHARE) * forward


def _verdict(items: Sequence[ItemCheck], together: TurnedSet | None, *, already_reversed: bool) -> Verdict:
    if together is not None and together.reversal:
        return "not reversed yet" if already_reversed else "already reversed"
    return "suspect items" if together is not None or any(item.suspect for item in items) else "as keyed"


def keying_notes(checks: Sequence[KeyingCheck]) -> list[str]:
    """Return a note for every scale whose keying looks wrong, and one where that holds for a part of a bank only."""
    doubtful = [check for check in checks if check.verdict not in {"as keyed", "cannot tell"}]
    alike: dict[tuple[str, Verdict], list[KeyingCheck]] = {}
    for check in doubtful:
        kind = check.bank if check.verdict != "suspect items" else check.name
        alike.setdefault((kind, check.verdict), []).append(check)
    notes = []
    for (bank_id, verdict), own in alike.items():
        notes.append(f"keying: {own[0]}")
        if len(own) >= TOLD_ONCE:
            total = sum(check.bank == bank_id for check in checks)
            names = some([check.name.partition(" ")[2] for check in own])
            notes[-1] = f"keying: {bank_id}: {verdict} in {len(own)} of {total} scales ({names}); as in {own[0]}"
        else:
            notes += [f"keying: {check}" for check in own[1:]]
    for bank_id in dict.fromkeys(check.bank for check in checks):
        own = [
            c for c in checks if c.bank == bank_id and c.verdict != "cannot tell" and any(i.reverse for i in c.items)
        ]
        turned = [c for c in own if c.verdict in {"already reversed", "not reversed yet"}]
        if turned and len(turned) < len(own):
            notes.append(
                f"keying: {bank_id}: {len(turned)} of {len(own)} scales with reverse-keyed items look so, "
                "the others do not: look at single items before you change the keying of all"
            )
    return notes
