"""Options of ``change``; what runs is imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from intimacy_scales.cli import options as o

_FIGURE = "N|SCORE=N"


def change(
    before: Annotated[
        Path, typer.Argument(metavar="BEFORE", show_default=False, help="The first export, or one with all occasions.")
    ],
    bank: o.Banks,
    after: Annotated[
        Path | None, typer.Argument(metavar="AFTER", show_default=False, help="The second export.")
    ] = None,
    id_column: o.IdColumn = None,
    time: Annotated[
        str | None,
        typer.Option("--time", metavar="COLUMN", help="The column that says when: numbers, dates, or t1, t2 ..."),
    ] = None,
    interval: Annotated[
        str | None, typer.Option("--interval", metavar="TEXT", help='Time between the occasions: "6 weeks".')
    ] = None,
    sd: o.SdFigure = None,
    reliability: o.ReliabilityFigure = None,
    mean: Annotated[
        list[str] | None,
        typer.Option("--mean", metavar=_FIGURE, show_default=False, help="Mean of such a sample before."),
    ] = None,
    practice: Annotated[
        list[str] | None,
        typer.Option(
            "--practice", metavar=_FIGURE, show_default=False, help="Mean change of persons to whom nothing happened."
        ),
    ] = None,
    cutoff: Annotated[
        list[str] | None,
        typer.Option("--cutoff", metavar=_FIGURE, show_default=False, help="Your cut-off for clinical significance."),
    ] = None,
    clinical: Annotated[
        str | None,
        typer.Option("--clinical", metavar="MEAN,SD", help="Your clinical population: criteria a, c."),
    ] = None,
    functional: Annotated[
        str | None, typer.Option("--functional", metavar="MEAN,SD", help="Your functional one, for criteria b and c.")
    ] = None,
    by_row: Annotated[
        bool, typer.Option("--by-row", help="Row i of both files is the same person (default: joined by id).")
    ] = False,
    level: o.Level = 0.95,
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
    json: o.Json = None,
    force: o.Force = False,
    quiet: o.Quiet = False,
) -> None:
    """Say how far two occasions agree, and who changed by more than measurement error."""
    from intimacy_scales.cli.intake import Joining, Reading
    from intimacy_scales.cli.run_change import Wishes, run
    from intimacy_scales.cli.saying import Voice

    reading = Reading(
        export=before,
        banks=bank,
        map=map_file,
        platform=platform,
        sheet=sheet,
        encoding=encoding,
        survey=survey,
        missing_codes=missing_code or (),
        already_reversed=already_reversed,
        shift=shift,
        id_column=id_column,
        keep_unfinished=keep_unfinished,
        joining=Joining(files=tuple(join or ()), on=on, kind=join_as, how=join_how),
        quiet=quiet,
    )
    wishes = Wishes(
        after=after,
        time=time,
        interval=interval,
        sd=sd or (),
        reliability=reliability or (),
        mean=mean or (),
        practice=practice or (),
        cutoff=cutoff or (),
        clinical=clinical,
        functional=functional,
        by_row=by_row,
        level=level,
        min_answered=min_answered,
    )
    inputs = reading.inputs if after is None else (*reading.inputs, after)
    run(reading, wishes, Voice(json=json, quiet=quiet, force=force, inputs=inputs))
