"""What a bank is: the frozen, strict model of a questionnaire file.

Pydantic checks the shape of every field; what one field says about another (an item that a scale names
but the bank does not hold) is checked in :mod:`intimacy_scales.bank.check`, so that both kinds of fault can
be told in one pass.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from intimacy_scales.bank.options import (
    MOST_CATEGORIES,
    Identifier,
    Lookup,
    Number,
    NumberRow,
    Option,
    OptionSet,
    Part,
    Text,
    ends_of,
    grid_step,
    options_in,
    summed_ends,
)

Version = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
Certainty = Literal["confirmed", "reported", "computed", "unconfirmed"]
#: ``computed``: worked out from open data or from other figures, whose source the entry names.
ShippedCertainty = Literal["confirmed", "reported", "computed"]
#: A figure nobody read in a source is never shipped, so the model has no word for it.
Area = Literal[
    "closeness",
    "emotional",
    "social",
    "sexual",
    "intellectual",
    "recreational",
    "passion",
    "communication",
    "responsiveness",
    "disclosure",
    "shared_time",
    "devices",
]


class Rights(Part):
    """Who holds the wording, and what of it is withheld here."""

    status: Literal["original", "withheld", "licensed"]
    holder: Text
    withheld: Text | None = None
    ask: Text | None = None
    quote: Text | None = None
    date: Text | None = None
    licence: Text | None = None


class Form(Part):
    """One administration's variant of the same items ("now", "as I would like it")."""

    id: Identifier
    name: Text
    gloss: Text
    translations: Lookup[str, Text] = {}  # noqa: RUF012 -- pydantic copies it
    """Language to the gloss in it."""


class Item(Part):
    """One statement: its number or name, a gloss in our own words, its options, whether it is keyed in reverse."""

    number: Annotated[int, Field(ge=1)]
    """Its number; an item with a name of its own is given one when its bank is read."""
    name: Identifier | None = None
    """A name of its own, in place of a number: in columns, maps, wording files and on paper."""
    gloss: Text
    options: Identifier
    reverse: bool = False
    column: Text | None = None
    """What the item's column is called in exports, where that is neither the bank's id and number nor a question."""
    critical: bool = False
    """Whether a professional should see it first when it is answered on the concerning side (safety, limits)."""
    translations: Lookup[str, Text] = {}  # noqa: RUF012 -- pydantic copies it

    @property
    def id(self) -> int | str:
        """What it is called: its name where it has one, else its number."""
        return self.number if self.name is None else self.name


class Scale(Part):
    """Items scored together, or scales whose scores make one score; and every rule of their scoring."""

    id: Identifier
    name: Text
    items: tuple[int, ...] = ()
    """Numbers of its items; none in a scale of scales."""
    scales: tuple[Identifier, ...] = ()
    """Of a scale of scales: their ids. A bank file writes them under ``items``."""
    reverse: tuple[Identifier, ...] = ()
    """Of a scale of scales: those that count turned round, onto their own range."""
    weights: tuple[Annotated[Number, Field(gt=0)], ...] = ()
    """How often each item (scale) counts, in the order of ``items``; once each where none are given."""
    combine: Literal["sum", "mean"]
    rescale: tuple[Number, Number] | None = None
    round: Annotated[int, Field(ge=0, le=6)] | None = None
    """Decimals the score is rounded to, last of all and half away from zero; ``None``: not rounded."""
    min_answered: Annotated[int, Field(ge=1)]
    min_answered_source: Text
    missing: Literal["prorate", "none"]
    range: tuple[Number, Number]
    higher_means: Text
    better: Literal["higher", "lower", "neither"] | None = None
    """Which way is better; ``None``: the bank does not say, and nothing here calls a change an improvement."""
    role: Literal["content", "idealisation", "interference"] = "content"
    area: Area | None = None
    """Which part of closeness it measures: tips speak to areas, whatever the bank."""
    measures: Text | None = None


class Derived(Part):
    """A difference between two forms, made for every scale: ``minuend - subtrahend``, in scores."""

    id: Identifier
    name: Text
    minuend: Identifier
    subtrahend: Identifier
    positive_means: Text
    source: Text


class Evidence(Part):
    """A published reliability (or similar figure) with its sample and source."""

    scale: Identifier | None = None
    kind: Literal["alpha", "internal_consistency", "alpha_range", "alpha_mean", "test_retest", "correlation"]
    value: Number | tuple[Number, Number]
    sd: Annotated[Number, Field(gt=0)] | None = None
    """SD of the score in the same sample, on the bank's metric, where it is published."""
    n: int | None = None
    sample: Text
    interval: Text | None = None
    source: Text
    certainty: ShippedCertainty
    note: Text | None = None


class Quantile(Part):
    """One line of a percentile table: share (in percent) of the norm's sample at or under ``score``."""

    score: Number
    percentile: Number
    low: Number | None = None
    high: Number | None = None


