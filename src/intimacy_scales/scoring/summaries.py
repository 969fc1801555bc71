"""Scores of any number of persons as their summary: n, mean, SD, ends, the unscored; batches add up to the whole."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from intimacy_scales.base import wording
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.scoring.scores import ScaleScores, Scores, range_words


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleSummary:
    """One score of a batch or of all: how many have it, their mean, squares about it, ends, and how many lack it."""

    bank: str
    column: str
    key: str
    label: str
    possible: tuple[float, float]
    n: int
    unscored: int
    mean: float
    squares: float
    """Sum of squared differences from the mean."""
    low: float
    high: float
    not_scored: int | None = None
    """Answers that count nothing; ``None`` where the bank has no such option."""

    def __add__(self, other: ScaleSummary) -> ScaleSummary:
        """Merge two batches (Chan, Golub & LeVeque, 1979): no large squares are subtracted from one another."""
        beside = None if self.not_scored is None else self.not_scored + (other.not_scored or 0)
        if not other.n or not self.n:
            more = self if self.n else other
            return replace(more, unscored=self.unscored + other.unscored, not_scored=beside)
        n, apart = self.n + other.n, other.mean - self.mean
        return replace(
            self, n=n, unscored=self.unscored + other.unscored, mean=self.mean + apart * other.n / n,
            squares=self.squares + other.squares + apart * apart * self.n * other.n / n,
            low=min(self.low, other.low), high=max(self.high, other.high), not_scored=beside,
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return n, mean, SD, ends, number unscored and the possible range, as :meth:`ScaleScores.to_dict` does."""
        return json_dict(
            {
                "n": self.n,
                "mean": self.mean if self.n else None,
                "sd": math.sqrt(self.squares / (self.n - 1)) if self.n > 1 else None,
                "min": self.low if self.n else None,
                "max": self.high if self.n else None,
                "unscored": self.unscored,
                "possible": list(self.possible),
                **({} if self.not_scored is None else {"answers_not_scored": self.not_scored}),
            }
        )


def summary_of(part: ScaleScores) -> ScaleSummary:
    """Return the summary of one score."""
    blank = np.isnan(part.values)
    known = part.values[~blank] if blank.any() else part.values
    mean = float(known.mean()) if len(known) else math.nan
    return ScaleSummary(
        bank=part.bank.id, column=part.column, key=part.key, label=part.label, possible=part.possible, n=len(known),
        unscored=len(part.values) - len(known), mean=mean, squares=float(np.square(known - mean).sum()),
        low=float(known.min()) if len(known) else math.nan, high=float(known.max()) if len(known) else math.nan,
        not_scored=None if part.not_scored is None else int(part.not_scored.sum()),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreSummaries(Shown):
    """What is to be said of the scores of a sample, whose rows were written as they came."""

    parts: tuple[ScaleSummary, ...]
    notes: tuple[str, ...] = ()

    def __add__(self, other: ScoreSummaries) -> ScoreSummaries:
        """Merge two batches."""
        return replace(self, parts=tuple(a + b for a, b in zip(self.parts, other.parts, strict=True)))

    def table(self) -> Any:
        """Return one row a score as a pandas frame."""
        import pandas as pd

        return pd.DataFrame([{"scale": part.column, **part.to_dict()} for part in self.parts])

    def to_dict(self) -> dict[str, Any]:
        """Return ``{BANK: {SCALE: {n, mean, sd, min, max, unscored, possible}}}``, JSON-safe, full precision."""
        entries: dict[str, dict[str, Any]] = {}
        for part in self.parts:
            entries.setdefault(part.bank, {})[part.key] = part.to_dict()
        return entries

    def apa(self) -> str:
        """Return a sentence a score: n, mean and SD."""
        return "\n".join(_sentence(part) for part in self.parts)

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one line a score, rounded."""
        return lines_of(self.parts)


def _sentence(part: ScaleSummary) -> str:
    found = part.to_dict()
    if not part.n:
        return f"{part.label}: nobody could be scored."
    spread = "" if found["sd"] is None else f", SD = {wording.figure(found['sd'])}"
    missing = f"; {part.unscored} without a score" if part.unscored else ""
    return (
        f"{part.label}: M = {wording.figure(part.mean)}{spread} (n = {part.n}, possible {range_words(part)}{missing})."
    )


def lines_of(parts: Sequence[ScaleSummary | ScaleScores]) -> list[list[str]]:
    """Return the table of summaries for eyes, the head first."""
    lines = [["scale", "n", "mean", "SD", "min", "max", "unscored", "possible"]]
    for part in parts:
        found = part.to_dict()
        figures = [wording.figure(found[name], none="") for name in ("mean", "sd", "min", "max")]
        lines.append([part.column, str(found["n"]), *figures, str(found["unscored"]), range_words(part)])
    return lines


def summaries_of(scores: Scores) -> ScoreSummaries:
    """Return the summaries of scores."""
    return ScoreSummaries(parts=tuple(summary_of(part) for part in scores.parts), notes=scores.notes)
