"""The composition of a couple: what the file calls its two partners, and whether that tells them apart.

Pairs of persons: who they are to each other, and whether anything tells them apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from intimacy_scales.base.arrays import BoolArray, IntArray
from intimacy_scales.reading.responses.questions import word

__all__ = [
    "LEAST_COUPLES",
    "MOST_ROLES",
    "NEUTRAL",
    "Composition",
    "Pairing",
    "keys_of",
    "pair_up",
    "says_nothing",
]


#: labels that do not say who is who: partners so called are taken as exchangeable unless the user says otherwise
NEUTRAL = frozenset(
    {"a", "b", "x", "y", "0", "1", "2", "p1", "p2", "first", "second"}
    | {f"{what}{sep}{end}" for what in ("partner", "person", "member") for sep in ("", "_") for end in "012ab"}
)

_TELLS = re.compile(r"gender|sex|role|geschlecht|rolle|spouse")  # a column so called tells partners apart by any codes

LEAST_COUPLES = 20  # of one composition: fewer are described, no model is fitted to them
MOST_ROLES = 6  # more different labels in a column are no roles


def says_nothing(column: str, labels: Sequence[str]) -> bool:
    """Return whether neither the labels nor the name of their column tell who is who."""
    return not _TELLS.search(word(column)) and {word(label) for label in labels} <= NEUTRAL


def keys_of(labels: Sequence[str]) -> tuple[str, str]:
    """Return the suffixes of the partners' columns: the labels as words; a and b where that tells no two apart."""
    first, second = (word(label) for label in labels)
    return (first, second) if first and second and first != second else ("a", "b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """One composition of couples: the labels of its two partners, and whether they are exchangeable.

    Couples whose partners carry the same label are always exchangeable.
    """

    labels: tuple[str, str]
    exchangeable: bool
    n: int

    @property
    def name(self) -> str:
        """The composition as it is printed: ``w-m``."""
        return "-".join(self.labels)

    @property
    def persons(self) -> tuple[str, ...]:
        """The kinds of person that have effects of their own: both labels, or one where nothing tells them apart."""
        if not self.exchangeable:
            return self.labels
        return (self.labels[0],) if self.labels[0] == self.labels[1] else (self.name,)

    @property
    def keys(self) -> tuple[str, str]:
        """Suffixes of the partners' columns."""
        return keys_of(self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """Couples by composition.

    ``of`` holds the place of every couple's composition; ``turned`` says whose first partner has to be the second, so
    that partners told apart stand in the order of the labels.
    """

    compositions: tuple[Composition, ...]
    of: IntArray = field(repr=False)
    turned: BoolArray = field(repr=False)

    def only(self, rows: Sequence[int]) -> Pairing:
        """Return these couples (0-based places), without compositions of which none is left."""
        of = self.of[list(rows)]
        left = [j for j in range(len(self.compositions)) if (of == j).any()]
        return Pairing(
            compositions=tuple(replace(self.compositions[j], n=int((of == j).sum())) for j in left),
            of=np.searchsorted(np.array(left, dtype=np.int64), of).astype(np.int64),
            turned=self.turned[list(rows)],
        )


def pair_up(
    sides: Sequence[tuple[str, str]], labels: Sequence[str], *, neutral: bool, exchangeable: bool | None = None
) -> Pairing:
    """Sort couples into compositions.

    Parameters
    ----------
    sides
        The two labels of every couple, as the file has them.
    labels
        All labels, in the order in which they stand in a composition (``w`` before ``m``).
    neutral
        Whether the labels name no role (a and b): then there is one composition, whatever stands in a couple.
    exchangeable
        The user's word; ``None``: neutral labels make exchangeable couples, roles do not.

    Notes
    -----
    Two of the same label (women with women) are exchangeable whatever was said: no label can tell them apart.

    Examples
    --------
    >>> made = pair_up([("m", "w"), ("w", "w"), ("w", "m")], ["w", "m"], neutral=False)
    >>> [(one.name, one.exchangeable, one.n) for one in made.compositions], made.of.tolist(), made.turned.tolist()
    ([('w-m', False, 2), ('w-w', True, 1)], [0, 1, 0], [True, False, False])
    """
    place = {label: j for j, label in enumerate(labels)}
    if neutral:
        first, second = (labels[0], labels[-1])
        ordered = [(first, second)] * len(sides)
    else:
        ordered = [(a, b) if place[a] <= place[b] else (b, a) for a, b in sides]
    turned = np.array([place[a] > place[b] for a, b in sides], dtype=bool)
    names = sorted(set(ordered), key=lambda pair: (pair[0] == pair[1], place[pair[0]], place[pair[1]]))
    same = neutral if exchangeable is None else exchangeable
    of = np.array([names.index(pair) for pair in ordered], dtype=np.int64)
    return Pairing(
        compositions=tuple(
            Composition(labels=pair, exchangeable=same or pair[0] == pair[1], n=int((of == j).sum()))
            for j, pair in enumerate(names)
        ),
        of=of,
        turned=turned,
    )
