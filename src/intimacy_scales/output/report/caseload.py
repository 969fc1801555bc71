"""The clinic's day: everybody's course on one page, for the professional; codes only, no names.

A folder of sessions, a file each (what a form saved, or exports), as one table of everybody's occasions.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan
from pathlib import Path
from typing import Any

from intimacy_scales.bank.model import Banks
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.wording import capital, counted, listed
from intimacy_scales.output.report.document import Block, Document, Figure, Finding, Notes, Paragraph, Section, Table
from intimacy_scales.output.report.person.over_time import Course, Line, lines_of, track_of
from intimacy_scales.output.report.sentences import bank_line, names_of, software_version
from intimacy_scales.output.report.sources import keys_of, references_section
from intimacy_scales.pictures.drawing import NARROW, NOTHING, WIDE, trimmed
from intimacy_scales.pictures.over_time import Track, draw_courses
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses import ready
from intimacy_scales.reading.responses.model import Responses

QUESTION = "Who has changed, in which direction, and who is overdue?"
NOTE_COLUMNS = ("note", "notes", "session_note")
AREAS = ("content", "interference")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One person of a caseload: the code, every area over time, when last seen, notes by occasion."""

    code: str
    lines: tuple[Line, ...]
    last: float
    """Day of the last occasion (ordinal); NaN where occasions have no dates."""
    notes: tuple[tuple[str, str], ...]

    def moved(self, verdict: str) -> list[Line]:
        """Return the areas with this verdict."""
        return [line for line in self.lines if line.verdict == verdict]


def cases_of(course: Course, partner: str | None = None) -> tuple[Case, ...]:
    """Return every person of a panel with the areas that are known more than once."""
    dated = course.panel.kind == "dates"
    cases = []
    for place, code in enumerate(course.panel.ids):
        lines = tuple(
            line
            for line in lines_of(course, place, partner=partner)
            if line.part.scale.role in AREAS
            and len(line.known) > 1
            and line.part.administration.form not in {one.minuend for one in line.part.bank.derived}
        )
        times = [float(t) for t in course.panel.times[place] if not isnan(float(t))]
        last = max(times) if dated and times else float("nan")
        cases.append(Case(code=code, lines=lines, last=last, notes=_notes(course, place)))
    return tuple(cases)


def _notes(course: Course, place: int) -> tuple[tuple[str, str], ...]:
    """Return what an own column called ``note`` says of each occasion of a person."""
    rows = []
    for occasion in course.panel.occasions:
        row, names = int(occasion.rows[place]), occasion.scores.other_columns
        column = next((name for name in names if name.casefold() in NOTE_COLUMNS), None)
        if row >= 0 and column is not None and (text := occasion.scores.texts(column)[row].strip()):
            rows.append((_name_of(course, place, occasion), text))
    return tuple(rows)


def _name_of(course: Course, place: int, occasion: object) -> str:
    from intimacy_scales.analysis.change.panel import day_or_number

    j = next(i for i, one in enumerate(course.panel.occasions) if one is occasion)
    when = float(course.panel.times[place, j])
    if course.panel.by_rank and not isnan(when):
        return day_or_number(when, course.panel.kind)
    return course.panel.occasions[j].name


def caseload_document(course: Course, *, title: str | None, when: str, day: date, due: int) -> Document:
    """Return one page of everybody over time.

    Parameters
    ----------
    course
        All persons over the occasions.
    day
        Today: whoever was last seen more than ``due`` days before is overdue. Without dates that cannot be told.
    """
    cases = cases_of(course)
    banks = tuple({line.part.bank.id: line.part.bank for case in cases for line in case.lines}.values())
    sections = [_table_section(cases, day, due), *_courses(cases), *_notes_section(cases), _method(course, due)]
    return Document(
        title=title or "Caseload: everybody over time",
        subtitle=f"{when} \u00b7 {counted(len(cases), 'person', 'people')}",
        finding=Finding(question=QUESTION, answer=_answer(cases, day, due)),
        sections=(*sections, references_section([*keys_of(banks), "jacobson1991"])),
        footer=(*(bank_line(bank) for bank in banks), f"intimacy-scales {software_version()}", when),
        audience="clinician",
    )


def _overdue(case: Case, day: date, due: int) -> bool:
    return not isnan(case.last) and day.toordinal() - case.last > due


