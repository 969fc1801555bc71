"""The door of the room: any source in, one table out.

Several files as one export: a folder, or paths, where a platform writes a file a person.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intimacy_scales.base.errors import ExportError, IntimacyScalesError, Problem
from intimacy_scales.base.files import reason
from intimacy_scales.engines.files import is_parquet_folder
from intimacy_scales.reading.exports.exclusion import doubtful_rows, vouch_reasons
from intimacy_scales.reading.exports.files.containers import FileKind, Opened, open_file
from intimacy_scales.reading.exports.files.source import USUAL, Limits
from intimacy_scales.reading.exports.grid import Grid, head_of
from intimacy_scales.reading.exports.kinds import with_boxes
from intimacy_scales.reading.exports.platform import ExportFile, Options
from intimacy_scales.reading.exports.platforms.registry import Chosen, choose, platform_names
from intimacy_scales.reading.exports.table import NeedsWholeError, RawTable, Source
from intimacy_scales.reading.exports.table_stream import TableStream

_WITHOUT_CONSENT = frozenset({"spreadsheet", "spss", "stata", "sas", "parquet"})
_JSON = re.compile(r'\s*(\{\s*("|\}|$)|\[\s*[\[{])')
_MARKUP = re.compile(r"\s*<(\?xml|!doctype|!--|[a-z]+[\s>])", re.IGNORECASE)


def read_table(  # noqa: PLR0913 -- the one door: each of them is an option of the command
    source: str | os.PathLike[str] | Any,
    *,
    platform: str | None = None,
    sheet: str | None = None,
    progress: bool | None = None,
    include_set_aside: Collection[str] | bool = False,
    keep_unfinished: bool = False,
    survey: str | os.PathLike[str] | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    limit: float = 1.0,
) -> RawTable:
    """Read an export, or a frame, into a plain table of what people ticked.

    Parameters
    ----------
    source : path or frame
        A file as the platform wrote it (CSV, TSV, .xlsx, .xls, .sav, .zsav, .dta, .sas7bdat, .xpt, .parquet; also in a
        .zip or .gz), or a frame of any engine (:func:`~intimacy_scales.engines.open_stream` names them), read into
        memory. A folder of Parquet files is one table; another folder, or a list of paths, where a platform writes a
        file a person (jsPsych).
    platform : str, optional
        One of :func:`platform_names`; default: recognised.
    sheet : str, optional
        Sheet of a workbook; needed only where several hold something.
    progress : bool, optional
        ``False``: never show a bar. Otherwise one shows on a terminal's stderr when reading takes over two seconds.
    include_set_aside : bool or collection of str, default False
        Reasons (``preview``, ``test``, ``spam``, ``refused``, ``unfinished``, ``duplicate``) for which no row is set
        aside; ``True`` for all. Blank rows of a file never stay; a frame's do, and only summary rows and refused
        consent are taken out of it.
    keep_unfinished : bool, default False
        The same as naming ``unfinished``.
    survey : path, optional
        The survey's own file, which says what every column asked and what every code means: .qsf (Qualtrics), .lss
        (LimeSurvey), the data dictionary of REDCap, an XLSForm (KoBo, ODK, formr).
    encoding, separator : str, optional
        Of a text file; default: recognised.
    limit : float, default 1
        How many times as large as usual a file may be (rows, columns, bytes unpacked; see
        :class:`~intimacy_scales.reading.exports.files.source.Limits`).

    Returns
    -------
    RawTable
        Kept rows in the order of the source, each with the number under which the user finds it; what was recognised,
        what was set aside and why, and notes on everything that was decided on the way.

    Raises
    ------
    ExportError
        When the source cannot be read as a table of answers: every fault found, with rows and columns.
    UnknownNameError
        For a platform, sheet or reason that there is none of.

    Examples
    --------
    >>> import pandas as pd
    >>> table = read_table(pd.DataFrame({"id": ["a", "b"], "eis_1": [4, 5]}))
    >>> len(table), table.names
    (2, ('id', 'eis_1'))
    """
    include = vouch_reasons(include_set_aside)
    if keep_unfinished and not isinstance(include, bool):
        include = (*include, "unfinished")
    elif keep_unfinished and include is False:
        include = ("unfinished",)
    options = Options(sheet=sheet, include=include, quiet=progress is False, encoding=encoding, separator=separator,
                      survey=None if survey is None else Path(survey),
                      limits=USUAL if limit == 1 else Limits.lifted(limit))  # fmt: skip

    _vouch_platform(platform)  # before a large file is opened
    if isinstance(source, str | os.PathLike) and is_parquet_folder(Path(source)):
        return _described(read_parquet_folder(Path(source)), options)
    if (paths := paths_in(source)) is not None:
        with told_of_file(source if isinstance(source, str | os.PathLike) else paths[0]):
            return _described(read_files(source, paths, platform, options, export_file), options)
    if isinstance(source, str | os.PathLike):
        with told_of_file(source):
            return _described(_read_file(Path(source), platform, options), options)
    if platform not in (None, "frame"):
        raise ExportError(
            Problem(
                where="frame",
                what=f"a frame was not written by {platform}",
                allowed="a file, or no platform",
                do="leave the platform out",
            )
        )
    from intimacy_scales.reading.exports.files.frames import read_frame

    return _persons_of(read_frame(source), include)


def _persons_of(table: RawTable, include: Collection[str] | bool) -> RawTable:
    """Return a frame's table, and its frame, without the rows that are certainly no persons, each with its reason."""
    kept = doubtful_rows(with_boxes(table), include, knows_consent=False)
    if len(kept) == len(table):
        return kept
    from intimacy_scales.engines.own_type import rows_of

    native = rows_of(table.source.native, kept.row_numbers.tolist())
    return replace(kept, source=replace(kept.source, native=native))


