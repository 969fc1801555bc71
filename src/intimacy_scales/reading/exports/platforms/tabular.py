"""What platforms that write one table have in common: a header read by its layout, kinds, questions, notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from intimacy_scales.reading.exports.exclusion import refused_consent, set_aside
from intimacy_scales.reading.exports.gather import gather
from intimacy_scales.reading.exports.grid import is_number, tidy, vouch_names
from intimacy_scales.reading.exports.kinds import look_inside
from intimacy_scales.reading.exports.platform import ExportFile, Options, Recognition, Sure
from intimacy_scales.reading.exports.platforms.spreadsheet import grid_of
from intimacy_scales.reading.exports.table import Column, ColumnKind, RawTable, Source, TextCells

NOT_SHOWN = "not shown"
_TRY_OUT = re.compile(r"(test|tests|testing|try[- ]?out|pretest|demo|asdf+|xxx+)[-_ ]?\d*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the header of an export is built, and what in it told the platform."""

    saw: str
    sure: Sure
    names: tuple[str, ...]
    skip: int = 1
    questions: tuple[str, ...] = ()
    others: tuple[tuple[str, ...], ...] = ()

    @property
    def recognition(self) -> Recognition:
        """What a recogniser answers."""
        return Recognition(saw=self.saw, sure=self.sure)


def heads(file: ExportFile) -> list[tuple[str, ...]]:
    """Return the first records, every cell on one line."""
    return list(_tidied(file.head))


@lru_cache(maxsize=1)
def _tidied(head: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """Return the records tidied: one platform after another looks at the same ones."""
    return tuple(tuple(map(tidy, record)) for record in head)


def bare(name: str) -> str:
    """Return a name without case, spaces and signs.

    Examples
    --------
    >>> bare("E-Mail address:")
    'emailaddress'
    """
    return re.sub(r"[\W_]+", "", name.casefold())


def one_row(file: ExportFile) -> Layout:
    """Return the layout of a file that only the user calls this platform's: the first row is the header."""
    return Layout(saw="", sure="assumed", names=heads(file)[0] if file.head else ())


def read_layout(
    file: ExportFile,
    options: Options,
    recognition: Recognition,
    platform: str,
    layout: Layout,
    kinds: Callable[[str], ColumnKind],
    *,
    not_shown: Collection[str] = (),
) -> RawTable:
    """Read a table by its layout.

    Doubled names are numbered: these platforms give them to different questions. Texts in ``not_shown`` (which the
    platform writes for a question that was not put) stay in the cells as a kind of missing. Rows that refused consent
    are set aside by the rule that holds for Qualtrics.

    Raises
    ------
    ExportError
        No header, ragged rows, no rows, broken text.
    """
    header = vouch_names(layout.names, file.shown, rename=True)
    grid = grid_of(file)
    origin = {given: name for name, given in zip(layout.names, header.names, strict=True)}
    gathered = gather(
        grid,
        header.names,
        skip=layout.skip,
        quiet=options.quiet,
        stay=not_shown,
        kinds=lambda name: kinds(origin.get(name, name)),
    )
    place = {name: at for at, name in enumerate(header.names)}
    columns = tuple(_told(column, layout, place.get(column.name), not_shown) for column in gathered.columns)
    table = RawTable(
        columns=look_inside(columns),
        row_numbers=gathered.row_numbers,
        set_aside=gathered.blank,
        source=Source(
            path=file.shown,
            platform=platform,
            saw=recognition.saw,
            sure=recognition.sure,
            encoding=grid.encoding,
            separator=grid.separator,
        ),
        notes=(*file.notes, *header.notes, *gathered.notes),
    )
    notes = [*try_outs(table)]
    refused = refused_consent(table, notes)
    table = replace(table, notes=(*table.notes, *notes))
    return set_aside(table, [("refused", refused)], options.include)


def _told(column: Column, layout: Layout, place: int | None, not_shown: Collection[str]) -> Column:
    """Give a column what the header says of it, and call the platform's "not shown" what it is."""
    if place is None:
        return column
    question = layout.questions[place] if place < len(layout.questions) else ""
    others = layout.others[place] if place < len(layout.others) else ()
    gone = {}
    if column.kind == "answer" and not_shown and isinstance(column.cells, TextCells):
        gone = {text: NOT_SHOWN for text in column.cells.values if text.strip() in not_shown}
    return replace(
        column,
        question=question or column.question,
        other_names=(*column.other_names, *others),
        missing_texts={**column.missing_texts, **gone},
    )


def texts_in(column: Column) -> tuple[str, ...]:
    """Return the distinct texts of a column, without spaces around them; none of a column of numbers."""
    if not isinstance(column.cells, TextCells):
        return ()
    used = np.zeros(len(column.cells.values) + 1, dtype=bool)
    used[column.cells.codes] = True  # code -1 is the last
    return tuple(dict.fromkeys(text.strip() for text, there in zip(column.cells.values, used, strict=False) if there))


def private_if_text(column: Column) -> Column:
    """Call a column of answers private when anything in it is no number: for boxes people write into."""
    return column if all(map(is_number, texts_in(column))) else replace(column, kind="personal")


def try_outs(table: RawTable) -> tuple[str, ...]:
    """Return a note on rows whose id reads like a try-out of the makers ("test", "test2"); they stay."""
    found = []
    for column in table.columns:
        if column.kind == "id" and any(_TRY_OUT.fullmatch(text) for text in texts_in(column)):
            texts = column.cells.texts()
            rows = [int(table.row_numbers[at]) for at, text in enumerate(texts) if _TRY_OUT.fullmatch(text.strip())]
            shown = ", ".join(map(str, rows[:10])) + (f" and {len(rows) - 10} more" if len(rows) > 10 else "")
            found.append(f"column {column.name} reads like a try-out in rows {shown}: kept; take them out if they are")
    return tuple(found)
