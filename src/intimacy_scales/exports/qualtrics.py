"""Qualtrics: three header rows, the older two, or one; CSV, TSV, Excel or SPSS; numbers or choice text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from intimacy_scales.exports.containers import FileKind
from intimacy_scales.exports.gather import gather
from intimacy_scales.exports.grid import Record
from intimacy_scales.exports.header import is_number, tidy, vouch_names
from intimacy_scales.exports.kinds import kind_of, look_inside
from intimacy_scales.exports.peek import Options, Peek, Recognition, Sure
from intimacy_scales.exports.qualtrics_rows import set_rows_aside
from intimacy_scales.exports.spreadsheet import grid_of
from intimacy_scales.exports.statfile import read_statfile
from intimacy_scales.exports.table import Column, ColumnKind, RawTable, Source, TextCells

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


def recognise(peek: Peek) -> Recognition | None:
    """Return what tells Qualtrics: ImportIds, V1 V2 V3 over ResponseID, or its own columns."""
    layout = _layout(peek)
    if layout is None:
        return None
    # the first bytes of a .sav tell SPSS for certain; who filled it, only its columns can
    return Recognition(saw=layout.saw, sure="certain" if peek.kind == "sav" else layout.sure)


def read(peek: Peek, options: Options, recognition: Recognition) -> RawTable:
    """Read an export of Qualtrics.

    Question texts and ImportIds go with their columns; the platform's own, timing and personal columns are told by
    both.
    Previews, generated tests, spam, refused consent, unfinished and repeated responses are set aside
    (:mod:`~intimacy_scales.exports.qualtrics_rows` has the rules). Doubled names are numbered: Qualtrics gives them to
    different questions. ``-99`` in a column of answers is Qualtrics' "seen but not answered".

    Raises
    ------
    ExportError
        Ragged rows, no rows, broken text.
    """
    if peek.kind == "sav":
        table = read_statfile(peek, options, recognition, NAME)
        columns = tuple(replace(column, kind=_kind(column.name, "")) for column in table.columns)
        return set_rows_aside(replace(table, columns=look_inside(columns)), options.include)
    layout = _layout(peek) or _one_row(peek)
    header = vouch_names(layout.names, peek.shown, rename=True)
    others = layout.others or ("",) * len(header.names)
    kinds = {name: _kind(name, other) for name, other in zip(header.names, others, strict=False)}
    grid = grid_of(peek)
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
        source=Source(path=peek.shown, platform=NAME, saw=recognition.saw, sure=recognition.sure,
                      encoding=grid.encoding, separator=grid.separator),
        notes=(*peek.notes, *header.notes, *gathered.notes),
    )  # fmt: skip
    return set_rows_aside(table, options.include)


def _layout(peek: Peek) -> _Layout | None:
    if peek.kind == "sav":
        return _own_columns(peek.names)
    head = [tuple(map(tidy, record)) for record in peek.head[:4]]
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
    if len(head) < 2 or head[0][:3] != ("V1", "V2", "V3") or not head[1] or _bare(head[1][0]) != "responseid":
        return None
    old = [
        bool(_LEGACY.fullmatch(name)) and _bare(asked) in (*_OWN, "name")
        for name, asked in zip(head[0], head[1], strict=False)
    ]
    names = tuple(asked if own else name for own, name, asked in zip(old, head[0], head[1], strict=False))
    others = tuple(name if own else "" for own, name in zip(old, head[0], strict=False))
    return _Layout(saw="V1, V2, V3 over ResponseID (the older two header rows)", sure="certain", names=names, skip=2,
                   questions=head[1], others=others)  # fmt: skip


def _own_columns(names: tuple[str, ...], below: Record = ()) -> _Layout | None:
    bare = [_bare(name) for name in names]
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
    return sum(_bare(text) == name for name, text in texts.items()) > 1


def _one_row(peek: Peek) -> _Layout:
    return _Layout(saw="", sure="assumed", names=tuple(map(tidy, peek.head[0])), skip=1)


def _digits(cell: str) -> bool:
    return any(sign.isdigit() for sign in cell)


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _padded(cells: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    return (*cells[: len(names)], *("",) * (len(names) - len(cells)))


def _kind(name: str, other: str) -> ColumnKind:
    for said in (other, name):
        if _bare(said) in _OWN:
            return _OWN[_bare(said)]
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
