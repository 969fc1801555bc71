"""From a command's options to banks and vouched answers: the one intake of every command that reads an export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from intimacy_scales.base.errors import Problem, ResponseError, UnknownNameError
from intimacy_scales.cli.options import ExportOptions
from intimacy_scales.reading.options import ReadingOptions

if TYPE_CHECKING:
    from intimacy_scales.bank.model import ItemBank
    from intimacy_scales.reading.exports.table import RawTable
    from intimacy_scales.reading.responses.model import Responses


def inputs_of(export: Path, options: ExportOptions, *more: Path | None) -> tuple[Path, ...]:
    """Return the files that are read, none of which may be written over: the export and all that is said with it."""
    beside = (options.get("mapping"), options.get("survey"), *(options.get("wording") or ()), *more)
    files = (Path(file) for file in beside if isinstance(file, str | Path))
    return (export, *options.get("join_files", ()), *files)


def banks_of(names: Sequence[str], wording: Sequence[Path] | None = ()) -> list[ItemBank]:
    """Return the banks of these names, each once; commas separate names too; wording is laid over."""
    from intimacy_scales.bank import load_bank

    wanted = dict.fromkeys(part for name in names for part in name.split(",") if part)
    banks = [load_bank(name) for name in wanted]
    return _laid_over(banks, wording) if wording else banks


def _laid_over(banks: Sequence[ItemBank], wording: Sequence[Path]) -> list[ItemBank]:
    """Return the banks with each wording file laid over the bank it names."""
    from intimacy_scales.bank import lay_over, wording_bank

    worded = {bank.id: bank for bank in banks}
    for file in wording:
        name = wording_bank(file)
        if name not in worded:
            raise UnknownNameError.among(f"{file}: wording for bank", name, list(worded))
        worded[name] = lay_over(worded[name], file)
    return list(worded.values())


def reading_options(options: ExportOptions) -> ReadingOptions:
    """Return what the options say about reading, as the functions of the library take it."""
    reading = {name: value for name, value in options.items() if name in ReadingOptions.__annotations__}
    if options.get("quiet"):
        reading["progress"] = False
    if options.get("join_files"):
        reading["join"] = options.get("join") or True
        reading.setdefault("join_as", "parts")
    return cast("ReadingOptions", reading)


def read_export_table(export: Path, options: ExportOptions) -> RawTable:
    """Read the export; with ``--join`` each file, their rows put side by side by id."""
    from intimacy_scales.reading.responses.intake import table_of

    files = [export, *options.get("join_files", ())]
    if len(files) == 1:
        _refuse_in_vain(options)
        return table_of(export, (), reading_options(options))
    return table_of(files, (), reading_options(options))


def _refuse_in_vain(options: ExportOptions) -> None:
    """Refuse what is said of joined files when none is joined."""
    asked = {"join": "--on", "join_as": "--as", "join_how": "--join-how"}
    if vain := [name for key, name in asked.items() if key in options]:
        raise ResponseError(
            Problem(where=" and ".join(vain), what="was said without --join", do="say --join FILE, or leave it out")
        )


def answer_options(options: ExportOptions) -> ReadingOptions:
    """Return what is said of a table that was read already; the column of ``--on`` names its rows."""
    from intimacy_scales.reading.exports.joining.joining import names_of_ids
    from intimacy_scales.reading.responses.intake import OF_TABLES

    done = (*OF_TABLES, "where", "fill_down")
    reading = {name: value for name, value in reading_options(options).items() if name not in done}
    kept = {name: value for name, value in reading.items() if not name.startswith("join")}
    if isinstance(on := options.get("join"), str):
        kept.setdefault("id_column", names_of_ids(on, 1 + len(options.get("join_files", ())))[0])
    return cast("ReadingOptions", kept)


def read_answers(
    export: Path, banks: Sequence[str], options: ExportOptions, *, with_careless: bool = False
) -> Responses:
    """Read and vouch for the answers of an export; a problem with them names the file.

    Rows that meet ``--drop-careless`` are set aside, unless they are asked for to be told of first.
    """
    from intimacy_scales.reading.responses import read_responses

    wanted = banks_of(banks, options.get("wording"))
    _check_rule(options)
    table = read_export_table(export, options)
    with told_of_export(export):
        responses = read_responses(table, wanted, **answer_options(options))
    return responses if with_careless else without_careless(responses, options)


@contextmanager
def told_of_export(export: Path) -> Iterator[None]:
    """Name the file in every problem with its answers."""
    try:
        yield
    except ResponseError as fault:
        name = export.name
        raise ResponseError(
            [p if name in p.where else replace(p, where=f"{name}: {p.where}") for p in fault.problems]
        ) from fault


def read_columns(export: Path, options: ExportOptions) -> Responses:
    """Return a file's columns without any bank's answers, for models of what the file holds itself."""
    from intimacy_scales.reading.responses.model import columns_only

    return columns_only(read_export_table(export, options))


def _check_rule(options: ExportOptions) -> None:
    """Read the rule of ``--drop-careless`` before a large file is read."""
    rule = options.get("drop_careless")
    if rule is not None:
        from intimacy_scales.analysis.careless import parse_rule

        parse_rule(rule)


def without_careless(responses: Responses, options: ExportOptions) -> Responses:
    """Set aside the rows that meet the rule of ``--drop-careless``; without one, none."""
    rule = options.get("drop_careless")
    if rule is None:
        return responses
    from intimacy_scales.analysis.careless import drop_careless

    return drop_careless(responses, rule)


def own_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that are a command's own: without those of reading and of output."""
    return {name: value for name, value in options.items() if name not in ExportOptions.__annotations__}


def couple_columns(
    responses: Responses, options: Mapping[str, Any], *, look: bool = True
) -> tuple[str | None, str | None]:
    """Return the columns of couples and partners: as said, as the map says, or (``look``) those called so.

    A file with a row a couple needs no column of partners: its items carry them.
    """
    couple, partner = options.get("couple"), options.get("partner")
    if (file := options.get("mapping")) is not None:
        from intimacy_scales.reading.responses import load_map

        mapping = load_map(file)
        couple, partner = couple or mapping.couple, partner or mapping.partner
    if not look:
        return couple, partner
    called = {name.strip().casefold(): name for name in responses.table.names}
    if couple is None:
        couple = called.get("couple")
    if partner is None and couple is not None and not any(part.administration.partner for part in responses.answered):
        partner = called.get("partner")
    return couple, partner
