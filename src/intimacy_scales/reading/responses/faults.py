"""What may not pass: answers outside their options, parts of numbers, texts nobody knows; all at once, and counted."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from intimacy_scales.bank.options import Number
from intimacy_scales.base.arrays import IntArray
from intimacy_scales.base.errors import Problem
from intimacy_scales.base.wording import counted, cut, some
from intimacy_scales.reading.responses.coding.coded_column import CodedColumn, CodedOptions
from intimacy_scales.reading.responses.coding.evidence import LISTED, map_line
from intimacy_scales.reading.responses.coding.option_texts import why_no_number
from intimacy_scales.reading.responses.questions import rows_said

MISSING_LIKE = frozenset(
    sign * float(code) for sign in (1, -1) for code in (66, 77, 88, 97, 98, 99, 666, 777, 888, 997, 998, 999, 9999)
) | {-1.0, -2.0, -6.0, -7.0, -8.0, -9.0, 0.0, 8.0, 9.0}
"""Codes that survey programs and codebooks use for "no answer", "refused", "not applicable"."""
UNLIKELY = 1e6  # no code of a questionnaire, missing codes included, is so large
FAR = 1000  # codes beyond are not a shift but something else
ONE_BY_ONE = 2  # distinct unknown texts that are told one by one
FEW = 6  # distinct wrong values or texts that are named one by one
LONGER = 0.02  # share of answers beyond the bank's codes from which on they are no slips but another set of answers
SISTERS = 3  # columns beside it, and answers, from which on one column that lies apart is told
FREE = 20  # distinct texts of one column beyond which it holds something else

Held: TypeAlias = Mapping[str, Collection[float | str]]
"""Column to what it holds in the rows in question: numbers on the bank's codes, texts that nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """One wrong number or text in one column, and how often it stands there."""

    column: str
    held: float | str
    count: int


def rows_among(coded: CodedOptions, held: Held, row_numbers: IntArray) -> str:
    """Say in which rows columns hold something, by the numbers under which the user finds these."""
    columns = {one.column: one for one in coded.columns}
    places = np.concatenate([columns[name].rows_with(wanted) for name, wanted in held.items()])
    return rows_said(row_numbers[np.unique(places)].tolist())


def faults_of(
    coded: CodedOptions, rows: Callable[[Held], str], *, alone: bool = True, one_person: bool = False
) -> list[Problem]:
    """Return everything wrong with columns of one bank that share an option set.

    Parameters
    ----------
    coded
        The columns, on the bank's codes, with what is wrong with their labels.
    rows
        Says in which rows columns hold something: :func:`rows_among` of these columns.
    alone
        The bank is the only one of the run: advice need not name it.
    one_person
        Leave rows out of the messages.

    Returns
    -------
    list of Problem
        Unknown texts, evidence that contradicts itself, shifted codes, answers that are no whole numbers, answers
        outside the options. Empty when every answer may pass.
    """
    told = _Faults(coded.columns, rows, alone=alone, one_person=one_person)
    problems = [*coded.problems, *told.unknown_texts()]
    bad = [one for one in coded.columns if not _passes(one)]
    if not bad or coded.problems:
        return problems
    whole = told.shift_in_vain(coded.coding.shift, bad) or told.other_answers()
    if whole is not None:
        return [*problems, *told.parts_of_numbers(bad), whole]
    by = told.shift_of(bad)
    shifted = [told.shifted(bad, by)] if by else []
    return problems + told.parts_of_numbers(bad) + shifted + told.outside(bad, by)


def _passes(one: CodedColumn) -> bool:
    codes = one.texts.codes
    if one.texts.steps_by_one:
        return one.profile.within(codes[0], codes[-1])
    held = one.values[~np.isnan(one.values)] if one.counted is None else np.array(list(one.counted), dtype=np.float64)
    return bool(one.texts.fits(held).all())


def _is_whole(value: float) -> bool:
    return bool(np.rint(value) == value)


