"""How many are needed: the share of simulated studies that succeed, over sizes, and where it is high enough.

What every kind of study that can be planned is: a truth, a size, and whether a simulated study of it succeeds.

The size of a study that is large enough, with the curve it was read from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Protocol

import numpy as np

from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.progress import Progress
from intimacy_scales.base.results import Shown, json_dict, text_table
from intimacy_scales.base.wording import between, coefficient, counted, percent

Trial = Callable[[int, int, np.random.Generator], BoolArray]
"""Units, studies, generator -> whether each study succeeded."""

MOST = 1_000_000  # units: beyond, no study is planned
FIRST_DRAWS = 0.1  # share of the draws that a size gets while the place is looked for
ROUNDS = 6
CLOSE = 0.12  # points of power around the target in which the curve is straight enough
FEWEST_CLOSE = 3
FURTHER = (0.5, 0.7, 1.4, 1.7)  # sizes that a reader wants to see beside the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """Power at one size: successes of so many simulated studies."""

    n: int
    hits: int
    draws: int

    @property
    def power(self) -> float:
        """Share of studies that succeeded."""
        return self.hits / self.draws


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerCurve:
    """Simulated sizes and the curve through those near the target, ``power = Phi(a + b sqrt(n))``.

    ``covariance`` is of a and b.
    """

    points: tuple[CurvePoint, ...]
    a: float
    b: float
    covariance: FloatArray = field(repr=False, compare=False)

    def at(self, n: float) -> float:
        """Return power at a size, off the curve."""
        from scipy.special import ndtr

        return float(ndtr(self.a + self.b * np.sqrt(n)))

    def interval(self, n: float, z: float = 1.959964) -> tuple[float, float]:
        """Return what 95 % of repetitions of this simulation would give at a size."""
        from scipy.special import ndtr

        slope = np.array([1.0, np.sqrt(n)])
        middle, se = self.a + self.b * np.sqrt(n), float(np.sqrt(max(slope @ self.covariance @ slope, 0.0)))
        return float(ndtr(middle - z * se)), float(ndtr(middle + z * se))

    def needed(self, target: float) -> int | None:
        """Return the least size at which power reaches the target; ``None`` where the curve does not rise."""
        from scipy.special import ndtri

        if self.b <= 0:
            return None
        root = (float(ndtri(target)) - self.a) / self.b
        return max(int(np.ceil(root**2 - 1e-9)), 1) if root > 0 else 1


def curve_of(points: tuple[CurvePoint, ...]) -> PowerCurve:
    """Fit the curve by maximum likelihood (probit on the root of n), half a success added at both ends."""
    from scipy.special import ndtr

    x = np.column_stack([np.ones(len(points)), np.sqrt([p.n for p in points])])
    n = np.array([p.draws + 1.0 for p in points])
    share = np.array([p.hits + 0.5 for p in points]) / n
    theta = _start(x, share, n)
    information = np.eye(2)
    for _ in range(100):
        eta = x @ theta
        p = np.clip(ndtr(eta), 1e-12, 1 - 1e-12)
        density = np.exp(-(eta**2) / 2) / np.sqrt(2 * np.pi)
        weight = n * density**2 / (p * (1 - p))
        information = (x * weight[:, None]).T @ x + 1e-10 * np.eye(2)
        step = np.linalg.solve(information, x.T @ (n * (share - p) * density / (p * (1 - p))))
        theta = theta + np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-10:
            break
    return PowerCurve(
        points=points, a=float(theta[0]), b=float(theta[1]), covariance=np.asarray(np.linalg.inv(information))
    )


def _start(x: FloatArray, share: FloatArray, n: FloatArray) -> FloatArray:
    from scipy.special import ndtri

    return np.asarray(np.linalg.lstsq(x * np.sqrt(n)[:, None], ndtri(share) * np.sqrt(n), rcond=None)[0])


def power_at(trial: Trial, n: int, draws: int, seed: int) -> CurvePoint:
    """Simulate studies of one size; the stream of chance belongs to seed and size."""
    hits = trial(n, draws, np.random.default_rng([seed, n]))
    return CurvePoint(n=n, hits=int(np.count_nonzero(hits)), draws=draws)


def search(trial: Trial, *, target: float, start: int, least: int, draws: int, seed: int) -> PowerCurve:
    """Look for the size where power reaches the target: doubled until there, then ever closer around it.

    Raises
    ------
    ResponseError
        When a million units are not enough.
    """
    first = max(int(draws * FIRST_DRAWS), 100)
    points: dict[int, CurvePoint] = {}
    with Progress("simulated studies", None) as bar:

        def look(n: int, size: int) -> CurvePoint:
            if n not in points or points[n].draws < size:
                points[n] = power_at(trial, n, size, seed)
                bar.advance(size)
            return points[n]

        low, high = _bracket(look, target=target, start=start, least=least, first=first)
        for _ in range(ROUNDS):
            curve = curve_of(_near(points, low, high, target))
            best = min(max(curve.needed(target) or high, low), high)
            look(best, draws)
            wide = max(round(0.08 * best), 1)
            for n in (max(best - wide, least), best + wide):
                look(n, draws // 2)
            now = curve_of(_near(points, low, high, target)).needed(target)
            if now is not None and abs(now - best) <= max(round(0.02 * best), 0):
                break
        found = curve_of(_near(points, low, high, target))
        best = found.needed(target) or high
        for share in FURTHER:
            look(max(round(share * best), least), max(draws // 5, 100))
    return replace(found, points=tuple(points[n] for n in sorted(points)))


def _bracket(
    look: Callable[[int, int], CurvePoint], *, target: float, start: int, least: int, first: int
) -> tuple[int, int]:
    """Return a size with too little power and one with enough."""
    n = max(start, least)
    if look(n, first).power >= target:
        while n > least and look(n, first).power >= target:
            n = max(n // 2, least)
        return n, 2 * n if n > least else max(start, least)
    while look(n, first).power < target:
        if n >= MOST:
            raise ResponseError(Problem(where="power", what=f"{MOST:,} are not enough to reach {percent(target)}",
                                        allowed="an effect, or a width, that a study can show",
                                        do="expect a larger effect, or ask for less"))  # fmt: skip
        n = min(2 * n, MOST)
    return n // 2, n


def _near(points: dict[int, CurvePoint], low: int, high: int, target: float) -> tuple[CurvePoint, ...]:
    """Return the points near the target: far ones would bend the curve, rough ones say little beside sure ones."""
    kept = [points[n] for n in sorted(points) if low * 0.7 <= n <= high * 1.3]
    kept = [p for p in kept if p.draws * 4 >= max(q.draws for q in kept)]
    close = [p for p in kept if abs(p.power - target) <= CLOSE]
    return tuple(close if len(close) >= FEWEST_CLOSE else kept)


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
        from intimacy_scales.pictures.curves import PowerPicture, draw_power
        from intimacy_scales.pictures.drawing import WIDE

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
