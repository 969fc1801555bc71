"""Options of ``form``; what runs is imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from intimacy_scales.cli import options as o


def form(
    bank: Annotated[str, typer.Argument(metavar="BANK", help="A shipped bank's id or a path to a YAML file.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.html", show_default=False, help="The page to write.")],
    wording: o.Wording = None,
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="CODE", help="Language it opens in (default: the bank's first).")
    ] = None,
    two: Annotated[
        bool, typer.Option("--two", help="For two partners, one after the other, neither seeing the other's answers.")
    ] = False,
    forms: Annotated[
        list[str] | None,
        typer.Option("--form", metavar="FORM...", show_default=False, help="Forms of the bank to ask (default: all)."),
    ] = None,
    title: Annotated[
        str | None, typer.Option("--title", metavar="TEXT", help="Heading (default: the bank's name).")
    ] = None,
    json: o.Json = None,
    force: o.Force = False,
    quiet: o.Quiet = False,
) -> None:
    """Write a bank as one offline page to fill in; what people save there, score reads."""
    from intimacy_scales.cli.run_form import Wishes, run
    from intimacy_scales.cli.saying import Voice

    wishes = Wishes(out=out, wording=tuple(wording or ()), lang=lang, two=two, forms=tuple(forms or ()), title=title)
    run(bank, wishes, Voice(json=json, quiet=quiet, force=force, inputs=(Path(bank), *(wording or ()))))
