"""One person on several occasions: scores with their error, and whether a change is more than error.

The report on one person over time, who asks: what has changed, and how sure is that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isnan, sqrt
from typing import Any, Literal

from intimacy_scales.analysis.change import CRITICAL, ScaleChange
from intimacy_scales.analysis.change.before_after import ChangeOptions, change_of
from intimacy_scales.analysis.change.occasions_series import panel_of_one
from intimacy_scales.analysis.change.panel import Panel, day_or_number, panel_of_two
from intimacy_scales.analysis.change.results import score_span
from intimacy_scales.analysis.norms import Difference, difference_error
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.results import json_dict
from intimacy_scales.base.translation import listing, tr
from intimacy_scales.base.wording import capital, sentence
from intimacy_scales.output.report.document import (
    Block,
    Document,
    Figure,
    Finding,
    Notes,
    Paragraph,
    Section,
    Table,
    TipBlock,
)
from intimacy_scales.output.report.person.person_view import GivenErrors
from intimacy_scales.output.report.person.sentences import digits_of
from intimacy_scales.output.report.sentences import between, in_sentence, names_of, signed
from intimacy_scales.output.report.sources import more_references
from intimacy_scales.pictures.drawing import NARROW, WIDE, figure, trimmed
from intimacy_scales.pictures.over_time import Stop, Track, draw_courses
from intimacy_scales.scoring import ScaleScores, Scores

Verdict = Literal["clearly higher", "clearly lower", "no clear change", "cannot be told"]
NAMED = ("first time", "now")  # two tables joined by id
LEVEL = 0.95  # of a change: the criterion of 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """All persons of a panel, with what is worked out once for all: the change of every score."""

    panel: Panel = field(repr=False)
    changes: tuple[ScaleChange, ...] = field(repr=False)
    given: GivenErrors

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
        pairs = [(occasion.scores.row_numbers, int(occasion.rows[place])) for occasion in self.panel.occasions]
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
    def moved(self) -> float:
        """Last score minus the first."""
        return self.known[-1].value - self.known[0].value

    @property
    def needed(self) -> float | None:
        """Change that must be passed to count: that of the scale, or the person's own rough one."""
        if self.smallest is not None:
            return self.smallest
        known = self.rough is not None and not isnan(self.rough.se)
        return (self.rough.high - self.rough.low) / 2 if known and self.rough is not None else None

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
                    {"occasion": point.occasion, "score": point.value, "sem": point.sem} for point in self.points
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
    scores: Scores, after: Scores | None = None, *, time: str | None = None, given: GivenErrors | None = None
) -> Course:
    """Return the course of everybody: two tables joined by id, or one with its occasions below or beside each other.

    Raises
    ------
    ResponseError
        As :func:`intimacy_scales.reliable_change`: no id in common, one occasion only, times out of order.
    """
    said = given or GivenErrors()
    panel = panel_of_one(scores, time=time) if after is None else panel_of_two(
        scores, after, time=time, names=NAMED
    )  # fmt: skip
    keys = [key for key in panel.held() if not _derived(panel, key)]
    if not keys:
        where = " and ".join(occasion.name for occasion in panel.occasions)
        raise ResponseError(Problem(where=where, what="have no score in common", allowed="the same bank on each"))
    wishes = ChangeOptions(sd=said.sd, reliability=said.reliability, level=LEVEL)
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
    known = [point for point in points if not isnan(point.value)]
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
    part = replace(first, administration=replace(first.administration, occasion=None))
    return Line(part=part, points=points, change=change, rci=rci, rough=rough, slope=_slope(change, place))


def _points(course: Course, place: int, key: Any, change: ScaleChange) -> tuple[Point, ...]:
    points = []
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
        points.append(Point(occasion=name, at=at, value=float(part.values[row]), sem=sem))
    return tuple(points)


def _slope(change: ScaleChange, place: int) -> tuple[float, float, float, str] | None:
    trends = change.trends
    if trends is None or int(trends.n[place]) < 3 or isnan(float(trends.low[place])):
        return None
    return (float(trends.slope[place]), float(trends.low[place]), float(trends.high[place]), trends.unit)


def last_of(course: Course, place: int) -> tuple[Scores, int, str | None]:
    """Return a person's last occasion: its scores, the row there, the administration's time where columns name one."""
    for occasion in reversed(course.panel.occasions):
        row = int(occasion.rows[place])
        if row >= 0:
            return occasion.scores, row, occasion.time
    raise ResponseError(Problem(where="person", what="was there on no occasion"))


QUESTION = "What has changed, and how sure is that?"


