"""Options of ``score``; what runs is imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from intimacy_scales.cli import options as o


def score(
    export: o.Export,
    bank: o.Banks,
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            metavar="FILE",
            show_default=False,
            help="Scores: .csv .tsv .xlsx .sav .dta .parquet .json by suffix.",
        ),
    ],
    keep: Annotated[
        list[str] | None,
        typer.Option(
            "--keep",
            metavar="COLUMN...|all",
            show_default=False,
            help="Columns of the export to keep beside the scores.",
        ),
    ] = None,
    answers: Annotated[bool, typer.Option("--answers", help="Write the coded answers too.")] = False,
    careless: Annotated[
        bool, typer.Option("--careless", help="Write signs of careless answering too; nobody is dropped for them.")
    ] = False,
    combine: Annotated[
        str, typer.Option("--combine", metavar="bank|sum|mean", help="How answers become a score.")
    ] = "bank",
    min_answered: o.MinAnswered = None,
    norm: o.NormName = None,
    attribute: o.Attribute = None,
    level: o.Level = 0.9,
    map_file: o.Map = None,
    platform: o.Platform = None,
    sheet: o.SheetName = None,
    encoding: o.EncodingName = None,
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
    json: o.Json = None,
    force: o.Force = False,
    quiet: o.Quiet = False,
) -> None:
    """Score an export: one row out for each respondent in, in the same order."""
    from intimacy_scales.cli.figures import attributes
    from intimacy_scales.cli.intake import Joining, Reading
    from intimacy_scales.cli.run_score import Wishes, run
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
        id_column=id_column,
        keep_unfinished=keep_unfinished,
        joining=Joining(files=tuple(join or ()), on=on, kind=join_as, how=join_how),
        drop_careless=drop_careless,
        quiet=quiet,
    )
    wishes = Wishes(
        out=out,
        keep=tuple(keep or ()),
        answers=answers,
        careless=careless,
        combine=combine,
        min_answered=min_answered,
        norm=norm,
        attributes=attributes("--attribute", attribute or ()),
        level=level,
    )
    run(reading, wishes, Voice(json=json, quiet=quiet, force=force, inputs=reading.inputs))
