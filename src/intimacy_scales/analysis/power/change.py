"""How many persons for a study of reliable change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from intimacy_scales.analysis.power.answers import ScaleTruth, covariances_of, scale_truth
from intimacy_scales.analysis.power.curve import BoolArray, FloatArray
from intimacy_scales.analysis.power.study import Chunks, check_shares
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.errors import UnknownNameError

Shown = Literal["share", "mean"]
SHOWN: tuple[Shown, ...] = ("share", "mean")
BY_ERROR = 0.025  # persons who pass 1.96 upwards by measurement error alone
RELIABLE = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeStudy:
    """Persons before and after: it succeeds when more are reliably higher than error alone makes, or the mean rises.

    Attributes
    ----------
    bank : the bank, its id or its path.
    scale : the scale; may be left out where the bank has one.
    change : what the standing gains on average, in SDs.
    stability : correlation of the standings before and after.
    show : share: more reliably higher than by error; mean: the mean rose.
    reliability : alpha expected in the population; loadings follow from it.
    loadings : loadings of the items, where no reliability is given.
    level : 1 - level is the risk of a false alarm.
    """

    bank: ItemBank | str = "eis"
    scale: str | None = None
    change: float = 0.5
    stability: float = 0.8
    show: Shown = "share"
    reliability: float | None = None
    loadings: float = 0.7
    level: float = 0.95

    def __post_init__(self) -> None:
        check_shares(self, change=(-3, 3), stability=(-0.99, 0.999), reliability=(0.05, 0.99), loadings=(0.05, 0.99),
                     level=(0.5, 0.999))  # fmt: skip
        if self.show not in SHOWN:
            raise UnknownNameError.among("what to show", self.show, SHOWN)

    unit = "person"
    least = 10

    @property
    def truth_of_scale(self) -> ScaleTruth:
        """The scale's items and their loadings."""
        return scale_truth(self.bank, self.scale, reliability=self.reliability, loadings=self.loadings)

    @property
    def question(self) -> str:
        """What a successful study shows."""
        if self.show == "mean":
            return "the mean change differs from zero (paired t, two-sided)"
        return (
            "more persons are reliably higher (RC > 1.96) than the 2.5 % that error alone makes (binomial, one-sided)"
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What to mind."""
        return ("no control group: what would have changed anyway counts as change",)

    def truth(self) -> dict[str, Any]:
        """Return what was taken as true."""
        known = self.truth_of_scale
        return {"bank": known.bank_id, "scale": known.scale_id, "loadings": known.loading, "alpha": known.alpha,
                "change": self.change, "stability": self.stability, "show": self.show, "level": self.level}  # fmt: skip

    def trial(self, n: int, draws: int, rng: np.random.Generator) -> BoolArray:
        """Simulate answers before and after, score them and test."""
        known = self.truth_of_scale
        parts = []
        for size in Chunks().sizes(draws, 2 * n * known.n_items):
            x = known.answers(n, size, rng, occasions=2, change=self.change, stability=self.stability)
            parts.append(self._shown(x, n))
        return np.concatenate(parts)

    def _shown(self, x: FloatArray, n: int) -> BoolArray:
        from scipy.special import bdtrc, stdtr

        scores = x.sum(axis=3)
        gain = scores[:, :, 1] - scores[:, :, 0]
        if self.show == "mean":
            with np.errstate(divide="ignore", invalid="ignore"):
                t = gain.mean(axis=1) / (gain.std(axis=1, ddof=1) / np.sqrt(n))
            return np.asarray(2 * stdtr(n - 1, -np.abs(t)) < 1 - self.level)
        index = gain / reliable_error(x[:, :, 0])[:, None]
        higher = (index > RELIABLE).sum(axis=1)
        p = np.where(higher > 0, bdtrc(np.maximum(higher - 1, 0), n, BY_ERROR), 1.0)
        return np.asarray(p < 1 - self.level)


def reliable_error(before: FloatArray) -> FloatArray:
    """Return the standard error of a change, ``SD sqrt(2) sqrt(1 - alpha)`` of each study's answers before."""
    covariances = covariances_of(before)
    k, total = covariances.shape[1], covariances.sum(axis=(1, 2))
    alpha = k / (k - 1) * (1 - np.trace(covariances, axis1=1, axis2=2) / total)
    return np.asarray(np.sqrt(2 * total * (1 - np.clip(alpha, 0.0, 1.0))))
