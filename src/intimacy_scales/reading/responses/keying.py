r"""The keying self-check: whether the reverse-keyed items run the way the bank says.

A verdict with its figures, never a correction.

For every scale of every administration, over its complete rows, with keyed answers :math:`y_j`:

.. math:: r_j = \operatorname{corr}\Bigl(y_j, \sum_{i \ne j} y_i\Bigr), \qquad
          \tanh\bigl(\operatorname{artanh} r_j \pm 1.96 / \sqrt{n - 3}\bigr)

An item is *suspect* when that interval lies below zero. *As keyed* is said only of items that hang together: where
alpha is not above zero beyond chance (the lower end of Feldt's interval), nothing is suspect and nothing is confirmed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.bank.model import ItemBank, Scale
from intimacy_scales.base.results import json_safe
from intimacy_scales.base.wording import coefficient, some
from intimacy_scales.reading.responses.model import Administration, Answered
from intimacy_scales.statistics.consistency.coefficients import alpha as alpha_from
from intimacy_scales.statistics.consistency.intervals import feldt
from intimacy_scales.statistics.correlation import fisher_interval, r_of
from intimacy_scales.statistics.moments import blocks_of, gather

FloatArray = NDArray[np.float64]
Verdict = Literal["as keyed", "already reversed", "not reversed yet", "suspect items", "cannot tell"]

LEAST_ROWS = 30  # complete rows below which nothing is said
MOST_ROWS = 20_000  # rows looked at, evenly spaced: an interval of r is then +-.014 at most
LEVEL = 0.95
SHARE = 2 / 3  # of the items of one direction that must be suspect


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCheck:
    """One item's keyed item-rest correlation with its interval; NaN where the item or the rest does not vary."""

    item: int
    reverse: bool
    r: float
    low: float
    high: float

    @property
    def suspect(self) -> bool:
        """Whether the whole interval lies below zero."""
        return self.high < 0

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
    thinned: bool = False
    """Only every so-many-th row was looked at (:data:`MOST_ROWS`)."""

    @property
    def name(self) -> str:
        """Bank and key of the scale, ``pair now.emotional``."""
        return f"{self.bank} {self.administration.key(self.scale)}"

    @property
    def suspects(self) -> tuple[ItemCheck, ...]:
        """The items whose interval lies below zero."""
        return tuple(item for item in self.items if item.suspect)

    @property
    def advice(self) -> str:
        """What to do about the verdict, in words; empty when nothing is to be done."""
        if self.verdict == "already reversed":
            return "if the file holds reversed answers already, say --already-reversed"
        if self.verdict == "not reversed yet":
            return "leave --already-reversed out: the file holds answers as ticked"
        return (
            ""
            if self.verdict != "suspect items"
            else "check wording, key and coding of " + some([_said(i) for i in self.suspects], shown=6)
        )

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
        alpha = f"alpha {_two(self.alpha)} as keyed, {_two(self.alpha_flipped)} with the reverse-keyed items turned"
        if not self.suspects:
            return f"{self.name}: {self.verdict} (n = {self.n:,}; alpha {_two(self.alpha)})"
        against = some([_said(item) for item in self.suspects], shown=6)
        said = f"{self.name}: {self.verdict} (n = {self.n:,}; {alpha}; runs against the scale: {against})"
        return f"{said}; {self.advice}" if self.advice else said

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
                "thinned": self.thinned,
                "advice": self.advice,
            }
        )
        return made


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
        One a scale. *already reversed*: turning all reverse-keyed items raises alpha, and at least two thirds of them
        are suspect. Turning them is the same as turning all others, so where most items of a scale are reverse-keyed
        the suspects are the others, and it is they who are counted. *not reversed yet*: the same, where the user had
        said that the file was reversed. *suspect items*: some are suspect otherwise. *cannot tell*: fewer than 30
        complete rows, or a scale of one item, or answers that do not vary, or items that do not hang together (none is
        suspect, but alpha is not above zero beyond chance: random answers look the same keyed either way).

    Notes
    -----
    Rows with a missing answer in a scale are left out of it. More than 20,000 rows are thinned to evenly spaced ones.
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
    step = max(1, math.ceil(part.n_persons / MOST_ROWS))
    return tuple(
        _check(
            part,
            scale,
            np.column_stack([part.answers[j][::step] for j in part.bank.places_of(scale)]),
            thinned=step > 1,
        )
        for scale in part.bank.scales
    )


