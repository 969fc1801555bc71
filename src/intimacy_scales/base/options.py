"""What an option is, said once: the keyword in Python, the option on the command line, and the help of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

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
    return {name: found for name, hint in hints.items() if (found := _option_in(hint)) is not None}


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
