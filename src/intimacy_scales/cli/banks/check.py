"""``check``: whether a file is a bank, and every fault it has."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Unpack

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import OutputOptions

if TYPE_CHECKING:
    from intimacy_scales.base.errors import Problem


def run(
    files: Annotated[list[Path], Option(metavar="FILE.yaml...", help="Bank files.")],
    /,
    **options: Unpack[OutputOptions],
) -> None:
    """Validate banks: every fault as file:line:, and the bank's worked cases.

    Examples
    --------
    intimacy-scales check my_bank.yaml
    intimacy-scales check scales/*.yaml --json faults.json
    """
    from intimacy_scales.cli.printing import printer_of

    printer = printer_of("check", options, files)
    faults = {str(file): _faults_of(file) for file in files}
    for name, problems in faults.items():
        for problem in problems:
            print(problem, file=sys.stderr)
        count = f"{len(problems)} {'fault' if len(problems) == 1 else 'faults'}" if problems else "good"
        printer.result(f"{name}: {count}")
    printer.json({"check": {name: [str(p) for p in problems] for name, problems in faults.items()}})
    if any(faults.values()):
        sys.exit(1)


def _faults_of(file: Path) -> list[Problem]:
    from intimacy_scales.bank import check_file, load_bank
    from intimacy_scales.base.errors import Problem
    from intimacy_scales.scoring.cases import failing_cases

    problems = list(check_file(file))
    if problems:
        return problems
    return [
        Problem(where=f"{file}: {p.where}", what=p.what, allowed=p.allowed, do=p.do)
        for p in failing_cases(load_bank(file))
    ]
