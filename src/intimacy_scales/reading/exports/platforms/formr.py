"""formr: ``session``, ``created``, ``modified``, ``ended``, ``expired``, then the items by their names."""

from __future__ import annotations

from dataclasses import replace

from intimacy_scales.reading.exports.exclusion import REASONS, set_aside
from intimacy_scales.reading.exports.files.containers import FileKind
from intimacy_scales.reading.exports.kinds import kind_of
from intimacy_scales.reading.exports.platform import ExportFile, Options, Recognition
from intimacy_scales.reading.exports.platforms.tabular import Layout, bare, heads, one_row, read_layout
from intimacy_scales.reading.exports.table import ColumnKind, RawTable

NAME = "formr"
KINDS: frozenset[FileKind] = frozenset({"text", "workbook"})

_OWN = ("session", "created", "modified", "ended", "expired")
_MORE = frozenset({*_OWN, "iteration", "studyid", "unitid", "sessionid", "position"})


def recognise(file: ExportFile) -> Recognition | None:
    """Return what tells formr: its five columns."""
    layout = _layout(file)
    return None if layout is None else layout.recognition


def read(file: ExportFile, options: Options, recognition: Recognition) -> RawTable:
    """Read the results of a formr survey.

    Rows without a time in ``ended`` are unfinished. A session that stands in several rows is a diary or a repeated
    survey: one row an administration, said in a note. Items whose names end in R are *not* reversed by formr itself.

    Raises
    ------
    ExportError
        Ragged rows, no rows, broken text.
    """
    table = read_layout(file, options, recognition, NAME, _layout(file) or one_row(file), _kind)
    notes = []
    if "session" in table.names:
        sessions = [text for text in table.column("session").cells.texts() if text]
        if len(set(sessions)) < len(sessions):
            notes.append(f"{len(sessions)} rows of {len(set(sessions))} sessions: one row an administration")
    unfinished = {}
    if "ended" in table.names and any(ended := table.column("ended").cells.texts()):
        unfinished = {at: f"{REASONS['unfinished']} (ended: blank)" for at, text in enumerate(ended) if not text}
    return set_aside(replace(table, notes=(*table.notes, *notes)), [("unfinished", unfinished)], options.include)


def _layout(file: ExportFile) -> Layout | None:
    head = heads(file)
    own = [name for name in _OWN if head and name in head[0]]
    if "session" not in own or len(own) < 4:
        return None
    return Layout(
        saw=f"columns that formr adds ({', '.join(own)})", sure="certain" if len(own) == 5 else "likely", names=head[0]
    )


def _kind(name: str) -> ColumnKind:
    if name == "session":
        return "id"
    return "metadata" if bare(name) in _MORE else kind_of(name)
