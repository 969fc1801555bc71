"""The options of an item: a list of codes with labels, or a row of numbers (a slider); the score of each.

What a person ticks is a *code*. What counts is its *score*: the code itself, or the number that the bank gives it; an
option that is not scored ("does not apply") is an answer without a score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag

if TYPE_CHECKING:
    from intimacy_scales.base.arrays import BoolArray, FloatArray

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Number = int | float
K = TypeVar("K")
V = TypeVar("V")

MOST_STEPS = 10_000
"""Steps of a row of numbers: a slider of 0 to 100 in hundredths."""
MOST_CATEGORIES = 11
"""Options up to which an item's answers are ordered categories; with more (sliders, long rows) they are quantities."""


class FrozenDict(dict[K, V]):
    """A dictionary nobody can change: a bank that could be changed in place would change its scores unseen."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("a bank cannot be changed; make a copy of its file instead")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenDict, (dict(self),)


Lookup = Annotated[Mapping[K, V], AfterValidator(FrozenDict)]


class Part(BaseModel):
    """Base of every part of a bank: frozen, strict, unknown keys refused."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False, validate_default=True)


class Option(Part):
    """One answer that may be given: its code, its label, other spellings of the label, and what it counts."""

    code: Number
    label: Text
    score: Number | None = None
    """What the answer counts; ``None``: its code."""
    scored: bool = True
    """``False``: an answer that counts nothing ("does not apply"): not missing, and not scored."""
    spellings: tuple[Text, ...] = ()
    translations: Lookup[str, Text] = {}

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text that is read as this code: label, spellings, translations."""
        return (self.label, *self.spellings, *self.translations.values())

    @property
    def value(self) -> float:
        """What the answer counts, before any reversal; NaN where it is not scored."""
        if not self.scored:
            return float("nan")
        return float(self.code if self.score is None else self.score)


class RowLabel(Part):
    """The label of one number of a row, with other spellings and translations."""

    label: Text
    spellings: tuple[Text, ...] = ()
    translations: Lookup[str, Text] = {}


class NumberRow(Part):
    """Numbers from one to another in equal steps, some of them labelled: a number row, a slider."""

    model_config = ConfigDict(populate_by_name=True)

    low: Annotated[Number, Field(alias="from")]
    high: Annotated[Number, Field(alias="to")]
    step: Annotated[Number, Field(gt=0)] = 1
    labels: Lookup[Number, Text | RowLabel] = {}

    @property
    def n_steps(self) -> Decimal:
        """Steps from one end to the other; a whole number in a row that can be."""
        return (Decimal(str(self.high)) - Decimal(str(self.low))) / Decimal(str(self.step))

    @property
    def can_be(self) -> bool:
        """Whether the steps lead from the low end to the high one, and are not too many."""
        return 0 < self.n_steps <= MOST_STEPS and self.n_steps == int(self.n_steps)

    @cached_property
    def codes(self) -> tuple[Number, ...]:
        """Every number of the row, lowest first: exact decimals, whole ones as such; none of a row that cannot be."""
        low, step = Decimal(str(self.low)), Decimal(str(self.step))
        return tuple(plain_number(low + at * step) for at in range(int(self.n_steps) + 1)) if self.can_be else ()

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """The row as options; a number without a label is its own."""
        return tuple(self._option(code) for code in self.codes)

    def _option(self, code: Number) -> Option:
        said = self.labels.get(code, number_text(code))
        if isinstance(said, str):
            return Option.model_construct(code=code, label=said)
        return Option.model_construct(
            code=code, label=said.label, spellings=said.spellings, translations=said.translations
        )

    def __str__(self) -> str:
        steps = "" if self.step == 1 else f" in steps of {number_text(self.step)}"
        return f"{number_text(self.low)} to {number_text(self.high)}{steps}"


OPTION_KINDS = ("<list>", "<row>")
"""Names by which the two ways to write options are told apart in a validation; no key of a file is called so."""


def _kind(given: Any) -> str:
    return OPTION_KINDS[isinstance(given, (Mapping, NumberRow))]


OptionList = Annotated[tuple[Option, ...], Field(min_length=2)]
OptionSet = Annotated[
    Annotated[OptionList, Tag(OPTION_KINDS[0])] | Annotated[NumberRow, Tag(OPTION_KINDS[1])], Discriminator(_kind)
]
"""What an item offers: options one by one, or a row of numbers."""


def plain_number(number: Decimal | float) -> Number:
    """Return a number as an integer where it is whole."""
    value = float(number)
    return int(value) if value.is_integer() else value


def number_text(number: float) -> str:
    """Return a code as a person writes it: ``3``, ``2.5``."""
    return str(plain_number(number))


def options_in(given: tuple[Option, ...] | NumberRow) -> tuple[Option, ...]:
    """Return the options of a set, whichever way they are written."""
    return given.options if isinstance(given, NumberRow) else given


def ends_of(options: Sequence[Option]) -> tuple[Number, Number] | None:
    """Return the lowest and the highest score that options give; ``None`` where none is scored."""
    values = [option.code if option.score is None else option.score for option in options if option.scored]
    return (min(values), max(values)) if values else None


def summed_ends(
    ends: Sequence[tuple[Number, Number]], weights: Sequence[Number], combine: str
) -> tuple[Number, Number] | None:
    """Return the lowest and the highest score that parts with these ends make, as a sum or as a mean.

    Weights that are not one a part are another fault: each then counts once.
    """
    if not ends:
        return None
    weights = weights if len(weights) == len(ends) else (1,) * len(ends)
    share = sum(weights) if combine == "mean" else 1
    low, high = (sum(w * end[at] for w, end in zip(weights, ends, strict=True)) / share for at in (0, 1))
    return low, high


def scores_of_codes(options: Sequence[Option], codes: FloatArray) -> FloatArray:
    """Return what ticked codes count: NaN where nothing was ticked, or what was ticked is not scored.

    The same array comes back where every option counts its code.
    """
    apart = [option for option in options if option.value != option.code]
    if not apart:
        return codes
    found = codes.copy()
    for option in apart:
        found[codes == option.code] = option.value
    return found


def grid_step(values: Iterable[float]) -> float:
    """Return the widest step whose multiples lead from the lowest value to every other: 1 for codes, .5 for halves.

    Examples
    --------
    >>> grid_step([0, 1, 2.5, 7]), grid_step([1, 3, 5])
    (0.5, 2.0)
    """
    known = sorted({Fraction(str(value)) for value in values})
    apart = [value - known[0] for value in known[1:]]
    if not apart:
        return 1.0
    under = lcm(*(one.denominator for one in apart))
    return float(Fraction(gcd(*(int(one * under) for one in apart)), under))


def not_scored(options: Sequence[Option], codes: FloatArray) -> BoolArray:
    """Return where an answer was given that is not scored."""
    import numpy as np

    return np.isin(codes, [option.code for option in options if not option.scored])
