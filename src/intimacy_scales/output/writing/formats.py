"""One writer a format. Each takes a sheet and an empty file's path, and hands whole columns on."""

from __future__ import annotations

import csv
import errno
import json
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from pathlib import Path
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import IO, Any, Protocol, Self

import numpy as np

from intimacy_scales.base.arrays import BoolArray, IntArray
from intimacy_scales.base.errors import OutputError, Problem
from intimacy_scales.base.wording import safe_text
from intimacy_scales.output.writing.sheet import Sheet, json_column, plain_column
from intimacy_scales.output.writing.statfiles import write_dta, write_sav
from intimacy_scales.reading.exports.arrow_texts import (
    ArrowTexts,
    arrow_of,
    bounds_of,
    nulls_in,
    numbers_of,
    repeated,
    row_array,
)


def _delimited(sheet: Sheet, path: Path, separator: str) -> None:
    columns = [plain_column(column) for column in sheet.columns.values()]  # None is written as an empty cell
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=separator, lineterminator="\r\n")  # so that a lone CR in a cell is quoted too
        out.writerow([safe_text(name) for name in sheet.columns])
        out.writerows(zip(*columns, strict=True))


def write_csv(sheet: Sheet, path: Path) -> None:
    """Write comma-separated UTF-8 text."""
    _delimited(sheet, path, ",")


def write_tsv(sheet: Sheet, path: Path) -> None:
    """Write tab-separated UTF-8 text."""
    _delimited(sheet, path, "\t")


def write_json(sheet: Sheet, path: Path) -> None:
    """Write ``{"tool": ..., "command": "rows", "about": ..., "labels": ..., "rows": [{column: cell}]}``."""
    head = {
        "tool": "intimacy-scales",
        "command": "rows",
        "about": dict(sheet.about),
        "labels": dict(sheet.labels),
    }
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}") + ',\n "rows": [')
        _write_rows(sheet, file)
        file.write("\n ]\n}\n")


def _write_rows(sheet: Sheet, file: IO[str]) -> None:
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    names = list(sheet.columns)
    columns = [json_column(column) for column in sheet.columns.values()]
    between = "\n  "
    for row in zip(*columns, strict=True):
        file.write(between + encode(dict(zip(names, row, strict=True))))
        between = ",\n  "


def write_xlsx(sheet: Sheet, path: Path) -> None:
    """Write a workbook: the table, and a codebook sheet that says what each column is."""
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import XlsxFileError

    as_it_is = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    # rows are spelled as they come, and in memory: answers do not lie about in a temporary folder
    book = Workbook(path, {"constant_memory": True, "in_memory": True, **as_it_is})
    try:
        _fill(book, sheet)
        book.close()
    except XlsxFileError as fault:
        raise OSError(errno.EIO, str(fault)) from fault


def _fill(book: Any, sheet: Sheet) -> None:
    scores = book.add_worksheet("scores")
    _write_row(scores, 0, [safe_text(name) for name in sheet.columns])
    columns = [plain_column(column) for column in sheet.columns.values()]
    for place, row in enumerate(zip(*columns, strict=True), start=1):
        _write_row(scores, place, row)
    codebook = book.add_worksheet("codebook")
    for place, line in enumerate(_codebook(sheet)):
        _write_row(codebook, place, [safe_text(one) for one in line])


def _write_row(sheet: Any, place: int, row: Sequence[Any]) -> None:
    for at, cell in enumerate(row):
        if cell is None or cell == "":
            continue
        if isinstance(cell, str):
            sheet.write_string(place, at, cell)
        elif isinstance(cell, bool):
            sheet.write_boolean(place, at, cell)
        else:
            sheet.write_number(place, at, cell)


def _codebook(sheet: Sheet) -> list[list[str]]:
    lines = [["column", "what it is", "codes", "no answer (blank here)"]]
    for name in sheet.columns:
        codes = "; ".join(f"{code} = {label}" for code, label in sheet.value_labels.get(name, {}).items())
        text = "; ".join(
            f"{code if isinstance(code, str) else f'{code:g}'} = {kind}"
            for code, kind in sheet.missing.get(name, {}).items()
        )
        lines.append([name, sheet.labels.get(name, ""), codes, text])
    return lines + [[key, value] for key, value in sheet.about.items()]


