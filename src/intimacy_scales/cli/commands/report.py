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
            metavar="FILE|DIR",
            show_default=False,
            help="The report, .html or .pdf (default: a new name that reveals nothing); a folder for --each.",
        ),
    ] = None,
    person: Annotated[
        str | None, typer.Option("--person", metavar="ID", help="A report for the person of this id.")
    ] = None,
    after: Annotated[
        Path | None, typer.Option("--after", metavar="FILE", help="The same persons later: a report over time.")
    ] = None,
    time: Annotated[
        str | None, typer.Option("--time", metavar="COLUMN", help="The column that says when: a report over time.")
    ] = None,
    couple: Annotated[
        str | None, typer.Option("--couple", metavar="ID", help="A report for the couple of this id.")
    ] = None,
    couple_column: Annotated[
        str | None, typer.Option("--couple-column", metavar="COLUMN", help="The column that names the couple.")
    ] = None,
    partner_column: Annotated[
        str | None,
        typer.Option("--partner-column", metavar="COLUMN", help="The column that says which partner (a row a person)."),
    ] = None,
    view: Annotated[
        str,
        typer.Option(
            "--view",
            metavar="both|a|b|each",
            help="Of a couple: both partners' answers, or one partner's own (each: with --each couple).",
        ),
    ] = "both",
    each: Annotated[
        str | None,
        typer.Option("--each", metavar="person|couple", help="One report for each, into the folder --out DIR."),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help="With --each: write a CSV that says which file is whose."),
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Write PDF where --out does not say so (--each).")] = False,
    structure: Annotated[
        bool, typer.Option("--structure", help="Of a sample: add whether its items belong together as the bank says.")
    ] = False,
    group: Annotated[
        str | None, typer.Option("--group", metavar="COLUMN", help="With --structure: compare these groups.")
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
    wording: o.Wording = None,
    json: o.Json = None,
    force: o.Force = False,
    quiet: o.Quiet = False,
) -> None:
    """Write one self-contained report (HTML or PDF): of the sample, a person, a person over time, or a couple."""
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
        encoding=encoding,
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
        after=after,
        time=time,
        couple=couple,
        couple_column=couple_column,
        partner_column=partner_column,
        view=view,
        each=each,
        key=key,
        pdf=pdf,
        structure=structure,
        group=group,
        norm=norm,
        level=level,
        devices=devices,
        sd=per_score("--sd", sd or ()),
        reliability=per_score("--reliability", reliability or ()),
        min_answered=min_answered,
    )
    run(reading, wishes, Voice(json=json, quiet=quiet, force=force, inputs=reading.inputs))
