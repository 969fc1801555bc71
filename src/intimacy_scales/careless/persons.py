"""Vouched responses seen person by person: answers as ticked in the order asked, keyed answers scale by scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.responses.model import Answered, Responses
from intimacy_scales.scoring import keyed

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything one person answered on one occasion: all banks and forms of one partner at one time.

    Where a row holds two partners or two occasions, each has a sheet of its own, told apart by ``suffix``.
    ``ticked`` and ``even``: persons x items, in the order of the export. ``even`` holds the same answers, put on
    shares of their own range where the items' ends differ. ``scales``: keyed answers of each scale, made even in
    the same way; ``raw_scales``: not made even.
    """

    suffix: str
    ticked: FloatArray
    even: FloatArray
    columns: tuple[str, ...]
    new_options: BoolArray
    scales: tuple[FloatArray, ...]
    raw_scales: tuple[FloatArray, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One item of one sitting: where its column stands, what it is called, which options it has."""

    place: int
    column: str
    options: tuple[object, ...]
    answers: FloatArray
    ends: tuple[int, int]


def sheets_of(responses: Responses) -> tuple[Sheet, ...]:
    """Return a sheet for every partner and occasion, in the order of the responses."""
    groups: dict[str, list[Answered]] = {}
    for part in responses.answered:
        groups.setdefault(part.sitting.suffix, []).append(part)
    order = {name: place for place, name in enumerate(responses.table.names)}
    return tuple(_sheet(suffix, parts, order) for suffix, parts in groups.items())


def _sheet(suffix: str, parts: Sequence[Answered], order: Mapping[str, int]) -> Sheet:
    asked = sorted((one for part in parts for one in _asked(part, order)), key=lambda one: one.place)
    ticked = np.column_stack([one.answers for one in asked])
    same_ends = len({one.ends for one in asked}) == 1
    low, high = (np.array([one.ends[side] for one in asked], dtype=np.float64) for side in (0, 1))
    begins = [a.options != b.options for a, b in pairwise(asked)]
    return Sheet(
        suffix=suffix,
        ticked=ticked,
        even=ticked if same_ends else (ticked - low) / (high - low),
        columns=tuple(one.column for one in asked),
        new_options=np.array([False, *begins]),
        scales=tuple(x for part in parts for x in _scales(part, even=not same_ends)),
        raw_scales=tuple(x for part in parts for x in _scales(part, even=False)),
    )


def _asked(part: Answered, order: Mapping[str, int]) -> list[_Asked]:
    """Return the items that have a column; all of them in bank order where the table does not say which."""
    bank, known = part.bank, any(name in order for name in part.columns if name)
    found = []
    for item, name, answers in zip(bank.items, part.columns, part.answers, strict=True):
        if known and (name is None or name not in order):
            continue
        ends = bank.ends(item)
        turned = part.already_reversed and item.reverse  # the file holds them keyed: back to what was ticked
        found.append(
            _Asked(
                place=order[name] if known and name is not None else len(order),
                column=name or f"{bank.id}_{item.number}",
                options=(bank.id, item.options),
                answers=sum(ends) - answers if turned else answers,
                ends=ends,
            )
        )
    return found


def _scales(part: Answered, *, even: bool) -> list[FloatArray]:
    bank = part.bank
    there = {item.number for item, x in zip(bank.items, part.answers, strict=True) if not np.isnan(x).all()}
    place = {item.number: j for j, item in enumerate(bank.items)}
    block = keyed(part)
    if even:
        ends = np.array([bank.ends(item) for item in bank.items], dtype=np.float64)
        block = (block - ends[:, 0]) / (ends[:, 1] - ends[:, 0])
    members = ([place[number] for number in scale.items if number in there] for scale in bank.scales)
    return [block[:, own] for own in members if len(own) > 1]
