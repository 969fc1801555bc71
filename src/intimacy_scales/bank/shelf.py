"""A private bank, which says only what a score needs: what can be computed is computed, what is unknown is said so.

The one way to open a bank: read, check, refuse with every fault.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from intimacy_scales.bank.check import cross_problems
from intimacy_scales.bank.faults import model_of
from intimacy_scales.bank.model import ItemBank
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


UNCONFIRMED = "a private bank: nobody confirmed its items, keys and options in a source"
OURS = "ours: 80 % of the items, rounded up; nothing else was said"


def completed(raw: Any) -> Any:
    """Return the raw values of a private bank with everything filled in that it may leave out.

    That is: version, name, what it measures, rights, source, languages, certainty; the numbers of items; names,
    combine, missing, least answered, range and direction of scales; and its extreme cases. What is wrong in it stays
    as it is, for the checks to name.
    """
    if not isinstance(raw, Mapping) or raw.get("status") != "private":
        return raw
    made = dict(raw)
    for name, value in _defaults(raw).items():
        made.setdefault(name, value)
    items = raw.get("items")
    if isinstance(items, Sequence) and not isinstance(items, str):
        made["items"] = tuple(
            {"number": place, **one} if isinstance(one, Mapping) else one for place, one in enumerate(items, start=1)
        )
    scales = raw.get("scales")
    if isinstance(scales, Sequence) and not isinstance(scales, str):
        made["scales"] = tuple(_scale(one, made) if isinstance(one, Mapping) else one for one in scales)
    if "cases" not in raw:
        made["cases"] = _extremes(made)
    return made


def _defaults(raw: Mapping[str, Any]) -> dict[str, Any]:
    name = str(raw.get("id", "private bank"))
    return {
        "version": "0.1.0",
        "name": name,
        "measures": "Not said.",
        "rights": {"status": "licensed", "holder": "not confirmed: a private bank", "licence": "not confirmed"},
        "source": (UNCONFIRMED,),
        "languages": ("en",),
        "certainty": {
            **dict.fromkeys(("map", "keys", "options", "gloss"), "unconfirmed"),
            "check": f"This is {UNCONFIRMED}.",
        },
    }


def _scale(scale: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(scale)
    items = made.get("items")
    known = [one for one in items if isinstance(one, int)] if isinstance(items, Sequence) else []
    made.setdefault("name", str(made.get("id", "scale")).replace("_", " ").capitalize())
    made.setdefault("combine", "sum")
    made.setdefault("missing", "prorate")
    made.setdefault("min_answered", max(math.ceil(0.8 * len(known) - 1e-9), 1))
    made.setdefault("min_answered_source", OURS)
    made.setdefault("higher_means", "more of what it measures; which way is better is not said")
    made.setdefault("range", _range(made, known, raw) or (0.0, 1.0))  # where it is unknown, another fault says why
    return made


def _range(scale: Mapping[str, Any], items: Sequence[int], raw: Mapping[str, Any]) -> tuple[float, float] | None:
    if isinstance(scale.get("rescale"), Sequence):
        low, high = scale["rescale"]
        return low, high
    ends = [_ends(number, raw) for number in items]
    known = [one for one in ends if one is not None]
    if not known or len(known) < len(ends):
        return None
    weights = scale.get("weights") or ()
    weights = weights if len(weights) == len(known) else (1,) * len(known)
    share = sum(weights) if scale.get("combine") == "mean" else 1
    low, high = (sum(w * one[at] for w, one in zip(weights, known, strict=True)) / share for at in (0, 1))
    return low, high


def _ends(number: int, raw: Mapping[str, Any]) -> tuple[int, int] | None:
    item = next((one for one in raw["items"] if isinstance(one, Mapping) and one.get("number") == number), None)
    options = raw.get("options")
    named = options.get(item.get("options")) if item is not None and isinstance(options, Mapping) else None
    codes = [one["code"] for one in named or () if isinstance(one, Mapping) and isinstance(one.get("code"), int)]
    return (min(codes), max(codes)) if codes else None


def _extremes(raw: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """Return the two cases that show the keys: every item answered in the keyed direction, and against it."""
    items = [one for one in raw.get("items") or () if isinstance(one, Mapping)]
    scales = [one for one in raw.get("scales") or () if isinstance(one, Mapping)]
    ends = [_ends(one.get("number", 0), raw) for one in items]
    if None in ends:  # another fault says why
        return ({"name": "none", "source": "none", "answers": {"-": (None,) * len(items)}, "scores": {}},)
    forms = [one.get("id") for one in raw.get("forms") or () if isinstance(one, Mapping)]
    cases = []
    for at, name in ((1, "highest"), (0, "lowest")):
        answers = tuple(
            end[1 - at] if one.get("reverse") is True else end[at]
            for one, end in zip(items, ends, strict=True)
            if end is not None
        )
        scores = {
            f"{form}_{scale['id']}" if form else str(scale["id"]): _rounded(scale["range"][at], scale.get("round"))
            for form in forms or [None]
            for scale in scales
        }
        given = {str(form or "-"): answers for form in forms or [None]}
        said = {"name": f"all in the {name} direction", "source": "computed from the keys"}
        cases.append({**said, "answers": given, "scores": scores})
    return tuple(cases)


def _rounded(score: float, decimals: Any) -> float:
    return round(score, decimals) if isinstance(decimals, int) else score
