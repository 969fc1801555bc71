"""Keyed answers of one bank in one administration, and its scales as factors: what every analysis here starts from.

Heterotrait-monotrait ratios of a bank's scales: do their items hang together across as strongly as within.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any, Generic, TypeVar

import numpy as np

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.arrays import FloatArray
from intimacy_scales.base.errors import IntimacyScalesError, Problem, ResponseError, UnknownNameError
from intimacy_scales.reading.responses.model import Answered, Responses, clusters_of
from intimacy_scales.scoring import keyed
from intimacy_scales.scoring.batches import FEW_ROWS
from intimacy_scales.statistics.item_sums import ItemSums
from intimacy_scales.statistics.products import Products
from intimacy_scales.statistics.validity.htmt import HtmtRatio, htmt, htmt_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt(Generic[T]):
    """What came of a part of the work: its result, or the notes that say why there is none."""

    value: T | None
    notes: tuple[str, ...] = ()


def attempt(what: str, work: Callable[[], T]) -> Attempt[T]:
    """Do a part of the work; what the data do not allow becomes a note, so that the other parts still come."""
    try:
        return Attempt(value=work())
    except IntimacyScalesError as fault:
        return Attempt(value=None, notes=tuple(f"{what}: not computed: {problem}" for problem in fault.problems))
    except np.linalg.LinAlgError as fault:
        return Attempt(value=None, notes=(f"{what}: not computed: a matrix is singular ({fault})",))


@dataclass(frozen=True, slots=True, kw_only=True)
class SumsInPoints:
    """Sums of the keyed answers of the items that vary, of all rows and by group; ``zero + step x`` is a score."""

    items: ItemSums
    by_group: Mapping[str, ItemSums]
    """Empty without a column of groups; ``""`` holds the rows that are in none."""
    zero: float = 0.0
    step: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnswers:
    """Keyed answers, persons x items, of the items that vary, and the bank's factors over them.

    Attributes
    ----------
    names : column names of the items, ``BANK_NUMBER``.
    numbers : their numbers (or names) in the bank.
    rows : keyed, persons x items; NaN: no answer. Rows are those of the responses; ``None`` of very many.
    sums : what the figures of very many rows are made of; ``None`` for fewer.
    clusters : what every row belongs to, where a column for that was named.
    factors : scale to the names of its items; scales whose items are all those of others are left out (noted).
    notes : what was left out, and why.
    """

    bank: ItemBank
    part: Answered
    names: tuple[str, ...]
    numbers: tuple[int | str, ...]
    rows: FloatArray | None = field(repr=False)
    factors: Mapping[str, tuple[str, ...]]
    sums: SumsInPoints | None = field(default=None, repr=False)
    clusters: np.ndarray | None = field(default=None, repr=False)
    cluster_column: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def keyed(self) -> FloatArray:
        """The rows themselves.

        Raises
        ------
        ResponseError
            Where the answers went by and were not kept.
        """
        if self.rows is None and self.part.n_persons:
            places = [self.bank.items.index(self.bank.item(number)) for number in self.numbers]
            return keyed(self.part, places=places)
        if self.rows is None:
            raise ResponseError(Problem(where="structure", what="the answers were not kept one by one",
                                        allowed=f"at most {FEW_ROWS:,} rows", do="draw a sample of rows"))  # fmt: skip
        return self.rows

    @property
    def n(self) -> int:
        """Persons with any answer."""
        return int((~np.isnan(self.keyed)).any(axis=1).sum()) if self.sums is None else self.sums.items.n

    @property
    def n_complete(self) -> int:
        """Persons with every answer."""
        return int((~np.isnan(self.keyed)).all(axis=1).sum()) if self.sums is None else self.sums.items.n_complete

    @property
    def administration(self) -> str:
        """The form, partner and time, where the bank or the file has several; else nothing."""
        where = self.part.administration
        return ".".join(word for word in (where.form, where.partner, where.occasion) if word)

    def label(self, name: str) -> dict[str, Any]:
        """Return how JSON names an item: its number, its column name, its gloss; other variables by name alone."""
        if name not in self.names:
            return {"item": None, "name": name, "gloss": None}
        number = self.numbers[self.names.index(name)]
        return {"item": number, "name": name, "gloss": str(self.bank.item(number).gloss)}

    def gloss(self, name: str) -> str:
        """Return what an item is about, in a few words."""
        return str(self.label(name)["gloss"] or "")

    def named(self, notes: Sequence[str]) -> tuple[str, ...]:
        """Return notes on "item 3" (by place) with the item's own column name instead."""
        return tuple(re.sub(r"\bitems? (\d+)(?: and (\d+))?\b", self._name_at, note) for note in notes)

    def _name_at(self, hit: re.Match[str]) -> str:
        places = [int(place) - 1 for place in hit.groups() if place]
        if any(not 0 <= place < len(self.names) for place in places):
            return hit.group()
        return " and ".join(self.names[place] for place in places)


