"""``table``: the paper's first table, ready for Word, LaTeX or a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Unpack, cast

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import Banks, Export, ExportOptions, Level, MinAnswered


def run(
    export: Export,
    /,
    *,
    bank: Banks,
    columns: Annotated[
        list[str] | None, Option(name="--with", metavar="COLUMN...", help="Further columns of numbers.")
    ] = None,
    out: Annotated[Path | None, Option(metavar="FILE", help="Write it: .docx .tex .md .html .csv .xlsx.")] = None,
    method: Annotated[str, Option(metavar="pearson|spearman|polychoric", help="Which correlations.")] = "pearson",
    corrected: Annotated[bool, Option(help="Corrected for unreliability, above the diagonal.")] = False,
    stars: Annotated[bool, Option(help="Stars for p < .05, .01 and .001.")] = False,
    level: Level = 0.95,
    min_answered: MinAnswered = None,
    **options: Unpack[ExportOptions],
) -> None:
    """Make the paper's table: n, M, SD, reliability on the diagonal, correlations with intervals.

    Examples
    --------
    intimacy-scales table export.csv --bank eis tdis --with age --out table1.docx
    intimacy-scales table export.csv --bank pair --method spearman --corrected --out table1.tex
    """
    from intimacy_scales.base.files import may_write
    from intimacy_scales.cli.intake import inputs_of, read_answers
    from intimacy_scales.cli.printing import printer_of
    from intimacy_scales.output.tables import suffix_of, table
    from intimacy_scales.scoring import score_responses

    printer = printer_of("table", options, inputs_of(export, options))
    if out is not None:
        suffix_of(out)
        may_write(out, force=printer.force, inputs=printer.inputs)
    responses = read_answers(export, bank, options)
    scores = score_responses(responses, min_answered=min_answered)
    found = table(
        scores, columns=columns or (), method=cast("Any", method), corrected=corrected, stars=stars, level=level
    )
    printer.answers_read(responses)
    printer.result(found)
    if out is not None:
        printer.result(f"written: {found.save(out, force=printer.force, inputs=printer.inputs)}")
    printer.json({"table": found.to_dict(), "methods": found.methods()}, responses=responses)
