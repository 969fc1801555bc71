"""The drawing board: matplotlib as a plain sheet of pixels, and its SVG made fit to stand inside a page.

Colours are roles (``high3``, ``soft``), never tints: the page's style sheet says what a role looks like by
day, by night and on paper. Text stays text, in the page's own font.

Figures as pages and pictures show them: those of ``base.wording`` with a true minus, and a dash for none.
"""

from __future__ import annotations

import io
import re
import textwrap
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from intimacy_scales.base import wording
from intimacy_scales.base.translation import in_figures
from intimacy_scales.base.wording import MINUS, for_page
from intimacy_scales.base.wording import NO_FIGURE_ON_PAGE as NOTHING

WIDE, NARROW = 720, 340  # drawing units = CSS pixels at full width: text is never shrunk on a telephone
TEXT, SMALL = 14, 12

#: Role to a colour that only names it inside matplotlib; the page replaces it by ``var(--role)``.
ROLES = {
    "ink": "#1c2126",
    "soft": "#565d66",
    "line": "#c3c9d1",
    "track": "#e6e9ed",
    "grey": "#77808a",
    "paper": "#ffffff",
    "blue": "#10599b",
    "orange": "#a8500b",
    "mid": "#d9dce0",
    "blue-soft": "#bfd9ef",
    "orange-soft": "#f6d9b8",
    "grey-soft": "#d3d7dc",
    "high1": "#bcd9f1",
    "high2": "#6aa9dc",
    "high3": "#0f5a9c",
    "low1": "#fbd9b0",
    "low2": "#ee9d45",
    "low3": "#a8500a",
    "on1": "#1c2127",
    "on2": "#1c2128",
    "on3": "#fffffe",
    "on-mid": "#1c2129",
}
_ROLE_OF = {colour: role for role, colour in ROLES.items()}


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawing:
    """A picture of fixed size that is painted when somebody looks: as inline SVG, or as a matplotlib figure.

    Title and role belong to whoever shows it.
    """

    width: int
    height: int
    draw: Callable[[Any], None] = field(repr=False)

    @cached_property
    def body(self) -> str:
        """What stands between ``<svg ...>`` and ``</svg>``: no ids, no fonts, colours as ``var(--role)``."""
        import matplotlib as mpl

        with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "intimacy-scales", "text.usetex": False}):
            out = io.StringIO()
            with warnings.catch_warnings():
                # the page's font is not matplotlib's: what matplotlib's lacks does not matter
                warnings.filterwarnings("ignore", message=r"(?s)Glyph .* missing from font")
                self.figure().savefig(out, format="svg", transparent=True, metadata={"Date": None})
        return _inline(out.getvalue())

    def __eq__(self, other: object) -> bool:
        """Tell whether two pictures show the same, whatever paints them."""
        same = isinstance(other, Drawing) and (self.width, self.height) == (other.width, other.height)
        return same and isinstance(other, Drawing) and self.body == other.body

    def __hash__(self) -> int:
        return hash((self.width, self.height))

    def figure(self) -> Any:
        """Return a new :class:`matplotlib.figure.Figure` with the picture on it, a pixel of the page 1/72 inch.

        It belongs to no window: ``.savefig("file.png", dpi=200)`` writes it, a notebook shows it.
        """
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure as Sheet

        sheet = Sheet(figsize=(self.width / 72, self.height / 72))
        FigureCanvasAgg(sheet)
        axes = sheet.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, self.width)
        axes.set_ylim(self.height, 0)
        axes.axis("off")
        self.draw(axes)
        return sheet


def paint(width: int, height: float, draw: Callable[[Any], None]) -> Drawing:
    """Return a sheet of ``width`` x ``height`` pixels (y downwards) that ``draw`` fills when it is looked at."""
    return Drawing(width=width, height=round(height), draw=draw)


def _inline(svg: str) -> str:
    """Strip everything that names a document, a machine, a font or an id; colours become variables."""
    body = svg[svg.index("</defs>") + len("</defs>") : svg.rindex("</svg>")]
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r"</?g\b[^>]*>", "", body)
    body = re.sub(r'<path d="[^"]*" style="fill: none; opacity: 0[^"]*"/>', "", body)
    body = re.sub(r"<[^<>]+>", lambda tag: _clean(tag.group()), body)
    return re.sub(r">\s+<", "><", body).strip()


def _clean(tag: str) -> str:
    tag = re.sub(r"font-family: [^;\"]*;? ?", "", tag)
    tag = re.sub(r' transform="rotate\(-?0 [^"]*"', "", tag)
    tag = re.sub(r"#[0-9a-f]{6}", lambda hit: f"var(--{_ROLE_OF[hit.group()]})", tag)
    tag = re.sub(r"(\d+\.\d\d)\d+", r"\1", tag)
    return re.sub(r"\s*\n\s*", " ", tag).replace(' z "', ' z"')


