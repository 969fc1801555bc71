"""The door of every public function: what it does not know it refuses, with what was perhaps meant."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any, TypeVar, Unpack, get_args, get_origin

from intimacy_scales.base.options import refuse_unknown

_Function = TypeVar("_Function", bound=Callable[..., Any])


def door(function: _Function, name: str = "") -> _Function:
    """Return a public function that refuses unknown keywords, all at once, each with what was perhaps meant.

    Python itself names one only, and a function that takes options of reading would hand it on.

    Examples
    --------
    >>> def norm_of(score, *, level=0.95): return level
    >>> door(norm_of)(3, levle=0.9)
    Traceback (most recent call last):
    intimacy_scales.base.options.UnknownKeywordError: norm_of(): keyword 'levle': there is none of this name; ...
    """

    @wraps(function)
    def called(*given: Any, **keywords: Any) -> Any:
        refuse_unknown(keywords, _known(function), of=f"{name or function.__name__}(): ")
        return function(*given, **keywords)

    return called  # type: ignore[return-value]


@cache
def _known(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return every keyword that a function takes, those of its options of reading among them."""
    known: list[str] = []
    for one in inspect.signature(function).parameters.values():
        if one.kind is inspect.Parameter.VAR_KEYWORD:
            known += _options_in(one.annotation, getattr(function, "__globals__", {}))
        elif one.kind not in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.VAR_POSITIONAL):
            known.append(one.name)
    return tuple(known)


def _options_in(annotation: Any, names: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields of the ``TypedDict`` that ``**options: Unpack[...]`` unpacks."""
    hint = eval(annotation, dict(names)) if isinstance(annotation, str) else annotation  # noqa: S307 -- our own source
    return tuple(get_args(hint)[0].__annotations__) if get_origin(hint) is Unpack else ()
