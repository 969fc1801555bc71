"""The distinct answers of a column as the file holds them, and what is known of each: number, label, code.

Columns of numbers looked through once, in pieces that fit a processor's cache.

Five passes over a piece (least, greatest, whole numbers, missing, rows without any answer): about 0.05 s for
1,000,000 x 36. Only a column that fails is looked at closely.

How the numbers of a file become codes of the bank: as they are, by a table, or along a line of slope 1 or -1.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from intimacy_scales.bank.labels import plain
from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.reading.exports.table import Column, NumberCells, TextCells
from intimacy_scales.reading.responses.coding.option_texts import OptionTexts, number_in

Evidence = Literal[
    "map", "label", "label and number", "number", "no answer", "unknown label", "unknown", "numeric label", "declared"
]
"""What an answer's code rests on. ``numeric label``: a label that is another number than its code; ``declared``: the
file declares it missing although its label is an option of the bank."""
CodesWord = Literal["as-numbers", "as-labels"]
CODES: tuple[CodesWord, ...] = ("as-numbers", "as-labels")


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
class RawAnswer:
    """One answer as a column holds it, how often, and what is known of it."""

    raw: float | str
    count: int
    by: Evidence
    number: float | None = None
    label: str | None = None
    """What the file says it means: its value label, or the words of the text."""
    code: float | None = None
    """What the label says; ``None`` where only a rule can tell."""
    from_text: bool = False
    """The words stood in the cell itself, not in a list of labels."""

    @property
    def text(self) -> str:
        """The raw answer, for eyes."""
        return self.raw if isinstance(self.raw, str) else f"{self.raw:g}"


@dataclass(frozen=True, kw_only=True)
class AnswerColumn:
    """A column that holds an item; its distinct answers are counted when somebody asks for them."""

    column: Column
    item: int | str
    texts: OptionTexts = field(repr=False)
    no_answer: NoAnswer = field(repr=False)
    codes: CodesWord | None = None
    counts: Mapping[float | str, int] | None = field(default=None, repr=False)
    """How often each answer came, where its rows are not at hand any more."""

    @cached_property
    def answers(self) -> tuple[RawAnswer, ...]:
        """The distinct answers, those among them that are labelled and do not occur."""
        return answers_of(self.column, self.texts, no_answer=self.no_answer, codes=self.codes, given_counts=self.counts)

    @property
    def is_plain(self) -> bool:
        """Whether the column holds numbers about which neither the file nor the map says anything."""
        column = self.column
        return isinstance(column.cells, NumberCells) and not (column.labels or column.missing or self.texts.own_numbers)

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.name

    @property
    def used(self) -> list[RawAnswer]:
        """The answers that occur."""
        return [answer for answer in self.answers if answer.count]

    @property
    def is_labelled(self) -> bool:
        """Whether the file itself lists what answers of the column mean."""
        return bool(self.column.labels or self.column.text_labels)


def answers_of(
    column: Column,
    texts: OptionTexts,
    *,
    no_answer: NoAnswer,
    codes: CodesWord | None = None,
    given_counts: Mapping[float | str, int] | None = None,
) -> tuple[RawAnswer, ...]:
    """Return the distinct answers of a column; numbers that the file labels without using them are among them.

    Parameters
    ----------
    column
        The column; its own value labels and declared missing codes are used.
    texts
        What texts stand for in the item's option set.
    no_answer
        What the user calls missing, in the file's own codes.
    codes
        The user's word to take numbers without their labels, or labels without their numbers.
    given_counts
        How often each answer came, where the rows are not at hand any more.
    """
    reader = AnswerReader(column, texts, no_answer, codes)
    if isinstance(column.cells, NumberCells):
        counts = counts_of(column.cells.numbers) if given_counts is None else numbers_in(given_counts)
        numbers = sorted({*counts, *column.labels})
        return tuple(reader.number(number, counts.get(number, 0)) for number in numbers)
    held = reader.texts_in(column.cells) if given_counts is None else reader.counted(given_counts)
    return (*held, *reader.unused(column.cells))


def numbers_in(counts: Mapping[float | str, int]) -> dict[float, int]:
    """Return the counts of the numbers among counted answers that occur, least first."""
    return {
        number: counts[number]
        for number in sorted(n for n, count in counts.items() if count and not isinstance(n, str))
    }


def _numbers_of(labels: Mapping[float, str]) -> dict[str, float]:
    """Return label to number where the export itself says so, for labels that no two numbers share."""
    found: dict[str, list[float]] = {}
    for number, label in labels.items():
        found.setdefault(plain(label), []).append(number)
    return {label: numbers[0] for label, numbers in found.items() if len(numbers) == 1}


class AnswerReader:
    """Reads the answers of one column."""

    def __init__(self, column: Column, texts: OptionTexts, no_answer: NoAnswer, codes: CodesWord | None) -> None:
        self.column, self.texts, self.no_answer, self.codes = column, texts, no_answer, codes
        self.known = _numbers_of(column.labels)
        self.declared_texts: Collection[str] = {plain(text) for text in column.missing_texts}
        self.own_numbers = texts.own_numbers

    def number(self, number: float, count: int, raw: float | str | None = None) -> RawAnswer:
        """Return what is known of a number, from its value label where it has one."""
        raw = number if raw is None else raw
        label = (self.column.labels.get(number) or "").strip() or None
        if number in self.own_numbers:
            code = self.own_numbers[number]
            by: Evidence = "no answer" if code is None else "map"
            return RawAnswer(raw=raw, count=count, by=by, number=None, label=label, code=code)
        if number in self.no_answer.numbers:
            return RawAnswer(raw=raw, count=count, by="no answer", label=label)
        if number in self.column.missing:
            return self.declared(raw, count, label)
        if label is None or (self.codes == "as-numbers" and plain(label) not in self.texts.own):
            return RawAnswer(raw=raw, count=count, by="number", number=number, label=label)
        return self.labelled(raw, count, number, label)

    def declared(self, raw: float | str, count: int, label: str | None) -> RawAnswer:
        """Return an answer that the file declares missing: none, unless its label is an option of the bank."""
        known = None if label is None or self.codes == "as-numbers" else self.texts.label(label)
        if label is None or known is None:
            return RawAnswer(raw=raw, count=count, by="no answer", label=label)
        by: Evidence = "map" if plain(label) in self.texts.own else "declared"
        return RawAnswer(raw=raw, count=count, by=by, label=label, code=known)

    def labelled(self, raw: float | str, count: int, number: float | None, label: str) -> RawAnswer:
        """Return an answer with its value label."""
        if self.texts.means_no_answer(label):
            return RawAnswer(raw=raw, count=count, by="no answer", label=label)
        named = number_in(label)
        code: float | None = self.texts.label(label)
        by: Evidence = "map" if plain(label) in self.texts.own else "label"
        if code is None and named is not None:
            if self.codes == "as-labels":
                code = named
            else:
                by = "number" if named == number else "numeric label"
        elif code is None:
            by = "unknown label"
        return RawAnswer(raw=raw, count=count, by=by, number=number, label=label, code=code)

    def texts_in(self, cells: TextCells) -> list[RawAnswer]:
        """Return the answers of a column of texts, in the order in which they came."""
        counts = np.bincount(cells.codes.astype(np.int64) + 1, minlength=len(cells.values) + 1)[1:]
        return [self.text(cells.values[place], int(counts[place])) for place in np.flatnonzero(counts).tolist()]

    def counted(self, counts: Mapping[float | str, int]) -> list[RawAnswer]:
        """Return the answers of texts that were counted, in the order in which they came."""
        return [self.text(text, count) for text, count in counts.items() if count and isinstance(text, str)]

    def text(self, text: str, count: int) -> RawAnswer:
        """Return what is known of a text: by its value label, else by its own words and number."""
        bare, number = plain(text), number_in(text)
        if bare in self.texts.own and number is None:
            code = self.texts.own[bare]
            by: Evidence = "no answer" if code is None else "map"
            return RawAnswer(raw=text, count=count, by=by, label=text, code=code, from_text=True)
        label = self.column.text_labels.get(text.strip())
        if bare in self.no_answer.texts:
            return RawAnswer(raw=text, count=count, by="no answer", label=label)
        if bare in self.declared_texts:
            return self.declared(text, count, label or (text if number is None else self.column.labels.get(number)))
        if label is not None:
            return self.labelled(text, count, None, label)
        if number is not None:
            return self.number(number, count, raw=text)
        return self.words(text, count)

    def words(self, text: str, count: int) -> RawAnswer:
        """Return what is known of a text that is no bare number."""
        read = self.texts.read(text)
        number = self.known.get(plain(text)) if read.number is None else read.number
        gone = read.number is not None and (
            read.number in self.no_answer.numbers or (read.number in self.column.missing and read.code is None)
        )
        if (read.how == "no answer" or gone) and read.how != "map":
            return RawAnswer(raw=text, count=count, by="no answer", label=read.label, from_text=True)
        if self.codes == "as-numbers" and read.how == "label and number":
            return RawAnswer(raw=text, count=count, by="number", number=read.number, label=read.label, from_text=True)
        if read.how in {"map", "label", "label and number"}:
            by: Evidence = "map" if read.how == "map" else "label" if read.how == "label" else "label and number"
            return RawAnswer(
                raw=text, count=count, by=by, number=number, label=read.label, code=read.code, from_text=True
            )
        if number is None:
            return RawAnswer(raw=text, count=count, by="unknown", label=read.label, from_text=True)
        by = "number" if self.codes == "as-numbers" else "unknown label"
        return RawAnswer(raw=text, count=count, by=by, number=number, label=read.label, from_text=True)

    def unused(self, cells: TextCells) -> list[RawAnswer]:
        """Return the labelled numbers that no cell holds, by number or by label: evidence for those that occur."""
        held = {plain(text) for text in cells.values}
        held_numbers = {number_in(text) for text in cells.values}
        left = [
            number for number, label in self.column.labels.items()
            if number not in held_numbers and plain(label) not in held
        ]  # fmt: skip
        return [self.number(number, 0) for number in sorted(left)]


PIECE = 16_384  # 128 kB of float64: the fastest of 8, 16, 32 and 64 thousand where it was measured
WIDEST = 4096  # whole numbers this far apart are counted in bins; others are sorted


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


def profile(values: FloatArray, blank: BoolArray | None = None) -> Profile:
    """Return the profile of a column; rows with an answer are struck from ``blank`` (changed in place), if given."""
    low, high, whole, missing = np.nan, np.nan, 0, 0
    rounded, marks = np.empty(PIECE), np.empty(PIECE, dtype=bool)
    for start in range(0, len(values), PIECE):
        piece = values[start : start + PIECE]
        r, m = rounded[: len(piece)], marks[: len(piece)]
        low, high = np.fmin(low, np.fmin.reduce(piece)), np.fmax(high, np.fmax.reduce(piece))
        np.rint(piece, out=r)
        own = int(np.count_nonzero(np.equal(r, piece, out=m)))
        whole += own
        if own == len(piece):  # whole numbers all of them: nothing is missing
            m[:] = False
        else:
            missing += int(np.count_nonzero(np.isnan(piece, out=m)))
        if blank is not None:
            blank[start : start + PIECE] &= m
    return Profile(low=float(low), high=float(high), whole=whole, missing=missing, rows=len(values))


def counts_of(values: FloatArray) -> dict[float, int]:
    """Return every number that occurs, least first, with how often; NaN is left out.

    Examples
    --------
    >>> counts_of(np.array([2.0, 1.0, np.nan, 2.0]))
    {1.0: 1, 2.0: 2}
    """
    seen = profile(values)
    if not seen.answers:
        return {}
    there = values if not seen.missing else values[~np.isnan(values)]
    if seen.all_whole and abs(seen.low) < 2**52 and seen.high - seen.low <= WIDEST:
        bins = np.bincount((there - seen.low).astype(np.int64))
        return {float(at) + seen.low: int(bins[at]) for at in np.flatnonzero(bins)}
    found, counts = np.unique(there, return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How an export's numbers become the bank's codes: by a table, or ``sign * number + offset``."""

    kind: Literal["same", "table", "line", "contradiction"]
    table: Mapping[float, float] = field(default_factory=dict)
    sign: int = 1
    offset: float = 0.0

    def code(self, number: float) -> float:
        """Return the bank's code of an export's number."""
        if number in self.table:
            return float(self.table[number])
        return self.sign * number + self.offset

    def number(self, code: float) -> float:
        """Return the number in the file that becomes a code, as far as the rule is a line."""
        return (code - self.offset) / self.sign if self.kind == "line" else code

    @property
    def changes(self) -> bool:
        """Whether any number becomes another."""
        return self.kind == "line" or any(number != code for number, code in self.table.items())

    def __str__(self) -> str:
        if self.kind == "same":
            return "the codes are the bank's"
        if self.kind != "line":
            return ", ".join(f"{number:g} is {code:g}" for number, code in sorted(self.table.items()))
        if self.sign < 0:
            return f"the codes run the other way (code = {self.offset:g} - number)"
        return f"the codes are shifted (code = number {self.offset:+g})"


