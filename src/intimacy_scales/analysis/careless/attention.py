"""Items with one right answer, and the time it took: what a survey itself asks to find careless answering."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.bank.labels import plain
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.reading.exports.table import Column, NumberCells, RawTable

FloatArray = NDArray[np.float64]
Accepted = float | str | Sequence[float | str]

# platforms that write seconds; jsPsych writes milliseconds, under names that are not here
_SECONDS = re.compile(r"duration(inseconds|seconds|sec)?|interviewtime|totaltime|totaaltijd|gesamtzeit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """How many attention items each person failed, and which: ``failed[column]`` is 1, 0, or NaN for no answer."""

    count: FloatArray
    failed: Mapping[str, FloatArray]


def attention_of(table: RawTable, accepted: Mapping[str, Accepted]) -> Attention:
    """Count the attention (infrequency, bogus, instructed) items each person got wrong.

    Parameters
    ----------
    table
        The whole export: these items belong to no bank.
    accepted
        Column to the answers that are right: a code, a text, or several (``{"check_1": [4, 5, "agree"]}``). Texts are
        compared without case, spaces and full stops; a code also accepts its value label.

    Returns
    -------
    Attention
        ``count`` is the number of wrong answers, 0 and up: **high is careless**. An item not answered is not wrong; who
        answered none of them has NaN.

    Raises
    ------
    ResponseError
        With every column that is not there or for which no answer is accepted.

    Notes
    -----
    Validated against the ``infreq`` columns of nivlab/sciops: equal. It misleads when an "impossible" answer is true of
    somebody, and everybody errs once.

    References
    ----------
    Meade, A. W., & Craig, S. B. (2012). Psychological Methods, 17, 437-455. https://doi.org/10.1037/a0028085
    """
    problems = [problem for name, right in accepted.items() for problem in _faults(table, name, right)]
    if problems:
        raise ResponseError(problems)
    failed = {name: _failed(table.column(name), _several(right)) for name, right in accepted.items()}
    each = np.column_stack(list(failed.values()))
    answered = (~np.isnan(each)).any(axis=1)
    return Attention(count=np.where(answered, np.nansum(each, axis=1), np.nan), failed=failed)


def _several(right: Accepted) -> tuple[float | str, ...]:
    return (right,) if isinstance(right, (str, int, float)) else tuple(right)


def _faults(table: RawTable, name: str, right: Accepted) -> Iterable[Problem]:
    if name not in table.names:
        yield from UnknownNameError.among("attention column", name, table.names).problems
    if not _several(right):
        yield Problem(
            where=f"attention column {name}", what="no answer is accepted", allowed="one or more codes or texts"
        )


def _failed(column: Column, right: tuple[float | str, ...]) -> FloatArray:
    codes = {number for one in right if (number := _number(one)) is not None}
    texts = {plain(str(one)) for one in right} | {plain(column.labels[code]) for code in codes if code in column.labels}
    codes |= {code for code, label in column.labels.items() if plain(label) in texts}
    cells = column.cells
    if isinstance(cells, NumberCells):
        no_answer = np.isnan(cells.numbers) | np.isin(cells.numbers, list(column.missing))
        return np.where(no_answer, np.nan, ~np.isin(cells.numbers, list(codes)))
    verdicts = np.array([*(_verdict(text, column, codes, texts) for text in cells.values), np.nan])
    return np.asarray(verdicts[cells.codes])


def _verdict(text: str, column: Column, codes: set[float], texts: set[str]) -> float:
    number = _number(text)
    if text.strip() in column.missing_texts or (number is not None and number in column.missing):
        return np.nan
    return 0.0 if plain(text) in texts or (number is not None and number in codes) else 1.0


def _number(value: float | str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def seconds_of(table: RawTable, column: str | None) -> FloatArray | None:
    """Return how long each person took, in seconds; ``None`` where the platform did not write it.

    Parameters
    ----------
    table
        The whole export.
    column
        The column that holds seconds; by default the first column of kind ``timing`` whose name says a duration
        ("Duration (in seconds)", "interviewtime"). Page timers and reaction times in milliseconds are none.

    Raises
    ------
    UnknownNameError
        When the column named is not there.
    """
    if column is not None:
        return _numbers(table.column(column))
    for one in table.columns:
        names = [re.sub(r"[\W_]+", "", name.casefold()) for name in (one.name, *one.other_names)]
        if one.kind == "timing" and any(map(_SECONDS.fullmatch, names)):
            return _numbers(one)
    return None


def _numbers(column: Column) -> FloatArray:
    if isinstance(column.cells, NumberCells):
        return column.cells.numbers
    numbers = [_number(text.replace(",", ".")) for text in column.cells.values]
    return np.asarray(np.array([*(np.nan if one is None else one for one in numbers), np.nan])[column.cells.codes])
