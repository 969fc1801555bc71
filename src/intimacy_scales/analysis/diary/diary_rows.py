"""The rows of a diary: whose, of which day, which are used and which are not, and what was missed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from intimacy_scales.analysis.change.occasions import Times, times_of
from intimacy_scales.analysis.diary.request import DiaryRequest
from intimacy_scales.base.arrays import BoolArray, FloatArray, IntArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.results import json_dict
from intimacy_scales.base.wording import counted, figure, percent, some
from intimacy_scales.scoring.study_table import StudyTable
from intimacy_scales.statistics.correlation import pearson
from intimacy_scales.statistics.estimate import Estimate

_NUMBERED = re.compile(r"(?P<word>[^\d.]*)(?P<number>\d+)")
SATURDAY = 5  # date.weekday()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """Which days were answered. ``planned`` days a person: as said, else the longest span anybody has.

    ``days_and_outcome``: correlation over persons of the days answered with the mean of the outcome; where it is not
    small, the days that are missing are not like the others.
    """

    rows: int
    without_answers: int
    unplaced: int
    used: int
    persons: int
    fewest: int
    median: float
    most: int
    planned: int
    planned_said: bool
    rate: float
    gaps: int
    one_day: int
    days_and_outcome: Estimate

    def to_dict(self) -> dict[str, Any]:
        """Return it JSON-safe."""
        return json_dict(
            {
                "rows": self.rows,
                "rows_without_answers": self.without_answers,
                "rows_without_person_or_day": self.unplaced,
                "rows_used": self.used,
                "days_per_person": {"min": self.fewest, "median": self.median, "max": self.most},
                "planned_days": self.planned,
                "planned_days_said": self.planned_said,
                "compliance": self.rate,
                "gaps": self.gaps,
                "persons_with_one_day": self.one_day,
                "r_days_outcome": {"r": self.days_and_outcome.value, "ci": list(self.days_and_outcome.ci)},
            }
        )

    def said(self) -> str:
        """Return it in sentences."""
        span = "planned" if self.planned_said else "of the longest diary"
        text = (
            f"{self.used} of {self.rows} rows used, {self.persons} persons with {self.fewest} to {self.most} days "
            f"(median {figure(self.median, 0)}): {percent(self.rate)} of the {self.planned} days {span}"
        )
        if self.without_answers or self.unplaced:
            lost = [f"{self.without_answers} lack an answer"] * bool(self.without_answers)
            lost += [f"{self.unplaced} lack person or day"] * bool(self.unplaced)
            text += f"; {' and '.join(lost)}"
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryRows:
    """Rows used, in the order of the source. ``person`` (and ``couple``, ``member``) are places in the lists of ids."""

    ids: tuple[str, ...]
    person: IntArray
    day: FloatArray
    dates: bool
    values: dict[str, FloatArray] = field(repr=False)
    compliance: Compliance
    couples: tuple[str, ...] = ()
    couple: IntArray | None = None
    labels: tuple[str, ...] = ()
    member: IntArray | None = None
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.person)

    def weekend(self) -> FloatArray:
        """Return 1 on Saturdays and Sundays (days must be dates)."""
        if not self.dates:
            raise ResponseError(
                Problem(
                    where="weekend",
                    what="the days are numbers, which do not tell the day of the week",
                    allowed="a day column with dates (YYYY-MM-DD)",
                    do="name a column of 0 and 1 as a covariate instead",
                )
            )
        found = [date.fromordinal(int(one)).weekday() >= SATURDAY for one in self.day]
        return np.array(found, float)


def diary_rows(table: StudyTable, request: DiaryRequest, *, also: Sequence[str] = ()) -> DiaryRows:
    """Return the rows that say who, when and every number of the model.

    Raises
    ------
    ResponseError
        For days doubled, nobody with two days, and columns that hold no numbers.
    """
    whose = _row_owners(table, request)
    times = day_times(table, request.day_column)
    named = {name: table.numbers(name) for name in (*request.names, *also)}
    placed = np.array([bool(one[0]) for one in whose]) & np.isfinite(times.values)
    full = placed & np.isfinite(np.column_stack([named[name].values for name in request.names])).all(axis=1)
    _refuse_doubled(table, request, whose, times.texts, np.flatnonzero(full))
    keep = np.flatnonzero(full)
    if not len(keep):
        raise ResponseError(Problem(where="rows", what="none has a person, a day and every number of the model"))
    ids, person = _places(["/".join(whose[i]) if request.two else whose[i][0] for i in keep])
    notes = [one.note for one in named.values() if one.note]
    if times.kind == "names":
        notes.append(f"{request.day}: names of days were taken as {', '.join(_first_days(times.texts, times.values))}")
    rows = DiaryRows(
        ids=ids,
        person=person,
        day=np.asarray(times.values[keep], float),
        dates=times.kind == "dates",
        values={name: one.values[keep] for name, one in named.items()},
        compliance=_compliance(request, placed, full, person, times.values[keep], named[request.outcome].values[keep]),
        notes=tuple(notes),
    )
    return _with_couples(rows, [whose[i] for i in keep]) if request.two else rows


def day_times(table: StudyTable, column: str) -> Times:
    """Return the days of a column; of names such as ``day 3`` the number in each, so that gaps stay gaps."""
    texts = table.texts(column)
    read = [_NUMBERED.fullmatch(text.strip()) for text in texts]
    words = {one["word"].strip().casefold() for one in read if one}
    if any(words) and len(words) == 1 and all(one for one, text in zip(read, texts, strict=True) if text.strip()):
        values = np.array([float(one["number"]) if one else np.nan for one in read])
        return Times(kind="names", values=values, texts=tuple(texts), unit="day")
    return times_of(texts, column=column, numbers=table.table.row_numbers.tolist())


def _row_owners(table: StudyTable, request: DiaryRequest) -> list[tuple[str, str]]:
    """Return (person, "") or (couple, partner) of each row; an empty first text where either is not said."""
    if request.couple is not None and request.partner is not None:
        both = zip(table.texts(request.couple), table.table.column(request.partner).labelled_texts(), strict=True)
        return [(c.strip(), p.strip()) if c.strip() and p.strip() else ("", "") for c, p in both]
    return [(text.strip(), "") for text in table.texts(request.person or "")]


def _places(names: Sequence[str]) -> tuple[tuple[str, ...], IntArray]:
    """Return distinct names in the order they come, and each row's place among them."""
    place: dict[str, int] = {}
    found = np.array([place.setdefault(name, len(place)) for name in names], dtype=np.int64)
    return tuple(place), found


