"""What an option is, said once: the keyword in Python, the option on the command line, and the help of both.

The door of every public function: what it does not know it refuses, with what was perhaps meant.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from typing import Annotated, Any, TypeVar, Unpack, get_args, get_origin, get_type_hints

from intimacy_scales.base.errors import UnknownNameError


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """What stands in an ``Annotated`` type beside the type itself.

    Examples
    --------
    >>> from typing import TypedDict
    >>> class Options(TypedDict, total=False):
    ...     shift: Annotated[int, Option(help="Add N to every code.", metavar="N", default=0)]
    >>> option_of(Options, "shift").help
    'Add N to every code.'
    """

    help: str
    name: str | tuple[str, ...] = ""
    """On the command line; by default the keyword's own: ``id_column`` is ``--id-column``."""
    negative: str = ""
    """The option that says no, where there is one: ``--distinguishable``."""
    metavar: str = ""
    default: Any = None
    """Of a field of a ``TypedDict``, which cannot carry one itself; other parameters carry their own."""
    typed: Any = None
    """The type of what is typed on the command line, where Python takes more; several words: ``list[...]``."""
    hidden: bool = False
    """A keyword of Python only."""
    at_least: float | None = None
    at_most: float | None = None
    group: str = ""
    """The heading of ``--help`` it stands under; by default that of its class, or *This command*."""


@cache
def options_of(options: type) -> Mapping[str, Option]:
    """Return keyword to option of a ``TypedDict`` (or dataclass) whose fields carry one."""
    hints = get_type_hints(options, include_extras=True)
    return {name: option for name, hint in hints.items() if (option := _option_in(hint)) is not None}


def keywords_of(options: type) -> dict[str, tuple[str, bool]]:
    """Return option to keyword, where their names differ, and whether several words are typed after it."""
    named = ((keyword, option) for keyword, option in options_of(options).items() if option.name)
    return {
        name.removeprefix("--"): (keyword, get_origin(option.typed) is list)
        for keyword, option in named
        for name in ((option.name,) if isinstance(option.name, str) else option.name)
    }


def option_of(options: type, keyword: str) -> Option:
    """Return the option of one keyword."""
    return options_of(options)[keyword]


def _option_in(hint: Any) -> Option | None:
    if get_origin(hint) is not Annotated:
        return None
    return next((one for one in get_args(hint)[1:] if isinstance(one, Option)), None)


class UnknownKeywordError(UnknownNameError, TypeError):
    """A keyword that a function does not take; says which it takes, and which was perhaps meant."""


def refuse_unknown(keywords: Iterable[str], known: Iterable[str], *, of: str = "") -> None:
    """Refuse keywords that are not known, all at once, each with the one that was perhaps meant.

    Raises
    ------
    UnknownKeywordError
        With a problem for each.

    Examples
    --------
    >>> refuse_unknown(["bnk"], ["bank", "level"])
    Traceback (most recent call last):
    intimacy_scales.base.options.UnknownKeywordError: keyword 'bnk': there is none of this name; ...
    """
    names = list(known)
    unknown = [name for name in keywords if name not in names]
    if unknown:
        problems = [p for name in unknown for p in UnknownNameError.among(f"{of}keyword", name, names).problems]
        raise UnknownKeywordError(problems)


def with_defaults(given: Mapping[str, Any], options: type) -> dict[str, Any]:
    """Return what was given, every option that was not at its default; unknown ones are refused."""
    known = options_of(options)
    refuse_unknown(given, known)
    return {name: given.get(name, option.default) for name, option in known.items()}


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
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            known += _options_in(parameter.annotation, getattr(inspect.unwrap(function), "__globals__", {}))
        elif parameter.kind not in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.VAR_POSITIONAL):
            known.append(parameter.name)
    return tuple(known)


def _options_in(annotation: Any, names: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields of the ``TypedDict`` that ``**options: Unpack[...]`` unpacks."""
    hint = eval(annotation, dict(names)) if isinstance(annotation, str) else annotation  # noqa: S307 -- our own source
    return tuple(get_args(hint)[0].__annotations__) if get_origin(hint) is Unpack else ()
