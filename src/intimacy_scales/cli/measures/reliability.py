"""``reliability``: how consistent the answers of every scale are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Unpack, cast

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import Banks, Cluster, Export, ExportOptions, Level, MinAnswered, SecondOpinionFlag

if TYPE_CHECKING:
    from intimacy_scales.analysis.reliability.scale_reliability import Missing


def run(
    export: Export,
    /,
    *,
    bank: Banks,
    missing: Annotated[
        str, Option(metavar="pairwise|listwise|fiml", help="Which rows a covariance uses.")
    ] = "pairwise",
    cluster: Cluster = None,
    level: Level = 0.95,
    seed: Annotated[int, Option(metavar="N", help="Seed of the bootstrap.")] = 1,
    min_answered: MinAnswered = None,
    second_opinion: SecondOpinionFlag = False,
    **options: Unpack[ExportOptions],
) -> None:
    """Say how consistent the answers of every scale are, with intervals and the item table.

    Examples
    --------
    intimacy-scales reliability export.csv --bank pair
    intimacy-scales reliability export.csv --bank eis prqc --missing fiml --json reliability.json
    intimacy-scales reliability couples.csv --bank eis --cluster couple
    """
    from intimacy_scales.analysis.reliability import reliability_of
    from intimacy_scales.cli.intake import inputs_of, read_answers
    from intimacy_scales.cli.printing import grouped_notes, printer_of, second_opinion_of
    from intimacy_scales.scoring import score_responses

    printer = printer_of("reliability", options, inputs_of(export, options))
    responses = read_answers(export, bank, options)
    scores = score_responses(responses, min_answered=min_answered)
    found = reliability_of(scores, missing=cast("Missing", missing), level=level, seed=seed, cluster=cluster)
    printer.answers_read(responses)
    printer.result(found)
    notes: list[tuple[str, str]] = []
    for name, scales in found.scales.items():
        for key, scale in scales.items():
            lines = str(scale).split("\n")
            printer.result("\n".join(["", f"{name}.{key}", *(one for one in lines if not one.startswith("note: "))]))
            notes += [(f"{name}.{key}", one.removeprefix("note: ")) for one in lines if one.startswith("note: ")]
    if notes:
        printer.result("\n" + "\n".join(f"note: {note}" for note in grouped_notes(notes)))
    for name, totals in found.composites.items():
        for total in totals:
            printer.result(f"\n{name}: {total.administration} of all scales\n{total}")
    parts = {
        "reliability": found.to_dict(),
        "differences": found.differences_to_dict(),
        "composites": found.composites_to_dict(),
    }
    parts |= second_opinion_of(printer, found, scores, asked=second_opinion)
    printer.json(parts, responses=responses, warnings=found.notes)
