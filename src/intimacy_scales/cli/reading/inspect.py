"""``inspect``: what was recognised, before anything is scored."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Unpack

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import Export, ExportOptions, MaybeBanks

if TYPE_CHECKING:
    from intimacy_scales.bank.model import ItemBank
    from intimacy_scales.cli.printing import Printer
    from intimacy_scales.reading.exports.table import RawTable
    from intimacy_scales.reading.responses import Inspection


def run(
    export: Export,
    /,
    *,
    bank: MaybeBanks = None,
    write_map: Annotated[Path | None, Option(metavar="FILE", help="Save what was recognised, for --map.")] = None,
    **options: Unpack[ExportOptions],
) -> None:
    """Say what was recognised in an export: rows, columns, labels, codes, keying.

    Examples
    --------
    intimacy-scales inspect export.csv
    intimacy-scales inspect export.csv --bank pair --survey survey.qsf --write-map map.yaml
    """
    from intimacy_scales.base.files import may_write, write_text
    from intimacy_scales.cli.intake import answer_options, inputs_of, read_export_table
    from intimacy_scales.cli.printing import bank_heads, printer_of, table_head
    from intimacy_scales.cli.reading.scored_sheet import careless_of, careless_said
    from intimacy_scales.reading.responses import examine

    printer = printer_of("inspect", options, inputs_of(export, options))
    if write_map is not None:
        may_write(write_map, force=printer.force, inputs=printer.inputs)
    table = read_export_table(export, options)
    banks = _banks(bank, table, options)
    if not banks:
        _tell_without_bank(table, printer, write_map)
        return
    inspection = examine(table, banks, **answer_options(options))
    printer.result(inspection)
    careless = careless_of(inspection.responses, brief=True)
    if careless is not None:
        printer.result(f"\n{careless_said(careless)}")
    if write_map is not None:
        write_text(may_write(write_map, force=printer.force, inputs=printer.inputs), inspection.map_text())
        named = bank or [one.id for one in banks]
        next_one = f"intimacy-scales score {quote(str(export))} --bank {' '.join(map(quote, named))}"
        printer.result(
            f"written: {write_map}; read it, then: {next_one} --map {quote(str(write_map))} --out scores.csv"
        )
    parts = inspection.to_dict() | ({} if careless is None else {"careless": careless.to_dict()})
    start = {"banks": bank_heads(inspection.banks), "input": table_head(table), "warnings": _warnings(inspection)}
    printer.json({**start, **parts})


def _banks(banks: Sequence[str] | None, table: RawTable, options: ExportOptions) -> list[ItemBank]:
    """Return the banks asked for, or of the shipped ones those that the export holds items of."""
    from intimacy_scales.bank import bank_ids
    from intimacy_scales.cli.intake import answer_options, banks_of
    from intimacy_scales.reading.responses import examine

    if banks:
        return banks_of(banks, options.get("wording"))
    shipped, reading = banks_of(bank_ids(), options.get("wording")), answer_options(options)
    return [bank for bank in shipped if (seen := examine(table, [bank], **reading)).matches or seen.suggestions]


def _warnings(inspection: Inspection) -> list[str]:
    return [*inspection.notes, *(str(problem) for problem in inspection.problems)]


def _tell_without_bank(table: RawTable, printer: Printer, write_map: Path | None) -> None:
    """Tell of an export that holds no item of any shipped bank: rows, columns, what they ask."""
    from intimacy_scales.base.errors import Problem, ResponseError
    from intimacy_scales.cli.printing import reasons, table_head
    from intimacy_scales.reading.responses.questions import blocks_of

    if write_map is not None:
        raise ResponseError(
            Problem(
                where="--write-map",
                what="no column was recognised as an item of a shipped bank",
                do="name the questionnaire with --bank",
            )
        )
    source = table.source
    printer.result(
        f"{source.path}: {source.platform} ({source.sure}: {source.saw}); "
        f"{table.rows_read:,} rows read, {len(table):,} kept"
    )
    for why, count in reasons(table.set_aside).items():
        printer.result(f"  {count:,} set aside: {why}")
    for note in table.notes:
        printer.result(f"note: {note}")
    printer.result(f"{len(table.columns)} columns: {', '.join(table.names)}")
    printer.result("no column was recognised as an item of a shipped bank; name yours with --bank FILE.yaml")
    for block in blocks_of([column for column in table.columns if column.kind in ("answer", "personal")]):
        first, last = (table.names.index(name) + 1 for name in (block.columns[0], block.columns[-1]))
        stem = f" ({block.stem!r})" if block.stem else ""
        printer.result(
            f"columns {first} to {last} were asked together{stem}; a bank of them: intimacy-scales new "
            f"{quote(str(source.path))} --columns {first}..{last} --id NAME --out NAME.yaml"
        )
    columns = [
        {
            "column": c.name,
            "kind": c.kind,
            "question": c.question,
            "labels": {f"{code:g}": label for code, label in c.labels.items()},
        }
        for c in table.columns
    ]
    printer.json(
        {
            "input": table_head(table),
            "warnings": list(table.notes),
            "columns": [],
            "unmatched": [c.name for c in table.columns],
            "export_columns": columns,
        }
    )
