"""Plain tables: a CSV or TSV file, or a sheet, with names above the answers and one row a person."""

from __future__ import annotations

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.reading.exports.exclusion import bare_name
from intimacy_scales.reading.exports.files.containers import FileKind
from intimacy_scales.reading.exports.files.text import SPOKEN
from intimacy_scales.reading.exports.gather import gather
from intimacy_scales.reading.exports.grid import Grid, Header, find_header, vouch_names
from intimacy_scales.reading.exports.kinds import look_inside
from intimacy_scales.reading.exports.platform import ExportFile, Options, Recognition
from intimacy_scales.reading.exports.table import RawTable, Source

NAME = "spreadsheet"
KINDS: frozenset[FileKind] = frozenset({"text", "workbook"})


def recognise(file: ExportFile) -> Recognition | None:
    """Return that this is a table: true of every text and sheet that nothing else recognises."""
    if file.grid is None:
        return None
    what = (
        "a sheet"
        if file.kind == "workbook"
        else f"text separated by {SPOKEN.get(file.grid.separator or '', repr(file.grid.separator))}"
    )
    return Recognition(saw=f"{what} with one row of names", sure="assumed")


def read(file: ExportFile, options: Options, recognition: Recognition) -> RawTable:
    """Read a plain table.

    Title rows above the header are found and said; wholly blank rows are set aside; nothing else is.

    Raises
    ------
    ExportError
        No header, doubled names, ragged rows, no rows.
    """
    grid, header = grid_of(file), header_of(file)
    gathered = gather(grid, header.names, skip=header.skip, quiet=options.quiet)
    return RawTable(
        columns=look_inside(gathered.columns),
        row_numbers=gathered.row_numbers,
        set_aside=gathered.blank,
        source=Source(path=file.shown, platform=NAME, saw=recognition.saw, sure=recognition.sure,
                      encoding=grid.encoding, separator=grid.separator),
        notes=(*file.notes, *header.notes, *gathered.notes),
    )  # fmt: skip


def header_of(file: ExportFile) -> Header:
    """Return the header of a plain table, its names all different.

    Raises
    ------
    ExportError
        When there is none, when names are doubled, and when the file holds no row a person.
    """
    _refuse_trials(file)
    header = find_header(file.head, file.shown)
    vouch_names(header.names, file.shown)
    return header


_TRIALS = (
    (
        {"participantprivateid", "questionkey", "response"},
        "is Gorilla's long form: a row an answer, not a row a person",
        "download the questionnaire in its short form (one row a person), and name that",
    ),
    (
        {"psychopyversion", "framerate"},
        "was written by PsychoPy (Pavlovia): a file a person with a row a trial",
        "make one table with a row a person out of these files (id, then one column an item), and name that",
    ),
)
"""What tells files of trials, which hold no row a person: names, what they are, what to do."""


def _refuse_trials(file: ExportFile) -> None:
    """Say of files that hold a row an answer, or a row a trial, what to do with them."""
    names = {bare_name(name) for name in file.names}
    for own, what, do in _TRIALS:
        if own <= names:
            raise ExportError(Problem(where=file.shown, what=what, allowed="a row a person", do=do))


def grid_of(file: ExportFile) -> Grid:
    """Return the records of a text or sheet."""
    if file.grid is None:
        raise ExportError(Problem(where=file.shown, what=f"is a {file.kind} file, not a text or sheet"))
    return file.grid
