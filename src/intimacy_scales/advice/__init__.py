"""Tips: which, for whom, why, on what evidence, and where to find help."""

from collections.abc import Iterable
from typing import Any

from intimacy_scales.advice.couple_tips import AreaForTwo, TipsForTwo, suggest_for_two
from intimacy_scales.advice.reading import Reading, place_words
from intimacy_scales.advice.results import RULES, PersonTips, Suggestion, Tips
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
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.scoring import Scores, as_scores

__all__ = [
    "RULES",
    "AreaForTwo",
    "Help",
    "PersonTips",
    "Question",
    "Reading",
    "Reason",
    "Suggestion",
    "Tip",
    "TipEvidence",
    "TipFile",
    "Tips",
    "TipsForTwo",
    "check_tips",
    "place_words",
    "read_tips",
    "suggest",
    "suggest_for_two",
    "suggest_tips",
    "tip_file",
]


def suggest_tips(data: Any, bank: ItemBank | str | Iterable[ItemBank | str] | None = None, **kw: Any) -> Tips:
    """Return the tips that scores suggest: the public name of :func:`suggest`, whose keywords it takes.

    Answers in place of scores are scored once, here, by their bank's rule.

    ``bank`` (or several) limits what tips may follow from; a device scale of another bank is still heard.

    Examples
    --------
    >>> suggest_tips(scores, bank, devices=True)  # doctest: +SKIP
    """
    given = () if bank is None else (bank,) if isinstance(bank, (ItemBank, str)) else tuple(bank)
    banks = [one.id if isinstance(one, ItemBank) else one for one in given]
    scores = as_scores(data, None if isinstance(data, (Responses, Scores)) else given or None)
    return suggest(scores, banks=banks, **kw)
