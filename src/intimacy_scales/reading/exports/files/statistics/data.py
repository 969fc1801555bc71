"""What a statistics file holds, in plain numbers and texts, and the way of it from one process to another.

The bytes of a foreign file are parsed by a library in C, which a damaged file can bring down. It runs in a process of
its own; what comes back is read here, strictly, and nothing in it is ever executed.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.arrays import FloatArray

_LENGTH = struct.Struct("<Q")
_MOST = 1 << 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StatisticsColumn:
    """One variable: its numbers, or the different texts and which of them each row holds (-1: none)."""

    name: str
    numbers: FloatArray | None = None
    texts: tuple[str, ...] = ()
    rows: NDArray[np.int32] | None = None
    question: str | None = None
    labels: tuple[tuple[float | str, str], ...] = ()
    letters: tuple[str, ...] = ()
    """Kinds of missing that are letters (Stata, SAS)."""
    ranges: tuple[tuple[float | str, float | str], ...] = ()
    """Declared user-missing: lowest and highest of each range, both the same for a single code."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StatisticsData:
    """All variables of a file."""

    columns: tuple[StatisticsColumn, ...]
    n_rows: int
    encoding: str | None = None
    notes: tuple[str, ...] = ()


def send(data: StatisticsData, out: IO[bytes]) -> None:
    """Write data to a pipe: a description as JSON, then the arrays one after the other."""
    columns = []
    for column in data.columns:
        told = asdict(column)
        told["kind"] = "numbers" if column.numbers is not None else "texts"
        told.pop("numbers"), told.pop("rows")
        columns.append(told)
    head = {"columns": columns, "n_rows": data.n_rows, "encoding": data.encoding, "notes": data.notes}
    body = json.dumps(head).encode("ascii")
    out.write(_LENGTH.pack(len(body)))
    out.write(body)
    for column in data.columns:
        array = column.numbers if column.numbers is not None else column.rows
        out.write(np.ascontiguousarray(array).tobytes())


def receive(pipe: IO[bytes]) -> StatisticsData:
    """Read what :func:`send` wrote.

    Raises
    ------
    ValueError
        When it is cut off or of another shape: the process ended before it was done.
    """
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    head = json.loads(_exactly(pipe, length))
    n = int(head["n_rows"])
    columns = tuple(_column(told, n, pipe) for told in head["columns"])
    return StatisticsData(columns=columns, n_rows=n, encoding=head["encoding"], notes=tuple(head["notes"]))


def _column(told: dict[str, Any], n: int, pipe: IO[bytes]) -> StatisticsColumn:
    numbers = rows = None
    if told["kind"] == "numbers":
        numbers = np.frombuffer(_exactly(pipe, 8 * n), dtype=np.float64)
    else:
        rows = np.frombuffer(_exactly(pipe, 4 * n), dtype=np.int32)
    return StatisticsColumn(
        name=told["name"],
        numbers=numbers,
        rows=rows,
        texts=tuple(told["texts"]),
        question=told["question"],
        labels=tuple((code, label) for code, label in told["labels"]),
        letters=tuple(told["letters"]),
        ranges=tuple((low, high) for low, high in told["ranges"]),
    )


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    if not 0 <= length < _MOST:
        msg = f"a length of {length}"
        raise ValueError(msg)
    body = pipe.read(length)
    if len(body) != length:
        msg = "cut off"
        raise ValueError(msg)
    return body


def coded_texts(spelled: Sequence[str | None]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """Return the different texts in the order in which they come, and the place of each row's (-1: none)."""
    at: dict[str, int] = {}
    rows = np.array([-1 if text is None else at.setdefault(text, len(at)) for text in spelled], dtype=np.int32)
    return tuple(at), rows
