"""The common fate model: what the couple shares of a predictor goes with what it shares of an outcome."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.analysis.couples.models.actor_partner import Path
from intimacy_scales.analysis.couples.models.dyad_model import Missing, couple_notes, ends_of, improper_in, model_dict
from intimacy_scales.analysis.couples.variables import Variable
from intimacy_scales.analysis.dyads import Composition
from intimacy_scales.base import wording
from intimacy_scales.base.results import Shown
from intimacy_scales.statistics.sem import (
    Fit,
    Parameter,
    adjusted,
    covariance,
    fit,
    loading,
    mean,
    pair_sample,
    path_model,
    regression,
)

SHARED_X, SHARED_Y = "shared predictor", "shared outcome"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonFate(Shown):
    """The effect of the couple's shared predictor on its shared outcome.

    ``shares``: the part of each partner's variance that is the couple's, in the order of the columns.
    """

    predictor: str
    outcome: str
    composition: str
    exchangeable: bool
    n: int
    missing: Missing
    path: Path
    shares: dict[str, float]
    level: float
    fit: Fit = field(repr=False)
    improper: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"CommonFate({self.outcome!r} on {self.predictor!r}, {self.n} couples)"

    def to_dict(self) -> dict[str, Any]:
        """Return the model JSON-safe."""
        said = self.path.to_dict()
        said.pop("kind")
        return model_dict(
            self,
            {
                "path": said,
                "shares": self.shares,
            },
        )

    def rows_for_eyes(self) -> list[list[str]]:
        """Return the path, then the shares."""
        head = ["common fate", "est", "SE", "interval", "p", "std"]
        _, _, *cells = self.path.cells()
        lines = [head, [f"shared {self.predictor} -> shared {self.outcome}", *cells]]
        return lines + [[f"{name}: the couple's share", wording.coefficient(x), "", "", "", ""]
                        for name, x in self.shares.items()]  # fmt: skip

    def __str__(self) -> str:
        m = self.fit.measures
        fitted = f"chi2({m.df}) {wording.figure(m.chisq)}, p {wording.p_cell(m.p)}" if m.df else "no fit is claimed"
        head = f"common fate model ({self.composition}): {wording.counted(self.n, 'couple')}, {fitted}"
        said = [f"improper solution: {one}: do not report this model" for one in self.improper]
        return "\n".join([head, Shown.__str__(self), *said])

    def apa(self) -> str:
        """Return the sentence of a results section."""
        one = self.path
        return wording.sentence(
            f"common fate effect of {self.predictor} on {self.outcome}: b = {wording.figure(one.est)}, "
            f"{wording.interval(one.low, one.high, self.level)}, {wording.p_value(one.p)}, "
            f"beta = {wording.figure(one.std)}"
            f"{' (improper solution)' if self.improper else ''}"
        )

    def table(self) -> Any:
        """Return a pandas frame of one row."""
        import pandas as pd

        return pd.DataFrame([self.path.to_dict()])


def common_fate(
    predictor: Variable,
    outcome: Variable,
    composition: Composition,
    *,
    missing: Missing = "listwise",
    residual_covariances: bool = True,
    level: float = 0.95,
) -> CommonFate:
    """Fit the common fate model: both partners' scores measure one thing of the couple, loadings 1.

    The residuals of one person's two scores correlate (what is the person's own in both); without that a shared
    disturbance may come out negative. Exchangeable partners: everything equal after swapping.

    Parameters
    ----------
    predictor, outcome
        Couples x 2.
    residual_covariances
        Whether the residuals of one person's two scores correlate.

    Notes
    -----
    It supposes that the couple has one value (the quality of the relationship, the noise of the street); for what each
    partner brings along the actor-partner model is the right one. Where partners hardly agree there is little that
    could be shared, and solutions become improper: these are told. Validated against lavaan 0.6-14.
    Reference: Ledermann, T., & Kenny, D. A. (2012). The common fate model for dyadic data: Variations of a
    theoretically important but underutilized model. *Journal of Family Psychology, 26*, 140-148.
    https://doi.org/10.1037/a0026624
    """
    alike = composition.exchangeable
    data = pair_sample(
        np.column_stack([predictor.values, outcome.values]),
        [*predictor.names, *outcome.names],
        [1, 0, 3, 2],
        exchangeable=("",) if alike else (),
        missing=missing,
    )
    blocks = _blocks(predictor, outcome, alike=alike, own=residual_covariances)
    made = fit(path_model(*blocks, means=True, covary=False), data)
    made = adjusted(made, 2) if alike else made
    row = made.estimate(f"{SHARED_Y}~{SHARED_X}")
    low, high = ends_of(row.est, row.se, level)
    path = Path(
        start=predictor.name, end=outcome.name, kind="actor", est=row.est, se=row.se, low=low, high=high,
        p=row.p, std=row.std,
    )  # fmt: skip
    return CommonFate(
        predictor=predictor.name,
        outcome=outcome.name,
        composition=composition.name,
        exchangeable=alike,
        n=made.n,
        missing=missing,
        path=path,
        shares=_shares(made, predictor, outcome, alike=alike),
        level=level,
        fit=made,
        improper=improper_in([made], {}),
        notes=tuple(couple_notes(made, "common fate")),
    )


def _shares(made: Fit, predictor: Variable, outcome: Variable, *, alike: bool) -> dict[str, float]:
    entries = {}
    for factor, one in ((SHARED_X, predictor), (SHARED_Y, outcome)):
        for name in one.names[: 1 if alike else 2]:
            entries[one.name if alike else name] = made.estimate(f"{factor}=~{name}").std ** 2
    return entries


def _blocks(predictor: Variable, outcome: Variable, *, alike: bool, own: bool) -> list[tuple[Parameter, ...]]:
    blocks: list[tuple[Parameter, ...]] = [regression(SHARED_Y, [SHARED_X])]
    for factor, one in ((SHARED_X, predictor), (SHARED_Y, outcome)):
        blocks.append(loading(factor, dict.fromkeys(one.names, 1.0)))
        for name in one.names:
            blocks += [covariance(name, {name: f"rest {one.name}" if alike else None})]
            blocks.append(mean(name, f"mean {one.name}" if alike else None))
    if not own:
        return blocks
    label = "own" if alike else None
    blocks += [covariance(x, {y: label}) for x, y in zip(predictor.names, outcome.names, strict=True)]
    return blocks
