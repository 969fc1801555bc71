"""Official wording laid over a bank by somebody who has a copy of the questionnaire."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Literal

from intimacy_scales.bank.faults import model_of
from intimacy_scales.bank.labels import two_meanings
from intimacy_scales.bank.model import ItemBank
from intimacy_scales.bank.options import (
    Identifier,
    Number,
    NumberRow,
    Option,
    Part,
    RowLabel,
    Text,
    number_text,
    options_in,
)
from intimacy_scales.bank.strict import MOST_BYTES, Page, read_page
from intimacy_scales.base.errors import BankError, Problem


class Overlay(Part):
    """What a wording file holds: the bank it is for, and texts for its items and options."""

    format: Literal[1] | None = None
    bank: Identifier
    language: Text | None = None
    items: Mapping[int | str, Text] = {}
    file: Text | None = None
    options: Mapping[Identifier, Mapping[Number, Text]] = {}


def lay_over(bank: ItemBank, path: str | os.PathLike[str]) -> ItemBank:
    """Return a copy of the bank with the wording of a file laid over its glosses and labels.

    The file is YAML: ``format: 1`` (optional), ``bank`` (its id), ``language`` (optional), ``items`` (number or
    name: text) or ``file`` (a CSV with the columns ``item`` and ``text``, in the folder of the wording file),
    ``options`` (name: code: label; optional).
    Items that it does not name keep their gloss. A label that is replaced still counts as a spelling of its code.

    Raises
    ------
    BankError
        When it is for another bank, names items, options or codes the bank has not, holds empty texts, gives an item
        twice, or points out of its own folder: all faults at once.

    Examples
    --------
    A file ``mine.yaml`` of three lines, ``bank: eis``, ``items:``, ``  1: "The first statement as printed"``, is used
    as ``load_bank("eis", wording="mine.yaml")``.
    """
    page = read_page(Path(path))
    overlay, problems = _overlay_of(page)
    if overlay is None:
        raise BankError(problems)
    if overlay.bank != bank.id:
        for_other = page.problem(("bank",), f"this wording is for {overlay.bank!r}", f"wording for {bank.id!r}")
        raise BankError([*problems, for_other])
    from_file = _csv_texts(Path(path).parent, overlay.file, page, bank, problems) if overlay.file else {}
    options = {name: _labelled(bank.options[name], overlay.options.get(name, {})) for name in bank.options}
    texts = {bank.item(called).number: text for called, text in overlay.items.items() if called in _called(bank)}
    problems += _misfits(bank, overlay, from_file, page)
    for name, known in options.items():
        told = two_meanings(options_in(known))
        problems += [page.problem(("options", name), said, "one code for a text") for _, said in told]
    if not from_file and not overlay.items and not overlay.options and not problems:
        problems.append(page.problem((), "holds no wording", "items, file or options"))
    if problems:
        raise BankError(problems)
    return bank.model_copy(
        update={
            "wording": {**bank.wording, **texts, **from_file},
            "options": options,
            "wording_language": overlay.language or bank.wording_language,
        }
    )


def _overlay_of(page: Page) -> tuple[Overlay | None, list[Problem]]:
    """Return what a page says, and its faults; keys nobody knows do not keep the rest from being looked through."""
    overlay, problems = model_of(page, Overlay)
    if overlay is None and isinstance(page.value, dict):
        known = {key: value for key, value in page.value.items() if key in Overlay.model_fields}
        overlay, _ = model_of(replace(page, value=known), Overlay)
    return overlay, problems


def _called(bank: ItemBank) -> set[int | str]:
    """Return what items are called: their names of their own, or their numbers."""
    return {item.id for item in bank.items}


def _misfits(bank: ItemBank, overlay: Overlay, from_file: Mapping[int, str], page: Page) -> Iterator[Problem]:
    known = _called(bank)
    for called in overlay.items:
        spot = ("items", str(called))
        if called not in known:
            yield page.problem(spot, f"{bank.id} has no item {called}", _range(bank))
        elif bank.item(called).number in from_file:
            yield page.problem(spot, "is given here and in the CSV", "one text an item")
    for name, labels in overlay.options.items():
        if name not in bank.options:
            yield page.problem(("options", name), f"{bank.id} has no options {name!r}", ", ".join(bank.options))
            continue
        given = bank.options[name]
        codes = [option.code for option in options_in(given)]
        allowed = str(given) if isinstance(given, NumberRow) else ", ".join(map(number_text, codes))
        for code in labels:
            if code not in codes:
                yield page.problem(("options", name, str(code)), f"there is no code {number_text(code)}", allowed)


def _range(bank: ItemBank) -> str:
    """Return what a bank's items are called."""
    names = [str(item.id) for item in bank.items]
    return f"1 to {len(bank)}" if names == [str(at + 1) for at in range(len(names))] else ", ".join(names)


