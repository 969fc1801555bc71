"""A table of any size as Arrow batches of one schema: what every engine's rows look like to the rooms above."""

from __future__ import annotations

from collections.abc import Callable, Container, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from intimacy_scales.base.errors import ExportError, Problem

CELLS_A_BATCH = 2_000_000
"""About as many cells as a batch holds: 16 MB as float64, so that a batch and its scores stay near the processor."""
MOST_ROWS = 131_072
NEEDS_PYARROW = "pip install 'intimacy-scales[frames]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchStream:
    """Rows of a file or of an engine's frame, a batch at a time; every batch has the same columns and types.

    Texts of every kind (``string``, ``large_string``, ``string_view``, categories of texts) come as
    ``dictionary<int32, string>``: the distinct texts of the batch, each used, in order of first appearance. Decimals
    and half floats come as ``double``; numbers, truth values, dates and whatever else as they are. What the source
    has no value for is a null; of text files every cell is the text that stands there, blank ones too.
    """

    schema: Any
    """A ``pyarrow.Schema``."""
    n_rows: int | None
    """``None`` where the source does not tell before it was read."""
    is_repeatable: bool
    """Whether :meth:`batches` may be asked for a second time."""
    saw: str
    """What was opened, in words: "a polars LazyFrame", "3 Parquet files in answers/"."""
    native: Any = field(default=None, repr=False, compare=False)
    """The caller's own frame; ``None`` for paths."""
    parts: tuple[Any, ...] = ()
    """The files of a path, in the order in which they are read."""
    reader: Callable[[], Iterable[Any]] = field(repr=False, compare=False)
    """Opens the source anew and yields its batches, of whatever types it has."""
    batch_rows: int = MOST_ROWS
    is_in_order: bool = field(default=False, repr=False)
    """Whether ``reader`` yields dictionaries in order of first appearance already."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in the order of the source."""
        return tuple(self.schema.names)

    @property
    def types(self) -> tuple[Any, ...]:
        """The Arrow type of each column, as :meth:`batches` yields it."""
        return tuple(self.schema.types)

    def batches(self, *, distinct: bool = True) -> Generator[Any, None, None]:
        """Yield ``pyarrow.RecordBatch`` of at most :attr:`batch_rows` rows; small ones are joined, none is empty.

        Parameters
        ----------
        distinct
            Look for the distinct texts of every column. ``False``: of columns that hardly repeat in the first batch
            (ids) a later one holds the text of every row, in order, which takes a third of the time.

        Raises
        ------
        ExportError
            When the source fails on the way, changes its columns, or cannot be read twice.
        """
        with closing(_steady(self._cut(self.reader(), distinct=distinct), self.batch_rows, self.schema)) as steady:
            yield from steady

    def _cut(self, given: Iterable[Any], *, distinct: bool) -> Iterator[Any]:
        row, unlike = 0, frozenset[int]()
        for batch in given:
            if tuple(batch.schema.names) != self.names:
                raise ExportError(Problem(where=self.saw, what=f"from row {row + 1} on has other columns",
                                          allowed=f"{len(self.names)} columns, the same in every batch"))  # fmt: skip
            in_order = self.is_in_order and batch.num_rows <= self.batch_rows
            for start in range(0, batch.num_rows, self.batch_rows):
                piece = batch.slice(start, self.batch_rows)
                made = as_schema(piece, self.schema, where=self.saw, row=row + start, in_order=in_order, unlike=unlike)
                if not (distinct or row or start):
                    unlike = _unlike(made)
                yield made
            row += batch.num_rows

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """Give the batches as an Arrow stream, to whatever takes one."""
        import pyarrow as pa

        return pa.RecordBatchReader.from_batches(self.schema, self.batches()).__arrow_c_stream__(requested_schema)

    def head(self, rows: int) -> Any:
        """Return the first rows as one ``pyarrow.Table``; of a source that can be read again only."""
        import pyarrow as pa

        taken, left = [], rows
        with closing(self.batches()) as batches:
            for batch in batches:
                taken.append(batch.slice(0, left))
                left -= taken[-1].num_rows
                if left <= 0:
                    break
        return pa.Table.from_batches(taken, schema=self.schema)

    def table(self) -> Any:
        """Return everything as one ``pyarrow.Table``: of as much memory as the rows need."""
        import pyarrow as pa

        return pa.Table.from_batches(list(self.batches()), schema=self.schema).unify_dictionaries().combine_chunks()


