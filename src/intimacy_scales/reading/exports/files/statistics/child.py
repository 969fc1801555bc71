"""Parse one SPSS, Stata or SAS file by way of pyreadstat; run as a process of its own, which a file may bring down.

``python -m intimacy_scales.reading.exports.files.statistics.child KIND PATH ENCODING``: the data go to standard output
(see ``data``), a fault to standard error as one line, with exit code 3. ``-`` as PATH takes the file from
standard input.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from intimacy_scales.reading.exports.files.statistics.data import StatisticsColumn, StatisticsData, coded_texts, send

FAULT = 3
"""Exit code for a file that cannot be read; any other but 0 is a process that broke down."""
READERS = {"sav": "read_sav", "por": "read_por", "dta": "read_dta", "sas7bdat": "read_sas7bdat", "xpt": "read_xport"}
_FALLBACKS = ("cp1252", "latin-1")
_MEMORY = 6_000_000_000
_SECONDS, _BYTES_A_SECOND = 6.0, 1_000_000
"""Of work: as much for any file, and more for a large one."""


def parse(kind: str, path: str, encoding: str | None) -> StatisticsData:
    """Read all rows of a file, codes and letters of missing answers included.

    Asked for the letters, pyreadstat 1.3 gives garbage for plain missing answers in whole-number columns of Stata; so
    numbers come from one reading, letters from another.
    """
    if kind == "sav":
        return _data(*_read(kind, path, encoding, user_missing=True))
    frame, meta, notes = _read(kind, path, encoding)
    if kind not in ("xpt", "por"):
        lettered, meta, notes = _read(kind, path, encoding, user_missing=True)
        frame = frame.copy(deep=False)
        for name in meta.missing_user_values:
            both = zip(frame[name].tolist(), lettered[name].tolist(), strict=True)
            frame[name] = np.array([said if isinstance(said, str) else number for number, said in both], dtype=object)
    return _data(frame, meta, notes)


def _read(kind: str, path: str, encoding: str | None, **asked: Any) -> tuple[Any, Any, tuple[str, ...]]:
    import pyreadstat

    reader: Callable[..., Any] = getattr(pyreadstat, READERS[kind])
    first: Exception | None = None
    for attempt in (encoding, *(() if encoding or kind == "por" else _FALLBACKS)):
        try:
            frame, meta = reader(path, **asked) if kind == "por" else reader(path, encoding=attempt, **asked)
        except Exception as fault:  # noqa: BLE001 -- whatever a damaged file makes of the library is told as one fault
            first = first or fault
            if "convert string" in str(fault) or "encoding" in str(fault):
                continue
            break
        if attempt and not encoding:
            return frame, meta, (f"its texts are not in the encoding it names; read as {attempt}",)
        return frame, meta, ()
    raise ValueError(" ".join(str(first).split()) or type(first).__name__) from first


def _data(frame: Any, meta: Any, notes: tuple[str, ...]) -> StatisticsData:
    names = [str(name) for name in meta.column_names]
    columns = tuple(_column(name, frame[name], meta) for name in names)
    return StatisticsData(columns=columns, n_rows=len(frame), encoding=meta.file_encoding, notes=notes)


def _column(name: str, values: Any, meta: Any) -> StatisticsColumn:
    letters = tuple(sorted(map(str, meta.missing_user_values.get(name, ()))))
    cells = _cells(values, frozenset(letters))
    return StatisticsColumn(
        name=name,
        question=meta.column_names_to_labels.get(name) or None,
        labels=_labels(meta.variable_value_labels.get(name, {})),
        letters=letters,
        ranges=tuple((_plain(one["lo"]), _plain(one["hi"])) for one in meta.missing_ranges.get(name, ())),
        **cells,
    )


def _labels(labels: Mapping[Any, Any]) -> tuple[tuple[float | str, str], ...]:
    return tuple((_plain(code), str(label)) for code, label in labels.items())


def _plain(code: Any) -> float | str:
    try:
        return float(code) if not isinstance(code, str) else code
    except (TypeError, ValueError):
        return str(code)


def _cells(values: Any, letters: frozenset[str]) -> dict[str, Any]:
    if values.dtype.kind in "iufb":
        return {"numbers": values.to_numpy(dtype=np.float64)}
    if values.dtype.kind == "O" and all(value is None or isinstance(value, int | float) for value in values):
        numbers = [np.nan if value is None else value for value in values]
        return {"numbers": np.array(numbers, dtype=np.float64)}
    texts, rows = coded_texts([spell(value, letters) for value in values.tolist()])
    return {"texts": texts, "rows": rows}


def spell(value: Any, letters: frozenset[str] = frozenset()) -> str | None:
    """Write a cell as text: letters of missing after a point, dates as ISO, whole numbers without a point."""
    if value is None or (isinstance(value, float) and np.isnan(value)) or type(value).__name__ == "NaTType":
        return None
    if isinstance(value, str):
        return f".{value}" if value in letters else value
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def main(argv: Sequence[str]) -> int:
    """Parse the file named on the command line and send what it holds."""
    kind, path, encoding = argv
    _bound_memory()
    try:
        with _named(path) as name:
            bound_time(os.path.getsize(name))  # noqa: PTH202 -- also of a file that has a number only
            data = parse(kind, name, encoding or None)
        send(data, sys.stdout.buffer)
    except (ValueError, MemoryError, OSError) as fault:
        sys.stderr.write(str(fault) or type(fault).__name__)
        return FAULT
    return 0


@contextmanager
def _named(path: str) -> Iterator[str]:
    """Give the bytes of standard input a name, in memory where the system can (Linux)."""
    if path != "-":
        yield path
    elif hasattr(os, "memfd_create"):
        held = os.memfd_create("export")
        with os.fdopen(held, "wb") as file:
            while block := sys.stdin.buffer.read(1 << 20):
                file.write(block)
            file.flush()
            yield f"/proc/self/fd/{held}"
    else:
        from tempfile import TemporaryDirectory

        with TemporaryDirectory(prefix="export-") as folder:
            name = os.path.join(folder, "export")  # noqa: PTH118 -- a plain name for a library in C
            with open(name, "wb") as file:  # noqa: PTH123
                while block := sys.stdin.buffer.read(1 << 20):
                    file.write(block)
            yield name


def bound_time(size: int) -> None:
    """Keep a damaged file from being parsed without end: seconds of work, not of waiting on a busy machine."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        used = resource.getrusage(resource.RUSAGE_SELF)
        most = int(used.ru_utime + used.ru_stime + _SECONDS + size / _BYTES_A_SECOND) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _bound_memory() -> None:
    """Keep a damaged length from taking the machine's memory, where the system knows such bounds."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = _MEMORY if hard == resource.RLIM_INFINITY else min(_MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
