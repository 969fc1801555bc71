"""What tips for two look like: an area of both partners, and all areas."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from intimacy_scales.bank import in_text
from intimacy_scales.couples.two import ScaleOfTwo
from intimacy_scales.results import Shown, json_dict
from intimacy_scales.tips.model import Help, Tip

Status = Literal["start here", "talk about it", "keep", "nothing stands out", "cannot tell"]
#: the four things that can be said of an area, in the order in which they are told
ORDER: tuple[Status, ...] = ("start here", "talk about it", "keep", "nothing stands out", "cannot tell")


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaForTwo:
    """One area of two partners: what is said of it, why, and the tips that speak to it."""

    score: ScaleOfTwo = field(repr=False)
    status: Status
    by: Literal["wishes", "average answers"]
    who: tuple[str, ...]
    """Partners whose answers stand out (wish for more, or lie on the concerning side)."""
    said: str
    why: str
    urgency: float
    tips: tuple[Tip, ...] = ()

    @property
    def column(self) -> str:
        """Name of the score without a partner's suffix."""
        return self.score.column

    def lines(self) -> list[str]:
        """Return the area in plain words, each tip with its evidence and its limits."""
        found = [f"{self.score.scale.name}. {self.said} {self.why}".rstrip()]
        for tip in self.tips:
            found.append(f"   {tip.name}. {tip.advice}")
            found += [
                f"   How sure: {one.strength} ({in_text(one.study)}; {one.sample}). {one.found} But: {one.limits}"
                for one in tip.evidence
            ]
            found += [f"   How sure: {tip.no_study}"] if tip.no_study else []
            found.append(f"   To try this week: {tip.try_this}")
            found += [f"   Mind: {' '.join(tip.never)}"] if tip.never else []
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return the area JSON-safe at full precision."""
        return json_dict(
            {
                "score": self.column,
                "name": self.score.scale.name,
                "status": self.status,
                "by": self.by,
                "who": list(self.who),
                "said": self.said,
                "why": self.why,
                "tips": [
                    tip.model_dump(mode="json", exclude={"speaks_to", "needs", "wish_first"}) for tip in self.tips
                ],
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TipsForTwo(Shown):
    """What two partners may do together. It speaks of both: for both to read, and for whoever works with them."""

    areas: tuple[AreaForTwo, ...]
    help: Help = field(repr=False)
    never: tuple[str, ...] = field(repr=False)
    level: float
    notes: tuple[str, ...] = ()

    def of(self, status: Status) -> tuple[AreaForTwo, ...]:
        """Return the areas of which this is said."""
        return tuple(area for area in self.areas if area.status == status)

    @property
    def tips(self) -> tuple[Tip, ...]:
        """Every tip given, at most three."""
        return tuple(tip for area in self.areas for tip in area.tips)

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe at full precision."""
        return json_dict(
            {
                "level": self.level,
                "areas": [area.to_dict() for area in self.areas],
                "notes": list(self.notes),
                "help": self.help.model_dump(mode="json"),
                "never": list(self.never),
            }
        )

    def rows_for_eyes(self) -> list[list[str]]:
        """Return a line an area."""
        lines = [[area.score.scale.name, area.status, ", ".join(tip.name for tip in area.tips)] for area in self.areas]
        return [["area", "for two", "tips"], *lines]

    def __str__(self) -> str:
        said = [line for area in self.areas for line in area.lines()]
        safety = [self.help.when, *(f"- {line}" for line in self.help.lines)]
        return "\n".join([*said, *safety, *self.never, *(f"note: {note}" for note in self.notes)])
