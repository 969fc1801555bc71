"""What a reliable change rests on: which reliability, which SD, why these, and which not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from intimacy_scales.analysis.change.formulas import sem_of
from intimacy_scales.analysis.reliability.sources import Chosen, Kind
from intimacy_scales.base.results import json_dict
from intimacy_scales.scoring.given_figures import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityUsed:
    """The reliability and SD that were used, why, and what else there was."""

    kind: Kind
    reliability: Figure
    sd: Figure
    mean: Figure | None
    why: str
    not_used: tuple[str, ...]

    @property
    def sem(self) -> float:
        """``SD sqrt(1 - r)`` on the metric of the score."""
        return sem_of(self.sd.value, self.reliability.value)

    def __str__(self) -> str:
        return f"{self.reliability}; {self.sd}; {self.why}"

    def to_dict(self) -> dict[str, Any]:
        """Return reliability (its value first), SD and reasons, JSON-safe."""
        return json_dict(
            {
                **self.reliability.to_dict(),
                "kind": self.kind,
                "why": self.why,
                "sd": self.sd.to_dict(),
                "mean": None if self.mean is None else self.mean.to_dict(),
                "not_used": self.not_used,
            }
        )


def used_of(chosen: Chosen) -> ReliabilityUsed | None:
    """Return the source that was chosen, ``None`` where none was."""
    one = chosen.source
    if one is None or one.reliability is None or one.sd is None:
        return None
    return ReliabilityUsed(
        kind=one.kind, reliability=one.reliability, sd=one.sd, mean=one.mean, why=one.why, not_used=chosen.not_used
    )