def over_time_document(last: Document, lines: Sequence[Line], *, title: str | None) -> Document:
    """Return the report on one person's last occasion, opened by what has changed since the first.

    Parameters
    ----------
    last
        The report on the last occasion.
    lines
        Every score of the same person over the occasions.
    title
        In place of the one the report makes.
    """
    now = [line for line in lines if not _wished(line) and len(line.known) > 1]
    client = last.audience == "client"
    names = names_of([line.part for line in now])
    shown = [line for line in now if not client or line.part.scale.role != "idealisation"]
    answer = (*_changed(now, names), *_sure(now))
    sections = []
    for section in last.sections:
        if section.title == tr("Your answers, area by area"):
            then = Paragraph(text=" ".join(last.finding.answer))
            title_then = tr("Your answers on the last occasion")
            sections += [
                _section(shown, names),
                replace(section, title=title_then, blocks=(then, *section.blocks[client:]), new_page=not client),
            ]
        elif section.title == "What that means in words":
            sections.append(replace(section, new_page=False))
        elif section.title == tr("Ideas to try") and client:
            sections.append(replace(section, blocks=_first_ideas(section.blocks)))
        elif section.title == "How this was worked out":
            sections.append(replace(section, blocks=(*_methods(now), *section.blocks)))
        elif section.title == "References":
            sections.append(more_references(section, ["jacobson1991"]))
        else:
            sections.append(section)
    return replace(
        last,
        title=title or tr("Your answers over time"),
        finding=Finding(question=tr(QUESTION), answer=answer),
        sections=tuple(sections),
    )


IDEAS = 2  # on a client's page over time, which has two pictures


def _first_ideas(blocks: Sequence[Block | Section]) -> tuple[Block | Section, ...]:
    ideas = [block for block in blocks if isinstance(block, TipBlock)]
    return tuple(block for block in blocks if block not in ideas[IDEAS:])


def _wished(line: Line) -> bool:
    return line.part.administration.form in {derived.minuend for derived in line.part.bank.derived}


def _areas(now: Sequence[Line]) -> list[Line]:
    return [line for line in now if line.part.scale.role in {"content", "interference"}]


def _changed(now: Sequence[Line], names: Mapping[str, str]) -> list[str]:
    """Return what is clearly higher or lower, the largest such change, what is not clear, what cannot be told."""
    areas = _areas(now)
    if not areas:
        return [tr("There are not enough answers to say what has changed.")]

    def named(*verdicts: Verdict) -> list[str]:
        return [in_sentence(names[line.part.column]) for line in areas if line.verdict in verdicts]

    higher, lower = named("clearly higher"), named("clearly lower")
    same, unknown = named("no clear change"), named("cannot be told")
    lines = []
    if higher:
        lines.append(tr("Since the first time, your answers are clearly higher in {areas}.", areas=listing(higher)))
    if lower:
        lines.append(tr("Since the first time, your answers are clearly lower in {areas}.", areas=listing(lower)))
    lines += _largest([line for line in areas if line.verdict.startswith("clearly")], names)
    if same and not higher and not lower and not unknown:
        lines.append(tr("Your answers show no clear change in any area."))
    elif same:
        lines.append(tr("There is no clear change in {areas}.", areas=listing(same)))
    if unknown:
        lines.append(tr("For {areas} no change can be told.", areas=listing(unknown)))
    return lines


def _largest(clear: Sequence[Line], names: Mapping[str, str]) -> list[str]:
    share = sorted(((abs(line.moved) / (line.part.possible[1] - line.part.possible[0]), i) for i, line in
                    enumerate(clear)), reverse=True)  # fmt: skip
    if not share or (len(share) > 1 and share[1][0] > share[0][0] - 1e-9):
        return []
    line = clear[share[0][1]]
    parts = {"before": trimmed(line.known[0].value, 1), "after": trimmed(line.known[-1].value, 1)}
    if len(clear) == 1:
        return [tr("It went from {before} to {after}.", **parts)]
    return [tr("The largest change is in {area}: from {before} to {after}.",
               area=in_sentence(names[line.part.column]), **parts)]  # fmt: skip


def _sure(now: Sequence[Line]) -> list[str]:
    """Return how large a change must be to count, each score's own limit, from the least to the most of one range."""
    areas = [line for line in _areas(now) if line.needed is not None]
    if not areas:
        return [tr("How sure that is cannot be told from these answers alone.")]
    lines = []
    for span in dict.fromkeys(line.part.possible for line in areas):
        own = [line for line in areas if line.part.possible == span]
        needed = sorted(line.needed or 0 for line in own)
        least, most = (trimmed(end, digits_of(own[0].part)) for end in (needed[0], needed[-1]))
        text = "To count, a change must be larger than {least} points, on a range from {span}."
        if least != most:
            text = "How large a change must be to count differs by area: from {least} to {most} points, of {span}."
        lines.append(tr(text, least=least, most=most, span=between(*span)))
    if any(line.smallest is None for line in areas):
        lines.append(tr("This is a rough guess, made from these few answers alone."))
    return lines