def rule_from(pairs: Mapping[float, float], numbers: Iterable[float], codes: Collection[float]) -> Rule:
    r"""Return the rule that labels give.

    With pairs of a number :math:`x` and the code :math:`c` of its label, and all numbers that occur: where every number
    has a label, the labels decide. Otherwise the numbers without a label follow the one line :math:`c = \pm x + b` that
    goes through every pair and leads the numbers to codes; two such lines, or none, are a contradiction that only a
    person can settle.

    Parameters
    ----------
    pairs
        Number to the code of its label.
    numbers
        All numbers that occur.
    codes
        The codes there are.
    """
    used, known = set(numbers), set(codes)
    if not pairs:
        return Rule(kind="same")
    if used <= set(pairs):
        return _exact(pairs)
    fits = {line: sum(line[0] * x + line[1] in known for x in used) for line in _lines(pairs)}
    best = [line for line, inside in fits.items() if inside == max(fits.values())]
    if len(best) != 1:
        return Rule(kind="contradiction", table=dict(pairs))
    sign, offset = best[0]
    return Rule(kind="same") if (sign, offset) == (1, 0) else Rule(kind="line", sign=sign, offset=offset)


def _exact(pairs: Mapping[float, float]) -> Rule:
    if all(x == code for x, code in pairs.items()):
        return Rule(kind="same")
    lines = _lines(pairs)
    if len(lines) == 1:
        return Rule(kind="line", sign=lines[0][0], offset=lines[0][1])
    return Rule(kind="table", table=dict(pairs))


def _lines(pairs: Mapping[float, float]) -> list[tuple[int, float]]:
    """Return sign and offset of every line through all pairs: two through one pair, at most one through several."""
    found = []
    for sign in (1, -1):
        offsets = {code - sign * x for x, code in pairs.items()}
        if len(offsets) == 1:
            found.append((sign, offsets.pop()))
    return found
