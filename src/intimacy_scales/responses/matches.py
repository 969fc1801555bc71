"""What was found out about the columns of a table: matches, suggestions, problems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from intimacy_scales.errors import Problem
from intimacy_scales.responses.model import Sitting
from intimacy_scales.responses.text import cut

How = Literal["map", "name", "question", "close question"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A column and the item it holds, how that was found, and how sure it is (0 to 1)."""

    column: str
    bank: str
    item: int
    sitting: Sitting
    how: How
    certainty: float = 1.0

    @property
    def slot(self) -> tuple[str, int, Sitting]:
        """What may stand once only: bank, item, sitting."""
        return self.bank, self.item, self.sitting

    def to_dict(self) -> dict[str, Any]:
        """Return the match in plain types."""
        s = self.sitting
        return {
            "column": self.column,
            "bank": self.bank,
            "item": self.item,
            "form": s.form,
            "partner": s.partner,
            "time": s.time,
            "how": self.how,
            "certainty": self.certainty,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A column whose question is like an item, not surely enough to be applied without a map."""

    column: str
    bank: str
    item: int
    certainty: float
    question: str
    text: str

    def __str__(self) -> str:
        return (
            f"{self.column!r} ({cut(self.question)!r}) is {self.certainty:.0%} like item {self.item} "
            f"of {self.bank} ({cut(self.text)!r})"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the suggestion in plain types."""
        return {
            "column": self.column,
            "bank": self.bank,
            "item": self.item,
            "certainty": self.certainty,
            "question": self.question,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Everything found out about the columns of a table."""

    matches: tuple[Match, ...]
    suggestions: tuple[Suggestion, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
