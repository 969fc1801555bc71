"""Answers to one scale of a bank from a known truth, many studies at once.

How many persons for an interval of alpha or omega of a given width.

How many persons for a study of reliable change.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from intimacy_scales.analysis.power.power_curve import Chunks, check_shares
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.wording import coefficient, level_words
from intimacy_scales.simulation import simulate
from intimacy_scales.statistics.consistency.categorical import code_covariances
from intimacy_scales.statistics.consistency.coefficients import alpha
from intimacy_scales.statistics.consistency.omega import one_factor_omega
from intimacy_scales.statistics.consistency.omega_many import omegas_of
from intimacy_scales.statistics.estimate import half_width

MANY = 1_000_000  # persons: omega of so many is omega of the population
LOWEST, HIGHEST = 0.02, 0.995  # loadings between which one is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleTruth:
    """A scale, what its items load, and what alpha and omega of its coded answers then are."""

    bank: ItemBank = field(repr=False)
    scale_id: str
    loading: float
    alpha: float
    omega: float

    @property
    def bank_id(self) -> str:
        """Id of the bank."""
        return self.bank.id

    @property
    def places(self) -> list[int]:
        """Places of the scale's items in the bank."""
        at = {item.number: j for j, item in enumerate(self.bank.items)}
        return [at[number] for number in self.bank.scale(self.scale_id).items]

    @property
    def n_items(self) -> int:
        """Number of items."""
        return len(self.places)

    def answers(
        self, n: int, draws: int, rng: np.random.Generator, *, occasions: int = 1, change: float = 0.0,
        stability: float = 0.8,
    ) -> FloatArray:  # fmt: skip
        """Return keyed answers, studies x persons x occasions x items."""
        made = simulate(self.bank, n * draws, seed=int(rng.integers(2**31)), loadings=self.loading, occasions=occasions,
                        change=change, stability=stability, forms=_first_form(self.bank))  # fmt: skip
        codes = made.drawn.codes[:, 0, :, 0, :][..., self.places]
        for k, j in enumerate(self.places):
            item = self.bank.items[j]
            if item.reverse:
                codes[..., k] = sum(self.bank.ends(item)) - codes[..., k]
        return np.asarray(codes.reshape(draws, n, occasions, self.n_items))

    def covariances(self, n: int, draws: int, rng: np.random.Generator) -> FloatArray:
        """Return the covariances of keyed answers, studies x items x items."""
        x = self.answers(n, draws, rng)[:, :, 0]
        return covariances_of(x)


def covariances_of(x: FloatArray) -> FloatArray:
    """Return the covariances of each study's answers (studies x persons x items), divisor n - 1."""
    away = x - x.mean(axis=1, keepdims=True)
    return np.asarray(np.einsum("dni,dnj->dij", away, away, optimize=True) / (x.shape[1] - 1))


def _first_form(bank: ItemBank) -> str | None:
    return bank.form_ids[0]


def scale_truth(bank: ItemBank | str, scale: str | None, *, reliability: float | None, loadings: float) -> ScaleTruth:
    """Return the truth of a scale; equal loadings are looked for that give the alpha expected.

    Raises
    ------
    ResponseError
        When the bank has several scales and none is named, the scale has one item, or no loading gives the alpha.
    """
    from intimacy_scales.bank import load_bank

    chosen = bank if isinstance(bank, ItemBank) else load_bank(Path(bank) if "/" in bank else bank)
    if scale is None and len(chosen.item_scales) > 1:
        known = chosen.item_scales
        raise ResponseError(Problem(where="scale", what=f"bank {chosen.id} has {len(known)}",
                                    allowed=", ".join(one.id for one in known), do="say which"))  # fmt: skip
    one = chosen.item_scales[0] if scale is None else chosen.scale(scale)
    if len(one.items) < 2:
        held = "is made of scales" if one.scales else "one item"
        raise ResponseError(Problem(where=f"scale {one.id}", what=held, allowed="two items or more"))
    options = tuple(len(chosen.options_of(chosen.item(number))) for number in one.items)
    loading = loadings if reliability is None else _loading_for(options, reliability)
    covariance = _population(options, loading)
    omega = one_factor_omega(covariance, n=MANY)
    return ScaleTruth(bank=chosen, scale_id=one.id, loading=loading, alpha=alpha(covariance),
                      omega=float("nan") if omega is None else omega.value)  # fmt: skip


@lru_cache(maxsize=256)
def _population(options: tuple[int, ...], loading: float) -> FloatArray:
    """Return the covariances of coded answers with the simulation's even cuts."""
    cuts = [np.linspace(-1.5, 1.5, m - 1) if m > 2 else np.zeros(1) for m in options]
    r = np.full((len(options), len(options)), loading**2)
    np.fill_diagonal(r, 1.0)
    return code_covariances(cuts, r)


def _loading_for(options: tuple[int, ...], wanted: float) -> float:
    low, high = LOWEST, HIGHEST
    if not alpha(_population(options, low)) <= wanted <= alpha(_population(options, high)):
        most = f"at most {coefficient(alpha(_population(options, high)))}, for {len(options)} items of so few options"
        raise ResponseError(Problem(where="reliability", what=f"is {wanted:g}", allowed=most, do="expect another"))
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if alpha(_population(options, middle)) < wanted else (low, middle)
    return (low + high) / 2


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
            omegas = omegas_of(covariances, n=n)
            with np.errstate(invalid="ignore"):  # improper solutions: no interval, and so no success
                half = half_width(self.level) * omegas.errors / (1 - omegas.values)
                return np.asarray((1 - omegas.values) * (np.exp(half) - np.exp(-half)) <= self.width)
        total = covariances.sum(axis=(1, 2))
        alpha = k / (k - 1) * (1 - np.trace(covariances, axis1=1, axis2=2) / total)
        df, tail = (n - 1, (n - 1) * (k - 1)), (1 - self.level) / 2
        reach = float(fdtri(*df, 1 - tail) - fdtri(*df, tail))  # Feldt's interval is this times 1 - alpha
        return np.asarray((1 - alpha) * reach <= self.width)


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
