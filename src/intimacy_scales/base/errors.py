"""One grammar of failure: "where: what is; what is allowed; what to do".

Everything that can go wrong by a user's doing is a :class:`Problem`; errors carry **all** problems of one
pass, never only the first. Below this room is only the language of its messages: every other room may raise from here.

Text from files and file names made safe to show: what steers a terminal or hides is written out, not obeyed.

The language of the door a message leaves by: options at the command line, keywords in Python.

Messages name options as they are typed (``--missing-code 99``); at Python's door they are said as keywords
(``missing_codes=[99]``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, in plain words.

    Parameters
    ----------
    where : str
        The place a user can go to: ``file:line:``, ``column eis_3``, ``row 12``.
    what : str
        What is there now.
    allowed : str, default ""
        What may be there.
    do : str, default ""
        What the user can do about it.

    Examples
    --------
    >>> print(Problem(where="column eis_3", what="14 answers of 9", allowed="allowed 1 to 5"))
    column eis_3: 14 answers of 9; allowed 1 to 5
    """

    where: str
    what: str
    allowed: str = ""
    do: str = ""

    def __str__(self) -> str:
        text = "; ".join(part for part in (self.what, self.allowed, self.do) if part)
        return visible(spoken(f"{self.where}: {text}" if self.where else text))


class IntimacyScalesError(Exception):
    """Anything a user can mend. ``problems`` holds every fault found, in the order of the input."""

    def __init__(self, problems: Iterable[Problem] | Problem | str) -> None:
        if isinstance(problems, str):
            problems = Problem(where="", what=problems)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class BankError(IntimacyScalesError):
    """A bank, an overlay, a norm or a tip file that says something it may not say."""


class ExportError(IntimacyScalesError):
    """A file that cannot be read as a table of answers."""


class ResponseError(IntimacyScalesError):
    """Answers that do not fit the bank: unknown columns, codes outside the options, too few rows."""


class OutputError(IntimacyScalesError):
    """A result that could not be written; nothing of it stands on the disk."""


class UnknownNameError(IntimacyScalesError):
    """A name that is not among those there are; says which are, and which was perhaps meant."""

    @classmethod
    def among(cls, kind: str, name: str, known: Sequence[str]) -> UnknownNameError:
        """Build the error for ``name`` looked up among ``known`` (``kind`` as in "bank")."""
        close = get_close_matches(name.casefold(), list(known), n=1, cutoff=0.5)
        hint = f"did you mean {close[0]!r}?" if close else ""
        have = ", ".join(known) if known else "none"
        return cls(
            Problem(where=f"{kind} {name!r}", what="there is none of this name", allowed=f"there is: {have}", do=hint)
        )


class UsageError(IntimacyScalesError):
    """A command or a call that is not as it may be, whatever the input holds."""


_KEPT = "\t\n"
_HIDING = frozenset(["Cc", "Cf", "Cs", "Co"])  # control, format (bidirectional, zero-width), surrogates, private use
_MAYBE = re.compile(r"[^\t\n\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u052f\u4e00-\u9fff]")


def visible(text: str) -> str:
    r"""Return text with every character that steers, hides or cannot be encoded written as ``\x1b``, ``\u202e`` ...

    Line ends and tabs stay; letters of every script stay. A zero-width joiner between letters of scripts that need it
    is shown too: in a message it is worth seeing.

    Examples
    --------
    >>> visible("scores\x1b[2J.csv")
    'scores\\x1b[2J.csv'
    >>> visible("größe, 日本語")
    'größe, 日本語'
    """
    if _MAYBE.search(text) is None:
        return text
    return "".join(_shown(sign) for sign in text)


def _shown(sign: str) -> str:
    if sign in _KEPT or unicodedata.category(sign) not in _HIDING:
        return sign
    return sign.encode("unicode_escape").decode("ascii") if not "\ud800" <= sign <= "\udfff" else f"\\u{ord(sign):04x}"


_AT_COMMAND_LINE: ContextVar[bool] = ContextVar("at the command line", default=False)

#: option -> its keyword where that is called otherwise, and whether it takes a list
_KEYWORDS: dict[str, tuple[str, bool]] = {}
_OPTION = re.compile(
    r"--(?P<name>[a-z][a-z-]+)"
    r"(?: (?P<value>(?:\w+=)?[-+]?\d+(?:\.\d+)?|as-\w+|[A-Z][A-Z_|]+(?:\.\w+)?|[\w/]+\.\w+))?(?![\w-])"
)
_FLAGS = ("force", "keep-unfinished", "already-reversed", "exchangeable", "devices", "rewrite")


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


def _keyword(match: re.Match[str]) -> str:
    name, value = match["name"], match["value"]
    keyword, several = _KEYWORDS.get(name, (name.replace("-", "_"), False))
    if value is not None:
        quoted = value if value[0] in "+-" or value[0].isdigit() or value.isupper() else f'"{value}"'
        return f"{keyword}=[{quoted}]" if several else f"{keyword}={quoted}"
    left_out = match.string[: match.start()].endswith("leave ")
    return f"{keyword}=True" if name in _FLAGS and not left_out else keyword
