"""What labels, numbers and words say about one set of options, over all columns that share it: a rule, or a question.

One rule for all columns, whatever was ticked in each. Evidence that does not fit is a problem with the lines that
settle it; what is clear is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from intimacy_scales.bank.labels import plain
from intimacy_scales.bank.options import Number
from intimacy_scales.base.errors import Problem
from intimacy_scales.base.wording import counted, cut, some
from intimacy_scales.reading.responses.coding.option_texts import OptionTexts
from intimacy_scales.reading.responses.coding.raw_answers import AnswerColumn, RawAnswer, Rule, rule_from

AS_NUMBERS = "take the numbers as they are: --codes as-numbers"
AS_LABELS = "read each column by its own labels: --codes as-labels"
LISTED = 12  # labels listed in a problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The rule for the numbers of a set of columns, with what is to be told."""

    rule: Rule
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    disputed: frozenset[str] = frozenset()
    """Answers as the file holds them whose code is a question."""


def verdict_on(
    columns: Sequence[AnswerColumn], texts: OptionTexts, *, shift: int = 0, trusted: bool = False
) -> Verdict:
    """Return how the numbers of columns that share an option set become codes, and everything that does not fit.

    Parameters
    ----------
    columns
        The columns, with their distinct answers.
    texts
        What texts stand for in the option set.
    shift
        What the user adds to every number.
    trusted
        Numbers are the bank's codes: by the user's word (``--codes as-numbers``), or since a person typed them.
    """
    shifted = Rule(kind="line", offset=shift) if shift else Rule(kind="same")
    if all(column.is_plain for column in columns) and not _other_digits(texts):
        return Verdict(rule=shifted)
    return _Evidence(columns, texts, shift=shift, trusted=trusted).verdict()


def _other_digits(texts: OptionTexts) -> dict[float, Number]:
    """Return the bank's labels that are a number other than their code."""
    return {number: code for number, code in texts.digits.items() if number != code}


def map_line(texts: OptionTexts, labels: Iterable[str] | Mapping[str, str], code: str = "CODE") -> str:
    """Return a whole map that says what labels mean, on one line: it may be pasted and filled in.

    Examples
    --------
    >>> from intimacy_scales.bank import load_bank
    >>> from intimacy_scales.reading.responses.coding.option_texts import option_texts
    >>> map_line(option_texts(load_bank("eis"), "agreement"), ["teils/teils"])
    '{format: 1, banks: {eis: {labels: {agreement: {"teils/teils": CODE}}}}}'
    """
    codes = labels if isinstance(labels, Mapping) else dict.fromkeys(labels, code)
    said = ", ".join(f"{json.dumps(label, ensure_ascii=False)}: {of}" for label, of in codes.items())
    return f"{{format: 1, banks: {{{texts.bank}: {{labels: {{{texts.options}: {{{said}}}}}}}}}}}"


