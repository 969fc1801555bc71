"""Options that several commands share, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Export = Annotated[
    Path, typer.Argument(metavar="EXPORT", help="A survey export: CSV, TSV, Excel, SPSS, Stata ...", show_default=False)
]
Banks = Annotated[
    list[str],
    typer.Option(
        "--bank",
        metavar="BANK...",
        show_default=False,
        help="A shipped bank's id or a path to a YAML file; several: --bank eis pair.",
    ),
]
MaybeBanks = Annotated[
    list[str] | None,
    typer.Option(
        "--bank", metavar="BANK...", show_default=False, help="Banks to look for (default: every shipped bank)."
    ),
]
Map = Annotated[
    Path | None, typer.Option("--map", metavar="FILE", help="A mapping file, as inspect --write-map writes it.")
]
Platform = Annotated[str | None, typer.Option("--platform", metavar="NAME", help="The platform (default: recognised).")]
SheetName = Annotated[str | None, typer.Option("--sheet", metavar="NAME", help="The sheet of a workbook.")]
EncodingName = Annotated[
    str | None,
    typer.Option("--encoding", metavar="NAME", help="The encoding of a text file, as cp1252 (default: recognised)."),
]
Survey = Annotated[
    Path | None,
    typer.Option(
        "--survey",
        metavar="FILE",
        help="The survey's own file beside the export (.qsf, .lss, dictionary).",
    ),
]
MissingCodes = Annotated[
    list[float] | None,
    typer.Option(
        "--missing-code", metavar="N", show_default=False, help="A code that means no answer; may be repeated."
    ),
]
MinAnswered = Annotated[
    int | None,
    typer.Option("--min-answered", metavar="N", help="Least answered items a scale (default: as the bank says)."),
]
AlreadyReversed = Annotated[
    bool, typer.Option("--already-reversed", help="The reverse-keyed items were reversed in the file already.")
]
Shift = Annotated[int, typer.Option("--shift", metavar="N", help="Add N to every code (-1 turns 1-5 into 0-4).")]
IdColumn = Annotated[str | None, typer.Option("--id", metavar="COLUMN", help="The column that names the respondent.")]
Join = Annotated[
    list[Path] | None,
    typer.Option(
        "--join", metavar="FILE...", show_default=False, help="Further files of the study, put beside this one by id."
    ),
]
On = Annotated[
    str | None, typer.Option("--on", metavar="COLUMN", help="The column of ids for --join (default: recognised).")
]
JoinAs = Annotated[
    str,
    typer.Option("--as", metavar="waves|partners|parts", help="What the joined files are: _t1 _t2, _a _b, or none."),
]
JoinHow = Annotated[
    str,
    typer.Option("--join-how", metavar="outer|left|inner", help="All ids, those of the first file, or of every one."),
]
DropCareless = Annotated[
    str | None,
    typer.Option(
        "--drop-careless",
        metavar="RULE",
        show_default=False,
        help="Set aside rows that meet it: 'longstring>=12 or attention'. Never unasked.",
    ),
]
KeepUnfinished = Annotated[bool, typer.Option("--keep-unfinished", help="Keep rows the platform marks as unfinished.")]
Wording = Annotated[
    list[Path] | None,
    typer.Option(
        "--wording", metavar="FILE", show_default=False, help="Official wording to lay over a bank's glosses."
    ),
]
NormName = Annotated[
    str | None, typer.Option("--norm", metavar="NAME|FILE", help="A norm the bank carries, or a norm file.")
]
Json = Annotated[
    str | None, typer.Option("--json", metavar="FILE|-", help="Write all that was found, machine-readable.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that exists.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Level = Annotated[float, typer.Option("--level", metavar="SHARE", min=0.5, max=0.999, help="Level of intervals.")]
SdFigure = Annotated[
    list[str] | None,
    typer.Option(
        "--sd", metavar="N|SCORE=N", show_default=False, help="SD of a fitting sample, of every score or of one."
    ),
]
ReliabilityFigure = Annotated[
    list[str] | None,
    typer.Option("--reliability", metavar="R|SCORE=R", show_default=False, help="Reliability in that sample."),
]
Attribute = Annotated[
    list[str] | None,
    typer.Option(
        "--attribute",
        metavar="NAME=VALUE...",
        show_default=False,
        help="What the persons are (gender=woman age=34): chooses the norm that fits.",
    ),
]
