"""XLSForm (KoBo, ODK) and the survey sheets of formr: a workbook with sheets ``survey`` and ``choices``."""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from intimacy_scales.reading.exports.files.source import ARCHIVE_FAULTS, ByteSource
from intimacy_scales.reading.exports.surveys.surveys import Question, Survey, faulty
from intimacy_scales.reading.exports.table import ColumnKind

WHAT = "XLSForm (.xlsx or .xls with the sheets survey and choices)"

_CHOOSES = re.compile(
    r"(select_one|select_multiple|select one|select multiple|rank|mc\w*|select_\w+|rating_button)\b\s*(?P<rest>.*)"
)
_GROUP = re.compile(r"(begin|end)[ _](group|repeat)")
_METADATA = frozenset({"start", "end", "today", "audit", "calculate", "note", "hidden", "xml-external", "range_note"})
_PRIVATE = frozenset(
    {
        "deviceid",
        "phonenumber",
        "phone number",
        "simserial",
        "subscriberid",
        "username",
        "email",
        "geopoint",
        "geotrace",
        "geoshape",
        "image",
        "audio",
        "video",
        "file",
        "barcode",
    }
)


def recognise(source: ByteSource) -> bool:
    """Return whether a file is a workbook with a sheet ``survey``."""
    from intimacy_scales.reading.exports.files.workbook import is_old, read_sheets

    if is_old(source):
        return "survey" in {title.casefold() for title in read_sheets(source, source.shown)}
    with source.seekable() as file:
        if not zipfile.is_zipfile(file):
            return False
        try:
            with zipfile.ZipFile(file) as archive, archive.open("xl/workbook.xml") as book:
                return re.search(rb'name="survey"', book.read(1 << 20), re.IGNORECASE) is not None
        except ARCHIVE_FAULTS:
            return False  # whoever reads it will tell the damage


def read(source: ByteSource, shown: str) -> Survey:
    """Read the fields of a form, groups in front of their names; labels in all languages, the first first.

    Raises
    ------
    ExportError
        When the workbook is damaged or its sheet ``survey`` has no columns ``type`` and ``name``.
    """
    from intimacy_scales.reading.exports.files.workbook import read_sheets

    sheets = {name.casefold(): rows for name, rows in read_sheets(source, shown).items()}
    survey = _records(sheets.get("survey", []))
    if not survey or not {"type", "name"} <= {*survey[0]}:
        raise faulty(shown, WHAT, "its sheet survey has no columns type and name")
    return Survey(
        shown=shown, what=WHAT, questions=tuple(_columns(survey, _lists(_records(sheets.get("choices", [])))))
    )


def _records(rows: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        return []
    names = [" ".join(cell.casefold().split()) for cell in filled[0]]
    return [dict(zip(names, (cell.strip() for cell in row), strict=False)) for row in filled[1:]]


def _lists(choices: Iterable[Mapping[str, str]]) -> dict[str, dict[str, str]]:
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in choices:
        listed = row.get("list_name") or row.get("list name") or ""
        name = row.get("name") or row.get("value") or ""
        if listed and name:
            found[listed].setdefault(name, next(iter(_labels(row)), name))
    return found


def _labels(row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(text for name, text in row.items() if text and re.fullmatch(r"label(\s*::?.*)?", name))


def _columns(survey: Iterable[Mapping[str, str]], lists: Mapping[str, Mapping[str, str]]) -> Iterator[Question]:
    path: list[str] = []
    for row in survey:
        kind, name = " ".join(row.get("type", "").split()), row.get("name", "")
        grouped = _GROUP.match(kind.casefold())
        if grouped and grouped[1] == "begin":
            path.append(name)
        elif grouped:
            del path[-1:]
        elif name:
            yield from _of(kind, name, [part for part in path if part], row, lists)


def _of(
    kind: str, name: str, path: Sequence[str], row: Mapping[str, str], lists: Mapping[str, Mapping[str, str]]
) -> Iterator[Question]:
    whole = "/".join((*path, name))
    names, texts = (whole, name) if path else (name,), _labels(row)
    chosen = _CHOOSES.match(kind.casefold())
    choices = dict(_choices(kind, row, lists)) if chosen else {}
    if chosen and ("multiple" in chosen[1]):
        yield Question(names=names, texts=texts)
        for code, label in choices.items():
            yield Question(
                names=tuple(f"{one}/{code}" for one in names),
                texts=tuple(f"{text}/{label}" for text in texts),
                choices={"0": "no", "1": "yes"},
            )
        return
    yield Question(names=names, texts=texts, choices=choices, kind=None if chosen else _kind(kind.casefold()))


def _choices(kind: str, row: Mapping[str, str], lists: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """Return the choices of the list that the type names, or those formr keeps beside the item (choice1 ...)."""
    for word in reversed(kind.split()[1:]):
        if word in lists:
            yield from lists[word].items()
            return
    for name, text in row.items():
        if text and (found := re.fullmatch(r"choice(\d+)", name)):
            yield found[1], text


def _kind(kind: str) -> ColumnKind | None:
    first = kind.split(" ", maxsplit=1)[0] if kind not in _PRIVATE else kind
    if first in _METADATA:
        return "metadata"
    return "personal" if first in _PRIVATE else None