def box(axes: Any, x: float, y: float, width: float, height: float, *, fill: str, edge: str | None = None) -> None:
    """Draw a filled rectangle; its corner is (x, y)."""
    from matplotlib.patches import Rectangle

    axes.add_artist(
        Rectangle(
            (x, y),
            width,
            height,
            facecolor=ROLES[fill],
            clip_on=False,
            edgecolor=ROLES[edge] if edge else "none",
            linewidth=1 if edge else 0,
        )
    )


def line(
    axes: Any,
    x: tuple[float, float],
    y: tuple[float, float],
    *,
    role: str,
    width: float = 1,
    dashed: bool = False,
    behind: bool = False,
) -> None:
    """Draw a straight line, ``behind`` everything for a guide."""
    axes.plot(
        x,
        y,
        color=ROLES[role],
        linewidth=width,
        clip_on=False,
        solid_capstyle="butt",
        linestyle=(0, (3, 3)) if dashed else "-",
        zorder=0.5 if behind else 2,
    )


def dot(axes: Any, x: float, y: float, *, role: str, radius: float = 6, hollow: bool = False) -> None:
    """Draw a round mark: filled for *now*, hollow for *wished*."""
    from matplotlib.patches import Circle

    face = ROLES["paper"] if hollow else ROLES[role]
    axes.add_artist(
        Circle(
            (x, y),
            radius,
            facecolor=face,
            edgecolor=ROLES[role if hollow else "paper"],
            linewidth=2.5 if hollow else 1.5,
            clip_on=False,
            zorder=5,
        )
    )


def square(axes: Any, x: float, y: float, *, role: str, radius: float = 6, hollow: bool = False) -> None:
    """Draw a square mark of about the size of a :func:`dot`: the second partner's."""
    from matplotlib.patches import Rectangle

    side = 1.8 * radius
    axes.add_artist(
        Rectangle(
            (x - side / 2, y - side / 2),
            side,
            side,
            facecolor=ROLES["paper"] if hollow else ROLES[role],
            edgecolor=ROLES[role if hollow else "paper"],
            linewidth=2.5 if hollow else 1.5,
            clip_on=False,
            zorder=5,
        )
    )


def say(
    axes: Any,
    x: float,
    y: float,
    text: str,
    *,
    role: str = "ink",
    size: float = TEXT,
    ha: str = "left",
    bold: bool = False,
) -> None:
    """Write one line of text; y is the middle of its small letters."""
    axes.text(
        x,
        y + 0.34 * size,
        text,
        ha=ha,
        va="baseline",
        size=size,
        color=ROLES[role],
        clip_on=False,
        parse_math=False,
        fontweight="bold" if bold else "normal",
        zorder=6,
    )


def room_of(text: str, size: float = TEXT) -> float:
    """Return about how many pixels a text takes, on the generous side: the reader's font is not known."""
    return sum(map(_width_of, text)) * size


def _width_of(letter: str) -> float:
    if ord(letter) > 0x2E80 or letter in "MWmw@%":
        return 0.95
    return 0.34 if letter in "iljtf.,:;'!| " else 0.70 if letter.isupper() else 0.60


def wrap(text: str, width: float, size: float = TEXT, most: int | None = None) -> list[str]:
    """Break text into lines of ``width`` pixels, whole; with ``most`` what goes beyond is left out and marked."""
    letters = max(int(width / (0.53 * size)), 4)
    return textwrap.wrap(
        " ".join(text.split()), letters, max_lines=most, placeholder=" \u2026", break_long_words=True
    ) or [""]


BOLD = 1.15  # times as wide as plain letters


def wrap_within(text: str, width: float, size: float = TEXT, *, bold: bool = False) -> list[str]:
    """Break text into lines none of which takes more than ``width`` pixels by :func:`room_of`; nothing is left out."""
    room = width / BOLD if bold else width
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if room_of(longer, size) <= room:
            lines[-1] = longer
            continue
        lines += [""] if lines[-1] else []
        for letter in word:  # a word longer than a line is broken
            if lines[-1] and room_of(lines[-1] + letter, size) > room:
                lines.append("")
            lines[-1] += letter
    return lines


def say_lines(
    axes: Any,
    x: float,
    y: float,
    lines: list[str],
    *,
    role: str = "ink",
    size: float = TEXT,
    ha: str = "left",
    bold: bool = False,
) -> None:
    """Write lines one below the other; y is the middle of the first."""
    for i, text in enumerate(lines):
        say(axes, x, y + i * size * 1.25, text, role=role, size=size, ha=ha, bold=bold)


__all__ = ["MINUS", "NOTHING", "coefficient", "figure", "trimmed"]


def figure(x: float | None, digits: int = 2) -> str:
    """Return a figure of ``digits`` decimals."""
    return in_figures(for_page(wording.figure(x, digits)))


def trimmed(x: float | None, digits: int = 2) -> str:
    """Return a figure without trailing zeros: scores that are whole numbers stay whole."""
    return in_figures(for_page(wording.score(x, digits)))


def coefficient(x: float | None) -> str:
    """Return a coefficient that cannot pass 1: two decimals, no leading zero."""
    return for_page(wording.coefficient(x))
