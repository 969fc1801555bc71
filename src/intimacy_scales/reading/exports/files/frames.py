"""Frames of pandas, polars and pyarrow as they are: nothing we hold can be changed from outside.

Parquet: a frame in a file, as ``score --out scores.parquet`` and data scientists write it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import Any

import numpy as np

from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.engines.opening import ALLOWED, engine_of
from intimacy_scales.engines.own_type import in_memory
from intimacy_scales.reading.exports.arrow_texts import (
    ArrowTexts,
    as_floats,
    codes_of,
    ends_oddly,
    nulls_in,
    numbers_of,
    row_array,
)
from intimacy_scales.reading.exports.column_builders import PACK_FROM
from intimacy_scales.reading.exports.files.containers import FileKind, Opened
from intimacy_scales.reading.exports.grid import is_blank, na_is_word, vouch_names
from intimacy_scales.reading.exports.kinds import kind_of, look_inside
from intimacy_scales.reading.exports.platform import ExportFile, Options, Recognition
from intimacy_scales.reading.exports.table import Cells, Column, NumberCells, RawTable, Source, TextCells, text_cells

_PLAIN = (str, int, float, bool, np.generic, Decimal, Fraction, dt.date, dt.time, dt.timedelta)


def read_frame(frame: Any) -> RawTable:
    """Read a frame of any engine; what does not lie in memory is read into it.

    Numbers and truth values become numbers: copies, or views where the frame cannot be written to (polars, pyarrow).
    Texts, dates, categories and columns of mixed kinds become texts. Row numbers are positions from 0.
    ``source.native`` is the frame; of pandas a shallow copy, which keeps its rows and index whatever becomes of it.

    Raises
    ------
    ExportError
        When this is no frame, or two columns have one name.
    """
    given, saw = in_memory(frame)
    names = _names(given)
    vouch_names(names, "frame")
    kinds = [kind_of(name) for name in names]
    cells = _all_cells(given, frame, [kind != "id" for kind in kinds])
    columns = look_inside(
        [Column(name=name, cells=own, kind=kind) for name, own, kind in zip(names, cells, kinds, strict=True)]
    )
    rows = np.arange(len(given), dtype=np.int64)
    source = Source(path=None, platform="frame", saw=saw, native=_kept(frame))
    return RawTable(columns=columns, row_numbers=rows, set_aside=(), source=source)


def _all_cells(given: Any, frame: Any, words: Sequence[bool]) -> list[Cells]:
    """Return the cells of every column, and look for words for blank cells where that is said."""
    if engine_of(given) == "pyarrow table":
        return [_cells_in_arrow(one, words=own) for one, own in zip(given.columns, words, strict=True)]
    import narwhals.stable.v2 as nw

    try:
        native = nw.from_native(given, eager_only=True)
    except (TypeError, ValueError):
        raise ExportError(Problem(where=f"a {type(frame).__name__}", what="cannot be read as a table of answers",
                                  allowed=ALLOWED)) from None  # fmt: skip
    return [_cells(one, words=own) for one, own in zip(native.iter_columns(), words, strict=True)]


def _names(frame: Any) -> list[str]:
    """Return the names before narwhals does: it refuses doubled ones in words of its own."""
    given = getattr(frame, "column_names", getattr(frame, "columns", ()))  # pyarrow's .columns are its arrays
    return [" ".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in given]


def _cells_in_arrow(column: Any, *, words: bool) -> Cells:
    """Return the cells of a column of a pyarrow table: numbers and texts without the loading of narwhals or pandas."""
    from pyarrow import types

    kind = column.type
    array = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return _arrow_cells(array, words=words)
    if types.is_integer(kind) or types.is_float32(kind) or types.is_float64(kind):
        return NumberCells(numbers=as_floats(numbers_of(array), nulls_in(array)) if len(array) else np.empty(0))
    import narwhals.stable.v2 as nw

    return _cells(nw.from_native(column, series_only=True), words=words)


def _cells(series: Any, *, words: bool) -> Cells:
    import narwhals.stable.v2 as nw

    kind = series.dtype
    if kind.is_numeric():
        return NumberCells(numbers=_numbers(series))
    if kind == nw.Boolean:
        # a truth value is no code: as a word it is looked up among the labels, or named as a problem
        return text_cells([None if value is None else str(bool(value)) for value in series.to_list()])
    if kind in (nw.Categorical, nw.Enum):
        return _categories(series, words=words)
    if kind == nw.String:
        return _texts(series.to_list(), words=words)
    values = series.to_list()
    if kind == nw.Object and all(_is_number(value) for value in values):
        return NumberCells(
            numbers=np.array([np.nan if _is_nothing(value) else float(value) for value in values], dtype=np.float64)
        )
    return text_cells([spelled(value, words=words) for value in values])


def _numbers(series: Any) -> FloatArray:
    """Return float64 that nobody else can write to: a view of what cannot be changed, else a copy."""
    import narwhals.stable.v2 as nw

    numbers = series.to_numpy() if series.dtype.is_integer() or series.dtype == nw.Float64 else None
    if numbers is None or numbers.dtype.kind not in "iuf":  # masked frames hand out objects with a NA of their own
        series = series if series.dtype == nw.Float64 else series.cast(nw.Float64)
        numbers = series.fill_null(float("nan")).to_numpy()
    fixed = np.array(numbers, dtype=np.float64, copy=None if _unchangeable(series) else True)
    fixed.flags.writeable = False
    return fixed


def _unchangeable(series: Any) -> bool:
    """Whether the numbers of a frame's column stay what they are: polars and pyarrow share, but never write."""
    return bool(series.implementation.is_polars() or series.implementation.is_pyarrow())


