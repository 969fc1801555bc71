"""The language of pages: texts are written in English and looked up in a catalogue (gettext's .po) of another language.

``tr("Your score is {score}.", score="12")`` gives the text of the language that is spoken, with its parts filled in;
a text that the catalogue lacks stays English and is counted, so that a page can say that it is not complete. A new
language is a file ``CODE.po`` beside this one; its header may say ``X-Direction: rtl``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.base.wording import listed

ENGLISH = "en"
FOLDER = Path(__file__).parent
_PAIR = re.compile(r'^msgid ((?:"(?:[^"\\]|\\.)*"\s*)+)msgstr ((?:"(?:[^"\\]|\\.)*"\s*)+)', re.MULTILINE)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Texts of one language by their English."""

    code: str
    direction: Literal["ltr", "rtl"] = "ltr"
    comma: bool = False
    """Whether a figure has a comma where English has a point."""
    texts: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(slots=True)
class _Spoken:
    catalogue: Catalogue
    missing: dict[str, None]


_SPOKEN: ContextVar[_Spoken | None] = ContextVar("language", default=None)


def languages() -> tuple[str, ...]:
    """Return the codes of the languages there are.

    Examples
    --------
    >>> "en" in languages()
    True
    """
    return (ENGLISH, *sorted(file.stem for file in FOLDER.glob("*.po")))


@cache
def catalogue(code: str) -> Catalogue:
    """Return the texts of a language.

    Raises
    ------
    UnknownNameError
        When there is no such language.
    """
    if code not in languages():
        raise UnknownNameError.among("language", code, languages())
    return Catalogue(code=code) if code == ENGLISH else read_po((FOLDER / f"{code}.po").read_text("utf-8"), code)


def read_po(text: str, code: str) -> Catalogue:
    """Return the catalogue that a .po file holds: ``msgid`` to ``msgstr``, what is not translated left out."""
    pairs = {_joined(hit.group(1)): _joined(hit.group(2)) for hit in _PAIR.finditer(text)}
    head = dict(line.split(": ", 1) for line in pairs.pop("", "").splitlines() if ": " in line)
    return Catalogue(
        code=code,
        direction="rtl" if head.get("X-Direction") == "rtl" else "ltr",
        comma=head.get("X-Decimal") == "comma",
        texts={english: said for english, said in pairs.items() if said},
    )


def _joined(strings: str) -> str:
    text = "".join(_STRING.findall(strings))
    return re.sub(r"\\(.)", lambda hit: _ESCAPES.get(hit.group(1), hit.group(1)), text)


@contextmanager
def speaking(code: str) -> Iterator[dict[str, None]]:
    """Speak a language for as long as the block lasts; give the texts that it lacked."""
    spoken = _Spoken(catalogue=catalogue(code), missing={})
    token = _SPOKEN.set(spoken)
    try:
        yield spoken.missing
    finally:
        _SPOKEN.reset(token)


def spoken() -> Catalogue:
    """Return the catalogue of the language that is spoken now."""
    found = _SPOKEN.get()
    return Catalogue(code=ENGLISH) if found is None else found.catalogue


def tr(text: str, /, **parts: Any) -> str:
    """Return a text in the language that is spoken, its ``{parts}`` filled in.

    Examples
    --------
    >>> tr("{n} areas", n=3)
    '3 areas'
    """
    found = _SPOKEN.get()
    if found is not None and found.catalogue.code != ENGLISH and text:
        if text not in found.catalogue.texts:
            found.missing[text] = None
        text = found.catalogue.texts.get(text, text)
    return text.format(**parts) if parts else text


def listing(parts: Sequence[str]) -> str:
    """Return words as a list: ``a, b and c``."""
    return listed(parts, last=tr("and"))


def in_figures(text: str) -> str:
    """Return a figure as the language writes it: ``1,5`` where it has a comma."""
    return re.sub(r"(?<=\d)\.(?=\d)", ",", text) if spoken().comma else text


MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip


def day_in_words(day: date) -> str:
    """Return a date as a page prints it: ``12 May 2026``."""
    return tr("{day} {month} {year}", day=day.day, month=tr(MONTHS[day.month - 1]), year=day.year)
