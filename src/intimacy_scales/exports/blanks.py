"""The one list of cells that say "nothing here".

A cell is blank when it is empty, holds spaces only, or holds one of :data:`BLANK_WORDS` and nothing else. Words stay
words in columns that name the row (``NA`` may be somebody's initials). ``None`` is *not* in the list: it is an answer
on many questionnaires ("none of the time"), and no survey platform writes it for a skipped question.
"""

from __future__ import annotations

BLANK_WORDS = frozenset(
    {
        "NA", "N/A", "n/a", "#N/A",  # R, spreadsheets
        "NaN", "nan", "<NA>",  # Python
        "null", "NULL", "#NULL!",  # databases, SPSS by way of Excel
        ".",  # SPSS, SAS, Stata
    }
)  # fmt: skip


def is_blank(text: str, *, words: bool = True) -> bool:
    """Return whether a cell holds nothing (``words=False``: only empty cells and spaces count)."""
    bare = text.strip()
    return not bare or (words and bare in BLANK_WORDS)
