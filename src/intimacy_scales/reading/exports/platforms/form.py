"""JSON that is ours: what a form of ``intimacy-scales form`` saved, or a table that ``score`` wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.reading.exports.files.containers import FileKind, json_of
from intimacy_scales.reading.exports.kinds import kind_of
from intimacy_scales.reading.exports.platform import ExportFile, Options, Recognition
from intimacy_scales.reading.exports.table import Cells, Column, NumberCells, RawTable, Source, text_cells

NAME = "form"
KINDS: frozenset[FileKind] = frozenset({"json"})
_LARGEST = 400_000_000
_OURS = "a file that a form of intimacy-scales saved"


def recognise(file: ExportFile) -> Recognition | None:
    """Return what tells our own file: the first words of it."""
    bare = "".join(file.begins.split())
    if '"tool":"intimacy-scales"' not in bare:
        return None
    if '"command":"rows"' in bare:
        return Recognition(saw="a table that intimacy-scales score wrote", sure="certain")
    return Recognition(saw="a form filled in on its own page", sure="certain") if '"command":"form' in bare else None


def read(file: ExportFile, options: Options, recognition: Recognition) -> RawTable:  # noqa: ARG001 -- as every platform
    """Read the answers that one or two people saved.

    Raises
    ------
    ExportError
        When the file is broken, is a pause and no end, or holds anything but rows of codes.
    """
    said = _said(file)
    if said.get("command") == "form-resume":
        raise ExportError(
            Problem(
                where=file.shown,
                what="is a form that somebody paused, not one that was finished",
                do="open the form, go on from this file, finish, and score the file it saves then",
            )
        )
    rows = _rows(said, file.shown)
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = tuple(
        Column(name=name, cells=_cells([row.get(name) for row in rows]), kind=kind_of(name)) for name in names
    )
    return RawTable(
        columns=columns,
        row_numbers=np.arange(1, len(rows) + 1, dtype=np.int64),
        set_aside=(),
        notes=(*file.notes, *_asked(said)),
        source=Source(path=None, platform=NAME, saw=recognition.saw, sure=recognition.sure, encoding="utf-8"),
    )


def _said(file: ExportFile) -> Mapping[str, Any]:
    if file.source.unpacked_size > _LARGEST:
        raise ExportError(Problem(where=file.shown, what="is too large for one form", allowed="up to 400 MB"))
    try:
        said = json_of(file.source.read_text())
    except (ValueError, RecursionError) as fault:
        raise ExportError(
            Problem(where=file.shown, what=f"is a broken file of a form ({type(fault).__name__})", do="save it again")
        ) from fault
    if not isinstance(said, dict) or said.get("tool") != "intimacy-scales":
        raise ExportError(Problem(where=file.shown, what="is JSON of another shape", allowed=_OURS))
    return said


def _rows(said: Mapping[str, Any], shown: str) -> list[dict[str, Any]]:
    rows = said.get("rows")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) and row for row in rows):
        raise ExportError(Problem(where=shown, what="holds no rows of answers", allowed=_OURS))
    wrong = [
        Problem(
            where=f"{shown}: row {number}: {name}",
            what=f"holds {type(cell).__name__}",
            allowed="a code, a text or null",
        )
        for number, row in enumerate(rows, start=1)
        for name, cell in row.items()
        if isinstance(cell, bool) or not isinstance(cell, str | int | float | None)
    ]
    if wrong:
        raise ExportError(wrong)
    return rows


def _cells(cells: Sequence[Any]) -> Cells:
    if any(isinstance(cell, str) for cell in cells):
        return text_cells([None if cell is None else str(cell) for cell in cells])
    return NumberCells(numbers=np.array([np.nan if cell is None else float(cell) for cell in cells], dtype=np.float64))


def _asked(said: Mapping[str, Any]) -> list[str]:
    """Say which bank was asked: its fingerprint tells whether it is the one that scores."""
    banks = said.get("banks")
    if not isinstance(banks, dict):
        return []
    return [
        f"filled in with {bank} {about.get('version')}, fingerprint {about.get('fingerprint')}"
        for bank, about in banks.items()
        if isinstance(about, dict)
    ]
