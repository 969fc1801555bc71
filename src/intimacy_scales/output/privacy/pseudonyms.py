"""A de-identified copy of an export: ids as keyed hashes, dates shifted, what tells a person left out.

Keyed hashes: the same person gets the same pseudonym under one secret, and nobody without it can tell who it is.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from intimacy_scales.base.errors import ExportError, Problem, UnknownNameError
from intimacy_scales.base.files import may_write, note_read, reason, write_bytes
from intimacy_scales.base.results import Shown
from intimacy_scales.base.version import __version__
from intimacy_scales.base.wording import counted
from intimacy_scales.output.writing import Sheet
from intimacy_scales.reading.exports.kinds import guess_id_column, names_a_group
from intimacy_scales.reading.exports.table import Column, NumberCells, RawTable

FARTHEST = 182
"""Days by which dates move at most, backwards or forwards; never 0."""
LONG_TEXT = 40
"""Letters from which on an answer in words may tell who wrote it."""
MANY_TEXTS = 60
"""Different texts in one column from which on they are no choices but what people wrote."""
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?)(Z|[+-]\d{2}:?\d{2})?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudonymised(Shown):
    """A de-identified table, ready to be written, and what was done to each column."""

    sheet: Sheet
    done: Mapping[str, str]
    """Column to what was done: kept, ids replaced, dates shifted, left out and why."""
    n_rows: int
    notes: tuple[str, ...] = ()

    def rows_for_eyes(self) -> list[list[str]]:
        """Return the columns and what was done to each."""
        return [["column", "done"], *([name, said] for name, said in self.done.items())]

    def table(self) -> Any:
        """Return one row a column as a pandas frame: what was done to it."""
        import pandas as pd

        return pd.DataFrame({"column": list(self.done), "done": list(self.done.values())})

    def apa(self) -> str:
        """Return a sentence: how many rows and columns; a pseudonym is no anonymity."""
        kept = counted(len(self.sheet.columns), "column")
        return f"{counted(self.n_rows, 'row')} with {kept} of {len(self.done)} were pseudonymised, not made anonymous."

    def to_dict(self) -> dict[str, Any]:
        """Return what was done, JSON-safe; no cell of the table."""
        return {"rows": self.n_rows, "columns": dict(self.done), "notes": list(self.notes)}


def pseudonymise(
    table: RawTable,
    secret: bytes,
    *,
    id_column: str | None = None,
    couple: str | None = None,
    keep_texts: Sequence[str] = (),
) -> Pseudonymised:
    """Return a copy of an export without what tells who somebody is.

    Ids (the row's, the couple's, the platform's) become keyed hashes, ``HMAC-SHA256(secret, id)``: the same id gets
    the same pseudonym in every file under one secret, so that files can still be joined. Dates move by whole days, up
    to half a year, by an amount that is the same for all dates of one person (of one couple, where a column names
    couples): intervals stay, weekdays and seasons do not. Names, addresses, places, IP, contact data and what people
    wrote in their own words are left out. Answers stay.

    This is pseudonymisation, not anonymity: a rare combination of answers (age, occupation, number of children) may
    still tell a person to who knows them, and whoever has the secret can tell all. Read the list of what was kept.

    Parameters
    ----------
    table
        The export as it was read; rows that were set aside are not in it.
    secret
        At least 16 bytes; see :func:`~intimacy_scales.output.privacy.pseudonyms.read_secret`.
    id_column, couple
        The columns that name the respondent and the couple; by default the one recognised, and one called so.
    keep_texts
        Columns of words that are kept all the same.

    Raises
    ------
    UnknownNameError
        For a column that there is none of.
    ExportError
        When no column would be left.
    """
    _vouch(table, [name for name in (id_column, couple, *keep_texts) if name is not None])
    own = id_column or guess_id_column(table)
    couple = couple or next((column.name for column in table.columns if names_a_group(column.name)), None)
    offsets = _offsets(table, couple or own, secret)
    columns: dict[str, Sequence[Any]] = {}
    done: dict[str, str] = {}
    labels: dict[str, str] = {}
    value_labels: dict[str, dict[Any, str]] = {}
    for column in table.columns:
        kept, done[column.name] = _treated(column, secret, offsets, ids={own, couple}, keep_texts=set(keep_texts))
        if kept is not None:
            columns[column.name] = kept
            labels[column.name] = "" if done[column.name] != "kept" else column.question or ""
            coded = {int(code): label for code, label in column.labels.items() if float(code).is_integer()}
            if coded and done[column.name] == "kept":
                value_labels[column.name] = coded
    if not columns:
        raise ExportError(Problem(where="the export", what="holds nothing but what tells a person",
                                  do="say --keep-text COLUMN for what is to stay"))  # fmt: skip
    about = {"software": f"intimacy-scales {__version__}", "pseudonymised": "ids hashed, dates shifted; see the list"}
    notes = [f"{counted(len(table.set_aside), 'row')} set aside by the reader are not in it"] if table.set_aside else []
    notes.append("pseudonyms are no anonymity: look whether rare answers tell a person, and keep the secret apart")
    sheet = Sheet(columns=columns, labels=labels, value_labels=value_labels, about=about)
    return Pseudonymised(sheet=sheet, done=done, n_rows=len(table), notes=tuple(notes))


def _vouch(table: RawTable, names: Sequence[str]) -> None:
    unknown = [name for name in names if name not in table.names]
    if unknown:
        raise UnknownNameError(
            [p for one in unknown for p in UnknownNameError.among("column", one, table.names).problems]
        )


def _treated(
    column: Column, secret: bytes, offsets: Sequence[int], *, ids: set[str | None], keep_texts: set[str]
) -> tuple[Any, str]:
    if column.kind == "id" or column.name in ids:
        texts = (text.strip() for text in column.cells.texts())
        return [pseudonym(secret, text) if text else None for text in texts], "ids replaced"
    dates = None if column.kind == "personal" else _dates(column)
    if dates is not None:
        shifted = [_shifted_date(date, days) if date else None for date, days in zip(dates, offsets, strict=True)]
        return shifted, "dates shifted"
    if why := _why_left_out(column, kept=column.name in keep_texts):
        return None, f"left out: {why}"
    if isinstance(column.cells, NumberCells):
        return np.where(np.isin(column.cells.numbers, list(column.missing)), np.nan, column.cells.numbers), "kept"
    return [text or None for text in column.known_texts()], "kept"


def _why_left_out(column: Column, *, kept: bool) -> str:
    """Return why a column does not come along; "" where it does, by the user's word at least."""
    if kept:
        return ""
    if column.kind == "personal":
        return "it tells a person or a place, or holds their own words"
    if column.kind == "metadata":
        return "the platform's own, which may tell a device or a place"
    return "" if isinstance(column.cells, NumberCells) else _own_words(column)


def _own_words(column: Column) -> str:
    """Return why a column of texts may be what people wrote themselves; "" where it holds choices."""
    texts = {text for text in column.known_texts() if text}
    choices = {label.casefold() for label in column.labels.values()}
    own = {text for text in texts if text.casefold() not in choices}
    if any(len(text) > LONG_TEXT and text.count(" ") > 5 for text in own):
        return "people wrote in their own words"
    numbers = sum(text.replace(".", "", 1).replace(",", "", 1).lstrip("+-").isdigit() for text in own)
    return f"{len(own)} different texts" if len(own) - numbers > MANY_TEXTS else ""


def _offsets(table: RawTable, by: str | None, secret: bytes) -> list[int]:
    """Return the days by which the dates of each row move: one amount a person or couple."""
    keys = table.column(by).cells.texts() if by is not None else [""] * len(table)
    rows = table.row_numbers.tolist()
    return [_days(secret, key.strip() or f"row {row}") for key, row in zip(keys, rows, strict=True)]


def _days(secret: bytes, key: str) -> int:
    place = int(keyed_hash(secret, "days", key)[:12], 16) % (2 * FARTHEST)
    return place - FARTHEST if place < FARTHEST else place - FARTHEST + 1


def _dates(column: Column) -> list[re.Match[str] | None] | None:
    """Return the dates of a column that holds nothing else; ``None`` for any other."""
    if isinstance(column.cells, NumberCells):
        return None
    found: Callable[[str], re.Match[str] | None] = _DATE.fullmatch
    matches = [found(text.strip()) if text.strip() else None for text in column.cells.texts()]
    filled = sum(bool(text.strip()) for text in column.cells.texts())
    return matches if filled and sum(match is not None for match in matches) == filled else None


def _shifted_date(match: re.Match[str], days: int) -> str:
    try:
        moved = dt.date.fromisoformat(match[1]) + dt.timedelta(days=days)
    except (ValueError, OverflowError):
        return ""
    return moved.isoformat() + (f" {match[2]}{match[3] or ''}" if match[2] else "")


SHORTEST = 16
"""Bytes of a secret: fewer could be tried out."""
LENGTH = 32
PSEUDONYM = 16
"""Letters of a pseudonym: 64 bits."""


def read_secret(path: str | os.PathLike[str]) -> bytes:
    """Return the secret that a file holds: its bytes, without line ends around them.

    Raises
    ------
    ExportError
        When there is no such file, or it is too short to be a secret.
    """
    shown = os.fspath(path)
    try:
        body = Path(path).read_bytes().strip()
    except (OSError, ValueError) as fault:
        raise ExportError(Problem(where=shown, what=f"cannot be read as a secret ({reason(fault)})",
                                  allowed=f"a file of at least {SHORTEST} bytes that only you have",
                                  do="say --new-secret to make one there")) from fault  # fmt: skip
    if len(body) < SHORTEST:
        raise ExportError(Problem(where=shown, what=f"holds {len(body)} bytes", allowed=f"at least {SHORTEST}",
                                  do="say --new-secret and another name to make one"))  # fmt: skip
    note_read(path)
    return body


def new_secret(path: str | os.PathLike[str]) -> bytes:
    """Make a secret by chance and keep it in a new file that only its owner can read; never replace one.

    Raises
    ------
    OutputError
        When a file of this name exists: with its secret, the pseudonyms made under it would be lost.
    """
    coded = secrets.token_hex(LENGTH).encode("ascii")
    write_bytes(may_write(path), coded + b"\n", force=False, share=False)
    return coded


def keyed_hash(secret: bytes, kind: str, text: str) -> str:
    """Return ``HMAC-SHA256(secret, kind : text)`` in hexadecimal; ``kind`` keeps ids and dates apart."""
    return hmac.new(secret, f"{kind}:{text}".encode("utf-8", "backslashreplace"), hashlib.sha256).hexdigest()


def pseudonym(secret: bytes, text: str) -> str:
    """Return the pseudonym of an id: it begins with a letter, so that no spreadsheet takes it for a number."""
    return f"p{keyed_hash(secret, 'id', text)[: PSEUDONYM - 1]}"
