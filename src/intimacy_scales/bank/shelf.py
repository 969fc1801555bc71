"""Where banks are, and the one way to open them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from intimacy_scales.bank.check import cross_problems
from intimacy_scales.bank.faults import problems_of
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.bank.strict import Page, read_page, read_text
from intimacy_scales.errors import BankError, Problem, UnknownNameError

_IS_BANK = re.compile(rb"^items:", re.MULTILINE)  # tips and references hold no items
AnyModel = TypeVar("AnyModel", bound=BaseModel)


def scales_folder() -> Path:
    """Return the folder of the shipped banks: inside the wheel, or ``<repo>/scales`` in a source checkout."""
    inside = Path(__file__).parents[1] / "scales"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "scales"


def bank_ids() -> tuple[str, ...]:
    """Return the ids of the shipped banks, in alphabetical order.

    Examples
    --------
    >>> "eis" in bank_ids()
    True
    """
    files = sorted(scales_folder().glob("*.yaml"))
    return tuple(file.stem for file in files if _IS_BANK.search(file.read_bytes()))


def load_bank(name_or_path: str | os.PathLike[str], *, wording: str | os.PathLike[str] | None = None) -> ItemBank:
    """Return a bank: a shipped one by its id, any other by the path of its YAML file.

    Parameters
    ----------
    name_or_path
        ``"eis"``, or a path (a :class:`~pathlib.Path`, or text that holds a separator or ends in ``.yaml``).
    wording
        A wording file to lay over it: see :func:`~intimacy_scales.bank.lay_over`.

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


def bank_path(name_or_path: str | os.PathLike[str]) -> Path:
    """Return the file of a bank, shipped or the user's own."""
    name = os.fspath(name_or_path)
    looks_like_path = not isinstance(name_or_path, str) or Path(name).name != name
    if looks_like_path or name.endswith((".yaml", ".yml")):
        return Path(name)
    known = bank_ids()
    if name not in known:
        raise UnknownNameError.among("bank", name, known)
    return scales_folder() / f"{name}.yaml"


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


def model_of(page: Page, model: type[AnyModel]) -> tuple[AnyModel | None, list[Problem]]:
    """Return a page as a model (``None`` when its fields are wrong) and the problems of its writing and fields."""
    problems = list(page.problems)
    if not isinstance(page.value, dict):
        if not problems:
            problems.append(
                Problem(where=page.name, what="holds no keys with values", allowed="a file such as eis.yaml")
            )
        return None, problems
    try:
        return model.model_validate(page.value), problems
    except ValidationError as error:
        told = {problem.where for problem in problems}
        return None, problems + [p for p in problems_of(error, page, model) if p.where not in told]


def _line(problem: Problem) -> int:
    found = re.search(r":(\d+)(?=:|$)", problem.where)
    return int(found[1]) if found else 0
