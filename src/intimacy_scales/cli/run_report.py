"""``report``: one self-contained page of the sample, a person or a couple; or one for each of them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.files import may_write
from intimacy_scales.cli.intake import Reading, responses_of
from intimacy_scales.cli.saying import Voice, responses_head, rows_said

if TYPE_CHECKING:
    from intimacy_scales.analysis.structure import Structure
    from intimacy_scales.output.report import Report
    from intimacy_scales.reading.responses.model import Responses
    from intimacy_scales.scoring.given import PerScore

EACH = ("person", "couple")
VIEWS = ("both", "a", "b", "each")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Whose report, and what its figures may rest on."""

    out: Path | None = None
    person: str | None = None
    after: Path | None = None
    time: str | None = None
    couple: str | None = None
    couple_column: str | None = None
    partner_column: str | None = None
    view: str = "both"
    each: str | None = None
    key: Path | None = None
    pdf: bool = False
    structure: bool = False
    group: str | None = None
    norm: str | None = None
    level: float = 0.9
    devices: bool = False
    sd: PerScore = None
    reliability: PerScore = None
    min_answered: int | None = None

    @property
    def of_somebody(self) -> bool:
        """Whether it is a person's or a couple's report: its JSON tells of nobody else."""
        return self.person is not None or self.couple is not None

    @property
    def columns(self) -> dict[str, Any]:
        """The columns that name couple and partner, and when, as :func:`build_report` takes them."""
        return {"couple_column": self.couple_column, "partner_column": self.partner_column, "time": self.time}


def run(reading: Reading, wishes: Wishes, voice: Voice) -> None:
    """Write the report, or one for each; with ``--json`` what it says too."""
    _refuse(wishes)
    voice.ready()
    if wishes.each is not None:
        _run_each(reading, wishes, voice)
        return
    suffix = ".pdf" if wishes.pdf else ".html"
    out = wishes.out or Path(f"report-{secrets.token_hex(8)}{suffix}")  # a name that reveals nobody
    may_write(out, force=voice.force, inputs=voice.inputs)
    responses, after = _read(reading, wishes)
    made = _built(responses, after, wishes)
    written = made.save(out, force=voice.force, inputs=voice.inputs)
    voice.tell(rows_said(responses))
    voice.tell(made)
    voice.tell(f"written: {written}")
    voice.record(_record(responses, wishes, made, written))


def _read(reading: Reading, wishes: Wishes) -> tuple[Responses, Responses | None]:
    after = None if wishes.after is None else responses_of(replace(reading, export=wishes.after))
    return responses_of(reading), after


def _built(responses: Responses, after: Responses | None, wishes: Wishes) -> Report:
    from intimacy_scales.output.report import build_report
    from intimacy_scales.scoring import score_responses

    scores = score_responses(responses, min_answered=wishes.min_answered)
    later = None if after is None else score_responses(after, min_answered=wishes.min_answered)
    return build_report(
        scores,
        person=wishes.person,
        after=later,
        couple=wishes.couple,
        view=cast("Any", wishes.view),
        structure=_structures(responses, wishes),
        norm=wishes.norm,
        level=wishes.level,
        devices=wishes.devices,
        sd=wishes.sd,
        error_reliability=wishes.reliability,
        **wishes.columns,
    )


def _structures(responses: Responses, wishes: Wishes) -> list[Structure]:
    """Return the structure of every bank in its first administration, where it was asked for."""
    if not wishes.structure:
        return []
    from intimacy_scales.analysis.structure import structure_of

    return [structure_of(responses, bank, group=wishes.group) for bank in responses.banks]


def _run_each(reading: Reading, wishes: Wishes, voice: Voice) -> None:
    from intimacy_scales.output.report import write_reports
    from intimacy_scales.scoring import score_responses

    if wishes.out is None:
        raise ResponseError(Problem(where="--each", what="needs a folder", do="say --out DIR"))
    responses, after = _read(reading, wishes)
    scores = score_responses(responses, min_answered=wishes.min_answered)
    written = write_reports(
        scores,
        wishes.out,
        who=cast("Any", f"{wishes.each}s"),
        suffix=".pdf" if wishes.pdf else ".html",
        key=wishes.key,
        view=cast("Any", wishes.view),
        after=None if after is None else score_responses(after, min_answered=wishes.min_answered),
        quiet=voice.quiet,
        norm=wishes.norm,
        level=wishes.level,
        devices=wishes.devices,
        sd=wishes.sd,
        reliability=wishes.reliability,
        **wishes.columns,
    )
    voice.tell(rows_said(responses))
    voice.tell(written)
    voice.record({**responses_head("report", responses), "written": [str(path) for path in written.files]})


def _refuse(wishes: Wishes) -> None:
    """Refuse options that do not go together, all at once."""
    problems = []
    if wishes.each is not None and wishes.each not in EACH:
        problems.append(Problem(where="--each", what=f"is {wishes.each!r}", allowed=" or ".join(EACH)))
    if wishes.view not in VIEWS:
        problems.append(Problem(where="--view", what=f"is {wishes.view!r}", allowed=", ".join(VIEWS)))
    elif wishes.view == "each" and wishes.each != "couple":
        problems.append(Problem(where="--view each", what="is for --each couple", allowed="both, a or b"))
    if wishes.each is not None and wishes.of_somebody:
        problems.append(Problem(where="--each", what="asks for all, and one was named", allowed="one of the two"))
    if wishes.key is not None and wishes.each is None:
        problems.append(Problem(where="--key", what="is for --each", allowed="with --each person or couple"))
    if wishes.structure and (wishes.of_somebody or wishes.each is not None):
        problems.append(Problem(where="--structure", what="is for a sample", allowed="without --person or --couple"))
    if wishes.pdf and wishes.out is not None and wishes.each is None and wishes.out.suffix.lower() != ".pdf":
        problems.append(Problem(where=str(wishes.out), what="is no name of a PDF", allowed="a name that ends in .pdf"))
    if problems:
        raise ResponseError(problems)


def _record(responses: Responses, wishes: Wishes, made: Report, written: Path) -> dict[str, Any]:
    """Return the JSON: of a sample its scores' summary, of a person or couple only what their report may show."""
    head = responses_head("report", responses)
    if wishes.of_somebody:
        # a person's file tells of nobody else: no remarks on other rows, and no name of a file that may name both
        hidden: dict[str, Any] = {"rows_set_aside": []} | ({"path": None} if wishes.view != "both" else {})
        head = {**head, "input": {**head["input"], **hidden}, "warnings": []}
    return {**head, "written": str(written), **made.facts}
