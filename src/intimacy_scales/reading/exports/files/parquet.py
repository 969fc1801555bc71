"""Parquet: a frame in a file, as ``score --out scores.parquet`` and data scientists write it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.reading.exports.files.containers import FileKind, Opened
from intimacy_scales.reading.exports.files.frames import read_frame
from intimacy_scales.reading.exports.platform import ExportFile, Options, Recognition
from intimacy_scales.reading.exports.table import RawTable, Source

NAME = "parquet"
KINDS: frozenset[FileKind] = frozenset({"parquet"})
_LABEL = "label:"


def recognise(file: ExportFile) -> Recognition | None:
    """Return what tells the file: its first bytes."""
    return Recognition(saw="the first bytes of Parquet", sure="certain") if file.kind in KINDS else None


def names_of_parquet(opened: Opened) -> tuple[str, ...]:
    """Return the names of the columns without reading the rows."""
    return tuple(_from("read_schema", opened).names)


def read(file: ExportFile, options: Options, recognition: Recognition) -> RawTable:  # noqa: ARG001 -- as every platform
    """Read the file as the frame it holds; row 1 is the first row of data.

    Descriptions of columns that ``score`` wrote are their questions again.

    Raises
    ------
    ExportError
        When the file is damaged, holds no rows, or pyarrow is not installed.
    """
    frame = _from("read_table", Opened(source=file.source, shown=file.shown, kind="parquet"))
    if not frame.num_rows or not frame.num_columns:
        raise ExportError(Problem(where=file.shown, what="holds no rows of answers", do="write it again"))
    table = read_frame(frame)
    asked = _labels(frame.schema.metadata or {})
    return replace(
        table,
        columns=tuple(replace(one, question=asked.get(one.name, one.question)) for one in table.columns),
        row_numbers=np.arange(1, len(table) + 1, dtype=np.int64),
        source=Source(path=file.shown, platform=NAME, saw=recognition.saw, sure=recognition.sure),
        notes=(*file.notes, *table.notes),
    )


def _labels(metadata: Mapping[bytes, bytes]) -> dict[str, str]:
    said = {key.decode("utf-8", "replace"): value.decode("utf-8", "replace") for key, value in metadata.items()}
    return {key.removeprefix(_LABEL): value for key, value in said.items() if key.startswith(_LABEL) and value}


def _from(reader: str, opened: Opened) -> Any:
    """Call a reader of pyarrow; its faults are told in our words."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as fault:
        raise ExportError(
            Problem(
                where=opened.shown,
                what="is Parquet, which needs the library pyarrow",
                do="pip install 'intimacy-scales[frames]'",
            )
        ) from fault
    call: Callable[..., Any] = getattr(pq, reader)
    try:
        with opened.source.seekable() as file:
            return call(file)
    except (pa.ArrowException, OSError, ValueError) as fault:
        raise ExportError(
            Problem(where=opened.shown, what=f"is damaged Parquet ({str(fault).splitlines()[0]})", do="write it again")
        ) from fault
