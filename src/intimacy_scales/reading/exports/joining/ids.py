"""Ids as people type them, matched with care: spaces, case, leading zeros, and only where nobody could be mistaken."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_WHOLE = re.compile(r"0*(\d+?)(?:\.0+)?", re.ASCII)


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
    found = _WHOLE.fullmatch(text)
    return found[1] if found else text


_LEVELS: Sequence[tuple[str, Callable[[str], str]]] = (
    ("case", str.casefold),
    ("leading zeros", lambda text: _without_zeros(text.casefold())),
)


def match_ids(tables: Sequence[Sequence[str]]) -> IdKeys:
    """Return keys under which the ids of several tables are the same person.

    Outer and doubled spaces never tell persons apart. Ids that differ in case, then in leading zeros (numbers only;
    ``7.0`` is 7) are one id, unless one table holds both spellings: there they are two persons, and stay two
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
    for why, level in _LEVELS:
        groups: dict[str, list[str]] = {}
        for key in dict.fromkeys(key_of.values()):
            groups.setdefault(level(key), []).append(key)
        held = [{key_of[text] for text in ids if text} for ids in bare]
        renamed: dict[str, str] = {}
        for group in (tuple(group) for group in groups.values() if len(group) > 1):
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
