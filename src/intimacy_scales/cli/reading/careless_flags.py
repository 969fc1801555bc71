"""Signs of careless answering in the words and columns of the command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from intimacy_scales.base.results import text_table

if TYPE_CHECKING:
    from intimacy_scales.analysis.careless import Careless
    from intimacy_scales.reading.responses.model import Responses

PREFIX = "careless_"
LEAST_PERSONS = 2  # of one person nothing can be said that the answers do not say


def careless_of(responses: Responses | None, *, brief: bool = False) -> Careless | None:
    """Return the signs of careless answering of a sample that may be scored; ``None`` where there is none.

    ``brief`` leaves out the indices without a cut of their own, some of which take long on large samples.
    """
    from intimacy_scales.analysis.careless import KINDS, careless_flags

    if responses is None or responses.n_persons < LEAST_PERSONS or not responses.answered:
        return None
    return careless_flags(responses, only=[name for name, kind in KINDS.items() if kind.cut] if brief else None)


def careless_said(found: Careless) -> str:
    """Return one short paragraph: how many rows each index flags, and that nobody was dropped for it.

    Indices without a cut of their own (``synonyms``, ``isd``) flag nobody and are left to ``score --careless``.
    """
    counts = [f"{i.name} ({i.cut}): {int(i.flagged.sum()):,}" for i in found.indices if i.cut is not None]
    several = int((found.flags >= 2).sum())
    flagged = "; ".join(counts) or "no index has a cut"
    return (
        f"careless answering, rows of {len(found):,} that each index flags: {flagged}. "
        f"Two flags or more: {several:,}. "
        "A flag is a reason to look; nothing was dropped (--drop-careless RULE drops)."
    )


def careless_table(found: Careless) -> str:
    """Return the table of indices and the notes on them, for people."""
    notes = [f"note: {note}" for note in found.notes]
    return "\n".join(
        ["careless answering (flags; nobody is dropped for them)", text_table(found.rows_for_eyes()), *notes]
    )


def careless_columns(found: Careless, responses: Responses) -> dict[str, Any]:
    """Return the flag columns for the rows of ``responses``: each index, how many are beyond their cut, and which.

    The indices were computed on every row read; rows set aside by ``--drop-careless`` since then are left out.
    """
    rows = np.isin(found.responses.row_numbers, responses.row_numbers)
    columns: dict[str, Any] = {f"{PREFIX}{index.name}": index.values[rows] for index in found.indices}
    columns[f"{PREFIX}flags"] = found.flags[rows]
    by = np.array(
        [", ".join(i.name for i in found.indices if i.flagged[row]) for row in range(len(found))], dtype=object
    )
    columns[f"{PREFIX}flagged_by"] = by[rows].tolist()
    return columns


def careless_labels(found: Careless) -> dict[str, str]:
    """Return what each flag column is, for the codebook."""
    labels = {
        f"{PREFIX}{index.name}": f"{index.kind.words}; {index.kind.direction} is careless; "
        + ("no cut" if index.cut is None else f"cut {index.cut}")
        for index in found.indices
    }
    return {
        **labels,
        f"{PREFIX}flags": "signs of careless answering beyond their cut",
        f"{PREFIX}flagged_by": "which signs are beyond their cut",
    }
