"""Options that several commands share, each said once. Those of reading stand in ``reading/options.py``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypedDict

from intimacy_scales.base.options import Option
from intimacy_scales.reading.options import ReadingOptions

Export = Annotated[Path, Option(metavar="EXPORT", help="A survey export: CSV, TSV, Excel, SPSS, Stata ...")]
Banks = Annotated[
    list[str],
    Option(
        name="--bank",
        metavar="BANK...",
        help="A shipped bank's id or a path to a YAML file; several: --bank eis pair.",
    ),
]
MaybeBanks = Annotated[
    list[str] | None,
    Option(name="--bank", metavar="BANK...", help="Banks to look for (default: every shipped bank)."),
]
BankName = Annotated[str, Option(metavar="BANK", help="A shipped bank's id or a path to a YAML file.")]
Wording = Annotated[list[Path] | None, Option(metavar="FILE...", help="Official wording to lay over a bank's glosses.")]
MinAnswered = Annotated[
    int | None, Option(metavar="N", help="Least answered items a scale (default: as the bank says).")
]
NormName = Annotated[str | None, Option(metavar="NAME|FILE", help="A norm the bank carries, or a norm file.")]
Level = Annotated[float, Option(metavar="SHARE", at_least=0.5, at_most=0.999, help="Level of intervals.")]
SdFigure = Annotated[
    list[str] | None, Option(metavar="N|SCORE=N...", help="SD of a fitting sample, of every score or of one.")
]
ReliabilityFigure = Annotated[list[str] | None, Option(metavar="R|SCORE=R...", help="Reliability in that sample.")]
Occasion = Annotated[
    str | None,
    Option(
        name=("--occasion", "--time"),
        metavar="COLUMN",
        help="The column that says when: numbers, dates, or t1, t2 ...",
    ),
]
CoupleColumn = Annotated[
    str | None,
    Option(
        name=("--couple", "--couple-column"),
        metavar="COLUMN",
        help="The column that names the couple (default: a column called couple).",
    ),
]
PartnerColumn = Annotated[
    str | None,
    Option(
        name=("--partner", "--partner-column"),
        metavar="COLUMN",
        help="The column that says which partner, a row a person (default: a column called partner).",
    ),
]

Cluster = Annotated[
    str | None,
    Option(
        metavar="COLUMN",
        help="Rows that belong together (the couple, where partners are rows): errors and tests robust to it.",
    ),
]


SecondOpinionFlag = Annotated[
    bool, Option(help="Compute with pingouin, factor_analyzer and semopy too, and show the difference.")
]


class OutputOptions(TypedDict, total=False):
    """Options of every command: where what it says goes."""

    json: Annotated[str | None, Option(metavar="FILE|-", help="Write all that was found, machine-readable.")]
    force: Annotated[bool, Option(default=False, help="Replace a file that exists.")]
    quiet: Annotated[bool, Option(name=("--quiet", "-q"), default=False, help="Say nothing but errors.")]
    log: Annotated[
        Path | None,
        Option(metavar="FILE", help="Add a line on this run to FILE: what was read and written."),
    ]
    share: Annotated[
        bool, Option(default=False, help="Let others read the files written, as the umask says (else private: 0600).")
    ]


class ExportOptions(ReadingOptions, OutputOptions, total=False):
    """Options of every command that reads an export: those of reading, of output, and these."""

    join_files: Annotated[
        list[Path], Option(name="--join", metavar="FILE...", help="Further files of the study, put beside this by id.")
    ]
    wording: Wording
    drop_careless: Annotated[
        str | None,
        Option(metavar="RULE", help="Set aside rows that meet it: 'longstring>=12 or attention'. Never unasked."),
    ]
