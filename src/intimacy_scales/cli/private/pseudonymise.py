"""``pseudonymise``: a de-identified copy of an export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Unpack

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import CoupleColumn, Export, ExportOptions


def run(
    export: Export,
    /,
    *,
    secret: Annotated[Path, Option(metavar="FILE", help="A file that only you have: the key of the pseudonyms.")],
    out: Annotated[Path, Option(metavar="FILE", help="The copy: .csv .tsv .xlsx .sav .dta .parquet .json by suffix.")],
    new_secret: Annotated[bool, Option(help="Make the secret by chance, in a new file of that name.")] = False,
    couple: CoupleColumn = None,
    keep_text: Annotated[
        list[str] | None, Option(metavar="COLUMN...", help="Columns of words to keep although they may tell somebody.")
    ] = None,
    **options: Unpack[ExportOptions],
) -> None:
    """Write a copy of an export with ids replaced, dates shifted, and names, addresses, IP and own words left out.

    The same id gets the same pseudonym in every file under one secret. A copy is no anonymous file: rare answers may
    still tell a person. What was done to every column is listed.

    Examples
    --------
    intimacy-scales pseudonymise export.csv --secret ~/study.key --new-secret --out shared.csv
    intimacy-scales pseudonymise wave2.sav --secret ~/study.key --couple couple --out wave2_shared.sav
    """
    from intimacy_scales.base.files import may_write
    from intimacy_scales.cli.intake import inputs_of, read_export_table
    from intimacy_scales.cli.printing import head, printer_of, table_head
    from intimacy_scales.output.privacy import pseudonymise
    from intimacy_scales.output.privacy.pseudonyms import new_secret as make_secret
    from intimacy_scales.output.privacy.pseudonyms import read_secret
    from intimacy_scales.output.writing import suffix_of, write_sheet

    printer = printer_of("pseudonymise", options, inputs_of(export, options, secret))
    suffix_of(out)
    may_write(out, force=printer.force, inputs=printer.inputs)
    table = read_export_table(export, options)
    key = make_secret(secret) if new_secret else read_secret(secret)
    pseudonymised = pseudonymise(
        table, key, id_column=options.get("id_column"), couple=couple, keep_texts=keep_text or ()
    )
    write_sheet(pseudonymised.sheet, out, force=printer.force, inputs=printer.inputs)
    printer.result(pseudonymised)
    printer.result(
        f"written: {out}" + (f"; the new secret: {secret} (keep it apart from the copy)" if new_secret else "")
    )
    printer.json({**head("pseudonymise", source=table_head(table)), **pseudonymised.to_dict(), "written": str(out)})
