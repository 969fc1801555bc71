"""``structure``: what the answers of a bank are made of, and whether they are that in every group."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Unpack

from intimacy_scales.base.options import Option, with_defaults
from intimacy_scales.cli.options import Banks, Cluster, Export, ExportOptions, SecondOpinionFlag

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from intimacy_scales.analysis.structure import Structure
    from intimacy_scales.cli.reading.streamed_score import StreamedAnswers
    from intimacy_scales.reading.responses.model import Responses
    from intimacy_scales.reading.responses.streaming.responses_stream import ResponsesStream


class StructureOptions(ExportOptions, total=False):
    """What is to be computed."""

    group: Annotated[str | None, Option(metavar="COLUMN", help="Does the scale measure the same in these groups?")]
    estimator: Annotated[
        str, Option(metavar="ml|mlr|wlsmv", default="ml", help="Of the confirmatory model; wlsmv: ordinal.")
    ]
    missing: Annotated[
        str,
        Option(
            metavar="fiml|listwise|pairwise",
            default="fiml",
            help="All answers there are, complete rows only, or (wlsmv) every pair of answers.",
        ),
    ]
    factors: Annotated[
        int | None, Option(metavar="N", at_least=1, help="Exploratory factors (default: as many as scales).")
    ]
    rotation: Annotated[
        str,
        Option(metavar="oblimin|promax|varimax|geomin|none", default="oblimin", help="Of the exploratory factors."),
    ]
    extraction: Annotated[
        str, Option(metavar="minres|ml|principal_axis", default="minres", help="Of the exploratory factors.")
    ]
    variant: Annotated[
        str,
        Option(metavar="correlated|bifactor|second_order", default="correlated", help="The confirmatory model."),
    ]
    form: Annotated[str | None, Option(metavar="FORM", help="Which form (default: the first).")]
    irt: Annotated[bool, Option(default=False, help="A graded response model of every scale too.")]
    cluster: Cluster
    dif: Annotated[bool, Option(default=False, help="Do items work differently in the groups of --group? Purified.")]
    dynamic_cutoffs: Annotated[
        bool, Option(default=False, help="Cut-offs of CFI, RMSEA and SRMR for this model and n, by simulation.")
    ]
    seed: Annotated[int, Option(metavar="N", default=1, help="Seed of the parallel analysis and of what is drawn.")]


def run(
    export: Export,
    /,
    *,
    bank: Banks,
    second_opinion: SecondOpinionFlag = False,
    **options: Unpack[StructureOptions],
) -> None:
    """Say what the answers of a bank are made of: suitability, number of factors, EFA, CFA, invariance.

    Examples
    --------
    intimacy-scales structure export.csv --bank pair
    intimacy-scales structure export.csv --bank pair --group gender --estimator mlr --json structure.json
    intimacy-scales structure couples.csv --bank eis --group partner --cluster couple --dif
    """
    from intimacy_scales.analysis.structure import structure
    from intimacy_scales.base.errors import Problem, UsageError
    from intimacy_scales.cli.intake import inputs_of, own_options, read_answers
    from intimacy_scales.cli.printing import printer_of, second_opinion_of

    if len(bank) != 1:
        raise UsageError(Problem(where="--bank", what="structure looks at one bank at a time", do="name one"))
    printer = printer_of("structure", options, inputs_of(export, options))
    computed = own_options(with_defaults(options, StructureOptions))
    made = None if second_opinion else _streamed(export, bank, options, computed, say=printer.note)
    answers: Responses | StreamedAnswers
    if made is None:
        answers = read_answers(export, bank, options)
        result = structure(answers, answers.banks[0], **computed)  # words are checked where they are used
    else:
        result, answers = made
    printer.answers_read(answers)
    printer.result(result)
    more = second_opinion_of(printer, result, asked=second_opinion)
    printer.json({**result.to_dict(), **more}, responses=answers, warnings=result.notes)


def _streamed(
    export: Path,
    banks: Sequence[str],
    options: StructureOptions,
    computed: dict[str, Any],
    *,
    say: Callable[[str], None],
) -> tuple[Structure, StreamedAnswers] | None:
    """Read a large export batch by batch; ``None`` where it is small, or has to be read whole."""
    from intimacy_scales.cli.reading.streamed_score import answers_of, may_read_in_batches, say_whole, stream_of_export

    if not may_read_in_batches(export, options):
        return None
    from intimacy_scales.analysis.structure import structure_parts
    from intimacy_scales.analysis.structure.streamed import streamed_structure
    from intimacy_scales.base.progress import Progress
    from intimacy_scales.cli.intake import told_of_export
    from intimacy_scales.reading.exports.table import NeedsWholeError
    from intimacy_scales.reading.responses.streaming.evidence_of_all import in_passes

    asked, quiet = structure_parts.StructureOptions(**computed), bool(options.get("quiet"))
    structure_parts.check_options(asked)
    if not asked.from_sums:
        say_whole(export, f"{asked.need_of_rows} needs every person", say)
        return None

    def looked_at(stream: ResponsesStream) -> tuple[Structure, StreamedAnswers] | None:
        with Progress(f"reading {export.name}", total=stream.table.size, quiet=quiet) as bar:
            made = streamed_structure(stream, asked, advance=bar.advance)
        return None if made is None else (made[0], answers_of(stream, made[1]))

    try:
        stream = stream_of_export(export, banks, options)
        return in_passes(stream, looked_at, quiet=quiet, told=partial(told_of_export, export))
    except NeedsWholeError as why:
        say_whole(export, why, say)
        return None
