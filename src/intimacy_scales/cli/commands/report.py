"""Options of ``report``; what runs is imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from intimacy_scales.cli import options as o


def report(
    export: o.Export,
    bank: o.Banks,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE.html",
            show_default=False,
            help="The report (default: a new name in this folder that reveals nothing).",
        ),
    ] = None,
    person: Annotated[
        str | None, typer.Option("--person", metavar="ID", help="A report for the person of this id.")
    ] = None,
    norm: o.NormName = None,
    level: o.Level = 0.9,
    devices: Annotated[
        bool, typer.Option("--devices", help="Devices play a part, says the person: the tip on them may come.")
    ] = False,
    sd: o.SdFigure = None,
    reliability: o.ReliabilityFigure = None,
    min_answered: o.MinAnswered = None,
    map_file: o.Map = None,
    platform: o.Platform = None,
    sheet: o.SheetName = None,
    survey: o.Survey = None,
    missing_code: o.MissingCodes = None,
    already_reversed: o.AlreadyReversed = False,
    shift: o.Shift = 0,
    id_column: o.IdColumn = None,
    keep_unfinished: o.KeepUnfinished = False,
    join: o.Join = None,
    on: o.On = None,
    join_as: o.JoinAs = "parts",
    join_how: o.JoinHow = "outer",
    drop_careless: o.DropCareless = None,
    wording: o.Wording = None,
    json: o.Json = None,
    force: o.Force = False,
    quiet: o.Quiet = False,
) -> None:
    """Write one self-contained HTML report: of the sample, or of one person."""
    from intimacy_scales.cli.figures import per_score
    from intimacy_scales.cli.intake import Joining, Reading
    from intimacy_scales.cli.run_report import Wishes, run
    from intimacy_scales.cli.saying import Voice

    reading = Reading(
        export=export,
        banks=bank,
        map=map_file,
        platform=platform,
        sheet=sheet,
        survey=survey,
        missing_codes=missing_code or (),
        already_reversed=already_reversed,
        shift=shift,
        id_column=id_column,
        keep_unfinished=keep_unfinished,
        joining=Joining(files=tuple(join or ()), on=on, kind=join_as, how=join_how),
        drop_careless=drop_careless,
        wording=wording or (),
        quiet=quiet,
    )
    wishes = Wishes(
        out=out,
        person=person,
        norm=norm,
        level=level,
        devices=devices,
        sd=per_score("--sd", sd or ()),
        reliability=per_score("--reliability", reliability or ()),
        min_answered=min_answered,
    )
    run(reading, wishes, Voice(json=json, quiet=quiet, force=force, inputs=reading.inputs))