class _Evidence:
    """Gathers what the columns of one set of options say."""

    def __init__(self, columns: Sequence[AnswerColumn], texts: OptionTexts, *, shift: int, trusted: bool) -> None:
        self.columns, self.texts, self.shift, self.trusted = columns, texts, shift, trusted
        self.used = [answer for column in columns for answer in column.used]
        self.pairs = self.labelled_numbers()
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.disputed: set[str] = set()

    def verdict(self) -> Verdict:
        """Ask every question, then settle the rule."""
        self.unknown_labels()
        self.numeric_labels()
        self.declared_options()
        self.no_answers()
        self.contradictions()
        if not self.problems:
            self.two_into_one()
        rule = Rule(kind="same") if self.problems else self.settle()
        return Verdict(
            rule=rule, notes=tuple(self.notes), problems=tuple(self.problems), disputed=frozenset(self.disputed)
        )

    @property
    def where(self) -> str:
        """The set of options, as a place."""
        return f"bank {self.texts.bank}, options {self.texts.options}"

    def fault(self, what: str, *, allowed: str = "", do: str, columns: Sequence[str] = ()) -> None:
        shown = f"columns {some(columns)}" if len(columns) > 1 else f"column {columns[0]}" if columns else self.where
        self.problems.append(Problem(where=shown, what=what, allowed=allowed, do=do))

    def holding(self, wanted: Iterable[RawAnswer]) -> list[str]:
        """Return the names of the columns that hold any of these answers."""
        ids = {id(answer) for answer in wanted}
        return [column.name for column in self.columns if any(id(answer) in ids for answer in column.answers)]

    def labelled_numbers(self) -> dict[float, dict[float, list[str]]]:
        """Return number to the codes that labels give it, each with the columns that say so."""
        found: dict[float, dict[float, list[str]]] = {}
        for column in self.columns:
            for answer in column.answers:
                if answer.number is not None and answer.code is not None:
                    found.setdefault(answer.number, {}).setdefault(float(answer.code), []).append(column.name)
        return found

    def unknown_labels(self) -> None:
        """Labels of answers that occur, which the bank does not know: another language, another set of answers."""
        answers = [answer for answer in self.used if answer.by == "unknown label"]
        if not answers and not self.pairs and any(answer.by == "number" for answer in self.used):
            # nobody ticked them: yet they tell that the numbers of this file are another list of answers
            answers = [answer for column in self.columns for answer in column.answers if answer.by == "unknown label"]
        if not answers:
            return
        listed: dict[str, tuple[float, int]] = {}
        for answer in answers:
            label = answer.label or answer.text
            number, before = listed.get(label, (answer.number if answer.number is not None else 0.0, 0))
            listed[label] = (number, before + answer.count)
        order = sorted(listed, key=lambda label: listed[label][0])
        numbered = any(answer.number is not None for answer in answers)
        shown = [f"{listed[label][0]:g} {cut(label, 40)!r}" if numbered else repr(cut(label, 40)) for label in order]
        total = counted(sum(count for _, count in listed.values()), "answer")
        line = map_line(self.texts, order[:LISTED])
        self.fault(
            f"{total} with labels that the bank does not know ({some(shown, shown=LISTED)})",
            allowed=f"allowed {self.texts.labels_said}",
            do=f"say what they mean in a map (--map FILE): {line}{f', or {AS_NUMBERS}' if numbered else ''}",
            columns=self.holding(answers),
        )

    def numeric_labels(self) -> None:
        """Labels that are numbers and name another code than their own."""
        answers = [answer for answer in self.used if answer.by == "numeric label"]
        if answers:
            said = sorted({f"{answer.text} is labelled {answer.label!r}" for answer in answers})
            self.fault(
                f"labels that are other numbers than the codes they stand for ({some(said, shown=LISTED)})",
                allowed=self.texts.allowed,
                do=f"{AS_NUMBERS}, or {AS_LABELS}",
                columns=self.holding(answers),
            )

    def declared_options(self) -> None:
        """Codes that the file declares missing although their label is an option of the bank."""
        answers = [answer for answer in self.used if answer.by == "declared"]
        by_label: dict[str, list[RawAnswer]] = {}
        for answer in answers:
            by_label.setdefault(answer.label or answer.text, []).append(answer)
        for label, own in by_label.items():
            total, code = sum(answer.count for answer in own), own[0].code
            self.fault(
                f"{counted(total, 'answer')} of {own[0].text} ({label!r}), which the file declares missing; the "
                f"bank has it as code {code:g}",
                allowed=f"an answer, or none: {self.texts.labels_said}",
                do=f"if it is an answer, say in a map (--map FILE): {map_line(self.texts, [label], f'{code:g}')}; "
                f"if it is none: {map_line(self.texts, [label], 'null')}",
                columns=self.holding(own),
            )

    def no_answers(self) -> None:
        """Labels inside the codes that mean no answer: said, whatever the source."""
        by_label: dict[str, list[RawAnswer]] = {}
        for answer in self.used:
            if answer.by == "no answer" and answer.label and self.texts.means_no_answer(answer.label):
                by_label.setdefault(answer.label, []).append(answer)
        for label, own in by_label.items():
            total = counted(sum(answer.count for answer in own), "answer")
            raw = own[0].text
            code = "" if plain(raw) == plain(label) else f" ({raw} in the file)"
            self.notes.append(f"{some(self.holding(own))}: {total} of {label!r}{code} count as no answer")

    def contradictions(self) -> None:
        """One number that is labelled as different codes: a column whose labels contradict its sisters'."""
        apart = {number: codes for number, codes in self.pairs.items() if len(codes) > 1}
        if not apart:
            return
        number, codes = next(iter(sorted(apart.items())))
        said = " and ".join(f"{self.texts.called(code)!r} in {some(names)}" for code, names in sorted(codes.items()))
        more = f", and so for {len(apart) - 1} more" if len(apart) > 1 else ""
        self.fault(
            f"the labels of its columns contradict each other: {number:g} is {said}{more}",
            allowed="one meaning a number",
            do=f"{AS_LABELS}, or {AS_NUMBERS}",
        )

    def two_into_one(self) -> None:
        """Two different answers that would become one code."""
        at: dict[float, dict[str, RawAnswer]] = {}
        for answer in (answer for column in self.columns for answer in column.answers):
            if answer.code is not None and answer.by in {"label", "label and number"} and answer.label:
                at.setdefault(float(answer.code), {}).setdefault(self.core(answer), answer)
        clashes = {code: list(own.values()) for code, own in at.items() if len(own) > 1}
        clashes = {
            code: own
            for code, own in clashes.items()
            if any(answer.count for answer in own) and _differ(own, self.texts)
        }
        if not clashes:
            return
        said = [
            f"{' and '.join(repr(cut(answer.label or answer.text, 40)) for answer in own)} would both be {code:g}"
            for code, own in sorted(clashes.items())
        ]
        self.disputed |= {answer.text.strip() for own in clashes.values() for answer in own}
        labels = dict.fromkeys((answer.label or answer.text).strip() for own in clashes.values() for answer in own)
        self.fault(
            f"different answers would become one code: {'; '.join(said)}",
            allowed=f"one answer a code: {self.texts.labels_said}",
            do="perhaps the answers of another version; if not, say in a map (--map FILE) which code each is: "
            f"{map_line(self.texts, list(labels))}",
        )

    def core(self, answer: RawAnswer) -> str:
        """Return what tells an answer from others: its number where it has one, else its words."""
        return f"{answer.number:g}" if answer.number is not None else plain(answer.label or answer.text)

    def settle(self) -> Rule:
        """Return the rule that numbers follow."""
        pairs = {number: next(iter(codes)) for number, codes in self.pairs.items()}
        numbers = {answer.number for answer in self.used if answer.number is not None}
        bare = {answer.number for answer in self.used if answer.by == "number" and answer.number is not None}
        if not pairs:
            return self.bare_numbers(bare)
        rule = rule_from(pairs, numbers, self.texts.codes)
        if rule.kind == "contradiction":
            self.open_labels(pairs, bare)
        elif self.shift and (rule.sign, rule.offset) != (1, self.shift):
            self.fault(
                f"a shift of {self.shift:+d} was given, and its labels say "
                + (f"that {rule}" if rule.changes else "there is none"),
                do="leave the shift out",
                columns=[column.name for column in self.columns if column.is_labelled],
            )
        elif rule.changes:
            self.labels_followed(rule)
        return rule

    def open_labels(self, pairs: Mapping[float, float], bare: Iterable[float]) -> None:
        """Labels that leave open what the numbers without a label mean."""
        said = ", ".join(f"{number:g} is {self.texts.called(code)!r}" for number, code in sorted(pairs.items()))
        left = sorted(number for number in set(bare) if number not in pairs)
        contradict = len(pairs) > 1
        self.disputed |= {f"{number:g}" for number in left}
        verb = "contradict the bank's codes" if contradict else "leave the other numbers open"
        self.fault(
            f"its labels {verb} ({said})",
            allowed=self.texts.labels_said,
            do="say in a map (--map FILE) what the numbers mean: "
            f"{map_line(self.texts, [f'{number:g}' for number in left])}, or {AS_NUMBERS}",
            columns=[column.name for column in self.columns],
        )

    def labels_followed(self, rule: Rule) -> None:
        """Labels turn or shift the numbers: said; a question where some columns carry none at all."""
        listed = [column for column in self.columns if column.is_labelled]
        naked = [column for column in self.columns if not column.is_labelled and _only_numbers(column)]
        from_cells = any(answer.from_text and answer.code is not None for answer in self.used)
        if listed and naked and not from_cells:
            numbers = sorted({answer.number for column in naked for answer in column.used if answer.number is not None})
            line = map_line(self.texts, {f"{number:g}": f"{rule.code(number):g}" for number in numbers})
            self.fault(
                f"no labels, while those of {some([column.name for column in listed])} say that {rule}",
                allowed="one rule for all columns that share their options",
                do=f"if they follow the same rule, say in a map (--map FILE): {line}; if each column follows its own, "
                f"{AS_LABELS}",
                columns=[column.name for column in naked],
            )
            return
        names = [column.name for column in self.columns]
        self.notes.append(f"{some(names)}: by the labels, {rule}; the labels were followed")

    def bare_numbers(self, bare: set[float]) -> Rule:
        """Numbers without any label: the bank's codes, unless words beside them or the bank's digits leave doubt."""
        shifted = Rule(kind="line", offset=self.shift) if self.shift else Rule(kind="same")
        words = {float(a.code) for a in self.used if a.code is not None and a.number is None}
        if not bare or self.shift or self.trusted:
            return shifted
        digits = self.texts.digits
        if bare <= set(digits) and (words or _other_digits(self.texts)):
            return self.digit_labels(bare, words)
        in_doubt = self.texts.row is None or self.texts.shifts  # a slider's numbers are those of its row
        if words and in_doubt and self.is_half_labelled(words) and all(number.is_integer() for number in bare):
            self.mixed(bare, words)
        elif words:
            self.numbers_beside_words(bare)
        return shifted

    def numbers_beside_words(self, bare: set[float]) -> None:
        """Columns of numbers whose sisters hold words: a question, or told where both ends are among the numbers."""
        numbered = [column.name for column in self.columns if _only_numbers(column)]
        if not numbered or not all(number.is_integer() for number in bare):
            return
        codes, top = self.texts.codes, self.texts.labels[self.texts.codes[-1]]
        listed = [f"{number:g}" for number in sorted(bare)]
        what = f"{some(numbered)} hold numbers, the others words"
        if bare <= set(codes) and {codes[0], codes[-1]} <= bare:
            self.notes.append(
                f"{what}: the numbers were taken as the bank's codes ({codes[-1]} is {top!r}); "
                f"if they run otherwise, say in a map (--map FILE): {map_line(self.texts, listed)}"
            )
            return
        self.disputed |= set(listed)
        self.fault(
            f"{what}, and no word says what a number means",
            allowed=self.texts.labels_said,
            do=f"say in a map (--map FILE): {map_line(self.texts, listed)}; if they are the bank's codes, {AS_NUMBERS}",
            columns=numbered,
        )

    def is_half_labelled(self, words: set[float]) -> bool:
        """Whether words and numbers are answers of one list: they share a column, or words stand at its ends only."""
        ends = {float(self.texts.codes[0]), float(self.texts.codes[-1])}
        return words <= ends or any(
            {answer.by == "number" for answer in column.used if answer.by in {"number", "label", "map"}}
            == {True, False}
            for column in self.columns
        )

    def digit_labels(self, bare: set[float], words: set[float]) -> Rule:
        """Digits that are labels of the bank: labels in a set that holds words, a question in one of digits."""
        digits = self.texts.digits
        codes = self.texts.codes
        open_ = {n: digits[n] for n in bare if digits[n] != n and n in codes and (not words or n in words)}
        if not {codes[0], codes[-1]} <= bare:  # both ends as numbers as well: they cannot be shifted
            open_ |= {n: digits[n] for n in bare if digits[n] in words}
        if not open_:
            return _table({number: float(digits[number]) for number in bare})
        said = "; ".join(
            f"{number:g} is the label of code {code}, and "
            + (f"{self.texts.called(code)!r} stands there too" if code in words else "a code itself")
            for number, code in sorted(open_.items())
        )
        self.disputed |= {f"{number:g}" for number in open_}
        line = map_line(self.texts, [f"{number:g}" for number in sorted(open_)])
        why = "and both may stand in the file" if words else "and no words tell labels from codes"
        self.fault(
            f"numbers that may be labels or codes, {why}: {said}",
            allowed=self.texts.labels_said,
            do=f"say in a map (--map FILE) which it is: {line}, or {AS_NUMBERS}",
        )
        return Rule(kind="same")

    def mixed(self, bare: set[float], words: set[float]) -> None:
        """Labels and bare numbers side by side: clear only where no shift but none fits the codes that words leave."""
        codes = {float(code) for code in self.texts.codes}
        if {min(codes), max(codes)} <= bare:  # both ends as numbers: they cannot be shifted
            return
        inside = {number for number in bare if number in codes}
        span = int(max(codes) - min(codes))
        fits = [by for by in range(-span, span + 1) if inside and {n + by for n in inside} <= codes - words]
        if fits == [0] or not inside:
            return
        self.disputed |= {f"{number:g}" for number in bare}
        both = sorted(inside & words)
        code = both[0] if both else min(inside)
        beside = self.texts.called(code if both else min(words))
        self.fault(
            f"labels and numbers are mixed in one set of options, and '{code:g}' stands beside {beside!r}",
            allowed=f"one of them for code {code:g}" if both else "numbers that can be one thing only",
            do="say in a map (--map FILE) what the numbers mean: "
            f"{map_line(self.texts, [f'{number:g}' for number in sorted(bare)])}, or {AS_NUMBERS}",
        )


def _table(pairs: Mapping[float, float]) -> Rule:
    return Rule(kind="same") if all(n == code for n, code in pairs.items()) else Rule(kind="table", table=dict(pairs))


def _only_numbers(column: AnswerColumn) -> bool:
    """Whether a column holds numbers and nothing that a label explains."""
    return bool(column.used) and all(answer.code is None for answer in column.used)


def _differ(answers: Sequence[RawAnswer], texts: OptionTexts) -> bool:
    """Whether two answers differ in more than language: a label and its translation are one answer."""
    languages = [texts.translated.get(plain(answer.label or ""), "") for answer in answers]
    numbered = [answer for answer in answers if answer.number is not None]
    if len(numbered) > 1:
        return True
    return len(set(languages)) < len(languages) and len({plain(answer.label or "") for answer in answers}) > 1
