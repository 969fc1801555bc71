"""Agreement and difference of partners over a sample, scale by scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from intimacy_scales.analysis.couples.icc import Coefficient, double_entry, icc_table, pearson
from intimacy_scales.analysis.couples.model import FloatArray
from intimacy_scales.base.results import json_dict

LEAST = 3  # couples; fewer have no interval


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDifference:
    """Mean difference of partners (first minus second), its t test and effect sizes.

    ``dz``: mean over the SD of the differences. ``dav``: mean over the mean of the two SDs, which reads like a
    difference between two groups.
    """

    mean: float
    low: float
    high: float
    level: float
    se: float
    t: float
    df: int
    p: float
    dz: float
    dz_low: float
    dz_high: float
    dav: float

    def to_dict(self) -> dict[str, Any]:
        """Return it JSON-safe."""
        return json_dict(
            {
                "mean": self.mean,
                "ci": [self.low, self.high],
                "level": self.level,
                "se": self.se,
                "t": self.t,
                "df": self.df,
                "p": self.p,
                "dz": self.dz,
                "dz_ci": [self.dz_low, self.dz_high],
                "dav": self.dav,
            }
        )


def paired_difference(values: FloatArray, *, level: float = 0.95) -> PairedDifference:
    """Return the mean paired difference of couples x 2 with its interval, test and effect sizes.

    ``t = m / (s / sqrt(n))`` with n - 1 degrees of freedom; ``dz = m / s``, its interval from the noncentral t.

    Notes
    -----
    For partners told apart only: the sign means nothing where first and second are arbitrary. ``dz`` grows with the
    correlation of the partners; compare ``dav`` across studies. Validated against R's ``t.test(paired = TRUE)``.
    Reference: Cumming, G., & Finch, S. (2001). A primer on the understanding, use, and calculation of confidence
    intervals that are based on central and noncentral distributions. *Educational and Psychological Measurement, 61*,
    532-574.
    """
    from scipy.special import stdtr, stdtrit

    d, n = values[:, 0] - values[:, 1], len(values)
    mean, sd = float(d.mean()), float(d.std(ddof=1))
    se = sd / np.sqrt(n)
    width = float(stdtrit(n - 1, (1 + level) / 2)) * se
    known = sd > 1e-12
    t = mean / se if known else np.nan
    low, high = _noncentral(t, n - 1, level) if known else (np.nan, np.nan)
    spread = float(values.std(axis=0, ddof=1).mean())
    return PairedDifference(
        mean=mean,
        low=mean - width,
        high=mean + width,
        level=level,
        se=float(se),
        t=t,
        df=n - 1,
        p=float(2 * stdtr(n - 1, -abs(t))) if known else np.nan,
        dz=mean / sd if known else np.nan,
        dz_low=low / np.sqrt(n),
        dz_high=high / np.sqrt(n),
        dav=mean / spread if spread > 1e-12 else np.nan,
    )


def _noncentral(t: float, df: int, level: float) -> tuple[float, float]:
    """Return the noncentralities under which t lies at the two tails."""
    from scipy.special import nctdtrinc

    tail = (1 - level) / 2
    return float(nctdtrinc(df, 1 - tail, t)), float(nctdtrinc(df, tail, t))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleAgreement:
    """How alike partners are on one score, over the couples in which both have it.

    ``icc`` is the one that fits: ICC1 for exchangeable partners, ICC2 (absolute agreement) for partners told apart.
    """

    name: str
    column: str
    n: int
    n_incomplete: int
    means: tuple[float, float]
    sds: tuple[float, float]
    icc_name: str
    iccs: Mapping[str, Coefficient]
    pairwise: Coefficient
    r: Coefficient
    difference: PairedDifference
    mean_absolute: float
    sd_difference: float
    share_beyond: float
    """Share of couples whose difference is more than measurement error; NaN where no error is known."""
    within_one_step: float
    """Mean share of items answered within one option; NaN for gaps and variables that are no scores."""
    places: Mapping[str, int]
    notes: tuple[str, ...] = ()

    @property
    def icc(self) -> Coefficient:
        """The intraclass correlation that fits these partners."""
        return self.iccs[self.icc_name]

    def apa(self) -> str:
        """Return the sentence of a results section."""
        d, low, high = self.difference, f"{self.icc.low:.2f}", f"{self.icc.high:.2f}"
        level = f"{100 * self.icc.level:.0f}%"
        p = "p < .001" if self.r.p < 0.001 else f"p = {self.r.p:.3f}".replace("0.", ".", 1)
        return (
            f"{self.name}: partners' scores correlated r({self.n - 2}) = {self.r.value:.2f}, {p}; {self.icc_name} = "
            f"{self.icc.value:.2f}, {level} CI [{low}, {high}]; mean difference {d.mean:.2f}, "
            f"{level} CI [{d.low:.2f}, {d.high:.2f}], t({d.df}) = {d.t:.2f}, dz = {d.dz:.2f}."
        )

    def agreement_dict(self) -> dict[str, Any]:
        """Return agreement JSON-safe: the coefficients."""
        return json_dict(
            {
                "score": self.column,
                "n": self.n,
                "n_incomplete": self.n_incomplete,
                "icc": self.icc.value,
                "icc_name": self.icc_name,
                "icc_ci": [self.icc.low, self.icc.high],
                "iccs": {name: one.to_dict() for name, one in self.iccs.items()},
                "pairwise_icc": self.pairwise.to_dict(),
                "r": self.r.value,
                "r_ci": [self.r.low, self.r.high],
                "r_p": self.r.p,
                "mean_difference": self.difference.mean,
                "mean_difference_ci": [self.difference.low, self.difference.high],
                "t": self.difference.t,
                "df": self.difference.df,
                "p": self.difference.p,
                "dz": self.difference.dz,
                "dz_ci": [self.difference.dz_low, self.difference.dz_high],
                "dav": self.difference.dav,
                "means": list(self.means),
                "sds": list(self.sds),
                "level": self.icc.level,
                "within_one_step": self.within_one_step,
                "notes": list(self.notes),
            }
        )

    def discrepancy_dict(self) -> dict[str, Any]:
        """Return discrepancy JSON-safe: how far apart couples are."""
        return json_dict(
            {
                "score": self.column,
                "n": self.n,
                "mean_absolute": self.mean_absolute,
                "mean": self.difference.mean,
                "sd": self.sd_difference,
                "share_beyond_error": self.share_beyond,
                "places": dict(self.places),
            }
        )


def scale_agreement(
    name: str,
    column: str,
    values: FloatArray,
    *,
    level: float,
    exchangeable: bool,
    share_beyond: float = np.nan,
    within_one_step: float = np.nan,
    places: Mapping[str, int] | None = None,
) -> ScaleAgreement | None:
    """Return the agreement of partners on couples x 2; ``None`` under three couples in which both have a value."""
    complete = values[~np.isnan(values).any(axis=1)]
    if len(complete) < LEAST:
        return None
    notes = []
    if (complete.std(axis=0) < 1e-12).any():
        notes.append("one partner's values do not vary: no correlation can be had")
    if exchangeable:
        notes.append("nothing tells the partners apart: r and the sign of the difference hang on who was put first")
    d = complete[:, 0] - complete[:, 1]
    means, sds = complete.mean(axis=0), complete.std(axis=0, ddof=1)
    return ScaleAgreement(
        name=name,
        column=column,
        n=len(complete),
        n_incomplete=len(values) - len(complete),
        means=(float(means[0]), float(means[1])),
        sds=(float(sds[0]), float(sds[1])),
        icc_name="ICC1" if exchangeable else "ICC2",
        iccs=icc_table(complete, level=level),
        pairwise=double_entry(complete, level=level),
        r=pearson(complete, level=level),
        difference=paired_difference(complete, level=level),
        mean_absolute=float(np.abs(d).mean()),
        sd_difference=float(d.std(ddof=1)),
        share_beyond=share_beyond,
        within_one_step=within_one_step,
        places=dict(places or {}),
        notes=tuple(notes),
    )
