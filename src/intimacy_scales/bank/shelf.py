"""What a bank file leaves out or says by name, filled in: numbers of named items, scales of scales, private banks.

The one way to open a bank: read, check, refuse with every fault.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from intimacy_scales.bank.check import cross_problems
from intimacy_scales.bank.faults import model_of
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.bank.options import Number, Option, ends_of, summed_ends
from intimacy_scales.bank.readable import one_of, option_sets
from intimacy_scales.bank.shipped import bank_path
from intimacy_scales.bank.strict import Page, Spot, read_page, read_text
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
    page = completed(page)
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

Raw = Mapping[str, Any]
Sets = Mapping[str, tuple[Option, ...]]


def completed(page: Page) -> Page:
    """Return a bank's page with everything filled in that may be left out or said by name.

    In every bank: items with names of their own get numbers, scales name their items by number, and a scale whose
    ``items`` are scales holds them as ``scales``; a name that nothing has is a problem. In a private one also version,
    name, what it measures, rights, source, languages, certainty; the numbers of items; names, combine, missing, least
    answered, range and direction of scales; and its extreme cases. What is wrong stays as it is, for the checks to
    name.
    """
    raw = page.value
    if not isinstance(raw, Mapping):
        return page
    private, made = raw.get("status") == "private", dict(raw)
    if private:
        for name, value in _defaults(raw).items():
            made.setdefault(name, value)
    if _is_list(raw.get("items")):
        made["items"] = _numbered(raw["items"], private=private)
    problems: list[Problem] = []
    if _is_list(raw.get("scales")):
        made["scales"] = _resolved(page, made, problems)
    if private:
        options = option_sets(made)
        if _is_list(raw.get("scales")):
            made["scales"] = _filled(made, options)
        if "cases" not in raw:
            made["cases"] = _extremes(made, options)
    return replace(page, value=made, problems=(*page.problems, *problems))


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _maps(raw: Raw, name: str) -> list[Raw]:
    given = raw.get(name)
    return [one for one in given if isinstance(one, Mapping)] if isinstance(given, Sequence) else []


def _defaults(raw: Raw) -> dict[str, Any]:
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


# --- names


def _numbered(items: Sequence[Any], *, private: bool) -> tuple[Any, ...]:
    """Return items with a number each: a named one, and in a private bank every one, gets the next that is free."""
    taken = {one["number"] for one in items if isinstance(one, Mapping) and isinstance(one.get("number"), int)}
    made: list[Any] = []
    for place, one in enumerate(items, start=1):
        if isinstance(one, Mapping) and "number" not in one and (private or "name" in one):
            number = place if place not in taken else max(taken) + 1
            taken.add(number)
            made.append({"number": number, **one})
        else:
            made.append(one)
    return tuple(made)


def _resolved(page: Page, raw: Raw, problems: list[Problem]) -> tuple[Any, ...]:
    """Return scales whose items are numbers, and scales of scales; names that nothing has become problems."""
    numbered = [one for one in _maps(raw, "items") if isinstance(one.get("number"), int)]
    named = {one["name"]: one["number"] for one in numbered if isinstance(one.get("name"), str)}
    ids = [one["id"] for one in _maps(raw, "scales") if isinstance(one.get("id"), str)]
    made: list[Any] = []
    for place, scale in enumerate(raw["scales"]):
        items: Any = scale.get("items") if isinstance(scale, Mapping) else None
        if isinstance(scale, Mapping) and "scales" in scale:
            told = page.problem(
                ("scales", place, "scales"), "is no key of a scale", "items holds scales too", "items: [ID, ID]"
            )
            problems.append(told)
        if not _is_list(items) or all(isinstance(one, int) and one not in named.values() for one in items):
            made.append(scale)
        elif all(isinstance(one, str) and one in ids and one not in named for one in items):
            rest = {key: value for key, value in scale.items() if key != "items"}
            made.append({**rest, "scales": tuple(items)})
        else:
            spot: Spot = ("scales", place, "items")
            problems += _unknown(page, spot, items, named, ids)
            made.append(
                {**scale, "items": tuple(named.get(one, one) if isinstance(one, str) else one for one in items)}
            )
    return tuple(made)


def _unknown(page: Page, spot: Spot, items: Sequence[Any], named: Raw, ids: Sequence[str]) -> list[Problem]:
    found, called = [], {number: name for name, number in named.items()}
    for at, one in enumerate(items):
        if isinstance(one, int) and one in called:
            found.append(page.problem((*spot, at), f"item {one} has a name of its own", f"its name, {called[one]}"))
        if not isinstance(one, str) or one in named:
            continue
        if one in ids:
            found.append(page.problem((*spot, at), f"{one!r} is a scale, and not all of these are",
                                      "items alone, or scales alone"))  # fmt: skip
            continue
        close = get_close_matches(one, [*named, *ids], n=1)
        found.append(page.problem((*spot, at), f"there is no item or scale {one!r}",
                                  one_of([*named, *ids]) if named or ids else "numbers of items",
                                  f"did you mean {close[0]}?" if close else ""))  # fmt: skip
    return found


# --- scales


def _filled(raw: Raw, sets: Sets) -> tuple[Any, ...]:
    """Return the scales of a private bank with all that may be left out; those of items first, for others use them."""
    items = [one for one in _maps(raw, "items") if isinstance(one.get("number"), int)]
    ends = {one["number"]: ends_of(sets.get(str(one.get("options")), ())) for one in items}
    made = [_scale(one, ends) if isinstance(one, Mapping) and not one.get("scales") else one for one in raw["scales"]]
    ranges = {str(one.get("id")): _pair(one["range"]) for one in made if isinstance(one, Mapping) and "range" in one}
    return tuple(_scale(one, ranges) if isinstance(one, Mapping) and one.get("scales") else one for one in made)


def _scale(scale: Raw, ends: Mapping[Any, tuple[Number, Number] | None]) -> dict[str, Any]:
    made = dict(scale)
    parts = made.get("scales") or made.get("items")
    known = [one for one in parts if isinstance(one, (int, str))] if _is_list(parts) and parts else []
    made.setdefault("name", str(made.get("id", "scale")).replace("_", " ").capitalize())
    made.setdefault("combine", "sum")
    made.setdefault("missing", "prorate")
    made.setdefault("min_answered", max(math.ceil(0.8 * len(known) - 1e-9), 1))
    made.setdefault("min_answered_source", OURS.replace("items", "scales") if made.get("scales") else OURS)
    made.setdefault("higher_means", "more of what it measures; which way is better is not said")
    made.setdefault("range", _range(made, known, ends) or (0.0, 1.0))  # unknown: another fault says why
    return made


def _range(
    scale: Raw, parts: Sequence[Any], ends: Mapping[Any, tuple[Number, Number] | None]
) -> tuple[Number, Number] | None:
    if _is_list(scale.get("rescale")):
        return _pair(scale["rescale"])
    known = [span for one in parts if (span := ends.get(one)) is not None]
    if len(known) < len(parts):
        return None
    return summed_ends(known, _numbers(scale.get("weights")), str(scale.get("combine")))


def _numbers(value: Any) -> tuple[Number, ...]:
    """Return a list of numbers; none where it holds anything else."""
    fine = isinstance(value, tuple) and all(
        isinstance(one, (int, float)) and not isinstance(one, bool) for one in value
    )
    return value if fine else ()


def _pair(value: Any) -> tuple[Number, Number] | None:
    """Return two numbers; ``None`` where it is anything else."""
    found = _numbers(value)
    return (found[0], found[1]) if len(found) == 2 else None


# --- cases


def _extremes(raw: Raw, sets: Sets) -> tuple[dict[str, Any], ...]:
    """Return the two cases that show the keys: every item answered in the keyed direction, and against it."""
    items, scales = _maps(raw, "items"), _maps(raw, "scales")
    options = [sets.get(str(one.get("options")), ()) for one in items]
    ranges = {str(one.get("id")): _pair(one["range"]) for one in scales}
    if any(ends_of(one) is None for one in options) or None in ranges.values():  # another fault says why
        return ({"name": "none", "source": "none", "answers": {"-": (None,) * len(items)}, "scores": {}},)
    forms = [one.get("id") for one in _maps(raw, "forms")]
    cases = []
    for at, name in ((1, "highest"), (0, "lowest")):
        answers = tuple(
            _extreme(one, up=bool(at) != (item.get("reverse") is True))
            for item, one in zip(items, options, strict=True)
        )
        made = {str(one.get("id")): _rounded(_extreme_score(one, at, ranges), one.get("round")) for one in scales}
        scores = {
            f"{form}_{scale}" if form else scale: score for form in forms or [None] for scale, score in made.items()
        }
        given = {str(form or "-"): answers for form in forms or [None]}
        said = {"name": f"all in the {name} direction", "source": "computed from the keys"}
        cases.append({**said, "answers": given, "scores": scores})
    return tuple(cases)


def _extreme(options: Sequence[Option], *, up: bool) -> Number:
    """Return the code of the option that counts most, or least."""
    scored = [option for option in options if option.scored]
    return (max if up else min)(scored, key=lambda option: option.value).code


def _extreme_score(scale: Raw, at: int, ranges: Mapping[str, tuple[Number, Number] | None]) -> float:
    """Return a score where all items are answered in one direction: an end, unless scales count turned round."""
    low, high = _pair(scale["range"]) or (0, 1)
    turned, parts = scale.get("reverse"), scale.get("scales")
    ends = [ranges.get(one) for one in parts] if _is_list(parts) and parts else []
    known = [one for one in ends if one is not None]
    weights = _numbers(scale.get("weights"))
    weights = weights if len(weights) == len(known) else (1,) * len(known)
    spans = [w * (one[1] - one[0]) for w, one in zip(weights, known, strict=True)]
    if not _is_list(turned) or parts is None or len(known) < len(ends) or not sum(spans):
        return float((low, high)[at])
    up = sum(span for span, one in zip(spans, parts, strict=True) if (one in (turned or ())) != bool(at))
    return float(low + (high - low) * up / sum(spans))


def _rounded(score: float, decimals: Any) -> float:
    """Round half away from zero, as scores are."""
    if not isinstance(decimals, int):
        return score
    unit = 10.0**decimals
    return math.copysign(math.floor(abs(score) * unit + 0.5 + 1e-9) / unit, score)
