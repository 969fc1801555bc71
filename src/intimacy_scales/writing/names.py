"""Names of columns as SPSS and Stata allow them; what had to change is told in the column's label."""

from __future__ import annotations

from collections.abc import Callable, Sequence

STATA_LENGTH = 28  # Stata allows 32 characters; pyreadstat names value labels by the column and up to four digits
SPSS_LENGTH = 64  # bytes
_SPSS_SIGNS = "_.$#@"
_SPSS_WORDS = frozenset(["ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"])


def stata_names(names: Sequence[str]) -> dict[str, str]:
    """Return names of at most 28 letters, digits and underscores, each unique, for names that may be longer.

    Letters of any script stay (Stata 14 and later).

    Examples
    --------
    >>> stata_names(["Q1[SQ001]", "1st", "eis_total"])
    {'Q1[SQ001]': 'Q1_SQ001', '1st': 'v1st', 'eis_total': 'eis_total'}
    """
    return _unique(names, _stata, lambda name, length: name[:length], STATA_LENGTH)


def spss_names(names: Sequence[str]) -> dict[str, str]:
    """Return names of at most 64 bytes without spaces and brackets, no reserved words, unique whatever their case.

    Examples
    --------
    >>> spss_names(["Duration (in seconds)", "1_Q2", "by", "Q3"])
    {'Duration (in seconds)': 'Duration_in_seconds', '1_Q2': 'v1_Q2', 'by': 'by_', 'Q3': 'Q3'}
    """
    return _unique(names, _spss, _cut_bytes, SPSS_LENGTH)


def _unique(
    names: Sequence[str], allowed: Callable[[str], str], cut: Callable[[str, int], str], longest: int
) -> dict[str, str]:
    made: dict[str, str] = {}
    taken: set[str] = {name.casefold() for name in names if allowed(name) == name}  # a name that may stay, stays
    for name in names:
        short = allowed(name)
        if short != name or name in made:
            number, plain = 2, short
            while short.casefold() in taken:
                ending = f"_{number}"
                short, number = cut(plain, longest - len(ending)) + ending, number + 1
        made[name] = short
        taken.add(short.casefold())
    return made


def _stata(name: str) -> str:
    plain = _joined(name, "_")
    plain = plain if plain[:1].isalpha() or plain[:1] == "_" else f"v{plain}"
    return plain if len(plain) <= STATA_LENGTH else _shortened(plain)


def _spss(name: str) -> str:
    plain = _joined(name, _SPSS_SIGNS).rstrip(".") or "v"
    plain = plain if plain[0].isalpha() else f"v{plain}"
    plain = f"{plain}_" if plain.upper() in _SPSS_WORDS else plain
    return _cut_bytes(plain, SPSS_LENGTH).rstrip(".")


def _joined(name: str, signs: str) -> str:
    """Return a name with an underscore for each run of signs that are not allowed, none at its ends."""
    kept = "".join(c if c.isalnum() or c in signs else " " for c in name)
    return "_".join(kept.split())


def _cut_bytes(name: str, length: int) -> str:
    return name.encode("utf-8")[:length].decode("utf-8", "ignore")


def _shortened(name: str) -> str:
    """Return a long score name with its ending kept: ``pair_style_expected_..._answered`` says what it is."""
    words = name.replace("_answered", "_n").split("_")
    while len("_".join(words)) > STATA_LENGTH and max(map(len, words)) > 1:
        longest = max(range(len(words)), key=lambda j: len(words[j]))
        words[longest] = words[longest][:-1]
    return "_".join(words)[:STATA_LENGTH]
