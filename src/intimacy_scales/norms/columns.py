"""Columns of an export that norms are made with: weights of persons, and ages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import Problem, ResponseError
from intimacy_scales.responses.model import Responses

FloatArray = NDArray[np.float64]
SHOWN = 3


def numbers_in(responses: Responses, column: str) -> FloatArray:
    """Return a column's numbers, one a row, NaN where a cell is blank.

    Raises
    ------
    UnknownNameError
        When there is no such column.
    ResponseError
        When a cell is no number, with its row.
    """
    texts = responses.table.column(column).known_texts()
    found, wrong = np.full(len(texts), np.nan), []
    for row, text in enumerate(texts):
        if not text:
            continue
        try:
            found[row] = float(text)
        except ValueError:
            wrong.append(row)
    if wrong:
        rows = ", ".join(str(responses.row_numbers[row]) for row in wrong[:SHOWN])
        more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        what = f"{len(wrong)} cells are no numbers, as {texts[wrong[0]]!r} (row {rows}{more})"
        raise ResponseError(Problem(where=f"column {column}", what=what, allowed="numbers", do="name another column"))
    return found


def weights_in(responses: Responses, column: str) -> FloatArray:
    """Return a column of weights, all above 0; a blank one is NaN and its person counts for nothing.

    Raises
    ------
    ResponseError
        When a weight is not above 0, or none is there.
    """
    weights = numbers_in(responses, column)
    known = weights[~np.isnan(weights)]
    if not len(known) or not (known > 0).all() or not np.isfinite(known).all():
        bad = int((~(known > 0)).sum())
        what = "holds no weights" if not len(known) else f"{bad or 'some'} weights are not above 0"
        raise ResponseError(Problem(where=f"column {column}", what=what, allowed="a number above 0 for each person"))
    return weights
