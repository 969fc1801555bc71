"""Texts as people and platforms write them, made comparable: case, spaces, quotes, HTML, full stops at the end."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from html import unescape

_TAG = re.compile(r"<[A-Za-z/!][^<>]*>")
_SPACE = re.compile(r"\s+")
_QUOTES = str.maketrans({
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u00b4": "'", "\u0060": "'", "\u2032": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u00ab": '"', "\u00bb": '"', "\u2033": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
    "\u200b": None, "\ufeff": None, "\u00ad": None, "\u200e": None, "\u200f": None,
})  # fmt: skip
_ENDS = " .;:,!*\u2026\"'"

SHOWN = 3  # rows, columns or texts named before "and N more"


def plain(text: str) -> str:
    """Return a text as it is compared: no HTML, one space, plain quotes and dashes, no case, no full stop at its end.

    Examples
    --------
    >>> plain("  Strongly&nbsp;<b>agree</b>. ")
    'strongly agree'
    """
    bare = unescape(_TAG.sub(" ", text)) if "<" in text or "&" in text else text
    same = unicodedata.normalize("NFKC", bare.translate(_QUOTES)).translate(_QUOTES)
    return _SPACE.sub(" ", same).strip().strip(_ENDS).casefold()


def word(name: str) -> str:
    """Return a name as its words: casefolded, every separator one ``_``, none at the ends.

    Examples
    --------
    >>> word("As I would like it"), word("EIS.1[SQ003]")
    ('as_i_would_like_it', 'eis_1_sq003')
    """
    same = unicodedata.normalize("NFKC", name).translate(_QUOTES).casefold()
    return re.sub(r"[\W_]+", "_", same).strip("_")


def some(things: Sequence[object], *, shown: int = SHOWN, many: str = "more") -> str:
    """Return a list for eyes, cut when it is long.

    Examples
    --------
    >>> some([12, 40, 41, 50, 51])
    '12, 40, 41 and 2 more'
    """
    said = [str(thing) for thing in things]
    if len(said) <= shown + 1:
        return ", ".join(said[:-1]) + (" and " if len(said) > 1 else "") + said[-1] if said else "none"
    return ", ".join(said[:shown]) + f" and {len(said) - shown:,} {many}"


def counted(number: int, thing: str) -> str:
    """Return a number with its noun: ``1 answer``, ``14 answers``."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def rows_said(numbers: Sequence[int]) -> str:
    """Return rows as a user finds them: ``row 12``, ``rows 12, 40, 41 and 11 more``."""
    return f"row {numbers[0]}" if len(numbers) == 1 else f"rows {some(numbers)}"


def cut(text: str, most: int = 60) -> str:
    """Return a text short enough for a line of a message."""
    one = _SPACE.sub(" ", text).strip()
    return one if len(one) <= most else one[: most - 3].rstrip() + "..."
