"""The sample that norms are made of: groups of persons, their weights, and sums that merge over batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from intimacy_scales.analysis.reliability.sample_sums import ScaleSums, composed_sums, sums_of, without_rows
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.arrays import FloatArray, IntArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.reading.exports.table import Column, NumberCells, TextCells
from intimacy_scales.scoring import Scores
from intimacy_scales.statistics.score_sums import value_counts

SHOWN = 3


def numbers_in(scores: Scores, column: str) -> FloatArray:
    """Return a column's numbers, one a row, NaN where a cell is blank.

    Raises
    ------
    UnknownNameError
        When there is no such column.
    ResponseError
        When a cell is no number, with its row.
    """
    texts = scores.other_column(column).known_texts()
    found, wrong = np.full(len(texts), np.nan), []
    for row, text in enumerate(texts):
        if not text:
            continue
        try:
            found[row] = float(text)
        except ValueError:
            wrong.append(row)
    if wrong:
        rows = ", ".join(str(scores.row_numbers[row]) for row in wrong[:SHOWN])
        more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        what = f"{len(wrong)} cells are no numbers, as {texts[wrong[0]]!r} (row {rows}{more})"
        raise ResponseError(Problem(where=f"column {column}", what=what, allowed="numbers", do="name another column"))
    return found


def weights_in(scores: Scores, column: str) -> FloatArray:
    """Return a column of weights, all above 0; a blank one is NaN and its person counts for nothing.

    Raises
    ------
    ResponseError
        When a weight is not above 0.
    """
    weights = numbers_in(scores, column)
    known = weights[~np.isnan(weights)]
    if not (known > 0).all() or not np.isfinite(known).all():
        bad = int((~(known > 0)).sum())
        raise ResponseError(_no_weights(column, f"{bad or 'some'} weights are not above 0"))
    return weights


def _no_weights(column: str, what: str) -> Problem:
    return Problem(where=f"column {column}", what=what, allowed="a number above 0 for each person")


EVERYONE = "everyone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows (0-based) of one group; ``values`` maps column to value, empty for everyone."""

    name: str
    values: Mapping[str, str]
    rows: IntArray = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Everyone first, then each group in the order of its values, and what was noticed."""

    groups: tuple[Group, ...]
    by: tuple[str, ...] = ()
    blank: int = 0
    """Rows without a value in one of the columns."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was noticed."""
        return notes_on_blank(self.blank, self.by)


def notes_on_blank(blank: int, by: Sequence[str]) -> tuple[str, ...]:
    """Return the note on rows that belong to no group."""
    return (f"{blank} rows have no value in {', '.join(by)} and belong to no group",) if blank else ()


def groups_of(scores: Scores, by: Sequence[str]) -> Grouping:
    """Return everyone, and the groups that the values of ``by`` columns make (crossed).

    A row without a value in one of the columns belongs to no group.

    Raises
    ------
    UnknownNameError
        When there is no such column.
    """
    everyone = Group(name=EVERYONE, values={}, rows=np.arange(len(scores), dtype=np.int64))
    if not by:
        return Grouping(groups=(everyone,))
    columns = [_distinct(scores.other_column(name)) for name in by]
    crossed, there = np.zeros(len(scores), dtype=np.int64), np.ones(len(scores), dtype=bool)
    for values, places in columns:
        crossed = crossed * len(values) + places
        there &= np.array([bool(value) for value in values])[places]
    known, which, sizes = np.unique(crossed[there], return_inverse=True, return_counts=True)
    rows = np.flatnonzero(there)[np.argsort(which, kind="stable")]
    groups = []
    for number, own in zip(known.tolist(), np.split(rows, np.cumsum(sizes)[:-1]), strict=True) if len(known) else ():
        texts = _values_of(number, [names for names, _ in columns])
        groups.append(Group(name="_".join(f"{name} {value}" for name, value in zip(by, texts, strict=True)),
                            values=dict(zip(by, texts, strict=True)), rows=own))  # fmt: skip
    blank = len(scores) - int(np.count_nonzero(there))
    return Grouping(groups=(everyone, *groups), by=tuple(by), blank=blank)


