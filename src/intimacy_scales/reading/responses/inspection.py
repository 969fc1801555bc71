"""Everything found out about an export, for a person to look at before anything is scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from intimacy_scales.bank.labels import plain
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.errors import Problem
from intimacy_scales.base.results import Shown, json_safe, text_table
from intimacy_scales.reading.exports.table import RawTable
from intimacy_scales.reading.responses.coding import Coded
from intimacy_scales.reading.responses.keying import KeyingCheck
from intimacy_scales.reading.responses.mapping import BankMap, Cell, ColumnMap, dump_map
from intimacy_scales.reading.responses.matching import Match, Suggestion
from intimacy_scales.reading.responses.model import Responses
from intimacy_scales.reading.responses.text import cut

MOST_FREE = 400  # free columns offered in a map
REASONS = 12  # reasons for rows set aside that are listed one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeUse:
    """An answer text of an option set: the code it was read as (``None``: no answer, or unknown), how often, how."""

    bank: str
    options: str
    text: str
    code: float | None
    label: str | None
    count: int
    how: str

    def to_dict(self) -> dict[str, Any]:
        """Return the line in plain types."""
        return {name: getattr(self, name) for name in ("bank", "options", "text", "code", "label", "count", "how")}


def code_uses(coded: Sequence[Coded]) -> tuple[CodeUse, ...]:
    """Add up over a bank's columns which text was read as which code."""
    counts: dict[tuple[str, str, str, float | None, str], int] = {}
    labels = {(one.book.bank, one.book.options): {float(c): t for c, t in one.book.labels.items()} for one in coded}
    for one in coded:
        for use in one.uses:
            key = (one.book.bank, one.book.options, use.text, use.code, use.how)
            counts[key] = counts.get(key, 0) + use.count
    made = [
        CodeUse(
            bank=bank,
            options=options,
            text=text,
            code=code,
            count=count,
            how=how,
            label=None if code is None else labels[bank, options].get(code),
        )
        for (bank, options, text, code, how), count in counts.items()
    ]
    return tuple(sorted(made, key=lambda use: (use.bank, use.options, use.code is None, use.code or 0, use.text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection(Shown):
    """What was recognised in an export; ``responses`` is there when nothing stands in the way of scoring."""

    banks: tuple[ItemBank, ...]
    table: RawTable = field(repr=False)
    mapping: ColumnMap = field(repr=False)
    matches: tuple[Match, ...]
    suggestions: tuple[Suggestion, ...]
    codes: tuple[CodeUse, ...]
    keying: tuple[KeyingCheck, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    id_column: str | None
    responses: Responses | None = field(repr=False)

    @property
    def usable(self) -> bool:
        """Whether the answers can be scored as they are."""
        return self.responses is not None

    @property
    def why_set_aside(self) -> dict[str, int]:
        """Reason to number of rows set aside for it."""
        counts: dict[str, int] = {}
        for aside in self.table.set_aside:
            counts[aside.why] = counts.get(aside.why, 0) + 1
        return counts

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one line a column: what it holds, how that was found, how sure it is."""
        lines = [["column", "bank", "item", "form", "found by", "sure"]]
        for match in self.matches:
            said = ".".join(
                part
                for part in (match.administration.form, match.administration.partner, match.administration.occasion)
                if part
            )
            lines.append([match.column, match.bank, str(match.item), said, match.how, f"{match.certainty:.0%}"])
        return lines

    def codes_for_eyes(self) -> list[list[str]]:
        """Return one line an answer text: its code, the bank's label, how often, how it was read."""
        head = ["answer", "options", "code", "the bank's label", "answers", "read by"]
        return [
            head,
            *(
                [
                    cut(use.text, 40),
                    f"{use.bank} {use.options}",
                    "" if use.code is None else f"{use.code:g}",
                    use.label or "",
                    f"{use.count:,}",
                    use.how,
                ]
                for use in self.codes
            ),
        ]

    def __str__(self) -> str:
        parts = [self._rows_said()]
        if self.matches:
            parts.append(text_table(self.rows_for_eyes()))
        if self.codes:
            parts.append(text_table(self.codes_for_eyes()))
        parts.append("\n".join(f"perhaps: {one}" for one in self.suggestions))
        parts.append("\n".join(f"keying: {check}" for check in self.keying))
        parts.append("\n".join(f"note: {note}" for note in self.notes if not note.startswith("keying: ")))
        parts.append("\n".join(f"problem: {problem}" for problem in self.problems) or self._verdict())
        return "\n\n".join(part for part in parts if part)

    def _verdict(self) -> str:
        doubtful = [check for check in self.keying if check.verdict not in {"as keyed", "cannot tell"}]
        return "can be scored, but settle the keying first (above)" if doubtful else "ready to be scored"

    def _rows_said(self) -> str:
        source, n = self.table.source, len(self.table)
        gone = sorted(self.why_set_aside.items(), key=lambda one: -one[1])[:REASONS]
        said = f"{source.platform} ({source.sure}: {source.saw}); {self.table.rows_read:,} rows read, {n:,} kept"
        lines = [f"{source.path}: {said}" if source.path else said]
        return "\n".join(lines + [f"  {count:,} set aside: {why}" for why, count in gone])

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe: platform, rows, columns, codes, suggestions, keying, problems, notes."""
        source = self.table.source
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
                    "read": self.table.rows_read,
                    "kept": len(self.table),
                    "set_aside": [{"row": aside.row, "why": aside.why} for aside in self.table.set_aside],
                },
                "id": self.id_column,
                "usable": self.usable,
                "columns": [match.to_dict() for match in self.matches],
                "unmatched": self.unmatched,
                "codes": [use.to_dict() for use in self.codes],
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
        return [column.name for column in self.table.columns if column.kind == "answer" and column.name not in used]

    def to_map(self) -> ColumnMap:
        """Return a map that says what was found, for ``--map``: columns, labels, and what the user had said himself."""
        banks = {bank.id: self._bank_map(bank) for bank in self.banks}
        return replace(self.mapping, banks={**self.mapping.banks, **banks}, id=self.id_column or self.mapping.id)

    def map_text(self) -> str:
        """Return the map as YAML, with suggestions and unknown answers as comments for a person to decide on."""
        return dump_map(self.to_map(), remarks={bank.id: tuple(self._remarks(bank)) for bank in self.banks})

    def _remarks(self, bank: ItemBank) -> list[str]:
        """Lines a person may take over: likely items, texts without a code, free columns where items lack one."""
        likely = [
            f"perhaps: {one.column!r}: {one.item} ({one.certainty:.0%}: {cut(one.question)} ~ {cut(one.text)})"
            for one in self.suggestions
            if one.bank == bank.id
        ]
        unknown = [
            f"which code is {use.text!r} ({use.count:,} answers)? say it under labels: {use.options}:"
            for use in self.codes
            if use.bank == bank.id and use.how == "unknown"
        ]
        found = {match.item for match in self.matches if match.bank == bank.id} | set(
            self.mapping.of(bank.id).not_asked
        )
        if len(found) >= len(bank):
            return likely + unknown
        gone = ", ".join(str(item.number) for item in bank.items if item.number not in found)
        left_out = f"if the survey left them out, say: not_asked: [{gone}]"
        asked = {column.name: column.question or "" for column in self.table.columns}
        free = [f'  "{name}": ITEM   {cut(asked[name])}' for name in self.unmatched[:MOST_FREE]]
        return [*likely, *unknown, f"no column yet for items {gone}", left_out, "columns that are free:", *free]

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
        labels = {options: dict(table) for options, table in old.labels.items()}
        for use in self.codes:
            spelled = {plain(text) for text in labels.get(use.options, {})}
            if (
                use.bank == bank.id
                and use.how in {"label", "label and number"}
                and use.code is not None
                and plain(use.text) not in spelled
            ):
                if _is_number(use.text):
                    continue
                labels.setdefault(use.options, {})[use.text] = int(use.code)
        return replace(old, columns=columns, labels=labels)


def _is_number(text: str) -> bool:
    from intimacy_scales.reading.responses.labels import number_in

    return number_in(text) is not None
