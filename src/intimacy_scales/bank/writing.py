"""Banks and norms written as YAML that reads back as the same, and the JSON Schema for editors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intimacy_scales.bank.model import ItemBank, Part
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
    return to_yaml(bank)


def to_yaml(part: Part) -> str:
    """Return any part of a bank as strict YAML, keys in the order of the model, what is default left out."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes what the strict reader reads: no aliases, and quotes round all that is not plainly text."""

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 (the parent's signature)
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT
            super().increase_indent(flow, False)

    Dumper.add_representer(str, _text)
    plain = _plain(part.model_dump(mode="python", exclude_defaults=True))
    said: str = yaml.dump(
        plain, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=LINE, default_flow_style=None
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
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Item bank of intimacy-scales"}
    return head | {key: value for key, value in made.items() if key != "title"}


def schema_text() -> str:
    """Return the schema as the text of ``scales/bank.schema.json``."""
    import json

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
