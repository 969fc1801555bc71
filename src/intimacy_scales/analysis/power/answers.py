"""Answers to one scale of a bank from a known truth, many studies at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from intimacy_scales.analysis.power.curve import FloatArray
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.errors import Problem, ResponseError
from intimacy_scales.base.wording import coefficient
from intimacy_scales.simulation import simulate
from intimacy_scales.statistics.consistency.categorical import code_covariances
from intimacy_scales.statistics.consistency.coefficients import alpha
from intimacy_scales.statistics.consistency.omega import one_factor_omega

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
    if scale is None and len(chosen.scales) > 1:
        raise ResponseError(Problem(where="scale", what=f"bank {chosen.id} has {len(chosen.scales)}",
                                    allowed=", ".join(one.id for one in chosen.scales), do="say which"))  # fmt: skip
    one = chosen.scales[0] if scale is None else chosen.scale(scale)
    if len(one.items) < 2:
        raise ResponseError(Problem(where=f"scale {one.id}", what="one item", allowed="two or more"))
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
