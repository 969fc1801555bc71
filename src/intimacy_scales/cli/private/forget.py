"""``forget``: where a person stands in our files, and scored files written again without them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Unpack

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import OutputOptions


def run(
    person: Annotated[str, Option(metavar="ID", help="The id of the person, as it stands in the files.")],
    files: Annotated[list[Path], Option(metavar="FILE...", help="Files to look into.")],
    /,
    *,
    rewrite: Annotated[bool, Option(help="Write scored files again without the person's rows.")] = False,
    **options: Unpack[OutputOptions],
) -> None:
    """Tell where a person stands in files that were written here; with --rewrite take them out of scored files.

    Scored files are rewritten whole or not at all: the one exception to the rule that no input is written over. Norm
    files and reports cannot forget and are named; raw exports are never touched.

    Examples
    --------
    intimacy-scales forget p017 scores.csv norm.yaml report.html
    intimacy-scales forget p017 scores.csv scores.sav --rewrite
    """
    from intimacy_scales.cli.printing import head, printer_of
    from intimacy_scales.output.privacy import forget

    printer = printer_of("forget", options, () if rewrite else tuple(files))
    rewritten = forget(person, files, rewrite=rewrite)
    printer.result(rewritten)
    printer.json({**head("forget"), **rewritten.to_dict()})
