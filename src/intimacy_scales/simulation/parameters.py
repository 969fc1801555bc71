"""What a user may ask of a simulation, put into plain arrays; everything that cannot be, said at once.

Couples from a known truth: what each partner's standing does to the own and to the other's outcome.

All variables have mean 0 and variance 1; partners are exchangeable in truth. Axes: samples, couples, partners.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.base.wording import percent

PerItem = float | Sequence[float] | Mapping[int | str, float]
"""One value for all items, one an item in bank order, or by item number or scale id."""
CARELESS_KINDS = ("straightline", "random", "midpoint", "patterned")
WIDEST_CUT = 1.5
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of persons and how it differs from the one before it in nothing but what is said here.

    Parameters
    ----------
    mean
        Latent mean in SDs, of all scales or by scale id. A true difference.
    share
        Share of persons; the groups without one share the rest equally.
    harder
        Item number to what is added to its cuts (latent SDs): the item is harder to agree to at the same standing, so
        that the groups cannot be compared on it (no scalar invariance).
    loadings
        Item number to a loading of the group's own (no metric invariance).
    """

    mean: float | Mapping[str, float] = 0.0
    share: float | None = None
    harder: Mapping[Any, float] = field(default_factory=dict)
    loadings: Mapping[Any, float] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Faults:
    """Everything wrong with what was asked, gathered in one pass."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, where: str, what: str, allowed: str = "") -> None:
        """Take down one fault."""
        self.problems.append(Problem(where=f"simulate: {where}", what=what, allowed=allowed))

    def unknown(self, kind: str, names: Iterable[object], known: Sequence[str]) -> None:
        """Take down every name that is not among the known ones."""
        for name in names:
            if str(name) not in known:
                self.problems += UnknownNameError.among(kind, str(name), known).problems

    def within(self, where: str, value: float, low: float, high: float) -> None:
        """Take down a number that is not from ``low`` to ``high``."""
        if not low <= value <= high:
            self.add(where, f"is {value:g}", f"{low:g} to {high:g}")

    def raise_all(self) -> None:
        """Raise everything taken down, if there is anything."""
        if self.problems:
            raise ResponseError(self.problems)


def traits_of(bank: ItemBank) -> tuple[int, ...]:
    """Return for every item the place of its trait: its scale, the smallest that holds it; else one of its own."""
    found: list[int] = []
    scales = bank.item_scales
    free = len(scales)
    for item in bank.items:
        holds = [s for s, scale in enumerate(scales) if item.number in scale.items]
        if holds:
            found.append(min(holds, key=lambda s: len(scales[s].items)))
        else:
            found.append(free)
            free += 1
    return tuple(found)


def per_item(bank: ItemBank, given: PerItem, *, name: str, default: float, faults: Faults) -> FloatArray:
    """Return one value an item, in bank order."""
    if isinstance(given, Mapping):
        return _by_name(bank, given, name=name, default=default, faults=faults)
    values = np.asarray(given, dtype=np.float64)
    if values.ndim == 0:
        return np.full(len(bank), float(values))
    if values.shape != (len(bank),):
        faults.add(name, f"holds {values.size} values", f"one, or {len(bank)} in the order of the items, or a mapping")
        return np.full(len(bank), default)
    return values


def _by_name(
    bank: ItemBank, given: Mapping[int | str, float], *, name: str, default: float, faults: Faults
) -> FloatArray:
    numbers = {str(item.id): j for j, item in enumerate(bank.items)}
    scales = [scale.id for scale in bank.item_scales]
    faults.unknown(f"{name}: item or scale of {bank.id}", given, [*scales, *numbers])
    values = np.full(len(bank), default)
    said = {str(key): value for key, value in given.items()}
    for name_of_scale in (name for name in said if name in scales):
        values[bank.places_of(bank.scale(name_of_scale))] = said[name_of_scale]
    for number in (name for name in said if name in numbers):  # an item's own word counts more than its scale's
        values[numbers[number]] = said[number]
    return values


def cuts_of(
    bank: ItemBank,
    thresholds: Sequence[float] | Mapping[Any, Sequence[float]] | None,
    difficulty: FloatArray,
    faults: Faults,
) -> tuple[FloatArray, ...]:
    """Return every item's cuts, options - 1 of them, rising; by default evenly from -1.5 to 1.5 (two options: 0)."""
    by_item = thresholds if isinstance(thresholds, Mapping) else {}
    faults.unknown(f"thresholds: item of {bank.id}", by_item, [str(item.id) for item in bank.items])
    valueses = []
    for item, shift in zip(bank.items, difficulty, strict=True):
        n_cuts = len(bank.scored_options(item)) - 1
        given = by_item.get(item.id) if isinstance(thresholds, Mapping) else thresholds
        even = np.linspace(-WIDEST_CUT, WIDEST_CUT, n_cuts) if n_cuts > 1 else np.zeros(1)
        cuts = even if given is None else np.asarray(given, dtype=np.float64)
        if cuts.shape != (n_cuts,) or np.any(np.diff(cuts) <= 0):
            text = ", ".join(f"{cut:g}" for cut in cuts.ravel())
            faults.add(f"thresholds of item {item.id}", f"are {text}", f"{n_cuts} rising numbers")
            cuts = even
        valueses.append(cuts + shift)
    return tuple(valueses)


