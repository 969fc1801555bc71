"""JSON as a user's file holds it: every key once, no numbers that are none, nothing nested without end."""

from __future__ import annotations

import json
from typing import Any


def json_of(text: str) -> Any:
    """Return what a JSON text holds.

    Raises
    ------
    ValueError
        When it is no JSON, names a key twice in one object (either could be meant), or is nested too deeply.
    """
    try:
        return json.loads(text, object_pairs_hook=_once)
    except RecursionError as fault:
        msg = "it is nested too deeply"
        raise ValueError(msg) from fault


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        msg = f"the key {doubled!r} stands twice in one object: which is meant?"
        raise ValueError(msg)
    return made
