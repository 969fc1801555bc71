"""jsPsych: a file a person (or several persons below each other), a trial a row, answers as JSON in a cell.

Trials of jsPsych, sorted into persons, and a person's answers out of the JSON of its trials.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.base.errors import ExportError, Problem
from intimacy_scales.reading.exports.exclusion import REASONS, set_aside
from intimacy_scales.reading.exports.files.containers import FileKind, json_of
from intimacy_scales.reading.exports.kinds import kind_of, look_inside
from intimacy_scales.reading.exports.platform import ExportFile, Options, Recognition
from intimacy_scales.reading.exports.platforms.spreadsheet import grid_of
from intimacy_scales.reading.exports.platforms.tabular import heads, try_outs
from intimacy_scales.reading.exports.table import Column, ColumnKind, RawTable, Source, text_cells

_ANSWERS = ("response", "responses")
_ASKED = ("words", "word", "items", "statements", "prompts", "questions", "stimuli", "texts")
_OWN = frozenset(
    {
        "trial_type",
        "trial_index",
        "time_elapsed",
        "internal_node_id",
        "rt",
        "response",
        "responses",
        "question_order",
        "success",
        "timeout",
        "failed_images",
        "failed_audio",
        "failed_video",
        "view_history",
        "accuracy",
        "plugin_version",
        *_ASKED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One trial, and the row (or place) it stands in."""

    row: int
    cells: Mapping[str, Any]

    @property
    def answers(self) -> Mapping[str, Any] | None:
        """The answers of a questionnaire; ``None`` for every other trial."""
        for name in _ANSWERS:
            said = parsed(self.cells.get(name))
            if isinstance(said, Mapping) and said:
                return said
        return None

    @property
    def likert(self) -> bool:
        """Whether answers are places on a scale, counted from 0."""
        return "likert" in str(self.cells.get("trial_type", ""))


@dataclass(slots=True)
class Person:
    """What one person answered: by column, in the order asked (filled while its trials are read)."""

    row: int
    trials: list[Trial]
    answers: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    labels: dict[str, dict[float, str]] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    times: dict[str, str] = field(default_factory=dict)
    ordered: bool = False

    @property
    def surveys(self) -> list[Trial]:
        """The trials that ask."""
        return [trial for trial in self.trials if is_survey(trial)]


def parsed(cell: Any) -> Any:
    """Return what a cell of JSON says; the cell itself where it is none."""
    if not isinstance(cell, str) or cell[:1] not in ("{", "["):
        return cell
    try:
        return json_of(cell)
    except (ValueError, RecursionError):
        return cell


def is_survey(trial: Trial) -> bool:
    """Return whether a trial asked something and kept the answers by question."""
    return trial.answers is not None


def persons_of(trials: Sequence[Trial]) -> list[Person]:
    """Return the persons whose trials these are: by their ids, and anew wherever ``trial_index`` starts again."""
    name = _id_name(trials)
    groups: dict[str, list[list[Trial]]] = {}
    for trial in trials:
        runs = groups.setdefault(str(trial.cells.get(name, "")) if name else "", [[]])
        if (
            runs[-1]
            and (place := _place(trial)) is not None
            and (last := _place(runs[-1][-1])) is not None
            and place <= last
        ):
            runs.append([])
        runs[-1].append(trial)
    people = [_person(run) for runs in groups.values() for run in runs if run]
    if name is not None:  # trials before the id was known are nobody's
        people = [one for one in people if one.surveys or one.trials[0].cells.get(name)]
    return sorted(people, key=lambda one: one.trials[0].row)


def _id_name(trials: Sequence[Trial]) -> str | None:
    """Return the column whose ids tell several persons apart; ``None`` where one is enough."""
    names = dict.fromkeys(name for trial in trials for name in trial.cells if kind_of(name) == "id" or name == "run_id")
    for name in names:
        if len({str(trial.cells.get(name) or "") for trial in trials} - {""}) > 1:
            return name
    return None


def _place(trial: Trial) -> int | None:
    try:
        return int(float(trial.cells.get("trial_index", "")))
    except (TypeError, ValueError):
        return None


def _person(trials: list[Trial]) -> Person:
    surveys = [trial for trial in trials if is_survey(trial)]
    person = Person(row=(surveys or trials)[0].row, trials=trials)
    keys = [key for trial in surveys for key, _ in _flat(trial.answers or {})]
    doubled = len(set(keys)) < len(keys)
    for number, trial in enumerate(surveys, start=1):
        _answer(person, trial, prefix=f"survey{number}_" if doubled else "")
        if (rt := trial.cells.get("rt")) not in (None, "", "null"):
            person.times[f"survey{number}_rt" if len(surveys) > 1 else "rt"] = _spelled(rt) or ""
    for name in dict.fromkeys(name for trial in trials for name in trial.cells if name not in _OWN):
        texts = dict.fromkeys(text for trial in trials if (text := _spelled(trial.cells.get(name))))
        if len(texts) == 1:
            person.said[name] = next(iter(texts))
    if trials and (total := _spelled(trials[-1].cells.get("time_elapsed"))):
        person.said["time_elapsed"] = total
    return person


