"""A result's picture as a file: PNG, SVG or PDF, by its suffix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from intimacy_scales.base.errors import OutputError, Problem

SUFFIXES = (".png", ".svg", ".pdf")


def vouch_picture(target: Path | None, *, force: bool, inputs: Sequence[Path]) -> None:
    """Refuse a picture's file that may not be written, before any work is done.

    Raises
    ------
    OutputError
        For another suffix, and as :func:`intimacy_scales.base.files.may_write`.
    """
    from intimacy_scales.base.files import may_write

    if target is None:
        return
    if target.suffix.lower() not in SUFFIXES:
        raise OutputError(Problem(where=str(target), what="is no picture by its suffix", allowed=", ".join(SUFFIXES)))
    may_write(target, force=force, inputs=inputs)


def write_picture(target: Path, draw: Callable[[], Any], *, force: bool, inputs: Sequence[Path]) -> None:
    """Write a matplotlib figure, whole or not at all."""
    from intimacy_scales.base.files import may_write, whole_file

    with whole_file(may_write(target, force=force, inputs=inputs), force=force) as new:
        draw().savefig(new, format=target.suffix.lower().lstrip("."), dpi=200, metadata=_undated(target))


def _undated(target: Path) -> dict[str, None]:
    """Return the metadata that make the same picture the same file."""
    return {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(target.suffix.lower(), {})
