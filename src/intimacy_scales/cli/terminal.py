"""What fits a terminal: tables no wider than it, lines wrapped, notes that say the same said once."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence

MOST_NAMED = 3  # scales that a note on many names
NARROWEST = 40  # columns: below, nothing is gained by breaking lines
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?(?![\w.]*\w)|(?<!\w)\.\d+")
_CELLS = re.compile(r"\S {2,}\S")


def terminal_width() -> int | None:
    """Return the width to keep to; ``None`` for files and pipes, whose lines stay whole."""
    if not sys.stdout.isatty() and "COLUMNS" not in os.environ:
        return None
    return max(shutil.get_terminal_size().columns, NARROWEST)


def fitted(text: str, width: int | None) -> str:
    r"""Return a text whose lines fit: tables are continued below with their first column, sentences wrapped.

    Examples
    --------
    >>> print(fitted("scale      alpha  a column that is wide\na.total      .80                     12", 36))
    scale    alpha
    a.total    .80
    <BLANKLINE>
    scale    a column that is wide
    a.total                     12
    """
    if width is None:
        return text
    lines: list[str] = []
    for block in _blocks(text.split("\n")):
        if max(map(len, block)) <= width:
            lines += block
        elif len(block) > 1:
            lines += _table(block, width)
        else:
            lines += _wrapped(block[0], width)
    return "\n".join(lines)


def _blocks(lines: Sequence[str]) -> Iterator[list[str]]:
    """Yield tables (lines of cells two spaces apart that stand one below the other) whole, all else line by line."""
    table: list[str] = []
    for line in lines:
        if _CELLS.search(line) and (not table or len(_spans([*table, line])) > 1):
            table.append(line)
            continue
        if table:
            yield table
        table = [line] if _CELLS.search(line) else []
        if not table:
            yield [line]
    if table:
        yield table


def _spans(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return where the columns of a table begin and end: they are parted by two blanks in every line."""
    width = max(map(len, lines))
    used = [any(at < len(line) and line[at] != " " for line in lines) for at in range(width)]
    spans: list[tuple[int, int]] = []
    start = None
    for at in range(width + 2):
        if at < width and used[at]:
            start = at if start is None else start
        elif start is not None and not any(used[at : at + 2]):
            spans.append((start, at))
            start = None
    return spans


def _table(lines: Sequence[str], width: int) -> list[str]:
    spans = _spans(lines)
    first, *others = spans
    wide = first[1] - first[0]
    parts: list[list[tuple[int, int]]] = [[]]
    room = width - wide
    for span in others:
        needed = 2 + span[1] - span[0]
        if needed > room and parts[-1]:
            parts.append([])
            room = width - wide
        parts[-1].append(span)
        room -= needed
    made: list[str] = []
    for number, part in enumerate(parts):
        made += [""] if number else []
        made += ["  ".join(line[a:b].ljust(b - a) for a, b in (first, *part)).rstrip() for line in lines]
    return made


def _wrapped(line: str, width: int) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.wrap(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    ) or [line]


def grouped_notes(notes: Iterable[tuple[str, str]]) -> list[str]:
    """Return notes on several scales, those that say the same once, with the range of numbers that differ.

    Examples
    --------
    >>> grouped_notes([("a", "only 12 complete rows"), ("b", "only 9 complete rows"), ("b", "two items")])
    ['a, b: only 9 to 12 complete rows', 'b: two items']
    """
    same: dict[str, list[tuple[str, str]]] = {}
    for scale, note in notes:
        same.setdefault(_NUMBER.sub("#", note), []).append((scale, note))
    return [f"{_named(list(dict.fromkeys(scale for scale, _ in one)))}: {_ranged(one)}" for one in same.values()]


def _named(scales: Sequence[str]) -> str:
    most = scales if len(scales) <= MOST_NAMED else scales[: MOST_NAMED - 1]
    more = len(scales) - len(most)
    return ", ".join(most) + (f" and {more} more" if more else "")


def _ranged(group: Sequence[tuple[str, str]]) -> str:
    """Return one note for all of a group: where their numbers differ, the lowest and the highest."""
    texts = [note for _, note in group]
    slots = list(zip(*(_NUMBER.findall(text) for text in texts), strict=True))
    said = iter([_range(numbers) for numbers in slots])
    return _NUMBER.sub(lambda _: next(said), texts[0])


def _range(numbers: Sequence[str]) -> str:
    ordered = sorted(set(numbers), key=lambda number: float(number.replace(",", "")))
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]} to {ordered[-1]}"


def with_grouped_notes(text: str) -> str:
    r"""Return a text in which neighbouring lines ``note: SCALE: ...`` that say the same are one.

    Examples
    --------
    >>> print(with_grouped_notes("note: eis_total: few answers\nnote: pair_social: few answers\nnote: alone"))
    note: eis_total, pair_social: few answers
    note: alone
    """
    lines: list[str] = []
    notes: list[tuple[str, str]] = []
    for line in [*text.split("\n"), None]:
        named = None if line is None else re.fullmatch(r"note: ([\w.]+): (.+)", line)
        if named is not None:
            notes.append((named[1], named[2]))
            continue
        lines += [f"note: {note}" for note in grouped_notes(notes)]
        notes = []
        if line is not None:
            lines.append(line)
    return "\n".join(lines)
