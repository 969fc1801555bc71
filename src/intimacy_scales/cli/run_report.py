"""``report``: one self-contained page, of the sample or of one person."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intimacy_scales.cli.intake import Reading, responses_of
from intimacy_scales.cli.saying import Voice, responses_head, rows_said
from intimacy_scales.files import may_write

if TYPE_CHECKING:
    from intimacy_scales.responses.model import Responses
    from intimacy_scales.scoring import ScaleScores, Scores
    from intimacy_scales.scoring.given import PerScore


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """Whose report, and what its figures may rest on."""

    out: Path | None = None
    person: str | None = None
    norm: str | None = None
    level: float = 0.9
    devices: bool = False
    sd: PerScore = None
    reliability: PerScore = None
    min_answered: int | None = None


def run(reading: Reading, wishes: Wishes, voice: Voice) -> None:
    """Write the report; with ``--json`` what it says too."""
    from intimacy_scales.report import build_report
    from intimacy_scales.scoring import score_responses

    voice.ready()
    out = wishes.out or Path(f"report-{secrets.token_hex(3)}.html")  # a name that reveals nobody
    may_write(out, force=voice.force, inputs=voice.inputs)
    responses = responses_of(reading)
    scores = score_responses(responses, min_answered=wishes.min_answered)
    made = build_report(
        scores,
        person=wishes.person,
        norm=wishes.norm,
        level=wishes.level,
        devices=wishes.devices,
        sd=wishes.sd,
        error_reliability=wishes.reliability,
    )
    written = made.save(out, force=voice.force, inputs=voice.inputs)
    voice.tell(rows_said(responses))
    voice.tell(made)
    voice.tell(f"written: {written}")
    voice.record(_record(scores, wishes, responses, written))


def _record(scores: Scores, wishes: Wishes, responses: Responses, written: Path) -> dict[str, Any]:
    """Return the JSON: of a sample its scores' summary, of a person only that person's own scores and tips."""
    if wishes.person is None:
        return {**responses_head("report", responses), "written": str(written), "scores": scores.to_dict()}
    from intimacy_scales.report import voice_of
    from intimacy_scales.tips import suggest_tips

    who = voice_of(responses, wishes.person)
    tips = suggest_tips(
        scores,
        norm=wishes.norm,
        level=wishes.level,
        devices=wishes.devices,
        person=who.row,
        sd=wishes.sd,
        reliability=wishes.reliability,
    )
    parts = [part for part in scores.parts if part.sitting.partner == who.partner]
    own = {
        "scores": {part.column: _own_score(part, who.row) for part in parts},
        "tips": [one.to_dict() for one in tips.of(who.row) if one.partner == who.partner],
    }
    return {**_person_head(responses), "written": str(written), "person": own}


def _own_score(part: ScaleScores, row: int) -> dict[str, Any]:
    return {
        "score": float(part.values[row]),
        "answered": int(part.answered[row]),
        "possible": list(part.possible),
        "withheld": part.why_withheld(row),
    }


def _person_head(responses: Responses) -> dict[str, Any]:
    """Return the head without remarks on other rows: a person's file tells of nobody else."""
    head = responses_head("report", responses)
    head["input"]["rows_set_aside"] = []
    return {**head, "warnings": []}
