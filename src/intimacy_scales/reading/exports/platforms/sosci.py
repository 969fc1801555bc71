"""SoSci Survey: ``CASE``, ``SERIAL``, ``QUESTNNR``, ``STARTED``, the items, ``TIME001``, ``FINISHED``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from intimacy_scales.reading.exports.exclusion import (
    FALSE_WORDS,
    REASONS,
    TRUE_WORDS,
    repeats,
    set_aside,
    unknown_words_note,
)
from intimacy_scales.reading.exports.files.containers import FileKind
from intimacy_scales.reading.exports.kinds import kind_of
from intimacy_scales.reading.exports.platform import ExportFile, Options, Recognition
from intimacy_scales.reading.exports.platforms.tabular import Layout, heads, one_row, read_layout, texts_in
from intimacy_scales.reading.exports.table import Column, ColumnKind, RawTable

NAME = "sosci"
KINDS: frozenset[FileKind] = frozenset({"text", "workbook"})

_OWN: dict[str, ColumnKind] = {
    "CASE": "id", "SERIAL": "id", "REF": "metadata", "QUESTNNR": "metadata", "MODE": "metadata", "STARTED": "metadata",
    "LANGUAGE": "metadata", "TIME_SUM": "timing", "TIME_RSI": "timing", "DEG_TIME": "timing", "MAILSENT": "metadata",
    "LASTDATA": "metadata", "STATUS": "metadata", "FINISHED": "metadata", "Q_VIEWER": "metadata",
    "LASTPAGE": "metadata",
    "MAXPAGE": "metadata", "MISSING": "metadata", "MISSREL": "metadata", "DEG_MISS": "metadata", "DEGRADE": "metadata",
}  # fmt: skip
_TIME = re.compile(r"TIME\d{3}")
_MISSING: Mapping[str, str] = {"-9": "not answered", "-1": "don't know or no answer"}
_TRIED = frozenset({"admin", "debug", "debugger", "pretest", "test", "preview"})


def recognise(file: ExportFile) -> Recognition | None:
    """Return what tells SoSci Survey: the columns it writes in capitals."""
    layout = _layout(file)
    return None if layout is None else layout.recognition


def read(file: ExportFile, options: Options, recognition: Recognition) -> RawTable:
    """Read an export of SoSci Survey, with or without the row of labels under the names.

    Set aside: interviews in a mode that only the makers use (admin, debug, pretest), ``FINISHED`` 0 or ``Q_VIEWER`` 1
    (only looked at), a ``CASE`` that stands twice. -9 is "not answered", -1 the way out that an item offers.

    Raises
    ------
    ExportError
        Ragged rows, no rows, broken text.
    """
    table = read_layout(file, options, recognition, NAME, _layout(file) or one_row(file), _kind)
    table = replace(table, columns=tuple(map(_with_missing, table.columns)))
    tried = _where(table, "MODE", _TRIED, REASONS["test"])
    unfinished = {
        **_where(table, "Q_VIEWER", TRUE_WORDS, "only looked at"),
        **_where(table, "FINISHED", FALSE_WORDS, REASONS["unfinished"]),
    }
    told = [_unknown(table, name, what) for name, what in (("FINISHED", "finished"), ("Q_VIEWER", "only looked at"))]
    table = replace(table, notes=(*table.notes, *(note for note in told if note)))
    again: dict[int, str] = {}
    if "CASE" in table.names:
        again = repeats(table.column("CASE"), table.row_numbers, {*tried, *unfinished})
    return set_aside(table, [("test", tried), ("unfinished", unfinished), ("duplicate", again)], options.include)


def _layout(file: ExportFile) -> Layout | None:
    head = heads(file)
    own = [name for name in head[0] if name in _OWN] if head else []
    if "CASE" not in own or len(own) < 4:
        return None
    names, below = head[0], head[1] if len(head) > 1 else ()
    labelled = len(below) == len(names) and _is_label_row(names, below)
    saw = f"columns that SoSci Survey adds ({', '.join(own[:6])}{' ...' if len(own) > 6 else ''})"
    return Layout(
        saw=f"{saw}, a row of labels below" if labelled else saw,
        names=names,
        skip=2 if labelled else 1,
        sure="certain" if {"QUESTNNR", "STARTED"} <= {*own} else "likely",
        questions=below if labelled else (),
    )


def _is_label_row(names: tuple[str, ...], below: tuple[str, ...]) -> bool:
    """Return whether the second row speaks of the columns: CASE and times are no numbers in it."""
    places = [
        place
        for place, name in enumerate(names)
        if name in ("CASE", "STARTED", "LASTDATA", "FINISHED") or _TIME.fullmatch(name)
    ]
    said = [below[place] for place in places if below[place]]
    return len(said) >= 2 and all(re.match(r"[^\W\d]", cell) and " " in cell for cell in said)


def _kind(name: str) -> ColumnKind:
    if name in _OWN:
        return _OWN[name]
    return "timing" if _TIME.fullmatch(name) else kind_of(name)


def _with_missing(column: Column) -> Column:
    if column.kind != "answer":
        return column
    found = {float(text): kind for text, kind in _MISSING.items() if text in texts_in(column)}
    return replace(column, missing={**column.missing, **found}) if found else column


def _unknown(table: RawTable, name: str, what: str) -> str:
    return unknown_words_note(table.column(name), FALSE_WORDS | TRUE_WORDS, what) if name in table.names else ""


def _where(table: RawTable, name: str, texts: set[str] | frozenset[str], words: str) -> dict[int, str]:
    if name not in table.names:
        return {}
    cells = table.column(name).cells.texts()
    return {at: f"{words} ({name}: {text})" for at, text in enumerate(cells) if text.strip().casefold() in texts}
