"""``inspect``: what was recognised, before anything is scored."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.files import may_write, write_text
from intimacy_scales.cli.careless_said import careless_of, careless_said
from intimacy_scales.cli.intake import Reading, banks_of, door_options
from intimacy_scales.cli.intake import table_of as read_table_of
from intimacy_scales.cli.saying import Voice, head, reasons, table_of

if TYPE_CHECKING:
    from intimacy_scales.bank.model import ItemBank
    from intimacy_scales.reading.exports.table import RawTable
    from intimacy_scales.reading.responses import Inspection


def run(reading: Reading, voice: Voice, *, write_map: Path | None) -> None:
    """Tell what an export holds; with ``write_map`` save it for ``--map``."""
    from intimacy_scales.reading.responses import examine

    voice.ready()
    if write_map is not None:
        may_write(write_map, force=voice.force, inputs=voice.inputs)
    options = door_options(reading)
    table = read_table_of(reading)
    banks = _banks(reading, table, options)
    if not banks:
        _tell_without_bank(table, voice, write_map)
        return
    found = examine(table, banks, **options)
    voice.tell(found)
    careless = careless_of(found.responses, brief=True)
    if careless is not None:
        voice.tell(f"\n{careless_said(careless)}")
    if write_map is not None:
        write_text(may_write(write_map, force=voice.force, inputs=voice.inputs), found.map_text())
        voice.tell(f"written: {write_map}")
    said = found.to_dict() | ({} if careless is None else {"careless": careless.to_dict()})
    voice.record({**head("inspect", found.banks, source=table_of(table), warnings=_warnings(found)), **said})


def _banks(reading: Reading, table: RawTable, options: Mapping[str, Any]) -> list[ItemBank]:
    """Return the banks asked for, or of the shipped ones those that the export holds items of."""
    from intimacy_scales.bank import bank_ids
    from intimacy_scales.reading.responses import examine

    if reading.banks:
        return banks_of(reading.banks, reading.wording)
    shipped = banks_of(bank_ids(), reading.wording)
    return [bank for bank in shipped if (seen := examine(table, [bank], **options)).matches or seen.suggestions]


def _warnings(found: Inspection) -> list[str]:
    return [*found.notes, *(str(problem) for problem in found.problems)]


def _tell_without_bank(table: RawTable, voice: Voice, write_map: Path | None) -> None:
    """Tell of an export that holds no item of any shipped bank: rows, columns, what they ask."""
    if write_map is not None:
        raise ResponseError(
            Problem(
                where="--write-map",
                what="no column was recognised as an item of a shipped bank",
                do="name the questionnaire with --bank",
            )
        )
    source = table.source
    voice.tell(
        f"{source.path}: {source.platform} ({source.sure}: {source.saw}); "
        f"{table.rows_read:,} rows read, {len(table):,} kept"
    )
    for why, count in reasons(table.set_aside).items():
        voice.tell(f"  {count:,} set aside: {why}")
    for note in table.notes:
        voice.tell(f"note: {note}")
    voice.tell(f"{len(table.columns)} columns: {', '.join(table.names)}")
    voice.tell("no column was recognised as an item of a shipped bank; name yours with --bank FILE.yaml")
    columns = [
        {
            "column": c.name,
            "kind": c.kind,
            "question": c.question,
            "labels": {f"{code:g}": label for code, label in c.labels.items()},
        }
        for c in table.columns
    ]
    voice.record(
        {
            **head("inspect", [], source=table_of(table), warnings=table.notes),
            "columns": [],
            "unmatched": [c.name for c in table.columns],
            "export_columns": columns,
        }
    )
