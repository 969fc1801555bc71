"""Banks and norms written as YAML that reads back as the same, and the JSON Schema for editors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.bank.options import Part
from intimacy_scales.bank.strict import plain_value

LINE = 110


def dump(bank: ItemBank) -> str:
    """Return a bank as YAML text: ``read_bank(dump(bank)) == bank``.

    Comments of the file it came from are gone; a laid-over wording is left out, being its holder's.

    Examples
    --------
    >>> from intimacy_scales.bank import load_bank, read_bank
    >>> bank = load_bank("eis")
    >>> read_bank(dump(bank)) == bank
    True
    """
    return _yaml(_as_written(bank.model_dump(mode="python", exclude_defaults=True, by_alias=True)))


def _as_written(bank: dict[str, Any]) -> dict[str, Any]:
    """Return a bank's values as a file says them: named items by name, the parts of a scale of scales as its items."""
    names = {item["number"]: item["name"] for item in bank["items"] if "name" in item}
    items = [
        {key: value for key, value in item.items() if key != "number" or "name" not in item} for item in bank["items"]
    ]
    own = names and names == {place: item.get("name") for place, item in enumerate(bank["items"], start=1)}
    scales = []
    for scale in bank["scales"]:
        said = [names.get(number, number) for number in scale.get("items", ())] or scale.get("scales", ())
        kept = {"items" if key == "scales" else key: value for key, value in scale.items()}
        scales.append({**kept, "items": tuple(said)})
    return {**bank, "items": items if own else bank["items"], "scales": scales}


def to_yaml(part: Part) -> str:
    """Return any part of a bank as strict YAML, keys in the order of the model, what is default left out."""
    return _yaml(part.model_dump(mode="python", exclude_defaults=True, by_alias=True))


def _yaml(values: Mapping[str, Any]) -> str:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes what the strict reader reads: no aliases, and quotes round all that is not plainly text."""

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 (the parent's signature)
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT
            super().increase_indent(flow, False)

    Dumper.add_representer(str, _text)
    said: str = yaml.dump(
        _plain(values), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=LINE, default_flow_style=None
    )
    return said


def _text(dumper: Any, text: str) -> Any:
    value, why = plain_value(text)
    is_text = isinstance(value, str) and not why
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if is_text else '"')


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a bank file, for editors that complete and underline.

    The strict reader knows more (cross-references, doubled keys): ``intimacy-scales check`` has the last word. The
    committed copy is ``scales/bank.schema.json``.
    """
    made = ItemBank.model_json_schema()
    for field in ("wording", "wording_language"):
        made["properties"].pop(field)
    _as_in_a_file(made)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Item bank of intimacy-scales"}
    return head | {key: value for key, value in made.items() if key != "title"}


_ALWAYS = ("format", "id", "options", "items", "scales")
"""What a private bank says as well."""


def _as_in_a_file(made: dict[str, Any]) -> None:
    """Turn the schema of the model into that of a file: scales name items or scales, private banks leave out a lot."""
    item, scale = made["$defs"]["Item"], made["$defs"]["Scale"]
    public_item, public_scale = item["required"], [*scale["required"], "items"]
    item["required"] = ["gloss", "options"]
    scale["required"] = ["id", "items"]
    scale["properties"].pop("scales")
    scale["properties"]["items"] = {
        "description": "Numbers or names of items; ids of scales in a scale of scales.",
        "items": {"anyOf": [{"type": "integer"}, {"type": "string"}]}, "minItems": 1, "title": "Items", "type": "array",
    }  # fmt: skip
    public = made["required"]
    made["required"] = list(_ALWAYS)
    numbered = {"anyOf": [{"required": public_item}, {"required": [*item["required"], "name"]}]}
    made["if"] = {"properties": {"status": {"const": "private"}}, "required": ["status"]}
    made["else"] = {
        "required": public,
        "properties": {"items": {"items": numbered}, "scales": {"items": {"required": public_scale}}},
    }
    _bounds(made)


def _bounds(part: Any) -> None:
    """Spell a bound on "a whole number or a number" as the schema does."""
    if isinstance(part, dict):
        if "gt" in part:
            part["exclusiveMinimum"] = part.pop("gt")
        for inner in part.values():
            _bounds(inner)
    elif isinstance(part, list):
        for inner in part:
            _bounds(inner)


def schema_text() -> str:
    """Return the schema as the text of ``scales/bank.schema.json``."""
    import json

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