def _kept(frame: Any) -> Any:
    """Return the frame as it is now: a caller may give a pandas frame another index, or drop rows in place."""
    return frame.copy(deep=False) if hasattr(frame, "iloc") and hasattr(frame, "copy") else frame


def _categories(series: Any, *, words: bool) -> Cells:
    import narwhals.stable.v2 as nw

    kinds = series.cat.get_categories().to_list()
    if kinds and all(isinstance(one, int | float) for one in kinds):
        return NumberCells(numbers=_numbers(series.cast(nw.Float64)))
    return _texts(series.cast(nw.String).to_list(), words=words)


def _arrow_cells(array: Any, *, words: bool) -> TextCells:
    """Return texts as Arrow holds them as cells; only distinct ones, and of many only the odd, become Python's."""
    import pyarrow as pa

    try:
        coded = array.cast(pa.string()).dictionary_encode()
    except pa.ArrowInvalid:  # more than two gigabytes of texts
        return _texts(array.to_pylist(), words=words)
    values, codes = coded.dictionary, codes_of(coded)
    many = len(values) > PACK_FROM
    words = words and (many or not na_is_word(values.to_pylist()))  # there are not so many words of two letters
    odd = ends_oddly(values)
    blank = odd[[is_blank(text, words=words) for text in ArrowTexts(values).rows(odd)]] if len(odd) else odd
    if len(blank):
        stays: BoolArray = np.ones(len(values) + 1, dtype=bool)
        stays[blank] = stays[-1] = False  # code -1, a null, is the last
        kept = np.where(stays, np.cumsum(stays) - 1, -1).astype(np.int32)
        codes, values = kept[codes], values.take(row_array(np.flatnonzero(stays)))
    return TextCells(values=ArrowTexts(values) if len(values) > PACK_FROM else tuple(values.to_pylist()), codes=codes)


def _texts(values: Sequence[Any], *, words: bool) -> TextCells:
    """Return texts as cells; every distinct one is looked at once."""
    place: defaultdict[Any, int] = defaultdict(count().__next__)
    raw = np.fromiter(map(place.__getitem__, values), dtype=np.int32, count=len(values))
    words = words and not na_is_word(str(value) for value in place if not _is_nothing(value))
    distinct = text_cells([spelled(value, words=words) for value in place])
    return TextCells(values=distinct.values, codes=distinct.codes[raw] if len(values) else raw)