def write_parquet(sheet: Sheet, path: Path) -> None:
    """Write a parquet file; what made it stands in the schema's metadata."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as missing:
        raise OutputError(
            Problem(
                where="the scored file",
                what="parquet needs the library pyarrow, which is not installed",
                do="pip install 'intimacy-scales[frames]'",
            )
        ) from missing
    table = pa.table({name: _arrow(column) for name, column in sheet.columns.items()})
    about = {**sheet.about, **{f"label:{name}": label for name, label in sheet.labels.items()}}
    pq.write_table(table.replace_schema_metadata(about), path)


def _arrow(column: Sequence[Any]) -> Any:
    """Return a column for Arrow: NaN is null; numbers go over as they lie in memory."""
    import pyarrow as pa

    if isinstance(column, ArrowTexts) or (isinstance(column, np.ndarray) and column.dtype.kind in "iuf"):
        return arrow_column(column)
    if isinstance(column, np.ndarray) and column.dtype.kind == "b":
        return pa.array(column.tolist())
    if column and all(map(_is_text, column)):
        return arrow_column(column)
    return pa.array(json_column(column))


def _is_text(cell: object) -> bool:
    return type(cell) is str


WRITERS: Mapping[str, Callable[[Sheet, Path], None]] = {
    ".csv": write_csv,
    ".tsv": write_tsv,
    ".xlsx": write_xlsx,
    ".sav": write_sav,
    ".dta": write_dta,
    ".parquet": write_parquet,
    ".json": write_json,
}


STREAMED = (".parquet", ".csv", ".tsv")
"""Formats that can be written without holding all rows."""
_LETTER_OR_DIGIT: BoolArray = np.zeros(256, dtype=bool)
_LETTER_OR_DIGIT[[byte for byte in range(128) if chr(byte).isalnum()]] = True


class BatchWriter(Protocol):
    """Takes batches of one table; a context manager, which closes the file."""

    def write(self, sheet: Sheet) -> None:
        """Write the next rows."""

    def finish(self, about: Mapping[str, str]) -> None:
        """Say what made the file, once all rows are there."""

    def __enter__(self) -> Self:
        """Open the file."""

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""


class ParquetBatches:
    """A Parquet file in the making: a group of rows a batch; what made it stands in the schema's metadata."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None
        self._labels: dict[str, str] = {}
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        self._file = self._path.open("wb")
        return self

    def write(self, sheet: Sheet) -> None:
        """Write the next rows."""
        import pyarrow as pa
        from pyarrow import parquet

        arrays = {name: arrow_column(column) for name, column in sheet.columns.items()}
        batch = pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays))
        if self._writer is None:
            self._labels = {f"label:{name}": label for name, label in sheet.labels.items()}
            repeating = [name for name, one in arrays.items() if one.type != pa.string()]
            # without Arrow's own copy of the schema, what is said at the end is the schema's metadata to every reader
            self._writer = parquet.ParquetWriter(self._file, batch.schema, use_dictionary=repeating, store_schema=False)
        self._writer.write_batch(batch)

    def finish(self, about: Mapping[str, str]) -> None:
        """Say what made the file."""
        self._writer.add_key_value_metadata({**about, **self._labels})

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._writer is not None:
                self._writer.close()
        finally:
            if self._file is not None:
                self._file.close()


class TextBatches:
    """A delimited text in the making."""

    def __init__(self, path: Path, separator: str) -> None:
        self._path, self._separator = path, separator
        self._file: IO[bytes] | None = None
        self._headed = False

    def __enter__(self) -> Self:
        self._file = self._path.open("wb")
        return self

    def write(self, sheet: Sheet) -> None:
        """Write the next rows."""
        if self._file is None:
            return
        if not self._headed:
            names = [_quoted(safe_text(name), self._separator) for name in sheet.columns]
            self._file.write((self._separator.join(names) + "\r\n").encode("utf-8"))
            self._headed = True
        self._file.write(delimited(list(sheet.columns.values()), self._separator))

    def finish(self, about: Mapping[str, str]) -> None:
        """Say nothing: a text has no room for it."""

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()


