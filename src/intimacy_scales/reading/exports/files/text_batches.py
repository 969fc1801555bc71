"""Plain delimited text as Arrow batches: whole blocks of bytes parsed at once, or not at all.

A text is *plain* when every quotation mark opens a cell, closes one or is doubled inside one, every row has as many
cells as the header, and no line is blank. Then the careful reader (``csv.reader``, strict) and Arrow's read the same
cells. Anything else raises :class:`NotPlainError`, and the file goes to the careful reader whole, which has words and
row numbers for it.
"""

from __future__ import annotations

import codecs
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from queue import Full, Queue
from threading import Event, Thread
from typing import IO, TYPE_CHECKING, Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.engines.batch_stream import hardly_repeats
from intimacy_scales.reading.exports.arrow_texts import DIGITS, MOST_DIGITS, bounds_of, numbers_of
from intimacy_scales.reading.exports.files.text import LONGEST_CELL, TextGrid, has_controls

if TYPE_CHECKING:
    import pyarrow as pa

LARGE = 1 << 20
"""Bytes of a text from which on this reader is worth the loading of Arrow."""
BLOCK = 1 << 22
"""Bytes parsed at once: a batch of some ten thousand rows, small enough to stay near the processor."""
_QUOTE, _LINE, _RETURN = 34, 10, 13
_NOWHERE: NDArray[np.int64] = np.empty(0, dtype=np.int64)
PARSERS = 2
"""Blocks that are parsed at the same time."""
_NARROW = frozenset({"utf-8", "utf-8-sig", "cp1252", "latin-1"})
"""Encodings in which separators, quotation marks and line ends are single bytes that nothing else holds."""


