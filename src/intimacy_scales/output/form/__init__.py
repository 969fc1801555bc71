"""The page itself: template, style and script in one file, each named by its hash in the page's own policy.

What the page itself says, in the languages it speaks.

A bank as one offline page to fill in: no network, nothing kept unless somebody saves a file.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intimacy_scales.advice import tip_file
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.bank.shelf import load_bank
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.base.files import may_write, write_text
from intimacy_scales.output.form.content import form_content, forms_of, languages_of, may_show

__all__ = ["FormPage", "make_form"]

SPOKEN = ("en", "de")
"""Languages of the page's own words; in any other the items speak theirs and the page English."""
_HERE = Path(__file__).parent / "words"


@cache
def page_words(language: str) -> dict[str, Any]:
    """Return the page's own words: key to text, with ``{name}`` where the script puts something in.

    Where to find help stands in the tips file, in English; other languages bring their own translation of it.
    """
    entries: dict[str, Any] = json.loads((_HERE / f"{language}.json").read_text(encoding="utf-8"))
    return entries if "help_lines" in entries else {**entries, "help_lines": list(tip_file().help.lines)}


if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
#: The script in its parts, in the order in which one uses the other.
SCRIPTS = ("dom", "state", "files", "resume", "questions", "screens", "saving", "start")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage:
    """A bank as a page to fill in. ``html`` is the whole of it; nothing else is needed to use it."""

    bank: ItemBank = field(repr=False)
    html: str = field(repr=False)
    title: str
    languages: tuple[str, ...]
    forms: tuple[str | None, ...]
    two: bool
    columns: tuple[str, ...]
    """Names under which answers are saved; of two partners in one file each with ``_a`` and ``_b``."""

    def save(
        self, path: str | os.PathLike[str], *, force: bool = False, inputs: Sequence[str | os.PathLike[str]] = ()
    ) -> Path:
        """Write the page, whole or not at all.

        Raises
        ------
        OutputError
            When the file exists and ``force`` was not said, or cannot be written.
        """
        return write_text(may_write(path, force=force, inputs=inputs), self.html)

    def __str__(self) -> str:
        people = "two partners, one after the other" if self.two else "one person"
        text = f"{len(self.columns)} answers" if self.forms == (None,) else (
            f"{len(self.columns)} answers ({len(self.bank)} items, asked for: {', '.join(map(str, self.forms))})"
        )  # fmt: skip
        return f"{self.title}: a form for {people}; {text}; in {', '.join(self.languages)}"


def make_form(
    bank: ItemBank | str | os.PathLike[str],
    *,
    wording: str | os.PathLike[str] | None = None,
    lang: str | None = None,
    two: bool = False,
    forms: Sequence[str] = (),
    title: str | None = None,
) -> FormPage:
    """Return a bank as one self-contained page that a person fills in, offline, and saves as CSV or JSON.

    The page asks one item at a time, each form of the bank for itself, works by touch, keyboard and screen reader, and
    may load, send and store nothing: its own Content-Security-Policy forbids every request and every script but its
    one, which it names by hash. Answers leave it only as a file that the person saves;
    :func:`intimacy_scales.read_export` and ``intimacy-scales score`` read that file without a map.

    Parameters
    ----------
    bank
        A bank, the id of a shipped one, or a path.
    wording
        A file of official wording to lay over the bank; needed where the bank withholds its own.
    lang
        Language in which the page opens (default: the bank's first); the person may change it.
    two
        Two partners one after the other. The first one's answers are sealed when the device is handed over: held by the
        script alone, on no screen, in no part of the document, out of reach of every button until they are saved. That
        keeps them from a partner's eyes, not from somebody who debugs a running page.
    forms
        Ids of the forms to ask (default: all, in the bank's order).
    title
        Heading in place of the bank's name.

    Returns
    -------
    FormPage
        The same bank and wishes give the same bytes: no date, no chance.

    Raises
    ------
    BankError
        When the wording of an item may not be shown.
    UnknownNameError
        For a form or a language that there is none of.

    Examples
    --------
    >>> page = make_form("pair_style", two=True)
    >>> print(page)
    Six-area intimacy inventory: a form for two partners, one after the other; 72 answers (36 items, asked for: now, expected); in en, de
    """  # noqa: E501 -- what print says
    bank = bank if isinstance(bank, ItemBank) else load_bank(bank)
    if wording is not None:
        from intimacy_scales.bank.overlay import lay_over

        bank = lay_over(bank, wording)
    may_show(bank)
    languages = languages_of(bank)
    if lang is not None and lang not in languages:
        raise UnknownNameError.among(f"language of the form of {bank.id}", lang, languages)
    asked = forms_of(bank, forms)
    entries = form_content(bank, asked, languages)
    heading = (title or "").strip() or bank.name
    return FormPage(
        bank=bank,
        html=_html(entries, heading, lang or languages[0], two=two),
        title=heading,
        languages=languages,
        forms=tuple(form.id if form else None for form in asked),
        two=two,
        columns=tuple(name for form in entries["forms"] for name in form["columns"]),
    )


def _html(entries: dict[str, Any], title: str, lang: str, *, two: bool) -> str:
    from markupsafe import Markup

    from intimacy_scales.base.version import __version__

    spoken = tuple(entry if entry in SPOKEN else SPOKEN[0] for entry in entries["languages"])
    data = {**entries, "title": title, "lang": lang, "two": two, "software": __version__,
            "words": {one: page_words(one) for one in dict.fromkeys(spoken)}}  # fmt: skip
    style, script = (HERE / "style.css").read_text(encoding="utf-8"), _script()
    page = _environment().get_template("page.html.j2")
    return page.render(
        title=title,
        lang=lang if lang in SPOKEN else SPOKEN[0],
        words=page_words(lang if lang in SPOKEN else SPOKEN[0]),
        policy=_policy(style, script),
        style=Markup(style),  # noqa: S704 -- our own file
        script=Markup(script),  # noqa: S704 -- our own files
        data=Markup(_json_in_html(data)),  # noqa: S704 -- escaped for a script element
        bank=entries["bank"],
        software=__version__,
    )


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)  # fmt: skip


def _script() -> str:
    """Return the parts as one function that leaves nothing behind on ``window``."""
    parts = [(HERE / "script" / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    return '"use strict";\n(() => {\n' + "\n".join(parts) + "})();\n"


def _policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy: nothing from anywhere, and of this page's own only these two by hash."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "img-src 'none'",
            "connect-src 'none'",
            "form-action 'none'",
            "base-uri 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _json_in_html(data: dict[str, Any]) -> str:
    """Return JSON that no text in it can end or turn into markup: ``<``, ``>``, ``&`` are written as escapes."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