class _Faults:
    """Words the faults of one group of columns."""

    def __init__(
        self, coded: Sequence[CodedColumn], rows: Callable[[Held], str], *, alone: bool, one_person: bool
    ) -> None:
        self.coded, self.rows_said, self.one_person = coded, rows, one_person
        self.counts: dict[str, Mapping[float, int]] = {}
        self.texts = coded[0].texts
        self.prefix = "" if alone else f"{self.texts.bank}="

    def rows(self, held: Held) -> str:
        return "" if self.one_person else self.rows_said(held)

    def rows_of(self, faults: Iterable[_Fault]) -> str:
        return self.rows({fault.column: (fault.held,) for fault in faults})

    def counts_in(self, one: CodedColumn) -> Mapping[float, int]:
        """Return how often each number stands in a column, counted once."""
        if one.column not in self.counts:
            self.counts[one.column] = one.counts
        return self.counts[one.column]

    def all_counts(self) -> dict[float, int]:
        """Return the same over all columns."""
        found: dict[float, int] = {}
        for one in self.coded:
            for value, count in self.counts_in(one).items():
                found[value] = found.get(value, 0) + count
        return found

    def wrong(self, one: CodedColumn, by: int) -> list[float]:
        """Return the numbers of a column that are none of the codes, nor of the codes shifted ``by``, least first.

        Where all codes are whole, parts of numbers are told apart.
        """
        allowed = {*one.texts.codes, *(code + by for code in one.texts.codes)}
        return [v for v in self.counts_in(one) if v not in allowed and (_is_whole(v) or not one.texts.whole)]

    def allowed(self, one: CodedColumn, rows: str) -> str:
        low, high = self.texts.codes[0], self.texts.codes[-1]
        said = self.texts.allowed
        if one.rule.kind == "line":
            ends = sorted((one.raw(low), one.raw(high)))
            said = f"allowed {ends[0]:g} to {ends[1]:g} (the bank's {low:g} to {high:g})"
        return "; ".join(part for part in (said, rows) if part)

    def unknown_texts(self) -> list[Problem]:
        """Return texts that nothing explains: each once, with all its columns; many of them as one problem."""
        at: dict[str, list[_Fault]] = {}
        problems = []
        for one in self.coded:
            if len(one.unknown) > FREE:
                problems.append(self._free_text(one))
                continue
            for text, count in one.unknown.items():
                at.setdefault(text, []).append(_Fault(column=one.column, held=text, count=count))
        if len(at) > ONE_BY_ONE:
            return [*problems, self._many_unknown(at)]
        return problems + [self._unknown(text, faults) for text, faults in at.items()]

    def _many_unknown(self, at: Mapping[str, Sequence[_Fault]]) -> Problem:
        columns = list(dict.fromkeys(fault.column for faults in at.values() for fault in faults))
        shown = [f"{cut(text, 40)!r} ({self._hint(text, _total(faults))})" for text, faults in at.items()]
        total = counted(sum(map(_total, at.values())), "answer")
        return Problem(
            where=f"columns {some(columns)}" if len(columns) > 1 else f"column {columns[0]}",
            what=f"{total} of {len(at)} texts that no label of the bank explains ({some(shown, shown=LISTED)})",
            allowed=f"allowed {self.texts.labels_said}",
            do="say what they mean in a map (--map FILE; null where it is no answer): "
            f"{map_line(self.texts, list(at)[:LISTED])}",
        )

    def _hint(self, text: str, count: int) -> str:
        """Return how often a text occurs, and what is odd about it or which label it is like."""
        near, odd = self.texts.nearest(text), why_no_number(text)
        return f"{count:,}{f', {odd}' if odd else f', perhaps {near!r}' if near else ''}"

    def _free_text(self, one: CodedColumn) -> Problem:
        total = sum(one.unknown.values())
        return Problem(
            where=f"column {one.column}",
            what=f"{counted(total, 'text')} that no label of the bank explains "
            f"({some([repr(cut(text, 40)) for text in one.unknown])})",
            allowed=f"allowed {self.texts.labels_said}",
            do=f"is this item {one.item}? say in a map which column is, or what its texts mean",
        )

    def _unknown(self, text: str, faults: Sequence[_Fault]) -> Problem:
        near = self.texts.nearest(text)
        hint = f"did you mean {near!r}? " if near else ""
        rows = self.rows_of(faults)
        short, odd = cut(text, 40), why_no_number(text)
        if "date" in odd:
            hint = "set these columns to text in the spreadsheet and export again; "
        do = f"{hint}else say in a map (--map FILE; null when it is no answer): {map_line(self.texts, [text])}"
        return Problem(
            where=_where(faults),
            what=f"{counted(_total(faults), 'answer')} of {short!r}" + (f", which {odd}" if odd else ""),
            allowed="; ".join(part for part in (f"allowed {self.texts.labels_said}", rows) if part),
            do=do,
        )

    def shift_of(self, bad: Sequence[CodedColumn]) -> int:
        """Return by how much the file's codes look shifted against the bank's; 0 when they do not."""
        low, high = self.texts.codes[0], self.texts.codes[-1]
        if not self.texts.whole or self.texts.counted != self.texts.codes:
            return 0  # a shift of decimals is no miscount, and one would move an option that is not scored
        if (by := self._whole_run(low, high)) is not None:
            return by
        seen = None if any(one.rule.kind != "same" for one in self.coded) else self._span(bad, low, high)
        if seen is None:
            return 0
        first, last = seen
        if last == high + 1 and first >= low + 1:
            return 1
        if first == low - 1 and last <= high - 1:
            return -1
        return int(last - high) if last - high == first - low else 0

    def _whole_run(self, low: Number, high: Number) -> int | None:
        """Return by how much a file is shifted that uses as many codes as there are, one after the other, elsewhere.

        Tried: with the shift, every one of these answers is a code, and no answer that is one now is lost.
        """
        if any(one.rule.kind != "same" for one in self.coded) or len(self.texts.codes) != high - low + 1:
            return None
        counts = self.all_counts()
        runs: list[list[float]] = []
        for value in sorted(value for value in counts if abs(value) <= FAR and value == round(value)):
            if runs and value == runs[-1][-1] + 1:
                runs[-1].append(value)
            else:
                runs.append([value])
        if not runs:
            return None
        most = max(runs, key=lambda run: sum(counts[value] for value in run))
        valid = sum(count for value, count in counts.items() if low <= value <= high)
        if len(most) != high - low + 1 or most[0] == low or sum(counts[value] for value in most) < valid:
            return None
        return int(most[0] - low)

    def shifted(self, bad: Sequence[CodedColumn], by: int) -> Problem:
        """Return the problem of a file that counts from another number than the bank."""
        low, high = self.texts.codes[0], self.texts.codes[-1]
        inside = [value for value in self.all_counts() if low + by <= value <= high + by]
        first, last = f"{min(inside):g}", f"{max(inside):g}"
        beyond = {one.column: [v for v in self.counts_in(one) if v < low or v > high] for one in bad}
        zero = (
            f"; if {first} means no answer, say --missing-code {self.prefix}{first}"
            if by == -1 and low - 1 in MISSING_LIKE
            else ""
        )
        if low > 0 and low + by == -high:
            dashed = map_line(self.texts, {f"{-code:g}": f"{code:g}" for code in reversed(self.texts.codes)})
            zero = f"; if the minus is but a dash before each number, say in a map (--map FILE): {dashed}"
        return Problem(
            where=f"bank {self.texts.bank}",
            what=f"codes run {first} to {last}, the bank's run {low} to {high} "
            f"({some([one.column for one in bad])}; {self.rows(beyond) or 'this person'})",
            allowed=self.texts.allowed,
            do=f"if your file counts from {low + by}, say --shift {self.prefix}{-by} (shift: {-by} in a map){zero}",
        )

    def _span(self, bad: Sequence[CodedColumn], low: Number, high: Number) -> tuple[float, float] | None:
        """Return the least and greatest code, without what looks like "no answer"; ``None`` when there is no span."""
        names = {one.column for one in bad}
        good = [one.profile for one in self.coded if one.column not in names and one.profile.answers]
        near = [end for one in good for end in (one.low, one.high)]
        for one in bad:
            there = self.counts_in(one)
            inside = [v for v in there if low <= v <= high]
            near += [min(inside), max(inside)] if inside else []
            near += [v for v in there if not low <= v <= high and (low - 1 <= v <= high + 1 or v not in MISSING_LIKE)]
        if not near or any(abs(v) > FAR or v != round(v) for v in near):
            return None
        return float(min(near)), float(max(near))

    def shift_in_vain(self, shift: int, bad: Sequence[CodedColumn]) -> Problem | None:
        """Return the problem of a shift that takes answers out of the options, all of which were codes without it."""
        plain = all(one.rule.kind == "line" and one.rule.sign == 1 for one in self.coded)
        codes, counts = set(self.texts.codes), self.all_counts() if shift and plain else {}
        if not shift or not plain or any(value - shift not in codes for value in counts):
            return None
        lost = sum(count for value, count in counts.items() if value not in codes)
        return Problem(
            where=f"--shift {self.prefix}{shift}",
            what=f"takes {counted(lost, 'answer')} of {some([one.column for one in bad])} out of the options; as they "
            "stand in the file, all are codes of the bank",
            allowed=self.texts.allowed,
            do="leave --shift out; where another file of the call needs it, score that file alone with it and "
            "--answers, and name here what was written",
        )

    def other_answers(self) -> Problem | None:
        """Return the problem of a list of answers that is not the bank's: in steps, longer, or somewhere else."""
        bad = [one for one in self.coded if not _passes(one)]
        there = sum(bool(one.profile.answers) for one in self.coded)
        if any(one.rule.kind != "same" for one in self.coded) or self.one_person or 2 * len(bad) < there:
            return None
        counts = self.all_counts()
        listed = {value: count for value, count in counts.items() if value not in MISSING_LIKE or 0 <= value < 66}
        if len(listed) < 2 or any(not float(v).is_integer() or abs(v) > FAR for v in listed):
            return None
        if (stepped := self._stepped(listed)) or self.shift_of(bad):
            return stepped
        return self._as_many(listed) or self._longer(listed)

    def _stepped(self, counts: Mapping[float, int]) -> Problem | None:
        """Return the problem of codes that lie in steps (10, 20, 30), one for each of the bank's."""
        values, codes = sorted(counts), self.texts.codes
        step = int(np.gcd.reduce(np.diff(values).astype(np.int64)))
        full = list(range(int(values[0]), int(values[-1]) + 1, step))
        if step < 2 or len(values) < 3 or len(full) > len(codes) or set(values) <= set(codes):
            return None
        shown = dict(zip(map(str, full), map(str, codes), strict=False)) if len(full) == len(codes) else {}
        return Problem(
            where=f"bank {self.texts.bank}",
            what=f"answers lie in steps of {step} ({some([f'{value:g}' for value in values], shown=LISTED)})",
            allowed=self.texts.allowed,
            do="if they stand for the bank's codes in this order, say in a map (--map FILE): "
            + map_line(self.texts, shown or [f"{value:g}" for value in values]),
        )

    def _as_many(self, counts: Mapping[float, int]) -> Problem | None:
        """Return the problem of as many different numbers as there are codes, with gaps: a platform's own numbers."""
        values, codes = sorted(counts), self.texts.codes
        outside = sum(count for value, count in counts.items() if value not in codes)
        apart = (values[0] in MISSING_LIKE and values[0] not in codes) or values[-1] in MISSING_LIKE
        if len(values) != len(codes) or apart or outside < max(3, LONGER * sum(counts.values())):
            return None
        pairs = {f"{value:g}": f"{code:g}" for value, code in zip(values, codes, strict=True)}
        return Problem(
            where=f"bank {self.texts.bank}",
            what=f"answers are {some(list(pairs), shown=LISTED)}: as many as the bank has codes, with other numbers",
            allowed=self.texts.allowed,
            do="if they stand for the bank's codes in this order (a platform may number its choices as it likes: name "
            f"its survey file with --survey), say in a map (--map FILE): {map_line(self.texts, pairs)}",
        )

    def _longer(self, counts: Mapping[float, int]) -> Problem | None:
        """Return the problem of a list of answers that goes beyond the bank's: no code of it can be said of them."""
        low, high = self.texts.codes[0], self.texts.codes[-1]
        beyond = sorted(value for value in counts if not low <= value <= high)
        outside, total = sum(counts[value] for value in beyond), sum(counts.values())
        if not beyond or outside < max(3, LONGER * total):
            return None
        ends = (min(low, beyond[0]), max(high, beyond[-1]))
        run = ends[1] - ends[0] + 1
        if (len(beyond) == 1 and beyond[0] != high + 1) or (
            len(beyond) > 1 and run > 2 * len(counts) and outside < total / 2
        ):
            return None
        columns = [one.column for one in self.coded]
        shown = some([f"{counts[value]:,} of {value:g}" for value in beyond], shown=FEW)
        first = f"if {beyond[0]:g} means no answer, say --missing-code {self.prefix}{beyond[0]:g}; " if (
            len(beyond) == 1) else ""  # fmt: skip
        return Problem(
            where=f"columns {some(columns)}" if len(columns) > 1 else f"column {columns[0]}",
            what=f"answers run {min(counts):g} to {max(counts):g}, the bank's {low} to {high} ({shown}): "
            "another set of answers, perhaps of another version",
            allowed=self.texts.allowed,
            do=f"{first}if that many could be ticked, draft a bank that has them: `intimacy-scales new FILE --columns "
            f"{columns[0]}..{columns[-1]} --id NAME --out NAME.yaml`, and score with it",
        )

    def parts_of_numbers(self, bad: Sequence[CodedColumn]) -> list[Problem]:
        """Return the problem of answers that are no whole numbers: one for all columns."""
        parted = [one for one in bad if not one.profile.all_whole and one.texts.whole]
        if not parted:
            return []
        held = {one.column: [v for v in self.counts_in(one) if not _is_whole(v)] for one in parted}
        values = dict.fromkeys(f"{one.raw(v):.10g}" for one in parted for v in held[one.column])
        total = sum(self.counts_in(one)[v] for one in parted for v in held[one.column])
        columns = [one.column for one in parted]
        verb = "is" if total == 1 else "are"
        return [
            Problem(
                where=f"columns {some(columns, shown=LISTED)}" if len(columns) > 1 else f"column {columns[0]}",
                what=f"{counted(total, 'answer')} that {verb} no whole number ({some(list(values))})",
                allowed=self.allowed(parted[0], self.rows(held)),
                do=self._as_ticked(),
            )
        ]

    def _as_ticked(self) -> str:
        said = "give the answers as ticked, not averaged or filled in"
        return said if self.texts.row is None else f"{said}; a slider that gives decimals has a finer step in its bank"

    def outside(self, bad: Sequence[CodedColumn], by: int) -> list[Problem]:
        """Return a problem for every whole number that is no code, over all columns that hold it."""
        at: dict[float, list[_Fault]] = {}
        problems = []
        for one in bad:
            counts, values = self.counts_in(one), self.wrong(one, by)
            if len(values) > FEW:
                ends = sorted((one.raw(values[0]), one.raw(values[-1])))
                problems.append(
                    Problem(
                        where=f"column {one.column}",
                        what=f"{counted(sum(counts[v] for v in values), 'answer')} outside the options "
                        f"({ends[0]:g} to {ends[1]:g})",
                        allowed=self.allowed(one, self.rows({one.column: values})),
                        do=f"is this item {one.item}? say in a map which column is",
                    )
                )
                continue
            for value in values:
                at.setdefault(one.raw(value), []).append(_Fault(column=one.column, held=value, count=counts[value]))
        first = {one.column: one for one in bad}
        return problems + [self._value(value, faults, first[faults[0].column]) for value, faults in sorted(at.items())]

    def _value(self, value: float, faults: Sequence[_Fault], one: CodedColumn) -> Problem:
        rows = self.rows_of(faults)
        likely = value in MISSING_LIKE
        label = one.labels.get(value)
        do = (
            f"if {value:g} means no answer, say --missing-code {self.prefix}{value:g}"
            if likely
            else f"mend the file, or say --missing-code {self.prefix}{value:g} to drop them"
        )
        if alone := self._alone_beside(value, faults):
            do = f"{alone}; {do}"
        if not math.isfinite(value) or abs(value) >= UNLIKELY:
            do = "mend the file: no questionnaire has such a code"
        return Problem(
            where=_where(faults),
            what=f"{counted(_total(faults), 'answer')} of {value:g}" + (f" ({label!r} in the file)" if label else ""),
            allowed=self.allowed(one, rows),
            do=do,
        )

    def _alone_beside(self, value: float, faults: Sequence[_Fault]) -> str:
        """Return what to do with the one column that goes beyond an end and does not reach the other."""
        low, high = self.texts.codes[0], self.texts.codes[-1]
        names = {fault.column for fault in faults}
        if value not in {low - 1, high + 1} or len(names) > 1 or len(self.coded) <= SISTERS or _total(faults) < SISTERS:
            return ""
        own = next(one for one in self.coded if one.column in names)
        if own.rule.kind != "same" or (high if value < low else low) in self.counts_in(own):
            return ""
        first, other = (low - 1, high) if value < low else (low + 1, low)
        return f"{own.column} has no {other:g}: if it alone counts from {first:g}, mend it in the file"


def _total(faults: Sequence[_Fault]) -> int:
    return sum(fault.count for fault in faults)


def _where(faults: Sequence[_Fault]) -> str:
    columns = [fault.column for fault in faults]
    return f"column {columns[0]}" if len(columns) == 1 else f"columns {some(columns)}"
