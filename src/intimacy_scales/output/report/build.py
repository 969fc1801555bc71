"""From answers or scores to a finished report.

The pictures of a report as files of their own, to be put into a paper or a talk.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from intimacy_scales.analysis.couples import PartnerView, TwoPartners
from intimacy_scales.analysis.norms import LEVEL, NormChoice, PerScore
from intimacy_scales.analysis.reliability import Reliability
from intimacy_scales.base.errors import OutputError, Problem, ResponseError, UnknownNameError
from intimacy_scales.base.files import may_write, write_text, write_whole
from intimacy_scales.base.results import json_dict
from intimacy_scales.base.translation import ENGLISH, day_in_words, speaking, spoken, tr
from intimacy_scales.output.report.document import Audience, Document, Figure
from intimacy_scales.output.report.page_makers import (
    Made,
    PageOptions,
    View,
    Who,
    couple_ground,
    course_for,
    has_occasions,
    make_caseload,
    make_couple,
    make_course,
    make_partner,
    make_person,
    make_sample,
    make_two,
    match,
    person_ground,
    respondent_of,
    row_of,
)
from intimacy_scales.output.report.rendering import to_html
from intimacy_scales.pictures.drawing import ROLES
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.scoring import Scores, as_scores

if TYPE_CHECKING:
    from intimacy_scales.analysis.structure import Structure

__all__ = ["SUFFIXES", "Report", "Who", "build_report", "report_of", "respondent_of", "row_of"]

SUFFIXES = (".html", ".htm", ".pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A finished report: its document, the HTML page made from it, and what it says as JSON-safe facts."""

    document: Document = field(repr=False)
    html: str = field(repr=False)
    facts: dict[str, Any] = field(default_factory=dict, repr=False)

    def save(
        self, path: str | os.PathLike[str], *, force: bool = False, inputs: Sequence[str | os.PathLike[str]] = ()
    ) -> Path:
        """Write the report, whole or not at all; return its path. The suffix says how: ``.html`` or ``.pdf``.

        Raises
        ------
        OutputError
            When the name is that of neither, the folder is missing, the file is one of the ``inputs``, it exists and
            ``force`` was not said, or a PDF is wanted and WeasyPrint is not there.
        """
        target = Path(path)
        suffix = target.suffix.lower()
        if suffix not in SUFFIXES:
            raise OutputError(
                Problem(
                    where=str(target),
                    what=f"{target.suffix or 'a name without a suffix'} is no report format",
                    allowed="a name that ends in .html or .pdf",
                )
            )
        may_write(target, force=force, inputs=inputs)
        if suffix != ".pdf":
            return write_text(target, self.html)
        pdf = self.pdf()
        return write_whole(target, lambda beside: beside.write_bytes(pdf))

    def pdf(self) -> bytes:
        """Return the report as a tagged PDF (PDF/UA-1).

        Raises
        ------
        OutputError
            When WeasyPrint or what it needs is not installed.
        """
        from intimacy_scales.output.report.rendering import to_pdf

        return to_pdf(self.html)

    def to_dict(self) -> dict[str, Any]:
        """Return what the report says, JSON-safe at full precision: no more than the page may show."""
        finding = self.document.finding
        head = {"title": self.document.title, "question": finding.question, "answer": list(finding.answer)}
        return json_dict({**head, **self.facts, "made_by": list(self.document.footer)})

    def _repr_html_(self) -> str:
        """Show the page in a notebook, in a frame of its own so that its styles stay there."""
        from html import escape

        page, title = escape(self.html), escape(self.document.title)
        return f'<iframe srcdoc="{page}" title="{title}" width="100%" height="720"></iframe>'

    def __str__(self) -> str:
        finding = self.document.finding
        return "\n".join([self.document.title, finding.question, *finding.answer])


