"""The size of a study that is large enough, with the curve it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from intimacy_scales.analysis.power.curve import PowerCurve, curve_of
from intimacy_scales.base.results import Shown, json_dict, text_table
from intimacy_scales.base.wording import between, coefficient, counted, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Power(Shown):
    """How many are needed, or what so many can show.

    Attributes
    ----------
    study : reliability, change, couples or mediation.
    question : what a successful study shows.
    n : units (persons, couples) with complete data: the least that reach ``target``, or those asked about.
    power : share of simulated studies of that size that succeed, off the curve; ``interval`` is the simulation's own
        uncertainty (95 %), not the study's.
    recruited : ``n`` and those who are lost on the way.
    """

    study: str
    unit: str
    question: str
    n: int
    power: float
    interval: tuple[float, float]
    target: float | None
    lost: float
    recruited: int
    draws: int
    seed: int
    truth: Mapping[str, Any]
    curve: PowerCurve = field(repr=False)
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON holds it, full precision."""
        return json_dict({
            "study": self.study, "unit": self.unit, "question": self.question, "n": self.n, "power": self.power,
            "power_ci": list(self.interval), "target": self.target, "lost": self.lost, "recruited": self.recruited,
            "draws": self.draws, "seed": self.seed, "truth": dict(self.truth),
            "curve": [{"n": p.n, "power": p.power, "draws": p.draws} for p in self.curve.points],
            "notes": list(self.notes),
        })  # fmt: skip

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one line a size, with simulated power and power off the curve."""
        head = [f"{self.unit}s", "power", "curve", "studies"]
        return [head, *([str(p.n), coefficient(p.power, 3), coefficient(self.curve.at(p.n), 3), str(p.draws)]
                        for p in self.curve.points)]  # fmt: skip

    def table(self) -> Any:
        """Return one row a size as a pandas frame."""
        import pandas as pd

        return pd.DataFrame([
            {"n": p.n, "power": p.power, "curve": self.curve.at(p.n), "draws": p.draws} for p in self.curve.points
        ])  # fmt: skip

    def apa(self) -> str:
        """Return the sentence of a plan."""
        known = ", ".join(f"{name.replace('_', ' ')} {_spelt(value)}" for name, value in self.truth.items())
        lost = f", {self.recruited:,} with {percent(self.lost)} lost" if self.lost else ""
        simulated = f"{coefficient(self.power, 3)} {between(*self.interval, 3, coefficients=True)}"
        needed = counted(self.n, self.unit)
        start = f"{needed}{lost} give" if self.target is None else f"{needed}{lost} are needed for"
        reached = "" if self.target is None else f" of at least {coefficient(self.target)}"
        return (
            f"{start} a power{reached} (simulated: {simulated}) to show that {self.question} ({known}; {self.draws:,} "
            f"simulated studies a size near the answer, seed {self.seed})."
        )

    def __str__(self) -> str:
        notes = [f"note: {note}" for note in self.notes]
        return "\n".join([self.apa(), "", text_table(self.rows_for_eyes()), *notes])

    def plot(self) -> Any:
        """Return the curve as a matplotlib figure."""
        from intimacy_scales.pictures.drawing import WIDE
        from intimacy_scales.pictures.power_curve import PowerPicture, draw_power

        picture = PowerPicture(
            sizes=tuple(p.n for p in self.curve.points), shares=tuple(p.power for p in self.curve.points),
            curve=curve_of(self.curve.points).at, answer=self.n, power=self.power, target=self.target,
            unit=f"{self.unit}s",
        )  # fmt: skip
        return draw_power(picture, width=WIDE).figure()


def _spelt(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return coefficient(value) if isinstance(value, float) else str(value)
