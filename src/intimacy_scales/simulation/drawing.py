"""From a plan to answers: latents, what they lead to be ticked, who answers carelessly, what is left blank."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import EllipsisType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.base.arrays import BoolArray, FloatArray, IntArray
from intimacy_scales.scoring.kernel import finish_of, key_of, rule_of
from intimacy_scales.simulation.plan import DayTruth, GroupPlan, Plan, draw_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What came out. Axes: units, partners, occasions, forms, then items (``codes``) or scales."""

    codes: FloatArray
    """Codes as ticked, NaN where nothing was."""
    latent: FloatArray
    true: FloatArray
    """Expected score of each scale given the latents and the group, on the bank's metric."""
    group: IntArray
    """Place of each person's group: units x partners."""
    careless: NDArray[np.str_]
    """Kind of careless answering, "" for a person who reads: units x partners."""
    days: DayTruth | None = None
    """Of a diary: its predictor, everybody's slope, which days were answered."""


def draw(plan: Plan) -> Drawn:
    """Draw everything. Each kind of chance has a stream of its own: more missing answers change no other answer."""
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(plan.seed).spawn(6)]
    group = _who(plan, streams[0])
    latent = _latents(plan, group, streams[1])
    days = None if plan.days is None else draw_days(plan.days, plan.shape, streams[5])
    if days is not None and plan.days is not None:
        latent = latent + days.moves(plan.days)[..., None, None]
    places = _ticked(plan, latent, group, streams[2])
    careless = _kinds(plan, streams[3])
    _answer_carelessly(plan, places, careless, streams[3])
    codes = _codes(plan, places)
    codes[_blank(plan, streams[4])] = np.nan
    scales = latent[..., : len(plan.bank.item_scales)]
    return Drawn(codes=codes, latent=scales, true=_true(plan, latent, group), group=group, careless=careless, days=days)


def _who(plan: Plan, random: np.random.Generator) -> IntArray:
    n, partners = plan.shape[:2]
    if partners == len(plan.groups) == 2:  # one partner of each group
        return np.tile(np.arange(2), (n, 1))
    counts = _counts(n * partners, [group.share for group in plan.groups])
    return random.permutation(np.repeat(np.arange(len(plan.groups)), counts)).reshape(n, partners)


def _counts(total: int, shares: list[float]) -> list[int]:
    """Return whole numbers near ``total * share``; cumulative rounding, so that they add up."""
    edges = [round(edge) for edge in (np.cumsum([0.0, *shares]) * total).tolist()]
    return [high - low for low, high in pairwise(edges)]


def _latents(plan: Plan, group: IntArray, random: np.random.Generator) -> FloatArray:
    """Return standings with variance 1, correlated as a Kronecker product over partners, occasions, forms, traits."""
    n_traits = len(plan.roots[3])
    latent = random.standard_normal((*plan.shape, n_traits))
    for axis, root in enumerate(plan.roots, start=1):
        latent = np.moveaxis(np.tensordot(latent, root, axes=([axis], [1])), -1, axis)
    means = np.array([one.means for one in plan.groups])
    latent = latent + means[group][:, :, None, None, :] + plan.form_means[:, None]
    return np.asarray(latent + plan.change * np.arange(plan.occasions)[:, None, None])


def _each_group(plan: Plan, group: IntArray) -> list[tuple[GroupPlan, BoolArray | EllipsisType]]:
    """Return every group with its persons; of a single group everybody, without a copy."""
    if len(plan.groups) == 1:
        return [(plan.groups[0], ...)]
    return [(one, group == g) for g, one in enumerate(plan.groups)]


def _by_item(plan: Plan, n: int, kind: type[np.float64 | np.int64]) -> NDArray[Any]:
    """Return room for a value of every item, items last as everywhere, but each item's values side by side."""
    return np.moveaxis(np.empty((n, *plan.shape), dtype=kind), 0, -1)


def _ticked(plan: Plan, latent: FloatArray, group: IntArray, random: np.random.Generator) -> IntArray:
    """Return the keyed place of every answer among the options, 0 for the lowest: the number of cuts passed."""
    places = _by_item(plan, len(plan.bank), np.int64)
    for j, trait in enumerate(plan.traits):
        noise = random.standard_normal(plan.shape)
        for one, own in _each_group(plan, group):
            loading = one.loadings[j]
            felt = loading * latent[..., trait][own] + np.sqrt(1 - loading**2) * noise[own]
            places[..., j][own] = np.searchsorted(one.cuts[j], felt)
    for j, item in enumerate(plan.bank.items):
        if item.reverse:
            places[..., j] = len(plan.bank.scored_options(item)) - 1 - places[..., j]
    return places


