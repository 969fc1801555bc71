"""Columns built while a file streams by: every distinct text once, a code a row, never a list of all rows.

A Python string of 17 letters needs 66 bytes; an export has half a million response ids. Columns whose texts hardly
repeat are therefore kept as one UTF-8 block, or as Arrow has them, and opened one text at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import count
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.reading.exports.arrow_texts import (
    DIGITS,
    MOST_DIGITS,
    ArrowTexts,
    TextSequence,
    arrow_of,
    codes_of,
    digit_codes,
    ends_oddly,
    numbers_of,
    row_array,
)
from intimacy_scales.reading.exports.grid import is_blank
from intimacy_scales.reading.exports.table import TextCells

_END = "\0"  # never inside a cell: readers take NUL characters out


class PackedTexts(TextSequence):
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

    def __repr__(self) -> str:
        return f"PackedTexts({len(self)} texts, {len(self._block)} bytes)"


def pack(texts: Iterable[str]) -> bytes:
    """Join texts without NUL characters into one block."""
    return _END.join(texts).encode("utf-8", "surrogatepass")


def unpack(block: bytes) -> list[str]:
    """Open a block that :func:`pack` made from at least one text."""
    return block.decode("utf-8", "surrogatepass").split(_END)


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

    @property
    def texts(self) -> list[str]:
        """The distinct texts so far; none of a column that hardly repeats."""
        return _texts(self._place)

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


class ArrowColumnBuilder:
    """One column in the making from Arrow arrays of texts, or of codes of texts; :class:`ColumnBuilder`'s twin."""

    __slots__ = ("_arrays", "_codes", "_place", "_rows")

    def __init__(self) -> None:
        self._place = _places()
        self._codes: list[NDArray[np.signedinteger[Any]]] = []
        self._arrays: list[Any] | None = None
        self._rows = 0

    def add(self, array: Any) -> None:
        """Take the next cells of the column."""
        self._rows += len(array)
        if str(array.type) == "int8":
            self._add_digits(array)
            return
        if self._arrays is None and not hasattr(array, "dictionary"):
            self._open()
        if self._arrays is not None:
            self._arrays.append(array.dictionary_decode() if hasattr(array, "dictionary") else array)
            return
        texts = array.dictionary.to_pylist()
        table = _look_up(self._place, texts, len(texts))
        self._codes.append(_narrow(table, len(self._place))[numbers_of(array.indices)])
        if len(self._place) > PACK_FROM and len(self._place) * PACK_SHARE > self._rows:
            self._open()

    def _add_digits(self, array: Any) -> None:
        codes, counts = digit_codes(array)
        present = np.flatnonzero(counts).tolist()
        order = sorted(present, key=lambda code: int(np.argmax(codes == code)))
        table = np.full(MOST_DIGITS + 1, -1, dtype=np.int32)
        table[order] = _look_up(self._place, [DIGITS[code] for code in order], len(order))
        self._codes.append(_narrow(table, len(self._place))[codes])

    def _open(self) -> None:
        """Turn codes into texts: the column hardly repeats."""
        texts = arrow_of([*_texts(self._place), ""])
        last = len(texts) - 1
        self._arrays = [texts.take(row_array(np.where(codes < 0, last, codes))) for codes in self._codes]
        self._codes, self._place = [], _places()

    @property
    def texts(self) -> list[str]:
        """The distinct texts so far; none of a column that hardly repeats."""
        return _texts(self._place)

    def finish(self, *, words: bool = True, stay: Collection[str] = ()) -> TextCells:
        """Return the cells, as :meth:`ColumnBuilder.finish` does."""
        if self._arrays is None:
            codes = np.concatenate([np.empty(0, dtype=np.int8), *self._codes])
            return _without_blanks(_texts(self._place), codes, words=words, stay=stay)
        import pyarrow as pa

        try:
            coded = pa.concat_arrays(self._arrays).dictionary_encode()
        except pa.ArrowException:  # more than two gigabytes of texts
            plain = ColumnBuilder()
            for array in filter(len, self._arrays):
                plain.add(array.to_pylist())
            return plain.finish(words=words, stay=stay)
        self._arrays = None
        values, codes = coded.dictionary, codes_of(coded)
        odd = ends_oddly(values)
        blank = [
            at for at, text in zip(odd.tolist(), values.take(row_array(odd)).to_pylist(), strict=True)
            if is_blank(text, words=words) and text.strip() not in stay
        ]  # fmt: skip
        if blank:
            kept = np.full(len(values) + 1, -1, dtype=np.int32)
            rest = np.setdiff1d(np.arange(len(values)), blank)
            kept[rest] = np.arange(len(rest))
            codes, values = kept[codes], values.take(row_array(rest))
        texts = ArrowTexts(values)
        return TextCells(values=texts if len(texts) > PACK_FROM else tuple(texts), codes=codes)


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