class NotPlainError(Exception):
    """A text that the careful reader has to read."""


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A parsed piece of text, and the columns in it that were read as numbers."""

    table: pa.Table
    digits: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Records:
    """Whole records at the beginning of a piece of text: how many, what else is counted, whether cells hold lines."""

    n: int
    returns: int
    quotes: int
    lines_inside: bool = False


def may_be_plain(grid: object, names: Sequence[str]) -> TypeGuard[TextGrid]:
    """Whether it is worth trying: a text of more than one column, in an encoding that can be cut anywhere."""
    return (
        isinstance(grid, TextGrid)
        and find_spec("pyarrow") is not None
        and len(names) > 1
        and grid.coded.name in _NARROW
        and grid.coded.errors == "strict"
        and not grid.coded.nul
        and len(grid.separator.encode("utf-8")) == 1
    )


@dataclass(slots=True)
class TextBatches:
    """The rows of a plain text below its header, block by block.

    Every column comes as texts, as codes of its texts, or as numbers from 0 to 99 (``int8``, null for a blank cell)
    whose texts are their digits.
    """

    grid: TextGrid
    n_columns: int
    skip: int
    block: int = field(default_factory=lambda: BLOCK)
    texts: set[int] = field(default_factory=set)
    """Columns that hardly repeat: read as texts."""
    digits: set[int] = field(default_factory=set)
    """Columns in which the first block holds whole numbers from 0 to 99 only: read as numbers, while they do."""
    looked: bool = False

    def __call__(self, advance: Callable[[float], None]) -> Iterator[pa.Table]:
        """Return the batches; ``advance`` counts bytes.

        Raises
        ------
        NotPlainError
            As soon as something is not plain.
        """
        # a reading that was given up may still be on its way: each has its own state
        return replace(self, texts=set(), digits=set(), looked=False).read(advance)

    def read(self, advance: Callable[[float], None]) -> Iterator[pa.Table]:
        """Return the batches, once."""
        with self.grid.source.open() as raw, ThreadPoolExecutor(PARSERS) as pool:
            waiting: deque[tuple[bytes, Future[_Parsed]]] = deque()
            for data in self._pieces(raw, advance):
                waiting.append((data, pool.submit(self._parse, data)))
                if len(waiting) == PARSERS or not self.looked:
                    yield self._looked_at(*waiting.popleft())
            while waiting:
                yield self._looked_at(*waiting.popleft())

    def _pieces(self, raw: IO[bytes], advance: Callable[[float], None]) -> Iterator[bytes]:
        """Return pieces of whole records, the header taken off, without the lines that end the file."""
        left, to_skip = b"", self.skip + self.grid.hinted
        begins = codecs.BOM_UTF8 if self.grid.coded.name == "utf-8-sig" else b""
        block = raw.read(self.block)
        while block:
            following = raw.read(self.block)
            last, data = not following, left + block
            advance(len(block))
            data, begins = data.removeprefix(begins), b""
            if last:
                data = data.rstrip(b"\r\n") + b"\n" if data.strip(b"\r\n") else b""
            data, to_skip = self._below_header(data, to_skip, last=last)
            if to_skip:
                left, block = data, following
                continue
            end = len(data) if last else _end_of_records(data)
            if self.grid.coded.by_head and _has_controls(block):
                raise NotPlainError
            left, block = data[end:], following
            if 2 * len(left) > LONGEST_CELL:
                raise NotPlainError  # a cell as long as that is for the other reader to judge
            if end:
                yield data[:end]

    def _below_header(self, data: bytes, to_skip: int, *, last: bool) -> tuple[bytes, int]:
        """Return the data without its first records, and how many of these are yet to come."""
        if not to_skip:
            return data, 0
        ends = _record_ends(np.frombuffer(data, dtype=np.uint8))
        if len(ends) < to_skip:
            if last or 2 * len(data) > LONGEST_CELL:
                raise NotPlainError
            return data, to_skip
        begins = int(ends[to_skip - 1]) + 1
        if _records_in(data[:begins], ord(self.grid.separator)).n != to_skip:
            raise NotPlainError
        return data[begins:], 0

    def _parse(self, data: bytes) -> _Parsed:
        """Parse whole records, in a thread of its own, with what is known of the columns at this moment."""
        import pyarrow as pa

        texts, digits = frozenset(self.texts), frozenset(self.digits)
        records = _records_in(data, ord(self.grid.separator))
        body = pa.py_buffer(data)
        if self.grid.coded.name not in ("utf-8", "utf-8-sig"):
            body = pa.py_buffer(data.decode(self.grid.coded.name).encode("utf-8"))
        if digits:
            table = self._read(body, records, texts, digits)
            if table is not None and _is_spelled_so(table, records, len(data)):
                return _Parsed(table, digits)
        table = self._read(body, records, texts)
        if table is None:
            raise NotPlainError
        return _Parsed(table)

    def _looked_at(self, data: bytes, parsed: Future[_Parsed]) -> pa.Table:
        """Return a piece that was parsed, once more where another one before it told that digits do not do."""
        found = parsed.result()
        if found.digits and not self.digits:
            found = self._parse(data)
        if not found.digits:
            self.digits.clear()  # texts that are other than the number they spell: 03, a blank around it, a word
            self._look_at(found.table)
        return found.table

    def _read(
        self, body: Any, records: _Records, texts: frozenset[int], digits: frozenset[int] = frozenset()
    ) -> pa.Table | None:
        """Parse whole records; ``None`` where they cannot be read so."""
        import pyarrow as pa
        from pyarrow import csv

        places = [str(place) for place in range(self.n_columns)]
        kinds = {name: pa.dictionary(pa.int32(), pa.string()) for name in places}
        kinds |= {str(place): pa.string() for place in texts} | {str(place): pa.int8() for place in digits}
        try:
            table = csv.read_csv(
                pa.BufferReader(body),
                read_options=csv.ReadOptions(column_names=places, use_threads=False, block_size=max(body.size, 1)),
                parse_options=csv.ParseOptions(delimiter=self.grid.separator, newlines_in_values=records.lines_inside),
                convert_options=csv.ConvertOptions(column_types=kinds, strings_can_be_null=False, null_values=[""]),
            )
        except (pa.ArrowException, UnicodeError):
            return None
        return table if table.num_rows == records.n else None

    def _look_at(self, table: pa.Table) -> None:
        """Note which columns hardly repeat (codes would cost more than they save), and which hold digits only."""
        utf8 = self.grid.coded.name in ("utf-8", "utf-8-sig")
        for place, column in enumerate(table.columns):
            if place in self.texts:
                continue
            texts = column.chunk(0).dictionary
            if hardly_repeats(len(texts), table.num_rows):
                self.texts.add(place)
            elif not self.looked and utf8 and len(texts) <= len(_DIGITS) and _DIGITS.issuperset(texts.to_pylist()):
                self.digits.add(place)
        self.looked = True


_DIGITS = frozenset(["", *DIGITS])


def _is_spelled_so(table: pa.Table, records: _Records, n_bytes: int) -> bool:
    """Whether numbers that were parsed are spelled in the one way that they are spelled in here.

    That is the shortest way, so any other makes the text longer: the lengths of all cells, of what stands between them
    and of the quotation marks add up to the bytes there are, or a cell is spelled otherwise.
    """
    size = table.num_rows * table.num_columns + records.returns + records.quotes
    for column in table.columns:
        length = _length_of(column.chunk(0))
        if length is None:
            return False
        size += length
    return bool(size == n_bytes)


def _length_of(array: Any) -> int | None:
    """Return the bytes of all cells of a column, less their quotation marks; ``None`` where they cannot be told."""
    if hasattr(array, "dictionary"):
        _, starts, stops = bounds_of(array.dictionary)
        counts = np.bincount(numbers_of(array.indices), minlength=len(starts))
        quotes = np.array([text.count('"') for text in array.dictionary.to_pylist()], dtype=np.int64)
        return int(counts @ (stops - starts - quotes)) if len(counts) else 0
    if str(array.type) == "string":
        block, starts, stops = bounds_of(array)
        inside = block[int(starts[0]) : int(stops[-1])] if len(starts) else block[:0]
        return len(inside) - int(np.count_nonzero(inside == _QUOTE))
    numbers = numbers_of(array)
    if len(numbers) and (int(numbers.min()) < 0 or int(numbers.max()) >= MOST_DIGITS):
        return None
    return len(numbers) - int(array.null_count) + int(np.count_nonzero(numbers > 9))


def _record_ends(text: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return where the records end: line ends that no quotation marks enclose."""
    lines = np.flatnonzero(text == _LINE)
    quotes = np.flatnonzero(text == _QUOTE)
    return lines if not len(quotes) else lines[np.searchsorted(quotes, lines) % 2 == 0]


