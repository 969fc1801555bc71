"""The cells of one Arrow array: numbers as they are, texts as the distinct ones and a code a row."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.arrays import BoolArray, IntArray
from intimacy_scales.engines.batch_stream import hardly_repeats
from intimacy_scales.reading.exports.arrow_texts import as_floats, codes_of, nulls_in, numbers_of
from intimacy_scales.reading.exports.files.frames import spelled
from intimacy_scales.reading.exports.table import NeedsWholeError, NumberCells, WholeCells

_EXACT = 2**53
_LEAST = -127
"""Numbers from here to its opposite are kept in a byte."""


def is_number(kind: Any) -> bool:
    """Whether a column of an Arrow type holds numbers."""
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_floating(kind))


def number_cells(array: Any, name: str) -> NumberCells:
    """Return numbers as float64, NaN where there is nothing."""
    from pyarrow import types

    numbers = numbers_of(array) if not types.is_float16(array.type) else array.to_numpy(zero_copy_only=False)
    nulls = nulls_in(array)
    if numbers.dtype.kind in "iu" and len(numbers) > array.null_count:
        return _whole_numbers(numbers, nulls, name)
    return NumberCells(numbers=as_floats(numbers, nulls))


def _whole_numbers(numbers: NDArray[Any], nulls: BoolArray | None, name: str) -> WholeCells:
    low, high = int(numbers.min()), int(numbers.max())
    if nulls is not None:
        if low < _LEAST or high > -_LEAST:  # what stands at nulls may be anything
            known = numbers[~nulls]
            low, high = int(known.min()), int(known.max())
        numbers = np.where(nulls, numbers.dtype.type(low), numbers)
    if high > _EXACT or low < -_EXACT:
        raise NeedsWholeError(f"column {name} holds numbers of more than 15 digits")
    if low >= _LEAST and high <= -_LEAST:
        numbers = numbers.astype(np.int8, copy=False)
    missing = 0 if nulls is None else int(np.count_nonzero(nulls))
    return WholeCells(numbers=as_floats(numbers, nulls), whole=numbers, low=low, high=high, n_missing=missing)


def _as_dictionary(array: Any) -> Any:
    return array if hasattr(array, "dictionary") else array.dictionary_encode()


def _is_text(array: Any) -> bool:
    from pyarrow import types

    kind = array.type.value_type if hasattr(array, "dictionary") else array.type
    return bool(types.is_string(kind))


def distinct_texts(array: Any) -> list[str] | None:
    """Return the distinct texts of a first batch; ``None`` where they hardly repeat."""
    found = coded_texts(array)
    return None if found is None else found[0]


def coded_texts(array: Any) -> tuple[list[str], IntArray] | None:
    """Return the distinct texts of a batch and a code a row (-1: null); ``None`` where texts hardly repeat."""
    if _is_text(array):
        if not hasattr(array, "dictionary"):
            return None
        if hardly_repeats(len(array.dictionary), len(array)):
            return None
        return array.dictionary.to_pylist(), codes_of(array)
    coded = _as_dictionary(array)
    texts = [spelled(value, words=False) for value in coded.dictionary.to_pylist()]
    place: dict[str, int] = {}
    for text in texts:
        if text is not None:
            place.setdefault(text, len(place))
    table = np.array([-1 if text is None else place[text] for text in texts] + [-1], dtype=np.int32)
    return list(place), table[codes_of(coded)]
