"""Ids of any number of rows: whether one stands twice, without holding them; beyond some hundred thousand in a file."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.arrays import BoolArray, IntArray
from intimacy_scales.reading.exports.arrow_texts import (
    ArrowTexts,
    arrow_of,
    ends_oddly,
    hashes_of,
    like_long_numbers,
    longer_than,
    number_hashes,
)
from intimacy_scales.reading.exports.joining.ids import KEPT
from intimacy_scales.reading.exports.table import Column, NeedsWholeError, NumberCells
from intimacy_scales.reading.responses.examination import LostDigits
from intimacy_scales.reading.responses.questions import NotedRows

HELD = 1 << 19
"""Hashes held in memory (4 MB); more of them go to the file."""
_PARTS = 64
LONG_NUMBER = 1e15
_NO_HASHES: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)


class IdLedger:
    """Hashes of ids, in the order of nothing.

    A hash is of 64 bits, salted anew in every run: what lies in the file tells nobody an id. The file has no name and
    is gone with the process. Equal ids have equal hashes, so ids without a doubled hash are all different; a doubled
    hash is looked at in earnest by whoever asks.
    """

    def __init__(self, held: int = HELD) -> None:
        self.salt = secrets.randbits(63)
        self.rows = 0
        self._most, self._here = held, 0
        self._waiting: list[NDArray[np.uint64]] = []
        self._file: IO[bytes] | None = None
        self._pieces: list[tuple[int, IntArray]] = []
        """Where each piece of the file begins, and where its parts begin in it."""

    def add(self, hashes: NDArray[np.uint64]) -> None:
        """Add the hashes of some rows."""
        self.rows += len(hashes)
        self._here += len(hashes)
        self._waiting.append(hashes)
        if self._here >= self._most:
            self._spill()

    def _spill(self) -> None:
        """Sort what waits and write it out; the sorted parts begin where their highest bits say."""
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- lives as long as the ledger
            finalize(self, self._file.close)
        piece = np.concatenate(self._waiting)
        piece.sort()
        self._waiting, self._here = [], 0
        firsts = (np.arange(1, _PARTS, dtype=np.uint64) << np.uint64(58)).astype(np.uint64)
        begins = np.concatenate([[0], np.searchsorted(piece, firsts), [len(piece)]]).astype(np.int64)
        self._pieces.append((self._file.tell(), begins))
        self._file.write(piece.data)

    def _parts(self) -> Iterator[NDArray[np.uint64]]:
        if self._file is None:
            if self._waiting:
                yield np.sort(np.concatenate(self._waiting))
            return
        if self._waiting:
            self._spill()
        for part in range(_PARTS):
            found = []
            for start, begins in self._pieces:
                self._file.seek(start + 8 * int(begins[part]))
                size = 8 * int(begins[part + 1] - begins[part])
                found.append(np.frombuffer(self._file.read(size), dtype=np.uint64))
            yield np.sort(np.concatenate(found))
        self._file.seek(0, 2)

    def hashes(self) -> NDArray[np.uint64]:
        """Return every hash."""
        return np.concatenate([np.empty(0, dtype=np.uint64), *self._parts()])

    def doubled(self) -> NDArray[np.uint64]:
        """Return the hashes that stand in more than one row, each once, in order."""
        found = [one[1:][one[1:] == one[:-1]] for one in self._parts()]  # sorted, once for every row but the first
        return np.concatenate([one[np.append(True, one[1:] != one[:-1])[: len(one)]] for one in (*found, _NO_HASHES)])


@dataclass(slots=True)
class IdColumn:
    """A column that may name the rows: hashes of its ids, and the rows without one."""

    name: str
    ledger: IdLedger = field(default_factory=IdLedger)
    empty: NotedRows = field(default_factory=NotedRows)
    lost: LostDigits = field(default_factory=LostDigits)

    def add(self, column: Column, row_numbers: IntArray) -> None:
        """Add the ids of some rows."""
        self._count_lost_digits(column)
        hashes, there = self.hashed(column)
        self.ledger.add(hashes[there])
        if not there.all():
            self.empty.add(row_numbers[~there])

    def _count_lost_digits(self, column: Column) -> None:
        """Count ids of which a spreadsheet may have taken digits away."""
        cells = column.cells
        if isinstance(cells, NumberCells):
            if bool((np.abs(cells.numbers) >= LONG_NUMBER).any()):
                raise NeedsWholeError(f"ids of {self.name} are numbers of more than 15 digits")
            return
        rows = np.bincount(cells.codes[cells.codes >= 0], minlength=len(cells.values))
        array = arrow_of(cells.values)
        odd = like_long_numbers(array)
        self.lost.add(zip(ArrowTexts(array).rows(odd), rows[odd].tolist(), strict=True))
        self.lost.n_long += int(rows[longer_than(array, KEPT)].sum())

    def hashed(self, column: Column) -> tuple[NDArray[np.uint64], BoolArray]:
        """Return a hash for every row, and which rows have an id."""
        cells = column.cells
        if isinstance(cells, NumberCells):
            return number_hashes(cells.numbers, self.ledger.salt), ~np.isnan(cells.numbers)
        array = arrow_of(cells.values)
        if any(text != text.strip() for text in ArrowTexts(array).rows(ends_oddly(array))):
            array = arrow_of([text.strip() for text in cells.values])
        hashes = np.append(hashes_of(array, self.ledger.salt), np.uint64(0))
        return hashes[cells.codes], cells.codes >= 0

    @property
    def is_unique(self) -> bool:
        """Whether every row has an id and no id stands twice."""
        return not len(self.empty) and not len(self.ledger.doubled())
