"""How each kind of report is made: a sample, a person, a person over time, a couple, one partner of a couple.

A sample's part on couples: how alike partners are, and how far apart; no couple is named.

Whose report it is: which row, and which of two partners.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from math import isnan
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from intimacy_scales.advice import Tips, suggest, suggest_for_two
from intimacy_scales.analysis.couples import (
    ComparisonBasis,
    Couples,
    PartnerView,
    TwoPartners,
    compare_row,
    comparison_basis,
    couples_of,
)
from intimacy_scales.analysis.norms import LEVEL, NormChoice, PerScore, Standings, standing
from intimacy_scales.analysis.reliability import Reliability, reliability_of
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.results import json_dict
from intimacy_scales.base.translation import ENGLISH
from intimacy_scales.base.wording import capital, counted, level_words, listed, sentence
from intimacy_scales.output.report.caseload import caseload_document, cases_of
from intimacy_scales.output.report.couple.page import couple_document
from intimacy_scales.output.report.couple.partner import partner_document
from intimacy_scales.output.report.couple.sentences import distinct_areas, named_couples
from intimacy_scales.output.report.document import Audience, Block, Document, Figure, Notes, Paragraph, Section, Table
from intimacy_scales.output.report.person.over_time import Course, course_of, last_of, lines_of, over_time_document
from intimacy_scales.output.report.person.page import person_document
from intimacy_scales.output.report.person.person_view import GivenErrors
from intimacy_scales.output.report.sentences import between_coefficients, percent
from intimacy_scales.pictures.drawing import NARROW, WIDE, coefficient, figure
from intimacy_scales.pictures.ranges import Axis, Mark, RangeRow, draw_ranges
from intimacy_scales.scoring import ScaleScores, Scores

if TYPE_CHECKING:
    from intimacy_scales.analysis.couples.agreement import ScaleAgreement
    from intimacy_scales.analysis.structure import Structure


def couples_section(couples: Couples, wish: PageOptions) -> Section:
    """Return agreement and difference of partners over the sample, scale by scale."""
    from intimacy_scales.analysis.couples import analyse_couples

    analysis = analyse_couples(couples, sd=wish.sd, reliability=wish.reliability)
    aside = counted(len(couples.unmatched), "row")
    kinds = listed([_kind(couples, place) for place in range(len(couples.compositions))])
    text = f"{counted(len(couples), 'couple')} were matched; {aside} stand in no couple. The partners are {kinds}."
    blocks: list[Block | Section] = [Paragraph(text=sentence(text))]
    shown = [agreement for agreement in analysis.agreements if not isnan(agreement.icc.value)]
    if shown:
        blocks += [_figure(shown), _table(shown, couples)]
        notes = dict.fromkeys(sentence(note) for one in shown for note in one.notes)
        blocks += [Notes(items=tuple(notes), kind="remark")] if notes else []
    else:
        blocks.append(Paragraph(text="Too few couples to say how alike partners are."))
    return Section(title="Partners side by side", blocks=tuple(blocks))


def _kind(couples: Couples, place: int) -> str:
    one, several = couples.compositions[place], len(couples.compositions) > 1
    first, second = couples.labels if not several else one.labels
    how = "not told apart" if one.exchangeable else "told apart"
    return f"{first} and {second}, {how}" if not several else f"{first} and {second} in {one.n} couples ({how})"


def _figure(shown: list[ScaleAgreement]) -> Figure:
    names = names_of(shown)
    rows = [
        RangeRow(
            label=name,
            low=-1.0 if min(o.icc.low for o in shown) < 0 else 0.0,
            high=1.0,
            marks=(Mark(at=one.icc.value, low=one.icc.low, high=one.icc.high),),
            text=f"{coefficient(one.icc.value)}; could be {between_coefficients(one.icc.low, one.icc.high)}",
        )
        for name, one in zip(names, shown, strict=True)
    ]
    low = rows[0].low
    axis = Axis(ends=("not alike", "alike"), ticks=tuple((x, f"{x:g}") for x in (low, (low + 1) / 2, 1.0)))
    wide, narrow = (draw_ranges(rows, axis, width=width) for width in (WIDE, NARROW))
    kind = shown[0].icc_name
    alt = listed([f"{name}: {row.text}" for name, row in zip(names, rows, strict=True)])
    table = Table(
        caption=f"Agreement of partners ({kind})",
        head=("Score", "Couples", kind, f"{level_words(shown[0].icc.level)} interval",
              *(["r"] if shown[0].r is not None else [])),
        rows=tuple(
            (name, str(one.n), coefficient(one.icc.value), between_coefficients(one.icc.low, one.icc.high),
             *([] if one.r is None else [coefficient(one.r.value)]))
            for name, one in zip(names, shown, strict=True)
        ),
    )  # fmt: skip
    return Figure(title=f"How alike partners are ({kind})", alt=f"{alt}.", wide=wide, narrow=narrow, table=table)


def _table(shown: list[ScaleAgreement], couples: Couples) -> Table:
    """Return how far partners are apart; where nothing tells them apart, without the sign of a difference."""
    alike = couples.exchangeable
    rows = tuple(
        (
            name,
            *(figure(mean) for mean in agreement.means),
            *_signed(agreement),
            figure(agreement.mean_absolute),
            percent(agreement.share_beyond),
            percent(agreement.within_one_step),
        )
        for name, agreement in zip(names_of(shown), shown, strict=True)
    )
    each = (*(f"Mean, {label}" for label in couples.labels), "Difference", "95 % interval")
    signed = ("Mean of all",) if alike else each
    return Table(
        caption="How far partners are apart",
        head=("Score", *signed, "Mean gap", "Beyond error", "Within one step"),
        rows=rows,
    )


def _signed(agreement: ScaleAgreement) -> tuple[str, ...]:
    if agreement.difference is None:
        return ()
    mean = agreement.difference.mean
    return figure(mean.value), f"{figure(mean.low)} to {figure(mean.high)}"


def names_of(shown: list[ScaleAgreement]) -> list[str]:
    """Return what the scores are called: the scale; with the score's column where several are called alike."""
    names = [capital(agreement.name) for agreement in shown]
    return [
        f"{name} ({agreement.column})" if names.count(name) > 1 else name
        for name, agreement in zip(names, shown, strict=True)
    ]


