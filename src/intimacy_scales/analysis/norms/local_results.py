"""What norms of one's own look like: for eyes, for JSON, as a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from intimacy_scales.analysis.norms.percentile import quantile_table
from intimacy_scales.bank.model import ItemBank, Norm, NormScale
from intimacy_scales.base.results import Shown, json_dict
from intimacy_scales.base.wording import coefficient, figure

SMALL = 100  # marked *small* below
PERCENTS = (5.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0)
FEW = 8  # refusals that are told one by one
QUARTERS = (25.0, 50.0, 75.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TooFew:
    """A group and scale for which no norm was made, and why."""

    group: str
    column: str
    n: int
    why: str

    def to_dict(self) -> dict[str, Any]:
        """Return the refusal JSON-safe."""
        return {"group": self.group, "column": self.column, "n": self.n, "why": self.why}


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalNorms(Shown):
    """Norms made from a sample: usable at once as ``norm=local.norms``, or saved as a file for ``--norm FILE``."""

    bank: ItemBank = field(repr=False)
    norms: tuple[Norm, ...]
    refused: tuple[TooFew, ...]
    level: float
    notes: tuple[str, ...] = ()

    def dumps(self) -> str:
        """Return the norms as the YAML text that a bank or a norm file carries."""
        from intimacy_scales.bank import dump_norms

        return dump_norms(self.bank, self.norms)

    def save(self, path: str | os.PathLike[str], *, force: bool = False) -> Path:
        """Write the norms to a YAML file, whole or not at all; never over an existing file without ``force``."""
        from intimacy_scales.base.files import may_write, write_text

        return write_text(may_write(path, force=force), self.dumps())

    def to_dict(self) -> dict[str, Any]:
        """Return every norm with its quantiles, JSON-safe at full precision."""
        return json_dict(
            {
                "level": self.level,
                "notes": self.notes,
                "refused": [one.to_dict() for one in self.refused],
                "norms": [
                    norm.model_dump() | {"scales": [_figures(scale, self.level) for scale in norm.scales]}
                    for norm in self.norms
                ],
            }
        )

    def table(self) -> Any:
        """Return one row a norm and scale as a pandas frame: n, mean, SD, reliability."""
        import pandas as pd

        rows = [
            {"norm": norm.id, **scale.model_dump(exclude={"quantiles"})} for norm in self.norms for scale in norm.scales
        ]
        return pd.DataFrame(rows)

    def apa(self) -> str:
        """Return a sentence a norm and scale; each names its sample."""
        return "\n".join(
            f"{self.bank.scale(scale.scale).name} ({norm.id}; {norm.sample}): M = {figure(scale.mean)}, "
            f"SD = {figure(scale.sd)}, n = {scale.n}."
            for norm in self.norms
            for scale in norm.scales
        )

    def rows_for_eyes(self) -> list[list[str]]:
        """Return one line a norm and scale, rounded; a quantile stands with its interval."""
        head = ["norm", "scale", "n", "mean", "SD", "alpha", "25 %", "median", "75 %", ""]
        return [head, *(_line(norm, scale, self.level) for norm in self.norms for scale in norm.scales)]

    def __str__(self) -> str:
        return "\n".join([Shown.__str__(self), *(f"refused: {line}" for line in refusals(self.refused))])


def refusals(refused: Sequence[TooFew]) -> list[str]:
    """Return what was refused, a line each; many are counted instead (their names may be those of persons)."""
    if len(refused) <= FEW:
        return [f"{few.group}, {few.column}: {few.why}" for few in refused]
    groups, largest = {few.group for few in refused}, max(few.n for few in refused)
    return [f"{len(refused):,} norms of {len(groups):,} groups, none with enough scored persons (at most {largest})"]


def _figures(figures: NormScale, level: float) -> dict[str, Any]:
    quantiles = [
        {"percent": q.percent, "score": q.score, "ci": [q.low, q.high]}
        for q in quantile_table(figures, PERCENTS, level=level)
    ]
    return figures.model_dump(exclude={"quantiles"}) | {
        "small": figures.n < SMALL,
        "quantiles": quantiles,
        "table": [line.model_dump() for line in figures.quantiles],
    }


def _end(score: float | None) -> str:
    return "" if score is None else f"{score:.4g}"


def _line(norm: Norm, figures: NormScale, level: float) -> list[str]:
    cells = [f"{q.score:.4g} [{_end(q.low)}, {_end(q.high)}]" for q in quantile_table(figures, QUARTERS, level=level)]
    alpha = coefficient(figures.reliability, none="")
    return [
        norm.id,
        figures.scale,
        str(figures.n),
        figure(figures.mean),
        figure(figures.sd),
        alpha,
        *(cells or [""] * len(QUARTERS)),
        "small" if figures.n < SMALL else "",
    ]
