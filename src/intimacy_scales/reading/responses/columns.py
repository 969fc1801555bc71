"""Which column is which item: the map, then the names, then what the columns asked; else a clear question.

Nothing is guessed. A column for an item that another column holds already, an item that no column holds, a name
that says one item while its question says another: each is a problem that a map settles.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.arrays import BoolArray
from intimacy_scales.base.errors import Problem
from intimacy_scales.base.wording import cut, some
from intimacy_scales.reading.exports.table import Column, NumberCells, RawTable
from intimacy_scales.reading.responses.mapping import ColumnMap, Range, ranged
from intimacy_scales.reading.responses.matching import (
    How,
    Match,
    Matching,
    Named,
    Names,
    Suggestion,
    names_of,
    read_name,
)
from intimacy_scales.reading.responses.model import Administration
from intimacy_scales.reading.responses.questions import (
    Asked,
    Proposal,
    Texts,
    form_in,
    is_sentence,
    parts_of,
    proposals_for,
    question_of,
    texts_of,
)
from intimacy_scales.reading.responses.unread_columns import nothing_found, unread_note, way_on


def said_of(administration: Administration) -> str:
    """Return form, partner and occasion in brackets, as far as there are any."""
    parts = (("form", administration.form), ("partner", administration.partner), ("occasion", administration.occasion))
    said = ", ".join(f"{kind} {value}" for kind, value in parts if value)
    return f" ({said})" if said else ""


def listed(numbers: Sequence[int | str]) -> str:
    """Return numbers as a map writes them, whole: they are there to be copied."""
    return "[" + ", ".join(map(str, numbers)) + "]"


def items_said(bank: ItemBank) -> str:
    """Return which numbers a bank's items have."""
    names = [item.id for item in bank.items]
    if any(isinstance(name, str) for name in names) or names != list(range(1, len(names) + 1)):
        return f"{bank.id} has items {some(names, shown=40)}"
    return f"{bank.id} has items {names[0]} to {names[-1]}"


def holds_answer(column: Column) -> BoolArray:
    """Return for every row whether the column holds an answer in it."""
    cells = column.cells
    if isinstance(cells, NumberCells):
        return ~np.isnan(cells.numbers) & ~np.isin(cells.numbers, list(column.missing))
    gone = [at for at, text in enumerate(cells.values) if text.strip() in column.missing_texts]
    return (cells.codes >= 0) & ~np.isin(cells.codes, gone)


