"""A finished page as a tagged PDF, through WeasyPrint where it is installed."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from intimacy_scales.errors import OutputError, Problem

HERE = Path(__file__).parent
_SVG = re.compile(r"<svg class=\"(wide|narrow)\".*?</svg>", re.DOTALL)
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
    return _SVG.sub(lambda hit: "" if hit.group(1) == "narrow" else _drawing(hit.group()), html)


def _drawing(svg: str) -> str:
    found = colours()
    svg = re.sub(r"var\(--([a-z0-9-]+)\)", lambda hit: found[hit.group(1)], svg)
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
