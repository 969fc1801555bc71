"""Many short texts in one block of bytes.

A Python string of 17 letters needs 66 bytes; an export has half a million response ids. Columns whose texts hardly
repeat are therefore kept as one UTF-8 block and opened one text at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import overload

import numpy as np

_END = "\0"  # never inside a cell: readers take NUL characters out


class PackedTexts(Sequence[str]):
    """An unchanging sequence of texts without NUL characters, about as large as the texts themselves.

    Examples
    --------
    >>> texts = PackedTexts(["R_1", "R_22"])
    >>> texts[1], len(texts), list(texts)
    ('R_22', 2, ['R_1', 'R_22'])
    """

    __slots__ = ("_block", "_ends")

    def __init__(self, texts: Iterable[str]) -> None:
        self._block = pack(texts) + b"\0"
        ends = np.flatnonzero(np.frombuffer(self._block, dtype=np.uint8) == 0)
        self._ends = ends.astype(np.uint32) if len(self._block) < 2**32 else ends

    def __len__(self) -> int:
        return len(self._ends)

    def __iter__(self) -> Iterator[str]:
        return iter(unpack(self._block[:-1]))

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            return tuple(self[one] for one in range(*place.indices(len(self))))
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        place %= len(self)
        start = int(self._ends[place - 1]) + 1 if place else 0
        return self._block[start : int(self._ends[place])].decode("utf-8", "surrogatepass")

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Sequence)
            and len(self) == len(other)
            and all(a == b for a, b in zip(self, other, strict=True))
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"PackedTexts({len(self)} texts, {len(self._block)} bytes)"


def pack(texts: Iterable[str]) -> bytes:
    """Join texts without NUL characters into one block."""
    return _END.join(texts).encode("utf-8", "surrogatepass")


def unpack(block: bytes) -> list[str]:
    """Open a block that :func:`pack` made from at least one text."""
    return block.decode("utf-8", "surrogatepass").split(_END)
