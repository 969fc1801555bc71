"""What a file really is, whatever its name says, and what is inside a .zip or .gz."""

from __future__ import annotations

import gzip
import shutil
import zipfile
import zlib
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from intimacy_scales.base.errors import ExportError, Problem

FileKind = Literal["text", "workbook", "sav", "dta", "sas7bdat", "xpt", "parquet", "json", "markup"]
"""``text`` is delimited text; ``json`` and ``markup`` (XML, HTML) are told apart from it by how they begin."""

_SAS7BDAT = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
_KNOWN: tuple[tuple[bytes, FileKind], ...] = (
    (b"$FL2", "sav"), (b"$FL3", "sav"),
    (b"<stata_dta>", "dta"),
    (_SAS7BDAT, "sas7bdat"),
    (b"HEADER RECORD*******LIB", "xpt"), (b"PAR1", "parquet"),
)  # fmt: skip
_OTHERS = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old Excel file (.xls) or a workbook behind a password",
     "open it in Excel or LibreOffice and save it as .xlsx or CSV, without a password"),
    (b"ARROW1", "is an Arrow file", "read it with polars or pandas and hand over the frame"),
    (b"%PDF", "is a PDF", "download the answers, not the report"),
    (b"\x89PNG", "is a picture", "download the answers as CSV"),
    (b"\xff\xd8\xff", "is a picture", "download the answers as CSV"),
    (b"7z\xbc\xaf", "is a 7z archive", "unpack it first"),
    (b"Rar!", "is a RAR archive", "unpack it first"),
)  # fmt: skip
_TABLES = (".csv", ".tsv", ".txt", ".tab", ".xlsx", ".xlsm", ".sav", ".zsav", ".dta", ".sas7bdat", ".xpt", ".parquet")
LARGEST = 1 << 36
"""Bytes a packed file may unpack to (64 GB): more is no survey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file that is there, unpacked, and of a known kind."""

    path: Path
    shown: str
    kind: FileKind
    notes: tuple[str, ...] = ()


def open_file(given: Path, stack: ExitStack, shown: str | None = None, notes: tuple[str, ...] = ()) -> Opened:
    """Find out what a file is; unpack it (into a folder that ``stack`` clears away) when it is packed.

    Raises
    ------
    ExportError
        When there is no such file, when it is a folder or empty, when it may not be read or is of a kind
        that is not read here.
    """
    shown = shown or str(given)
    head = _first_bytes(given, shown)
    if head[:4] == b"PK\x03\x04" or head[:4] == b"PK\x05\x06":
        return _open_zip(given, shown, stack, notes)
    if head[:2] == b"\x1f\x8b":
        return _open_gzip(given, shown, stack, notes)
    for mark, what, do in _OTHERS:
        if head.startswith(mark):
            raise ExportError(Problem(where=shown, what=what, do=do))
    kind: FileKind = next((kind for mark, kind in _KNOWN if head.startswith(mark)), "text")
    if given.suffix.casefold() == ".dta" and kind == "text" and head[:1] in b"\x69\x6c\x6e\x6f\x71\x72\x73":
        kind = "dta"  # before Stata 13 a version number in one byte is all the mark there is
    return Opened(path=given, shown=shown, kind=kind, notes=(*notes, *_misnamed(given, kind)))


def _first_bytes(path: Path, shown: str) -> bytes:
    if not path.exists():
        raise ExportError(Problem(where=shown, what="there is no such file", do="check the name and the folder"))
    if path.is_dir():
        raise ExportError(Problem(where=shown, what="is a folder", allowed="one file", do="name the export inside it"))
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as fault:
        raise ExportError(
            Problem(
                where=shown,
                what=f"may not be read ({fault.strerror})",
                do="close it in other programs, check its permissions",
            )
        ) from fault
    if not head:
        raise ExportError(Problem(where=shown, what="is empty (0 bytes)", do="download it again"))
    return head


