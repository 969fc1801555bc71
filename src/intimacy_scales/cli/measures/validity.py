"""``validity``: the validation study of a bank's scales in one call."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Unpack

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import (
    Banks,
    Export,
    ExportOptions,
    Level,
    MinAnswered,
    ReliabilityFigure,
    SecondOpinionFlag,
)

if TYPE_CHECKING:
    from intimacy_scales.scoring.given_figures import PerScore

_NAMED = "columns, scores of a further bank (BANK_SCALE), or columns as one scale (close_1..close_6)"


class ValidityOptions(ExportOptions, total=False):
    """What the scores are held against."""

    convergent: Annotated[list[str] | None, Option(metavar="NAME...", help=f"What they should go with: {_NAMED}.")]
    discriminant: Annotated[list[str] | None, Option(metavar="NAME...", help="What they should go with less.")]
    groups: Annotated[str | None, Option(metavar="COLUMN", help="The column of known groups.")]
    retest: Annotated[
        Path | None, Option(metavar="EXPORT", help="The same persons later, matched by --id (or in this file).")
    ]
    reliability: ReliabilityFigure
    bootstrap: Annotated[int | None, Option(metavar="N", help="Resamples for HTMT and corrected r (default: 2,000).")]
    seed: Annotated[int | None, Option(metavar="N", help="Of the bootstrap (default: 2005).")]
    min_answered: MinAnswered
    plot: Annotated[Path | None, Option(metavar="FILE", help="The correlations as a picture: .png, .svg or .pdf.")]


def run(
    export: Export,
    /,
    *,
    bank: Banks,
    level: Level = 0.95,
    second_opinion: SecondOpinionFlag = False,
    **options: Unpack[ValidityOptions],
) -> None:
    """Make the validation study of a bank's scales: correlations, known groups, retest, one factor, HTMT.

    The first bank is studied; further ones may be named among the variables.

    Examples
    --------
    intimacy-scales validity export.csv --bank eis --convergent support_total --discriminant age --groups group
    intimacy-scales validity export.csv --bank eis --convergent close_1..close_6 --retest later.csv --id code
    intimacy-scales validity export.csv --bank pair tdis --discriminant tdis_total --reliability support_total=.85
    """
    from intimacy_scales.analysis.validity import validity
    from intimacy_scales.cli.figures import per_score, vouch_picture, write_picture
    from intimacy_scales.cli.intake import inputs_of, own_options, read_answers
    from intimacy_scales.cli.printing import printer_of, second_opinion_of, table_head
    from intimacy_scales.scoring import score_responses

    later_file = options.get("retest")
    printer = printer_of("validity", options, inputs_of(export, options, later_file))
    entries: dict[str, Any] = {name: value for name, value in own_options(options).items() if value is not None}
    picture, least = entries.pop("plot", None), entries.pop("min_answered", None)
    vouch_picture(picture, force=printer.force, inputs=printer.inputs)
    known = _by_name(per_score("--reliability", entries.pop("reliability", None)))
    responses = read_answers(export, bank, options)
    later = None if later_file is None else read_answers(later_file, bank[:1], _unjoined(options))
    entries["retest"] = None if later is None else score_responses(later, min_answered=least)
    scores = score_responses(responses, min_answered=least)
    found = validity(scores, reliability=known, level=level, **entries)
    printer.answers_read(responses)
    printer.result(found)
    printer.result(f"\n{found.apa()}")
    if picture is not None:
        write_picture(picture, found.plot, force=printer.force, inputs=printer.inputs)
    parts = {} if later is None else {"input_retest": table_head(later.table)}
    more = second_opinion_of(printer, found, scores, asked=second_opinion)
    printer.json({**parts, **found.to_dict(), **more}, responses=responses, warnings=found.notes)


def _unjoined(options: ValidityOptions) -> ValidityOptions:
    """Return the options for the retest: the files of ``--join`` belong to the first export."""
    return {name: value for name, value in options.items() if not name.startswith("join")}  # type: ignore[return-value]


def _by_name(known: PerScore) -> Mapping[str, float] | None:
    """Return reliabilities by variable; one figure for all is refused, as measures differ in it."""
    from intimacy_scales.base.errors import Problem, ResponseError

    if known is None or isinstance(known, Mapping):
        return known
    raise ResponseError(
        Problem(where="--reliability", what=f"is {known:g} for every variable", allowed="NAME=R for each variable",
                do="say --reliability support_total=.85")
    )  # fmt: skip
