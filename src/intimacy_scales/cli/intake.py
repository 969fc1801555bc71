"""From a command's options to banks and vouched answers: the same for every command that reads an export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError

if TYPE_CHECKING:
    from intimacy_scales.bank.model import ItemBank
    from intimacy_scales.reading.exports.table import RawTable
    from intimacy_scales.reading.responses.model import Responses


JOIN_AS = ("waves", "partners", "parts")
TABLE_OPTIONS = ("platform", "sheet", "encoding", "survey", "keep_unfinished", "progress")


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """Further files of the study, and how their rows find those of the first."""

    files: Sequence[Path] = ()
    on: str | None = None
    kind: str = "parts"
    how: str = "outer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How an export is to be read, as the options said it."""

    export: Path
    banks: Sequence[str]
    map: Path | None = None
    platform: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    survey: Path | None = None
    missing_codes: Sequence[float] = ()
    already_reversed: bool = False
    shift: int = 0
    id_column: str | None = None
    keep_unfinished: bool = False
    wording: Sequence[Path] = ()
    quiet: bool = False
    joining: Joining = field(default_factory=Joining)
    drop_careless: str | None = None

    @property
    def inputs(self) -> tuple[Path, ...]:
        """The files read, none of which may be written over."""
        return (self.export, *self.joining.files)


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
    """Return the options of a reading as the keywords that the door of ``responses`` takes."""
    return {
        "mapping": reading.map,
        "platform": reading.platform,
        "sheet": reading.sheet,
        "encoding": reading.encoding,
        "survey": reading.survey,
        "missing_codes": tuple(reading.missing_codes),
        "already_reversed": reading.already_reversed,
        "shift": reading.shift,
        "id_column": reading.id_column,
        "keep_unfinished": reading.keep_unfinished,
        "progress": False if reading.quiet else None,
    }


def table_of(reading: Reading) -> RawTable:
    """Read the export; with ``--join`` each file, their rows put side by side by id."""
    from intimacy_scales.reading.exports import read_joined, read_table

    said, joining = options_of(reading), reading.joining
    wanted = {name: said[name] for name in TABLE_OPTIONS}
    if joining.kind not in JOIN_AS:
        raise UnknownNameError.among("--as", joining.kind, JOIN_AS)
    if not joining.files:
        asked = [joining.on and "--on", joining.kind != "parts" and "--as", joining.how != "outer" and "--join-how"]
        if vain := [name for name in asked if name]:
            raise ResponseError(
                Problem(where=" and ".join(vain), what="was said without --join", do="say --join FILE, or leave it out")
            )
        return read_table(reading.export, **wanted)
    suffixes = None if joining.kind == "parts" else joining.kind
    return read_joined(reading.inputs, joining.on, suffixes=suffixes, how=joining.how, **wanted)  # type: ignore[arg-type]


def door_options(reading: Reading) -> dict[str, Any]:
    """Return what is said of a table that was read already; the column of ``--on`` names its rows."""
    said = {name: value for name, value in options_of(reading).items() if name not in TABLE_OPTIONS}
    return {**said, "id_column": reading.id_column or reading.joining.on}


def responses_of(reading: Reading) -> Responses:
    """Read and vouch for the answers of an export, without the rows of ``--drop-careless``."""
    return without_careless(all_responses_of(reading), reading)


def all_responses_of(reading: Reading) -> Responses:
    """Read and vouch for the answers of an export; a problem with them names the file."""
    from intimacy_scales.reading.responses import read_responses

    banks = banks_of(reading.banks, reading.wording)
    rule_of(reading)
    table = table_of(reading)
    try:
        return read_responses(table, banks, **door_options(reading))
    except ResponseError as fault:
        name = reading.export.name
        raise ResponseError(
            [p if name in p.where else replace(p, where=f"{name}: {p.where}") for p in fault.problems]
        ) from fault


def rule_of(reading: Reading) -> None:
    """Read the rule of ``--drop-careless`` before a large file is read."""
    if reading.drop_careless is not None:
        from intimacy_scales.analysis.careless import parse_rule

        parse_rule(reading.drop_careless)


def without_careless(responses: Responses, reading: Reading) -> Responses:
    """Set aside the rows that meet the rule of ``--drop-careless``; without one, none."""
    if reading.drop_careless is None:
        return responses
    from intimacy_scales.analysis.careless import drop_careless

    return drop_careless(responses, reading.drop_careless)
