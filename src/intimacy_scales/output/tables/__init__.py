"""Tables for the paper: the correlation table, and any result's table as Word, LaTeX, Markdown, HTML, CSV, Excel."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from intimacy_scales.base.errors import OutputError, Problem
from intimacy_scales.output.tables.correlations import CorrelationTable, table
from intimacy_scales.output.tables.paper_table import SUFFIXES, PaperTable, suffix_of, write_table

__all__ = ["SUFFIXES", "CorrelationTable", "PaperTable", "save_table", "suffix_of", "table", "write_table"]


def save_table(
    result: Any, path: str | os.PathLike[str], *, caption: str = "", note: str = "", force: bool = False
) -> Path:
    """Write any result's table to a file: .docx .tex .md .html as printed, .csv and .xlsx at full precision.

    Parameters
    ----------
    result
        Anything this software returns that prints a table (reliability, change, couples, norms ...).
    path, force
        Where to, and whether a file that exists is replaced.
    caption, note
        What stands above and under it; the result's own notes where ``note`` is empty.

    Returns
    -------
    Path
        Of the file that was written.

    Raises
    ------
    OutputError
        When the result has no table, the suffix is none of these, or the file exists and ``force`` was not said.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from intimacy_scales.advice import tips
    >>> with TemporaryDirectory() as folder:
    ...     save_table(tips(), f"{folder}/tips.md").name
    'tips.md'
    """
    lines = getattr(result, "rows_for_eyes", None)
    if lines is None:
        what = f"is a {type(result).__name__}, which prints no table"
        raise OutputError(Problem(where="result", what=what, allowed="a result of this software"))
    notes = note or " ".join(getattr(result, "notes", ()))
    frame = getattr(result, "table", None)
    figures = frame() if callable(frame) else None
    printed = PaperTable.of(lines(), caption=caption, note=notes)
    if not hasattr(figures, "to_csv"):
        figures = None
    return write_table(printed, path, force=force, figures=figures)
