"""Rows that are no respondents: the reasons there are, and setting them aside."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.reading.exports.table import Column, RawTable

REASONS: Mapping[str, str] = {
    "preview": "a preview by the makers of the survey",
    "test": "a test answer made by the platform",
    "spam": "marked as spam by the platform",
    "refused": "consent refused",
    "unfinished": "not finished",
    "duplicate": "the same response again",
    "rejected": "rejected by the makers of the survey",
    "empty": "nothing answered in this row",
    "summary": "a summary row, no person",
}
"""Reason to its words. A blank row is set aside too, whatever the user includes: there is nobody in it."""


FALSE_WORDS = frozenset(
    [
        "0",
        "f",
        "false",
        "falsch",
        "faux",
        "falso",
        "onwaar",
        "falskt",
        "falsk",
        "nein",
        "no",
        "non",
        "nee",
        "nej",
        "fałsz",
        "nie",
        "偽",
        "否",
    ]
)
"""What platforms write for "not so" (FINISHED: F), in their languages."""
TRUE_WORDS = frozenset(
    [
        "1",
        "t",
        "true",
        "wahr",
        "vrai",
        "verdadero",
        "verdadeiro",
        "vero",
        "waar",
        "sant",
        "sand",
        "ja",
        "yes",
        "oui",
        "sí",
        "si",
        "sim",
        "prawda",
        "tak",
        "真",
        "是",
    ]
)


def bare_name(name: str) -> str:
    """Return a column's name as letters and digits, without case."""
    return re.sub(r"[\W_]+", "", name.casefold())


def vouch_reasons(include: Collection[str] | bool) -> Collection[str] | bool:
    """Return the reasons as given, or say which are unknown."""
    if not isinstance(include, bool):
        include = (include,) if isinstance(include, str) else tuple(include)
        for name in include:
            if name not in REASONS:
                raise UnknownNameError.among("reason", name, tuple(REASONS))
    return include


def repeats(column: Column, row_numbers: Sequence[int] | np.ndarray, already: Collection[int] = ()) -> dict[int, str]:
    """Return the places of rows whose id stood in an earlier row, each with its words.

    Blank ids repeat nothing; rows at the places ``already`` (set aside for other reasons) are passed over.
    """
    first: dict[str, int] = {}
    again: dict[int, str] = {}
    for place, text in enumerate(column.cells.texts()):
        if text and place not in already and (before := first.setdefault(text, place)) != place:
            again[place] = f"{REASONS['duplicate']} ({column.name} {text} stands in row {row_numbers[before]} already)"
    return again


def set_aside(
    table: RawTable, found: Iterable[tuple[str, Mapping[int, str]]], include: Collection[str] | bool
) -> RawTable:
    """Set rows aside, each with every reason found; an included reason sets no row aside, and a note says so.

    Parameters
    ----------
    table : RawTable
        The table so far.
    found : iterable of (reason, {0-based place: words})
        In the order in which reasons count.
    include : bool or collection of str
        Reasons whose rows stay.
    """
    why: dict[int, str] = {}
    notes: list[str] = []
    for reason, places in found:
        if include is True or (include is not False and reason in include):
            if places:
                notes.append(f"rows kept that would be set aside: {len(places)} ({REASONS[reason]})")
            continue
        for place, words in places.items():
            why[place] = f"{why[place]}; {words}" if place in why else words
    return replace(table.without(why), notes=(*table.notes, *notes))