def stream_of(
    schema: Any, reader: Callable[[], Iterable[Any]], *, saw: str, batch_rows: int | None, **known: Any
) -> BatchStream:
    """Return a stream of a source with this schema of its own; names are vouched for, types made even.

    Parameters
    ----------
    schema
        The ``pyarrow.Schema`` in which ``reader`` yields.
    reader
        Opens the source and yields its batches.
    saw, batch_rows
        As in :class:`BatchStream`; ``None``: as many rows as make :data:`CELLS_A_BATCH` cells.
    **known
        ``n_rows``, ``is_repeatable``, ``native``, ``parts``, ``is_in_order``.

    Raises
    ------
    ExportError
        When there is no column, or two have one name.
    """
    names = list(schema.names)
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if not names or twice:
        what = f"has two columns called {', '.join(map(repr, twice[:5]))}" if twice else "has no columns"
        raise ExportError(Problem(where=saw, what=what, allowed="columns with a name each", do="name them anew"))
    if batch_rows is not None and batch_rows < 1:
        raise ExportError(Problem(where="batch_rows", what=f"is {batch_rows}", allowed="1 or more"))
    rows = min(MOST_ROWS, max(1024, CELLS_A_BATCH // len(names))) if batch_rows is None else batch_rows
    stream = BatchStream(
        schema=even_schema(schema), reader=reader, saw=saw, batch_rows=rows,
        **{"n_rows": None, "is_repeatable": False, **known},
    )  # fmt: skip
    return stream if stream.is_repeatable else replace(stream, reader=_once(reader, saw))


def _once(reader: Callable[[], Iterable[Any]], saw: str) -> Callable[[], Iterable[Any]]:
    """Return a reader that says so when it is asked a second time: silence would be a table without rows."""
    asked: list[bool] = []

    def read() -> Iterable[Any]:
        if asked:
            raise ExportError(Problem(where=saw, what="was read to its end already", allowed="one reading",
                                      do="give it anew, or a path, or a frame"))  # fmt: skip
        asked.append(True)
        return reader()

    return read


def even_schema(schema: Any) -> Any:
    """Return the schema in which batches are handed on: texts as dictionaries, decimals as doubles; metadata stay."""
    import pyarrow as pa

    return pa.schema([pa.field(one.name, even_type(one.type)) for one in schema], metadata=schema.metadata)


def even_type(kind: Any) -> Any:
    """Return the type in which a column of this type is handed on."""
    import pyarrow as pa
    from pyarrow import types

    if types.is_dictionary(kind):
        return even_type(kind.value_type)
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return pa.dictionary(pa.int32(), pa.string())
    if types.is_decimal(kind) or types.is_float16(kind):
        return pa.float64()
    if types.is_run_end_encoded(kind):
        return even_type(kind.value_type)
    return kind


_MANY, _SHARE = 64, 4
"""A column with more texts than the first in a batch, of which many rows bring a new one, hardly repeats."""


def hardly_repeats(texts: int, rows: int) -> bool:
    """Whether a column with so many different texts in so many rows is better kept as texts than as codes."""
    return texts > _MANY and texts * _SHARE > rows


def _unlike(batch: Any) -> frozenset[int]:
    """Return the places of columns whose texts hardly repeat."""
    return frozenset(
        place for place, column in enumerate(batch.columns)
        if hasattr(column, "dictionary") and hardly_repeats(len(column.dictionary), len(column))
    )  # fmt: skip


def _row_by_row(texts: Any) -> Any:
    """Return plain texts as a dictionary of a text a row, nothing looked up."""
    import numpy as np
    import pyarrow as pa

    n = len(texts)
    rows = pa.Array.from_buffers(pa.int32(), n, [None, pa.py_buffer(np.arange(n, dtype=np.int32))])
    return pa.DictionaryArray.from_arrays(rows, texts)


def as_schema(
    batch: Any, schema: Any, *, where: str, row: int, in_order: bool = False, unlike: Container[int] = ()
) -> Any:
    """Return a batch in these types; texts of the columns at ``unlike`` are not compared.

    Raises
    ------
    ExportError
        With every column that cannot be had in its type without loss.
    """
    import pyarrow as pa

    columns, problems = [], []
    for place, (column, wanted) in enumerate(zip(batch.columns, schema, strict=True)):
        if place in unlike and pa.types.is_string(column.type) and not column.null_count:
            columns.append(_row_by_row(column))
            continue
        try:
            columns.append(as_type(column, wanted.type, in_order=in_order))
        except (pa.ArrowException, ValueError) as fault:
            what = f"holds {column.type} from row {row + 1} on ({str(fault).splitlines()[0]})"
            problems.append(Problem(where=f"{where}, column {wanted.name}", what=what,
                                    allowed=f"{wanted.type}, as in the rows before"))  # fmt: skip
    if problems:
        raise ExportError(problems)
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def as_type(column: Any, wanted: Any, *, in_order: bool = False) -> Any:
    """Return an Arrow array in a type of :func:`even_type`; ``in_order``: dictionaries are as they shall be."""
    import pyarrow as pa
    from pyarrow import types

    if column.type == wanted and (in_order or not types.is_dictionary(wanted)):
        return column
    if types.is_run_end_encoded(column.type):
        return as_type(pa.compute.run_end_decode(column), wanted)
    if types.is_dictionary(column.type):
        if types.is_dictionary(wanted) and not column.dictionary.null_count:
            return _first_appearance(column)
        column = column.dictionary_decode()
    if types.is_dictionary(wanted):
        return column.cast(pa.string()).dictionary_encode()
    return column if column.type == wanted else column.cast(wanted)


def _first_appearance(column: Any) -> Any:
    """Return a dictionary array with its texts in order of first appearance, and only those that appear."""
    import pyarrow as pa
    from pyarrow import compute

    codes = column.indices
    used = compute.drop_null(compute.unique(codes))
    texts = column.dictionary.take(used).cast(pa.string())
    if len(used) == len(column.dictionary) and used.equals(pa.array(range(len(used)), type=used.type)):
        return pa.DictionaryArray.from_arrays(codes.cast(pa.int32()), texts)
    return pa.DictionaryArray.from_arrays(compute.index_in(codes, used), texts)


def _steady(batches: Iterator[Any], rows: int, schema: Any) -> Generator[Any, None, None]:
    """Yield the batches, runs of small ones joined: ten rows cost nearly what a thousand do."""
    waiting: list[Any] = []
    held = 0
    for batch in batches:
        if batch.num_rows and held + batch.num_rows > rows:
            yield _joined(waiting, schema)
            waiting, held = [], 0
        if 2 * batch.num_rows > rows and not waiting:
            yield batch
        elif batch.num_rows:
            waiting.append(batch)
            held += batch.num_rows
    if waiting:
        yield _joined(waiting, schema)


def _joined(batches: list[Any], schema: Any) -> Any:
    import pyarrow as pa

    if len(batches) == 1:
        return batches[0]
    table = pa.Table.from_batches(batches, schema=schema).unify_dictionaries().combine_chunks()
    return next(islice(table.to_batches(), 1))
