"""``change``: two occasions of the same persons: how far they agree, and who changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intimacy_scales.cli.figures import per_score, population
from intimacy_scales.cli.intake import Joining, Reading, responses_of
from intimacy_scales.cli.saying import Voice, responses_head, rows_said, table_of

if TYPE_CHECKING:
    from intimacy_scales.analysis.change import Change
    from intimacy_scales.reading.responses.model import Responses


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the options said about change; figures are still text: ``4.2``, or ``eis_total=4.2``."""

    after: Path | None = None
    time: str | None = None
    interval: str | None = None
    sd: Sequence[str] = ()
    reliability: Sequence[str] = ()
    mean: Sequence[str] = ()
    practice: Sequence[str] = ()
    cutoff: Sequence[str] = ()
    clinical: str | None = None
    functional: str | None = None
    by_row: bool = False
    level: float = 0.95
    min_answered: int | None = None


def run(reading: Reading, wishes: Wishes, voice: Voice) -> None:
    """Read one file or two, join the persons, and tell and record what changed."""
    voice.ready()
    figures = _figures(wishes)
    before = responses_of(reading)
    after = None if wishes.after is None else responses_of(replace(reading, export=wishes.after, joining=Joining()))
    found = _changed(
        before, after, wishes, figures, (reading.export.name, "" if wishes.after is None else wishes.after.name)
    )
    _say(voice, [one for one in (before, after) if one is not None], found)
    told = [str(problem) for problem in found.problems]
    head = responses_head("change", before, [*(() if after is None else after.notes), *told])
    extra = {} if after is None else {"input_after": table_of(after.table)}
    voice.record({**head, **extra, "occasions": found.occasions, "level": found.level, "change": found.to_dict()})


def _figures(wishes: Wishes) -> dict[str, Any]:
    return {
        "sd": per_score("--sd", wishes.sd),
        "reliability": per_score("--reliability", wishes.reliability),
        "mean": per_score("--mean", wishes.mean),
        "practice": per_score("--practice", wishes.practice),
        "cutoff": per_score("--cutoff", wishes.cutoff),
        "clinical": population("--clinical", wishes.clinical),
        "functional": population("--functional", wishes.functional),
        "interval": wishes.interval,
        "level": wishes.level,
    }


def _changed(
    before: Responses, after: Responses | None, wishes: Wishes, figures: dict[str, Any], names: tuple[str, str]
) -> Change:
    from intimacy_scales.analysis.change import change_over_time, reliable_change
    from intimacy_scales.scoring import score_responses

    first = score_responses(before, min_answered=wishes.min_answered)
    if after is None:
        return change_over_time(first, time=wishes.time, **figures)
    second = score_responses(after, min_answered=wishes.min_answered)
    if names[0] == names[1]:
        names = ("BEFORE", "AFTER")
    return reliable_change(first, second, time=wishes.time, by_row=wishes.by_row, names=names, **figures)


def _say(voice: Voice, read: Sequence[Responses], found: Change) -> None:
    for responses in read:
        voice.tell(rows_said(responses))
        for note in responses.notes:
            voice.remark(f"note: {note}")
    voice.tell(found)
    if any(len(part.ids) > 1 for part in found.parts):
        for part in found.parts:
            voice.tell(f"\n{part.column}, person by person")
            voice.tell(_persons(part.rows_for_eyes()))


def _persons(lines: list[list[str]]) -> str:
    """Return the persons' table, the first rows of a long one."""
    from intimacy_scales.base.results import HTML_ROWS, text_table

    more = len(lines) - 1 - HTML_ROWS
    shown = text_table(lines[: HTML_ROWS + 1])
    return shown if more <= 0 else f"{shown}\nand {more} more persons: all are in --json FILE"
