"""What pydantic found, in plain words, at the line where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from intimacy_scales.bank.options import OPTION_KINDS
from intimacy_scales.bank.strict import Page, Spot
from intimacy_scales.base.errors import Problem

_PATTERNS = {
    r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$": "small letters a-z, digits and single _, a letter first",
    r"^\d+\.\d+\.\d+$": 'three whole numbers in quotes, such as "1.0.0"',
}
_TYPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "mapping_type": "keys with values",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
    "finite_number": "a finite number",
    "int_from_float": "a whole number",
    "none_required": "null",
}
_COUNTED = {
    "literal_error": "allowed: {expected}",
    "string_too_short": "some text",
    "too_short": "at least {min_length}",
    "too_long": "at most {max_length}",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "{} or more"),
    "greater_than": ("gt", "more than {}"),
    "less_than_equal": ("le", "{} or less"),
    "less_than": ("lt", "less than {}"),
}


def problems_of(error: ValidationError, page: Page, model: type[BaseModel], *, at: Spot = ()) -> list[Problem]:
    """Return one problem for every place pydantic complains of, in the order of the file.

    Alternatives of one place (a number *or* a pair of numbers) become one sentence.
    """
    places: dict[Spot, list[Any]] = {}
    for fault in error.errors(include_url=False):
        if _echo(fault):
            continue
        spot = _spot(fault, page.value, at)
        places.setdefault(spot, []).append(fault)
    found = [(page.line(spot), _problem(spot, faults, page, model)) for spot, faults in places.items()]
    return [problem for _, problem in sorted(found, key=lambda pair: pair[0])]


def _echo(fault: Any) -> bool:
    """Say whether a list is only called too short because some of its parts are wrong, which are told themselves."""
    return fault["type"] == "too_short" and bool(len(fault["input"]) >= fault["ctx"]["min_length"])


def _spot(fault: Any, data: Any, at: Spot) -> Spot:
    """Return the path of a fault in the file: pydantic's, without the names of alternatives it tried."""
    spot: list[str | int] = []
    here = data
    for step in (*at, *fault["loc"]):
        if step in OPTION_KINDS:
            continue
        if isinstance(here, Mapping):
            key = next((k for k in here if k == step or str(k) == str(step)), None)
            if key is None:
                if fault["type"] == "missing":
                    spot.append(step)
                break
            here = here[key]
            spot.append(str(step))
        elif isinstance(here, Sequence) and not isinstance(here, str) and isinstance(step, int) and step < len(here):
            here = here[step]
            spot.append(step)
        else:
            break
    return tuple(spot)


def _problem(spot: Spot, faults: Sequence[Any], page: Page, model: type[BaseModel]) -> Problem:
    first = faults[0]
    kind = first["type"]
    if kind == "missing":
        return page.problem(spot, "is missing", "it must be given")
    if kind == "extra_forbidden":
        fields = _model_at(model, spot).model_fields
        known = [field.alias or name for name, field in fields.items()]
        known = [name for name in known if not name.startswith("wording")]
        close = get_close_matches(str(spot[-1]), known, n=1, cutoff=0.6)
        return page.problem(
            spot, "is an unknown key", f"allowed: {', '.join(known)}", f"did you mean {close[0]}?" if close else ""
        )
    if first["loc"] and first["loc"][-1] == "[key]":
        return page.problem(spot, f"the key {spot[-1]!r} does not fit", _allowed(first))
    allowed = " or ".join(dict.fromkeys(_allowed(fault) for fault in faults))
    given = first["input"]
    return page.problem(
        spot, _is(given, page.raw.get(spot)), allowed, "write it in quotes" if _wants_quotes(given, faults) else ""
    )


def _is(given: Any, raw: str | None) -> str:
    if given is None:
        return "is empty"
    if isinstance(given, bool):
        return f"is {str(given).lower()}"
    if isinstance(given, Mapping):
        return "holds keys with values"
    if isinstance(given, (tuple, list)):
        return f"is a list of {len(given)}"
    if isinstance(given, str):
        short = given if len(given) <= 40 else given[:37] + "..."
        return f"is the text {short!r}" if given.strip() else "is empty text"
    return f"is the number {raw or given}"


def _wants_quotes(given: Any, faults: Sequence[Any]) -> bool:
    return isinstance(given, (int, float)) and all(fault["type"] == "string_type" for fault in faults)


def _allowed(fault: Any) -> str:
    kind, ctx = fault["type"], fault.get("ctx", {})
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return words.format(ctx[name])
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(ctx["pattern"], str(ctx["pattern"]))
    said = _TYPES.get(kind) or _COUNTED.get(kind)
    return said.format(**ctx) if said else str(fault["msg"])


def _model_at(model: type[BaseModel], spot: Spot) -> type[BaseModel]:
    """Return the model of the part in which the last step of a path lies."""
    for at, step in enumerate(spot[:-1]):
        if isinstance(step, str) and step in model.model_fields:
            models = list(dict.fromkeys(_models_in(model.model_fields[step].annotation)))
            if models:  # options are a list, or keys of a row
                model = models[0] if any(isinstance(later, int) for later in spot[at + 1 :]) else models[-1]
    return model


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


AnyModel = TypeVar("AnyModel", bound=BaseModel)


def model_of(page: Page, model: type[AnyModel]) -> tuple[AnyModel | None, list[Problem]]:
    """Return a page as a model (``None`` when its fields are wrong) and the problems of its writing and fields."""
    problems = list(page.problems)
    if not isinstance(page.value, dict):
        if not problems:
            problems.append(
                Problem(where=page.name, what="holds no keys with values", allowed="a file such as eis.yaml")
            )
        return None, problems
    try:
        return model.model_validate(page.value), problems
    except ValidationError as error:
        told = {problem.where for problem in problems}
        return None, problems + [p for p in problems_of(error, page, model) if p.where not in told]
