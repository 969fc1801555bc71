"""What is to be minded of tips: how they were compared, what was withheld, what cannot be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from intimacy_scales.norms import Standings
from intimacy_scales.scoring import Scores
from intimacy_scales.tips.compare import LEAST_ANSWERS
from intimacy_scales.tips.comparison import Column, Comparison
from intimacy_scales.tips.reading import Reading, looks_idealised

TOGETHER = (
    "beyond measurement error: of the gaps of a person (rule 1), and of their areas against each other (rule 3), one "
    "stands out only where the level of the intervals holds for all of them together (Sidak); the intervals shown are "
    "each by itself, and so are the comparisons of rules 2 and 4: among many, some stand out by chance"
)


def notes_of(
    scores: Scores, standings: Standings | None, columns: Mapping[str, Column], banks: frozenset[str]
) -> tuple[str, ...]:
    """Return what is to be minded of everybody's tips."""
    notes = [TOGETHER]
    for bank in (one for one in scores.responses.banks if one.id in banks):
        certainty = bank.certainty
        if "unconfirmed" in {certainty.map, certainty.keys, certainty.options}:
            notes.append(f"{bank.name}: {certainty.check}")
    if standings is not None:
        notes += [*standings.notes, *_refused(standings)]
    for column in (one for one in columns.values() if one.part.bank.id in banks):
        notes += [f"{column.part.column}: {note}" for note in column.error.notes]
    return tuple(dict.fromkeys(notes))


def _refused(standings: Standings) -> list[str]:
    """Say why scores have no standing, each reason once; that gaps have none needs no word."""
    why: dict[str, list[str]] = {}
    for one in standings.refused:
        if standings.scores[one.column].derived is None:
            why.setdefault(one.why, []).append(one.column)
    return [f"no standing of {', '.join(columns)}: {reason}" for reason, columns in why.items()]


def cautions(
    columns: Sequence[Column], comparisons: Sequence[Comparison], readings: Mapping[str, Reading], row: int
) -> list[str]:
    """Say what was withheld, what has no interval and what follows from that, and where answers may be idealised."""
    found = [said for column in columns if (said := _caution(column, readings.get(column.part.column), row))]
    own = [one for one in comparisons if one.rule == 3]
    if any(np.isfinite(one.value[row]) for one in own) and not any(one.known[row] for one in own):
        found.append(
            "whether an area lies below your other areas cannot be told: "
            "how sure a score is must be known for each of them"
        )
    return found


def _caution(column: Column, read: Reading | None, row: int) -> str:
    part = column.part
    withheld = part.why_withheld(row)
    if looks_idealised(part, float(column.average[row])):
        return f"{part.scale.name}: your answers paint a very bright picture, so they may be idealised"
    if withheld is not None:
        return f"{part.scale.name}: no score ({withheld})"
    if part.answered[row] < LEAST_ANSWERS:
        return f"{part.scale.name}: one answer only; nothing follows from it"
    if np.isnan(column.error.sem[row]) and part.scale.role != "idealisation":
        every = f"{read.every}; " if read is not None and read.every else ""
        return (
            f"{part.scale.name}: {every}all answers are equal, so how sure the score is cannot be told from them alone"
        )
    return ""
