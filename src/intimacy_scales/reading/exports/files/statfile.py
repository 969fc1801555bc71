"""SPSS, Stata and SAS files alike: codes, labels, questions and every kind of missing, by way of pyreadstat."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.reading.exports.files.containers import Opened
from intimacy_scales.reading.exports.grid import is_blank
from intimacy_scales.reading.exports.kinds import kind_of, look_inside
from intimacy_scales.reading.exports.platform import ExportFile, Options, Recognition
from intimacy_scales.reading.exports.table import Cells, Column, NumberCells, RawTable, Source, TextCells, text_cells

_READERS = {"sav": "read_sav", "dta": "read_dta", "sas7bdat": "read_sas7bdat", "xpt": "read_xport"}
_SPOKEN = {"sav": "SPSS", "dta": "Stata", "sas7bdat": "SAS", "xpt": "SAS transport"}
_FALLBACKS = ("cp1252", "latin-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    frame: Any
    meta: Any
    notes: tuple[str, ...]


def names_in(opened: Opened) -> tuple[str, ...]:
    """Return the variable names of a statistics file without reading its rows."""
    return tuple(_load(opened.path, opened.shown, opened.kind, None, metadataonly=True).meta.column_names)


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
    loaded = _load_whole(file, options.encoding)
    rows = len(loaded.frame)
    if not rows or not len(loaded.meta.column_names):
        raise ExportError(Problem(where=file.shown, what="holds variables but no answers", do="export it again"))
    columns = look_inside([_column(name, loaded) for name in loaded.meta.column_names])
    table = RawTable(
        columns=columns, row_numbers=np.arange(1, rows + 1, dtype=np.int64), set_aside=(),
        source=Source(path=file.shown, platform=platform, saw=recognition.saw, sure=recognition.sure,
                      encoding=loaded.meta.file_encoding),
        notes=(*file.notes, *loaded.notes),
    )  # fmt: skip
    return table.without(dict.fromkeys(_blank_rows(columns, rows), "blank row"))


def _load_whole(file: ExportFile, encoding: str | None) -> _Loaded:
    """Load all rows, codes and letters of missing answers included.

    Asked for the letters, pyreadstat 1.3 gives garbage for plain missing answers in whole-number columns of Stata; so
    numbers come from one reading, letters from another.
    """
    if file.kind == "sav":
        return _load(file.path, file.shown, file.kind, encoding, user_missing=True)
    plain = _load(file.path, file.shown, file.kind, encoding)
    if file.kind == "xpt":
        return plain
    lettered = _load(file.path, file.shown, file.kind, encoding, user_missing=True)
    frame = plain.frame.copy(deep=False)
    for name in lettered.meta.missing_user_values:
        both = zip(frame[name].tolist(), lettered.frame[name].tolist(), strict=True)
        frame[name] = np.array([said if isinstance(said, str) else number for number, said in both], dtype=object)
    return replace(lettered, frame=frame)


def _load(path: Any, shown: str, kind: str, encoding: str | None, **asked: Any) -> _Loaded:
    import pyreadstat

    reader: Callable[..., Any] = getattr(pyreadstat, _READERS[kind])
    faults = (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OSError, MemoryError, OverflowError)
    first: Exception | None = None
    for attempt in (encoding, *(() if encoding else _FALLBACKS)):
        try:
            frame, meta = reader(str(path), encoding=attempt, **asked)
        except faults as fault:
            first = first or fault
            if "convert string" in str(fault) or "encoding" in str(fault):
                continue
            break
        note = f"its texts are not in the encoding it names; read as {attempt}" if attempt and not encoding else ""
        return _Loaded(frame=frame, meta=meta, notes=(note,) if note else ())
    raise ExportError(Problem(where=shown, what=f"cannot be read as {_SPOKEN[kind]} ({first})",
                              do="it may be cut off: download or save it again")) from first  # fmt: skip


def _column(name: str, loaded: _Loaded) -> Column:
    meta = loaded.meta
    labels = meta.variable_value_labels.get(name, {})
    letters = frozenset(meta.missing_user_values.get(name, ()))
    kind = kind_of(name)
    cells = _cells(loaded.frame[name], letters, words=kind != "id")
    ranges = meta.missing_ranges.get(name, ())
    column = Column(
        name=name, cells=cells, kind=kind,
        question=meta.column_names_to_labels.get(name) or None,
        labels=_coded(labels),
        text_labels={str(code).strip(): str(label) for code, label in labels.items()
                     if isinstance(code, str) and code not in letters and code.strip()},
        missing_texts={f".{letter}": str(labels.get(letter, f"missing .{letter}")) for letter in sorted(letters)},
    )  # fmt: skip
    return _with_ranges(column, ranges) if ranges else column


def _coded(labels: Mapping[Any, Any]) -> dict[float, str]:
    """Return the labels of numbers."""
    coded = {}
    for code, label in labels.items():
        try:
            coded[float(code)] = str(label)
        except (TypeError, ValueError):
            continue
    return coded


def _with_ranges(column: Column, ranges: Sequence[Mapping[str, Any]]) -> Column:
    if isinstance(column.cells, TextCells):
        texts = {
            text: "user-missing" for text in column.cells.values if any(_within(text.strip(), one) for one in ranges)
        }
        return replace(column, missing_texts={**column.missing_texts, **texts})
    found = np.unique(column.cells.numbers[~np.isnan(column.cells.numbers)]).tolist()
    ends = [float(one[end]) for one in ranges for end in ("lo", "hi") if one["lo"] == one["hi"]]
    codes = sorted({code for code in (*found, *column.labels, *ends) if any(_within(code, one) for one in ranges)})
    return replace(column, missing=dict.fromkeys(codes, "user-missing"))


def _within(value: Any, bounds: Mapping[str, Any]) -> bool:
    low, high = bounds["lo"], bounds["hi"]
    if isinstance(value, str) != isinstance(low, str):
        return False
    return bool(value == low.strip()) if isinstance(value, str) else bool(low <= value <= high)


def _cells(values: Any, letters: frozenset[str], *, words: bool) -> Cells:
    if values.dtype.kind in "iufb":
        return NumberCells(numbers=values.to_numpy(dtype=np.float64))
    if values.dtype.kind == "O" and all(value is None or isinstance(value, int | float) for value in values):
        return NumberCells(numbers=np.array([np.nan if value is None else value for value in values], dtype=np.float64))
    spelled = [_spell(value, letters) for value in values.tolist()]
    return text_cells([None if text is None or is_blank(text, words=words) else text for text in spelled])


def _spell(value: Any, letters: frozenset[str]) -> str | None:
    if value is None or (isinstance(value, float) and np.isnan(value)) or type(value).__name__ == "NaTType":
        return None
    if isinstance(value, str):
        return f".{value}" if value in letters else value
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def _blank_rows(columns: Sequence[Column], rows: int) -> list[int]:
    blank = np.ones(rows, dtype=bool)
    for column in columns:
        blank &= np.isnan(column.cells.numbers) if isinstance(column.cells, NumberCells) else column.cells.codes < 0
    return np.flatnonzero(blank).tolist()
