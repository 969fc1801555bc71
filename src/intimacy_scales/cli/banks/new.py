"""``new``: a private bank drafted from an export or a key sheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Unpack

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import Export, ExportOptions


def run(
    export: Export,
    /,
    *,
    out: Annotated[Path, Option(metavar="FILE.yaml", help="The bank to write.")],
    name: Annotated[str, Option(name="--id", metavar="NAME", help="The bank's id: small letters, digits, _.")],
    columns: Annotated[
        list[str] | None, Option(metavar="A..B...", help="The columns of the items: names, and ranges FIRST..LAST.")
    ] = None,
    keys: Annotated[
        Path | None,
        Option(name="--from", metavar="KEYS.csv", help="A key sheet with the columns item, reverse and scale."),
    ] = None,
    row: Annotated[
        list[str] | None,
        Option(metavar="FROM..TO/STEP...", help="The numbers of sliders and long number rows: 0..100, or 0..10/0.5."),
    ] = None,
    **options: Unpack[ExportOptions],
) -> None:
    """Draft a private bank from the columns of an export: items, options, keys to confirm; valid at once.

    Glosses are the questions of the file, options its labels. Keys are proposed from the answers unless a key sheet
    says them; each proposal stands in the bank as a comment. Columns of many numbers or of decimals are sliders: --row
    says which numbers could be ticked. The bank is private: what it says is nobody's source.

    Examples
    --------
    intimacy-scales new export.sav --columns Q12_1..Q12_12 --id closeness --out closeness.yaml
    intimacy-scales new export.csv --from keys.csv --id closeness --out closeness.yaml
    intimacy-scales new export.csv --columns near..warm --row 0..100 --id evening --out evening.yaml
    """
    from intimacy_scales.base.errors import Problem, UsageError
    from intimacy_scales.base.files import may_write, write_text
    from intimacy_scales.cli.intake import inputs_of, read_export_table
    from intimacy_scales.cli.printing import bank_heads, printer_of
    from intimacy_scales.reading.drafting import draft_bank, read_keys, row_said

    if columns is None and keys is None:
        raise UsageError(Problem(where="new", what="neither --columns nor --from was said",
                                 do="say --columns FIRST..LAST"))  # fmt: skip
    printer = printer_of("new", options, inputs_of(export, options, keys))
    may_write(out, force=printer.force, inputs=printer.inputs)
    table = read_export_table(export, options)
    draft = draft_bank(
        table,
        bank_id=name,
        columns=columns or (),
        keys=None if keys is None else read_keys(keys),
        rows=[row_said(one) for one in row or ()],
    )
    write_text(out, draft.text, force=printer.force)
    printer.result(draft)
    printer.result(f"written: {out}; confirm it, then: intimacy-scales score {export} --bank {out} --out scores.csv")
    printer.json({"banks": bank_heads([draft.bank]), "written": str(out), "notes": list(draft.notes),
                  "items": [{"column": item.column, "reverse": item.reverse, "why": item.why, "scale": item.scale}
                            for item in draft.items]})  # fmt: skip
