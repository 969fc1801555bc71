"""Where the header of a table is, and whether its names can be used.

What every reader of lines and sheets offers: records of text cells, first line first.

The one list of cells that say "nothing here".

A cell is blank when it is empty, holds spaces only, or holds one of :data:`BLANK_WORDS` and nothing else. Words stay
words in columns that name the row (``NA`` may be somebody's initials). ``None`` is *not* in the list: it is an answer
on many questionnaires ("none of the time"), and no survey platform writes it for a skipped question.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from intimacy_scales.base.errors import ExportError, Problem

Record = Sequence[str]
HEAD = 40
"""Records a recogniser sees."""
BATCH = 4096
"""Records handed on at once: enough to work by column, little enough to forget."""


class Grid(Protocol):
    """A file as records of text cells. Record ``i`` stands in row ``i + 1`` as a spreadsheet shows it."""

    @property
    def shown(self) -> str:
        """Name of the file, as the user knows it."""

    @property
    def encoding(self) -> str | None:
        """Encoding, where there is one."""

    @property
    def separator(self) -> str | None:
        """Separator, where there is one."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was seen on the way and is worth telling."""

    @property
    def size(self) -> float:
        """Total of what ``batches`` advances by."""

    @property
    def may_be_ragged(self) -> bool:
        """Whether a record of another length is a fault (a text) or just how the file is kept (a sheet)."""

    def batches(self, advance: Callable[[float], None]) -> Iterator[list[Record]]:
        """Return all records in batches of at most :data:`BATCH`; says on the way how far it is."""


def head_of(grid: Grid) -> tuple[tuple[str, ...], ...]:
    """Return the first :data:`HEAD` records."""
    for batch in grid.batches(lambda _: None):
        return tuple(tuple(record) for record in batch[:HEAD])
    return ()


BLANK_WORDS = frozenset(
    {
        "NA", "N/A", "n/a", "#N/A",  # R, spreadsheets
        "NaN", "nan", "<NA>",  # Python
        "null", "NULL", "#NULL!",  # databases, SPSS by way of Excel
        ".",  # SPSS, SAS, Stata
    }
)  # fmt: skip


CODES_LIKE_NA = re.compile(r"[A-Z]{2}")


def na_is_word(texts: Iterable[str]) -> bool:
    """Return whether ``NA`` among these distinct texts is a word: all others are two capital letters, as countries are.

    Examples
    --------
    >>> na_is_word(["NA", "ZA", "BW"]), na_is_word(["NA", "agree"])
    (True, False)
    """
    bare = {text.strip() for text in texts} - {""}
    others = bare - BLANK_WORDS
    return "NA" in bare and bool(others) and all(CODES_LIKE_NA.fullmatch(text) for text in others)


def is_blank(text: str, *, words: bool = True) -> bool:
    """Return whether a cell holds nothing (``words=False``: only empty cells and spaces count)."""
    bare = text.strip()
    return not bare or (words and bare in BLANK_WORDS)