def item_answers(
    responses: Responses,
    bank: ItemBank,
    *,
    form: str | None = None,
    partner: str | None = None,
    time: str | None = None,
    cluster: str | None = None,
) -> ItemAnswers:
    """Return the keyed answers of a bank's administration: the first form, partner and time unless said.

    Raises
    ------
    UnknownNameError
        When the responses hold no such bank, form, partner or time.
    ResponseError
        When fewer than two items vary: nothing has a structure then.
    """
    part, notes = chosen_part(responses, bank, form=form, partner=partner, time=time)
    places = places_in_scales(bank)
    x = keyed(part, places=places)
    fine, why = _varying(x, [bank.item_column(bank.items[j]) for j in places])
    clusters = None if cluster is None else np.array(clusters_of(responses, cluster))
    answers = answers_of(part, places, fine, notes=notes, why=why)
    return replace(answers, rows=x[:, fine], clusters=clusters, cluster_column=cluster)


def answers_of(
    part: Answered, places: Sequence[int], fine: Sequence[int], *, notes: Sequence[str], why: Sequence[str]
) -> ItemAnswers:
    """Return the answers to the items that vary, at ``fine`` of these places of the bank, without any row.

    Raises
    ------
    ResponseError
        When there are fewer than two.
    """
    bank = part.bank
    kept = [bank.items[places[j]] for j in fine]
    if len(kept) < 2:
        raise ResponseError(
            Problem(where=f"bank {bank.id}", what=f"{len(kept)} item(s) that vary", allowed="two or more",
                    do="; ".join(why) or "structure is about several items")
        )  # fmt: skip
    names = tuple(bank.item_column(item) for item in kept)
    factors, said = _factors(bank, names)
    return ItemAnswers(
        bank=bank, part=part, names=names, numbers=tuple(item.id for item in kept), rows=None, factors=factors,
        notes=(*notes, *why, *said),
    )  # fmt: skip


def places_in_scales(bank: ItemBank) -> list[int]:
    """Return the 0-based places of the items that stand in a scale."""
    in_scales = {number for scale in bank.item_scales for number in scale.items}
    return [j for j, item in enumerate(bank.items) if item.number in in_scales]


def chosen_part(responses: Responses, bank: ItemBank, **wanted: str | None) -> tuple[Answered, list[str]]:
    """Return the administration to look at, by form, partner and time, and what is said of the others."""
    parts = responses.of(bank.id)
    if not parts:
        raise UnknownNameError.among("bank in these answers", bank.id, [one.id for one in responses.banks])
    order = {form: place for place, form in enumerate(bank.form_ids)}
    by_form = sorted(parts, key=lambda part: order.get(part.administration.form, 0))
    for kind, name in wanted.items():
        if name is None:
            continue
        known = list(
            dict.fromkeys(value for part in by_form if (value := getattr(part.administration, kind)) is not None)
        )
        if name not in known:
            raise UnknownNameError.among(f"{kind} of bank {bank.id} in these answers", name, known)
        by_form = [part for part in by_form if getattr(part.administration, kind) == name]
    chosen = by_form[0]
    others = [part.administration for part in by_form[1:]]
    if not others:
        return chosen, []
    spoken = ", ".join(".".join(w for w in (s.form, s.partner, s.occasion) if w) or "the unnamed" for s in others)
    own = chosen.administration
    first = ".".join(w for w in (own.form, own.partner, own.occasion) if w) or "the first"
    return chosen, [f"administration {first} alone; not looked at: {spoken} (choose by form, partner or time)"]


