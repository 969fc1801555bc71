"""The same persons on several occasions: rows of one file or of two, joined by id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from shlex import quote

import numpy as np

from intimacy_scales.analysis.change.occasions import Kind, day_words, times_of
from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.reading.exports.joining.ids import IdKeys, is_rounded, match_ids
from intimacy_scales.reading.responses.coding.coding import Coding, contradicting_files
from intimacy_scales.reading.responses.coding.doubts import shift_left_open
from intimacy_scales.reading.responses.model import Administration
from intimacy_scales.scoring import ScaleScores, Scores

SHOWN = 5  # ids in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One occasion: its name, the scores it stands in, each person's row (-1: none), its occasion."""

    name: str
    scores: Scores = field(repr=False)
    rows: IntArray = field(repr=False)
    time: str | None = None

    def part(self, key: tuple[str, Administration, str]) -> ScaleScores | None:
        """Return the score column of a bank, administration (its time left out) and scale on this occasion."""
        bank, administration, scale = key
        wanted = replace(administration, occasion=self.time)
        return next(
            (p for p in self.scores.parts if (p.bank.id, p.administration, p.scale.id) == (bank, wanted, scale)), None
        )

    def values(self, part: ScaleScores) -> FloatArray:
        """Return the scores of a column, one a person of the panel; NaN for who was not there."""
        values: FloatArray = np.where(self.rows >= 0, part.values[self.rows], np.nan)
        return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Persons x occasions. ``times`` holds when, in ``unit`` (NaN: unknown); ``problems`` who could not be placed."""

    ids: tuple[str, ...]
    occasions: tuple[Occasion, ...]
    times: FloatArray = field(repr=False)
    unit: str
    kind: Kind
    problems: tuple[Problem, ...] = ()
    by_rank: bool = False
    """Occasions are each person's first, second, ... (their dates differ), not shared ones."""

    def held(self) -> tuple[tuple[str, Administration, str], ...]:
        """Return every bank, administration and scale that all occasions hold, in the order of the first."""
        first, *others = self.occasions
        keys = [
            (part.bank.id, replace(part.administration, occasion=None), part.scale.id)
            for part in first.scores.parts
            if part.administration.occasion == first.time
        ]
        return tuple(key for key in keys if all(other.part(key) is not None for other in others))


