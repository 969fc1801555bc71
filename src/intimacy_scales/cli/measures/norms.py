"""``norms``: from a sample to a norm file that ``--norm`` takes at once."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Unpack

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import Banks, Export, ExportOptions, MinAnswered

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from intimacy_scales.analysis.norms import LocalNorms
    from intimacy_scales.analysis.norms.continuous import AgedBatch
    from intimacy_scales.analysis.norms.local_norms import NormBatch
    from intimacy_scales.cli.reading.streamed_score import StreamedAnswers
    from intimacy_scales.reading.responses.inspection import Inspection
    from intimacy_scales.reading.responses.model import Responses
    from intimacy_scales.reading.responses.streaming.responses_stream import ResponsesStream
    from intimacy_scales.scoring import Scores


class NormsOptions(ExportOptions, total=False):
    """What the norm file is to say."""

    by: Annotated[list[str] | None, Option(metavar="COLUMN...", help="A norm for each group of these columns.")]
    sample: Annotated[str | None, Option(metavar="TEXT", help="Who the sample is, in words.")]
    year: Annotated[int | None, Option(metavar="YEAR", help="When it was collected.")]
    country: Annotated[str | None, Option(metavar="TEXT", help="Where it was collected.")]
    weights: Annotated[str | None, Option(metavar="COLUMN", help="Weights of persons, to a population.")]
    over: Annotated[str | None, Option(metavar="COLUMN", help="A number, as age: norms that run with it.")]
    step: Annotated[int, Option(metavar="N", default=5, at_least=1, help="Width of a step of --over.")]
    min_answered: MinAnswered


def run(
    export: Export,
    /,
    *,
    bank: Banks,
    out: Annotated[Path, Option(metavar="FILE.yaml", help="The norm file.")],
    **options: Unpack[NormsOptions],
) -> None:
    """Make local norms from a sample, in the form a bank carries, usable with --norm FILE.

    Examples
    --------
    intimacy-scales norms export.csv --bank eis --sample "students of one course" --year 2024 --out norm.yaml
    intimacy-scales norms export.csv --bank pair --by gender --out norm.yaml
    intimacy-scales norms export.csv --bank pair --over age --out norm.yaml
    """
    from intimacy_scales.base.files import may_write, write_text
    from intimacy_scales.cli.intake import inputs_of, read_answers
    from intimacy_scales.cli.printing import printer_of
    from intimacy_scales.scoring import score_responses

    printer = printer_of("norms", options, inputs_of(export, options))
    may_write(out, force=printer.force, inputs=printer.inputs)
    streamed = _streamed(export, bank, options)
    answers: Responses | StreamedAnswers
    if streamed is None:
        answers = read_answers(export, bank, options)
        scores = score_responses(answers, min_answered=options.get("min_answered"))
        made = {one.id: _norms(scores, one.id, export, options) for one in answers.banks}
    else:
        made, answers = streamed
    targets = {name: _target(out, name, alone=len(made) == 1) for name in made}
    for target in targets.values():
        may_write(target, force=printer.force, inputs=printer.inputs)
    for name, norms in made.items():
        write_text(targets[name], norms.dumps())
    printer.answers_read(answers)
    for name, norms in made.items():
        printer.result(norms)
        printer.result(f"written: {targets[name]}; use it with --norm {targets[name]}")
    parts = {
        "norms": {name: norms.to_dict() for name, norms in made.items()},
        "written": {name: str(target) for name, target in targets.items()},
    }
    printer.json(parts, responses=answers)


def _norm_source(export: Path, options: NormsOptions) -> dict[str, Any]:
    return {
        "sample": options.get("sample") or f"the respondents of {export.name} (the sample was not described)",
        "year": options.get("year"),
        "country": options.get("country"),
    }


def _streamed(
    export: Path, banks: Sequence[str], options: NormsOptions
) -> tuple[dict[str, LocalNorms], StreamedAnswers] | None:
    """Read a large export batch by batch; ``None`` where it is small, or has to be read whole.

    What is wrong (a weight, a name, too few persons) is told of the whole table, which is read for it.
    """
    from intimacy_scales.base.progress import Progress
    from intimacy_scales.cli.intake import told_of_export
    from intimacy_scales.cli.reading.streamed_score import answers_of, may_read_in_batches, stream_of_export
    from intimacy_scales.reading.exports.table import NeedsWholeError
    from intimacy_scales.reading.responses.streaming.evidence_of_all import in_passes

    contradicts = options.get("over") and (options.get("by") or options.get("weights"))
    if contradicts or not may_read_in_batches(export, options):
        return None
    quiet = bool(options.get("quiet"))

    def normed(stream: ResponsesStream) -> tuple[dict[str, LocalNorms], StreamedAnswers]:
        with Progress(f"reading {export.name}", total=stream.table.size, quiet=quiet) as bar:
            batches = _batches(stream, options, bar.advance)
        found = stream.vouch()
        return _norms_of(batches, found, export, options), answers_of(stream, found)

    try:
        stream = stream_of_export(export, banks, options)
        return in_passes(stream, normed, quiet=quiet, told=partial(told_of_export, export))
    except NeedsWholeError:
        return None


def _norms_of(
    batches: dict[str, NormBatch | AgedBatch], found: Inspection, export: Path, options: NormsOptions
) -> dict[str, LocalNorms]:
    """Return the norms of every bank; what is wrong with them is told of the whole table."""
    from intimacy_scales.analysis.norms.continuous import AgedBatch, continuous_norms_of
    from intimacy_scales.analysis.norms.local_norms import LEAST, NormRule, NormSource, norms_of_batch, told_of_whole
    from intimacy_scales.analysis.norms.measurement_error import LEVEL
    from intimacy_scales.scoring import score_responses

    if found.responses is None:
        return {}
    nobody = score_responses(found.responses, min_answered=options.get("min_answered"))
    said, rule = NormSource(**_norm_source(export, options)), NormRule(min_n=LEAST, level=LEVEL)
    step, over = options.get("step", 5), options.get("over") or ""
    with told_of_whole():
        return {
            name: continuous_norms_of(batch, nobody, over, name, said, step=step)
            if isinstance(batch, AgedBatch)
            else norms_of_batch(batch, nobody, said, rule)
            for name, batch in batches.items()
        }


def _batches(
    stream: ResponsesStream, options: NormsOptions, advance: Callable[[float], None]
) -> dict[str, NormBatch | AgedBatch]:
    """Return what the norms of every bank are made of."""
    from intimacy_scales.analysis.norms.continuous import aged_batch
    from intimacy_scales.analysis.norms.local_norms import norm_batch, told_of_whole
    from intimacy_scales.scoring import score_responses

    by, weights, over = tuple(options.get("by") or ()), options.get("weights"), options.get("over")
    entries: dict[str, Any] = {}
    for responses in stream.batches(advance):
        scores = score_responses(responses, min_answered=options.get("min_answered"))
        for bank in responses.banks:
            with told_of_whole():
                own: Any = (
                    aged_batch(scores, over, bank) if over else norm_batch(scores, bank=bank, by=by, weights=weights)
                )
            entries[bank.id] = entries[bank.id] + own if bank.id in entries else own
    return entries


def _norms(scores: Scores, bank_id: str, export: Path, options: NormsOptions) -> LocalNorms:
    from intimacy_scales.analysis.norms import continuous_norms, norms_from
    from intimacy_scales.base.errors import Problem, ResponseError

    entries: dict[str, Any] = {
        "sample": options.get("sample") or f"the respondents of {export.name} (the sample was not described)",
        "year": options.get("year"),
        "country": options.get("country"),
    }
    by, weights, over = tuple(options.get("by") or ()), options.get("weights"), options.get("over")
    if over is None:
        return norms_from(scores, bank_id, by=by, weights=weights, **entries)
    if by or weights:
        raise ResponseError(
            Problem(where="--over", what="was said together with --by or --weights", allowed="one way of making norms")
        )
    return continuous_norms(scores, over, step=options.get("step", 5), bank=bank_id, **entries)


def _target(out: Path, bank: str, *, alone: bool) -> Path:
    """Return the file of a bank's norms: a norm file is of one bank, so several get the bank's id in the name."""
    return out if alone else out.with_name(f"{out.stem}_{bank}{out.suffix}")
