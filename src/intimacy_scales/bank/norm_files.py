"""Norms in files of their own, in the form a bank carries them: made by ``norms``, used by ``--norm FILE``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from intimacy_scales.bank.check import norm_problems
from intimacy_scales.bank.faults import model_of
from intimacy_scales.bank.labels import fingerprint
from intimacy_scales.bank.model import ItemBank, Norm
from intimacy_scales.bank.options import Identifier, Part, Text
from intimacy_scales.bank.readable import readable
from intimacy_scales.bank.strict import Page, Spot, read_page
from intimacy_scales.bank.writing import to_yaml
from intimacy_scales.base.errors import BankError, Problem


class NormFile(Part):
    """Norms of one bank, and which state of it they were made with."""

    format: Literal[1]
    bank: Identifier
    fingerprint: Text
    norms: Annotated[tuple[Norm, ...], Field(min_length=1)]


def dump_norms(bank: ItemBank, norms: Sequence[Norm]) -> str:
    """Return norms as YAML text for a file of their own, with the bank's id and fingerprint."""
    mark = fingerprint(bank)  # said once, at the head: a norm says it only where its own is another
    said = tuple(one.model_copy(update={"fingerprint": None}) if one.fingerprint == mark else one for one in norms)
    return to_yaml(NormFile(format=1, bank=bank.id, fingerprint=mark, norms=said))


def load_norm_file(path: str | os.PathLike[str]) -> NormFile:
    """Return a norm file whole, its bank not looked at.

    Raises
    ------
    BankError
        When it cannot be read, or anything in it is not allowed: all faults at once.
    """
    return _read(Path(path))[0]


def load_norms(path: str | os.PathLike[str], bank: ItemBank | None = None) -> tuple[Norm, ...]:
    """Return the norms of a file; each knows the fingerprint of the bank it was made with.

    Parameters
    ----------
    path
        A file as :func:`dump_norms` writes it.
    bank
        The bank they are wanted for. A norm made with another *state* of this bank is returned all the same:
        ``norm.fingerprint != fingerprint(bank)`` tells, and the caller says so beside the standing.

    Raises
    ------
    BankError
        When the file is faulty, is for another bank, or names scales, forms or figures that the bank cannot have.
    """
    made, page = _read(Path(path))
    if bank is not None:
        problems = _misfits(made, page, bank)
        if problems:
            raise BankError(problems)
    return tuple(
        norm if norm.fingerprint else norm.model_copy(update={"fingerprint": made.fingerprint}) for norm in made.norms
    )


def _read(path: Path) -> tuple[NormFile, Page]:
    page = read_page(path)
    made, problems = model_of(page, NormFile)
    if made is None or problems:
        raise BankError(problems)
    return made, page


def _misfits(made: NormFile, page: Page, bank: ItemBank) -> list[Problem]:
    if made.bank != bank.id:
        return [page.problem(("bank",), f"these norms are for {made.bank!r}", f"norms for {bank.id!r}")]
    parts = readable(page, bank)
    return [problem for place, norm in enumerate(made.norms) for problem in norm_problems(parts, _at(place), norm)]


def _at(place: int) -> Spot:
    return ("norms", place)