def _some(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
    return ", ".join(ids[:SHOWN]) + more


def spelling(matched: IdKeys) -> list[Problem]:
    """Return what is to be told of ids that are written in two ways."""
    kinds = ((matched.alike, "were taken for one"), (matched.doubtful, "look like one, and were kept apart"))
    return [
        Problem(where="ids", what=f"{len(found)} pairs {said}: {_some([str(one) for one in found])}")
        for found, said in kinds
        if found
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ids:
    """Rows of one occasion by id: only ids that stand there once."""

    name: str
    row_of: Mapping[str, int]
    problems: tuple[Problem, ...]


def ids_in(scores: Scores, name: str) -> tuple[str, ...]:
    """Return the ids of the rows.

    Raises
    ------
    ResponseError
        When no column holds ids.
    """
    if scores.ids is None:
        raise ResponseError(
            Problem(
                where=name,
                what=f"no column names its {len(scores)} persons",
                allowed="an id in each row, the same before and after",
                do="say --id COLUMN",
            )
        )
    return tuple(scores.ids)


def _ids_of(ids: Sequence[str], name: str) -> _Ids:
    """Return the rows by id. A doubled id tells no row, and a blank one no person: both are left out and told."""
    counts = Counter(ids)
    doubled = [one for one, times in counts.items() if one and times > 1]
    problems = []
    if doubled:
        problems.append(
            Problem(
                where=name,
                what=f"{len(doubled)} ids stand in several rows: {_some(doubled)}",
                do="they are left out: it cannot be told which row counts",
            )
        )
    if counts[""]:
        problems.append(Problem(where=name, what=f"{counts['']} rows have no id", do="they are left out"))
    return _Ids(
        name=name,
        row_of={text: row for row, text in enumerate(ids) if text and counts[text] == 1},
        problems=tuple(problems),
    )


def _one_time(scores: Scores, name: str) -> str | None:
    """Return the one occasion that a file's columns name (``_t1``), if any."""
    times = list(dict.fromkeys(part.administration.occasion for part in scores.parts))
    if len(times) > 1:
        raise ResponseError(
            Problem(
                where=name,
                what=f"holds several occasions itself ({', '.join(str(time or 'none named') for time in times)})",
                allowed="one occasion a file, or one file alone with all of them",
                do="give this file alone",
            )
        )
    return times[0]


def panel_of_two(
    before: Scores, after: Scores, *, time: str | None = None, by_row: bool = False, names: tuple[str, str]
) -> Panel:
    """Return two tables joined by id (spaces, case and leading zeros aside, where nobody could be mistaken), or by row.

    Parameters
    ----------
    before, after
        Scores of the same banks.
    time
        A column of both that says when; every person's second must lie after the first.
    by_row
        Row i of both is the same person. So it is anyhow where both hold one person and no ids.
    names
        How to call the two in sentences.

    Raises
    ------
    ResponseError
        When one is empty, no id is in common, rows cannot be matched, or occasions are out of order.
    """
    sides, problems = (before, after), []
    for scores, name in zip(sides, names, strict=True):
        if not len(scores):
            problems.append(Problem(where=name, what="holds no persons", allowed="at least one row of answers"))
    both = [(name, coding) for name, side in zip(names, sides, strict=True) for coding in side.responses.codings]
    problems += contradicting_files([coding for _, coding in both], [name for name, _ in both])
    if problems:
        raise ResponseError(problems)
    one_each = len(before) == len(after) == 1 and None in {before.ids, after.ids}
    if by_row or one_each:
        ids, rows, told = _by_row(before, after, names)
    else:
        ids, rows, told = _by_id(before, after, names)
    occasions = tuple(
        Occasion(name=name, scores=scores, rows=mine, time=_one_time(scores, name))
        for name, scores, mine in zip(names, sides, rows, strict=True)
    )
    times, unit, kind = _times_of_two(occasions, ids, time)
    told = (*told, *_shift_of_one(both, (before.responses.id_column, after.responses.id_column)))
    return Panel(ids=ids, occasions=occasions, times=times, unit=unit, kind=kind, problems=told)


def _shift_of_one(both: Sequence[tuple[str, Coding]], id_columns: Sequence[str | None]) -> list[Problem]:
    """Return what to type where one of two files alone may count from another number: ``--shift`` acts on both."""
    problems = []
    names = list(dict.fromkeys(name for name, _ in both))
    for name, coding in both:
        others = [
            one for other, one in both if other != name and (one.bank, one.options) == (coding.bank, coding.options)
        ]
        alone = [by for by in shift_left_open(coding) if all(by not in shift_left_open(other) for other in others)]
        column = id_columns[names.index(name)] if len(names) == len(id_columns) else None
        named = f" --id {quote(column)}" if column else ""
        stem = name.rpartition(".")[0] or name
        problems += [
            Problem(
                where=name,
                what=f"answers to {coding.bank} may count from another number than those of the other file "
                "(--shift acts on both)",
                do=f"if so, code it first: `intimacy-scales score {quote(name)} --bank {coding.bank} "
                f"--shift {by}{named} --answers --out {quote(f'{stem}_coded.csv')}`, and give that in its place",
            )
            for by in alone
            if others
        ]
    return problems


def _by_row(
    before: Scores, after: Scores, names: tuple[str, str]
) -> tuple[tuple[str, ...], tuple[IntArray, IntArray], tuple[Problem, ...]]:
    if len(before) != len(after):
        raise ResponseError(
            Problem(
                where=" and ".join(names),
                what=f"hold {len(before)} and {len(after)} rows",
                allowed="as many rows, the same person in the same row",
                do="join by id instead",
            )
        )
    ids = before.ids or tuple(str(number) for number in before.row_numbers.tolist())
    rows = np.arange(len(before), dtype=np.int64)
    return tuple(ids), (rows, rows), ()


def _by_id(
    before: Scores, after: Scores, names: tuple[str, str]
) -> tuple[tuple[str, ...], tuple[IntArray, IntArray], tuple[Problem, ...]]:
    written = [ids_in(scores, name) for scores, name in zip((before, after), names, strict=True)]
    matched = match_ids(written)
    first, second = (_ids_of(ids, name) for ids, name in zip(matched.keys, names, strict=True))
    common = [one for one in first.row_of if one in second.row_of]
    if not common:
        lost = [name for name, ids in zip(names, written, strict=True) if any(map(is_rounded, ids))]
        raise ResponseError(
            Problem(
                where=" and ".join(names),
                what=f"have no id in common: {_some(list(first.row_of)[:2])}; {_some(list(second.row_of)[:2])}"
                + (f"; those of {' and '.join(lost)} were rounded by a spreadsheet" if lost else ""),
                allowed="the same id for the same person before and after",
                do="say which column names the person: --id COLUMN" + (", or export the ids as text" if lost else ""),
            )
        )
    told = [*spelling(matched), *first.problems, *second.problems]
    for mine, other in ((first, second), (second, first)):
        alone = [one for one in mine.row_of if one not in other.row_of]
        if alone:
            told.append(Problem(where=mine.name, what=f"{len(alone)} ids stand only here: {_some(alone)}"))
    rows = tuple(np.array([side.row_of[one] for one in common], dtype=np.int64) for side in (first, second))
    return tuple(common), (rows[0], rows[1]), tuple(told)


def _times_of_two(
    occasions: tuple[Occasion, ...], ids: Sequence[str], column: str | None
) -> tuple[FloatArray, str, Kind]:
    if column is None:
        return np.tile([0.0, 1.0], (len(ids), 1)), "occasion", "names"
    texts = [_texts(occasion, column) for occasion in occasions]
    numbers = [int(occasion.scores.row_numbers[row]) for occasion in occasions for row in occasion.rows.tolist()]
    read = times_of([*texts[0], *texts[1]], column=column, numbers=numbers)
    table = read.values.reshape(2, len(ids)).T
    late = [i for i in range(len(ids)) if table[i, 1] <= table[i, 0]]
    if late:
        said = [f"{ids[i]} ({texts[0][i].strip()}, then {texts[1][i].strip()})" for i in late]
        raise ResponseError(
            Problem(
                where=f"column {column}",
                what=f"the occasions of {len(late)} persons are out of order: {_some(said)}",
                allowed="after lies later than before",
                do="are the two files swapped?" if len(late) == len(ids) else "mend or leave out these rows",
            )
        )
    return table, read.unit, read.kind


def _texts(occasion: Occasion, column: str) -> list[str]:
    texts = occasion.scores.texts(column)
    return [texts[row] for row in occasion.rows.tolist()]


def day_or_number(value: float, kind: Kind) -> str:
    """Return a time as people write it."""
    return day_words(value) if kind == "dates" else f"{value:g}"
