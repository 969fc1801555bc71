"""SAS (.sas7bdat, .xpt): codes with their labels, questions, and declared missing values."""

from __future__ import annotations

from intimacy_scales.reading.exports.files.containers import FileKind
from intimacy_scales.reading.exports.files.statfile import read_statfile
from intimacy_scales.reading.exports.peek import Options, Peek, Recognition
from intimacy_scales.reading.exports.table import RawTable

NAME = "sas"
KINDS: frozenset[FileKind] = frozenset({"sas7bdat", "xpt"})


def recognise(peek: Peek) -> Recognition | None:
    """Return what tells the file: its first bytes."""
    return Recognition(saw="the first bytes of SAS", sure="certain") if peek.kind in KINDS else None


def read(peek: Peek, options: Options, recognition: Recognition) -> RawTable:
    """Read the file; see :func:`~intimacy_scales.reading.exports.files.statfile.read_statfile`."""
    return read_statfile(peek, options, recognition, NAME)