def _misnamed(path: Path, kind: FileKind) -> tuple[str, ...]:
    ends = {
        "workbook": (".xlsx", ".xlsm"),
        "sav": (".sav", ".zsav"),
        "dta": (".dta",),
        "sas7bdat": (".sas7bdat",),
        "xpt": (".xpt",),
        "parquet": (".parquet",),
    }
    spoken = {"workbook": "an Excel workbook", "sav": "an SPSS file", "dta": "a Stata file", "parquet": "Parquet"}
    if path.suffix.casefold() not in _TABLES or path.suffix.casefold() in ends.get(kind, (path.suffix.casefold(),)):
        return ()
    return (f"named {path.suffix}, but it is {spoken.get(kind, 'a SAS file')}: read as that",)


def _open_zip(path: Path, shown: str, stack: ExitStack, notes: tuple[str, ...]) -> Opened:
    try:
        with zipfile.ZipFile(path) as archive:
            inside = [
                name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX/")
            ]
            if "xl/workbook.xml" in inside:
                return Opened(path=path, shown=shown, kind="workbook", notes=(*notes, *_misnamed(path, "workbook")))
            _refuse_documents(shown, inside)
            member = _only_table(shown, inside)
            if archive.getinfo(member).file_size > LARGEST:
                raise ExportError(Problem(where=shown, what="unpacks to more than 64 GB", do="unpack it yourself"))
            out = Path(stack.enter_context(TemporaryDirectory(prefix="export-"))) / Path(member).name
            with archive.open(member) as packed, out.open("wb") as file:
                shutil.copyfileobj(packed, file, 1 << 20)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as fault:
        raise ExportError(
            Problem(where=shown, what=f"is a damaged archive ({fault})", do="download it again")
        ) from fault
    except RuntimeError as fault:  # what zipfile raises where a password is wanted
        raise ExportError(Problem(where=shown, what="is an archive behind a password", do="unpack it first")) from fault
    return open_file(out, stack, f"{shown} > {member}", (*notes, f"read {member} out of the archive"))


def _refuse_documents(shown: str, inside: list[str]) -> None:
    if "xl/workbook.bin" in inside:
        raise ExportError(Problem(where=shown, what="is a binary Excel workbook (.xlsb)", do="save it as .xlsx or CSV"))
    if "mimetype" in inside and "content.xml" in inside:
        raise ExportError(
            Problem(where=shown, what="is an OpenDocument file (.ods)", do="save it as .xlsx or CSV in LibreOffice")
        )
    if "word/document.xml" in inside:
        raise ExportError(Problem(where=shown, what="is a Word document", do="download the answers as CSV"))


def _only_table(shown: str, inside: list[str]) -> str:
    tables = [name for name in inside if name.casefold().endswith(_TABLES)] or inside
    if len(tables) != 1:
        have = ", ".join(tables[:10]) + (f" and {len(tables) - 10} more" if len(tables) > 10 else "")
        raise ExportError(Problem(where=shown, what=f"is an archive of {len(tables)} files ({have or 'none'})",
                                  allowed="one table", do="unpack it and name one file"))  # fmt: skip
    return tables[0]


def _open_gzip(path: Path, shown: str, stack: ExitStack, notes: tuple[str, ...]) -> Opened:
    name = path.stem if path.suffix.casefold() == ".gz" else path.name
    out = Path(stack.enter_context(TemporaryDirectory(prefix="export-"))) / name
    try:
        with gzip.open(path) as packed, out.open("wb") as file:
            while block := packed.read(1 << 20):
                file.write(block)
                if file.tell() > LARGEST:
                    raise ExportError(Problem(where=shown, what="unpacks to more than 64 GB", do="unpack it yourself"))
    except (gzip.BadGzipFile, zlib.error, EOFError) as fault:
        raise ExportError(
            Problem(where=shown, what=f"is a damaged archive ({fault})", do="download it again")
        ) from fault
    return open_file(out, stack, shown, notes)