class _Matcher:
    """Gathers matches, suggestions, problems and notes for one table."""

    def __init__(
        self,
        table: RawTable,
        banks: Sequence[ItemBank],
        mapping: ColumnMap,
        are_branches: Callable[[Sequence[str]], bool],
    ) -> None:
        self.table, self.mapping, self.are_branches = table, mapping, are_branches
        self.banks = {bank.id: bank for bank in banks}
        self.grammars: dict[str, Names] = {bank.id: names_of(bank) for bank in banks}
        self.texts: dict[str, Texts] = {bank.id: texts_of(bank) for bank in banks}
        self.matches: list[Match] = []
        self.suggestions: list[Suggestion] = []
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.proposals: list[Proposal] = []
        self.branches: list[tuple[list[str], int | str, str]] = []
        """Columns that are one item in several branches."""

    def run(self) -> Matching:
        self.by_map()
        spoken = {match.column for match in self.matches}
        spoken |= {
            name for bank_id in self.banks for name, cell in self.mapping.of(bank_id).columns.items() if cell is None
        }
        left = [c for c in self.table.columns if c.kind == "answer" and c.name not in spoken]
        left = self.by_name(left)
        self.by_question(left)
        self.doubled()
        for bank in self.banks.values():
            self.complete(bank)
        return Matching(
            matches=tuple(self.matches),
            suggestions=tuple(self.suggestions),
            problems=tuple(self.problems),
            notes=tuple(self.notes),
            proposals=tuple(self.proposals),
        )

    def by_map(self) -> None:
        """Match what the map says, in the file's own names or with the endings that joining gave them."""
        name = self.mapping.name
        for bank_id, bank in self.banks.items():
            part = self.mapping.of(bank_id)
            if part.confirmed is False:
                where, do = f"{name}: banks.{bank_id}.confirmed", "compare its statements, then write: confirmed: true"
                self.fault(where, "is false: the columns were proposed by their number and order alone", "true", do)
            for column, cell in part.columns.items():
                where = f"{name}: banks.{bank_id}.columns.{column}"
                places = self.places(column)
                if not places:
                    self.no_column(where)
                for actual, ending in places if cell is not None else ():
                    self.placed(where, actual, bank, cell.item, _joined(cell.administration, ending))  # type: ignore[union-attr]
            for block in part.ranges:
                self.by_range(block, bank)
            numbers = {item.id for item in bank.items}
            for number in part.not_asked:
                if number not in numbers:
                    self.fault(
                        f"{name}: banks.{bank_id}.not_asked", f"item {number} is not in the bank", items_said(bank)
                    )

    def no_column(self, where: str) -> None:
        self.fault(
            where,
            "the file has no such column",
            f"it has: {some(self.table.names, shown=12)}",
            "take the line out, or mend the name",
        )

    def placed(self, where: str, column: str, bank: ItemBank, item: int | str, administration: Administration) -> None:
        """Match a column with the place that the map gives it, if the bank has that place."""
        form_ids = [form.id for form in bank.forms]
        if item not in {one.id for one in bank.items}:
            self.fault(where, f"item {item} is not in the bank", items_said(bank))
        elif administration.form is not None and administration.form not in form_ids:
            self.fault(where, f"the bank has no form {administration.form!r}", f"it has: {some(form_ids)}")
        else:
            self.add(column, bank, Named(bank=bank.id, item=item, administration=administration), "map")

    def by_range(self, block: Range, bank: ItemBank) -> None:
        """Match neighbouring columns with the items that the map gives them."""
        where = f"{self.mapping.name}: banks.{bank.id}.columns.{block.first}..{block.last}"
        firsts, lasts = ({ending: column for column, ending in self.places(name)} for name in self.ends_of(block))
        if not firsts or not lasts:
            self.no_column(where)
        for ending in [ending for ending in firsts if ending in lasts]:
            start, stop = (self.table.names.index(one[ending]) for one in (firsts, lasts))
            columns = self.table.names[start : stop + 1]
            if len(columns) != len(block.items):
                what = f"are {len(columns)} columns in the file, for {len(block.items)} items"
                self.fault(
                    where, what, "as many columns as items, one after the other", f"they are {some(columns, shown=12)}"
                )
                continue
            for column, item in zip(columns, block.items, strict=True):
                self.placed(where, column, bank, item, _joined(block.administration, ending))

    def ends_of(self, block: Range) -> tuple[str, str]:
        """Return the first and the last column of a block; names may hold two dots themselves."""
        key = f"{block.first}..{block.last}"
        cuts = ((key[: dots.start()].strip(), key[dots.end() :].strip()) for dots in re.finditer(r"\.\.", key))
        known = (ends for ends in cuts if all(map(self.places, ends)))
        return next(known, (block.first, block.last))

    def places(self, name: str) -> list[tuple[str, str]]:
        """Return the columns that a map means by a name: itself, or in joined files itself with their endings."""
        if name in self.table.names:
            return [(name, "")]
        joined = [column.name for column in self.table.columns if column.origin and column.name.startswith(f"{name}_")]
        return [
            (one, one.removeprefix(f"{name}_")) for one in joined if _ENDING.fullmatch(one.removeprefix(f"{name}_"))
        ]

    def by_name(self, columns: Sequence[Column]) -> list[Column]:
        """Match by names; return the columns that stay."""
        left, order, taken = [], list(self.grammars.values()), {match.slot for match in self.matches}
        for column in columns:
            names = (column.name, *column.other_names, *self.doubled_name(column.name))
            named = next((n for name in names if (n := read_name(name, order))), None)
            if named is None:
                left.append(column)
                continue
            bank = self.banks[named.bank]
            if named.item not in {item.id for item in bank.items}:
                self.notes.append(
                    f"column {column.name} is called like bank {bank.id}, which has no item {named.item}: left alone"
                )
            elif (bank.id, named.item, _with_form(bank, named.administration)) in taken:
                self.notes.append(f"column {column.name} was left alone: the map gives its item to another column")
            else:
                self.contradicted(column, bank, named)
                self.add(column.name, bank, named, "name")
        return left

    def doubled_name(self, name: str) -> tuple[str, ...]:
        """Return the name that a column had in the file, where several had it and each was given a number (``.1``)."""
        found = re.fullmatch(r"(.+)\.\d+", name)
        alike = found is not None and {f"{found[1]}.1", f"{found[1]}.2"} <= set(self.table.names)
        return (found[1],) if found is not None and alike else ()

    def contradicted(self, column: Column, bank: ItemBank, named: Named) -> None:
        asked = self.texts[bank.id].exact(parts_of(column.question)) if column.question else None
        if asked is not None and asked.item != named.item:
            self.fault(
                f"column {column.name}",
                f"its name says item {named.item} of {bank.id}, its question is that of item {asked.item} "
                f"({cut(asked.text)!r})",
                "name and question of one item",
                f"say in a map which it is: {column.name}: NUMBER",
            )

    def by_question(self, columns: Sequence[Column]) -> None:
        taken = {match.slot: match.column for match in self.matches}
        for column in columns:
            question = question_of(column)
            if question is None:
                continue
            found = self.asked(question)
            sure = [asked for asked in found if asked.sure]
            if len({asked.bank for asked in sure}) > 1:
                self.fault(
                    f"column {column.name}",
                    f"its question is in banks {some([a.bank for a in sure])}",
                    "one bank",
                    "say in a map whose it is",
                )
            elif sure:
                self.take(column, sure[0], taken)
            else:
                self.suggestions += [
                    Suggestion(
                        column=column.name,
                        bank=a.bank,
                        item=a.item,
                        certainty=a.certainty,
                        question=question,
                        text=a.text,
                    )
                    for a in found
                ]

    def asked(self, question: str) -> list[Asked]:
        parts = parts_of(question)
        exact = [asked for texts in self.texts.values() if (asked := texts.exact(parts))]
        return exact or [asked for texts in self.texts.values() if (asked := texts.close(parts))]

    def take(self, column: Column, asked: Asked, taken: Mapping[tuple[str, int | str, Administration], str]) -> None:
        bank = self.banks[asked.bank]
        # a sentence as a name holds no suffix: "A partner who ..." is not partner a's
        said = (
            self.grammars[bank.id].administration_of(column.name) if not is_sentence(column.name) else Administration()
        )
        administration = _with_form(bank, said if said.form else replace(said, form=form_in(bank, asked.stem)))
        holder = taken.get((bank.id, asked.item, administration))
        if holder is not None and not self.are_branches([holder, column.name]):
            self.notes.append(
                f"column {column.name} asks what {holder} holds already (item {asked.item} of {bank.id}): left alone"
            )
            return
        self.add(
            column.name,
            bank,
            Named(bank=bank.id, item=asked.item, administration=administration),
            "question" if asked.exact else "close question",
            asked.certainty,
        )

    def add(self, column: str, bank: ItemBank, named: Named, how: How, certainty: float = 1.0) -> None:
        self.matches.append(
            Match(
                column=column,
                bank=bank.id,
                item=named.item,
                administration=_with_form(bank, named.administration),
                how=how,
                certainty=certainty,
            )
        )

    def doubled(self) -> None:
        at: dict[tuple[str, int | str, Administration], list[str]] = {}
        holders: dict[str, list[str]] = {}
        for match in self.matches:
            at.setdefault(match.slot, []).append(match.column)
            holders.setdefault(match.column, []).append(f"{match.bank} item {match.item}")
        mapped = {match.column for match in self.matches if match.how == "map"}
        twice: dict[tuple[str, Administration], list[tuple[int | str, list[str]]]] = {}
        for (bank_id, item, administration), columns in at.items():
            if len(columns) > 1 and self.are_branches(columns):
                self.branches.append((columns, item, said_of(administration)))
            elif len(columns) > 1 and mapped.issuperset(columns):
                self.fault(
                    f"{self.mapping.name}: banks.{bank_id}.columns",
                    f"{some(columns)} are all given item {item}{said_of(administration)}"
                    if len(columns) > 2
                    else f"{some(columns)} are both given item {item}{said_of(administration)}",
                    "one column an item and administration",
                    f"mend the numbers{self.left_over(bank_id, administration)}",
                )
            elif len(columns) > 1:
                twice.setdefault((bank_id, administration), []).append((item, columns))
        for (bank_id, administration), held in twice.items():
            self.held_twice(bank_id, administration, held)
        if self.branches:
            columns, item, said = self.branches[0]
            more = f", and so for {len(self.branches) - 1} more items" if len(self.branches) > 1 else ""
            self.notes.append(
                f"columns {some(columns)} are both item {item}{said} and never both hold an answer: read as one{more}"
            )
        for column, items in holders.items():
            if len(items) > 1:
                self.fault(f"{self.mapping.name}: column {column}", f"is given to {some(items)}", "one item a column")

    def held_twice(
        self, bank_id: str, administration: Administration, held: Sequence[tuple[int | str, list[str]]]
    ) -> None:
        """Tell items that several columns hold: once, with their number, and with the blocks that a map may name."""
        item, columns = held[0]
        what = f"columns {some(columns)} are both item {item}{said_of(administration)}"
        if len(held) > 1:
            what += f", and so for {len(held) - 1} more items"
        families = [[one[place] for _, one in held if place < len(one)] for place in range(len(columns))]
        items = [number for number, _ in held]
        lines = [
            f'"{family[0]}..{family[-1]}": {{items: {ranged(items)}, occasion: t{place}}}'
            for place, family in enumerate(families, start=1)
            if self.are_neighbours(family, len(items))
        ]
        do = f"say in a map which form, partner or occasion each is, or {columns[-1]}: null"
        if len(lines) == len(families):
            do += f"; as in {{format: 1, banks: {{{bank_id}: {{columns: {{{', '.join(lines)}}}}}}}}}"
        self.fault(f"bank {bank_id}", what, "one column an item and administration", do)

    def are_neighbours(self, columns: Sequence[str], n: int) -> bool:
        """Whether columns stand side by side in the file, in this order."""
        at = [self.table.names.index(name) for name in columns]
        return len(columns) == n > 1 and at == list(range(at[0], at[0] + n))

    def left_over(self, bank_id: str, administration: Administration) -> str:
        """Say which items no column holds: one of two columns with the same number is probably one of them."""
        gone = some(self.gone(self.banks[bank_id], administration), shown=12)
        return f": no column is given {gone}" if gone else ""

    def gone(self, bank: ItemBank, administration: Administration) -> list[int | str]:
        """Return the numbers of items that were asked and that no column holds."""
        own: set[int | str] = {
            match.item for match in self.matches if match.bank == bank.id and match.administration == administration
        }
        own |= set(self.mapping.of(bank.id).not_asked)
        return [item.id for item in bank.items if item.id not in own]

    def complete(self, bank: ItemBank) -> None:
        """Every administration must hold every item that was asked; a bank without any column is a question."""
        own = [match for match in self.matches if match.bank == bank.id]
        if not own:
            likely = {one.column: (one.bank, one.item) for one in self.suggestions}
            proposed = proposals_for(self.table, [bank], {match.column for match in self.matches}, likely)
            self.proposals += proposed
            self.problems.append(nothing_found(self.table, bank, self.suggestions, proposed))
            return
        for administration in dict.fromkeys(match.administration for match in own):
            here = [match for match in own if match.administration == administration]
            found, gone = {match.item: match.column for match in here}, self.gone(bank, administration)
            twice = sum(match.how == "map" for match in here) - len({m.item for m in here if m.how == "map"})
            if gone and len(gone) > twice:  # else the doubled numbers of the map say it all
                self.missing(bank, administration, found, gone)
        told = {c.name for c in self.table.columns if any(c.name in note for note in self.notes)}
        spoken = {match.column for match in self.matches} | set(self.mapping.of(bank.id).columns) | told
        if note := unread_note(self.table, bank, spoken):
            self.notes.append(note)

    def missing(
        self, bank: ItemBank, administration: Administration, found: Mapping[int | str, str], gone: Sequence[int | str]
    ) -> None:
        perhaps = [
            *self.set_apart(bank, gone),
            *(str(s) for s in self.suggestions if s.bank == bank.id and s.item in gone),
        ]
        one = "item" if len(gone) == 1 else "items"
        said = f"; perhaps {some(perhaps)}" if perhaps else ""
        other = way_on(self.table, bank, gone, found)
        said += f"; {other.what}" if other else ""
        self.fault(
            f"bank {bank.id}{said_of(administration)}",
            f"no column for {one} {some(gone, shown=12)}{said}",
            f"found {len(found)} of {len(bank)} ({some(list(found.values()))})",
            f"name their columns in a map (--map); if the survey left them out, say there: not_asked: {listed(gone)}"
            if other is None
            else other.do,
        )

    def set_apart(self, bank: ItemBank, gone: Sequence[int | str]) -> list[str]:
        """Columns that are called like items but hold ids, private text or the platform's own data."""
        grammar = self.grammars[bank.id]
        read = [(c, grammar.read(c.name)) for c in self.table.columns if c.kind != "answer"]
        return [
            f"{c.name!r} (looks like {c.kind} data)" for c, named in read if named is not None and named.item in gone
        ]

    def fault(self, where: str, what: str, allowed: str = "", do: str = "") -> None:
        self.problems.append(Problem(where=where, what=what, allowed=allowed, do=do))


