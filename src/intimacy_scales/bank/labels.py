"""When two labels are the same label: one answer of the reader's file and one option of a bank, or two options.

Everything that compares texts of questionnaires compares them so: checks of banks, reading, fingerprints.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from html import unescape

from intimacy_scales.bank.model import Option

TAG = re.compile(r"<[A-Za-z/!][^<>]*>")
SPACE = re.compile(r"\s+")
QUOTES = str.maketrans({
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u00b4": "'", "\u0060": "'", "\u2032": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u00ab": '"', "\u00bb": '"', "\u2033": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
    "\u200b": None, "\ufeff": None, "\u00ad": None, "\u200e": None, "\u200f": None,
})  # fmt: skip
ENDS = " .;:,!*\u2026\"'"


def plain(text: str) -> str:
    """Return a text as it is compared: no HTML, one space, plain quotes and dashes, no case, no full stop at its end.

    Examples
    --------
    >>> plain("  Strongly&nbsp;<b>agree</b>. ")
    'strongly agree'
    """
    bare = unescape(TAG.sub(" ", text)) if "<" in text or "&" in text else text
    same = unicodedata.normalize("NFKC", bare.translate(QUOTES)).translate(QUOTES)
    return SPACE.sub(" ", same).strip().strip(ENDS).casefold()


def two_meanings(options: Sequence[Option]) -> Iterator[tuple[int, str]]:
    """Yield the place of every option with a text that stands for another code too, and what is wrong in words."""
    meant: dict[str, int] = {}
    for place, option in enumerate(options):
        for text in option.texts:
            code = meant.setdefault(plain(text), option.code)
            if code != option.code:
                yield place, f"{text!r} stands for {option.code} and for {code}"
