"""``norms``: from a sample to a norm file that ``--norm`` takes at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Unpack

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import Banks, Export, ExportOptions, MinAnswered

if TYPE_CHECKING:
    from intimacy_scales.analysis.norms import LocalNorms
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
    responses = read_answers(export, bank, options)
    scores = score_responses(responses, min_answered=options.get("min_answered"))
    made = {one.id: _norms(scores, one.id, export, options) for one in responses.banks}
    targets = {name: _target(out, name, alone=len(made) == 1) for name in made}
    for target in targets.values():
        may_write(target, force=printer.force, inputs=printer.inputs)
    for name, norms in made.items():
        write_text(targets[name], norms.dumps())
    printer.answers_read(responses)
    for name, norms in made.items():
        printer.result(norms)
        printer.result(f"written: {targets[name]}; use it with --norm {targets[name]}")
    parts = {
        "norms": {name: norms.to_dict() for name, norms in made.items()},
        "written": {name: str(target) for name, target in targets.items()},
    }
    printer.json(parts, responses=responses)


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
