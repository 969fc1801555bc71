"""The parts of a bank file that can be read, each with its place, so that one bad field hides no other fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from intimacy_scales.bank.model import Band, Case, Caution, Derived, Evidence, Form, Item, ItemBank, Norm, Scale
from intimacy_scales.bank.options import Number, NumberRow, Option, OptionSet, Part, ends_of, options_in, summed_ends
from intimacy_scales.bank.strict import Page, Spot
from intimacy_scales.base.errors import Problem

PartType = TypeVar("PartType", bound=Part)


Told = Iterator[Problem]


_OPTIONS: TypeAdapter[tuple[Option, ...] | NumberRow] = TypeAdapter(OptionSet)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """The parts of a bank that can be read, each with its path."""

    page: Page
    items: tuple[tuple[Spot, Item], ...]
    scales: tuple[tuple[Spot, Scale], ...]
    options: Mapping[str, tuple[Option, ...]]
    """Options of every set, those of a row of numbers too; none where its steps cannot be."""
    rows: Mapping[str, NumberRow]
    forms: tuple[tuple[Spot, Form], ...]
    derived: tuple[tuple[Spot, Derived], ...]
    evidence: tuple[tuple[Spot, Evidence], ...]
    norms: tuple[tuple[Spot, Norm], ...]
    bands: tuple[tuple[Spot, Band], ...]
    cautions: tuple[tuple[Spot, Caution], ...]
    cases: tuple[tuple[Spot, Case], ...]
    numbers: frozenset[int]
    """Item numbers there are, of unreadable items too."""
    scale_items: tuple[tuple[Spot, tuple[int, ...]], ...]
    """Item numbers of every scale, of unreadable scales too."""
    scale_ids: tuple[str, ...]
    form_ids: tuple[str, ...]
    option_names: tuple[str, ...]

    def listed(self, name: str) -> tuple[Any, ...]:
        """Return a list of the file as it stands there, empty when there is none."""
        return _list(self.page.value, name)

    def ends(self, number: int) -> tuple[Number, Number] | None:
        """Return the declared ends of an item's scores, ``None`` when they cannot be read."""
        for _, item in self.items:
            if item.number == number and item.options in self.options:
                return ends_of(self.options[item.options])
        return None

    def possible(self, scale_id: str) -> tuple[float, float] | None:
        """Return the range that options, combine and rescale give a scale, ``None`` when it cannot be known."""
        scale = next((scale for _, scale in self.scales if scale.id == scale_id), None)
        if scale is None:
            return None
        if scale.rescale:
            return float(scale.rescale[0]), float(scale.rescale[1])
        of_items = {one.id: one for _, one in self.scales if not one.scales}
        ends = [self.possible(one) if one in of_items else None for one in scale.scales]
        ends = ends or [self.ends(number) for number in scale.items]
        known = [end for end in ends if end is not None]
        return summed_ends(known, scale.weights, scale.combine) if len(known) == len(ends) else None


def readable(page: Page, bank: ItemBank | None) -> Readable:
    """Return the parts of a page that can be read: all of them when ``bank`` is there, else those that stand alone."""
    if bank is not None:
        return _readable_bank(page, bank)
    raw = page.value
    return Readable(
        page=page,
        items=_parts(raw, "items", Item),
        scales=_parts(raw, "scales", Scale),
        options=option_sets(raw),
        rows=_rows(raw),
        forms=_parts(raw, "forms", Form),
        derived=_parts(raw, "derived", Derived),
        evidence=_parts(raw, "evidence", Evidence),
        norms=_parts(raw, "norms", Norm),
        bands=_parts(raw, "bands", Band),
        cautions=_parts(raw, "cautions", Caution),
        cases=_parts(raw, "cases", Case),
        numbers=frozenset(n for n in _named(raw, "items", "number") if isinstance(n, int)),
        scale_items=_scale_items(raw),
        scale_ids=tuple(str(name) for name in _named(raw, "scales", "id")),
        form_ids=tuple(str(name) for name in _named(raw, "forms", "id")),
        option_names=tuple(str(name) for name in _mapping(raw.get("options"))),
    )


