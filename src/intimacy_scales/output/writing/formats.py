"""One writer a format. Each takes a sheet and an empty file's path."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from intimacy_scales.base.cells import safe_text
from intimacy_scales.base.errors import OutputError, Problem
from intimacy_scales.base.results import json_safe
from intimacy_scales.output.writing.sheet import Sheet
from intimacy_scales.output.writing.statfiles import write_dta, write_sav


def _cell(value: Any) -> Any:
    """Return a plain value: ``None`` for missing, whole floats as ints, text shielded."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:  # beyond, floats skip whole numbers
        return int(value)
    return safe_text(value) if isinstance(value, str) else value


def _rows(sheet: Sheet) -> Iterator[list[Any]]:
    for row in zip(*sheet.columns.values(), strict=True):
        yield [_cell(value) for value in row]


def _delimited(sheet: Sheet, path: Path, separator: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=separator, lineterminator="\r\n")  # so that a lone CR in a cell is quoted too
        out.writerow([safe_text(name) for name in sheet.columns])
        out.writerows(["" if cell is None else cell for cell in row] for row in _rows(sheet))


def write_csv(sheet: Sheet, path: Path) -> None:
    """Write comma-separated UTF-8 text."""
    _delimited(sheet, path, ",")


def write_tsv(sheet: Sheet, path: Path) -> None:
    """Write tab-separated UTF-8 text."""
    _delimited(sheet, path, "\t")


def write_json(sheet: Sheet, path: Path) -> None:
    """Write ``{"tool": ..., "command": "rows", "about": ..., "labels": ..., "rows": [{column: cell}]}``."""
    names = list(sheet.columns)
    rows = [dict(zip(names, json_safe(list(row)), strict=True)) for row in zip(*sheet.columns.values(), strict=True)]
    whole = {
        "tool": "intimacy-scales",
        "command": "rows",
        "about": dict(sheet.about),
        "labels": dict(sheet.labels),
        "rows": rows,
    }
    path.write_text(json.dumps(whole, ensure_ascii=False, allow_nan=False, indent=1), encoding="utf-8")


def write_xlsx(sheet: Sheet, path: Path) -> None:
    """Write a workbook: the table, and a codebook sheet that says what each column is."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    scores, codebook = book.create_sheet("scores"), book.create_sheet("codebook")
    scores.append([safe_text(name) for name in sheet.columns])
    for row in _rows(sheet):
        scores.append(row)
    codebook.append(["column", "what it is", "codes", "no answer (blank here)"])
    for name in sheet.columns:
        codes = "; ".join(f"{code} = {label}" for code, label in sheet.value_labels.get(name, {}).items())
        gone = "; ".join(
            f"{code if isinstance(code, str) else f'{code:g}'} = {kind}"
            for code, kind in sheet.missing.get(name, {}).items()
        )
        codebook.append([safe_text(one) for one in (name, sheet.labels.get(name, ""), codes, gone)])
    for key, value in sheet.about.items():
        codebook.append([safe_text(key), safe_text(value)])
    book.save(path)


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
    plain = {name: json_safe(list(column)) for name, column in sheet.columns.items()}
    table = pa.table(plain)
    about = {**sheet.about, **{f"label:{name}": label for name, label in sheet.labels.items()}}
    pq.write_table(table.replace_schema_metadata(about), path)


WRITERS: Mapping[str, Callable[[Sheet, Path], None]] = {
    ".csv": write_csv,
    ".tsv": write_tsv,
    ".xlsx": write_xlsx,
    ".sav": write_sav,
    ".dta": write_dta,
    ".parquet": write_parquet,
    ".json": write_json,
}
