"""The command and its commands, in the order in which --help tells them."""

from __future__ import annotations

from typing import Annotated

import typer

from intimacy_scales.cli.commands.banks import check, list_banks, show
from intimacy_scales.cli.commands.change import change
from intimacy_scales.cli.commands.couples import couples
from intimacy_scales.cli.commands.demo import demo
from intimacy_scales.cli.commands.form import form
from intimacy_scales.cli.commands.inspect import inspect
from intimacy_scales.cli.commands.norms import norms
from intimacy_scales.cli.commands.reliability import reliability
from intimacy_scales.cli.commands.report import report
from intimacy_scales.cli.commands.score import score
from intimacy_scales.cli.commands.structure import structure

app = typer.Typer(
    name="intimacy-scales",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="From a survey export to scores, reliability, norms, tips with their evidence, and a report.",
    epilog="Nothing leaves this machine. A score describes answers; it is no diagnosis.",
)


def _version(wanted: bool) -> None:
    if wanted:
        from intimacy_scales.base.version import __version__

        typer.echo(f"intimacy-scales {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Score questionnaires on closeness from the file your survey platform wrote."""


for command in (
    demo,
    list_banks,
    show,
    check,
    inspect,
    score,
    reliability,
    structure,
    norms,
    change,
    couples,
    report,
    form,
):
    app.command(command.__name__.removesuffix("_banks"))(command)
