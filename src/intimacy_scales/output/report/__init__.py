"""Reports people read: one document model, drawn and written as one self-contained HTML page."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from intimacy_scales.analysis.couples import PartnerView, TwoPartners, compare_partners, couples_of
from intimacy_scales.analysis.norms import LEVEL, NormChoice, PerScore
from intimacy_scales.analysis.reliability import Reliability
from intimacy_scales.bank.model import Banks, ItemBank
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.translation import ENGLISH
from intimacy_scales.output.report.batch import Written, write_reports
from intimacy_scales.output.report.build import Report, Who, build_report, respondent_of, row_of
from intimacy_scales.output.report.caseload import sessions_in
from intimacy_scales.output.report.document import Audience, Document
from intimacy_scales.output.report.page_makers import View
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses import ready
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.scoring import Scores, as_scores

if TYPE_CHECKING:
    from intimacy_scales.analysis.structure import Structure

MOST_OF_ONE = 2  # rows that may be one couple

__all__ = [
    "Document",
    "Report",
    "Who",
    "Written",
    "build_report",
    "report",
    "respondent_of",
    "row_of",
    "same_couple",
    "subject_of",
    "write_reports",
]


def report(  # noqa: PLR0913 -- each of them is a choice of its own
    data: Any,
    bank: Banks | None = None,
    *,
    reliability: Reliability | None = None,
    person: str | int | None = None,
    after: Any = None,
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
    **reading: Unpack[ReadingOptions],
) -> Report:
    """Return a report on answers of any kind: the public name of :func:`build_report`, which says everything.

    Parameters
    ----------
    data
        An export's path; a pandas, polars or pyarrow frame; a dict or list for one person; vouched responses; scores;
        or two partners compared (:func:`intimacy_scales.compare_partners`).
    bank
        One bank or several; not needed for responses and scores, which know theirs.
    reliability, person, after, time, couple, couple_column, partner_column, view, structure, norm, level, title, when
        As in :func:`build_report`, which says everything; ``after`` may be answers of any kind too.
    devices, sd, error_reliability, min_answered, audience, help_line, language, brief, caseload, due
        As in :func:`build_report`.
    **reading
        Options of :func:`intimacy_scales.read_export` (``mapping``, ``missing_codes`` ...).

    Raises
    ------
    ExportError, ResponseError, UnknownNameError
        As reading and :func:`build_report`; also for an option nobody knows, and answers without a bank.

    Returns
    -------
    Report
        ``.html``; ``.save(path)`` (``.html`` or ``.pdf``); ``.to_dict()`` what it says, JSON-safe.

    Notes
    -----
    One person's answers (a dict, a list, a file of one row) make a person's report; two files, or rows, of one couple
    and two partners compared make a couple's; with ``after``, one over time.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> made = ims.report({"eis_1": 4, "eis_2": 2, "eis_3": 4, "eis_4": 5, "eis_5": 3}, "eis")
    >>> made.html.startswith("<!doctype html>")
    True
    >>> two = ims.compare_partners([4, 5, 4, 5, 4], [2, 3, 2, 3, 3], "eis")
    >>> "<html" in ims.report(two.for_partner("a")).html
    True
    """
    if _two_files(data):
        data = _of_one_couple(data, bank, reading, {"level": level, "sd": sd, "reliability": error_reliability})
        reading = ReadingOptions()
    if caseload and isinstance(data, (str, os.PathLike)) and Path(data).is_dir():
        data, time = sessions_in(data, bank, reading, time)
        reading = ReadingOptions()
    if after is not None and not isinstance(after, (Responses, Scores)):
        after = ready(after, bank if bank is not None else _banks_of(data), reading)
    if not isinstance(data, (Scores, TwoPartners, PartnerView)):
        data = ready(data, bank, reading)
    elif reading:
        raise ResponseError(
            Problem(where=", ".join(reading), what="came with answers that were read already", do="leave it out")
        )
    unsaid = person is None and couple is None and couple_column is None and not caseload
    few = isinstance(data, Scores) or (isinstance(data, Responses) and data.n_persons <= MOST_OF_ONE)
    if unsaid and few:
        data = as_scores(data, min_answered=min_answered)
        after = None if after is None else as_scores(after, min_answered=min_answered)
        found, min_answered = subject_of(data), None
        found = found if after is None or "person" in found else {}
        person, couple = found.get("person"), found.get("couple")
        couple_column, partner_column = found.get("couple_column"), found.get("partner_column", partner_column)
    return build_report(
        data, reliability=reliability, person=person, after=after, time=time, couple=couple,
        couple_column=couple_column, partner_column=partner_column, view=view, structure=structure, norm=norm,
        level=level, title=title, when=when, devices=devices, sd=sd, error_reliability=error_reliability,
        min_answered=min_answered, audience=audience, help_line=help_line, language=language,
        brief=brief, caseload=caseload, due=due,
    )  # fmt: skip


def _banks_of(data: Any) -> list[ItemBank] | None:
    """Return the banks of answers that were read already: those of what came after are the same."""
    return list(data.banks) if isinstance(data, (Responses, Scores)) else None


def subject_of(scores: Scores) -> dict[str, Any]:
    """Return the keywords of :func:`build_report` that say whose report it is, where nobody says so.

    One row is a person; both partners of one couple, in a row or in two (with columns ``couple`` and ``partner``), are
    a couple; anything else is a sample: nothing is returned.
    """
    if len(scores) > MOST_OF_ONE:
        return {}
    columns = {name.casefold(): name for name in scores.other_columns}
    named: dict[str, Any] = {}
    if len(scores) == MOST_OF_ONE and {"couple", "partner"} <= set(columns):
        named = {"couple_column": columns["couple"], "partner_column": columns["partner"]}
    if named or len({part.administration.partner for part in scores.parts} - {None}) == MOST_OF_ONE:
        couples = couples_of(scores, couple=named.get("couple_column"), partner=named.get("partner_column"))
        return {"couple": couples.ids[0], **named} if len(couples) == 1 else {}
    return {"person": int(scores.row_numbers[0])} if len(scores) == 1 else {}


def same_couple(both: Sequence[Responses]) -> None:
    """Refuse two files that name two couples (a column called couple in each)."""
    codes = [
        {
            text.strip()
            for name in response.table.names
            if name.casefold() == "couple"
            for text in response.table.column(name).cells.texts()
        }
        for response in both
    ]
    if all(codes) and codes[0] != codes[1]:
        said = " and ".join(", ".join(sorted(code)) for code in codes)
        raise ResponseError(
            Problem(where="two files", what=f"name two couples: {said}", allowed="two files of one couple")
        )


def _of_one_couple(files: Any, bank: Banks | None, reading: ReadingOptions, figures: dict[str, Any]) -> TwoPartners:
    both = [ready(file, bank, reading) for file in files]
    same_couple(both)
    return compare_partners(both[0], both[1], list(both[0].banks), **figures)


def _two_files(data: Any) -> bool:
    """Whether two files are given: those of two partners."""
    pair = isinstance(data, (list, tuple)) and len(data) == MOST_OF_ONE
    return pair and all(isinstance(one, (str, os.PathLike)) and Path(one).is_file() for one in data)
