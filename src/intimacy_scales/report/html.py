"""A document as one HTML file: no script, nothing loaded from outside, everything escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from intimacy_scales.report.document import Block, Document, Section

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

HERE = Path(__file__).parent
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;)]")
_EMPHASIS = re.compile(r"\*([^*\s](?:[^*]*[^*\s])?)\*")


def to_html(document: Document) -> str:
    """Return the document as a self-contained HTML page.

    The page names a Content-Security-Policy that forbids every load and every script; all text is escaped by
    the template engine; drawings carry no ids, so figures number their own.
    """
    environment = _environment()
    page = environment.get_template("page.html.j2")
    return page.render(
        document=document,
        style=_style(),
        footer_css=css_string(" \u00b7 ".join(document.footer)),
        numbers=count(1),
        anchors=_anchors(document),
    )


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    made.filters |= {"marked": marked, "kind_of": kind_of, "drawing": _drawing, "place": id, "next_number": next}
    return made


def _style() -> Markup:
    from markupsafe import Markup

    return Markup((HERE / "style.css").read_text(encoding="utf-8"))  # noqa: S704 -- our own file


def _drawing(body: str) -> Markup:
    from markupsafe import Markup

    return Markup(body)  # noqa: S704 -- made by drawing.paint, where matplotlib escapes every text


def kind_of(block: Block | Section) -> str:
    """Return the name by which a template knows a block."""
    return type(block).__name__.lower()


def marked(text: str) -> Markup:
    """Escape text, then turn ``*word*`` into emphasis and web addresses into links."""
    from markupsafe import Markup, escape

    safe = str(escape(text))
    safe = _EMPHASIS.sub(r"<em>\1</em>", safe)
    safe = re.sub(
        r"(</em>|\u03b1) (=|&lt;|&gt;) ", "\\1\u00a0\\2\u00a0", safe
    )  # a statistic is not broken over two lines
    safe = _LINK.sub(lambda hit: f'<a href="{hit.group()}" rel="noreferrer">{hit.group()}</a>', safe)
    return Markup(safe)  # noqa: S704 -- escaped two lines above


def css_string(text: str) -> Markup:
    r"""Return text as a CSS string in quotes: whatever is not plain is written as ``\HEX``."""
    from markupsafe import Markup

    plain = "".join(c if c.isascii() and (c.isalnum() or c in " .,:()-_") else f"\\{ord(c):x} " for c in text)
    return Markup(f'"{plain}"')  # noqa: S704 -- only letters, digits and escapes are left


def _anchors(document: Document) -> dict[int, str]:
    """Give every section an anchor of its own: its place, which no title can spoil."""
    return {id(section): f"section-{i}" for i, section in enumerate(_sections(document.sections), start=1)}


def _sections(blocks: tuple[Block | Section, ...] | tuple[Section, ...]) -> Iterator[Section]:
    for block in blocks:
        if isinstance(block, Section):
            yield block
            yield from _sections(block.blocks)
