"""Figures and attributes as they are typed: ``4.2``, ``eis_total=4.2``, ``MEAN,SD``, ``gender=woman``.

A result's picture as a file: PNG, SVG or PDF, by its suffix.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intimacy_scales.base.errors import OutputError, Problem, ResponseError

if TYPE_CHECKING:
    from intimacy_scales.analysis.change import Population
    from intimacy_scales.scoring.given_figures import PerScore


def per_score(option: str, texts: Sequence[str] | None) -> PerScore:
    """Return figures said as ``4.2`` (for every score) or ``SCORE=4.2`` (for one).

    Raises
    ------
    ResponseError
        When a figure is no number, or both ways are mixed.

    Examples
    --------
    >>> per_score("--sd", ["eis_total=4.2"])
    {'eis_total': 4.2}
    """
    if not texts:
        return None
    pairs = [text.rpartition("=") for text in texts]
    try:
        named = {name.strip(): float(value) for name, _, value in pairs}
    except ValueError:
        named = {}
    if not named or len(named) < len(texts) or ("" in named and len(named) > 1):
        raise ResponseError(
            Problem(
                where=option,
                what=f"is {' '.join(texts)}",
                allowed="a number, or SCORE=NUMBER for each score",
                do=f"say {option} 4.2, or {option} eis_total=4.2",
            )
        )
    return named.get("", named)


def population(option: str, text: str | None) -> Population | None:
    """Return a population said as ``MEAN,SD``."""
    if text is None:
        return None
    from intimacy_scales.analysis.change import Population

    try:
        mean, sd = (float(part) for part in text.split(","))
    except ValueError:
        problem = Problem(where=option, what=f"is {text!r}", allowed="MEAN,SD", do=f"say {option} 14.2,3.1")
        raise ResponseError(problem) from None
    return Population(mean=mean, sd=sd)


def attributes(option: str, texts: Sequence[str]) -> dict[str, str] | None:
    """Return a person's attributes said as ``NAME=VALUE``.

    Raises
    ------
    ResponseError
        When one has no name or no value.

    Examples
    --------
    >>> attributes("--attribute", ["gender=woman", "age=34"])
    {'gender': 'woman', 'age': '34'}
    """
    if not texts:
        return None
    entries: dict[str, str] = {}
    for text in texts:
        name, _, value = (part.strip() for part in text.partition("="))
        if not name or not value:
            raise ResponseError(
                Problem(where=option, what=f"is {text!r}", allowed="NAME=VALUE", do=f"say {option} gender=woman")
            )
        entries[name] = value
    return entries


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
