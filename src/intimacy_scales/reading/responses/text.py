"""Names of columns as words, rows as people find them, texts cut to a line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from intimacy_scales.bank.labels import QUOTES
from intimacy_scales.base.wording import some


def word(name: str) -> str:
    """Return a name as its words: casefolded, every separator one ``_``, none at the ends.

    Examples
    --------
    >>> word("As I would like it"), word("EIS.1[SQ003]")
    ('as_i_would_like_it', 'eis_1_sq003')
    """
    same = unicodedata.normalize("NFKC", name).translate(QUOTES).casefold()
    return re.sub(r"[\W_]+", "_", same).strip("_")


def rows_said(numbers: Sequence[int]) -> str:
    """Return rows as a user finds them: ``row 12``, ``rows 12, 40, 41 and 11 more``."""
    return f"row {numbers[0]}" if len(numbers) == 1 else f"rows {some(numbers)}"
