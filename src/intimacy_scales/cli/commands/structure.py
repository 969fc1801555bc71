"""Options of ``structure``; what runs is imported when it is called."""

from __future__ import annotations

from typing import Annotated

import typer

from intimacy_scales.cli import options as o


def structure(
    export: o.Export,
    bank: o.Banks,
    group: Annotated[
        str | None,
        typer.Option(
            "--group", metavar="COLUMN", show_default=False, help="Does the scale measure the same in these groups?"
        ),
    ] = None,
    estimator: Annotated[
        str, typer.Option("--estimator", metavar="ml|mlr|wlsmv", help="Of the confirmatory model; wlsmv: ordinal.")
    ] = "ml",
    missing: Annotated[
        str, typer.Option("--missing", metavar="fiml|listwise", help="All answers there are, or complete rows only.")
    ] = "fiml",
    factors: Annotated[
        int | None,
        typer.Option(
            "--factors",
            metavar="N",
            min=1,
            show_default=False,
            help="Exploratory factors (default: as many as scales).",
        ),
    ] = None,
    rotation: Annotated[
        str,
        typer.Option("--rotation", metavar="oblimin|promax|varimax|geomin|none", help="Of the exploratory factors."),
    ] = "oblimin",
    extraction: Annotated[
        str, typer.Option("--extraction", metavar="minres|ml|principal_axis", help="Of the exploratory factors.")
    ] = "minres",
    variant: Annotated[
        str, typer.Option("--variant", metavar="correlated|bifactor|second_order", help="The confirmatory model.")
    ] = "correlated",
    form: Annotated[
        str | None, typer.Option("--form", metavar="FORM", show_default=False, help="Which form (default: the first).")
    ] = None,
    irt: Annotated[bool, typer.Option("--irt", help="A graded response model of every scale too.")] = False,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Seed of the parallel analysis.")] = 1,
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
    """Say what the answers of a bank are made of: suitability, number of factors, EFA, CFA, invariance."""
    from intimacy_scales.cli.intake import Joining, Reading
    from intimacy_scales.cli.run_structure import Wishes, run
    from intimacy_scales.cli.saying import Voice

    if len(bank) != 1:
        raise typer.BadParameter("structure looks at one bank at a time", param_hint="--bank")
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
        group=group,
        estimator=estimator,
        missing=missing,
        factors=factors,
        rotation=rotation,
        extraction=extraction,
        variant=variant,
        form=form,
        irt=irt,
        seed=seed,
    )
    run(reading, wishes, Voice(json=json, quiet=quiet, force=force, inputs=reading.inputs))