def _varying(x: FloatArray, names: Sequence[str]) -> tuple[list[int], list[str]]:
    """Places of the items that vary, and why the others are left out."""
    fine, why = [], []
    for j, name in enumerate(names):
        seen = x[~np.isnan(x[:, j]), j]
        if seen.size and np.ptp(seen) > 0:
            fine.append(j)
        else:
            why.append(left_out(name, answered=bool(seen.size)))
    return fine, why


def left_out(name: str, *, answered: bool) -> str:
    """Say why an item that does not vary is left out."""
    return f"{name}: {'everybody gave the same answer' if answered else 'nobody answered it'}; left out"


def _factors(bank: ItemBank, names: Sequence[str]) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Scales as factors over the items left; a total over other scales is no factor beside them."""
    there = set(names)
    entries: dict[str, tuple[str, ...]] = {}
    notes: list[str] = []
    for scale in bank.scales:
        own = set(scale.items)
        smaller = [set(other.items) for other in bank.item_scales if set(other.items) < own]
        if scale.scales:
            notes.append(
                f"scale {scale.id} is made of {' and '.join(scale.scales)}; not a factor beside them (see variant)"
            )
            continue
        if smaller and set().union(*smaller) == own:
            notes.append(f"scale {scale.id} holds other scales whole; not a factor beside them (see variant)")
            continue
        items = tuple(name for number in scale.items if (name := bank.item_column(number)) in there)
        if items:
            entries[scale.id] = items
        else:
            notes.append(f"scale {scale.id}: none of its items varies; no factor")
    return entries, notes


DRAWS = 500  # samples of persons an interval rests on: more would be most of the time that structure takes
FEWEST_ROWS = 30  # complete rows: fewer make no interval
NO_INTERVAL = f"HTMT: more than {FEW_ROWS:,} rows, so persons are not resampled: ratios without an interval"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleRatios:
    """The ratio of every pair of scales; empty where fewer than two scales have two items each."""

    pairs: tuple[tuple[str, str], ...]
    values: tuple[HtmtRatio, ...]
    notes: tuple[str, ...] = ()


def scale_ratios(answers: ItemAnswers, *, seed: int = 1) -> ScaleRatios:
    """Return the ratios of the scales with two items or more that share none, from complete rows.

    Raises
    ------
    ResponseError
        When fewer than 30 rows are complete.
    """
    scales = {name: [answers.names.index(item) for item in items]
              for name, items in answers.factors.items() if len(items) > 1}  # fmt: skip
    places = [place for items in scales.values() for place in items]
    if len(scales) < 2 or len(set(places)) < len(places):
        return ScaleRatios(pairs=(), values=())
    order = iter(range(len(places)))
    positions = [[next(order) for _ in items] for items in scales.values()]
    pairs = tuple(combinations(scales, 2))
    if answers.sums is not None:
        ratios = _ratios_of_sums(answers.sums.items.of(places).complete, positions)
        return ScaleRatios(pairs=pairs, values=ratios, notes=(NO_INTERVAL,))
    rows = answers.keyed[:, places]
    rows = rows[~np.isnan(rows).any(axis=1)]
    _check_complete(len(rows))
    with np.errstate(invalid="ignore", divide="ignore"):
        return ScaleRatios(pairs=pairs, values=htmt(rows, positions, draws=DRAWS, seed=seed))


def _check_complete(n: int) -> None:
    if n < FEWEST_ROWS:
        raise ResponseError(Problem(where="HTMT", what=f"{n} complete rows", allowed=f"{FEWEST_ROWS} or more"))


def _ratios_of_sums(complete: Products, positions: Sequence[Sequence[int]]) -> tuple[HtmtRatio, ...]:
    _check_complete(complete.n)
    covariance = complete.covariance()
    with np.errstate(invalid="ignore", divide="ignore"):
        sd = np.sqrt(np.diag(covariance))
        return htmt_of(covariance / np.outer(sd, sd), positions)
