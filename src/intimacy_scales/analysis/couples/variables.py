"""Variables of a couple by name: a score (``eis_total``) or a column of the file, for each partner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from intimacy_scales.analysis.couples.couples import Couples
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.wording import counted, some
from intimacy_scales.reading.exports.table import NumberCells, RawTable
from intimacy_scales.scoring import Scores

SEPARATORS = "_."
BLANK = frozenset({"", "na", "nan"})
ALIASES = {"a": "1", "b": "2", "1": "a", "2": "b"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One variable of both partners: ``values`` couples x 2, NaN where there is none.

    ``shared``: the couple has one value (years together), which stands in both columns.
    """

    name: str
    names: tuple[str, str]
    values: FloatArray = field(repr=False, compare=False)
    shared: bool = False
    note: str = ""
    """Which number two words became, where the column holds words."""


def sides_of(table: RawTable, stems: Sequence[str]) -> tuple[str, str]:
    """Return the two suffixes that the columns of these stems carry (``emotional_w``, ``emotional_m``: w and m).

    Raises
    ------
    ResponseError
        When a stem has not exactly two columns, or stems disagree.
    """
    entries: dict[str, tuple[str, ...]] = {}
    for stem in stems:
        ends = tuple(
            name[len(stem) + 1 :]
            for name in table.names
            if name.startswith(stem) and name[len(stem) : len(stem) + 1] in tuple(SEPARATORS)
        )
        ends = tuple(end for end in ends if end and not any(sep in end for sep in SEPARATORS))
        if stem not in table.names or ends:
            entries[stem] = ends
    sets = {frozenset(ends) for ends in entries.values()}
    if len(sets) == 1 and len(next(iter(sets))) == 2:
        first, second = next(iter(entries.values()))
        return first, second
    raise ResponseError(
        [
            Problem(
                where=f"variable {stem}",
                what=f"has {len(ends)} columns of partners" + (f" ({some(ends)})" if ends else ""),
                allowed=f"two with the same ends for every variable, such as {stem}_a and {stem}_b",
                do="or a couple column and a partner column: --couple COLUMN --partner COLUMN",
            )
            for stem, ends in entries.items()
        ]
        or Problem(where="couples", what="no variable of two partners was named")
    )


def variable(couples: Couples, scores: Scores, name: str, *, words: bool = True) -> Variable:
    """Return a variable by the name of its score (``pair_now_emotional``) or column, without a partner's suffix.

    ``words``: whether a column of two words may stand for 0 and 1 (a covariate or predictor may; what is explained, an
    outcome or a mediator, may not).

    Raises
    ------
    UnknownNameError
        When neither scores nor columns have it.
    ResponseError
        When its column holds texts that are no numbers.
    """
    columns = scores.columns
    name = _with_form(couples, name)
    names = tuple(f"{name}_{key}" for key in couples.partners)
    if all(one in columns for one in names):
        values = np.column_stack([scores[one].values for one in names])
        return Variable(name=name, names=(names[0], names[1]), values=values)
    found = _columns(couples, name)
    if found is not None:
        table = couples.scores.table_read
        texts = _two_words(table, found)
        if texts and not words:
            raise _no_outcome(name, texts)
        values = np.column_stack([_numbers(table, one, texts) for one in found])
        shared = found[0] == found[1] or _same(values)
        note = f"{name}: {texts[0]} is 0, {texts[1]} is 1" if texts else ""
        return Variable(name=name, names=(names[0], names[1]), values=values, shared=shared, note=note)
    raise UnknownNameError.among("variable", name, _known(couples, scores))


def _no_outcome(name: str, texts: Sequence[str]) -> ResponseError:
    return ResponseError(
        Problem(
            where=f"variable {name}",
            what=f"is explained by the model, but its column holds two words ({texts[0]}, {texts[1]})",
            allowed="numbers: these models are linear",
            do="take a numeric outcome, or write 0 and 1 into a column if that is what you mean",
        )
    )


def _with_form(couples: Couples, name: str) -> str:
    """Return ``pair_emotional`` as ``pair_now_emotional``: a score named without a form is of the bank's first."""
    for bank in couples.scores.banks:
        if bank.forms and name in {f"{bank.id}_{scale.id}" for scale in bank.scales}:
            return f"{bank.id}_{bank.forms[0].id}{name.removeprefix(bank.id)}"
    return name


def _columns(couples: Couples, name: str) -> tuple[str, str] | None:
    there = set(couples.scores.other_columns)
    for keys in (couples.partners, couples.labels, tuple(ALIASES.get(key, key) for key in couples.partners)):
        for sep in SEPARATORS:
            first, second = (f"{name}{sep}{key}" for key in keys)
            if first in there and second in there:
                return first, second
    return (name, name) if name in there else None


def _same(values: FloatArray) -> bool:
    both = ~np.isnan(values).any(axis=1)
    return bool(both.any() and (values[both, 0] == values[both, 1]).all())


def _two_words(table: RawTable, names: Sequence[str]) -> list[str]:
    """Return the two words that these columns hold instead of numbers, in alphabetical order; none otherwise."""
    cells = [table.column(name).cells for name in names]
    texts = {t.strip() for one in cells if not isinstance(one, NumberCells) for t in one.texts()} - {""}
    return sorted(texts) if len(texts) == 2 and all(np.isnan(_number(text)) for text in texts) else []


def _numbers(table: RawTable, name: str, words: Sequence[str]) -> FloatArray:
    """Return a column as numbers; two words become 0 and 1."""
    cells = table.column(name).cells
    if isinstance(cells, NumberCells):
        return cells.numbers
    texts = [text.strip() for text in cells.texts()]
    if words:
        return np.array([float(words.index(text)) if text else np.nan for text in texts])
    values = np.array([_number(text) for text in texts])
    rows = zip(table.row_numbers.tolist(), texts, values.tolist(), strict=True)
    bad = [(row, text) for row, text, x in rows if np.isnan(x) and text.casefold() not in BLANK]
    if bad:
        raise ResponseError(
            Problem(
                where=f"column {name}",
                what=f"{counted(len(bad), 'cell')} that are no numbers ({some(sorted({text for _, text in bad}))})",
                allowed="numbers, or two groups",
                do=f"look at rows {some([row for row, _ in bad])}",
            )
        )
    return values


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def _known(couples: Couples, scores: Scores) -> list[str]:
    """Return names a user may say: scores and columns, without the partner's suffix."""
    entries: dict[str, None] = {}
    names = (*scores.columns, *couples.scores.other_columns)
    for name in names:
        ends = [f"{sep}{key}" for sep in SEPARATORS for key in couples.partners]
        stem = next((name.removesuffix(end) for end in ends if name.endswith(end)), name)
        entries.setdefault(stem)
    return list(entries)
