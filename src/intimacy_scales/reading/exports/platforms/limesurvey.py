"""How the header of a LimeSurvey export is built, in whatever language it was written.

LimeSurvey: codes, question texts or both as header; code or text as answers; CSV, Excel, VV, for R.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from intimacy_scales.base.wording import some
from intimacy_scales.reading.exports.exclusion import REASONS, repeats, set_aside
from intimacy_scales.reading.exports.files.containers import FileKind
from intimacy_scales.reading.exports.kinds import kind_of
from intimacy_scales.reading.exports.platform import ExportFile, Options, Recognition
from intimacy_scales.reading.exports.platforms.tabular import (
    NOT_SHOWN,
    Layout,
    bare,
    heads,
    one_row,
    private_if_text,
    read_layout,
    texts_in,
)
from intimacy_scales.reading.exports.table import Column, ColumnKind, RawTable, TextCells

OWN_CODES: dict[str, ColumnKind] = {
    "id": "id", "submitdate": "metadata", "lastpage": "metadata", "startlanguage": "metadata", "seed": "metadata",
    "token": "id",
    "startdate": "metadata", "datestamp": "metadata", "ipaddr": "personal", "refurl": "metadata",
    "firstname": "personal",
    "lastname": "personal", "email": "personal", "timing": "timing",
}  # fmt: skip
_FIRST = ("id", "submitdate", "lastpage", "startlanguage")
_BOTH = re.compile(r"([^\W\d]\w*(?:\[[^\]]*\])*)\.\s+(.+)", re.DOTALL)
_DATE = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}( \d{1,2}:\d\d.*)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]+)*")
_TOTAL = frozenset(
    {
        "interviewtime",
        "totaltime",
        "gesamtzeit",
        "totaaltijd",
        "tempstotal",
        "tiempototal",
        "tempototale",
        "tempototal",
        "całkowityczas",
    }
)
_WORDS: dict[str, str] = {
    **dict.fromkeys(("seed", "zufallsstartwert", "semilla", "semente"), "seed"),
    **dict.fromkeys(("token", "accesscode", "zugangscode", "zugangsschlüssel", "toegangscode", "code",
    "códigodeacceso"), "token"),
    **dict.fromkeys(("datestarted", "datumgestartet", "gestartetam", "datumgestart", "datededébut", "fechadeinicio",
    "datainizio"), "startdate"),
    **dict.fromkeys(("datelastaction", "datumletzteaktivität", "letzteaktivitätam", "datumlaatsteactie",
    "datedeladernièreaction",
                     "fechadelaúltimaacción"), "datestamp"),
    **dict.fromkeys(("ipaddress", "ipadresse", "ipadres", "adresseip", "direccióníp", "direcciónip",
    "indirizzoip"), "ipaddr"),
    **dict.fromkeys(("referrerurl", "refererurl", "weiterleitungsurl", "refurl", "verwijzendeurl",
    "urldereferencia"), "refurl"),
    **dict.fromkeys(("firstname", "vorname"), "firstname"), **dict.fromkeys(("lastname", "nachname"), "lastname"),
    **dict.fromkeys(("emailaddress", "emailadresse"), "email"),
}  # fmt: skip
_OWN_COLUMNS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A layout, and for every column LimeSurvey's own code for it ("" for questions)."""

    layout: Layout
    codes: tuple[str, ...]


def layout_of(file: ExportFile) -> Header | None:
    """Return how the header is built, ``None`` where nothing tells LimeSurvey."""
    head = heads(file)
    if not head or len(head[0]) < 4:
        return None
    return _coded(head[0], 1) or _both(head[0]) or _two_rows(head) or _texts(head)


def _own(names: Sequence[str]) -> list[str]:
    return [name for name in names[:_OWN_COLUMNS] if name.strip("{}") in OWN_CODES and name != "email"]


def _coded(names: tuple[str, ...], skip: int, questions: tuple[str, ...] = ()) -> Header | None:
    own = _own(names)
    telling = {*own} & {"submitdate", "lastpage", "startlanguage"}
    if len(telling) < 2 and not ({"id", "token"} & {*own} and telling and {"datestamp", "startdate", "seed"} & {*own}):
        return None
    where = "codes under question texts (VV)" if skip == 2 else "codes"
    saw = f"columns that LimeSurvey adds ({', '.join(own)}), {where}"
    layout = Layout(saw=saw, sure="certain", names=names, skip=skip, questions=questions)
    return Header(layout=layout, codes=_timed(names, [name if name in own else "" for name in names]))


