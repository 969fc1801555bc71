"""One table looked through for one set of banks: columns, codes, rows, keying; everything that is to be told.

What is to be told about rows: their ids, those without any answer, columns in which nothing varies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.arrays import BoolArray
from intimacy_scales.base.errors import Problem, UnknownNameError
from intimacy_scales.base.wording import counted, some
from intimacy_scales.reading.exports import guess_id_column
from intimacy_scales.reading.exports.arrow_texts import ArrowTexts, ends_oddly, like_long_numbers
from intimacy_scales.reading.exports.joining.ids import KEPT, is_rounded, lacks_digits
from intimacy_scales.reading.exports.table import Column, NumberCells, RawTable, TextCells
from intimacy_scales.reading.responses.coding.coded_column import (
    CodedColumn,
    CodedOptions,
    MissingCodes,
    code_columns,
    one_of_branches,
)
from intimacy_scales.reading.responses.coding.coding import contradicting_files
from intimacy_scales.reading.responses.coding.doubts import administration_doubts, coding_doubts, label_doubts
from intimacy_scales.reading.responses.coding.option_texts import OptionTexts, option_texts
from intimacy_scales.reading.responses.coding.raw_answers import AnswerColumn
from intimacy_scales.reading.responses.columns import match_columns
from intimacy_scales.reading.responses.evidence_beside import Beside, beside
from intimacy_scales.reading.responses.faults import Held, faults_of, rows_among
from intimacy_scales.reading.responses.inspection import Inspection
from intimacy_scales.reading.responses.keying import KeyingCheck, check_keying, keying_notes
from intimacy_scales.reading.responses.mapping import BankMap, ColumnMap
from intimacy_scales.reading.responses.matching import Match, Matching
from intimacy_scales.reading.responses.model import Administration, Answered, Responses
from intimacy_scales.reading.responses.questions import NotedRows, rows_said

LEAST_CUT = 3  # ids of 16 digits that all end in 0
LEAST_CONSTANT = 5  # answers below which "all the same" says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """The id of every row, from which column, and what is wrong with them."""

    column: str | None = None
    values: Sequence[str] | None = None
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def ids_of(table: RawTable, column: str | None) -> Ids:
    """Return the ids of the rows: from the column named, else from the one that looks like it; as text, spaces cut off.

    Duplicated and empty ids are notes, not problems: no row is ever dropped for them.
    """
    if column is not None and column not in table.names:
        said = UnknownNameError.among("id column", column, table.names)
        return Ids(problems=said.problems)
    name = guess_id_column(table) if column is None else column
    if name is None:
        return Ids()
    found = table.column(name)
    values = ids_in(found)
    if found.cells.n_filled == found.cells.n_distinct == len(table) and isinstance(values, ArrowTexts):
        return Ids(column=name, values=values, notes=tuple(_lost_digits(name, values)))  # none is empty or stands twice
    return Ids(column=name, values=values, notes=tuple(_doubts(table, name, values)))


def ids_in(column: Column) -> Sequence[str]:
    """Return the ids of the rows, spaces cut off; texts that hardly repeat stay where they are."""
    cells = column.cells
    if isinstance(cells, TextCells) and isinstance(cells.values, ArrowTexts) and is_in_order(cells):
        odd = ends_oddly(cells.values.array)
        if not len(odd) or all(text == text.strip() for text in cells.values.rows(odd)):
            return cells.values
    return tuple(text.strip() for text in cells.texts())


def is_in_order(cells: TextCells) -> bool:
    """Whether each row has the text of its own place."""
    n = len(cells.codes)
    return len(cells.values) == n and bool((cells.codes == np.arange(n, dtype=cells.codes.dtype)).all())


def _doubts(table: RawTable, name: str, values: Sequence[str]) -> list[str]:
    numbers = table.row_numbers.tolist()
    empty = [number for number, value in zip(numbers, values, strict=True) if not value]
    at: dict[str, list[int]] = {}
    if len(set(values)) < len(values) and not _distinct(table, name):
        for number, value in zip(numbers, values, strict=True):
            if value:
                at.setdefault(value, []).append(number)
    return [*_lost_digits(name, values), *id_notes(name, empty, at)]


def _lost_digits(name: str, values: Sequence[str]) -> list[str]:
    """Return a note on ids of which a spreadsheet took digits away."""
    told_of = values.rows(like_long_numbers(values.array)) if isinstance(values, ArrowTexts) else values
    found = LostDigits()
    found.add((value, 1) for value in told_of)
    found.n_long = sum(len(value) > KEPT for value in values) if found.n_cut >= LEAST_CUT else 0
    return found.notes(name)


@dataclass(slots=True)
class LostDigits:
    """Ids of which a spreadsheet took digits away, counted over rows."""

    n_rounded: int = 0
    n_cut: int = 0
    n_long: int = 0
    """Ids with more digits than a spreadsheet keeps."""
    rounded: str = ""
    cut: str = ""
    """The first of each."""

    def add(self, ids: Iterable[tuple[str, int]]) -> None:
        """Add ids, each with the number of rows that hold it."""
        for text, rows in ids:
            if is_rounded(text):
                self.n_rounded, self.rounded = self.n_rounded + rows, self.rounded or text
            if lacks_digits(text):
                self.n_cut, self.cut = self.n_cut + rows, self.cut or text

    def __add__(self, other: LostDigits) -> LostDigits:
        return LostDigits(
            n_rounded=self.n_rounded + other.n_rounded, n_cut=self.n_cut + other.n_cut,
            n_long=self.n_long + other.n_long, rounded=self.rounded or other.rounded, cut=self.cut or other.cut,
        )  # fmt: skip

    def notes(self, name: str) -> list[str]:
        """Return what is to be told of the ids of a column."""
        told = ""
        if self.n_rounded:
            told = (
                f"{name}: {counted(self.n_rounded, 'id')} were rounded by a spreadsheet ({self.rounded} ...): digits "
            )
            told += "are lost, and different persons may share one; export the ids as text"
        elif self.n_cut >= LEAST_CUT and self.n_cut == self.n_long:
            told = f"{name}: {counted(self.n_cut, 'id')} of 16 digits or more end in 0 ({self.cut} ...): a spreadsheet"
            told += " keeps 15 digits, and the last may be lost; export the ids as text"
        return [told] if told else []


def id_notes(
    name: str, empty: Sequence[int] | NotedRows, at: Mapping[str, Sequence[int] | NotedRows], n: int | None = None
) -> list[str]:
    """Return notes on ids: rows without one, and ids with the rows in which they stand, where these are several.

    ``n`` ids stand in several rows, where ``at`` holds the first of them only.
    """
    notes = []
    if len(empty):
        notes.append(f"{name} is empty in {counted(len(empty), 'row')} ({rows_said(empty)})")
    twice = [f"{value} in {rows_said(rows)}" for value, rows in at.items() if len(rows) > 1]
    n = len(twice) if n is None else n
    if n == 1:
        notes.append(f"{name} {twice[0].replace(' in ', ' stands in ', 1)}: every row is kept")
    elif twice:
        notes.append(
            f"{counted(n, 'value')} of {name} stand in more than one row ({'; '.join(twice[:3])}"
            + (f"; and {n - 3:,} more" if n > 3 else "")
            + "): every row is kept"
        )
    return notes


def _distinct(table: RawTable, name: str) -> bool:
    cells = table.column(name).cells
    if not isinstance(cells, NumberCells):
        return False
    there = cells.numbers[~np.isnan(cells.numbers)]
    return len(np.unique(there)) == len(there)


def blank_note(rows: Sequence[int] | NotedRows) -> list[str]:
    """Return a note on rows that hold no answer at all, by their numbers."""
    if not len(rows):
        return []
    return [f"{counted(len(rows), 'row')} without any answer ({rows_said(rows)}): kept, and not scored"]


def constant_note(coded: Sequence[CodedColumn]) -> list[str]:
    """Return notes on columns in which everybody gave the same answer, or nobody any."""
    same = [
        f"{one.column} (always {one.profile.low:g})"
        for one in coded
        if one.profile.answers >= LEAST_CONSTANT and one.profile.low == one.profile.high
    ]
    empty = [one.column for one in coded if not one.profile.answers]
    notes = [f"nothing varies in {some(same)}"] if same else []
    if empty and len(empty) < len(coded):
        notes.append(f"nobody answered {some(empty)}: counted as missing in every row")
    return notes


@dataclass(frozen=True, slots=True, kw_only=True)
class _BankAnswers:
    """One bank's answers in all administrations, and its columns as they were coded."""

    parts: tuple[Answered, ...]
    coded: tuple[CodedOptions, ...]


