"""Reports people read: one document model, drawn and written as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Unpack

from intimacy_scales.analysis.couples import PartnerView, TwoPartners
from intimacy_scales.analysis.norms import LEVEL, NormChoice, PerScore
from intimacy_scales.analysis.reliability import Reliability
from intimacy_scales.analysis.structure import Structure
from intimacy_scales.bank.model import Banks, ItemBank
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.translation import ENGLISH
from intimacy_scales.output.report.batch import Written, write_reports
from intimacy_scales.output.report.build import Report, Who, build_report, row_of, voice_of
from intimacy_scales.output.report.document import Audience, Document
from intimacy_scales.output.report.making import View
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses import ready
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.scoring import Scores

__all__ = ["Document", "Report", "Who", "Written", "build_report", "report", "row_of", "voice_of", "write_reports"]


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
    devices, sd, error_reliability, min_answered, audience, help_line, language
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
    One person's answers, given as a dict or list, make a person's report; with ``after``, one over time. Two partners
    compared make a couple's report.

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
    if after is not None and not isinstance(after, (Responses, Scores)):
        after = ready(after, bank if bank is not None else _banks_of(data), reading)
    if not isinstance(data, (Scores, TwoPartners, PartnerView)):
        data = ready(data, bank, reading)
    elif reading:
        raise ResponseError(
            Problem(where=", ".join(reading), what="came with answers that were read already", do="leave it out")
        )
    if person is None and couple is None and couple_column is None and _alone(data):
        person = 0
    return build_report(
        data, reliability=reliability, person=person, after=after, time=time, couple=couple,
        couple_column=couple_column, partner_column=partner_column, view=view, structure=structure, norm=norm,
        level=level, title=title, when=when, devices=devices, sd=sd, error_reliability=error_reliability,
        min_answered=min_answered, audience=audience, help_line=help_line, language=language,
    )  # fmt: skip


def _banks_of(data: Any) -> list[ItemBank] | None:
    """Return the banks of answers that were read already: those of what came after are the same."""
    return list(data.banks) if isinstance(data, (Responses, Scores)) else None


def _alone(data: Responses | Scores | TwoPartners | PartnerView) -> bool:
    """Whether the answers are of one person, given as such."""
    return not isinstance(data, (TwoPartners, PartnerView)) and data.source.platform == "person"
