"""Qualtrics: three header rows, the older two, or one; CSV, TSV, Excel or SPSS; numbers or choice text.

Rows of a Qualtrics export that are no respondents.

The rules, in the order in which they are named; a row for which several hold is set aside once, with all of them.

==========  ==========================================================================================================
preview     ``Status`` has the bit 1 (1, 9, 17 ...) or speaks of a preview, or ``DistributionChannel`` is ``preview``
test        ``Status`` has the bit 2 or speaks of a test: answers that Qualtrics itself made up
spam        ``Status`` has the bit 8 or speaks of spam
refused     the consent question is answered by a text that refuses, or by 0 where only 0 and 1 stand
unfinished  ``Finished`` is false; where its word is not known, ``Progress`` below 100
duplicate   ``ResponseId`` stood in an earlier row
==========  ==========================================================================================================

Imported (4), offline (16) and EX (32) responses are people and stay. Where *every* row is a generated test, somebody is
trying the survey out: the rows stay, and a note says what they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from intimacy_scales.reading.exports.exclusion import (
    FALSE_WORDS,
    REASONS,
    TRUE_WORDS,
    bare_name,
    labelled,
    refused_consent,
    repeats,
    set_aside,
    unknown_words_note,
    where_cell,
)
from intimacy_scales.reading.exports.files.containers import FileKind
from intimacy_scales.reading.exports.files.statistics.statfile import read_statfile
from intimacy_scales.reading.exports.gather import gather
from intimacy_scales.reading.exports.grid import Record, is_number, tidy, vouch_names
from intimacy_scales.reading.exports.kinds import kind_of, look_inside
from intimacy_scales.reading.exports.platform import ExportFile, Options, Recognition, Sure
from intimacy_scales.reading.exports.platforms.spreadsheet import grid_of
from intimacy_scales.reading.exports.table import Column, ColumnKind, RawTable, Source, TextCells

_WORDS = {
    "preview": re.compile(r"preview|vorschau|aperçu|vista previa|prévisualisation|pré-visualiza|anteprima|voorbeeld|"
                          r"förhandsgranskning|forhåndsvisning|esikatselu|podgląd|プレビュー|预览|預覽"),
    "test": re.compile(r"\btest|umfragetest|テスト|测试"),
    "spam": re.compile(r"spam"),
}  # fmt: skip
_BITS = {"preview": 1, "test": 2, "spam": 8}


def set_rows_aside(table: RawTable, include: Collection[str] | bool) -> RawTable:
    """Return the table without the rows that are no respondents, each with its reason."""
    notes: list[str] = []
    status = {reason: _by_status(table, reason) for reason in _BITS}
    if len(table) and len(status["test"]) == len(table):
        notes.append(
            f"all {len(table)} rows are test answers that Qualtrics made up: kept to try things out, nobody is in them"
        )
        status["test"] = {}
    found = [*status.items(), ("refused", refused_consent(table, notes)), ("unfinished", _unfinished(table))]
    before = {place for _, places in found for place in places}
    finished = _find(table, "finished")
    if finished is not None and (note := unknown_words_note(finished, FALSE_WORDS | TRUE_WORDS, "finished")):
        notes.append(note)
    ids = [column for column in table.columns if bare_name(column.name) in ("responseid", "recordid")]
    found.append(("duplicate", repeats(ids[0], table.row_numbers, before) if ids else {}))
    kept = set_aside(table, found, include)
    return _with_notes(kept, notes)


def _with_notes(table: RawTable, notes: list[str]) -> RawTable:
    from dataclasses import replace

    return replace(table, notes=(*table.notes, *notes))


def _find(table: RawTable, name: str) -> Column | None:
    return next((column for column in table.columns if bare_name(column.name) == name), None)


def _by_status(table: RawTable, reason: str) -> dict[int, str]:
    def holds(text: str) -> bool:
        return bool(int(text) & _BITS[reason]) if text.isdecimal() else bool(_WORDS[reason].search(text))

    found = where_cell(_find(table, "status"), holds, REASONS[reason])
    if reason == "preview":
        channel = where_cell(_find(table, "distributionchannel"), lambda text: text == "preview", REASONS[reason])
        found = {**channel, **found}
    return found


def _unfinished(table: RawTable) -> dict[int, str]:
    finished = _find(table, "finished")
    progress = where_cell(
        _find(table, "progress"),
        lambda text: is_number(text) and float(text.replace(",", ".")) < 100,
        REASONS["unfinished"],
    )
    if finished is None:
        return progress
    found = where_cell(finished, lambda text: text in FALSE_WORDS, REASONS["unfinished"])
    told = [labelled(finished, text.strip()).casefold() in TRUE_WORDS for text in finished.cells.texts()]
    return {**{place: words for place, words in progress.items() if not told[place]}, **found}


NAME = "qualtrics"
KINDS: frozenset[FileKind] = frozenset({"text", "workbook", "sav"})

_IMPORT = re.compile(r"""\s*\{\s*['"]ImportId['"]\s*:\s*['"]([^'"]*)['"]""")
_LEGACY = re.compile(r"V\d+")
# bare names (and ImportIds) of the columns that Qualtrics itself adds
_OWN: dict[str, ColumnKind] = {
    **dict.fromkeys((
        "startdate", "enddate", "status", "progress", "finished", "recordeddate", "distributionchannel", "userlanguage",
        "externalreference", "externaldatareference", "panelexternaldatareference", "responseset", "responsesetid",
        "browser", "version", "operatingsystem", "resolution", "qrecaptchascore", "qduplicaterespondent",
        "qrelevantidfraudscore", "qrelevantidduplicatescore", "qtotalduration", "qballotboxstuffing",
    ), "metadata"),
    **dict.fromkeys(("responseid", "recordid"), "id"),
    **dict.fromkeys((
        "ipaddress", "recipientlastname", "recipientfirstname", "recipientemail", "panelrecipientlastname",
        "panelrecipientfirstname", "panelrecipientemail", "locationlatitude", "locationlongitude", "locationaccuracy",
        "locationlocationlatitude", "locationlocationlongitude", "locationlocationaccuracy", "emailaddress",
        "recipient", "recipientname",
    ), "personal"),
    **dict.fromkeys(("duration", "durationinseconds"), "timing"),
}  # fmt: skip
_COUNTED = frozenset({"startdate", "enddate", "recordeddate", "progress", "duration", "durationinseconds"})
_TELLING = frozenset({"responseid", "recordeddate", "durationinseconds", "distributionchannel", "responseset"})
_TIMING = re.compile(r".*_(FIRST_CLICK|LAST_CLICK|PAGE_SUBMIT|CLICK_COUNT)", re.IGNORECASE)
_DEVICE = re.compile(r".*_(BROWSER|VERSION|OS|RESOLUTION)|.*_DO(_.*)?")
_UNANSWERED = "-99"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """How the header of an export is built."""

    saw: str
    sure: Sure
    names: tuple[str, ...]
    skip: int
    questions: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def recognise(file: ExportFile) -> Recognition | None:
    """Return what tells Qualtrics: ImportIds, V1 V2 V3 over ResponseID, or its own columns."""
    layout = _layout(file)
    if layout is None:
        return None
    # the first bytes of a .sav tell SPSS for certain; who filled it, only its columns can
    return Recognition(saw=layout.saw, sure="certain" if file.kind == "sav" else layout.sure)


def read(file: ExportFile, options: Options, recognition: Recognition) -> RawTable:
    """Read an export of Qualtrics.

    Question texts and ImportIds go with their columns; the platform's own, timing and personal columns are told by
    both.
    Previews, generated tests, spam, refused consent, unfinished and repeated responses are set aside
    (``qualtrics`` has the rules). Doubled names are numbered: Qualtrics gives them to
    different questions. ``-99`` in a column of answers is Qualtrics' "seen but not answered".

    Raises
    ------
    ExportError
        Ragged rows, no rows, broken text.
    """
    if file.kind == "sav":
        table = read_statfile(file, options, recognition, NAME)
        columns = tuple(replace(column, kind=_kind(column.name, "")) for column in table.columns)
        return set_rows_aside(replace(table, columns=look_inside(columns)), options.include)
    layout = _layout(file) or _one_row(file)
    header = vouch_names(layout.names, file.shown, rename=True)
    others = layout.others or ("",) * len(header.names)
    kinds = {name: _kind(name, other) for name, other in zip(header.names, others, strict=False)}
    grid = grid_of(file)
    gathered = gather(
        grid, header.names, skip=layout.skip, quiet=options.quiet, kinds=lambda name: kinds.get(name, "answer")
    )
    told = dict(
        zip(
            header.names,
            zip(_padded(layout.questions, header.names), _padded(others, header.names), strict=True),
            strict=True,
        )
    )
    columns = tuple(_told(column, *told.get(column.name, ("", ""))) for column in gathered.columns)
    table = RawTable(
        columns=look_inside(columns), row_numbers=gathered.row_numbers, set_aside=gathered.blank,
        source=Source(path=file.shown, platform=NAME, saw=recognition.saw, sure=recognition.sure,
                      encoding=grid.encoding, separator=grid.separator),
        notes=(*file.notes, *header.notes, *gathered.notes),
    )  # fmt: skip
    return set_rows_aside(table, options.include)


def _layout(file: ExportFile) -> _Layout | None:
    if file.kind == "sav":
        return _own_columns(file.names)
    head = [tuple(map(tidy, record)) for record in file.head[:4]]
    return _three_rows(head) or _legacy(head) or _own_columns(head[0] if head else (), head[1] if len(head) > 1 else ())


def _three_rows(head: list[tuple[str, ...]]) -> _Layout | None:
    for place in (2, 1):
        ids = [_IMPORT.match(cell) for cell in head[place]] if len(head) > place else []
        if ids and sum(map(bool, ids)) * 2 > len([cell for cell in head[place] if cell]):
            return _Layout(
                saw=f"a row of ImportIds under the names ({place + 1} header rows)", sure="certain",
                names=head[0], skip=place + 1, questions=head[1] if place == 2 else (),
                others=tuple(found.group(1) if found else "" for found in ids),
            )  # fmt: skip
    return None


def _legacy(head: list[tuple[str, ...]]) -> _Layout | None:
    if len(head) < 2 or head[0][:3] != ("V1", "V2", "V3") or not head[1] or bare_name(head[1][0]) != "responseid":
        return None
    old = [
        bool(_LEGACY.fullmatch(name)) and bare_name(asked) in (*_OWN, "name")
        for name, asked in zip(head[0], head[1], strict=False)
    ]
    names = tuple(asked if own else name for own, name, asked in zip(old, head[0], head[1], strict=False))
    others = tuple(name if own else "" for own, name in zip(old, head[0], strict=False))
    return _Layout(saw="V1, V2, V3 over ResponseID (the older two header rows)", sure="certain", names=names, skip=2,
                   questions=head[1], others=others)  # fmt: skip


def _own_columns(names: tuple[str, ...], below: Record = ()) -> _Layout | None:
    bare = [bare_name(name) for name in names]
    own = [place for place, name in enumerate(bare) if name in _OWN]
    if len(own) < 4 or not _TELLING & set(bare):
        return None
    questions = _asks(own, bare, below)
    saw = f"columns that Qualtrics adds ({', '.join(names[place] for place in own[:4])} ...)"
    if questions:
        return _Layout(saw=f"{saw}, two header rows", sure="likely", names=names, skip=2, questions=tuple(below))
    return _Layout(saw=f"{saw}, one header row", sure="likely", names=names, skip=1)


def _asks(own: list[int], bare: list[str], below: Record) -> bool:
    """Return whether the second row holds question texts: no digits where people have dates and numbers."""
    texts = {bare[place]: below[place] for place in own if place < len(below) and below[place]}
    counted = [text for name, text in texts.items() if name in _COUNTED]
    if counted:
        return not any(map(_digits, counted))
    return sum(bare_name(text) == name for name, text in texts.items()) > 1


def _one_row(file: ExportFile) -> _Layout:
    return _Layout(saw="", sure="assumed", names=tuple(map(tidy, file.head[0])), skip=1)


def _digits(cell: str) -> bool:
    return any(sign.isdigit() for sign in cell)


def _padded(cells: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    return (*cells[: len(names)], *("",) * (len(names) - len(cells)))


def _kind(name: str, other: str) -> ColumnKind:
    for said in (other, name):
        if bare_name(said) in _OWN:
            return _OWN[bare_name(said)]
        if _TIMING.fullmatch(said):
            return "timing"
        if _DEVICE.fullmatch(said):
            return "metadata"
    return kind_of(name)


def _told(column: Column, question: str, other: str) -> Column:
    """Give a column what the header rows say of it."""
    kind, missing = column.kind, dict(column.missing)
    texts = column.cells.values if isinstance(column.cells, TextCells) else ()
    if kind == "answer" and re.search(r"[_-]TEXT\b", f"{other} {column.name}") and not all(map(is_number, texts)):
        kind = "personal"
    if kind == "answer" and _UNANSWERED in texts:
        missing[float(_UNANSWERED)] = "seen but not answered"
    return replace(column, kind=kind, missing=missing, question=question or None, other_names=(other,) if other else ())
