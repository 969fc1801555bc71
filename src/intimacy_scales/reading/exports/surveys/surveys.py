"""Surveys' own files (.qsf, .lss, data dictionary, XLSForm): what every column asked and what every code means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.reading.exports.files.containers import open_file
from intimacy_scales.reading.exports.files.source import USUAL, ByteSource, Limits
from intimacy_scales.reading.exports.table import ColumnKind

MOST_SAID = 200
MODULES = ("qsf", "lss", "redcap_dictionary", "xlsform")
"""Modules of this room that read survey files: each has ``WHAT``, ``recognise(source)`` and ``read(source, shown)``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What one column of an export was in the survey."""

    names: tuple[str, ...]
    """What an export may call it; the first is the survey's own name for it."""
    texts: tuple[str, ...] = ()
    """What was asked, as an export may spell it; the first is the whole of it."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """Code, as the export writes it, to label."""
    kind: ColumnKind | None = None
    """Where the survey says so: private fields, timings, calculated ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A survey file that was read: its columns, in the order in which an export has them."""

    shown: str
    what: str
    questions: tuple[Question, ...]
    notes: tuple[str, ...] = ()


class SurveyFile(Protocol):
    """What a module must offer to read a kind of survey file."""

    WHAT: str

    def recognise(self, source: ByteSource) -> bool:
        """Return whether a file is of this kind."""

    def read(self, source: ByteSource, shown: str) -> Survey:
        """Read the whole of it."""


def survey_files() -> Sequence[SurveyFile]:
    """Import the readers of survey files."""
    return [cast("SurveyFile", import_module(f"intimacy_scales.reading.exports.surveys.{name}")) for name in MODULES]


def read_survey(given: Path, limits: Limits = USUAL) -> Survey:
    """Read the survey file that a user names beside an export.

    Raises
    ------
    ExportError
        When it is not there, cannot be read, or is of no kind known here.
    """
    known = survey_files()
    opened = open_file(given, limits=limits)
    for one in known:
        if one.recognise(opened.source):
            return one.read(opened.source, opened.shown)
    raise ExportError(
        Problem(
            where=str(given),
            what="is no survey file that is known here",
            allowed=", ".join(one.WHAT for one in known),
            do="export the survey itself, not its answers",
        )
    )


def note_on_survey_file(names: Sequence[str]) -> str:
    """Return what to say of a table whose columns are those of a data dictionary; "" of any other."""
    told = {re.sub(r"[\W_]+", "", name.casefold()) for name in names}
    if {"formname", "fieldtype"} <= told and {"fieldname", "variablefieldname"} & told:
        return (
            "this looks like the data dictionary of REDCap, not answers: name the export, and this file with --survey"
        )
    return ""


def unmarked(text: str) -> str:
    """Return a text without HTML, on one line."""
    return " ".join(unescape(re.sub(r"<[^<>]*>", " ", text)).split())


def faulty(shown: str, what: str, fault: Exception | str) -> ExportError:
    """Return the error for a survey file that is damaged."""
    said = f"{type(fault).__name__}: {fault}" if isinstance(fault, LookupError) else str(fault)
    if len(said) > MOST_SAID:  # some faults print the whole file
        said = type(fault).__name__
    return ExportError(Problem(where=shown, what=f"is a damaged {what} ({said})", do="export the survey again"))