View = Literal["both", "a", "b"]
VIEWS = ("both", "a", "b")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOptions:
    """What is the same for every report of one call."""

    norm: NormChoice | None = None
    level: float = LEVEL
    title: str | None = None
    when: str = ""
    devices: bool = False
    sd: PerScore = None
    reliability: PerScore = None
    audience: Audience | None = None
    """For whom; the clinician where not said, and the partner whose page it is."""
    help_line: str = ""
    language: str = ENGLISH
    brief: bool = False
    due: int = 90
    day: date | None = None

    @property
    def error(self) -> dict[str, Any]:
        """The wishes on measurement error, as the rooms of norms and tips take them."""
        return {"level": self.level, "sd": self.sd, "reliability": self.reliability}

    @property
    def given(self) -> GivenErrors:
        """The same, as a person's view takes them."""
        return GivenErrors(level=self.level, sd=self.sd, reliability=self.reliability)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A finished document, and what it says as JSON-safe facts: no more than the document may show."""

    document: Document = field(repr=False)
    facts: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonGround:
    """What every person's report of one file stands on, worked out once."""

    scores: Scores = field(repr=False)
    standings: Standings | None = field(repr=False)
    given: GivenErrors
    tips: Tips | None = field(default=None, repr=False)
    """Everybody's, in a batch."""


def person_ground(scores: Scores, wish: PageOptions, *, everybody: bool = False) -> PersonGround:
    """Work out once what persons' reports stand on; ``everybody``: for all rows, not for one."""
    standings = None if wish.norm is None else standing(scores, norm=wish.norm, **wish.error)
    given = wish.given
    if everybody:
        errors = {part.column: given.error(scores, part) for part in scores.parts if part.derived is None}
        given = replace(given, errors=errors)
    tips = suggest(scores, norm=wish.norm, devices=wish.devices, **wish.error) if everybody else None
    return PersonGround(scores=scores, standings=standings, given=given, tips=tips)


def make_person(basis: PersonGround, who: Who, wish: PageOptions, *, time: str | None = None) -> Made:
    """Return one person's report; of two partners in a row, one's."""
    scores = basis.scores
    tips = basis.tips or suggest(scores, norm=wish.norm, devices=wish.devices, person=who.row, **wish.error)
    document = person_document(
        scores, who.row, basis.standings, tips, partner=who.partner, given=basis.given, title=wish.title,
        when=wish.when, time=time, audience=wish.audience or "clinician", help_line=wish.help_line,
    )  # fmt: skip
    parts = [
        p for p in scores.parts if p.administration.partner == who.partner and time in {None, p.administration.occasion}
    ]
    if wish.audience == "client":
        return Made(document=document, facts={})
    own = [one for one in tips.of(who.row) if one.partner == who.partner and time in {None, one.time}]
    facts = {
        "scores": {part.column: _own_score(part, who.row) for part in parts},
        "tips": [one.to_dict() for one in own],
    }
    return Made(document=document, facts={"person": json_dict(facts)})


