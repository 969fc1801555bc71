"""LimeSurvey: codes, question texts or both as header; code or text as answers; CSV, Excel, VV, for R."""

from __future__ import annotations

import re
from dataclasses import replace

from intimacy_scales.exports.aside import REASONS, repeats, set_aside
from intimacy_scales.exports.containers import FileKind
from intimacy_scales.exports.kinds import kind_of
from intimacy_scales.exports.limesurvey_header import OWN_CODES, Header, layout_of
from intimacy_scales.exports.peek import Options, Peek, Recognition
from intimacy_scales.exports.table import Column, ColumnKind, RawTable, TextCells
from intimacy_scales.exports.tabular import NOT_SHOWN, one_row, private_if_text, read_layout, texts_in

NAME = "limesurvey"
KINDS: frozenset[FileKind] = frozenset({"text", "workbook"})

_NOT_PUT = ("N/A", "{question_not_shown}")
_CODE = re.compile(r"(A|AO)0*(\d{1,3})")
_WRITTEN = re.compile(r".*(\[|_)(other|\w*comment)\]?$", re.IGNORECASE)


def recognise(peek: Peek) -> Recognition | None:
    """Return what tells LimeSurvey: its own columns, by code or by what stands in them."""
    found = layout_of(peek)
    return None if found is None else found.layout.recognition


def read(peek: Peek, options: Options, recognition: Recognition) -> RawTable:
    """Read an export of LimeSurvey.

    Rows without a date in ``submitdate`` are incomplete. "N/A" (an answer that LimeSurvey kept empty because the
    question was not shown) is told from a blank. Codes A1, A2 ... (AO01 ...) are read as 1, 2 ...; a ``.lss``
    (``survey``) says what they mean. What people wrote into "other" and comments is private. Timings come last and
    are no answers.

    Raises
    ------
    ExportError
        Ragged rows, no rows, broken text.
    """
    found = layout_of(peek) or Header(layout=one_row(peek), codes=())
    own = dict(zip(found.layout.names, found.codes, strict=False))
    table = read_layout(
        peek, options, recognition, NAME, found.layout, lambda name: _kind(name, own), not_shown=_NOT_PUT
    )
    notes: list[str] = []
    table = replace(table, columns=tuple(_told(column, notes) for column in table.columns))
    table = replace(table, notes=(*table.notes, *notes))
    unfinished, again = {}, {}
    for column in table.columns:
        if own.get(column.name) == "submitdate":
            unfinished = {
                at: f"{REASONS['unfinished']} (no {column.name})"
                for at, text in enumerate(column.cells.texts())
                if not text or text in _NOT_PUT
            }
    for column in table.columns:
        if own.get(column.name) == "id":
            again = repeats(column, table.row_numbers, unfinished)
    return set_aside(table, [("unfinished", unfinished), ("duplicate", again)], options.include)


def _kind(name: str, own: dict[str, str]) -> ColumnKind:
    code = own.get(name, "")
    if code:
        return OWN_CODES[code]
    return kind_of(name)


def _told(column: Column, notes: list[str]) -> Column:
    if column.kind == "answer" and _WRITTEN.fullmatch(column.name):
        column = private_if_text(column)
    cells = column.cells
    if column.kind != "answer" or not isinstance(cells, TextCells):
        return column
    said = [text for text in texts_in(column) if text not in _NOT_PUT]
    gone = {text: NOT_SHOWN for text in texts_in(column) if text in _NOT_PUT}
    column = replace(column, missing_texts={**column.missing_texts, **gone})
    if not said or not all(_CODE.fullmatch(text) for text in said):
        return column
    codes = ", ".join(sorted(said)[:6])
    notes.append(
        f"column {column.name}: codes {codes} read as their numbers; what they mean is in the survey's own file: "
        "--survey FILE.lss"
    )
    values = tuple(_CODE.sub(r"\2", text.strip()) for text in cells.values)
    return replace(column, cells=TextCells(values=values, codes=cells.codes))
