"""One writer a format. Each takes a sheet and an empty file's path, and hands whole columns on."""

from __future__ import annotations

import csv
import errno
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from intimacy_scales.base.errors import OutputError, Problem
from intimacy_scales.base.wording import safe_text
from intimacy_scales.output.writing.sheet import Sheet, json_column, plain_column
from intimacy_scales.output.writing.statfiles import write_dta, write_sav


def _delimited(sheet: Sheet, path: Path, separator: str) -> None:
    columns = [plain_column(column) for column in sheet.columns.values()]  # None is written as an empty cell
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=separator, lineterminator="\r\n")  # so that a lone CR in a cell is quoted too
        out.writerow([safe_text(name) for name in sheet.columns])
        out.writerows(zip(*columns, strict=True))


def write_csv(sheet: Sheet, path: Path) -> None:
    """Write comma-separated UTF-8 text."""
    _delimited(sheet, path, ",")


def write_tsv(sheet: Sheet, path: Path) -> None:
    """Write tab-separated UTF-8 text."""
    _delimited(sheet, path, "\t")


def write_json(sheet: Sheet, path: Path) -> None:
    """Write ``{"tool": ..., "command": "rows", "about": ..., "labels": ..., "rows": [{column: cell}]}``."""
    head = {
        "tool": "intimacy-scales",
        "command": "rows",
        "about": dict(sheet.about),
        "labels": dict(sheet.labels),
    }
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}") + ',\n "rows": [')
        _write_rows(sheet, file)
        file.write("\n ]\n}\n")


def _write_rows(sheet: Sheet, file: IO[str]) -> None:
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    names = list(sheet.columns)
    columns = [json_column(column) for column in sheet.columns.values()]
    between = "\n  "
    for row in zip(*columns, strict=True):
        file.write(between + encode(dict(zip(names, row, strict=True))))
        between = ",\n  "


def write_xlsx(sheet: Sheet, path: Path) -> None:
    """Write a workbook: the table, and a codebook sheet that says what each column is."""
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import XlsxFileError

    as_it_is = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    # rows are spelled as they come, and in memory: answers do not lie about in a temporary folder
    book = Workbook(path, {"constant_memory": True, "in_memory": True, **as_it_is})
    try:
        _fill(book, sheet)
        book.close()
    except XlsxFileError as fault:
        raise OSError(errno.EIO, str(fault)) from fault


def _fill(book: Any, sheet: Sheet) -> None:
    scores = book.add_worksheet("scores")
    _write_row(scores, 0, [safe_text(name) for name in sheet.columns])
    columns = [plain_column(column) for column in sheet.columns.values()]
    for place, row in enumerate(zip(*columns, strict=True), start=1):
        _write_row(scores, place, row)
    codebook = book.add_worksheet("codebook")
    for place, line in enumerate(_codebook(sheet)):
        _write_row(codebook, place, [safe_text(one) for one in line])


def _write_row(sheet: Any, place: int, row: Sequence[Any]) -> None:
    for at, cell in enumerate(row):
        if cell is None or cell == "":
            continue
        if isinstance(cell, str):
            sheet.write_string(place, at, cell)
        elif isinstance(cell, bool):
            sheet.write_boolean(place, at, cell)
        else:
            sheet.write_number(place, at, cell)


def _codebook(sheet: Sheet) -> list[list[str]]:
    lines = [["column", "what it is", "codes", "no answer (blank here)"]]
    for name in sheet.columns:
        codes = "; ".join(f"{code} = {label}" for code, label in sheet.value_labels.get(name, {}).items())
        gone = "; ".join(
            f"{code if isinstance(code, str) else f'{code:g}'} = {kind}"
            for code, kind in sheet.missing.get(name, {}).items()
        )
        lines.append([name, sheet.labels.get(name, ""), codes, gone])
    return lines + [[key, value] for key, value in sheet.about.items()]


def write_parquet(sheet: Sheet, path: Path) -> None:
    """Write a parquet file; what made it stands in the schema's metadata."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as missing:
        raise OutputError(
            Problem(
                where=str(path),
                what="parquet needs the library pyarrow, which is not installed",
                do="pip install 'intimacy-scales[frames]'",
            )
        ) from missing
    table = pa.table({name: _arrow(column) for name, column in sheet.columns.items()})
    about = {**sheet.about, **{f"label:{name}": label for name, label in sheet.labels.items()}}
    pq.write_table(table.replace_schema_metadata(about), path)


def _arrow(column: Sequence[Any]) -> Any:
    """Return a column for Arrow: NaN is null; numbers go over as they lie in memory."""
    import pyarrow as pa

    if isinstance(column, np.ndarray) and column.dtype.kind in "iufb":
        return pa.array(column, from_pandas=True)
    return pa.array(json_column(column))


WRITERS: Mapping[str, Callable[[Sheet, Path], None]] = {
    ".csv": write_csv,
    ".tsv": write_tsv,
    ".xlsx": write_xlsx,
    ".sav": write_sav,
    ".dta": write_dta,
    ".parquet": write_parquet,
    ".json": write_json,
}