def spelled(value: Any, *, words: bool) -> str | None:
    """Return a value of a frame as text; ``None`` where it is nothing."""
    if _is_nothing(value):
        return None
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, float | np.floating):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    if not isinstance(value, _PLAIN):
        return f"an object of type {type(value).__name__}"  # what it prints may look like HTML, or like anything
    text = str(value)
    return None if is_blank(text, words=words) else text


def _is_nothing(value: Any) -> bool:
    """Return whether a value is None, NaN, NaT or the NA of pandas."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float | np.floating) and bool(np.isnan(value))


def _is_number(value: Any) -> bool:
    """Return whether a value is a number or nothing; a truth value is neither."""
    return _is_nothing(value) or (isinstance(value, int | float | np.number) and not isinstance(value, bool))


NAME = "parquet"
KINDS: frozenset[FileKind] = frozenset({"parquet"})
_LABEL = "label:"


def recognise(file: ExportFile) -> Recognition | None:
    """Return what tells the file: its first bytes."""
    return Recognition(saw="the first bytes of Parquet", sure="certain") if file.kind in KINDS else None


def names_of_parquet(opened: Opened) -> tuple[str, ...]:
    """Return the names of the columns without reading the rows."""
    return tuple(_from(_schema, opened).names)


def read(file: ExportFile, options: Options, recognition: Recognition) -> RawTable:  # noqa: ARG001 -- as every platform
    """Read the file as the frame it holds; row 1 is the first row of data.

    Descriptions of columns that ``score`` wrote are their questions again.

    Raises
    ------
    ExportError
        When the file is damaged, holds no rows, or pyarrow is not installed.
    """
    frame = _from(_whole, Opened(source=file.source, shown=file.shown, kind="parquet"))
    if not frame.num_rows or not frame.num_columns:
        raise ExportError(Problem(where=file.shown, what="holds no rows of answers", do="write it again"))
    table = read_frame(frame)
    asked = labels_in(frame.schema.metadata or {})
    return replace(
        table,
        columns=tuple(replace(one, question=asked.get(one.name, one.question)) for one in table.columns),
        row_numbers=np.arange(1, len(table) + 1, dtype=np.int64),
        source=Source(path=file.shown, platform=NAME, saw=recognition.saw, sure=recognition.sure),
        notes=(*file.notes, *table.notes),
    )


def labels_in(metadata: Mapping[bytes, bytes]) -> dict[str, str]:
    """Return what the metadata of a file that ``score`` wrote says of its columns."""
    said = {key.decode("utf-8", "replace"): value.decode("utf-8", "replace") for key, value in metadata.items()}
    return {key.removeprefix(_LABEL): value for key, value in said.items() if key.startswith(_LABEL) and value}


def _whole(file: Any) -> Any:
    import pyarrow.parquet as pq

    return pq.ParquetFile(file).read()  # read_table would load Arrow's data sets for it


def _schema(file: Any) -> Any:
    import pyarrow.parquet as pq

    return pq.read_schema(file)


def _from(reader: Callable[[Any], Any], opened: Opened) -> Any:
    """Call a reader of pyarrow; its faults are told in our words."""
    try:
        import pyarrow as pa
    except ImportError as fault:
        raise ExportError(
            Problem(
                where=opened.shown,
                what="is Parquet, which needs the library pyarrow",
                do="pip install 'intimacy-scales[frames]'",
            )
        ) from fault
    try:
        with opened.source.seekable() as file:
            return reader(file)
    except (pa.ArrowException, OSError, ValueError) as fault:
        raise ExportError(
            Problem(where=opened.shown, what=f"is damaged Parquet ({str(fault).splitlines()[0]})", do="write it again")
        ) from fault