def _readable_bank(page: Page, bank: ItemBank) -> Readable:
    return Readable(
        page=page,
        items=_placed("items", bank.items),
        scales=_placed("scales", bank.scales),
        options={name: options_in(given) for name, given in bank.options.items()},
        rows={name: given for name, given in bank.options.items() if isinstance(given, NumberRow)},
        forms=_placed("forms", bank.forms),
        derived=_placed("derived", bank.derived),
        evidence=_placed("evidence", bank.evidence),
        norms=_placed("norms", bank.norms),
        bands=_placed("bands", bank.bands),
        cautions=_placed("cautions", bank.cautions),
        cases=_placed("cases", bank.cases),
        numbers=frozenset(item.number for item in bank.items),
        scale_items=tuple((("scales", place), scale.items) for place, scale in enumerate(bank.scales)),
        scale_ids=tuple(scale.id for scale in bank.scales),
        form_ids=tuple(form.id for form in bank.forms),
        option_names=tuple(bank.options),
    )


def _placed(name: str, parts: tuple[PartType, ...]) -> tuple[tuple[Spot, PartType], ...]:
    return tuple(((name, place), part) for place, part in enumerate(parts))


def _mapping(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(raw: Mapping[Any, Any], name: str) -> tuple[Any, ...]:
    value = raw.get(name)
    return value if isinstance(value, tuple) else ()


def _named(raw: Mapping[Any, Any], name: str, field: str) -> list[Any]:
    return [part[field] for part in _list(raw, name) if isinstance(part, Mapping) and field in part]


def _scale_items(raw: Mapping[Any, Any]) -> tuple[tuple[Spot, tuple[int, ...]], ...]:
    return tuple(
        (("scales", place), items)
        for place, scale in enumerate(_list(raw, "scales"))
        if isinstance(items := _mapping(scale).get("items"), tuple) and all(type(number) is int for number in items)
    )


def _parts(raw: Mapping[Any, Any], name: str, model: type[PartType]) -> tuple[tuple[Spot, PartType], ...]:
    found: list[tuple[Spot, PartType]] = []
    for place, part in enumerate(_list(raw, name)):
        try:
            found.append(((name, place), model.model_validate(part)))
        except ValidationError as error:  # told already, field by field
            mended = _mended(part, error, model)
            if mended is not None:
                found.append(((name, place), mended))
    return tuple(found)


def _mended(part: Any, error: ValidationError, model: type[PartType]) -> PartType | None:
    """Return a part without its wrong fields, if none of them matters to another part; else ``None``."""
    if not isinstance(part, Mapping):
        return None
    kept = dict(part)
    for name in {str(fault["loc"][0]) for fault in error.errors(include_url=False)}:
        kept.pop(name, None)
        field = model.model_fields.get(name)
        if field is not None and field.is_required():
            kept[name] = "?"  # stands for a text; where a text will not do, the part stays unreadable
    try:
        return model.model_validate(kept)
    except ValidationError:
        return None


def _sets(raw: Mapping[Any, Any]) -> dict[str, tuple[Option, ...] | NumberRow]:
    found = {}
    for name, options in _mapping(raw.get("options")).items():
        try:
            found[str(name)] = _OPTIONS.validate_python(options, strict=True)
        except ValidationError:
            continue
    return found


def option_sets(raw: Mapping[Any, Any]) -> dict[str, tuple[Option, ...]]:
    """Return the sets of options of raw values that can be read, rows of numbers option by option."""
    return {name: options for name, given in _sets(raw).items() if (options := options_in(given))}


def _rows(raw: Mapping[Any, Any]) -> dict[str, NumberRow]:
    return {name: given for name, given in _sets(raw).items() if isinstance(given, NumberRow)}


def one_of(names: Iterable[object]) -> str:
    """Return the sentence that lists what may stand in a place."""
    known = ", ".join(str(name) for name in names)
    return f"allowed: {known}" if known else "there are none"
