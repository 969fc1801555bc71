"""Columns that stand in the names of folders (``year=2024/part-0.parquet``), as Hive, Spark and pyarrow write them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from intimacy_scales.base.errors import ExportError, Problem

NOTHING = "__HIVE_DEFAULT_PARTITION__"
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,14})")


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderValues:
    """What the folders say of every file: a value a column; ``None`` where they say that there is none."""

    names: tuple[str, ...]
    values: Mapping[Path, tuple[str | None, ...]]

    def fields(self) -> list[Any]:
        """Return the Arrow fields: whole numbers where all values are, spelled as such; else texts."""
        import pyarrow as pa

        texts = pa.dictionary(pa.int32(), pa.string())
        columns = zip(*self.values.values(), strict=True)
        whole = [all(value is None or _WHOLE.fullmatch(value) for value in own) for own in columns]
        return [pa.field(name, pa.int64() if own else texts) for name, own in zip(self.names, whole, strict=True)]

    def beside(self, batch: Any, part: Path, schema: Any) -> Any:
        """Return a batch of a file with the columns of its folders, in the order of a schema.

        Raises
        ------
        ExportError
            When a column of the file says something else than its folder does.
        """
        import pyarrow as pa

        arrays = {name: batch.column(name) for name in batch.schema.names}
        for name, value in zip(self.names, self.values[part], strict=True):
            if name in arrays:
                _vouch(arrays[name], name, value, part)
            else:
                arrays[name] = _repeated(value, schema.field(name).type, batch.num_rows)
        own = pa.schema([pa.field(name, arrays[name].type) for name in schema.names])
        return pa.RecordBatch.from_arrays([arrays[name] for name in schema.names], schema=own)


def folder_values(folder: Path, parts: Sequence[Path]) -> FolderValues | None:
    """Return the columns that the names of folders hold; ``None`` where they hold none.

    Raises
    ------
    ExportError
        When files lie in folders of other columns, or a column stands twice above a file.
    """
    found = [[name.partition("=") for name in part.relative_to(folder).parts[:-1] if "=" in name] for part in parts]
    keys = [tuple(unquote(key) for key, _, _ in own) for own in found]
    if not any(keys):
        return None
    problems = []
    for part, own in zip(parts, keys, strict=True):
        shown = str(part.relative_to(folder))
        if len(set(own)) < len(own) or "" in own:
            what = f"lies in folders that name a column twice, or none ({shown})"
            problems.append(Problem(where=str(folder), what=what, allowed="each NAME=VALUE once"))
        elif own != keys[0]:
            what = f"{shown} lies in folders of other columns ({_said(own)}) than {parts[0].relative_to(folder)}"
            allowed = "the same NAME=VALUE folders above every file"
            problems.append(Problem(where=str(folder), what=what, allowed=f"{allowed} ({_said(keys[0])})"))
    if problems:
        raise ExportError(problems)
    values = [tuple(None if value in ("", NOTHING) else unquote(value) for _, _, value in own) for own in found]
    return FolderValues(names=keys[0], values=dict(zip(parts, values, strict=True)))


def _said(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def _repeated(value: str | None, kind: Any, n: int) -> Any:
    import pyarrow as pa
    from pyarrow import types

    if value is None:
        return pa.nulls(n, kind)
    return pa.repeat(pa.scalar(int(value), kind), n) if types.is_integer(kind) else pa.DictionaryArray.from_arrays(
        pa.repeat(pa.scalar(0, pa.int32()), n), pa.array([value], pa.string()))  # fmt: skip


def _vouch(array: Any, name: str, value: str | None, part: Path) -> None:
    held = {None if one is None else str(one) for one in array.unique().to_pylist()}
    if other := held - {value}:
        what = f"holds {name} {min(map(str, other))!r} and lies in the folder {name}={value or ''}"
        raise ExportError(Problem(where=str(part), what=what, allowed="one value, or the column in one place",
                                  do="write it again"))  # fmt: skip
