"""Reliability of every scale, and of the differences between scores, as one result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from intimacy_scales.errors import UnknownNameError
from intimacy_scales.results import Shown, json_safe

from .composites import DifferenceReliability
from .notes import two
from .scale import ScaleReliability, coefficient, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability(Shown):
    """Reliability of every scale of every bank and sitting: ``scales[BANK][KEY]``.

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