def _with_couples(rows: DiaryRows, whose: Sequence[tuple[str, str]]) -> DiaryRows:
    from dataclasses import replace

    couples, couple = _places([row[0] for row in whose])
    labels, member = _places([row[1] for row in whose])
    if len(labels) != 2:
        counts = Counter(row[1] for row in whose)
        raise ResponseError(
            Problem(
                where="partner",
                what=f"holds {counted(len(labels), 'value')} ({some(list(counts))})",
                allowed="two, one for each partner",
                do="name the column that says which partner a row is of",
            )
        )
    return replace(rows, couples=couples, couple=couple, labels=labels, member=member)


def _first_days(texts: Sequence[str], values: FloatArray) -> list[str]:
    seen = {text: value for text, value in zip(texts, values.tolist(), strict=True) if text.strip()}
    return [f"{text} = {value:g}" for text, value in list(seen.items())[:4]]


def _refuse_doubled(
    table: StudyTable, request: DiaryRequest, whose: Sequence[tuple[str, str]], days: Sequence[str], rows: IntArray
) -> None:
    """Refuse two rows of one person and day."""
    where: dict[tuple[tuple[str, str], str], list[int]] = {}
    for i in rows.tolist():
        where.setdefault((whose[i], days[i].strip()), []).append(int(table.table.row_numbers[i]))
    twice = {key: found for key, found in where.items() if len(found) > 1}
    if not twice:
        return
    (one, day), found = next(iter(twice.items()))
    who = " ".join(part for part in one if part)
    raise ResponseError(
        Problem(
            where=f"column {request.day}",
            what=f"{counted(len(twice), 'day')} of a person with two rows or more: {who}, {day} (rows {some(found)})",
            allowed="one row a person and day",
            do="keep one of them, or name a column of times (several moments a day)",
        )
    )


def _compliance(
    request: DiaryRequest,
    placed: BoolArray,
    full: BoolArray,
    person: IntArray,
    day: FloatArray,
    outcome: FloatArray,
) -> Compliance:
    counts = np.bincount(person)
    first = np.full(len(counts), np.inf)
    last = np.full(len(counts), -np.inf)
    np.minimum.at(first, person, day)
    np.maximum.at(last, person, day)
    spans = np.floor(last) - np.floor(first) + 1
    moments = bool((counts > spans).any())  # several a day: the most that anybody answered is all that is known
    planned = request.planned_days or int(counts.max() if moments else spans.max())
    means = np.bincount(person, weights=outcome) / counts
    order = np.lexsort((day, person))
    steps = np.diff(day[order])[np.diff(person[order]) == 0]
    return Compliance(
        rows=len(full),
        without_answers=int((placed & ~full).sum()),
        unplaced=int((~placed).sum()),
        used=int(full.sum()),
        persons=len(counts),
        fewest=int(counts.min()),
        median=float(np.median(counts)),
        most=int(counts.max()),
        planned=planned,
        planned_said=request.planned_days is not None,
        rate=float(counts.sum() / (planned * len(counts))),
        gaps=int((steps > 1).sum()),
        one_day=int((counts == 1).sum()),
        days_and_outcome=pearson(counts.astype(float), means, level=request.level),
    )
