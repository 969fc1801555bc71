"""What every kind of study that can be planned is: a truth, a size, and whether a simulated study of it succeeds."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Protocol

import numpy as np

from intimacy_scales.analysis.power.curve import BoolArray
from intimacy_scales.base.errors import Problem, ResponseError


class Study(Protocol):
    """A study to be planned."""

    @property
    def unit(self) -> str:
        """What is counted: ``person`` or ``couple``."""

    @property
    def least(self) -> int:
        """Smallest size that can be analysed."""

    @property
    def question(self) -> str:
        """What a successful study shows, in a sentence."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What to mind."""

    def trial(self, n: int, draws: int, rng: np.random.Generator) -> BoolArray:
        """Simulate studies of ``n`` units; return whether each succeeded."""

    def truth(self) -> dict[str, Any]:
        """Return what was taken as true, JSON-safe."""


def check_shares(study: Any, **limits: tuple[float, float]) -> None:
    """Refuse settings outside their limits, all at once."""
    wrong = [
        Problem(where=name, what=f"is {value:g}", allowed=f"{low:g} to {high:g}")
        for name, (low, high) in limits.items()
        if (value := getattr(study, name)) is not None and not low <= value <= high
    ]
    if wrong:
        raise ResponseError(wrong)


def settings_of(kind: type) -> tuple[str, ...]:
    """Return the settings that a kind of study takes."""
    return tuple(one.name for one in fields(kind) if one.init and not one.name.startswith("_"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunks:
    """How many studies are simulated at once, so that their answers fit into memory."""

    cells: int = 4_000_000

    def sizes(self, draws: int, per_study: int) -> list[int]:
        """Return the sizes of the chunks."""
        most = max(1, self.cells // max(per_study, 1))
        return [min(most, draws - done) for done in range(0, draws, most)]
