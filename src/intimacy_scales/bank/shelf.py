"""The one way to open a bank: read, check, refuse with every fault."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from intimacy_scales.bank.check import cross_problems
from intimacy_scales.bank.faults import model_of
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.bank.private import completed
from intimacy_scales.bank.shipped import bank_path
from intimacy_scales.bank.strict import Page, read_page, read_text
from intimacy_scales.base.errors import BankError, Problem


def load_bank(name_or_path: str | os.PathLike[str], *, wording: str | os.PathLike[str] | None = None) -> ItemBank:
    """Return a bank: a shipped one by its id, any other by the path of its YAML file.

    Parameters
    ----------
    name_or_path
        ``"eis"``, or a path (a :class:`~pathlib.Path`, or text that holds a separator or ends in ``.yaml``).
    wording
        A wording file to lay over it: see :func:`~intimacy_scales.bank.lay_over`.

    Returns
    -------
    ItemBank
        Frozen: items, options, keys, scales, evidence, norms, rights. ``len(bank)`` counts items.

    Raises
    ------
    UnknownNameError
        When no shipped bank has this id; says which there are, and which was perhaps meant.
    BankError
        When the file cannot be read, or anything in it is not allowed: all faults at once, each with
        ``file:line:``.

    Examples
    --------
    >>> load_bank("eis")
    <ItemBank eis 1.0.0: Emotional Intimacy Scale; 5 items, 1 scale>
    """
    bank = _bank_of(read_page(bank_path(name_or_path)))
    if wording is None:
        return bank
    from intimacy_scales.bank.overlay import lay_over

    return lay_over(bank, wording)


def read_bank(text: str, *, name: str = "bank") -> ItemBank:
    """Return the bank that a YAML text holds; ``name`` is what faults call it.

    Raises
    ------
    BankError
        With all faults at once.
    """
    return _bank_of(read_text(text, name=name))


def check_file(path: str | os.PathLike[str]) -> tuple[Problem, ...]:
    """Return everything that is wrong with a bank file, in the order of its lines; empty when nothing is.

    The bank's worked cases are not run here: scoring stands above this room.
    """
    try:
        page = read_page(Path(path))
    except BankError as error:
        return error.problems
    return _look(page)[1]


def _bank_of(page: Page) -> ItemBank:
    bank, problems = _look(page)
    if bank is None:
        raise BankError(problems)
    return bank


def _look(page: Page) -> tuple[ItemBank | None, tuple[Problem, ...]]:
    """Return the bank of a page (``None`` when anything is wrong) and all problems: writing, fields, references."""
    page = replace(page, value=completed(page.value))
    bank, problems = model_of(page, ItemBank)
    if isinstance(page.value, dict):
        for field in sorted({"wording", "wording_language"} & page.value.keys()):
            problems.append(
                page.problem(
                    (field,),
                    "stands in a bank",
                    "glosses only: wording is its holder's",
                    "put it into a file of its own and say --wording FILE",
                )
            )
        problems += cross_problems(page, bank)
    if problems:
        return None, tuple(sorted(problems, key=_line))
    return bank, ()


def _line(problem: Problem) -> int:
    found = re.search(r":(\d+)(?=:|$)", problem.where)
    return int(found[1]) if found else 0
