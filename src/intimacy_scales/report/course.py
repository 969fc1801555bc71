"""One person on several occasions: scores with their error, and whether a change is more than error."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import isnan, sqrt
from typing import Any, Literal

from intimacy_scales.change import CRITICAL, ScaleChange
from intimacy_scales.change.compute import Wishes, change_of
from intimacy_scales.change.one_table import panel_of_one
from intimacy_scales.change.panel import Panel, day_or_number, panel_of_two
from intimacy_scales.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.norms import Difference, difference_error
from intimacy_scales.report.person_view import Given
from intimacy_scales.results import json_dict
from intimacy_scales.scoring import ScaleScores, Scores

Verdict = Literal["clearly higher", "clearly lower", "no clear change", "cannot be told"]
LEVEL = 0.95  # of a change: the criterion of 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """All persons of a panel, with what is worked out once for all: the change of every score."""

    panel: Panel = field(repr=False)
    changes: tuple[ScaleChange, ...] = field(repr=False)
    given: Given

    def place(self, person: str | int) -> int:
        """Return the 0-based place of a person by id; the only person of a panel may be called as one likes.

        Raises
        ------
        UnknownNameError
            When nobody of this id was there on the first occasion and later.
        """
        ids = [one.strip() for one in self.panel.ids]
        name = str(person).strip()
        if name in ids and not isinstance(person, int):
            return ids.index(name)
        if len(ids) == 1:
            return 0
        number = name.removeprefix("row:")
        found = [place for place in range(len(ids)) if number.isdecimal() and int(number) in self._rows(place)]
        if len(found) == 1 and (isinstance(person, int) or name.startswith("row:")):
            return found[0]
        raise UnknownNameError(
            Problem(
                where=f"person {person!r}",
                what=f"is not among the {len(ids)} persons with several occasions",
                allowed="an id that stands once on each occasion",
            )
        )

    def _rows(self, place: int) -> set[int]:
        """Return the numbers of a person's rows in the source."""
        pairs = [(one.scores.responses.row_numbers, int(one.rows[place])) for one in self.panel.occasions]
        return {int(numbers[row]) for numbers, row in pairs if row >= 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One score on one occasion; NaN where there is none."""

    occasion: str
    at: float
    value: float
    sem: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One score of one person over all occasions."""

    part: ScaleScores = field(repr=False)
    points: tuple[Point, ...]
    change: ScaleChange = field(repr=False)
    rci: float
    rough: Difference | None
    """Last minus first by the person's own rough errors, where no SD and reliability are known."""
    slope: tuple[float, float, float, str] | None = None
    """Slope with its interval and unit, over three occasions or more."""

    @property
    def known(self) -> tuple[Point, ...]:
        """Occasions with a score."""
        return tuple(point for point in self.points if not isnan(point.value))

    @property
    def smallest(self) -> float | None:
        """Smallest change that is more than error, where it is known."""
        return self.change.smallest_detectable

    @property
    def verdict(self) -> Verdict:
        """What the change between the first and the last occasion says."""
        if not isnan(self.rci):
            moved = abs(self.rci) > CRITICAL
            up = self.rci > 0
        elif self.rough is not None and not isnan(self.rough.se):
            moved, up = self.rough.beyond, self.rough.value > 0
        else:
            return "cannot be told"
        return ("clearly higher" if up else "clearly lower") if moved else "no clear change"

    def to_dict(self) -> dict[str, Any]:
        """Return the line JSON-safe at full precision: this person only."""
        return json_dict(
            {
                "score": self.part.column,
                "occasions": [
                    {"occasion": one.occasion, "score": one.value, "sem": one.sem} for one in self.points
                ],
                "rci": self.rci,
                "smallest_detectable_change": self.smallest,
                "rough_difference": None if self.rough is None else self.rough.to_dict(),
                "verdict": self.verdict,
                "slope": None if self.slope is None else {"value": self.slope[0], "ci": list(self.slope[1:3]),
                                                          "per": self.slope[3]},
            }
        )  # fmt: skip


def course_of(
    scores: Scores, after: Scores | None = None, *, time: str | None = None, given: Given | None = None
) -> Course:
    """Return the course of everybody: two tables joined by id, or one with its occasions below or beside each other.

    Raises
    ------
    ResponseError
        As :func:`intimacy_scales.reliable_change`: no id in common, one occasion only, times out of order.
    """
    said = given or Given()
    panel = panel_of_one(scores, time=time) if after is None else panel_of_two(
        scores, after, time=time, names=("first time", "now")
    )  # fmt: skip
    keys = [key for key in panel.held() if not _derived(panel, key)]
    if not keys:
        where = " and ".join(one.name for one in panel.occasions)
        raise ResponseError(Problem(where=where, what="have no score in common", allowed="the same bank on each"))
    wishes = Wishes(sd=said.sd, reliability=said.reliability, level=LEVEL)
    return Course(panel=panel, changes=tuple(change_of(panel, key, wishes) for key in keys), given=said)


def _derived(panel: Panel, key: Any) -> bool:
    part = panel.occasions[0].part(key)
    return part is None or part.derived is not None


def lines_of(course: Course, place: int, *, partner: str | None = None) -> tuple[Line, ...]:
    """Return every score of one person over the occasions, how things are before how they are wished."""
    keys = [key for key in course.panel.held() if not _derived(course.panel, key)]
    pairs = zip(keys, course.changes, strict=True)
    return tuple(_line(course, place, key, change) for key, change in pairs if key[1].partner == partner)


def _line(course: Course, place: int, key: Any, change: ScaleChange) -> Line:
    points = _points(course, place, key, change)
    known = [one for one in points if not isnan(one.value)]
    rci = float(change.rci[place])
    if isnan(rci) and change.sem and len(known) > 1:  # not there on the last occasion: the last there was
        rci = (known[-1].value - known[0].value) / (sqrt(2) * change.sem)
    rough = None
    if isnan(rci) and change.used is None and len(known) > 1:
        se = float(difference_error(known[0].sem, known[-1].sem))
        rough = Difference(value=known[-1].value - known[0].value, se=se, level=LEVEL)
    first = course.panel.occasions[0].part(key)
    if first is None:
        raise KeyError(key)
    part = replace(first, sitting=replace(first.sitting, time=None))
    return Line(part=part, points=points, change=change, rci=rci, rough=rough, slope=_slope(change, place))


def _points(course: Course, place: int, key: Any, change: ScaleChange) -> tuple[Point, ...]:
    found = []
    for j, occasion in enumerate(course.panel.occasions):
        part, row = occasion.part(key), int(occasion.rows[place])
        when = float(course.panel.times[place, j])
        if part is None or row < 0:
            continue
        sem = change.sem if change.sem is not None else float(course.given.error(occasion.scores, part).sem[row])
        name = occasion.name
        if course.panel.by_rank and not isnan(when):
            name = day_or_number(when, course.panel.kind)
        at = float(j) if isnan(when) or course.panel.kind == "names" else when
        found.append(Point(occasion=name, at=at, value=float(part.values[row]), sem=sem))
    return tuple(found)


def _slope(change: ScaleChange, place: int) -> tuple[float, float, float, str] | None:
    trends = change.trends
    if trends is None or int(trends.n[place]) < 3 or isnan(float(trends.low[place])):
        return None
    return (float(trends.slope[place]), float(trends.low[place]), float(trends.high[place]), trends.unit)


def last_of(course: Course, place: int) -> tuple[Scores, int, str | None]:
    """Return a person's last occasion: its scores, the row there, the sitting's time where columns name one."""
    for occasion in reversed(course.panel.occasions):
        row = int(occasion.rows[place])
        if row >= 0:
            return occasion.scores, row, occasion.time
    raise ResponseError(Problem(where="person", what="was there on no occasion"))
