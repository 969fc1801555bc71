"""One grammar of failure: "where: what is; what is allowed; what to do".

Everything that can go wrong by a user's doing is a :class:`Problem`; errors carry **all** problems of one
pass, never only the first. Below this room is only the language of its messages: every other room may raise from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from intimacy_scales.base.language import spoken
from intimacy_scales.base.visible import visible


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
        said = "; ".join(part for part in (self.what, self.allowed, self.do) if part)
        return visible(spoken(f"{self.where}: {said}" if self.where else said))


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
