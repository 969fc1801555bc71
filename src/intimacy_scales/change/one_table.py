"""One table that holds several occasions: below each other (a time column) or side by side (``_t1``, ``_t2``)."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.change.occasions import Times, times_of
from intimacy_scales.change.panel import Occasion, Panel, day_or_number, ids_in, spelling
from intimacy_scales.errors import Problem, ResponseError
from intimacy_scales.exports.joining_ids import match_ids
from intimacy_scales.scoring import Scores

FloatArray = NDArray[np.float64]
SHOWN = 5


def panel_of_one(scores: Scores, *, time: str | None = None) -> Panel:
    """Return the persons and occasions of one table.

    Parameters
    ----------
    scores
        With a time column: a row a person and occasion, ids saying who. Without: occasions side by side.
    time
        The column that says when. Dates, or numbers that hardly repeat, make each person's own first, second ...
        occasion; occasions that persons share (t1, t2; weeks 0, 4, 8) stay what they are.

    Raises
    ------
    ResponseError
        When there is one occasion only, ids are missing, or times cannot be read.
    """
    if not len(scores):
        raise ResponseError(Problem(where="answers", what="hold no persons", allowed="at least one row of answers"))
    return _side_by_side(scores) if time is None else _below_each_other(scores, time)


def _side_by_side(scores: Scores) -> Panel:
    names = list(dict.fromkeys(part.sitting.time for part in scores.parts if part.sitting.time is not None))
    if len(names) < 2:
        held = f"one occasion ({names[0]})" if names else "no occasions"
        raise ResponseError(
            Problem(
                where="answers",
                what=f"the columns name {held}",
                allowed="a second file, a time column, or columns that end in _t1, _t2",
                do="give BEFORE and AFTER, or say --time COLUMN",
            )
        )
    responses = scores.responses
    order = times_of(names, column="names of the occasions", numbers=range(len(names))).values
    ranked = [names[j] for j in np.argsort(order, kind="stable").tolist()]
    rows = np.arange(len(scores), dtype=np.int64)
    ids = responses.ids or tuple(str(number) for number in responses.row_numbers.tolist())
    return Panel(
        ids=tuple(ids),
        occasions=tuple(Occasion(name=name, scores=scores, rows=rows, time=name) for name in ranked),
        times=np.tile(np.sort(order), (len(scores), 1)),
        unit="occasion",
        kind="names",
    )


def _below_each_other(scores: Scores, column: str) -> Panel:
    responses = scores.responses
    matched = match_ids([ids_in(responses, responses.source.path or "answers")])
    texts = responses.table.column(column).cells.texts()
    read = times_of(texts, column=column, numbers=responses.row_numbers.tolist())
    ids = list(matched.keys[0])
    seen = Counter((one, float(when)) for one, when in zip(ids, read.values, strict=True) if one)
    doubled = {key for key, times in seen.items() if times > 1}
    kept = [
        row
        for row, (one, when) in enumerate(zip(ids, read.values.tolist(), strict=True))
        if one and not np.isnan(when) and (one, when) not in doubled
    ]
    persons = tuple(dict.fromkeys(ids[row] for row in kept))
    problems = (*spelling(matched), *_left_out(ids, read, doubled))
    by_rank = _own_times(read, len(persons))
    steps = _ranks(ids, read, kept) if by_rank else {row: read.values[row] for row in kept}
    labels = sorted(set(steps.values()))
    if len(labels) < 2:
        raise ResponseError(
            Problem(
                where=f"column {column}",
                what=f"holds one occasion ({texts[kept[0]].strip() if kept else 'none'})",
                allowed="two occasions or more of the same persons",
            )
        )
    place, who = {label: j for j, label in enumerate(labels)}, {one: i for i, one in enumerate(persons)}
    rows = np.full((len(persons), len(labels)), -1, dtype=np.int64)
    times: FloatArray = np.full(rows.shape, np.nan)
    for row in kept:
        at = who[ids[row]], place[steps[row]]
        rows[at], times[at] = row, read.values[row]
    names = [_name(label, read, by_rank=by_rank) for label in labels]
    return Panel(
        ids=persons,
        occasions=tuple(Occasion(name=name, scores=scores, rows=rows[:, j]) for j, name in enumerate(names)),
        times=times,
        unit=read.unit,
        kind=read.kind,
        problems=problems,
        by_rank=by_rank,
    )


def _name(label: float, read: Times, *, by_rank: bool) -> str:
    if by_rank:
        return f"occasion {int(label) + 1}"
    if read.kind == "names":
        return next(text.strip() for text, value in zip(read.texts, read.values, strict=True) if value == label)
    return day_or_number(label, read.kind)


def _own_times(read: Times, n_persons: int) -> bool:
    """Whether times are each person's own: dates, or numbers so many that persons cannot share them."""
    different = len(np.unique(read.values[~np.isnan(read.values)]))
    return read.kind == "dates" or (read.kind == "numbers" and n_persons > 1 and different > max(12, n_persons))


def _ranks(ids: list[str], read: Times, kept: list[int]) -> dict[int, float]:
    """Return each row's place among its person's rows, 0 for the earliest."""
    of: dict[str, list[int]] = {}
    for row in kept:
        of.setdefault(ids[row], []).append(row)
    return {
        row: float(place)
        for rows in of.values()
        for place, row in enumerate(sorted(rows, key=lambda row: float(read.values[row])))
    }


def _left_out(ids: list[str], read: Times, doubled: set[tuple[str, float]]) -> tuple[Problem, ...]:
    found = []
    if doubled:
        said = [f"{one} at {day_or_number(when, read.kind)}" for one, when in sorted(doubled)]
        more = f" and {len(said) - SHOWN} more" if len(said) > SHOWN else ""
        found.append(
            Problem(
                where="answers",
                what=f"{len(said)} persons stand twice at one time: {', '.join(said[:SHOWN])}{more}",
                do="these rows are left out: it cannot be told which counts",
            )
        )
    blank = sum(1 for one, when in zip(ids, read.values.tolist(), strict=True) if not one or np.isnan(when))
    if blank:
        found.append(Problem(where="answers", what=f"{blank} rows have no id or no time", do="they are left out"))
    return tuple(found)
