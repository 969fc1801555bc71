"""jsPsych: a file a person (or several persons below each other), a trial a row, answers as JSON in a cell."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from intimacy_scales.errors import ExportError, Problem
from intimacy_scales.exports.aside import REASONS, set_aside
from intimacy_scales.exports.containers import FileKind
from intimacy_scales.exports.jspsych_trials import Person, Trial, is_survey, persons_of
from intimacy_scales.exports.kinds import kind_of, look_inside
from intimacy_scales.exports.peek import Options, Peek, Recognition
from intimacy_scales.exports.spreadsheet import grid_of
from intimacy_scales.exports.table import Column, ColumnKind, RawTable, Source, text_cells
from intimacy_scales.exports.tabular import heads, try_outs

NAME = "jspsych"
KINDS: frozenset[FileKind] = frozenset({"text", "workbook", "json"})
ONE_PERSON_A_FILE = True

_TELLING = ("trial_type", "trial_index", "time_elapsed", "internal_node_id")
_KINDS: Mapping[str, ColumnKind] = {"file": "id", "time_elapsed": "timing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """One person with the place where it was read."""

    person: Person
    file: str
    row: int


def recognise(peek: Peek) -> Recognition | None:
    """Return what tells jsPsych: a row a trial, with its columns for the kind, place and time of it."""
    if peek.kind == "json":
        return Recognition(saw="JSON of trials (trial_type)", sure="certain") if '"trial_type"' in peek.begins else None
    head = heads(peek)
    own = [name for name in _TELLING if head and name in head[0]]
    if len(own) < 3:
        return None
    kinds = (
        sorted({record[head[0].index("trial_type")] for record in head[1:] if len(record) == len(head[0])})
        if "trial_type" in own
        else []
    )
    said = f" with {', '.join(kinds[:4])}" if kinds else ""
    return Recognition(saw=f"a row a trial ({', '.join(own)}){said}", sure="certain" if len(own) == 4 else "likely")


def read(peek: Peek, options: Options, recognition: Recognition) -> RawTable:
    """Read one file of jsPsych: see :func:`read_several`; rows have the number of the first trial that asks."""
    people = [_Read(person=one, file=peek.shown, row=one.row) for one in persons_of(_trials(peek))]
    return _table(people, [peek], options, recognition)


def read_several(peeks: Sequence[Peek], options: Options, recognition: Recognition) -> RawTable:
    """Read several files: persons are counted from 1, and the column ``file`` says where each stands.

    Every person becomes a row. The keys of the answers (``Q0``, or the names given) become columns; where a person had
    several questionnaires with the same keys, ``survey1_Q0`` ``survey2_Q0``. Where a trial says which question each key
    asked (``words``, ``items``, ``questions`` ...), these name the columns when they are texts of their own,
    because their order may differ from person to person. jsPsych counts answers from 0: codes stay as they are,
    and a note says it. Persons who reached no questionnaire are set aside, and files that hold what another file
    holds.

    Raises
    ------
    ExportError
        When no trial of any person asks anything.
    """
    people = [_Read(person=person, file=peek.shown, row=0) for peek in peeks for person in persons_of(_trials(peek))]
    people = [_Read(person=one.person, file=one.file, row=at) for at, one in enumerate(people, start=1)]
    return _table(people, peeks, options, recognition)


def _trials(peek: Peek) -> list[Trial]:
    if peek.kind == "json":
        return _json_trials(peek)
    records = [record for batch in grid_of(peek).batches(lambda _: None) for record in batch]
    names = [name.strip().removeprefix("\ufeff") for name in records[0]]
    wide = [number for number, record in enumerate(records[1:], start=2) if record and len(record) != len(names)]
    if wide:
        raise ExportError(
            Problem(
                where=f"{peek.shown}: row {wide[0]}",
                what=f"holds {len(records[wide[0] - 1])} cells",
                allowed=f"the header has {len(names)}",
                do="the file was cut off or edited: export it again",
            )
        )
    return [
        Trial(row=number, cells=dict(zip(names, record, strict=True)))
        for number, record in enumerate(records[1:], start=2)
        if any(record)
    ]


def _json_trials(peek: Peek) -> list[Trial]:
    try:
        said = json.loads(peek.path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as fault:
        raise ExportError(Problem(where=peek.shown, what=f"is damaged JSON ({fault})", do="export it again")) from fault
    said = said.get("trials", [said]) if isinstance(said, Mapping) else said
    flat = [one for part in said for one in (part if isinstance(part, list) else [part])]
    return [Trial(row=at, cells=one) for at, one in enumerate(flat, start=1) if isinstance(one, Mapping)]


def _table(people: Sequence[_Read], peeks: Sequence[Peek], options: Options, recognition: Recognition) -> RawTable:
    if not any(one.person.answers for one in people):
        raise ExportError(
            Problem(
                where=peeks[0].shown,
                what="no trial of it asks anything (none has answers as JSON)",
                do="export the data of the questionnaire trials too",
            )
        )
    names = tuple(dict.fromkeys(name for one in people for name in one.person.answers))
    said = tuple(dict.fromkeys(name for one in people for name in one.person.said if name not in names))
    asked = {name: text for one in reversed(people) for name, text in one.person.asked.items()}
    labels = {name: those for one in reversed(people) for name, those in one.person.labels.items()}
    columns = [
        Column(
            name=name,
            kind=_KINDS.get(name, kind_of(name)),
            cells=text_cells([one.person.said.get(name) for one in people]),
        )
        for name in said
    ]
    columns = [
        one if one.kind != "answer" else Column(name=one.name, kind="metadata", cells=one.cells) for one in columns
    ]
    if len(peeks) > 1:
        columns.append(
            Column(name=_free("file", names, said), kind="id", cells=text_cells([one.file for one in people]))
        )
    columns += [
        Column(
            name=name,
            question=asked.get(name),
            labels=labels.get(name, {}),
            cells=text_cells([one.person.answers.get(name) for one in people]),
        )
        for name in names
    ]
    columns += [
        Column(
            name=_free(name, names, said),
            kind="timing",
            cells=text_cells([one.person.times.get(name) for one in people]),
        )
        for name in dict.fromkeys(name for one in people for name in one.person.times)
    ]
    table = RawTable(
        columns=look_inside(columns),
        row_numbers=np.array([one.row for one in people], dtype=np.int64),
        set_aside=(),
        source=Source(
            path=peeks[0].shown,
            platform=NAME,
            saw=recognition.saw,
            sure=recognition.sure,
            encoding=peeks[0].grid.encoding if peeks[0].grid else None,
            separator=peeks[0].grid.separator if peeks[0].grid else None,
        ),
        notes=_notes(people, peeks),
    )
    table = RawTable(
        columns=table.columns,
        row_numbers=table.row_numbers,
        set_aside=(),
        source=table.source,
        notes=(*table.notes, *try_outs(table)),
    )
    early = {
        at: f"{REASONS['unfinished']} (no questionnaire was reached)"
        for at, one in enumerate(people)
        if not one.person.answers
    }
    return set_aside(table, [("unfinished", early), ("duplicate", _again(people))], options.include)


def _again(people: Sequence[_Read]) -> dict[int, str]:
    """Return the persons whose trials are, time for time, those of an earlier one: a file that was copied."""
    first: dict[str, _Read] = {}
    again: dict[int, str] = {}
    for at, one in enumerate(people):
        trials = json.dumps([dict(trial.cells) for trial in one.person.trials], sort_keys=True, default=str)
        if (before := first.setdefault(trials, one)) is not one:
            again[at] = f"{REASONS['duplicate']} ({one.file} holds what {before.file} holds)"
    return again


def _free(name: str, *taken: Sequence[str]) -> str:
    while any(name in those for those in taken):
        name += "_"
    return name


def _notes(people: Sequence[_Read], peeks: Sequence[Peek]) -> tuple[str, ...]:
    notes = [note for peek in peeks for note in peek.notes]
    notes.append(
        f"{len(people)} {'person' if len(people) == 1 else 'persons'} in {len(peeks)} "
        f"{'file' if len(peeks) == 1 else 'files'}: one row a person"
    )
    if len(peeks) > 1:
        notes.append(
            "rows are persons counted from 1 in the order of the files; the column file says where each stands"
        )
    if any(trial.likert for one in people for trial in one.person.surveys):
        notes.append("jsPsych counts answers from 0 (the first choice is 0): where a bank counts from 1, say --shift 1")
    if any(one.person.ordered for one in people):
        notes.append("columns are called by what was asked, since jsPsych numbers questions anew for every person")
    kinds = {
        str(trial.cells.get("trial_type", "")) for one in people for trial in one.person.trials if not is_survey(trial)
    }
    if kinds - {""}:
        notes.append(f"trials that ask nothing were passed over: {', '.join(sorted(kinds - {''}))}")
    return tuple(dict.fromkeys(notes))