def _section(now: Sequence[Line], names: Mapping[str, str]) -> Section:
    text = tr(
        "Each dot is your score on one occasion. The bar shows where it could well lie. The grey band lies around your "
        "first score: a later score inside it is no clear change."
    )
    blocks: list[Block | Section] = [Paragraph(text=text)]
    banks = list(dict.fromkeys(line.part.bank.id for line in now))
    for bank in banks:
        own = [line for line in now if line.part.bank.id == bank]
        over = tr("Over time")
        blocks.append(_figure(own, f"{over}: {tr(own[0].part.bank.name)}" if len(banks) > 1 else over, names))
    blocks.append(Notes(items=(tr("A change does not say what brought it about."),), kind="remark"))
    return Section(title=tr("What has changed"), blocks=tuple(blocks))


def _figure(own: Sequence[Line], title: str, names: Mapping[str, str]) -> Figure:
    tracks = [track_of(line, names) for line in own]
    wide, narrow = (draw_courses(tracks, width=width) for width in (WIDE, NARROW))
    alt = f"{'; '.join(f'{track.label}: {track.text}' for track in tracks)}."
    rows = tuple(row for line in own for row in _rows(line, names))
    head = ("Area", "When", "Score", "Could be", "Since the first", "Must pass", "That is")
    table = Table(caption=tr("{title}: figures", title=title), head=tuple(map(tr, head)), rows=rows, words=(1, 6))
    return Figure(title=title, alt=alt, wide=wide, narrow=narrow, table=table)


def _span(line: Line, value: float, sem: float) -> tuple[float, float]:
    return score_span(value, sem, line.part.possible, LEVEL)


def track_of(line: Line, names: Mapping[str, str], *, label: str = "", notes: Mapping[str, str] | None = None) -> Track:
    """Return one score over time as a picture's track; ``notes`` are marks by the name of the occasion."""
    stops = []
    for one in line.known:
        low, high = _span(line, one.value, one.sem)
        note = (notes or {}).get(one.occasion, "")
        stops.append(Stop(name=_when(one.occasion), at=one.at, value=one.value, low=low, high=high, note=note))
    first, last = line.known[0].value, line.known[-1].value
    return Track(
        label=label or names[line.part.column],
        text=tr(
            "{before}, then {after}: {verdict}",
            before=trimmed(first, 1),
            after=trimmed(last, 1),
            verdict=_verdict_words(line),
        ),
        low=line.part.possible[0],
        high=line.part.possible[1],
        stops=tuple(stops),
        smallest=line.smallest,
        clear=line.verdict.startswith("clearly"),
    )


def _when(occasion: str) -> str:
    return tr(occasion) if occasion in NAMED else occasion


def _verdict_words(line: Line) -> str:
    return tr(line.verdict if line.verdict != "cannot be told" else "how sure cannot be told")


def _rows(line: Line, names: Mapping[str, str]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    first = line.known[0]
    for one in line.known:
        low, high = _span(line, one.value, one.sem)
        could = tr("cannot be told") if isnan(one.sem) else between(low, high, digits_of(line.part))
        since = "" if one is first else signed(one.value - first.value)
        word = _verdict_words(line) if one is line.known[-1] else ""
        must = trimmed(line.needed, 1) if word and line.needed is not None else ""
        rows.append((names[line.part.column], _when(one.occasion), trimmed(one.value), could, since, must, word))
    return rows


def _methods(now: Sequence[Line]) -> list[Block | Section]:
    rows = [
        (
            capital(line.part.scale.name),
            figure(line.rci),
            trimmed(line.smallest),
            "the person\u2019s own answers (rough)" if line.change.used is None else str(line.change.used),
        )
        for line in now
    ]
    text = (
        "Change between the first and the last occasion: reliable change index after Jacobson and Truax (1991), "
        "*RC* = (*x*\u2082 \u2212 *x*\u2081) / (*SD* \u221a2 \u221a(1 \u2212 *r*)); clear when |*RC*| > 1.96. The "
        "smallest change that counts is 1.96 \u221a2 *SEM*. Bands are 95% intervals. Where no *SD* and no "
        "reliability fit, the person\u2019s own rough errors are used."
    )
    slopes = [
        sentence(
            f"{capital(line.part.scale.name)}: slope {signed(line.slope[0], 2)} a {line.slope[3]} "
            f"({signed(line.slope[1], 2)} to {signed(line.slope[2], 2)})"
        )
        for line in now
        if line.slope is not None
    ]
    table = Table(
        caption="Change of each score",
        head=("Area", "RC", "Smallest that counts", "Rests on"),
        rows=tuple(rows),
        words=(3,),
    )
    more = [Notes(items=tuple(slopes), kind="remark")] if slopes else []
    return [Paragraph(text=text, kind="method"), table, *more]
