"""``diary``: what goes with what from day to day, within persons, between them, and between two partners."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Unpack

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import Export, ExportOptions, Level, MinAnswered

if TYPE_CHECKING:
    from intimacy_scales.analysis.diary import CouplesDiary, Diary

_NAMED = "a column, or a score as BANK_SCALE"


class DiaryOptions(ExportOptions, total=False):
    """Who, when, and what stands in the model."""

    person: Annotated[
        str | None, Option(metavar="COLUMN", help="The column that names the person (default: one called person).")
    ]
    day: Annotated[
        str | None,
        Option(metavar="COLUMN", help="The column of the day: numbers or dates YYYY-MM-DD (default: one called day)."),
    ]
    within: Annotated[
        list[str] | None,
        Option(metavar="NAME...", help=f"What varies from day to day; split into within and between: {_NAMED}."),
    ]
    moderator: Annotated[str | None, Option(metavar="NAME", help="Changes the slope of the first predictor.")]
    moderator_part: Annotated[
        str | None,
        Option(metavar="within|between", help="Which part of a moderator that varies from day to day moderates."),
    ]
    mediator: Annotated[
        str | None, Option(metavar="NAME", help="Between the first predictor and the outcome, from day to day (1-1-1).")
    ]
    between: Annotated[list[str] | None, Option(metavar="NAME...", help="Predictors that are one a person.")]
    covariate: Annotated[
        list[str] | None,
        Option(metavar="NAME...", help="Columns of the day taken as they are, such as a weekend of 0 and 1."),
    ]
    items: Annotated[
        list[str] | None,
        Option(metavar="COLUMN...", help="Daily items, for the reliability of days (default: those of a score)."),
    ]
    couple: Annotated[
        str | None, Option(metavar="COLUMN", help="The column that names the couple: both partners in one model.")
    ]
    partner: Annotated[str | None, Option(metavar="COLUMN", help="The column that says which partner a row is of.")]
    exchangeable: Annotated[
        bool | None,
        Option(
            negative="--distinguishable",
            help="Whether nothing tells the partners apart (default: as their labels say).",
        ),
    ]
    weekend: Annotated[bool, Option(default=False, help="Saturdays and Sundays as a predictor (days must be dates).")]
    trend: Annotated[bool, Option(default=False, help="A linear trend over days.")]
    lag: Annotated[bool, Option(default=False, help="Yesterday's outcome as a predictor.")]
    lag_of: Annotated[list[str] | None, Option(metavar="NAME...", help="Yesterday's value of these as predictors.")]
    random: Annotated[
        list[str] | None,
        Option(
            metavar="first|all|none|NAME...",
            help="Predictors whose slopes differ between persons (default: the first; of couples none).",
        ),
    ]
    ar1: Annotated[
        bool | None,
        Option(negative="--independent-days", help="Residuals of neighbouring days correlate (default: unless --lag)."),
    ]
    planned_days: Annotated[
        int | None,
        Option(metavar="N", help="Days everybody was asked for (default: the longest diary)."),
    ]
    method: Annotated[str, Option(metavar="REML|ML", default="REML", help="How variances are estimated.")]
    draws: Annotated[int, Option(metavar="N", default=100_000, help="Of the Monte Carlo interval.")]
    seed: Annotated[int, Option(metavar="N", default=2005, help="Of the Monte Carlo interval.")]
    min_answered: MinAnswered
    plot: Annotated[
        Path | None,
        Option(metavar="FILE", help="Everybody's slope, or of couples the effects: .png, .svg or .pdf."),
    ]


def run(
    export: Export,
    /,
    *,
    outcome: Annotated[str, Option(metavar="NAME", help=f"What is explained: {_NAMED}.")],
    bank: Annotated[
        list[str] | None, Option(metavar="BANK...", help="Banks to score; none is needed for columns the file has.")
    ] = None,
    level: Level = 0.95,
    **options: Unpack[DiaryOptions],
) -> None:
    """Model a diary: an outcome on what varies from day to day, within and between persons, or for both partners.

    Examples
    --------
    intimacy-scales diary diary.csv --outcome intimacy --within shared_hours stress --covariate weekend
    intimacy-scales diary diary.csv --outcome intimacy --within self_disclosure --mediator responsiveness
    intimacy-scales diary diary.csv --outcome intimacy --within stress --couple couple --partner partner
    """
    from intimacy_scales.analysis.diary import diary
    from intimacy_scales.cli.figures import vouch_picture, write_picture
    from intimacy_scales.cli.intake import inputs_of, own_options, read_answers, read_columns
    from intimacy_scales.cli.printing import printer_of
    from intimacy_scales.scoring.study_table import study_table

    printer = printer_of("diary", options, inputs_of(export, options))
    entries = _diary_keywords(own_options(options))
    plot = entries.pop("plot", None)
    vouch_picture(plot, force=printer.force, inputs=printer.inputs)
    responses = read_answers(export, bank, options) if bank else read_columns(export, options)
    least = entries.pop("min_answered", None)
    table = study_table(responses, None, {}, min_answered=least, missing_codes=options.get("missing_codes") or ())
    found: Diary | CouplesDiary = diary(table, outcome=outcome, level=level, **entries)
    printer.answers_read(responses)
    printer.result(found)
    printer.result(f"\n{found.apa()}")
    if plot is not None:
        write_picture(plot, found.plot, force=printer.force, inputs=printer.inputs)
    printer.json(found.to_dict(), responses=responses, warnings=found.notes)


def _diary_keywords(options: dict[str, Any]) -> dict[str, Any]:
    """Return the command's options as the function takes them."""
    lists = ("within", "between", "covariate", "items", "lag_of")
    entries = {name: value for name, value in options.items() if value is not None}
    entries |= {name: tuple(entries[name]) for name in lists if name in entries}
    if "random" in entries:
        random = tuple(entries["random"])
        entries["random"] = random[0] if random in (("first",), ("all",), ("none",)) else random
    return entries