def read_parquet_folder(folder: Path) -> RawTable:
    """Read the Parquet files of a folder, one after another, as one table; row 1 is the first row of the first."""
    import numpy as np

    from intimacy_scales.engines import open_stream
    from intimacy_scales.reading.exports.files.frames import read_frame

    table = read_frame(open_stream(folder).table())
    if not len(table):
        raise ExportError(Problem(where=str(folder), what="holds no rows of answers", do="write it again"))
    source = Source(path=str(folder), platform="parquet", saw="the first bytes of Parquet")
    return replace(table, row_numbers=np.arange(1, len(table) + 1, dtype=np.int64), source=source)


@contextmanager
def told_of_file(path: str | os.PathLike[str]) -> Iterator[None]:
    """Tell whatever a damaged file makes of a library below as a sentence that names the file: the one place for it."""
    try:
        yield
    except (IntimacyScalesError, NeedsWholeError):
        raise
    except MemoryError as fault:
        raise ExportError(Problem(where=os.fspath(path), what="needs more memory than there is",
                                  do="close other programs, or read it on a larger machine")) from fault  # fmt: skip
    except Exception as fault:  # the errors of four parsers, two archives and the system are not to be listed
        said = f"cannot be read ({type(fault).__name__}: {reason(fault)})"
        raise ExportError(Problem(where=os.fspath(path), what=said,
                                  do="it may be damaged: download or save it again")) from fault  # fmt: skip


def _read_file(path: Path, platform: str | None, options: Options) -> RawTable:
    file = export_file(open_file(path, limits=options.limits), options)
    chosen = choose(file, platform)
    _refuse_unused(file, options)
    table = chosen.platform.read(file, options, chosen.recognition)
    return replace(table, source=replace(table.source, path=str(path)))


def stream_table(
    path: str | os.PathLike[str],
    *,
    platform: str | None = None,
    progress: bool | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    limit: float = 1.0,
) -> TableStream:
    """Open a plain text or a Parquet file as a table that is read batch by batch.

    Parameters
    ----------
    path, platform, progress, encoding, separator, limit
        As for :func:`read_table`.

    Raises
    ------
    NeedsWholeError
        When it is of a platform, or of a shape, whose rows can only be judged all together, or cannot be read.
    UnknownNameError
        When there is no platform of this name.
    """
    options = Options(quiet=progress is False, encoding=encoding, separator=separator, by_head=True,
                      limits=USUAL if limit == 1 else Limits.lifted(limit))  # fmt: skip
    _vouch_platform(platform)
    careful = partial(_opened_stream, path, platform, replace(options, by_head=False), None)
    try:
        return _opened_stream(path, platform, options, careful)
    except ExportError as fault:  # told in the words of who reads it whole
        raise NeedsWholeError(fault.problems[0].what) from fault


