"""Texts as Arrow holds them, opened one at a time: columns that hardly repeat never become Python strings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.arrays import BoolArray, FloatArray, IntArray

_SHORT = 8  # bytes up to which a text may be a word for a blank cell


class TextSequence(Sequence[str]):
    """Texts that are not held as Python strings; equal to any sequence of the same texts."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Sequence)
            and len(self) == len(other)
            and all(a == b for a, b in zip(self, other, strict=True))
        )

    __hash__ = None  # type: ignore[assignment]


class ArrowTexts(TextSequence):
    """An unchanging sequence of texts over an Arrow array of type ``string`` without nulls.

    Examples
    --------
    >>> import pyarrow as pa
    >>> texts = ArrowTexts(pa.array(["R_1", "R_22"]))
    >>> texts[1], len(texts), list(texts)
    ('R_22', 2, ['R_1', 'R_22'])
    """

    __slots__ = ("array",)

    def __init__(self, texts: Any) -> None:
        self.array = arrow_of(list(texts)) if isinstance(texts, (list, tuple)) else texts

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[str]:
        return iter(self.array.to_pylist())

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            return tuple(self.array[place].to_pylist())
        text: str = self.array[place].as_py()
        return text

    def longer_than(self, size: int) -> list[tuple[int, str]]:
        """Return the texts of more bytes than that (so all of more letters), each with its place."""
        _, starts, stops = bounds_of(self.array)
        long = np.flatnonzero(stops - starts > size)
        return list(zip(long.tolist(), self.array.take(row_array(long)).to_pylist(), strict=True)) if len(long) else []

    def rows(self, rows: IntArray) -> ArrowTexts:
        """Return the texts at these places, in this order."""
        if not len(rows):  # Arrow's functions are loaded when there is something to take
            return ArrowTexts(self.array.slice(0, 0))
        return ArrowTexts(self.array.take(row_array(rows)))

    def __arrow_array__(self, type: Any = None) -> Any:  # noqa: A002 -- as Arrow calls it
        """Give the texts to Arrow as it holds them."""
        return self.array if type is None else self.array.cast(type)

    def __repr__(self) -> str:
        return f"ArrowTexts({len(self)} texts)"


def bounds_of(array: Any) -> tuple[NDArray[np.uint8], IntArray, IntArray]:
    """Return the bytes of an Arrow array of texts, and where each begins and ends in them."""
    _, offsets, body = array.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[array.offset : array.offset + len(array) + 1].astype(np.int64)
    block = np.frombuffer(body, dtype=np.uint8) if body is not None and body.size else np.zeros(1, dtype=np.uint8)
    return block, ends[:-1], ends[1:]


def ends_oddly(array: Any) -> IntArray:
    """Return the places of texts that may be blank or have blanks around them: short, or not ASCII at an end."""
    block, starts, stops = bounds_of(array)
    last = len(block) - 1
    first, final = block[np.minimum(starts, last)], block[np.clip(stops - 1, 0, last)]
    odd = (stops - starts <= _SHORT) | (first <= 32) | (first >= 128) | (final <= 32) | (final >= 128)
    return np.flatnonzero(odd)


def numbers_of(array: Any) -> NDArray[Any]:
    """Return an Arrow array of numbers as numpy's, where it lies; what stands at its nulls means nothing.

    Arrow's own way to numpy would import pandas.
    """
    kind = np.dtype(array.type.to_pandas_dtype())
    found: NDArray[Any] = np.frombuffer(array.buffers()[1], dtype=kind)[array.offset : array.offset + len(array)]
    return found


def nulls_in(array: Any) -> BoolArray | None:
    """Return which values of an Arrow array are null; ``None`` where none is."""
    if not array.null_count:
        return None
    bits = np.frombuffer(array.buffers()[0], dtype=np.uint8)
    known = np.unpackbits(bits, bitorder="little")[array.offset : array.offset + len(array)]
    found: BoolArray = known == 0
    return found


def as_floats(numbers: NDArray[Any], nulls: BoolArray | None) -> FloatArray:
    """Return numbers as float64 that nobody can write to, NaN at nulls; a view where they are that already."""
    made: FloatArray = numbers.astype(np.float64, copy=nulls is not None)
    if nulls is not None:
        np.copyto(made, np.nan, where=nulls)
    made.flags.writeable = False
    return made


def like_long_numbers(array: Any) -> IntArray:
    """Return the places of texts like numbers with a power (``1.2E+15``), or of 16 digits or more that end in 0."""
    block, starts, stops = bounds_of(array)
    end = len(block) - 1
    first, second, last = (block[np.clip(at, 0, end)] for at in (starts, starts + 1, stops - 1))
    digits = (first >= 48) & (first <= 57) & (last >= 48) & (last <= 57) & (stops > starts + 1)
    power = (second == 46) | (second == 44) | (second == 69) | (second == 101)  # . , E e
    return np.flatnonzero(digits & (power | ((stops - starts > 15) & (last == 48))))


def longer_than(array: Any, size: int) -> IntArray:
    """Return the places of texts of more letters than that."""
    block, starts, stops = bounds_of(array)
    long = np.flatnonzero(stops - starts > size)
    if len(long) and (block[int(starts[0]) : int(stops[-1])] >= 128).any():  # letters of several bytes
        texts = array.take(row_array(long)).to_pylist()
        return long[[len(text) > size for text in texts]]
    return long