def root_of(matrix: FloatArray, *, name: str, faults: Faults) -> FloatArray:
    """Return a square root R of a correlation matrix, ``R R' = matrix``."""
    size = len(matrix)
    if matrix.shape != (size, size) or not np.allclose(matrix, matrix.T) or not np.allclose(np.diag(matrix), 1.0):
        faults.add(name, "is no correlation matrix", "square, symmetric, ones in the diagonal")
        return np.eye(size)
    values, vectors = np.linalg.eigh(matrix)
    if values[0] < -1e-9:
        faults.add(
            name, f"cannot be together (least eigenvalue {values[0]:.3g})", "a positive semidefinite correlation matrix"
        )
        return np.eye(size)
    exact = np.where(values < ROUNDING * size, 0.0, values)  # a correlation of 1 leaves no trace of rounding
    return np.asarray(vectors * np.sqrt(exact))


def equal_correlations(size: int, r: float) -> FloatArray:
    """Return a matrix with ones in the diagonal and ``r`` everywhere else."""
    return np.full((size, size), float(r)) + (1.0 - r) * np.eye(size)


def scale_correlations(bank: ItemBank, given: Any, n_traits: int, faults: Faults) -> FloatArray:
    """Return the correlations of all traits: scales as asked for, items without a scale on their own."""
    n_scales, name = len(bank.item_scales), "factor_correlations"
    if isinstance(given, Mapping):
        matrix = _pairs(bank, given, faults)
    else:
        matrix = np.asarray(given, dtype=np.float64)
        matrix = equal_correlations(n_scales, float(matrix)) if matrix.ndim == 0 else matrix
    if matrix.shape != (n_scales, n_scales):
        text = " x ".join(map(str, matrix.shape))
        faults.add(name, f"is {text}", f"one number, {n_scales} x {n_scales}, or pairs of scales")
        matrix = np.eye(n_scales)
    values = np.eye(n_traits)
    values[:n_scales, :n_scales] = matrix
    return values


def _pairs(bank: ItemBank, given: Mapping[tuple[str, str], float], faults: Faults) -> FloatArray:
    names = [scale.id for scale in bank.item_scales]
    values = np.eye(len(names))
    for pair, r in given.items():
        faults.unknown(f"factor_correlations: scale of {bank.id}", pair, names)
        if set(pair) <= set(names):
            i, j = (names.index(name) for name in pair)
            values[i, j] = values[j, i] = r
    return values


