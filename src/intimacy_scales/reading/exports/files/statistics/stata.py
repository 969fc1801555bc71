"""Stata (.dta): codes with their labels, questions, and declared missing values."""

from __future__ import annotations

from intimacy_scales.reading.exports.files.containers import FileKind
from intimacy_scales.reading.exports.files.statistics.statfile import read_statfile
from intimacy_scales.reading.exports.platform import ExportFile, Options, Recognition
from intimacy_scales.reading.exports.table import RawTable

NAME = "stata"
KINDS: frozenset[FileKind] = frozenset({"dta"})


def recognise(file: ExportFile) -> Recognition | None:
    """Return what tells the file: its first bytes."""
    return Recognition(saw="the first bytes of Stata", sure="certain") if file.kind in KINDS else None


def read(file: ExportFile, options: Options, recognition: Recognition) -> RawTable:
    """Read the file; see :func:`~intimacy_scales.reading.exports.files.statistics.statfile.read_statfile`."""
    return read_statfile(file, options, recognition, NAME)