def _distinct(column: Column) -> tuple[list[str], IntArray]:
    """Return the distinct values of a column as people read them, in order, and each row's place among them."""
    cells = column.cells
    if isinstance(cells, TextCells):
        own = replace(column, cells=replace(cells, codes=np.arange(len(cells.values), dtype=np.int32)))
        places = np.where(cells.codes >= 0, cells.codes, len(cells.values))  # the last is blank
    else:
        numbers, places = np.unique(cells.numbers, return_inverse=True)
        own = replace(column, cells=NumberCells(numbers=numbers))
    texts = [*(text.strip() for text in own.labelled_texts()), ""]
    values = sorted(set(texts))
    at = {value: place for place, value in enumerate(values)}
    return values, np.array([at[text] for text in texts], dtype=np.int64)[places]


def _values_of(number: int, names: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the values that a number of crossed columns stands for."""
    texts: list[str] = []
    for own in reversed(names):
        number, place = divmod(number, len(own))
        texts.append(own[place])
    return tuple(reversed(texts))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupSums:
    """One group of persons: its values, and every scale's sums."""

    name: str
    values: Mapping[str, str]
    scales: tuple[ScaleSums, ...] = field(repr=False)

    def __add__(self, other: GroupSums) -> GroupSums:
        return replace(self, scales=tuple(a + b for a, b in zip(self.scales, other.scales, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NormSums:
    """A sample of one bank, group by group (everyone first); any two of like columns merge."""

    bank: ItemBank = field(repr=False)
    by: tuple[str, ...]
    weights: str | None
    """The column of weights."""
    weighed: int
    """Rows with a weight."""
    blank: int
    """Rows that belong to no group."""
    groups: tuple[GroupSums, ...] = field(repr=False)

    def __repr__(self) -> str:
        return f"<NormSums of {self.bank.id}: {len(self.groups)} groups>"

    def __add__(self, other: NormSums) -> NormSums:
        """Merge; a group may be in one part only."""
        found = {group.name: group for group in self.groups}
        for group in other.groups:
            found[group.name] = found[group.name] + group if group.name in found else group
        everyone, *rest = found.values()
        order = sorted(rest, key=lambda group: tuple(group.values.values()))
        return replace(self, weighed=self.weighed + other.weighed, blank=self.blank + other.blank,
                       groups=(everyone, *order))  # fmt: skip


def norm_sums(scores: Scores, bank_id: str, *, by: Sequence[str] = (), weights: str | None = None) -> NormSums:
    """Return what the norms of these scores, or of this batch of them, are made of.

    Raises
    ------
    ResponseError
        When a weight is no number above 0.
    UnknownNameError
        When there is no such column.
    """
    grouping = groups_of(scores, by)
    mass = None if weights is None else weights_in(scores, weights)
    parts = [part for part in scores.of(bank_id) if part.derived is None]
    bank = next(bank for bank in scores.banks if bank.id == bank_id)
    groups = []
    for group in grouping.groups:
        rows = None if group.name == EVERYONE else group.rows
        scales = tuple(
            ScaleSums(
                scored=without_rows(part),
                counted=sums_of(scores.answered(part), bank.places_of(part.scale), rows=rows, by_code=False),
                scores=value_counts(part.values if rows is None else part.values[rows],
                                    mass if mass is None or rows is None else mass[rows]),
                composed=composed_sums(scores, part, rows=rows) if part.scale.scales else None,
            )
            for part in parts
        )  # fmt: skip
        groups.append(GroupSums(name=group.name, values=group.values, scales=scales))
    weighed = 0 if mass is None else int(np.count_nonzero(~np.isnan(mass)))
    return NormSums(bank=bank, by=tuple(by), weights=weights, weighed=weighed, blank=grouping.blank,
                    groups=tuple(groups))  # fmt: skip


def refuse_no_weights(sums: NormSums) -> None:
    """Refuse a column of weights in which there is none.

    Raises
    ------
    ResponseError
        When nobody has a weight.
    """
    if sums.weights is not None and not sums.weighed:
        raise ResponseError(_no_weights(sums.weights, "holds no weights"))
