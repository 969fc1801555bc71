"""Whether a file just written is whole, by what its format tells cheaply: some writers fill a full disk in silence."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

_SAV_HEADER = 176  # bytes; the record type, product, layout, case size, compression, weight, number of cases, bias ...
_DICTIONARY_ENDS = bytes.fromhex("e703000000000000")
_ZIP_END = 22


def _bounds(path: Path, head: bytes, tail: bytes) -> str | None:
    size = path.stat().st_size
    with path.open("rb") as file:
        begins = file.read(len(head))
        file.seek(max(size - len(tail), 0))
        ends = file.read()
    return None if begins == head and ends == tail else f"the file of {size} bytes is cut off"


def parquet_fault(path: Path) -> str | None:
    """Return what is wrong with a Parquet file: its footer stands last."""
    return _bounds(path, b"PAR1", b"PAR1")


def stata_fault(path: Path) -> str | None:
    """Return what is wrong with a Stata file (format 117 and later): its end is marked."""
    return _bounds(path, b"<stata_dta>", b"</stata_dta>")


def spss_fault(path: Path) -> str | None:
    """Return what is wrong with an SPSS file: its header says how many cases of which length follow the dictionary.

    Ours are uncompressed: eight bytes an element of a case, after the mark that ends the dictionary.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_SAV_HEADER)
        if len(head) < _SAV_HEADER or head[:4] != b"$FL2":
            return f"the file of {size} bytes is cut off"
        elements, _, _, cases = struct.unpack("<iiii", head[68:84])
        begins = size - 8 * elements * cases - len(_DICTIONARY_ENDS)
        if begins < _SAV_HEADER:
            return f"the file of {size} bytes is cut off"
        file.seek(begins)
        return None if file.read(len(_DICTIONARY_ENDS)) == _DICTIONARY_ENDS else f"the file of {size} bytes is cut off"


def workbook_fault(path: Path) -> str | None:
    """Return what is wrong with a workbook: the directory of its archive stands at its end."""
    if path.stat().st_size < _ZIP_END or not zipfile.is_zipfile(path):
        return f"the file of {path.stat().st_size} bytes is cut off"
    with zipfile.ZipFile(path) as archive:
        return None if "xl/workbook.xml" in archive.namelist() else "parts of the workbook are missing"


def text_fault(path: Path) -> str | None:
    """Return what is wrong with a text file: every one of ours holds something and ends with its last line or brace."""
    return None if path.stat().st_size else "nothing of it reached the disk"


FAULTS: Mapping[str, Callable[[Path], str | None]] = {
    ".csv": text_fault,
    ".tsv": text_fault,
    ".json": text_fault,
    ".xlsx": workbook_fault,
    ".sav": spss_fault,
    ".dta": stata_fault,
    ".parquet": parquet_fault,
}
