"""From answers or scores to a finished report.

The pictures of a report as files of their own, to be put into a paper or a talk.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from html import escape
from pathlib import Path
from typing import Any

from intimacy_scales.analysis.couples import TwoPartners
from intimacy_scales.analysis.norms import LEVEL, NormChoice, PerScore
from intimacy_scales.analysis.reliability import Reliability
from intimacy_scales.analysis.structure import Structure
from intimacy_scales.base.errors import OutputError, Problem, ResponseError
from intimacy_scales.base.files import may_write, write_text, write_whole
from intimacy_scales.base.results import json_dict
from intimacy_scales.output.report.document import Document, Figure
from intimacy_scales.output.report.making import (
    Made,
    View,
    Wish,
    couple_ground,
    course_for,
    has_occasions,
    make_couple,
    make_course,
    make_person,
    make_sample,
    make_two,
    match,
    person_ground,
)
from intimacy_scales.output.report.rendering import to_html
from intimacy_scales.output.report.whose import Who, row_of, voice_of
from intimacy_scales.pictures.drawing import ROLES
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.scoring import Scores, as_scores

__all__ = ["SUFFIXES", "Report", "Who", "build_report", "report_of", "row_of", "voice_of"]

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
    data: Responses | Scores | TwoPartners,
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
        A named norm: see :func:`intimacy_scales.analysis.norms.standing_of`. Without it nothing is compared.
    level
        Of the intervals of scores and differences (0.9 unless said). Reliabilities and changes keep their own (0.95).
    title
        In place of the one the report makes.
    devices
        The user's word that devices play a part: see :func:`intimacy_scales.advice.suggestion`.
    sd, error_reliability
        Given by the user for the measurement error, one number or score column to number: see
        :func:`intimacy_scales.analysis.norms.error_of`.
    min_answered
        Where ``data`` are responses: see :func:`intimacy_scales.score`. Scores keep the rule they were made by.
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
    >>> build_report(responses).save("report.html")  # doctest: +SKIP
    """
    wish = Wish(
        norm=norm,
        level=level,
        title=title,
        when=date_in_words(when),
        devices=devices,
        sd=sd,
        reliability=error_reliability,
    )
    if isinstance(data, TwoPartners):
        if min_answered is not None:
            do = "give it to compare_partners"
            raise ResponseError(Problem(where="min_answered", what="came with scores that are made already", do=do))
        return report_of(make_two(data, wish, view=view))
    _refuse(person, couple, view, over_time=after is not None or time is not None)
    scores = as_scores(data, min_answered=min_answered)
    if couple is not None:
        couples = match(scores, couple_column, partner_column)
        return report_of(make_couple(couple_ground(couples, wish), couples.place(str(couple)), wish, view=view))
    if person is None:
        known = None if couple_column is None else match(scores, couple_column, partner_column)
        models = (structure,) if isinstance(structure, Structure) else tuple(structure)
        return report_of(make_sample(scores, wish, reliability=reliability, structure=models, couples=known))
    if after is not None or time is not None or has_occasions(scores):
        later = None if after is None else as_scores(after, min_answered=min_answered)
        return report_of(_over_time(scores, later, time, person, wish))
    return report_of(make_person(person_ground(scores, wish), voice_of(scores, person), wish))


def _over_time(scores: Scores, after: Scores | None, time: str | None, person: str | int, wish: Wish) -> Made:
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
    who = voice_of(scores, person)
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


def report_of(made: Made) -> Report:
    """Return a finished document as a report."""
    return Report(document=made.document, html=to_html(made.document), facts=made.facts)


def date_in_words(when: date | None) -> str:
    """Return a date (today unless said) as a report prints it."""
    day = when or datetime.now().astimezone().date()
    return f"{day.day} {day:%B} {day.year}"


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