def _own_score(part: ScaleScores, row: int) -> dict[str, Any]:
    return {
        "score": float(part.values[row]),
        "answered": int(part.answered[row]),
        "possible": list(part.possible),
        "withheld": part.why_withheld(row),
    }


def make_course(course: Course, person: str | int, wish: PageOptions, *, partner: str | None = None) -> Made:
    """Return one person's report over time."""
    place = course.place(person)
    scores, row, time = last_of(course, place)
    last = make_person(person_ground(scores, wish), Who(row=row, partner=partner), replace(wish, title=None), time=time)
    lines = lines_of(course, place, partner=partner)
    document = over_time_document(last.document, lines, title=wish.title)
    if wish.audience == "client":
        return Made(document=document, facts={})
    return Made(document=document, facts={**last.facts, "over_time": [line.to_dict() for line in lines]})


def make_caseload(scores: Scores, after: Scores | None, time: str | None, wish: PageOptions) -> Made:
    """Return one page of everybody over time, for the professional."""
    course = course_for(scores, after, time, wish)
    day = wish.day or datetime.now().astimezone().date()
    document = caseload_document(course, title=wish.title, when=wish.when, day=day, due=wish.due)
    cases = [
        {"code": case.code, "last_seen": None if isnan(case.last) else date.fromordinal(int(case.last)).isoformat(),
         "areas": [line.to_dict() for line in case.lines]}
        for case in cases_of(course)
    ]  # fmt: skip
    return Made(document=document, facts={"caseload": json_dict({"due": wish.due, "cases": cases})})


def has_occasions(scores: Scores) -> bool:
    """Whether the columns name several occasions (``_t1``, ``_t2``)."""
    return len({part.administration.occasion for part in scores.parts if part.administration.occasion is not None}) > 1


def course_for(scores: Scores, after: Scores | None, time: str | None, wish: PageOptions) -> Course:
    """Return the course of all persons, with the user's figures."""
    return course_of(scores, after, time=time, given=wish.given)


def match(scores: Scores, couple_column: str | None, partner_column: str | None) -> Couples:
    """Return the couples of a file, their partners called as sentences need it."""
    return named_couples(couples_of(scores, couple=couple_column, partner=partner_column))


def couple_ground(couples: Couples, wish: PageOptions) -> ComparisonBasis:
    """Work out once what every couple's report stands on."""
    return comparison_basis(couples, level=wish.level, sd=wish.sd, reliability=wish.reliability)


def make_couple(basis: ComparisonBasis, place: int, wish: PageOptions, *, view: View = "both") -> Made:
    """Return a couple's report: for both to read, or for one partner from that partner's view alone."""
    return make_two(compare_row(basis, place), wish, view=view)


def make_two(two: TwoPartners, wish: PageOptions, *, view: View = "both") -> Made:
    """Return the report on two partners compared."""
    if view not in VIEWS:
        raise ResponseError(Problem(where="view", what=f"is {view!r}", allowed=", ".join(VIEWS)))
    if view != "both":
        return make_partner(two.for_partner(view), wish)
    tips = suggest_for_two(two, devices=wish.devices)
    named = distinct_areas(two)
    audience: Audience = wish.audience or "clinician"
    document = couple_document(
        named, suggest_for_two(named, devices=wish.devices), _standings(two, wish), title=wish.title, when=wish.when,
        audience=audience, help_line=wish.help_line,
    )  # fmt: skip
    if audience == "client":
        return Made(document=document, facts={})
    return Made(document=document, facts={"couple": two.to_dict(), "tips": tips.to_dict()})


def make_partner(view: PartnerView, wish: PageOptions) -> Made:
    """Return the page of one partner, who is shown own answers alone."""
    document, facts = partner_document(
        view, norm=wish.norm, devices=wish.devices, title=wish.title, when=wish.when,
        audience=wish.audience or "client", help_line=wish.help_line,
    )  # fmt: skip
    return Made(document=document, facts={"partner": facts})


def _standings(comparison: TwoPartners, wish: PageOptions) -> tuple[Standings, Standings] | None:
    if wish.norm is None:
        return None
    found = [standing(view.scores, norm=wish.norm, **wish.error) for view in comparison.views]
    return found[0], found[1]


