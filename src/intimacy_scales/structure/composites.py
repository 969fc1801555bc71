"""What a confirmatory model says of its scales' sums: composite reliability, average variance extracted, bifactor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from intimacy_scales.sem import Fit, LatentCorrelations, factor_sums

from .sheet import Sheet

NOT_DEFINED = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """One factor's items taken together.

    ``reliability`` is McDonald's omega from the model, ``(sum l)^2 v / ((sum l)^2 v + sum t)`` with loadings l, factor
    variance v and residual variances t; NaN for ordinal answers (the sum of ticks is not the sum of what lies behind
    them: see the categorical omega of the reliability room). ``ave`` is the average variance extracted, the mean
    squared standardized loading (Fornell and Larcker, 1981, https://doi.org/10.1177/002224378101800104; semTools weighs
    the items by their variances, a few thousandths apart).
    ``largest_squared_r`` is the factor's largest squared correlation with another; above ``ave``, the two share more
    with each other than the factor with its items.
    """

    factor: str
    reliability: float
    ave: float
    largest_squared_r: float

    def to_dict(self) -> dict[str, Any]:
        """Return the composite as JSON holds it."""
        return {"reliability": self.reliability, "ave": self.ave, "largest_squared_r": self.largest_squared_r}


def composites(sheet: Sheet, found: Fit, latent: LatentCorrelations, *, ordinal: bool) -> tuple[Composite, ...]:
    """Return composite reliability and AVE of every factor that has items of its own."""
    sums = factor_sums(found).by_factor
    out = []
    for name in sheet.factors:
        at = latent.names.index(name)
        others = [float(latent.correlations[at, k]) ** 2 for k, other in enumerate(latent.names)
                  if k != at and other in sheet.factors]  # fmt: skip
        out.append(
            Composite(
                factor=name,
                reliability=NOT_DEFINED if ordinal else sums[name].reliability,
                ave=sums[name].extracted,
                largest_squared_r=max(others, default=NOT_DEFINED),
            )
        )
    return tuple(out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bifactor:
    """What the general factor of a bifactor model makes of a total over all items.

    ``omega_hierarchical`` and ``omega_total``: shares of the total's variance that the general factor, and all factors,
    make (NaN for ordinal answers). ``explained_common_variance``: the general factor's share of the squared
    standardized loadings.
    """

    omega_hierarchical: float
    omega_total: float
    explained_common_variance: float

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as JSON holds them."""
        return {
            "omega_hierarchical": self.omega_hierarchical, "omega_total": self.omega_total,
            "explained_common_variance": self.explained_common_variance,
        }  # fmt: skip


def bifactor_figures(found: Fit, *, ordinal: bool) -> Bifactor:
    """Return omega hierarchical, omega total and the explained common variance of a bifactor fit."""
    sums = factor_sums(found)
    general = next(iter(sums.by_factor.values()))  # the general factor is the first of a bifactor model
    squares = sum(one.extracted * len(one.items) for one in sums.by_factor.values())
    return Bifactor(
        omega_hierarchical=NOT_DEFINED if ordinal else general.true / (sums.true + sums.error),
        omega_total=NOT_DEFINED if ordinal else sums.reliability,
        explained_common_variance=general.extracted * len(general.items) / squares,
    )
