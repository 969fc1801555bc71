"""Options of ``list``, ``show``, ``check``; what runs is imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from intimacy_scales.cli import options as o


def list_banks(json: o.Json = None, force: o.Force = False, quiet: o.Quiet = False) -> None:
    """List the banks that are shipped."""
    from intimacy_scales.cli.run_banks import run_list
    from intimacy_scales.cli.saying import Voice

    run_list(Voice(json=json, quiet=quiet, force=force))


def show(
    bank: Annotated[str, typer.Argument(metavar="BANK", help="A shipped bank's id or a path to a YAML file.")],
    wording: o.Wording = None,
    json: o.Json = None,
    force: o.Force = False,
    quiet: o.Quiet = False,
) -> None:
    """Show one bank whole: items, keys, scales, rules, published figures, rights, references."""
    from intimacy_scales.cli.run_banks import run_show
    from intimacy_scales.cli.saying import Voice

    run_show(bank, wording or [], Voice(json=json, quiet=quiet, force=force))


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.yaml...", help="Bank files.")],
    json: o.Json = None,
    force: o.Force = False,
    quiet: o.Quiet = False,
) -> None:
    """Validate banks: every fault as file:line:, and the bank's worked cases."""
    from intimacy_scales.cli.run_banks import run_check
    from intimacy_scales.cli.saying import Voice

    run_check(files, Voice(json=json, quiet=quiet, force=force, inputs=tuple(files)))
