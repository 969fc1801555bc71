"""The fit of the one-factor model that stands behind a model-based reliability, and when it speaks against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

#: Conventions, no laws: with a significant chi-square *and* one of these two the figure is marked.
LEAST_CFI = 0.90
MOST_RMSEA = 0.10
SIGNIFICANT = 0.05
DOES_NOT_FIT = "one factor does not fit: this is no reliability of one thing"
CANNOT_BE_TESTED = "fit cannot be tested"


@dataclass(frozen=True, slots=True, kw_only=True)
class OneFactorFit:
    """Chi-square and indices of the one-factor model; how it was fitted, to how many persons.

    ``fits`` is ``None`` where there are no degrees of freedom (three items): the fit cannot be tested. It is ``False``
    with p < .05 and (CFI < .90 or RMSEA > .10). Chi-square grows with the sample, the indices do not.
    """

    chi2: float
    df: int
    p: float
    cfi: float
    rmsea: float
    n: int
    method: str

    @property
    def fits(self) -> bool | None:
        """Whether one factor is accepted by the conventions above."""
        if self.df < 1:
            return None
        return not (self.p < SIGNIFICANT and (self.cfi < LEAST_CFI or self.rmsea > MOST_RMSEA))

    @property
    def doubt(self) -> str:
        """What to say beside the figure; empty where one factor fits."""
        return {None: CANNOT_BE_TESTED, True: "", False: DOES_NOT_FIT}[self.fits]

    def to_dict(self) -> dict[str, Any]:
        """Return the fit as JSON holds it; indices without degrees of freedom say nothing and are left out."""
        known = self.df > 0
        return {
            "chi2": self.chi2, "df": self.df, "p": self.p if known else None, "cfi": self.cfi if known else None,
            "rmsea": self.rmsea if known else None, "n": self.n, "method": self.method, "fits": self.fits,
        }  # fmt: skip


def fit_of(found: Any, *, method: str, scaled: bool = False) -> OneFactorFit:
    """Return the fit of a fitted model of the structural core, scaled where that is asked for."""
    plain = found.measures
    use = plain.scaled if scaled and plain.scaled is not None else plain
    df = int(use.df)
    nan = float("nan")
    return OneFactorFit(
        chi2=float(use.chisq) if df else 0.0, df=df, p=float(use.p) if df else nan, cfi=float(use.cfi) if df else nan,
        rmsea=float(use.rmsea) if df else nan, n=int(found.n), method=method,
    )  # fmt: skip


def improper(residuals: np.ndarray, variances: np.ndarray) -> int | None:
    """Return the place of the lowest residual variance when it is at or below zero, else ``None``."""
    shares = residuals / variances
    worst = int(shares.argmin())
    return worst if shares[worst] <= 1e-8 else None