def _answer(person: Person, trial: Trial, *, prefix: str) -> None:
    answers = dict(_flat(trial.answers or {}))
    texts = _asked(trial, len(answers))
    for place, (key, answer) in enumerate(answers.items()):
        number = int(key[1:]) if key[:1] == "Q" and key[1:].isdecimal() else place
        about = texts[number] if number < len(texts) else None
        name = f"{prefix}{key}"
        if isinstance(about, str) and about.strip():
            name, person.ordered = about.strip(), True
            while name in person.answers:
                name = f"{name}_"
            person.asked[name] = about.strip()
        elif isinstance(about, Mapping):
            person.asked[name] = str(about.get("prompt", ""))
            labels = about.get("labels")
            if isinstance(labels, list) and trial.likert:
                person.labels[name] = {float(code): str(label) for code, label in enumerate(labels)}
        person.answers[name] = _spelled(answer) or ""


def _asked(trial: Trial, count: int) -> Sequence[Any]:
    """Return what each key asked, where a trial kept it: a list of texts or of questions, as long as the answers."""
    for name in _ASKED:
        said = parsed(trial.cells.get(name))
        if isinstance(said, list) and len(said) == count:
            if all(isinstance(one, str) for one in said) and len(set(said)) == count:
                return said
            if all(isinstance(one, Mapping) for one in said):
                return said
    return ()


def _flat(answers: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Return (key, answer), questions with rows as ``question[row]``."""
    for key, answer in answers.items():
        name = f"{before}[{key}]" if before else str(key)
        if isinstance(answer, Mapping) and answer:
            yield from _flat(answer, name)
        else:
            yield name, answer


def _spelled(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, list | Mapping):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


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


def recognise(file: ExportFile) -> Recognition | None:
    """Return what tells jsPsych: a row a trial, with its columns for the kind, place and time of it."""
    if file.kind == "json":
        return Recognition(saw="JSON of trials (trial_type)", sure="certain") if '"trial_type"' in file.begins else None
    head = heads(file)
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


def read(file: ExportFile, options: Options, recognition: Recognition) -> RawTable:
    """Read one file of jsPsych: see :func:`read_several`; rows have the number of the first trial that asks."""
    people = [_Read(person=one, file=file.shown, row=one.row) for one in persons_of(_trials(file))]
    return _table(people, [file], options, recognition)


def read_several(files: Sequence[ExportFile], options: Options, recognition: Recognition) -> RawTable:
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
    people = [_Read(person=person, file=file.shown, row=0) for file in files for person in persons_of(_trials(file))]
    people = [_Read(person=one.person, file=one.file, row=at) for at, one in enumerate(people, start=1)]
    return _table(people, files, options, recognition)


def _trials(file: ExportFile) -> list[Trial]:
    if file.kind == "json":
        return _json_trials(file)
    records = [record for batch in grid_of(file).batches(lambda _: None) for record in batch]
    names = [name.strip().removeprefix("\ufeff") for name in records[0]]
    wide = [number for number, record in enumerate(records[1:], start=2) if record and len(record) != len(names)]
    if wide:
        raise ExportError(
            Problem(
                where=f"{file.shown}: row {wide[0]}",
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


def _json_trials(file: ExportFile) -> list[Trial]:
    try:
        said = json_of(file.source.read_text())
    except (ValueError, RecursionError) as fault:
        raise ExportError(Problem(where=file.shown, what=f"is damaged JSON ({fault})", do="export it again")) from fault
    said = said.get("trials", [said]) if isinstance(said, Mapping) else said
    flat = [one for part in said for one in (part if isinstance(part, list) else [part])]
    return [Trial(row=at, cells=one) for at, one in enumerate(flat, start=1) if isinstance(one, Mapping)]


def _table(
    people: Sequence[_Read], files: Sequence[ExportFile], options: Options, recognition: Recognition
) -> RawTable:
    if not any(one.person.answers for one in people):
        raise ExportError(
            Problem(
                where=files[0].shown,
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
    if len(files) > 1:
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
            path=files[0].shown,
            platform=NAME,
            saw=recognition.saw,
            sure=recognition.sure,
            encoding=files[0].grid.encoding if files[0].grid else None,
            separator=files[0].grid.separator if files[0].grid else None,
        ),
        notes=_notes(people, files),
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


def _notes(people: Sequence[_Read], files: Sequence[ExportFile]) -> tuple[str, ...]:
    notes = [note for file in files for note in file.notes]
    notes.append(
        f"{len(people)} {'person' if len(people) == 1 else 'persons'} in {len(files)} "
        f"{'file' if len(files) == 1 else 'files'}: one row a person"
    )
    if len(files) > 1:
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
