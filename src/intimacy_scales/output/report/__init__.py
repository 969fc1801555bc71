"""Reports people read: one document model, drawn and written as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from intimacy_scales.analysis.couples import TwoPartners
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.output.report.batch import Written, write_reports
from intimacy_scales.output.report.build import Report, Who, build_report, row_of, voice_of
from intimacy_scales.output.report.document import Document
from intimacy_scales.reading.exports.table import Source
from intimacy_scales.reading.responses import ready
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.scoring import Scores

__all__ = ["Document", "Report", "Who", "Written", "build_report", "report", "row_of", "voice_of", "write_reports"]

WISHES = (
    "reliability",
    "person",
    "after",
    "time",
    "couple",
    "couple_column",
    "partner_column",
    "view",
    "structure",
    "norm",
    "level",
    "title",
    "when",
    "devices",
    "sd",
    "error_reliability",
    "min_answered",
)


def report(data: Any, bank: ItemBank | str | Sequence[ItemBank | str] | None = None, **wishes: Any) -> Report:
    """Return a report on answers of any kind: the public name of :func:`build_report`, which says everything.

    Parameters
    ----------
    data
        An export's path; a pandas, polars or pyarrow frame; a dict or list for one person; vouched responses; scores;
        or two partners compared (:func:`intimacy_scales.compare_partners`).
    bank
        One bank or several; not needed for responses and scores, which know theirs.
    **wishes
        Those of :func:`build_report` (``person``, ``norm``, ``level`` ...); all others are options of
        :func:`intimacy_scales.read_export` (``mapping``, ``missing_codes`` ...).

    Raises
    ------
    ExportError, ResponseError, UnknownNameError
        As reading and :func:`build_report`; also for an option nobody knows, and answers without a bank.

    Notes
    -----
    One person's answers, given as a dict or list, make a person's report; with ``after``, one over time. Two partners
    compared make a couple's report.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> ims.report("export.csv", ims.load_bank("eis")).save("report.html")  # doctest: +SKIP
    >>> two = ims.compare_partners([4, 5, 4, 5, 4], [2, 3, 2, 3, 3], "eis")
    >>> ims.report(two, view="a").save("for_a.html")  # doctest: +SKIP
    """
    own = {name: wishes.pop(name) for name in WISHES if name in wishes}
    if "after" in own and not isinstance(own["after"], (Responses, Scores)):
        own["after"] = ready(own["after"], bank if bank is not None else _banks_of(data), wishes)
    if isinstance(data, TwoPartners):
        if wishes:
            raise UnknownNameError.among("option", next(iter(wishes)), WISHES)
        return build_report(data, **own)
    if isinstance(data, Scores):
        if wishes:
            raise UnknownNameError.among("option", next(iter(wishes)), WISHES)
        return build_report(data, **_whose(data.source, own))
    responses = ready(data, bank, wishes)
    return build_report(responses, **_whose(responses.source, own))


def _banks_of(data: Any) -> list[ItemBank] | None:
    """Return the banks of answers that were read already: those of what came after are the same."""
    return list(data.banks) if isinstance(data, (Responses, Scores)) else None


def _whose(source: Source, own: dict[str, Any]) -> dict[str, Any]:
    """Return the wishes with the person filled in where the answers are of one person, given as such."""
    alone = source.platform == "person" and not {"person", "couple", "couple_column"} & set(own)
    return {**own, "person": 0} if alone else own
