"""Trials of jsPsych, sorted into persons, and a person's answers out of the JSON of its trials."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from intimacy_scales.exports.kinds import kind_of

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
        return json.loads(cell)
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
