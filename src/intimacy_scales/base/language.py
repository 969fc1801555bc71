"""The language of the door a message leaves by: options at the command line, keywords in Python.

Messages name options as they are typed (``--missing-code 99``); at Python's door they are said as keywords
(``missing_codes=[99]``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_AT_COMMAND_LINE: ContextVar[bool] = ContextVar("at the command line", default=False)

#: option -> its keyword where that is called otherwise, and whether it takes a list
_KEYWORDS: dict[str, tuple[str, bool]] = {}
_OPTION = re.compile(
    r"--(?P<name>[a-z][a-z-]+)"
    r"(?: (?P<value>(?:\w+=)?[-+]?\d+(?:\.\d+)?|as-\w+|[A-Z][A-Z_|]+(?:\.\w+)?|[\w/]+\.\w+))?(?![\w-])"
)
_FLAGS = ("force", "keep-unfinished", "already-reversed", "exchangeable", "devices")


@contextmanager
def command_line() -> Iterator[None]:
    """Within this context messages name options as they are typed."""
    token = _AT_COMMAND_LINE.set(True)
    try:
        yield
    finally:
        _AT_COMMAND_LINE.reset(token)


def teach_keywords(keywords: Mapping[str, tuple[str, bool]]) -> None:
    """Learn which keyword an option is (``missing-code`` is ``missing_codes``), and whether that takes a list."""
    _KEYWORDS.update(keywords)


def spoken(text: str) -> str:
    """Return a message in the language of the door it leaves by.

    Examples
    --------
    >>> spoken("if your file counts from 0, say --shift +1; leave --sheet out; say --force to replace it")
    'if your file counts from 0, say shift=+1; leave sheet out; say force=True to replace it'
    """
    if _AT_COMMAND_LINE.get() or "--" not in text:
        return text
    parts = text.split("`")  # between two of them stands a line to be typed in a shell, whoever reads it
    parts[::2] = [_OPTION.sub(_keyword, part) for part in parts[::2]]
    return "`".join(parts)


def _keyword(found: re.Match[str]) -> str:
    name, value = found["name"], found["value"]
    keyword, several = _KEYWORDS.get(name, (name.replace("-", "_"), False))
    if value is not None:
        quoted = value if value[0] in "+-" or value[0].isdigit() or value.isupper() else f'"{value}"'
        return f"{keyword}=[{quoted}]" if several else f"{keyword}={quoted}"
    left_out = found.string[: found.start()].endswith("leave ")
    return f"{keyword}=True" if name in _FLAGS and not left_out else keyword
