"""Several files of one study, read and joined in one step."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.reading.exports.export import read_table
from intimacy_scales.reading.exports.joining.joining import FIRST_ROW, How, Suffixes, join_tables
from intimacy_scales.reading.exports.table import RawTable

Survey = str | os.PathLike[str] | None


def read_joined(
    sources: Sequence[Any],
    on: str | Sequence[str] | None = None,
    *,
    suffixes: Suffixes = None,
    how: How = "outer",
    survey: Survey | Sequence[Survey] = None,
    **reading: Any,
) -> RawTable:
    """Read each file or frame, and put the rows that belong to one id side by side.

    Parameters
    ----------
    sources
        Two or more paths, frames, or tables already read.
    on, suffixes, how
        As in :func:`~intimacy_scales.reading.exports.joining.joining.join_tables`.
    survey
        The survey's own file: one (or ``None``) for each file. A single one is of the first file; with ``suffixes``
        (waves, partners) of every one, which asked the same.
    **reading
        Options of :func:`~intimacy_scales.reading.exports.export` for every file.

    Returns
    -------
    RawTable
        The joined table. How the rows found each other (ids that not every file holds, rows without an id, spellings
        that were taken for one id) is in its ``notes``.

    Raises
    ------
    ExportError
        When a file cannot be read, or the tables cannot be joined.
    UnknownNameError
        For a column of ids, a way of joining or an option that there is not.
    """
    surveys: list[Survey]
    if survey is None or isinstance(survey, (str, os.PathLike)):
        surveys = [survey, *[None if suffixes is None else survey] * (len(sources) - 1)]
    else:
        surveys = list(survey)
    if len(surveys) != len(sources):
        raise ExportError(
            Problem(where="join: survey", what=f"{len(surveys)} files", allowed=f"one, or {len(sources)} (one a file)")
        )
    tables = [
        one if isinstance(one, RawTable) else read_table(one, survey=own, **reading)
        for one, own in zip(sources, surveys, strict=True)
    ]
    table = join_tables(tables, on, suffixes=suffixes, how=how).table
    own = ", ".join(name for name in table.names if name.startswith("source_row"))
    note = f"rows are counted in the joined table, from {FIRST_ROW}; the files' own row numbers are in {own}"
    return replace(table, notes=(*table.notes, note))
