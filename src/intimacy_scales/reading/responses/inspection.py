"""Everything found out about an export, for a person to look at before anything is scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from intimacy_scales.bank.labels import plain
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.errors import Problem
from intimacy_scales.base.results import Shown, json_safe, text_table
from intimacy_scales.base.wording import counted, cut, listed, percent
from intimacy_scales.reading.exports.table import RawTable, why_set_aside
from intimacy_scales.reading.responses.coding.coding import Coding, CodingLine, coding_rows
from intimacy_scales.reading.responses.keying import KeyingCheck
from intimacy_scales.reading.responses.mapping import BankMap, Cell, ColumnMap, Range, dump_map, quoted
from intimacy_scales.reading.responses.matching import Match, Matching, Suggestion
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.reading.responses.questions import Proposal, form_in, taken_as_proposed

LEAST_RANGE = 8  # neighbouring columns that a map names as one block
MOST_FREE = 400  # free columns offered in a map
REASONS = 12  # reasons for rows set aside that are listed one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection(Shown):
    """What was recognised in an export; ``responses`` is there when nothing stands in the way of scoring."""

    banks: tuple[ItemBank, ...]
    source_table: RawTable = field(repr=False)
    """The plain table that the export was read as."""
    mapping: ColumnMap = field(repr=False)
    matches: tuple[Match, ...]
    suggestions: tuple[Suggestion, ...]
    proposals: tuple[Proposal, ...]
    """Blocks of columns that may hold a bank's items in their order."""
    codings: tuple[Coding, ...]
    """One for each set of options, bank and file."""
    keying: tuple[KeyingCheck, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    id_column: str | None
    responses: Responses | None = field(repr=False)
    matching: Matching | None = field(repr=False, default=None)

    def table(self) -> Any:
        """Return one row a recognised column as a pandas frame."""
        import pandas as pd

        return pd.DataFrame([one.to_dict() for one in self.matches])

    @property
    def usable(self) -> bool:
        """Whether the answers can be scored as they are."""
        return self.responses is not None

    @property
    def why_set_aside(self) -> dict[str, int]:
        """Reason to number of rows set aside for it."""
        return why_set_aside(self.source_table.set_aside)

    def apa(self) -> str:
        """Return a sentence: rows read and kept, and of which banks items were found."""
        found = {bank.id: sum(match.bank == bank.id for match in self.matches) for bank in self.banks}
        items = listed([f"{counted(n, 'column')} of {bank}" for bank, n in found.items()])
        kept = f"{counted(self.source_table.rows_read, 'row')} read, {len(self.source_table):,} kept"
        return f"{kept}; recognised: {items}; {counted(len(self.problems), 'problem')}."

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one line a column: what it holds, how that was found, how sure it is."""
        lines = [["column", "bank", "item", "form", "found by", "sure"]]
        for match in self.matches:
            said = ".".join(
                part
                for part in (match.administration.form, match.administration.partner, match.administration.occasion)
                if part
            )
            lines.append([match.column, match.bank, str(match.item), said, match.how, percent(match.certainty)])
        return lines

    @property
    def codes(self) -> tuple[CodingLine, ...]:
        """One line an answer that occurs: its code, the bank's label, how often, how that was learnt."""
        return tuple(line for coding in self.codings for line in coding.lines)

    def __str__(self) -> str:
        parts = [self._rows_said()]
        if self.matches:
            parts.append(text_table(self.rows_for_eyes()))
        if len(rows := coding_rows(self.codings)) > 1:
            parts.append(text_table(rows))
        blocks = {name for one in self.proposals for name in one.block.columns}
        parts.append("\n".join(f"perhaps: {one}" for one in self.suggestions if one.column not in blocks))
        parts.append("\n".join(f"perhaps: {one}" for one in self.proposals))
        parts.append("\n".join(f"keying: {check}" for check in self.keying))
        parts.append("\n".join(f"note: {note}" for note in self.notes if not note.startswith("keying: ")))
        parts.append("\n".join(f"problem: {problem}" for problem in self.problems) or self._verdict())
        return "\n\n".join(part for part in parts if part)

    def _verdict(self) -> str:
        doubtful = [check for check in self.keying if check.verdict not in {"as keyed", "cannot tell"}]
        return "can be scored, but settle the keying first (above)" if doubtful else "ready to be scored"

    def _rows_said(self) -> str:
        source, n = self.source_table.source, len(self.source_table)
        gone = sorted(self.why_set_aside.items(), key=lambda one: -one[1])[:REASONS]
        said = f"{source.platform} ({source.sure}: {source.saw}); {self.source_table.rows_read:,} rows read, {n:,} kept"
        lines = [f"{source.path}: {said}" if source.path else said]
        return "\n".join(lines + [f"  {count:,} set aside: {why}" for why, count in gone])

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe: platform, rows, columns, codes, suggestions, keying, problems, notes."""
        source = self.source_table.source
        made: dict[str, Any] = json_safe(
            {
                "platform": {
                    "name": source.platform,
                    "saw": source.saw,
                    "sure": source.sure,
                    "encoding": source.encoding,
                    "separator": source.separator,
                },
                "rows": {
                    "read": self.source_table.rows_read,
                    "kept": len(self.source_table),
                    "set_aside": [{"row": aside.row, "why": aside.why} for aside in self.source_table.set_aside],
                },
                "id": self.id_column,
                "usable": self.usable,
                "columns": [match.to_dict() for match in self.matches],
                "unmatched": self.unmatched,
                "codes": [line.to_dict() for line in self.codes],
                "coding": [coding.to_dict() for coding in self.codings],
                "suggestions": [one.to_dict() for one in self.suggestions],
                "keying": [check.to_dict() for check in self.keying],
                "problems": [str(problem) for problem in self.problems],
                "notes": list(self.notes),
            }
        )
        return made

    @property
    def unmatched(self) -> list[str]:
        """Names of the answer columns that hold no item of the banks."""
        used = {match.column for match in self.matches}
        return [
            column.name for column in self.source_table.columns if column.kind == "answer" and column.name not in used
        ]

    def to_map(self) -> ColumnMap:
        """Return a map that says what was found, for ``--map``: columns, labels, and what the user had said himself."""
        banks = {bank.id: self._bank_map(bank) for bank in self.banks}
        return replace(self.mapping, banks={**self.mapping.banks, **banks}, id=self.id_column or self.mapping.id)

    def map_text(self) -> str:
        """Return the map as YAML, with suggestions and unknown answers as comments for a person to decide on."""
        return dump_map(self.to_map(), remarks={bank.id: tuple(self._remarks(bank)) for bank in self.banks})

    def _remarks(self, bank: ItemBank) -> list[str]:
        """Lines a person may take over: likely items, texts without a code, free columns where items lack one."""
        if taken := taken_as_proposed(bank, self.proposals):
            return self._taken_remarks(bank, taken)
        likely = [
            f"perhaps: {one.column!r}: {one.item} ({percent(one.certainty)}: {cut(one.question)} ~ {cut(one.text)})"
            for one in self.suggestions
            if one.bank == bank.id
        ]
        unknown = self._label_remarks(bank)
        found = {match.item for match in self.matches if match.bank == bank.id} | set(
            self.mapping.of(bank.id).not_asked
        )
        if len(found) >= len(bank):
            return likely + unknown
        gone = ", ".join(str(item.id) for item in bank.items if item.id not in found)
        left_out = f"if the survey left them out, say: not_asked: [{gone}]"
        asked = {column.name: column.question or "" for column in self.source_table.columns}
        blocks = {name for one in self.proposals if one.bank == bank.id for name in one.block.columns}
        left = [name for name in self.unmatched if name not in blocks]
        free = [f'  "{name}": ITEM   {cut(asked[name])}' for name in left[:MOST_FREE]]
        if any(one.bank == bank.id and one.named for one in self.proposals):
            return [*likely, *unknown]
        proposed = self._proposal_remarks(bank)
        return [
            *likely,
            *unknown,
            *proposed,
            f"no column yet for items {gone}",
            left_out,
            "columns that are free:",
            *free,
        ]

    def _taken_remarks(self, bank: ItemBank, taken: Sequence[Proposal]) -> list[str]:
        """Show what is asked in the columns that the map takes as proposed, beside the bank's glosses."""
        lines = [
            "read this first: the columns below are taken as the items, in their order",
            "(form:, partner: a or b, and occasion: t1, t2 ... may stand beside items:)",
        ]
        for one in taken:
            words = [f"form: {one.administration.form}"] if one.administration.form else []
            if words and form_in(bank, plain(one.block.stem)) is None:
                words.append("as the one that is left")
            said = one.evidence if one.alike or one.against else "no statement is worded like a gloss"
            lines.append(f"{one.block.range} {' '.join([*words, f'({said})'])}")
        if not all(one.is_worded for one in taken):
            lines.append(
                "compare each statement [with the bank's gloss]; if they go together, write below: confirmed: true"
            )
        seen: set[tuple[str, ...]] = set()
        for one in taken:
            asked, statements = one.asked(bank), one.block.statements
            lines += asked[:1] if statements in seen and one.block.stem else asked
            seen.add(statements)
        return lines

    def _proposal_remarks(self, bank: ItemBank) -> list[str]:
        """Lines that propose blocks of columns, each statement shown once beside the bank's gloss."""
        own = [one for one in self.proposals if one.bank == bank.id and not one.named]
        if not own:
            return []
        lines = [
            "perhaps these columns are the items in their order: compare the statements [with the bank's glosses],",
            "then take the # away in front of columns: and of the lines that hold (form:, partner: a or b, and",
            "occasion: t1, t2 ... may stand beside items:)",
            "columns:",
        ]
        seen: set[tuple[str, ...]] = set()
        for one in own:
            asked = one.asked(bank)
            statements = one.block.statements
            lines += [f"  # {line}" for line in (asked[:1] if statements in seen and one.block.stem else asked)]
            seen.add(statements)
            lines.append(f"  {one.map_line()}")
        return lines

    def _label_remarks(self, bank: ItemBank) -> list[str]:
        """Lines that say which answers wait for a code, to be filled in; what was read needs no line."""
        lines: list[str] = []
        for coding in self.codings:
            open_ = coding.open_lines if coding.bank == bank.id else ()
            if open_ and not lines:
                lines = [
                    "these answers wait for a code (null: no answer); take the # away and fill them in:",
                    "labels:",
                ]
            if open_:
                lines += [f"  {coding.options}:   # {coding.texts.labels_said}"]
                lines += [_open_remark(line) for line in open_]
        return lines

    def _bank_map(self, bank: ItemBank) -> BankMap:
        old = self.mapping.of(bank.id)
        first = bank.form_ids[0]
        columns: dict[str, Cell | None] = {name: cell for name, cell in old.columns.items() if cell is None}
        for match in self.matches:
            if match.bank == bank.id:
                administration = (
                    replace(match.administration, form=None)
                    if match.administration.form == first
                    else match.administration
                )
                columns[match.column] = Cell(item=match.item, administration=administration)
        taken = taken_as_proposed(bank, self.proposals)
        confirmed = False if any(not one.is_worded for one in taken) else old.confirmed
        named = [*(one for one in self.proposals if one.bank == bank.id and one.named), *taken]
        ranges = [
            Range(
                first=one.block.columns[0],
                last=one.block.columns[-1],
                items=one.items,
                administration=one.administration,
            )
            for one in named
            if self._are_neighbours(one.block.columns)
        ]
        for one in named:
            if not self._are_neighbours(one.block.columns):
                places = zip(one.block.columns, one.items, strict=True)
                columns |= {name: Cell(item=item, administration=one.administration) for name, item in places}
        blocks = self._blocks(columns, bank)
        left = {name: cell for name, cell in columns.items() if name not in {n for _, own in blocks for n in own}}
        return replace(old, columns=left, ranges=(*ranges, *(block for block, _ in blocks)), confirmed=confirmed)

    def _are_neighbours(self, columns: Sequence[str]) -> bool:
        at = [self.source_table.names.index(name) for name in columns]
        return at == list(range(at[0], at[0] + len(at)))

    def _blocks(self, columns: Mapping[str, Cell | None], bank: ItemBank) -> list[tuple[Range, tuple[str, ...]]]:
        """Return the runs of neighbouring columns that hold one item after the other in one administration."""
        runs: list[list[tuple[str, Cell]]] = []
        before: tuple[int, Cell] | None = None
        follows = {one.id: two.id for one, two in pairwise(bank.items)}
        order = {name: at for at, name in enumerate(self.source_table.names)}
        for name, cell in sorted(columns.items(), key=lambda one: order.get(one[0], -1)):
            if cell is None:
                continue
            at = order[name]
            if (
                before is not None
                and at == before[0] + 1
                and cell == replace(before[1], item=follows.get(before[1].item, ""))
            ):
                runs[-1].append((name, cell))
            else:
                runs.append([(name, cell)])
            before = (at, cell)
        return [
            (
                Range(
                    first=run[0][0],
                    last=run[-1][0],
                    items=tuple(cell.item for _, cell in run),
                    administration=run[0][1].administration,
                ),
                tuple(name for name, _ in run),
            )
            for run in runs
            if len(run) >= LEAST_RANGE
        ]


def _open_remark(line: CodingLine) -> str:
    """Return the line of a map that waits for a code: the label where the file has one, else the answer itself."""
    by_label = line.how == "unknown label" and line.file_label
    name, beside = (line.file_label, line.text) if by_label else (line.text, line.file_label or line.how)
    return f"    {quoted(name)}: CODE   # {beside}; {line.count:,} answers"
