"""Paths of actor-partner models as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from intimacy_scales.results import json_dict
from intimacy_scales.sem import Fit

Kind = Literal["actor", "partner", "covariate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One path: an actor path runs within a person, a partner path from one partner to the other."""

    start: str
    end: str
    kind: Kind
    est: float
    se: float
    low: float
    high: float
    p: float
    std: float

    def to_dict(self) -> dict[str, Any]:
        """Return the path JSON-safe."""
        return json_dict(
            {
                "from": self.start,
                "to": self.end,
                "kind": self.kind,
                "est": self.est,
                "se": self.se,
                "ci": [self.low, self.high],
                "p": self.p,
                "std": self.std,
            }
        )

    def cells(self) -> list[str]:
        """Return the path rounded for eyes."""
        p = "< .001" if self.p < 0.001 else f"{self.p:.3f}"
        span = f"[{self.low:.3f}, {self.high:.3f}]"
        return [
            f"{self.start} -> {self.end}",
            self.kind,
            f"{self.est:.3f}",
            f"{self.se:.3f}",
            span,
            p,
            f"{self.std:.3f}",
        ]


PATH_HEAD = ("path", "kind", "est", "SE", "interval", "p", "std")


def path_of(fit: Fit, start: str, end: str, kind: Kind) -> Path:
    """Return one path of a fit."""
    row = fit.estimate(f"{end}~{start}")
    return Path(
        start=start, end=end, kind=kind, est=row.est, se=row.se, low=row.lower, high=row.upper, p=row.p, std=row.std
    )


def fit_dict(fit: Fit) -> dict[str, Any]:
    """Return the fit of a model JSON-safe."""
    m = fit.measures
    return json_dict(
        {
            "chi2": m.chisq,
            "df": m.df,
            "p": m.p if m.df else None,
            "cfi": m.cfi,
            "tli": m.tli,
            "rmsea": m.rmsea,
            "rmsea_ci": [m.rmsea_lower, m.rmsea_upper],
            "srmr": m.srmr,
            "aic": m.aic,
            "bic": m.bic,
            "logl": m.logl,
        }
    )