def _check(part: Answered, scale: Scale, ticked: FloatArray, *, thinned: bool) -> KeyingCheck:
    bank = part.bank
    asked: NDArray[np.bool_] = np.logical_not(np.isnan(ticked).all(axis=0))
    numbers = [number for number, there in zip(scale.items, asked.tolist(), strict=True) if there]
    complete = ticked[:, asked]
    complete = complete[~np.isnan(complete).any(axis=1)]
    reverse = np.array([bank.item(number).reverse for number in numbers], dtype=bool)
    turned = _turned(bank, numbers, complete, reverse)
    keyed = complete if part.already_reversed else turned
    n = len(keyed)
    enough = n >= LEAST_ROWS and len(numbers) > 1
    items = _items(numbers, reverse, keyed) if enough else ()
    alpha, flipped = (
        (_alpha(keyed), _alpha(turned if part.already_reversed else complete)) if enough else (math.nan, math.nan)
    )
    verdict: Verdict = "cannot tell"
    if enough and not math.isnan(alpha):
        verdict = _verdict(items, raised=flipped > alpha, already_reversed=part.already_reversed)
        if verdict == "as keyed" and not _hangs_together(alpha, n, len(numbers)):
            verdict = "cannot tell"
    return KeyingCheck(
        bank=bank.id,
        administration=part.administration,
        scale=scale.id,
        verdict=verdict,
        n=n,
        alpha=alpha,
        alpha_flipped=flipped,
        items=items,
        thinned=thinned,
    )


def _turned(bank: ItemBank, numbers: Sequence[int], answers: FloatArray, reverse: NDArray[np.bool_]) -> FloatArray:
    ends = np.array([sum(bank.ends(bank.item(number))) for number in numbers], dtype=np.float64)
    return np.where(reverse, ends - answers, answers)


def _alpha(keyed: FloatArray) -> float:
    """Return Cronbach's alpha of complete rows; NaN when the sum does not vary."""
    return alpha_from(gather(blocks_of(keyed)).covariance)


def _items(numbers: Sequence[int], reverse: NDArray[np.bool_], keyed: FloatArray) -> tuple[ItemCheck, ...]:
    n, total = len(keyed), keyed.sum(axis=1)
    found = []
    for j, number in enumerate(numbers):
        r = r_of(keyed[:, j], total - keyed[:, j])
        low, high = item_rest_interval(r, n)
        found.append(ItemCheck(item=number, reverse=bool(reverse[j]), r=r, low=low, high=high))
    return tuple(found)


def item_rest_interval(r: float, n: float) -> tuple[float, float]:
    """Return the 95 % interval of an item-rest correlation; an item runs against its scale when it lies below zero."""
    return fisher_interval(r, n - 3, LEVEL)


def _hangs_together(alpha: float, n: int, k: int) -> bool:
    """Whether the lower end of Feldt's 95 % interval of alpha is above zero."""
    found = feldt(alpha, n=n, n_items=k, level=LEVEL)
    return found is not None and found.low > 0


def _verdict(items: Sequence[ItemCheck], *, raised: bool, already_reversed: bool) -> Verdict:
    backward, forward = [i for i in items if i.reverse], [i for i in items if not i.reverse]
    fewer = backward if len(backward) <= len(forward) else forward
    if raised and fewer and sum(item.suspect for item in fewer) >= SHARE * len(fewer):
        return "not reversed yet" if already_reversed else "already reversed"
    return "suspect items" if any(item.suspect for item in items) else "as keyed"


def keying_notes(checks: Sequence[KeyingCheck]) -> list[str]:
    """Return a note for every scale whose keying looks wrong, and one where that holds for a part of a bank only."""
    notes = [f"keying: {check}" for check in checks if check.verdict not in {"as keyed", "cannot tell"}]
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
