"""What one run of a command read and wrote, so that no output can take the place of an input, and a log can tell.

A library call has no session: then nothing is noted, and a writer guards the inputs it is given. The session is held
in a context variable, and is no option: nothing in it changes how anything is computed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Session:
    """The files of one run, in the order in which they were opened, and its rows."""

    read: list[Path] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    share: bool = False
    """Whether outputs get the modes of the umask; private (0600) without it."""
    log: Path | None = None
    """The file to which a line on this run is added."""
    options: dict[str, bool | str | list[str]] = field(default_factory=dict)
    """What was typed: option to ``True``, its word or its words."""
    rows_read: int | None = None
    rows_used: int | None = None


_CURRENT: ContextVar[Session | None] = ContextVar("session", default=None)


@contextmanager
def session(*, share: bool = False) -> Iterator[Session]:
    """Note every file read and written until the end of the block."""
    made = Session(share=share)
    token = _CURRENT.set(made)
    try:
        yield made
    finally:
        _CURRENT.reset(token)


def current() -> Session | None:
    """Return the session of this run, ``None`` in a plain library call."""
    return _CURRENT.get()


def note_read(path: str | os.PathLike[str]) -> None:
    """Note that a file of the user's was opened for reading."""
    made = _CURRENT.get()
    if made is not None and Path(path) not in made.read:
        made.read.append(Path(path))


def note_written(path: Path) -> None:
    """Note that a file was put in its place."""
    made = _CURRENT.get()
    if made is not None:
        made.written.append(path)


def note_rows(read: int, used: int) -> None:
    """Note how many rows were read, and how many of them were used."""
    made = _CURRENT.get()
    if made is not None:
        made.rows_read, made.rows_used = (made.rows_read or 0) + read, (made.rows_used or 0) + used