def _both(names: tuple[str, ...]) -> Header | None:
    found = [_BOTH.fullmatch(name) for name in names]
    if sum(map(bool, found)) < 0.7 * len(names):
        return None
    codes = tuple(match[1] if match else name for match, name in zip(found, names, strict=True))
    coded = _coded(codes, 1, questions=tuple(match[2] if match else "" for match in found))
    if coded is None:
        return None
    own = ", ".join(_own(codes))
    layout = Layout(
        saw=f"columns that LimeSurvey adds ({own}), code and text in every name",
        sure="certain",
        names=codes,
        questions=coded.layout.questions,
    )
    return Header(layout=layout, codes=coded.codes)


def _two_rows(head: Sequence[tuple[str, ...]]) -> Header | None:
    """Return the layout of a VV file: texts above, codes below."""
    if len(head) < 2 or len(head[1]) != len(head[0]):
        return None
    return _coded(head[1], 2, questions=head[0])


def _texts(head: Sequence[tuple[str, ...]]) -> Header | None:
    """Tell question texts by what stands below the first four names, whatever their language."""
    names, below = head[0], [record for record in head[1:] if len(record) >= 4 and any(record)]
    if not below or not any(" " in name for name in names[4:]):
        return None
    ids = [record[0] for record in below]
    dates = {record[1] for record in below} - {""}
    pages = {record[2] for record in below} - {""}
    spoken = {record[3] for record in below} - {""}
    numbered = all(one.isdecimal() for one in ids) and len(set(ids)) == len(ids)
    if not (numbered and all(map(_DATE.fullmatch, dates)) and all(page.lstrip("-").isdecimal() for page in pages)):
        return None
    if not spoken or len(spoken) > 12 or not all(map(_LANGUAGE.fullmatch, spoken)) or not (dates or pages):
        return None
    codes = [
        *_FIRST,
        *(_WORDS.get(bare(name), "") if at < _OWN_COLUMNS else "" for at, name in enumerate(names[4:], start=4)),
    ]
    saw = f"number, date, page and language first ({', '.join(names[:4])}), then question texts"
    questions = tuple("" if code else name for name, code in zip(names, codes, strict=True))
    return Header(layout=Layout(saw=saw, sure="likely", names=names, questions=questions), codes=_timed(names, codes))


def _timed(names: Sequence[str], codes: Sequence[str]) -> tuple[str, ...]:
    """Call everything from the total time on a timing: LimeSurvey writes timings last."""
    start = next((at for at, name in enumerate(names) if bare(name) in _TOTAL), len(names))
    return tuple(code if at < start else "timing" for at, code in enumerate(codes))


NAME = "limesurvey"
KINDS: frozenset[FileKind] = frozenset({"text", "workbook"})

_NOT_PUT = ("N/A", "{question_not_shown}")
_CODE = re.compile(r"(A|AO)0*(\d{1,3})")
_WRITTEN = re.compile(r".*(\[|_)(other|\w*comment)\]?$", re.IGNORECASE)


def recognise(file: ExportFile) -> Recognition | None:
    """Return what tells LimeSurvey: its own columns, by code or by what stands in them."""
    found = layout_of(file)
    return None if found is None else found.layout.recognition


def read(file: ExportFile, options: Options, recognition: Recognition) -> RawTable:
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
    found = layout_of(file) or Header(layout=one_row(file), codes=())
    own = dict(zip(found.layout.names, found.codes, strict=False))
    table = read_layout(
        file, options, recognition, NAME, found.layout, lambda name: _kind(name, own), not_shown=_NOT_PUT
    )
    coded: list[tuple[str, str]] = []
    table = replace(table, columns=tuple(_told(column, coded) for column in table.columns))
    if coded:
        codes = some(list(dict.fromkeys(code for _, own in coded for code in own.split(", "))), shown=8)
        which = (
            f"column {coded[0][0]}"
            if len(coded) == 1
            else f"{len(coded)} columns ({some([name for name, _ in coded])})"
        )
        note = f"{which}: codes {codes} read as their numbers; what they mean is in the survey's own file: "
        note += "--survey FILE.lss"
        table = replace(table, notes=(*table.notes, note))
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


def _told(column: Column, coded: list[tuple[str, str]]) -> Column:
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
    coded.append((column.name, ", ".join(sorted(said)[:6])))
    values = tuple(_CODE.sub(r"\2", text.strip()) for text in cells.values)
    return replace(column, cells=TextCells(values=values, codes=cells.codes))
