"""When two labels are the same label."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from intimacy_scales.bank.model import Option


def plain_text(text: str) -> str:
    """Return a text as labels are compared: case, width and runs of space do not count.

    Examples
    --------
    >>> plain_text("  Strongly  Agree ")
    'strongly agree'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def two_meanings(options: Sequence[Option]) -> Iterator[tuple[int, str]]:
    """Yield the place of every option with a text that stands for another code too, and what is wrong in words."""
    meant: dict[str, int] = {}
    for place, option in enumerate(options):
        for text in option.texts:
            code = meant.setdefault(plain_text(text), option.code)
            if code != option.code:
                yield place, f"{text!r} stands for {option.code} and for {code}"
