"""The pictures of a report as files of their own, to be put into a paper or a talk."""

from __future__ import annotations

import os
import re
from html import escape
from pathlib import Path

from intimacy_scales.files import may_write, write_text
from intimacy_scales.report.build import Report
from intimacy_scales.report.document import Figure
from intimacy_scales.report.drawing import ROLES

FONT = "Helvetica, Arial, sans-serif"


def write_plots(report: Report, folder: str | os.PathLike[str], *, force: bool = False) -> list[Path]:
    """Write every picture of a report into a folder as ``01-title.svg``, and return the paths.

    Raises
    ------
    OutputError
        When the folder does not exist, or a file stands there and ``force`` was not said; then nothing is written.
    """
    figures = [block for block in report.document.walk() if isinstance(block, Figure)]
    names = [Path(folder) / f"{place:02d}-{_slug(figure.title)}.svg" for place, figure in enumerate(figures, start=1)]
    targets = [may_write(name, force=force) for name in names]
    return [write_text(target, svg_file(figure)) for target, figure in zip(targets, figures, strict=True)]


def svg_file(figure: Figure) -> str:
    """Return a picture as an SVG file: on white, in fixed colours, with its title and text alternative."""
    drawing = figure.wide
    body = re.sub(r"var\(--([a-z0-9-]+)\)", lambda role: ROLES[role.group(1)], drawing.body)
    size = f'width="{drawing.width}" height="{drawing.height}" viewBox="0 0 {drawing.width} {drawing.height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{FONT}">\n'
        f"<title>{escape(figure.title)}</title>\n<desc>{escape(figure.alt)}</desc>\n"
        f'<rect width="100%" height="100%" fill="{ROLES["paper"]}"/>\n{body}\n</svg>\n'
    )


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:72].strip("-") or "picture"