class Examination:
    """Goes through a table for one set of banks, gathering what is to be told."""

    def __init__(self, table: RawTable, banks: Sequence[ItemBank], mapping: ColumnMap, id_column: str | None) -> None:
        self.table, self.banks, self.mapping = table, tuple(banks), mapping
        self.one_person = table.source.platform == "person"
        self.wanted_id = id_column or mapping.id
        self.blank: BoolArray = np.ones(len(table), dtype=bool)
        self.nothing = np.full(len(table), np.nan)
        self.problems: list[Problem] = []
        self.notes: list[str] = list(table.notes)
        self.missing = MissingCodes(mapping)

    def run(self) -> Inspection:
        """Look at columns, rows, answers and keying, in this order."""
        matching = self.matching()
        self.problems += matching.problems
        self.notes += matching.notes
        ids = self.ids()
        self.problems += [*ids.problems, *self.lost_columns()]
        self.notes += ids.notes
        others = self.other_banks()
        self.notes += [f"{self.mapping.name} {what}" for what in others]
        if {bank.id for bank in self.banks} - {match.bank for match in matching.matches}:  # the reason, perhaps
            self.problems += [Problem(where=self.mapping.name, what=what) for what in others]
        if not self.n_rows:
            self.problems.append(
                Problem(
                    where=self.table.source.path or "data",
                    what="holds no respondent",
                    allowed="one row or more",
                    do=_why_empty(self.table),
                )
            )
        found = [self.bank(bank, [m for m in matching.matches if m.bank == bank.id]) for bank in self.banks]
        parts = tuple(part for one in found for part in one.parts)
        coded = [column for one in found for options in one.coded for column in options.columns]
        codings = tuple(options.coding for one in found for options in one.coded)
        self.problems += [*self.missing.refused(self.banks), *contradicting_files(codings)]
        if coded and not self.one_person:
            self.notes += [*blank_note(self.blank_rows), *constant_note(coded)]
        keying = self.keying(parts)
        if not self.problems and not self.one_person:
            self.notes += self.beside(parts).notes(codings)
        responses = (
            None
            if self.problems
            else Responses(
                answered=parts,
                id_column=ids.column,
                ids=ids.values,
                row_numbers=self.table.row_numbers,
                set_aside=self.table.set_aside,
                source=self.table.source,
                table=self.table,
                notes=tuple(self.notes),
                attention=self.mapping.attention,
                codings=codings,
            )
        )
        return Inspection(
            banks=self.banks,
            source_table=self.table,
            mapping=self.mapping,
            matches=matching.matches,
            suggestions=matching.suggestions,
            proposals=matching.proposals,
            codings=codings,
            keying=keying,
            problems=tuple(self.problems),
            notes=tuple(self.notes),
            id_column=ids.column,
            responses=responses,
            matching=matching,
        )

    def matching(self) -> Matching:
        """Return which column is which item."""
        return match_columns(self.table, self.banks, self.mapping)

    def ids(self) -> Ids:
        """Return the ids of the rows."""
        return ids_of(self.table, self.wanted_id)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.table)

    @property
    def blank_rows(self) -> Sequence[int] | NotedRows:
        """The numbers of the rows without any answer."""
        rows: list[int] = self.table.row_numbers[np.flatnonzero(self.blank)].tolist()
        return rows

    def other_banks(self) -> list[str]:
        """Return a sentence for every bank that the map speaks of and nobody asked for: a slip of the pen, perhaps."""
        from intimacy_scales.bank import bank_ids

        asked, known = [bank.id for bank in self.banks], bank_ids()
        notes = []
        for name in self.mapping.banks:
            if name in asked:
                continue
            meant = "" if name in known else UnknownNameError.among("bank", name, [*asked, *known]).problems[0].do
            hint = "" if name in known else f"; no bank of that name is shipped{f', {meant}' if meant else ''}"
            notes.append(
                f"speaks of bank {name}, which was not asked for ({', '.join(asked)}): nothing "
                f"that it says of it was used{hint}"
            )
        return notes

    def lost_columns(self) -> list[Problem]:
        """Return a problem for every column that the map names for something else than an item and the file lacks."""
        named = {"couple": self.mapping.couple, "partner": self.mapping.partner}
        named |= {f"attention.{column}": column for column in self.mapping.attention}
        return [
            Problem(
                where=f"{self.mapping.name}: {key}",
                what=f"the file has no column {name!r}",
                do="mend the name, or take the line out",
            )
            for key, name in named.items()
            if name is not None and name not in self.table.names
        ]

    def bank(self, bank: ItemBank, matches: Sequence[Match]) -> _BankAnswers:
        """Code and vouch for one bank's columns, set of options by set of options, file by file."""
        said, alone = self.mapping.of(bank.id), len(self.banks) == 1
        texts = self.texts_of(bank, said)
        groups: dict[tuple[str, str], list[Match]] = {}
        for match in matches:
            origin = self.table.column(match.column).origin
            groups.setdefault((origin, bank.item(match.item).options), []).append(match)
        made: list[CodedOptions] = []
        at: dict[tuple[Administration, int | str], CodedColumn] = {}
        for (origin, options), own in groups.items():
            coded = self.options(own, texts[options], said, file=origin if len({o for o, _ in groups}) > 1 else "")
            for match, one in zip(own, coded.columns, strict=True):
                before = at.get((match.administration, match.item))
                at[match.administration, match.item] = one if before is None else one_of_branches(before, one)
            rows = partial(self.rows_in, coded)
            self.problems += faults_of(coded, rows, alone=alone, one_person=self.one_person)
            self.notes += coded.coding.notes
            if not self.one_person and not coded.problems:
                items = {match.column for match in matches}
                self.notes += self.doubts(coded, bank, own, [c for c in self.table.columns if c.name not in items])
            made.append(coded)
        administrations = dict.fromkeys(match.administration for match in matches)
        parts = tuple(self.answered(bank, one, at, turned=bool(said.already_reversed)) for one in administrations)
        return _BankAnswers(parts=parts, coded=tuple(made))

    def doubts(self, coded: CodedOptions, bank: ItemBank, own: Sequence[Match], others: Sequence[Column]) -> list[str]:
        """Return what speaks against bare numbers of one set of options; ``others``: the columns without any item."""
        return [
            *coding_doubts(coded, bank, alone=len(self.banks) == 1),
            *administration_doubts(coded, [match.administration for match in own], bank),
            *label_doubts(coded, [column for column in others if column.labels]),
        ]

    def rows_in(self, coded: CodedOptions, held: Held) -> str:
        """Say in which rows columns hold something."""
        return rows_among(coded, held, self.table.row_numbers)

    def texts_of(self, bank: ItemBank, said: BankMap) -> dict[str, OptionTexts]:
        """Return the texts of every set of options, with what the map says of them."""
        self.problems += [
            Problem(
                where=f"{self.mapping.name}: banks.{bank.id}.labels.{name}",
                what="the bank has no such options",
                allowed=f"it has: {', '.join(bank.options)}",
            )
            for name in said.labels
            if name not in bank.options
        ]
        return {name: option_texts(bank, name, said.labels.get(name)) for name in bank.options}

    def options(self, matches: Sequence[Match], texts: OptionTexts, said: BankMap, *, file: str) -> CodedOptions:
        """Code the columns of one set of options."""
        columns = [(self.table.column(match.column), match.item) for match in matches]
        no_answer = self.missing.of(texts, [column for column, _ in columns], said)
        own = [
            AnswerColumn(column=column, item=item, texts=texts, no_answer=no_answer, codes=said.codes)
            for column, item in columns
        ]
        return self.code(
            own, texts, file=file, codes=said.codes, shift=said.shift or 0, one_person=self.one_person, blank=self.blank
        )

    def code(self, columns: Sequence[AnswerColumn], texts: OptionTexts, **said: Any) -> CodedOptions:
        """Return columns that share an option set on the bank's codes."""
        return code_columns(columns, texts, **said)

    def answered(
        self,
        bank: ItemBank,
        administration: Administration,
        coded: Mapping[tuple[Administration, int | str], CodedColumn],
        *,
        turned: bool,
    ) -> Answered:
        """Put one administration's columns in the bank's order; an item that was not asked is all missing."""
        own = [coded.get((administration, item.id)) for item in bank.items]
        return Answered(
            bank=bank,
            administration=administration,
            answers=tuple(self.nothing if one is None else one.values for one in own),
            columns=tuple(None if one is None else one.column for one in own),
            already_reversed=turned,
        )

    def beside(self, parts: Sequence[Answered]) -> Beside:
        """Return what the file holds beside its answers that speaks for or against them."""
        return beside(parts, self.table)

    def keying(self, parts: Sequence[Answered]) -> tuple[KeyingCheck, ...]:
        """Check the keying of answers that may pass; of others the figures would only mislead."""
        if self.problems or self.one_person:
            return ()
        checks = tuple(check for part in parts for check in check_keying(part))
        self.notes += keying_notes(checks)
        return checks


def _why_empty(table: RawTable) -> str:
    if not table.set_aside:
        return ""
    why = table.set_aside[0].why
    return f"all {len(table.set_aside):,} rows were set aside ({why}); --keep-unfinished keeps unfinished ones"