def _opened_stream(
    path: str | os.PathLike[str],
    platform: str | None,
    options: Options,
    careful: Callable[[], TableStream] | None,
) -> TableStream:
    from intimacy_scales.reading.exports.table_stream import stream_of_parquet, stream_of_text

    with told_of_file(path):
        file = export_file(open_file(Path(path), limits=options.limits), options)
        chosen = choose(file, platform)
        if chosen.platform.NAME == "parquet":
            return stream_of_parquet(file, chosen.platform.NAME, chosen.recognition, str(path))
        return stream_of_text(file, chosen.platform.NAME, chosen.recognition, str(path), careful)


def _vouch_platform(platform: str | None) -> None:
    if platform not in (None, "frame") and str(platform).casefold() not in (known := platform_names()):
        from intimacy_scales.base.errors import UnknownNameError

        raise UnknownNameError.among("platform", str(platform), known)


def _described(table: RawTable, options: Options) -> RawTable:
    """Lay the survey's own file over the answers, where the user named one; then look for rows that are no persons."""
    described = with_boxes(_with_survey(table, options))
    consent = described.source.platform not in _WITHOUT_CONSENT
    return doubtful_rows(described, options.include, knows_consent=consent)


def _with_survey(table: RawTable, options: Options) -> RawTable:
    if options.survey is None:
        from intimacy_scales.reading.exports.surveys.surveys import note_on_survey_file

        note = note_on_survey_file(table.names)
        return replace(table, notes=(*table.notes, note)) if note else table
    from intimacy_scales.reading.exports.surveys.describe import describe
    from intimacy_scales.reading.exports.surveys.surveys import read_survey

    return describe(table, read_survey(options.survey, options.limits))


def _refuse_unused(file: ExportFile, options: Options) -> None:
    """Say what was asked for in vain, rather than pass over it."""
    vain = []
    if options.sheet is not None and file.kind != "workbook":
        vain.append(Problem(where=file.shown, what="is no workbook, so it has no sheets", do="leave --sheet out"))
    if vain:
        raise ExportError(vain)


def export_file(opened: Opened, options: Options) -> ExportFile:
    """Return what a recogniser needs to see of a file."""
    if opened.kind == "text":
        from intimacy_scales.reading.exports.files.text import open_text

        text = open_text(opened.source, opened.shown, encoding=options.encoding, separator=options.separator,
                         by_head=options.by_head)  # fmt: skip
        document = _document(opened, text.begins)
        return document or _grid_file(opened, text)
    if opened.kind == "workbook":
        from intimacy_scales.reading.exports.files.workbook import open_workbook

        return _grid_file(opened, open_workbook(opened.source, opened.shown, options.sheet))
    if opened.kind == "parquet":
        from intimacy_scales.reading.exports.files.frames import names_of_parquet

        names = names_of_parquet(opened)
        return ExportFile(source=opened.source, shown=opened.shown, kind=opened.kind, names=names, notes=opened.notes)
    from intimacy_scales.reading.exports.files.statistics.statfile import load, names_in

    data = load(opened, options.encoding)
    return ExportFile(source=opened.source, shown=opened.shown, kind=opened.kind, names=names_in(data), statistics=data,
                      notes=opened.notes)  # fmt: skip


def _document(opened: Opened, begins: str) -> ExportFile | None:
    """Return the file of a text that is no delimited table: JSON or markup."""
    kind: FileKind | None = "json" if _JSON.match(begins) else "markup" if _MARKUP.match(begins) else None
    if kind is None:
        return None
    return ExportFile(source=opened.source, shown=opened.shown, kind=kind, names=(), begins=begins, notes=opened.notes)


def _grid_file(opened: Opened, grid: Grid) -> ExportFile:
    head = head_of(grid)
    names = tuple(cell.strip() for cell in head[0]) if head else ()
    return ExportFile(source=opened.source, shown=grid.shown, kind=opened.kind, names=names, head=head, grid=grid,
                notes=(*opened.notes, *grid.notes))  # fmt: skip


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