class NormScale(Part):
    """One scale's figures in a norm, on the metric of the bank's score."""

    scale: Identifier
    n: Annotated[int, Field(ge=2)]
    mean: Number
    sd: Annotated[Number, Field(gt=0)]
    reliability: Number | None = None
    reliability_kind: Text | None = None
    quantiles: tuple[Quantile, ...] = ()
    joined: bool = False
    """Neighbouring scores were joined so that no line of the table tells of few persons: its scores are upper ends."""
    weighted: bool = False
    """Persons were weighted: ``n`` is the effective number, and the table's shares are of weights."""


class Norm(Part):
    """A reference sample: who they were, and their figures scale by scale."""

    id: Identifier
    sample: Text
    form: Identifier | None = None
    group: Lookup[str, Text] = {}  # noqa: RUF012 -- pydantic copies it
    country: Text | None = None
    year: int | None = None
    source: Text
    certainty: ShippedCertainty
    missing: Text | None = None
    fingerprint: Text | None = None
    scales: Annotated[tuple[NormScale, ...], Field(min_length=1)]
    notes: tuple[Text, ...] = ()


class Band(Part):
    """A published verbal band of a scale. Only ``at_least``: between two bands no gap can be written."""

    scale: Identifier
    at_least: Number
    label: Text
    source: Text
    certainty: ShippedCertainty


class Caution(Part):
    """Groups whose scores are known, or strongly suspected, not to mean the same: invariance failed across them."""

    group: Text
    """What parts the groups: ``gender``, ``country``."""
    also: tuple[Text, ...] = ()
    """Other names a column of it may have (``sex``)."""
    scale: Identifier | None = None
    what: Text
    source: Text
    certainty: ShippedCertainty


class Certainties(Part):
    """How sure the map (item to scale), the keys, the options and the glosses are, and what to check."""

    map: Certainty
    keys: Certainty
    options: Certainty
    gloss: Certainty
    check: Text
    notes: tuple[Text, ...] = ()


class Case(Part):
    """A worked example: answers in, scores out, and where the example comes from."""

    name: Text
    source: Text
    answers: Lookup[Text, tuple[Number | None, ...]]
    """Form id (``-`` for a bank without forms) to one answer per item, in item order; null is no answer."""
    scores: Lookup[Text, Number | None]
    """Score column without the bank id (``emotional``, ``now_emotional``, ``gap_emotional``) to its score."""