def _same_rule(reliability: Reliability, scores: Scores) -> None:
    """Refuse a reliability whose SD and SEM are those of scores made by another rule."""
    problems = [
        Problem(
            where=part.column,
            what=f"is scored as {part.rule}; the reliability given, as {known.score.rule}",
            allowed="one rule in one report",
            do="leave the reliability out, or make it from these scores: reliability(scores)",
        )
        for part in scores.parts
        if part.derived is None
        and (known := reliability.scales.get(part.bank.id, {}).get(part.key)) is not None
        and known.score.rule != str(part.rule)
    ]
    if problems:
        raise ResponseError(problems)


def make_sample(
    scores: Scores,
    wish: PageOptions,
    *,
    reliability: Reliability | None = None,
    structure: Sequence[Structure] = (),
    couples: Couples | None = None,
) -> Made:
    """Return the report on a sample, with its structure and its couples where they are known."""
    from intimacy_scales.output.report.sample.page import sample_document
    from intimacy_scales.output.report.sample.structure import structure_sections

    if wish.audience not in {None, "research"}:
        raise ResponseError(
            Problem(where="audience", what=f"is {wish.audience}, but this is a sample's report", allowed="research",
                    do="say whose report it is (a person or a couple)")
        )  # fmt: skip
    found = reliability or reliability_of(scores)
    _same_rule(found, scores)
    standings = None if wish.norm is None else standing(scores, norm=wish.norm, **wish.error)
    document = sample_document(scores, found, standings, title=wish.title, when=wish.when, brief=wish.brief)
    more = [
        replace(section, title=f"{section.title}: {one.bank.name}") if len(structure) > 1 else section
        for one in structure
        for section in structure_sections(one)
    ]
    if couples is not None:
        more.append(couples_section(couples, wish))
    at = next(i for i, section in enumerate(document.sections) if section.technical)
    sections = (*document.sections[:at], *more, *document.sections[at:])
    return Made(document=replace(document, sections=sections), facts={"scores": scores.to_dict()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whose report it is: a 0-based row, and the partner where a row holds both."""

    row: int
    partner: str | None


def respondent_of(scores: Scores, person: str | int) -> Who:
    """Return the row and partner that a user's ``person`` names; nobody's report holds a partner's answers.

    Raises
    ------
    UnknownNameError
        When there is no such row, or the row holds two partners and none was named.
    """
    partners = tuple(dict.fromkeys(part.administration.partner for part in scores.parts))
    name, _, partner = str(person).rpartition(":")
    if partner in partners and name:
        return Who(row=row_of(scores, name), partner=partner)
    row = row_of(scores, person)
    if len(partners) > 1:
        named = [p for p in partners if p]
        raise UnknownNameError(
            Problem(
                where=f"person {person!r}",
                what=f"the row holds {len(named)} partners",
                allowed=", ".join(f"{person}:{p}" for p in named),
            )
        )
    return Who(row=row, partner=partners[0])


def row_of(scores: Scores, person: str | int) -> int:
    """Return the 0-based row of a person: by id where there are ids, else by the row number of the source.

    A whole number, or text such as ``"row:301"``, always means a row number; an id is never taken for one.

    Raises
    ------
    UnknownNameError
        When there is none; or several rows of this id, which are then named.
    """
    said = str(person).strip()
    number = said.removeprefix("row:") if said.startswith("row:") or scores.ids is None else ""
    if isinstance(person, int):
        number = said
    if number:
        rows = np.flatnonzero(scores.row_numbers == int(number)).tolist() if number.isdecimal() else []
    else:
        rows = [row for row, known in enumerate(scores.ids or ()) if known == said]
    if len(rows) == 1:
        return int(rows[0])
    raise UnknownNameError(_not_one_row(scores, said, rows))


def _not_one_row(scores: Scores, text: str, rows: Sequence[int]) -> Problem:
    if rows:
        numbers = [int(scores.row_numbers[row]) for row in rows]
        return Problem(
            where=f"person {text!r}",
            what=f"stands in rows {', '.join(map(str, numbers))}",
            allowed="one row",
            do=f"give each person one id, or name the row: row:{numbers[0]}",
        )
    by = "a row number of the source"
    if scores.ids is not None:
        by = f"an id of column {scores.id_column}, or row:NUMBER for a row of the source"
    return Problem(where=f"person {text!r}", what=f"is not among the {len(scores)} rows used", allowed=by)
