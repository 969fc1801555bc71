"""From answers or scores to a finished report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from intimacy_scales.errors import OutputError, Problem, UnknownNameError
from intimacy_scales.files import may_write, write_text
from intimacy_scales.norms import LEVEL, NormChoice, PerScore, standing_of
from intimacy_scales.reliability import Reliability, reliability_of
from intimacy_scales.report.document import Document
from intimacy_scales.report.html import to_html
from intimacy_scales.report.person import person_document
from intimacy_scales.report.person_view import Given
from intimacy_scales.report.sample import sample_document
from intimacy_scales.responses.model import Responses
from intimacy_scales.scoring import Scores, score_responses
from intimacy_scales.tips import suggest

SUFFIXES = (".html", ".htm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A finished report: its document, and the HTML page made from it."""

    document: Document = field(repr=False)
    html: str = field(repr=False)

    def save(
        self, path: str | os.PathLike[str], *, force: bool = False, inputs: Sequence[str | os.PathLike[str]] = ()
    ) -> Path:
        """Write the page, whole or not at all; return its path.

        Raises
        ------
        OutputError
            When the name is not that of an HTML file, the folder is missing, the file is one of the ``inputs``, or
            it exists and ``force`` was not said.
        """
        target = Path(path)
        if target.suffix.lower() not in SUFFIXES:
            raise OutputError(
                Problem(
                    where=str(target),
                    what=f"{target.suffix or 'a name without a suffix'} is no report format",
                    allowed="a name that ends in .html",
                )
            )
        return write_text(may_write(target, force=force, inputs=inputs), self.html)

    def _repr_html_(self) -> str:
        """Show the page in a notebook, in a frame of its own so that its styles stay there."""
        from html import escape

        page, title = escape(self.html), escape(self.document.title)
        return f'<iframe srcdoc="{page}" title="{title}" width="100%" height="720"></iframe>'

    def __str__(self) -> str:
        finding = self.document.finding
        return "\n".join([self.document.title, finding.question, *finding.answer])


def build_report(  # noqa: PLR0913 -- each of them is a wish of its own
    data: Responses | Scores,
    *,
    reliability: Reliability | None = None,
    person: str | int | None = None,
    norm: NormChoice | None = None,
    level: float = LEVEL,
    title: str | None = None,
    when: date | None = None,
    devices: bool = False,
    sd: PerScore = None,
    error_reliability: PerScore = None,
) -> Report:
    """Return a report on a sample, or on one person of it, as one self-contained HTML page.

    Parameters
    ----------
    data
        Vouched answers (persons x items), or their scores where they were scored with rules of one's own.
    reliability
        What :func:`intimacy_scales.reliability.reliability_of` found for these answers; computed when not given. Not
        used for a person.
    person
        Id of the person, as text; or the number by which the source knows the row (first line of a file = 1; 0-based
        for a frame). Where a row holds both partners, say whose report it is: ``"17:a"``.
    norm
        A named norm: see :func:`intimacy_scales.norms.standing_of`. Without it nothing is compared.
    level
        Of the intervals of a person's scores (0.9 unless said). Reliabilities keep their own.
    title
        In place of the one the report makes.
    devices
        The user's word that devices play a part: see :func:`intimacy_scales.tips.suggest`.
    sd, error_reliability
        Given by the user for a person's measurement error, one number or score column to number: see
        :func:`intimacy_scales.norms.error_of`.
    when
        Date of the report; today unless said. The same input and date give the same bytes.

    Returns
    -------
    Report
        ``.html`` and ``.save(path)``.

    Raises
    ------
    UnknownNameError
        When there is no such person, or no such norm.

    Notes
    -----
    A person's report rests on the SD and reliability of the norm named or of the whole sample given, so give the whole
    sample where there is one; no answer and no id of anybody else stands in it.

    Examples
    --------
    >>> build_report(responses).save("report.html")  # doctest: +SKIP
    """
    scores = data if isinstance(data, Scores) else score_responses(data)
    said = _date_in_words(when or datetime.now().astimezone().date())
    error: dict[str, Any] = {"level": level, "sd": sd, "reliability": error_reliability}
    standings = standing_of(scores, norm=norm, **error) if norm is not None else None
    if person is None:
        found = reliability or reliability_of(scores.responses)
        document = sample_document(scores, found, standings, title=title, when=said)
    else:
        who = voice_of(scores.responses, person)
        tips = suggest(scores, norm=norm, devices=devices, person=who.row, **error)
        document = person_document(
            scores, who.row, standings, tips, partner=who.partner, given=Given(**error), title=title, when=said
        )
    return Report(document=document, html=to_html(document))


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Whose report it is: a 0-based row, and the partner where a row holds both."""

    row: int
    partner: str | None


def voice_of(responses: Responses, person: str | int) -> Who:
    """Return the row and partner that a user's ``person`` names; nobody's report holds a partner's answers.

    Raises
    ------
    UnknownNameError
        When there is no such row, or the row holds two partners and none was named.
    """
    partners = tuple(dict.fromkeys(part.sitting.partner for part in responses.answered))
    name, _, partner = str(person).rpartition(":")
    if partner in partners and name:
        return Who(row=row_of(responses, name), partner=partner)
    row = row_of(responses, person)
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


def row_of(responses: Responses, person: str | int) -> int:
    """Return the 0-based row of a person: by id, or by the row number of the source.

    Raises
    ------
    UnknownNameError
        When there is none; or several rows of this id, which are then named.
    """
    rows: list[int] = []
    if responses.ids is not None:
        rows = [row for row, known in enumerate(responses.ids) if known == str(person).strip()]
    numbers = responses.row_numbers
    if not rows and str(person).strip().isdecimal():
        rows = np.flatnonzero(numbers == int(person)).tolist()
    if len(rows) == 1:
        return rows[0]
    by = f"an id of column {responses.id_column}" if responses.ids is not None else "a row number"
    if rows:
        where = ", ".join(str(numbers[row]) for row in rows)
        raise UnknownNameError(
            Problem(
                where=f"person {person!r}",
                what=f"stands in rows {where}",
                allowed="one row",
                do="give each person one id, or keep one row of them",
            )
        )
    raise UnknownNameError(
        Problem(
            where=f"person {person!r}",
            what=f"is not among the {responses.n_persons} rows used",
            allowed=f"{by}, or a row number of the source",
        )
    )


def _date_in_words(when: date) -> str:
    return f"{when.day} {when:%B} {when.year}"
