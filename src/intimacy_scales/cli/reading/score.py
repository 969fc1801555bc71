"""``score``: an export in, a table of scores out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Unpack, cast

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import Banks, Export, ExportOptions, Level, MinAnswered, NormName

if TYPE_CHECKING:
    from intimacy_scales.analysis.norms import Standings
    from intimacy_scales.analysis.norms.standings_of_batches import StandingRule
    from intimacy_scales.cli.printing import Printer
    from intimacy_scales.cli.reading.streamed_score import StreamedScores
    from intimacy_scales.scoring import Combine, Scores


def run(
    export: Export,
    /,
    *,
    bank: Banks,
    out: Annotated[
        Path,
        Option(
            metavar="FILE|FOLDER",
            help="Scores: .csv .tsv .xlsx .sav .dta .parquet .json by suffix; of a folder's parts a folder.",
        ),
    ],
    keep: Annotated[
        list[str] | None, Option(metavar="COLUMN...|all", help="Columns of the export to keep beside the scores.")
    ] = None,
    answers: Annotated[bool, Option(help="Write the coded answers too.")] = False,
    careless: Annotated[
        bool, Option(help="Write signs of careless answering too; nobody is dropped for them.")
    ] = False,
    combine: Annotated[str, Option(metavar="bank|sum|mean", help="How answers become a score.")] = "bank",
    min_answered: MinAnswered = None,
    norm: NormName = None,
    attribute: Annotated[
        list[str] | None,
        Option(metavar="NAME=VALUE...", help="What the persons are (gender=woman age=34): chooses the norm that fits."),
    ] = None,
    level: Level = 0.9,
    **options: Unpack[ExportOptions],
) -> None:
    """Score an export: one row out for each respondent in, in the same order.

    Examples
    --------
    intimacy-scales score export.csv --bank pair eis --out scores.sav
    intimacy-scales score export.csv --bank eis --keep age gender --answers --out scores.xlsx
    intimacy-scales score wave1.csv --join wave2.csv --on id --as waves --bank eis --out both.csv
    intimacy-scales score export.csv --bank prqc --norm partner_1 --json scores.json --out scores.csv
    intimacy-scales score parts/ --bank pair --out scored/
    """
    from intimacy_scales.base.files import may_write
    from intimacy_scales.cli.figures import attributes
    from intimacy_scales.cli.intake import inputs_of, read_answers, without_careless
    from intimacy_scales.cli.printing import printer_of
    from intimacy_scales.cli.reading.scored_parts import is_parts_run, score_parts
    from intimacy_scales.cli.reading.scored_sheet import careless_of, careless_table, kept_words, scored_sheet
    from intimacy_scales.cli.reading.streamed_score import ScoreOptions, may_stream, streamed_scores
    from intimacy_scales.output.writing import suffix_of, write_sheet
    from intimacy_scales.scoring import score_responses

    printer = printer_of("score", options, inputs_of(export, options))
    how, kept = _combine(combine), tuple(keep or ())
    rule = ScoreOptions(keep=kept, answers=answers, combine=how, min_answered=min_answered)
    if is_parts_run(export, out):
        asked = {"--careless": careless, "--norm": norm, "--attribute": attribute}
        parts_made = score_parts(export, bank, out, options, rule, refused=[name for name in asked if asked[name]])
        _told(printer, parts_made.scores, str(parts_made), out)
        return
    suffix_of(out)
    may_write(out, force=printer.force, inputs=printer.inputs)
    persons = attributes("--attribute", attribute or ())
    asked_standing = norm is not None or persons is not None
    whole = careless or (asked_standing and options.get("json") is not None)  # which tells of every row
    if not whole and may_stream(export, out, options, kept):
        if asked_standing:
            rule = replace(rule, standing=_standing_rule(norm, persons, level))
        made = streamed_scores(export, bank, out, options, rule, say=printer.note)
        if made is not None:
            _told(printer, made, f"written: {out}", out)
            return
    read = read_answers(export, bank, options, with_careless=True)
    flags = careless_of(read) if careless else None  # of every row, before any is set aside
    responses = without_careless(read, options)
    scores = score_responses(responses, min_answered=min_answered, combine=how)
    standings = _standings(scores, norm, persons, level)
    sheet = scored_sheet(scores, keep=keep or (), answers=answers, standings=standings, careless=flags)
    write_sheet(sheet, out, force=printer.force, inputs=printer.inputs)
    printer.answers_read(responses)
    printer.result(scores)
    if standings is not None:
        printer.result(standings)
    if flags is not None:
        printer.result(f"\n{careless_table(flags)}")
    for line in kept_words(responses, keep or ()):
        printer.result(line)
    printer.result(f"written: {out}")
    more = {} if flags is None else {"careless": flags.to_dict()}
    if standings is not None:
        more["standing"] = standings.to_dict()
    parts = {"scores": scores.to_dict(), **more, "written": str(out)}
    printer.json(parts, responses=responses, warnings=_refusals(standings))


def _told(printer: Printer, scores: StreamedScores, written: str, out: Path) -> None:
    """Say what was scored batch by batch."""
    printer.answers_read(scores)
    printer.result(scores.summaries)
    if scores.standings:
        printer.result(scores.standings)
    printer.result(written)
    printer.json({"scores": scores.summaries.to_dict(), "written": str(out)}, responses=scores)


def _standing_rule(norm: str | None, persons: dict[str, str] | None, level: float) -> StandingRule:
    from intimacy_scales.analysis.norms.standings_of_batches import StandingRule

    return StandingRule(norm=norm, attributes=persons, level=level)


def _combine(word: str) -> Combine:
    from intimacy_scales.base.errors import Problem, ResponseError

    if word not in ("bank", "sum", "mean"):
        raise ResponseError(Problem(where="--combine", what=f"is {word!r}", allowed="bank, sum or mean"))
    return cast("Combine", word)


def _standings(scores: Scores, norm: str | None, persons: dict[str, str] | None, level: float) -> Standings | None:
    if norm is None and persons is None:
        return None
    from intimacy_scales.analysis.norms import standing

    return standing(scores, norm=norm, level=level, attributes=persons)


def _refusals(standings: Standings | None) -> list[str]:
    """Return what a norm could not say, for the warnings: a standing that is not there is said, not left out."""
    return [] if standings is None else [f"no standing of {one.column}: {one.why}" for one in standings.refused]
