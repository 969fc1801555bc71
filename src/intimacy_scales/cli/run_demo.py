"""``demo``: the bundled example, end to end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from intimacy_scales.base.errors import OutputError, Problem
from intimacy_scales.base.files import may_write, write_text
from intimacy_scales.cli.saying import Voice, rows_said

if TYPE_CHECKING:
    from intimacy_scales.analysis.reliability import Reliability
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


def run(*, out: Path, force: bool, quiet: bool, notebook: bool = False) -> None:
    """Inspect, score and report on the example export, and leave everything in ``out``; or the course instead."""
    voice = Voice(quiet=quiet, force=force)
    if notebook:
        _course(out, voice)
        return
    folder = _folder(out, force=force)
    voice.tell("The example: couples who never were (simulated), as a survey platform would export their answers.\n")
    responses = _read(folder, voice)
    _scores(responses, folder, voice)
    _reports(responses, _trust(responses, folder, voice), folder, voice)
    voice.tell(f"\nLeft in {folder}/: {', '.join(FILES)}")
    voice.tell("Open report.html in a browser; then try your own: intimacy-scales inspect YOUR_EXPORT")


def _folder(out: Path, *, force: bool) -> Path:
    """Return the folder to fill, made if need be; nothing in it is replaced unasked."""
    if out.exists() and not out.is_dir():
        raise OutputError(Problem(where=str(out), what="is a file", allowed="a folder, new or empty"))
    try:
        out.mkdir(exist_ok=True)
    except OSError as fault:
        raise OutputError(
            Problem(
                where=str(out),
                what=f"cannot be made ({fault.strerror})",
                do="make the folder above it first, or choose another with --out",
            )
        ) from fault
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


def _read(folder: Path, voice: Voice) -> Responses:
    from intimacy_scales.base.errors import ResponseError
    from intimacy_scales.base.files import write_whole
    from intimacy_scales.cli.demo import BANKS, ID_COLUMN, example_export
    from intimacy_scales.reading.responses import examine

    copy = may_write(folder / FILES[0], force=voice.force)
    write_whole(copy, lambda beside: beside.write_bytes(example_export().read_bytes()))
    found = examine(copy, BANKS, id_column=ID_COLUMN)
    write_text(may_write(folder / "inspection.txt", force=voice.force), f"{found}\n")
    if found.responses is None:
        raise ResponseError(found.problems)
    voice.tell(rows_said(found.responses))
    for note in found.responses.notes:
        voice.tell(f"note: {note}")
    return found.responses


def _scores(responses: Responses, folder: Path, voice: Voice) -> None:
    from intimacy_scales.cli.run_score import Wishes, sheet_of
    from intimacy_scales.output.writing import write_sheet
    from intimacy_scales.scoring import score_responses

    scores = score_responses(responses)
    wishes = Wishes(out=folder / "scores.csv", keep=("couple_code", "partner"))
    write_sheet(sheet_of(scores, wishes), wishes.out, force=voice.force)
    voice.tell(f"\nScores\n{scores}")


def _trust(responses: Responses, folder: Path, voice: Voice) -> Reliability:
    from intimacy_scales.analysis.norms import norms_from
    from intimacy_scales.analysis.reliability import reliability_of
    from intimacy_scales.cli.saying import responses_head
    from intimacy_scales.scoring import score_responses

    found = reliability_of(responses)
    target = folder / "reliability.json"
    Voice(json=str(target), quiet=True, force=voice.force).record(
        {**responses_head("reliability", responses, found.notes), "reliability": found.to_dict()}
    )
    voice.tell(f"\nReliability\n{found}")
    norms = norms_from(score_responses(responses), "eis", sample="simulated couples of the example: nobody's norm")
    write_text(may_write(folder / "norms_eis.yaml", force=voice.force), norms.dumps())
    return found


def _reports(responses: Responses, found: Reliability, folder: Path, voice: Voice) -> None:
    from intimacy_scales.output.report import build_report
    from intimacy_scales.output.report.build import write_plots

    sample = build_report(responses, reliability=found, title="Simulated couples: the example")
    sample.save(folder / "report.html", force=voice.force)
    (folder / "plots").mkdir(exist_ok=True)
    write_plots(sample, folder / "plots", force=voice.force)
    build_report(responses, person=PERSON).save(folder / "person.html", force=voice.force)
    voice.tell(f"\n{sample}")


def _course(out: Path, voice: Voice) -> None:
    from intimacy_scales.cli.demo.course import copy_course

    for path in copy_course(out, force=voice.force):
        voice.tell(path)
    voice.tell("Open them in JupyterLab or VS Code, from 00 on: pip install 'intimacy-scales[notebooks]'")
