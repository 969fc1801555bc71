"""Several files as one export: a folder, or paths, where a platform writes a file a person."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.reading.exports.files.containers import open_file
from intimacy_scales.reading.exports.platform import ExportFile, Options
from intimacy_scales.reading.exports.platforms.registry import Chosen, choose
from intimacy_scales.reading.exports.table import RawTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from intimacy_scales.reading.exports.files.containers import Opened

_TABLES = (".csv", ".tsv", ".txt", ".json", ".xlsx")


def paths_in(source: Any) -> tuple[Path, ...] | None:
    """Return the files of a folder (by name), or of a list of paths; ``None`` for anything else.

    Raises
    ------
    ExportError
        When a folder holds no tables.
    """
    if isinstance(source, list | tuple) and source and all(isinstance(one, str | os.PathLike) for one in source):
        return tuple(map(Path, source))
    if not isinstance(source, str | os.PathLike) or not os.path.isdir(source):  # noqa: PTH112 -- never raises
        return None
    found = sorted(
        one
        for one in Path(source).iterdir()
        if one.is_file() and one.suffix.casefold() in _TABLES and not one.name.startswith((".", "~$"))
    )
    if not found:
        raise ExportError(
            Problem(
                where=str(source),
                what="is a folder without an export in it",
                allowed=", ".join(_TABLES),
                do="name the export",
            )
        )
    return tuple(found)


def read_files(
    source: Any,
    paths: Sequence[Path],
    platform: str | None,
    options: Options,
    export_file: Callable[[Opened, Options], ExportFile],
) -> RawTable:
    """Read files of one platform that writes a file a person.

    Files of other platforms among them are a fault, all of them named; in a folder, tables of no known platform
    are left out and said. One file is read as such.

    Raises
    ------
    ExportError
        When the files are not all of one platform, or are of one that writes all persons into one file.
    """
    folder = isinstance(source, str | os.PathLike)
    shown = str(source) if folder else str(paths[0])
    files = [export_file(open_file(path, limits=options.limits), options) for path in paths]
    chosen = [choose(file, platform) for file in files]
    first = chosen[0]
    if len(files) == 1:
        return first.platform.read(files[0], options, first.recognition)
    kept = [at for at, one in enumerate(chosen) if one.recognition.sure != "assumed" or platform]
    kept = kept if folder and kept else [*range(len(files))]
    left = [file.shown for at, file in enumerate(files) if at not in kept]
    files, chosen = [files[at] for at in kept], [chosen[at] for at in kept]
    _vouch(files, chosen)
    together: Callable[..., RawTable] = chosen[0].platform.read_several  # type: ignore[attr-defined]
    table = together(files, options, chosen[0].recognition)
    notes = [f"left out, since it is of no platform known here: {name}" for name in left]
    return replace(table, notes=(*notes, *table.notes), source=replace(table.source, path=shown))


def _vouch(files: Sequence[ExportFile], chosen: Sequence[Chosen]) -> None:
    apart = {one.platform.NAME for one in chosen if not getattr(one.platform, "ONE_PERSON_A_FILE", False)}
    if not apart and len({one.platform.NAME for one in chosen}) == 1:
        return
    by_name = {
        name: [file.shown for file, one in zip(files, chosen, strict=True) if name == one.platform.NAME]
        for name in apart
    }
    raise ExportError(
        Problem(
            where=f"{len(files)} files",
            what=f"{name} writes all persons into one file, and there are {len(files)} of it"
            f" ({', '.join(files[:4])}{' ...' if len(files) > 4 else ''})",
            allowed="several files only of jsPsych, which writes one a person",
            do="name one file",
        )
        for name, files in by_name.items()
    )
