"""One column of an export into codes of the bank: missing codes out, labels to codes, shifts undone.

A column of numbers in which nothing has to change is handed on as it is: the same array, not a copy.

Columns of numbers looked through once, in pieces that fit a processor's cache.

Five passes over a piece (least, greatest, whole numbers, missing, rows without any answer): about 0.05 s for
1,000,000 x 36. Only a column that fails is looked at closely.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.bank.labels import plain
from intimacy_scales.base.errors import Problem
from intimacy_scales.base.wording import some
from intimacy_scales.reading.exports.table import Column, NumberCells, TextCells
from intimacy_scales.reading.responses.labels import Book, How, Rule, Said, number_in, rule_from
from intimacy_scales.reading.responses.text import cut

FloatArray = NDArray[np.float64]
PIECE = 16_384  # 128 kB of float64: the fastest of 8, 16, 32 and 64 thousand where it was measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Least and greatest answer (NaN when there is none), how many are whole numbers, how many are missing."""

    low: float
    high: float
    whole: int
    missing: int
    rows: int

    @property
    def answers(self) -> int:
        """Number of cells that hold something."""
        return self.rows - self.missing

    @property
    def all_whole(self) -> bool:
        """Whether every answer is a whole number."""
        return self.whole == self.answers

    def within(self, low: float, high: float) -> bool:
        """Whether every answer is a whole number from ``low`` to ``high``."""
        return self.all_whole and (self.answers == 0 or (low <= self.low and self.high <= high))


