"""Paths and indirect effects as they are printed: plain data, JSON-safe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from intimacy_scales.base.results import json_dict

EffectKind = Literal["indirect", "total indirect", "total"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PathEstimate:
    """One path: estimate, standard error, 95 % interval, p, and the standardized value."""

    start: str
    end: str
    est: float
    se: float
    low: float
    high: float
    p: float
    std: float

    def to_dict(self) -> dict[str, Any]:
        """Return the path as JSON holds it."""
        return json_dict({"from": self.start, "to": self.end, "est": self.est, "se": self.se,
                          "ci": [self.low, self.high], "p": self.p, "std": self.std})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """An effect along arrows: the product of its paths, or the sum of several ways.

    ``delta`` is the normal interval; ``monte_carlo``, ``percentile`` and ``bias_corrected`` know that a product is
    skewed; the last two are of the bootstrap (NaN where there was none).
    """

    kind: EffectKind
    start: str
    end: str
    path: str
    est: float
    se: float
    p: float
    std: float
    delta: tuple[float, float]
    monte_carlo: tuple[float, float]
    boot_se: float
    percentile: tuple[float, float]
    bias_corrected: tuple[float, float]

    def to_dict(self) -> dict[str, Any]:
        """Return the effect as JSON holds it."""
        return json_dict(
            {
                "kind": self.kind,
                "from": self.start,
                "to": self.end,
                "path": self.path,
                "est": self.est,
                "se": self.se,
                "p": self.p,
                "std": self.std,
                "ci_delta": self.delta,
                "ci_monte_carlo": self.monte_carlo,
                "bootstrap_se": self.boot_se,
                "ci_percentile": self.percentile,
                "ci_bias_corrected": self.bias_corrected,
            }
        )
