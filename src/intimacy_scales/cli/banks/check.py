"""``check``: what a file is, whether it is right as that, and every fault it has."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Unpack

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import OutputOptions


def run(
    files: Annotated[list[Path], Option(metavar="FILE.yaml...", help="Banks; also maps, norms, wording, tips.")],
    /,
    **options: Unpack[OutputOptions],
) -> None:
    """Validate banks: every fault as file:line:, and the bank's worked cases. Says what a file is that is no bank.

    Examples
    --------
    intimacy-scales check my_bank.yaml
    intimacy-scales check scales/*.yaml --json faults.json
    """
    from intimacy_scales.cli.banks.kinds import BANK, kind_of
    from intimacy_scales.cli.printing import printer_of

    printer = printer_of("check", options, files)
    kinds = {str(file): kind_of(file) for file in files}
    faults = {str(file): kinds[str(file)].faults(file) for file in files}
    for name, problems in faults.items():
        for problem in problems:
            print(problem, file=sys.stderr)
        kind = kinds[name]
        what = "" if kind is BANK else f"this is {kind.name}{f' ({kind.use})' if kind.use else ''}, no bank; "
        count = f"{len(problems)} {'fault' if len(problems) == 1 else 'faults'}" if problems else "good"
        printer.result(f"{name}: {what}{count}")
    printer.json(
        {
            "check": {name: [str(p) for p in problems] for name, problems in faults.items()},
            "kinds": {name: kind.name for name, kind in kinds.items()},
        }
    )
    if any(faults.values()):
        sys.exit(1)
