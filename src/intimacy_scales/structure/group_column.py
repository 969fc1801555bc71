"""Persons put into groups by a column of their export, for comparing how a scale works in each."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import Problem, ResponseError
from intimacy_scales.responses.model import Responses

FEWEST = 30  # persons a group: below, its covariances are hardly known
SMALL = 100  # below, differences between groups are hardly visible
MOST_NAMED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """Rows (0-based) that belong to a group large enough, and the group of each; groups in the order of their names."""

    column: str
    rows: NDArray[np.int64] = field(repr=False)
    labels: tuple[str, ...] = field(repr=False)
    names: tuple[str, ...]
    sizes: tuple[int, ...]
    notes: tuple[str, ...] = ()


def grouped_by(responses: Responses, column: str, answered: NDArray[np.bool_]) -> Grouped:
    """Return the groups that a column makes; those under 30 persons are left out, and that is said.

    Parameters
    ----------
    answered : one a row, whether the person can be used (any answer, or every answer).

    Raises
    ------
    UnknownNameError
        When there is no such column.
    ResponseError
        When fewer than two groups are large enough.
    """
    texts = responses.table.column(column).known_texts()
    blank = sum(not text for text in texts)
    notes = [f"{blank} of {len(texts)} persons have no value in {column}; in no group"] if blank else []
    sizes = dict.fromkeys(sorted(set(texts) - {""}), 0)
    for text, use in zip(texts, answered.tolist(), strict=True):
        if text and use:
            sizes[text] += 1
    fine = [name for name, n in sizes.items() if n >= FEWEST]
    thin = [f"{name!r} ({n})" for name, n in sizes.items() if n < FEWEST]
    if thin:
        more = f" and {len(thin) - MOST_NAMED} more" if len(thin) > MOST_NAMED else ""
        notes.append(f"left out of the comparison, fewer than {FEWEST} usable persons: "
                     f"{', '.join(thin[:MOST_NAMED])}{more}")  # fmt: skip
    if len(fine) < 2:
        large = ", ".join(f"{name} ({sizes[name]})" for name in fine) or "none"
        raise ResponseError(Problem(where=f"group column {column}", what=f"groups that are large enough: {large}",
                                    allowed=f"two or more groups of {FEWEST} usable persons",
                                    do=f"{len(thin)} smaller group(s) cannot be compared" if thin else ""))  # fmt: skip
    notes += [f"group {name}: {sizes[name]} persons; differences are hardly visible in so few"
              for name in fine if sizes[name] < SMALL]  # fmt: skip
    rows = [row for row, (text, use) in enumerate(zip(texts, answered.tolist(), strict=True)) if use and text in fine]
    return Grouped(column=column, rows=np.array(rows, dtype=np.int64), labels=tuple(texts[row] for row in rows),
                   names=tuple(fine), sizes=tuple(sizes[name] for name in fine), notes=tuple(notes))  # fmt: skip
