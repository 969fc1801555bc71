"""``norms``: from a sample to a norm file that ``--norm`` takes at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.files import may_write, write_text
from intimacy_scales.cli.intake import Reading, responses_of
from intimacy_scales.cli.saying import Voice, responses_head, rows_said

if TYPE_CHECKING:
    from intimacy_scales.analysis.norms import LocalNorms
    from intimacy_scales.scoring import Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the norm file is to say."""

    out: Path
    by: Sequence[str] = ()
    sample: str | None = None
    year: int | None = None
    country: str | None = None
    weights: str | None = None
    over: str | None = None
    step: int = 5
    min_answered: int | None = None


def run(reading: Reading, wishes: Wishes, voice: Voice) -> None:
    """Make norms of every bank asked for and write a file a bank."""
    from intimacy_scales.scoring import score_responses

    voice.ready()
    may_write(wishes.out, force=voice.force, inputs=voice.inputs)
    responses = responses_of(reading)
    scores = score_responses(responses, min_answered=wishes.min_answered)
    made = {bank.id: _norms(scores, bank.id, wishes, reading) for bank in responses.banks}
    targets = {bank: _target(wishes.out, bank, alone=len(made) == 1) for bank in made}
    for target in targets.values():
        may_write(target, force=voice.force, inputs=voice.inputs)
    for bank, norms in made.items():
        write_text(targets[bank], norms.dumps())
    _say(voice, rows_said(responses), responses.notes, made, targets)
    voice.record(
        {
            **responses_head("norms", responses),
            "norms": {bank: norms.to_dict() for bank, norms in made.items()},
            "written": {bank: str(target) for bank, target in targets.items()},
        }
    )


def _norms(scores: Scores, bank_id: str, wishes: Wishes, reading: Reading) -> LocalNorms:
    from intimacy_scales.analysis.norms import continuous_norms, norms_from

    said: dict[str, Any] = {
        "sample": wishes.sample or f"the respondents of {reading.export.name} (the sample was not described)",
        "year": wishes.year,
        "country": wishes.country,
    }
    if wishes.over is None:
        return norms_from(scores, bank_id, by=wishes.by, weights=wishes.weights, **said)
    if wishes.by or wishes.weights:
        raise ResponseError(
            Problem(where="--over", what="was said together with --by or --weights", allowed="one way of making norms")
        )
    return continuous_norms(scores, wishes.over, step=wishes.step, bank=bank_id, **said)


def _target(out: Path, bank: str, *, alone: bool) -> Path:
    """Return the file of a bank's norms: a norm file is of one bank, so several get the bank's id in the name."""
    return out if alone else out.with_name(f"{out.stem}_{bank}{out.suffix}")


def _say(voice: Voice, rows: str, notes: Sequence[str], made: dict[str, LocalNorms], targets: dict[str, Path]) -> None:
    voice.tell(rows)
    for note in notes:
        voice.remark(f"note: {note}")
    for bank, norms in made.items():
        voice.tell(norms)
        voice.tell(f"written: {targets[bank]}; use it with --norm {targets[bank]}")
