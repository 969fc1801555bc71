"""A folder of sessions, a file each (what a form saved, or exports), as one table of everybody's occasions."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from intimacy_scales.bank.model import Banks
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses import ready
from intimacy_scales.reading.responses.model import Responses

SUFFIXES = (".json", ".csv", ".tsv", ".xlsx", ".sav", ".dta", ".parquet")
DATE = "recorded_date"  # the column in which our own forms say when


def sessions_in(
    folder: str | os.PathLike[str], bank: Banks | None, reading: ReadingOptions, time: str | None
) -> tuple[Responses, str | None]:
    """Return the answers of every file of a folder as one table, and the column that says when.

    Each file is read by itself, as a platform wrote it; rows of one id are one person's occasions. Without a column
    named, that of our own forms (``recorded_date``) says when.

    Raises
    ------
    ResponseError
        When the folder holds no file of answers.
    """
    import pandas as pd

    files = sorted(file for file in Path(folder).iterdir() if file.suffix.casefold() in SUFFIXES)
    if not files:
        raise ResponseError(Problem(where=str(folder), what="holds no file of answers", allowed=", ".join(SUFFIXES)))
    frames = []
    for file in files:
        table = ready(file, bank, reading).table
        frames.append(pd.DataFrame({name: table.column(name).cells.texts() for name in table.names}))
    whole = pd.concat(frames, ignore_index=True).fillna("")
    rest: dict[str, Any] = {name: value for name, value in reading.items() if name in {"id_column", "mapping", "shift"}}
    if "id_column" not in rest and "id" in whole.columns:
        rest["id_column"] = "id"
    return ready(whole, bank, rest), time or (DATE if DATE in whole.columns else None)