_ENDING = re.compile(r"(?P<occasion>t\d{1,2})|(?P<partner>[ab])")


def _joined(administration: Administration, ending: str) -> Administration:
    """Return an administration in one of several joined files, which the ending of its columns names."""
    found = _ENDING.fullmatch(ending)
    if found is None:
        return administration
    if found["occasion"]:
        return replace(administration, occasion=administration.occasion or ending)
    return replace(administration, partner=administration.partner or ending)


def _with_form(bank: ItemBank, administration: Administration) -> Administration:
    """Answers without a form belong to the bank's first form."""
    return administration if administration.form or not bank.forms else replace(administration, form=bank.forms[0].id)


def are_branches(table: RawTable, columns: Sequence[str]) -> bool:
    """Whether columns never both hold an answer, as one question in several branches of a survey does not."""
    held = [holds_answer(table.column(name)) for name in dict.fromkeys(columns)]
    return len(held) > 1 and bool((np.sum(held, axis=0) <= 1).all()) and sum(bool(one.any()) for one in held) > 1


def match_columns(
    table: RawTable,
    banks: Sequence[ItemBank],
    mapping: ColumnMap | None = None,
    *,
    branches: Callable[[Sequence[str]], bool] | None = None,
) -> Matching:
    """Find for every bank which column holds which item in which administration.

    Parameters
    ----------
    table
        What a reader handed on; only columns of kind ``answer`` are looked at, unless the map names others.
    banks
        The banks asked for. A name goes to the bank with the longest id that knows it.
    mapping
        What the user says; it comes first.
    branches
        Tells of columns that hold one item whether they never both hold an answer (default: :func:`are_branches`).

    Returns
    -------
    Matching
        Matches, suggestions, and every problem; nothing is raised here.
    """
    return _Matcher(table, banks, mapping or ColumnMap(), branches or partial(are_branches, table)).run()
