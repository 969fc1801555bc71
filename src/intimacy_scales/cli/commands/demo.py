"""Options of ``demo``; what runs is imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from intimacy_scales.cli import options as o


def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to leave scores, report and plots.")] = Path(
        "intimacy-demo"
    ),
    notebook: Annotated[bool, typer.Option("--notebook", help="Copy the course (notebooks) to DIR instead.")] = False,
    force: o.Force = False,
    quiet: o.Quiet = False,
) -> None:
    """Score the bundled example export (simulated couples) end to end."""
    from intimacy_scales.cli.run_demo import run

    run(out=out, force=force, quiet=quiet, notebook=notebook)
