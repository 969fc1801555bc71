"""``change``: two occasions of the same persons: how far they agree, and who changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Unpack, cast

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import (
    Banks,
    Export,
    ExportOptions,
    Level,
    MinAnswered,
    Occasion,
    ReliabilityFigure,
    SdFigure,
    SecondOpinionFlag,
)

if TYPE_CHECKING:
    from intimacy_scales.analysis.change import Change
    from intimacy_scales.cli.printing import Printer
    from intimacy_scales.reading.responses.model import Responses
    from intimacy_scales.scoring import Scores

_FIGURE = "N|SCORE=N..."


class ChangeOptions(ExportOptions, total=False):
    """What change is measured against."""

    occasion: Occasion
    times: Annotated[
        list[str] | None,
        Option(metavar="A B...", help="Names of the occasions in their order, where they do not tell it themselves."),
    ]
    interval: Annotated[str | None, Option(metavar="TEXT", help='Time between the occasions: "6 weeks".')]
    sd: SdFigure
    reliability: ReliabilityFigure
    mean: Annotated[list[str] | None, Option(metavar=_FIGURE, help="Mean of such a sample before.")]
    practice: Annotated[
        list[str] | None, Option(metavar=_FIGURE, help="Mean change of persons to whom nothing happened.")
    ]
    cutoff: Annotated[list[str] | None, Option(metavar=_FIGURE, help="Your cut-off for clinical significance.")]
    clinical: Annotated[str | None, Option(metavar="MEAN,SD", help="Your clinical population: criteria a, c.")]
    functional: Annotated[str | None, Option(metavar="MEAN,SD", help="Your functional one, for criteria b and c.")]
    by_row: Annotated[
        bool, Option(default=False, help="Row i of both files is the same person (default: joined by id).")
    ]
    untreated: Annotated[
        Path | None,
        Option(metavar="FILE", help="Persons left alone, both occasions: their retest is the reliability."),
    ]
    indices: Annotated[bool, Option(default=False, help="Show the other four indices beside Jacobson and Truax's.")]
    persons: Annotated[bool, Option(default=False, help="List the persons one by one after the summary.")]
    min_answered: MinAnswered


def run(
    before: Export,
    after: Annotated[Path | None, Option(metavar="AFTER", help="The second export, when it is another file.")] = None,
    /,
    *,
    bank: Banks,
    level: Level = 0.95,
    second_opinion: SecondOpinionFlag = False,
    **options: Unpack[ChangeOptions],
) -> None:
    """Say how far two occasions agree, and who changed by more than measurement error.

    Examples
    --------
    intimacy-scales change before.csv after.csv --bank eis --id code
    intimacy-scales change both.csv --bank eis --id code --occasion wave --persons
    intimacy-scales change before.csv after.csv --bank eis --id code --sd 4.2 --reliability 0.85 --json change.json
    """
    from intimacy_scales.cli.intake import inputs_of, read_answers
    from intimacy_scales.cli.printing import printer_of, second_opinion_of, table_head

    printer = printer_of("change", options, inputs_of(before, options, after))
    figures = _figures(options, level)
    first, second = _both(before, after, bank, options)
    untreated = options.get("untreated")
    if untreated is not None:
        figures["untreated"] = _scored(read_answers(untreated, bank, _unjoined(options)), options)
    found = _changed(first, second, options, figures, names=(before.name, "" if after is None else after.name))
    for responses in (first,) if second is None else (first, second):
        printer.answers_read(responses)
    _print(printer, found, listed=options.get("persons", False))
    doubts = [*(() if second is None else second.notes), *(str(problem) for problem in found.problems)]
    parts: dict[str, Any] = {} if second is None else {"input_after": table_head(second.table)}
    parts |= {"occasions": found.occasions, "level": found.level, "change": found.to_dict()}
    parts |= second_opinion_of(printer, found, asked=second_opinion)
    printer.json(parts, responses=first, warnings=doubts)


def _both(
    before: Path, after: Path | None, bank: Sequence[str], options: ChangeOptions
) -> tuple[Responses, Responses | None]:
    """Read both files; ``--where`` acts on each that has its columns: only who is in both is compared."""
    from intimacy_scales.base.errors import ResponseError
    from intimacy_scales.cli.intake import read_answers

    if after is None:
        return read_answers(before, bank, options), None
    read: list[Responses] = []
    lacking: list[ResponseError] = []
    for file, own in ((before, options), (after, _unjoined(options))):
        try:
            read.append(read_answers(file, bank, own))
        except ResponseError as fault:
            if not all("--where: column" in problem.where for problem in fault.problems):
                raise
            if lacking:
                raise ResponseError([*lacking[0].problems, *fault.problems]) from None
            lacking.append(fault)
            kept = cast("ChangeOptions", {name: value for name, value in own.items() if name != "where"})
            responses = read_answers(file, bank, kept)
            note = f"{file.name} lacks a column of --where: all its rows stay, and only who is in both files counts"
            read.append(replace(responses, notes=(*responses.notes, note)))
    return read[0], read[1]


def _unjoined(options: ChangeOptions) -> ChangeOptions:
    """Return the options for AFTER: the files of ``--join`` belong to BEFORE."""
    kept = {name: value for name, value in options.items() if not name.startswith("join")}
    return cast("ChangeOptions", kept)


def _figures(options: ChangeOptions, level: float) -> dict[str, Any]:
    from intimacy_scales.cli.figures import per_score, population

    return {
        "sd": per_score("--sd", options.get("sd")),
        "reliability": per_score("--reliability", options.get("reliability")),
        "mean": per_score("--mean", options.get("mean")),
        "practice": per_score("--practice", options.get("practice")),
        "cutoff": per_score("--cutoff", options.get("cutoff")),
        "clinical": population("--clinical", options.get("clinical")),
        "functional": population("--functional", options.get("functional")),
        "interval": options.get("interval"),
        "indices": options.get("indices", False),
        "level": level,
    }


def _scored(responses: Responses, options: ChangeOptions) -> Scores:
    from intimacy_scales.scoring import score_responses

    return score_responses(responses, min_answered=options.get("min_answered"))


def _changed(
    before: Responses,
    after: Responses | None,
    options: ChangeOptions,
    figures: dict[str, Any],
    names: tuple[str, str],
) -> Change:
    from intimacy_scales.analysis.change import change_over_time, reliable_change

    occasion, by_row = options.get("occasion"), options.get("by_row", False)
    first = _scored(before, options)
    if after is None:
        return change_over_time(first, time=occasion, times=options.get("times") or (), **figures)
    second = _scored(after, options)
    if names[0] == names[1]:
        names = ("BEFORE", "AFTER")
    return reliable_change(first, second, time=occasion, by_row=by_row, names=names, **figures)


def _print(printer: Printer, change: Change, *, listed: bool) -> None:
    """Print the summary, and the persons where they were asked for or there is only one."""
    from intimacy_scales.base.results import text_table

    printer.result(change)
    several = any(len(part.ids) > 1 for part in change.parts)
    if several and not listed:
        printer.result("the persons one by one: --persons, or all of them in --json FILE")
    for part in change.parts if several and listed else ():
        printer.result(f"\n{part.column}, person by person")
        printer.result(text_table(part.rows_for_eyes()))
