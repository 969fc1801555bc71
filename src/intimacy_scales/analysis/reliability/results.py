"""Reliability of one scale as a result: data, and the ways it is shown.

Reliability of every scale, and of the differences between scores, as one result.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from intimacy_scales.analysis.reliability.notes import two
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.base.results import Shown, json_safe
from intimacy_scales.statistics.consistency.bounds import AlphaBounds
from intimacy_scales.statistics.consistency.categorical import OrdinalFigures
from intimacy_scales.statistics.consistency.coefficients import Guttman
from intimacy_scales.statistics.consistency.composites import DifferenceReliability
from intimacy_scales.statistics.consistency.conditional import ConditionalSem
from intimacy_scales.statistics.consistency.glb import GreatestLowerBound
from intimacy_scales.statistics.consistency.intervals import Bootstrap, DistributionFree, Interval
from intimacy_scales.statistics.consistency.items import ItemFigures
from intimacy_scales.statistics.consistency.omega import Omega
from intimacy_scales.statistics.consistency.splits import BestSplit, SplitHalf
from intimacy_scales.statistics.moments import Moments

NOT_DEFINED = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alpha:
    """Cronbach's alpha of the one covariance matrix, with its intervals."""

    value: float
    interval: Interval | None
    """By Feldt; from the complete rows, with ``fiml`` from all rows with any answer."""
    bootstrap: Bootstrap | None
    """``None`` where it was not asked for, with ``fiml``, or for very many rows (a note says so)."""
    distribution_free: DistributionFree | None
    bounds: AlphaBounds | None
    """What alpha could have been, whatever the missing answers; ``None`` without any missing."""

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"value", "ci", "method"}``, the other intervals beside where there are any."""
        found: dict[str, Any] = {
            "value": self.value,
            "ci": None if self.interval is None else self.interval.to_list(),
            "method": None if self.interval is None else self.interval.method,
        }
        if self.bootstrap is not None:
            b = self.bootstrap
            found["bootstrap"] = {
                "ci": b.interval.to_list(), "method": "BCa", "samples": b.samples, "seed": b.seed, "se": b.se,
            }  # fmt: skip
        if self.distribution_free is not None:
            found["distribution_free"] = {
                "ci": self.distribution_free.interval.to_list(),
                "se": self.distribution_free.se,
            }
        if self.bounds is not None:
            found["bounds"] = {"low": self.bounds.low, "high": self.bounds.high, "n_missing": self.bounds.n_missing}
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFigures:
    """The scored scale in this sample: persons scored, mean and SD on the bank's metric, and the rule of scoring."""

    n: int
    mean: float
    sd: float
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleReliability(Shown):
    """Reliability of one scale in one administration.

    ``lambda6`` is that of the correlation matrix (R psych's ``G6(smc)``); the ``guttman`` bounds and ``lambda4`` are of
    the covariance matrix. ``sem`` is ``score.sd * sqrt(1 - alpha)``: this sample's SD of the scored scale and this
    sample's alpha. NaN or ``None`` where a figure is not defined; ``notes`` say why.
    """

    bank_id: str
    key: str
    name: str
    level: float
    moments: Moments = field(repr=False)
    alpha: Alpha
    alpha_standardized: float
    average_r: float
    median_r: float
    guttman: Guttman
    lambda4: BestSplit
    lambda6: float
    glb: GreatestLowerBound | None
    split_half: SplitHalf | None
    omega: Omega | None
    ordinal: OrdinalFigures | None
    score: ScoreFigures
    sem: float
    conditional_sem: ConditionalSem | None
    items: tuple[ItemFigures, ...] = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Persons with any answer to the scale (pairwise, fiml), or with all of them (listwise)."""
        return self.moments.n

    @property
    def n_complete(self) -> int:
        """Persons with every answer."""
        return self.moments.n_complete

    @property
    def n_items(self) -> int:
        """Number of items."""
        return self.moments.n_items

    def to_dict(self) -> dict[str, Any]:
        """Return the scale as JSON holds it: full precision, ``None`` where a figure is not defined."""
        ordinal, conditional = self.ordinal, self.conditional_sem
        found: dict[str, Any] = json_safe({
            "n": self.n,
            "n_complete": self.n_complete,
            "n_items": self.n_items,
            "missing": self.moments.missing,
            "alpha": self.alpha.to_dict(),
            "alpha_standardized": self.alpha_standardized,
            "lambda2": self.guttman.lambda2,
            "lambda4": self.lambda4.value,
            "lambda6": self.lambda6,
            "glb": None if self.glb is None else self.glb.value,
            "omega_total": {"value": None, "ci": None} if self.omega is None else self.omega.to_dict(),
            "omega_categorical": None if ordinal is None else ordinal.omega_categorical,
            "ordinal_alpha": None if ordinal is None else ordinal.ordinal_alpha,
            "split_half": None if self.split_half is None else self.split_half.to_dict(),
            "average_r": self.average_r,
            "sem": self.sem,
            "mean": self.score.mean,
            "sd": self.score.sd,
            "items": [item.to_dict() for item in self.items],
            "conditional_sem": [] if conditional is None else [
                {"n": s.n, "from": s.low, "to": s.high, "mean": s.mean, "sem": s.sem} for s in conditional.steps
            ],
            "notes": list(self.notes),
        })  # fmt: skip
        return found

    def rows_for_eyes(self) -> list[list[str]]:
        """Return the item table, rounded, reversed items marked."""
        lines = [["item", "n", "mean", "SD", "skew", "item-total r", "item-rest r", "alpha if dropped",
                  "omega if dropped"]]  # fmt: skip
        for item in self.items:
            mark = " (reversed)" if item.reversed else ""
            figures = [item.mean, item.sd, item.skew]
            others = [item.item_total_r, item.item_rest_r, item.alpha_if_dropped, item.omega_if_dropped]
            figures_shown = [*map(shown, figures), *map(coefficient, others)]
            lines.append([f"{item.item}{mark}", str(item.n), *figures_shown])
        return lines

    def table(self) -> Any:
        """Return the item table as a pandas frame, full precision, one column a code's share (``share_4``)."""
        import pandas as pd

        rows = []
        for item in self.items:
            row = item.to_dict()
            shares = row.pop("frequencies")
            rows.append(row | {f"share_{code}": share for code, share in shares.items()})
        return pd.DataFrame(rows)

    def apa(self) -> str:
        """Return the sentence of a paper."""
        if math.isnan(self.alpha.value):
            return f"Internal consistency of {self.name} ({self.n_items} items) could not be determined."
        rule = "complete answers"
        if self.n_complete < self.n:
            rule = "FIML" if self.moments.missing == "fiml" else f"{self.moments.missing} covariances"
        omega = "" if self.omega is None else f"McDonald's omega was {_with(self.omega.value, self.omega.interval)}; "
        return (
            f"Cronbach's alpha of {self.name} ({self.n_items} items) was "
            f"{_with(self.alpha.value, self.alpha.interval)} (N = {self.n}, {rule}); {omega}"
            f"mean inter-item r = {coefficient(self.average_r)}, SEM = {shown(self.sem)}."
        )


