"""What a YAML file is: a bank, a map, norms, tips, wording, references; and its faults as that.

``check``: what a file is, whether it is right as that, and every fault it has.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Unpack

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


if TYPE_CHECKING:
    from intimacy_scales.base.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of file: how people call it, what it is for, and how it is looked at."""

    name: str
    use: str = ""
    faults: Callable[[Path], tuple[Problem, ...]]


def kind_of(file: Path) -> Kind:
    """Return what a file is by the keys at its top; a bank, where nothing says otherwise."""
    from intimacy_scales.bank.strict import read_page
    from intimacy_scales.base.errors import BankError

    try:
        value = read_page(file).value
    except BankError:
        return BANK
    keys = set(value) if isinstance(value, Mapping) else set()
    cited = bool(keys) and all(isinstance(entry, Mapping) and "apa" in entry for entry in value.values())
    signs = (
        (keys & {"scales", "measures"}, BANK),
        (keys & {"norms"}, NORMS),
        (keys & {"tips"}, TIPS),
        ("bank" in keys and keys & {"items", "file", "options"}, WORDING),
        (keys & {"banks", "columns", "attention", "couple", "partner", "missing"}, MAP),
        (cited, REFERENCES),
    )
    return next((kind for sign, kind in signs if sign), BANK)


def _raised(read: Callable[[Path], Any]) -> Callable[[Path], tuple[Problem, ...]]:
    """Return the problems that a reader raises."""

    def faults(file: Path) -> tuple[Problem, ...]:
        from intimacy_scales.base.errors import IntimacyScalesError

        try:
            read(file)
        except IntimacyScalesError as fault:
            return fault.problems
        return ()

    return faults


def _bank_faults(file: Path) -> tuple[Problem, ...]:
    from intimacy_scales.bank import check_file, load_bank
    from intimacy_scales.base.errors import Problem
    from intimacy_scales.scoring.cases import failing_cases

    problems = tuple(check_file(file))
    if problems:
        return problems
    return tuple(
        Problem(where=f"{file}: {p.where}", what=p.what, allowed=p.allowed, do=p.do)
        for p in failing_cases(load_bank(file))
    )


def _tip_faults(file: Path) -> tuple[Problem, ...]:
    from intimacy_scales.advice import check_tips

    return check_tips(file)


def _map(file: Path) -> object:
    from intimacy_scales.reading.responses import load_map

    return load_map(file)


def _norms(file: Path) -> object:
    from intimacy_scales.bank import load_norms

    return load_norms(file)


def _references(file: Path) -> object:
    from intimacy_scales.bank.reference_list import read_references

    return read_references(file)


def _wording(file: Path) -> object:
    from intimacy_scales.bank import lay_over, load_bank, wording_bank

    return lay_over(load_bank(wording_bank(file)), file)


BANK = Kind(name="a bank", faults=_bank_faults)
MAP = Kind(name="a map", use="for --map", faults=_raised(_map))
NORMS = Kind(name="a norm file", use="for --norm", faults=_raised(_norms))
TIPS = Kind(name="a file of tips", faults=_tip_faults)
WORDING = Kind(name="wording of a bank", use="for --wording", faults=_raised(_wording))
REFERENCES = Kind(name="a list of references", faults=_raised(_references))
