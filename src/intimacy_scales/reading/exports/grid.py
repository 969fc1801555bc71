"""What every reader of lines and sheets offers: records of text cells, first line first.

The one list of cells that say "nothing here".

A cell is blank when it is empty, holds spaces only, or holds one of :data:`BLANK_WORDS` and nothing else. Words stay
words in columns that name the row (``NA`` may be somebody's initials). ``None`` is *not* in the list: it is an answer
on many questionnaires ("none of the time"), and no survey platform writes it for a skipped question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

Record = Sequence[str]
HEAD = 40
"""Records a recogniser sees."""
BATCH = 4096
"""Records handed on at once: enough to work by column, little enough to forget."""


class Grid(Protocol):
    """A file as records of text cells. Record ``i`` stands in row ``i + 1`` as a spreadsheet shows it."""

    @property
    def shown(self) -> str:
        """Name of the file, as the user knows it."""

    @property
    def encoding(self) -> str | None:
        """Encoding, where there is one."""

    @property
    def separator(self) -> str | None:
        """Separator, where there is one."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was seen on the way and is worth telling."""

    @property
    def size(self) -> float:
        """Total of what ``batches`` advances by."""

    @property
    def may_be_ragged(self) -> bool:
        """Whether a record of another length is a fault (a text) or just how the file is kept (a sheet)."""

    def batches(self, advance: Callable[[float], None]) -> Iterator[list[Record]]:
        """Return all records in batches of at most :data:`BATCH`; says on the way how far it is."""


def head_of(grid: Grid) -> tuple[tuple[str, ...], ...]:
    """Return the first :data:`HEAD` records."""
    for batch in grid.batches(lambda _: None):
        return tuple(tuple(record) for record in batch[:HEAD])
    return ()


BLANK_WORDS = frozenset(
    {
        "NA", "N/A", "n/a", "#N/A",  # R, spreadsheets
        "NaN", "nan", "<NA>",  # Python
        "null", "NULL", "#NULL!",  # databases, SPSS by way of Excel
        ".",  # SPSS, SAS, Stata
    }
)  # fmt: skip


CODES_LIKE_NA = re.compile(r"[A-Z]{2}")


def na_is_word(texts: Iterable[str]) -> bool:
    """Return whether ``NA`` among these distinct texts is a word: all others are two capital letters, as countries are.

    Examples
    --------
    >>> na_is_word(["NA", "ZA", "BW"]), na_is_word(["NA", "agree"])
    (True, False)
    """
    bare = {text.strip() for text in texts} - {""}
    others = bare - BLANK_WORDS
    return "NA" in bare and bool(others) and all(CODES_LIKE_NA.fullmatch(text) for text in others)


def is_blank(text: str, *, words: bool = True) -> bool:
    """Return whether a cell holds nothing (``words=False``: only empty cells and spaces count)."""
    bare = text.strip()
    return not bare or (words and bare in BLANK_WORDS)
