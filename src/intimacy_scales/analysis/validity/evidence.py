"""The pieces of a validation study: plain data, each JSON-safe.

Validity correlations as a picture: dots with intervals, hollow where corrected for unreliability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.results import json_dict
from intimacy_scales.base.wording import between, coefficient
from intimacy_scales.statistics.effect_sizes import GroupDifference
from intimacy_scales.statistics.estimate import Estimate
from intimacy_scales.statistics.validity.correlations import DependentComparison
from intimacy_scales.statistics.validity.htmt import HtmtRatio

Kind = Literal["convergent", "discriminant", "idealisation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidityCorrelation:
    """One correlation of a score with another variable.

    ``corrected`` is r over the root of both reliabilities (taken as known; ``bootstrap`` estimates them anew);
    ``withheld`` says why there is none. ``spearman`` is of ranks, ``held`` r with idealisation held constant.
    """

    score: str
    other: str
    kind: Kind
    r: Estimate
    spearman: float
    held: Estimate | None
    reliability: float
    other_reliability: float
    corrected: float
    corrected_ci: tuple[float, float]
    bootstrap: tuple[float, float]
    withheld: str

    def to_dict(self) -> dict[str, Any]:
        """Return the correlation as JSON holds it."""
        return json_dict(
            {
                "score": self.score,
                "with": self.other,
                "kind": self.kind,
                "r": self.r.value,
                "ci": self.r.ci,
                "p": self.r.p,
                "n": self.r.n,
                "spearman": self.spearman,
                "idealisation_held": None if self.held is None else {"r": self.held.value, "ci": self.held.ci},
                "reliabilities": [self.reliability, self.other_reliability],
                "corrected": self.corrected,
                "corrected_ci": self.corrected_ci,
                "corrected_ci_bootstrap": self.bootstrap,
                "withheld": self.withheld or None,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DependentPair:
    """A convergent correlation against a discriminant one, sizes compared: a negative variable is turned round."""

    score: str
    one: str
    other: str
    turned: tuple[str, ...]
    found: DependentComparison

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as JSON holds it."""
        found = self.found
        return json_dict(
            {
                "score": self.score,
                "of": [self.one, self.other],
                "turned_round": list(self.turned),
                "r12": found.r12,
                "r13": found.r13,
                "r23": found.r23,
                "n": found.n,
                "difference": found.difference,
                "ci": [found.low, found.high],
                "williams_t": found.williams_t,
                "df": found.df,
                "p": found.p_williams,
                "steiger_z": found.steiger_z,
                "p_steiger": found.p_steiger,
                "meng_z": found.meng_z,
                "p_meng": found.p_meng,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownGroups:
    """A score in two groups, the first minus the second."""

    score: str
    groups: tuple[str, str]
    found: GroupDifference

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as JSON holds it."""
        found = self.found
        return json_dict(
            {
                "score": self.score,
                "groups": list(self.groups),
                "n": found.n,
                "means": found.means,
                "sds": found.sds,
                "d": found.d,
                "d_ci": found.d_ci,
                "g": found.g,
                "ci": found.g_ci,
                "glass": found.glass,
                "student": dict(zip(("t", "df", "p"), found.student, strict=True)),
                "welch": {**dict(zip(("t", "df", "p"), found.welch, strict=True)), "ci": found.welch_ci},
                "superiority": found.superiority,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Distinctness:
    """HTMT of two scales, their latent correlation, and whether each shares more with its items than with the other."""

    scales: tuple[str, str]
    htmt: HtmtRatio
    latent: Estimate | None
    fornell_larcker: bool | None

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as JSON holds them."""
        one = self.htmt
        return json_dict(
            {
                "scales": list(self.scales),
                "htmt": one.value,
                "ci": [one.low, one.high],
                "htmt2": one.geometric,
                "negative_correlations": one.negative,
                "draws": one.draws,
                "seed": one.seed,
                "latent_r": None if self.latent is None else self.latent.value,
                "latent_ci": None if self.latent is None else self.latent.ci,
                "fornell_larcker": self.fornell_larcker,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemScale:
    """An item with its own scale and with the other scale that it goes with most."""

    item: str
    scale: str
    own: float
    other: float
    other_scale: str
    verdict: str

    def to_dict(self) -> dict[str, Any]:
        """Return the item as JSON holds it."""
        return json_dict({"item": self.item, "scale": self.scale, "own_r": self.own, "other_r": self.other,
                          "other_scale": self.other_scale, "verdict": self.verdict})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleModel:
    """One factor fitted to a scale: chi2 and indices (robust), standardized loadings, composite reliability and AVE."""

    scale: str
    n: int
    chi2: float
    df: int
    p: float
    cfi: float
    tli: float
    rmsea: float
    rmsea_ci: tuple[float, float]
    srmr: float
    loadings: dict[str, float]
    reliability: float
    ave: float

    def to_dict(self) -> dict[str, Any]:
        """Return the model as JSON holds it."""
        return json_dict(
            {"scale": self.scale, "n": self.n, "estimator": "mlr", "chi2": self.chi2, "df": self.df, "p": self.p,
             "cfi": self.cfi, "tli": self.tli, "rmsea": self.rmsea, "rmsea_ci": self.rmsea_ci, "srmr": self.srmr,
             "loadings": self.loadings, "composite_reliability": self.reliability, "ave": self.ave}
        )  # fmt: skip


def correlations_plot(correlations: Sequence[ValidityCorrelation]) -> Any:
    """Return the picture as a matplotlib figure."""
    from intimacy_scales.pictures.drawing import WIDE
    from intimacy_scales.pictures.ranges import Axis, Mark, RangeRow, draw_ranges

    if not correlations:
        raise ResponseError(
            Problem(where="plot", what="no correlation was asked for", allowed="convergent or discriminant variables")
        )
    several = len({correlation.score for correlation in correlations}) > 1
    rows = []
    for one in correlations:
        text = f"{coefficient(one.r.value)} {between(*one.r.ci, coefficients=True)}"
        marks = [Mark(at=one.r.value, low=one.r.low, high=one.r.high)]
        if not one.withheld:
            low, high = (max(-1.0, min(1.0, end)) for end in one.corrected_ci)
            text += f"; corrected {coefficient(one.corrected)}"
            marks.append(Mark(at=one.corrected, low=low, high=high, hollow=True))
        name = f"{one.score} with {one.other}" if several else one.other
        rows.append(
            RangeRow(
                label=f"{name} ({one.kind})",
                low=-1.0,
                high=1.0,
                marks=tuple(marks),
                text=text,
                apart=True,
            )
        )
    ticks = tuple((at, coefficient(at, 1) if at else "0") for at in (-1.0, -0.5, 0.0, 0.5, 1.0))
    return draw_ranges(rows, Axis(ticks=ticks), width=WIDE).figure()
