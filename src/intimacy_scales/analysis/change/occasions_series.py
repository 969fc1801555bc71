"""The room's two ways in: two tables, or one table that holds several occasions.

One table that holds several occasions: below each other (a time column) or side by side (``_t1``, ``_t2``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Unpack

import numpy as np

from intimacy_scales.analysis.change.before_after import ChangeOptions, change_of
from intimacy_scales.analysis.change.formulas import CRITICAL, Population
from intimacy_scales.analysis.change.occasions import Times, occasion_words, times_of
from intimacy_scales.analysis.change.panel import Occasion, Panel, day_or_number, ids_in, panel_of_two, spelling
from intimacy_scales.analysis.change.results import Change
from intimacy_scales.bank.model import Banks
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.wording import days_of, level_words, some
from intimacy_scales.reading.exports.joining.ids import match_ids
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.coding.doubts import rows_apart
from intimacy_scales.reading.responses.model import Administration
from intimacy_scales.scoring import Scores, as_scores
from intimacy_scales.scoring.given_figures import PerScore, check_given
from intimacy_scales.statistics.estimate import half_width

SHOWN = 5
CRITICAL_LEVEL = 0.95  # of the rule |RC| > 1.96


def panel_of_one(scores: Scores, *, time: str | None = None, times: Sequence[str] = ()) -> Panel:
    """Return the persons and occasions of one table.

    Parameters
    ----------
    scores
        With a time column: a row a person and occasion, ids saying who. Without: occasions side by side.
    time
        The column that says when. Dates, or numbers that hardly repeat, make each person's own first, second ...
        occasion; occasions that persons share (t1, t2; weeks 0, 4, 8) stay what they are.
    times
        Names of occasions in their order, where the names do not tell it, or where only some count.

    Raises
    ------
    ResponseError
        When there is one occasion only, ids are missing, or times cannot be read.
    """
    if not len(scores):
        raise ResponseError(Problem(where="answers", what="hold no persons", allowed="at least one row of answers"))
    panel = _side_by_side(scores, times) if time is None else _below_each_other(scores, time, times)
    return replace(panel, problems=(*panel.problems, *_order_problems(panel)))


def _order_problems(panel: Panel) -> list[Problem]:
    """Return the order of the occasions, the pair that is compared, and who lacks one of the two."""
    names = [occasion.name for occasion in panel.occasions]
    first, last = panel.occasions[0].rows, panel.occasions[-1].rows
    lacking = [one for one, a, b in zip(panel.ids, first.tolist(), last.tolist(), strict=True) if a < 0 or b < 0]
    if panel.by_rank:
        return []
    text = f"{', '.join(names)}; compared: {names[0]} with {names[-1]}"
    if lacking:
        text += f"; {len(lacking)} of {len(panel.ids)} persons lack one of the two: {some(lacking)}"
    return [Problem(where="occasions in their order", what=text)]


def _side_by_side(scores: Scores, texts: Sequence[str]) -> Panel:
    names = list(
        dict.fromkeys(part.administration.occasion for part in scores.parts if part.administration.occasion is not None)
    )
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
    order = times_of(names, column="names of the occasions", numbers=range(len(names)), order=texts).values
    names = [name for name, at in zip(names, order.tolist(), strict=True) if not np.isnan(at)]
    order = order[~np.isnan(order)]
    ranked = [names[j] for j in np.argsort(order, kind="stable").tolist()]
    rows = np.arange(len(scores), dtype=np.int64)
    ids = scores.ids or tuple(str(number) for number in scores.row_numbers.tolist())
    return Panel(
        ids=tuple(ids),
        occasions=tuple(Occasion(name=name, scores=scores, rows=rows, time=name) for name in ranked),
        times=np.tile(np.sort(order), (len(scores), 1)),
        unit="occasion",
        kind="names",
    )


MOST_HELD_APART = 12  # occasions whose codes are held against each other


def _below_each_other(scores: Scores, column: str, said: Sequence[str]) -> Panel:
    matched = match_ids([ids_in(scores, scores.source.path or "answers")])
    texts, order = occasion_words(scores.other_column(column), said)
    read = times_of(texts, column=column, numbers=scores.row_numbers.tolist(), order=order)
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
    place, who = {label: j for j, label in enumerate(labels)}, {person: i for i, person in enumerate(persons)}
    rows = np.full((len(persons), len(labels)), -1, dtype=np.int64)
    times: FloatArray = np.full(rows.shape, np.nan)
    for row in kept:
        at = who[ids[row]], place[steps[row]]
        rows[at], times[at] = row, read.values[row]
    names = [_name(label, read, by_rank=by_rank) for label in labels]
    groups = [[row for row in kept if steps[row] == label] for label in labels[:MOST_HELD_APART]]
    apart = (
        []
        if len(labels) > MOST_HELD_APART
        else rows_apart(scores.responses.answered, scores.responses.codings, groups, names)
    )
    problems = (*problems, *(Problem(where=f"column {column}", what=what) for what in apart))
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
    problems = []
    if doubled:
        said = [f"{one} at {day_or_number(when, read.kind)}" for one, when in sorted(doubled)]
        more = f" and {len(said) - SHOWN} more" if len(said) > SHOWN else ""
        problems.append(
            Problem(
                where="answers",
                what=f"{len(said)} persons stand twice at one time: {', '.join(said[:SHOWN])}{more}",
                do="these rows are left out: it cannot be told which counts",
            )
        )
    blank = sum(1 for text, when in zip(ids, read.values.tolist(), strict=True) if not text or np.isnan(when))
    if blank:
        problems.append(Problem(where="answers", what=f"{blank} rows have no id or no time", do="they are left out"))
    return tuple(problems)


def reliable_change(  # noqa: PLR0913 (each is a figure of the user's own)
    before: Any,
    after: Any,
    bank: Banks | None = None,
    *,
    sd: PerScore = None,
    reliability: PerScore = None,
    mean: PerScore = None,
    practice: PerScore = None,
    interval: str | None = None,
    time: str | None = None,
    cutoff: PerScore = None,
    clinical: Population | None = None,
    functional: Population | None = None,
    untreated: Any = None,
    indices: bool = False,
    level: float = 0.95,
    by_row: bool = False,
    names: tuple[str, str] = ("before", "after"),
    **reading: Unpack[ReadingOptions],
) -> Change:
    r"""Return who changed between two occasions by more than measurement error, and how far the occasions agree.

    The first index is Jacobson and Truax's, ``RC = (x2 - x1) / (s1 sqrt(2) sqrt(1 - r))``; ``|RC| > 1.96`` is a
    reliable change. Beside it stand Edwards and Nunnally's and Gulliksen, Lord and Novick's (both need a mean),
    Hageman and Arrindell's and the practice-adjusted one (both need 30 persons seen twice, or a ``practice`` given).
    For a sample: Pearson's r, all six ICCs, Bland and Altman's limits, paired effect sizes, each with its interval.

    Parameters
    ----------
    before, after
        What :func:`intimacy_scales.score` takes (a path, a frame, one person's dict or list), or scores.
    bank
        The bank; may be left out where both are scores.
    sd, reliability, mean
        Of a fitting sample on the metric of the score: one number, or score column to number. The user's figures
        go before all others.
    practice
        Mean change of persons to whom nothing happened between (a control group); else that of these persons.
    interval
        Time between the occasions in words ("6 weeks"): a published test-retest figure counts when its own is like it.
    time
        A column of both that says when: the interval is taken from it, and after must lie later than before.
    cutoff, clinical, functional
        For clinically significant change: a cut-off of the user's, or one or both :class:`Population`.
    untreated
        Persons to whom nothing was done between, on both occasions, in one table (what :func:`change_over_time`
        takes): their retest is the reliability, their mean change the practice.
    indices
        Show the other four indices beside Jacobson and Truax's (``to_dict()`` always holds them).
    level
        Of all intervals (the criterion of 1.96 stays).
    by_row
        Row i of both is the same person; else they are joined by id.
    names
        How sentences call the two.
    **reading
        Options of :func:`intimacy_scales.read_export` (``id_column``, ``mapping``, ``missing_codes`` ...).

    Returns
    -------
    Change
        ``str()``, ``.table()``, ``.apa()``, ``.to_dict()``; ``change["eis_total"]`` holds one score.

    Raises
    ------
    ExportError, ResponseError
        With every fault: an input that cannot be read, is empty, has no id in common; occasions out of order; a
        reliability outside 0 to 1.

    Notes
    -----
    A withheld score gives no index. Ids that differ in spaces, case or leading zeros are one where nobody could be
    mistaken; those, doubled and unmatched ids are told in ``problems``. Which reliability and SD were used, why, and
    which were not, stands in ``used``.
    Nobody's change has a cause here: the index tells measurement error from change, not one reason for it from another.
    ICCs and r validated against R psych 2.2.9 and pingouin 0.7.0; the indices by hand.

    Examples
    --------
    >>> import intimacy_scales as ims
    >>> bank = ims.load_bank("eis")
    >>> moved = reliable_change([2, 3, 2, 3, 2], [4, 4, 5, 4, 4], bank, sd=4.0, reliability=0.85)
    >>> moved["eis_total"].classes
    ('improved',)
    """
    half_width(level)
    first, second = (_scored(data, bank, reading, name) for data, name in zip((before, after), names, strict=True))
    panel = panel_of_two(first, second, time=time, by_row=by_row, names=names)
    options = ChangeOptions(
        sd=sd,
        reliability=reliability,
        mean=mean,
        practice=practice,
        cutoff=cutoff,
        clinical=clinical,
        functional=functional,
        level=level,
        untreated=_untreated(untreated, bank, reading, time),
        indices=indices,
    )
    return _change(panel, options, interval)


def change_over_time(  # noqa: PLR0913 (as above)
    data: Any,
    bank: Banks | None = None,
    *,
    time: str | None = None,
    times: Sequence[str] = (),
    sd: PerScore = None,
    reliability: PerScore = None,
    mean: PerScore = None,
    practice: PerScore = None,
    interval: str | None = None,
    cutoff: PerScore = None,
    clinical: Population | None = None,
    functional: Population | None = None,
    untreated: Any = None,
    indices: bool = False,
    level: float = 0.95,
    **reading: Unpack[ReadingOptions],
) -> Change:
    """Return change over the occasions of one table: below each other (``time``), or side by side (``_t1``, ``_t2``).

    Before and after are the first and the last occasion (each person's own, where dates say when); over three
    occasions or more every person's slope with its interval is there too (:func:`trends_of`).

    Parameters
    ----------
    data
        What :func:`intimacy_scales.score` takes, or scores.
    time
        The column that says when: numbers, dates (YYYY-MM-DD), or names (t1, t2; week 8, month 3; before, after).
    times
        The names of the occasions in their order, where it cannot be told; rows of others are left out.
    bank, sd, reliability, mean, practice, interval, cutoff, clinical, functional, untreated, indices, level, **reading
        As in :func:`reliable_change`.

    Returns
    -------
    Change
        As of :func:`reliable_change`, with ``.trends`` where there are three occasions or more.

    Raises
    ------
    ExportError, ResponseError
        As there; and where there is one occasion only, or times that cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = {f"eis_{j}": [2, 4, 3, 3, 4, 4] for j in range(1, 6)}
    >>> frame = pd.DataFrame({"id": list("aabbcc"), "week": [1, 2] * 3, **answers})
    >>> moved = change_over_time(frame, "eis", time="week", id_column="id", sd=4.0, reliability=0.85)
    >>> moved["eis_total"].classes
    ('improved', 'no clear change', 'no clear change')
    """
    half_width(level)
    panel = panel_of_one(_scored(data, bank, reading, ""), time=time, times=times)
    options = ChangeOptions(
        sd=sd,
        reliability=reliability,
        mean=mean,
        practice=practice,
        cutoff=cutoff,
        clinical=clinical,
        functional=functional,
        level=level,
        untreated=_untreated(untreated, bank, reading, time),
        indices=indices,
    )
    return _change(panel, options, interval)


def _untreated(data: Any, bank: Banks | None, reading: ReadingOptions, time: str | None) -> Panel | None:
    """Return the occasions of those to whom nothing was done, where they were given."""
    return None if data is None else panel_of_one(_scored(data, bank, reading, "untreated"), time=time)


def _scored(data: Any, bank: Banks | None, reading: ReadingOptions, name: str) -> Scores:
    """Return scores of answers of any kind; faults say which of the two inputs they are in."""
    if isinstance(data, Scores):
        return as_scores(data, bank)
    try:
        return as_scores(data, bank, reading)
    except ResponseError as fault:
        if not name:
            raise
        raise ResponseError(
            [replace(problem, where=f"{name}: {problem.where}") for problem in fault.problems]
        ) from None


def _timeless(panel: Panel) -> Scores:
    """Return the first occasion's scores under the names without an occasion: those the user's figures go by."""
    first = panel.occasions[0]
    found = [first.part(key) for key in panel.held()]
    parts = tuple(
        replace(part, administration=replace(part.administration, occasion=None)) for part in found if part is not None
    )
    return replace(first.scores, parts=parts)


def _check_rules(panel: Panel, keys: Sequence[tuple[str, Administration, str]]) -> None:
    """Refuse scores of one name made by two rules: their change would mean nothing."""
    problems = []
    for key in keys:
        first, *others = (occasion.part(key) for occasion in panel.occasions)
        for other, occasion in zip(others, panel.occasions[1:], strict=True):
            if first is not None and other is not None and first.rule != other.rule:
                problems.append(
                    Problem(
                        where=f"{first.column}, {panel.occasions[0].name} and {occasion.name}",
                        what=f"is scored by two rules: {first.rule}; and {other.rule}",
                        allowed="one rule on every occasion",
                        do="score both alike",
                    )
                )
    if problems:
        raise ResponseError(problems)


def _change(panel: Panel, options: ChangeOptions, interval: str | None) -> Change:
    options = replace(options, days=None if interval is None else days_of(interval))
    check_given(_timeless(panel), sd=options.sd, reliability=options.reliability)
    keys = panel.held()
    _check_rules(panel, keys)
    if not keys:
        raise ResponseError(
            Problem(
                where=" and ".join(occasion.name for occasion in panel.occasions),
                what="have no score in common",
                allowed="the same bank and form on every occasion",
            )
        )
    return Change(
        parts=tuple(change_of(panel, key, options) for key in keys),
        occasions=tuple(occasion.name for occasion in panel.occasions),
        level=options.level,
        interval=interval,
        problems=panel.problems,
        notes=_level_note(options.level),
    )


def _level_note(level: float) -> tuple[str, ...]:
    """Return a note where the intervals are not those of the criterion."""
    if level == CRITICAL_LEVEL:
        return ()
    return (
        f"|RC| > {CRITICAL} is a {level_words(CRITICAL_LEVEL)} rule; the intervals beside it are {level_words(level)}",
    )
