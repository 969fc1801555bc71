"""Figures that are given from outside about scores: a reliability, an SD, a level; checked once, for every room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.results import json_dict
from intimacy_scales.base.wording import coefficient, figure
from intimacy_scales.scoring.scores import ScaleScores, Scores

OF_SCORES = frozenset({"SD", "mean"})  # figures on the metric of a score; all others cannot pass 1
PerScore = float | Mapping[str, float] | None
"""One figure for every score, or score column to figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A reliability or an SD: its value, what it is, and whose."""

    value: float
    what: str
    """``alpha``, ``test_retest``, ``SD`` ..."""
    whose: str

    def __str__(self) -> str:
        said = coefficient(self.value) if abs(self.value) <= 1 and self.what not in OF_SCORES else figure(self.value)
        return f"{self.what.replace('_', '-')} {said} ({self.whose})"

    def to_dict(self) -> dict[str, Any]:
        """Return the figure JSON-safe."""
        return json_dict({"value": self.value, "what": self.what, "whose": self.whose})


def given_for(given: PerScore, column: str) -> float | None:
    """Return the figure given for a score column, ``None`` when none was."""
    return given.get(column) if isinstance(given, Mapping) else given


def check_given(scores: Scores, *, sd: PerScore, reliability: PerScore) -> None:
    """Refuse figures that cannot be, all at once: a reliability outside [0, 1], an SD its score's range does not allow.

    One SD for scores on different metrics is refused too: nobody means that.
    """
    parts = {part.column: part for part in scores.parts if part.derived is None}
    problems = [
        Problem(where=where, what=f"is {value:g}", allowed="a number from 0 to 1")
        for where, value in _named("reliability", reliability).items()
        if not 0 <= value <= 1
    ]
    metrics = {part.rule.possible for part in parts.values()}
    if sd is not None and not isinstance(sd, Mapping) and len(metrics) > 1:
        problems.append(_one_sd_for_many(parts, sd, len(metrics)))
    else:
        problems += _sd_problems(parts, sd)
    for name, given in (("sd", sd), ("reliability", reliability)):
        unknown = [column for column in given if column not in parts] if isinstance(given, Mapping) else []
        problems += [
            Problem(where=f"{name} of {column}", what="there is no such score", allowed=", ".join(parts))
            for column in unknown
        ]
    if problems:
        raise ResponseError(problems)


def _one_sd_for_many(parts: Mapping[str, ScaleScores], sd: float, n_metrics: int) -> Problem:
    spans: dict[tuple[float, float], str] = {}
    for column, part in parts.items():
        spans.setdefault(part.rule.possible, column)
    ranges = ", ".join(f"{column} runs from {low:g} to {high:g}" for (low, high), column in spans.items())
    first = next(iter(parts))
    return Problem(
        where="sd",
        what=f"is {sd:g} for scores on {n_metrics} different metrics ({ranges})",
        allowed="one SD a score",
        do=f"name the score (sd={{'{first}': {sd:g}}}), or take one bank at a time",
    )


def _sd_problems(parts: Mapping[str, ScaleScores], sd: PerScore) -> list[Problem]:
    """Tell SDs that are not positive, or larger than two persons at the ends of the range would make them."""
    found = []
    for column, part in parts.items():
        value = given_for(sd, column)
        most = (part.rule.possible[1] - part.rule.possible[0]) / np.sqrt(2)
        if value is not None and not 0 < value <= most:
            where = f"sd of {column}" if isinstance(sd, Mapping) else "sd"
            found.append(
                Problem(
                    where=where,
                    what=f"is {value:g}",
                    allowed=f"above 0 and at most {most:.4g}, on the metric of the score",
                )
            )
    return list(dict.fromkeys(found))


def _named(name: str, given: PerScore) -> dict[str, float]:
    if given is None:
        return {}
    if isinstance(given, Mapping):
        return {f"{name} of {column}": value for column, value in given.items()}
    return {name: given}