def _with(value: float, interval: Interval | None) -> str:
    if interval is None:
        return two(value)
    return f"{two(value)}, {interval.level:.0%} CI [{two(interval.low)}, {two(interval.high)}]"


def shown(value: float) -> str:
    """Return a figure with two decimals, or a dash where there is none."""
    return "-" if math.isnan(value) else f"{value:.2f}"


def coefficient(value: float) -> str:
    """Return a coefficient with two decimals and no leading zero, or a dash where there is none."""
    return "-" if math.isnan(value) else two(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability(Shown):
    """Reliability of every scale of every bank and administration: ``scales[BANK][KEY]``.

    ``differences[BANK][KEY]`` holds the reliability of derived scores (``gap.emotional``) and of the difference between
    two partners' scores in one row (``a_minus_b.total``), where there are any.
    """

    scales: Mapping[str, Mapping[str, ScaleReliability]]
    missing: str
    level: float
    seed: int
    differences: Mapping[str, Mapping[str, DifferenceReliability]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[ScaleReliability]:
        return (scale for bank in self.scales.values() for scale in bank.values())

    def __len__(self) -> int:
        return sum(len(bank) for bank in self.scales.values())

    def __getitem__(self, column: str) -> ScaleReliability:
        """Return a scale by bank and key (``eis.total``, ``pair.now.emotional``)."""
        known = {f"{scale.bank_id}.{scale.key}": scale for scale in self}
        if column not in known:
            raise UnknownNameError.among("scale", column, list(known))
        return known[column]

    def to_dict(self) -> dict[str, Any]:
        """Return ``{BANK: {KEY: {...}}}`` of the scales, JSON-safe, full precision."""
        return {bank: {key: scale.to_dict() for key, scale in found.items()} for bank, found in self.scales.items()}

    def differences_to_dict(self) -> dict[str, Any]:
        """Return ``{BANK: {KEY: {"reliability", "sem", "sd", "r", "n", "of"}}}`` of the differences."""
        return {
            bank: {
                key: json_safe(
                    {"reliability": one.value, "sem": one.sem, "sd": one.sd, "r": one.r, "n": one.n, "of": one.which}
                )
                for key, one in found.items()
            }
            for bank, found in self.differences.items()
        }

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one rounded line a scale."""
        lines = [["scale", "items", "n", "complete", "alpha", f"{self.level:.0%} CI", "omega", "mean r", "SEM", "mean",
                  "SD"]]  # fmt: skip
        for scale in self:
            interval = scale.alpha.interval
            ci = "-" if interval is None else f"{two(interval.low)} to {two(interval.high)}"
            omega = "-" if scale.omega is None else coefficient(scale.omega.value)
            lines.append([
                f"{scale.bank_id}.{scale.key}", str(scale.n_items), str(scale.n), str(scale.n_complete),
                coefficient(scale.alpha.value), ci, omega, coefficient(scale.average_r), shown(scale.sem),
                shown(scale.score.mean), shown(scale.score.sd),
            ])  # fmt: skip
        return lines

    def table(self) -> Any:
        """Return one row a scale as a pandas frame, full precision."""
        import pandas as pd

        rows = []
        for scale in self:
            figures = scale.to_dict()
            alpha, omega = figures.pop("alpha"), figures.pop("omega_total")
            low, high = alpha["ci"] or (None, None)
            plain = {name: value for name, value in figures.items() if not isinstance(value, (list, dict))}
            start = {"bank": scale.bank_id, "scale": scale.key, "alpha": alpha["value"], "alpha_low": low}
            rows.append(start | {"alpha_high": high, "omega_total": omega["value"]} | plain)
        return pd.DataFrame(rows)

    def apa(self) -> str:
        """Return one sentence a scale."""
        return "\n".join(scale.apa() for scale in self)
