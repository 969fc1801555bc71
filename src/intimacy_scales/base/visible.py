"""Text from files and file names made safe to show: what steers a terminal or hides is written out, not obeyed."""

from __future__ import annotations

import re
import unicodedata

_KEPT = "\t\n"
_HIDING = frozenset(["Cc", "Cf", "Cs", "Co"])  # control, format (bidirectional, zero-width), surrogates, private use
_MAYBE = re.compile(r"[^\t\n\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u052f\u4e00-\u9fff]")


def visible(text: str) -> str:
    r"""Return text with every character that steers, hides or cannot be encoded written as ``\x1b``, ``\u202e`` ...

    Line ends and tabs stay; letters of every script stay. A zero-width joiner between letters of scripts that need it
    is shown too: in a message it is worth seeing.

    Examples
    --------
    >>> visible("scores\x1b[2J.csv")
    'scores\\x1b[2J.csv'
    >>> visible("größe, 日本語")
    'größe, 日本語'
    """
    if _MAYBE.search(text) is None:
        return text
    return "".join(_shown(sign) for sign in text)


def _shown(sign: str) -> str:
    if sign in _KEPT or unicodedata.category(sign) not in _HIDING:
        return sign
    return sign.encode("unicode_escape").decode("ascii") if not "\ud800" <= sign <= "\udfff" else f"\\u{ord(sign):04x}"
