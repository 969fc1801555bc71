"""Columns built while a file streams by: every distinct text once, a code a row, never a list of all rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.exports.blanks import is_blank
from intimacy_scales.exports.packed import PackedTexts, pack, unpack
from intimacy_scales.exports.table import TextCells

PACK_FROM = 8192  # distinct texts from which a column may count as "hardly repeats"
PACK_SHARE = 4  # ... when every fourth row brings a new text


class ColumnBuilder:
    """One column in the making. ``add`` takes the next cells; ``finish`` gives :class:`TextCells`."""

    __slots__ = ("_blocks", "_codes", "_place", "_rows")

    def __init__(self) -> None:
        self._place = _places()
        self._codes: list[NDArray[np.signedinteger[Any]]] = []
        self._blocks: list[bytes] | None = None
        self._rows = 0

    def add(self, cells: Sequence[str]) -> None:
        """Take the next cells of the column, in the order of the rows (at least one, without NUL characters)."""
        self._rows += len(cells)
        if self._blocks is not None:
            self._blocks.append(pack(cells))
            return
        self._codes.append(_narrow(_look_up(self._place, cells, len(cells)), len(self._place)))
        if len(self._place) > PACK_FROM and len(self._place) * PACK_SHARE > self._rows:
            self._repack()

    def _repack(self) -> None:
        texts = np.array([*_texts(self._place), ""], dtype=object)  # code -1 is the last
        self._blocks = [pack(texts[codes]) for codes in self._codes]
        self._codes, self._place = [], _places()

    def finish(self, *, words: bool = True, stay: Collection[str] = ()) -> TextCells:
        """Return the cells; the builder is empty afterwards.

        ``words=False``: NA and the like stay texts; ``stay``: these of them do.
        """
        if self._blocks is None:
            codes = np.concatenate([np.empty(0, dtype=np.int8), *self._codes])  # as wide as the widest of them
        else:
            codes = _look_up(self._place, _opened(self._blocks), self._rows)
        texts = _texts(self._place)
        self._codes, self._blocks, self._place = [], None, _places()
        return _without_blanks(texts, codes, words=words, stay=stay)


def _places() -> defaultdict[str, int]:
    """Return a dict that gives every new text the next code; "" is -1."""
    return defaultdict(count().__next__, {"": -1})


def _texts(place: defaultdict[str, int]) -> list[str]:
    return [text for text in place if text]


def _look_up(place: defaultdict[str, int], cells: Iterable[str], rows: int) -> NDArray[np.int32]:
    return np.fromiter(map(place.__getitem__, cells), dtype=np.int32, count=rows)


def _narrow(codes: NDArray[np.int32], distinct: int) -> NDArray[np.signedinteger[Any]]:
    if distinct <= 127:
        return codes.astype(np.int8)
    return codes.astype(np.int16) if distinct <= 32767 else codes


def _opened(blocks: list[bytes]) -> Iterator[str]:
    for place, block in enumerate(blocks):
        yield from unpack(block)
        blocks[place] = b""


def _without_blanks(
    texts: list[str], codes: NDArray[np.signedinteger[Any]], *, words: bool, stay: Collection[str]
) -> TextCells:
    blank = [code for code, text in enumerate(texts) if is_blank(text, words=words) and text.strip() not in stay]
    if blank:
        kept = np.full(len(texts) + 1, -1, dtype=codes.dtype)
        rest = np.setdiff1d(np.arange(len(texts)), blank)
        kept[rest] = np.arange(len(rest))
        codes, texts = kept[codes], [texts[code] for code in rest]
    return TextCells(values=PackedTexts(texts) if len(texts) > PACK_FROM else tuple(texts), codes=codes)