def _labelled(given: tuple[Option, ...] | NumberRow, labels: Mapping[Number, str]) -> tuple[Option, ...] | NumberRow:
    """Return options with the labels of a wording file; what they were called before stays a spelling."""
    if not labels:
        return given
    if isinstance(given, NumberRow):
        known = {option.code: option for option in given.options if option.code in given.labels}
        laid = {code: _row_label(text, known.get(code)) for code, text in labels.items()}
        return NumberRow(low=given.low, high=given.high, step=given.step, labels={**given.labels, **laid})
    return tuple(
        option
        if labels.get(option.code, option.label) == option.label
        else option.model_copy(update={"label": labels[option.code], "spellings": (option.label, *option.spellings)})
        for option in given
    )


def _row_label(text: str, before: Option | None) -> RowLabel:
    if before is None:
        return RowLabel(label=text)
    spellings = () if before.label == text else (before.label,)
    return RowLabel(label=text, spellings=(*spellings, *before.spellings), translations=before.translations)


def _inside(folder: Path, name: str) -> Path | None:
    """Return the file of this name if it really lies in the folder, whatever links say."""
    windows = PureWindowsPath(name)
    if windows.is_absolute() or windows.drive or PurePosixPath(name).is_absolute():
        return None
    if ".." in name.replace("\\", "/").split("/"):
        return None
    found = (folder / name).resolve()
    return found if found.is_relative_to(folder.resolve()) else None


def _csv_texts(folder: Path, name: str, page: Page, bank: ItemBank, problems: list[Problem]) -> dict[int, str]:
    """Return the texts of the CSV that the overlay names; what is wrong with it is added to ``problems``."""
    file = _inside(folder, name)
    if file is None:
        problems.append(
            page.problem(("file",), f"{name!r} leads out of the folder of this file", "a file in the same folder")
        )
        return {}
    if not file.is_file() or file.stat().st_size > MOST_BYTES:
        problems.append(page.problem(("file",), f"there is no file {name!r} that can be read", "a small CSV file"))
        return {}
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.append(page.problem(("file",), f"{name!r} is not UTF-8", "a CSV file in UTF-8"))
        return {}
    return _rows(text, str(file), bank, problems)


def _rows(text: str, name: str, bank: ItemBank, problems: list[Problem]) -> dict[int, str]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    columns = reader.fieldnames or ()
    if not {"item", "text"} <= set(columns):
        problems.append(
            Problem(
                where=f"{name}:1",
                what=f"has the columns {', '.join(columns) or 'none'}",
                allowed="the columns item and text",
            )
        )
        return {}
    found: dict[int, str] = {}
    known = {str(item.id): item.number for item in bank.items}
    for row in reader:
        number, said = (row["item"] or "").strip(), (row["text"] or "").strip()
        wrong = _row_fault(number, said, known, found, bank)
        if wrong:
            problems.append(Problem(where=f"{name}:{reader.line_num}", what=wrong, allowed="one text an item"))
        else:
            found[known[number]] = said
    return found


def _row_fault(number: str, text: str, known: Mapping[str, int], found: Mapping[int, str], bank: ItemBank) -> str:
    if number not in known:
        return f"{bank.id} has no item {number!r}"
    if not text:
        return f"item {number} has no text"
    return f"item {number} stands twice" if known[number] in found else ""


def wording_bank(path: str | os.PathLike[str]) -> str:
    """Return the id of the bank that a wording file is for.

    Raises
    ------
    BankError
        When the file is no wording file: all faults at once. What else is wrong with it :func:`lay_over` tells.
    """
    overlay, problems = _overlay_of(read_page(Path(path)))
    if overlay is None:
        raise BankError(problems)
    return overlay.bank
