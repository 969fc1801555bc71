"""Options of ``couples``; what runs is imported when it is called."""

from __future__ import annotations

from typing import Annotated

import typer

from intimacy_scales.cli import options as o

_NAMED = "a column, or a score as BANK_SCALE, without a partner's suffix"


def couples(
    export: o.Export,
    bank: Annotated[
        list[str] | None,
        typer.Option(
            "--bank",
            metavar="BANK...",
            show_default=False,
            help="Banks to score; none is needed for models of columns the file has.",
        ),
    ] = None,
    couple: Annotated[
        str | None, typer.Option("--couple", metavar="COLUMN", help="The column that names the couple.")
    ] = None,
    partner: Annotated[
        str | None,
        typer.Option("--partner", metavar="COLUMN", help="The column that says which partner (a row a person)."),
    ] = None,
    predictor: Annotated[
        list[str] | None,
        typer.Option(
            "--predictor", metavar="NAME...", show_default=False, help=f"Of the actor-partner model: {_NAMED}."
        ),
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option("--outcome", metavar="NAME", help="Outcome of the actor-partner model and the response surface."),
    ] = None,
    mediator: Annotated[
        list[str] | None,
        typer.Option("--mediator", metavar="NAME...", show_default=False, help="Between predictor and outcome."),
    ] = None,
    covariate: Annotated[
        list[str] | None,
        typer.Option("--covariate", metavar="NAME...", show_default=False, help="Held in the model."),
    ] = None,
    exchangeable: Annotated[
        bool | None,
        typer.Option(
            "--exchangeable/--distinguishable",
            show_default=False,
            help="Whether nothing tells the partners apart (default: as their labels say).",
        ),
    ] = None,
    missing: Annotated[
        str, typer.Option("--missing", metavar="listwise|fiml", help="Which couples the models use.")
    ] = "listwise",
    level: o.Level = 0.95,
    sd: Annotated[
        float | None, typer.Option("--sd", metavar="SD", help="SD of a fitting sample, for the errors of scores.")
    ] = None,
    reliability: Annotated[
        float | None, typer.Option("--reliability", metavar="R", help="Reliability in that sample.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Seed of the Monte Carlo intervals.")] = 2005,
    min_answered: o.MinAnswered = None,
    map_file: o.Map = None,
    platform: o.Platform = None,
    sheet: o.SheetName = None,
    encoding: o.EncodingName = None,
    missing_code: o.MissingCodes = None,
    already_reversed: o.AlreadyReversed = False,
    shift: o.Shift = 0,
    id_column: o.IdColumn = None,
    keep_unfinished: o.KeepUnfinished = False,
    join: o.Join = None,
    on: o.On = None,
    join_as: o.JoinAs = "parts",
    join_how: o.JoinHow = "outer",
    json: o.Json = None,
    force: o.Force = False,
    quiet: o.Quiet = False,
) -> None:
    """Compare partners: agreement, discrepancy, actor-partner models; partners in rows or in columns."""
    from intimacy_scales.cli.intake import Joining, Reading
    from intimacy_scales.cli.run_couples import Wishes, run
    from intimacy_scales.cli.saying import Voice

    reading = Reading(
        export=export,
        banks=bank or (),
        map=map_file,
        platform=platform,
        sheet=sheet,
        encoding=encoding,
        missing_codes=missing_code or (),
        already_reversed=already_reversed,
        shift=shift,
        id_column=id_column,
        keep_unfinished=keep_unfinished,
        joining=Joining(files=tuple(join or ()), on=on, kind=join_as, how=join_how),
        quiet=quiet,
    )
    wishes = Wishes(
        couple=couple,
        partner=partner,
        predictor=tuple(predictor or ()),
        outcome=outcome,
        mediator=tuple(mediator or ()),
        covariate=tuple(covariate or ()),
        exchangeable=exchangeable,
        missing=missing,
        level=level,
        sd=sd,
        reliability=reliability,
        seed=seed,
        min_answered=min_answered,
    )
    run(reading, wishes, Voice(json=json, quiet=quiet, force=force, inputs=reading.inputs))
