"""Scores written to the file a user asks for: format by suffix, whole or not at all, safe to open in a spreadsheet."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from intimacy_scales.errors import OutputError, Problem
from intimacy_scales.files import may_write, write_whole

SUFFIXES = (".csv", ".tsv", ".xlsx", ".sav", ".dta", ".parquet", ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table ready to be written: columns of equal length, and what each of them is."""

    columns: Mapping[str, Sequence[Any]]
    labels: Mapping[str, str] = field(default_factory=dict)
    """Column to its description (variable label in SPSS and Stata, the codebook sheet in Excel)."""
    value_labels: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    """Column of coded answers to what each code means."""
    missing: Mapping[str, Mapping[float | str, str]] = field(default_factory=dict)
    """Column to its codes of missing (a number, or a letter of Stata: ``.a``) and what each means."""
    unanswered: Mapping[str, Sequence[float | str | None]] = field(default_factory=dict)
    """Column to the code of missing each row holds; ``None`` for an answer, or for nothing at all."""
    about: Mapping[str, str] = field(default_factory=dict)
    """What made the table: software, banks, fingerprints, rules."""


def suffix_of(path: str | os.PathLike[str]) -> str:
    """Return the suffix that chooses the format; an :class:`OutputError` names those there are."""
    suffix = Path(path).suffix.casefold()
    if suffix not in SUFFIXES:
        raise OutputError(
            Problem(
                where=str(path),
                what=f"ends with {suffix!r}" if suffix else "has no suffix",
                allowed=f"allowed are {', '.join(SUFFIXES)}",
                do="the suffix of --out chooses the format",
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
    from intimacy_scales.writing import formats

    suffix = suffix_of(path)
    target = may_write(path, force=force, inputs=inputs)
    return write_whole(target, lambda beside: formats.WRITERS[suffix](sheet, beside))