_NUMBER = re.compile(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]+)?")
_LISTED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The names of a table and how many records stand above its first answers."""

    names: tuple[str, ...]
    skip: int
    notes: tuple[str, ...] = ()


def find_header(head: Sequence[Record], shown: str) -> Header:
    """Find the header of a plain table: the first row that names (nearly) all columns.

    Rows above it that hold a title (one or few cells in a wide table) are passed over and said; a band of merged
    cells above it ("Partner A" over five columns) becomes part of the names where these would be double otherwise.

    Raises
    ------
    ExportError
        When there is no header: nothing in it, or numbers only.
    """
    width = max((_filled(record) for record in head), default=0)
    place = next((at for at, record in enumerate(head) if _names_all(record, width)), 0)
    if any(not _is_title(record, width) for record in head[:place]):
        place = next(at for at, record in enumerate(head) if _filled(record))  # a header with gaps, not a title
    record = head[place] if head else ()
    names = tuple(tidy(cell) for cell in record)
    if not any(names):
        raise ExportError(Problem(where=shown, what="has no header", do="export it again"))
    notes = []
    if place:
        titles = [
            " ".join(tidy(cell) for cell in above if cell.strip())[:60] for above in head[:place] if _filled(above)
        ]
        notes.append(f"the header is row {place + 1}; above it: {' / '.join(titles) or 'blank rows'}")
    if place and _doubled(names) and (banded := _banded(head[place - 1], names)):
        names = banded
        notes.append(f"names of row {place + 1} stand under the bands of row {place}; both together are the names now")
    _refuse_numbers(names, shown, place)
    return Header(names=names, skip=place + 1, notes=tuple(notes))


def tidy(cell: str) -> str:
    """Return a header cell on one line, without spaces around it."""
    return " ".join(cell.replace("\ufeff", "").split())


def is_number(text: str) -> bool:
    """Return whether a cell holds a number, with a decimal point or comma."""
    return _NUMBER.fullmatch(text.strip()) is not None


def vouch_names(names: Sequence[str], shown: str, *, rename: bool = False) -> Header:
    """Return names that are all different ("" may repeat).

    With ``rename`` (for platforms that write the same name over different questions) *every* one of a doubled name
    gets a number, ``name.1`` ``name.2``: no column can be taken for the other.

    Raises
    ------
    ExportError
        Where a name stands over several columns, all of them listed.
    """
    doubled = _doubled(names)
    if doubled and not rename:
        raise ExportError(
            Problem(where=f"{shown}: column {name}",
                    what=f"stands {len(places)} times in the header (columns {_places(places)})",
                    allowed="every name once", do="rename or remove the copies, or say which file is the right one")
            for name, places in doubled.items()
        )  # fmt: skip
    given, taken = list(names), set(names)
    for name, places in doubled.items():
        for count, place in enumerate(places, start=1):
            new = f"{name}.{count}"
            while new in taken:
                new += "_"
            taken.add(new)
            given[place] = new
    said = ", ".join(list(doubled)[:_LISTED]) + (
        f" and {len(doubled) - _LISTED} more" if len(doubled) > _LISTED else ""
    )
    notes = (f"names that stand over several columns are numbered (name.1, name.2): {said}",) if doubled else ()
    return Header(names=tuple(given), skip=1, notes=notes)


def _names_all(record: Record, width: int) -> bool:
    """Return whether a record names nearly all columns; R leaves the name of the first, the row's, out."""
    filled = _filled(record)
    return filled >= max(1, 0.8 * width) or (filled == width - 1 > 0 and len(record) == width and not record[0].strip())


def _is_title(record: Record, width: int) -> bool:
    return len(record) <= 1 or (width > 2 and _filled(record) * 2 <= width)


def _filled(record: Record) -> int:
    return sum(1 for cell in record if cell.strip())


def _doubled(names: Sequence[str]) -> dict[str, list[int]]:
    counts = Counter(names)
    return {name: [at for at, one in enumerate(names) if one == name] for name in counts if name and counts[name] > 1}


def _places(places: Sequence[int]) -> str:
    return ", ".join(str(place + 1) for place in places)


def _banded(above: Record, names: Sequence[str]) -> tuple[str, ...] | None:
    """Return the names with the merged cell above each in front, when that tells them apart."""
    band, banded = "", []
    for place, name in enumerate(names):
        band = (tidy(above[place]) if place < len(above) else "") or band
        banded.append(f"{band}_{name}" if band and name and names.count(name) > 1 else name)
    return None if _doubled(banded) else tuple(banded)


def _refuse_numbers(names: Sequence[str], shown: str, place: int) -> None:
    named = [name for name in names if name]
    if not all(is_number(name) for name in named):
        return
    counted = [[str(first + at) for at in range(len(named))] for first in (0, 1)]
    if len(named) > 1 and named in counted:
        return  # columns that are simply counted
    raise ExportError(Problem(where=f"{shown}: row {place + 1}", what="holds numbers only, so there is no header",
                              allowed="the names of the columns in the first row", do="add them"))  # fmt: skip