@dataclass(frozen=True, slots=True, kw_only=True)
class PathTruth:
    """Effects of a predictor on an outcome: the own (actor) and the partner's, and what is left between partners."""

    actor: float
    partner: float
    residual_similarity: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleTruth:
    """Predictor to outcome, or by way of a mediator.

    ``similarity``: correlation of the partners' predictors. ``to_outcome`` are the effects of the predictor; with
    ``to_mediator`` and ``from_mediator`` there is a mediator between, and ``to_outcome`` are direct effects.
    ``reliability`` of every measure, 1 without measurement error.
    """

    similarity: float
    to_outcome: PathTruth
    to_mediator: PathTruth | None = None
    from_mediator: PathTruth | None = None
    reliability: float = 1.0

    def draw(self, samples: int, couples: int, rng: np.random.Generator) -> tuple[FloatArray, ...]:
        """Return predictor, mediator (where there is one) and outcome as measured, each samples x couples x partners.

        Raises
        ------
        ResponseError
            When the effects explain more than all of a variable's variance.
        """
        shape = (samples, couples, 2)
        x = _partner_pairs(rng.standard_normal(shape), self.similarity)
        causes, effects = [x], [self.to_outcome]
        if self.to_mediator is not None and self.from_mediator is not None:
            m = self._led(rng, [x], [self.to_mediator], "mediator")
            causes, effects = [x, m], [self.to_outcome, self.from_mediator]
        y = self._led(rng, causes, effects, "outcome")
        return tuple(self._measured(rng, one) for one in (*causes, y))

    def _led(
        self, rng: np.random.Generator, causes: list[FloatArray], effects: list[PathTruth], name: str
    ) -> FloatArray:
        explained = sum(
            (path.actor * cause + path.partner * cause[..., ::-1] for cause, path in zip(causes, effects, strict=True)),
            start=np.zeros_like(causes[0]),
        )
        left = 1 - self.explained(effects, mediated=len(causes) > 1)
        if left <= 0:
            raise ResponseError(Problem(where=name, what=f"its effects explain {percent(1 - left)} of its variance",
                                        allowed="less than all", do="take smaller standardized effects"))  # fmt: skip
        noise = _partner_pairs(rng.standard_normal(explained.shape), effects[-1].residual_similarity)
        return np.asarray(explained + np.sqrt(left) * noise)

    def explained(self, effects: list[PathTruth], *, mediated: bool) -> float:
        """Return the variance that these effects explain."""
        r = self.similarity
        b = effects[0]
        total = b.actor**2 + b.partner**2 + 2 * b.actor * b.partner * r
        if not mediated or self.to_mediator is None:
            return total
        a, c = self.to_mediator, effects[1]
        own = a.actor + a.partner * r  # covariance of a person's predictor and mediator, and with the partner's
        cross = a.actor * r + a.partner
        left = 1 - (a.actor**2 + a.partner**2 + 2 * a.actor * a.partner * r)
        r_m = 2 * a.actor * a.partner + (a.actor**2 + a.partner**2) * r + left * a.residual_similarity
        total += c.actor**2 + c.partner**2 + 2 * c.actor * c.partner * r_m
        return total + 2 * ((b.actor * c.actor + b.partner * c.partner) * own
                            + (b.actor * c.partner + b.partner * c.actor) * cross)  # fmt: skip

    def _measured(self, rng: np.random.Generator, true: FloatArray) -> FloatArray:
        if self.reliability >= 1:
            return true
        error = rng.standard_normal(true.shape)
        return np.asarray(np.sqrt(self.reliability) * true + np.sqrt(1 - self.reliability) * error)


def _partner_pairs(independent: FloatArray, r: float) -> FloatArray:
    """Let the two partners' values correlate r (positive or negative), variances 1."""
    first, second = independent[..., 0], independent[..., 1]
    return np.stack([first, r * first + np.sqrt(1 - r**2) * second], axis=-1)
