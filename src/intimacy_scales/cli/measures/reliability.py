"""``reliability``: how consistent the answers of every scale are."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Unpack, cast

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import Banks, Cluster, Export, ExportOptions, Level, MinAnswered, SecondOpinionFlag

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from intimacy_scales.analysis.reliability import Reliability
    from intimacy_scales.analysis.reliability.scale_reliability import Missing, ReliabilityOptions
    from intimacy_scales.cli.reading.streamed_score import StreamedAnswers
    from intimacy_scales.reading.responses.model import Responses
    from intimacy_scales.reading.responses.streaming.responses_stream import ResponsesStream
    from intimacy_scales.scoring import Scores


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
    from intimacy_scales.analysis.reliability.scale_reliability import ReliabilityOptions
    from intimacy_scales.cli.intake import inputs_of, read_answers
    from intimacy_scales.cli.printing import grouped_notes, printer_of, second_opinion_of
    from intimacy_scales.scoring import score_responses

    printer = printer_of("reliability", options, inputs_of(export, options))
    wished = ReliabilityOptions(
        missing=cast("Missing", missing), level=level, bootstrap=2000, seed=seed, cluster=cluster
    )
    scores: Scores | None = None
    made = None if second_opinion else _streamed(export, bank, options, wished, min_answered)
    answers: Responses | StreamedAnswers
    if made is None:
        answers = read_answers(export, bank, options)
        scores = score_responses(answers, min_answered=min_answered)
        reliability = reliability_of(scores, missing=wished.missing, level=level, seed=seed, cluster=cluster)
    else:
        reliability, answers = made
    printer.answers_read(answers)
    printer.result(reliability)
    notes: list[tuple[str, str]] = []
    for name, scales in reliability.scales.items():
        for key, scale in scales.items():
            lines = str(scale).split("\n")
            printer.result("\n".join(["", f"{name}.{key}", *(line for line in lines if not line.startswith("note: "))]))
            notes += [(f"{name}.{key}", line.removeprefix("note: ")) for line in lines if line.startswith("note: ")]
    if notes:
        printer.result("\n" + "\n".join(f"note: {note}" for note in grouped_notes(notes)))
    for name, totals in reliability.composites.items():
        for total in totals:
            printer.result(f"\n{name}: {total.administration} of all scales\n{total}")
    parts = {
        "reliability": reliability.to_dict(),
        "differences": reliability.differences_to_dict(),
        "composites": reliability.composites_to_dict(),
        **({"composed": reliability.composed_to_dict()} if reliability.composed else {}),
    }
    if scores is not None:
        parts |= second_opinion_of(printer, reliability, scores, asked=second_opinion)
    printer.json(parts, responses=answers, warnings=reliability.notes)


def _streamed(
    export: Path, banks: Sequence[str], options: ExportOptions, wished: ReliabilityOptions, min_answered: int | None
) -> tuple[Reliability, StreamedAnswers] | None:
    """Read a large export batch by batch; ``None`` where it is small, or has to be read whole."""
    from intimacy_scales.analysis.reliability.streamed import streamed_reliability
    from intimacy_scales.base.progress import Progress
    from intimacy_scales.cli.intake import told_of_export
    from intimacy_scales.cli.reading.streamed_score import answers_of, may_read_in_batches, stream_of_export
    from intimacy_scales.reading.exports.table import NeedsWholeError
    from intimacy_scales.reading.responses.streaming.evidence_of_all import in_passes

    if not may_read_in_batches(export, options):
        return None
    quiet = bool(options.get("quiet"))

    def measured(stream: ResponsesStream) -> tuple[Reliability, StreamedAnswers] | None:
        with Progress(f"reading {export.name}", total=stream.table.size, quiet=quiet) as bar:
            made = streamed_reliability(stream, wished, min_answered=min_answered, advance=bar.advance)
        return None if made is None else (made[0], answers_of(stream, made[1]))

    try:
        stream = stream_of_export(export, banks, options)
        return in_passes(stream, measured, quiet=quiet, told=partial(told_of_export, export))
    except NeedsWholeError:
        return None
