"""What made a JSON file: when, with which options, from which bytes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from intimacy_scales.base.session import current

OF_OUTPUT = ("json", "force", "quiet", "q", "log", "share")
"""Options that change no figure."""
OF_SOMEBODY = ("person", "couple-id", "out", "key", "map", "after", "where")
"""Options that may name a person, or a file that does."""


def options_typed(words: Sequence[str]) -> dict[str, bool | str | list[str]]:
    """Return the options of a command line whose files stand first.

    Examples
    --------
    >>> options_typed(["score", "e.csv", "--bank", "eis", "pair", "--shift=-1", "--answers"])
    {'bank': ['eis', 'pair'], 'shift': '-1', 'answers': True}
    """
    typed: dict[str, list[str]] = {}
    name = ""
    for word in words:
        if word.startswith("-") and not (word[1:2].isdigit() or word[1:2] in ("", ".")):
            name, _, value = word.lstrip("-").partition("=")
            typed.setdefault(name, []).extend([value] if value else [])
        elif name:
            typed[name].append(word)
    return {key: True if not said else said[0] if len(said) == 1 else said for key, said in typed.items()}


def run_record(inputs: Sequence[Path], *, somebody: bool = False) -> dict[str, Any]:
    """Return ``run`` of a JSON file; of somebody's neither an id nor what depends on the answers of others."""
    from datetime import UTC, datetime

    session = current()
    left_out = (*OF_OUTPUT, *(OF_SOMEBODY if somebody else ()))
    options = {} if session is None else {k: v for k, v in session.options.items() if k not in left_out}
    made: dict[str, Any] = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "options": options}
    if not somebody:
        sums = [_sha256(file) for file in inputs if file.is_file()]
        made["input_sha256"] = sums[0] if len(sums) == 1 else sums or None
    return made


def _sha256(file: Path) -> str:
    from hashlib import file_digest

    with file.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()
