"""How an export is read: every option once, with its type, default and help, for Python and the command line."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict

from intimacy_scales.base.errors import teach_keywords
from intimacy_scales.base.options import Option, keywords_of

if TYPE_CHECKING:
    from intimacy_scales.reading.responses.mapping import ColumnMap

    GivenMap = ColumnMap | str | os.PathLike[str] | Mapping[str, Any] | None
else:
    GivenMap = Any  # the command line, which reads this class, imports no room


GivenCodes = float | str | Iterable[float | str] | Mapping[str, Iterable[float | str]]


class ReadingOptions(TypedDict, total=False):
    """Options of every function and command that reads answers.

    A new option is one field here: the functions take it by ``**reading: Unpack[ReadingOptions]`` and hand it on, the
    commands by their own subclass of this class.
    """

    mapping: Annotated[
        GivenMap,
        Option(
            name="--map",
            metavar="FILE",
            typed=Path,
            help="What you say about columns and labels: a mapping file, as inspect --write-map writes it.",
        ),
    ]
    platform: Annotated[str | None, Option(metavar="NAME", help="The platform (default: recognised).")]
    sheet: Annotated[str | None, Option(metavar="NAME", help="The sheet of a workbook.")]
    encoding: Annotated[
        str | None, Option(metavar="NAME", help="The encoding of a text file, as cp1252 (default: recognised).")
    ]
    separator: Annotated[
        str | None, Option(metavar="TEXT", help="What separates the cells of a text file (default: recognised).")
    ]
    survey: Annotated[
        str | os.PathLike[str] | None,
        Option(
            metavar="FILE", typed=Path, help="The survey's own file beside the export (.qsf, .lss, data dictionary)."
        ),
    ]
    missing_codes: Annotated[
        GivenCodes,
        Option(
            name="--missing-code",
            metavar="N|BANK=N...",
            typed=list[str],
            default=(),
            help="Codes or texts that mean no answer, of every bank that does not have them, or of one (eis=9).",
        ),
    ]
    already_reversed: Annotated[
        bool | Collection[str],
        Option(
            typed=bool,
            default=False,
            help="The reverse-keyed items were reversed in the file already (in Python also: of these banks).",
        ),
    ]
    shift: Annotated[
        int | str | Mapping[str, int],
        Option(
            metavar="N|BANK=N",
            typed=str,
            default=0,
            help="Add N to every code, or to those of one bank: -1 turns 1-5 into 0-4.",
        ),
    ]
    codes: Annotated[
        Literal["as-numbers", "as-labels"] | None,
        Option(
            metavar="as-numbers|as-labels",
            typed=str,
            help="Take numbers whatever their labels say, or read each column by its own labels.",
        ),
    ]
    id_column: Annotated[
        str | None, Option(name="--id", metavar="COLUMN", help="The column that names the respondent.")
    ]
    where: Annotated[
        str | None,
        Option(
            metavar="RULE",
            help="Keep only the rows that meet it, as \"wave == 1 and consent != 'no'\"; the others are counted.",
        ),
    ]
    keep_unfinished: Annotated[bool, Option(default=False, help="Keep rows the platform marks as unfinished.")]
    include_set_aside: Annotated[
        Collection[str] | bool,
        Option(default=(), hidden=True, help="Reasons whose rows are kept although they would be set aside."),
    ]
    join: Annotated[
        str | Sequence[str] | bool,
        Option(
            name="--on",
            metavar="COLUMN|A=B",
            typed=str,
            default=False,
            help="The column of ids by which files are joined: one name, or one a file as A=B (default: recognised).",
        ),
    ]
    join_as: Annotated[
        Literal["waves", "partners"] | Sequence[str] | None,
        Option(
            name="--as",
            metavar="waves|partners|parts",
            typed=str,
            help="What the joined files are: their columns get _t1 _t2, _a _b, or stay as they are.",
        ),
    ]
    join_how: Annotated[
        Literal["outer", "left", "inner"],
        Option(
            metavar="outer|left|inner",
            typed=str,
            default="outer",
            help="Rows of all ids, of those of the first file, or of those that stand in every one.",
        ),
    ]
    fill_down: Annotated[
        str | Collection[str],
        Option(
            metavar="COLUMN...",
            typed=list[str],
            default=(),
            help="Columns that stand once for the rows below, as a couple's number may: blanks are filled from above.",
        ),
    ]
    limit: Annotated[
        float,
        Option(metavar="TIMES", at_least=1, default=1, help="Lift the bounds on the size of files: 10 times as large."),
    ]
    progress: Annotated[
        bool | None,
        Option(hidden=True, help="Say on stderr how far a long reading is (default: on a terminal)."),
    ]


teach_keywords(keywords_of(ReadingOptions))
