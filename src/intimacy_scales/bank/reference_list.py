"""The works that banks, tips and reports rest on: one file, one entry a work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from pydantic import RootModel

from intimacy_scales.bank.options import Identifier, Part, Text
from intimacy_scales.bank.readable import Readable, Told
from intimacy_scales.bank.strict import Spot
from intimacy_scales.base.errors import BankError, UnknownNameError


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A work cited: its key, its APA entry (italics between ``*``), its DOI, and where or how far it was read."""

    key: str
    apa: str
    doi: str | None
    note: str | None
    secondary: bool = False
    """Whether it only quotes others (an essay, a thesis): named where a figure comes from, in no paper's list."""

    def __str__(self) -> str:
        return apa(self)


class _Entry(Part):
    apa: Text
    doi: Text | None = None
    note: Text | None = None
    secondary: bool = False


class _Entries(RootModel[dict[Identifier, _Entry]]):
    pass


@cache
def references() -> dict[str, Reference]:
    """Return every reference by its key, in the order of the file. Not to be changed by the caller.

    Raises
    ------
    BankError
        When the file is faulty.
    """
    from intimacy_scales.bank.shipped import scales_folder

    return read_references(scales_folder() / "references.yaml")


def read_references(path: Path) -> dict[str, Reference]:
    """Return the references of a file, all its faults at once as a BankError."""
    from intimacy_scales.bank.faults import model_of
    from intimacy_scales.bank.strict import read_page

    entries, problems = model_of(read_page(path), _Entries)
    if entries is None or problems:
        raise BankError(problems)
    return {
        key: Reference(key=key, apa=e.apa, doi=e.doi, note=e.note, secondary=e.secondary)
        for key, e in entries.root.items()
    }


def reference(key: str) -> Reference:
    """Return the reference of this key.

    Raises
    ------
    UnknownNameError
        When there is none; says which there are, and which was perhaps meant.

    Examples
    --------
    >>> reference("sinclair2005").apa[:24]
    'Sinclair, V. G., & Dowdy'
    """
    known = references()
    if key not in known:
        raise UnknownNameError.among("reference", key, tuple(known))
    return known[key]


def apa(entry: Reference) -> str:
    """Return the entry as an APA reference list prints it, with its DOI as a link where there is one.

    Italics stand between ``*``; :func:`cite` gives plain text.
    """
    return f"{entry.apa} https://doi.org/{entry.doi}" if entry.doi else entry.apa


def cite(source: str) -> str:
    """Return what a bank's ``source`` stands for, as plain text: the work of a key, or the full citation itself."""
    known = references()
    return apa(known[source]).replace("*", "") if source in known else source


def in_text(key: str) -> str:
    """Return author and year of a work as a reader says them: ``Sinclair & Dowdy, 2005``; ``et al.`` for three or more.

    Examples
    --------
    >>> in_text("sinclair2005")
    'Sinclair & Dowdy, 2005'
    """
    authors, _, rest = reference(key).apa.partition(" (")
    names = [part.strip() for part in authors.replace("&", "").split(", ") if not part.strip().endswith(".")]
    said = f"{names[0]} et al." if len(names) > 2 else " & ".join(names)
    return f"{said}, {rest[:4]}"


_KEY = re.compile(r"[A-Za-z0-9_.-]+")  # one word: meant as a key of references.yaml


def check_sources(parts: Readable) -> Told:
    """Every source is a key of references.yaml or a full citation (more than one word, or a web address)."""
    try:
        known = references()
    except BankError as error:
        yield from error.problems
        return
    for spot, source in _sources(parts):
        if _KEY.fullmatch(source) and source not in known:
            close = get_close_matches(source, list(known), n=1)
            yield parts.page.problem(
                spot,
                f"there is no reference {source!r}",
                "a key of references.yaml, or the full citation",
                f"did you mean {close[0]}?" if close else "",
            )


def _sources(parts: Readable) -> Iterator[tuple[Spot, str]]:
    for place, source in enumerate(parts.listed("source")):
        if isinstance(source, str):
            yield ("source", place), source
    for group in (parts.derived, parts.evidence, parts.norms, parts.bands, parts.cautions):
        for spot, part in group:
            yield (*spot, "source"), part.source
