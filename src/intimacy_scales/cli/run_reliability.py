"""``reliability``: how consistent the answers of every scale are."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from intimacy_scales.cli.intake import Reading, responses_of
from intimacy_scales.cli.saying import Voice, responses_head, rows_said

if TYPE_CHECKING:
    from intimacy_scales.analysis.reliability.scale_reliability import Missing


def run(reading: Reading, voice: Voice, *, missing: str, level: float, seed: int) -> None:
    """Compute and tell the reliability of every scale of every bank and form."""
    from intimacy_scales.analysis.reliability import reliability_of

    voice.ready()
    responses = responses_of(reading)
    found = reliability_of(responses, missing=cast("Missing", missing), level=level, seed=seed)
    voice.tell(rows_said(responses))
    for note in responses.notes:
        voice.remark(f"note: {note}")
    voice.tell(found)
    for bank, scales in found.scales.items():
        for key, scale in scales.items():
            voice.tell(f"\n{bank}.{key}\n{scale}")
    voice.record(
        {
            **responses_head("reliability", responses, found.notes),
            "reliability": found.to_dict(),
            "differences": found.differences_to_dict(),
        }
    )