def profile(values: FloatArray, blank: NDArray[np.bool_] | None = None) -> Profile:
    """Return the profile of a column; rows with an answer are struck from ``blank`` (changed in place), if given."""
    low, high, whole, missing = np.nan, np.nan, 0, 0
    rounded, marks = np.empty(PIECE), np.empty(PIECE, dtype=bool)
    for start in range(0, len(values), PIECE):
        piece = values[start : start + PIECE]
        r, m = rounded[: len(piece)], marks[: len(piece)]
        low, high = np.fmin(low, np.fmin.reduce(piece)), np.fmax(high, np.fmax.reduce(piece))
        np.rint(piece, out=r)
        whole += int(np.count_nonzero(np.equal(r, piece, out=m)))
        missing += int(np.count_nonzero(np.isnan(piece, out=m)))
        if blank is not None:
            blank[start : start + PIECE] &= m
    return Profile(low=float(low), high=float(high), whole=whole, missing=missing, rows=len(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """Numbers and texts (normalised) that a user calls no answer."""

    numbers: frozenset[float] = frozenset()
    texts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, codes: Iterable[float | str]) -> NoAnswer:
        """Sort codes as given (99, "99", "no answer") into numbers and texts."""
        given = list(codes)
        read = [number_in(c) if isinstance(c, str) else float(c) for c in given]
        return cls(
            numbers=frozenset(n for n in read if n is not None),
            texts=frozenset(plain(str(c)) for c, n in zip(given, read, strict=True) if n is None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """An answer text (or a labelled code) that occurs, how often, and the code it was read as."""

    text: str
    code: float | None
    count: int
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """A column on the bank's codes, with what was done to it; texts without a code are ``unknown``."""

    column: str
    item: int
    book: Book
    values: FloatArray = field(repr=False)
    profile: Profile
    rule: Rule
    uses: tuple[Use, ...] = ()
    unknown: Mapping[str, NDArray[np.int64]] = field(default_factory=dict, repr=False)
    """Text to the 0-based rows that hold it."""
    labels: Mapping[float, str] = field(default_factory=dict, repr=False)
    """What the file itself says its codes mean."""
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def raw(self, value: float) -> float:
        """Return what stood in the file where the coded value is ``value``."""
        return (value - self.rule.offset) / self.rule.sign if self.rule.kind == "line" else value


def code_column(
    column: Column,
    book: Book,
    *,
    item: int,
    no_answer: NoAnswer,
    shift: int = 0,
    blank: NDArray[np.bool_] | None = None,
) -> Coded:
    """Return a column of answers on the bank's codes.

    Parameters
    ----------
    column
        The column; its own value labels and missing codes are used.
    book
        What texts stand for in the item's option set.
    item
        Number of the item, for messages.
    no_answer
        What the user calls missing, in the file's own codes.
    shift
        Added to every number; labels, where there are any, count more.
    blank
        Rows without any answer so far; changed in place.
    """
    if isinstance(column.cells, NumberCells):
        return _numbers(column, column.cells.numbers, book, item=item, no_answer=no_answer, shift=shift, blank=blank)
    return _texts(column, column.cells, book, item=item, no_answer=no_answer, shift=shift, blank=blank)


def _pairs(column: Column, book: Book, gone: set[float]) -> dict[float, int]:
    """Return number to code of its label, where the bank knows it; numbers a map calls no answer go to ``gone``."""
    pairs: dict[float, int] = {}
    for number, label in column.labels.items():
        if number in gone:
            continue
        if plain(label) in book.own and book.own[plain(label)] is None:
            gone.add(float(number))
        elif number_in(label) is None and (code := book.label(label)) is not None:
            pairs[float(number)] = code
    return pairs


def _numbers(
    column: Column,
    numbers: FloatArray,
    book: Book,
    *,
    item: int,
    no_answer: NoAnswer,
    shift: int,
    blank: NDArray[np.bool_] | None,
) -> Coded:
    own = book.own_numbers
    gone = (
        {float(code) for code in column.missing}
        | set(no_answer.numbers)
        | {n for n, code in own.items() if code is None}
    )
    pairs = {number: code for number, code in _pairs(column, book, gone).items() if number not in own}
    kept = _without(numbers, gone) if gone else numbers
    settled = all(number == code for number, code in pairs.items())
    seen = np.array([]) if settled else np.unique(kept[~np.isnan(kept)])
    rule, said = _settle(column.name, book, pairs, set(seen.tolist()) - set(own), shift)
    values = _mapped(_ruled(kept, rule), kept, own)
    return Coded(
        column=column.name,
        item=item,
        book=book,
        values=values,
        profile=profile(values, blank),
        rule=rule,
        uses=_uses_of_numbers(values, pairs, rule) if pairs else (),
        labels=column.labels,
        notes=said.notes,
        problems=said.problems,
    )


def _without(values: FloatArray, gone: Iterable[float]) -> FloatArray:
    """Return the values without these codes; the same array when none of them occurs."""
    seen = profile(values)
    inside = [code for code in gone if seen.low <= code <= seen.high]
    marks = [marked for code in inside if (marked := values == code).any()]
    return np.where(np.logical_or.reduce(marks), np.nan, values) if marks else values


def _mapped(values: FloatArray, numbers: FloatArray, own: Mapping[float, int | None]) -> FloatArray:
    """Return the values with what the map says about single numbers of the file laid over them."""
    for number, code in own.items():
        here = numbers == number
        if code is not None and here.any():
            values = np.where(here, float(code), values)
    return values


def _ruled(values: FloatArray, rule: Rule) -> FloatArray:
    if rule.kind == "line":
        return rule.sign * values + rule.offset
    if rule.kind != "table":
        return values
    found = values.copy()
    for number, code in rule.table.items():
        found[values == number] = code
    return found


def _uses_of_numbers(values: FloatArray, pairs: Mapping[float, int], rule: Rule) -> tuple[Use, ...]:
    return tuple(
        Use(
            text=f"{number:g}",
            code=rule.code(number),
            count=int(np.count_nonzero(values == rule.code(number))),
            how="label",
        )
        for number in sorted(pairs)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def _settle(
    column: str, book: Book, pairs: Mapping[float, int], numbers: Iterable[float], shift: int
) -> tuple[Rule, _Told]:
    """Return the rule for a column's numbers, from its labels and the shift a user gave; and what is to be told."""
    rule = rule_from(pairs, numbers)
    if rule.kind == "contradiction":
        said = ", ".join(f"{number:g} is {book.labels[code]!r}" for number, code in sorted(pairs.items()))
        return rule, _Told(
            problems=(
                Problem(
                    where=f"column {column}",
                    what=f"its labels contradict the bank's codes ({said})",
                    allowed=", ".join(f"{code} is {label!r}" for code, label in book.labels.items()),
                    do=f"say in a map what they mean: labels: {book.options}: TEXT: CODE",
                ),
            )
        )
    if rule.kind == "same":
        if shift and pairs:
            return rule, _Told(
                problems=(
                    Problem(
                        where=f"column {column}",
                        what=f"a shift of {shift:+d} was given, and its labels say there is none",
                        do="leave the shift out",
                    ),
                )
            )
        return (Rule(kind="line", offset=shift) if shift else rule), _Told()
    return rule, _Told(notes=(f"column {column}: by its labels, {rule}; the labels were followed",))


def _texts(
    column: Column,
    cells: TextCells,
    book: Book,
    *,
    item: int,
    no_answer: NoAnswer,
    shift: int,
    blank: NDArray[np.bool_] | None,
) -> Coded:
    counts = np.bincount(cells.codes.astype(np.int64) + 1, minlength=len(cells.values) + 1)[1:]
    gone = {float(code) for code in column.missing} | set(no_answer.numbers)
    pairs = _pairs(column, book, gone)
    texts_gone = {plain(text) for text in column.missing_texts} | no_answer.texts
    known = _numbers_of(column)
    said = {
        place: _said(cells.values[place], book, gone, texts_gone, known) for place in np.flatnonzero(counts).tolist()
    }
    pairs |= {one.number: one.code for one in said.values() if one.number is not None and one.code is not None}
    numbers = {one.number for one in said.values() if one.number is not None}
    rule, told = _settle(column.name, book, pairs, numbers, shift)
    table = np.full(len(cells.values) + 1, np.nan)
    for place, one in said.items():
        if one.code is not None:
            table[place] = one.code
        elif one.number is not None:
            table[place] = rule.code(one.number)
    values = table[cells.codes]
    unknown = {cells.values[p]: np.flatnonzero(cells.codes == p) for p, one in said.items() if one.how == "unknown"}
    uses = tuple(
        Use(
            text=cells.values[p],
            code=None if np.isnan(table[p]) else float(table[p]),
            count=int(counts[p]),
            how=one.how,
        )
        for p, one in said.items()
    )
    return Coded(
        column=column.name,
        item=item,
        book=book,
        values=values,
        profile=profile(values, blank),
        rule=rule,
        uses=uses,
        unknown=unknown,
        labels=column.labels,
        notes=(*told.notes, *_unlabelled(column.name, uses)),
        problems=told.problems,
    )


def _numbers_of(column: Column) -> dict[str, float]:
    """Return label to number where the export itself says so (a survey file), for labels no two numbers share."""
    found: dict[str, list[float]] = {}
    for number, label in column.labels.items():
        found.setdefault(plain(label), []).append(number)
    return {label: numbers[0] for label, numbers in found.items() if len(numbers) == 1}


def _said(
    text: str, book: Book, gone: set[float], texts_gone: set[str] | frozenset[str], known: Mapping[str, float]
) -> Said:
    if plain(text) in texts_gone:
        return Said(how="no answer")
    said = book.read(text)
    if said.how == "unknown" and plain(text) in known:
        said = Said(how="number beside an unknown label", number=known[plain(text)])
    return Said(how="no answer") if said.number in gone and said.how != "map" else said


def _unlabelled(column: str, uses: Iterable[Use]) -> tuple[str, ...]:
    by_number = [repr(cut(use.text, 40)) for use in uses if use.how == "number beside an unknown label"]
    return (
        (f"column {column}: {some(by_number)} read by the number, since the bank does not know the label",)
        if by_number
        else ()
    )
