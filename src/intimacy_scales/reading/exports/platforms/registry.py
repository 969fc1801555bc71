"""The one list of platforms. To add one: write its module, put its name here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from intimacy_scales.base.errors import ExportError, Problem, UnknownNameError
from intimacy_scales.reading.exports.platform import ExportFile, Platform, Recognition

MODULES = (
    "platforms.qualtrics", "platforms.redcap", "platforms.limesurvey", "platforms.surveymonkey", "platforms.sosci",
    "platforms.formr", "platforms.kobo", "platforms.jspsych", "platforms.microsoft_forms", "platforms.google_forms",
    "files.statistics.spss", "files.statistics.stata", "files.statistics.sas",
    "files.frames", "platforms.form", "platforms.spreadsheet",
)  # fmt: skip
"""Modules of this room, the more telling before the more general: of equally sure ones the first is taken."""

_RANK = {"certain": 0, "likely": 1, "assumed": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The platform that reads, and why."""

    platform: Platform
    recognition: Recognition


def platforms() -> Iterator[Platform]:
    """Import the platforms, one after the other."""
    for name in MODULES:
        yield cast("Platform", import_module(f"intimacy_scales.reading.exports.{name}"))


def platform_names() -> tuple[str, ...]:
    """Return the names that ``--platform`` takes."""
    return tuple(platform.NAME for platform in platforms())


def choose(file: ExportFile, name: str | None = None) -> Chosen:
    """Return the platform named, or the one that recognises the export most surely.

    Raises
    ------
    UnknownNameError
        When there is no platform of this name.
    ExportError
        When the platform named does not write files of this kind, or none recognises the export.
    """
    if name is not None:
        return _named(file, name)
    seen = [
        Chosen(platform=one, recognition=found)
        for one in platforms()
        if file.kind in one.KINDS and (found := one.recognise(file))
    ]
    if not seen and file.kind in ("json", "markup"):
        raise ExportError(_no_table(file))
    if not seen:
        raise ExportError(
            Problem(
                where=file.shown,
                what="is of no platform known here",
                allowed=", ".join(platform_names()),
                do="say --platform NAME",
            )
        )
    return min(seen, key=lambda one: _RANK[one.recognition.sure])


def _no_table(file: ExportFile) -> Problem:
    """Say what a JSON or markup file probably is."""
    begins = file.begins.casefold()
    if "surveyentry" in begins:
        return Problem(
            where=file.shown,
            what="is a survey file of Qualtrics (.qsf), not answers",
            do="name the export, and this file with --survey",
        )
    if file.kind == "json":
        return Problem(where=file.shown, what="is JSON, not a table", do="export the answers as CSV")
    if "html" in begins:
        return Problem(
            where=file.shown,
            what="is a web page, not answers",
            do="log in to the platform and download the export again",
        )
    return Problem(where=file.shown, what="is an XML file (perhaps a survey file such as .lss), not answers",
                   do="name the export, and a survey file with --survey")  # fmt: skip


def _named(file: ExportFile, name: str) -> Chosen:
    known = {one.NAME: one for one in platforms()}
    if name.casefold() not in known:
        raise UnknownNameError.among("platform", name, tuple(known))
    platform = known[name.casefold()]
    if file.kind not in platform.KINDS:
        raise ExportError(Problem(where=file.shown, what=f"is a {file.kind} file, which {name} does not write",
                                  allowed=", ".join(sorted(platform.KINDS)), do="leave --platform out"))  # fmt: skip
    found = platform.recognise(file)
    said = found.saw if found else "named by the user; nothing in the file tells it"
    return Chosen(platform=platform, recognition=Recognition(saw=said, sure=found.sure if found else "assumed"))
