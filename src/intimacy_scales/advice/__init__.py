"""Tips: which, for whom, why, on what evidence, and where to find help."""

from typing import Any, Unpack

from intimacy_scales.advice.article import Article, evidence_said, tips
from intimacy_scales.advice.couple_tips import AreaForTwo, TipsForTwo, suggest_for_two
from intimacy_scales.advice.results import RULES, PersonTips, Suggestion, Tips
from intimacy_scales.advice.scale_reading import ScaleReading, place_words
from intimacy_scales.advice.suggestion import suggest
from intimacy_scales.advice.tips_file import (
    Help,
    Question,
    Reason,
    Tip,
    TipEvidence,
    TipFile,
    check_tips,
    read_tips,
    tip_file,
)
from intimacy_scales.analysis.norms import LEVEL, NormChoice, PerScore
from intimacy_scales.bank.model import Banks
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.intake import banks_of
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.scoring import Scores, as_scores

__all__ = [
    "RULES",
    "AreaForTwo",
    "Article",
    "Help",
    "PersonTips",
    "Question",
    "Reason",
    "ScaleReading",
    "Suggestion",
    "Tip",
    "TipEvidence",
    "TipFile",
    "Tips",
    "TipsForTwo",
    "check_tips",
    "evidence_said",
    "place_words",
    "read_tips",
    "suggest",
    "suggest_for_two",
    "suggest_tips",
    "tip_file",
    "tips",
]


def suggest_tips(  # noqa: PLR0913 -- each of them is a choice of its own
    data: Any,
    bank: Banks | None = None,
    *,
    norm: NormChoice | None = None,
    level: float = LEVEL,
    devices: bool = False,
    person: int | None = None,
    sd: PerScore = None,
    reliability: PerScore = None,
    min_answered: int | None = None,
    **reading: Unpack[ReadingOptions],
) -> Tips:
    """Return the tips that scores suggest, for one person or for all, each with its reason and its evidence.

    Parameters
    ----------
    data
        Scores; or answers of any kind, which are scored once, here, by their bank's rule.
    bank
        Limits what tips may follow from; a device scale of another bank is still heard.
    norm, level, devices, person, sd, reliability
        As in :func:`suggest`, which holds the rules by which a tip is chosen, and when they mislead.
    min_answered
        As in :func:`intimacy_scales.score`, of answers that are yet to be scored.
    **reading
        Options of :func:`intimacy_scales.read_export` (``mapping``, ``missing_codes`` ...).

    Returns
    -------
    Tips
        At most three for a person; ``str()`` prints them, ``.table()`` is a row a tip, ``.to_dict()`` JSON.

    Raises
    ------
    ExportError, ResponseError
        With every fault found, when the file or the answers cannot be used.
    UnknownNameError
        For an unknown norm or bank.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> tips = ims.suggest_tips({"eis_1": 2, "eis_2": 1, "eis_3": 2, "eis_4": 1, "eis_5": 2}, "eis")
    >>> 1 <= len(tips.suggestions) <= 3
    True
    """
    known = isinstance(data, (Responses, Scores))
    scores = as_scores(data, None if known else bank, reading, min_answered=min_answered)
    banks = [one.id for one in banks_of(bank)] if bank is not None else ()
    return suggest(
        scores, banks=banks, norm=norm, level=level, devices=devices, person=person, sd=sd, reliability=reliability
    )
