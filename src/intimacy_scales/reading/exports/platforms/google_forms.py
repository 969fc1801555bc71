"""Google Forms: ``Timestamp``, then the questions themselves as header; grids as ``Question [row]``."""

from __future__ import annotations

import re

from intimacy_scales.reading.exports.files.containers import FileKind
from intimacy_scales.reading.exports.kinds import kind_of
from intimacy_scales.reading.exports.platform import ExportFile, Options, Recognition
from intimacy_scales.reading.exports.platforms.tabular import Layout, bare, heads, one_row, read_layout
from intimacy_scales.reading.exports.table import ColumnKind, RawTable

NAME = "google_forms"
KINDS: frozenset[FileKind] = frozenset({"text", "workbook"})

_STAMPS = frozenset({
    "timestamp", "zeitstempel", "horodateur", "marcatemporal", "carimbodedatahora", "informazionicronologiche",
    "tijdstempel",
    "tidsstempel", "tidsstämpel", "aikaleima", "sygnaturaczasowa", "zamandamgası", "timbredatahora", "časovéraztítko",
    "időbélyeg", "отметкавремени", "позначкачасу", "χρονικήσήμανση", "χρονικήσφραγίδα", "タイムスタンプ", "时间戳记",
    "時間戳記",
    "타임스탬프",
})  # fmt: skip
_FORM_TIME = re.compile(r"\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d{2}:\d{2}\b.*")
_SHEET_TIME = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4},? \d{1,2}[:.]\d{2}([:.]\d{2})?.*")
_GRID = re.compile(r".+ \[.+\]")
_OWN = frozenset({"score", "punktzahl", "puntuación", "note"})


def recognise(file: ExportFile) -> Recognition | None:
    """Return what tells Google Forms: a time stamp first, questions after it."""
    layout = _layout(file)
    return None if layout is None else layout.recognition


def read(file: ExportFile, options: Options, recognition: Recognition) -> RawTable:
    """Read the answers of a Google form.

    Questions are names and questions at once, without the blanks Google leaves at their ends. Nobody is set aside:
    Google keeps only what was sent.

    Raises
    ------
    ExportError
        Ragged rows, no rows, broken text.
    """
    return read_layout(file, options, recognition, NAME, _layout(file) or one_row(file), _kind)


def _layout(file: ExportFile) -> Layout | None:
    head = heads(file)
    if len(head) < 2 or not head[0] or len(head[0]) < 2 or bare(head[0][0]) not in _STAMPS:
        return None
    stamps = [record[0] for record in head[1:] if record and record[0]]
    if not stamps or not all(_FORM_TIME.fullmatch(one) or _SHEET_TIME.fullmatch(one) for one in stamps):
        return None
    asked = [name for name in head[0][1:] if name]
    own = all(_FORM_TIME.fullmatch(one) for one in stamps)
    if not own and not any(" " in name for name in asked):
        return None  # a time stamp over short names is anybody's table
    grid = sum(_GRID.fullmatch(name) is not None for name in asked)
    saw = f"{head[0][0]!r} first, then {len(asked)} questions" + (f" ({grid} of them rows of grids)" if grid else "")
    if own:
        saw += f", times as Google writes them ({stamps[0]})"
    return Layout(saw=saw, sure="certain" if own else "likely", names=head[0], questions=("", *head[0][1:]))


def _kind(name: str) -> ColumnKind:
    return "metadata" if bare(name) in _STAMPS | _OWN else kind_of(name)
