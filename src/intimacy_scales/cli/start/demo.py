"""``demo``: the bundled example, end to end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Unpack

from intimacy_scales.base.options import Option
from intimacy_scales.cli.options import OutputOptions

if TYPE_CHECKING:
    from intimacy_scales.analysis.reliability import Reliability
    from intimacy_scales.cli.printing import Printer
    from intimacy_scales.reading.responses.model import Responses

FILES = (
    "couples_simulated.csv",
    "inspection.txt",
    "scores.csv",
    "reliability.json",
    "norms_eis.yaml",
    "report.html",
    "person.html",
    "plots",
)
PERSON = "012B"


def run(
    *,
    out: Annotated[Path, Option(metavar="DIR", help="Where to leave scores, report and plots.")] = Path(
        "intimacy-demo"
    ),
    notebook: Annotated[bool, Option(help="Copy the course (notebooks) to DIR instead.")] = False,
    studies: Annotated[bool, Option(help="Copy simulated data of the studies to DIR instead.")] = False,
    **options: Unpack[OutputOptions],
) -> None:
    """Score the bundled example export (simulated couples) end to end.

    Examples
    --------
    intimacy-scales demo
    intimacy-scales demo --notebook --out course
    intimacy-scales demo --studies --out studies
    """
    from intimacy_scales.cli.printing import printer_of

    printer = printer_of("demo", options)
    if notebook:
        _course(out, printer)
        return
    if studies:
        _studies(out, printer)
        return
    folder = _folder(out, force=printer.force)
    printer.result(
        "The example: couples who never were (simulated), as a survey platform would export their answers.\n"
    )
    responses = _read(folder, printer)
    _scores(responses, folder, printer)
    _reports(responses, _trust(responses, folder, printer), folder, printer)
    printer.result(f"\nLeft in {folder}/: {', '.join(FILES)}")
    printer.result("Open report.html in a browser; then try your own: intimacy-scales inspect YOUR_EXPORT")
    printer.json({"written": [str(folder / name) for name in FILES]})


def _studies(out: Path, printer: Printer) -> None:
    """Copy the example data of the studies: each file is there for one analysis."""
    from intimacy_scales.base.files import make_folder, may_write, write_bytes
    from intimacy_scales.simulation.examples import example, example_names

    make_folder(out)
    targets = {name: may_write(out / f"{name}.csv", force=printer.force) for name in example_names()}
    for name, target in targets.items():
        write_bytes(target, example(name).read_bytes(), share=True)
    printer.result("Simulated studies, with effects of our choosing; nobody in them is real:")
    for target in targets.values():
        printer.result(f"  {target}")
    printer.json({"written": [str(target) for target in targets.values()]})


def _folder(out: Path, *, force: bool) -> Path:
    """Return the folder to fill, made if need be; nothing in it is replaced unasked."""
    from intimacy_scales.base.errors import OutputError, Problem
    from intimacy_scales.base.files import make_folder

    if out.exists() and not out.is_dir():
        raise OutputError(Problem(where=str(out), what="is a file", allowed="a folder, new or empty"))
    make_folder(out)
    taken = [name for name in FILES if (out / name).exists()]
    if taken and not force:
        raise OutputError(
            Problem(
                where=str(out),
                what=f"holds {', '.join(taken)} already",
                do="say --force to replace them, or choose another folder with --out",
            )
        )
    return out


def _read(folder: Path, printer: Printer) -> Responses:
    from intimacy_scales.base.errors import ResponseError
    from intimacy_scales.base.files import may_write, write_text, write_whole
    from intimacy_scales.cli.demo import BANKS, ID_COLUMN, example_export
    from intimacy_scales.cli.printing import rows_sentence
    from intimacy_scales.reading.responses import examine

    copy = may_write(folder / FILES[0], force=printer.force)
    write_whole(copy, lambda beside: beside.write_bytes(example_export().read_bytes()))
    inspection = examine(copy, BANKS, id_column=ID_COLUMN)
    write_text(may_write(folder / "inspection.txt", force=printer.force), f"{inspection}\n")
    if inspection.responses is None:
        raise ResponseError(inspection.problems)
    printer.result(rows_sentence(inspection.responses))
    for note in inspection.responses.notes:
        printer.result(f"note: {note}")
    return inspection.responses


def _scores(responses: Responses, folder: Path, printer: Printer) -> None:
    from intimacy_scales.cli.reading.scored_sheet import scored_sheet
    from intimacy_scales.output.writing import write_sheet
    from intimacy_scales.scoring import score_responses

    scores = score_responses(responses)
    write_sheet(scored_sheet(scores, keep=("couple_code", "partner")), folder / "scores.csv", force=printer.force)
    printer.result(f"\nScores\n{scores}")


def _trust(responses: Responses, folder: Path, printer: Printer) -> Reliability:
    from intimacy_scales.analysis.norms import norms_from
    from intimacy_scales.analysis.reliability import reliability_of
    from intimacy_scales.base.files import may_write, write_text
    from intimacy_scales.cli.printing import Printer
    from intimacy_scales.scoring import score_responses

    reliability = reliability_of(responses)
    target = folder / "reliability.json"
    Printer(command="reliability", json_file=str(target), quiet=True, force=printer.force).json(
        {"reliability": reliability.to_dict()}, responses=responses, warnings=reliability.notes
    )
    printer.result(f"\nReliability\n{reliability}")
    norms = norms_from(score_responses(responses), "eis", sample="simulated couples of the example: nobody's norm")
    write_text(may_write(folder / "norms_eis.yaml", force=printer.force), norms.dumps())
    return reliability


def _reports(responses: Responses, reliability: Reliability, folder: Path, printer: Printer) -> None:
    from intimacy_scales.base.files import make_folder
    from intimacy_scales.output.report import build_report
    from intimacy_scales.output.report.build import write_plots

    sample = build_report(responses, reliability=reliability, title="Simulated couples: the example")
    sample.save(folder / "report.html", force=printer.force)
    make_folder(folder / "plots")
    write_plots(sample, folder / "plots", force=printer.force)
    build_report(responses, person=PERSON).save(folder / "person.html", force=printer.force)
    printer.result(f"\n{sample}")


def _course(out: Path, printer: Printer) -> None:
    from intimacy_scales.cli.demo.make_export import copy_course

    for path in copy_course(out, force=printer.force):
        printer.result(path)
    printer.result("Open them in JupyterLab or VS Code, from 00 on: pip install 'intimacy-scales[notebooks]'")
