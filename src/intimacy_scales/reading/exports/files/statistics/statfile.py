"""SPSS, Stata and SAS files alike: codes, labels, questions and every kind of missing, by way of pyreadstat.

The library parses the file in a process of its own (``child``): a damaged file can end that process, not
the one that asked. Where no process can be started, it is parsed here, and that is said.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.base.files import reason
from intimacy_scales.reading.exports.files.containers import Opened
from intimacy_scales.reading.exports.files.source import ByteSource
from intimacy_scales.reading.exports.files.statistics.child import FAULT, parse
from intimacy_scales.reading.exports.files.statistics.data import StatisticsColumn, StatisticsData, receive
from intimacy_scales.reading.exports.grid import is_blank, na_is_word
from intimacy_scales.reading.exports.kinds import kind_of, look_inside
from intimacy_scales.reading.exports.platform import ExportFile, Options, Recognition
from intimacy_scales.reading.exports.table import Cells, Column, NumberCells, RawTable, Source, TextCells, text_cells

_SPOKEN = {"sav": "SPSS", "por": "SPSS portable", "dta": "Stata", "sas7bdat": "SAS", "xpt": "SAS transport"}
_CHILD = "intimacy_scales.reading.exports.files.statistics.child"
_PATIENCE = 60.0
"""Seconds for any file; a large one gets more."""
_BYTES_A_SECOND = 2_000_000
IN_PROCESS = "no process of its own could be started for this file; it was parsed in this one"


def names_in(data: StatisticsData) -> tuple[str, ...]:
    """Return the variable names of a statistics file."""
    return tuple(column.name for column in data.columns)


def load(opened: Opened, encoding: str | None = None) -> StatisticsData:
    """Parse a statistics file, in a process of its own.

    Raises
    ------
    ExportError
        When the file is damaged, or parsing it takes far longer than a file of its size should.
    """
    return _load(opened.source, opened.shown, opened.kind, encoding)


def _load(source: ByteSource, shown: str, kind: str, encoding: str | None) -> StatisticsData:
    on_disk = source.on_disk
    sent = None if on_disk is not None else source.read()
    command = [
        sys.executable or "",
        "-m",
        _CHILD,
        kind,
        "-" if on_disk is None else str(on_disk.absolute()),
        encoding or "",
    ]
    try:
        child = subprocess.Popen(  # noqa: S603 -- our own module, by the interpreter that runs us
            command, stdin=subprocess.PIPE if sent is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment(),
        )  # fmt: skip
    except (OSError, ValueError):
        return _in_process(source, shown, kind, encoding)
    return _heard(child, sent, source, shown, kind)


def _heard(
    child: subprocess.Popen[bytes], sent: bytes | None, source: ByteSource, shown: str, kind: str
) -> StatisticsData:
    """Wait for what the process sends; kill it on any fault of ours, a signal among them."""
    with child:
        try:
            out, said = child.communicate(sent, timeout=_PATIENCE + source.size / _BYTES_A_SECOND)
        except subprocess.TimeoutExpired as late:
            raise _damaged(shown, kind, "reading it does not end") from late
        finally:
            if child.poll() is None:
                child.kill()
    if child.returncode == FAULT:
        raise _damaged(shown, kind, said.decode("utf-8", "replace").strip())
    if child.returncode:
        raise _damaged(shown, kind, "the library that parses such files broke down on it")
    try:
        return receive(io.BytesIO(out))
    except (ValueError, KeyError, TypeError) as fault:
        raise _damaged(shown, kind, "the library that parses such files broke off") from fault


def _in_process(source: ByteSource, shown: str, kind: str, encoding: str | None) -> StatisticsData:
    """Parse here: frozen programs and embedded interpreters cannot start a second one."""
    if source.on_disk is None:
        raise ExportError(Problem(where=shown, what="lies in an archive, and no process can be started to read it",
                                  do="unpack it first"))  # fmt: skip
    try:
        data = parse(kind, str(source.on_disk), encoding)
    except (ValueError, OSError, MemoryError) as fault:
        raise _damaged(shown, kind, reason(fault)) from fault
    return replace(data, notes=(*data.notes, IN_PROCESS))


@lru_cache(maxsize=1)
def _package_folder() -> str:
    return str(Path(__file__).resolve().parents[5])


def _environment() -> dict[str, str]:
    """Let a fresh interpreter find the package where this one found it, and take one thread."""
    folders = [_package_folder(), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(folders), "OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"}


def _damaged(shown: str, kind: str, said: str) -> ExportError:
    return ExportError(Problem(where=shown, what=f"cannot be read as {_SPOKEN[kind]} ({said})",
                               do="it may be cut off or damaged: download or save it again"))  # fmt: skip


def read_statfile(file: ExportFile, options: Options, recognition: Recognition, platform: str) -> RawTable:
    """Read a statistics file.

    Value labels become ``labels``, variable labels ``question``, declared missing values ``missing`` (numbers; a range
    is written out as the codes in it that occur or are labelled) or ``missing_texts`` (strings, and ``.a`` to ``.z``
    of Stata and SAS). Codes stay in the cells. Dates become ISO text. Row 1 is the first row of data.

    Raises
    ------
    ExportError
        When the file is damaged, or holds no rows.
    """
    data = file.statistics
    if data is None:
        data = _load(file.source, file.shown, file.kind, options.encoding)
    if not data.n_rows or not data.columns:
        raise ExportError(Problem(where=file.shown, what="holds variables but no answers", do="export it again"))
    columns = look_inside([_column(column) for column in data.columns])
    table = RawTable(
        columns=columns, row_numbers=np.arange(1, data.n_rows + 1, dtype=np.int64), set_aside=(),
        source=Source(path=file.shown, platform=platform, saw=recognition.saw, sure=recognition.sure,
                      encoding=data.encoding),
        notes=(*file.notes, *data.notes),
    )  # fmt: skip
    return table.without(dict.fromkeys(_blank_rows(columns, data.n_rows), "blank row"))


def _column(data: StatisticsColumn) -> Column:
    kind, named = kind_of(data.name), dict(data.labels)
    column = Column(
        name=data.name, cells=_cells(data, words=kind != "id"), kind=kind, question=data.question,
        labels=_coded(data.labels),
        text_labels={code.strip(): label for code, label in data.labels
                     if isinstance(code, str) and code not in data.letters and code.strip()},
        missing_texts={f".{letter}": str(named.get(letter, f"missing .{letter}")) for letter in data.letters},
    )  # fmt: skip
    return _with_ranges(column, data.ranges) if data.ranges else column


def _cells(data: StatisticsColumn, *, words: bool) -> Cells:
    if data.numbers is not None:
        return NumberCells(numbers=data.numbers)
    texts = [None if at < 0 else data.texts[at] for at in ([] if data.rows is None else data.rows.tolist())]
    words = words and not na_is_word(text for text in data.texts if text is not None)
    return text_cells([None if text is None or is_blank(text, words=words) else text for text in texts])


def _coded(labels: Sequence[tuple[float | str, str]]) -> dict[float, str]:
    """Return the labels of numbers."""
    coded = {}
    for code, label in labels:
        try:
            coded[float(code)] = label
        except ValueError:
            continue
    return coded


def _with_ranges(column: Column, ranges: Sequence[tuple[float | str, float | str]]) -> Column:
    if isinstance(column.cells, TextCells):
        texts = {
            text: "user-missing" for text in column.cells.values if any(_within(text.strip(), one) for one in ranges)
        }
        return replace(column, missing_texts={**column.missing_texts, **texts})
    found = np.unique(column.cells.numbers[~np.isnan(column.cells.numbers)]).tolist()
    ends = [float(low) for low, high in ranges if low == high and not isinstance(low, str)]
    codes = sorted({code for code in (*found, *column.labels, *ends) if any(_within(code, one) for one in ranges)})
    return replace(column, missing=dict.fromkeys(codes, "user-missing"))


def _within(value: Any, bounds: tuple[Any, Any]) -> bool:
    low, high = bounds
    if isinstance(value, str) != isinstance(low, str):
        return False
    return bool(value == low.strip()) if isinstance(value, str) else bool(low <= value <= high)


def _blank_rows(columns: Sequence[Column], rows: int) -> list[int]:
    blank = np.ones(rows, dtype=bool)
    for column in columns:
        blank &= np.isnan(column.cells.numbers) if isinstance(column.cells, NumberCells) else column.cells.codes < 0
    return np.flatnonzero(blank).tolist()
