"""How many persons for an interval of alpha or omega of a given width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from intimacy_scales.analysis.power.answers import ScaleTruth, scale_truth
from intimacy_scales.analysis.power.curve import BoolArray, FloatArray
from intimacy_scales.analysis.power.study import Chunks, check_shares
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.errors import UnknownNameError
from intimacy_scales.base.wording import coefficient, level_words
from intimacy_scales.statistics.consistency.omega_many import omegas_of
from intimacy_scales.statistics.estimate import half_width

Coefficient = Literal["alpha", "omega"]
COEFFICIENTS: tuple[Coefficient, ...] = ("alpha", "omega")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityStudy:
    """A study of a scale's reliability: it succeeds when the interval is no wider than asked for.

    Attributes
    ----------
    bank : the bank, its id or its path.
    scale : the scale; may be left out where the bank has one.
    coefficient : alpha (Feldt's interval) or omega (delta method).
    width : widest interval that will do, from end to end.
    reliability : alpha expected in the population; loadings follow from it.
    loadings : loadings of the items, where no reliability is given.
    level : level of the interval.
    """

    bank: ItemBank | str = "eis"
    scale: str | None = None
    coefficient: Coefficient = "alpha"
    width: float = 0.10
    reliability: float | None = None
    loadings: float = 0.7
    level: float = 0.95

    def __post_init__(self) -> None:
        check_shares(self, width=(0.001, 1.9), reliability=(0.05, 0.99), loadings=(0.05, 0.99), level=(0.5, 0.999))
        if self.coefficient not in COEFFICIENTS:
            raise UnknownNameError.among("coefficient", self.coefficient, COEFFICIENTS)

    unit = "person"

    @property
    def truth_of_scale(self) -> ScaleTruth:
        """The scale's items and their loadings."""
        return scale_truth(self.bank, self.scale, reliability=self.reliability, loadings=self.loadings)

    @property
    def least(self) -> int:
        """More persons than items."""
        return self.truth_of_scale.n_items + 2

    @property
    def question(self) -> str:
        """What a successful study shows."""
        return f"the {level_words(self.level)} interval of {self.coefficient} is at most {coefficient(self.width)} wide"

    @property
    def notes(self) -> tuple[str, ...]:
        """What to mind."""
        return ("complete answers of one sample; answers missing, or partners as rows, need more",)

    def truth(self) -> dict[str, Any]:
        """Return what was taken as true."""
        known = self.truth_of_scale
        return {"bank": known.bank_id, "scale": known.scale_id, "items": known.n_items, "loadings": known.loading,
                "alpha": known.alpha, "omega": known.omega, "coefficient": self.coefficient, "width": self.width,
                "level": self.level}  # fmt: skip

    def trial(self, n: int, draws: int, rng: np.random.Generator) -> BoolArray:
        """Simulate answers of n persons and look how wide the interval is."""
        known = self.truth_of_scale
        parts = [self._narrow(known.covariances(n, size, rng), n) for size in Chunks().sizes(draws, n * known.n_items)]
        return np.concatenate(parts)

    def _narrow(self, covariances: FloatArray, n: int) -> BoolArray:
        from scipy.special import fdtri

        k = covariances.shape[1]
        if self.coefficient == "omega":
            found = omegas_of(covariances, n=n)
            with np.errstate(invalid="ignore"):  # improper solutions: no interval, and so no success
                half = half_width(self.level) * found.errors / (1 - found.values)
                return np.asarray((1 - found.values) * (np.exp(half) - np.exp(-half)) <= self.width)
        total = covariances.sum(axis=(1, 2))
        alpha = k / (k - 1) * (1 - np.trace(covariances, axis1=1, axis2=2) / total)
        df, tail = (n - 1, (n - 1) * (k - 1)), (1 - self.level) / 2
        reach = float(fdtri(*df, 1 - tail) - fdtri(*df, tail))  # Feldt's interval is this times 1 - alpha
        return np.asarray((1 - alpha) * reach <= self.width)