def points_in(array: Any) -> Any:
    """Return an Arrow array of texts with points for their commas."""
    from pyarrow import compute

    return compute.replace_substring(array, ",", ".")


MOST_DIGITS = 100
DIGITS = tuple(map(str, range(MOST_DIGITS)))
"""The texts of whole numbers that are read as numbers, each at its own place."""


def digit_codes(array: Any) -> tuple[NDArray[np.int8], IntArray]:
    """Return a column of digits as codes into :data:`DIGITS` (-1: a blank cell), and how often each number occurs."""
    codes: NDArray[np.int8] = numbers_of(array)
    if (nulls := nulls_in(array)) is not None:
        codes = np.where(nulls, np.int8(-1), codes)
    return codes, counts_between(codes, 0, int(codes.max(initial=-1)))


_COMPARED = 16
"""Numbers up to which it is quicker to look for each of them than to put every cell into its bin."""


def counts_between(whole: NDArray[Any], low: int, high: int) -> IntArray:
    """Return how often each number from ``low`` to ``high`` occurs; the only other one allowed is ``low - 1``."""
    if high - low < _COMPARED:
        return np.array([np.count_nonzero(whole == number) for number in range(low, high + 1)], dtype=np.int64)
    return np.bincount(whole.astype(np.intp) - (low - 1), minlength=high - low + 2)[1:]


def row_array(rows: IntArray) -> Any:
    """Return row places as Arrow takes them; numpy's own would be looked at for being pandas'."""
    import pyarrow as pa

    return pa.Array.from_buffers(
        pa.int64(), len(rows), [None, pa.py_buffer(np.ascontiguousarray(rows, dtype=np.int64))]
    )


def arrow_of(texts: Sequence[str]) -> Any:
    """Return texts as an Arrow array."""
    if isinstance(texts, ArrowTexts):
        return texts.array
    import pyarrow as pa

    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    ends = np.zeros(len(encoded) + 1, dtype=np.int32)
    np.cumsum([len(one) for one in encoded], out=ends[1:])
    return pa.Array.from_buffers(pa.string(), len(encoded), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))])


def repeated(text: str, n: int) -> Any:
    """Return an Arrow array of one text, n times."""
    import pyarrow as pa

    body = text.encode("utf-8")
    ends = np.arange(n + 1, dtype=np.int32) * len(body)
    return pa.Array.from_buffers(pa.string(), n, [None, pa.py_buffer(ends.astype(np.int32)), pa.py_buffer(body * n)])


def holds_nothing(array: Any) -> BoolArray:
    """Return which rows of an Arrow array of texts (or of codes of texts) hold nothing but spaces."""
    if str(array.type) == "int8":
        nulls = nulls_in(array)
        return np.zeros(len(array), dtype=bool) if nulls is None else nulls
    is_coded = hasattr(array, "dictionary")
    values = array.dictionary if is_coded else array
    odd = ends_oddly(values)
    empty = np.zeros(len(values) + 1, dtype=bool)  # code -1, a null, is the last
    empty[-1] = True
    if len(odd):
        empty[odd] = [not text.strip() for text in values.take(row_array(odd)).to_pylist()]
    return empty[codes_of(array)] if is_coded else empty[:-1]


def codes_of(array: Any) -> IntArray:
    """Return the codes of a dictionary array, -1 for nulls."""
    codes: IntArray = numbers_of(array.indices)
    if (nulls := nulls_in(array.indices)) is not None:
        codes = np.where(nulls, -1, codes).astype(np.int32)
    return codes


_PRIMES = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))


def _mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    x ^= x >> np.uint64(29)
    x *= _PRIMES[1]
    x ^= x >> np.uint64(32)
    return x


def hashes_of(array: Any, salt: int) -> NDArray[np.uint64]:
    """Return a 64-bit hash of every text: eight bytes at a time, whole columns at once."""
    block, starts, stops = bounds_of(array)
    padded = np.concatenate([block, np.zeros(8, dtype=np.uint8)])
    words = np.ndarray(
        (len(padded) - 7,), dtype="<u8", buffer=padded, strides=(1,)
    )  # the eight bytes from each byte on
    length = stops - starts
    made = (length.astype(np.uint64) + np.uint64(salt)) * _PRIMES[0]
    for at in range(0, int(length.max(initial=0)), 8):
        left = np.minimum(length - at, 8)
        here = slice(None) if int(left.min()) > 0 else np.flatnonzero(left > 0)
        word = words[starts[here] + at]
        bits = (8 * (8 - left[here])).astype(np.uint64)
        word = (word << bits) >> bits  # bytes beyond the end of the text are of the next
        made[here] = _mixed((made[here] ^ word) * _PRIMES[0])
    return _mixed(made)


def number_hashes(numbers: FloatArray, salt: int) -> NDArray[np.uint64]:
    """Return a 64-bit hash of every number; different numbers have different ones."""
    return _mixed(((numbers + 0.0).view(np.uint64) ^ np.uint64(salt)) * _PRIMES[0])