class WrittenBehind:
    """A table in the making whose batches are written in a thread: scoring and writing each have a processor."""

    def __init__(self, writer: BatchWriter) -> None:
        self._writer = writer
        self._waiting: Queue[Sheet | None] = Queue(1)
        self._fault: BaseException | None = None
        self._thread = Thread(target=copy_context().run, args=(self._work,), daemon=True)

    def _work(self) -> None:
        while (sheet := self._waiting.get()) is not None:
            if self._fault is None:
                try:
                    self._writer.write(sheet)
                except BaseException as fault:  # noqa: BLE001 -- raised again where the next batch is written
                    self._fault = fault

    def _end(self) -> None:
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()

    def _raise(self) -> None:
        if self._fault is not None:
            raise self._fault

    def __enter__(self) -> Self:
        self._writer.__enter__()
        self._thread.start()
        return self

    def write(self, sheet: Sheet) -> None:
        """Write the next rows, or say what stood against the last ones."""
        self._raise()
        self._waiting.put(sheet)

    def finish(self, about: Mapping[str, str]) -> None:
        """Say what made the file, once all rows are there."""
        self._end()
        self._raise()
        self._writer.finish(about)

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and self._fault is None:
            self._fault = fault  # what still waits is not written
        self._end()
        self._writer.__exit__(kind, fault, trace)


def batch_writer(path: Path, suffix: str) -> BatchWriter:
    """Return what writes a table batch by batch in the format of a suffix of :data:`STREAMED`."""
    if suffix == ".parquet":
        return WrittenBehind(ParquetBatches(path))
    return WrittenBehind(TextBatches(path, {".csv": ",", ".tsv": "\t"}[suffix]))


def arrow_column(column: Sequence[Any]) -> Any:
    """Return a column for Arrow: NaN is null; numbers and texts go over as they lie in memory."""
    import pyarrow as pa

    if isinstance(column, ArrowTexts):
        return column.array
    if not isinstance(column, np.ndarray):
        return arrow_of(column)
    if column.dtype.kind not in "iuf":
        return pa.array(column)
    kind = pa.from_numpy_dtype(column.dtype)
    there = ~np.isnan(column) if column.dtype.kind == "f" else None
    known = None if there is None or there.all() else pa.py_buffer(np.packbits(there, bitorder="little"))
    return pa.Array.from_buffers(kind, len(column), [known, pa.py_buffer(np.ascontiguousarray(column))])


def delimited(columns: Sequence[Sequence[Any]], separator: str) -> bytes:
    """Return rows as ``csv.writer`` spells them, line ends included."""
    from pyarrow import compute

    cells = [_spelled(column, separator) for column in columns]
    n = len(cells[0])
    cells[-1] = compute.binary_join_element_wise(cells[-1], repeated("", n), repeated("\r\n", n))
    lines = cells[0] if len(cells) == 1 else compute.binary_join_element_wise(*cells, repeated(separator, n))
    block, starts, stops = bounds_of(lines)
    return block[int(starts[0]) : int(stops[-1])].tobytes() if len(starts) else b""


def _spelled(column: Sequence[Any], separator: str) -> Any:
    """Return a column as an Arrow array of cells; every distinct number is spelled once."""
    if isinstance(column, np.ndarray):
        coded = arrow_column(column).dictionary_encode()
        values = plain_column(numbers_of(coded.dictionary))
        spelled = arrow_of([*(_cell(value) for value in values), ""])
        codes = numbers_of(coded.indices)
        if (nulls := nulls_in(coded.indices)) is not None:
            codes = np.where(nulls, len(values), codes)
        return spelled.take(row_array(codes))
    array = arrow_column(column)
    odd = _odd_cells(array, separator)
    if not len(odd):
        return array
    texts = array.to_pylist()
    for at in odd.tolist():
        texts[at] = _quoted(texts[at] if texts[at][:1].isalnum() else safe_text(texts[at]), separator)
    return arrow_of(texts)


def _odd_cells(array: Any, separator: str) -> IntArray:
    """Return the places of texts that may have to be quoted, or shielded from being run as a formula."""
    from pyarrow import compute

    block, starts, stops = bounds_of(array)
    first = block[np.minimum(starts, len(block) - 1)]
    odd: BoolArray = ~_LETTER_OR_DIGIT[first] & (stops > starts)
    inside = block[int(starts[0]) : int(stops[-1])] if len(starts) else block[:0]
    signs = np.isin(inside, np.array([*separator.encode(), 34, 10, 13], dtype=np.uint8))
    if signs.any():
        quoted = compute.match_substring_regex(array, f'["\r\n{separator}]')
        odd[numbers_of(compute.indices_nonzero(quoted)).astype(np.int64)] = True
    return np.flatnonzero(odd)


def _cell(value: Any) -> str:
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def _quoted(cell: str, separator: str) -> str:
    """Return a cell in quotation marks where ``csv.writer`` puts them."""
    if not any(sign in cell for sign in (separator, '"', "\r", "\n")):
        return cell
    return '"' + cell.replace('"', '""') + '"'
