"""Options of ``norms``; what runs is imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from intimacy_scales.cli import options as o


def norms(
    export: o.Export,
    bank: o.Banks,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.yaml", show_default=False, help="The norm file.")],
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="COLUMN...", show_default=False, help="A norm for each group of these columns."),
    ] = None,
    sample: Annotated[str | None, typer.Option("--sample", metavar="TEXT", help="Who the sample is, in words.")] = None,
    year: Annotated[int | None, typer.Option("--year", metavar="YEAR", help="When it was collected.")] = None,
    country: Annotated[str | None, typer.Option("--country", metavar="TEXT", help="Where it was collected.")] = None,
    weights: Annotated[
        str | None, typer.Option("--weights", metavar="COLUMN", help="Weights of persons, to a population.")
    ] = None,
    over: Annotated[
        str | None, typer.Option("--over", metavar="COLUMN", help="A number, as age: norms that run with it.")
    ] = None,
    step: Annotated[int, typer.Option("--step", metavar="N", min=1, help="Width of a step of --over.")] = 5,
    min_answered: o.MinAnswered = None,
    map_file: o.Map = None,
    platform: o.Platform = None,
    sheet: o.SheetName = None,
    encoding: o.EncodingName = None,
    survey: o.Survey = None,
    missing_code: o.MissingCodes = None,
    already_reversed: o.AlreadyReversed = False,
    shift: o.Shift = 0,
    keep_unfinished: o.KeepUnfinished = False,
    join: o.Join = None,
    on: o.On = None,
    join_as: o.JoinAs = "parts",
    join_how: o.JoinHow = "outer",
    drop_careless: o.DropCareless = None,
    json: o.Json = None,
    force: o.Force = False,
    quiet: o.Quiet = False,
) -> None:
    """Make local norms from a sample, in the form a bank carries, usable with --norm FILE."""
    from intimacy_scales.cli.intake import Joining, Reading
    from intimacy_scales.cli.run_norms import Wishes, run
    from intimacy_scales.cli.saying import Voice

    reading = Reading(
        export=export,
        banks=bank,
        map=map_file,
        platform=platform,
        sheet=sheet,
        encoding=encoding,
        survey=survey,
        missing_codes=missing_code or (),
        already_reversed=already_reversed,
        shift=shift,
        keep_unfinished=keep_unfinished,
        joining=Joining(files=tuple(join or ()), on=on, kind=join_as, how=join_how),
        drop_careless=drop_careless,
        quiet=quiet,
    )
    wishes = Wishes(
        out=out,
        by=tuple(by or ()),
        sample=sample,
        year=year,
        country=country,
        weights=weights,
        over=over,
        step=step,
        min_answered=min_answered,
    )
    run(reading, wishes, Voice(json=json, quiet=quiet, force=force, inputs=reading.inputs))
