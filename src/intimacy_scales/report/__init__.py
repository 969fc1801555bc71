"""Reports people read: one document model, drawn and written as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.errors import UnknownNameError
from intimacy_scales.report.build import Report, Who, build_report, row_of, voice_of
from intimacy_scales.report.document import Document
from intimacy_scales.responses import ready
from intimacy_scales.responses.model import Responses
from intimacy_scales.rooms import make_callable
from intimacy_scales.scoring import Scores

__all__ = ["Document", "Report", "Who", "build_report", "report", "row_of", "voice_of"]

WISHES = ("reliability", "person", "norm", "level", "title", "when", "devices", "sd", "error_reliability")


def report(data: Any, bank: ItemBank | str | Sequence[ItemBank | str] | None = None, **wishes: Any) -> Report:
    """Return a report on answers of any kind: the public name of :func:`build_report`, which says everything.

    Parameters
    ----------
    data
        An export's path; a pandas, polars or pyarrow frame; a dict or list for one person; vouched responses;
        or scores.
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
    One person's answers, given as a dict or list, make a person's report.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> ims.report("export.csv", ims.load_bank("eis")).save("report.html")  # doctest: +SKIP
    """
    own = {name: wishes.pop(name) for name in WISHES if name in wishes}
    if isinstance(data, Scores):
        if wishes:
            raise UnknownNameError.among("option", next(iter(wishes)), WISHES)
        return build_report(data, **_whose(data.responses, own))
    responses = ready(data, bank, wishes)
    return build_report(responses, **_whose(responses, own))


def _whose(responses: Responses, own: dict[str, Any]) -> dict[str, Any]:
    """Return the wishes with the person filled in where the answers are of one person, given as such."""
    alone = responses.source.platform == "person" and "person" not in own
    return {**own, "person": 0} if alone else own


make_callable(__name__, report)
