"""The one document model of all reports: what is said, in which order, before anybody decides how it looks.

A report is a :class:`Document` of sections; a section holds blocks. Nothing here knows HTML: every field is plain
text (``*word*`` in methods and references is emphasis) or a finished drawing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from intimacy_scales.pictures.drawing import Drawing

Audience = Literal["client", "clinician", "research"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """One paragraph of plain text; ``kind`` says how loud it speaks."""

    text: str
    kind: str = "plain"
    """``plain``, ``lead`` (the sentence that matters), ``note`` (a doubt) or ``quiet`` (small print)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One figure of the first screen: a short name, the figure, and what it rests on."""

    name: str
    value: str
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The first screen: the reader's question, its answer in one or two sentences, the figures behind it."""

    question: str
    answer: tuple[str, ...]
    facts: tuple[Fact, ...] = ()


ROOM = 104  # letters of a table that fit across a sheet of A4 or Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: caption, head, rows; the first column names the row, the others are figures or words."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: tuple[int, ...] = ()
    """Columns (0-based) that hold words and stand on the left; all others are figures, on the right."""
    folded: bool = False
    notes: tuple[str, ...] = ()

    def blocks(self, room: int = ROOM) -> tuple[tuple[int, ...], ...]:
        """Return the columns of the table in blocks that fit on paper, the first column in each.

        A column takes as many letters as its longest figure or word (of words: up to 24); ``room`` letters fit.
        """
        widths = [self._width(j) for j in range(len(self.head))]
        found: list[list[int]] = [[]]
        left = room - widths[0]
        for j in range(1, len(self.head)):
            if found[-1] and widths[j] > left:
                found.append([])
                left = room - widths[0]
            found[-1].append(j)
            left -= widths[j]
        return tuple((0, *group) for group in found)

    def _width(self, j: int) -> int:
        cells = [row[j] for row in self.rows]
        longest = max((len(word) for text in (self.head[j], *cells) for word in text.split()), default=0)
        if j and j not in self.words:
            return max(longest, *(len(cell) for cell in cells), 3) + 3
        return max(longest, min(max(map(len, cells), default=0), 24)) + 3

    def __post_init__(self) -> None:
        wrong = [len(row) for row in self.rows if len(row) != len(self.head)]
        if wrong:
            raise ValueError(f"table {self.caption!r}: rows of {wrong} cells under a head of {len(self.head)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture in two widths, a title, a text alternative that states its finding, and its table."""

    title: str
    alt: str
    wide: Drawing
    narrow: Drawing
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """Doubts and remarks, one idea each."""

    items: tuple[str, ...]
    kind: str = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class TipBlock:
    """A tip: what, why this one, how sure the evidence is, one thing to try this week, what to mind."""

    title: str
    advice: str
    why: str
    how_sure: tuple[str, ...]
    """One entry a study, or that there is none."""
    try_this: str
    mind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """Full references, in alphabetical order; ``*...*`` is emphasis."""

    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """What whoever wants it unfolds: not counted among what stands open; on paper in small print."""

    title: str
    blocks: tuple[Paragraph | Notes, ...]


Block = Folded | Paragraph | Finding | Table | Figure | Notes | TipBlock | References


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and what stands under it; sections may hold sections, so headings are always in order."""

    title: str
    blocks: tuple[Block | Section, ...]
    technical: bool = False
    """Method parts: set smaller, last."""
    new_page: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole report, whatever it is rendered to."""

    title: str
    subtitle: str
    finding: Finding
    sections: tuple[Section, ...]
    footer: tuple[str, ...]
    """What made it: bank, version and fingerprint; software version; date. Printed on each page."""
    lang: str = "en"
    direction: str = "ltr"
    audience: str = ""
    """``client``, ``clinician`` or ``research``."""
    name_line: str = ""
    """Name of a line to fill in on paper (a code or a name); none where empty."""

    def walk(self) -> Iterator[Block]:
        """Give every block in reading order, the finding first."""
        yield self.finding
        for section in self.sections:
            yield from _walk(section.blocks)


def _walk(blocks: Sequence[Block | Section]) -> Iterator[Block]:
    for block in blocks:
        if isinstance(block, (Section, Folded)):
            yield from _walk(block.blocks)
        else:
            yield block
