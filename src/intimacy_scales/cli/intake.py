"""From a command's options to banks and vouched answers: the same for every command that reads an export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intimacy_scales.errors import ResponseError, UnknownNameError

if TYPE_CHECKING:
    from intimacy_scales.bank.model import ItemBank
    from intimacy_scales.responses.model import Responses


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How an export is to be read, as the options said it."""

    export: Path
    banks: Sequence[str]
    map: Path | None = None
    platform: str | None = None
    sheet: str | None = None
    survey: Path | None = None
    missing_codes: Sequence[float] = ()
    already_reversed: bool = False
    shift: int = 0
    id_column: str | None = None
    keep_unfinished: bool = False
    wording: Sequence[Path] = ()
    quiet: bool = False


def banks_of(names: Sequence[str], wording: Sequence[Path] = ()) -> list[ItemBank]:
    """Return the banks of these names, each once; commas separate names too; wording is laid over."""
    from intimacy_scales.bank import load_bank

    wanted = dict.fromkeys(part for name in names for part in name.split(",") if part)
    banks = [load_bank(name) for name in wanted]
    return _laid_over(banks, wording) if wording else banks


def _laid_over(banks: Sequence[ItemBank], wording: Sequence[Path]) -> list[ItemBank]:
    """Return the banks with each wording file laid over the bank it names."""
    from intimacy_scales.bank import lay_over, wording_bank

    found = {bank.id: bank for bank in banks}
    for file in wording:
        name = wording_bank(file)
        if name not in found:
            raise UnknownNameError.among(f"{file}: wording for bank", name, list(found))
        found[name] = lay_over(found[name], file)
    return list(found.values())


def options_of(reading: Reading) -> dict[str, Any]:
    """Return the options of a reading as the keywords that the door of :mod:`intimacy_scales.responses` takes."""
    return {
        "mapping": reading.map,
        "platform": reading.platform,
        "sheet": reading.sheet,
        "survey": reading.survey,
        "missing_codes": tuple(reading.missing_codes),
        "already_reversed": reading.already_reversed,
        "shift": reading.shift,
        "id_column": reading.id_column,
        "keep_unfinished": reading.keep_unfinished,
        "progress": False if reading.quiet else None,
    }


def responses_of(reading: Reading) -> Responses:
    """Read and vouch for the answers of an export; a problem with them names the file."""
    from intimacy_scales.responses import read_responses

    banks = banks_of(reading.banks, reading.wording)
    try:
        return read_responses(reading.export, banks, **options_of(reading))
    except ResponseError as fault:
        name = reading.export.name
        raise ResponseError(
            [p if name in p.where else replace(p, where=f"{name}: {p.where}") for p in fault.problems]
        ) from fault
