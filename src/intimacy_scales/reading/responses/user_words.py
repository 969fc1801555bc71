"""What a user says in a call, laid over the map: one thing then holds all that was said of a bank."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from intimacy_scales.bank.model import ItemBank
from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.reading.options import ReadingOptions
from intimacy_scales.reading.responses.coding.option_texts import number_in
from intimacy_scales.reading.responses.coding.raw_answers import CODES, CodesWord
from intimacy_scales.reading.responses.mapping import ColumnMap

Code = float | str
_OF_BANK = re.compile(r"([A-Za-z]\w*)=(.+)", re.DOTALL)


def with_words(mapping: ColumnMap, banks: Sequence[ItemBank], reading: ReadingOptions) -> ColumnMap:
    """Return the map with what was said in the call: per bank where it was said of one, else of every bank.

    Raises
    ------
    UnknownNameError
        When a bank is named that was not asked for.
    ResponseError
        When a shift is no whole number, or ``codes`` is no word there is.
    """
    asked = [bank.id for bank in banks]
    everywhere, missing = _by_bank(reading.get("missing_codes", ()), asked)
    shifts, word = _shifts(reading.get("shift", 0), asked), _word(reading.get("codes"))
    turned = _reversed(reading.get("already_reversed", False), asked)
    parts = dict(mapping.banks)
    for name in asked:
        part = mapping.of(name)
        parts[name] = replace(
            part,
            already_reversed=name in turned or part.already_reversed,
            shift=shifts.get(name, 0) or part.shift,
            codes=word or part.codes,
            missing=tuple(dict.fromkeys((*part.missing, *missing.get(name, ())))),
        )
    return replace(mapping, banks=parts, missing=tuple(dict.fromkeys((*mapping.missing, *everywhere))))


def _by_bank(
    given: Code | Iterable[Code] | Mapping[str, Iterable[Code]], asked: Sequence[str]
) -> tuple[list[Code], dict[str, list[Code]]]:
    """Return the codes said of every bank, and those said of one (``eis=99``)."""
    everywhere: list[Code] = []
    of_bank: dict[str, list[Code]] = {}
    if isinstance(given, Mapping):
        for name, codes in given.items():
            _known(name, asked)
            of_bank[name] = [codes] if isinstance(codes, (str, float, int)) else list(codes)
        return everywhere, of_bank
    for code in [given] if isinstance(given, (str, float, int)) else given:
        parted = _OF_BANK.fullmatch(code) if isinstance(code, str) else None
        if parted is None or (parted[1] not in asked and number_in(parted[2]) is None):
            everywhere.append(code)
            continue
        _known(parted[1], asked)
        number = number_in(parted[2])
        of_bank.setdefault(parted[1], []).append(parted[2] if number is None else number)
    return everywhere, of_bank


def _known(name: str, asked: Sequence[str]) -> None:
    if name not in asked:
        raise UnknownNameError.among("bank", name, asked)


def _shifts(given: int | str | Mapping[str, int], asked: Sequence[str]) -> dict[str, int]:
    if isinstance(given, Mapping):
        for name in given:
            _known(name, asked)
        return dict(given)
    if isinstance(given, str):
        found: dict[str, int] = {}
        for part in given.split(","):
            name, _, by = part.rpartition("=")
            if name:
                _known(name, asked)
            found |= dict.fromkeys([name] if name else asked, _whole(by))
        return found
    return dict.fromkeys(asked, given)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ResponseError(
            Problem(where="--shift", what=f"is {text!r}", allowed="a whole number, or BANK=N for one bank")
        ) from None


def _reversed(given: bool | Collection[str], asked: Sequence[str]) -> set[str]:
    if isinstance(given, bool):
        return set(asked) if given else set()
    names = {given} if isinstance(given, str) else set(given)
    for name in sorted(names - set(asked)):
        raise UnknownNameError.among("already reversed bank", name, asked)
    return names


def _word(codes: CodesWord | str | None) -> CodesWord | None:
    if codes is None:
        return None
    if codes not in CODES:
        raise ResponseError(Problem(where="--codes", what=f"is {codes!r}", allowed=" or ".join(CODES)))
    return codes