def build_report(  # noqa: PLR0913 -- each of them is a wish of its own
    data: Responses | Scores | TwoPartners | PartnerView,
    *,
    reliability: Reliability | None = None,
    person: str | int | None = None,
    after: Responses | Scores | None = None,
    time: str | None = None,
    couple: str | int | None = None,
    couple_column: str | None = None,
    partner_column: str | None = None,
    view: View = "both",
    structure: Structure | Sequence[Structure] = (),
    norm: NormChoice | None = None,
    level: float = LEVEL,
    title: str | None = None,
    when: date | None = None,
    devices: bool = False,
    sd: PerScore = None,
    error_reliability: PerScore = None,
    min_answered: int | None = None,
    audience: Audience | None = None,
    help_line: str = "",
    language: str = ENGLISH,
    brief: bool = False,
    caseload: bool = False,
    due: int = 90,
) -> Report:
    """Return a report on a sample, a person, a person over time or a couple, as one self-contained HTML page.

    Parameters
    ----------
    data
        Vouched answers (persons x items), or their scores where they were scored with rules of one's own; or two
        partners compared (:func:`intimacy_scales.compare_partners`).
    reliability
        What ``reliability_of`` found for these answers; computed when not given. Of a
        sample only.
    person
        Id of the person, as text; or the number by which the source knows the row (first line of a file = 1; 0-based
        for a frame), as a whole number or ``"row:301"``. Where a row holds both partners, say whose report
        it is: ``"17:a"``.
    after
        The same persons later, joined by id: ``data`` is before, and the report tells what has changed.
    time
        The column that says when, where one table holds several rows a person. Columns that name their occasion
        (``eis_1_t1``) need no such column.
    couple, couple_column, partner_column
        Id of the couple; the columns that name the couple and the partner (see
        ``couples_of``). With ``couple_column`` alone, a sample's report shows its couples.
    view
        Of a couple: ``"both"`` (for both to read), ``"a"`` or ``"b"``: that partner's own report. It is made from that
        partner's view alone and holds no answer, score, id or name of the other.
    structure
        What :func:`intimacy_scales.analysis.structure.bank_structure` found; a sample's report shows it.
    norm
        A named norm: see :func:`intimacy_scales.analysis.norms.standing`. Without it nothing is compared.
    level
        Of the intervals of scores and differences (0.9 unless said). Reliabilities and changes keep their own (0.95).
    title
        In place of the one the report makes.
    devices
        The user's word that devices play a part: see :func:`intimacy_scales.advice`.
    sd, error_reliability
        Given by the user for the measurement error, one number or score column to number: see
        :func:`intimacy_scales.analysis.norms.error_of`.
    min_answered
        Where ``data`` are responses: see :func:`intimacy_scales.score`. Scores keep the rule they were made by.
    audience
        ``"client"`` (shown or taken home: finding, picture, strengths, help, ideas), ``"clinician"`` (all of that and
        errors, answers as ticked, critical items first; the default for a person and a couple) or ``"research"`` (the
        default for a sample). One partner's own page is the client's unless said. The option is ``--for``.
    help_line
        A local help line, put first where help is named.
    language
        ``"en"`` or ``"de"``: the client's page is whole in it, parts for professionals stay English and say so.
    brief
        Of a sample: the version of two pages.
    caseload, due
        One page of everybody over time for the professional: who changed reliably, in which direction, who was last
        seen more than ``due`` days before ``when``, the course of each; a column ``note`` is told on the axis.
    when
        Date of the report; today unless said. The same input and date give the same bytes.

    Returns
    -------
    Report
        ``.html``, ``.save(path)`` (``.html`` or ``.pdf``), ``.to_dict()``.

    Raises
    ------
    UnknownNameError
        When there is no such person, couple or norm.
    ResponseError
        When couples cannot be matched, occasions cannot be told, or wishes do not go together.

    Notes
    -----
    A person's report rests on the SD and reliability of the norm named or of the whole sample given, so give the whole
    sample where there is one; no answer and no id of anybody else stands in it.

    Examples
    --------
    >>> from intimacy_scales.scoring import score
    >>> build_report(score({1: 4, 2: 4, 3: 5, 4: 4, 5: 4}, "eis"), person=0).html.startswith("<!doctype html>")
    True
    """
    checked_audience(audience)
    wish = PageOptions(
        norm=norm,
        level=level,
        title=title,
        when="",
        devices=devices,
        sd=sd,
        reliability=error_reliability,
        audience=audience,
        help_line=help_line,
        language=language,
        brief=brief,
        due=due,
        day=when,
    )
    whom = _Whom(person=person, after=after, time=time, couple=couple, couple_column=couple_column,
                 partner_column=partner_column, view=view, caseload=caseload)  # fmt: skip
    models = tuple(structure) if isinstance(structure, Sequence) else (structure,)
    with speaking(language) as missing:
        wish = replace(wish, when=date_in_words(when))
        return report_of(_page_of(data, wish, whom, reliability, models, min_answered), missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whom:
    """Whose report it is, as the user says it."""

    person: str | int | None
    after: Responses | Scores | None
    time: str | None
    couple: str | int | None
    couple_column: str | None
    partner_column: str | None
    view: View
    caseload: bool


def _page_of(
    data: Responses | Scores | TwoPartners | PartnerView,
    wish: PageOptions,
    whom: _Whom,
    reliability: Reliability | None,
    models: Sequence[Structure],
    min_answered: int | None,
) -> Made:
    if isinstance(data, (TwoPartners, PartnerView)):
        if min_answered is not None:
            do = "give it to compare_partners"
            raise ResponseError(Problem(where="min_answered", what="came with scores that are made already", do=do))
        return make_partner(data, wish) if isinstance(data, PartnerView) else make_two(data, wish, view=whom.view)
    over_time = whom.after is not None or whom.time is not None
    if whom.caseload:
        later = None if whom.after is None else as_scores(whom.after, min_answered=min_answered)
        return make_caseload(as_scores(data, min_answered=min_answered), later, whom.time, wish)
    _refuse(whom.person, whom.couple, whom.view, over_time=over_time)
    scores = as_scores(data, min_answered=min_answered)
    if whom.couple is not None:
        couples = match(scores, whom.couple_column, whom.partner_column)
        return make_couple(couple_ground(couples, wish), couples.place(str(whom.couple)), wish, view=whom.view)
    if whom.person is None:
        known = None if whom.couple_column is None else match(scores, whom.couple_column, whom.partner_column)
        return make_sample(scores, wish, reliability=reliability, structure=models, couples=known)
    if over_time or has_occasions(scores):
        later = None if whom.after is None else as_scores(whom.after, min_answered=min_answered)
        return _over_time(scores, later, whom.time, whom.person, wish)
    return make_person(person_ground(scores, wish), respondent_of(scores, whom.person), wish)


def checked_audience(audience: str | None) -> None:
    """Refuse a reader whom no page is for."""
    if audience not in {None, *get_args(Audience)}:
        raise UnknownNameError.among("audience", str(audience), get_args(Audience))


def _over_time(scores: Scores, after: Scores | None, time: str | None, person: str | int, wish: PageOptions) -> Made:
    name, partner = _named(scores, person)
    return make_course(course_for(scores, after, time, wish), name, wish, partner=partner)


def _named(scores: Scores, person: str | int) -> tuple[str | int, str | None]:
    """Return the person's id, and the partner where rows hold both."""
    partners = {part.administration.partner for part in scores.parts}
    if partners == {None}:
        return person, None
    name, _, partner = str(person).rpartition(":")
    if name and partner in partners:
        return name, partner
    who = respondent_of(scores, person)
    return person, who.partner


def _refuse(person: str | int | None, couple: str | int | None, view: str, *, over_time: bool) -> None:
    problems = []
    if person is not None and couple is not None:
        problems.append(Problem(where="report", what="asks for a person and for a couple", allowed="one of the two"))
    if couple is None and view != "both":
        problems.append(Problem(where="view", what=f"is {view!r}, but no couple is asked for", do="say which couple"))
    if over_time and person is None:
        problems.append(Problem(where="over time", what="needs to know whose report it is", do="say which person"))
    if problems:
        raise ResponseError(problems)


def report_of(page: Made, missing: Mapping[str, None] | None = None) -> Report:
    """Return a finished document as a report in the language that is spoken; what it lacked is told on the page."""
    speech, document = spoken(), page.document
    if speech.code != ENGLISH:
        said = [tr("The part for professionals is in English.")] * (document.audience != "client")
        said += [tr("Not translated: {n} texts.", n=len(missing))] if missing else []
        document = replace(document, lang=speech.code, direction=speech.direction,
                           footer=(*document.footer, *said))  # fmt: skip
    return Report(document=document, html=to_html(document), facts=page.facts)


def date_in_words(when: date | None) -> str:
    """Return a date (today unless said) as a report prints it."""
    day = when or datetime.now().astimezone().date()
    return day_in_words(day)


FONT = "Helvetica, Arial, sans-serif"


def write_plots(report: Report, folder: str | os.PathLike[str], *, force: bool = False) -> list[Path]:
    """Write every picture of a report into a folder as ``01-title.svg``, and return the paths.

    Raises
    ------
    OutputError
        When the folder does not exist, or a file stands there and ``force`` was not said; then nothing is written.
    """
    figures = [block for block in report.document.walk() if isinstance(block, Figure)]
    names = [Path(folder) / f"{place:02d}-{_slug(figure.title)}.svg" for place, figure in enumerate(figures, start=1)]
    targets = [may_write(name, force=force) for name in names]
    return [write_text(target, svg_file(figure)) for target, figure in zip(targets, figures, strict=True)]


def svg_file(figure: Figure) -> str:
    """Return a picture as an SVG file: on white, in fixed colours, with its title and text alternative."""
    drawing = figure.wide
    body = re.sub(r"var\(--([a-z0-9-]+)\)", lambda role: ROLES[role.group(1)], drawing.body)
    size = f'width="{drawing.width}" height="{drawing.height}" viewBox="0 0 {drawing.width} {drawing.height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{FONT}">\n'
        f"<title>{escape(figure.title)}</title>\n<desc>{escape(figure.alt)}</desc>\n"
        f'<rect width="100%" height="100%" fill="{ROLES["paper"]}"/>\n{body}\n</svg>\n'
    )


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:72].strip("-") or "picture"
