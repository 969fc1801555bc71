"""What an analysis takes for granted, and what the data say to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from intimacy_scales.base.results import json_dict

Verdict = Literal["no sign against it", "doubtful", "cannot be told"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """One thing taken for granted: its name, what was looked at, and the verdict. Unknown is not no."""

    name: str
    finding: str
    verdict: Verdict

    def __str__(self) -> str:
        return f"{self.name}: {self.finding} ({self.verdict})"

    def to_dict(self) -> dict[str, Any]:
        """Return the assumption JSON-safe."""
        return json_dict({"assumption": self.name, "finding": self.finding, "verdict": self.verdict})


def assumption(name: str, finding: str, *, doubtful: bool | None) -> Assumption:
    """Return an assumption; ``doubtful`` is ``None`` where it cannot be told."""
    verdict: Verdict = "cannot be told" if doubtful is None else "doubtful" if doubtful else "no sign against it"
    return Assumption(name=name, finding=finding, verdict=verdict)


def assumption_lines(checked: Sequence[Assumption]) -> list[str]:
    """Return lines for a terminal: the doubtful and what cannot be told one by one, the others in one."""
    order = ("doubtful", "cannot be told")
    lines = [f"  {one}" for verdict in order for one in checked if one.verdict == verdict]
    fine = _together([one.name for one in checked if one.verdict not in order])
    return [*lines, f"  no sign against: {'; '.join(fine)}"] if fine else lines


def _together(names: Sequence[str]) -> list[str]:
    """Return names with those of one form ("emotional: even spread") put together by what they are of."""
    of: dict[str, list[str]] = {}
    for name in names:
        owner, _, what = name.rpartition(": ")
        of.setdefault(what, []).extend([owner] if owner else [])
    alike: dict[tuple[str, ...], list[str]] = {}
    for what, owners in of.items():
        alike.setdefault(tuple(owners), []).append(what)
    return [
        f"{', '.join(whats)} ({', '.join(owners)})" if owners else "; ".join(whats) for owners, whats in alike.items()
    ]
