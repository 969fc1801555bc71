"""Agreement and difference of partners over a sample, scale by scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from intimacy_scales.analysis.couples.model import FloatArray
from intimacy_scales.base.results import json_dict
from intimacy_scales.base.wording import coefficient, estimate_words, figure, p_value
from intimacy_scales.statistics.correlation import double_entry, pearson
from intimacy_scales.statistics.estimate import Estimate
from intimacy_scales.statistics.icc import Icc, icc_table
from intimacy_scales.statistics.paired import PairedDifference, paired_difference


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
    iccs: Mapping[str, Icc]
    pairwise: Estimate
    r: Estimate
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
    def icc(self) -> Icc:
        """The intraclass correlation that fits these partners."""
        return self.iccs[self.icc_name]

    def apa(self) -> str:
        """Return the sentence of a results section."""
        d = self.difference
        return (
            f"{self.name}: partners' scores correlated r({self.n - 2}) = {coefficient(self.r.value)}, "
            f"{p_value(self.r.p)}; {estimate_words(self.icc_name, self.icc, level=self.icc.level)}; "
            f"{d.mean.words('mean difference')}, t({d.df}) = {figure(d.t)}, dz = {figure(d.dz.value)}."
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
                "mean_difference": self.difference.mean.value,
                "mean_difference_ci": list(self.difference.mean.ci),
                "t": self.difference.t,
                "df": self.difference.df,
                "p": self.difference.p,
                "dz": self.difference.dz.value,
                "dz_ci": list(self.difference.dz.ci),
                "dav": self.difference.dav.value,
                "dav_ci": list(self.difference.dav.ci),
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
                "mean": self.difference.mean.value,
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
    difference = paired_difference(*complete.T, level=level)
    if difference is None:
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
        r=pearson(*complete.T, level=level),
        difference=difference,
        mean_absolute=float(np.abs(d).mean()),
        sd_difference=float(d.std(ddof=1)),
        share_beyond=share_beyond,
        within_one_step=within_one_step,
        places=dict(places or {}),
        notes=tuple(notes),
    )
