"""What is read batch by batch besides one file: a folder of parts, and the frame of any engine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from intimacy_scales.base.arrays import IntArray
from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.engines import BatchStream, open_stream
from intimacy_scales.engines.files import parts_of
from intimacy_scales.reading.exports.export import stream_table
from intimacy_scales.reading.exports.grid import vouch_names
from intimacy_scales.reading.exports.surveys.surveys import note_on_survey_file
from intimacy_scales.reading.exports.table import NeedsWholeError, Source
from intimacy_scales.reading.exports.table_stream import TableStream, is_streamed


@dataclass(slots=True)
class PartStarts:
    """At which row each part of a folder begins; filled as the parts are opened."""

    parts: tuple[Path, ...]
    starts: list[int] = field(default_factory=list)
    """0-based places among all rows of all parts, blank ones counted."""

    def parts_at(self, rows: IntArray) -> IntArray:
        """Return the place of the part in which each 0-based row stands."""
        return np.searchsorted(self.starts, rows, side="right") - 1


def open_table_stream(data: Any, **options: Any) -> TableStream:
    """Return a file, a folder of parts, a frame of an engine or its stream as a table that is read batch by batch.

    Parameters
    ----------
    data
        A path, a frame, a :class:`BatchStream` of one, or such a table.
    **options
        Of files, as for :func:`stream_table`.

    Raises
    ------
    NeedsWholeError
        When rows can only be judged all together.
    ExportError
        When it cannot be read.
    """
    if isinstance(data, TableStream):
        return data
    if not isinstance(data, (str, os.PathLike)):
        return stream_of_engine(data if isinstance(data, BatchStream) else open_stream(data))
    return stream_of_folder(data, **options)[0] if Path(data).is_dir() else stream_table(data, **options)


def stream_of_engine(opened: BatchStream) -> TableStream:
    """Return the rows of an engine's frame as a table that is read batch by batch; the first row is row 0.

    Raises
    ------
    NeedsWholeError
        When a column is of a type that is judged as a whole.
    """
    _vouch(opened, "frame")
    source = Source(path=None, platform="frame", saw=opened.saw, native=opened.native)
    return TableStream(source=source, names=opened.names, opened=batches_of(opened), first_row=0,
                       size=opened.n_rows, n_rows=opened.n_rows, is_repeatable=opened.is_repeatable)  # fmt: skip


def stream_of_folder(folder: str | os.PathLike[str], **options: Any) -> tuple[TableStream, PartStarts]:
    """Return the files of a folder as one table that is read batch by batch; row 1 is the first of the first file.

    Parameters
    ----------
    folder
        Of Parquet files, or of plain texts with the same header.
    **options
        As for :func:`stream_table`.

    Raises
    ------
    NeedsWholeError
        When rows can only be judged all together.
    ExportError
        When the files do not fit together.
    """
    parts = parts_of(Path(folder))
    found = PartStarts(parts=parts)
    if parts[0].suffix.casefold() not in (".csv", ".tsv"):
        return _parquet_folder(Path(folder), found), found
    tables = [stream_table(part, **options) for part in parts]
    for part, table in zip(parts, tables, strict=True):
        if table.names != tables[0].names:
            raise ExportError(Problem(where=str(part), what=f"has another header than {parts[0].name}",
                                      allowed="the same columns in the same order"))  # fmt: skip
    sizes = [table.size for table in tables]
    return replace(
        tables[0], opened=_Chain(tables, found), first_row=1, n_rows=None, careful=None,
        size=None if None in sizes else sum(size for size in sizes if size is not None),
        source=replace(tables[0].source, path=str(folder)),
    ), found  # fmt: skip


def _parquet_folder(folder: Path, found: PartStarts) -> TableStream:
    import pyarrow.parquet as pq

    opened = open_stream(folder)
    _vouch(opened, str(folder))
    row = 0
    for part in found.parts:
        found.starts.append(row)
        row += pq.read_metadata(part).num_rows
    note = note_on_survey_file(opened.names)
    return TableStream(
        source=Source(path=str(folder), platform="parquet", saw="the first bytes of Parquet"), names=opened.names,
        opened=batches_of(opened), first_row=1, size=opened.n_rows, n_rows=opened.n_rows,
        afterwards=(note,) if note else (),
    )  # fmt: skip


def _vouch(opened: BatchStream, shown: str) -> None:
    vouch_names(opened.names, shown)
    for name, kind in zip(opened.names, opened.types, strict=True):
        if not is_streamed(kind):
            raise NeedsWholeError(f"column {name} is of type {kind}")


def batches_of(opened: BatchStream) -> Callable[[Callable[[float], None]], Iterator[Any]]:
    """Return what opens an engine's stream for a table: its batches, each told by its rows."""

    def batches(advance: Callable[[float], None]) -> Iterator[Any]:
        for batch in opened.batches(distinct=False):
            yield batch
            advance(batch.num_rows)

    return batches


@dataclass(slots=True)
class _Chain:
    """The rows of one text after another."""

    tables: Sequence[TableStream]
    found: PartStarts

    def __call__(self, advance: Callable[[float], None]) -> Iterator[Any]:
        starts: list[int] = []
        self.found.starts = starts  # a reading that was given up may still be on its way
        row = 0
        for table in self.tables:
            starts.append(row)
            for batch in table.opened(advance):
                row += batch.num_rows
                yield batch
