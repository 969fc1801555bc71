"""Which norm fits a person: the one of the narrowest group that the person belongs to, and why not the others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from intimacy_scales.bank.model import Norm
from intimacy_scales.errors import Problem, ResponseError

Attributes = Mapping[str, str | float]
"""What a person is said to be: ``{"gender": "woman", "age": 34}``; ``country`` and ``year`` are looked up too."""

_RANGE = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(?:-|\u2013|to|bis)\s*(\d+(?:\.\d+)?)\s*$")
_FROM = re.compile(r"^\s*(?:(\d+(?:\.\d+)?)\s*(?:\+|and over|and older)|(?:>=|from|over)\s*(\d+(?:\.\d+)?))\s*$")
_UNTIL = re.compile(r"^\s*(?:<|under|below)\s*(\d+(?:\.\d+)?)\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How a norm fits a person's attributes: ``shared`` in words; ``why_not`` is empty where it fits."""

    norm: Norm
    shared: tuple[str, ...]
    why_not: str = ""

    @property
    def rank(self) -> tuple[int, int, int]:
        """Order of preference: most attributes shared, newest, largest."""
        return len(self.shared), self.norm.year or 0, max(one.n for one in self.norm.scales)


def check_attributes(attributes: Attributes) -> None:
    """Refuse attributes without a name or a value.

    Raises
    ------
    ResponseError
        With every one of them.
    """
    problems = [
        Problem(where=f"attribute {name!r}", what="has no value", allowed="a text or a number", do="leave it out")
        for name, value in attributes.items()
        if not str(name).strip() or not str(value).strip() or value != value  # noqa: PLR0124 (NaN)
    ]
    if problems:
        raise ResponseError(problems)


def said(attributes: Attributes) -> str:
    """Return attributes in words: ``gender woman, age 34``."""
    return ", ".join(f"{name} {value}" for name, value in attributes.items())


def fit_of(norm: Norm, attributes: Attributes) -> Fit:
    """Return how a norm fits: every group that it names must be the person's.

    A group may be a range of numbers: ``30-39`` (both ends inside), ``65+``, ``under 18``. A country fits where both
    name one and it is the same; a norm that names none fits, though less closely. A norm of a group that was not said
    of the person does not fit: nobody is put into a group unasked.
    """
    known = {name.strip().casefold(): value for name, value in attributes.items()}
    shared: list[str] = []
    asked = dict(norm.group) | ({"country": norm.country} if norm.country else {})
    for name, group in asked.items():
        value = known.get(name.casefold())
        if value is None:
            if name == "country" and name not in norm.group:
                continue
            return Fit(norm=norm, shared=(), why_not=f"it is of {name} {group}, and no {name} was said")
        if not _belongs(value, group):
            return Fit(norm=norm, shared=(), why_not=f"it is of {name} {group}, not {value}")
        shared.append(f"{name} {value}" if str(value).casefold() == group.casefold() else f"{name} {value} in {group}")
    return Fit(norm=norm, shared=tuple(shared))


def _belongs(value: str | float, group: str) -> bool:
    if str(value).strip().casefold() == group.strip().casefold():
        return True
    try:
        number = float(value)
    except ValueError:
        return False
    if (found := _RANGE.match(group)) is not None:
        low, high = float(found.group(1)), float(found.group(2))
        whole = low == int(low) and high == int(high)
        return low <= number < high + 1 if whole else low <= number <= high  # 39.5 is still of 30-39: ages in years
    if (found := _FROM.match(group)) is not None:
        return number >= float(found.group(1) or found.group(2))
    if (found := _UNTIL.match(group)) is not None:
        return number < float(found.group(1))
    return _same_number(number, group)


def _same_number(number: float, group: str) -> bool:
    try:
        return number == float(group)
    except ValueError:
        return False


def ranked(norms: Sequence[Norm], attributes: Attributes) -> tuple[list[Fit], list[Fit]]:
    """Return the norms that fit, the narrowest first, and those that do not."""
    fits = [fit_of(norm, attributes) for norm in norms]
    good = sorted((fit for fit in fits if not fit.why_not), key=lambda fit: fit.rank, reverse=True)
    return good, [fit for fit in fits if fit.why_not]


def why_chosen(best: Fit, others: Sequence[Fit], refused: Sequence[Fit]) -> str:
    """Return the sentence that explains a choice."""
    shares = f"shares {', '.join(best.shared)}" if best.shared else "is of no particular group"
    text = f"norm {best.norm.id} was chosen: it {shares}"
    if others:
        text += "; it goes before " + ", ".join(f"{fit.norm.id} ({_less(best, fit)})" for fit in others)
    if refused:
        text += "; not taken: " + "; ".join(f"{fit.norm.id} ({fit.why_not})" for fit in refused[:4])
        text += f" and {len(refused) - 4} more" if len(refused) > 4 else ""
    return text


def _less(best: Fit, other: Fit) -> str:
    if len(best.shared) > len(other.shared):
        return "which shares less"
    return "which is older" if (best.norm.year or 0) > (other.norm.year or 0) else "which is smaller"