def _kinds(plan: Plan, random: np.random.Generator) -> NDArray[np.str_]:
    n, partners = plan.shape[:2]
    names = [*plan.careless, ""]
    shares = [*plan.careless.values(), 1 - sum(plan.careless.values())]
    drawn = np.repeat(np.array(names, dtype="U16"), _counts(n * partners, shares))
    return random.permutation(drawn).reshape(n, partners)


def _answer_carelessly(plan: Plan, places: IntArray, careless: NDArray[np.str_], random: np.random.Generator) -> None:
    """Overwrite the answers of careless persons, as ticked, over all forms and occasions."""
    sizes = np.array([len(plan.bank.scored_options(item)) for item in plan.bank.items])
    for kind in plan.careless:
        for unit, partner in np.argwhere(careless == kind):
            for occasion in range(plan.occasions):
                shape = (len(plan.forms), len(sizes))
                places[unit, partner, occasion] = _CARELESS[kind](np.broadcast_to(sizes, shape), random)


def _straightline(sizes: IntArray, random: np.random.Generator) -> IntArray:
    return np.asarray(np.floor(random.random() * sizes), dtype=np.int64)


def _random(sizes: IntArray, random: np.random.Generator) -> IntArray:
    return random.integers(0, sizes)


def _midpoint(sizes: IntArray, random: np.random.Generator) -> IntArray:
    upper = random.integers(0, 2, sizes.shape) * (sizes % 2 == 0)  # of an even number, either of the two in the middle
    return np.asarray((sizes - 1) // 2 + upper)


def _patterned(sizes: IntArray, random: np.random.Generator) -> IntArray:
    """Return stairs: up and down the options, one step an item."""
    step = np.arange(sizes.size).reshape(sizes.shape) + random.integers(0, 2 * sizes.max())
    turn = 2 * (sizes - 1)
    return np.asarray((sizes - 1) - np.abs(step % turn - (sizes - 1)))


_CARELESS: Mapping[str, Callable[[IntArray, np.random.Generator], IntArray]] = {
    "straightline": _straightline,
    "random": _random,
    "midpoint": _midpoint,
    "patterned": _patterned,
}


def _codes(plan: Plan, places: IntArray) -> FloatArray:
    codes = _by_item(plan, len(plan.bank), np.float64)
    for j, item in enumerate(plan.bank.items):
        declared = np.array([option.code for option in plan.bank.scored_options(item)], dtype=np.float64)
        codes[..., j] = declared[places[..., j]]
    return codes


def _blank(plan: Plan, random: np.random.Generator) -> BoolArray:
    """Missing with probability ``missing + fatigue * (position - 1) / (last - 1)``, forms asked one after another."""
    n_forms, n_items = len(plan.forms), len(plan.bank)
    rising = np.linspace(0.0, 1.0, n_forms * n_items).reshape(n_forms, n_items)
    chance = random.random((*plan.shape, n_items))
    return np.asarray(chance < plan.missing + plan.fatigue * rising)


def _true(plan: Plan, latent: FloatArray, group: IntArray) -> FloatArray:
    """Return ``E(score | latent)``: expected keyed answers added up by the bank's own rule, nothing missing."""
    from scipy.special import ndtr

    bank, key = plan.bank, key_of(plan.bank)
    expected = _by_item(plan, len(bank), np.float64)
    for j, (item, trait) in enumerate(zip(bank.items, plan.traits, strict=True)):
        declared = np.array([option.value for option in bank.scored_options(item)])
        steps = sum(bank.ends(item)) - declared[::-1] if item.reverse else declared
        for one, own in _each_group(plan, group):
            loading = one.loadings[j]
            felt, spread = loading * latent[..., trait][own], np.sqrt(1 - loading**2)
            total = np.full(felt.shape, steps[0])
            for cut, step in zip(one.cuts[j].tolist(), np.diff(steps).tolist(), strict=True):
                total += step * ndtr((felt - cut) / spread)
            expected[..., j][own] = total
    values = _by_item(plan, len(bank.item_scales), np.float64)
    for s, scale in enumerate(bank.item_scales):
        n_items = len(scale.items)
        finish = finish_of(
            rule_of(bank, scale), n_items=n_items, least=float(key.least[s]), most=float(key.most[s]),
            by_range=bool(key.by_range[s]),
        )  # fmt: skip
        total = expected[..., key.members[s]] @ key.weights[s, key.members[s]]
        if finish.by_range:
            total, n_items = total - key.least[s], key.most[s] - key.least[s]
        values[..., s] = total * finish.factor / n_items + finish.shift
    return values
