"""``structure``: what the answers of a bank are made of, and whether they are that in every group."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from intimacy_scales.cli.intake import Reading, responses_of
from intimacy_scales.cli.saying import Voice, responses_head, rows_said


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is to be computed, as the options said it."""

    group: str | None = None
    estimator: str = "ml"
    missing: str = "fiml"
    factors: int | None = None
    rotation: str = "oblimin"
    extraction: str = "minres"
    variant: str = "correlated"
    form: str | None = None
    irt: bool = False
    seed: int = 1


def run(reading: Reading, wishes: Wishes, voice: Voice) -> None:
    """Compute and tell the structure of one bank's answers."""
    from intimacy_scales.analysis.structure import structure_of

    voice.ready()
    responses = responses_of(reading)
    options: dict[str, Any] = asdict(wishes)  # words are checked where they are used
    found = structure_of(responses, responses.banks[0], **options)
    voice.tell(rows_said(responses))
    for note in responses.notes:
        voice.remark(f"note: {note}")
    voice.tell(found)
    voice.record({**responses_head("structure", responses, found.notes), **found.to_dict()})
