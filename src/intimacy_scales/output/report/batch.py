"""One report a person or couple of a file, under names that reveal nothing."""

from __future__ import annotations

import csv
import io
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from time import time as time_now
from typing import Any, Literal, Unpack

from intimacy_scales.analysis.norms import LEVEL, NormChoice, PerScore
from intimacy_scales.bank.model import Banks
from intimacy_scales.base.errors import OutputError, Problem, ResponseError
from intimacy_scales.base.files import make_folder, may_write, write_text
from intimacy_scales.base.translation import ENGLISH, speaking
from intimacy_scales.base.wording import safe_text
from intimacy_scales.output.report.build import SUFFIXES, checked_audience, date_in_words, report_of
from intimacy_scales.output.report.document import Audience
from intimacy_scales.output.report.page_makers import (
    Made,
    PageOptions,
    View,
    Who,
    couple_ground,
    course_for,
    has_occasions,
    make_couple,
    make_course,
    make_person,
    match,
    person_ground,
)
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.scoring import Scores, as_scores

TOKEN = 8  # bytes: 64 bits of chance a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a batch wrote: the files, and the key where one was asked for. It names nobody."""

    files: tuple[Path, ...] = field(repr=False)
    key: Path | None = None

    def __str__(self) -> str:
        folder = self.files[0].parent if self.files else "nowhere"
        return f"{len(self.files)} reports in {folder}" + (f"; who is who: {self.key}" if self.key else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """One report to be made: who it is of, as the key says it, and what is needed to make it."""

    id: str
    row: int
    whose: str
    make: Any = field(repr=False)

    def made(self) -> Made:
        page: Made = self.make()
        return page


def write_reports(  # noqa: PLR0913 -- each of them is a wish of its own
    data: Any,
    folder: str | os.PathLike[str],
    bank: Banks | None = None,
    *,
    who: Literal["persons", "couples"] = "persons",
    suffix: str = ".html",
    key: str | os.PathLike[str] | None = None,
    view: View | Literal["each"] = "both",
    couple_column: str | None = None,
    partner_column: str | None = None,
    after: Any = None,
    time: str | None = None,
    when: date | None = None,
    norm: NormChoice | None = None,
    level: float = LEVEL,
    title: str | None = None,
    devices: bool = False,
    sd: PerScore = None,
    reliability: PerScore = None,
    quiet: bool = False,
    min_answered: int | None = None,
    audience: Audience | None = None,
    help_line: str = "",
    language: str = ENGLISH,
    **reading: Unpack[ReadingOptions],
) -> Written:
    """Write one report a person, or one a couple, into a folder; every name is drawn by chance and reveals nothing.

    Parameters
    ----------
    data
        Answers of a sample: an export's path, a frame, vouched answers, or their scores.
    bank
        One bank or several; not needed for responses and scores, which know theirs.
    folder
        Made when it is not there (the folder above it must be).
    who
        ``"persons"``, or ``"couples"`` (with ``couple_column`` and ``partner_column`` as in :func:`build_report`).
    suffix
        ``".html"`` or ``".pdf"``.
    key
        A CSV file that says which name is whose. Written only when asked for, and never among the reports.
    view
        Of couples: ``"both"``, ``"a"``, ``"b"``; ``"each"`` writes both partners' own reports.
    after, time
        As in :func:`build_report`: reports over time.
    quiet
        No progress bar on stderr.
    min_answered
        As in :func:`build_report`.
    norm, level, title, devices, sd, reliability, audience, help_line, language
        As in :func:`build_report` (there ``error_reliability``).
    **reading
        Options of :func:`intimacy_scales.read_export` (``mapping``, ``missing_codes`` ...).

    Returns
    -------
    Written
        Paths in the order of their names, which were drawn by chance.

    Raises
    ------
    OutputError
        When a folder is missing, the key would lie among the reports or exists, or a report cannot be written. Reports
        finished before stay; nothing that exists is ever replaced.
    ResponseError, UnknownNameError
        As :func:`build_report`.

    Examples
    --------
    >>> import pandas as pd
    >>> from tempfile import TemporaryDirectory
    >>> frame = pd.DataFrame({"id": ["a", "b"], **{f"eis_{j}": [4, 5] for j in range(1, 6)}})
    >>> with TemporaryDirectory() as folder:
    ...     len(write_reports(frame, folder, "eis", quiet=True).files)
    2
    """
    checked_audience(audience)
    wish = PageOptions(
        norm=norm, level=level, title=title, devices=devices, sd=sd, reliability=reliability, audience=audience,
        help_line=help_line, language=language,
    )  # fmt: skip
    with speaking(language):
        wish = replace(wish, when=date_in_words(when))
    target, keyed = _ready(folder, suffix, key)
    scores = as_scores(data, bank, reading, min_answered=min_answered)
    if who == "couples":
        tasks = list(_couples(scores, couple_column, partner_column, wish, view))
    elif who == "persons":
        later = None if after is None else as_scores(after, bank, reading, min_answered=min_answered)
        tasks = list(_persons(scores, later, time, wish))
    else:
        raise ResponseError(Problem(where="who", what=f"is {who!r}", allowed="persons, couples"))
    make_folder(target)
    files = _write(tasks, target, suffix, language=language, quiet=quiet)
    if keyed is not None:
        write_text(may_write(keyed), _key_text(tasks, files))
    return Written(files=tuple(sorted(files)), key=keyed)


def _ready(folder: Any, suffix: str, key: Any) -> tuple[Path, Path | None]:
    """Refuse before any work what could not be written at the end."""
    target = Path(folder)
    problems = []
    if suffix.lower() not in SUFFIXES:
        problems.append(Problem(where="suffix", what=f"is {suffix!r}", allowed=".html or .pdf"))
    if target.exists() and not target.is_dir():
        problems.append(Problem(where=str(target), what="is a file", allowed="a folder"))
    if not target.resolve().parent.is_dir():
        problems.append(Problem(where=str(target), what=f"the folder {target.parent} does not exist", do="make it"))
    if key is not None and target.resolve() in Path(key).resolve().parents:
        problems.append(
            Problem(
                where=str(key),
                what="lies among the reports that it opens",
                allowed="a file elsewhere",
                do="keep the key apart from the reports",
            )
        )
    if problems:
        raise OutputError(problems)
    if suffix.lower() == ".pdf":
        from intimacy_scales.output.report.rendering import ready_for_pdf

        ready_for_pdf()
    return target, None if key is None else may_write(key)


def _write(tasks: list[_Task], folder: Path, suffix: str, *, language: str, quiet: bool) -> tuple[Path, ...]:
    """Write the reports in an order drawn by chance and give all of them one time: neither tells whose one is."""
    from intimacy_scales.base.progress import Progress

    files = [folder / f"report-{secrets.token_hex(TOKEN)}{suffix}" for _ in tasks]
    order = list(range(len(tasks)))
    secrets.SystemRandom().shuffle(order)
    with Progress("reports", total=len(tasks), quiet=quiet) as bar:
        for place in order:
            with speaking(language) as missing:
                made = report_of(tasks[place].made(), missing)
            made.save(files[place])
            bar.advance()
    now = time_now()
    for file in files:
        os.utime(file, (now, now))
    return tuple(files)


def _persons(scores: Scores, after: Scores | None, time: str | None, wish: PageOptions) -> Iterator[_Task]:
    if after is not None or time is not None or has_occasions(scores):
        course = course_for(scores, after, time, wish)
        partners = tuple(dict.fromkeys(key[1].partner for key in course.panel.held()))
        for place, name in enumerate(course.panel.ids):
            row = int(course.panel.occasions[0].rows[place])
            for partner in partners:
                yield _Task(
                    id=name,
                    row=int(scores.row_numbers[row]) if row >= 0 else 0,
                    whose=partner or "",
                    make=lambda name=name, partner=partner: make_course(course, name, wish, partner=partner),
                )
        return
    ground = person_ground(scores, wish, everybody=True)
    partners = tuple(dict.fromkeys(part.administration.partner for part in scores.parts))
    ids = scores.ids
    for row in range(len(scores)):
        for partner in partners:
            yield _Task(
                id="" if ids is None else ids[row],
                row=int(scores.row_numbers[row]),
                whose=partner or "",
                make=lambda row=row, partner=partner: make_person(ground, Who(row=row, partner=partner), wish),
            )


def _couples(
    scores: Scores, couple: str | None, partner: str | None, wish: PageOptions, view: View | Literal["each"]
) -> Iterator[_Task]:
    couples = match(scores, couple, partner)
    ground = couple_ground(couples, wish)
    views: tuple[View, ...] = ("a", "b") if view == "each" else (view,)
    for place, name in enumerate(couples.ids):
        for one in views:
            yield _Task(
                id=name,
                row=int(couples.rows[place, 0]),
                whose="" if one == "both" else couples.labels[("a", "b").index(one)],
                make=lambda place=place, one=one: make_couple(ground, place, wish, view=one),
            )


def _key_text(tasks: list[_Task], files: tuple[Path, ...]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["file", "id", "row", "partner"])
    for task, file in zip(tasks, files, strict=True):
        writer.writerow([file.name, safe_text(task.id), task.row, safe_text(task.whose)])
    return out.getvalue()
