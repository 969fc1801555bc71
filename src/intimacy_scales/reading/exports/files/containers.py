"""What a file really is, whatever its name says, and what is inside a .zip or .gz.

JSON as a user's file holds it: every key once, no numbers that are none, nothing nested without end.
"""

from __future__ import annotations

import json
import re
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.base.files import note_read, reason
from intimacy_scales.reading.exports.files.source import ARCHIVE_FAULTS, USUAL, ByteSource, Limits, damaged_archive

FileKind = Literal["text", "workbook", "sav", "dta", "por", "sas7bdat", "xpt", "parquet", "json", "markup"]
"""``text`` is delimited text; ``json`` and ``markup`` (XML, HTML) are told apart from it by how they begin."""

_SAS7BDAT = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
_PORTABLE = b"ASCII SPSS PORT FILE"
_KNOWN: tuple[tuple[bytes, FileKind], ...] = (
    (b"$FL2", "sav"), (b"$FL3", "sav"),
    (b"<stata_dta>", "dta"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook"),  # .xls, of Excel 97 to 2003
    (_SAS7BDAT, "sas7bdat"),
    (b"HEADER RECORD*******LIB", "xpt"), (b"PAR1", "parquet"),
)  # fmt: skip
_OTHERS = (
    (b"RDX3", "is a file of R (.RData)", "write the frame with haven::write_sav() or write.csv() and read that"),
    (b"RDX2", "is a file of R (.RData)", "write the frame with haven::write_sav() or write.csv() and read that"),
    (b"X\n\0\0\0", "is a file of R (.rds)", "write the frame with haven::write_sav() or write.csv() and read that"),
    (b"ARROW1", "is an Arrow file", "read it with polars or pandas and hand over the frame"),
    (b"%PDF", "is a PDF", "download the answers, not the report"),
    (b"\x89PNG", "is a picture", "download the answers as CSV"),
    (b"\xff\xd8\xff", "is a picture", "download the answers as CSV"),
    (b"7z\xbc\xaf", "is a 7z archive", "unpack it first"),
    (b"Rar!", "is a RAR archive", "unpack it first"),
)  # fmt: skip
_PSYTOOLKIT_PERSON = re.compile(r"(?:^|/)s\.[0-9a-f]{8}-[0-9a-f-]{27}\.txt$")
_TABLES = (
    ".csv",
    ".tsv",
    ".txt",
    ".tab",
    ".xlsx",
    ".xlsm",
    ".xls",
    ".sav",
    ".zsav",
    ".por",
    ".dta",
    ".sas7bdat",
    ".xpt",
    ".parquet",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file that is there and of a known kind; what lies in an archive is unpacked on the way, in memory."""

    source: ByteSource
    shown: str
    kind: FileKind
    notes: tuple[str, ...] = ()


def open_file(given: Path, *, limits: Limits = USUAL) -> Opened:
    """Find out what a file is, and what is inside it when it is packed.

    Raises
    ------
    ExportError
        When there is no such file, when it is a folder, a pipe or empty, when it may not be read or is of a kind
        that is not read here, when an archive is damaged, nested too deep or unpacks to more than the limits.
    """
    _refuse_what_is_no_file(given)
    note_read(given)
    return _look_into(ByteSource(path=given, shown=str(given), limits=limits), ())


def _look_into(source: ByteSource, notes: tuple[str, ...]) -> Opened:
    head = _first_bytes(source)
    if head[:4] == b"PK\x03\x04" or head[:4] == b"PK\x05\x06":
        return _look_into_zip(source, notes)
    if head[:2] == b"\x1f\x8b":
        return _look_into(source.inside(None), notes)
    if _PORTABLE in head:
        return Opened(source=source, shown=source.shown, kind="por", notes=notes)
    for mark, what, do in _OTHERS:
        if head.startswith(mark):
            raise ExportError(Problem(where=source.shown, what=what, do=do))
    kind: FileKind = next((kind for mark, kind in _KNOWN if head.startswith(mark)), "text")
    if source.suffix == ".dta" and kind == "text" and head[:1] in b"\x69\x6c\x6e\x6f\x71\x72\x73":
        kind = "dta"  # before Stata 13 a version number in one byte is all the mark there is
    return Opened(source=source, shown=source.shown, kind=kind, notes=(*notes, *_misnamed(source, kind)))


def _refuse_what_is_no_file(path: Path) -> None:
    shown = str(path)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise ExportError(
            Problem(where=shown, what="there is no such file", do="check the name and the folder")
        ) from None
    except (OSError, ValueError) as fault:
        raise ExportError(Problem(where=shown, what=f"cannot be opened ({reason(fault)})",
                                  do="check the name and the folder")) from fault  # fmt: skip
    if stat.S_ISDIR(mode):
        raise ExportError(Problem(where=shown, what="is a folder", allowed="one file", do="name the export inside it"))
    if not stat.S_ISREG(mode):
        raise ExportError(Problem(where=shown, what="is a pipe or a device, which can be read only once",
                                  allowed="a file", do="save what comes out of it first"))  # fmt: skip


def _first_bytes(source: ByteSource) -> bytes:
    try:
        with source.open() as file:
            head = file.read(64)
    except OSError as fault:
        raise ExportError(
            Problem(
                where=source.shown,
                what=f"may not be read ({reason(fault)})",
                do="close it in other programs, check its permissions",
            )
        ) from fault
    if not head:
        raise ExportError(Problem(where=source.shown, what="is empty (0 bytes)", do="download it again"))
    return head


def _misnamed(source: ByteSource, kind: FileKind) -> tuple[str, ...]:
    ends = {
        "workbook": (".xlsx", ".xlsm", ".xls"),
        "sav": (".sav", ".zsav"),
        "dta": (".dta",),
        "sas7bdat": (".sas7bdat",),
        "xpt": (".xpt",),
        "parquet": (".parquet",),
    }
    spoken = {"workbook": "an Excel workbook", "sav": "an SPSS file", "dta": "a Stata file", "parquet": "Parquet"}
    if source.suffix not in _TABLES or source.suffix in ends.get(kind, (source.suffix,)):
        return ()
    return (f"named {source.suffix}, but it is {spoken.get(kind, 'a SAS file')}: read as that",)


def _look_into_zip(source: ByteSource, notes: tuple[str, ...]) -> Opened:
    inside = _names_inside(source)
    if "xl/workbook.xml" in inside:
        return Opened(
            source=source, shown=source.shown, kind="workbook", notes=(*notes, *_misnamed(source, "workbook"))
        )
    _refuse_documents(source.shown, inside)
    if (data := _psytoolkit_data(inside)) is not None:
        return _look_into(source.inside(data), (*notes, *_psytoolkit_notes(source, data, inside)))
    member = _only_table(source.shown, inside)
    return _look_into(source.inside(member), (*notes, f"read {member} out of the archive"))


def _psytoolkit_data(inside: list[str]) -> str | None:
    """Return the table in an archive of PsyToolkit: ``data.csv`` beside the survey script and a raw file a person."""
    data = [name for name in inside if name.rpartition("/")[2] == "data.csv"]
    others = any(name.rpartition("/")[2] == "survey.txt" or _PSYTOOLKIT_PERSON.search(name) for name in inside)
    return data[0] if len(data) == 1 and others else None


def _psytoolkit_notes(source: ByteSource, data: str, inside: list[str]) -> list[str]:
    """Return what is to be told of an archive of PsyToolkit: what its numbers are, and items its script reverses."""
    told = (
        f"read {data} out of an archive of PsyToolkit: its numbers are the places of the options in the survey script, "
        "from 1, unless the script gives the options scores"
    )
    scripts = [name for name in inside if name.rpartition("/")[2] == "survey.txt"]
    marked = [name for name in scripts if b"{reverse}" in source.inside(name).read().lower()]
    why = "marks items with {reverse}: if their answers were reversed in the file, say --already-reversed"
    return [told, *(f"{name} {why}" for name in marked)]


def _names_inside(source: ByteSource) -> list[str]:
    try:
        with source.seekable() as file, zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except ARCHIVE_FAULTS as fault:
        raise damaged_archive(source.shown, fault) from fault
    return [name for name in names if not name.endswith("/") and not name.startswith("__MACOSX/")]


def _refuse_documents(shown: str, inside: list[str]) -> None:
    if "xl/workbook.bin" in inside:
        raise ExportError(Problem(where=shown, what="is a binary Excel workbook (.xlsb)", do="save it as .xlsx or CSV"))
    if "mimetype" in inside and "content.xml" in inside:
        raise ExportError(
            Problem(where=shown, what="is an OpenDocument file (.ods)", do="save it as .xlsx or CSV in LibreOffice")
        )
    if "xdata.json" in inside or ("data.bin" in inside and "metadata.json" in inside):
        raise ExportError(
            Problem(
                where=shown,
                what="is a file of jamovi (.omv)",
                do="export the data there as .csv or .sav, and name that",
            )
        )
    if "manifest.json" in inside and any(name.startswith("META-INF") for name in inside) and "data.bin" in inside:
        raise ExportError(Problem(where=shown, what="is a file of JASP (.jasp)", do="export the data there as .csv"))
    if "word/document.xml" in inside:
        raise ExportError(Problem(where=shown, what="is a Word document", do="download the answers as CSV"))


def _only_table(shown: str, inside: list[str]) -> str:
    tables = [name for name in inside if name.casefold().endswith(_TABLES)] or inside
    if len(tables) != 1:
        have = ", ".join(tables[:10]) + (f" and {len(tables) - 10} more" if len(tables) > 10 else "")
        raise ExportError(Problem(where=shown, what=f"is an archive of {len(tables)} files ({have or 'none'})",
                                  allowed="one table", do="unpack it and name one file"))  # fmt: skip
    return tables[0]


def json_of(text: str) -> Any:
    """Return what a JSON text holds.

    Raises
    ------
    ValueError
        When it is no JSON, names a key twice in one object (either could be meant), or is nested too deeply.
    """
    try:
        return json.loads(text, object_pairs_hook=_once)
    except RecursionError as fault:
        msg = "it is nested too deeply"
        raise ValueError(msg) from fault


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        msg = f"the key {doubled!r} stands twice in one object: which is meant?"
        raise ValueError(msg)
    return made
