"""The drawing board: a plain sheet of pixels that stands inside a page as SVG, or on a matplotlib figure.

Colours are roles (``high3``, ``soft``), never tints: the page's style sheet says what a role looks like by
day, by night and on paper. Text stays text, in the page's own font.

Figures as pages and pictures show them: those of ``base.wording`` with a true minus, and a dash for none.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from intimacy_scales.base import wording
from intimacy_scales.base.translation import in_figures
from intimacy_scales.base.wording import MINUS, for_page
from intimacy_scales.base.wording import NO_FIGURE_ON_PAGE as NOTHING
from intimacy_scales.pictures.matplotlib_sheet import MatplotlibSheet
from intimacy_scales.pictures.sheet import BEHIND, DOTS, LINES, ROLES, Sheet, Stroke
from intimacy_scales.pictures.svg_sheet import SvgSheet

WIDE, NARROW = 720, 340  # drawing units = CSS pixels at full width: text is never shrunk on a telephone
TEXT, SMALL = 14, 12


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawing:
    """A picture of fixed size that is painted when somebody looks: as inline SVG, or as a matplotlib figure.

    Title and role belong to whoever shows it.
    """

    width: int
    height: int
    draw: Callable[[Sheet], None] = field(repr=False)

    @cached_property
    def body(self) -> str:
        """What stands between ``<svg ...>`` and ``</svg>``: no ids, no fonts, colours as ``var(--role)``."""
        sheet = SvgSheet()
        self.draw(sheet)
        return sheet.body()

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
        from matplotlib.figure import Figure

        paper = Figure(figsize=(self.width / 72, self.height / 72))
        FigureCanvasAgg(paper)
        axes = paper.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, self.width)
        axes.set_ylim(self.height, 0)
        axes.axis("off")
        self.draw(MatplotlibSheet(axes))
        return paper


def paint(width: int, height: float, draw: Callable[[Sheet], None]) -> Drawing:
    """Return a sheet of ``width`` x ``height`` pixels (y downwards) that ``draw`` fills when it is looked at."""
    return Drawing(width=width, height=round(height), draw=draw)


def box(sheet: Sheet, x: float, y: float, width: float, height: float, *, fill: str, edge: str | None = None) -> None:
    """Draw a filled rectangle; its corner is (x, y)."""
    sheet.rectangle(x, y, width, height, fill=fill, stroke=Stroke(role=edge) if edge else None)


def line(
    sheet: Sheet,
    x: tuple[float, float],
    y: tuple[float, float],
    *,
    role: str,
    width: float = 1,
    dashed: bool = False,
    behind: bool = False,
) -> None:
    """Draw a straight line, ``behind`` everything for a guide."""
    stroke = Stroke(role=role, width=width, dash=(3, 3) if dashed else None)
    sheet.polyline(list(zip(x, y, strict=True)), stroke, order=BEHIND if behind else LINES)


def dot(sheet: Sheet, x: float, y: float, *, role: str, radius: float = 6, hollow: bool = False) -> None:
    """Draw a round mark: filled for *now*, hollow for *wished*."""
    sheet.ellipse((x, y), 2 * radius, 2 * radius, fill="paper" if hollow else role, order=DOTS,
                  stroke=_rim(role, hollow=hollow))  # fmt: skip


def square(sheet: Sheet, x: float, y: float, *, role: str, radius: float = 6, hollow: bool = False) -> None:
    """Draw a square mark of about the size of a :func:`dot`: the second partner's."""
    side = 1.8 * radius
    sheet.rectangle(x - side / 2, y - side / 2, side, side, fill="paper" if hollow else role, order=DOTS,
                    stroke=_rim(role, hollow=hollow))  # fmt: skip


def _rim(role: str, *, hollow: bool) -> Stroke:
    return Stroke(role=role if hollow else "paper", width=2.5 if hollow else 1.5)


def say(
    sheet: Sheet,
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
    sheet.text(x, y + 0.34 * size, text, role=role, size=size, ha=ha, bold=bold)


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
    sheet: Sheet,
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
        say(sheet, x, y + i * size * 1.25, text, role=role, size=size, ha=ha, bold=bold)


__all__ = ["MINUS", "NOTHING", "ROLES", "coefficient", "figure", "trimmed"]


def figure(x: float | None, digits: int = 2) -> str:
    """Return a figure of ``digits`` decimals."""
    return in_figures(for_page(wording.figure(x, digits)))


def trimmed(x: float | None, digits: int = 2) -> str:
    """Return a figure without trailing zeros: scores that are whole numbers stay whole."""
    return in_figures(for_page(wording.score(x, digits)))


def coefficient(x: float | None) -> str:
    """Return a coefficient that cannot pass 1: two decimals, no leading zero."""
    return for_page(wording.coefficient(x))
