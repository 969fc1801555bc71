"""The truth a simulation starts from: one frozen plan, every number of it checked.

Diaries with a known truth: how standings move from day to day, and a daily predictor that they follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.arrays import BoolArray, FloatArray
from intimacy_scales.simulation.parameters import (
    CARELESS_KINDS,
    Faults,
    Group,
    PerItem,
    cuts_of,
    equal_correlations,
    per_item,
    root_of,
    scale_correlations,
    traits_of,
)

Forms = str | Sequence[str] | Mapping[str, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPlan:
    """One group: its share, its latent means (one a trait), its own loadings and cuts."""

    name: str
    share: float
    means: FloatArray
    loadings: FloatArray
    cuts: tuple[FloatArray, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that is true before anybody answers.

    ``roots``: square roots of the correlations among partners, occasions, forms and traits, in this order.
    """

    bank: ItemBank
    n: int
    seed: int
    forms: tuple[str | None, ...]
    form_means: FloatArray
    traits: tuple[int, ...]
    groups: tuple[GroupPlan, ...]
    couples: bool
    occasions: int
    change: float
    roots: tuple[FloatArray, FloatArray, FloatArray, FloatArray]
    missing: float
    fatigue: float
    careless: Mapping[str, float]
    days: Days | None = None
    """A diary: the occasions are its days."""

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Units (persons or couples), partners, occasions, forms."""
        return self.n, 2 if self.couples else 1, self.occasions, len(self.forms)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationOptions:
    """What the caller asked for, as it was said; :func:`intimacy_scales.simulation.simulate` explains each."""

    forms: Forms
    loadings: PerItem
    difficulty: PerItem
    thresholds: Sequence[float] | Mapping[Any, Sequence[float]] | None
    factor_correlations: Any
    form_correlation: float
    couples: bool
    similarity: float
    groups: Mapping[str, float | Group] | None
    occasions: int
    stability: float
    change: float
    missing: float
    fatigue: float
    careless: Mapping[str, float] | None
    days: int | Days | None = None

    @property
    def diary(self) -> Days | None:
        """The diary asked for, if one was."""
        return self.days if isinstance(self.days, Days) or self.days is None else Days(n=self.days)


def plan_of(bank: ItemBank, n: int, seed: int, options: SimulationOptions) -> Plan:
    """Return the plan.

    Raises
    ------
    ResponseError
        With everything that cannot be.
    """
    faults = Faults()
    _vouch_numbers(n, seed, options, faults)
    days = _vouch_days(options, faults)
    over_time = days.correlations() if days is not None else _over_time(options.occasions, options.stability)
    forms, form_means = _forms(bank, options.forms, faults)
    traits = traits_of(bank)
    n_traits = max(len(bank.item_scales), max(traits) + 1)
    roots = (
        root_of(equal_correlations(2 if options.couples else 1, options.similarity), name="similarity", faults=faults),
        root_of(over_time, name="stability", faults=faults),
        root_of(equal_correlations(len(forms), options.form_correlation), name="form_correlation", faults=faults),
        root_of(
            scale_correlations(bank, options.factor_correlations, n_traits, faults),
            name="factor_correlations",
            faults=faults,
        ),
    )
    groups = _groups(bank, options, n_traits, faults)
    faults.raise_all()
    return Plan(
        bank=bank,
        n=n,
        seed=seed,
        forms=forms,
        form_means=form_means,
        traits=traits,
        groups=groups,
        couples=options.couples,
        occasions=options.occasions if days is None else days.n,
        change=float(options.change),
        roots=roots,
        missing=float(options.missing),
        fatigue=float(options.fatigue),
        careless={kind: float(share) for kind, share in (options.careless or {}).items()},
        days=days,
    )


def _vouch_days(options: SimulationOptions, faults: Faults) -> Days | None:
    days = options.diary
    if days is None:
        return None
    days.vouch(faults)
    if options.occasions != 1:
        faults.add("days and occasions", "were both said", "one of them")
    faults.raise_all()
    return days


def _vouch_numbers(n: int, seed: int, options: SimulationOptions, faults: Faults) -> None:
    for where, whole, least in (("n", n, 1), ("seed", seed, 0), ("occasions", options.occasions, 1)):
        if isinstance(whole, bool) or not isinstance(whole, (int, np.integer)) or whole < least:
            faults.add(where, f"is {whole!r}", f"a whole number, {least} or more")
    for where in ("similarity", "stability", "form_correlation"):
        faults.within(where, getattr(options, where), -1.0, 1.0)
    faults.within("missing", options.missing, 0.0, 1.0)
    faults.within("fatigue", options.fatigue, 0.0, 1.0)
    faults.within("missing + fatigue", options.missing + options.fatigue, 0.0, 1.0)
    shares = options.careless or {}
    faults.unknown("kind of careless answering", shares, CARELESS_KINDS)
    for kind, share in shares.items():
        faults.within(f"careless: {kind}", share, 0.0, 1.0)
    faults.within("careless, all kinds", sum(shares.values()), 0.0, 1.0)


def _over_time(occasions: int, stability: float) -> FloatArray:
    """Correlations of occasions: ``stability`` between neighbours, its square two apart, and so on."""
    at = np.arange(max(int(occasions), 1))
    return np.asarray(float(stability) ** np.abs(at[:, None] - at[None, :]))


def _forms(bank: ItemBank, given: Forms, faults: Faults) -> tuple[tuple[str | None, ...], FloatArray]:
    if given is None:
        return bank.form_ids, np.zeros(len(bank.form_ids))
    names = [given] if isinstance(given, str) else list(given)
    known = [form.id for form in bank.forms]
    faults.unknown(f"form of bank {bank.id}", names, known)
    if not names:
        faults.add("forms", "are none", f"of {', '.join(known)}" if known else "leave it out: the bank has no forms")
        return bank.form_ids, np.zeros(len(bank.form_ids))
    means = [float(given[name]) for name in names] if isinstance(given, Mapping) else [0.0] * len(names)
    return tuple(names), np.array(means)


def _groups(bank: ItemBank, options: SimulationOptions, n_traits: int, faults: Faults) -> tuple[GroupPlan, ...]:
    loadings = per_item(bank, options.loadings, name="loadings", default=0.7, faults=faults)
    difficulty = per_item(bank, options.difficulty, name="difficulty", default=0.0, faults=faults)
    cuts = cuts_of(bank, options.thresholds, difficulty, faults)
    given = {name: one if isinstance(one, Group) else Group(mean=one) for name, one in (options.groups or {}).items()}
    given = given or {"": Group()}
    shares = _shares(given, faults)
    numbers = [str(item.id) for item in bank.items]
    plans = []
    for (name, group), share in zip(given.items(), shares, strict=True):
        faults.unknown(f"group {name!r}: item of {bank.id}", [*group.harder, *group.loadings], numbers)
        own = np.array([group.loadings.get(i.id, x) for i, x in zip(bank.items, loadings, strict=True)])
        if np.any(np.abs(own) >= 1) or np.isnan(own).any():
            faults.add("loadings", f"reach {own[np.argmax(np.abs(own))]:g}", "over -1 and under 1")
        shifted = [c + group.harder.get(i.id, 0.0) for i, c in zip(bank.items, cuts, strict=True)]
        means = _means(bank, group, n_traits, faults)
        plans.append(GroupPlan(name=name, share=share, means=means, loadings=own, cuts=tuple(shifted)))
    return tuple(plans)


def _means(bank: ItemBank, group: Group, n_traits: int, faults: Faults) -> FloatArray:
    if not isinstance(group.mean, Mapping):
        return np.full(n_traits, float(group.mean))
    names = [scale.id for scale in bank.item_scales]
    faults.unknown(f"group mean: scale of {bank.id}", group.mean, names)
    values = np.zeros(n_traits)
    for name, mean in group.mean.items():
        if name in names:
            values[names.index(name)] = mean
    return values


def _shares(groups: Mapping[str, Group], faults: Faults) -> list[float]:
    said = sum(group.share or 0.0 for group in groups.values())
    silent = sum(group.share is None for group in groups.values())
    if said > 1 + 1e-9 or (not silent and abs(said - 1) > 1e-9) or any((g.share or 0) < 0 for g in groups.values()):
        faults.add("groups", f"have shares of {said:g} together", "1")
        return [1 / len(groups)] * len(groups)
    rest = (1 - said) / silent if silent else 0.0
    return [rest if group.share is None else group.share for group in groups.values()]


MOST_DAYS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """A diary: ``n`` days a person.

    ``between`` is the share of a standing's variance that lies between persons, the rest moves from day to day and
    follows an autoregressive process (``autocorrelation`` of neighbouring days). A daily predictor, normal within
    persons with variance 1, moves every scale's standing: by ``slope`` SD on average, with an SD of ``slope_sd``
    between persons; persons' own averages of it (variance 1) go with the standing by ``between_slope``. ``missed`` is
    the share of days without an answer.
    """

    n: int
    between: float = 0.5
    autocorrelation: float = 0.3
    predictor: str = "shared_hours"
    slope: float = 0.3
    slope_sd: float = 0.1
    between_slope: float = 0.2
    missed: float = 0.1

    def vouch(self, faults: Faults) -> None:
        """Take down everything that cannot be."""
        if isinstance(self.n, bool) or not isinstance(self.n, (int, np.integer)) or not 2 <= self.n <= MOST_DAYS:
            faults.add("days", f"is {self.n!r}", f"a whole number from 2 to {MOST_DAYS}")
        faults.within("days: between", self.between, 0.0, 1.0)
        faults.within("days: autocorrelation", self.autocorrelation, -0.95, 0.95)
        faults.within("days: slope_sd", self.slope_sd, 0.0, 10.0)
        faults.within("days: missed", self.missed, 0.0, 0.9)
        if not self.predictor.isidentifier() or self.predictor in {"id", "day", "couple", "partner", "group"}:
            faults.add("days: predictor", f"is {self.predictor!r}", "a name for a column of its own")

    def correlations(self) -> FloatArray:
        """Return the correlations of a person's standings on the days."""
        at = np.arange(max(int(self.n), 1))
        moving = float(self.autocorrelation) ** np.abs(at[:, None] - at[None, :])
        return np.asarray(self.between + (1 - self.between) * moving)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTruth:
    """What is true of a diary: the predictor (units x partners x days), everybody's slope, which days were answered."""

    predictor: FloatArray = field(repr=False)
    slopes: FloatArray = field(repr=False)
    answered: BoolArray = field(repr=False)

    def moves(self, days: Days) -> FloatArray:
        """Return what the predictor adds to the standings (units x partners x days)."""
        means = self.predictor.mean(axis=2, keepdims=True)
        values: FloatArray = self.slopes[:, :, None] * (self.predictor - means) + days.between_slope * means
        return values


def draw_days(days: Days, units: Sequence[int], random: np.random.Generator) -> DayTruth:
    """Draw the predictor, everybody's slope and the days that were missed; every person has one day at least."""
    n, partners = units[0], units[1]
    shape = (n, partners, days.n)
    predictor = random.standard_normal((n, partners, 1)) + random.standard_normal(shape)
    slopes = days.slope + days.slope_sd * random.standard_normal((n, partners))
    answered = random.random(shape) >= days.missed
    first = random.integers(0, days.n, (n, partners))
    np.put_along_axis(answered, first[:, :, None], values=True, axis=2)
    return DayTruth(predictor=np.round(predictor, 2), slopes=slopes, answered=answered)
