"""The tips file, read as strictly as a bank."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from intimacy_scales.bank import load_bank, references, scales_folder
from intimacy_scales.bank.shelf import bank_ids, model_of
from intimacy_scales.bank.strict import Page, Spot, read_page
from intimacy_scales.errors import BankError, Problem
from intimacy_scales.tips.model import Reason, Tip, TipFile


@cache
def tip_file() -> TipFile:
    """Return the shipped tips. Read once; nothing in it can be changed.

    Examples
    --------
    >>> tip_file().tip("take_interest").kind
    'habit'
    """
    return read_tips(scales_folder() / "tips.yaml")


def read_tips(path: str | os.PathLike[str]) -> TipFile:
    """Return a tips file.

    Raises
    ------
    BankError
        With all faults at once, each as ``file:line: path``: of writing, of fields, studies that references.yaml
        does not hold, tips without evidence that do not say so, ids that stand twice.
    """
    page = read_page(Path(path))
    made, problems = model_of(page, TipFile)
    if made is not None:
        problems += _cross(page, made)
    if made is None or problems:
        raise BankError(problems)
    return made


def _cross(page: Page, made: TipFile) -> Iterator[Problem]:
    known = references()
    for spot, study in _studies(made):
        if study not in known:
            yield page.problem(spot, f"there is no reference {study!r}", "a key of references.yaml")
    seen: set[str] = set()
    for place, tip in enumerate(made.tips):
        if tip.id in seen:
            yield page.problem(("tips", place, "id"), f"{tip.id!r} stands twice", "each tip has its own id")
        seen.add(tip.id)
        if not tip.evidence and not tip.no_study:
            yield page.problem(("tips", place), "names no study", "evidence, or no_study that says so")


def _studies(made: TipFile) -> Iterator[tuple[Spot, str]]:
    groups: tuple[tuple[str, tuple[Tip | Reason, ...]], ...] = (("tips", made.tips), ("reasons", made.reasons))
    for name, parts in groups:
        for place, part in enumerate(parts):
            for line, one in enumerate(part.evidence):
                yield (name, place, "evidence", line, "study"), one.study
    for place, question in enumerate(made.questions):
        for line, key in enumerate(question.sources):
            yield ("questions", place, "sources", line), key
    for line, key in enumerate(made.closeness.sources):
        yield ("closeness", "sources", line), key


def check_tips(path: str | os.PathLike[str] | None = None) -> tuple[Problem, ...]:
    """Return everything wrong with a tips file, the shipped banks it speaks to included; empty when nothing is."""
    file = Path(path) if path is not None else scales_folder() / "tips.yaml"
    try:
        made = read_tips(file)
    except BankError as error:
        return error.problems
    return tuple(_bank_problems(read_page(file), made))


def _bank_problems(page: Page, made: TipFile) -> Iterator[Problem]:
    banks = {bank_id: load_bank(bank_id) for bank_id in bank_ids()}
    for place, tip in enumerate(made.tips):
        for line, one in enumerate(tip.speaks_to):
            spot: Spot = ("tips", place, "speaks_to", line)
            if one.bank not in banks:
                yield page.problem((*spot, "bank"), f"there is no bank {one.bank!r}", f"there is: {', '.join(banks)}")
                continue
            scales = {scale.id: scale for scale in banks[one.bank].scales}
            for scale in one.scales:
                if scale not in scales:
                    yield page.problem(
                        (*spot, "scales"), f"there is no scale {scale!r}", f"there is: {', '.join(scales)}"
                    )
                elif scales[scale].role == "idealisation":
                    yield page.problem((*spot, "scales"), f"{scale!r} is a scale of idealisation", "it suggests no tip")
