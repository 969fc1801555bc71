"""Options that take several words: ``--bank eis pair`` is ``--bank eis --bank pair``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

MANY = frozenset(
    {
        "--attribute",
        "--bank",
        "--covariate",
        "--keep",
        "--by",
        "--form",
        "--join",
        "--mediator",
        "--missing-code",
        "--predictor",
        "--wording",
    }
)
FLAGS = frozenset(
    {
        "--already-reversed",
        "--answers",
        "--by-row",
        "--careless",
        "--devices",
        "--distinguishable",
        "--exchangeable",
        "--force",
        "--help",
        "--irt",
        "--keep-unfinished",
        "--pdf",
        "--notebook",
        "--quiet",
        "--structure",
        "-q",
        "--two",
        "--version",
    }
)


def spread(given: Sequence[str]) -> list[str]:
    """Return the arguments with every option of :data:`MANY` repeated for each of its words.

    Words are only taken in once the command has its file: in ``score --bank eis export.csv`` the file is no bank.

    Examples
    --------
    >>> spread(["score", "export.csv", "--bank", "eis", "pair", "--out", "s.csv"])
    ['score', 'export.csv', '--bank', 'eis', '--bank', 'pair', '--out', 's.csv']
    """
    found: list[str] = []
    option: str | None = None  # the option of many words that is open now
    wants_word = False  # the word before was an option that takes one
    positional = 0  # the command's name and its files
    for word in given:
        if word.startswith("--") or word == "-q":
            name, _, value = word.partition("=")
            wants_word = not value and name not in FLAGS
            option = name if name in MANY else None
            found.append(word)
        elif wants_word:
            wants_word = False
            found.append(word)
        elif option is not None and positional > 1 and not _second_file(given, word, positional):
            found += [option, word]
        else:
            positional += 1
            found.append(word)
    return found


def _second_file(given: Sequence[str], word: str, positional: int) -> bool:
    """Whether a word is the AFTER of ``change`` rather than one more word of an open option."""
    return given[0] == "change" and positional < 3 and not word.endswith((".yaml", ".yml")) and Path(word).is_file()
