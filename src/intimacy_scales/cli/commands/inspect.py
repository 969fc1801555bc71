"""Options of ``inspect``; what runs is imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from intimacy_scales.cli import options as o


def inspect(
    export: o.Export,
    bank: o.MaybeBanks = None,
    write_map: Annotated[
        Path | None, typer.Option("--write-map", metavar="FILE", help="Save what was recognised, for --map.")
    ] = None,
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
    wording: o.Wording = None,
    json: o.Json = None,
    force: o.Force = False,
    quiet: o.Quiet = False,
) -> None:
    """Say what was recognised in an export: rows, columns, labels, codes, keying."""
    from intimacy_scales.cli.intake import Joining, Reading
    from intimacy_scales.cli.run_inspect import run
    from intimacy_scales.cli.saying import Voice

    reading = Reading(
        export=export,
        banks=bank or [],
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
        wording=wording or (),
        quiet=quiet,
    )
    run(reading, Voice(json=json, quiet=quiet, force=force, inputs=reading.inputs), write_map=write_map)
