"""What change looks like: score by score, person by person; for eyes, for JSON, as a frame, as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.change.cutoffs import Cutoff
from intimacy_scales.change.effects import PairedEffects
from intimacy_scales.change.formulas import CRITICAL, NAMES, Method, smallest_detectable
from intimacy_scales.change.retest import Estimate, Retest
from intimacy_scales.change.sources import Used
from intimacy_scales.change.trend import Trends
from intimacy_scales.errors import Problem, UnknownNameError
from intimacy_scales.results import Shown, json_dict, like_native

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One method's index, a value a person, and the word for each (``None`` where there is no index)."""

    method: Method
    values: FloatArray = field(repr=False)
    classes: tuple[str | None, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleChange(Shown):
    """Change of one score: how far its occasions agree, and who changed by more than measurement error.

    ``before`` and ``after`` hold a score a person (NaN: none). ``indices`` has Jacobson and Truax's first; empty where
    no reliability or SD was to be had. ``no_room``: persons so near the scale's end that a reliable improvement
    is impossible.
    """

    bank: ItemBank = field(repr=False)
    key: str
    column: str
    higher_means: str
    direction: int
    """1: higher is better; -1: lower is; 0: neither."""
    ids: tuple[str, ...] = field(repr=False)
    before: FloatArray = field(repr=False)
    after: FloatArray = field(repr=False)
    used: Used | None
    indices: tuple[Index, ...]
    retest: Retest | None
    effects: PairedEffects | None
    shares: Mapping[str, Estimate]
    no_room: NDArray[np.bool_] = field(repr=False)
    cutoff: Cutoff | None = None
    clinical: tuple[str | None, ...] = field(default=(), repr=False)
    trends: Trends | None = None
    notes: tuple[str, ...] = ()

    @property
    def sem(self) -> float | None:
        """Standard error of measurement that the reliable change rests on."""
        return None if self.used is None else self.used.sem

    @property
    def smallest_detectable(self) -> float | None:
        """Smallest change of one person's score that is reliable."""
        return None if self.used is None else smallest_detectable(self.used.sem)

    @property
    def rci(self) -> FloatArray:
        """Jacobson and Truax's index, NaN where there is none."""
        return self.indices[0].values if self.indices else np.full(len(self.ids), np.nan)

    @property
    def classes(self) -> tuple[str | None, ...]:
        """Each person's word by Jacobson and Truax's index."""
        return self.indices[0].classes if self.indices else (None,) * len(self.ids)

    def data(self) -> dict[str, Any]:
        """Return the per-person columns."""
        found: dict[str, Any] = {
            "id": list(self.ids),
            "before": self.before,
            "after": self.after,
            "change": self.after - self.before,
            "rci": self.rci,
            "class": list(self.classes),
            "no_room_to_improve": self.no_room.tolist(),
        }
        for index in self.indices[1:]:
            found[index.method] = index.values
            found[f"{index.method}_class"] = list(index.classes)
        if self.clinical:
            found["clinical"] = list(self.clinical)
        return found

    def table(self) -> Any:
        """Return one row a person, as a pandas frame."""
        return like_native(self.data(), None)

    def persons(self) -> list[dict[str, Any]]:
        """Return one dictionary a person, JSON-safe at full precision."""
        columns = {name: list(values) for name, values in self.data().items()}
        return [json_dict(dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)]

    def to_dict(self) -> dict[str, Any]:
        """Return everything JSON-safe at full precision, ``r``, ``icc``, ``sem`` and ``persons`` first."""
        retest = self.retest
        return json_dict(
            {
                "n": 0 if retest is None else retest.n,
                "r": None if retest is None else retest.r.value,
                "icc": {} if retest is None else {name: icc.to_dict() for name, icc in retest.icc.items()},
                "sem": self.sem,
                "smallest_detectable_change": self.smallest_detectable,
                "critical": CRITICAL,
                "reliability_used": None if self.used is None else self.used.to_dict(),
                "retest": None if retest is None else retest.to_dict(),
                "higher_means": self.higher_means,
                "persons": self.persons(),
                "shares": {name: one.to_dict() for name, one in self.shares.items()},
                "no_room_to_improve": int(self.no_room.sum()),
                "effects": None if self.effects is None else self.effects.to_dict(),
                "cutoff": None if self.cutoff is None else self.cutoff.to_dict(),
                "trend": None if self.trends is None else self.trends.to_dict(),
                "notes": list(self.notes),
            }
        )

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one line a person: scores, change, every method's index, the word."""
        methods = [NAMES[index.method] for index in self.indices]
        head = [
            "person",
            "before",
            "after",
            "change",
            *methods,
            "reliable change",
            *(["clinical"] * bool(self.clinical)),
        ]
        lines = [head]
        for i, one in enumerate(self.ids):
            figures = [_two(index.values[i]) for index in self.indices]
            word = self.classes[i] or ""
            clinical = [self.clinical[i] or ""] if self.clinical else []
            gone = _signed(self.after[i] - self.before[i])
            lines.append([one, _two(self.before[i]), _two(self.after[i]), gone, *figures, word, *clinical])
        return lines

    def apa(self) -> str:
        """Return the sentences of a paper."""
        from intimacy_scales.change.words import apa_of

        return apa_of(self)


def _two(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.2f}"


def _signed(value: float) -> str:
    return "" if np.isnan(value) else f"{value:+.2f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Shown):
    """Change of every score that all occasions hold. ``problems``: ids that could not be placed."""

    parts: tuple[ScaleChange, ...]
    occasions: tuple[str, ...]
    level: float
    interval: str | None
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    def __getitem__(self, column: str) -> ScaleChange:
        """Return the change of a score column (``eis_total``)."""
        for part in self.parts:
            if part.column == column:
                return part
        raise UnknownNameError.among("score", column, [part.column for part in self.parts])

    def to_dict(self) -> dict[str, Any]:
        """Return ``{BANK: {SCALE: {r, icc, sem, reliability_used, persons ...}}}``, JSON-safe, full precision."""
        found: dict[str, dict[str, Any]] = {}
        for part in self.parts:
            found.setdefault(part.bank.id, {})[part.key] = part.to_dict()
        return found

    def table(self) -> Any:
        """Return one row a person and score, as a pandas frame."""
        import pandas as pd

        return pd.concat([part.table().assign(score=part.column) for part in self.parts], ignore_index=True)

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one line a score: agreement of the occasions, error, how many changed; for one person, the person."""
        from intimacy_scales.change.words import line_of, line_of_one, one_head, sample_head

        if all(len(part.ids) == 1 for part in self.parts):
            return [one_head(), *(line_of_one(part) for part in self.parts)]
        return [sample_head(), *(line_of(part) for part in self.parts)]

    def __str__(self) -> str:
        from intimacy_scales.change.words import trend_lines, used_lines

        said = [Shown.__str__(self), *used_lines(self.parts), *trend_lines(self.parts)]
        said += [str(problem) for problem in self.problems]
        notes = dict.fromkeys(f"{part.column}: {note}" for part in self.parts for note in part.notes)
        return "\n".join([*said, *(f"note: {note}" for note in notes)])

    def apa(self) -> str:
        """Return the sentences of a paper, a paragraph a score."""
        return "\n\n".join(part.apa() for part in self.parts)
