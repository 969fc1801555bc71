"""Ids as people type them, matched with care: spaces, case, leading zeros, and only where nobody could be mistaken.

Cells put into other rows, put under each other, compared: what joining is made of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from intimacy_scales.base.arrays import IntArray
from intimacy_scales.reading.exports.table import Cells, Column, NumberCells, text_cells

_WHOLE = re.compile(r"0*(\d+?)(?:\.0+)?", re.ASCII)
_POWER = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})", re.ASCII)
_LONG = re.compile(r"\d{12,40}", re.ASCII)
KEPT = 15  # digits of a number that a spreadsheet keeps
SHOWN = 6  # digits that it shows of a long number, as in 1.23457E+15


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelled:
    """One id that was written in several ways, or several that look like one: which, and in what they differ."""

    ids: tuple[str, ...]
    why: str

    def __str__(self) -> str:
        return f"{' and '.join(repr(one) for one in self.ids)} ({self.why})"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdKeys:
    """For every table each row's key ("" for a row without an id), and what was taken for one id or was not."""

    keys: tuple[tuple[str, ...], ...]
    alike: tuple[Spelled, ...]
    doubtful: tuple[Spelled, ...]


def _without_zeros(text: str) -> str:
    power = _POWER.fullmatch(text)
    if power is not None and not is_rounded(text):
        return f"{int(Decimal(text.replace(',', '.'))):d}"
    found = _WHOLE.fullmatch(text)
    return found[1] if found else text


def is_rounded(text: str) -> bool:
    """Whether an id is a number of which a spreadsheet shows the first digits only (``1.23457E+15``).

    Examples
    --------
    >>> is_rounded("1.23457E+15"), is_rounded("1.234567890123456e+15"), is_rounded("P12")
    (True, False, False)
    """
    power = _POWER.fullmatch(text.strip())
    return power is not None and int(power[3]) >= SHOWN and len(power[2] or "") < int(power[3])


def lacks_digits(text: str) -> bool:
    """Whether an id of 16 digits or more ends in zeros, as where a spreadsheet kept 15 of them."""
    return bool(_LONG.fullmatch(text)) and len(text) > KEPT and not text[KEPT:].strip("0")


def _first_digits(text: str) -> str:
    if not is_rounded(text) and not _LONG.fullmatch(text):
        return text
    return f"{Decimal(text.replace(',', '.')):.{SHOWN - 1}E}"


def _kept_digits(text: str) -> str:
    return text[:KEPT] + "0" * (len(text) - KEPT) if _LONG.fullmatch(text) and len(text) > KEPT else text


def _always(_group: Sequence[str]) -> bool:
    return True


_LEVELS: Sequence[tuple[str, Callable[[str], str], Callable[[Sequence[str]], bool]]] = (
    ("case", str.casefold, _always),
    ("leading zeros", lambda text: _without_zeros(text.casefold()), _always),
    ("digits beyond the 15 that a spreadsheet keeps", _kept_digits, lambda group: any(map(lacks_digits, group))),
    ("digits that a spreadsheet rounded off", _first_digits, lambda group: any(map(is_rounded, group))),
)
"""In what spellings differ, the key that makes them alike, and whether a group of alike ones is looked at."""


def match_ids(tables: Sequence[Sequence[str]]) -> IdKeys:
    """Return keys under which the ids of several tables are the same person.

    Outer and doubled spaces never tell persons apart. Ids that differ in case, then in leading zeros (numbers only;
    ``7.0`` is 7), then in digits that a spreadsheet took (``1.23457E+15``, 16 digits of which the last are zeros), are
    one id, unless one table holds both spellings, or two that would be alike: there they are two persons, and stay two
    everywhere. The key is the first spelling met.

    Examples
    --------
    >>> match_ids([["007", "P1"], [" 7", "p1 "]]).keys
    (('007', 'P1'), ('007', 'P1'))
    """
    bare = [[" ".join(text.split()) for text in ids] for ids in tables]
    key_of = {text: text for ids in bare for text in ids if text}
    alike: list[Spelled] = []
    doubtful: dict[frozenset[str], Spelled] = {}
    for why, level, looked_at in _LEVELS:
        groups: dict[str, list[str]] = {}
        for key in dict.fromkeys(key_of.values()):
            groups.setdefault(level(key), []).append(key)
        held = [{key_of[text] for text in ids if text} for ids in bare]
        renamed: dict[str, str] = {}
        for group in (tuple(group) for group in groups.values() if len(group) > 1 and looked_at(group)):
            if any(len(own.intersection(group)) > 1 for own in held):
                doubtful.setdefault(frozenset(group), Spelled(ids=group, why=why))
                continue
            alike.append(Spelled(ids=group, why=why))
            renamed |= dict.fromkeys(group, group[0])
        key_of = {text: renamed.get(key, key) for text, key in key_of.items()}
    return IdKeys(
        keys=tuple(tuple(key_of.get(text, "") for text in ids) for ids in bare),
        alike=tuple(alike),
        doubtful=tuple(doubtful.values()),
    )


NOWHERE = -1


def spread(cells: Cells, places: IntArray) -> Cells:
    """Return the cells of these 0-based rows; blank where a place is -1."""
    nowhere = places == NOWHERE
    if not nowhere.any():
        return cells.take(places)
    if not len(cells):
        return NumberCells(numbers=np.full(len(places), np.nan))
    taken = cells.take(np.where(nowhere, 0, places))
    if isinstance(taken, NumberCells):
        return NumberCells(numbers=np.where(nowhere, np.nan, taken.numbers))
    return replace(taken, codes=np.where(nowhere, np.array(-1, dtype=taken.codes.dtype), taken.codes))


def is_blank(cells: Cells) -> bool:
    """Whether nothing stands in any row."""
    return not bool(there(cells).any())


def there(cells: Cells) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return in which rows something stands."""
    return np.asarray(~np.isnan(cells.numbers) if isinstance(cells, NumberCells) else cells.codes >= 0)


def disagreeing(one: Cells, other: Cells) -> IntArray:
    """Return the rows in which both hold something, and not the same."""
    both = np.flatnonzero(there(one) & there(other))
    a, b = one.take(both).texts(), other.take(both).texts()
    return both[[x.strip() != y.strip() for x, y in zip(a, b, strict=True)]] if len(both) else both


def filled(one: Cells, other: Cells) -> Cells:
    """Return the cells of ``one``, and of ``other`` where it is blank."""
    if isinstance(one, NumberCells) and isinstance(other, NumberCells):
        return NumberCells(numbers=np.where(np.isnan(one.numbers), other.numbers, one.numbers))
    return text_cells([a or b for a, b in zip(one.texts(), other.texts(), strict=True)])


def described_alike(one: Column, other: Column) -> bool:
    """Whether two columns mean the same by their codes; an undescribed one contradicts none."""
    return all(
        not mine or not theirs or mine == theirs
        for mine, theirs in ((one.labels, other.labels), (one.missing, other.missing))
    )