class ItemBank(Part):
    """A questionnaire as a YAML file: everything the engine knows about it."""

    format: Literal[1, 2]
    id: Identifier
    short: Text | None = None
    """What it is called where there is little room: a page, a table's head."""
    version: Version
    name: Text
    measures: Text
    status: Literal["public", "private"] = "public"
    """``private``: the user's own, whose source nobody confirmed; what it leaves out is filled in."""
    rights: Rights
    source: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Keys of references.yaml; a bank of your own may give full citations instead."""
    languages: Annotated[tuple[Text, ...], Field(min_length=1)]
    options: Lookup[Identifier, OptionSet]
    forms: tuple[Form, ...] = ()
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    scales: Annotated[tuple[Scale, ...], Field(min_length=1)]
    derived: tuple[Derived, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    norms: tuple[Norm, ...] = ()
    bands: tuple[Band, ...] = ()
    cautions: tuple[Caution, ...] = ()
    certainty: Certainties
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]
    notes: tuple[Text, ...] = ()
    wording: Lookup[int, Text] = Field(default={}, exclude=True, repr=False)
    """Item number to official wording: only ever laid over by the user, never written in a bank file."""
    wording_language: Text | None = Field(default=None, exclude=True, repr=False)
    """Language of the laid-over wording, where its file says so."""

    @cached_property
    def _item_at(self) -> dict[int | str, Item]:
        at: dict[int | str, Item] = {item.number: item for item in self.items}
        return at | {item.name: item for item in self.items if item.name is not None}

    @cached_property
    def _scale_at(self) -> dict[str, Scale]:
        return {scale.id: scale for scale in self.scales}

    @cached_property
    def _ends_at(self) -> dict[str, tuple[Number, Number]]:
        return {name: ends_of(options_in(given)) or (0, 0) for name, given in self.options.items()}

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self.items)

    def item(self, number: int | str) -> Item:
        """Return the item of this number or name."""
        return self._item_at[number]

    def scale(self, scale_id: str) -> Scale:
        """Return the scale of this id; :class:`~intimacy_scales.base.errors.UnknownNameError` when there is none."""
        from intimacy_scales.base.errors import UnknownNameError

        if scale_id not in self._scale_at:
            raise UnknownNameError.among(f"scale of bank {self.id}", scale_id, list(self._scale_at))
        return self._scale_at[scale_id]

    @property
    def item_scales(self) -> tuple[Scale, ...]:
        """The scales that are made of items: what everything about items goes through."""
        return tuple(scale for scale in self.scales if not scale.scales)

    def components(self, scale: Scale) -> tuple[Scale, ...]:
        """Return the scales that a scale of scales is made of; none of a scale of items."""
        return tuple(self._scale_at[one] for one in scale.scales)

    def sum_ends(self, scale: Scale) -> tuple[Number, Number]:
        """Return the lowest and the highest possible (weighted) sum of keyed answers to a scale.

        Of a scale of scales: of their scores.
        """
        ends = [one.range for one in self.components(scale)]
        ends = ends or [self.ends(self.item(number)) for number in scale.items]
        return summed_ends(ends, scale.weights, "sum") or (0, 0)

    def answer_ends(self, scale: Scale) -> tuple[float, float]:
        """Return the lowest and the highest average keyed answer to a scale: the means of its items' declared ends."""
        low, high = self.sum_ends(scale)
        counted = sum(scale.weights) or len(scale.items) or len(scale.scales)
        return low / counted, high / counted

    def midpoint(self, scale: Scale) -> float:
        """Return the middle of the average keyed answer to a scale."""
        low, high = self.answer_ends(scale)
        return (low + high) / 2

    def places_of(self, scale: Scale) -> list[int]:
        """Return the 0-based places of a scale's items among the bank's; of a scale of scales those of all of them."""
        place = {item.number: j for j, item in enumerate(self.items)}
        numbers = [number for one in self.components(scale) for number in one.items] or scale.items
        return [place[number] for number in numbers]

    def option_set(self, name: str) -> tuple[Option, ...]:
        """Return the options of a set, in the order of the bank; a row of numbers option by option."""
        return options_in(self.options[name])

    def options_of(self, item: Item) -> tuple[Option, ...]:
        """Return the options of an item, in the order of the bank."""
        return self.option_set(item.options)

    def values_of(self, item: Item) -> tuple[float, ...]:
        """Return what the answers to an item may count, ascending, each once, before any reversal."""
        return tuple(sorted({option.value for option in self.options_of(item) if option.scored}))

    def grid_of(self, places: Sequence[int]) -> tuple[float, float]:
        """Return a zero and a step such that every score of these items' options is ``zero`` plus whole steps.

        ``(0, 1)`` where all of them are whole numbers.
        """
        values = {value for j in places for value in self.values_of(self.items[j])}
        if all(value.is_integer() for value in values):
            return 0.0, 1.0
        return min(values), grid_step(values)

    def scored_options(self, item: Item) -> tuple[Option, ...]:
        """Return the options of an item that are scored, from the one that counts least to the one that counts most."""
        scored = (option for option in self.options_of(item) if option.scored)
        return tuple(sorted(scored, key=lambda option: (option.value, option.code)))

    def is_quantity(self, item: Item) -> bool:
        """Whether an item's answers are quantities, not ordered categories: a slider, or a row of many numbers."""
        return len(self.values_of(item)) > MOST_CATEGORIES

    def row_of(self, item: Item) -> NumberRow | None:
        """Return the row of numbers that an item is answered on; ``None`` where its options are a list."""
        given = self.options[item.options]
        return given if isinstance(given, NumberRow) else None

    def ends(self, item: Item) -> tuple[Number, Number]:
        """Return the item's own *declared* lowest and highest score: the ends that reversal uses.

        Of plain options that is the lowest and the highest code; an option that is not scored is no end.
        """
        return self._ends_at[item.options]

    def item_column(self, item: Item | int | str) -> str:
        """Return the name of an item's column: the bank's id and the item's own (``eis_1``, ``mood_tired``)."""
        one = item if isinstance(item, Item) else self.item(item)
        return f"{self.id}_{one.id}"

    def text(self, item: Item) -> str:
        """Return the laid-over wording of an item where the user gave one, else its gloss."""
        return self.wording.get(item.number, item.gloss)

    @property
    def short_name(self) -> str:
        """What it is called where there is little room."""
        return self.short or self.name

    @property
    def form_ids(self) -> tuple[str | None, ...]:
        """Ids of the forms; ``(None,)`` for a bank without forms, so that callers can loop either way."""
        return tuple(form.id for form in self.forms) or (None,)

    def __repr__(self) -> str:
        scales = "1 scale" if len(self.scales) == 1 else f"{len(self.scales)} scales"
        return f"<ItemBank {self.id} {self.version}: {self.name}; {len(self)} items, {scales}>"

    __str__ = __repr__


Bank = ItemBank | str | os.PathLike[str]
"""How a function is given a bank: as such, by the id of a shipped one, or by a path."""
Banks = Bank | Iterable[Bank]
"""One bank or several."""
