"""``score``: an export in, a table of scores out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.files import may_write
from intimacy_scales.cli.careless_said import careless_of, careless_table
from intimacy_scales.cli.intake import Reading, all_responses_of, without_careless
from intimacy_scales.cli.saying import Voice, responses_head, rows_said
from intimacy_scales.cli.sheet import scored_sheet
from intimacy_scales.output.writing import Sheet, suffix_of, write_sheet

if TYPE_CHECKING:
    from intimacy_scales.analysis.careless import Careless
    from intimacy_scales.analysis.norms import Standings
    from intimacy_scales.scoring import Combine, Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the scored file is to hold."""

    out: Path
    keep: Sequence[str] = ()
    answers: bool = False
    careless: bool = False
    combine: str = "bank"
    min_answered: int | None = None
    norm: str | None = None
    attributes: Mapping[str, str] | None = None
    level: float = 0.9


def run(reading: Reading, wishes: Wishes, voice: Voice) -> None:
    """Score an export and write the table."""
    from intimacy_scales.scoring import score_responses

    voice.ready()
    suffix_of(wishes.out)
    may_write(wishes.out, force=voice.force, inputs=voice.inputs)
    combine = _combine(wishes.combine)
    read = all_responses_of(reading)
    careless = careless_of(read) if wishes.careless else None  # of every row, before any is set aside
    responses = without_careless(read, reading)
    scores = score_responses(responses, min_answered=wishes.min_answered, combine=combine)
    standings = _standings(scores, wishes)
    write_sheet(sheet_of(scores, wishes, standings, careless), wishes.out, force=voice.force, inputs=voice.inputs)
    voice.tell(rows_said(responses))
    for note in responses.notes:
        voice.remark(f"note: {note}")
    voice.tell(scores)
    if standings is not None:
        voice.tell(standings)
    if careless is not None:
        voice.tell(f"\n{careless_table(careless)}")
    voice.tell(f"written: {wishes.out}")
    more = {} if careless is None else {"careless": careless.to_dict()}
    if standings is not None:
        more |= {"standing": standings.to_dict()}
    head = responses_head("score", responses, _refusals(standings))
    voice.record({**head, "scores": scores.to_dict(), **more, "written": str(wishes.out)})


def _combine(word: str) -> Combine:
    if word not in ("bank", "sum", "mean"):
        raise ResponseError(Problem(where="--combine", what=f"is {word!r}", allowed="bank, sum or mean"))
    return cast("Combine", word)


def _standings(scores: Scores, wishes: Wishes) -> Standings | None:
    if wishes.norm is None and wishes.attributes is None:
        return None
    from intimacy_scales.analysis.norms import standing

    return standing(scores, norm=wishes.norm, level=wishes.level, attributes=wishes.attributes)


def _refusals(standings: Standings | None) -> list[str]:
    """Return what a norm could not say, for the warnings: a standing that is not there is said, not left out."""
    return [] if standings is None else [f"no standing of {one.column}: {one.why}" for one in standings.refused]


def sheet_of(
    scores: Scores, wishes: Wishes, standings: Standings | None = None, careless: Careless | None = None
) -> Sheet:
    """Return the table of scores that was wished for, with a description of every column."""
    return scored_sheet(scores, keep=wishes.keep, answers=wishes.answers, standings=standings, careless=careless)