def _answer(cases: Sequence[Case], day: date, due: int) -> tuple[str, ...]:
    higher = [case.code for case in cases if case.moved("clearly higher")]
    lower = [case.code for case in cases if case.moved("clearly lower")]
    unknown = [case.code for case in cases if not case.lines or len(case.moved("cannot be told")) == len(case.lines)]
    lines = [
        f"Clearly higher in at least one area: {listed(higher) or 'nobody'}.",
        f"Clearly lower in at least one area: {listed(lower) or 'nobody'}.",
    ]
    lines += [f"For {listed(unknown)} no change can be told."] if unknown else []
    if all(isnan(case.last) for case in cases):
        lines.append("Who is overdue cannot be told: the occasions have no dates.")
    else:
        late = [case.code for case in cases if _overdue(case, day, due)]
        lines.append(f"Last seen more than {due} days ago: {listed(late) or 'nobody'}.")
    return tuple(lines)


def _table_section(cases: Sequence[Case], day: date, due: int) -> Section:
    rows = []
    for case in cases:
        names = names_of([line.part for line in case.lines])
        seen = NOTHING if isnan(case.last) else date.fromordinal(int(case.last)).isoformat()
        since = NOTHING if isnan(case.last) else str(day.toordinal() - int(case.last))
        late = "cannot be told" if isnan(case.last) else "overdue" if _overdue(case, day, due) else "in time"
        said = [_of(case, names, verdict) for verdict in ("clearly higher", "clearly lower")]
        rows.append((case.code, seen, since, late, *said))
    head = ("Code", "Last seen", "Days since", "That is", "Clearly higher", "Clearly lower")
    table = Table(caption="Everybody", head=head, rows=tuple(rows), words=(3, 4, 5))
    return Section(title="Who has changed, who is overdue", blocks=(table,))


def _of(case: Case, names: Mapping[str, str], verdict: str) -> str:
    found = [
        f"{names[line.part.column]}: {trimmed(line.known[0].value, 1)} to {trimmed(line.known[-1].value, 1)}"
        for line in case.moved(verdict)
    ]
    return "; ".join(found) or NOTHING


def _courses(cases: Sequence[Case]) -> list[Section]:
    """Return small multiples, one picture an area, one cell a person."""
    by_area: dict[str, list[tuple[Case, Line]]] = {}
    names: dict[str, str] = {}
    for case in cases:
        names |= names_of([line.part for line in case.lines])
        for line in case.lines:
            by_area.setdefault(line.part.column, []).append((case, line))
    figures: list[Block] = []
    for column, found in by_area.items():
        tracks = [_track(case, line, names) for case, line in found]
        wide, narrow = (draw_courses(tracks, width=width) for width in (WIDE, NARROW))
        rows = tuple(
            (case.code, trimmed(line.known[0].value, 1), trimmed(line.known[-1].value, 1), line.verdict)
            for case, line in found
        )
        table = Table(caption=f"{names[column]}: first and last", head=("Code", "First", "Last", "That is"), rows=rows,
                      words=(3,))  # fmt: skip
        alt = "; ".join(f"{track.label}: {track.text}" for track in tracks) + "."
        figures.append(Figure(title=names[column], alt=alt, wide=wide, narrow=narrow, table=table))
    paragraph = Paragraph(
        text="Each small picture is one person. The bar around a score shows where it could well lie; the grey band "
        "around the first score holds what is no clear change. A small number on the axis points to a note below."
    )
    return [Section(title="Each course", blocks=(paragraph, *figures), new_page=True)] if figures else []


def _track(case: Case, line: Line, names: Mapping[str, str]) -> Track:
    marks = {name: str(number) for number, (name, _) in enumerate(case.notes, start=1)}
    return track_of(line, names, label=case.code, notes=marks)


def _notes_section(cases: Sequence[Case]) -> list[Section]:
    said = [
        f"{case.code}, {number} ({name}): {text}"
        for case in cases
        for number, (name, text) in enumerate(case.notes, start=1)
    ]
    return [Section(title="Notes on the axis", blocks=(Notes(items=tuple(said), kind="remark"),))] if said else []


def _method(course: Course, due: int) -> Section:
    used = dict.fromkeys(
        f"{capital(one.part.scale.name)} rests on {one.change.used}"
        for place in range(min(1, len(course.panel.ids)))
        for one in lines_of(course, place)
        if one.change.used is not None
    )
    text = (
        "*Clearly* higher or lower: the reliable change index between the first and the last occasion passes 1.96 "
        "(Jacobson & Truax, 1991); where no *SD* and no reliability fit, each person\u2019s own rough error decides. "
        f"Overdue: last seen more than {due} days before the date of this page. Areas are each looked at alone: among "
        "many persons and areas, some stand out by chance."
    )
    blocks = [Paragraph(text=text, kind="method"), *(Paragraph(text=f"{one}.", kind="method") for one in used)]
    return Section(title="How this was worked out", blocks=tuple(blocks), technical=True)


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
