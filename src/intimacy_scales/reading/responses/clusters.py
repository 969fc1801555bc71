"""Rows that belong together: partners of a couple who stand as two rows are not two independent persons."""

from __future__ import annotations

from collections import Counter

from intimacy_scales.reading.exports.kinds import names_a_group
from intimacy_scales.reading.exports.table import RawTable
from intimacy_scales.reading.responses.model import Responses

MOSTLY = 0.5  # share of the groups that must have two rows or more before rows are called partners


def clusters_of(responses: Responses, column: str) -> tuple[str, ...]:
    """Return what every row belongs to, by a column of the export; a row without a value stands for itself.

    Raises
    ------
    UnknownNameError
        When there is no such column.
    """
    texts = responses.table.column(column).known_texts()
    return tuple(text or f"row {number} alone" for text, number in zip(texts, responses.row_numbers, strict=True))


def couple_column(responses: Responses) -> str | None:
    """Return the column that shows that rows are partners: named like a couple, and most of its values stand twice."""
    return column_of_couples(responses.table)


def column_of_couples(table: RawTable) -> str | None:
    """Return the same for the table that was read."""
    for name in table.names:
        if not names_a_group(name):
            continue
        sizes = Counter(text for text in table.column(name).known_texts() if text)
        several = sum(n > 1 for n in sizes.values())
        if sizes and several >= MOSTLY * len(sizes):
            return name
    return None


def partners_note(responses: Responses) -> tuple[str, ...]:
    """Return the note that rows are partners, where they seem to be."""
    column = couple_column(responses)
    if column is None:
        return ()
    return (
        (
            f"rows share values of {column}: partners (or a family) stand as rows, their answers are not independent; "
            f"intervals and tests that count them as such are too sure. Name cluster {column} (--cluster {column})"
        ),
    )


def partners_as_persons(table: RawTable) -> tuple[str, ...]:
    """Return the same note for an analysis that cannot take partners together: it says which ones can."""
    column = column_of_couples(table)
    if column is None:
        return ()
    return (
        (
            f"rows share values of {column}: partners (or a family) stand as rows and are counted here as independent "
            f"persons, so intervals and tests are too sure; reliability and structure take --cluster {column}, couples "
            f"take --couple {column}"
        ),
    )
