"""Options of ``reliability``; what runs is imported when it is called."""

from __future__ import annotations

from typing import Annotated

import typer

from intimacy_scales.cli import options as o


def reliability(
    export: o.Export,
    bank: o.Banks,
    missing: Annotated[
        str, typer.Option("--missing", metavar="pairwise|listwise|fiml", help="Which rows a covariance uses.")
    ] = "pairwise",
    level: o.Level = 0.95,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Seed of the bootstrap.")] = 1,
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
    """Say how consistent the answers of every scale are, with intervals and the item table."""
    from intimacy_scales.cli.intake import Joining, Reading
    from intimacy_scales.cli.run_reliability import run
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
    voice = Voice(json=json, quiet=quiet, force=force, inputs=reading.inputs)
    run(reading, voice, missing=missing, level=level, seed=seed)
