"""A document as one HTML file: no script, nothing loaded from outside, everything escaped.

A finished page as a tagged PDF, through WeasyPrint where it is installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from intimacy_scales.base.errors import OutputError, Problem
from intimacy_scales.base.translation import tr
from intimacy_scales.output.report.document import Block, Document, Section

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

HERE = Path(__file__).parent
_BANK = re.compile(r".*\(bank (\S+) (\S+), fingerprint (\w+)\)")  # one line of a page's foot holds no long names
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
        footer_css=css_string(" \u00b7 ".join(_BANK.sub(r"\1 \2 (\3)", line) for line in document.footer)),
        numbers=count(1),
        anchors=_anchors(document),
        tr=tr,
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


_SVG = re.compile(r"<svg class=\"(wide|narrow)\".*?</svg>", re.DOTALL)
_LONG = re.compile(r'<details class="long">.*?</details>', re.DOTALL)
_NAMED = re.compile(r"<title id=\"[^\"]*\">(.*?)</title><desc id=\"[^\"]*\">(.*?)</desc>", re.DOTALL)
INSTALL = (
    "install it: pip install 'intimacy-scales[pdf]'; it needs Pango, which Debian and Ubuntu have as "
    "libpango-1.0-0 and libpangoft2-1.0-0; or save a .html and print it from a browser"
)


def to_pdf(html: str) -> bytes:
    """Return a page as PDF/UA-1 bytes. Nothing is loaded: a page that asks for anything is refused.

    Raises
    ------
    OutputError
        When WeasyPrint or Pango is missing.
    """
    weasyprint = ready_for_pdf()
    made: Any = weasyprint.HTML(string=for_paper(html), url_fetcher=_fetch_nothing)
    found: bytes = made.write_pdf(pdf_variant="pdf/ua-1")
    return found


def ready_for_pdf() -> Any:
    """Return WeasyPrint, so that a batch can be refused before any work.

    Raises
    ------
    OutputError
        When it is missing, with what to install.
    """
    try:
        import weasyprint  # type: ignore[import-untyped,unused-ignore]
    except (ImportError, OSError) as fault:  # OSError: the library is there, Pango is not
        raise OutputError(
            Problem(where="PDF", what=f"WeasyPrint could not be loaded ({_short(fault)})", do=INSTALL)
        ) from fault
    return weasyprint


def for_paper(html: str) -> str:
    """Return the page as WeasyPrint needs it: wide drawings alone, their colours by value, their text as one title.

    Its SVG knows no CSS variables, and takes the alternative text of a drawing from its title.
    """
    html = _SVG.sub(lambda hit: "" if hit.group(1) == "narrow" else _printed_drawing(hit.group()), html)
    return _with_appendix(html)


def _with_appendix(html: str) -> str:
    """Move long tables, which fold on screen, to an appendix behind everything else."""
    long_ones = _LONG.findall(html)
    if not long_ones or 'class="for-client"' in html:
        return html
    html = _LONG.sub('<p class="quiet">The table stands in the appendix.</p>', html)
    appendix = "".join(long_ones).replace('<details class="long">', "<div>").replace("</details>", "</div>")
    section = f'<section class="level-2 technical new-page"><h2>Appendix: long tables</h2>{appendix}</section>'
    return html.replace("</main>", f"{section}</main>", 1)


def _printed_drawing(svg: str) -> str:
    entries = colours()
    svg = re.sub(r"var\(--([a-z0-9-]+)\)", lambda hit: entries[hit.group(1)], svg)
    return _NAMED.sub(lambda hit: f"<title>{hit.group(1)}. {hit.group(2)}</title>", svg)


@cache
def colours() -> dict[str, str]:
    """Return every role's colour by day, from the style sheet."""
    css = (HERE / "style.css").read_text(encoding="utf-8").split("prefers-color-scheme: dark", 1)[0]
    return dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})", css))


def _fetch_nothing(url: str, *_: Any, **__: Any) -> NoReturn:
    raise OutputError(Problem(where="PDF", what=f"the page asks for {url}", allowed="nothing from outside"))


def _short(fault: BaseException) -> str:
    return str(fault).strip().splitlines()[0][:120] if str(fault).strip() else type(fault).__name__
