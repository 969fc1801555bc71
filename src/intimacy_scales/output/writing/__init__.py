"""Scores written to the file a user asks for: format by suffix, whole or not at all, safe to open in a spreadsheet."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from intimacy_scales.base.errors import OutputError, Problem
from intimacy_scales.base.files import may_write, write_whole
from intimacy_scales.output.writing.formats import WRITERS
from intimacy_scales.output.writing.sheet import Sheet, writable
from intimacy_scales.output.writing.verification import FAULTS

__all__ = ["SUFFIXES", "WRITERS", "Sheet", "suffix_of", "write_sheet"]

SUFFIXES = (".csv", ".tsv", ".xlsx", ".sav", ".dta", ".parquet", ".json")


def suffix_of(path: str | os.PathLike[str]) -> str:
    """Return the suffix that chooses the format; an :class:`OutputError` names those there are."""
    suffix = Path(path).suffix.casefold()
    if suffix not in SUFFIXES:
        raise OutputError(
            Problem(
                where=str(path),
                what=f"ends with {suffix!r}" if suffix else "has no suffix",
                allowed=f"allowed are {', '.join(SUFFIXES)}",
                do="the suffix of the name chooses the format",
            )
        )
    return suffix


def write_sheet(
    sheet: Sheet, path: str | os.PathLike[str], *, force: bool = False, inputs: Sequence[str | os.PathLike[str]] = ()
) -> Path:
    """Write a table in the format of the suffix of ``path``.

    Parameters
    ----------
    sheet
        Columns of equal length; NaN and ``None`` become blank cells (``null`` in JSON).
    path
        Target; ``.csv .tsv .xlsx .sav .dta .parquet .json``.
    force
        Replace a file that stands there.
    inputs
        Files that may never be the target, whatever ``force`` says.

    Raises
    ------
    OutputError
        Unknown suffix, missing folder, existing file, full disk, missing optional library; nothing is left
        half-written.
    """
    suffix = suffix_of(path)
    target = may_write(path, force=force, inputs=inputs)
    ready = writable(sheet, suffix)
    return write_whole(target, lambda beside: WRITERS[suffix](ready, beside), force=force, verify=FAULTS[suffix])