def _count(text: NDArray[np.uint8], byte: int) -> int:
    """Count a byte: numpy takes an eighth of the time of ``bytes.count`` where it is frequent."""
    return int(np.count_nonzero(text == byte))


def _has_controls(block: bytes) -> bool:
    """Whether bytes hold zeros, or control characters that no text has."""
    text = np.frombuffer(block, dtype=np.uint8)
    if int(np.count_nonzero(text < 32)) == _count(text, _LINE) + _count(text, _RETURN):
        return False
    return 0 in block or has_controls(block)


def _end_of_records(data: bytes) -> int:
    """Return where the last whole record ends, 0 where none does; of a text whose quotation marks pair."""
    text = np.frombuffer(data, dtype=np.uint8)
    end, inside = len(data), _count(text, _QUOTE) % 2
    while end:
        line = data.rfind(b"\n", 0, end) + 1
        inside = (inside + _count(text[line:end], _QUOTE)) % 2
        if not inside:
            return line
        end = line - 1
    return 0


def _records_in(data: bytes, separator: int) -> _Records:
    """Count the records of a text that begins and ends with whole ones.

    Raises
    ------
    NotPlainError
        For a quotation mark that neither opens nor closes a cell, one that is never closed, a line that ends with a
        bare carriage return.
    """
    text = np.frombuffer(data, dtype=np.uint8)
    returns = _count(text, _RETURN)
    if returns and returns != data.count(b"\r\n"):
        raise NotPlainError
    quotes = np.flatnonzero(text == _QUOTE) if b'"' in data else _NOWHERE
    if not len(quotes):
        return _Records(n=_count(text, _LINE), returns=returns, quotes=0)
    lines = np.flatnonzero(text == _LINE)
    outside = np.searchsorted(quotes, lines) % 2 == 0
    if len(quotes) % 2 or not (len(lines) and outside[-1] and lines[-1] == len(text) - 1):
        raise NotPlainError  # a quotation mark opens a cell and is never closed
    beside: NDArray[np.bool_] = np.zeros(256, dtype=bool)
    beside[[separator, _LINE, _RETURN, _QUOTE]] = True
    opens, closes = quotes[0::2], quotes[1::2]
    before = text[opens[opens > 0] - 1]
    if not (beside[before].all() and beside[text[closes + 1]].all()):
        raise NotPlainError
    n = int(np.count_nonzero(outside))
    return _Records(n=n, returns=returns, quotes=len(quotes), lines_inside=n < len(lines))


AHEAD = 2
"""Batches that are read while one is worked on."""
_PATIENCE = 5.0
"""Seconds that are waited for a reader that is no longer wanted."""


def read_ahead(opened: Callable[[Callable[[float], None]], Iterator[Any]], advance: Callable[[float], None],
               ) -> Generator[Any, None, None]:  # fmt: skip
    """Yield what ``opened`` yields, read in a thread of its own: reading and scoring each have a processor."""
    waiting: Queue[tuple[Any, float, BaseException | None]] = Queue(AHEAD)
    stopped = Event()

    def put(*one: Any) -> bool:
        while not stopped.is_set():
            with suppress(Full):
                waiting.put(one, timeout=0.1)
                return True
        return False

    def read() -> None:
        done: list[float] = []
        try:
            with closing(opened(done.append)) as batches:  # type: ignore[type-var]
                for batch in batches:
                    here, done[:] = sum(done), []
                    if not put(batch, here, None):
                        return
            put(None, sum(done), None)
        except BaseException as fault:  # noqa: BLE001 -- raised again where the batches are wanted
            put(None, 0.0, fault)

    thread = Thread(target=copy_context().run, args=(read,), daemon=True)
    thread.start()
    try:
        while True:
            batch, here, fault = waiting.get()
            if fault is not None:
                raise fault
            advance(here)
            if batch is None:
                return
            yield batch
    finally:
        stopped.set()
        thread.join(_PATIENCE)  # who reads anew shall not meet it; a source that hangs holds nobody up
