"""Names of a room that are imported when they are first asked for, so that what is not used costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazily(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a package (PEP 562): name -> the module below it that holds the name.

    Examples
    --------
    >>> later = lazily("json", {"JSONDecoder": "decoder"})
    >>> later("JSONDecoder").__name__
    'JSONDecoder'
    """

    def get(name: str) -> Any:
        if name not in modules:
            msg = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(msg)
        return getattr(import_module(f"{package}.{modules[name]}"), name)

    return get
